"""Parts of albums that wait for each other; read together, they are gone."""

import datetime as dt

from sqlalchemy import Connection, delete, insert, select, update

from bot.store.tables import albums


def keep(connection: Connection, *, chat: str, message: str, album: str, visit: str, now: dt.datetime) -> None:
    connection.execute(insert(albums).values(chat=chat, message=message, album=album, visit=visit, at=now))


def change(connection: Connection, *, chat: str, message: str, visit: str) -> bool:
    """A part that still waits was edited. False: it waits no more."""
    where = (albums.c.chat == chat, albums.c.message == message)
    return connection.execute(update(albums).where(*where).values(visit=visit)).rowcount == 1


def take(connection: Connection, *, chat: str, album: str) -> list[str]:
    """The parts that have come, in the order in which they are shown; they wait no more."""
    where = (albums.c.chat == chat, albums.c.album == album)
    rows = connection.execute(select(albums.c.message, albums.c.visit).where(*where)).all()
    connection.execute(delete(albums).where(*where))
    return [row.visit for row in sorted(rows, key=lambda row: (len(row.message), row.message))]
