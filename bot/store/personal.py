"""Everything held about a person, in one place: to be shown, deleted, or forgotten when its time has come."""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, or_, select, update

from bot.store.tables import (
    albums,
    chats,
    events,
    floods,
    inbox,
    kept_out,
    messages,
    outbox,
    requests,
    shown,
    staff,
    tries,
    unanswered,
)

OVER = ("closed", "cancelled", "dropped")
NOBODY = "forgotten"


def held(connection: Connection, person: str) -> dict[str, Any]:
    """What is held about a person, by table; times as text."""
    codes = select(requests.c.code).where(requests.c.citizen == person)
    wanted = {
        "chat": select(chats).where(chats.c.chat == person),
        "requests": _but(requests, "owner").where(requests.c.citizen == person).order_by(requests.c.opened_at),
        "events": _but(events, "actor").where(events.c.code.in_(codes)).order_by(events.c.id),
        "messages": _but(messages, "chat", "message", "copy_chat", "copy_message", "author", "deed")
        .where(messages.c.code.in_(codes), _is_theirs())
        .order_by(messages.c.id),
        "posts": select(staff).where(staff.c.person == person).order_by(staff.c.id),
        "kept_out": _but(kept_out, "by", "person").where(kept_out.c.person == person),
        "pace": select(floods).where(floods.c.person == person),
        "wrong_codes": select(tries).where(tries.c.person == person),
    }
    return {name: [_told(row) for row in connection.execute(query).mappings()] for name, query in wanted.items()}


def _but(table: Table, *left_out: str) -> Select[Any]:
    """All of a table's columns but those that are somebody else's: an officer's number, a desk's group."""
    return select(*(column for column in table.c if column.name not in left_out))


def _is_theirs() -> ColumnElement[bool]:
    """What they wrote, and what was said to them: neither a desk's notes nor an answer that never went out."""
    reached = (messages.c.side == "staff") & (messages.c.state == "sent")
    return messages.c.side.in_(("citizen", "rating")) | reached


def _told(row: Any) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, dt.datetime) else value for key, value in row.items()}


def forget(connection: Connection, person: str) -> dict[str, int]:
    """Delete what is held about a person; requests stay for the archive without identity. How much of each."""
    codes = list(connection.execute(select(requests.c.code).where(requests.c.citizen == person)).scalars())
    anonymise(connection, codes)
    for table, column in (
        (tries, tries.c.person),
        (floods, floods.c.person),
        (shown, shown.c.chat),
        (albums, albums.c.chat),
    ):
        connection.execute(delete(table).where(column == person))
    connection.execute(delete(messages).where(messages.c.code == "", messages.c.author == person))
    chats_gone = connection.execute(delete(chats).where(chats.c.chat == person)).rowcount
    return {"requests": len(codes), "chats": chats_gone}


def anonymise(connection: Connection, codes: list[str]) -> int:
    """Take who and what out of requests; what remains is that, when and how they were dealt with."""
    if not codes:
        return 0
    citizens = select(requests.c.citizen).where(requests.c.code.in_(codes))
    connection.execute(
        update(events).where(events.c.code.in_(codes), events.c.actor.in_(citizens)).values(actor=NOBODY, actor_name="")
    )
    connection.execute(update(events).where(events.c.code.in_(codes)).values(why=""))
    connection.execute(delete(messages).where(messages.c.code.in_(codes)))
    names = [name for code in codes for name in (f"card:{code}", f"topic:{code}", f"photo:{code}")]
    connection.execute(
        delete(shown).where(
            or_(shown.c.name.in_(names), *(shown.c.name.startswith(f"about:{code}:") for code in codes))
        )
    )
    values = {"citizen": NOBODY, "name": "", "subject": "", "case_": ""}
    return connection.execute(update(requests).where(requests.c.code.in_(codes)).values(**values)).rowcount


def let_go(
    connection: Connection, now: dt.datetime, *, dialogue: int, reopen: int, closed: int, learning: int
) -> dict[str, int]:
    """Delete what has been kept for its days; how much of each."""
    old = now - dt.timedelta(days=dialogue)
    live = select(requests.c.citizen).where(requests.c.status.not_in(OVER))
    over = select(requests.c.code).where(requests.c.status.in_(OVER))
    gone = over.where(requests.c.moved_at < now - dt.timedelta(days=reopen))
    expired = over.where(requests.c.moved_at < now - dt.timedelta(days=closed), requests.c.citizen != NOBODY)
    done = {
        "dialogues": delete(chats).where(chats.c.changed_at < old, chats.c.chat.not_in(live)),
        "attachments": delete(messages).where(messages.c.code.in_(gone), messages.c.kind != "text"),
        "albums": delete(albums).where(albums.c.at < now - dt.timedelta(days=1)),
        "questions": delete(unanswered).where(unanswered.c.at < now - dt.timedelta(days=learning)),
        "updates": delete(inbox).where(inbox.c.state == "done", inbox.c.finished_at < old),
        "unaddressed": delete(messages).where(messages.c.code == "", messages.c.at < now - dt.timedelta(days=1)),
        "kept_out": delete(kept_out).where(kept_out.c.until < now),
        "deliveries": delete(outbox).where(outbox.c.state != "waiting", outbox.c.finished_at < old),
    }
    counts = {name: connection.execute(statement).rowcount for name, statement in done.items()}
    counts["requests"] = anonymise(connection, list(connection.execute(expired).scalars()))
    return counts
