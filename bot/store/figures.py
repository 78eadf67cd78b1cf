"""Figures for the operator: how much waits where, and since when. No person is in them."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, or_, select

from bot.store.cases import LIVE
from bot.store.outbox import Priority
from bot.store.tables import events, inbox, outbox, requests


@dataclass(frozen=True, kw_only=True)
class Heap:
    """What waits in one place. `key`: a commune's ward code, a priority's name."""

    key: str = ""
    length: int
    since: dt.datetime | None

    def age(self, now: dt.datetime) -> float:
        """Seconds that the oldest has waited."""
        return max(0.0, (now - self.since).total_seconds()) if self.since else 0.0


@dataclass(frozen=True, kw_only=True)
class Figures:
    at: dt.datetime
    inbox: Heap
    outbox: list[Heap]
    kept: int  # messages that wait until their reader writes again
    queues: list[Heap]
    day: dict[str, int]  # what happened in the last 24 hours
    overdue: dict[str, int]  # requests past their promise, by commune


def take_stock(connection: Connection, *, now: dt.datetime) -> Figures:
    return Figures(
        at=now,
        inbox=_inbox(connection),
        outbox=_outbox(connection),
        kept=connection.execute(select(func.count()).where(outbox.c.state == "kept")).scalar_one(),
        queues=_queues(connection),
        day=_day(connection, now),
        overdue=_overdue(connection, now),
    )


def oldest_reply(connection: Connection, *, now: dt.datetime) -> dt.datetime | None:
    """Since when the longest waiting reply has waited that Telegram has not told us to hold back."""
    where = (outbox.c.state == "waiting", outbox.c.priority == Priority.REPLY, outbox.c.not_before <= now)
    return connection.execute(select(func.min(outbox.c.created_at)).where(*where)).scalar_one_or_none()


COUNTED = {"opened": "send", "answered": "answer", "rated": "rate"}


def _day(connection: Connection, now: dt.datetime) -> dict[str, int]:
    where = (events.c.at > now - dt.timedelta(days=1), events.c.action.in_(COUNTED.values()))
    rows = connection.execute(select(events.c.action, func.count()).where(*where).group_by(events.c.action))
    known = {row[0]: int(row[1]) for row in rows}
    return {name: known.get(action, 0) for name, action in COUNTED.items()}


def _overdue(connection: Connection, now: dt.datetime) -> dict[str, int]:
    """Past a promise, the first one too where the clock has given a new one since."""
    late = or_(requests.c.raised.contains("overdue"), func.coalesce(_NEXT_DUE, now) < now)
    where = (requests.c.status.in_(LIVE), requests.c.status != "asked", late)
    rows = connection.execute(select(requests.c.commune, func.count()).where(*where).group_by(requests.c.commune))
    return {f"{row[0]:05}": int(row[1]) for row in rows}


_NEXT_DUE = case((requests.c.answered_at.is_(None), requests.c.first_due), else_=requests.c.due)


def _inbox(connection: Connection) -> Heap:
    row = connection.execute(
        select(func.count(), func.min(inbox.c.received_at)).where(inbox.c.state == "waiting")
    ).one()
    return Heap(length=row[0], since=row[1])


def _outbox(connection: Connection) -> list[Heap]:
    rows = connection.execute(
        select(outbox.c.priority, func.count(), func.min(outbox.c.created_at))
        .where(outbox.c.state == "waiting")
        .group_by(outbox.c.priority)
    )
    found = {row[0]: Heap(key=Priority(row[0]).name.lower(), length=row[1], since=row[2]) for row in rows}
    return [found.get(one, Heap(key=one.name.lower(), length=0, since=None)) for one in Priority]


def _queues(connection: Connection) -> list[Heap]:
    """A commune's live requests; the age is that of the oldest which nobody has answered."""
    unanswered = func.min(requests.c.opened_at).filter(requests.c.answered_at.is_(None))
    rows = connection.execute(
        select(requests.c.commune, func.count(), unanswered)
        .where(requests.c.status.in_(LIVE))
        .group_by(requests.c.commune)
    )
    return [Heap(key=f"{row[0]:05}", length=row[1], since=row[2]) for row in rows]
