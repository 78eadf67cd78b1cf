"""Appointments: a time of a counter belongs to one person a lane, and the database itself sees to it.

Lane and `open` are null where a booking takes nothing any more: a unique key takes null many times, on either database.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.database import Lock
from bot.store.tables import bookings, waiting

type Row = RowMapping

HELD, CONFIRMED, EXPIRED = "held", "confirmed", "expired"
SERVED, MISSED = "served", "missed"  # as the counter noted; what it did not note stays confirmed
CANCELLED, BY_OFFICE, MOVED = "cancelled", "by_office", "moved"
OPEN, WISHED = 1, 2  # confirmed; only held: one of each, of a person and a procedure


@dataclass(frozen=True, kw_only=True)
class Booking:
    id: int
    commune: int
    counter: str
    starts_at: dt.datetime
    lane: int | None
    chat: str
    procedure: str
    language: str
    code: str
    status: str
    held_until: dt.datetime | None
    place: str
    number: int  # +1 with each change, for calendars


_ALL = select(*(bookings.c[name] for name in Booking.__dataclass_fields__))


def _one(connection: Connection, *where: Any) -> Booking | None:
    row = connection.execute(_ALL.where(*where)).mappings().one_or_none()
    return Booking(**row) if row else None


def _several(connection: Connection, *where: Any) -> list[Booking]:
    rows = connection.execute(_ALL.where(*where).order_by(bookings.c.starts_at, bookings.c.id)).mappings()
    return [Booking(**row) for row in rows]


def hold(connection: Connection, *, lanes: int, now: dt.datetime, until: dt.datetime, **values: Any) -> int | None:
    """Take a time in the first lane that is free; its number. None: none is. What was only held before is let go."""
    _in_turn(connection, values["commune"])
    _let_lapse(connection, values["commune"], values["counter"], values["starts_at"], now=now)
    mine = (bookings.c.chat == values["chat"], bookings.c.procedure == values["procedure"], bookings.c.open == WISHED)
    connection.execute(update(bookings).where(*mine).values(lane=None, open=None, status=EXPIRED))
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    for lane in range(1, lanes + 1):
        row = {**values, "lane": lane, "open": WISHED, "status": HELD, "held_until": until, "made_at": now}
        statement = insert(bookings).values(**row).on_conflict_do_nothing().returning(bookings.c.id)
        if (number := connection.execute(statement).scalar_one_or_none()) is not None:
            return int(number)
    return None


def _in_turn(connection: Connection, commune: int) -> None:
    """A commune's times change hands one after the other: two who swap theirs at once would wait for each other."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(int(Lock.BOOKINGS), commune)))


def _let_lapse(connection: Connection, commune: int, counter: str, at: dt.datetime, *, now: dt.datetime) -> None:
    """What was held too long is free for whoever asks."""
    where = (bookings.c.commune == commune, bookings.c.counter == counter, bookings.c.starts_at == at,
             bookings.c.status == HELD, bookings.c.held_until <= now)  # fmt: skip
    connection.execute(update(bookings).where(*where).values(lane=None, open=None, status=EXPIRED))


def confirm(connection: Connection, number: int, chat: str, *, now: dt.datetime) -> Booking | None:
    """What is still held becomes fixed; the one that it moves is let go. None: it was held too long."""
    held = _one(connection, bookings.c.id == number, bookings.c.chat == chat)
    if held is None:
        return None
    _in_turn(connection, held.commune)
    same = (bookings.c.chat == chat, bookings.c.procedure == held.procedure, bookings.c.open == OPEN)
    before = _one(connection, *same)
    mine = (bookings.c.id == number, bookings.c.status == HELD, bookings.c.held_until > now)
    if connection.execute(update(bookings).where(*mine).values(status=CONFIRMED)).rowcount != 1:
        return None
    more = {}
    if before:  # a calendar knows it by its code
        free(connection, before.id, status=MOVED)
        more = {"code": before.code, "number": before.number + 1}
    connection.execute(update(bookings).where(bookings.c.id == number).values(open=OPEN, held_until=None, **more))
    return find(connection, number)


def free(connection: Connection, number: int, *, status: str) -> bool:
    """Nobody has it any more. False: it was so before."""
    if (one := find(connection, number)) is None:
        return False
    _in_turn(connection, one.commune)
    where = (bookings.c.id == number, bookings.c.lane.is_not(None))
    values = {"lane": None, "open": None, "status": status, "number": bookings.c.number + 1}
    return connection.execute(update(bookings).where(*where).values(**values)).rowcount == 1


def find(connection: Connection, number: int) -> Booking | None:
    return _one(connection, bookings.c.id == number)


def by_code(connection: Connection, code: str) -> Booking | None:
    """The one that stands under a code."""
    return _one(connection, bookings.c.code == code, bookings.c.status == CONFIRMED)


def of_day(connection: Connection, commune: int, start: dt.datetime, end: dt.datetime) -> list[Booking]:
    """What was booked for a time, and what the counter noted of it."""
    on_it = (bookings.c.starts_at >= start, bookings.c.starts_at < end)
    noted = bookings.c.status.in_((CONFIRMED, SERVED, MISSED))
    return _several(connection, bookings.c.commune == commune, *on_it, noted)


def note(connection: Connection, number: int, status: str) -> bool:
    """The counter says whether somebody came; where it says nothing, nobody knows."""
    where = (bookings.c.id == number, bookings.c.status.in_((CONFIRMED, SERVED, MISSED)))
    return connection.execute(update(bookings).where(*where).values(status=status, open=None)).rowcount == 1


def has_code(connection: Connection, code: str) -> bool:
    return connection.execute(select(func.count()).where(bookings.c.code == code)).scalar_one() > 0


def of_chat(connection: Connection, chat: str) -> list[Booking]:
    """What a person has, the soonest first."""
    return _several(connection, bookings.c.chat == chat, bookings.c.status == CONFIRMED)


def ahead(connection: Connection, *, now: dt.datetime) -> list[Booking]:
    """All that stand and are still to come."""
    return _several(connection, bookings.c.status == CONFIRMED, bookings.c.starts_at > now)


def taken(connection: Connection, commune: int, counter: str, *, now: dt.datetime) -> dict[dt.datetime, int]:
    """How many lanes of each time to come are taken."""
    lapsed = (bookings.c.status == HELD) & (bookings.c.held_until <= now)
    where = (bookings.c.commune == commune, bookings.c.counter == counter, bookings.c.starts_at > now,
             bookings.c.lane.is_not(None), ~lapsed)  # fmt: skip
    query = select(bookings.c.starts_at, func.count()).where(*where).group_by(bookings.c.starts_at)
    return {row[0]: row[1] for row in connection.execute(query)}


def move_place(connection: Connection, number: int, place: str) -> None:
    connection.execute(update(bookings).where(bookings.c.id == number).values(place=place))


# Who waits for a time


def wait(connection: Connection, *, now: dt.datetime, **values: Any) -> None:
    """Once for a procedure; the last wish holds, the place in the line stays."""
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = insert(waiting).values(since=now, **values)
    wish = {"wish": values["wish"]}
    connection.execute(statement.on_conflict_do_update(index_elements=["chat", "procedure"], set_=wish))


def waits(connection: Connection, commune: int, counter: str) -> list[Row]:
    """In the order in which they came."""
    where = (waiting.c.commune == commune, waiting.c.counter == counter)
    return list(connection.execute(select(waiting).where(*where).order_by(waiting.c.since, waiting.c.chat)).mappings())


def waits_no_more(connection: Connection, chat: str, procedures: Collection[str] | None = None) -> int:
    where = [waiting.c.chat == chat, *([waiting.c.procedure.in_(procedures)] if procedures is not None else [])]
    return connection.execute(delete(waiting).where(*where)).rowcount
