"""The web door: pages on the one port; what is said waits in a table, where pages read it."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter
from starlette.routing import BaseRoute

from bot.conversation.reply import Reply
from bot.conversation.visit import Visit
from bot.doors.door import NOWHERE, Can, Chore, Door, Fate, Meaning, Pace, Spot, Takes
from bot.doors.web import reading
from bot.doors.web.bus import Bus
from bot.doors.web.desk.live import Live
from bot.doors.web.desk.routes import desk_routes
from bot.doors.web.desk.sign_on import SignOn
from bot.doors.web.opened import OpenedPages
from bot.doors.web.page import Site
from bot.doors.web.public import Public
from bot.doors.web.sessions import DOOR
from bot.doors.web.talk import Talk
from bot.store import visits
from bot.store.database import PASSING_ERRORS, Transaction
from bot.turn import Turns

log = logging.getLogger(__name__)

_REPLY = TypeAdapter(Reply)
SWEEP_SECONDS = 600.0
LOOK_SECONDS = 1.0  # at what other replicas showed


class Elsewhere(Exception):
    """What is to be shown stands in another channel, which alone can show it."""


class WebDoor(Door):
    """A visit is a chat: its messages are shown until the day is over or its visitor has them erased."""

    name = DOOR
    pace = Pace(per_second=500, private_seconds=0, group_seconds=0)
    can = Can(buttons=True, edits=True, files=True, first_word=True, inside=True, passing=True)

    def __init__(
        self,
        turns: Turns,
        site: Site | None = None,
        welcome: Callable[[], None] = lambda: None,
        bot_token: str = "",
        sign_on: SignOn | None = None,
    ) -> None:
        self.turns = turns
        self.site = site or Site()
        self.welcome = welcome  # says where it is, once it is there
        self.bot_token = bot_token  # by which the desk knows who opens it inside Telegram
        self.sign_on = sign_on  # a province's own
        self.bus = Bus()
        self.live = Live(turns)

    # In

    def chat_of(self, raw: Any) -> str:
        return reading.chat_of(raw)

    def key_of(self, raw: Any) -> str | None:
        return reading.key_of(raw)

    def read(self, raw: Any) -> Visit | None:
        return reading.visit_of(raw)

    def routes(self, intake: Takes) -> list[BaseRoute]:
        public = Public(self.turns, self.site)
        talk = Talk(self.turns, self.site, self.bus, intake, public)
        opened = OpenedPages(talk)
        return [
            *desk_routes(self.turns, self.bot_token, self.live, self._fetch_anywhere, self.sign_on),
            *talk.routes(),
            *opened.routes(),
            *public.routes(),
            public.otherwise(),
        ]

    # Out

    async def send(self, _chat: str, reply: Reply) -> Spot:
        if any(not where.startswith(f"{DOOR}:") for where, _, _ in reply.place.copies):
            raise Elsewhere
        return NOWHERE

    def show(self, connection: Transaction, chat: str, reply: Reply) -> Spot:
        place, now = reply.place, self.turns.clock()
        number = int(reply.replaces) if reply.replaces and reply.replaces.isdigit() else None
        if place.deletes:
            visits.take_away(connection, chat, number or 0)
            return NOWHERE
        payload = _REPLY.dump_json(reply).decode()
        if number and visits.change(connection, chat, number, payload, now=now):
            return Spot(message=str(number))
        at = str(visits.say(connection, chat, payload, now=now, name=place.name))
        return Spot(message=at, album=(at,) * len(place.copies))

    def noted(self, chat: str) -> None:
        self.bus.ring(chat)

    def meaning_of(self, error: Exception) -> Meaning:
        if isinstance(error, Elsewhere):
            return Meaning(fate=Fate.REFUSED, said="stands in another channel")
        if isinstance(error, PASSING_ERRORS):
            return Meaning(fate=Fate.AGAIN, answered=False, passing=True)
        return Meaning(fate=Fate.BROKEN)

    # The process

    async def acknowledge(self, raw: Any) -> None:
        """The page waits for the reply itself."""

    async def fetch(self, chat: str, message: str, _handle: str) -> bytes | None:
        def look() -> bytes | None:
            with self.turns.database.look() as connection:
                return visits.file_of(connection, chat, message)

        return await asyncio.to_thread(look)

    async def _fetch_anywhere(self, chat: str, message: str, handle: str) -> bytes | None:
        """Through the door by which it came."""
        door = self.beside.get(chat.partition(":")[0])
        return await door.fetch(chat, message, handle) if door else None

    async def reach(self) -> None:
        """Nothing stands between a visit and us."""

    async def close(self) -> None:
        self.bus.close()
        self.live.bus.close()

    async def greet(self, _stop: asyncio.Event) -> None:
        self.welcome()

    async def receive(self, _intake: Takes, stop: asyncio.Event) -> None:
        await stop.wait()
        await self.close()

    def chores(self) -> dict[str, Chore]:
        watch: dict[str, Chore] = {"other replicas' visits": self._watch} if self.turns.database.shared else {}
        return {"old visits": self._sweep, "changes at the desk": self.live.watch, **watch}

    async def _sweep(self, stop: asyncio.Event) -> None:
        await _every(SWEEP_SECONDS, stop, self._swept)

    def _swept(self) -> None:
        with self.turns.database.change() as connection:
            visits.sweep(connection, DOOR, now=self.turns.clock())

    async def _watch(self, stop: asyncio.Event) -> None:
        """What another replica showed in a visit that is looked at here."""
        known: dict[str, str] = {}
        while not stop.is_set():
            found = await asyncio.to_thread(self._marks)
            for chat, mark in found.items():
                if known.get(chat, mark) != mark:
                    self.bus.ring(chat)
            known = found
            await _pause(LOOK_SECONDS, stop)

    def _marks(self) -> dict[str, str]:
        with self.turns.database.look() as connection:
            return visits.marks(connection, self.bus.visits)


async def _every(seconds: float, stop: asyncio.Event, work: Callable[[], None]) -> None:
    while not stop.is_set():
        await asyncio.to_thread(work)
        await _pause(seconds, stop)


async def _pause(seconds: float, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
