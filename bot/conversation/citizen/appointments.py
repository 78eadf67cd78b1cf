"""Appointments as they are talked about: a day, a time, held, confirmed, moved, cancelled. Buttons only carry them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.ahead.ics import Event, calendar
from bot.ahead.slots import HELD_FOR, OFFERED_FOR, counter_for
from bot.ahead.slots import Wish as When
from bot.content.schema import AppointmentCounter, Procedure, Wish
from bot.conversation import actions
from bot.conversation.citizen.answers import short_name
from bot.conversation.citizen.circumstances import counter_of, tailored
from bot.conversation.citizen.facts import documents_line
from bot.conversation.citizen.offices import office_name
from bot.conversation.reply import Block, Button, Reply, Style
from bot.conversation.scene import Scene
from bot.desk.working_time import VIETNAM
from bot.understanding.fold import low_words
from bot.understanding.result import Outcome, Understanding
from bot.understanding.wishes import is_wish, speaks_of

DAYS, TIMES, A_ROW = 8, 24, 3
FILE = "hen.ics"


@dataclass(frozen=True, kw_only=True)
class Booked:
    """An appointment as it is shown."""

    number: int
    procedure: str
    at: dt.datetime
    code: str
    place: str
    minutes: int
    changes: int = 0


def counter_of_scene(scene: Scene, name: str) -> AppointmentCounter | None:
    """The counter where a procedure can be booked in the person's commune; None: nothing is booked there."""
    procedure = scene.procedure(name)
    if procedure is None or scene.commune is None:
        return None
    own = scene.house.knowledge.appointments.get(scene.commune.code)
    return counter_for(own, name, counter_of(procedure))


def wish(scene: Scene, understood: Understanding) -> tuple[Reply, str] | None:
    """“Em muốn đặt lịch hẹn làm khai sinh”: the way there, and for what. None: it is not booked here, or not meant."""
    wishes = scene.house.engine.wishes
    if not speaks_of(" ".join(low_words(understood.text)), Wish.BOOK, wishes):
        return None
    alone = is_wish(understood.text, Wish.BOOK, wishes)
    named = understood.procedures[0].id if understood.outcome is Outcome.ANSWERED else ""
    name = (scene.memory.procedure or "") if alone else named
    if counter := counter_of_scene(scene, name):
        line = scene.line("book.wanted", name=_name(scene, name), place=place_of(scene, counter))
        return Reply(blocks=(line,), buttons=((scene.button("book.open", actions.BookDays(name)),),)), name
    taking = scene.commune is not None and scene.commune.code in scene.house.knowledge.appointments
    return (Reply(blocks=(scene.line("book.which"),)), name) if alone and taking else None


def place_of(scene: Scene, counter: AppointmentCounter) -> str:
    """Where to come: the counter, its office and its address where that is known."""
    known = scene.house.knowledge.offices.get(scene.commune.code if scene.commune else -1, ())
    office = next((one for one in known if one.kind is counter.office), None)
    parts = (scene.tell(counter.name), (office and office.name) or office_name(scene, counter.office),
             office.address if office else None)  # fmt: skip
    return ", ".join(part for part in parts if part)[:300]


def _name(scene: Scene, procedure: str) -> str:
    return short_name(scene, procedure) or procedure


def _clock(at: dt.datetime) -> str:
    return f"{at.astimezone(VIETNAM):%H:%M}"


def when(scene: Scene, at: dt.datetime) -> str:
    """`08:30 thứ Hai 30/11/2026`."""
    return scene.say("book.when", time=_clock(at), day=scene.day_of_year(at.astimezone(VIETNAM).date()))


# Choosing


def not_here(scene: Scene) -> Reply:
    """Nothing can be booked: one simply goes."""
    ask = ((scene.button("commune.tell", actions.AskCommune()),),) if scene.commune is None else ()
    return Reply(blocks=(scene.line("book.commune" if scene.commune is None else "book.not_here"),), buttons=ask)


def days(scene: Scene, procedure: Procedure, free: Mapping[dt.date, int], place: str) -> Reply:
    """The days that have times free, without saying which times."""
    name = procedure.id
    title = scene.title("book.title", name=scene.tell(procedure.name))
    rows = [(scene.button("book.day", actions.BookTimes(name, day), day=scene.day(day), count=count),)
            for day, count in list(free.items())[:DAYS]]  # fmt: skip
    line = scene.line("book.choose_day" if rows else "book.full", place=place)
    return Reply(blocks=(title, line), buttons=(*rows, *_waiting_rows(scene, name)))


def _waiting_rows(scene: Scene, name: str) -> list[tuple[Button, ...]]:
    return [tuple(scene.button(f"book.wait_{wish}", actions.WaitForTime(name, wish)) for wish in When)]


def times(scene: Scene, procedure: Procedure, day: dt.date, free: Sequence[dt.datetime]) -> Reply:
    """The times of a day; each is held for whoever presses it."""
    buttons = [_time_button(procedure.id, at, _clock(at)) for at in free[:TIMES]]
    rows = [tuple(buttons[n : n + A_ROW]) for n in range(0, len(buttons), A_ROW)]
    other = (scene.button("book.other_day", actions.BookDays(procedure.id)),)
    key = "book.choose_time" if rows else "book.day_full"
    return Reply(blocks=(scene.line(key, day=scene.day(day)),), buttons=(*rows, other))


def _time_button(name: str, at: dt.datetime, label: str) -> Button:
    return Button(label=label, action=actions.HoldTime(name, at).wire)


def others(scene: Scene, name: str, free: Sequence[dt.datetime]) -> tuple[tuple[Button, ...], ...]:
    """Times to choose instead, and all others."""
    rows = tuple((_time_button(name, at, when(scene, at)),) for at in free)
    return (*rows, (scene.button("book.other_day", actions.BookDays(name)),))


def taken(scene: Scene, name: str, free: Sequence[dt.datetime], *, was: bool = True) -> Reply:
    """Somebody was faster, or it is (`was`) no time that can be booked: the next best in the same answer."""
    return Reply(blocks=(scene.line("book.taken" if was else "book.no_time"),), buttons=others(scene, name, free))


def held(scene: Scene, booked: Booked) -> Reply:
    """Not booked yet: confirmed with a tap, within minutes."""
    values = {"when": when(scene, booked.at), "place": booked.place, "name": _name(scene, booked.procedure)}
    lines = (scene.line("book.held", minutes=HELD_FOR.seconds // 60, **values), _kept(scene))
    yes = scene.button("book.confirm", actions.ConfirmBooking(booked.number))
    return Reply(blocks=lines, buttons=((yes,), (scene.button("book.other_day", actions.BookDays(booked.procedure)),)))


def _kept(scene: Scene) -> Block:
    return Block(text=scene.say("book.kept_note"), style=Style.NOTE)


# Booked


def confirmed(scene: Scene, booked: Booked, *, moved: bool) -> tuple[Reply, Reply]:
    """What is booked, its code, what to bring; and the same for a calendar."""
    key = "book.moved" if moved else "book.done"
    blocks = (scene.title(key, when=when(scene, booked.at)), *_details(scene, booked))
    return Reply(blocks=blocks, buttons=_own_buttons(scene, booked)), _file(scene, booked)


def _details(scene: Scene, booked: Booked) -> list[Block]:
    values = {"name": _name(scene, booked.procedure), "place": booked.place, "code": booked.code}
    papers = [Block(text=one, style=Style.ITEM) for one in _papers(scene, booked.procedure)]
    return [scene.line("book.where", **values), *([scene.title("remind.bring"), *papers] if papers else [])]


def _papers(scene: Scene, name: str) -> list[str]:
    procedure = scene.procedure(name)
    if procedure is None:
        return []
    known = scene.memory.checklist(name)
    own = tailored(procedure, known.answers if known else {})
    return [documents_line(scene, own, paper) for paper in scene.holding(own.papers) if not paper.in_database]


def _own_buttons(scene: Scene, booked: Booked) -> tuple[tuple[Button, ...], ...]:
    move = scene.button("book.move", actions.BookDays(booked.procedure))
    cancel = scene.button("book.cancel", actions.AskCancelBooking(booked.number))
    return ((move, cancel), (scene.button("checklist.open", actions.OpenChecklist(booked.procedure)),))


def _file(scene: Scene, booked: Booked, *, cancelled: bool = False) -> Reply:
    """For a calendar; its title does not say what for: others may see it."""
    event = Event(
        uid=f"{booked.code}@motcua",
        number=booked.changes,
        starts=booked.at,
        minutes=booked.minutes,
        title=scene.say("book.calendar_title"),
        place=booked.place,
        papers="\n".join((booked.code, *_papers(scene, booked.procedure))),
        cancelled=cancelled,
    )
    key = "book.file_gone" if cancelled else "book.file"
    return Reply(blocks=(scene.line(key),), document=(FILE, calendar(event, scene.now)))


def too_late(scene: Scene, name: str) -> Reply:
    """It was held and not confirmed in time."""
    return Reply(blocks=(scene.line("book.lapsed"),), buttons=((scene.button("book.open", actions.BookDays(name)),),))


def listed(scene: Scene, found: Sequence[Booked]) -> Reply:
    """`/appointments`."""
    if not found:
        return Reply(blocks=(scene.line("book.none"),), buttons=((scene.button("topics.open", actions.Topics()),),))
    lines = [Block(text=scene.say("book.listed", when=when(scene, one.at), name=_name(scene, one.procedure),
                                  place=one.place, code=one.code), style=Style.ITEM) for one in found]  # fmt: skip
    rows = tuple((_cancel_button(scene, one),) for one in found)
    return Reply(blocks=(scene.title("book.list"), *lines), buttons=rows)


def _cancel_button(scene: Scene, one: Booked) -> Button:
    return scene.button("book.cancel_of", actions.AskCancelBooking(one.number), when=when(scene, one.at))


def shown(scene: Scene, booked: Booked) -> Reply:
    """One of them, found by its code."""
    blocks = (scene.title("book.at", when=when(scene, booked.at)), *_details(scene, booked))
    return Reply(blocks=blocks, buttons=_own_buttons(scene, booked))


def ask_cancel(scene: Scene, booked: Booked) -> Reply:
    yes = scene.button("book.cancel_yes", actions.CancelBooking(booked.number))
    move = scene.button("book.move", actions.BookDays(booked.procedure))
    line = scene.line("book.cancel_sure", when=when(scene, booked.at), name=_name(scene, booked.procedure))
    return Reply(blocks=(line,), buttons=((yes,), (move,)))


def cancelled(scene: Scene, booked: Booked) -> tuple[Reply, Reply]:
    again = ((scene.button("book.open", actions.BookDays(booked.procedure)),),)
    told = Reply(blocks=(scene.line("book.cancelled", when=when(scene, booked.at)),), buttons=again)
    return told, file_gone(scene, booked)


def file_gone(scene: Scene, booked: Booked) -> Reply:
    """Takes it out of a calendar."""
    return _file(scene, booked, cancelled=True)


def waits(scene: Scene, name: str, wish: When) -> Reply:
    line = scene.line("book.waits", name=_name(scene, name), wish=scene.say(f"book.wish_{wish}"))
    return Reply(blocks=(line,), buttons=((scene.button("book.wait_stop", actions.WaitNoMore(name)),),))


def waits_no_more(scene: Scene) -> Reply:
    return Reply(blocks=(scene.line("book.waits_no_more"),))


# Unasked


def offered(scene: Scene, booked: Booked) -> Reply:
    """A time has become free for whoever waited longest and can come."""
    values = {"when": when(scene, booked.at), "place": booked.place, "name": _name(scene, booked.procedure)}
    line = scene.line("book.offered", minutes=OFFERED_FOR.seconds // 60, **values)
    rows = (
        (scene.button("book.confirm", actions.ConfirmBooking(booked.number)),),
        (scene.button("book.refuse", actions.RefuseOffer(booked.number)),),
    )
    return Reply(blocks=(line, _word(scene)), buttons=rows)


def _word(scene: Scene) -> Block:
    return Block(text=scene.say("book.word"), style=Style.NOTE)


def reminder(scene: Scene, booked: Booked) -> Reply:
    title = scene.title("book.reminder", when=scene.moment(booked.at))
    return Reply(blocks=(title, *_details(scene, booked), _word(scene)), buttons=_own_buttons(scene, booked))


def off(scene: Scene, booked: Booked, free: Sequence[dt.datetime]) -> Reply:
    """The office cannot keep it: said with two other times."""
    line = scene.line("book.off", when=when(scene, booked.at), name=_name(scene, booked.procedure))
    more = scene.line("book.off_others" if free else "book.off_none")
    return Reply(blocks=(line, more), buttons=others(scene, booked.procedure, free))


def moved_office(scene: Scene, booked: Booked, place: str) -> Reply:
    line = scene.line("book.office_moved", when=when(scene, booked.at), place=place)
    return Reply(blocks=(line,), buttons=_own_buttons(scene, booked))


# For the desk


def for_desk(scene: Scene, commune: str, found: Sequence[Booked]) -> Reply:
    """Who comes today and on the next day, without names: the code is asked for at the counter."""
    lines = [Block(text=scene.say("book.desk_line", when=when(scene, one.at), code=one.code,
                                  name=_name(scene, one.procedure)), style=Style.ITEM) for one in found]  # fmt: skip
    title = scene.title("book.desk" if lines else "book.desk_none", commune=commune)
    return Reply(blocks=(title, *lines))
