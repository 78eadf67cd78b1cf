"""What an operator and a load balancer ask a serving process: alive, ready, how much."""

import asyncio
import datetime as dt

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from telegram import Bot
from telegram.error import TelegramError

from bot.doors.telegram.failures import Fate, fate_of
from bot.service.alarm import OLDEST_REPLY
from bot.service.metrics import Metrics
from bot.service.threads import Threads
from bot.store import figures
from bot.store.database import PASSING_ERRORS
from bot.store.figures import Figures
from bot.turn import Turns

TELEGRAM_SEEN_WITHIN = dt.timedelta(seconds=15)
DATABASE_SECONDS = 3.0
NEVER_JUDGED = ("outbox",)
TELEGRAM_SECONDS = 3.0


class Watch:
    """Answers `/healthz`, `/readyz` and `/metrics`."""

    def __init__(self, turns: Turns, threads: Threads, bot: Bot, metrics: Metrics) -> None:
        self.turns = turns
        self.threads = threads
        self.bot = bot
        self.metrics = metrics
        self._reached: dt.datetime | None = None
        self._looking: asyncio.Future[dict[str, str]] | None = None

    def routes(self) -> list[Route]:
        return [Route("/healthz", self._alive), Route("/readyz", self._ready), Route("/metrics", self._metrics)]

    async def _alive(self, _request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def _ready(self, _request: Request) -> Response:
        """Judges the process, its database and its own way to Telegram: by these replicas differ.

        One busy chat makes the outbox old for all of them at once: that is told here and never judged, or a balancer
        would have nobody left to send to.
        """
        stored, reached = await asyncio.gather(self._database(), self._telegram())
        problems = {name: said for name, said in (stored | reached).items() if name not in NEVER_JUDGED}
        return JSONResponse({"ready": not problems, **stored, **reached}, 503 if problems else 200)

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

    async def _telegram(self) -> dict[str, str]:
        if self._reached and self.turns.clock() - self._reached < TELEGRAM_SEEN_WITHIN:
            return {}
        try:
            await self.bot.get_me(read_timeout=TELEGRAM_SECONDS, connect_timeout=TELEGRAM_SECONDS)
        except TelegramError as error:
            if fate_of(error) is Fate.UNSURE:
                return {}  # slow, and slow for all
            return {"telegram": f"cannot be reached ({type(error).__name__})"}
        except RuntimeError:  # the bot's connections are not open yet, or not any more
            return {"telegram": "not greeted yet"}
        self._reached = self.turns.clock()
        return {}
