"""The stage: the real Service, driven a step at a time against the stand-in."""

import asyncio
import os
import re
from contextvars import copy_context
from functools import cache, wraps

from sqlalchemy import text as sql

from bot.casework import staffing
from bot.casework.unit_of_work import UnitOfWork
from bot.config import Settings
from bot.desk.request import Role
from bot.doors.door import Pace
from bot.doors.telegram.door import TelegramDoor
from bot.service.serve import Service
from bot.service.threads import Threads
from tests import beginnings
from tests.telegram_server import TOKEN, TelegramServer
from tests.within import Within

QUICK = Pace(per_second=1000, private_seconds=0, group_seconds=0)


def played(story):
    """Run an async story with a server of its own: `async def test_…(play)`."""

    @wraps(story)
    def test(turns, *args, **kwargs):
        async def run():
            async with TelegramServer().running() as server:
                play = Play(server, turns)
                await play.begin()
                try:
                    await story(play, *args, **kwargs)
                finally:
                    await play.end()
                    play.service.threads.close()
                assert server.violations == []

        asyncio.run(run())

    test.__signature__ = _without_play(story)
    return test


def _without_play(story):
    import inspect

    signature = inspect.signature(story)
    kept = [p for name, p in signature.parameters.items() if name != "play"]
    turns = inspect.Parameter("turns", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return signature.replace(parameters=[turns, *kept])


def settings(server, **extra):
    if extra:
        return Settings(telegram_bot_token=TOKEN, telegram_api_url=server.url, **extra)
    around = tuple(item for item in os.environ.items() if item[0] != "PYTEST_CURRENT_TEST")
    return _settings(around).model_copy(update={"telegram_api_url": server.url})


@cache
def _settings(_around):
    """They are read for each environment once: that takes as long as an answer."""
    return Settings(telegram_bot_token=TOKEN)


class AtOnce(Threads):
    """A story tells one thing after another: handing each to a thread and back takes as long as asking the database."""

    def __init__(self):
        pass

    async def run(self, function, *args, **kwargs):
        await asyncio.sleep(0)  # whatever else is to be done is done meanwhile, as where there are threads
        return copy_context().run(function, *args, **kwargs)

    def close(self):
        pass


def telegram(settings, turns, pace=QUICK, live=None, threads=None):
    """The service with Telegram's door alone."""
    threads = threads or Threads.of(turns.database)
    return Service(settings, turns, [TelegramDoor(settings, turns, threads, pace)], threads, live)


async def begin(service):
    """As `run` does before anything is received: the door is greeted, and what came through it is acted on."""
    for one in service.doorways:
        await one.door.bot.initialize()
        service.worker.open(one.door)


async def end(service):
    for one in service.doorways:
        await one.door.close()


def within(door, server):
    """Telegram's door reaches the stand-in without a socket: a story that asks how HTTP fails has a real `serving`."""
    client = door.bot.request._client
    client._transport = Within(server, client._transport)


class Play:
    """Updates in, messages out; nothing runs in between unless a story says so."""

    begins_alike = True  # with one door, whose stand-in's state is known

    def __init__(self, server, turns, threads=None):
        self.server = server
        self.turns = turns
        self.service = telegram(settings(server), turns, threads=threads or AtOnce())
        within(self.service.doorways[0].door, server)
        self._update = 0

    @property
    def intake(self):
        return self.service.doorways[0].intake

    @property
    def delivery(self):
        return self.service.doorways[0].delivery

    async def begin(self):
        await begin(self.service)

    async def end(self):
        await end(self.service)

    async def store(self, *updates):
        """Receive updates: stored, not yet acted on."""
        numbered = []
        for update in updates:
            self._update += 1
            numbered.append(update if "update_id" in update else {"update_id": self._update, **update})
        await self.intake.store(numbered)

    async def act(self):
        """Take every turn that waits."""
        worker = self.service.worker
        while found := await worker.threads.run(worker._waiting):
            worker.begin(found)
            await worker.settle()

    async def deliver(self):
        while await self.delivery.deliver_due():
            pass

    async def hears(self, *updates):
        """One thing after another, whoever says it; `store` and `act` for what comes at the same time."""
        for update in updates:
            await self.store(update)
            await self.act()
        await self.deliver()

    async def passes(self, clock, seconds):
        """Time passes, and what the agenda has for it is done."""
        clock.pass_(seconds)
        while self.turns.keep_appointments():
            pass
        await self.deliver()

    def invited(self, commune, role):
        """A one-time code, as `main.py invite` prints it."""
        with self.turns.database.change() as connection:
            unit = UnitOfWork(connection, self.turns.house, self.turns.clock())
            return staffing.invite(unit, commune=commune, role=Role(role))

    async def opens_desk(self, commune, group, *officers, leader=None, new=()):
        """The officers join and make the group the desk of their commune; all but the `new` ones know the work."""
        what = (commune, group, officers, leader, tuple(new))
        await beginnings.begun(self, what, lambda: self._opens_desk(*what))

    async def _opens_desk(self, commune, group, officers, leader, new):
        for person in officers:
            await self.hears(person.says(f"/join {self.invited(commune, 'officer')}"))
        if leader:
            await self.hears(leader.says(f"/join {self.invited(commune, 'leader')}"))
        with self.turns.database.change() as connection:
            for person in officers:
                number = 0 if person in new else 9
                known = sql("UPDATE staff SET answers = :number WHERE person = :person")
                connection.execute(known, {"number": number, "person": f"telegram:{person.id}"})
        if group:
            await self.hears(group.hears(officers[0], f"/desk {commune:05}"))

    async def drafts(self, person, text="giấy chứng sinh sai", commune="Ngọc Hà"):
        """A citizen writes a request, agreeing that it is kept where that is asked."""
        await self.hears(person.says(f"/commune phường {commune}, Hà Nội"), person.says(f"/request {text}"))
        await self.agrees(person)

    async def agrees(self, person):
        asked = self.last(person)
        yes = [b["callback_data"] for b in self.buttons(person) if b.get("callback_data", "").startswith("r:yes:")]
        if yes:
            await self.hears(person.presses(yes[0], text=asked["text"]))

    async def asks(self, person, text="cho em hỏi chứng sinh bị sai tên mẹ thì làm sao", commune="Ngọc Hà"):
        """A citizen opens a request; its code."""
        await self.drafts(person, text, commune)
        await self.hears(person.presses(self.action(person, "r:send:")))
        return self.code(person)

    def action(self, person, start):
        """The newest button shown to someone (or in a group) that begins so."""
        return next(
            button["callback_data"]
            for message in reversed(self.server.sent[person.id])
            for row in message.get("reply_markup", {}).get("inline_keyboard", [])
            for button in row
            if button.get("callback_data", "").startswith(start)
        )

    def code(self, person):
        """The newest code that someone was told."""
        for text in reversed(self.said(person)):
            if found := re.search(r"MC-\w{4}-\w{2}", text):
                return found[0]
        raise AssertionError("no code was told")

    def topic(self, group):
        return self.server.topics[group.id][-1][0]

    def last(self, person):
        return self.server.sent[person.id][-1]

    def said(self, person):
        return self.server.texts(person.id)

    def buttons(self, person):
        rows = self.last(person).get("reply_markup", {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]

    def say(self, key, language="vi", **values):
        catalogs = {one.value: catalog for one, catalog in self.turns.house.catalogs.items()}
        return catalogs[language].say(key, **values)
