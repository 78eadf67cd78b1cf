"""When nobody is written to unasked: at night, and on days off. All pure; moments carry their zone."""

import datetime as dt

from bot.desk.working_time import VIETNAM, WorkingTime
from bot.quiet import MORNING, is_quiet

BEGINS = dt.time(9)  # what is told on a day is told from here on
SPREAD = 90  # minutes: not all at once


def may_write(now: dt.datetime, days: WorkingTime) -> bool:
    """By day, and on no day off."""
    return not is_quiet(now) and days.is_working_day(now.astimezone(VIETNAM).date())


def moment_on(day: dt.date, number: int) -> dt.datetime:
    """When the reminder of this number is told on a day."""
    start = dt.datetime.combine(day, BEGINS, VIETNAM)
    return start + dt.timedelta(minutes=number * 37 % SPREAD)


def next_day(day: dt.date, days: WorkingTime) -> dt.date:
    """The first working day from `day` on."""
    while not days.is_working_day(day):
        day += dt.timedelta(days=1)
    return day


def day_before(day: dt.date, days: WorkingTime) -> dt.date:
    """The last working day until `day`."""
    while not days.is_working_day(day):
        day -= dt.timedelta(days=1)
    return day


def awake(now: dt.datetime) -> dt.datetime:
    """`now` by day; by night the next morning, a day off or not."""
    if not is_quiet(now):
        return now
    local = now.astimezone(VIETNAM)
    day = local.date() if local.hour < MORNING else local.date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(MORNING), VIETNAM)


def at_next_chance(now: dt.datetime, days: WorkingTime) -> dt.datetime:
    """`now` where one may write; else the morning of the next working day."""
    if may_write(now, days):
        return now
    return dt.datetime.combine(_next_morning(now, days), dt.time(MORNING), VIETNAM)


def after_quiet(now: dt.datetime, number: int, days: WorkingTime) -> dt.datetime:
    """`now` where one may write; else the next time at which one may."""
    return now if may_write(now, days) else moment_on(_next_morning(now, days), number)


def _next_morning(now: dt.datetime, days: WorkingTime) -> dt.date:
    local = now.astimezone(VIETNAM)
    return next_day(local.date() if local.hour < MORNING else local.date() + dt.timedelta(days=1), days)
