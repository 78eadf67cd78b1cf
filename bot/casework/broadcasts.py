"""Notices that are sent: written, looked at by a second pair of eyes, sent behind all else, paused, reported."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from bot.ahead.quiet import after_quiet, may_write
from bot.casework.ahead import Kind, days_of, scene_of
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation import actions
from bot.conversation.reply import Place, Reply
from bot.conversation.staff import notices as words
from bot.conversation.staff.cards import commune_name
from bot.conversation.staff.notices import NoticeKind
from bot.conversation.visit import Visit
from bot.desk.request import Actor, Post, Role
from bot.desk.working_time import VIETNAM
from bot.store import agenda, broadcasts, outbox, people, questions, reminders
from bot.store.agenda import Entry
from bot.store.broadcasts import Broadcast
from bot.store.outbox import Priority
from bot.understanding.dates import Span, read_date

VERSION = 1  # of the words under which people want notices
AT_ONCE = 100  # put in the outbox in one transaction: no more than these go out after a pause
NOT_OVER = (broadcasts.WAITING, broadcasts.SENDING, broadcasts.PAUSED)
AGAIN = dt.timedelta(seconds=10)
LONGEST = 1500
DAYS = 60  # a notice lasts at most
SEND = "broadcast"
DUTIES = (SEND,)


# Citizens


def show(unit: UnitOfWork, visit: Visit) -> None:
    """`/notices`: what holds today, and which kinds one is told of."""
    scene = scene_of(unit, visit)
    commune, province = (scene.commune.code, scene.commune.province_code) if scene.commune else (-1, -1)
    sent = [(one.text, one.ends_at) for one in broadcasts.holding(unit.connection, commune, province, now=unit.now)]
    asked = [(row["text"], row["until"]) for row in questions.in_force(unit.connection, commune, now=unit.now)]
    wanted = [kind for of, kind in broadcasts.wanted_by(unit.connection, visit.chat) if of == commune]
    listed = words.listed(scene, [*sent, *asked], wanted, tells=not unit.is_visit(visit.chat))
    note = (scene.line("window.notices"),) if unit.may_miss(visit.chat) else ()
    unit.answer(visit, replace(listed, blocks=(*listed.blocks, *note)))


def choose(unit: UnitOfWork, visit: Visit, action: actions.Notices) -> None:
    """One more kind, or one less."""
    scene = scene_of(unit, visit)
    match action:
        case actions.WantNotices(kind) if kind in list(NoticeKind) and scene.commune:
            broadcasts.subscribe(unit.connection, visit.chat, scene.commune.code, kind, now=unit.now, version=VERSION)
            reminders.go_on(unit.connection, visit.chat, Kind.NOTICE)
        case actions.UnwantNotices(kind):
            broadcasts.unsubscribe(unit.connection, visit.chat, kind)
    show(unit, visit)


# The desk


def command(unit: UnitOfWork, visit: Visit, actor: Actor) -> None:
    """`/broadcast KIND DAY words`, or `/broadcast NUMBER`: how far it has got."""
    scene = unit.scene(visit.who)
    first, _, rest = visit.text.strip().partition(" ")
    if first.isascii() and first.isdigit() and len(first) < 18:
        return _report(unit, visit, actor, int(first))
    day, _, text = rest.strip().partition(" ")
    post = _post(actor)
    until = _last_day(unit, day)
    if post is None or first not in list(NoticeKind) or until is None or not 1 <= len(text.strip()) <= LONGEST:
        return unit.answer(visit, Reply(blocks=(scene.line("broadcast.usage", most=LONGEST),)))
    return _write(unit, actor, post, first, text.strip(), until)


def of_notice(unit: UnitOfWork, visit: Visit, actor: Actor, number: int) -> None:
    """A notice that stands before answers already, to be sent as well to whoever wants such notices."""
    row, scene = questions.notice(unit.connection, number), unit.scene(visit.who)
    led = [one for one in actor.posts if actor.leads(one.commune)]
    post = next((one for one in led if row and one.commune == row["commune"]), None)
    if row is None or post is None or not row["text"] or row["until"] is None or row["until"] <= unit.now:
        return unit.answer(visit, Reply(blocks=(scene.line("refused.unknown", who=""),)))
    return _write(unit, actor, post, NoticeKind.OTHER, row["text"][:LONGEST], row["until"])


def _post(actor: Actor) -> Post | None:
    """In whose name somebody writes: of the whole province where they stand for one, else of their commune."""
    able = [one for one in actor.posts if one.role in (Role.PROVINCE, Role.OFFICER, Role.LEADER)]
    return min(able, key=lambda one: one.role is not Role.PROVINCE, default=None)


def _write(unit: UnitOfWork, actor: Actor, post: Post, kind: str, text: str, until: dt.datetime) -> None:
    """Kept, and shown to whoever may send it off; nothing has gone out."""
    whole = post.role is Role.PROVINCE
    number = broadcasts.write(
        unit.connection, commune=0 if whole else post.commune, province=post.province if whole else None, kind=kind,
        text=text, starts_at=unit.now, ends_at=until, by=actor.person,
    )  # fmt: skip
    unit.audit(actor, "broadcast", str(number))
    one = broadcasts.find(unit.connection, number)
    assert one  # noqa: S101 - written in this transaction
    for person in dict.fromkeys((actor.person, *_colleagues(unit, one))):
        unit.put(person, _preview(unit, one, mine=person == actor.person))


def _colleagues(unit: UnitOfWork, one: Broadcast) -> list[str]:
    if one.province is None:
        return unit.crew(one.commune)
    return [row["person"] for row in people.of_province(unit.connection, one.province)]


def _communes(unit: UnitOfWork, one: Broadcast) -> list[int]:
    """Where it holds."""
    if one.province is None:
        return [one.commune]
    known = unit.house.knowledge.gazetteer.communes.values()
    return [place.code for place in known if place.province_code == one.province]


def _place(unit: UnitOfWork, one: Broadcast) -> str:
    """In whose name it is read."""
    if one.province is None:
        return commune_name(unit.desk_scene(one.commune), one.commune)
    return unit.house.knowledge.gazetteer.provinces[one.province]


def may_send(actor: Actor, one: Broadcast) -> bool:
    if one.province is None:
        return actor.serves(one.commune) is not None
    return actor.stands_for(one.province)


def of_desks(unit: UnitOfWork, actor: Actor) -> list[words.Sent]:
    """The notices of one's desks, and how far each has got."""
    communes = sorted({post.commune for post in actor.posts if actor.serves(post.commune)})
    provinces = sorted({post.province for post in actor.posts if post.role is Role.PROVINCE})
    found = broadcasts.of_desks(unit.connection, communes, provinces)
    return [
        words.Sent(
            number=one.id, place=_place(unit, one), text=one.text, until=one.ends_at, status=one.status,
            mine=one.by == actor.person, readers=broadcasts.count(unit.connection, _communes(unit, one), one.kind),
            put=one.count, sent=broadcasts.report(unit.connection, _name(one)),
        )
        for one in found
    ]  # fmt: skip


def _last_day(unit: UnitOfWork, text: str) -> dt.datetime | None:
    """The end of the day that was typed."""
    today = unit.now.astimezone(VIETNAM).date()
    span = Span(first=today, last=today + dt.timedelta(days=DAYS))
    heard = read_date(text, unit.house.engine.dates, today=today, span=span)
    day = heard.day or (heard.perhaps[0] if len(heard.perhaps) == 1 else None)
    return dt.datetime.combine(day, dt.time(23, 59), VIETNAM) if day else None


def _message(unit: UnitOfWork, one: Broadcast) -> Reply:
    scene = unit.desk_scene(one.commune)
    return words.message(scene, _place(unit, one), one.text, one.ends_at)


def _preview(unit: UnitOfWork, one: Broadcast, *, mine: bool) -> Reply:
    count = broadcasts.count(unit.connection, _communes(unit, one), one.kind)
    return words.preview(unit.desk_scene(one.commune), one.id, _message(unit, one), count, mine=mine)


def press(unit: UnitOfWork, visit: Visit, actor: Actor, action: actions.Broadcasting) -> None:
    """In the chat: what came of it, or why it may not be."""
    if problem := act(unit, actor, action):
        return unit.answer(visit, Reply(blocks=(unit.scene(visit.who).line(problem),)))
    return _report(unit, visit, actor, action.number)


def act(unit: UnitOfWork, actor: Actor, action: actions.Broadcasting) -> str | None:
    """Whoever serves at the commune may; who wrote it does not send it off. What is to be said of a refusal."""
    one = broadcasts.find(unit.connection, action.number)
    if one is None or not may_send(actor, one):
        return "staff.only"
    match action:
        case actions.SendBroadcast() if one.by == actor.person:
            return "broadcast.second"
        case actions.SendBroadcast():
            done = broadcasts.become(unit.connection, one.id, before=[broadcasts.WAITING], after=broadcasts.SENDING,
                                     approved_by=actor.person)  # fmt: skip
        case actions.ResumeBroadcast():
            done = broadcasts.become(unit.connection, one.id, before=[broadcasts.PAUSED], after=broadcasts.SENDING)
        case actions.PauseBroadcast():
            done = broadcasts.become(unit.connection, one.id, before=[broadcasts.SENDING], after=broadcasts.PAUSED)
        case _:
            done = broadcasts.become(unit.connection, one.id, before=NOT_OVER, after=broadcasts.REFUSED)
            if done:
                outbox.withdraw(unit.connection, _name(one), now=unit.now)
    if done:
        unit.audit(actor, "broadcast", str(one.id))
        sending = isinstance(action, actions.SendBroadcast | actions.ResumeBroadcast)
        agenda.plan(unit.connection, f"{SEND}|{one.id}", {SEND: unit.now} if sending else {})
    return None


def _report(unit: UnitOfWork, visit: Visit, actor: Actor, number: int) -> None:
    one = broadcasts.find(unit.connection, number)
    scene = unit.scene(visit.who)
    if one is None or not may_send(actor, one):
        return unit.answer(visit, Reply(blocks=(scene.line("staff.only"),)))
    sent = broadcasts.report(unit.connection, _name(one))
    return unit.answer(visit, words.state(scene, one.id, one.status, sent, one.count))


def _name(one: Broadcast) -> str:
    return f"{Kind.NOTICE}:{one.id}"


# Sending


def keep(unit: UnitOfWork, entry: Entry) -> None:
    """Some of its readers at a time; each once, whatever stops in between."""
    one = broadcasts.find(unit.connection, int(entry.subject.rpartition("|")[2]))
    if one is None or one.status != broadcasts.SENDING:
        return
    if one.ends_at <= unit.now:
        _end(unit, one)
    elif not may_write(unit.now, days_of(unit)):
        agenda.plan(unit.connection, entry.subject, {SEND: after_quiet(unit.now, one.id, days_of(unit))})
    elif readers := broadcasts.next_readers(unit.connection, one, _communes(unit, one), limit=AT_ONCE):
        if broadcasts.reach(unit.connection, one, readers):
            _put(unit, one, readers.values())
        agenda.plan(unit.connection, entry.subject, {SEND: unit.now + AGAIN})
    else:
        _end(unit, one)


def _put(unit: UnitOfWork, one: Broadcast, readers: Iterable[str]) -> None:
    reply = replace(_message(unit, one), place=Place(final=True, until=one.ends_at))
    for chat in readers:
        if not reminders.is_stopped(unit.connection, chat, Kind.NOTICE):
            unit.put(chat, reply, priority=Priority.BROADCAST, name=_name(one), quiet=True)
            reminders.told(unit.connection, chat, Kind.NOTICE, now=unit.now)


def _end(unit: UnitOfWork, one: Broadcast) -> None:
    """Whoever wrote it reads how far it got."""
    broadcasts.become(unit.connection, one.id, before=[broadcasts.SENDING], after=broadcasts.DONE)
    if one.ends_at <= unit.now:
        outbox.withdraw(unit.connection, _name(one), now=unit.now)
    sent = broadcasts.report(unit.connection, _name(one))
    scene = unit.scene(one.by)
    unit.put(one.by, words.state(scene, one.id, broadcasts.DONE, sent, one.count), priority=Priority.REMINDER)
