"""The alarm: replies that wait too long are told to whoever runs the bot, once, and so is the end of it."""

import asyncio
import datetime as dt
import logging
from contextlib import suppress

from bot.service.bell import Bell
from bot.service.threads import Threads
from bot.store import alarms, figures
from bot.store.database import PASSING_ERRORS
from bot.turn import Turns

log = logging.getLogger(__name__)

OLDEST_REPLY = dt.timedelta(minutes=2)  # people look at their phones for less
LOOK_SECONDS = 15.0
SLOW = "slow"


class Alarm:
    """Of several replicas one tells: whichever looks first."""

    def __init__(self, turns: Turns, threads: Threads) -> None:
        self.turns = turns
        self.threads = threads
        self.told: Bell = asyncio.Event()  # set when a message for the administrator waits in the outbox

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                if await self.threads.run(self.look):
                    self.told.set()
            except PASSING_ERRORS as error:
                log.error("the alarm waits for the database: %s", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)

    def look(self) -> bool:
        """Whether something was told."""
        now = self.turns.clock()
        with self.turns.database.change() as connection:
            oldest = figures.oldest_reply(connection, now=now)
            waited = now - oldest if oldest else dt.timedelta()
            slow = waited > OLDEST_REPLY
            if not (alarms.ring(connection, SLOW, now=now) if slow else alarms.end(connection, SLOW)):
                return False
            log.log(logging.WARNING if slow else logging.INFO, "the oldest reply waits %d s", waited.total_seconds())
            return self.turns.tell_admin(connection, slow_for=waited if slow else None)
