"""A year played small, on two replicas: every reminder once, by day, on working days, and none that was stopped."""

import datetime as dt
import random
import re
from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from bot.conversation.visit import Kind, Visit
from bot.store import inbox, outbox
from bot.store.inbox import Receipt
from bot.store.outbox import Priority
from bot.turn import Turns, reply_of

PEOPLE = 150
VIETNAM = dt.timezone(dt.timedelta(hours=7))
BEGIN = dt.date(2026, 11, 23)  # a Monday
DAYS = 365
TET = [dt.date(2027, 2, day) for day in range(4, 11)]
OTHERS_OFF = [dt.date(2026, 11, 24), dt.date(2027, 1, 1), dt.date(2027, 4, 16), dt.date(2027, 4, 30),
              dt.date(2027, 5, 3), dt.date(2027, 9, 2), dt.date(2027, 9, 3)]  # fmt: skip
OFF = {*TET, *OTHERS_OFF}
OUTAGES = [range(40, 46), range(200, 203)]  # days on which nothing of ours runs
LAW = 100  # the day on which 60 days become 90
BIRTH, RENEWAL, CARD = "dang-ky-khai-sinh", "gia-han-tam-tru", "cap-the-can-cuoc"
TOLD = "🔔 Bạn nhờ mình nhắc: "


class World:
    """Two replicas on one database, a clock that is moved, and everything that was delivered."""

    def __init__(self, turns, clock):
        self.clock = clock
        turns.house = reviewed(turns.house)
        self.replicas = [turns, Turns(turns.database, turns.house, clock)]
        self.got = defaultdict(list)  # chat → (moment in Vietnam, text)
        self._number = 0

    def does(self, chat, **visit):
        self._number += 1
        receipt = Receipt(source="telegram", number=self._number)
        turns = self.replicas[self._number % 2]
        with turns.database.change() as connection:
            inbox.keep(connection, receipt, chat=chat, raw="{}", now=self.clock())
        turns.take(Visit(chat=chat, name="Lan", interface_language="vi", **visit), receipt)

    def presses(self, chat, action):
        self.does(chat, kind=Kind.BUTTON, text=action)

    def at(self, day, hour):
        self.clock.now = dt.datetime.combine(day, dt.time(hour), VIETNAM).astimezone(dt.UTC)
        for turns in self.replicas:
            while turns.keep_appointments():
                pass
        self.deliver()

    def deliver(self):
        turns = self.replicas[0]
        with turns.database.change() as connection:
            while due := outbox.due(connection, "telegram", now=self.clock(), limit=500):
                for message in due:
                    self.got[message.chat].append((self.clock().astimezone(VIETNAM), reply_of(message.payload).text))
                outbox.sent(connection, due, now=self.clock())


def reviewed(house):
    """The house whose entries are looked at again in time."""
    known = house.knowledge.procedures
    later = {name: known[name].model_copy(update={"review_by": dt.date(2029, 1, 1)}) for name in (BIRTH, RENEWAL, CARD)}
    return replace(house, knowledge=replace(house.knowledge, procedures={**known, **later}))


def working_before(day):
    while day.weekday() > 4 or day in OFF:
        day -= dt.timedelta(days=1)
    return day


def expected(name, day):
    """By hand: the days on which each is told, where nothing happens meanwhile."""
    match name:
        case "dang-ky-khai-sinh":  # 45, 14 and 2 days before the 60th
            return {working_before(day + dt.timedelta(days=60 - n)) for n in (45, 14, 2)}
        case "gia-han-tam-tru":  # when the 15 days begin, on a working day; and 3 days before the end
            opens = day - dt.timedelta(days=15)
            while opens.weekday() > 4 or opens in OFF:
                opens += dt.timedelta(days=1)
            return {min(opens, working_before(day)), working_before(day - dt.timedelta(days=3))}
        case "cap-the-can-cuoc":  # 60 and 7 days before the 40th birthday
            forty = day.replace(year=day.year + 40)
            return {working_before(forty - dt.timedelta(days=n)) for n in (60, 7)}


def wishes(chance):
    """Who asks for what, on which day of the year, with which date."""
    for n in range(PEOPLE):
        on = chance.randrange(0, 300)
        today = BEGIN + dt.timedelta(days=on)
        name = chance.choice((BIRTH, RENEWAL, CARD))
        if name == BIRTH:
            day = today - dt.timedelta(days=chance.randrange(0, 14))
        elif name == RENEWAL:
            day = today + dt.timedelta(days=chance.randrange(20, 60))
        else:
            birthday = today + dt.timedelta(days=chance.randrange(62, 90))
            day = dt.date(birthday.year - 40, birthday.month, min(birthday.day, 28))
        yield f"telegram:{n + 100}", on, name, day


def with_other_law(house):
    entry = house.knowledge.procedures[BIRTH]
    answers = tuple(
        one.model_copy(update={"length": one.length.model_copy(update={"amount": 90})})
        if one.id == "han-60-ngay"
        else one
        for one in entry.answers
    )
    procedures = {**house.knowledge.procedures, BIRTH: entry.model_copy(update={"answers": answers})}
    return replace(house, knowledge=replace(house.knowledge, procedures=procedures))


def play(world, people, stops):
    down = {day for outage in OUTAGES for day in outage}
    busy = {day for _, _, name, date in people for day in expected(name, date)}
    for n in range(DAYS):
        day = BEGIN + dt.timedelta(days=n)
        if n == LAW:
            for turns in world.replicas:
                turns.house = with_other_law(turns.house)
        looked_at = n not in down and (n % 4 == 0 or day in busy)
        if looked_at:
            world.at(day, 11)
        world.clock.now = dt.datetime.combine(day, dt.time(12), VIETNAM).astimezone(dt.UTC)
        for chat, on, name, date in people:
            if on == n:
                world.presses(chat, f"rkeep:{name}:{date:%Y%m%d}")
            if stops.get(chat) == (n, "stop"):
                world.does(chat, kind=Kind.TEXT, text="DỪNG")
            if stops.get(chat) == (n, "forget"):
                world.presses(chat, "r:forget")
        if looked_at and n % 3:
            world.at(day, 23)


@pytest.mark.only_on("sqlite", "the hundred days of a change of law, below, are told on both")
def test_a_year_of_a_hundred_and_fifty_people(turns, clock):
    chance = random.Random(7)
    people = list(wishes(chance))
    stops = {chat: (on + chance.randrange(1, 40), chance.choice(("stop", "forget")))
             for chat, on, _, _ in people if chance.random() < 0.25}  # fmt: skip
    world = World(turns, clock)
    play(world, people, stops)
    down = {BEGIN + dt.timedelta(days=n) for outage in OUTAGES for n in outage}
    law = BEGIN + dt.timedelta(days=LAW)
    checked = 0
    for chat, on, name, date in people:
        told = [at for at, text in world.got[chat] if text.startswith(TOLD)]
        days = Counter(at.date() for at in told)
        assert all(count == 1 for count in days.values()), (chat, days)
        assert all(7 <= at.hour < 21 and at.date() not in OFF and at.weekday() < 5 for at in told), (chat, told)
        asked = BEGIN + dt.timedelta(days=on)
        ended = BEGIN + dt.timedelta(days=stops[chat][0]) if chat in stops else None
        if ended:
            assert all(day <= ended for day in days), (chat, days, stops[chat])
        until = min(ended or dt.date.max, BEGIN + dt.timedelta(days=DAYS - 1))
        if name == BIRTH and date + dt.timedelta(days=60) > law - dt.timedelta(days=50):
            continue  # told by the other law, below
        usual = {day for day in expected(name, date) if asked < day <= until}
        if not usual & down:
            assert set(days) == usual, (chat, name, date, days, usual)
            checked += 1
        else:
            assert len(days) <= len(usual)
    assert checked > PEOPLE / 2


def test_when_the_law_changes_each_is_told_once_and_by_the_new_day(turns, clock):
    """20 people with a child of a week; on the tenth day 60 days become 90."""
    world = World(turns, clock)
    born = BEGIN - dt.timedelta(days=7)
    world.at(BEGIN, 11)
    people = [f"telegram:{n}" for n in range(500, 520)]
    for chat in people:
        world.presses(chat, f"rkeep:{BIRTH}:{born:%Y%m%d}")
    for n in range(1, 100):
        if n == 10:
            for replica in world.replicas:
                replica.house = with_other_law(replica.house)
        world.at(BEGIN + dt.timedelta(days=n), 11)
        world.at(BEGIN + dt.timedelta(days=n), 23)
    due = born + dt.timedelta(days=90)  # 14 February 2027, a Sunday
    days = [working_before(due - dt.timedelta(days=before)) for before in (45, 14, 2)]
    for chat in people:
        changed = [text for _, text in world.got[chat] if text.startswith("Luật đã đổi")]
        assert len(changed) == 1
        assert re.search("14/02/2027", changed[0])
        assert [at.date() for at, text in world.got[chat] if text.startswith(TOLD)][-3:] == days


def test_unasked_messages_stand_behind_what_was_asked(turns, clock):
    world = World(turns, clock)
    with turns.database.change() as connection:
        for priority in (Priority.REMINDER, Priority.REPLY):
            outbox.put(connection, chat="telegram:1", payload='{"blocks": []}', now=clock(), priority=priority,
                       quiet=priority is Priority.REMINDER)  # fmt: skip
        assert len(outbox.due(connection, "telegram", now=clock(), limit=9)) == 1
    clock.now = dt.datetime(2026, 11, 23, 16, 0, tzinfo=dt.UTC)  # 23:00
    with turns.database.change() as connection:
        outbox.sent(connection, outbox.due(connection, "telegram", now=clock(), limit=9), now=clock())
        assert outbox.due(connection, "telegram", now=clock(), limit=9) == []
        assert outbox.next_due(connection, "telegram", now=clock()) is None
    world.at(dt.date(2026, 11, 24), 7)
    assert len(world.got["telegram:1"]) == 1
