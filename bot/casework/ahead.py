"""Reminders inside a turn: kept, listed, removed, told when their day has come, reckoned anew when the law changes."""

import datetime as dt
import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from bot.ahead.deadlines import Due, Telling, basis, dues, first_telling, is_useful, next_telling
from bot.ahead.quiet import after_quiet, may_write, moment_on, next_day
from bot.casework.counter import Counter
from bot.content.schema import Answer, Change, Language, Procedure
from bot.conversation import actions
from bot.conversation.citizen import next_step
from bot.conversation.citizen import reminders as words
from bot.conversation.citizen.answers import reminded_by
from bot.conversation.converse import language_of
from bot.conversation.reply import Place, Reply
from bot.conversation.scene import Scene
from bot.conversation.visit import Visit
from bot.desk.request import Request
from bot.desk.working_time import VIETNAM, WorkingTime
from bot.store import agenda, broadcasts, cases, outbox, reminders
from bot.store.agenda import Entry
from bot.store.outbox import Priority
from bot.store.reminders import Kept
from bot.understanding.wishes import may_want_to_stop, wants_to_stop

log = logging.getLogger(__name__)

VERSION = 1  # of the words under which people agree: `remind.kept_note`
MOST = 20  # reminders of one person
DUE, RECKON = "remind", "reckon"  # kinds of the agenda
NEXT = "next"
DUTIES = (DUE, RECKON, NEXT)
AT_ONCE = 200  # reckoned in one transaction
RECKONED_AT = dt.time(6, 30)
LOOK_AGAIN = dt.timedelta(days=7)  # at an entry that is not there for now
TOLD_BEFORE = dt.timedelta(days=30)  # of a change of law
OFFERED_AGAIN = dt.timedelta(days=7)  # the next step, where it was put off
LATELY = dt.timedelta(days=3)  # since they were told something: then `dung` typed without accents means to stop


class Kind(StrEnum):
    """What people are told unasked; each is stopped by itself."""

    REMINDER = "reminder"
    NEXT = "next"
    APPOINTMENT = "appointment"
    NOTICE = "notice"


def scene_of(counter: Counter, visit: Visit) -> Scene:
    memory = counter.memory(visit.chat)
    return Scene(house=counter.house, memory=memory, language=language_of(visit, memory), now=counter.now)


def days_of(counter: Counter) -> WorkingTime:
    return WorkingTime(counter.house.knowledge.calendar, ())


# Asked for, listed, removed


def press(counter: Counter, visit: Visit, action: actions.Ahead) -> None:
    """A button of a reminder, perhaps an old one."""
    scene = scene_of(counter, visit)
    match action:
        case actions.KeepReminder(name, day) if procedure := scene.procedure(name):
            _keep(counter, visit, scene, procedure, day)
        case actions.DropReminder(number):
            _remove(counter, visit.chat, [number])
            show(counter, visit)
        case actions.NextLater(name) if scene.procedure(name):
            _next_later(counter, visit, scene, name)
        case actions.StopTelling(kind) if kind in list(Kind):
            stop(counter, visit, scene, Kind(kind))
        case _:
            counter.answer(visit, Reply(blocks=(scene.line("button.old"),)))


def _keep(counter: Counter, visit: Visit, scene: Scene, procedure: Procedure, day: dt.date) -> None:
    """Keep one date and one procedure, and say so."""
    answers = reminded_by(scene, procedure)
    telling = first_telling(dues(answers, day, days_of(counter)), days_of(counter), after=scene.today)
    if not answers or telling is None:
        return counter.answer(visit, Reply(blocks=(scene.line("button.old"),)))
    if len(reminders.of_chat(counter.connection, visit.chat)) >= MOST:
        return counter.answer(visit, Reply(blocks=(scene.line("remind.too_many"),), buttons=words.list_button(scene)))
    number = reminders.keep(
        counter.connection, chat=visit.chat, procedure=procedure.id, day=day, language=scene.language.value,
        commune=scene.memory.commune, basis=basis(answers), due=telling.due.day, version=VERSION, made_at=counter.now,
    )  # fmt: skip
    if number is not None:
        _plan(counter, visit.chat, number, moment_on(telling.on, number))
    reminders.go_on(counter.connection, visit.chat, Kind.REMINDER)
    return counter.answer(visit, words.kept(scene, procedure, telling))


def _subject(chat: str, number: int) -> str:
    """`/forget` finds it by the chat."""
    return f"{chat}|r{number}"


def _plan(counter: Counter, chat: str, number: int, at: dt.datetime | None) -> None:
    agenda.plan(counter.connection, _subject(chat, number), {DUE: at} if at else {})


def show(counter: Counter, visit: Visit) -> None:
    """`/reminders`."""
    scene = scene_of(counter, visit)
    found = [_listed(counter, scene, one) for one in reminders.of_chat(counter.connection, visit.chat)]
    counter.answer(visit, words.listed(scene, found))


def _listed(counter: Counter, scene: Scene, kept: Kept) -> words.Listed:
    telling = _next(counter, scene, kept, after=scene.today)
    return words.Listed(number=kept.id, procedure=kept.procedure, day=kept.day, next=telling)


def _next(counter: Counter, scene: Scene, kept: Kept, *, after: dt.date) -> Telling | None:
    procedure = counter.house.knowledge.procedures.get(kept.procedure)
    answers = reminded_by(scene, procedure) if procedure else ()
    return next_telling(dues(answers, kept.day, days_of(counter)), days_of(counter), after=after)


def _remove(counter: Counter, chat: str, numbers: Sequence[int] | None = None) -> None:
    for number in reminders.drop(counter.connection, chat, numbers):
        _plan(counter, chat, number, None)
        outbox.withdraw(counter.connection, _name(number), now=counter.now)


def _name(number: int) -> str:
    return f"reminder:{number}"


# Stopped


def stops(counter: Counter, visit: Visit) -> bool:
    """`DỪNG`, in any door and at once: the kind that was told last. False: the words are not for us."""
    wishes = counter.house.engine.wishes
    sure = wants_to_stop(visit.text, wishes)
    if not sure and not may_want_to_stop(visit.text, wishes):
        return False
    going_on = _going_on(counter, visit.chat)
    kept = bool(reminders.of_chat(counter.connection, visit.chat))
    lately = any(at and counter.now - at <= LATELY for _, at in going_on)
    if not (going_on or kept) or not (sure or lately):
        return False
    stop(counter, visit, scene_of(counter, visit), going_on[0][0] if going_on else Kind.REMINDER)
    return True


def _going_on(counter: Counter, chat: str) -> list[tuple[Kind, dt.datetime | None]]:
    """The kinds that somebody is told, the last told first."""
    found = reminders.going_on(counter.connection, chat)
    return [(Kind(kind), at) for kind, at in found if kind in list(Kind)]


def is_the_date(counter: Counter, visit: Visit, memory: str | None) -> bool:
    """The date that the bot has asked for, wherever else the person's words go."""
    if not memory or '"date_asked":{' not in memory:
        return False
    return words.has_date(scene_of(counter, visit), visit.text)


def stop(counter: Counter, visit: Visit, scene: Scene, kind: Kind) -> None:
    """Nothing of a kind is told any more; what waits to be sent is not sent."""
    reminders.stop(counter.connection, visit.chat, kind, now=counter.now)
    outbox.withdraw_unasked(counter.connection, visit.chat, f"{kind}:", now=counter.now)
    if kind is Kind.REMINDER:
        _remove(counter, visit.chat)
    if kind is Kind.NOTICE:
        broadcasts.unsubscribe(counter.connection, visit.chat)
    others = [one for one, _ in _going_on(counter, visit.chat) if one != kind]
    counter.answer(visit, words.stopped(scene, kind, others))


def lost(counter: Counter, chat: str) -> None:
    """Whoever blocks the bot has stopped all of it."""
    _remove(counter, chat)
    broadcasts.unsubscribe(counter.connection, chat)


# Told


def keep(counter: Counter, entry: Entry) -> None:
    """What the agenda says, taken off it already."""
    if entry.kind == RECKON:
        return _reckon(counter, int(entry.subject.rpartition("|")[2]))
    if entry.kind == NEXT:
        return _offer_next(counter, *entry.subject.split("|n:"))
    number = entry.subject.rpartition("|r")[2]
    kept = reminders.find(counter.connection, int(number))
    return _tell(counter, kept) if kept else None


def tell_unasked(counter: Counter, chat: str, reply: Reply, kind: Kind, name: str) -> None:
    """By day, behind whatever was asked for."""
    counter.put(chat, replace(reply, place=Place(final=True)), priority=Priority.REMINDER, name=name, quiet=True)
    reminders.told(counter.connection, chat, kind, now=counter.now)


def _scene(counter: Counter, kept: Kept) -> Scene:
    """As they speak and where they live now, else as it was when they asked."""
    memory = counter.memory(kept.chat)
    language = memory.language or memory.spoke or Language(kept.language)
    return counter.scene(kept.chat, language).of_commune(memory.commune or kept.commune)


def _tell(counter: Counter, kept: Kept) -> None:
    days, scene = days_of(counter), _scene(counter, kept)
    if not may_write(counter.now, days):
        return _plan(counter, kept.chat, kept.id, after_quiet(counter.now, kept.id, days))
    procedure = counter.house.knowledge.procedures.get(kept.procedure)
    if procedure is None:
        return _later(counter, kept, scene)
    found = dues(reminded_by(scene, procedure), kept.day, days)
    due = next((one for one in found if one.day == kept.due), None)
    if due and is_useful(due, scene.today):
        reply = words.told(scene, procedure, due, due.answer)
        tell_unasked(counter, kept.chat, reply, Kind.REMINDER, _name(kept.id))
    else:
        log.info("reminder %s dropped: %s", kept.id, "too late" if due else "the rule has changed")
    return _go_on(counter, kept, found, after=scene.today)


def _later(counter: Counter, kept: Kept, scene: Scene) -> None:
    """Its entry is not there for now: looked for again, as long as the day has not passed."""
    if kept.due and kept.due < scene.today:
        log.info("reminder %s dropped: no entry", kept.id)
        return _remove(counter, kept.chat, [kept.id])
    return _plan(counter, kept.chat, kept.id, counter.now + LOOK_AGAIN)


def _go_on(counter: Counter, kept: Kept, found: Sequence[Due], *, after: dt.date) -> None:
    """What is told next; where nothing is, nothing is kept."""
    telling = next_telling(found, days_of(counter), after=after)
    if telling is None:
        reminders.drop(counter.connection, kept.chat, [kept.id])
        return
    reminders.change(counter.connection, kept.id, basis=basis(_answers(found)), due=telling.due.day)
    _plan(counter, kept.chat, kept.id, max(moment_on(telling.on, kept.id), counter.now))


def _answers(found: Iterable[Due]) -> list[Answer]:
    return list({one.answer.id: one.answer for one in found}.values())


# The next step


def settled(counter: Counter, request: Request) -> None:
    """A request has ended well: the next step of its path is offered on the next working day."""
    entry = counter.house.knowledge.procedures.get(request.procedure or "")
    if entry and entry.next:
        _plan_next(counter, request.citizen, entry.id, dt.timedelta(days=1))


def _plan_next(counter: Counter, chat: str, name: str, wait: dt.timedelta) -> None:
    local = (counter.now + wait).astimezone(VIETNAM)
    at = moment_on(next_day(local.date(), days_of(counter)), len(name))
    agenda.plan(counter.connection, f"{chat}|n:{name}", {NEXT: at})


def _next_later(counter: Counter, visit: Visit, scene: Scene, name: str) -> None:
    _plan_next(counter, visit.chat, name, OFFERED_AGAIN)
    told = tuple(one for one in scene.memory.next_told if one != name)
    counter.remember(visit.chat, replace(scene.memory, next_told=told))
    day = (counter.now + OFFERED_AGAIN).astimezone(VIETNAM).date()
    counter.answer(visit, Reply(blocks=(scene.line("next.again", day=scene.date(next_day(day, days_of(counter)))),)))


def _offer_next(counter: Counter, chat: str, name: str) -> None:
    scene = counter.scene(chat)
    procedure = scene.procedure(name)
    if procedure is None or reminders.is_stopped(counter.connection, chat, Kind.NEXT):
        return
    if not may_write(counter.now, days_of(counter)):
        at = after_quiet(counter.now, len(name), days_of(counter))
        agenda.plan(counter.connection, f"{chat}|n:{name}", {NEXT: at})
    elif reply := next_step.offer(scene, procedure, unasked=True):
        tell_unasked(counter, chat, reply, Kind.NEXT, f"{Kind.NEXT}:{name}")
        counter.remember(chat, next_step.offered(scene.memory, name))


# The law changes


def plan_reckoning(counter: Counter, *, at_once: bool = False) -> None:
    """Look at all reminders: now, where what is known has changed; else early in the morning."""
    local = counter.now.astimezone(VIETNAM)
    morning = dt.datetime.combine(local.date(), RECKONED_AT, VIETNAM)
    at = counter.now if at_once else morning if morning > local else morning + dt.timedelta(days=1)
    agenda.plan(counter.connection, f"{RECKON}|0", {RECKON: at})


def _reckon(counter: Counter, after: int) -> None:
    """Some of them; the others in a transaction of their own."""
    if not after:
        _tell_changes(counter)
    found = reminders.after(counter.connection, after, limit=AT_ONCE)
    for kept in found:
        _reckon_one(counter, kept)
    if len(found) == AT_ONCE:
        agenda.plan(counter.connection, f"{RECKON}|{found[-1].id}", {RECKON: counter.now})
    else:
        plan_reckoning(counter)


def _tell_changes(counter: Counter) -> None:
    """What will change soon in what somebody waits for or is reminded of: told once, before it does."""
    today = counter.now.astimezone(VIETNAM).date()
    if not days_of(counter).is_working_day(today):
        return
    for entry in counter.house.knowledge.procedures.values():
        for change in entry.changes:
            if today <= change.on <= today + TOLD_BEFORE and change.holds(today):
                _tell_change(counter, entry, change)


def _tell_change(counter: Counter, entry: Procedure, change: Change) -> None:
    kind = f"law:{hashlib.sha256(f'{entry.id} {change.on}'.encode()).hexdigest()[:12]}"
    reminded = [one.chat for one in reminders.waiting_for(counter.connection, [entry.id])]
    for chat in dict.fromkeys((*reminded, *cases.citizens_waiting(counter.connection, entry.id))):
        stopped = reminders.is_stopped(counter.connection, chat, Kind.REMINDER)
        if not stopped and not reminders.was_told(counter.connection, chat, kind):
            reply = words.law_will_change(counter.scene(chat), entry, change)
            tell_unasked(counter, chat, reply, Kind.REMINDER, f"{Kind.REMINDER}:{kind}")
            reminders.told(counter.connection, chat, kind, now=counter.now)


def _reckon_one(counter: Counter, kept: Kept) -> None:
    scene = _scene(counter, kept)
    procedure = counter.house.knowledge.procedures.get(kept.procedure)
    answers = reminded_by(scene, procedure) if procedure else ()
    if procedure is None or not answers or basis(answers) == kept.basis:
        return
    days = days_of(counter)
    found = dues(answers, kept.day, days)
    telling = next_telling(found, days, after=scene.today)
    if telling is None or telling.due.day != kept.due:
        reply = words.law_changed(scene, procedure, telling.due if telling else None, telling)
        tell_unasked(counter, kept.chat, reply, Kind.REMINDER, f"{_name(kept.id)}:law")
    _go_on(counter, kept, found, after=scene.today)
