"""What both of Zalo's doors have in common: choices are printed with numbers, files are links, long words are parts."""

import datetime as dt
from dataclasses import replace

from bot.config import Settings
from bot.conversation.citizen.commands import typed_without_slash
from bot.conversation.citizen.unheard import only_words, unheard
from bot.conversation.reply import Block, Reply
from bot.conversation.scene import Scene
from bot.conversation.visit import Kind, Visit
from bot.doors import links
from bot.doors.choices import PRINTED, Choice, Other, Printed, again, chosen, printed, rest_of, with_chosen
from bot.doors.door import Door, Pace, Spot
from bot.logs import quieten
from bot.service.threads import Threads
from bot.store import choices
from bot.store.database import Transaction
from bot.turn import Turns

CHARACTERS = 1900  # Zalo takes 2,000 and does not say of what
VALID = dt.timedelta(minutes=30)  # what was shown to choose from
READ = (Kind.TEXT, Kind.COMMAND)


class CannotShow(Exception):
    """Something that Zalo has no way of showing: another person's file, a place on the map."""


class WordsDoor(Door):
    """Doors inherit, and write how one text is said and what else they read than words."""

    characters = CHARACTERS
    reads: tuple[Kind, ...] = READ

    def __init__(self, settings: Settings, turns: Turns, threads: Threads, pace: Pace) -> None:
        quieten()
        self.settings = settings
        self.origin = settings.public_url if settings.web else None
        self.turns = turns
        self.threads = threads
        self.pace = pace
        self._parts: dict[tuple[str, str], int] = {}  # of a message that broke off: how many have arrived

    async def say(self, chat: str, text: str, reply: Reply | None) -> str:
        """Say one text; the id of the message. `reply`: what it ends, with its buttons. Raises as `send`."""
        raise NotImplementedError

    def said(self, _connection: Transaction, _count: int) -> None:
        """So many messages were sent."""

    # In

    async def meant(self, visit: Visit) -> Visit | None:
        return await self.threads.run(self._meant, visit)

    def _meant(self, visit: Visit) -> Visit | None:
        """The button that a number stands for; None where all there is to say has been said here."""
        with self.turns.database.change() as connection:
            scene = self.turns.scene(connection, visit.chat)
            if visit.kind not in self.reads:
                tell = unheard if visit.kind in (Kind.OTHER, Kind.FILE) else only_words
                self.turns.put(connection, visit.chat, tell(scene, self.origin))
                return None
            shown = self._shown(connection, visit.chat) if visit.kind in (Kind.TEXT, Kind.BUTTON) else None
            if visit.kind is Kind.BUTTON:
                return self._pressed(connection, scene, visit, shown or Printed())
            return self._chosen(connection, scene, visit, shown) if shown else self._words(connection, scene, visit)

    def _shown(self, connection: Transaction, chat: str) -> Printed | None:
        kept = choices.shown(connection, chat, since=self.turns.clock() - VALID)
        return PRINTED.validate_json(kept) if kept else None

    def _pressed(self, _connection: Transaction, _scene: Scene, visit: Visit, _shown: Printed) -> Visit | None:
        """A button, perhaps an old one."""
        return visit

    def _chosen(self, connection: Transaction, scene: Scene, visit: Visit, shown: Printed) -> Visit | None:
        says = [catalog.say for catalog in scene.house.catalogs.values()]
        match chosen(visit.text, shown, says, digits=not (scene.memory.waits_for_date or scene.memory.helping)):
            case Choice() as one:
                return self._done(connection, visit, shown, one)
            case Other.REST:
                self.turns.put(connection, visit.chat, rest_of(shown, scene.say("choice.more")))
            case Other.OUTSIDE:
                self.turns.put(connection, visit.chat, again(shown, scene.say("choice.again")))
            case _:
                return self._words(connection, scene, visit)
        return None

    def _done(self, connection: Transaction, visit: Visit, shown: Printed, one: Choice) -> Visit:
        self._keep(connection, visit.chat, with_chosen(shown, one.label))
        return replace(visit, kind=Kind.BUTTON, text=one.action, under=shown.under)

    def _words(self, connection: Transaction, scene: Scene, visit: Visit) -> Visit:
        """Something else was said: no number means the older list any more."""
        choices.clear(connection, visit.chat)
        if visit.kind is Kind.TEXT and (found := typed_without_slash(scene, visit.text)):
            return replace(visit, kind=Kind.COMMAND, command=found[0], text=found[1])
        return visit

    def _keep(self, connection: Transaction, chat: str, shown: Printed) -> None:
        choices.keep(connection, chat, PRINTED.dump_json(shown).decode(), now=self.turns.clock())

    # Out

    async def send(self, chat: str, reply: Reply) -> Spot:
        place = reply.place
        if place.deletes:
            return Spot()  # nothing that was said can be taken back here
        if place.copies or place.point:
            raise CannotShow
        if reply.document and reply.document[0].endswith(".ics") and not self.origin:
            return Spot()  # for a calendar, not for eyes: the day and the place were said
        if reply.document or reply.as_file:
            reply = await self.threads.run(self._without_file, chat, reply)
        texts, shown = await self.threads.run(self._texts, chat, reply)
        done = self._parts.pop((chat, reply.look), 0)
        sent = ""
        for n, text in enumerate(texts[done:], done):
            try:
                sent = await self.say(chat, text, reply if n == len(texts) - 1 else None)
            except BaseException:
                self._parts[chat, reply.look] = n
                raise
        await self.threads.run(self._sent, chat, shown, len(texts) - done)
        return Spot(message=sent[:40] or None)

    def _without_file(self, chat: str, reply: Reply) -> Reply:
        """A link to the file where the web pages stand open; else what it says, as far as people can read it."""
        plain = replace(reply, document=None, as_file=None)
        if self.origin:
            with self.turns.database.change() as connection:
                link = self.origin + links.lend(self.turns, connection, chat, reply)
                told = self.turns.scene(connection, chat).line("file.link", url=link)
            return replace(plain, blocks=(*(reply.blocks if reply.document else reply.blocks[:1]), told))
        return replace(plain, blocks=(*reply.blocks, Block(text=reply.document[1]))) if reply.document else plain

    def _texts(self, chat: str, reply: Reply) -> tuple[list[str], Printed]:
        """A reply as texts of a length that Zalo takes, and what is to be remembered of its choices."""
        with self.turns.database.look() as connection:
            scene = self.turns.scene(connection, chat)
            before = self._shown(connection, chat) or Printed()
        lines, shown = printed(reply, scene.say)
        lead = [Block(text=scene.say("choice.chosen", label=before.chosen))] if before.chosen else []
        whole = Reply(blocks=(*lead, *reply.blocks, *lines))
        left = shown if shown.choices or shown.agree else replace(before, chosen="")
        return [part.text for part in whole.parts(CHARACTERS)], left

    def _sent(self, chat: str, shown: Printed, count: int) -> None:
        with self.turns.database.change() as connection:
            if shown.choices or shown.agree:
                self._keep(connection, chat, shown)
            else:
                choices.clear(connection, chat)
            choices.sweep(connection, before=self.turns.clock() - VALID)
            self.said(connection, count)
