"""Numbers for whoever walks in: drawn, called, put back, served; what came of them."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import pauses, tickets

WAITING, CALLED, SERVING = "waiting", "called", "serving"
SERVED, MISSED, LEFT, UNKNOWN = "served", "missed", "left", "unknown"
IN_LINE = (WAITING, CALLED, SERVING)
NOBODY = "forgotten"
TRIES = 50  # to draw a number while others do


@dataclass(frozen=True, kw_only=True)
class Ticket:
    id: int
    commune: int
    counter: str
    day: dt.date
    number: int
    rank: int
    chat: str
    language: str
    status: str
    calls: int
    put_back: bool
    called_by: str | None
    made_at: dt.datetime
    called_at: dt.datetime | None


_ALL = select(*(tickets.c[name] for name in Ticket.__dataclass_fields__))


def _several(connection: Connection, *where: ColumnElement[bool]) -> list[Ticket]:
    rows = connection.execute(_ALL.where(*where).order_by(tickets.c.rank, tickets.c.id)).mappings()
    return [Ticket(**row) for row in rows]


def _at(commune: int, counter: str, day: dt.date) -> tuple[ColumnElement[bool], ...]:
    return tickets.c.commune == commune, tickets.c.counter == counter, tickets.c.day == day


def draw(connection: Connection, *, step: int, commune: int, counter: str, day: dt.date, **values: Any) -> Ticket:
    """The next number of a counter's day; the unique key decides between those who draw at once."""
    make = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    for _ in range(TRIES):
        last = select(func.coalesce(func.max(tickets.c.number), 0)).where(*_at(commune, counter, day))
        number = int(connection.execute(last).scalar_one()) + 1
        row = {"commune": commune, "counter": counter, "day": day, "number": number, "rank": number * step,
               "status": WAITING, **values}  # fmt: skip
        statement = make(tickets).values(**row).on_conflict_do_nothing().returning(tickets.c.id)
        if (found := connection.execute(statement).scalar_one_or_none()) is not None:
            return _several(connection, tickets.c.id == found)[0]
    raise RuntimeError("no number was free")


def find(connection: Connection, number: int) -> Ticket | None:
    return next(iter(_several(connection, tickets.c.id == number)), None)


def of_chat(connection: Connection, chat: str, day: dt.date) -> list[Ticket]:
    """What somebody has drawn today and still waits with."""
    return _several(connection, tickets.c.chat == chat, tickets.c.day == day, tickets.c.status.in_(IN_LINE))


def line(connection: Connection, commune: int, counter: str, day: dt.date) -> list[Ticket]:
    """All in the line, in the order in which they are called."""
    return _several(connection, *_at(commune, counter, day), tickets.c.status.in_(IN_LINE))


def become(connection: Connection, number: int, *, before: Collection[str], **values: Any) -> bool:
    """False: it was not as it was thought to be; somebody else was faster."""
    where = (tickets.c.id == number, tickets.c.status.in_(before))
    return connection.execute(update(tickets).where(*where).values(**values)).rowcount == 1


def close(connection: Connection, before: dt.date) -> int:
    """What nobody noted of earlier days: neither served nor missed. Whose the numbers were matters no more."""
    past = update(tickets).where(tickets.c.day < before)
    connection.execute(past.where(tickets.c.chat != NOBODY).values(chat=NOBODY))
    return connection.execute(past.where(tickets.c.status.in_(IN_LINE)).values(status=UNKNOWN)).rowcount


def service_times(connection: Connection, commune: int, counter: str, *, limit: int) -> list[dt.timedelta]:
    """How long the last of those who were served took."""
    where = (tickets.c.commune == commune, tickets.c.counter == counter, tickets.c.status == SERVED,
             tickets.c.served_at.is_not(None), tickets.c.finished_at.is_not(None))  # fmt: skip
    query = select(tickets.c.served_at, tickets.c.finished_at).where(*where)
    rows = connection.execute(query.order_by(tickets.c.finished_at.desc()).limit(limit))
    return [row.finished_at - row.served_at for row in rows]


def waits(connection: Connection, commune: int, counter: str, since: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
    """When numbers were drawn and called, of those who were served."""
    where = (tickets.c.commune == commune, tickets.c.counter == counter, tickets.c.day >= since,
             tickets.c.status == SERVED, tickets.c.called_at.is_not(None))  # fmt: skip
    rows = connection.execute(select(tickets.c.made_at, tickets.c.called_at).where(*where))
    return [(row.made_at, row.called_at) for row in rows]


def ends(connection: Connection, commune: int, since: dt.date) -> dict[str, int]:
    """What came of the numbers of a commune: served, missed, left, or noted by nobody."""
    where = (tickets.c.commune == commune, tickets.c.day >= since, tickets.c.status.not_in(IN_LINE))
    query = select(tickets.c.status, func.count()).where(*where).group_by(tickets.c.status)
    return {row[0]: row[1] for row in connection.execute(query)}


# A counter that calls nobody for a while


def pause(connection: Connection, commune: int, counter: str, *, now: dt.datetime) -> None:
    make = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    connection.execute(make(pauses).values(commune=commune, counter=counter, since=now).on_conflict_do_nothing())


def go_on(connection: Connection, commune: int, counter: str) -> bool:
    where = (pauses.c.commune == commune, pauses.c.counter == counter)
    return connection.execute(delete(pauses).where(*where)).rowcount == 1


def is_paused(connection: Connection, commune: int, counter: str) -> bool:
    where = (pauses.c.commune == commune, pauses.c.counter == counter)
    return connection.execute(select(func.count()).select_from(pauses).where(*where)).scalar_one() > 0
