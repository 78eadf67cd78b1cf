"""Appointments: which times a counter has, reckoned from its hours; the database guards what is taken. Pure."""

import datetime as dt
from collections.abc import Collection, Iterator
from enum import StrEnum

from bot.content.schema import AppointmentCounter, Appointments
from bot.content.schema import Counter as Office
from bot.desk.working_time import VIETNAM, WorkingTime

HELD_FOR = dt.timedelta(minutes=5)
OFFERED_FOR = dt.timedelta(minutes=30)  # a freed time, to whoever waits
SOON = dt.timedelta(hours=2)  # before it, one is reminded
USEFUL = dt.timedelta(minutes=30)  # no reminder later than this before it


class Wish(StrEnum):
    """When somebody who waits could come."""

    ANY = "any"
    MORNING = "am"
    AFTERNOON = "pm"


def counter_for(appointments: Appointments | None, procedure: str, office: Office) -> AppointmentCounter | None:
    """The counter at which a procedure can be booked: one that names it, else one of its office that names none."""
    if appointments is None:
        return None
    named = [one for one in appointments.counters if procedure in one.procedures]
    general = [one for one in appointments.counters if not one.procedures and one.office is office]
    return next(iter((*named, *general)), None)


def slots(counter: AppointmentCounter, days: WorkingTime, day: dt.date) -> list[dt.datetime]:
    """All its times on a day, whoever has them."""
    if day in counter.closures or not days.is_working_day(day):
        return []
    length = dt.timedelta(minutes=counter.slot_minutes)
    return [start + n * length for start, end in days.spans(day) for n in range((end - start) // length)]


def bookable(counter: AppointmentCounter, days: WorkingTime, now: dt.datetime) -> Iterator[dt.datetime]:
    """The times that may be booked now, the first first: from the lead on, up to the horizon."""
    first = now + dt.timedelta(hours=counter.lead_hours)
    for n in range(counter.horizon_days + 1):
        day = now.astimezone(VIETNAM).date() + dt.timedelta(days=n)
        yield from (at for at in slots(counter, days, day) if at >= first)


def holds(counter: AppointmentCounter, days: WorkingTime, at: dt.datetime) -> bool:
    """Whether a time is still one of the counter's."""
    return at.astimezone(VIETNAM) in slots(counter, days, at.astimezone(VIETNAM).date())


def free_days(times: Collection[dt.datetime]) -> dict[dt.date, int]:
    """How many times each day has; which ones is shown once a day is chosen."""
    found: dict[dt.date, int] = {}
    for at in times:
        day = at.astimezone(VIETNAM).date()
        found[day] = found.get(day, 0) + 1
    return found


def fits(wish: Wish, at: dt.datetime) -> bool:
    noon = at.astimezone(VIETNAM).hour
    match wish:
        case Wish.ANY:
            return True
        case Wish.MORNING:
            return noon < 12
        case Wish.AFTERNOON:
            return noon >= 12


def reminders(at: dt.datetime, now: dt.datetime) -> dict[str, dt.datetime]:
    """When one is reminded: at nine the day before, and two hours before; what is over is left out."""
    local = at.astimezone(VIETNAM)
    before = dt.datetime.combine(local.date() - dt.timedelta(days=1), dt.time(9), VIETNAM)
    found = {"booked_day": before, "booked_soon": at - SOON}
    return {kind: when for kind, when in found.items() if when > now}
