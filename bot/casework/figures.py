"""Figures for pages: a leader's own commune or province, and what was published for everybody."""

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.casework import learning, scorecard, searching, second_look, worklist
from bot.casework.unit_of_work import UnitOfWork
from bot.content.known import Known, known_of
from bot.desk.request import Actor, Request, Role, Status
from bot.desk.working_time import VIETNAM
from bot.measure import open_data
from bot.measure.indicators import NEEDED_FOR_A_RATE, Indicator, indicators
from bot.measure.matter import Matter
from bot.measure.open_data import File
from bot.measure.tally import FORGOTTEN_AFTER, Period, Tally, month_of
from bot.store import cases, matters, measured, questions

OLDEST = 5
A_DAY = dt.timedelta(days=1)
TREND = 13
ALIKE = 2.0  # times as many requests at most, and half at least: a commune of like size
PEERS_NEEDED = 5


@dataclass(frozen=True, kw_only=True)
class Month:
    """`None`: nothing was reckoned of it."""

    name: str
    tally: Tally | None


@dataclass(frozen=True, kw_only=True)
class ToDo:
    """Something a leader can see to now: how many of it, and where."""

    key: str
    count: int
    path: str


@dataclass(frozen=True, kw_only=True)
class Leading:
    """What a leader sees of a commune."""

    commune: int
    period: Period
    told: tuple[Indicator, ...]
    trend: tuple[Month, ...]
    load: tuple[tuple[str, int], ...]  # who holds how many
    oldest: tuple[worklist.Line, ...]
    to_do: tuple[ToDo, ...]
    peers: float | None  # the median share of first answers in time of communes of like size, last month
    built_at: dt.datetime | None
    known: Known  # of what we know of its offices


@dataclass(frozen=True, kw_only=True)
class Overseeing:
    """What whoever stands for a province sees of its communes, the silent ones first."""

    province: int
    period: Period
    communes: tuple[tuple[int, Tally], ...]

    @property
    def most_due(self) -> int:
        """The longest bar beside the communes."""
        return max((tally.first_due for _, tally in self.communes), default=0) or 1


def led(actor: Actor) -> list[int]:
    return sorted({post.commune for post in actor.posts if post.role is Role.LEADER})


def leading(unit: UnitOfWork, actor: Actor, commune: int) -> Leading:
    now = month_of(unit.now)
    passed = now.until(unit.now + dt.timedelta(microseconds=1))
    tally = scorecard.measure(unit, passed, [commune]).total([commune])
    months = [month_of(unit.now, back) for back in range(1, TREND)]
    kept = measured.kept(unit.connection, [one.name for one in months], commune=commune)
    trend = [Month(name=one.name, tally=kept.get(one.name, {}).get(commune)) for one in reversed(months)]
    live = unit.requests(cases.of_communes(unit.connection, [commune]))
    here = [one for one in live if one.commune == commune]
    return Leading(
        commune=commune,
        period=passed,
        told=tuple(indicators(tally, passed, [commune])),
        trend=(*trend, Month(name=now.name, tally=tally)),
        load=tuple(_load(unit, commune)),
        oldest=tuple(worklist.line(unit, actor, one) for one in _oldest(actor, here)),
        to_do=tuple(_to_do(unit, actor, commune, here)),
        peers=_peers(unit, months[0].name, commune),
        known=known_of(unit.house.knowledge.offices.get(commune, ()), unit.now.astimezone(VIETNAM).date()),
        built_at=measured.built_at(unit.connection, months[0].name),
    )


def _oldest(actor: Actor, here: Sequence[Request]) -> list[Request]:
    able = [one for one in here if searching.may_open(actor, one)]
    return sorted(able, key=lambda one: one.opened_at)[:OLDEST]


def _to_do(unit: UnitOfWork, actor: Actor, commune: int, here: Sequence[Request]) -> list[ToDo]:
    """What is worth a leader's hand, the most pressing first; nothing where nothing is."""
    late = [one for one in here if "overdue" in one.raised or (one.next_due and one.next_due <= unit.now)]
    lying = [one for one in here if one.status is Status.OPEN and unit.now - one.opened_at > A_DAY]
    demands = [one for one in here if one.for_leaders and one.answered_at is None]
    waiting = cases.held_in(unit.connection, [one.code for one in here])
    held = [row for row in waiting if _may_let_go(unit, actor, row)]
    asked_long = [one for one in here if one.status is Status.ASKED and unit.now - one.moved_at > FORGOTTEN_AFTER]
    rushes = questions.suggested(unit.connection, commune, after=unit.now - learning.NOTICE_LASTS)
    found = [
        ToDo(key="screen.to_do_overdue", count=len(late), path="/ban#overdue"),
        ToDo(key="screen.to_do_demands", count=len(demands), path="/ban?loai=extra_demand"),
        ToDo(key="screen.to_do_held", count=len(held), path=f"/ban/r/{held[0]['code']}" if held else "/ban"),
        ToDo(key="screen.to_do_lying", count=len(lying), path="/ban?chon=1&giu=-"),
        ToDo(key="screen.to_do_asked_long", count=len(asked_long), path="/ban#asked"),
        ToDo(key="screen.to_do_rushes", count=sum(not row["text"] for row in rushes), path="/ban/hom-nay"),
    ]
    return [one for one in found if one.count]


def _may_let_go(unit: UnitOfWork, actor: Actor, row: cases.Row) -> bool:
    request = unit.request(row["code"])
    return request is not None and second_look.may_decide(unit, actor, request, row)


def _load(unit: UnitOfWork, commune: int) -> list[tuple[str, int]]:
    people = [unit.actor(person) for person in unit.crew(commune)]
    return sorted(((one.name, len(cases.owned(unit.connection, one.person))) for one in people), key=lambda x: -x[1])


def _peers(unit: UnitOfWork, month: str, commune: int) -> float | None:
    """None where the commune, or too few like it, had enough of them."""
    places = measured.kept(unit.connection, [month]).get(month, {})
    mine = places.get(commune)
    if mine is None or mine.first_due < NEEDED_FOR_A_RATE:
        return None
    alike = sorted(
        one.first_kept / one.first_due
        for code, one in places.items()
        if code != commune and one.first_due >= NEEDED_FOR_A_RATE
        and mine.opened / ALIKE <= one.opened <= mine.opened * ALIKE
    )  # fmt: skip
    return alike[(len(alike) - 1) // 2] if len(alike) >= PEERS_NEEDED else None


def overseeing(unit: UnitOfWork, province: int) -> Overseeing:
    """The month so far; silent is a commune that answers nobody while some wait."""
    period = month_of(unit.now).until(unit.now + dt.timedelta(microseconds=1))
    places = unit.house.knowledge.gazetteer.communes.values()
    codes = [one.code for one in places if one.province_code == province]
    found = scorecard.measure(unit, period, codes)
    known = [(code, found.places[code]) for code in codes if code in found.places and found.places[code] != Tally()]
    return Overseeing(province=province, period=period, communes=tuple(sorted(known, key=_silence)))


def _silence(place: tuple[int, Tally]) -> tuple[bool, int, int]:
    code, tally = place
    return not (tally.waiting and not tally.answered), -tally.overdue, code


# What was published


def published(unit: UnitOfWork) -> list[File]:
    return [
        File(name=name, month=month, bytes=size, at=at)
        for name, month, size, at in measured.publications(unit.connection)
    ]


def of_place(unit: UnitOfWork, area: str) -> list[Mapping[str, str]]:
    """The published rows of a place, a month each, oldest first; empty where it is in none."""
    found: list[Mapping[str, str]] = []
    for one in published(unit):
        if one.name.startswith("places") and (body := measured.publication(unit.connection, one.name)):
            rows = csv.DictReader(body[0].splitlines())
            found += [row for row in rows if row["area"] == area and row["level"] in ("commune", "country")]
    return found


def raised_in(unit: UnitOfWork, commune: int) -> list[tuple[Mapping[str, str], Matter | None]]:
    """The published rows of what was raised in a commune, newest month first, each with its matter as it stands now.

    Only what was published is told: a count of five and more, rounded, and nobody's name.
    """
    area, found = f"{commune:05}", list[Mapping[str, str]]()
    for one in published(unit):
        if one.name.startswith("matters") and (body := measured.publication(unit.connection, one.name)):
            found += [row for row in csv.DictReader(body[0].splitlines()) if row["area"] == area]
    now = {one.title: one for one in matters.of_commune(unit.connection, commune)} if found else {}
    return [(row, now.get(row["matter"])) for row in reversed(found)]


def document(unit: UnitOfWork, name: str, base: str) -> str | None:
    """An open data file by its name; None where there is none."""
    say = next(iter(unit.house.catalogs.values())).say
    if name == "datapackage.json":
        return open_data.datapackage(published(unit), say)
    if name == "catalog.jsonld":
        return open_data.catalogue(published(unit), base, say)
    found = measured.publication(unit.connection, name)
    return found[0] if found else None


def shown_months(rows: Sequence[Mapping[str, str]], whole: str, part: str) -> list[tuple[str, int | None, int | None]]:
    """For a chart: month, whole, part; None where it is hidden."""
    return [(row["month"], _number(row[whole]), _number(row[part])) for row in rows]


def _number(cell: str) -> int | None:
    return int(cell) if cell.isdigit() else None
