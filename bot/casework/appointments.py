"""Appointments inside a turn: held, confirmed, moved, cancelled; who waits; what time and the office do to them."""

import datetime as dt
import secrets
from dataclasses import dataclass, replace

from bot.ahead.quiet import at_next_chance, awake
from bot.ahead.slots import HELD_FOR, OFFERED_FOR, SOON, USEFUL, Wish, bookable, fits, free_days, holds, reminders
from bot.casework.ahead import Kind, days_of, scene_of, tell_unasked
from bot.casework.unit_of_work import UnitOfWork
from bot.content.schema import AppointmentCounter, Language, Procedure
from bot.content.schema import Wish as Wanted
from bot.conversation import actions
from bot.conversation.citizen import appointments as words
from bot.conversation.reply import Reply
from bot.conversation.scene import Scene
from bot.conversation.staff.cards import commune_name
from bot.conversation.visit import Visit
from bot.desk import codes
from bot.desk.request import Actor
from bot.desk.working_time import VIETNAM
from bot.store import agenda, bookings
from bot.store import reminders as unasked
from bot.store.agenda import Entry
from bot.store.bookings import Booking
from bot.understanding.wishes import is_wish

REVIEW, OFFER, FREED = "booked_review", "booked_offer", "booked_freed"
TOLD = ("booked_day", "booked_soon")
DUTIES = (REVIEW, OFFER, FREED, *TOLD)
OTHERS = 2  # times that are offered where one is gone
SHOWN_TO_DESK = dt.timedelta(days=2)


@dataclass(frozen=True)
class Where:
    """A counter of a commune that takes appointments, for a procedure."""

    commune: int
    counter: AppointmentCounter
    procedure: Procedure


def _where(scene: Scene, name: str) -> Where | None:
    counter, procedure = words.counter_of_scene(scene, name), scene.procedure(name)
    return Where(scene.commune.code, counter, procedure) if counter and procedure and scene.commune else None


def _free(unit: UnitOfWork, where: Where) -> list[dt.datetime]:
    """The times that can be booked now."""
    taken = bookings.taken(unit.connection, where.commune, where.counter.id, now=unit.now)
    times = bookable(where.counter, unit.house.counter(where.commune, where.counter), unit.now)
    return [at for at in times if taken.get(at, 0) < where.counter.public]


def _nearest(unit: UnitOfWork, where: Where | None, at: dt.datetime) -> list[dt.datetime]:
    """Two free times near another, in their order."""
    if where is None:
        return []
    return sorted(sorted(_free(unit, where), key=lambda one: abs(one - at))[:OTHERS])


def _shown(scene: Scene, one: Booking) -> words.Booked:
    appointments = scene.house.knowledge.appointments.get(one.commune)
    of = next((c for c in appointments.counters if c.id == one.counter), None) if appointments else None
    return words.Booked(
        number=one.id, procedure=one.procedure, at=one.starts_at, code=one.code, place=one.place,
        minutes=of.slot_minutes if of else 30, changes=one.number,
    )  # fmt: skip


# Buttons


def press(unit: UnitOfWork, visit: Visit, action: actions.Booking) -> None:
    """A button of an appointment, perhaps an old one: nothing is believed of it but what it names."""
    scene = scene_of(unit, visit)
    match action:
        case actions.WaitNoMore(name):
            bookings.waits_no_more(unit.connection, visit.chat, [name])
            unit.answer(visit, words.waits_no_more(scene))
        case actions.ConfirmBooking(number) | actions.AskCancelBooking(number) | actions.CancelBooking(number):
            _with_own(unit, visit, scene, action, bookings.find(unit.connection, number))
        case actions.RefuseOffer(number):
            _with_own(unit, visit, scene, action, bookings.find(unit.connection, number))
        case actions.BookDays(name) | actions.BookTimes(name) | actions.HoldTime(name) | actions.WaitForTime(name):
            there = _there(unit, visit, scene, name)
            _choose(unit, visit, there, action, _where(there, name))
        case _:
            unit.answer(visit, Reply(blocks=(scene.line("button.old"),)))


def _there(unit: UnitOfWork, visit: Visit, scene: Scene, name: str) -> Scene:
    """Where they live; where that takes none, the commune in which they have one, to move it."""
    if _where(scene, name):
        return scene
    known = next((one for one in bookings.of_chat(unit.connection, visit.chat) if one.procedure == name), None)
    return scene.of_commune(known.commune) if known else scene


def _choose(unit: UnitOfWork, visit: Visit, scene: Scene, action: actions.Booking, where: Where | None) -> None:
    if where is None:
        return unit.answer(visit, words.not_here(scene))
    match action:
        case actions.BookTimes(_, day):
            free = [at for at in _free(unit, where) if at.astimezone(VIETNAM).date() == day]
            return unit.answer(visit, words.times(scene, where.procedure, day, free))
        case actions.HoldTime(_, at):
            return _hold(unit, visit, scene, where, at)
        case actions.WaitForTime(_, wish):
            return _wait(unit, visit, scene, where, wish)
    place = words.place_of(scene, where.counter)
    return unit.answer(visit, words.days(scene, where.procedure, free_days(_free(unit, where)), place))


def _hold(unit: UnitOfWork, visit: Visit, scene: Scene, where: Where, at: dt.datetime) -> None:
    if at not in _free(unit, where):
        was = at in bookable(where.counter, unit.house.counter(where.commune, where.counter), unit.now)
        return unit.answer(visit, words.taken(scene, where.procedure.id, _nearest(unit, where, at), was=was))
    number = _take(unit, visit.chat, scene, where, at, until=unit.now + HELD_FOR)
    found = bookings.find(unit.connection, number) if number else None
    if found is None:
        return unit.answer(visit, words.taken(scene, where.procedure.id, _nearest(unit, where, at)))
    agenda.plan(unit.connection, _subject(found), {OFFER: unit.now + HELD_FOR})
    return unit.answer(visit, words.held(scene, _shown(scene, found)))


def _take(
    unit: UnitOfWork, chat: str, scene: Scene, where: Where, at: dt.datetime, *, until: dt.datetime
) -> int | None:
    return bookings.hold(
        unit.connection, lanes=where.counter.public, now=unit.now, until=until, commune=where.commune,
        counter=where.counter.id, starts_at=at, chat=chat, procedure=where.procedure.id,
        language=scene.language.value, code=_new_code(unit), place=words.place_of(scene, where.counter),
    )  # fmt: skip


def _new_code(unit: UnitOfWork) -> str:
    while True:
        code = codes.code_of(secrets.randbelow(codes.SPACE), codes.APPOINTMENT)
        if not bookings.has_code(unit.connection, code):
            return code


def _with_own(unit: UnitOfWork, visit: Visit, scene: Scene, action: actions.Booking, found: Booking | None) -> None:
    if found is None or found.chat != visit.chat:
        return unit.answer(visit, Reply(blocks=(scene.line("button.old"),)))
    match action:
        case actions.ConfirmBooking():
            return _confirm(unit, visit, scene, found)
        case actions.AskCancelBooking() if found.status == bookings.CONFIRMED:
            return unit.answer(visit, words.ask_cancel(scene, _shown(scene, found)))
        case actions.CancelBooking() if found.status == bookings.CONFIRMED:
            return _cancel(unit, visit, scene, found)
        case actions.RefuseOffer() if found.status == bookings.HELD:
            bookings.free(unit.connection, found.id, status=bookings.EXPIRED)
            unit.answer(visit, words.waits_no_more(scene))
            return offer(unit, found)
    return unit.answer(visit, Reply(blocks=(scene.line("button.old"),)))


def _confirm(unit: UnitOfWork, visit: Visit, scene: Scene, held: Booking) -> None:
    before = [one for one in bookings.of_chat(unit.connection, visit.chat) if one.procedure == held.procedure]
    if held.status == bookings.CONFIRMED:  # pressed twice
        return unit.answer(visit, words.shown(scene, _shown(scene, held)))
    found = bookings.confirm(unit.connection, held.id, visit.chat, now=unit.now)
    if found is None:
        return unit.answer(visit, words.too_late(scene, held.procedure))
    bookings.waits_no_more(unit.connection, visit.chat, [held.procedure])
    agenda.plan(unit.connection, _subject(found), reminders(found.starts_at, unit.now))
    for reply in words.confirmed(scene, _shown(scene, found), moved=bool(before)):
        unit.answer(visit, reply)
    for one in before:
        _gone(unit, one)
    return None


def _subject(one: Booking) -> str:
    """`/forget` finds it by the chat."""
    return f"{one.chat}|b{one.id}"


def _cancel(unit: UnitOfWork, visit: Visit, scene: Scene, found: Booking) -> None:
    bookings.free(unit.connection, found.id, status=bookings.CANCELLED)
    now = bookings.find(unit.connection, found.id) or found
    for reply in words.cancelled(scene, _shown(scene, now)):
        unit.answer(visit, reply)
    _gone(unit, found)


def _gone(unit: UnitOfWork, one: Booking) -> None:
    """It takes its time no more: nobody is reminded of it, and whoever waits is offered the time."""
    agenda.plan(unit.connection, _subject(one), {})
    offer(unit, one)


# By word


def command(unit: UnitOfWork, visit: Visit, actor: Actor, text: str) -> None:
    """`/appointments`, or with a code: whoever has the code may look, move and cancel in their own chat."""
    scene = scene_of(unit, visit)
    if text.strip():
        code = codes.read_code(text, codes.APPOINTMENT)
        found = bookings.by_code(unit.connection, code) if code else None
        if found and found.chat == visit.chat:
            return unit.answer(visit, words.shown(scene, _shown(scene, found)))
        return unit.answer(visit, Reply(blocks=(scene.line("book.unknown"),)))
    for post in {one.commune for one in actor.posts if actor.serves(one.commune)}:
        _for_desk(unit, visit, scene, post)
    own = [_shown(scene, one) for one in bookings.of_chat(unit.connection, visit.chat)
           if one.starts_at > unit.now - HELD_FOR]  # fmt: skip
    if own or not actor.on_duty:
        unit.answer(visit, words.listed(scene, own))
    return None


def _for_desk(unit: UnitOfWork, visit: Visit, scene: Scene, commune: int) -> None:
    if commune in unit.house.knowledge.appointments:
        found = [_shown(scene, one) for one in bookings.ahead(unit.connection, now=unit.now)
                 if one.commune == commune and one.starts_at < unit.now + SHOWN_TO_DESK]  # fmt: skip
        unit.answer(visit, words.for_desk(scene, commune_name(scene, commune), found))


def asked_for(unit: UnitOfWork, visit: Visit, scene: Scene) -> bool:
    """“Hủy lịch hẹn”: the list, where the person has any or could have; with its code, that one."""
    if code := codes.code_in(visit.text, codes.APPOINTMENT):
        command(unit, visit, Actor(person=visit.who, name=visit.name), code)
        return True
    taking = scene.commune is not None and scene.commune.code in unit.house.knowledge.appointments
    wanted = is_wish(visit.text, Wanted.APPOINTMENTS, unit.house.engine.wishes)
    if not wanted or not (taking or bookings.of_chat(unit.connection, visit.chat)):
        return False
    command(unit, visit, Actor(person=visit.who, name=visit.name), "")
    return True


# Who waits


def _wait(unit: UnitOfWork, visit: Visit, scene: Scene, where: Where, wish: Wish) -> None:
    bookings.wait(
        unit.connection, now=unit.now, chat=visit.chat, procedure=where.procedure.id, commune=where.commune,
        counter=where.counter.id, language=scene.language.value, wish=wish.value,
    )  # fmt: skip
    unasked.go_on(unit.connection, visit.chat, Kind.APPOINTMENT)
    waits = words.waits(scene, where.procedure.id, wish)
    note = (scene.line("visit.cannot_tell"),) if unit.is_visit(visit.chat) else ()
    unit.answer(visit, replace(waits, blocks=(*waits.blocks, *note)))


def offer(unit: UnitOfWork, freed: Booking) -> None:
    """A time that became free, to whoever waits for one."""
    _offer(unit, freed.commune, freed.counter, freed.starts_at, by=freed.chat)


def _offer(unit: UnitOfWork, commune: int, counter: str, at: dt.datetime, *, by: str = "") -> None:
    """Held for the first who waits and can come, for half an hour; by day only: what is freed by night, in the morning.

    `by`: who has just let it go.
    """
    chance = at_next_chance(unit.now, days_of(unit))
    waiting = [row for row in bookings.waits(unit.connection, commune, counter)
               if row["chat"] != by and fits(Wish(row["wish"]), at)]  # fmt: skip
    if not waiting or at < chance + OFFERED_FOR + USEFUL:
        return
    if chance > unit.now:  # by no person's name: whoever freed it may be forgotten meanwhile
        agenda.plan(unit.connection, f"{commune}|{counter}|{at.timestamp():.0f}", {FREED: chance})
    else:
        any(_offered_to(unit, row, at) for row in waiting)


def _offered_to(unit: UnitOfWork, row: bookings.Row, at: dt.datetime) -> bool:
    chat, name = row["chat"], row["procedure"]
    scene = unit.scene(chat, Language(row["language"])).of_commune(row["commune"])
    where = _where(scene, name)
    if (
        where is None
        or where.counter.id != row["counter"]
        or unasked.is_stopped(unit.connection, chat, Kind.APPOINTMENT)
    ):
        return False
    until = unit.now + OFFERED_FOR
    if at not in _free(unit, where):
        return False
    number = _take(unit, chat, scene, where, at, until=until)
    found = bookings.find(unit.connection, number) if number else None
    if found is None:
        return False
    bookings.waits_no_more(unit.connection, chat, [name])
    agenda.plan(unit.connection, _subject(found), {OFFER: until})
    offered = words.offered(scene, _shown(scene, found))
    tell_unasked(unit, chat, offered, Kind.APPOINTMENT, _name(found), until=until)
    return True


def _name(one: Booking) -> str:
    return f"{Kind.APPOINTMENT}:{one.id}"


# What time does


def keep(unit: UnitOfWork, entry: Entry) -> None:
    """What the agenda says, taken off it already."""
    if entry.kind == REVIEW:
        return review(unit)
    if entry.kind == FREED:
        commune, counter, at = entry.subject.split("|")
        return _offer(unit, int(commune), counter, dt.datetime.fromtimestamp(int(at), dt.UTC))
    found = bookings.find(unit.connection, int(entry.subject.rpartition("|b")[2]))
    if found is None:
        return None
    if entry.kind == OFFER and found.status in (bookings.HELD, bookings.EXPIRED):
        bookings.free(unit.connection, found.id, status=bookings.EXPIRED)
        return offer(unit, found)
    if entry.kind in TOLD and found.status == bookings.CONFIRMED:
        return _remind(unit, found)
    return None


def _remind(unit: UnitOfWork, found: Booking) -> None:
    """Only while it helps."""
    stopped = unasked.is_stopped(unit.connection, found.chat, Kind.APPOINTMENT)
    if stopped or unit.now > found.starts_at - USEFUL:
        return
    scene = _scene(unit, found)
    reply = words.reminder(scene, _shown(scene, found))
    tell_unasked(unit, found.chat, reply, Kind.APPOINTMENT, _name(found), until=found.starts_at)


def _scene(unit: UnitOfWork, found: Booking) -> Scene:
    memory = unit.memory(found.chat)
    language = memory.language or memory.spoke or Language(found.language)
    return unit.scene(found.chat, language).of_commune(found.commune)


def plan_review(unit: UnitOfWork) -> None:
    """Look at all that is booked: what is known has changed."""
    agenda.plan(unit.connection, REVIEW, {REVIEW: unit.now})


def review(unit: UnitOfWork) -> None:
    """Closures, other hours, an office that moved: each person is told, with two other times where theirs is gone."""
    for found in bookings.ahead(unit.connection, now=unit.now):
        scene = _scene(unit, found)
        where = _where(scene, found.procedure)
        same = where and where.counter.id == found.counter
        if where and same and holds(where.counter, unit.house.counter(where.commune, where.counter), found.starts_at):
            _look_at_place(unit, scene, where, found)
        else:
            _call_off(unit, scene, where, found)


def _look_at_place(unit: UnitOfWork, scene: Scene, where: Where, found: Booking) -> None:
    place = words.place_of(scene, where.counter)
    if place == found.place:
        return
    bookings.move_place(unit.connection, found.id, place)
    reply = words.moved_office(scene, _shown(scene, found), place)
    unit.put(found.chat, reply, name=f"{_name(found)}:place", quiet=not _is_near(unit, found))


def _is_near(unit: UnitOfWork, found: Booking) -> bool:
    """Told in the morning it would come late: somebody would walk for nothing."""
    return found.starts_at < awake(unit.now) + SOON


def _call_off(unit: UnitOfWork, scene: Scene, where: Where | None, found: Booking) -> None:
    """It is told at once, by night too where it is near."""
    bookings.free(unit.connection, found.id, status=bookings.BY_OFFICE)
    agenda.plan(unit.connection, _subject(found), {})
    reply = words.off(scene, _shown(scene, found), _nearest(unit, where, found.starts_at))
    near = _is_near(unit, found)
    unit.put(found.chat, reply, name=f"{_name(found)}:off", quiet=not near)
    gone = bookings.find(unit.connection, found.id) or found
    unit.put(found.chat, words.file_gone(scene, _shown(scene, gone)), name=f"{_name(found)}:file", quiet=not near)
