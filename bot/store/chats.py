"""What we know of each chat."""

import datetime as dt
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, Insert, Table, bindparam, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import chats

# Made once: every turn does these.
_RECALL = select(chats.c.memory).where(chats.c.chat == bindparam("of"))


def _upsert(insert: Callable[[Table], sqlite.Insert | postgresql.Insert]) -> Insert:
    statement = insert(chats)
    new = {name: statement.excluded[name] for name in ("memory", "changed_at", "unreachable")}  # not `writing_in`
    return statement.on_conflict_do_update(index_elements=["chat"], set_=new)


_REMEMBER = {"sqlite": _upsert(sqlite.insert), "postgresql": _upsert(postgresql.insert)}


def recall(connection: Connection, chat: str) -> str | None:
    """The memory of a chat as JSON, None for a stranger."""
    return connection.execute(_RECALL, {"of": chat}).scalar_one_or_none()


def remember(connection: Connection, chat: str, memory: str, *, now: dt.datetime) -> None:
    """Keep the memory of a chat. A chat that writes is reachable again."""
    remember_all(connection, {chat: memory}, now=now)


def remember_all(connection: Connection, memories: Mapping[str, str], *, now: dt.datetime) -> None:
    """The same for several chats."""
    rows = [{"chat": chat, "memory": memories[chat], "changed_at": now, "unreachable": None} for chat in memories]
    if rows:
        connection.execute(_REMEMBER[connection.dialect.name], rows)


def lose(connection: Connection, chat: str, *, why: str, now: dt.datetime) -> None:
    """Note that nothing can be sent to a chat: blocked, deleted, gone."""
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = insert(chats).values(chat=chat, memory="", changed_at=now, unreachable=why[:40])
    connection.execute(statement.on_conflict_do_update(index_elements=["chat"], set_={"unreachable": why[:40]}))


def is_reachable(connection: Connection, chat: str) -> bool:
    where = (chats.c.chat == chat, chats.c.unreachable.is_not(None))
    return not connection.execute(select(exists().where(*where))).scalar_one()


def find(connection: Connection, chat: str) -> None:
    """It can be written to again."""
    where = (chats.c.chat == chat, chats.c.unreachable.is_not(None))
    connection.execute(update(chats).where(*where).values(unreachable=None))


def rename(connection: Connection, chat: str, new: str) -> None:
    """A group became a supergroup: its chat goes on under a new number."""
    if recall(connection, new) is None:
        connection.execute(update(chats).where(chats.c.chat == chat).values(chat=new))
