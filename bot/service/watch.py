"""What an operator and a load balancer ask a serving process: alive, ready, how much."""

import asyncio
import datetime as dt
from collections.abc import Sequence

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.doors.door import Door, Fate
from bot.service.alarm import OLDEST_REPLY
from bot.service.metrics import Metrics
from bot.service.threads import Threads
from bot.store import figures
from bot.store.database import PASSING_ERRORS
from bot.store.figures import Figures
from bot.turn import Turns

SEEN_WITHIN = dt.timedelta(seconds=15)
DATABASE_SECONDS = 3.0
NEVER_JUDGED = {"outbox"}


class Watch:
    """Answers `/healthz`, `/readyz` and `/metrics`."""

    def __init__(self, turns: Turns, threads: Threads, doors: Sequence[Door], metrics: Metrics) -> None:
        self.turns = turns
        self.threads = threads
        self.doors = doors
        self.metrics = metrics
        self.open: set[str] = set()  # the doors that this process has begun to serve
        self.shut: dict[str, str] = {}  # and those that cannot be served: why
        self._reached: dict[str, dt.datetime] = {}  # by door
        self._looking: asyncio.Future[dict[str, str]] | None = None

    def routes(self) -> list[Route]:
        return [Route("/healthz", self._alive), Route("/readyz", self._ready), Route("/metrics", self._metrics)]

    async def _alive(self, _request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def _ready(self, _request: Request) -> Response:
        """Judges this process and its database: it has begun to serve through a door, and the database answers.

        A channel that is away and one busy chat that makes the outbox old are the same for all replicas at once: they
        are told here and never judged, or a balancer would have nobody left to send to.
        """
        stored, said = await asyncio.gather(self._database(), asyncio.gather(*map(self._reach, self.doors)))
        away = {door.name: why for door, why in zip(self.doors, said, strict=True) if why}
        ill = stored.keys() - NEVER_JUDGED or not self.open
        return JSONResponse({"ready": not ill, **stored, **away}, 503 if ill else 200)

    async def _metrics(self, _request: Request) -> Response:
        try:
            stock = await self.threads.run(self._stock)
        except PASSING_ERRORS as error:
            self.metrics.error("metrics", error)
            return Response("the database does not answer\n", 503, media_type="text/plain")
        return Response(self.metrics.page(stock), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _stock(self) -> Figures:
        with self.turns.database.look() as connection:
            return figures.take_stock(connection, now=self.turns.clock())

    async def _database(self) -> dict[str, str]:
        """One look at a time: a database that hangs must not take a thread for each question."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(self.threads.run(self._look))
        try:
            return await asyncio.wait_for(asyncio.shield(self._looking), DATABASE_SECONDS)
        except (TimeoutError, *PASSING_ERRORS):
            return {"database": "does not answer"}

    def _look(self) -> dict[str, str]:
        if self.turns.database.is_behind():
            return {"migrations": "the database is older than this version; start this replica anew"}
        with self.turns.database.look() as connection:
            oldest = figures.oldest_reply(connection, now=self.turns.clock())
        if oldest and (age := self.turns.clock() - oldest) > OLDEST_REPLY:
            return {"outbox": f"a reply has waited for {age.total_seconds():.0f} s"}
        return {}

    async def _reach(self, door: Door) -> str:
        """Why a channel cannot be reached; empty where it can, or is slow, and slow for all."""
        if why := self.shut.get(door.name):
            return f"stays shut: {why}"
        seen = self._reached.get(door.name)
        if seen and self.turns.clock() - seen < SEEN_WITHIN:
            return ""
        try:
            await door.reach()
        except Exception as error:  # noqa: BLE001 - whatever the door makes of it
            match door.meaning_of(error).fate:
                case Fate.UNSURE:
                    return ""
                case Fate.BROKEN:  # its connections are not open yet, or not any more
                    return "not greeted yet"
                case _:
                    return f"cannot be reached ({type(error).__name__})"
        self._reached[door.name] = self.turns.clock()
        return ""
