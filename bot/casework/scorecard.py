"""The scorecard: rebuilt each night from what happened, published when a month can change no more, told in the chat."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence

from bot.casework.unit_of_work import UnitOfWork
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
EVERY = 500  # requests, between two steps of a bar

type Progress = Callable[[float], None]


def measure(
    unit: UnitOfWork, period: Period, communes: Collection[int] | None = None,
    progress: Progress = lambda _: None,
) -> Measured:  # fmt: skip
    """Reckon a time from what happened, streaming."""
    found = Measured(period=period, open_time=open_time(unit))
    lines = measured.how_many(unit.connection, period, communes) or 1
    done = 0
    for number, request in enumerate(measured.happenings(unit.connection, period, communes)):
        found.request(request)
        done += len(request)
        if number % EVERY == 0:
            progress(done / lines)
    for question in measured.questions(unit.connection, period):
        if communes is None or question.commune in communes:
            found.question(question)
    progress(1)
    return found


def open_time(unit: UnitOfWork) -> Callable[[int, dt.datetime, dt.datetime], dt.timedelta]:
    """Offices with the same hours are one, which reckons each day once."""
    offices: dict[int, WorkingTime] = {}
    alike: dict[tuple[Hours, ...], WorkingTime] = {}

    def between(commune: int, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        if commune not in offices:
            office = unit.office(commune)
            offices[commune] = alike.setdefault(office.hours, office)
        return offices[commune].between(start, end)

    return between


def nightly(unit: UnitOfWork) -> list[str]:
    """Reckon the months that may still change and those never reckoned; publish what is settled. What was published.

    Also what was settled while nobody ran: what happened is kept for good.
    """
    months = [month_of(unit.now, back) for back in range(TREND)]
    known = measured.months(unit.connection)
    for number, period in enumerate(months):
        if number < CHANGING or period.name not in known:
            rebuild(unit, period)
    measured.forget_questions(unit.connection, months[-1].start)
    plan_nightly(unit)
    return [name for period in reversed(months[1:]) for name in publish(unit, period)]


def plan_nightly(unit: UnitOfWork) -> None:
    """The next night's reckoning."""
    local = unit.now.astimezone(VIETNAM)
    night = dt.datetime.combine(local.date(), NIGHT, VIETNAM)
    at = night if night > local else night + dt.timedelta(days=1)
    agenda.plan(unit.connection, NIGHTLY, {NIGHTLY: at})


def rebuild(unit: UnitOfWork, period: Period) -> None:
    found = measure(unit, period.until(unit.now))
    places = sorted((code, tally) for code, tally in found.places.items() if tally != Tally())
    rows = [(code, province_of(unit, code), tally) for code, tally in places]
    measured.keep(unit.connection, period.name, rows, now=unit.now)


def province_of(unit: UnitOfWork, commune: int) -> int:
    place = unit.house.knowledge.gazetteer.communes.get(commune)
    return place.province_code if place else 0


def publish(unit: UnitOfWork, period: Period) -> list[str]:
    """The tables of a month, once it is settled; those that stand already stay. The names of the new ones."""
    if unit.now < open_data.settles_at(period):
        return []
    names = open_data.names(period.name)
    if all(measured.publication(unit.connection, name) for name in names):
        return []
    found = measure(unit, period)
    if not found.places:  # before there was anything to tell
        return []
    provinces = {code: place.province_code for code, place in unit.house.knowledge.gazetteer.communes.items()}
    tables = open_data.tables(period, found.places, provinces, named(unit))
    return [
        name
        for name, body in tables.items()
        if measured.publish(unit.connection, name, month=period.name, body=body, now=unit.now)
    ]


def named(unit: UnitOfWork) -> frozenset[str]:
    """The procedures that may be named at a commune: those we know, but for a family's own affairs."""
    return frozenset(unit.house.knowledge.procedures) - frozenset(unit.rules.sensitive)


# In the chat


def past(unit: UnitOfWork, communes: Sequence[int], days: int) -> Tally:
    """How desks did in the last days, as the scorecard reckons."""
    period = Period(name="", start=unit.now - dt.timedelta(days=days), end=unit.now + dt.timedelta(microseconds=1))
    return measure(unit, period, communes).total(communes)


def plan_monthly(unit: UnitOfWork, commune: int) -> None:
    """The month's figures: on the first working morning of the next, unless they are planned."""
    subject = f"month:{commune}"
    if not agenda.is_planned(unit.connection, subject):
        first = month_of(unit.now).end - dt.timedelta(seconds=1)
        if morning := unit.office(commune).morning(first):
            agenda.plan(unit.connection, subject, {"monthly": morning})


def _trend(unit: UnitOfWork, commune: int, fresh: dict[str, Tally]) -> list[tuple[str, Tally]]:
    """A year and a month until the last one, as the nights reckoned them."""
    names = [month_of(unit.now, back).name for back in range(TREND, 0, -1)]
    kept = measured.kept(unit.connection, names, commune=commune)
    known = {name: places[commune] for name, places in kept.items() if commune in places} | fresh
    return [(name, known[name]) for name in names if name in known]


def monthly(unit: UnitOfWork, commune: int) -> None:
    """To each leader: how the commune did last month, beside the month before."""
    leaders = unit.crew(commune, Role.LEADER)
    last, before = (month_of(unit.now, back) for back in (1, 2))
    if leaders:
        told = [measure(unit, one, [commune]).total([commune]) for one in (last, before)]
        scene = unit.desk_scene(commune)
        picture = cards.month_picture(scene, commune, _trend(unit, commune, {last.name: told[0], before.name: told[1]}))
        for leader in leaders:
            unit.put(leader, cards.month(scene, commune, last.name, *told), priority=Priority.REMINDER)
            unit.put(leader, picture, priority=Priority.REMINDER)
    if unit.crew(commune):
        plan_monthly(unit, commune)
