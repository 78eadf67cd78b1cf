"""Serve Telegram: intake, worker and delivery side by side until the process is told to stop."""

import asyncio
import datetime as dt
import hashlib
import logging
import signal
import socket
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.config import Settings
from bot.content.live import LiveContent
from bot.doors.telegram.app import TelegramApplication, build_application
from bot.doors.telegram.inbound import DOOR
from bot.doors.telegram.menus import Menus
from bot.doors.telegram.poll import ALLOWED_UPDATES, TokenRefused, poll, poll_in_turn
from bot.doors.telegram.webhook import secret_for, webhook
from bot.service.alarm import Alarm
from bot.service.delivery import Delivery, Pace
from bot.service.intake import Intake
from bot.service.metrics import Metrics
from bot.service.renewal import Renewal
from bot.service.threads import Threads
from bot.service.trouble import CannotServe, Trouble
from bot.service.watch import Watch
from bot.service.worker import Worker
from bot.store.database import PASSING_ERRORS
from bot.turn import Turns

__all__ = ["CannotServe", "Service", "serve"]

log = logging.getLogger(__name__)

DRAIN_SECONDS = 10
CLOSING_SECONDS = 2
RETRY_SECONDS = 5.0
AGENDA_SECONDS = 2.0
MENUS_SECONDS = 30.0  # until whoever began to serve is shown the commands of it
LOG_SECONDS = 60.0  # wiped words stay in SQLite's log no longer


class Refused(Exception):
    """Telegram did not do what a call asks; the message names the call."""

    def __init__(self, call: str, error: TelegramError) -> None:
        self.for_good = isinstance(error, BadRequest | Forbidden)
        away = isinstance(error, NetworkError) and not self.for_good
        super().__init__(f"{call} failed ({type(error).__name__})" if away else f"{call} is refused ({error.message})")
        wait = error.retry_after if isinstance(error, RetryAfter) else RETRY_SECONDS
        self.pause = wait.total_seconds() if isinstance(wait, dt.timedelta) else wait


@contextmanager
def _named(call: str) -> Iterator[None]:
    """Errors of Telegram's name the call that failed; a token that is refused needs none."""
    try:
        yield
    except InvalidToken:
        raise
    except TelegramError as error:
        raise Refused(call, error) from None


class Service:
    """The rooms of `chat/` wired together for one bot."""

    def __init__(
        self, settings: Settings, turns: Turns, pace: Pace | None = None, live: LiveContent | None = None
    ) -> None:
        if settings.telegram_bot_token is None:
            raise CannotServe("TELEGRAM_BOT_TOKEN is not set.")
        self.settings = settings
        self.token = settings.telegram_bot_token.get_secret_value()
        self.turns = turns
        self.threads = Threads(1 if turns.database.dialect == "sqlite" else 8)
        self.metrics = Metrics()
        self.worker = Worker(turns, self.threads, self.metrics)
        self.application: TelegramApplication = build_application(
            self.token, settings.telegram_api_url, self.worker.take, self.worker.pass_over, self.worker.note_failure
        )
        self.intake = Intake(turns, self.threads, self.worker.arrived)
        self.delivery = Delivery(turns, self.threads, self.application.bot, pace, self.metrics)
        self.watch = Watch(turns, self.threads, self.application.bot, self.metrics)
        admin = f"{DOOR}:{settings.admin_chat_id}" if settings.admin_chat_id else None
        self.trouble = Trouble(turns, self.threads, self.metrics, admin)
        self.renewal = Renewal(turns, self.threads, live, admin, self.trouble) if live else None
        turns.unforeseen = self.worker.unforeseen = self.trouble.note
        turns.house = replace(turns.house, admin=admin, seal=hashlib.sha256(f"limits:{self.token}".encode()).digest())
        self.alarm = Alarm(turns, self.threads)
        self.menus = Menus(self.application.bot, turns)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`. Raises CannotServe."""
        port = asyncio.create_task(_until(stop, self._app(), _listen(self.settings)))
        try:
            await self._greet(stop)
            if not stop.is_set():
                await self._serve(port, stop)
        finally:
            stop.set()
            await port
            with suppress(TelegramError):
                await self.application.shutdown()
                await self.application.bot.shutdown()  # its connections stay open where the token was refused
            self.threads.close()

    async def _greet(self, stop: asyncio.Event) -> None:
        """Check the token and tell Telegram our commands; wait where Telegram is out of reach."""
        while not stop.is_set():
            try:
                with _named("getMe"):
                    await self.application.initialize()
                await self._choose_door()
                return
            except InvalidToken:
                raise CannotServe(
                    "Telegram does not accept TELEGRAM_BOT_TOKEN; copy it again from @BotFather."
                ) from None
            except Refused as error:
                pause = error.pause
                log.warning("%s: %s; trying again in %.0f s", self.settings.shown_api_url, error, pause)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), pause)

    async def _choose_door(self) -> None:
        bot, url = self.application.bot, self.settings.webhook_url
        if not url:
            with _named("deleteWebhook"):
                await bot.delete_webhook()
            return
        try:
            with _named("setWebhook"):
                await bot.set_webhook(url, secret_token=self._secret(), allowed_updates=ALLOWED_UPDATES)
        except Refused as error:
            if error.for_good:
                raise CannotServe(f"Telegram refuses WEBHOOK_URL: {error}.") from None
            raise

    async def _register(self, stop: asyncio.Event) -> None:
        """Tell Telegram our commands beside everything else: nobody waits for a list."""
        told_all = False
        while not stop.is_set():
            pause = MENUS_SECONDS
            try:
                with _named("setMyCommands"):
                    if not told_all:
                        await self.menus.everywhere()
                    told_all = True
                    for chat, names in await self.threads.run(self.menus.due):
                        await self.menus.show(chat, names)
            except Refused as error:
                log.warning("the list of commands stays as it was: %s", error)
                told_all = told_all or error.for_good
                pause = error.pause
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)

    async def _serve(self, port: asyncio.Task[None], stop: asyncio.Event) -> None:
        log.info("serving @%s", self.application.bot.username)
        delivering = asyncio.Event()
        self.worker.answered = delivering
        self.trouble.told = delivering
        finished, last = asyncio.Event(), self.trouble.outlive
        async with asyncio.TaskGroup() as group:
            taking_in = group.create_task(last("intake", lambda: self._take_in(port, stop), stop))
            working = group.create_task(last("worker", lambda: self.worker.run(self.application, stop), stop))
            group.create_task(last("delivery", lambda: self.delivery.run(delivering, finished), finished))
            group.create_task(last("agenda", lambda: self._keep_appointments(delivering, stop), stop))
            listing = group.create_task(last("commands", lambda: self._register(stop), stop))
            self.alarm.told = delivering
            group.create_task(last("alarm", lambda: self.alarm.run(stop), stop))
            if self.renewal:
                self.renewal.told = delivering
                group.create_task(last("renewal", lambda: self._renewed(stop), stop))
            group.create_task(last("replicas", lambda: self._hear(stop), stop))
            await taking_in
            stop.set()
            self.worker.arrived.set()
            await asyncio.wait({working, listing}, timeout=DRAIN_SECONDS)
            listing.cancel()
            finished.set()
            delivering.set()

    async def _keep_appointments(self, delivering: asyncio.Event, stop: asyncio.Event) -> None:
        """What the agenda of the queue has for each moment; whatever fails is tried again."""
        await self.threads.run(self.turns.plan_nightly)
        emptied = asyncio.get_running_loop().time()
        while not stop.is_set():
            if await self.threads.run(self.turns.keep_appointments):
                delivering.set()
            if asyncio.get_running_loop().time() > emptied + LOG_SECONDS:
                await self.threads.run(self.turns.database.empty_log)
                emptied = asyncio.get_running_loop().time()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), AGENDA_SECONDS)

    async def _renewed(self, stop: asyncio.Event) -> None:
        if self.renewal:
            await self.renewal.run(stop)

    async def _take_in(self, port: asyncio.Task[None], stop: asyncio.Event) -> None:
        if not self.settings.webhook_url:
            try:
                await self._poll(f"{self.settings.telegram_api_url}/bot{self.token}", stop)
            except TokenRefused:
                stop.set()
                raise CannotServe("Telegram no longer accepts TELEGRAM_BOT_TOKEN.") from None
            return
        try:
            await port
        except Exception as error:  # noqa: BLE001 - nothing more arrives, whatever the reason
            raise CannotServe(f"The port of the webhook no longer listens ({type(error).__name__}).") from None

    def _app(self) -> Starlette:
        """What the port answers: always the watch, and the webhook where Telegram posts to us."""
        routes = self.watch.routes()
        if self.settings.webhook_url:
            routes.append(webhook(urlsplit(self.settings.webhook_url).path, self._secret(), self.intake))
        return Starlette(routes=routes)

    async def _poll(self, base_url: str, stop: asyncio.Event) -> None:
        if self.turns.database.shared:
            await poll_in_turn(base_url, self.intake, stop, self.delivery.name)
        else:
            await poll(base_url, self.intake, stop)

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

    def _secret(self) -> str:
        secret = self.settings.webhook_secret
        return secret.get_secret_value() if secret else secret_for(self.token)


def serve(settings: Settings, turns: Turns, live: LiveContent) -> None:
    """Serve until SIGINT or SIGTERM. Raises CannotServe."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, stop.set)
            except NotImplementedError:  # on Windows
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
        await Service(settings, turns, live=live).run(stop)

    _first_error(main())


def _first_error(work: Coroutine[Any, Any, None]) -> None:
    """Run `work`; of several errors at once only the first matters to the operator."""
    try:
        asyncio.run(work)
    except* CannotServe as errors:
        raise errors.exceptions[0] from None


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
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise CannotServe(f"Port {settings.port} on {settings.host} cannot be used: {error.strerror}.") from None
    return listening
