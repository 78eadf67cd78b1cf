"""Zalo's door: the Bot Platform, by polling or webhook. It has no buttons, edits or files: only words."""

import asyncio
import datetime as dt
import logging
from collections import deque
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.routing import BaseRoute

from bot.config import Settings
from bot.conversation.citizen.commands import typed_without_slash
from bot.conversation.citizen.unheard import only_words, unheard
from bot.conversation.reply import Block, Reply
from bot.conversation.scene import Scene
from bot.conversation.visit import Kind, Visit
from bot.desk.working_time import VIETNAM
from bot.doors import links
from bot.doors.choices import PRINTED, Choice, Other, Printed, again, chosen, printed, rest_of, with_chosen
from bot.doors.door import Can, CannotServe, Door, Fate, Meaning, Pace, Spot, Takes
from bot.doors.zalo import inbound
from bot.doors.zalo.client import ZaloClient, ZaloError
from bot.doors.zalo.webhook import secret_for, webhook
from bot.logs import quieten
from bot.service.lease import Lease
from bot.service.threads import Threads
from bot.store import choices, inbox
from bot.store.database import PASSING_ERRORS, Transaction
from bot.turn import Turns

log = logging.getLogger(__name__)

CHARACTERS = 1900  # Zalo takes 2,000 and does not say of what
LONG_POLL_SECONDS = 30
RETRY_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 60.0
KNOWN_PAUSE_SECONDS = 1.0  # where a poll brings what was here before
KNOWN = 1000  # ids of late
VALID = dt.timedelta(minutes=30)  # what was shown to choose from
WAIT = dt.timedelta(seconds=30)  # where Zalo says: too many
POLLING = "polling:zalo"
WARNED_AT = (0.8, 1.0)  # of a month's messages
GONE, REFUSED, UNAUTHORIZED, NO_BOT = 404, 400, 401, 404
TOO_MANY = 429


class CannotShow(Exception):
    """Something that Zalo has no way of showing: another person's file, a place on the map."""


class ZaloDoor(Door):
    """One bot of Zalo's."""

    name = inbound.DOOR
    can = Can(first_word=True, joins=True)
    characters = CHARACTERS

    def __init__(self, settings: Settings, turns: Turns, threads: Threads, pace: Pace | None = None) -> None:
        if settings.zalo_bot_token is None:
            raise CannotServe("ZALO_BOT_TOKEN is not set.")
        quieten()
        self.settings = settings
        self.token = settings.zalo_bot_token.get_secret_value()
        self.origin = settings.public_url if settings.web else None
        self.turns = turns
        self.threads = threads
        self.pace = pace or Pace(per_second=10)
        self.client = ZaloClient(settings.zalo_api_url, self.token)
        self._known: deque[str] = deque(maxlen=KNOWN)
        self._parts: dict[tuple[str, str], int] = {}  # of a message that broke off: how many have arrived

    # In

    def chat_of(self, raw: Any) -> str:
        return inbound.chat_of(raw)

    def key_of(self, raw: Any) -> str | None:
        return inbound.key_of(raw)

    def read(self, raw: Any) -> Visit | None:
        return inbound.visit_of(raw)

    async def meant(self, visit: Visit) -> Visit | None:
        return await self.threads.run(self._meant, visit)

    def _meant(self, visit: Visit) -> Visit | None:
        """The button that a number stands for; None where all there is to say has been said here."""
        with self.turns.database.change() as connection:
            scene = self.turns.scene(connection, visit.chat)
            if visit.kind not in (Kind.TEXT, Kind.COMMAND):
                tell = unheard if visit.kind is Kind.OTHER else only_words
                self.turns.put(connection, visit.chat, tell(scene, self.origin))
                return None
            since = self.turns.clock() - VALID
            kept = choices.shown(connection, visit.chat, since=since) if visit.kind is Kind.TEXT else None
            shown = PRINTED.validate_json(kept) if kept else None
            return self._chosen(connection, scene, visit, shown) if shown else self._words(connection, scene, visit)

    def _chosen(self, connection: Transaction, scene: Scene, visit: Visit, shown: Printed) -> Visit | None:
        says = [catalog.say for catalog in scene.house.catalogs.values()]
        match chosen(visit.text, shown, says, digits=not (scene.memory.date_asked or scene.memory.helping)):
            case Choice() as one:
                self._keep(connection, visit.chat, with_chosen(shown, one.label))
                return replace(visit, kind=Kind.BUTTON, text=one.action, under=shown.under)
            case Other.REST:
                self.turns.put(connection, visit.chat, rest_of(shown, scene.say("choice.more")))
            case Other.OUTSIDE:
                self.turns.put(connection, visit.chat, again(shown, scene.say("choice.again")))
            case _:
                return self._words(connection, scene, visit)
        return None

    def _words(self, connection: Transaction, scene: Scene, visit: Visit) -> Visit:
        """Something else was said: no number means the older list any more."""
        choices.clear(connection, visit.chat)
        if visit.kind is Kind.TEXT and (found := typed_without_slash(scene, visit.text)):
            return replace(visit, kind=Kind.COMMAND, command=found[0], text=found[1])
        return visit

    def _keep(self, connection: Transaction, chat: str, shown: Printed) -> None:
        choices.keep(connection, chat, PRINTED.dump_json(shown).decode(), now=self.turns.clock())

    # Out

    async def send(self, chat: str, reply: Reply) -> Spot:
        place = reply.place
        if place.deletes:
            return Spot()  # nothing that was said can be taken back here
        if place.copies or place.point:
            raise CannotShow
        if reply.document and reply.document[0].endswith(".ics") and not self.origin:
            return Spot()  # for a calendar, not for eyes: the day and the place were said
        if reply.document or reply.as_file:
            reply = await self.threads.run(self._without_file, chat, reply)
        texts, shown = await self.threads.run(self._texts, chat, reply)
        done = self._parts.pop((chat, reply.look), 0)
        sent = ""
        for n, text in enumerate(texts[done:], done):
            try:
                sent = await self.client.send(chat.partition(":")[2], text)
            except BaseException:
                self._parts[chat, reply.look] = n
                raise
        await self.threads.run(self._sent, chat, shown, len(texts) - done)
        return Spot(message=sent[:40] or None)

    def _without_file(self, chat: str, reply: Reply) -> Reply:
        """A link to the file where the web pages stand open; else what it says, as far as people can read it."""
        plain = replace(reply, document=None, as_file=None)
        if self.origin:
            with self.turns.database.change() as connection:
                link = self.origin + links.lend(self.turns, connection, chat, reply)
                told = self.turns.scene(connection, chat).line("file.link", url=link)
            return replace(plain, blocks=(*(reply.blocks if reply.document else reply.blocks[:1]), told))
        return replace(plain, blocks=(*reply.blocks, Block(text=reply.document[1]))) if reply.document else plain

    def _texts(self, chat: str, reply: Reply) -> tuple[list[str], Printed]:
        """A reply as texts of a length that Zalo takes, and what is to be remembered of its choices."""
        with self.turns.database.look() as connection:
            scene = self.turns.scene(connection, chat)
            kept = choices.shown(connection, chat, since=self.turns.clock() - VALID)
        before = PRINTED.validate_json(kept) if kept else Printed()
        lines, shown = printed(reply, scene.say)
        lead = [Block(text=scene.say("choice.chosen", label=before.chosen))] if before.chosen else []
        whole = Reply(blocks=(*lead, *reply.blocks, *lines))
        left = shown if shown.choices or shown.agree else replace(before, chosen="")
        return [part.text for part in whole.parts(CHARACTERS)], left

    def _sent(self, chat: str, shown: Printed, count: int) -> None:
        now = self.turns.clock()
        with self.turns.database.change() as connection:
            if shown.choices or shown.agree:
                self._keep(connection, chat, shown)
            else:
                choices.clear(connection, chat)
            choices.sweep(connection, before=now - VALID)
            before = inbox.add(connection, month_of(now), count) - count
        self._warn(before, before + count)

    def _warn(self, before: int, after: int) -> None:
        """Once at four fifths of what Zalo lets a bot send in a month, once at all of it."""
        most = self.settings.zalo_monthly
        if any(before < part * most <= after for part in WARNED_AT):
            log.warning("Zalo: %d of %d messages of this month are sent", after, most)
            if admin := self.settings.admin:
                self.turns.tell(admin, "admin.zalo_month", [f"{after} / {most}"])

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
