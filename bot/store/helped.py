"""Consent to be helped: numbers that are read aloud, and by what somebody agreed."""

import datetime as dt
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import assents, consents, requests

UNSEEN = ("dropped",)


def offer(connection: Connection, hash_: str, chat: str, *, now: dt.datetime, until: dt.datetime) -> bool:
    """A number that stands for somebody's consent, and the one before no more. False: another has that number."""
    connection.execute(delete(assents).where((assents.c.chat == chat) | (assents.c.until <= now)))
    make = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = make(assents).values(hash=hash_, chat=chat, until=until).on_conflict_do_nothing()
    return connection.execute(statement.returning(assents.c.chat)).scalar_one_or_none() is not None


def take(connection: Connection, hash_: str, *, now: dt.datetime) -> str | None:
    """Use it up: whose it was."""
    used = delete(assents).where(assents.c.hash == hash_, assents.c.until > now).returning(assents.c.chat)
    return connection.execute(used).scalar_one_or_none()


def agreed(connection: Connection, **values: Any) -> None:
    connection.execute(insert(consents).values(**values))


def of_helper(connection: Connection, helper: str) -> list[str]:
    """The codes of what somebody files for others, the newest first."""
    where = (requests.c.helper == helper, requests.c.status.not_in(UNSEEN))
    return list(
        connection.execute(select(requests.c.code).where(*where).order_by(requests.c.opened_at.desc())).scalars()
    )
