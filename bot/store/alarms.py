"""Alarms: each is told once, whichever replica sees it, until it has ended."""

import datetime as dt

from sqlalchemy import Connection, delete
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import cursors


def ring(connection: Connection, name: str, *, now: dt.datetime) -> bool:
    """Whether it is new."""
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = insert(cursors).values(name=f"alarm:{name}", value=int(now.timestamp()))
    new = statement.on_conflict_do_nothing().returning(cursors.c.name)
    return connection.execute(new).scalar_one_or_none() is not None


def end(connection: Connection, name: str) -> bool:
    """Whether it had been rung."""
    return connection.execute(delete(cursors).where(cursors.c.name == f"alarm:{name}")).rowcount == 1
