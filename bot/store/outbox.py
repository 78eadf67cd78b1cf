"""The outbox: what was decided is stored with the turn and delivered afterwards, in order within a chat."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum
from itertools import takewhile
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    bindparam,
    case,
    exists,
    func,
    insert,
    select,
    update,
)

from bot.quiet import is_quiet
from bot.store.tables import UtcTime, inbox, outbox


class Priority(IntEnum):
    REPLY = 0
    CARD = 1
    REMINDER = 2
    BROADCAST = 3
    BACKLOG = 4  # what had waited before its reader came: behind everything


TOLD_TO_WAIT = "RetryAfter"
OUTSIDE = "window"  # why something is kept, or was given up: its channel lets us write only for a while
OUTSIDE_TOLD = "window, told"
UNSENT = ("waiting", "kept")
MOST_BEHIND = 9  # messages of a chat that may join one
BEHIND = dt.timedelta(seconds=1)  # people wait for their turn: what concerns nobody in particular waits, too
STALE = dt.timedelta(minutes=2)  # a card that has waited so long goes with the replies: a talker must not hide it
_STALE, _NOW, _SOON, _BEHIND = (bindparam(name, type_=UtcTime) for name in ("stale", "now", "soon", "behind"))
_AWAKE = ~(outbox.c.quiet & bindparam("night", type_=Boolean))


def _rank(of: FromClause) -> ColumnElement[int]:
    has_waited = (of.c.priority == Priority.CARD) & (of.c.created_at <= _STALE)
    return case((has_waited, int(Priority.REPLY)), else_=of.c.priority)


def _is_first() -> ColumnElement[bool]:
    """It waits, and nothing that waits for the same chat goes before it: by priority, then as decided."""
    earlier = outbox.alias("earlier")
    sooner = (_rank(earlier) < _rank(outbox)) | ((_rank(earlier) == _rank(outbox)) & (earlier.c.id < outbox.c.id))
    before = (earlier.c.chat == outbox.c.chat, earlier.c.state == "waiting", sooner)
    return (outbox.c.state == "waiting") & ~exists().where(*before) & ~_is_held()


def _is_held() -> ColumnElement[bool]:
    """Telegram has told us to leave the chat alone for a while, whatever else is to go there."""
    held = outbox.alias("held")
    where = (held.c.chat == outbox.c.chat, held.c.state == "waiting", held.c.error == TOLD_TO_WAIT)
    return exists().where(*where, held.c.not_before > _NOW, held.c.put_off_at <= _SOON)


# Made once: what every message does is not put together anew each time.
_PUT = insert(outbox)
_OF_THE_DOOR = outbox.c.chat.like(bindparam("door"))
# What was decided in the future was decided before the clock was put back.
_MAY_GO = (outbox.c.not_before <= _NOW) | (func.coalesce(outbox.c.put_off_at, outbox.c.created_at) > _SOON)
_SOME_MAY_GO = select(exists().where(outbox.c.state == "waiting", _OF_THE_DOOR, _MAY_GO))
_PEOPLE_WAIT = exists().where(
    inbox.c.source == bindparam("source"),
    inbox.c.state == "waiting",
    inbox.c.received_at < bindparam("behind", type_=UtcTime),
)
_IN_ITS_TURN = (outbox.c.priority < Priority.BROADCAST) | ~_PEOPLE_WAIT
_DUE = select(outbox.c.id, outbox.c.chat, outbox.c.payload, outbox.c.attempts).where(
    _is_first(), _OF_THE_DOOR, _MAY_GO, _AWAKE, _IN_ITS_TURN
)
# In two: a reply is found without ranking all the reminders and notices that wait, and these in the index's order.
_ASKED_FOR = _DUE.where(outbox.c.priority <= Priority.CARD).order_by(_rank(outbox), outbox.c.id)
_UNASKED = _DUE.where(outbox.c.priority > Priority.CARD).order_by(outbox.c.priority, outbox.c.id)
_AT_MOST: BindParameter[int] = bindparam("most")
_DUE_IN_TURN = tuple(query.limit(_AT_MOST) for query in (_ASKED_FOR, _UNASKED))
_NEXT_DUE = select(func.min(outbox.c.not_before)).where(_is_first(), _OF_THE_DOOR, _AWAKE, _IN_ITS_TURN)
LAST = "last"  # the name of a message to somebody of whom nothing is kept: not even that it was sent to them
_NOBODY = case((outbox.c.name == LAST, "forgotten"), else_=outbox.c.chat)
_SENT = (
    update(outbox)
    .where(outbox.c.id == bindparam("this"), outbox.c.state == "waiting")
    .values(state="sent", payload=None, chat=_NOBODY, finished_at=bindparam("now"))
)


@dataclass(frozen=True, kw_only=True)
class OutgoingMessage:
    """One message to be sent: JSON of a Reply for a chat."""

    id: int
    chat: str
    payload: str
    attempts: int


_WAITS_UNDER = (outbox.c.chat == bindparam("to"), outbox.c.name == bindparam("called"), outbox.c.state.in_(UNSENT))
_WAITS_SINCE = select(func.min(outbox.c.created_at)).where(*_WAITS_UNDER)
_SUPERSEDE = (
    update(outbox)
    .where(*_WAITS_UNDER)
    .values(state="dead", payload=None, error="superseded", finished_at=bindparam("now"))
)
_IS_DEAD_OF = select(
    exists().where(outbox.c.id == bindparam("this"), outbox.c.state == "dead", outbox.c.error == bindparam("why"))
)


def put(
    connection: Connection,
    *,
    chat: str,
    payload: str,
    now: dt.datetime,
    priority: Priority = Priority.REPLY,
    name: str | None = None,
    not_before: dt.datetime | None = None,
    quiet: bool = False,
) -> None:
    """Add a message to what is to be sent. One of the same name that still waits is not sent any more.

    `quiet`: nobody asked for it, and so it goes by day.
    """
    since = _supersede(connection, chat, name, now) if name else now
    row = _row(chat, payload, now=now, priority=priority)
    more = {"created_at": since, "name": name, "not_before": not_before or now, "quiet": quiet}
    connection.execute(_PUT, {**row, **more})


def _supersede(connection: Connection, chat: str, name: str, now: dt.datetime) -> dt.datetime:
    """Since when something of this name has waited: what changes again and again must not wait for ever."""
    under = {"to": chat, "called": name}
    if since := connection.execute(_WAITS_SINCE, under).scalar_one_or_none():
        connection.execute(_SUPERSEDE, {**under, "now": now})
    return since or now


def withdraw(connection: Connection, name: str, *, now: dt.datetime) -> None:
    """What waits under a name is not sent any more, whomever it was for."""
    where = (outbox.c.name == name, outbox.c.state.in_(UNSENT))
    values = {"state": "dead", "payload": None, "error": "withdrawn", "finished_at": now}
    connection.execute(update(outbox).where(*where).values(**values))


def withdraw_unasked(connection: Connection, chat: str, start: str, *, now: dt.datetime) -> None:
    """What nobody asked for and waits for a chat is not sent any more, where its name begins so."""
    where = (outbox.c.chat == chat, outbox.c.quiet, outbox.c.name.startswith(start), outbox.c.state == "waiting")
    values = {"state": "dead", "payload": None, "error": "withdrawn", "finished_at": now}
    connection.execute(update(outbox).where(*where).values(**values))


def put_all(connection: Connection, letters: Iterable[tuple[str, str, Priority]], *, now: dt.datetime) -> None:
    """Add messages without a name: (chat, payload, priority), in the order in which they are to go."""
    if rows := [_row(chat, payload, now=now, priority=priority) for chat, payload, priority in letters]:
        connection.execute(_PUT, rows)


def _row(chat: str, payload: str, *, now: dt.datetime, priority: Priority) -> dict[str, object]:
    return {
        "chat": chat,
        "priority": priority,
        "state": "waiting",
        "payload": payload,
        "created_at": now,
        "not_before": now,
        "name": None,
        "quiet": False,
    }


def waiting_under(connection: Connection, chat: str, name: str) -> str | None:
    """The message of a name that still waits, so that another may join it."""
    where = (outbox.c.chat == chat, outbox.c.name == name, outbox.c.state.in_(UNSENT), outbox.c.attempts == 0)
    return connection.execute(
        select(outbox.c.payload).where(*where).order_by(outbox.c.id.desc()).limit(1)
    ).scalar_one_or_none()


def due(
    connection: Connection, door: str, *, now: dt.datetime, limit: int, busy: Collection[str] | Select[tuple[str]] = ()
) -> list[OutgoingMessage]:
    """The messages to send now through `door`: the first of each chat that is neither busy nor told to wait."""
    if not connection.execute(_SOME_MAY_GO, _when(door, now)).scalar_one():
        return []  # as after every message: seen without ranking anything
    queries, left_alone, most = _DUE_IN_TURN, frozenset[str](), limit
    if isinstance(busy, Select):
        queries = tuple(query.where(outbox.c.chat.not_in(busy)) for query in _DUE_IN_TURN)
    else:  # of each chat there is one at most
        left_alone, most = frozenset(busy), limit + len(busy)
    found: list[OutgoingMessage] = []
    for query in queries:
        if len(found) < limit:
            rows = connection.execute(query, {**_when(door, now), "most": most})
            found += [_outgoing(row) for row in rows if row.chat not in left_alone]
    return found[:limit]


def _outgoing(row: Any) -> OutgoingMessage:
    return OutgoingMessage(id=row.id, chat=row.chat, payload=row.payload, attempts=row.attempts)


def behind(connection: Connection, message: OutgoingMessage, door: str, *, now: dt.datetime) -> list[OutgoingMessage]:
    """What waits for the same chat behind a message, in order, as far as it may go now."""
    where = (outbox.c.chat == message.chat, outbox.c.state == "waiting", outbox.c.id != message.id)
    may_go = (_MAY_GO & _AWAKE).label("may_go")
    query = select(outbox, may_go).where(*where).order_by(_rank(outbox), outbox.c.id).limit(MOST_BEHIND)
    rows = takewhile(lambda row: row.may_go, connection.execute(query, _when(door, now)))
    return [_outgoing(row) for row in rows]


def _when(door: str, now: dt.datetime) -> dict[str, object]:
    return {
        "door": f"{door}:%",
        "source": door,
        "behind": now - BEHIND,
        "now": now,
        "soon": now + dt.timedelta(minutes=1),
        "stale": now - STALE,
        "night": is_quiet(now),
    }


def next_due(connection: Connection, door: str, *, now: dt.datetime) -> dt.datetime | None:
    """When the next waiting message may be sent, None if none waits but in chats that are to be left alone."""
    return connection.execute(_NEXT_DUE, _when(door, now)).scalar_one_or_none()


def sent(connection: Connection, messages: Iterable[OutgoingMessage], *, now: dt.datetime) -> None:
    """These messages have gone out; their words are wiped."""
    if rows := [{"this": message.id, "now": now} for message in messages]:
        connection.execute(_SENT, rows)


def later(
    connection: Connection, message: OutgoingMessage, *, until: dt.datetime, error: str, now: dt.datetime
) -> bool:
    """Try again at `until`; what waits behind it in the chat waits too. Being told to wait is no failed attempt."""
    attempts = max(1, message.attempts) if error == TOLD_TO_WAIT else message.attempts + 1
    values = {"not_before": until, "put_off_at": now, "attempts": attempts, "error": error[:200]}
    return _leave_waiting(connection, message, **values)


def keep(connection: Connection, message: OutgoingMessage, *, now: dt.datetime) -> bool:
    """Its channel does not let it through until its reader writes: kept until then. False: given up.

    What nobody asked for is not kept, nor what goes to somebody of whom nothing is.
    """
    asked_for = ~outbox.c.quiet & outbox.c.priority.not_in((Priority.REMINDER, Priority.BROADCAST))
    where = (
        outbox.c.id == message.id,
        outbox.c.state == "waiting",
        asked_for,
        func.coalesce(outbox.c.name, "") != LAST,
    )
    kept = connection.execute(update(outbox).where(*where).values(state="kept", error=OUTSIDE)).rowcount == 1
    if not kept:
        give_up(connection, message, error=OUTSIDE, now=now)
    return kept


def wake(connection: Connection, chat: str, *, now: dt.datetime) -> bool:
    """Whoever reads in a chat has written: what was kept goes out. Whether something was."""
    where = (outbox.c.chat == chat, outbox.c.state == "kept")
    values = {"state": "waiting", "error": None, "created_at": now}  # it waits for us since now
    return connection.execute(update(outbox).where(*where).values(**values)).rowcount > 0


def missed(connection: Connection, chat: str) -> int:
    """How many messages were given up because a channel did not let them through; each is counted once."""
    where = (outbox.c.chat == chat, outbox.c.state == "dead", outbox.c.error == OUTSIDE)
    return connection.execute(update(outbox).where(*where).values(error=OUTSIDE_TOLD)).rowcount


def kept_names(connection: Connection, chat: str) -> set[str]:
    """The names of what is kept for a chat."""
    where = (outbox.c.chat == chat, outbox.c.state == "kept", outbox.c.name.is_not(None))
    return set(connection.execute(select(outbox.c.name).where(*where)).scalars())


def give_up(connection: Connection, message: OutgoingMessage, *, error: str, now: dt.datetime) -> bool:
    """The message can never be delivered."""
    return _leave_waiting(
        connection, message, state="dead", payload=None, chat=_NOBODY, error=error[:200], finished_at=now
    )


def is_dead_of(connection: Connection, message: OutgoingMessage, error: str) -> bool:
    """Whether it was taken off the list for this reason; it may have been under way all the same."""
    return bool(connection.execute(_IS_DEAD_OF, {"this": message.id, "why": error}).scalar_one())


def give_up_chat(connection: Connection, chat: str, *, error: str, now: dt.datetime) -> list[str]:
    """Nothing can be delivered to this chat any more; what was to be, in its order."""
    where = (outbox.c.chat == chat, outbox.c.state.in_(UNSENT))
    waiting = list(connection.execute(select(outbox.c.payload).where(*where).order_by(outbox.c.id)).scalars())
    dead = update(outbox).where(*where)
    connection.execute(dead.values(state="dead", payload=None, chat=_NOBODY, error=error[:200], finished_at=now))
    return waiting


def readdress(connection: Connection, chat: str, new: str) -> None:
    """Send what waits for one chat to another: a group became a supergroup."""
    connection.execute(update(outbox).where(outbox.c.chat == chat, outbox.c.state == "waiting").values(chat=new))


def count(connection: Connection) -> dict[str, int]:
    """How many messages are waiting, sent and dead."""
    rows = connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    return {row[0]: row[1] for row in rows}


def _leave_waiting(connection: Connection, message: OutgoingMessage, **values: object) -> bool:
    changed = connection.execute(
        update(outbox).where(outbox.c.id == message.id, outbox.c.state == "waiting").values(**values)
    )
    return changed.rowcount == 1
