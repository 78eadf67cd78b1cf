"""Whether an office is open at the moment somebody asks about: yes or no first, by its own hours or the usual ones."""

import datetime as dt
from dataclasses import dataclass

from bot.content.schema import CalendarDay, Counter, Hours, Procedure
from bot.conversation.citizen.offices import known_hours, office_name, reported, told_hours
from bot.conversation.reply import Block
from bot.conversation.scene import Scene
from bot.desk.working_time import VIETNAM, WEEK, WorkingTime
from bot.understanding.moments import Moment

A_YEAR = 366
VERDICTS = {  # by whether it is open then, whether that is sure, and whether it was asked if it is closed
    (True, True, False): "at.open",
    (False, True, False): "at.closed",
    (True, False, False): "at.open_usually",
    (False, False, False): "at.closed_usually",
    (True, True, True): "at.off_open",
    (False, True, True): "at.off_closed",
    (True, False, True): "at.off_open_usually",
    (False, False, True): "at.off_closed_usually",
}


@dataclass(frozen=True, kw_only=True)
class Office:
    """Where one would go, and when it is open; `own`: by its own hours, else by those usual for its kind."""

    name: str
    hours: tuple[Hours, ...]
    own: bool
    general: str | None  # what holds for every office of the kind, in words


def at(scene: Scene, procedure: Procedure | None, counter: Counter, moment: Moment) -> tuple[Block, ...]:
    """Open then or not; and the hours. Online everything can be handed in at any time."""
    online = procedure is not None and procedure.online.level != "no"
    if moment.online and (online or procedure is None):
        return (scene.line("at.online_yes"),)
    office = _office(scene, counter)
    working = WorkingTime(scene.house.knowledge.calendar, office.hours)
    day = day_meant(scene.today, scene.house.knowledge.calendar.days_off, moment)
    if day is None:
        day = _next_working(working, scene.today)
    blocks = [*_verdict(scene, office, working, day, moment), *_hours(scene, office), *reported(scene, counter)]
    return tuple(blocks) + ((scene.line("at.online"),) if online else ())


def _office(scene: Scene, counter: Counter) -> Office:
    facts = scene.house.knowledge.counters[counter]
    own = known_hours(scene, counter)
    hours = own or facts.usual_hours or scene.house.knowledge.calendar.usual_hours
    general = scene.tell(facts.hours) if facts.hours and not own else None
    return Office(name=office_name(scene, counter), hours=hours, own=bool(own), general=general)


def day_meant(today: dt.date, days_off: tuple[CalendarDay, ...], moment: Moment) -> dt.date | None:
    """The next day that is meant, today included; None where only a time is named."""
    ahead = (today + dt.timedelta(days=n) for n in range(A_YEAR))
    if moment.holiday:
        named = (day for off in days_off for day in off.days if off.name.vi.startswith(moment.holiday))
        return next((day for day in sorted(named) if day >= today), None)
    if moment.date:
        return next((day for day in ahead if (day.day, day.month) == moment.date), None)
    if moment.days_ahead is not None:
        return today + dt.timedelta(days=moment.days_ahead)
    if moment.weekday:
        return next(day for day in ahead if WEEK[day.weekday()] == moment.weekday)
    return None


def _next_working(working: WorkingTime, today: dt.date) -> dt.date:
    days = (today + dt.timedelta(days=n) for n in range(A_YEAR))
    return next((day for day in days if working.spans(day)), today)


def _verdict(scene: Scene, office: Office, working: WorkingTime, day: dt.date, moment: Moment) -> list[Block]:
    spans = working.spans(day)
    if off := working.day_off(day):
        key = "at.off_holiday" if moment.off else "at.holiday"
        holiday = _sentences(scene.say(key, date=scene.day(day), name=scene.tell(off.name), office=office.name))
        opens = working.opens(dt.datetime.combine(day, dt.time(23, 59), VIETNAM))
        return [holiday, *([scene.line("open.working_again", when=scene.day(opens.date()))] if opens else [])]
    asked = dt.datetime.combine(day, moment.time, VIETNAM) if moment.time else None
    open_then = any(start <= asked < end for start, end in spans) if asked else bool(spans)
    sure = office.own or (office.general is not None and (asked is None or not spans))  # its days are known
    key = VERDICTS[open_then, sure, moment.off]
    named = moment.weekday or moment.date or moment.days_ahead is not None
    when = scene.day(day) if named and not asked else _when(scene, day, asked, named=bool(named))
    return [_sentences(scene.say(key, when=when, office=office.name))]


def _sentences(told: str) -> Block:
    """Each begun with a capital, also where it begins with a day of the week."""
    return Block(text=". ".join(part[:1].upper() + part[1:] for part in told.split(". ")))


def _when(scene: Scene, day: dt.date, asked: dt.datetime | None, *, named: bool) -> str:
    clock = f"{asked:%H:%M}" if asked else ""
    return scene.say("at.day_and_time", day=scene.day(day), time=clock) if named else scene.say("at.time", time=clock)


def _hours(scene: Scene, office: Office) -> list[Block]:
    if office.general:
        return [Block(text=office.general)]
    told = told_hours(scene, office.hours)
    return [scene.line("office.hours", hours=told)] if office.own else [scene.line("at.usual", hours=told)]
