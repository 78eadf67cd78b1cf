"""Everything held about a person, in one place: to be shown, deleted, or forgotten when its time has come.

A test has every column decided about: shown, forgotten and how, or nobody's.
"""

import datetime as dt
import re
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, case, delete, func, or_, select, update

from bot.store import windows
from bot.store.cases import DOUBTED
from bot.store.outbox import UNSENT
from bot.store.reply_windows import sweep as sweep_reply_windows
from bot.store.tables import (
    agenda,
    albums,
    assents,
    audit,
    bookings,
    broadcasts,
    chats,
    choices,
    consents,
    desk_links,
    desk_sessions,
    events,
    floods,
    inbox,
    invitations,
    kept_out,
    messages,
    notices,
    openings,
    outbox,
    passkeys,
    put_off,
    raised,
    reminders,
    reply_windows,
    reported_hours,
    requests,
    saved_filters,
    secrets,
    shown,
    sign_ons,
    staff,
    subscriptions,
    tickets,
    tries,
    unanswered,
    unasked,
    used_challenges,
    waiting,
    web_files,
    web_messages,
    writing,
)

OVER = ("closed", "cancelled", "dropped")
NOBODY = "forgotten"
IN_LINE = ("waiting", "called", "serving")  # of a ticket
BETWEEN = "|"  # behind the chat, in the subject of an album's entry on the agenda
A_DAY = dt.timedelta(days=1)


def held(connection: Connection, person: str, mark: str, *, with_reason: Collection[str]) -> dict[str, Any]:
    """What is held about a person, by table; times as text. `mark`: what limits know them by.

    `with_reason`: the steps of which they are told why.
    """
    codes = select(requests.c.code).where(requests.c.citizen == person)
    wanted = {
        "chat": select(chats).where(chats.c.chat == person),
        "requests": _but(requests, "owner", "helper")
        .where(requests.c.citizen == person)
        .order_by(requests.c.opened_at),
        "events": _events_told(codes, with_reason),
        "messages": _but(messages, *_ELSEWHERE).where(messages.c.code.in_(codes), _is_theirs()).order_by(messages.c.id),
        "unaddressed": _but(messages, *_ELSEWHERE).where(messages.c.code == "", messages.c.author == person),
        "albums": _but(albums, "chat").where(albums.c.chat == person).order_by(albums.c.at),
        "updates": _but(inbox, "chat").where(inbox.c.chat == person).order_by(inbox.c.received_at),
        "deliveries": _but(outbox, "chat", "name").where(outbox.c.chat == person).order_by(outbox.c.id),
        "choices": _but(choices, "chat").where(choices.c.chat == person),
        "shown": _but(shown, "chat", "look").where(shown.c.chat == person).order_by(shown.c.name),
        "posts": select(staff).where(staff.c.person == person).order_by(staff.c.id),
        "links": _but(desk_links, "hash").where(desk_links.c.person == person),
        "sessions": _but(desk_sessions, "hash", "told").where(desk_sessions.c.person == person),
        "passkeys": _but(passkeys, "person", "public_key").where(passkeys.c.person == person).order_by(passkeys.c.id),
        "sign_ons": _but(sign_ons, "person").where(sign_ons.c.person == person).order_by(sign_ons.c.issuer),
        "put_off": _but(put_off, "person").where(put_off.c.person == person).order_by(put_off.c.code),
        "writing": _but(writing, "person").where(writing.c.person == person).order_by(writing.c.code),
        "filters": _but(saved_filters, "person").where(saved_filters.c.person == person).order_by(saved_filters.c.id),
        "invitations": _but(invitations, "hash").where(invitations.c.used_by == person),
        "notices": _but(notices, "by").where(notices.c.by == person).order_by(notices.c.id),
        "audit": _but(audit, "before", "hash").where(_names(person)).order_by(audit.c.id),
        "looks": _looks(codes),
        "kept_out": _but(kept_out, "by", "person").where(kept_out.c.person.in_((person, mark))),
        "pace": _but(floods, "person").where(floods.c.person == mark),
        "wrong_codes": _but(tries, "person").where(tries.c.person == mark),
        "openings": _but(openings, "person").where(openings.c.person == mark),
        "reply_window": _but(reply_windows, "person").where(reply_windows.c.person == mark),
        "reminders": _but(reminders, "chat").where(reminders.c.chat == person).order_by(reminders.c.id),
        "appointments": _but(bookings, "chat").where(bookings.c.chat == person).order_by(bookings.c.id),
        "waiting": _but(waiting, "chat").where(waiting.c.chat == person).order_by(waiting.c.procedure),
        "subscriptions": _but(subscriptions, "chat").where(subscriptions.c.chat == person).order_by(subscriptions.c.id),
        "broadcasts": _but(broadcasts, "by", "approved_by").where(broadcasts.c.by == person).order_by(broadcasts.c.id),
        "hours": _but(reported_hours, "proposed_by", "decided_by")
        .where(reported_hours.c.proposed_by == person)
        .order_by(reported_hours.c.id),
        "planned": _but(agenda, "name").where(agenda.c.subject.startswith(f"{person}{BETWEEN}")).order_by(agenda.c.at),
        "tickets": _but(tickets, "chat", "called_by").where(tickets.c.chat == person).order_by(tickets.c.id),
        "unasked": _but(unasked, "chat").where(unasked.c.chat == person).order_by(unasked.c.kind),
        "visit": _but(web_messages, "chat").where(web_messages.c.chat == person).order_by(web_messages.c.id),
        "photos": _but(web_files, "chat", "content").where(web_files.c.chat == person).order_by(web_files.c.id),
        "assents": _but(assents, "hash", "chat").where(assents.c.chat == person),
        "consents": _but(consents, "helper").where(consents.c.code.in_(codes)).order_by(consents.c.code),
        "raised": select(raised).where(raised.c.code.in_(codes)).order_by(raised.c.code),
        "secrets": _but(secrets, "hash").where(secrets.c.code.in_(codes)).order_by(secrets.c.code),
    }
    return {name: [_told(row) for row in connection.execute(query).mappings()] for name, query in wanted.items()}


_ELSEWHERE = ("chat", "message", "copy_chat", "copy_message", "author", "deed")


def _names(person: str) -> ColumnElement[bool]:
    return or_(audit.c.actor == person, audit.c.subject == person)


def _events_told(codes: Select[tuple[str]], with_reason: Collection[str]) -> Select[Any]:
    """What was done with their requests; a desk's notes are its own, and so are reasons that nobody told them."""
    told = case((events.c.action.in_(with_reason), events.c.why), else_="").label("why")
    columns = (told if column.name == "why" else column for column in events.c if column.name != "actor")
    return select(*columns).where(events.c.code.in_(codes), events.c.action != "note").order_by(events.c.id)


def _looks(codes: Select[tuple[str]]) -> Select[Any]:
    """Who of the staff looked at their requests, and when: the name they go by, no number."""
    name = select(func.max(staff.c.name)).where(staff.c.person == audit.c.actor).scalar_subquery()
    where = (audit.c.subject.in_(codes), audit.c.action.in_(("look", "look_others")))
    columns = (audit.c.at, audit.c.action, audit.c.subject.label("code"), name.label("name"))
    return select(*columns).where(*where).order_by(audit.c.id)


def _but(table: Table, *left_out: str) -> Select[Any]:
    """All of a table's columns but those that are somebody else's: an officer's number, a desk's group."""
    return select(*(column for column in table.c if column.name not in left_out))


def _is_theirs() -> ColumnElement[bool]:
    """What they wrote, and what was said to them: neither a desk's notes nor an answer that never went out."""
    reached = (messages.c.side == "staff") & (messages.c.state == "sent")
    return messages.c.side.in_(("citizen", "rating")) | reached


def _told(row: Any) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in row.items()}


def forget(connection: Connection, person: str, mark: str, *, now: dt.datetime) -> list[str]:
    """Delete what is held about a person; requests stay for the archive without identity: their codes.

    What limits know by a mark stays for its time.
    """
    codes = list(connection.execute(select(requests.c.code).where(requests.c.citizen == person)).scalars())
    anonymise(connection, codes, now=now)
    theirs = (shown, albums, chats, choices, reminders, unasked, bookings, waiting, subscriptions, web_messages)
    for table in (*theirs, web_files, assents):
        connection.execute(delete(table).where(table.c.chat == person))
    connection.execute(delete(agenda).where(agenda.c.subject.startswith(f"{person}{BETWEEN}")))
    connection.execute(delete(messages).where(messages.c.code == "", messages.c.author == person))
    of_theirs = update(tickets).where(tickets.c.chat == person)
    connection.execute(of_theirs.where(tickets.c.status.in_(IN_LINE)).values(status="left"))
    connection.execute(of_theirs.values(chat=NOBODY))
    _forget_updates(connection, person)
    _forget_deliveries(connection, person, now=now)
    _keep_out_by_mark(connection, person, mark)
    return codes


def _forget_updates(connection: Connection, person: str) -> None:
    """Numbers stay, so that nothing is acted on twice; unreadable words of theirs go, wherever they came."""
    done = (inbox.c.chat == person, inbox.c.state != "waiting")
    connection.execute(update(inbox).where(*done).values(chat=NOBODY, raw=None, about=None))
    number = re.compile(rf"(?<!\d){re.escape(person.rpartition(':')[2])}(?!\d)")
    kept = select(inbox.c.source, inbox.c.number, inbox.c.raw).where(inbox.c.state == "bad", inbox.c.raw.is_not(None))
    for row in connection.execute(kept.order_by(inbox.c.source, inbox.c.number)).all():
        if number.search(row.raw):
            this = (inbox.c.source == row.source, inbox.c.number == row.number)
            connection.execute(update(inbox).where(*this).values(raw=None))


def _forget_deliveries(connection: Connection, person: str, *, now: dt.datetime) -> None:
    """What waits is not sent any more; to whoever serves at a desk their work goes on."""
    waits = outbox.c.state.in_(UNSENT)
    serves = select(staff.c.id).where(staff.c.person == person, staff.c.ended_at.is_(None)).exists()
    gone = {"state": "dead", "payload": None, "error": NOBODY, "finished_at": now}
    theirs = (outbox.c.chat == person, waits, ~serves | outbox.c.quiet)
    connection.execute(update(outbox).where(*theirs).values(**gone))
    connection.execute(update(outbox).where(outbox.c.chat == person, ~waits).values(chat=NOBODY, name=None))


def _keep_out_by_mark(connection: Connection, person: str, mark: str) -> None:
    """Being kept out of a desk does not end by being forgotten, but no longer says who it is."""
    ours = select(kept_out.c.commune).where(kept_out.c.person == person)
    connection.execute(delete(kept_out).where(kept_out.c.person == mark, kept_out.c.commune.in_(ours)))
    connection.execute(update(kept_out).where(kept_out.c.person == person).values(person=mark))


def anonymise(connection: Connection, codes: Collection[str], *, now: dt.datetime) -> int:
    """Take who and what out of requests; what remains is that, when and how they were dealt with.

    Where cards are shown is known until the next night: they still bear a name, and are to be changed.
    """
    if not codes:
        return 0
    citizens = select(requests.c.citizen).where(requests.c.code.in_(codes))
    connection.execute(
        update(events).where(events.c.code.in_(codes), events.c.actor.in_(citizens)).values(actor=NOBODY, actor_name="")
    )
    connection.execute(update(events).where(events.c.code.in_(codes)).values(why=""))
    connection.execute(delete(messages).where(messages.c.code.in_(codes)))
    connection.execute(delete(secrets).where(secrets.c.code.in_(codes)))
    waits = (outbox.c.state.in_(UNSENT), or_(*(outbox.c.payload.contains(f'"about":"{code}"') for code in codes)))
    gone = {"state": "dead", "payload": None, "error": NOBODY, "finished_at": now}
    connection.execute(update(outbox).where(*waits).values(**gone))
    values = {"citizen": NOBODY, "name": "", "subject": "", "case_": "", "helper": None, "helper_name": ""}
    return connection.execute(update(requests).where(requests.c.code.in_(codes)).values(**values)).rowcount


def shown_of(connection: Connection, code: str) -> list[tuple[str, str, str | None]]:
    """Where anything of a request is shown: chat, name, message."""
    query = select(shown.c.chat, shown.c.name, shown.c.message).where(_is_of(code)).order_by(shown.c.chat, shown.c.name)
    return [(row.chat, row.name, row.message) for row in connection.execute(query)]


def _is_of(code: str) -> ColumnElement[bool]:
    named = shown.c.name.in_([f"{kind}:{code}" for kind in NAMED])
    return or_(named, shown.c.name.startswith(f"about:{code}:"))


CARDS = ("card", "topic", "handed")  # shown to desks, with the name in them
NAMED = (*CARDS, "photo", "rateword", "told")


def let_go(connection: Connection, now: dt.datetime, *, dialogue: int, learning: int, reopen: int) -> dict[str, int]:
    """Delete what has been kept for its days; how much of each. Requests: see `expired`."""
    old = now - dt.timedelta(days=dialogue)
    live = select(requests.c.citizen).where(requests.c.status.not_in(OVER))
    gone = select(requests.c.code).where(
        requests.c.status.in_(OVER), requests.c.moved_at < now - dt.timedelta(days=reopen)
    )
    done = {
        "dialogues": delete(chats).where(chats.c.changed_at < old, chats.c.chat.not_in(live)),
        "attachments": delete(messages).where(messages.c.code.in_(gone), messages.c.kind != "text"),
        "albums": delete(albums).where(albums.c.at < now - A_DAY),
        "choices": delete(choices).where(choices.c.at < now - A_DAY),
        "questions": delete(unanswered).where(unanswered.c.at < now - dt.timedelta(days=learning)),
        "updates": delete(inbox).where(inbox.c.state != "waiting", inbox.c.finished_at < old),
        "unaddressed": delete(messages).where(messages.c.code == "", messages.c.at < now - A_DAY),
        "doubted": delete(messages).where(messages.c.side == DOUBTED, messages.c.at < now - A_DAY),
        "kept_out": delete(kept_out).where(kept_out.c.until < now),
        "assents": delete(assents).where(assents.c.until < now),
        "desk_links": delete(desk_links).where(desk_links.c.expires_at < now),
        "desk_sessions": delete(desk_sessions).where(desk_sessions.c.seen_at < now - A_DAY),
        "challenges": delete(used_challenges).where(used_challenges.c.expires_at < now),
        "drafts_of_hours": delete(reported_hours).where(
            reported_hours.c.status == "draft", reported_hours.c.proposed_at < now - A_DAY
        ),
        "hours": delete(reported_hours).where(
            reported_hours.c.status != "held", reported_hours.c.proposed_at < now - dt.timedelta(days=learning)
        ),
        "put_off": delete(put_off).where(put_off.c.until < now),
        "writing": delete(writing).where(writing.c.at < now - A_DAY),
        "deliveries": delete(outbox).where(outbox.c.state != "waiting", outbox.c.finished_at < old),
        "kept": delete(outbox).where(outbox.c.state == "kept", outbox.c.created_at < old, ~_is_of_a_request()),
    }
    counts = {name: connection.execute(statement).rowcount for name, statement in done.items()}
    counts["appointments"] = connection.execute(delete(bookings).where(bookings.c.starts_at < old)).rowcount
    counts["shown"] = _forget_shown(connection)
    counts["windows"] = windows.sweep(connection, now=now)
    counts["reply_windows"] = sweep_reply_windows(connection, before=now - 7 * A_DAY)
    return counts


def _is_of_a_request() -> ColumnElement[bool]:
    """What is about a request is kept as long as its words."""
    return outbox.c.payload.contains('"about":"')


def _forget_shown(connection: Connection) -> int:
    """Where cards of forgotten requests stood: they have been changed since."""
    codes = connection.execute(select(requests.c.code).where(requests.c.citizen == NOBODY)).scalars().all()
    return sum(connection.execute(delete(shown).where(_is_of(code))).rowcount for code in codes)


def expired(connection: Connection, now: dt.datetime, *, closed: int) -> list[str]:
    """The codes of requests that ended so long ago that nobody's name belongs to them any more.

    What was never sent is nobody's business after a day.
    """
    ended = and_(requests.c.status.in_(OVER), requests.c.moved_at < now - dt.timedelta(days=closed))
    unsent = and_(requests.c.status == "dropped", requests.c.moved_at < now - A_DAY)
    where = (or_(ended, unsent), requests.c.citizen != NOBODY)
    return list(connection.execute(select(requests.c.code).where(*where).order_by(requests.c.code)).scalars())
