"""How often each person has written of late: enough to know a flood on every replica, gone within hours."""

import datetime as dt

from sqlalchemy import Connection, case, delete, false, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import floods, inbox

WINDOW = dt.timedelta(minutes=1)


def count(connection: Connection, person: str, *, limit: int, now: dt.datetime) -> tuple[int, bool]:
    """Count one more; how many there are, and whether the person has been told.

    The minute begins anew once it is over; above the limit it begins anew with everything that comes, so that a flood
    ends with a minute of quiet.
    """
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    over = floods.c.since <= now - WINDOW
    values = {
        "count": case((over, 1), else_=floods.c.count + 1),
        "since": case((over, now), (floods.c.count >= limit, now), else_=floods.c.since),
        "told": case((over, false()), else_=floods.c.told),
    }
    statement = insert(floods).values(person=person, count=1, since=now, told=False)
    statement = statement.on_conflict_do_update(index_elements=["person"], set_=values)
    row = connection.execute(statement.returning(floods.c.count, floods.c.told)).one()
    return row[0], row[1]


def tell(connection: Connection, person: str) -> None:
    """Note that the person has been told."""
    connection.execute(update(floods).where(floods.c.person == person).values(told=True))


def arrived(connection: Connection, source: str, *, ago: int) -> dt.datetime | None:
    """When the update came before which `ago` others have come since. By the number, which has an index."""
    newest = select(inbox.c.received_at).where(inbox.c.source == source).order_by(inbox.c.number.desc())
    return connection.execute(newest.offset(ago).limit(1)).scalar_one_or_none()


def sweep(connection: Connection, *, before: dt.datetime) -> None:
    connection.execute(delete(floods).where(floods.c.since < before))
