"""Where a message belongs in its chat: found, opened, opened again where somebody closed or deleted it."""

import datetime as dt
import logging
from dataclasses import replace

from telegram.error import BadRequest

from bot.conversation.reply import Place, Reply
from bot.doors.door import NOWHERE, Spot
from bot.doors.telegram.failures import TOPIC_IS_CLOSED, TOPIC_IS_GONE, says
from bot.doors.telegram.inbound import DOOR
from bot.doors.telegram.outbound import open_topic, rename_topic, reopen_topic, send
from bot.doors.telegram.plain import PlainBot
from bot.service.threads import Threads
from bot.store import cases, people, shown, visits
from bot.turn import Turns

log = logging.getLogger(__name__)

NO_RIGHT = ("not enough rights", "rights to create", "administrator rights")
ASKED_AGAIN = dt.timedelta(minutes=10)  # for a topic, where we were told that we have no right to open any


class Spots:
    """Sends each message where it belongs."""

    def __init__(self, turns: Turns, threads: Threads, bot: PlainBot) -> None:
        self.turns = turns
        self.threads = threads
        self.bot = bot
        self._refused: dict[str, dt.datetime] = {}  # groups that let us open no topic, and until when we believe it

    async def bring(self, chat: str, reply: Reply) -> Spot:
        """Where it now stands. Raises TelegramError."""
        chat_id, place = int(chat.partition(":")[2]), reply.place
        spot, standing, wanted = NOWHERE, None, False
        photos = await self.threads.run(self._photos, place) if _is_elsewhere(place) else []
        if place.name or place.topic or place.deletes:
            spot, standing, forum = await self.threads.run(self._found, chat, place)
            wanted = bool(spot.thread or place.opens or (place.topic and forum))
            if wanted and spot.thread is None:
                spot = await self._opened(chat, chat_id, place) or spot
        if place.title and spot.thread:
            await self._renamed(chat_id, spot.thread, place.title)
        if place.deletes:
            reply = replace(reply, replaces=reply.replaces or spot.message)
        elif standing == reply.look and spot.message and not place.prompts:
            return replace(spot, unchanged=True)
        try:
            brought = await send(self.bot, chat_id, reply, spot, photos)
        except BadRequest as error:
            if not (spot.thread and says(error, TOPIC_IS_GONE + TOPIC_IS_CLOSED)):
                raise
            spot = await self._instead(chat, chat_id, place, spot, error)
            brought = await send(self.bot, chat_id, reply, spot, photos)
        return replace(brought, outside=wanted and spot.thread is None)

    def _photos(self, place: Place) -> list[bytes]:
        """What came through another door and is kept here."""
        with self.turns.database.look() as connection:
            found = [visits.file_of(connection, chat, message) for chat, message, _ in place.copies]
        if not all(found):
            raise BadRequest("message to copy not found")  # as Telegram says it of its own
        return [photo for photo in found if photo]

    async def _instead(self, chat: str, chat_id: int, place: Place, spot: Spot, error: BadRequest) -> Spot:
        """A closed topic is opened again; a deleted one is replaced; without the right to either, the group itself."""
        if says(error, TOPIC_IS_CLOSED) and await self._reopened(chat_id, spot.thread or ""):
            return spot
        return await self._opened(chat, chat_id, place) or NOWHERE

    async def _reopened(self, chat_id: int, thread: str) -> bool:
        try:
            await reopen_topic(self.bot, chat_id, thread)
        except BadRequest as error:
            log.warning("a closed topic could not be opened again: %s", error.message)
            return "not_modified" in error.message.lower()
        return True

    async def _renamed(self, chat_id: int, thread: str, title: str) -> None:
        try:
            await rename_topic(self.bot, chat_id, thread, title)
        except BadRequest as error:  # it is gone, is called so already, or we have no right
            log.warning("a topic keeps its name: %s", error.message)

    async def _opened(self, chat: str, chat_id: int, place: Place) -> Spot | None:
        """A topic of its own, known from the moment it is there: whatever else fails, no second one is opened."""
        now = self.turns.clock()
        if self._refused.get(chat, now) > now:
            return None
        try:
            spot = Spot(thread=await open_topic(self.bot, chat_id, _title(place)))
        except BadRequest as error:
            log.warning("a topic could not be opened: %s", error.message)
            if says(error, NO_RIGHT):
                self._refused[chat] = now + ASKED_AGAIN
            return None
        await self.threads.run(self._keep, chat, place, spot)
        return spot

    def _found(self, chat: str, place: Place) -> tuple[Spot, str | None, bool]:
        """Where it belongs by what has been shown so far, how what stands there looks, and whether there are topics."""
        with self.turns.database.look() as connection:
            if place.deletes:
                row = cases.message(connection, place.relays) if place.relays else None
                mine = row is not None and row["copy_chat"] == chat
                return Spot(message=row["copy_message"] if row and mine else None), None, False
            message, thread, standing = shown.standing(connection, chat, place.name) if place.name else (None,) * 3
            if place.opens:
                return Spot(thread=thread), None, True
            if not place.topic:
                return Spot(message=message, thread=thread), standing, False
            first, thread = shown.where(connection, chat, place.topic)
            desk = people.desk_in(connection, chat)
        spot = Spot(message=message, thread=thread, answers=None if thread else first)
        return spot, standing, bool(desk and desk["forum"])

    def _keep(self, chat: str, place: Place, spot: Spot) -> None:
        with self.turns.database.change() as connection:
            if name := place.topic or place.name:
                shown.keep(connection, chat=chat, name=name, message=None, thread=spot.thread)


def _title(place: Place) -> str:
    """What a topic that is opened again is called."""
    return place.opens or place.about or (place.topic or place.name or "").partition(":")[2]


def _is_elsewhere(place: Place) -> bool:
    return bool(place.copies) and not place.copies[0][0].startswith(f"{DOOR}:")
