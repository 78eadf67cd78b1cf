"""What is shown where: a named message is edited in place, a topic is found again."""

from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import shown


def _upsert(insert: Any) -> Any:
    statement = insert(shown)
    new = {column: func.coalesce(statement.excluded[column], shown.c[column]) for column in ("message", "thread")}
    values = {**new, "look": statement.excluded["look"]}
    return statement.on_conflict_do_update(index_elements=["chat", "name"], set_=values)


# Made once: every message that goes out asks for these.
_KEEP = {"sqlite": _upsert(sqlite.insert), "postgresql": _upsert(postgresql.insert)}
_STANDING = select(shown).where(shown.c.chat == bindparam("of"), shown.c.name == bindparam("called"))


def keep(
    connection: Connection, *, chat: str, name: str, message: str | None, thread: str | None, look: str | None = None
) -> None:
    """What is not known now stays as it was: a topic that could not be used once is not forgotten."""
    row = {"chat": chat, "name": name, "message": message, "thread": thread, "look": look}
    connection.execute(_KEEP[connection.dialect.name], row)


def where(connection: Connection, chat: str, name: str) -> tuple[str | None, str | None]:
    """The message and the topic that a name stands for in a chat; None where it stands for nothing."""
    return standing(connection, chat, name)[:2]


def standing(connection: Connection, chat: str, name: str) -> tuple[str | None, str | None, str | None]:
    """The same, and how the message looks."""
    row = connection.execute(_STANDING, {"of": chat, "called": name}).one_or_none()
    return (row.message, row.thread, row.look) if row else (None, None, None)


def in_thread(connection: Connection, chat: str, thread: str) -> str | None:
    """The name of a topic: what opened it comes before what was said in it."""
    where_ = (shown.c.chat == chat, shown.c.thread == thread)
    first = (shown.c.name.startswith("topic:").desc(), shown.c.name)
    return connection.execute(select(shown.c.name).where(*where_).order_by(*first).limit(1)).scalar_one_or_none()


def at(connection: Connection, chat: str, message: str) -> str | None:
    """The name of a message."""
    where_ = (shown.c.chat == chat, shown.c.message == message)
    return connection.execute(select(shown.c.name).where(*where_).order_by(shown.c.name).limit(1)).scalar_one_or_none()


def forget(connection: Connection, chat: str, name: str) -> None:
    connection.execute(delete(shown).where(shown.c.chat == chat, shown.c.name == name))


def forget_cards(connection: Connection, chat: str) -> None:
    """What comes next is shown anew, at the end of the chat."""
    connection.execute(delete(shown).where(shown.c.chat == chat, shown.c.name.startswith("card:")))
