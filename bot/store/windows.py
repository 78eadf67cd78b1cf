"""What a person may do only so often within a time. `mark`: a keyed hash of the person, which outlives `/forget`."""

import datetime as dt

from sqlalchemy import Connection, Table, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import openings, tries

TRIES = tries, dt.timedelta(hours=1)  # wrong invitation codes
OPENINGS = openings, dt.timedelta(days=1)  # requests sent to desks, or opened again

type Window = tuple[Table, dt.timedelta]


def count(connection: Connection, window: Window, mark: str, *, now: dt.datetime) -> None:
    """Note one more; the count begins anew after the time."""
    table, within = window
    over = table.c.since < now - within
    values = {"count": case((over, 1), else_=table.c.count + 1), "since": case((over, now), else_=table.c.since)}
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = insert(table).values(person=mark, count=1, since=now)
    connection.execute(statement.on_conflict_do_update(index_elements=["person"], set_=values))


def counted(connection: Connection, window: Window, mark: str, *, now: dt.datetime) -> int:
    table, within = window
    where = (table.c.person == mark, table.c.since >= now - within)
    return connection.execute(select(table.c.count).where(*where)).scalar_one_or_none() or 0


def sweep(connection: Connection, *, now: dt.datetime) -> int:
    """Forget what was counted longer ago than its time; how many."""
    return sum(
        connection.execute(delete(table).where(table.c.since < now - within)).rowcount
        for table, within in (TRIES, OPENINGS)
    )
