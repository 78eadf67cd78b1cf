"""What happened, streamed for the scorecard in flat memory; what was reckoned of it; what was published."""

import datetime as dt
import json
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, func, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.measure.life import Happening
from bot.measure.tally import Period, Question, Tally
from bot.store.tables import asked, events, published, requests, scorecards

AT_ONCE = 5000
A_DAY = dt.timedelta(days=1)
BEFORE = dt.timedelta(days=120)  # what ended earlier concerns no promise of the time: the longest is 400 open hours
STREAM = {"stream_results": True, "yield_per": AT_ONCE}
UNSENT = ("draft", "dropped")


def happenings(
    connection: Connection, period: Period, communes: Collection[int] | None = None
) -> Iterator[list[Happening]]:
    """All that happened in each request that may concern a time, a request at a time."""
    rows = connection.execute(_happenings(period, communes), execution_options=STREAM)
    for _code, lines in groupby(rows, key=lambda row: row.code):
        yield [Happening._make(row) for row in lines]


def how_many(connection: Connection, period: Period, communes: Collection[int] | None = None) -> int:
    found = _happenings(period, communes).with_only_columns(events.c.id, maintain_column_froms=True).order_by(None)
    return int(connection.execute(select(func.count()).select_from(found.subquery())).scalar_one())


def _happenings(period: Period, communes: Collection[int] | None) -> Select[Any]:
    concerned = (
        requests.c.status.not_in(UNSENT),
        requests.c.opened_at < period.end,
        or_(requests.c.closed_at.is_(None), requests.c.closed_at >= period.start - BEFORE),
    )
    query = (
        select(
            events.c.id.label("number"), events.c.code, events.c.action, events.c.at, events.c.after, events.c.level,
            func.coalesce(events.c.commune, requests.c.commune).label("commune"), events.c.first_due, events.c.due,
            events.c.rating, requests.c.kind, requests.c.procedure, events.c.undoes,
        )
        .join(requests, requests.c.code == events.c.code)
        .where(*concerned)
        .order_by(events.c.code, events.c.id)
    )  # fmt: skip
    if communes is None:
        return query
    elsewhere = select(events.c.code).where(events.c.commune.in_(communes))
    return query.where(or_(requests.c.commune.in_(communes), requests.c.code.in_(elsewhere)))


def ask_all(connection: Connection, questions: list[tuple[int | None, str, str | None]], *, now: dt.datetime) -> None:
    """Count questions, each as (commune, outcome, procedure): neither words nor whose they were."""
    names = ("commune", "outcome", "procedure")
    if rows := [{"at": now, **dict(zip(names, one, strict=True))} for one in questions]:
        connection.execute(_ASK, rows)


_ASK = insert(asked)  # made once


def rushes(
    connection: Connection, *, at_least: int, hour: dt.datetime, week: dt.datetime
) -> list[tuple[int, str, int]]:
    """Commune, procedure and count of what was answered so often since `hour`, and less in the rest since `week`.

    Of a commune whose first day it is nobody knows what is usual.
    """
    about = (asked.c.outcome == "answered", asked.c.commune.is_not(None), asked.c.procedure.is_not(None))
    pair = (asked.c.commune, asked.c.procedure)
    often = select(*pair, func.count()).where(asked.c.at >= hour, *about).group_by(*pair)
    found = connection.execute(often.having(func.count() >= at_least).order_by(*pair)).all()
    return [
        (commune, procedure, count)
        for commune, procedure, count in found
        if 2 * count >= _answered(connection, commune, procedure, week) and _is_known(connection, commune, hour - A_DAY)
    ]


def _is_known(connection: Connection, commune: int, day: dt.datetime) -> bool:
    """Whether anything was asked there before a day."""
    return bool(connection.execute(select(exists().where(asked.c.commune == commune, asked.c.at < day))).scalar_one())


def _answered(connection: Connection, commune: int, procedure: str, since: dt.datetime) -> int:
    where = (asked.c.at >= since, asked.c.commune == commune, asked.c.procedure == procedure)
    query = select(func.count()).select_from(asked).where(*where, asked.c.outcome == "answered")
    return int(connection.execute(query).scalar_one())


def questions(connection: Connection, period: Period) -> list[Question]:
    columns = (func.coalesce(asked.c.commune, 0).label("commune"), asked.c.procedure, asked.c.outcome)
    rows = connection.execute(
        select(*columns, func.count().label("count"))
        .where(asked.c.at >= period.start, asked.c.at < period.end)
        .group_by(*columns)
    )
    return [
        Question(commune=row.commune, procedure=row.procedure, outcome=row.outcome, count=row.count)
        for row in rows.mappings()
    ]


def forget_questions(connection: Connection, before: dt.datetime) -> int:
    return connection.execute(delete(asked).where(asked.c.at < before)).rowcount


# What was reckoned


def keep(connection: Connection, month: str, tallies: Iterable[tuple[int, int, Tally]], *, now: dt.datetime) -> None:
    """The tallies of a month (commune, province, tally), in place of those of the night before."""
    connection.execute(delete(scorecards).where(scorecards.c.month == month))
    rows = [
        {"month": month, "commune": commune, "province": province, "built_at": now,
         "tally": json.dumps(vars(tally), separators=(",", ":"))}
        for commune, province, tally in tallies
    ]  # fmt: skip
    if rows:
        connection.execute(insert(scorecards), rows)


def kept(
    connection: Connection, months: Collection[str], *, commune: int | None = None, province: int | None = None
) -> dict[str, dict[int, Tally]]:
    """By month and commune, what was reckoned last night."""
    where = [
        scorecards.c.month.in_(months),
        *([scorecards.c.commune == commune] if commune is not None else []),
        *([scorecards.c.province == province] if province is not None else []),
    ]
    found: dict[str, dict[int, Tally]] = {}
    for row in connection.execute(select(scorecards).where(*where).order_by(scorecards.c.month, scorecards.c.commune)):
        found.setdefault(row.month, {})[row.commune] = _tally(row.tally)
    return found


def _tally(stored: str) -> Tally:
    tally, known = Tally(), json.loads(stored)
    for name, value in known.items():
        if isinstance(value, dict):
            getattr(tally, name).update(value)
        elif hasattr(tally, name):  # of another version otherwise
            setattr(tally, name, value)
    return tally


def months(connection: Connection) -> set[str]:
    """Those that were ever reckoned."""
    return set(connection.execute(select(scorecards.c.month).distinct()).scalars())


def built_at(connection: Connection, month: str) -> dt.datetime | None:
    return connection.execute(
        select(func.max(scorecards.c.built_at)).where(scorecards.c.month == month)
    ).scalar_one_or_none()


# What was published


def publish(connection: Connection, name: str, *, month: str, body: str, now: dt.datetime) -> bool:
    """Publish once. False: it stands already, and stays as it is."""
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name]
    statement = dialect.insert(published).values(name=name, month=month, body=body, at=now)
    new = statement.on_conflict_do_nothing().returning(published.c.name)
    return connection.execute(new).scalar_one_or_none() is not None


def publication(connection: Connection, name: str) -> tuple[str, dt.datetime] | None:
    row = connection.execute(select(published).where(published.c.name == name)).one_or_none()
    return (row.body, row.at) if row else None


def publications(connection: Connection) -> list[tuple[str, str, int, dt.datetime]]:
    """Name, month, bytes and time of all that was published, oldest month first."""
    columns = (published.c.name, published.c.month, published.c.body, published.c.at)
    rows = connection.execute(select(*columns).order_by(published.c.month, published.c.name))
    return [(row.name, row.month, len(row.body.encode()), row.at) for row in rows]
