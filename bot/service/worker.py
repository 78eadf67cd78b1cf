"""The worker: takes the turns that wait in the inbox, in order within a chat, chats in parallel."""

import asyncio
import json
import logging
import random
import time
from collections import defaultdict
from contextlib import suppress
from types import TracebackType

from bot.conversation.visit import Visit
from bot.doors.telegram.app import TelegramApplication
from bot.doors.telegram.inbound import DOOR
from bot.doors.telegram.readable import read
from bot.logs import under
from bot.service.metrics import Metrics
from bot.service.threads import Threads
from bot.store import inbox
from bot.store.database import PASSING_ERRORS
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
    """Feeds stored updates to the Application, whose handlers call `take`, `pass_over` and `note_failure`."""

    def __init__(self, turns: Turns, threads: Threads, metrics: Metrics | None = None) -> None:
        self.turns = turns
        self.threads = threads
        self.metrics = metrics or Metrics()
        self.arrived = asyncio.Event()  # set by whoever stores an update
        self.answered = asyncio.Event()  # set when replies wait in the outbox
        self.unforeseen: Unforeseen = turns.unforeseen
        self._calls: list[tuple[Call, asyncio.Future[Taken]]] = []
        self._taking = asyncio.Semaphore(GROUPS)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._held = 0  # updates in memory
        self._met = False  # another replica, at a chat
        self._hand = random.randint(-(2**31), 2**31 - 1)  # which chat comes next, of a ring of all
        self._failure: dict[int, Exception] = {}
        self._elsewhere: set[int] = set()
        self._done: set[int] = set()

    async def run(self, application: TelegramApplication, stop: asyncio.Event) -> None:
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
            self.begin(application, found)
            if not found:
                await self._rest()
        await self.settle()

    def begin(self, application: TelegramApplication, found: dict[str, list[Waiting]]) -> None:
        """Take the turns of these chats, side by side."""
        for chat, updates in found.items():
            self._held += len(updates)
            self._busy[chat] = asyncio.create_task(self._serve(application, chat, updates))

    async def _rest(self) -> None:
        """Until something arrives; what another replica stored and left is found by looking."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.arrived.wait(), LOOK_SECONDS if self.turns.database.shared else None)

    async def settle(self) -> None:
        """Wait until no turn is under way."""
        while self._busy:
            await asyncio.gather(*self._busy.values())

    async def take(self, visit: Visit, number: int) -> None:
        """Called by the handlers: the turn itself, in another thread."""
        started = time.perf_counter()
        taken = await self._taken_with_others(Call(visit, Receipt(source=DOOR, number=number)))
        self._met |= not taken.happened
        if taken.elsewhere:  # not a turn of ours
            self._elsewhere.add(number)
            return
        self._done.add(number)
        self.answered.set()
        seconds = time.perf_counter() - started
        self.metrics.turn(visit, taken, seconds)
        log.info("turn taken", extra={"facts": _facts(visit, taken, seconds)})

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

    async def pass_over(self, number: int) -> None:
        await self.threads.run(self.turns.pass_over, Receipt(source=DOOR, number=number))
        self._done.add(number)

    def note_failure(self, number: int, failure: Exception) -> None:
        """Called where a handler raised; `_one` decides what becomes of the update."""
        self._failure[number] = failure

    def _waiting(self) -> dict[str, list[Waiting]]:
        found: defaultdict[str, list[Waiting]] = defaultdict(list)
        room, busy = BATCH - self._held, list(self._busy)
        with self.turns.database.look() as connection:
            if self.turns.database.shared:
                if self._met:
                    self._hand, self._met = inbox.anywhere(connection, DOOR), False
                found_from = inbox.waiting_from(connection, DOOR, hand=self._hand, limit=room, busy=busy)
                updates, self._hand, self._met = found_from
            else:
                updates = inbox.waiting(connection, DOOR, limit=room, busy=busy)
        for update in updates:
            found[update.chat].append(update)
        return found

    async def _serve(self, application: TelegramApplication, chat: str, updates: list[Waiting]) -> None:
        try:
            for update in updates:
                with under(update.receipt.number):
                    if not await self._one(application, update):
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

    async def _one(self, application: TelegramApplication, waiting: Waiting) -> bool:
        """Take one turn; False where it is to be taken again."""
        receipt = waiting.receipt
        try:
            update = read(json.loads(waiting.raw), application.bot)
        except Exception as error:  # noqa: BLE001 - whatever a malformed update makes the library raise
            log.warning("the update cannot be read: %s", type(error).__name__)
            self.metrics.error("update", error)
            await self.threads.run(self._set_aside, receipt, f"unreadable: {type(error).__name__}")
            return True
        try:
            await application.process_update(update)
        except Exception as error:  # noqa: BLE001 - the library's own failing on an update nobody foresaw
            self.note_failure(receipt.number, error)
        if failure := self._failure.pop(receipt.number, None):
            self._done.discard(receipt.number)
            return await self._failed(waiting, failure)
        if receipt.number in self._elsewhere:
            self._elsewhere.discard(receipt.number)
            await asyncio.sleep(ELSEWHERE_SECONDS)
            return False
        if receipt.number not in self._done:
            await self.pass_over(receipt.number)  # no handler wanted it
        self._done.discard(receipt.number)
        return True

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
