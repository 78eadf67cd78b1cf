"""The inbox: every update is stored before it is acknowledged, acted on once, then wiped; its number stays."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.database import Lock
from bot.store.tables import cursors, inbox

# Made once: what every turn does is not put together anew each time.
_KEEP = {
    "sqlite": sqlite.insert(inbox).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(inbox).on_conflict_do_nothing(),
}
_WAITS = (inbox.c.source == bindparam("of"), inbox.c.number == bindparam("at"), inbox.c.state == "waiting")
_earlier = inbox.alias("earlier")
_MINE = select(
    func.pg_try_advisory_xact_lock(int(Lock.CHAT), func.hashtext(inbox.c.chat)).label("locked"),
    exists()
    .where(
        _earlier.c.source == inbox.c.source,
        _earlier.c.chat == inbox.c.chat,
        _earlier.c.state == "waiting",
        _earlier.c.number < inbox.c.number,
    )
    .label("behind_another"),
).where(*_WAITS)
_FINISH = update(inbox).where(*_WAITS).values(state="done", raw=None, finished_at=bindparam("now"))
_SET_ASIDE = update(inbox).where(*_WAITS).values(state="bad", error=bindparam("why"), finished_at=bindparam("now"))


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What names an update: the door it came through and that door's number for it."""

    source: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An update whose turn has not been taken."""

    receipt: Receipt
    chat: str
    raw: str
    attempts: int


def keep(connection: Connection, receipt: Receipt, *, chat: str, raw: str, now: dt.datetime) -> bool:
    """Store an update that has just arrived. False: it was here before, nothing to do."""
    row = {
        "source": receipt.source,
        "number": receipt.number,
        "chat": chat,
        "state": "waiting",
        "received_at": now,
        "raw": raw,
    }
    added = connection.execute(_KEEP[connection.dialect.name], row)
    return bool(added.rowcount == 1)


def waiting(connection: Connection, source: str, *, limit: int, busy: Collection[str] = ()) -> list[Waiting]:
    """The oldest updates whose turn is to come, without those of the chats in `busy`."""
    rows = connection.execute(
        select(inbox.c.number, inbox.c.chat, inbox.c.raw, inbox.c.attempts)
        .where(inbox.c.source == source, inbox.c.state == "waiting", inbox.c.chat.not_in(busy))
        .order_by(inbox.c.number)
        .limit(limit)
    )
    return [
        Waiting(receipt=Receipt(source=source, number=r.number), chat=r.chat, raw=r.raw, attempts=r.attempts)
        for r in rows
    ]


def waiting_from(
    connection: Connection, source: str, *, hand: int, limit: int, busy: Collection[str] = ()
) -> tuple[list[Waiting], int]:
    """The same for one of several replicas, and where to go on: each goes round the chats from a place of its own.

    All of them taking the oldest would take the same ones, and do each other's work again. PostgreSQL.
    """
    place = func.hashtext(inbox.c.chat)
    chosen = (
        select(inbox.c.number, inbox.c.chat, inbox.c.raw, inbox.c.attempts, place.label("place"))
        .where(inbox.c.source == source, inbox.c.state == "waiting", inbox.c.chat.not_in(busy))
        .order_by(place < hand, place, inbox.c.number)
        .limit(limit)
    )
    rows = connection.execute(chosen).all()
    found = [
        Waiting(receipt=Receipt(source=source, number=r.number), chat=r.chat, raw=r.raw, attempts=r.attempts)
        for r in rows
    ]
    return found, rows[-1].place if rows else hand


def anywhere(connection: Connection, source: str) -> int:
    """Where a replica goes on that has caught up with another: at some chat for which an update waits. PostgreSQL."""
    waits = (inbox.c.source == source, inbox.c.state == "waiting")
    some = select(func.hashtext(inbox.c.chat)).where(*waits).order_by(func.random()).limit(1)
    return connection.execute(some).scalar_one_or_none() or 0


def is_mine(connection: Connection, receipt: Receipt) -> bool:
    """Whether this transaction may take the turn; False: look at the chat again.

    Another replica may be at work in it, or an earlier update of it waits.
    """
    if connection.dialect.name != "postgresql":
        return True
    row = connection.execute(_MINE, {"of": receipt.source, "at": receipt.number}).first()
    if row is None:
        return True  # done: `finish` says so
    return bool(row.locked) and not row.behind_another


def finish(connection: Connection, receipt: Receipt, *, now: dt.datetime) -> bool:
    """Mark an update done and wipe its words. False: another turn has done it."""
    done = connection.execute(_FINISH, {"of": receipt.source, "at": receipt.number, "now": now})
    return done.rowcount == 1


def set_aside(connection: Connection, receipt: Receipt, *, error: str, now: dt.datetime) -> bool:
    """Mark an update bad, so that the ones behind it go on; it is kept for the operator to look at."""
    bad = {"of": receipt.source, "at": receipt.number, "now": now, "why": error[:200]}
    return connection.execute(_SET_ASIDE, bad).rowcount == 1


def count_attempt(connection: Connection, receipt: Receipt, *, error: str) -> int:
    """Note that a turn failed; the number of failures so far."""
    where = (inbox.c.source == receipt.source, inbox.c.number == receipt.number)
    connection.execute(update(inbox).where(*where).values(attempts=inbox.c.attempts + 1, error=error[:200]))
    return int(connection.execute(select(inbox.c.attempts).where(*where)).scalar_one())


def count(connection: Connection) -> dict[str, int]:
    """How many updates are waiting, done and bad."""
    rows = connection.execute(select(inbox.c.state, func.count()).group_by(inbox.c.state))
    return {row[0]: row[1] for row in rows}


def next_number(connection: Connection, name: str) -> int:
    """The next number of a door that does not number its messages itself."""
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = insert(cursors).values(name=name, value=1)
    statement = statement.on_conflict_do_update(index_elements=["name"], set_={"value": cursors.c.value + 1})
    return int(connection.execute(statement.returning(cursors.c.value)).scalar_one())
