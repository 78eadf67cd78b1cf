"""The agenda: what has to be done at a time. It survives restarts, and each entry is done once."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import agenda


@dataclass(frozen=True, kw_only=True)
class Entry:
    name: str  # `overdue:MC-…`
    subject: str
    at: dt.datetime

    @property
    def kind(self) -> str:
        return self.name.partition(":")[0]


def plan(connection: Connection, subject: str, entries: Mapping[str, dt.datetime]) -> None:
    """What is to be done for a subject from now on: kinds and times, instead of what was planned before."""
    connection.execute(delete(agenda).where(agenda.c.subject == subject))
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    for kind, at in entries.items():
        statement = insert(agenda).values(name=f"{kind}:{subject}", subject=subject, at=at)
        connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"at": at}))


def is_planned(connection: Connection, subject: str) -> bool:
    return bool(connection.execute(select(exists().where(agenda.c.subject == subject))).scalar_one())


def due(connection: Connection, *, now: dt.datetime, limit: int) -> list[Entry]:
    come = select(agenda).where(agenda.c.at <= now).order_by(agenda.c.at, agenda.c.name).limit(limit)
    return [Entry(name=row.name, subject=row.subject, at=row.at) for row in connection.execute(come)]


def take(connection: Connection, entry: Entry) -> bool:
    """Take an entry off the agenda. False: another process has taken it, or it was moved."""
    where = (agenda.c.name == entry.name, agenda.c.at == entry.at)
    return connection.execute(delete(agenda).where(*where)).rowcount == 1


def put_off(connection: Connection, entry: Entry, *, until: dt.datetime) -> None:
    """Look at an entry again later: the others go on. Nothing where another process has taken or moved it."""
    where = (agenda.c.name == entry.name, agenda.c.at == entry.at)
    connection.execute(update(agenda).where(*where).values(at=until))
