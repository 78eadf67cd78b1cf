"""How long, and how often, a channel lets us write to somebody since they last wrote.

`person`: a keyed hash of the chat, as limits know it: it outlives `/forget` for its time.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import reply_windows


@dataclass(frozen=True, kw_only=True)
class Window:
    """What a channel allows: for how long, and how many messages."""

    lasts: dt.timedelta
    most: int


def spoke(connection: Connection, person: str, *, at: dt.datetime) -> bool:
    """Somebody wrote: the count begins anew. False: they have written since, or it is known already."""
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = insert(reply_windows).values(person=person, spoke_at=at, sent=0)
    newer = reply_windows.c.spoke_at < statement.excluded.spoke_at
    statement = statement.on_conflict_do_update(
        index_elements=["person"], set_={"spoke_at": at, "sent": 0}, where=newer
    )
    return connection.execute(statement.returning(reply_windows.c.person)).one_or_none() is not None


def left(connection: Connection, person: str, window: Window, *, now: dt.datetime, hold: bool = False) -> int:
    """How many messages may still go; none to somebody who never wrote.

    `hold`: whoever writes meanwhile is noted after this transaction, and not beside it.
    """
    query = select(reply_windows.c.spoke_at, reply_windows.c.sent).where(reply_windows.c.person == person)
    row = connection.execute(query.with_for_update() if hold else query).one_or_none()
    return max(0, window.most - row.sent) if row and now - row.spoke_at <= window.lasts else 0


def use(connection: Connection, person: str, *, now_left: int | None, window: Window) -> None:
    """One message went. `now_left`: how many may still go, where the channel says it; it knows better than we."""
    sent = reply_windows.c.sent + 1 if now_left is None else max(0, window.most - now_left)
    connection.execute(update(reply_windows).where(reply_windows.c.person == person).values(sent=sent))


def shut(connection: Connection, person: str, window: Window, *, before: dt.datetime) -> None:
    """The channel lets nothing through to somebody, unless they have written since."""
    where = (reply_windows.c.person == person, reply_windows.c.spoke_at <= before)
    connection.execute(update(reply_windows).where(*where).values(sent=window.most))


def sweep(connection: Connection, *, before: dt.datetime) -> int:
    """Forget who wrote so long ago that no window lasts from then."""
    return connection.execute(delete(reply_windows).where(reply_windows.c.spoke_at < before)).rowcount
