"""Requests, what happened to them, and what was said in them."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.store.tables import events, messages, requests

APART = ":apart"  # behind the mark of an album whose parts are shown one by one, with words of ours under them
DOUBTED = "doubted"  # the side of words that wait until whoever wrote them says that they are meant
LIVE = ("open", "claimed", "asked", "answered", "escalated")

type Row = RowMapping

# Made once: whatever is done with a request, and most of what is said, asks for these.
_STATUSES: BindParameter[list[str]] = bindparam("statuses", expanding=True)
_COMMUNES: BindParameter[list[int]] = bindparam("communes", expanding=True)
_FIND = select(requests).where(requests.c.code == bindparam("this"))
_OF_CITIZEN = (
    select(requests)
    .where(requests.c.citizen == bindparam("of"), requests.c.status.in_(_STATUSES))
    .order_by(requests.c.opened_at.desc())
)
_AT = select(requests).where(requests.c.commune.in_(_COMMUNES), requests.c.status.in_(_STATUSES))
_OFFERED = select(requests).where(
    requests.c.transfer_to.is_not(None), requests.c.transfer_to.in_(_COMMUNES), requests.c.status.in_(_STATUSES)
)


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(insert(requests).values(**values))


def find(connection: Connection, code: str) -> Row | None:
    return connection.execute(_FIND, {"this": code}).mappings().one_or_none()


def change(connection: Connection, code: str, *, version: int, values: Mapping[str, Any]) -> bool:
    """Change a request that is still at `version`. False: somebody was faster."""
    where = (requests.c.code == code, requests.c.version == version)
    return connection.execute(update(requests).where(*where).values(**values)).rowcount == 1


def of_citizen(connection: Connection, citizen: str, statuses: Collection[str]) -> list[Row]:
    """Newest first."""
    return list(connection.execute(_OF_CITIZEN, {"of": citizen, "statuses": list(statuses)}).mappings())


def of_communes(connection: Connection, communes: Collection[int], statuses: Collection[str] = LIVE) -> list[Row]:
    """What the desks of these communes hold or are offered; oldest promise first."""
    values = {"communes": list(communes), "statuses": list(statuses)}
    ours, theirs = (connection.execute(query, values).mappings() for query in (_AT, _OFFERED))
    found = {row["code"]: row for row in (*ours, *theirs)}
    return sorted(
        found.values(), key=lambda row: (row["due"] is None, row["due"] or row["opened_at"], row["opened_at"])
    )


def above(connection: Connection, province: int) -> list[Row]:
    """What communes of a province have passed up."""
    where = and_(requests.c.province == province, requests.c.status == "escalated")
    return list(connection.execute(select(requests).where(where).order_by(requests.c.opened_at)).mappings())


def latest(connection: Connection, communes: Collection[int], *, limit: int) -> list[Row]:
    """What was sent to these communes, or is offered to them, newest first."""
    here = or_(requests.c.commune.in_(communes), requests.c.transfer_to.in_(communes))
    query = select(requests).where(here, requests.c.status.not_in(("draft", "dropped")))
    query = query.order_by(requests.c.opened_at.desc(), requests.c.code).limit(limit)
    return list(connection.execute(query).mappings())


def latest_words(connection: Connection, codes: Collection[str], *, limit: int) -> dict[str, list[str]]:
    """The newest words of citizens and officers in these requests, by code."""
    query = (
        select(messages.c.code, messages.c.text)
        .where(messages.c.code.in_(codes), messages.c.side.in_(("citizen", "staff")), messages.c.state == "sent")
        .order_by(messages.c.id.desc())
        .limit(limit)
    )
    found: dict[str, list[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.code, []).append(row.text)
    return found


def citizens_waiting(connection: Connection, procedure: str) -> list[str]:
    """Whose requests about a procedure are not over."""
    where = (requests.c.procedure == procedure, requests.c.status.in_(LIVE))
    return list(connection.execute(select(requests.c.citizen).where(*where).order_by(requests.c.code)).scalars())


def owned(connection: Connection, person: str) -> list[Row]:
    where = (requests.c.owner == person, requests.c.status.in_(LIVE))
    return list(connection.execute(select(requests).where(*where).order_by(requests.c.opened_at)).mappings())


def place_in_queue(connection: Connection, commune: int, opened_at: dt.datetime) -> int:
    """How many unclaimed requests of a commune came earlier, and this one."""
    where = (requests.c.commune == commune, requests.c.status == "open", requests.c.opened_at <= opened_at)
    return int(connection.execute(select(func.count()).select_from(requests).where(*where)).scalar_one())


def times_late(connection: Connection, code: str) -> int:
    """How often a promise of a request was broken since it was sent, or last opened again."""
    where = (events.c.code == code, events.c.action.in_(("late", "reopen")))
    actions = list(connection.execute(select(events.c.action).where(*where).order_by(events.c.id)).scalars())
    return len(actions) - 1 - max((n for n, action in enumerate(actions) if action == "reopen"), default=-1)


def first_answers(connection: Connection, commune: int, *, limit: int = 200) -> list[tuple[dt.datetime, dt.datetime]]:
    """When the last requests of a commune were opened and first answered."""
    where = (requests.c.commune == commune, requests.c.answered_at.is_not(None))
    rows = connection.execute(
        select(requests.c.opened_at, requests.c.answered_at)
        .where(*where)
        .order_by(requests.c.answered_at.desc())
        .limit(limit)
    )
    return [(row.opened_at, row.answered_at) for row in rows]


def without_a_word(connection: Connection) -> list[tuple[int, int, dt.datetime]]:
    """By commune: how many wait for a first human word, and since when the oldest does."""
    where = (requests.c.status.in_(("open", "claimed")), requests.c.answered_at.is_(None))
    columns = (requests.c.commune, func.count(), func.min(requests.c.opened_at))
    query = select(*columns).where(*where).group_by(requests.c.commune).order_by(requests.c.commune)
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def last_words(connection: Connection, *, since: dt.datetime) -> dict[int, dt.datetime]:
    """When a desk last said anything to anybody, of those that did."""
    where = (events.c.at > since, events.c.action.in_(("answer", "ask", "return")), events.c.commune.is_not(None))
    query = select(events.c.commune, func.max(events.c.at)).where(*where).group_by(events.c.commune)
    return {row[0]: row[1] for row in connection.execute(query)}


def asked_again(connection: Connection, communes: Collection[int], *, since: dt.datetime, limit: int) -> list[Row]:
    """Requests of these communes that were answered, and then added to or opened again; newest first."""
    answered = events.alias("answered")
    before = select(answered.c.id).where(
        answered.c.code == events.c.code, answered.c.action == "answer", answered.c.id < events.c.id
    )
    again = select(events.c.code).where(events.c.at > since, events.c.action.in_(("add", "reopen")), before.exists())
    query = select(requests).where(requests.c.commune.in_(communes), requests.c.code.in_(again))
    return list(connection.execute(query.order_by(requests.c.moved_at.desc()).limit(limit)).mappings())


def happened(connection: Connection, code: str, values: Mapping[str, Any]) -> None:
    """Add an event; events are never changed."""
    connection.execute(insert(events).values(code=code, **values))


def history(connection: Connection, code: str) -> list[Row]:
    return list(connection.execute(select(events).where(events.c.code == code).order_by(events.c.id)).mappings())


def wrote(connection: Connection, values: Mapping[str, Any]) -> int:
    """Add what somebody wrote in a request; its number."""
    return int(connection.execute(insert(messages).values(**values).returning(messages.c.id)).scalar_one())


def said(connection: Connection, code: str, *, side: str | None = None) -> list[Row]:
    """What was written in a request, oldest first."""
    where = [messages.c.code == code, *([messages.c.side == side] if side else [])]
    return list(connection.execute(select(messages).where(*where).order_by(messages.c.id)).mappings())


def message(connection: Connection, number: int) -> Row | None:
    return connection.execute(select(messages).where(messages.c.id == number)).mappings().one_or_none()


def at(connection: Connection, chat: str, message_id: str) -> Row | None:
    """What stands at a place: as written there, or as shown there."""
    here = and_(messages.c.chat == chat, messages.c.message == message_id)
    there = and_(messages.c.copy_chat == chat, messages.c.copy_message == message_id)
    past = case((messages.c.state == "gone", 2), (messages.c.side == "past", 1), else_=0)
    query = select(messages).where(or_(here, there)).order_by(past, messages.c.id.desc()).limit(1)
    return connection.execute(query).mappings().one_or_none()


def waiting_at(connection: Connection, chat: str, message_id: str) -> list[Row]:
    """What an officer wrote there and somebody is still to look at."""
    return _staff_at(connection, chat, message_id, "held")


def sent_at(connection: Connection, chat: str, message_id: str) -> Row | None:
    """What an officer wrote there and the citizen has."""
    found = _staff_at(connection, chat, message_id, "sent")
    return found[0] if found else None  # corrections of it come later


def _staff_at(connection: Connection, chat: str, message_id: str, state: str) -> list[Row]:
    if not message_id:
        return []
    where = (messages.c.chat == chat, messages.c.message == message_id, messages.c.side == "staff")
    query = select(messages).where(*where, messages.c.state == state).order_by(messages.c.id)
    return list(connection.execute(query).mappings())


def held(connection: Connection, communes: Collection[int]) -> list[Row]:
    """What was written at these desks, in live requests, and somebody is still to look at; of an album the first."""
    live = select(requests.c.code).where(requests.c.status.in_(LIVE))
    where = (messages.c.commune.in_(communes), messages.c.state == "held", messages.c.side == "staff")
    found = connection.execute(select(messages).where(*where, messages.c.code.in_(live)).order_by(messages.c.id))
    firsts: dict[object, Row] = {}
    for row in found.mappings():
        firsts.setdefault((row["chat"], row["album"]) if row["album"] else row["id"], row)
    return list(firsts.values())


def held_in(connection: Connection, codes: Collection[str]) -> list[Row]:
    """The same in these requests, whichever desk wrote it."""
    where = (messages.c.code.in_(codes), messages.c.state == "held", messages.c.side == "staff")
    return list(connection.execute(select(messages).where(*where).order_by(messages.c.id)).mappings())


def rewrite(connection: Connection, number: int, **values: object) -> bool:
    return connection.execute(update(messages).where(messages.c.id == number).values(**values)).rowcount == 1


def together(connection: Connection, number: int) -> list[Row]:
    """A message and the later parts of its album that stand as it does, as the sender's app shows them."""
    row = message(connection, number)
    if row is None or row["album"] is None:
        return [row] if row else []
    same = [messages.c[name] == row[name] for name in ("chat", "album", "code", "side", "state")]
    found = connection.execute(select(messages).where(*same, messages.c.id >= number)).mappings()
    return sorted(found, key=lambda one: (len(one["message"]), one["message"]))


def of_album(connection: Connection, chat: str, album: str) -> list[Row]:
    """Every part of an album that is known, whatever became of it."""
    where = (messages.c.chat == chat, messages.c.album.in_((album, album + APART)))
    return list(connection.execute(select(messages).where(*where).order_by(messages.c.id)).mappings())


def _with_its_album(number: int) -> ColumnElement[bool]:
    """A message, and the parts of the album whose first it is."""
    first = messages.alias("first")
    parts = select(first.c.id).where(first.c.id == number, first.c.album == messages.c.album)
    alike = (first.c.chat == messages.c.chat, first.c.code == messages.c.code, first.c.id <= messages.c.id)
    return or_(messages.c.id == number, parts.where(*alike).exists())


def went_out(connection: Connection, number: int, code: str) -> None:
    """A message, with its album, went out with what happened last in its request."""
    last = select(func.max(events.c.id)).where(events.c.code == code).scalar_subquery()
    connection.execute(update(messages).where(_with_its_album(number)).values(event=last))


def stands(connection: Connection, event: int) -> bool:
    """Whether anything that went out with an event is still to be read."""
    where = (messages.c.event == event, messages.c.state != "gone", messages.c.side == "staff")
    return bool(connection.execute(select(exists().where(*where))).scalar_one())


def release(connection: Connection, number: int) -> bool:
    """Let a held answer go, with its album. False: it has gone, or was sent back."""
    where = (_with_its_album(number), messages.c.state == "held")
    return connection.execute(update(messages).where(*where).values(state="sent")).rowcount > 0


def send_back(connection: Connection, number: int) -> bool:
    where = (_with_its_album(number), messages.c.state == "held")
    return connection.execute(update(messages).where(*where).values(state="gone")).rowcount > 0


def forget_words(connection: Connection, number: int) -> bool:
    """Take away what was kept until somebody said whom it is for. False: it was taken already."""
    return connection.execute(delete(messages).where(messages.c.id == number)).rowcount == 1


def copied(connection: Connection, number: int, *, chat: str, message_id: str) -> None:
    """Where the other side sees it, as it is now: what was corrected has not been seen yet."""
    values = {"copy_chat": chat, "copy_message": message_id, "failed_at": None, "seen_at": None}
    connection.execute(update(messages).where(messages.c.id == number).values(values))


def failed(connection: Connection, numbers: Collection[int], *, now: dt.datetime) -> None:
    """These will not reach the other side."""
    connection.execute(update(messages).where(messages.c.id.in_(numbers)).values(failed_at=now))


_UNSEEN = (messages.c.side == "staff", messages.c.state == "sent", messages.c.seen_at.is_(None))


def seen(connection: Connection, code: str, *, now: dt.datetime) -> None:
    """The citizen has written: what had reached them in this request they have had before their eyes."""
    where = (messages.c.code == code, messages.c.copy_message.is_not(None), *_UNSEEN)
    connection.execute(update(messages).where(*where).values(seen_at=now))


def is_unseen(connection: Connection, chat: str) -> bool:
    """Whether anything of a desk's that was shown in a chat has not been looked at yet."""
    return bool(connection.execute(select(exists().where(messages.c.copy_chat == chat, *_UNSEEN))).scalar_one())


def seen_in(connection: Connection, chat: str, *, now: dt.datetime) -> None:
    """All that desks said in a chat has been looked at: of channels that can know."""
    connection.execute(update(messages).where(messages.c.copy_chat == chat, *_UNSEEN).values(seen_at=now))


def is_written(connection: Connection, chat: str, message_id: str) -> bool:
    """Whether what was written there is kept: what is sent twice is done once."""
    where = (messages.c.chat == chat, messages.c.message == message_id)
    return bool(connection.execute(select(exists().where(*where))).scalar_one())
