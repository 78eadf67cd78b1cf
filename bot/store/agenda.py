"""The agenda: what has to be done at a time. It survives restarts, and each entry is done once."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import agenda


def _upsert(insert: Any) -> Any:
    statement = insert(agenda)
    return statement.on_conflict_do_update(index_elements=["name"], set_={"at": statement.excluded["at"]})


# Made once: whatever is done with a request plans anew.
_PLAN = {"sqlite": _upsert(sqlite.insert), "postgresql": _upsert(postgresql.insert)}
_DROP = delete(agenda).where(agenda.c.subject == bindparam("of"))


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
    connection.execute(_DROP, {"of": subject})
    if rows := [{"name": f"{kind}:{subject}", "subject": subject, "at": at} for kind, at in entries.items()]:
        connection.execute(_PLAN[connection.dialect.name], rows)


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
