"""The line at a counter inside a turn: a number drawn with the code on the wall, called, put back, served."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace

from bot.ahead.line import LAST_SERVED, MOST_CALLS, STEP, Hour, back, best_hours, code_at, is_on_the_wall, wait
from bot.casework.ahead import scene_of
from bot.casework.unit_of_work import UnitOfWork
from bot.content.schema import AppointmentCounter, Language, Wish
from bot.conversation import actions
from bot.conversation.citizen import tickets as words
from bot.conversation.reply import Place, Reply
from bot.conversation.scene import Scene
from bot.conversation.staff import counter as staff
from bot.conversation.staff.counter import Called, Due, Line
from bot.conversation.visit import Visit
from bot.desk.request import Actor
from bot.desk.working_time import VIETNAM
from bot.store import bookings, tickets, windows
from bot.store.tickets import Ticket
from bot.understanding.wishes import is_wish

WRONG = 5  # codes an hour
LOOKED_BACK = dt.timedelta(days=56)  # for the best hours
TOLD_ENDS = dt.timedelta(days=30)
WARD_DIGITS = 5
DIGITS = re.compile(r"[0-9]+")
TOLD_FOR = dt.timedelta(hours=1)  # what is told of the line; later the line is another
SOON = 2  # people before one, when one is told to be near


def counters_of(unit: UnitOfWork, commune: int) -> list[AppointmentCounter]:
    """Where numbers are drawn."""
    own = unit.house.knowledge.appointments.get(commune)
    return [one for one in own.counters if one.walk_in] if own else []


def _counter(unit: UnitOfWork, commune: int, name: str) -> AppointmentCounter | None:
    return next((one for one in counters_of(unit, commune) if one.id == name), None)


def today_of(unit: UnitOfWork) -> dt.date:
    return unit.now.astimezone(VIETNAM).date()


def _is_open(unit: UnitOfWork, commune: int, of: AppointmentCounter) -> bool:
    office = unit.house.counter(commune, of)
    return today_of(unit) not in of.closures and office.closes(unit.now) is not None


# Citizens


def command(unit: UnitOfWork, visit: Visit, text: str) -> None:
    """`/number 4821`: the code on the wall, `/number 00008 4821` of which commune; without it, how, or one's number."""
    scene, words = scene_of(unit, visit), text.split()
    if not words:
        return show(unit, visit)
    mark = unit.mark(f"wall:{visit.who}")
    commune = scene.commune.code if scene.commune else -1
    if len(words) > 1 and is_ward(words[0]):
        commune, words = int(words[0]), words[1:]
    code = "".join(words)
    if windows.counted(unit.connection, windows.TRIES, mark, now=unit.now) >= WRONG:
        return unit.answer(visit, Reply(blocks=(scene.line("ticket.too_many"),)))
    for of in counters_of(unit, commune):
        if is_on_the_wall(unit.house.seal, commune, of.id, unit.now, code):
            return _draw(unit, visit, scene, commune, of)
    windows.count(unit.connection, windows.TRIES, mark, now=unit.now)
    return unit.answer(visit, Reply(blocks=(scene.line("ticket.wrong"),)))


def asked_for(unit: UnitOfWork, visit: Visit, scene: Scene) -> bool:
    """“Lấy số 4821”, where numbers are drawn."""
    if not is_wish(DIGITS.sub(" ", visit.text), Wish.NUMBER, unit.house.engine.wishes):
        return False
    drawn = tickets.of_chat(unit.connection, visit.chat, today_of(unit))
    if not drawn and not counters_of(unit, scene.commune.code if scene.commune else -1):
        return False
    command(unit, visit, " ".join(DIGITS.findall(visit.text)))
    return True


def is_ward(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) == WARD_DIGITS


def show(unit: UnitOfWork, visit: Visit) -> None:
    """The number somebody has, else how to draw one."""
    scene = scene_of(unit, visit)
    mine = tickets.of_chat(unit.connection, visit.chat, today_of(unit))
    for one in mine:
        unit.answer(visit, _shown(unit, scene, one))
    if not mine:
        commune = scene.commune.code if scene.commune else -1
        counters = counters_of(unit, commune)
        best = hours_of(unit, commune, counters[0].id) if counters else []
        unit.answer(visit, words.how(scene, counters, best))


def hours_of(unit: UnitOfWork, commune: int, counter: str) -> list[Hour]:
    """When few wait, by what happened here."""
    return best_hours(tickets.waits(unit.connection, commune, counter, today_of(unit) - LOOKED_BACK))


def _draw(unit: UnitOfWork, visit: Visit, scene: Scene, commune: int, of: AppointmentCounter) -> None:
    mine = [one for one in tickets.of_chat(unit.connection, visit.chat, today_of(unit)) if one.counter == of.id]
    if not mine and not _is_open(unit, commune, of):
        return unit.answer(visit, Reply(blocks=(scene.line("ticket.closed"),)))
    one = mine[0] if mine else tickets.draw(
        unit.connection, step=STEP, commune=commune, counter=of.id, day=today_of(unit), chat=visit.chat,
        language=scene.language.value, made_at=unit.now,
    )  # fmt: skip
    return unit.answer(visit, _shown(unit, scene, one))


def _shown(unit: UnitOfWork, scene: Scene, one: Ticket) -> Reply:
    of = _counter(unit, one.commune, one.counter)
    place = scene.tell(of.name) if of else one.counter
    if one.status != tickets.WAITING:
        return words.about(scene, "ticket.called", one.number, place)
    line = tickets.line(unit.connection, one.commune, one.counter, one.day)
    before = sum(other.status == tickets.WAITING and other.rank < one.rank for other in line)
    served = tickets.service_times(unit.connection, one.commune, one.counter, limit=LAST_SERVED)
    at_once = sum(other.status == tickets.SERVING for other in line)
    paused = tickets.is_paused(unit.connection, one.commune, one.counter)
    return words.shown(scene, one.number, one.id, place, before, wait(before, served, at_once), paused=paused)


def press(unit: UnitOfWork, visit: Visit, action: actions.InLine) -> None:
    """A button under one's number, perhaps an old one."""
    scene = scene_of(unit, visit)
    match action:
        case actions.ShowTicket(number) | actions.AskLeaveLine(number) | actions.LeaveLine(number):
            one = tickets.find(unit.connection, number)
        case _:
            one = None
    if one is None or one.chat != visit.chat or one.status not in tickets.IN_LINE or one.day != today_of(unit):
        return unit.answer(visit, Reply(blocks=(scene.line("ticket.over"),)))
    match action:
        case actions.AskLeaveLine():
            return unit.answer(visit, words.ask_leave(scene, one.number, one.id))
        case actions.LeaveLine() if tickets.become(
            unit.connection, one.id, before=(tickets.WAITING, tickets.CALLED), status=tickets.LEFT
        ):
            unit.answer(visit, words.about(scene, "ticket.left", one.number))
            return _tell_near(unit, one)
        case _:
            return unit.answer(visit, _shown(unit, scene, one))


# The counter


def lines_of(unit: UnitOfWork, actor: Actor) -> Iterator[Line]:
    """The counters of one's desks, as they stand now."""
    for commune in sorted({post.commune for post in actor.posts if actor.serves(post.commune)}):
        for of in counters_of(unit, commune):
            yield line_of(unit, actor, commune, of)


def line_of(unit: UnitOfWork, actor: Actor, commune: int, of: AppointmentCounter) -> Line:
    line = tickets.line(unit.connection, commune, of.id, today_of(unit))
    called = [one for one in line if one.status != tickets.WAITING]
    start = dt.datetime.combine(today_of(unit), dt.time(), VIETNAM)
    booked = bookings.of_day(unit.connection, commune, start, start + dt.timedelta(days=1))
    return Line(
        commune=commune, counter=of.id, name=unit.desk_scene(commune).tell(of.name),
        code=code_at(unit.house.seal, commune, of.id, unit.now),
        paused=tickets.is_paused(unit.connection, commune, of.id),
        mine=[Called(id=one.id, number=one.number, calls=one.calls, serving=one.status == tickets.SERVING)
              for one in called if one.called_by == actor.person],
        others=[one.number for one in called if one.called_by != actor.person],
        waiting=[one.number for one in line if one.status == tickets.WAITING],
        due=[Due(id=one.id, code=one.code, clock=f"{one.starts_at.astimezone(VIETNAM):%H:%M}", status=one.status)
             for one in booked if one.counter == of.id],
        ends=tickets.ends(unit.connection, commune, today_of(unit) - TOLD_ENDS),
    )  # fmt: skip


def at_counter(unit: UnitOfWork, visit: Visit, actor: Actor) -> None:
    """`/counter`: the line, and what may be done with it."""
    scene, lines = unit.scene(visit.who), list(lines_of(unit, actor))
    if not lines:
        return unit.answer(visit, Reply(blocks=(scene.line("counter.none"),)))
    return unit.answer(visit, staff.shown(scene, lines[0]) if len(lines) == 1 else staff.choose(scene, lines))


def call(unit: UnitOfWork, visit: Visit, actor: Actor, action: actions.Calling) -> None:
    """A button of the counter's, in the chat."""
    at = act(unit, actor, action)
    of = _counter(unit, *at) if at else None
    if at is None or of is None:
        return unit.answer(visit, Reply(blocks=(unit.scene(visit.who).line("staff.only"),)))
    return unit.answer(visit, staff.shown(unit.scene(visit.who), line_of(unit, actor, at[0], of)))


def act(unit: UnitOfWork, actor: Actor, action: actions.Calling) -> tuple[int, str] | None:
    """Do it; at which counter. None: it is none of theirs."""
    match action:
        case actions.Came(number, how):
            one = tickets.find(unit.connection, number)
            if one is None or not actor.serves(one.commune) or one.day != today_of(unit):
                return None
            _came(unit, one, how)
            return one.commune, one.counter
        case actions.BookedCame(number, how):
            booked = bookings.find(unit.connection, number)
            if booked is None or not actor.serves(booked.commune):
                return None
            bookings.note(unit.connection, number, bookings.SERVED if how == "here" else bookings.MISSED)
            return booked.commune, booked.counter
        case actions.CallNext(commune, counter) if _is_theirs(unit, actor, commune, counter):
            _call_next(unit, actor, commune, counter)
            return commune, counter
        case actions.PauseLine(commune, counter) if _is_theirs(unit, actor, commune, counter):
            if not tickets.go_on(unit.connection, commune, counter):
                tickets.pause(unit.connection, commune, counter, now=unit.now)
            return commune, counter
        case actions.ShowLine(commune, counter) if _is_theirs(unit, actor, commune, counter):
            return commune, counter
    return None


def _is_theirs(unit: UnitOfWork, actor: Actor, commune: int, counter: str) -> bool:
    return actor.serves(commune) is not None and _counter(unit, commune, counter) is not None


def _call_next(unit: UnitOfWork, actor: Actor, commune: int, counter: str) -> None:
    """The first who waits; two who call at once call two."""
    if tickets.is_paused(unit.connection, commune, counter):
        return
    taken = {"status": tickets.CALLED, "calls": 1, "called_by": actor.person, "called_at": unit.now}
    for one in tickets.line(unit.connection, commune, counter, today_of(unit)):
        waits = one.status == tickets.WAITING
        if waits and tickets.become(unit.connection, one.id, before=[tickets.WAITING], **taken):
            _tell(unit, one, "ticket.called")
            _tell_near(unit, one)
            break


def _came(unit: UnitOfWork, one: Ticket, how: str) -> None:
    called = [tickets.CALLED]
    match how:
        case "here":
            tickets.become(unit.connection, one.id, before=called, status=tickets.SERVING, served_at=unit.now)
        case "served":
            done = {"status": tickets.SERVED, "finished_at": unit.now}
            tickets.become(unit.connection, one.id, before=[tickets.SERVING], **done)
        case "again" if one.calls < MOST_CALLS and one.status == tickets.CALLED:
            if tickets.become(unit.connection, one.id, before=called, calls=one.calls + 1):
                _tell(unit, one, "ticket.called_again")
        case "missed" if one.calls >= MOST_CALLS and one.status == tickets.CALLED:  # no older list's button
            _missed(unit, one)


def _missed(unit: UnitOfWork, one: Ticket) -> None:
    """Back behind the next two, once; then the number has ended."""
    if one.put_back:
        tickets.become(unit.connection, one.id, before=[tickets.CALLED], status=tickets.MISSED)
        return _tell(unit, one, "ticket.missed")
    line = tickets.line(unit.connection, one.commune, one.counter, one.day)
    rank = back(one.rank, [other.rank for other in line if other.status == tickets.WAITING])
    again = {"status": tickets.WAITING, "rank": rank, "put_back": True, "calls": 0, "called_by": None}
    tickets.become(unit.connection, one.id, before=[tickets.CALLED], **again)
    return _tell(unit, one, "ticket.put_back")


def _tell(unit: UnitOfWork, one: Ticket, key: str) -> None:
    of, scene = _counter(unit, one.commune, one.counter), unit.scene(one.chat, Language(one.language))
    reply = words.about(scene, key, one.number, scene.tell(of.name) if of else "")
    unit.put(one.chat, replace(reply, place=Place(until=unit.now + TOLD_FOR)), name=f"ticket:{one.id}")


def _tell_near(unit: UnitOfWork, gone: Ticket) -> None:
    """Whoever has two before them comes near."""
    line = tickets.line(unit.connection, gone.commune, gone.counter, gone.day)
    waiting = [one for one in line if one.status == tickets.WAITING]
    if len(waiting) > SOON:
        _tell(unit, waiting[SOON], "ticket.near")
