"""Deadlines of an entry for one date: when each is due and on which days it is told. From typed facts only; pure."""

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.ahead.quiet import day_before, next_day
from bot.content.schema import Answer, DateOf, Length, Remind, Unit
from bot.desk.working_time import WorkingTime

YEARS_BACK = {DateOf.BIRTH: 120, DateOf.DEATH: 20, DateOf.MARRIAGE: 80, DateOf.ISSUE: 60, DateOf.START: 60}
YEARS_AHEAD = {DateOf.END: 60, DateOf.START: 2}
HOURS_A_DAY = 24


@dataclass(frozen=True, kw_only=True)
class Due:
    """`day`: the last day, or the birthday on which it becomes due; `opens`: from when one may go."""

    answer: Answer
    day: dt.date
    opens: dt.date | None = None
    age: int | None = None
    final: bool = True  # after the day it is too late: nothing is told any more


@dataclass(frozen=True, kw_only=True)
class Telling:
    """One day on which somebody is told of one thing that is due."""

    on: dt.date
    due: Due


def to_be_reminded_of(answers: Iterable[Answer], today: dt.date) -> tuple[Answer, ...]:
    """The answers that one may be reminded of, as they hold today; all of them count from one kind of date."""
    return tuple(one for one in answers if one.remind and one.holds(today))


def basis(answers: Iterable[Answer]) -> str:
    """What the dates rest on, in short: where this changes, the law has."""
    return " ".join(sorted(_basis(one) for one in answers))[:200]


def _basis(one: Answer) -> str:
    length = f"{one.length.amount}{one.length.unit}" if one.length else ""
    ages = "+".join(map(str, ages_of(one)))
    backwards = "-" if one.remind and one.remind.backwards else ""
    return f"{one.id}:{backwards}{length}{ages}"


def ages_of(answer: Answer) -> tuple[int, ...]:
    if answer.ages or answer.eligible is None or answer.eligible.age_from is None:
        return answer.ages
    return (answer.eligible.age_from,)


def span_of(of: DateOf, today: dt.date) -> tuple[dt.date, dt.date]:
    """The days that such a date can lie between."""
    return _years(today, -YEARS_BACK.get(of, 30)), _years(today, YEARS_AHEAD.get(of, 0))


def dues(answers: Iterable[Answer], day: dt.date, days: WorkingTime) -> list[Due]:
    """All that falls due for a date, the soonest first."""
    return sorted((due for one in answers for due in _dues(one, day, days)), key=lambda due: (due.day, due.answer.id))


def _dues(answer: Answer, day: dt.date, days: WorkingTime) -> Iterator[Due]:
    remind = answer.remind
    if remind is None:
        return
    if remind.of is DateOf.BIRTH and (ages := ages_of(answer)):
        for age in ages:
            yield Due(answer=answer, day=_years(day, age), age=age, final=False)
    elif remind.backwards and answer.length:
        yield Due(answer=answer, day=day, opens=_moved(day, answer.length, days, back=True))
    elif remind.of is DateOf.END or answer.length is None:
        yield Due(answer=answer, day=day)
    else:
        yield Due(answer=answer, day=_moved(day, answer.length, days))


def _moved(day: dt.date, length: Length, days: WorkingTime, *, back: bool = False) -> dt.date:
    """The last day of a length that begins after `day`: a day that does not exist is the month's last."""
    sign = -1 if back else 1
    match length.unit:
        case Unit.YEAR:
            return _years(day, sign * length.amount)
        case Unit.MONTH:
            return _months(day, sign * length.amount)
        case Unit.WORKING_DAY:
            return _working_days(day, length.amount, days, sign)
        case Unit.HOUR:
            return day + sign * dt.timedelta(days=-(-length.amount // HOURS_A_DAY))
        case _:
            return day + sign * dt.timedelta(days=length.amount)


def _working_days(day: dt.date, amount: int, days: WorkingTime, sign: int) -> dt.date:
    left = amount
    while left:
        day += sign * dt.timedelta(days=1)
        left -= days.is_working_day(day)
    return day


def _years(day: dt.date, years: int) -> dt.date:
    return _months(day, 12 * years)


def _months(day: dt.date, months: int) -> dt.date:
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def tellings(due: Due, days: WorkingTime) -> list[dt.date]:
    """The working days on which a thing that is due is told, the first first."""
    remind = due.answer.remind
    told = {day_before(due.day - dt.timedelta(days=n), days) for n in _before(remind, due)}
    if due.opens:
        told.add(min(next_day(due.opens, days), day_before(due.day, days)))
    return sorted(told)


def _before(remind: Remind | None, due: Due) -> Iterator[int]:
    for n in remind.before if remind else ():
        if due.opens is None or due.day - dt.timedelta(days=n) >= due.opens:
            yield n


def next_telling(found: Iterable[Due], days: WorkingTime, *, after: dt.date) -> Telling | None:
    """What is told next, later than `after`."""
    coming = [Telling(on=on, due=due) for due in found for on in tellings(due, days) if on > after]
    return min(coming, key=lambda one: (one.on, one.due.day), default=None)


def first_telling(found: Iterable[Due], days: WorkingTime, *, after: dt.date) -> Telling | None:
    """The same for whoever asks now: where all usual days are over, the last working day before it is due."""
    found = list(found)
    late = [Telling(on=day_before(due.day - dt.timedelta(days=1), days), due=due) for due in found if due.day > after]
    usual = next_telling(found, days, after=after)
    soon = [one for one in late if one.on > after and not any(on > after for on in tellings(one.due, days))]
    return min([*soon, *([usual] if usual else [])], key=lambda one: (one.on, one.due.day), default=None)


def is_useful(due: Due, today: dt.date) -> bool:
    return today <= last_useful(due)


def last_useful(due: Due) -> dt.date:
    """The last day on which it helps to be told: none after the last day; of a birthday, for a month."""
    return due.day + dt.timedelta(days=0 if due.final else 30)
