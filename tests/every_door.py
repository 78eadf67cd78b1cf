"""The stage with every door open at once: citizens write through Telegram, web and Zalo, in one way of telling it."""

import asyncio
import re
from functools import wraps
from inspect import Parameter, signature

import httpx
import pytest

from bot.doors.web.door import WebDoor
from bot.doors.zalo.official.door import OfficialDoor
from tests.cast import LAN
from tests.doors.zalo.official_stage import BAY, SWIFT, Posting, given
from tests.doors.zalo.stage import BA_TU, ZaloPlay
from tests.telegram_server import TelegramServer
from tests.web import Browser
from tests.zalo_official_server import OfficialServer
from tests.zalo_server import ZaloServer

DOORS = ("telegram", "web", "zalo", "zalo-oa")
ADDRESS = "https://mot-cua.example"
LOOK_SECONDS = 0.002


class EveryDoor(Posting, ZaloPlay):
    """Telegram's first, Zalo's two, the web's last; the officers work in Telegram."""

    def __init__(self, server, zalo, official, turns):
        self.official = official
        super().__init__(server, zalo, turns, more=self._others, public_url=ADDRESS, **given(official))
        self.posts = self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.service._app()), base_url=ADDRESS
        )

    def _others(self, settings, turns, threads):
        return [OfficialDoor(settings, turns, threads, SWIFT), WebDoor(turns)]

    async def end(self):
        await self.client.aclose()
        await super().end()

    async def while_served(self, posting):
        """What a page posts waits for its turn: turns are taken and replies shown meanwhile."""
        page = asyncio.ensure_future(posting)
        while not (await asyncio.wait({page}, timeout=LOOK_SECONDS))[0]:
            await self.act()
            await self.deliver()
        await self.deliver()
        return page.result()

    def citizen(self, door):
        return {"telegram": AtTelegram, "web": AtWeb, "zalo": AtZalo, "zalo-oa": AtOfficial}[door](self)


class AtTelegram:
    door = "telegram"
    person = LAN

    def __init__(self, play):
        self.play = play

    async def says(self, words):
        await self.play.hears(self.person.says(words))

    async def chooses(self, key, **values):
        """What is offered under a label of the catalog's."""
        await self.presses(self.play.say(key, **values))

    async def presses(self, label):
        action = next(one["callback_data"] for one in self.play.buttons(self.person) if one["text"] == label)
        await self.play.hears(self.person.presses(action, text=self.play.last(self.person)["text"]))

    async def heard(self):
        """Everything said to them that they can still read."""
        return "\n".join(self.play.said(self.person))


class AtZalo:
    door = "zalo"
    person = BA_TU

    def __init__(self, play):
        self.play = play

    async def says(self, words):
        await self.play.writes(self.person.says(words))

    async def chooses(self, key, **values):
        await self.presses(self.play.say(key, **values))

    async def presses(self, label):
        offered = self.play.told(self.person)[-1]
        number = re.search(rf"^(\d)\. {re.escape(label)}$", offered, re.MULTILINE)
        if not number:
            assert label in offered
        await self.says(number[1] if number else self.play.say("choice.agree_word"))

    async def heard(self):
        return "\n".join(self.play.told(self.person))


class AtOfficial:
    door = "zalo-oa"
    person = BAY

    def __init__(self, play):
        self.play = play

    async def says(self, words):
        await self.play.posts_words(words, of=self.person)

    async def chooses(self, key, **values):
        await self.presses(self.play.say(key, **values))

    async def presses(self, label):
        """By its button; what Zalo takes no sixth of by its number."""
        offered = self.play.official.bodies[-1]["message"]
        pressed = {one["title"]: one["payload"] for one in offered.get("attachment", NONE)["payload"]["buttons"]}
        number = re.search(rf"^(\d)\. {re.escape(label)}$", offered["text"], re.MULTILINE)
        await self.says(pressed.get(label) or number[1])

    async def heard(self):
        return "\n".join(self.play.official.sent[self.person.id])


NONE = {"payload": {"buttons": []}}


class AtWeb:
    door = "web"

    def __init__(self, play):
        self.play = play
        self.browser = Browser(play.client)

    async def says(self, words):
        await self.play.while_served(self.browser.says(words))

    async def chooses(self, key, **values):
        await self.presses(self.play.say(key, **values))

    async def presses(self, label):
        form, action = [
            (form, value)
            for form in self.browser.page.forms
            for name, value, shown in form.buttons
            if name == "a" and shown.strip() == label
        ][-1]
        await self.play.while_served(self.browser.posts(form, a=action))

    async def heard(self):
        return (await self.browser.opens("/")).text


def by_every_door(story):
    """Run an async story once for each door: `async def test_…(play, citizen)`."""
    return pytest.mark.parametrize("door", DOORS)(_told(story, with_citizen=True))


def with_every_door(story):
    """Run an async story with all doors open: `async def test_…(play)`."""
    return _told(story, with_citizen=False)


def _told(story, *, with_citizen):
    @wraps(story)
    def test(turns, door=None, **kwargs):
        async def run():
            ours = OfficialServer(turns.clock)
            async with TelegramServer().running() as server, ZaloServer().running() as zalo, ours.running() as official:
                play = EveryDoor(server, zalo, official, turns)
                await play.begin()
                try:
                    await story(play, *([play.citizen(door)] if with_citizen else []), **kwargs)
                finally:
                    await play.end()
                    play.service.threads.close()
                assert server.violations == []
                assert zalo.violations == []
                assert official.violations == []

        asyncio.run(run())

    kept = [one for name, one in signature(story).parameters.items() if name not in ("play", "citizen")]
    given = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in ("turns", *(["door"] * with_citizen))]
    test.__signature__ = signature(story).replace(parameters=[*given, *kept])
    return test
