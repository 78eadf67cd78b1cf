"""What a chat was shown to choose from last, on channels without buttons: a number means nothing without it."""

import datetime as dt

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import choices


def keep(connection: Connection, chat: str, payload: str, *, now: dt.datetime) -> None:
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    values = {"payload": payload, "at": now}
    statement = insert(choices).values(chat=chat, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["chat"], set_=values))


def shown(connection: Connection, chat: str, *, since: dt.datetime) -> str | None:
    """What was shown, unless longer ago."""
    query = select(choices.c.payload).where(choices.c.chat == chat, choices.c.at >= since)
    return connection.execute(query).scalar_one_or_none()


def clear(connection: Connection, chat: str) -> None:
    connection.execute(delete(choices).where(choices.c.chat == chat))


def sweep(connection: Connection, *, before: dt.datetime) -> None:
    connection.execute(delete(choices).where(choices.c.at < before))
