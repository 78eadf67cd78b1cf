"""Tokens that another service gives for a while. What is kept is sealed: whoever reads it can use nothing of it."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import tokens


@dataclass(frozen=True, kw_only=True)
class Kept:
    """`origin`: a mark of what the first pair was had with; `number`: which pair it is."""

    pair: str
    origin: str
    number: int
    since: dt.datetime
    expires_at: dt.datetime
    refused_at: dt.datetime | None


_ALL = select(*(tokens.c[name] for name in Kept.__dataclass_fields__))


def find(connection: Connection, name: str) -> Kept | None:
    row = connection.execute(_ALL.where(tokens.c.name == name)).mappings().one_or_none()
    return Kept(**row) if row else None


def begin(
    connection: Connection,
    name: str,
    pair: str,
    *,
    origin: str,
    expires_at: dt.datetime,
    now: dt.datetime,
    anew: bool,
) -> None:
    """From now on this pair holds; unless it is `anew` only where what it was had with is another than before."""
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    values = {"pair": pair, "origin": origin, "since": now, "expires_at": expires_at, "refused_at": None}
    statement = insert(tokens).values(name=name, number=1, **values)
    where = None if anew else tokens.c.origin != origin
    after = {**values, "number": tokens.c.number + 1}
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=after, where=where))


def rotate(
    connection: Connection, name: str, pair: str, *, number: int, expires_at: dt.datetime, now: dt.datetime
) -> bool:
    """The pair of this number has brought the next. False: it was not the last any more."""
    where = (tokens.c.name == name, tokens.c.number == number)
    values = {"pair": pair, "number": number + 1, "since": now, "expires_at": expires_at, "refused_at": None}
    return connection.execute(update(tokens).where(*where).values(**values)).rowcount == 1


def refuse(connection: Connection, name: str, *, number: int, now: dt.datetime) -> bool:
    """The refresh token of this pair is taken no more. False: it was not the last any more."""
    where = (tokens.c.name == name, tokens.c.number == number)
    return connection.execute(update(tokens).where(*where).values(refused_at=now)).rowcount == 1
