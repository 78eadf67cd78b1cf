"""Reminders inside a turn: kept, listed, removed, told when their day has come, reckoned anew when the law changes."""

import datetime as dt
import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from bot.ahead.deadlines import Due, Telling, basis, dues, first_telling, is_useful, last_useful, next_telling
from bot.ahead.quiet import after_quiet, may_write, moment_on, next_day
from bot.casework.unit_of_work import UnitOfWork
from bot.content.schema import Answer, Change, Language, Procedure, Wish
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
from bot.understanding.wishes import is_wish, may_want_to_stop, wants_one_stopped, wants_to_stop

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


def scene_of(unit: UnitOfWork, visit: Visit) -> Scene:
    memory = unit.memory(visit.chat)
    return Scene(house=unit.house, memory=memory, language=language_of(visit, memory), now=unit.now)


def days_of(unit: UnitOfWork) -> WorkingTime:
    return WorkingTime(unit.house.knowledge.calendar, ())


# Asked for, listed, removed


def press(unit: UnitOfWork, visit: Visit, action: actions.Ahead) -> None:
    """A button of a reminder, perhaps an old one."""
    scene = scene_of(unit, visit)
    match action:
        case actions.KeepReminder(name, day) if procedure := scene.procedure(name):
            _keep(unit, visit, scene, procedure, day)
        case actions.DropReminder(number):
            _remove(unit, visit.chat, [number])
            show(unit, visit)
        case actions.NextLater(name) if scene.procedure(name):
            _next_later(unit, visit, scene, name)
        case actions.StopTelling(kind) if kind in list(Kind):
            stop(unit, visit, scene, Kind(kind))
        case _:
            unit.answer(visit, Reply(blocks=(scene.line("button.old"),)))


def _keep(unit: UnitOfWork, visit: Visit, scene: Scene, procedure: Procedure, day: dt.date) -> None:
    """Keep one date and one procedure, and say so."""
    answers = reminded_by(scene, procedure)
    telling = first_telling(dues(answers, day, days_of(unit)), days_of(unit), after=scene.today)
    if not answers or telling is None or not words.may_be(scene, procedure, day):
        return unit.answer(visit, Reply(blocks=(scene.line("button.old"),)))
    unit.remember(visit.chat, replace(scene.memory, date_asked=None))
    if unit.is_visit(visit.chat):  # nobody is there to be told when the day comes
        return unit.answer(visit, words.for_calendar(scene, procedure, telling))
    if len(reminders.of_chat(unit.connection, visit.chat)) >= MOST:
        return unit.answer(visit, Reply(blocks=(scene.line("remind.too_many"),), buttons=words.list_button(scene)))
    number = reminders.keep(
        unit.connection, chat=visit.chat, procedure=procedure.id, day=day, language=scene.language.value,
        commune=scene.memory.commune, basis=basis(answers), due=telling.due.day, version=VERSION, made_at=unit.now,
    )  # fmt: skip
    if number is not None:
        _plan(unit, visit.chat, number, moment_on(telling.on, number))
    reminders.go_on(unit.connection, visit.chat, Kind.REMINDER)
    unit.answer(visit, words.kept(scene, procedure, telling))
    if unit.may_miss(visit.chat):
        unit.answer(visit, words.for_calendar(scene, procedure, telling, "window.for_calendar"))
    return None


def _subject(chat: str, number: int) -> str:
    """`/forget` finds it by the chat."""
    return f"{chat}|r{number}"


def _plan(unit: UnitOfWork, chat: str, number: int, at: dt.datetime | None) -> None:
    agenda.plan(unit.connection, _subject(chat, number), {DUE: at} if at else {})


def show(unit: UnitOfWork, visit: Visit) -> None:
    """`/reminders`."""
    scene = scene_of(unit, visit)
    found = [_listed(unit, scene, one) for one in reminders.of_chat(unit.connection, visit.chat)]
    unit.answer(visit, words.listed(scene, found))


def _listed(unit: UnitOfWork, scene: Scene, kept: Kept) -> words.Listed:
    telling = _next(unit, scene, kept, after=scene.today)
    return words.Listed(number=kept.id, procedure=kept.procedure, day=kept.day, next=telling)


def _next(unit: UnitOfWork, scene: Scene, kept: Kept, *, after: dt.date) -> Telling | None:
    procedure = unit.house.knowledge.procedures.get(kept.procedure)
    answers = reminded_by(scene, procedure) if procedure else ()
    return next_telling(dues(answers, kept.day, days_of(unit)), days_of(unit), after=after)


def _remove(unit: UnitOfWork, chat: str, numbers: Sequence[int] | None = None) -> None:
    for number in reminders.drop(unit.connection, chat, numbers):
        _plan(unit, chat, number, None)
        outbox.withdraw(unit.connection, _name(number), now=unit.now)


def _name(number: int) -> str:
    return f"reminder:{number}"


# Stopped


def stops(unit: UnitOfWork, visit: Visit) -> bool:
    """`DỪNG`, in any door and at once: the kind that was told last. False: the words are not for us."""
    wishes = unit.house.engine.wishes
    sure = wants_to_stop(visit.text, wishes)
    one = not sure and wants_one_stopped(visit.text, wishes)
    if not sure and not one and not may_want_to_stop(visit.text, wishes):
        return False
    going_on = _going_on(unit, visit.chat)
    kept = bool(reminders.of_chat(unit.connection, visit.chat))
    lately = any(at and unit.now - at <= LATELY for _, at in going_on)
    if not (going_on or kept):
        return False
    if one and kept:
        show(unit, visit)
    elif sure or lately:
        reminding = is_wish(visit.text, Wish.STOP_REMINDING, wishes) and kept
        stop(unit, visit, scene_of(unit, visit), going_on[0][0] if going_on and not reminding else Kind.REMINDER)
    return bool((one and kept) or sure or lately)


def stopped_by_command(unit: UnitOfWork, visit: Visit) -> None:
    """`/stop`: as the word does, whatever the moment."""
    going_on = _going_on(unit, visit.chat)
    scene = scene_of(unit, visit)
    if going_on or reminders.of_chat(unit.connection, visit.chat):
        stop(unit, visit, scene, going_on[0][0] if going_on else Kind.REMINDER)
    else:
        unit.answer(visit, words.nothing_to_stop(scene))


def asked_for(unit: UnitOfWork, visit: Visit, scene: Scene) -> bool:
    """“Lịch nhắc của tôi”, or to stop what is not going on."""
    wishes = unit.house.engine.wishes
    if is_wish(visit.text, Wish.REMINDERS, wishes):
        show(unit, visit)
        return True
    if scene.memory.date_asked or not wants_to_stop(visit.text, wishes):
        return False
    unit.answer(visit, words.nothing_to_stop(scene))
    return True


def agrees(unit: UnitOfWork, visit: Visit, memory: str | None) -> bool:
    """A yes in words to the day that was shown."""
    if not memory or '"date_asked":{' not in memory:
        return False
    scene = scene_of(unit, visit)
    asked = words.agreed(scene, visit.text)
    procedure = scene.procedure(asked.procedure) if asked else None
    if asked is None or asked.day is None or procedure is None:
        return False
    _keep(unit, visit, scene, procedure, asked.day)
    return True


def _going_on(unit: UnitOfWork, chat: str) -> list[tuple[Kind, dt.datetime | None]]:
    """The kinds that somebody is told, the last told first."""
    found = reminders.going_on(unit.connection, chat)
    return [(Kind(kind), at) for kind, at in found if kind in list(Kind)]


def is_the_date(unit: UnitOfWork, visit: Visit, memory: str | None) -> bool:
    """The date that the bot has asked for, wherever else the person's words go."""
    if not memory or '"date_asked":{' not in memory:
        return False
    scene = scene_of(unit, visit)
    return scene.memory.waits_for_date and words.has_date(scene, visit.text)


def stop(unit: UnitOfWork, visit: Visit, scene: Scene, kind: Kind) -> None:
    """Nothing of a kind is told any more; what waits to be sent is not sent."""
    reminders.stop(unit.connection, visit.chat, kind, now=unit.now)
    outbox.withdraw_unasked(unit.connection, visit.chat, f"{kind}:", now=unit.now)
    if kind is Kind.REMINDER:
        _remove(unit, visit.chat)
    if kind is Kind.NOTICE:
        broadcasts.unsubscribe(unit.connection, visit.chat)
    others = [one for one, _ in _going_on(unit, visit.chat) if one != kind]
    unit.answer(visit, words.stopped(scene, kind, others))


def lost(unit: UnitOfWork, chat: str) -> None:
    """Whoever blocks the bot has stopped all of it."""
    _remove(unit, chat)
    broadcasts.unsubscribe(unit.connection, chat)


# Told


def keep(unit: UnitOfWork, entry: Entry) -> None:
    """What the agenda says, taken off it already."""
    if entry.kind == RECKON:
        return _reckon(unit, int(entry.subject.rpartition("|")[2]))
    if entry.kind == NEXT:
        return _offer_next(unit, *entry.subject.split("|n:"))
    number = entry.subject.rpartition("|r")[2]
    kept = reminders.find(unit.connection, int(number))
    return _tell(unit, kept) if kept else None


def tell_unasked(
    unit: UnitOfWork, chat: str, reply: Reply, kind: Kind, name: str, *, until: dt.datetime | None = None
) -> None:
    """By day, behind whatever was asked for; not where its door is shut until it helps nobody any more."""
    place = Place(final=True, until=until)
    unit.put(chat, replace(reply, place=place), priority=Priority.REMINDER, name=name, quiet=True)
    reminders.told(unit.connection, chat, kind, now=unit.now)


def _scene(unit: UnitOfWork, kept: Kept) -> Scene:
    """As they speak and where they live now, else as it was when they asked."""
    memory = unit.memory(kept.chat)
    language = memory.language or memory.spoke or Language(kept.language)
    return unit.scene(kept.chat, language).of_commune(memory.commune or kept.commune)


def _tell(unit: UnitOfWork, kept: Kept) -> None:
    days, scene = days_of(unit), _scene(unit, kept)
    if not may_write(unit.now, days):
        return _plan(unit, kept.chat, kept.id, after_quiet(unit.now, kept.id, days))
    procedure = unit.house.knowledge.procedures.get(kept.procedure)
    if procedure is None:
        return _later(unit, kept, scene)
    found = dues(reminded_by(scene, procedure), kept.day, days)
    due = next((one for one in found if one.day == kept.due), None)
    if due and is_useful(due, scene.today):
        reply = words.told(scene, procedure, due, due.answer)
        until = dt.datetime.combine(last_useful(due) + dt.timedelta(days=1), dt.time(), VIETNAM)
        tell_unasked(unit, kept.chat, reply, Kind.REMINDER, _name(kept.id), until=until)
    else:
        log.info("reminder %s dropped: %s", kept.id, "too late" if due else "the rule has changed")
        if not found:  # a day was promised to them
            reply = words.law_changed(scene, procedure, None, None)
            tell_unasked(unit, kept.chat, reply, Kind.REMINDER, _name(kept.id))
    return _go_on(unit, kept, found, after=scene.today)


def _later(unit: UnitOfWork, kept: Kept, scene: Scene) -> None:
    """Its entry is not there for now: looked for again, as long as the day has not passed."""
    if kept.due and kept.due < scene.today:
        log.info("reminder %s dropped: no entry", kept.id)
        return _remove(unit, kept.chat, [kept.id])
    return _plan(unit, kept.chat, kept.id, unit.now + LOOK_AGAIN)


def _go_on(unit: UnitOfWork, kept: Kept, found: Sequence[Due], *, after: dt.date) -> None:
    """What is told next; where nothing is, nothing is kept."""
    telling = next_telling(found, days_of(unit), after=after)
    if telling is None:
        reminders.drop(unit.connection, kept.chat, [kept.id])
        return
    reminders.change(unit.connection, kept.id, basis=basis(_answers(found)), due=telling.due.day)
    _plan(unit, kept.chat, kept.id, max(moment_on(telling.on, kept.id), unit.now))


def _answers(found: Iterable[Due]) -> list[Answer]:
    return list({one.answer.id: one.answer for one in found}.values())


# The next step


def settled(unit: UnitOfWork, request: Request) -> None:
    """A request has ended well: the next step of its path is offered on the next working day."""
    entry = unit.house.knowledge.procedures.get(request.procedure or "")
    if entry and entry.next and not request.on_paper:
        _plan_next(unit, request.citizen, entry.id, dt.timedelta(days=1))


def _plan_next(unit: UnitOfWork, chat: str, name: str, wait: dt.timedelta) -> None:
    local = (unit.now + wait).astimezone(VIETNAM)
    at = moment_on(next_day(local.date(), days_of(unit)), len(name))
    agenda.plan(unit.connection, f"{chat}|n:{name}", {NEXT: at})


def _next_later(unit: UnitOfWork, visit: Visit, scene: Scene, name: str) -> None:
    _plan_next(unit, visit.chat, name, OFFERED_AGAIN)
    told = tuple(one for one in scene.memory.next_told if one != name)
    unit.remember(visit.chat, replace(scene.memory, next_told=told))
    day = (unit.now + OFFERED_AGAIN).astimezone(VIETNAM).date()
    unit.answer(visit, Reply(blocks=(scene.line("next.again", day=scene.date(next_day(day, days_of(unit)))),)))


def _offer_next(unit: UnitOfWork, chat: str, name: str) -> None:
    scene = unit.scene(chat)
    procedure = scene.procedure(name)
    if procedure is None or reminders.is_stopped(unit.connection, chat, Kind.NEXT):
        return
    if not may_write(unit.now, days_of(unit)):
        at = after_quiet(unit.now, len(name), days_of(unit))
        agenda.plan(unit.connection, f"{chat}|n:{name}", {NEXT: at})
    elif reply := next_step.offer(scene, procedure, unasked=True):
        tell_unasked(unit, chat, reply, Kind.NEXT, f"{Kind.NEXT}:{name}")
        unit.remember(chat, next_step.offered(scene.memory, name))


# The law changes


def plan_reckoning(unit: UnitOfWork, *, at_once: bool = False) -> None:
    """Look at all reminders: now, where what is known has changed; else early in the morning."""
    local = unit.now.astimezone(VIETNAM)
    morning = dt.datetime.combine(local.date(), RECKONED_AT, VIETNAM)
    at = unit.now if at_once else morning if morning > local else morning + dt.timedelta(days=1)
    agenda.plan(unit.connection, f"{RECKON}|0", {RECKON: at})


def _reckon(unit: UnitOfWork, after: int) -> None:
    """Some of them; the others in a transaction of their own."""
    if not after:
        _tell_changes(unit)
    found = reminders.after(unit.connection, after, limit=AT_ONCE)
    for kept in found:
        _reckon_one(unit, kept)
    if len(found) == AT_ONCE:
        agenda.plan(unit.connection, f"{RECKON}|{found[-1].id}", {RECKON: unit.now})
    else:
        plan_reckoning(unit)


def _tell_changes(unit: UnitOfWork) -> None:
    """What will change soon in what somebody waits for or is reminded of: told once, before it does."""
    today = unit.now.astimezone(VIETNAM).date()
    if not days_of(unit).is_working_day(today):
        return
    for entry in unit.house.knowledge.procedures.values():
        for change in entry.changes:
            if today <= change.on <= today + TOLD_BEFORE and change.holds(today):
                _tell_change(unit, entry, change)


def _tell_change(unit: UnitOfWork, entry: Procedure, change: Change) -> None:
    kind = f"law:{hashlib.sha256(f'{entry.id} {change.on}'.encode()).hexdigest()[:12]}"
    reminded = [one.chat for one in reminders.waiting_for(unit.connection, [entry.id])]
    for chat in dict.fromkeys((*reminded, *cases.citizens_waiting(unit.connection, entry.id))):
        stopped = reminders.is_stopped(unit.connection, chat, Kind.REMINDER)
        if not stopped and not reminders.was_told(unit.connection, chat, kind):
            reply = words.law_will_change(unit.scene(chat), entry, change)
            tell_unasked(unit, chat, reply, Kind.REMINDER, f"{Kind.REMINDER}:{kind}")
            reminders.told(unit.connection, chat, kind, now=unit.now)


def _reckon_one(unit: UnitOfWork, kept: Kept) -> None:
    scene = _scene(unit, kept)
    procedure = unit.house.knowledge.procedures.get(kept.procedure)
    answers = reminded_by(scene, procedure) if procedure else ()
    if procedure is None or not answers or basis(answers) == kept.basis:
        return
    days = days_of(unit)
    found = dues(answers, kept.day, days)
    telling = next_telling(found, days, after=scene.today)
    if telling is None or telling.due.day != kept.due:
        reply = words.law_changed(scene, procedure, telling.due if telling else None, telling)
        tell_unasked(unit, kept.chat, reply, Kind.REMINDER, f"{_name(kept.id)}:law")
    _go_on(unit, kept, found, after=scene.today)
