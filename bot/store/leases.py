"""Leases: what one replica at a time does. Whoever dies loses it when its time is over."""

import datetime as dt

from sqlalchemy import Connection, delete, or_
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import leases


def take(connection: Connection, name: str, *, holder: str, now: dt.datetime, lasts: dt.timedelta) -> bool:
    """Take a lease, or renew one's own. False: another replica holds it."""
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    values = {"holder": holder, "until": now + lasts}
    # One that ends later than any lease could was given before the clock was put back.
    mine = or_(leases.c.holder == holder, leases.c.until <= now, leases.c.until > now + 2 * lasts)
    statement = insert(leases).values(name=name, **values)
    statement = statement.on_conflict_do_update(index_elements=["name"], set_=values, where=mine)
    return connection.execute(statement.returning(leases.c.name)).one_or_none() is not None


def let_go(connection: Connection, name: str, *, holder: str) -> None:
    connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
