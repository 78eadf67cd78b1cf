"""The door of an Official Account: the commune's own, with a badge, buttons, and a window that each word opens anew."""

import asyncio
import datetime as dt
import logging
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.routing import BaseRoute

from bot.config import Settings
from bot.conversation.citizen.unheard import nameless, unheard
from bot.conversation.reply import Button, Place, Reply
from bot.conversation.scene import Scene
from bot.conversation.visit import Kind, Visit
from bot.doors.choices import Printed, again, needs_the_word
from bot.doors.door import Can, CannotServe, Fate, Meaning, Pace, Takes
from bot.doors.zalo.official import inbound
from bot.doors.zalo.official.client import (
    BUSY,
    GONE,
    OUTSIDE,
    REFUSED,
    TOKEN,
    UNPAID,
    OfficialClient,
    OfficialError,
    number,
)
from bot.doors.zalo.official.tokens import NoConsent, Tokens
from bot.doors.zalo.official.webhook import webhook
from bot.doors.zalo.words import CannotShow, WordsDoor
from bot.service.threads import Threads
from bot.store import alarms, reply_windows, visits
from bot.store.database import PASSING_ERRORS, Transaction
from bot.store.reply_windows import Window
from bot.turn import Turns

log = logging.getLogger(__name__)

WINDOW = Window(lasts=dt.timedelta(hours=48), most=8)  # free of charge, and without asking whether it may be more
RETRY_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 60.0
BUSY_FOR = dt.timedelta(seconds=30)
UNPAID_FOR = dt.timedelta(minutes=10)
UNPAID_ALARM = "zalo-oa-unpaid"
MOST_BUTTONS = 5
MOST_TITLE = 100
MOST_PHOTO = 5_000_000
FREE = "reply"  # Zalo's name of the eight
NO_CONSENT = (
    "Zalo does not take the refresh token of the Official Account; let its admin consent: python main.py zalo-consent."
)


class OutsideWindow(Exception):
    """Zalo lets nothing through until they write: it is 48 hours ago, or eight messages."""


class OfficialDoor(WordsDoor):
    """One Official Account, through one app."""

    name = inbound.DOOR
    can = Can(buttons=True, joins=True, window=True)
    reads = (Kind.TEXT, Kind.COMMAND, Kind.BUTTON, Kind.PHOTO, Kind.LOCATION, Kind.OUT, Kind.BACK)

    def __init__(self, settings: Settings, turns: Turns, threads: Threads, pace: Pace | None = None) -> None:
        secret, key = settings.zalo_oa_secret, settings.zalo_oa_webhook_key
        if not (settings.zalo_oa_id and settings.zalo_oa_app_id and secret and key and settings.zalo_oa_webhook_url):
            raise CannotServe("ZALO_OA_ID and what belongs to it are not set.")
        super().__init__(settings, turns, threads, pace or Pace(per_second=15))
        self.account, self.app_id = settings.zalo_oa_id, settings.zalo_oa_app_id
        self.url, self.key = settings.zalo_oa_webhook_url, key.get_secret_value()
        api, oauth = settings.zalo_oa_api_url, settings.zalo_oa_oauth_url
        self.client = OfficialClient(api, oauth, self.app_id, secret.get_secret_value())
        self.tokens = Tokens(settings, turns, threads, self.client)

    # In

    def chat_of(self, raw: Any) -> str:
        return inbound.chat_of(raw)

    def key_of(self, raw: Any) -> str | None:
        return inbound.key_of(raw)

    def read(self, raw: Any) -> Visit | None:
        return inbound.visit_of(raw, self.account)

    def stored(self, connection: Transaction, updates: list[Any]) -> None:
        """Whoever writes opens the window; a repeat, or what comes late, opens none."""
        for raw in updates:
            chat, at = inbound.chat_of(raw), inbound.spoke_at(raw)
            if at and not chat.endswith(":-") and not chat.endswith(f":{self.account}"):
                at = min(at, self.turns.clock())
                if reply_windows.spoke(connection, self.turns.mark(chat), at=at):
                    self.turns.wake(connection, chat)

    async def meant(self, visit: Visit) -> Visit | None:
        if visit.kind is Kind.PHOTO:
            photo = await self._photo(visit.handle)
            return await self.threads.run(self._photographed, visit, photo)
        return await super().meant(visit)

    def _meant(self, visit: Visit) -> Visit | None:
        if not visit.anonymous:
            return super()._meant(visit)
        with self.turns.database.change() as connection:
            told = nameless(self.turns.scene(connection, visit.chat), self.origin)
            self.turns.put(connection, visit.chat, replace(told, place=Place(final=True)))
        return None

    def _pressed(self, connection: Transaction, scene: Scene, visit: Visit, shown: Printed) -> Visit | None:
        """A button of ours, or what somebody typed who knows how they read: both mean no more than on Telegram."""
        every = (*shown.choices, *shown.rest, *([shown.agree] if shown.agree else []))
        if one := next((one for one in every if one.action == visit.text), None):
            return self._done(connection, visit, shown, one)
        if not needs_the_word(visit.text):
            return visit
        old = again(shown, scene.say("choice.again")) if every else Reply(blocks=(scene.line("button.old"),))
        self.turns.put(connection, visit.chat, old)  # to what they would agree is no longer known
        return None

    async def _photo(self, url: str) -> bytes | None:
        """A photo as it is kept; None where it cannot be had, or is none."""
        from bot.paper.photo import NoPhoto, plain  # few send photos, and the library takes memory

        if urlsplit(url).scheme not in ("https", urlsplit(self.settings.zalo_oa_api_url).scheme):
            return None
        try:
            content = await self.client.fetch(url, MOST_PHOTO)
            return await asyncio.to_thread(plain, content) if content else None
        except (httpx.HTTPError, httpx.InvalidURL, NoPhoto) as error:
            log.warning("a photo of Zalo's is not had: %s", type(error).__name__)
            return None

    def _photographed(self, visit: Visit, photo: bytes | None) -> Visit | None:
        """Kept where the photos of other doors are: Zalo's link to it ends."""
        with self.turns.database.change() as connection:
            if photo is None or not visit.message:
                scene = self.turns.scene(connection, visit.chat)
                self.turns.put(connection, visit.chat, unheard(scene, self.origin))
                return None
            if visits.file_of(connection, visit.chat, visit.message) is None:
                visits.keep_file(connection, visit.chat, visit.message, photo, now=self.turns.clock())
        return replace(visit, handle="")

    # Out

    async def say(self, chat: str, text: str, reply: Reply | None) -> str:
        who, nameless_, conversation = chat.partition(":")[2].partition(inbound.NAMELESS)
        if nameless_:  # the one answer that they get
            to = {"anonymous_id": who, "conversation_id": conversation}
            return _id_of(await self._post("v2.0/oa/message", {"recipient": to, "message": {"text": text}}))
        begun = self.turns.clock()
        if not await self.threads.run(self._left, chat):
            raise OutsideWindow
        try:
            data = await self._say(who, text, _buttons(reply) if reply else [])
        except OfficialError as error:
            if error.code in OUTSIDE:
                await self.threads.run(self._shut, chat, begun)
            if error.code in UNPAID:
                await self.threads.run(self._unpaid, error.code)
            raise
        with suppress(*PASSING_ERRORS):  # Zalo knows the number, and says it with the next
            await self.threads.run(self._used, chat, data)
        return _id_of(data)

    async def _say(self, who: str, text: str, buttons: list[dict[str, Any]]) -> dict[str, Any]:
        message: dict[str, Any] = {"text": text}
        if buttons:
            message["attachment"] = {"type": "template", "payload": {"buttons": buttons}}
        try:
            return await self._post("v3.0/oa/message/cs", {"recipient": {"user_id": who}, "message": message})
        except OfficialError as error:
            if not (buttons and error.code in REFUSED):
                raise
        return await self._say(who, text, [])  # each choice stands in the text, too

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Once more where the token was taken no more: another replica may have renewed it, or Zalo ended it."""
        access = await self.tokens.access()
        try:
            return await self.client.post(path, access, body)
        except OfficialError as error:
            if error.code not in TOKEN:
                raise
        return await self.client.post(path, await self.tokens.access(but=access), body)

    def _left(self, chat: str) -> int:
        with self.turns.database.look() as connection:
            return reply_windows.left(connection, self.turns.mark(chat), WINDOW, now=self.turns.clock())

    def _shut(self, chat: str, begun: dt.datetime) -> None:
        with self.turns.database.change() as connection:
            reply_windows.shut(connection, self.turns.mark(chat), WINDOW, before=begun)

    def _unpaid(self, code: int) -> None:
        """Told once, until a message goes out again."""
        with self.turns.database.change() as connection:
            if alarms.ring(connection, UNPAID_ALARM, now=self.turns.clock()):
                log.error("Zalo does not let the Official Account send: %d", code)
                self.turns.tell_admin(connection, "admin.zalo_unpaid", code=code)

    def _used(self, chat: str, data: dict[str, Any]) -> None:
        with self.turns.database.change() as connection:
            reply_windows.use(connection, self.turns.mark(chat), window=WINDOW, now_left=_left_by(data))
            alarms.end(connection, UNPAID_ALARM)

    def is_shut(self, connection: Transaction, chat: str) -> bool:
        now = self.turns.clock()
        return not reply_windows.left(connection, self.turns.mark(chat), WINDOW, now=now, hold=True)

    def meaning_of(self, error: Exception) -> Meaning:
        match error:
            case CannotShow():
                return Meaning(fate=Fate.REFUSED)
            case OutsideWindow():
                return Meaning(fate=Fate.KEPT)
            case NoConsent():
                return Meaning(fate=Fate.AGAIN, answered=False, passing=True)  # told where it was found out
            case OfficialError(code=code):
                return _meaning_of(code, str(error))
            case httpx.ReadTimeout():
                return Meaning(fate=Fate.UNSURE, answered=False, passing=True)
            case httpx.HTTPError() | TimeoutError():
                return Meaning(fate=Fate.AGAIN, answered=False, passing=True)
            case _ if isinstance(error, PASSING_ERRORS):
                return Meaning(fate=Fate.AGAIN, answered=False, passing=True)
            case _:
                return Meaning(fate=Fate.BROKEN)

    async def fetch(self, chat: str, message: str, _handle: str) -> bytes | None:
        return await self.threads.run(self._kept_photo, chat, message)

    def _kept_photo(self, chat: str, message: str) -> bytes | None:
        with self.turns.database.look() as connection:
            return visits.file_of(connection, chat, message)

    # The process

    async def greet(self, stop: asyncio.Event) -> None:
        pause = RETRY_SECONDS
        while not stop.is_set():
            try:
                await self.tokens.begin()
                await self._is_ours(await self.tokens.access())
                log.info("serving Zalo's Official Account %s", self.account)
                return
            except NoConsent:
                raise CannotServe(NO_CONSENT) from None
            except OfficialError as error:
                log.warning("Zalo's Official Account: %s; trying again in %.0f s", error, pause)
            except (httpx.HTTPError, TimeoutError) as error:
                log.warning("Zalo cannot be reached (%s); trying again in %.0f s", type(error).__name__, pause)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
            pause = min(LONGEST_PAUSE_SECONDS, pause * 2)

    async def _is_ours(self, access: str) -> None:
        """Whether the tokens are of the account that is set: what others' citizens write is none of ours."""
        try:
            found = await self.client.account(access)
        except OfficialError as error:
            if error.code not in TOKEN:
                raise
            found = await self.client.account(await self.tokens.access(but=access))
        known = str(found.get("oa_id") or found.get("oaid") or self.account)
        if known != self.account:
            raise CannotServe("ZALO_OA_ID is another Official Account than the one that consented.")

    def routes(self, intake: Takes) -> list[BaseRoute]:
        return [webhook(urlsplit(self.url).path, self.app_id, self.key, intake, self.turns.clock)]

    async def receive(self, _intake: Takes, stop: asyncio.Event) -> None:
        """Zalo posts; what ends here is its consent."""
        ended = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self.tokens.refused.wait())]
        await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
        for one in ended:
            one.cancel()
        if not stop.is_set():
            raise CannotServe(NO_CONSENT)

    async def reach(self) -> None:
        """Asked each minute, and so the tokens are renewed where nobody writes.

        That Zalo wants its admin's consent anew is told by `receive`; Zalo itself is there.
        """
        with suppress(NoConsent):
            await self.client.account(await self.tokens.access(), patience=3.0)

    async def close(self) -> None:
        await self.tokens.close()
        await self.client.close()


def _meaning_of(code: int, said: str) -> Meaning:
    """What Zalo's code means for a message."""
    if code in OUTSIDE:
        return Meaning(fate=Fate.KEPT)
    if code in GONE:
        return Meaning(fate=Fate.LOST)
    if code in REFUSED:
        return Meaning(fate=Fate.REFUSED, said=said)
    if code in BUSY:
        return Meaning(fate=Fate.HELD, wait=BUSY_FOR)
    if code in UNPAID:
        return Meaning(fate=Fate.HELD, wait=UNPAID_FOR)
    return Meaning(fate=Fate.AGAIN)


def _buttons(reply: Reply) -> list[dict[str, Any]]:
    """What can be pressed; of more than Zalo takes the last have their numbers alone."""
    every = [button for row in reply.buttons for button in row]
    weighty = [one for one in every if one.action and needs_the_word(one.action)]
    first = [*weighty, *(one for one in every if one not in weighty)][:MOST_BUTTONS]
    return [_button(one) for one in every if one in first]


def _button(button: Button) -> dict[str, Any]:
    title = button.label if len(button.label) <= MOST_TITLE else button.label[: MOST_TITLE - 1] + "…"
    if button.link:
        return {"title": title, "type": "oa.open.url", "payload": {"url": button.link}}
    return {"title": title, "type": "oa.query.hide", "payload": f"{inbound.PRESSED}{button.action}"}


def _id_of(data: dict[str, Any]) -> str:
    return str(data.get("message_id") or "")


def _left_by(data: dict[str, Any]) -> int | None:
    """How many of the free replies Zalo says are left; none where it took one that is paid for."""
    quota = data.get("quota")
    if not isinstance(quota, dict) or not quota.get("quota_type"):
        return None
    return number(quota.get("remain")) if quota["quota_type"] == FREE else 0
