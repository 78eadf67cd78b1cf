"""Telegram's door: the Bot API by polling or webhook."""

import asyncio
import datetime as dt
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from starlette.routing import BaseRoute
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.config import Settings
from bot.conversation.converse import language_of
from bot.conversation.reply import Reply
from bot.conversation.visit import Kind, Visit
from bot.doors.door import Can, CannotServe, Chore, Door, Meaning, Pace, Spot, Takes, Unreadable
from bot.doors.speech import Recogniser
from bot.doors.telegram import inbound, plain
from bot.doors.telegram.failures import meaning_of
from bot.doors.telegram.menus import Menus
from bot.doors.telegram.plain import PlainBot
from bot.doors.telegram.poll import ALLOWED_UPDATES, TokenRefused, poll
from bot.doors.telegram.readable import read
from bot.doors.telegram.spots import Spots
from bot.doors.telegram.webhook import secret_for, webhook
from bot.doors.trust import trusted
from bot.logs import quieten
from bot.service.lease import Lease
from bot.service.threads import Threads
from bot.turn import Turns

os.environ.setdefault("PTB_TIMEDELTA", "true")  # waits as timedelta, as all future versions give them

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0
MENUS_SECONDS = 30.0  # until whoever began to serve is shown the commands of it
ASKING_SECONDS = 3.0
MOST_BYTES = 20_000_000
POLLING = "polling"  # the lease of whoever polls


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


def build_bot(token: str, api_url: str) -> PlainBot:
    """The library's Bot alone: updates come from our own inbox (those of its Updater are lost when it is killed)."""
    quieten()
    trust = {"verify": trusted()}
    request = HTTPXRequest(
        connection_pool_size=64, pool_timeout=10, read_timeout=20, connect_timeout=10, httpx_kwargs=trust
    )
    never_used = HTTPXRequest(httpx_kwargs=trust)  # for getUpdates: we poll ourselves
    return PlainBot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=request,
        get_updates_request=never_used,
    )


class TelegramDoor(Door):
    """One bot of Telegram's."""

    name = inbound.DOOR
    can = Can(buttons=True, edits=True, files=True, topics=True, groups=True, first_word=True)

    def __init__(self, settings: Settings, turns: Turns, threads: Threads, pace: Pace | None = None) -> None:
        if settings.telegram_bot_token is None:
            raise CannotServe("TELEGRAM_BOT_TOKEN is not set.")
        self.settings = settings
        self.token = settings.telegram_bot_token.get_secret_value()
        self.turns = turns
        self.threads = threads
        self.pace = pace or Pace()
        self.bot = build_bot(self.token, settings.telegram_api_url)
        self.spots = Spots(turns, threads, self.bot)
        self.menus = Menus(self.bot, turns)
        self.recogniser = Recogniser(settings.speech_url) if settings.speech_url else None

    def chat_of(self, raw: Any) -> str:
        return inbound.chat_of(raw)

    def number_of(self, raw: Any) -> int | None:
        return inbound.number_of(raw)

    def about_of(self, raw: Any) -> str | None:
        return inbound.about_of(raw)

    def read(self, raw: Any) -> Visit | None:
        if visit := plain.visit_of(raw):
            return visit
        try:
            update = read(raw, self.bot)
        except Exception as error:
            raise Unreadable(type(error).__name__) from error  # whatever a malformed update makes the library raise
        return inbound.visit_of(update) if update else None

    async def meant(self, visit: Visit) -> Visit | None:
        """What was said aloud, where a recogniser listens."""
        if self.recogniser is None or visit.kind is not Kind.VOICE or not visit.private or visit.text:
            return visit
        recording = await self.fetch(visit.chat, visit.message, visit.handle)
        if recording is None:
            return visit
        language = await self.threads.run(self._language_of, visit)
        return replace(visit, heard=await self.recogniser.hear(recording, language))

    def _language_of(self, visit: Visit) -> str:
        with self.turns.database.look() as connection:
            return language_of(visit, self.turns.memory(connection, visit.chat)).value

    async def acknowledge(self, raw: Any) -> None:
        if press := inbound.press_of(raw):
            with suppress(TelegramError):  # too old to be acknowledged: the answer itself is in the outbox
                await self.bot.answer_callback_query(press)

    async def send(self, chat: str, reply: Reply) -> Spot:
        return await self.spots.bring(chat, reply)

    def meaning_of(self, error: Exception) -> Meaning:
        return meaning_of(error)

    def is_group(self, chat: str) -> bool:
        return ":-" in chat

    async def greet(self, stop: asyncio.Event) -> None:
        """Check the token, and tell Telegram whether it is to post; wait where it is out of reach."""
        while not stop.is_set():
            try:
                with _named("getMe"):
                    await self.bot.initialize()
                await self._choose_way()
                log.info("serving @%s", self.bot.username)
                return
            except InvalidToken:
                raise CannotServe(
                    "Telegram does not accept TELEGRAM_BOT_TOKEN; copy it again from @BotFather."
                ) from None
            except Refused as error:
                log.warning("%s: %s; trying again in %.0f s", self.settings.shown_api_url, error, error.pause)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), error.pause)

    async def _choose_way(self) -> None:
        url = self.settings.webhook_url
        if not url:
            with _named("deleteWebhook"):
                await self.bot.delete_webhook()
            return
        try:
            with _named("setWebhook"):
                await self.bot.set_webhook(url, secret_token=self._secret(), allowed_updates=ALLOWED_UPDATES)
        except Refused as error:
            if error.for_good:
                raise CannotServe(f"Telegram refuses WEBHOOK_URL: {error}.") from None
            raise

    def routes(self, intake: Takes) -> list[BaseRoute]:
        url = self.settings.webhook_url
        return [webhook(urlsplit(url).path, self._secret(), intake)] if url else []

    async def receive(self, intake: Takes, stop: asyncio.Event) -> None:
        if self.settings.webhook_url:
            await stop.wait()
            return
        base_url = f"{self.settings.telegram_api_url}/bot{self.token}"
        try:
            if self.turns.database.shared:
                lease = Lease(POLLING, self.turns, self.threads)
                await lease.in_turn(lambda lost: poll(base_url, intake, lost), stop)
            else:
                await poll(base_url, intake, stop)
        except TokenRefused:
            raise CannotServe("Telegram no longer accepts TELEGRAM_BOT_TOKEN.") from None

    def chores(self) -> dict[str, Chore]:
        return {"commands": self._register}

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
            except InvalidToken:  # getMe says so too, and the door waits
                pause = RETRY_SECONDS
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)

    async def fetch(self, _chat: str, _message: str, handle: str) -> bytes | None:
        """Of what Telegram lets bots download: up to 20 MB."""
        if not handle:
            return None
        try:
            file = await self.bot.get_file(handle)
            return bytes(await file.download_as_bytearray()) if (file.file_size or 0) <= MOST_BYTES else None
        except TelegramError as error:
            log.warning("a file is not shown: %s", type(error).__name__)
            return None

    async def reach(self) -> None:
        await self.bot.get_me(read_timeout=ASKING_SECONDS, connect_timeout=ASKING_SECONDS)

    async def close(self) -> None:
        with suppress(TelegramError):
            await self.bot.shutdown()

    def _secret(self) -> str:
        secret = self.settings.webhook_secret
        return secret.get_secret_value() if secret else secret_for(self.token)
