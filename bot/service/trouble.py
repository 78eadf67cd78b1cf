"""What nobody foresaw: set aside, logged, counted and told to whoever runs the bot; the rest goes on."""

import asyncio
import datetime as dt
import logging
import time
import traceback
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from bot.doors.door import CannotServe
from bot.service.bell import Bell
from bot.service.metrics import Metrics
from bot.service.threads import Threads
from bot.store.database import PASSING_ERRORS
from bot.turn import Turns

log = logging.getLogger(__name__)

TOLD_AGAIN = dt.timedelta(hours=1)  # of the same trouble
PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
HOME = Path(__file__).parent.parent.parent


class Trouble:
    """`note` may be called from any thread. `admin`: the chat that is told, if any."""

    def __init__(self, turns: Turns, threads: Threads, metrics: Metrics, admin: str | None) -> None:
        self.turns = turns
        self.threads = threads
        self.metrics = metrics
        self.admin = admin
        self.told: Bell = asyncio.Event()  # replaced by the service: set when a message waits in the outbox
        self._told_at: dict[str, dt.datetime] = {}
        self._lock = Lock()

    def note(self, where: str, error: Exception) -> None:
        """Log it with its trace, and tell the administrators once an hour."""
        log.error("unforeseen, in %s: %s", where, type(error).__name__, exc_info=error)
        self.metrics.error(where, error)
        line = f"{where}: {type(error).__name__} ({_place(error)})"
        if self.admin and self._is_news(line):
            with suppress(Exception):  # the log has it; what is told must not break what is noted
                self.turns.tell(self.admin, "admin.trouble", [line])

    def shut(self, door: str, error: Exception) -> None:
        """A door cannot be served, others are: in the log each time, to the administrators once an hour."""
        log.error("the door of %s stays shut: %s", door, error)
        self.metrics.door(door, is_open=False)
        self._tell("admin.door_shut", f"{door}: {error}")

    def other_key(self) -> None:
        """Another replica, or the last start, had another key."""
        log.error(
            "SERVER_KEY is another than that of the other replicas, or of the last start: their receipts and limits "
            "are not known here; give all of them the same and keep it"
        )
        self._tell("admin.other_key", "SERVER_KEY")

    def _tell(self, key: str, line: str) -> None:
        if self.admin and self._is_news(line):
            with suppress(Exception):  # the log has it
                self.turns.tell(self.admin, key, [line])
                self.told.set()

    async def outlive(self, where: str, run: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
        """Begin `run` again whatever ends it before `stop`; what is our own mistake after a pause that grows."""
        pause = PAUSE_SECONDS
        while not stop.is_set():
            began = time.monotonic()
            try:
                return await run()
            except CannotServe:
                raise
            except PASSING_ERRORS as error:
                log.error("%s waits for the database: %s", where, type(error).__name__)
                pause = PAUSE_SECONDS
            except Exception as error:  # noqa: BLE001 - one task's mistake must not end the service
                pause = PAUSE_SECONDS if time.monotonic() - began > LONGEST_PAUSE_SECONDS else pause * 2
                await self._note(where, error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), min(pause, LONGEST_PAUSE_SECONDS))
        return None

    async def _note(self, where: str, error: Exception) -> None:
        await self.threads.run(self.note, where, error)
        self.told.set()

    def _is_news(self, line: str) -> bool:
        now = self.turns.clock()
        with self._lock:
            last = self._told_at.get(line)
            news = last is None or not now - TOLD_AGAIN < last <= now
            if news:
                self._told_at[line] = now
        return news


def _place(error: Exception) -> str:
    """The last line of our own code that the error came through."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(HOME / "bot"):
            return f"{path.relative_to(HOME)}:{frame.lineno}"
    return "?"
