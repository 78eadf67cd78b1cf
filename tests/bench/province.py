"""A province's day: 100 communes, 30,000 reminders of one morning, 5,000 bookings, a notice to 200,000 readers.

Measured is how fast we decide and put in the outbox, on SQLite; how long it then takes is the doors' pace, the 90
minutes over which reminders are spread, and the hundred readers at a time that a notice goes to.
"""

import datetime as dt
import tempfile
import time
from dataclasses import replace

from sqlalchemy import insert, select

from bot.casework import broadcasts as sending
from bot.casework.unit_of_work import UnitOfWork
from bot.content.schema import Appointments
from bot.conversation.scene import House
from bot.conversation.visit import Kind, Visit
from bot.doors.door import Pace
from bot.doors.web.door import WebDoor
from bot.store import bookings, inbox, outbox
from bot.store.database import Database, open_database
from bot.store.inbox import Receipt
from bot.store.outbox import Priority
from bot.store.tables import agenda, broadcasts, reminders, subscriptions
from bot.store.tables import outbox as letters
from bot.turn import Turns
from tests.appointing import COUNTER
from tests.bench.setting import Setting, line

REMINDERS, BOOKINGS, READERS = 30_000, 5_000, 200_000
SAMPLE = {"reminders": 2_000, "bookings": 400, "readers": 5_000}  # of which the rate is reckoned
COMMUNES = 100
NAME = "dang-ky-khai-sinh"
MORNING = dt.datetime(2026, 11, 25, 2, 0, tzinfo=dt.UTC)  # a Wednesday, 09:00 in Hanoi
SPREAD = 90 * 60  # seconds over which a morning's reminders are planned: see bot.ahead.quiet
FASTER = 2  # times than we need to be
REPLY_MS = 20  # to find a reply where, after an outage, all of them wait at once


def report(setting: Setting) -> int:
    house = _house(setting)
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/province.db")
        turns = Turns(database, house, lambda: MORNING)
        rates = {
            "reminders": _rate(_remind, turns, SAMPLE["reminders"]),
            "bookings": _rate(_book, turns, SAMPLE["bookings"]),
            "readers": _rate(_broadcast, turns, SAMPLE["readers"]),
        }
        found = _reply_among_all(database)
        database.close()
    return _told(rates, found)


def _told(rates: dict[str, float], found: float) -> int:
    telegram, web = Pace().per_second, WebDoor.pace.per_second
    notice = sending.AT_ONCE / sending.AGAIN.total_seconds()
    print(f"\na province's day: {REMINDERS:,} reminders, {BOOKINGS:,} bookings, {READERS:,} readers of a notice")
    missed = line("reminders decided a second", rates["reminders"], FASTER * REMINDERS / SPREAD)
    missed += line("bookings held and confirmed a second", rates["bookings"], FASTER * BOOKINGS / 3600)
    missed += line("readers of a notice put in the outbox a second", rates["readers"], FASTER * notice)
    missed += line("a reply found behind all that waits", found * 1000, REPLY_MS, " ms", at_most=True)
    line("through Telegram: all reminders at once", REMINDERS / telegram / 60, None, " min")
    line("through Telegram: a notice to all at once", READERS / telegram / 3600, None, " h")
    line("a notice, a hundred readers at a time", READERS / notice / 3600, None, " h")
    line("through the web door: all reminders at once", REMINDERS / web / 60, None, " min")
    return missed


def _rate(story, turns: Turns, count: int) -> float:
    began = time.perf_counter()
    story(turns, count)
    return count / (time.perf_counter() - began)


def _house(setting: Setting) -> House:
    """A house in which the first hundred communes take appointments."""
    knowledge = setting.content.knowledge
    known = sorted(knowledge.gazetteer.communes)[:COMMUNES]
    many = COUNTER | {"parallel": "10", "public": "10"}
    taking = {
        code: Appointments.model_validate({"ward_code": str(code), "commune": "x", "counters": [many]})
        for code in known
    }
    entry = knowledge.procedures[NAME].model_copy(update={"review_by": dt.date(2029, 1, 1)})
    knowledge = replace(knowledge, appointments=taking, procedures={**knowledge.procedures, NAME: entry})
    return House(knowledge=knowledge, catalogs=setting.content.catalogs, engine=setting.engine)


def _remind(turns: Turns, count: int) -> None:
    """All are due this morning: each is decided anew, with papers and office."""
    born = MORNING.date() - dt.timedelta(days=46)
    due = born + dt.timedelta(days=60)
    rows = [{"chat": f"telegram:{n}", "procedure": NAME, "day": born, "language": "vi", "commune": None, "basis": "x",
             "due": due, "made_at": MORNING, "version": 1} for n in range(count)]  # fmt: skip
    with turns.database.change() as connection:
        connection.execute(insert(reminders), rows)
        numbers = connection.execute(select(reminders.c.id, reminders.c.chat)).all()
        entries = [
            {"name": f"remind:{chat}|r{id_}", "subject": f"{chat}|r{id_}", "at": MORNING} for id_, chat in numbers
        ]
        connection.execute(insert(agenda), entries)
    while turns.keep_appointments():
        pass
    with turns.database.look() as connection:
        waiting = outbox.count(connection).get("waiting", 0)
    assert waiting == count, waiting


def _book(turns: Turns, count: int) -> None:
    """Each holds and confirms a time, as buttons do it."""
    communes = list(turns.house.knowledge.appointments)
    number = 0
    for n in range(count):
        chat, commune = f"telegram:{5_000_000 + n}", communes[n % COMMUNES]
        at = f"202611260{8 + n // COMMUNES % 2}00"
        with turns.database.change() as connection:
            unit = UnitOfWork(connection, turns.house, MORNING)
            unit.remember(chat, replace(unit.memory(chat), commune=commune))
        number = _press(turns, chat, f"bkh:{NAME}:{at}", number)
        with turns.database.look() as connection:
            held = bookings._several(connection, bookings.bookings.c.chat == chat)
        number = _press(turns, chat, f"bkc:{held[-1].id}", number)
    with turns.database.look() as connection:
        booked = len(bookings.ahead(connection, now=MORNING))
    assert booked == count, booked


def _press(turns: Turns, chat: str, action: str, number: int) -> int:
    receipt = Receipt(source="telegram", number=number + 1)
    with turns.database.change() as connection:
        inbox.keep(connection, receipt, chat=chat, raw="{}", now=MORNING)
    turns.take(Visit(chat=chat, kind=Kind.BUTTON, text=action), receipt)
    return number + 1


def _broadcast(turns: Turns, count: int) -> None:
    """A hundred readers at a time, each once."""
    rows = [{"chat": f"telegram:{6_000_000 + n}", "commune": 8, "kind": "health", "since": MORNING, "version": 1}
            for n in range(count)]  # fmt: skip
    values = {"commune": 8, "kind": "health", "text": "Tiêm chủng sáng thứ Bảy ở trạm y tế", "by": "telegram:1",
              "approved_by": "telegram:2", "starts_at": MORNING, "ends_at": MORNING + dt.timedelta(days=3),
              "status": "sending", "reached": 0, "count": 0}  # fmt: skip
    with turns.database.change() as connection:
        connection.execute(insert(subscriptions), rows)
        number = connection.execute(insert(broadcasts).values(**values).returning(broadcasts.c.id)).scalar_one()
    for _ in range(count // sending.AT_ONCE):
        with turns.database.change() as connection:
            unit = UnitOfWork(connection, turns.house, MORNING)
            sending.keep(unit, sending.Entry(name="broadcast:x", subject=f"{sending.SEND}|{number}", at=MORNING))


def _reply_among_all(database: Database) -> float:
    """All reminders wait, and a part of the notice; somebody is answered. Seconds until that answer is found."""
    row = {"state": "waiting", "payload": "{}", "created_at": MORNING, "not_before": MORNING, "quiet": True}
    many = [{**row, "chat": f"telegram:{7_000_000 + n}",
             "priority": Priority.REMINDER if n < REMINDERS else Priority.BROADCAST}
            for n in range(REMINDERS + sending.AT_ONCE)]  # fmt: skip
    with database.change() as connection:
        connection.execute(letters.delete())
        connection.execute(insert(letters), many)
        outbox.put(connection, chat="telegram:42", payload="{}", now=MORNING)
    return min(_found(database) for _ in range(5))


def _found(database: Database) -> float:
    began = time.perf_counter()
    with database.look() as connection:
        first = outbox.due(connection, "telegram", now=MORNING, limit=28)[0]
    assert first.chat == "telegram:42"
    return time.perf_counter() - began
