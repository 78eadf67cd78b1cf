"""Office hours that a commune reported: proposed by one of its people, held once a second one says so."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from bot.store.tables import reported_hours as reported

DRAFT, WAITING, HELD, REFUSED, DROPPED = "draft", "waiting", "held", "refused", "dropped"
REPLACED, OVERTAKEN = "replaced", "overtaken"  # by later ones of the commune; by a file that was read later


@dataclass(frozen=True, kw_only=True)
class Proposal:
    id: int
    commune: int
    kind: str
    hours: str  # JSON
    status: str
    proposed_by: str
    proposed_at: dt.datetime
    decided_by: str | None
    decided_as: str | None
    decided_at: dt.datetime | None
    why: str


_ALL = select(*(reported.c[name] for name in Proposal.__dataclass_fields__))
_HELD = _ALL.where(reported.c.status == HELD).order_by(reported.c.id)
_MARK = select(func.count(), func.sum(reported.c.id), func.max(reported.c.decided_at)).where(reported.c.status == HELD)


def write(connection: Connection, *, commune: int, kind: str, hours: str, by: str, now: dt.datetime) -> int:
    """A draft: nobody but its writer knows of it."""
    values = {"commune": commune, "kind": kind, "hours": hours, "status": DRAFT, "proposed_by": by, "proposed_at": now}
    return int(connection.execute(insert(reported).values(**values).returning(reported.c.id)).scalar_one())


def find(connection: Connection, number: int) -> Proposal | None:
    row = connection.execute(_ALL.where(reported.c.id == number)).mappings().one_or_none()
    return Proposal(**row) if row else None


def become(connection: Connection, number: int, *, before: Sequence[str], after: str, **values: Any) -> bool:
    """False: it was not as it was thought to be; somebody else was faster."""
    where = (reported.c.id == number, reported.c.status.in_(before))
    return connection.execute(update(reported).where(*where).values(status=after, **values)).rowcount == 1


def replace_others(connection: Connection, one: Proposal, *, status: str) -> None:
    """Of one office only one waits, and one holds."""
    same = (reported.c.commune == one.commune, reported.c.kind == one.kind, reported.c.id != one.id)
    connection.execute(update(reported).where(*same, reported.c.status == status).values(status=REPLACED))


def held(connection: Connection) -> list[Proposal]:
    """All that hold, the last of an office behind those before it."""
    return [Proposal(**row) for row in connection.execute(_HELD).mappings()]


def mark(connection: Connection) -> str:
    """What changes whenever other hours hold: whoever knows it needs not read them again. Empty where none do."""
    count, numbers, last = connection.execute(_MARK).one()
    return f"{count}-{int(numbers)}-{last:%Y%m%d%H%M%S%f}" if count else ""


def waiting(connection: Connection, communes: Collection[int]) -> list[Proposal]:
    where = (reported.c.status == WAITING, reported.c.commune.in_(communes))
    return [Proposal(**row) for row in connection.execute(_ALL.where(*where).order_by(reported.c.id)).mappings()]
