"""The process: worker, agenda and watch once, intake and delivery for each door, until it is told to stop."""

import asyncio
import hashlib
import logging
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import uvicorn
from starlette.applications import Starlette

from bot.config import Settings
from bot.content.live import LiveContent
from bot.doors.door import CannotServe, Door
from bot.service.alarm import Alarm
from bot.service.bell import Bells
from bot.service.delivery import Delivery
from bot.service.intake import Intake
from bot.service.metrics import Metrics
from bot.service.renewal import Renewal
from bot.service.routing import Routes
from bot.service.threads import Threads
from bot.service.trouble import Trouble
from bot.service.watch import Watch
from bot.service.worker import Worker
from bot.store import known_key
from bot.store.database import PASSING_ERRORS
from bot.turn import Turns

__all__ = ["CannotServe", "Service"]

log = logging.getLogger(__name__)

DRAIN_SECONDS = 10
CLOSING_SECONDS = 2
RETRY_SECONDS = 5.0
REFUSED_SECONDS = 60.0  # until a door that cannot be served is tried again, beside others that are
AGENDA_SECONDS = 2.0
LOG_SECONDS = 60.0  # wiped words stay in SQLite's log no longer


@dataclass(frozen=True)
class Doorway:
    """A door with what takes in and what sends through it."""

    door: Door
    intake: Intake
    delivery: Delivery
    more: asyncio.Event = field(default_factory=asyncio.Event)  # waits in the outbox
    chores: list[asyncio.Task[None]] = field(default_factory=list)


class Service:
    """The process: whatever is the matter with one door keeps none of the others shut."""

    def __init__(
        self,
        settings: Settings,
        turns: Turns,
        doors: Sequence[Door],
        threads: Threads | None = None,
        live: LiveContent | None = None,
    ) -> None:
        if not doors:
            raise CannotServe("No door is open: set TELEGRAM_BOT_TOKEN or ZALO_BOT_TOKEN, or leave WEB on.")
        self.settings = settings
        self.turns = turns
        self.threads = threads or Threads.of(turns.database)
        for door in doors:
            door.beside = {one.name: one for one in doors}
        self.metrics = Metrics()
        self.worker = Worker(turns, self.threads, self.metrics)
        self.doorways = [self._doorway(door) for door in doors]
        self.delivering = Bells([one.more for one in self.doorways])
        self.routes = [route for one in self.doorways for route in one.door.routes(one.intake)]
        self.watch = Watch(turns, self.threads, doors, self.metrics)
        admin = settings.admin
        self.trouble = Trouble(turns, self.threads, self.metrics, admin)
        self.renewal = Renewal(turns, self.threads, live, admin, self.trouble) if live else None
        turns.unforeseen = self.worker.unforeseen = self.trouble.note
        passing = frozenset(door.name for door in doors if door.can.passing)
        windowed = frozenset(door.name for door in doors if door.can.window)
        address = settings.public_url or ""
        turns.renew(
            admin=admin, seal=seal(settings), passing=passing, windowed=windowed, address=address,
            mini_app=settings.telegram_mini_app or "",
        )  # fmt: skip
        turns.sent = self.delivering.set
        self.alarm = Alarm(turns, self.threads, doors)

    def _doorway(self, door: Door) -> Doorway:
        intake = Intake(self.turns, self.threads, self.worker.arrived, door)
        return Doorway(door, intake, Delivery(self.turns, self.threads, door, self.metrics))

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`. Raises CannotServe."""
        port = asyncio.create_task(_until(stop, self._app(), _listen(self.settings)))
        try:
            await self._serve(port, stop)
        except BaseExceptionGroup as errors:
            raise _first_of(errors) from None
        finally:
            stop.set()
            await port
            for one in self.doorways:
                await one.door.close()
            self.threads.close()

    async def _serve(self, port: asyncio.Task[None], stop: asyncio.Event) -> None:
        self.worker.answered = self.trouble.told = self.alarm.told = self.delivering
        finished, last = asyncio.Event(), self.trouble.outlive
        async with asyncio.TaskGroup() as group:
            working = group.create_task(last("worker", lambda: self.worker.run(stop), stop))
            group.create_task(last("agenda", lambda: self._keep_appointments(stop), stop))
            group.create_task(last("alarm", lambda: self.alarm.run(stop), stop))
            if renewal := self.renewal:
                renewal.told = self.delivering
                group.create_task(last("renewal", lambda: renewal.run(stop), stop))
            group.create_task(last("replicas", lambda: self._hear(stop), stop))
            group.create_task(self._listening(port, stop))
            async with asyncio.TaskGroup() as receiving:
                for one in self.doorways:
                    receiving.create_task(self._keep_open(one, group, stop, finished))
            stop.set()
            self.worker.arrived.set()
            chores = [chore for one in self.doorways for chore in one.chores]
            await asyncio.wait({working, *chores}, timeout=DRAIN_SECONDS)
            for chore in chores:
                chore.cancel()
            finished.set()
            self.delivering.set()

    async def _keep_open(
        self, one: Doorway, group: asyncio.TaskGroup, stop: asyncio.Event, finished: asyncio.Event
    ) -> None:
        """Take in through a door until `stop`; one that cannot be served is tried again where others are open."""
        last, sending = self.trouble.outlive, None
        while not stop.is_set():
            try:
                await last("greeting", lambda: one.door.greet(stop), stop)
                if stop.is_set():
                    return
                self._is_open(one.door.name)
                self.worker.open(one.door)
                sending = sending or self._open(one, group, stop, finished)
                await last("intake", lambda: one.door.receive(one.intake, stop), stop)
                return
            except CannotServe as error:
                self.watch.shut[one.door.name] = str(error)
                if len(self.watch.shut) == len(self.doorways):
                    stop.set()
                    raise
                await self.threads.run(self.trouble.shut, one.door.name, error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), REFUSED_SECONDS)

    def _is_open(self, name: str) -> None:
        self.watch.open.add(name)
        self.watch.shut.pop(name, None)
        self.metrics.door(name, is_open=True)

    def _open(
        self, one: Doorway, group: asyncio.TaskGroup, stop: asyncio.Event, finished: asyncio.Event
    ) -> asyncio.Task[None]:
        """Begin to send, and what else the door does."""
        last = self.trouble.outlive
        for name, chore in one.door.chores().items():
            one.chores.append(group.create_task(last(name, partial(chore, stop), stop)))
        return group.create_task(last("delivery", lambda: one.delivery.run(one.more, finished), finished))

    async def _keep_appointments(self, stop: asyncio.Event) -> None:
        """What the agenda of the queue has for each moment; whatever fails is tried again."""
        await self.threads.run(self._compare_keys)
        await self.threads.run(self.turns.plan_nightly)
        emptied = asyncio.get_running_loop().time()
        while not stop.is_set():
            if await self.threads.run(self.turns.keep_appointments):
                self.delivering.set()
            if asyncio.get_running_loop().time() > emptied + LOG_SECONDS:
                await self.threads.run(self.turns.database.empty_log)
                emptied = asyncio.get_running_loop().time()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), AGENDA_SECONDS)

    def _compare_keys(self) -> None:
        """Whether limits, forms and receipts are known here by the key by which they were made."""
        mark = int.from_bytes(hashlib.sha256(b"mark:" + self.turns.house.seal).digest()[:7])
        with self.turns.database.change() as connection:
            before = known_key.change(connection, mark)
        if before not in (None, mark):
            self.trouble.other_key()

    async def _listening(self, port: asyncio.Task[None], stop: asyncio.Event) -> None:
        """Where a door needs the port, nothing more arrives once it no longer listens."""
        await asyncio.wait({port, asyncio.ensure_future(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
        if self.routes and not stop.is_set():
            stop.set()
            raise CannotServe(f"Port {self.settings.port} no longer listens.")

    def _app(self) -> Starlette:
        """What the port answers: always the watch, and whatever the doors do."""
        app = Starlette()
        app.router = Routes([*self.watch.routes(), *self.routes])
        return app

    async def _hear(self, stop: asyncio.Event) -> None:
        """Be woken by what other replicas store. Where nobody can ring, the worker looks by itself."""
        loop = asyncio.get_running_loop()

        def heard() -> None:
            loop.call_soon_threadsafe(self.worker.arrived.set)

        while self.turns.database.shared and not stop.is_set():
            with suppress(*PASSING_ERRORS):
                await asyncio.to_thread(self.turns.database.listen, heard, stop.is_set)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RETRY_SECONDS)


def seal(settings: Settings) -> bytes:
    """The key of what limits know people by: the same in all replicas, and not in their database."""
    return hashlib.sha256(f"limits:{settings.key}".encode()).digest()


def _first_of(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Of several errors at once only the first matters to the operator."""
    refused = errors.subgroup(CannotServe)
    one: BaseException = refused or errors
    while isinstance(one, BaseExceptionGroup):
        one = one.exceptions[0]
    return one if refused else errors


class _Server(uvicorn.Server):
    """Leaves signals to us: they stop the whole service, in order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _until(stop: asyncio.Event, app: Starlette, listening: socket.socket) -> None:
    server = _Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=CLOSING_SECONDS))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await asyncio.wait({serving, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving
    listening.close()


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Said to be TCP: of any other stream asyncio does not ask that what is written goes out at once.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise CannotServe(f"Port {settings.port} on {settings.host} cannot be used: {error.strerror}.") from None
    return listening
