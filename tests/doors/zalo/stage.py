"""The stage with Zalo's door beside Telegram's: citizens write through one, the desk works in the other."""

import asyncio
import itertools
from dataclasses import dataclass
from functools import wraps

from bot.doors.door import Pace
from bot.doors.telegram.door import TelegramDoor
from bot.doors.zalo.door import ZaloDoor
from bot.service.serve import Service
from tests.stage import QUICK, AtOnce, Play, _without_play, settings, within
from tests.telegram_server import TelegramServer
from tests.zalo_server import TOKEN, ZaloServer

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Neighbour:
    """Somebody who writes through Zalo."""

    id: str
    name: str

    def message(self, event="message.text.received", **content):
        who = {"id": self.id, "display_name": self.name, "is_bot": False}
        return {
            "event_name": event,
            "message": {
                "message_id": f"{next(_numbers):020x}", "date": 1_750_316_131_602, "from": who,
                "chat": {"id": self.id, "chat_type": "PRIVATE"}, **content,
            },
        }  # fmt: skip

    def says(self, text):
        return self.message(text=text)


BA_TU = Neighbour("6ede9afa66b88fe6d6a9", "Tư")
ONG_SAU = Neighbour("7fde9afa66b88fe6d6b0", "Sáu")


class ZaloPlay(Play):
    """Telegram's first, for the desk; Zalo's second."""

    begins_alike = False

    def __init__(self, server, zalo, turns, more=lambda _settings, _turns, _threads: [], **extra):
        self.server, self.zalo, self.turns, self._update = server, zalo, turns, 0
        given = settings(server, zalo_bot_token=TOKEN, zalo_api_url=zalo.url, **extra)
        threads = AtOnce()
        doors = [TelegramDoor(given, turns, threads, QUICK),
                 ZaloDoor(given, turns, threads, Pace(per_second=1000, private_seconds=0)),
                 *more(given, turns, threads)]  # fmt: skip
        self.service = Service(given, turns, doors, threads)
        within(doors[0], server)

    async def begin(self):
        for one in self.service.doorways:
            await one.door.greet(asyncio.Event())
            self.service.worker.open(one.door)

    async def writes(self, *updates):
        """Through Zalo."""
        for update in updates:
            await self.service.doorways[1].intake.store([update])
            await self.act()
            await self.deliver()  # a number answers what has been shown

    async def deliver(self):
        while [n for one in self.service.doorways if (n := await one.delivery.deliver_due())]:
            pass

    def told(self, person):
        return self.zalo.sent[person.id]


def played(story=None, **extra):
    def wrapping(story):
        @wraps(story)
        def test(turns, *args, **kwargs):
            async def run():
                async with TelegramServer().running() as server, ZaloServer().running() as zalo:
                    play = ZaloPlay(server, zalo, turns, **extra)
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
