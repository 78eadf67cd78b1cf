"""The worker: takes the turns that wait in the inbox, in order within a chat, chats in parallel."""

import asyncio
import json
import logging
import random
import time
from collections import defaultdict
from contextlib import suppress
from types import TracebackType
from typing import Any

from bot.conversation.visit import Visit
from bot.doors.door import Door, Unreadable
from bot.logs import under
from bot.service.bell import Bell
from bot.service.metrics import Metrics
from bot.service.threads import Threads
from bot.store import inbox
from bot.store.database import PASSING_ERRORS, Transaction
from bot.store.inbox import Receipt, Waiting
from bot.turn import Call, Taken, Turns, Unforeseen

log = logging.getLogger(__name__)

BATCH = 100  # updates held in memory at once, however many wait
TOGETHER = 50  # turns that may share a transaction: none waits for more than these
GROUPS = 2  # of turns at a time: one is worked on while another waits for its disk
MAX_ATTEMPTS = 3
PAUSE_SECONDS = 1.0
ELSEWHERE_SECONDS = 0.02
LOOK_SECONDS = 1.0  # at what other replicas stored, should nobody ring


class Worker:
    """Takes the turns of all doors that were opened to it."""

    def __init__(self, turns: Turns, threads: Threads, metrics: Metrics | None = None) -> None:
        self.turns = turns
        self.threads = threads
        self.metrics = metrics or Metrics()
        self.arrived = asyncio.Event()  # set by whoever stores an update
        self.answered: Bell = asyncio.Event()  # rung when replies wait in the outbox
        self.unforeseen: Unforeseen = turns.unforeseen
        self._doors: dict[str, Door] = {}
        self._calls: list[tuple[Call, asyncio.Future[Taken]]] = []
        self._taking = asyncio.Semaphore(GROUPS)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._held = 0  # updates in memory
        self._met = False  # another replica, at a chat
        self._hands: dict[str, int] = {}  # which chat of a door comes next, of a ring of all

    def open(self, door: Door) -> None:
        """From now on its updates are read; those that wait too."""
        self._hands[door.name] = random.randint(-(2**31), 2**31 - 1)
        self._doors = {**self._doors, door.name: door}  # another thread may be going through them
        self.arrived.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; what is under way is finished first."""
        while not stop.is_set():
            self.arrived.clear()
            if self._held > BATCH // 2:
                await self.arrived.wait()  # until a chat is done
                continue
            try:
                found = await self.threads.run(self._waiting)
            except PASSING_ERRORS as error:
                self.metrics.error("database", error)
                log.error("the database does not answer: %s", type(error).__name__)
                await _pause(stop)
                continue
            self.begin(found)
            if not found:
                await self._rest()
        await self.settle()

    def begin(self, found: dict[str, list[Waiting]]) -> None:
        """Take the turns of these chats, side by side."""
        for chat, updates in found.items():
            self._held += len(updates)
            self._busy[chat] = asyncio.create_task(self._serve(chat, updates))

    async def _rest(self) -> None:
        """Until something arrives; what another replica stored and left is found by looking."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.arrived.wait(), LOOK_SECONDS if self.turns.database.shared else None)

    async def settle(self) -> None:
        """Wait until no turn is under way."""
        while self._busy:
            await asyncio.gather(*self._busy.values())

    async def _take(self, visit: Visit, receipt: Receipt) -> bool:
        """The turn itself, in another thread; False where another replica is at work in the chat."""
        started = time.perf_counter()
        taken = await self._taken_with_others(Call(visit, receipt))
        self._met |= not taken.happened
        if taken.elsewhere:
            await asyncio.sleep(ELSEWHERE_SECONDS)
            return False
        self.answered.set()
        seconds = time.perf_counter() - started
        self.metrics.turn(visit, taken, seconds)
        log.info("turn taken", extra={"facts": _facts(visit, taken, seconds)})
        return True

    async def _taken_with_others(self, call: Call) -> Taken:
        """Take the turn together with all that came while the thread was busy."""
        outcome: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
        self._calls.append((call, outcome))
        async with self._taking:
            together, self._calls = self._calls[:TOGETHER], self._calls[TOGETHER:]
            if together:
                await self._take_together(together)
        return await outcome

    async def _take_together(self, together: list[tuple[Call, asyncio.Future[Taken]]]) -> None:
        try:
            done = await self.threads.run(self.turns.take_together, [call for call, _ in together])
        except BaseException:
            for _, outcome in together:
                outcome.cancel()  # nobody is to wait for what will not come
            raise
        for (_, outcome), taken in zip(together, done, strict=True):
            if isinstance(taken, Taken):
                outcome.set_result(taken)
            else:
                outcome.set_exception(taken)

    async def _pass_over(self, receipt: Receipt) -> bool:
        await self.threads.run(self.turns.pass_over, receipt)
        return True

    def _waiting(self) -> dict[str, list[Waiting]]:
        """By chat; each door has its share of the room, so that a flood at one keeps none of the others waiting."""
        found: defaultdict[str, list[Waiting]] = defaultdict(list)
        share, busy = -(-(BATCH - self._held) // max(1, len(self._doors))), list(self._busy)
        with self.turns.database.look() as connection:
            met, self._met = self._met, False
            for source in self._doors:
                for update in self._of(connection, source, share, busy, met=met):
                    found[update.chat].append(update)
        return found

    def _of(self, connection: Transaction, source: str, limit: int, busy: list[str], *, met: bool) -> list[Waiting]:
        if not self.turns.database.shared:
            return inbox.waiting(connection, source, limit=limit, busy=busy)
        if met:
            self._hands[source] = inbox.anywhere(connection, source)
        hand = self._hands[source]
        updates, self._hands[source], met = inbox.waiting_from(connection, source, hand=hand, limit=limit, busy=busy)
        self._met |= met
        return updates

    async def _serve(self, chat: str, updates: list[Waiting]) -> None:
        try:
            for update in updates:
                with under(update.receipt.number):
                    if not await self._one(self._doors[update.receipt.source], update):
                        break  # its turn comes again before the next of its chat
        except PASSING_ERRORS as error:
            self.metrics.error("database", error)
            log.error("a turn waits for the database: %s", type(error).__name__)
            await asyncio.sleep(PAUSE_SECONDS)
        except Exception as error:  # noqa: BLE001 - a chat whose turns nobody foresaw keeps no other waiting
            await self._unforeseen(updates, error)
        finally:
            del self._busy[chat]
            self._held -= len(updates)
            self.arrived.set()

    async def _one(self, door: Door, waiting: Waiting) -> bool:
        """Take one turn; False where it is to be taken again."""
        receipt, raw = waiting.receipt, None
        try:
            raw = _loaded(waiting.raw)
            visit = door.read(raw)
            visit = visit and await door.meant(visit)
            return await (self._take(visit, receipt) if visit else self._pass_over(receipt))
        except Unreadable as error:
            log.warning("the update cannot be read: %s", error)
            self.metrics.error("update", error)
            await self.threads.run(self._set_aside, receipt, f"unreadable: {error}")
            return True
        except Exception as error:  # noqa: BLE001 - whatever nobody foresaw about one update
            return await self._failed(waiting, error)
        finally:
            await door.acknowledge(raw)

    async def _failed(self, waiting: Waiting, failure: Exception) -> bool:
        if isinstance(failure, PASSING_ERRORS):
            raise failure
        self.metrics.error("turn", failure)
        log.error("turn %d failed", waiting.receipt.number, exc_info=_without_words(failure))
        if waiting.attempts + 1 >= MAX_ATTEMPTS:
            await self.threads.run(self.turns.apologise, waiting.chat, waiting.receipt, type(failure).__name__)
            self.answered.set()
            return True
        await self.threads.run(self._count_attempt, waiting.receipt, type(failure).__name__)
        return False

    async def _unforeseen(self, updates: list[Waiting], error: Exception) -> None:
        """Neither the turn nor the apology for it came about: the first that waits is set aside without a word."""
        with suppress(Exception):
            await self.threads.run(self.unforeseen, "worker", error)
            await self.threads.run(self._set_aside_first, updates, f"unforeseen: {type(error).__name__}")
        await asyncio.sleep(PAUSE_SECONDS)

    def _set_aside_first(self, updates: list[Waiting], error: str) -> None:
        """The one that failed is the first whose turn has not been taken."""
        for update in updates:
            with self.turns.database.change() as connection:
                if inbox.set_aside(connection, update.receipt, error=error, now=self.turns.clock()):
                    return

    def _set_aside(self, receipt: Receipt, error: str) -> None:
        with self.turns.database.change() as connection:
            inbox.set_aside(connection, receipt, error=error, now=self.turns.clock())

    def _count_attempt(self, receipt: Receipt, error: str) -> None:
        with self.turns.database.change() as connection:
            inbox.count_attempt(connection, receipt, error=error)


def _loaded(raw: str) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Unreadable(type(error).__name__) from error


def _facts(visit: Visit, taken: Taken, seconds: float) -> dict[str, object]:
    """What may be said of a turn in a log: nothing that tells who it was or what they wrote."""
    plain = "flood" if taken.flood else "done" if taken.happened else "before"
    outcome = taken.understanding.outcome.value if taken.understanding else plain
    return {"kind": visit.kind.value, "outcome": outcome, "ms": round(seconds * 1000, 1)}


def _without_words(failure: Exception) -> tuple[type[Exception], Exception, TracebackType | None]:
    """The trace of a failure without its message, which may quote a citizen."""
    bare = RuntimeError(type(failure).__name__).with_traceback(failure.__traceback__)
    return RuntimeError, bare, failure.__traceback__


async def _pause(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), PAUSE_SECONDS)
    except TimeoutError:
        return
