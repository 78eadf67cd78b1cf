"""The inbox: every update is stored before it is acknowledged, acted on once, then wiped; its number stays."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.database import Lock
from bot.store.tables import UtcTime, cursors, inbox

A_DAY = dt.timedelta(days=1)

# Made once: what every turn does is not put together anew each time.
_KEEP = {
    "sqlite": sqlite.insert(inbox).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(inbox).on_conflict_do_nothing(),
}
_WAITS = (inbox.c.source == bindparam("of"), inbox.c.number == bindparam("at"), inbox.c.state == "waiting")
_BUSY: BindParameter[list[str]] = bindparam("busy", expanding=True)
_AT_MOST: BindParameter[int] = bindparam("most")
_OLDEST = (
    select(inbox.c.number, inbox.c.chat, inbox.c.raw, inbox.c.attempts)
    .where(inbox.c.source == bindparam("of"), inbox.c.state == "waiting", inbox.c.chat.not_in(_BUSY))
    .order_by(inbox.c.number)
    .limit(_AT_MOST)
)
_earlier = inbox.alias("earlier")


def _lock(chat: ColumnElement[str]) -> ColumnElement[bool]:
    """Take a chat's lock until the transaction ends, where nobody has it. PostgreSQL."""
    return func.pg_try_advisory_xact_lock(int(Lock.CHAT), func.hashtext(chat))


_FREE = (
    _lock(inbox.c.chat).label("locked"),
    exists()
    .where(
        _earlier.c.source == inbox.c.source,
        _earlier.c.chat == inbox.c.chat,
        _earlier.c.state == "waiting",
        _earlier.c.number < inbox.c.number,
    )
    .label("behind_another"),
)
_later = inbox.alias("later")
_OVERTAKEN = select(
    exists().where(
        inbox.c.source == bindparam("of"),
        inbox.c.number == bindparam("at"),
        _later.c.source == inbox.c.source,
        _later.c.chat == inbox.c.chat,
        _later.c.about == inbox.c.about,
        _later.c.number > inbox.c.number,
        _later.c.state == "done",
        _later.c.received_at > bindparam("since", type_=UtcTime),
    )
)
_MINE = select(*_FREE).where(*_WAITS)
_ALL_WAIT = (
    inbox.c.source == bindparam("of"),
    inbox.c.number.in_(bindparam("all", expanding=True)),
    inbox.c.state == "waiting",
)
_ARE_MINE = select(inbox.c.number, *_FREE).where(*_ALL_WAIT)
_FINISH = update(inbox).where(*_WAITS).values(state="done", raw=None, finished_at=bindparam("now"))
_FINISH_ALL = (
    update(inbox)
    .where(*_ALL_WAIT)
    .values(state="done", raw=None, finished_at=bindparam("now"))
    .returning(inbox.c.number)
)
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
    attempts: int = 0
    key: str | None = None  # the door's own id for it, where that is no number
    about: str | None = None  # what it sets anew: an earlier update about the same that comes later must not undo it


def keep(connection: Connection, receipt: Receipt, *, chat: str, raw: str, now: dt.datetime) -> bool:
    """Store an update that has just arrived. False: it was here before, nothing to do."""
    row = _row(Waiting(receipt=receipt, chat=chat, raw=raw), now)
    return connection.execute(_KEEP[connection.dialect.name], row).rowcount == 1


def keep_all(connection: Connection, arrived: Sequence[Waiting], *, now: dt.datetime) -> None:
    """Store updates that have just arrived; those that were here before change nothing."""
    if arrived:
        connection.execute(_KEEP[connection.dialect.name], [_row(one, now) for one in arrived])


def _row(one: Waiting, now: dt.datetime) -> dict[str, object]:
    return {
        "source": one.receipt.source,
        "number": one.receipt.number,
        "chat": one.chat,
        "state": "waiting",
        "received_at": now,
        "raw": one.raw,
        "key": one.key,
        "about": one.about,
    }


def waiting(connection: Connection, source: str, *, limit: int, busy: Collection[str] = ()) -> list[Waiting]:
    """The oldest updates whose turn is to come, without those of the chats in `busy`."""
    rows = connection.execute(_OLDEST, {"of": source, "busy": list(busy), "most": limit})
    return [
        Waiting(receipt=Receipt(source=source, number=r.number), chat=r.chat, raw=r.raw, attempts=r.attempts)
        for r in rows
    ]


def waiting_from(
    connection: Connection, source: str, *, hand: int, limit: int, busy: Collection[str] = ()
) -> tuple[list[Waiting], int, bool]:
    """The same for one of several replicas, where to go on, and whether another one is at work there. PostgreSQL.

    Each goes round the chats from a place of its own: all of them taking the oldest would take the same ones, and do
    each other's work again. For the same reason chats in which another is just taking a turn are left out.
    """
    place = func.hashtext(inbox.c.chat)
    chosen = (
        select(inbox.c.number, inbox.c.chat, inbox.c.raw, inbox.c.attempts, place.label("place"))
        .where(inbox.c.source == source, inbox.c.state == "waiting", inbox.c.chat.not_in(busy))
        .order_by(place < hand, place, inbox.c.number)
        .limit(limit)
        .subquery()
    )
    rows = connection.execute(select(chosen, _lock(chosen.c.chat).label("free"))).all()
    found = [
        Waiting(receipt=Receipt(source=source, number=r.number), chat=r.chat, raw=r.raw, attempts=r.attempts)
        for r in rows
        if r.free
    ]
    return found, rows[-1].place if rows else hand, len(found) < len(rows)


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
    row = connection.execute(_MINE, {"of": receipt.source, "at": receipt.number}).one_or_none()
    if row is None:
        return True  # done: `finish` says so
    return bool(row.locked) and not row.behind_another


def finish(connection: Connection, receipt: Receipt, *, now: dt.datetime) -> bool:
    """Mark an update done and wipe its words. False: another turn has done it."""
    done = connection.execute(_FINISH, {"of": receipt.source, "at": receipt.number, "now": now})
    return done.rowcount == 1


def is_overtaken(connection: Connection, receipt: Receipt, *, now: dt.datetime) -> bool:
    """Whether a later update about the same has been acted on: Telegram brings again what it could not bring.

    It tries for a day; after a week without updates it numbers anew, lower perhaps.
    """
    values = {"of": receipt.source, "at": receipt.number, "since": now - A_DAY}
    return bool(connection.execute(_OVERTAKEN, values).scalar_one())


def are_mine(connection: Connection, receipts: Collection[Receipt]) -> set[Receipt]:
    """The same for several updates of one door: those whose turn this transaction may take."""
    if connection.dialect.name != "postgresql":
        return set(receipts)
    by_number = {receipt.number: receipt for receipt in receipts}
    rows = connection.execute(_ARE_MINE, _all(receipts)) if receipts else ()
    taken = {row.number for row in rows if not row.locked or row.behind_another}
    return {receipt for number, receipt in by_number.items() if number not in taken}


def finish_all(connection: Connection, receipts: Collection[Receipt], *, now: dt.datetime) -> set[Receipt]:
    """Mark updates of one door done and wipe their words; those that no other turn has done."""
    by_number = {receipt.number: receipt for receipt in receipts}
    done = connection.execute(_FINISH_ALL, {**_all(receipts), "now": now}).scalars() if receipts else ()
    return {by_number[number] for number in done}


def _all(receipts: Collection[Receipt]) -> dict[str, object]:
    return {"of": next(iter(receipts)).source, "all": [receipt.number for receipt in receipts]}


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
    return add(connection, name, 1)


def add(connection: Connection, name: str, count: int) -> int:
    """Count so many more of something; how many there are now."""
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = insert(cursors).values(name=name, value=count)
    statement = statement.on_conflict_do_update(index_elements=["name"], set_={"value": cursors.c.value + count})
    return int(connection.execute(statement.returning(cursors.c.value)).scalar_one())
