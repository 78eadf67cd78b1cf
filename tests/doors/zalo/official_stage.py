"""The stage with an Official Account's door beside Telegram's: what citizens write is posted and signed as Zalo does it."""

import asyncio
import itertools
from dataclasses import dataclass
from functools import wraps

import httpx

from bot.doors.door import Pace
from bot.doors.telegram.door import TelegramDoor
from bot.doors.zalo.official.door import OfficialDoor
from bot.service.serve import Service
from bot.service.threads import Threads
from tests.stage import QUICK, Play, _without_play, settings
from tests.telegram_server import TelegramServer
from tests.zalo_official_server import ACCOUNT, APP, FIRST, KEY, SECRET, OfficialServer, signed

_numbers = itertools.count(1)
URL = "https://mot-cua.example/zalo-oa"
SWIFT = Pace(per_second=1000, private_seconds=0)


def _at(moment):
    return {"timestamp": str(int(moment.timestamp() * 1000))}


@dataclass(frozen=True)
class Follower:
    """Somebody who writes to the account."""

    id: str

    def sends(self, name, at, sender="sender", **message):
        event = {
            "app_id": APP, "user_id_by_app": "1", "event_name": name, **_at(at),
            "recipient": {"id": ACCOUNT}, sender: {"id": self.id},
        }  # fmt: skip
        return event | {"message": {"msg_id": f"96d3cdf3af{next(_numbers):09x}", **message}}

    def says(self, text, at):
        return self.sends("user_send_text", at, text=text)

    def attaches(self, name, at, /, **payload):
        kind = name.removeprefix("user_send_")
        return self.sends(name, at, attachments=[{"type": kind, "payload": payload}])


BAY = Follower("2468458835296117922")
TAM = Follower("2468458835296117923")


def given(zalo, **extra):
    known = {"zalo_oa_id": ACCOUNT, "zalo_oa_app_id": APP, "zalo_oa_secret": SECRET, "zalo_oa_webhook_key": KEY,
             "zalo_oa_webhook_url": URL, "zalo_oa_refresh_token": FIRST, "server_key": "of-all-replicas",
             "zalo_oa_api_url": zalo.url, "zalo_oa_oauth_url": zalo.url}  # fmt: skip
    return known | extra


class Posting:
    """Events come as Zalo posts them: `posts` reaches the port, `official` is the stand-in."""

    async def posted(self, event, **headers):
        """The status that an event is answered with."""
        body, known = signed(event)
        return (await self.posts.post("/zalo-oa", content=body, headers=known | headers)).status_code

    async def posts_words(self, *words, of=BAY):
        """Words, or events, of somebody's: each is answered before the next."""
        for one in words:
            self.turns.clock.pass_(1)
            event = of.says(one, self.turns.clock()) if isinstance(one, str) else one | _at(self.turns.clock())
            if event["event_name"].startswith("user_send_"):
                self.official.hears(of.id)
            assert await self.posted(event) == 200
            await self.act()
            await self.deliver()


class OfficialPlay(Posting, Play):
    """Telegram's door first, for the desk; the account's second."""

    def __init__(self, server, zalo, turns, **extra):
        self.server, self.zalo, self.official, self.turns, self._update = server, zalo, zalo, turns, 0
        self.settings = settings(server, **given(zalo, **extra))
        threads = Threads(1)
        self.door = OfficialDoor(self.settings, turns, threads, SWIFT)
        self.service = Service(
            self.settings, turns, [TelegramDoor(self.settings, turns, threads, QUICK), self.door], threads
        )
        self.posts = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.service._app()), base_url="https://mot-cua.example"
        )

    async def begin(self):
        for one in self.service.doorways:
            await one.door.greet(asyncio.Event())
            self.service.worker.open(one.door)

    async def end(self):
        await self.posts.aclose()
        await super().end()

    async def writes(self, *words, of=BAY):
        await self.posts_words(*words, of=of)

    async def presses(self, label, of=BAY):
        """A button under what was said last."""
        await self.writes(self.payload(label), of=of)

    def payload(self, label):
        body = next(one for one in reversed(self.zalo.bodies) if "attachment" in one["message"])
        return next(
            one["payload"] for one in body["message"]["attachment"]["payload"]["buttons"] if one["title"] == label
        )

    async def deliver(self):
        while [n for one in self.service.doorways if (n := await one.delivery.deliver_due())]:
            pass

    def told(self, person=BAY):
        return self.zalo.sent[person.id]


def played(story=None, **extra):
    def wrapping(story):
        @wraps(story)
        def test(turns, *args, **kwargs):
            async def run():
                async with TelegramServer().running() as server, OfficialServer(turns.clock).running() as zalo:
                    play = OfficialPlay(server, zalo, turns, **extra)
                    await play.begin()
                    try:
                        await story(play, *args, **kwargs)
                    finally:
                        await play.end()
                        play.service.threads.close()
                    assert server.violations == []
                    assert zalo.violations == []

            asyncio.run(run())

        test.__signature__ = _without_play(story)
        return test

    return wrapping(story) if story else wrapping
