"""By which it is noticed that replicas do not share a key: a mark of it, from which the key is not found."""

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import cursors

NAME = "key"


def change(connection: Connection, mark: int) -> int | None:
    """The mark of the key that was used until now, None where none was; from now on it is `mark`."""
    before = connection.execute(select(cursors.c.value).where(cursors.c.name == NAME)).scalar_one_or_none()
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = insert(cursors).values(name=NAME, value=mark)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": mark}))
    return before
