"""The commands that Telegram shows, at most eight in each place: to citizens, to whoever serves, in desks' groups.

All others are behind the buttons of `/help`, and work when they are typed.
"""

import logging

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest, Forbidden

from bot.content.schema import Language
from bot.conversation.citizen.commands import BEHIND_HELP
from bot.doors.telegram.inbound import DOOR
from bot.store import people
from bot.turn import Turns

CITIZENS = ("start", "topics", "request", "my", "commune", "language", "privacy", "help")
OFFICERS = ("queue", "stats", "unanswered", "notice", "practice", "away", "back", "help")
DESKS = ("queue", "claim", "answer", "more", "note", "close", "stats", "help")
GROUPS = ("help",)
COMMANDS = tuple(dict.fromkeys((*CITIZENS, *OFFICERS, *DESKS, *GROUPS, *BEHIND_HELP)))  # that have a name for people
EVERYWHERE: tuple[tuple[BotCommandScope, tuple[str, ...]], ...] = (
    (BotCommandScopeDefault(), CITIZENS),
    (BotCommandScopeAllPrivateChats(), CITIZENS),
    (BotCommandScopeAllGroupChats(), GROUPS),
)

log = logging.getLogger(__name__)


class Menus:
    """What each chat is shown, and whoever has begun or ceased to serve since."""

    def __init__(self, bot: Bot, turns: Turns) -> None:
        self.bot = bot
        self.turns = turns
        self._shown: dict[str, tuple[str, ...]] = {}

    async def everywhere(self) -> None:
        """In each language; Vietnamese where Telegram has no better one. Raises TelegramError."""
        for scope, names in EVERYWHERE:
            for language in Language:
                await self.bot.set_my_commands(self._of(names, language), scope, language_code=language.value)
            await self.bot.set_my_commands(self._of(names, Language.VI), scope)

    def due(self) -> list[tuple[str, tuple[str, ...]]]:
        """Chats whose own list is to be changed, and to what; to nothing where nobody serves any more."""
        with self.turns.database.look() as connection:
            wanted = dict.fromkeys(people.serving(connection), OFFICERS)
            wanted |= dict.fromkeys(people.desk_chats(connection), DESKS)
        gone = [(chat, ()) for chat in self._shown if chat not in wanted and self._shown[chat]]
        return gone + [(chat, names) for chat, names in wanted.items() if self._shown.get(chat) != names]

    async def show(self, chat: str, names: tuple[str, ...]) -> None:
        """A chat that cannot be told is left as it is. Raises TelegramError where it may be told later."""
        door, _, number = chat.partition(":")
        if door == DOOR:
            scope = BotCommandScopeChat(int(number))
            try:
                if names:
                    await self.bot.set_my_commands(self._of(names, Language.VI), scope)
                else:
                    await self.bot.delete_my_commands(scope)
            except (BadRequest, Forbidden) as error:
                log.warning("the commands of one chat stay as they were: %s", type(error).__name__)
        self._shown[chat] = names

    def _of(self, names: tuple[str, ...], language: Language) -> list[BotCommand]:
        catalog = self.turns.house.catalogs[language]
        return [BotCommand(name, catalog.say(f"command.{name}")) for name in names]
