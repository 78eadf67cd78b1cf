"""The scorecard: rebuilt each night from what happened, published when a month can change no more, told in the chat."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence

from bot.casework.counter import Counter
from bot.content.schema import Hours
from bot.conversation.staff import cards
from bot.desk.request import Role
from bot.desk.working_time import VIETNAM, WorkingTime
from bot.measure import open_data
from bot.measure.tally import Measured, Period, Tally, month_of
from bot.store import agenda, measured
from bot.store.outbox import Priority

NIGHTLY = "scorecard"
NIGHT = dt.time(3, 30)
TREND = 13  # months, so that this one stands beside the same of last year
CHANGING = 2  # months that are reckoned anew each night: this one, and the last until it is published
SETTLING = 3  # months back that are looked at for publication
EVERY = 500  # requests, between two steps of a bar

type Progress = Callable[[float], None]


def measure(
    counter: Counter, period: Period, communes: Collection[int] | None = None,
    progress: Progress = lambda _: None,
) -> Measured:  # fmt: skip
    """Reckon a time from what happened, streaming."""
    found = Measured(period=period, open_time=open_time(counter))
    lines = measured.how_many(counter.connection, period, communes) or 1
    done = 0
    for number, request in enumerate(measured.happenings(counter.connection, period, communes)):
        found.request(request)
        done += len(request)
        if number % EVERY == 0:
            progress(done / lines)
    for question in measured.questions(counter.connection, period):
        if communes is None or question.commune in communes:
            found.question(question)
    progress(1)
    return found


def open_time(counter: Counter) -> Callable[[int, dt.datetime, dt.datetime], dt.timedelta]:
    """Offices with the same hours are one, which reckons each day once."""
    offices: dict[int, WorkingTime] = {}
    alike: dict[tuple[Hours, ...], WorkingTime] = {}

    def between(commune: int, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        if commune not in offices:
            office = counter.office(commune)
            offices[commune] = alike.setdefault(office.hours, office)
        return offices[commune].between(start, end)

    return between


def nightly(counter: Counter) -> list[str]:
    """Reckon the months that may still change and those never reckoned; publish what is settled. What was published."""
    months = [month_of(counter.now, back) for back in range(TREND)]
    known = measured.months(counter.connection)
    for number, period in enumerate(months):
        if number < CHANGING or period.name not in known:
            rebuild(counter, period)
    measured.forget_questions(counter.connection, months[-1].start)
    plan_nightly(counter)
    return [name for period in months[1:SETTLING] for name in publish(counter, period)]


def plan_nightly(counter: Counter) -> None:
    """The next night's reckoning."""
    local = counter.now.astimezone(VIETNAM)
    night = dt.datetime.combine(local.date(), NIGHT, VIETNAM)
    at = night if night > local else night + dt.timedelta(days=1)
    agenda.plan(counter.connection, NIGHTLY, {NIGHTLY: at})


def rebuild(counter: Counter, period: Period) -> None:
    found = measure(counter, period.until(counter.now))
    places = sorted((code, tally) for code, tally in found.places.items() if tally != Tally())
    rows = [(code, province_of(counter, code), tally) for code, tally in places]
    measured.keep(counter.connection, period.name, rows, now=counter.now)


def province_of(counter: Counter, commune: int) -> int:
    place = counter.house.knowledge.gazetteer.communes.get(commune)
    return place.province_code if place else 0


def publish(counter: Counter, period: Period) -> list[str]:
    """The tables of a month, once it is settled; those that stand already stay. The names of the new ones."""
    if counter.now < open_data.settles_at(period):
        return []
    names = open_data.names(period.name)
    if all(measured.publication(counter.connection, name) for name in names):
        return []
    found = measure(counter, period)
    if not found.places:  # before there was anything to tell
        return []
    provinces = {code: place.province_code for code, place in counter.house.knowledge.gazetteer.communes.items()}
    tables = open_data.tables(period, found.places, provinces, named(counter))
    return [
        name
        for name, body in tables.items()
        if measured.publish(counter.connection, name, month=period.name, body=body, now=counter.now)
    ]


def named(counter: Counter) -> frozenset[str]:
    """The procedures that may be named at a commune: those we know, but for a family's own affairs."""
    return frozenset(counter.house.knowledge.procedures) - frozenset(counter.rules.sensitive)


# In the chat


def past(counter: Counter, communes: Sequence[int], days: int) -> Tally:
    """How desks did in the last days, as the scorecard reckons."""
    period = Period(
        name="", start=counter.now - dt.timedelta(days=days), end=counter.now + dt.timedelta(microseconds=1)
    )
    return measure(counter, period, communes).total(communes)


def plan_monthly(counter: Counter, commune: int) -> None:
    """The month's figures: on the first working morning of the next, unless they are planned."""
    subject = f"month:{commune}"
    if not agenda.is_planned(counter.connection, subject):
        first = month_of(counter.now).end - dt.timedelta(seconds=1)
        if morning := counter.office(commune).morning(first):
            agenda.plan(counter.connection, subject, {"monthly": morning})


def monthly(counter: Counter, commune: int) -> None:
    """To each leader: how the commune did last month, beside the month before."""
    leaders = counter.crew(commune, Role.LEADER)
    last, before = (month_of(counter.now, back) for back in (1, 2))
    if leaders:
        told = [measure(counter, one, [commune]).total([commune]) for one in (last, before)]
        reply = cards.month(counter.desk_scene(commune), commune, last.name, *told)
        for leader in leaders:
            counter.put(leader, reply, priority=Priority.REMINDER)
    if counter.crew(commune):
        plan_monthly(counter, commune)
