"""A day, a part of a day or a clock time at which somebody asks whether an office is open. Pure."""

import datetime as dt
import re
from dataclasses import dataclass, field

from bot.content.schema import Language, MomentWords, Phrases, Weekday
from bot.understanding.fold import fold, has_accent, low_words
from bot.understanding.quantities import DIGIT, GLUED
from bot.understanding.runs import Run, Runs, build_runs, folded_runs, listed

DATE = re.compile(r"(?<![\d/.-])(\d{1,2})[/-](\d{1,2})(?![\d/-])")
CLOCK = re.compile(r"([01]?\d|2[0-3])(?: ([0-5]\d))?")
CLAUSES = re.compile(r"[,;!?\n]")
NOON = 12
LONGEST = 4  # words beside an hour
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Moment:
    """`date`: day and month; `holiday`: the beginning of its name in the calendar; `time`: that it names or stands for.

    `days_ahead`: 0 today, 1 tomorrow. At least one of them is there.
    """

    weekday: Weekday | None = None
    date: tuple[int, int] | None = None
    holiday: str | None = None
    days_ahead: int | None = None
    time: dt.time | None = None
    online: bool = False
    off: bool = False  # whether it is closed then is asked, not whether it is open


@dataclass(frozen=True)
class Part:
    at: dt.time
    after_noon: bool


@dataclass(frozen=True)
class Moments:
    """The words of days and times, folded; those of parts of a day also with their accents."""

    days: Runs[Weekday] = field(default_factory=Runs)
    parts: Runs[Part] = field(default_factory=Runs)
    ahead: Runs[int] = field(default_factory=Runs)
    holidays: Runs[str] = field(default_factory=Runs)
    clock_after: frozenset[Run] = frozenset()
    clock_before: frozenset[Run] = frozenset()
    not_after: frozenset[str] = frozenset()
    asks_hours: Runs[None] = field(default_factory=Runs)
    asks_off: Runs[None] = field(default_factory=Runs)
    online: Runs[None] = field(default_factory=Runs)
    begins: frozenset[str] = frozenset()  # the first word of every day and part of a day


def build_moments(words: MomentWords | None) -> Moments:
    if words is None:
        return Moments()
    days = {run: day for day, phrases in words.days.items() for run in folded_runs(phrases)}
    parts = {
        run: Part(dt.time.fromisoformat(part.at), part.after_noon)
        for part in words.parts.values()
        for run in (*folded_runs(part.said), *_accented(part.said))
    }
    ahead = {run: n for n, phrases in enumerate((words.today, words.tomorrow)) for run in folded_runs(phrases)}
    holidays = {run: name for name, phrases in words.holidays.items() for run in folded_runs(phrases)}
    return Moments(
        days=build_runs(days),
        parts=build_runs(parts),
        ahead=build_runs(ahead),
        holidays=build_runs(holidays),
        clock_after=frozenset(folded_runs(words.clock_after)),
        clock_before=frozenset(folded_runs(words.clock_before)),
        not_after=frozenset(run[0] for run in folded_runs(words.not_after)),
        asks_hours=listed(folded_runs(words.asks_hours)),
        asks_off=listed(folded_runs(words.asks_off)),
        online=listed(folded_runs(words.online)),
        begins=frozenset(run[0] for run in (*days, *parts, *ahead, *holidays)),
    )


def _accented(phrases: Phrases) -> list[Run]:
    """As they are typed with accents: "giờ tôi đi" has no evening in it."""
    return [tuple(low_words(text)) for language in Language for text in getattr(phrases, language)]


def moment_asked(text: str, typed: list[str], said: Run, moments: Moments) -> Moment | None:
    """The moment of a message that asks whether somebody is there then; None where it asks nothing of the kind.

    `typed`: its words, `said`: the same, folded.
    """
    day = None
    if DIGIT.search(text):
        day = _day(text, moments.not_after)
        text = GLUED.sub(" ", DATE.sub(" ", text))
        typed = low_words(text)
        said = tuple(map(fold, typed))
    elif moments.begins.isdisjoint(said):
        return None
    if not moments.asks_hours.stand_in(said):
        return None
    weekday = _first(said, moments.days, moments.not_after)
    holiday = _first(said, moments.holidays)
    ahead = _first(said, moments.ahead)
    part = _first(tuple(typed) if any(map(has_accent, typed)) else said, moments.parts)
    time = _clock_in(text, said, moments, part)
    if weekday is None and holiday is None and ahead is None and day is None and time is None:
        return None
    online, off = moments.online.stand_in(said), moments.asks_off.stand_in(said)
    return Moment(weekday=weekday, date=day, holiday=holiday, days_ahead=ahead, time=time, online=online, off=off)


def _day(text: str, unless_after: frozenset[str]) -> tuple[int, int] | None:
    """Day and month; not those of something told: "giấy xin ngày 10/6 còn dùng được không"."""
    date = DATE.search(text)
    if date is None or not (1 <= int(date[1]) <= 31 and 1 <= int(date[2]) <= 12):
        return None
    before = map(fold, low_words(text[: date.start()])[-2:])
    return None if unless_after.intersection(before) else (int(date[1]), int(date[2]))


def _first[T](words: Run, known: Runs[T], unless_after: frozenset[str] = NOTHING) -> T | None:
    """What the first known words say, the longest of those that begin there; not after a word that makes it past."""
    at, run = next(known.found_in(words), (0, ()))
    past = at > 0 and words[at - 1] in unless_after
    return known.means[run] if run and not past else None


def _clock_in(text: str, words: Run, moments: Moments, part: Part | None) -> dt.time | None:
    """The first clock time of a message, each clause for itself: "đủ 14, giờ làm" has none; else that of `part`."""
    usual = part.at if part else None
    if not any(map(str.isdecimal, words)):
        return usual
    clauses = (tuple(map(fold, low_words(clause))) for clause in CLAUSES.split(text))
    return next(filter(None, (_clock(clause, moments, part) for clause in clauses)), usual)


def _at(words: Run, start: int, known: frozenset[Run]) -> bool:
    return any(words[start : start + length] in known for length in range(1, LONGEST + 1))


def _clock(words: Run, moments: Moments, part: Part | None) -> dt.time | None:
    """The clock time that is named: in the afternoon where a word says so."""
    for at, word in enumerate(words):
        minutes = words[at + 1] if len(words) > at + 1 and words[at + 1].isdecimal() else ""
        after = at + 1 + bool(minutes)
        named = _at(words, at + 1, moments.clock_after) or _at(words, after, moments.clock_after)
        if not word.isdecimal() or not (named or (at and words[at - 1 : at] in moments.clock_before)):
            continue
        if at and words[at - 1] in moments.not_after:
            continue  # "tháng 4 giờ …": a month, then "now"
        later = words[at + 2] if len(words) > at + 2 and words[at + 2].isdecimal() else ""
        found = CLOCK.fullmatch(f"{word} {minutes or later}".strip()) or CLOCK.fullmatch(word)
        if not found:
            continue
        hour = int(found[1])
        hour += NOON if part and part.after_noon and hour < NOON else 0
        return dt.time(hour, int(found[2] or 0))
    return None
