"""What only one of several replicas does at a time: another takes over when the one that did is gone."""

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

from bot.service.threads import Threads
from bot.store import leases
from bot.store.database import PASSING_ERRORS
from bot.turn import Turns

log = logging.getLogger(__name__)

LASTS = dt.timedelta(seconds=8)
RENEWED_SECONDS = 2.0


class Lease:
    """The right to do it. Where the database does not answer it counts as lost: nothing could be stored anyway."""

    def __init__(self, name: str, turns: Turns, threads: Threads) -> None:
        self.name, self.turns, self.threads = name, turns, threads
        self.holder = uuid4().hex

    async def in_turn(self, work: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event) -> None:
        """Do `work` while no other replica does; the event it is given says when to end. Raises what it raises."""
        while not stop.is_set():
            if not await self.take():
                await _sleep(stop, RENEWED_SECONDS)
                continue
            lost = asyncio.Event()
            keeping = asyncio.create_task(self.keep(lost, stop))
            try:
                await work(lost)
            finally:
                keeping.cancel()
        await self.let_go()

    async def take(self) -> bool:
        try:
            return await self.threads.run(self._take)
        except PASSING_ERRORS as error:
            log.warning("no lease for now: %s", type(error).__name__)
            return False

    async def keep(self, lost: asyncio.Event, stop: asyncio.Event) -> None:
        """Renew it until `stop`; sets `lost` at the end."""
        while not stop.is_set():
            await _sleep(stop, RENEWED_SECONDS)
            if not await self.take():
                break
        lost.set()

    async def let_go(self) -> None:
        with suppress(*PASSING_ERRORS):
            await self.threads.run(self._let_go)

    def _take(self) -> bool:
        with self.turns.database.change() as connection:
            return leases.take(connection, self.name, holder=self.holder, now=self.turns.clock(), lasts=LASTS)

    def _let_go(self) -> None:
        with self.turns.database.change() as connection:
            leases.let_go(connection, self.name, holder=self.holder)


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
