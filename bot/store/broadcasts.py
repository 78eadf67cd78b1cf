"""Notices of a commune that are sent: who wants which kind, and how far each has got."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.outbox import OUTSIDE, OUTSIDE_TOLD
from bot.store.tables import broadcasts, outbox, subscriptions

WAITING, SENDING, PAUSED, DONE, REFUSED = "waiting", "sending", "paused", "done", "refused"
SHOWN = 20  # on the desk's page


@dataclass(frozen=True, kw_only=True)
class Broadcast:
    id: int
    commune: int  # 0: of a whole province
    province: int | None
    kind: str
    text: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    by: str
    approved_by: str | None
    status: str
    reached: int  # the last wish for which it was put in the outbox
    count: int


_ALL = select(*(broadcasts.c[name] for name in Broadcast.__dataclass_fields__))


def write(connection: Connection, **values: Any) -> int:
    statement = insert(broadcasts).values(status=WAITING, reached=0, count=0, **values)
    return int(connection.execute(statement.returning(broadcasts.c.id)).scalar_one())


def find(connection: Connection, number: int) -> Broadcast | None:
    row = connection.execute(_ALL.where(broadcasts.c.id == number)).mappings().one_or_none()
    return Broadcast(**row) if row else None


def become(connection: Connection, number: int, *, before: Sequence[str], after: str, **values: Any) -> bool:
    """False: it was not as it was thought to be; somebody else was faster."""
    where = (broadcasts.c.id == number, broadcasts.c.status.in_(before))
    return connection.execute(update(broadcasts).where(*where).values(status=after, **values)).rowcount == 1


def holding(connection: Connection, commune: int, province: int, *, now: dt.datetime) -> list[Broadcast]:
    """What holds at a commune now, of its own and of its province, the newest first."""
    here = (broadcasts.c.commune == commune) | (broadcasts.c.province == province)
    where = (here, broadcasts.c.approved_by.is_not(None), broadcasts.c.status != REFUSED,
             broadcasts.c.starts_at <= now, broadcasts.c.ends_at > now)  # fmt: skip
    found = connection.execute(_ALL.where(*where).order_by(broadcasts.c.id.desc())).mappings()
    return [Broadcast(**row) for row in found]


def of_desks(connection: Connection, communes: Collection[int], provinces: Collection[int]) -> list[Broadcast]:
    """The last of these communes and provinces, the newest first."""
    theirs = broadcasts.c.commune.in_(communes) | broadcasts.c.province.in_(provinces)
    found = connection.execute(_ALL.where(theirs).order_by(broadcasts.c.id.desc()).limit(SHOWN)).mappings()
    return [Broadcast(**row) for row in found]


def next_readers(connection: Connection, one: Broadcast, communes: Collection[int], *, limit: int) -> dict[int, str]:
    """The chats that it has not reached yet, by the number of their wish, in its order. `communes`: where it holds."""
    where = (subscriptions.c.commune.in_(communes), subscriptions.c.kind == one.kind, subscriptions.c.id > one.reached)
    query = select(subscriptions.c.id, subscriptions.c.chat).where(*where).order_by(subscriptions.c.id).limit(limit)
    return {row.id: row.chat for row in connection.execute(query)}


def reach(connection: Connection, one: Broadcast, numbers: Collection[int]) -> bool:
    """It has been put in the outbox for these. False: another process has, or it was paused."""
    where = (broadcasts.c.id == one.id, broadcasts.c.status == SENDING, broadcasts.c.reached == one.reached)
    values = {"reached": max(numbers), "count": broadcasts.c.count + len(numbers)}
    return connection.execute(update(broadcasts).where(*where).values(**values)).rowcount == 1


def report(connection: Connection, name: str) -> dict[str, int]:
    """How many of its messages wait, have arrived, never will; `outside`: of the last, by the channel's rule."""
    outside = func.count().filter(outbox.c.error.in_((OUTSIDE, OUTSIDE_TOLD)))
    query = select(outbox.c.state, func.count(), outside).where(outbox.c.name == name).group_by(outbox.c.state)
    found = {row[0]: (row[1], row[2]) for row in connection.execute(query)}
    return {state: count for state, (count, _) in found.items()} | {"outside": found.get("dead", (0, 0))[1]}


# Who wants what


def subscribe(connection: Connection, chat: str, commune: int, kind: str, *, now: dt.datetime, version: int) -> None:
    """Of one commune at a time: whoever moves asks anew."""
    connection.execute(delete(subscriptions).where(subscriptions.c.chat == chat, subscriptions.c.commune != commune))
    make = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    row = {"chat": chat, "commune": commune, "kind": kind, "since": now, "version": version}
    connection.execute(make(subscriptions).values(**row).on_conflict_do_nothing())


def unsubscribe(connection: Connection, chat: str, kind: str | None = None) -> int:
    where = [subscriptions.c.chat == chat, *([subscriptions.c.kind == kind] if kind else [])]
    return connection.execute(delete(subscriptions).where(*where)).rowcount


def wanted_by(connection: Connection, chat: str) -> list[tuple[int, str]]:
    query = select(subscriptions.c.commune, subscriptions.c.kind).where(subscriptions.c.chat == chat)
    return [(row.commune, row.kind) for row in connection.execute(query.order_by(subscriptions.c.kind))]


def count(connection: Connection, communes: Collection[int], kind: str) -> int:
    where = (subscriptions.c.commune.in_(communes), subscriptions.c.kind == kind)
    return int(connection.execute(select(func.count()).select_from(subscriptions).where(*where)).scalar_one())
