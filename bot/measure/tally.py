"""Counts of one place in one time. They add up: of communes to a province, of provinces to the country. Pure."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields

from bot.desk.lifecycle import Action
from bot.desk.request import LIVE, RequestKind, Status
from bot.desk.working_time import VIETNAM
from bot.measure.life import ENDS, GIVES, WORDS, Cycle, Happening, What, cycles

FORGOTTEN_AFTER = dt.timedelta(days=30)  # of waiting for the citizen
EARLIEST = 1970  # before it no clock of ours counts
RATINGS = range(1, 6)

type OpenTime = Callable[[int, dt.datetime, dt.datetime], dt.timedelta]  # of a commune's office, between two moments


@dataclass(frozen=True, kw_only=True)
class Period:
    """From `start` until before `end`."""

    name: str
    start: dt.datetime
    end: dt.datetime

    def has(self, moment: dt.datetime | None) -> bool:
        return moment is not None and self.start <= moment < self.end

    def until(self, now: dt.datetime) -> "Period":
        """What of it has passed."""
        return Period(name=self.name, start=self.start, end=max(self.start, min(self.end, now)))


def month(name: str) -> Period:
    """`2026-11`: a month in Vietnam. Raises ValueError."""
    first = dt.datetime.strptime(name, "%Y-%m").replace(tzinfo=VIETNAM)
    if first.year < EARLIEST:
        raise ValueError(name)
    end = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return Period(name=f"{first:%Y-%m}", start=first, end=end)


def month_of(moment: dt.datetime, back: int = 0) -> Period:
    """The month a moment lies in, or one `back` months before."""
    local = moment.astimezone(VIETNAM)
    count = local.year * 12 + local.month - 1 - back
    return month(f"{count // 12:04}-{count % 12 + 1:02}")


@dataclass(kw_only=True)
class Tally:
    """What is counted. Numbers and waits (open minutes) only: nobody is in it."""

    opened: int = 0
    answered: int = 0  # first human words
    closed: int = 0
    first_due: int = 0
    first_kept: int = 0
    settled_due: int = 0
    settled_kept: int = 0
    waiting: int = 0  # at the end of the time
    overdue: int = 0  # of them
    asked_long: int = 0  # of them: the citizen has been waited for longer than thirty days
    reopened: int = 0
    rounds: int = 0
    second_rounds: int = 0
    taken_back: int = 0  # words to the citizen, whenever they had been said
    let_lie: int = 0  # claimed, and given back without a word
    moved_away: int = 0
    declined: int = 0
    passed_up: Counter[str] = field(default_factory=Counter)  # by who decides
    extra_opened: int = 0
    extra_answered: int = 0
    extra_closed: int = 0
    ratings: Counter[str] = field(default_factory=Counter)
    waits: list[int] = field(default_factory=list)  # open minutes until the first human word
    procedures: Counter[str] = field(default_factory=Counter)  # of opened requests
    questions: int = 0
    by_bot: int = 0
    no_answer: int = 0
    topics: Counter[str] = field(default_factory=Counter)  # of questions

    def add(self, other: "Tally") -> None:
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if isinstance(mine, Counter):
                mine.update(theirs)
            elif isinstance(mine, list):
                mine.extend(theirs)
            else:
                setattr(self, one.name, mine + theirs)


@dataclass(frozen=True, kw_only=True)
class Question:
    """That somebody asked the bot: where, about what, how it ended."""

    commune: int
    procedure: str | None
    outcome: str
    count: int = 1


BY_BOT = frozenset({"answered", "other_service", "emergency", "complaint", "denunciation"})
NO_ANSWER = frozenset({"no_match", "clarify"})


@dataclass
class Measured:
    """Tallies of one time, by commune, as requests and questions stream through."""

    period: Period
    open_time: OpenTime
    places: dict[int, Tally] = field(default_factory=dict)

    def at(self, commune: int) -> Tally:
        if commune not in self.places:
            self.places[commune] = Tally()
        return self.places[commune]

    def total(self, communes: Iterable[int] | None = None) -> Tally:
        found = Tally()
        for code in self.places if communes is None else communes:
            if code in self.places:
                found.add(self.places[code])
        return found

    def question(self, one: Question) -> None:
        tally = self.at(one.commune)
        tally.questions += one.count
        tally.by_bot += one.count * (one.outcome in BY_BOT)
        tally.no_answer += one.count * (one.outcome in NO_ANSWER)
        if one.procedure:
            tally.topics[one.procedure] += one.count

    def request(self, lines: Iterable[Happening]) -> None:
        """All that ever happened in one request."""
        found = cycles(lines, until=self.period.end)
        for cycle in found:
            self._promises(cycle)
            self._word(cycle)
            self._rounds(cycle)
            self._rating(cycle)
        self._lines([line for cycle in found for line in cycle.lines])
        if found:
            self._standing(found[-1])
            self._reopened(found)

    def _promises(self, cycle: Cycle) -> None:
        for promise in cycle.promises():
            if promise.counts_in(self.period.start, self.period.end):
                tally, kept = self.at(promise.commune), int(promise.kept)
                if promise.what is What.FIRST:
                    tally.first_due, tally.first_kept = tally.first_due + 1, tally.first_kept + kept
                else:
                    tally.settled_due, tally.settled_kept = tally.settled_due + 1, tally.settled_kept + kept

    def _word(self, cycle: Cycle) -> None:
        word = cycle.word
        if word and self.period.has(word.at):
            commune = cycle.responsible_at(word.at)
            tally = self.at(commune)
            tally.answered += 1
            tally.extra_answered += word.kind == RequestKind.EXTRA_DEMAND
            tally.waits.append(round(self.open_time(commune, cycle.given.at, word.at) / dt.timedelta(minutes=1)))

    def _rounds(self, cycle: Cycle) -> None:
        for number, line in enumerate(cycle.rounds):
            if self.period.has(line.at):
                tally = self.at(line.commune)
                tally.rounds += 1
                tally.second_rounds += number > 0

    def _lines(self, lines: list[Happening]) -> None:
        before, spoken = 0, False
        for line in lines:
            spoken = False if line.action in GIVES else spoken
            if self.period.has(line.at):
                self._line(line, before, spoken=spoken)
            before, spoken = line.commune, spoken or line.action in WORDS

    def _line(self, line: Happening, before: int, *, spoken: bool) -> None:
        tally = self.at(line.commune)
        extra = line.kind == RequestKind.EXTRA_DEMAND
        match line.action:
            case Action.SEND:
                tally.opened += 1
                tally.extra_opened += extra
                tally.procedures[line.procedure or ""] += 1
            case Action.CLOSE | Action.REPLY_ALL | Action.FINISH | Action.CANCEL:
                tally.closed += 1
                tally.extra_closed += extra
            case Action.UNSAY:
                tally.taken_back += 1
            case Action.RELEASE | Action.DEPART if not spoken:
                tally.let_lie += 1
            case Action.ACCEPT:
                self.at(before).moved_away += 1
            case Action.DECLINE:
                tally.declined += 1
            case Action.ESCALATE:
                tally.passed_up[line.level] += 1

    def _rating(self, cycle: Cycle) -> None:
        """The last word of whoever rated it several times."""
        rated = [one for one in cycle.lines if one.action == Action.RATE and one.rating in RATINGS]
        if rated and self.period.has(rated[-1].at):
            self.at(rated[-1].commune).ratings[str(rated[-1].rating)] += 1

    def _standing(self, cycle: Cycle) -> None:
        """Where it stands at the end of the time."""
        last, end = cycle.lines[-1], self.period.end
        if last.after not in LIVE:
            return
        tally = self.at(last.commune)
        tally.waiting += 1
        tally.overdue += any(one.over is None and one.due and one.due < end for one in cycle.promises())
        asked = next((one.at for one in reversed(cycle.lines) if one.action == Action.ASK), None)
        tally.asked_long += bool(last.after == Status.ASKED and asked and end - asked > FORGOTTEN_AFTER)

    def _reopened(self, found: list[Cycle]) -> None:
        """In the month in which it had been closed: closing early gains nothing."""
        for cycle in found:
            end = cycle.first_of(ENDS)
            if cycle.reopened and end and self.period.has(end.at):
                self.at(end.commune).reopened += 1
