"""A year with a moved clock, on two replicas: who asks for what, what happens meanwhile, and what each must have got."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import replace

from bot.conversation.visit import Kind, Visit
from bot.store import bookings, inbox, outbox
from bot.store.inbox import Receipt
from bot.turn import Turns, reply_of
from tests.appointing import taking

VIETNAM = dt.timezone(dt.timedelta(hours=7))
BEGIN = dt.date(2026, 11, 23)  # a Monday
DAYS = 365
TET = [dt.date(2027, 2, day) for day in range(4, 11)]
OTHERS_OFF = [dt.date(2026, 11, 24), dt.date(2027, 1, 1), dt.date(2027, 4, 16), dt.date(2027, 4, 30),
              dt.date(2027, 5, 3), dt.date(2027, 9, 2), dt.date(2027, 9, 3)]  # fmt: skip
OFF = {*TET, *OTHERS_OFF}
OUTAGES = [range(40, 46), range(200, 203)]  # days on which nothing of ours runs
LAW = 100  # the day on which 60 days become 90
BIRTH, DEATH = "dang-ky-khai-sinh", "dang-ky-khai-tu"
RENEWAL, CARD = "gia-han-tam-tru", "cap-the-can-cuoc"
TOLD, APPOINTMENT, OFF_AGAIN = "🔔 Bạn nhờ mình nhắc: ", "⏰", "Xin lỗi bạn"
BOOKED_AT = ("08:00", "08:30", "09:00", "09:30", "10:00", "10:30")


class World:
    """Two replicas on one database, a clock that is moved, and everything that was delivered."""

    def __init__(self, turns, clock):
        self.clock = clock
        turns.house = reviewed(turns.house)
        self.replicas = [turns, Turns(turns.database, turns.house, clock)]
        self.got = defaultdict(list)  # chat → (moment in Vietnam, text)
        self._number = 0
        self.closes = None  # on which day of the year it is known that the commune is closed on which date

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
    later = {
        name: known[name].model_copy(update={"review_by": dt.date(2029, 1, 1)})
        for name in (BIRTH, DEATH, RENEWAL, CARD)
    }
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
        case "dang-ky-khai-tu":  # 7 and 2 days before the 15th
            return {working_before(day + dt.timedelta(days=15 - n)) for n in (7, 2)}
        case "gia-han-tam-tru":  # when the 15 days begin, on a working day; and 3 days before the end
            opens = day - dt.timedelta(days=15)
            while opens.weekday() > 4 or opens in OFF:
                opens += dt.timedelta(days=1)
            return {min(opens, working_before(day)), working_before(day - dt.timedelta(days=3))}
        case "cap-the-can-cuoc":  # 60 and 7 days before the 40th birthday
            forty = day.replace(year=day.year + 40)
            return {working_before(forty - dt.timedelta(days=n)) for n in (60, 7)}


def wishes(chance, count):
    """Who asks for what, on which day of the year, with which date."""
    for n in range(count):
        on = chance.randrange(0, 300)
        today = BEGIN + dt.timedelta(days=on)
        name = chance.choice((BIRTH, DEATH, RENEWAL, CARD))
        if name == BIRTH:
            day = today - dt.timedelta(days=chance.randrange(0, 14))
        elif name == DEATH:
            day = today - dt.timedelta(days=chance.randrange(0, 4))
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


def ends(chance, people):
    """A quarter of them stop, or are forgotten, some weeks later: on which day, and how."""
    return {chat: (on + chance.randrange(1, 40), chance.choice(("stop", "forget")))
            for chat, on, _, _ in people if chance.random() < 0.25}  # fmt: skip


def play(world, people, stops, moves=(), books=()):
    """`moves`: chats that move to another commune, by day; `books`: chats that book for the Thursday after."""
    down = {day for outage in OUTAGES for day in outage}
    busy = {day for _, _, name, date in people for day in expected(name, date)}
    for n in range(DAYS):
        day = BEGIN + dt.timedelta(days=n)
        if n == LAW:
            for turns in world.replicas:
                turns.house = with_other_law(turns.house)
        if world.closes and n == world.closes[0]:
            closing(world, world.closes[1])
        looked_at = n not in down and (n % 4 == 0 or day in busy or books)
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
        for chat in [one for one, on in moves if on == n]:
            world.does(chat, kind=Kind.COMMAND, command="commune", text="phường Ba Đình, Hà Nội")
        for place, chat in enumerate([one for one, on in books if on == n]):
            book(world, chat, day + dt.timedelta(days=3), place)
        if looked_at and n % 3:
            world.at(day, 23)


def book(world, chat, day, place):
    """The place-th of the day's times, two at each."""
    world.does(chat, kind=Kind.COMMAND, command="commune", text="phường Ngọc Hà, Hà Nội")
    at = BOOKED_AT[place // 2].replace(":", "")
    world.presses(chat, f"bkh:{BIRTH}:{day:%Y%m%d}{at}")
    with world.replicas[0].database.look() as connection:
        held = connection.execute(bookings._ALL.where(bookings.bookings.c.chat == chat)).mappings().all()
    world.presses(chat, f"bkc:{held[-1]['id']}")


def weeks_to_book():
    """Mondays whose Wednesday and Thursday are worked, and nothing of ours is down."""
    down = {day for outage in OUTAGES for day in outage}
    for n in range(0, DAYS - 7, 7):
        days = [BEGIN + dt.timedelta(days=n + k) for k in (2, 3)]
        if not ({*days} & OFF or down & {n, n + 2, n + 3}):
            yield n


def closing(world, day):
    """Ngọc Hà is closed on a day from now on."""
    for turns in world.replicas:
        turns.house = taking(turns.house, closures=[f"{day}"])


def wrong_reminders(world, people, stops):
    """What somebody got and should not have, or the other way round; and how many were looked at closely."""
    down = {BEGIN + dt.timedelta(days=n) for outage in OUTAGES for n in outage}
    law = BEGIN + dt.timedelta(days=LAW)
    wrong, checked = [], 0
    for chat, on, name, date in people:
        told = [at for at, text in world.got[chat] if text.startswith(TOLD)]
        days = Counter(at.date() for at in told)
        if any(count > 1 for count in days.values()):
            wrong.append(f"{chat}: twice on a day")
        if not all(7 <= at.hour < 21 and at.date() not in OFF and at.weekday() < 5 for at in told):
            wrong.append(f"{chat}: by night or on a day off")
        asked = BEGIN + dt.timedelta(days=on)
        ended = BEGIN + dt.timedelta(days=stops[chat][0]) if chat in stops else None
        if ended and any(day > ended for day in days):
            wrong.append(f"{chat}: after {stops[chat]}")
        until = min(ended or dt.date.max, BEGIN + dt.timedelta(days=DAYS - 1))
        if name == BIRTH and date + dt.timedelta(days=60) > law - dt.timedelta(days=50):
            continue  # told by the other law
        usual = {day for day in expected(name, date) if asked < day <= until}
        if usual & down:
            wrong += [f"{chat}: too many"] if len(days) > len(usual) else []
        else:
            checked += 1
            wrong += [f"{chat}: {name} of {date}: {sorted(days)}, not {sorted(usual)}"] if set(days) != usual else []
    return wrong, checked


def wrong_bookings(world, books):
    """Each was reminded of the day before, or told that it is off."""
    wrong = []
    for chat, on in books:
        before = BEGIN + dt.timedelta(days=on + 2)
        told = [at.date() for at, text in world.got[chat] if text.startswith(APPOINTMENT)]
        off = any(text.startswith(OFF_AGAIN) for _, text in world.got[chat])
        if not (before in told or off):
            wrong.append(f"{chat}: nothing of the appointment of {before}")
    return wrong
