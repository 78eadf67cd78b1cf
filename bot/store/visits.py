"""What visits through the web door show, and the photos sent in them: a day, then nobody's."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, String, cast, delete, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import chats, inbox, messages, outbox, requests, web_files, web_messages

A_DAY = dt.timedelta(days=1)
SECRET_SHOWN = dt.timedelta(hours=1)
SECRET = "secret:"  # noqa: S105 - how the names of such messages begin
MOST_SHOWN = 200
OVER = ("closed", "cancelled", "dropped")


@dataclass(frozen=True, kw_only=True)
class Said:
    """A message as it stands in a visit."""

    id: int
    at: dt.datetime
    mine: bool
    payload: str
    name: str | None
    photo: bool = False  # a photo came with it


def say(connection: Connection, chat: str, payload: str, *, now: dt.datetime, name: str | None = None) -> int:
    """Put a message to the visitor at the end of a visit; its number."""
    row = {"chat": chat, "at": now, "mine": False, "payload": payload, "name": name}
    return int(connection.execute(insert(web_messages).values(row)).inserted_primary_key[0])  # type: ignore[index]


def change(connection: Connection, chat: str, number: int, payload: str, *, now: dt.datetime) -> bool:
    """Show a message otherwise, where it stands. False: it stands there no more."""
    where = (web_messages.c.chat == chat, web_messages.c.id == number)
    return connection.execute(update(web_messages).where(*where).values(payload=payload, at=now)).rowcount == 1


def take_away(connection: Connection, chat: str, number: int) -> bool:
    where = (web_messages.c.chat == chat, web_messages.c.id == number)
    return connection.execute(delete(web_messages).where(*where)).rowcount == 1


def said(connection: Connection, chat: str, *, now: dt.datetime) -> list[Said]:
    """A visit, as it is shown: of the last day, a secret no longer than its hour."""
    fresh = web_messages.c.at > now - A_DAY
    hidden = web_messages.c.name.startswith(SECRET) & (web_messages.c.at <= now - SECRET_SHOWN)
    where = (web_messages.c.chat == chat, fresh, func.coalesce(~hidden, True))
    query = _SAID.where(*where).order_by(web_messages.c.id.desc()).limit(MOST_SHOWN)
    return [_said(row) for row in connection.execute(query).mappings().all()[::-1]]


def message(connection: Connection, chat: str, number: int) -> Said | None:
    row = connection.execute(_SAID.where(web_messages.c.chat == chat, web_messages.c.id == number)).mappings()
    found = row.one_or_none()
    return _said(found) if found else None


def lent(connection: Connection, number: int, *, since: dt.datetime) -> str | None:
    """What was put under a number, unless longer ago."""
    where = (web_messages.c.id == number, ~web_messages.c.mine, web_messages.c.at > since)
    return connection.execute(select(web_messages.c.payload).where(*where)).scalar_one_or_none()


def say_once(connection: Connection, chat: str, words: str, *, name: str, now: dt.datetime) -> tuple[int, bool]:
    """The visitor's own words, known by what was posted: their number, and whether they are new."""
    insert_ = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = insert_(web_messages).values(chat=chat, at=now, mine=True, payload=words, name=name)
    done = statement.on_conflict_do_nothing().returning(web_messages.c.id)
    if number := connection.execute(done).scalar_one_or_none():
        return int(number), True
    where = (web_messages.c.chat == chat, web_messages.c.name == name, web_messages.c.mine)
    return int(connection.execute(select(web_messages.c.id).where(*where)).scalar_one()), False


_PHOTO = (web_files.c.chat == web_messages.c.chat, web_files.c.message == cast(web_messages.c.id, String))
_SAID = select(web_messages, exists().where(*_PHOTO).label("photo"))


def _said(row: RowMapping) -> Said:
    return Said(
        id=row["id"], at=row["at"], mine=bool(row["mine"]), payload=row["payload"], name=row["name"],
        photo=bool(row["photo"]),
    )  # fmt: skip


def last_changed(connection: Connection, chat: str) -> int | None:
    """The message that was said or changed last."""
    order = (web_messages.c.at.desc(), web_messages.c.id.desc())
    query = select(web_messages.c.id).where(web_messages.c.chat == chat).order_by(*order).limit(1)
    return connection.execute(query).scalar_one_or_none()


def marks(connection: Connection, visits: list[str]) -> dict[str, str]:
    """Of each of these visits something that is another once anything in it is."""
    if not visits:
        return {}
    counted = (func.max(web_messages.c.at), func.max(web_messages.c.id), func.count())
    where = web_messages.c.chat.in_(visits)
    rows = connection.execute(select(web_messages.c.chat, *counted).where(where).group_by(web_messages.c.chat))
    return {row[0]: f"{row[1]}.{row[2]}.{row[3]}" for row in rows}


def is_settled(connection: Connection, chat: str, source: str) -> bool:
    """Whether nothing of a visit waits for its turn, or to be shown."""
    turns = select(inbox.c.number).where(inbox.c.source == source, inbox.c.chat == chat, inbox.c.state == "waiting")
    shown = select(outbox.c.id).where(outbox.c.chat == chat, outbox.c.state == "waiting")
    return not connection.execute(select(exists(turns) | exists(shown))).scalar_one()


def erase(connection: Connection, chat: str) -> None:
    """Forget a visit; what it sent to a desk stays there."""
    connection.execute(delete(web_messages).where(web_messages.c.chat == chat))
    live = select(requests.c.code).where(requests.c.citizen == chat, requests.c.status.not_in(OVER))
    connection.execute(delete(chats).where(chats.c.chat == chat, ~exists(live)))


def keep_file(connection: Connection, chat: str, message_id: str, content: bytes, *, now: dt.datetime) -> int:
    row = {"chat": chat, "message": message_id, "at": now, "content": content}
    return int(connection.execute(insert(web_files).values(row)).inserted_primary_key[0])  # type: ignore[index]


def file_of(connection: Connection, chat: str, message_id: str) -> bytes | None:
    """The photo that came with a message."""
    where = (web_files.c.chat == chat, web_files.c.message == message_id)
    return connection.execute(select(web_files.c.content).where(*where)).scalar_one_or_none()


def sweep(connection: Connection, door: str, *, now: dt.datetime) -> int:
    """Let go what visits showed more than a day ago, and photos that no request holds any more."""
    old = now - A_DAY
    gone = connection.execute(delete(web_messages).where(web_messages.c.at <= old)).rowcount
    secret = web_messages.c.name.startswith(SECRET) & (web_messages.c.at <= now - SECRET_SHOWN)
    gone += connection.execute(delete(web_messages).where(secret)).rowcount
    held = select(messages.c.id).where(
        messages.c.chat == web_files.c.chat, messages.c.message == web_files.c.message, messages.c.state != "gone"
    )
    refused = select(messages.c.id).where(
        messages.c.chat == web_files.c.chat, messages.c.message == web_files.c.message, messages.c.state == "gone"
    )
    over = ((web_files.c.at <= old) | exists(refused)) & ~exists(held)
    gone += connection.execute(delete(web_files).where(over)).rowcount
    live = select(requests.c.code).where(requests.c.citizen == chats.c.chat, requests.c.status.not_in(OVER))
    done = (chats.c.chat.startswith(f"{door}:"), chats.c.changed_at <= old, ~exists(live))
    return gone + connection.execute(delete(chats).where(*done)).rowcount
