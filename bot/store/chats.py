"""What we know of each chat."""

import datetime as dt

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import chats

_RECALL = select(chats.c.memory).where(chats.c.chat == bindparam("of"))


def recall(connection: Connection, chat: str) -> str | None:
    """The memory of a chat as JSON, None for a stranger."""
    return connection.execute(_RECALL, {"of": chat}).scalar_one_or_none()


def remember(connection: Connection, chat: str, memory: str, *, now: dt.datetime) -> None:
    """Keep the memory of a chat. A chat that writes is reachable again."""
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    values = {"memory": memory, "changed_at": now, "unreachable": None}  # `writing_in` is not this turn's to change
    statement = insert(chats).values(chat=chat, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["chat"], set_=values))


def lose(connection: Connection, chat: str, *, why: str) -> None:
    """Note that nothing can be sent to a chat: blocked, deleted, gone."""
    connection.execute(update(chats).where(chats.c.chat == chat).values(unreachable=why[:40]))


def rename(connection: Connection, chat: str, new: str) -> None:
    """A group became a supergroup: its chat goes on under a new number."""
    if recall(connection, new) is None:
        connection.execute(update(chats).where(chats.c.chat == chat).values(chat=new))
