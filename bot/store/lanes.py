"""Lanes: one sender a chat over all replicas, and Telegram's limits kept by all of them together."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.store import outbox
from bot.store.database import Lock
from bot.store.outbox import OutgoingMessage
from bot.store.tables import lanes

A_SECOND = dt.timedelta(seconds=1)
A_MINUTE = dt.timedelta(minutes=1)
LEASE = dt.timedelta(seconds=6)
_LEAVE = (
    update(lanes)
    .where(lanes.c.chat == bindparam("of"), lanes.c.holder == bindparam("mine"))
    .values(holder=None, free_at=bindparam("at"))
)


def claim(
    connection: Connection,
    door: str,
    *,
    holder: str,
    now: dt.datetime,
    limit: int,
    per_second: int,
    under_way: Collection[str] = (),
) -> list[OutgoingMessage]:
    """At most `limit` messages that this replica sends now; until they are settled nobody else sends to their chats.

    It knows itself to which chats something is `under_way`, whatever became of the clock.

    Replicas claim one after the other, so that what they take together never exceeds `per_second`.
    """
    _one_at_a_time(connection)
    room = min(limit, per_second - _taken_within_a_second(connection, door, now))
    if room <= 0:
        return []
    busy = select(lanes.c.chat).where(_busy(now) | lanes.c.chat.in_(under_way))
    messages = outbox.due(connection, door, now=now, limit=room, busy=busy)
    if messages:
        _take(connection, [message.chat for message in messages], holder=holder, now=now)
    return messages


def renew(connection: Connection, *, holder: str, now: dt.datetime) -> None:
    """Hold on to the lanes of messages that are still on their way."""
    connection.execute(update(lanes).where(lanes.c.holder == holder).values(free_at=now + LEASE))


def leave(connection: Connection, free_at: Mapping[str, dt.datetime], *, holder: str) -> None:
    """Give lanes back; the next message to each chat goes no earlier than its moment."""
    if free_at:
        connection.execute(_LEAVE, [{"of": chat, "mine": holder, "at": free_at[chat]} for chat in sorted(free_at)])


def sweep(connection: Connection, *, now: dt.datetime) -> None:
    """Forget chats that nothing was sent to for a while."""
    _one_at_a_time(connection)
    connection.execute(delete(lanes).where(lanes.c.free_at < now - A_MINUTE))


def next_free(connection: Connection, door: str, *, now: dt.datetime) -> dt.datetime | None:
    """When the next lane of a door is free again, None where all are."""
    of_the_door = lanes.c.chat.like(f"{door}:%")
    return connection.execute(select(func.min(lanes.c.free_at)).where(_busy(now), of_the_door)).scalar_one_or_none()


def _one_at_a_time(connection: Connection) -> None:
    """Whoever touches lanes that are not its own waits for the others: they would lock the same ones crosswise."""
    connection.execute(select(func.pg_advisory_xact_lock(int(Lock.DELIVERY))))


def _busy(now: dt.datetime) -> ColumnElement[bool]:
    # Later than any lease or pause: written before the clock was put back.
    return (lanes.c.free_at > now) & (lanes.c.free_at <= now + 2 * LEASE)


def _taken_within_a_second(connection: Connection, door: str, now: dt.datetime) -> int:
    since = (lanes.c.chat.like(f"{door}:%"), lanes.c.taken_at > now - A_SECOND, lanes.c.taken_at <= now + A_SECOND)
    return int(connection.execute(select(func.count()).select_from(lanes).where(*since)).scalar_one())


def _take(connection: Connection, chats: Sequence[str], *, holder: str, now: dt.datetime) -> None:
    values = {"holder": holder, "taken_at": now, "free_at": now + LEASE}
    statement = insert(lanes).values([{"chat": chat, **values} for chat in sorted(chats)])
    connection.execute(statement.on_conflict_do_update(index_elements=["chat"], set_=values))
