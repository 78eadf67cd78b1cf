"""What officers arrange for themselves in the desk's lists: what they put off, filters they keep, who is writing."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import put_off, saved_filters, writing

type Row = RowMapping

MOST_FILTERS = 12  # of one officer


def put_it_off(connection: Connection, person: str, code: str, *, until: dt.datetime, version: int) -> None:
    """Out of somebody's way until a moment, or until the request, now at `version`, changes."""
    _upsert(connection, put_off, {"person": person, "code": code}, {"until": until, "version": version})


def take_up(connection: Connection, person: str, code: str) -> None:
    connection.execute(delete(put_off).where(put_off.c.person == person, put_off.c.code == code))


def are_put_off(connection: Connection, person: str, *, now: dt.datetime) -> dict[str, Row]:
    """What somebody has put off until later than now, by code."""
    where = (put_off.c.person == person, put_off.c.until > now)
    return {row["code"]: row for row in connection.execute(select(put_off).where(*where)).mappings()}


def writes(connection: Connection, person: str, code: str, *, name: str, now: dt.datetime) -> None:
    """Somebody is writing an answer in a request."""
    _upsert(connection, writing, {"code": code, "person": person}, {"name": name, "at": now})


def stops_writing(connection: Connection, person: str, code: str) -> None:
    connection.execute(delete(writing).where(writing.c.code == code, writing.c.person == person))


def who_writes(connection: Connection, codes: Collection[str], *, but: str, since: dt.datetime) -> dict[str, str]:
    """The name of whoever else is writing in each of these requests."""
    where = (writing.c.code.in_(codes), writing.c.person != but, writing.c.at > since)
    found = connection.execute(select(writing.c.code, writing.c.name).where(*where).order_by(writing.c.at))
    return {row.code: row.name for row in found}


def save_filter(connection: Connection, person: str, name: str, query: str) -> bool:
    """Keep a filter under a name, in the place of one that has it. False: there are too many."""
    mine = (saved_filters.c.person == person,)
    changed = update(saved_filters).where(*mine, saved_filters.c.name == name).values(query=query)
    if connection.execute(changed).rowcount:
        return True
    count = connection.execute(select(func.count()).select_from(saved_filters).where(*mine)).scalar_one()
    if count >= MOST_FILTERS:
        return False
    connection.execute(insert(saved_filters).values(person=person, name=name, query=query))
    return True


def drop_filter(connection: Connection, person: str, number: int) -> None:
    connection.execute(delete(saved_filters).where(saved_filters.c.person == person, saved_filters.c.id == number))


def filters_of(connection: Connection, person: str) -> list[Row]:
    query = select(saved_filters).where(saved_filters.c.person == person).order_by(saved_filters.c.id)
    return list(connection.execute(query).mappings())


def _upsert(connection: Connection, table: Any, key: dict[str, Any], values: dict[str, Any]) -> None:
    insert_ = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = insert_(table).values(**key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))
