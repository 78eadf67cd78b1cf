"""Zalo's door: the Bot Platform, by polling or webhook. It has no buttons, edits or files: only words."""

import asyncio
import datetime as dt
import logging
from collections import deque
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.routing import BaseRoute

from bot.config import Settings
from bot.conversation.reply import Reply
from bot.conversation.visit import Visit
from bot.desk.working_time import VIETNAM
from bot.doors.door import Can, CannotServe, Fate, Meaning, Pace, Takes
from bot.doors.zalo import inbound
from bot.doors.zalo.client import ZaloClient, ZaloError
from bot.doors.zalo.webhook import secret_for, webhook
from bot.doors.zalo.words import CannotShow, WordsDoor
from bot.service.lease import Lease
from bot.service.threads import Threads
from bot.store import inbox
from bot.store.database import PASSING_ERRORS, Transaction
from bot.turn import Turns

log = logging.getLogger(__name__)

LONG_POLL_SECONDS = 30
RETRY_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 60.0
KNOWN_PAUSE_SECONDS = 1.0  # where a poll brings what was here before
KNOWN = 1000  # ids of late
WAIT = dt.timedelta(seconds=30)  # where Zalo says: too many
POLLING = "polling:zalo"
WARNED_AT = (0.8, 1.0)  # of a month's messages
GONE, REFUSED, UNAUTHORIZED, NO_BOT = 404, 400, 401, 404
TOO_MANY = 429


class ZaloDoor(WordsDoor):
    """One bot of Zalo's."""

    name = inbound.DOOR
    can = Can(first_word=True, joins=True)

    def __init__(self, settings: Settings, turns: Turns, threads: Threads, pace: Pace | None = None) -> None:
        if settings.zalo_bot_token is None:
            raise CannotServe("ZALO_BOT_TOKEN is not set.")
        super().__init__(settings, turns, threads, pace or Pace(per_second=10))
        self.token = settings.zalo_bot_token.get_secret_value()
        self.client = ZaloClient(settings.zalo_api_url, self.token)
        self._known: deque[str] = deque(maxlen=KNOWN)

    # In

    def chat_of(self, raw: Any) -> str:
        return inbound.chat_of(raw)

    def key_of(self, raw: Any) -> str | None:
        return inbound.key_of(raw)

    def read(self, raw: Any) -> Visit | None:
        return inbound.visit_of(raw)

    # Out

    async def say(self, chat: str, text: str, _reply: Reply | None) -> str:
        return await self.client.send(chat.partition(":")[2], text)

    def said(self, connection: Transaction, count: int) -> None:
        after = inbox.add(connection, month_of(self.turns.clock()), count)
        self._warn(connection, after - count, after)

    def _warn(self, connection: Transaction, before: int, after: int) -> None:
        """Once at four fifths of what Zalo lets a bot send in a month, once at all of it."""
        most = self.settings.zalo_monthly
        if any(before < part * most <= after for part in WARNED_AT):
            log.warning("Zalo: %d of %d messages of this month are sent", after, most)
            self.turns.tell_admin(connection, "admin.zalo_month", sent=f"{after} / {most}")

    def meaning_of(self, error: Exception) -> Meaning:
        match error:
            case CannotShow():
                return Meaning(fate=Fate.REFUSED)
            case ZaloError(code=code) if code == TOO_MANY:
                return Meaning(fate=Fate.HELD, wait=WAIT)
            case ZaloError(code=code) if code == GONE:
                return Meaning(fate=Fate.LOST)
            case ZaloError(code=code) if code == REFUSED:
                return Meaning(fate=Fate.REFUSED, said=str(error))
            case ZaloError():  # 403 is an error of theirs, by their own table
                return Meaning(fate=Fate.AGAIN)
            case httpx.ReadTimeout():
                return Meaning(fate=Fate.UNSURE, answered=False, passing=True)
            case httpx.HTTPError():
                return Meaning(fate=Fate.AGAIN, answered=False, passing=True)
            case _:
                return Meaning(fate=Fate.BROKEN)

    # The process

    async def greet(self, stop: asyncio.Event) -> None:
        pause = RETRY_SECONDS
        while not stop.is_set():
            try:
                await self.client.call("getMe")
                await self._choose_way()
                log.info("serving Zalo")
                return
            except ZaloError as error:
                if error.code in (UNAUTHORIZED, NO_BOT):
                    raise CannotServe("Zalo does not accept ZALO_BOT_TOKEN; copy it anew from Zalo.") from None
                log.warning("Zalo: %s; trying again in %.0f s", error, pause)
            except httpx.HTTPError as error:
                log.warning("Zalo cannot be reached (%s); trying again in %.0f s", type(error).__name__, pause)
            await _sleep(stop, pause)
            pause = min(LONGEST_PAUSE_SECONDS, pause * 2)

    async def _choose_way(self) -> None:
        url = self.settings.zalo_webhook_url
        if url:
            try:
                await self.client.call("setWebhook", url=url, secret_token=self._secret())
            except ZaloError as error:
                if error.code == REFUSED:
                    raise CannotServe("Zalo refuses ZALO_WEBHOOK_URL.") from None
                raise
            return
        try:
            found = await self.client.call("getWebhookInfo")
        except ZaloError as error:
            if error.code != GONE:  # which says that there is none
                raise
            found = None
        if isinstance(found, dict) and found.get("url"):
            await self.client.call("deleteWebhook")

    def routes(self, intake: Takes) -> list[BaseRoute]:
        url = self.settings.zalo_webhook_url
        return [webhook(urlsplit(url).path, self._secret(), intake)] if url else []

    async def receive(self, intake: Takes, stop: asyncio.Event) -> None:
        if self.settings.zalo_webhook_url:
            await stop.wait()
        elif self.turns.database.shared:
            await Lease(POLLING, self.turns, self.threads).in_turn(lambda lost: self._poll(intake, lost), stop)
        else:
            await self._poll(intake, stop)

    async def _poll(self, intake: Takes, stop: asyncio.Event) -> None:
        """Zalo has no offset: what was fetched is gone, or comes again for ever. Both are stored before all else."""
        pause = KNOWN_PAUSE_SECONDS
        while not stop.is_set():
            try:
                updates = await _unless(stop, self.client.updates(LONG_POLL_SECONDS))
                await intake.store(updates)
            except ZaloError as error:
                if error.code == UNAUTHORIZED:
                    raise CannotServe("Zalo no longer accepts ZALO_BOT_TOKEN.") from None
                log.warning("no updates of Zalo for now: %s", error)
            except (httpx.HTTPError, *PASSING_ERRORS) as error:
                log.warning("no updates of Zalo for now: %s", type(error).__name__)
            else:
                pause = KNOWN_PAUSE_SECONDS
                if not updates or self._has_new(updates):
                    continue
            await _sleep(stop, pause)
            pause = min(LONGEST_PAUSE_SECONDS, pause * 2)

    def _has_new(self, updates: list[Any]) -> bool:
        new = [key for raw in updates if (key := self.key_of(raw)) and key not in self._known]
        self._known.extend(new)
        return bool(new)

    async def reach(self) -> None:
        await self.client.call("getMe", patience=3.0)

    async def close(self) -> None:
        await self.client.close()

    def _secret(self) -> str:
        secret = self.settings.zalo_webhook_secret
        return secret.get_secret_value() if secret else secret_for(self.token)


def month_of(now: dt.datetime) -> str:
    """Under which name the messages of a month are counted."""
    return f"zalo:{now.astimezone(VIETNAM):%Y-%m}"


async def _unless(stop: asyncio.Event, fetching: Any) -> list[Any]:
    """What `fetching` brings, or nothing once `stop` is set: a long poll must not hold up the end."""
    fetch, stopped = asyncio.ensure_future(fetching), asyncio.ensure_future(stop.wait())
    await asyncio.wait({fetch, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if fetch.done():
        found: list[Any] = fetch.result()
        return found
    fetch.cancel()
    await asyncio.gather(fetch, return_exceptions=True)
    return []


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
