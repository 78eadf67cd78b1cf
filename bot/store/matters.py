"""Matters: what several people raised, where it stands, and in which requests it was raised."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.measure.matter import PASSED_ON, RECEIVED, Matter
from bot.store.cases import LIVE
from bot.store.tables import events, matters, raised, requests

_COUNT = select(func.count()).where(raised.c.matter == matters.c.id).scalar_subquery().label("count")
_ALL = select(matters, _COUNT)


def begin(connection: Connection, **values: Any) -> int:
    statement = insert(matters).values(status=RECEIVED, **values).returning(matters.c.id)
    return int(connection.execute(statement).scalar_one())


def _several(connection: Connection, *where: ColumnElement[bool]) -> list[Matter]:
    rows = connection.execute(_ALL.where(*where).order_by(matters.c.id.desc())).mappings()
    return [Matter(**row) for row in rows]


def find(connection: Connection, number: int) -> Matter | None:
    return next(iter(_several(connection, matters.c.id == number)), None)


def of_request(connection: Connection, code: str) -> Matter | None:
    number = select(raised.c.matter).where(raised.c.code == code).scalar_subquery()
    return next(iter(_several(connection, matters.c.id == number)), None)


def of_commune(connection: Connection, commune: int, *, since: dt.datetime | None = None) -> list[Matter]:
    """Newest first; `since`: and those answered before then are left out."""
    still = [(matters.c.answered_at.is_(None)) | (matters.c.answered_at >= since)] if since else []
    return _several(connection, matters.c.commune == commune, *still)


def above(connection: Connection, province: int, *, since: dt.datetime) -> list[Matter]:
    """What communes of a province passed on, or may not decide."""
    up = (matters.c.status == PASSED_ON) | matters.c.body.is_(None)
    still = matters.c.answered_at.is_(None) | (matters.c.answered_at >= since)
    return _several(connection, matters.c.province == province, up, still)


def gather(connection: Connection, code: str, number: int, *, at: dt.datetime) -> None:
    """A request raises one matter: the last it was gathered into."""
    make = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = make(raised).values(code=code, matter=number, at=at)
    connection.execute(statement.on_conflict_do_update(index_elements=["code"], set_={"matter": number}))


def become(connection: Connection, number: int, *, before: Sequence[str], **values: Any) -> bool:
    """False: somebody else was faster."""
    where = (matters.c.id == number, matters.c.status.in_(before))
    return connection.execute(update(matters).where(*where).values(**values)).rowcount == 1


def codes(connection: Connection, number: int, *, after: str = "", limit: int) -> list[str]:
    """In which requests it was raised, in the order of their codes."""
    where = (raised.c.matter == number, raised.c.code > after)
    return list(connection.execute(select(raised.c.code).where(*where).order_by(raised.c.code).limit(limit)).scalars())


def raised_in(connection: Connection, start: dt.datetime, end: dt.datetime) -> list[tuple[Matter, int]]:
    """The matters that were raised in a time, and how often in it."""
    query = select(raised.c.matter, func.count()).where(raised.c.at >= start, raised.c.at < end)
    counts = {row[0]: row[1] for row in connection.execute(query.group_by(raised.c.matter))}
    found = _several(connection, matters.c.id.in_(counts))
    return sorted(((one, counts[one.id]) for one in found), key=lambda pair: (pair[0].commune, pair[0].id))


def alone(connection: Connection, commune: int, *, limit: int) -> list[RowMapping]:
    """Recommendations in a commune's hands that nobody has put under a matter; oldest first."""
    where = (requests.c.commune == commune, requests.c.kind == "recommendation", requests.c.status.in_(LIVE),
             requests.c.code.not_in(select(raised.c.code)))  # fmt: skip
    return list(
        connection.execute(select(requests).where(*where).order_by(requests.c.opened_at).limit(limit)).mappings()
    )


def not_gathered(connection: Connection, *where: ColumnElement[bool]) -> int:
    """How many requests of a kind nobody has put under a matter."""
    alone = requests.c.code.not_in(select(raised.c.code))
    sent = requests.c.status.not_in(("draft", "dropped", "cancelled"))
    return int(connection.execute(select(func.count()).where(sent, alone, *where)).scalar_one())


def recommendations(commune: int, since: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return requests.c.commune == commune, requests.c.kind == "recommendation", requests.c.opened_at >= since


def passed_up(connection: Connection, province: int, *, since: dt.datetime) -> list[tuple[str, str, str | None]]:
    """Of what communes passed up since then: who decides, the reason that was given, the procedure."""
    where = (events.c.action == "escalate", events.c.at >= since, events.c.why != "", requests.c.province == province)
    query = select(events.c.level, events.c.why, requests.c.procedure).join(requests, requests.c.code == events.c.code)
    return [(row[0], row[1], row[2]) for row in connection.execute(query.where(*where).order_by(events.c.id))]


def beyond(connection: Connection, province: int) -> dict[str, int]:
    """Of what waits for somebody above and is under no matter: how many, by who decides."""
    where = (requests.c.province == province, requests.c.status == "escalated",
             requests.c.code.not_in(select(raised.c.code)))  # fmt: skip
    query = select(requests.c.level, func.count()).where(*where).group_by(requests.c.level)
    return {row[0]: row[1] for row in connection.execute(query.order_by(requests.c.level))}
