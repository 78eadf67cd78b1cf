"""What people asked to be reminded of, and what they are told unasked."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import reminders, unasked


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One date and one procedure."""

    id: int
    chat: str
    procedure: str
    day: dt.date
    language: str
    commune: int | None
    basis: str
    due: dt.date | None
    version: int


_KEPT = [reminders.c[name] for name in Kept.__dataclass_fields__]
_IN_ORDER = select(*_KEPT).order_by(reminders.c.id)


def keep(connection: Connection, *, made_at: dt.datetime, **values: object) -> int | None:
    """A new one; its number. None: the same is kept already."""
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = insert(reminders).values(made_at=made_at, **values).on_conflict_do_nothing()
    return connection.execute(statement.returning(reminders.c.id)).scalar_one_or_none()


def of_chat(connection: Connection, chat: str) -> list[Kept]:
    return [Kept(**row) for row in connection.execute(_IN_ORDER.where(reminders.c.chat == chat)).mappings()]


def find(connection: Connection, number: int) -> Kept | None:
    row = connection.execute(select(*_KEPT).where(reminders.c.id == number)).mappings().one_or_none()
    return Kept(**row) if row else None


def after(connection: Connection, number: int, *, limit: int) -> list[Kept]:
    """The next ones behind a number, in their order."""
    rows = connection.execute(_IN_ORDER.where(reminders.c.id > number).limit(limit)).mappings()
    return [Kept(**row) for row in rows]


def waiting_for(connection: Connection, procedures: Collection[str]) -> list[Kept]:
    rows = connection.execute(_IN_ORDER.where(reminders.c.procedure.in_(procedures))).mappings()
    return [Kept(**row) for row in rows]


def change(connection: Connection, number: int, *, basis: str, due: dt.date | None) -> None:
    connection.execute(update(reminders).where(reminders.c.id == number).values(basis=basis, due=due))


def drop(connection: Connection, chat: str, numbers: Collection[int] | None = None) -> list[int]:
    """Some of a person's, or all: the numbers of those that were there."""
    where = [reminders.c.chat == chat, *([reminders.c.id.in_(numbers)] if numbers is not None else [])]
    gone = list(connection.execute(select(reminders.c.id).where(*where).order_by(reminders.c.id)).scalars())
    connection.execute(delete(reminders).where(*where))
    return gone


# What is told unasked


def told(connection: Connection, chat: str, kind: str, *, now: dt.datetime) -> None:
    _note(connection, chat, kind, told_at=now)


def stop(connection: Connection, chat: str, kind: str, *, now: dt.datetime) -> None:
    _note(connection, chat, kind, stopped_at=now)


def go_on(connection: Connection, chat: str, kind: str) -> None:
    """It was asked for again."""
    connection.execute(update(unasked).where(unasked.c.chat == chat, unasked.c.kind == kind).values(stopped_at=None))


def _note(connection: Connection, chat: str, kind: str, **at: dt.datetime) -> None:
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = insert(unasked).values(chat=chat, kind=kind, **at)
    connection.execute(statement.on_conflict_do_update(index_elements=["chat", "kind"], set_=at))


def is_stopped(connection: Connection, chat: str, kind: str) -> bool:
    where = (unasked.c.chat == chat, unasked.c.kind == kind, unasked.c.stopped_at.is_not(None))
    return connection.execute(select(func.count()).where(*where)).scalar_one() > 0


def was_told(connection: Connection, chat: str, kind: str) -> bool:
    where = (unasked.c.chat == chat, unasked.c.kind == kind, unasked.c.told_at.is_not(None))
    return connection.execute(select(func.count()).where(*where)).scalar_one() > 0


def going_on(connection: Connection, chat: str) -> list[tuple[str, dt.datetime | None]]:
    """The kinds that a person has been told and not stopped, the last told first."""
    where = (unasked.c.chat == chat, unasked.c.stopped_at.is_(None))
    rows = connection.execute(select(unasked.c.kind, unasked.c.told_at).where(*where).order_by(unasked.c.kind))
    return sorted(((row.kind, row.told_at) for row in rows), key=lambda one: str(one[1] or ""), reverse=True)
