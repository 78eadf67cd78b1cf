"""Days as people type them: `25/3/27`, `ngày 5 tháng 3 năm 2027`, `March 5 2027`, `mai`. Pure.

Nothing is guessed that a person could mean otherwise: a year of two digits, a missing year, a day and month that only
fit the other way round are asked for, with what they may mean.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from bot.content.schema import DateWords, Language, Phrases
from bot.understanding.fold import clean, fold, words

ISO = re.compile(r"(?<!\d)(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})(?!\d)")
USUAL = re.compile(r"(?<!\d)(\d{1,2}) ?[-/.] ?(\d{1,2}) ?[-/.] ?(\d{4}|\d{2})(?!\d)")
NUMBER = re.compile(r"\d+")
TOGETHER = {8: ((0, 2), (2, 4), (4, 8)), 6: ((0, 2), (2, 4), (4, 6))}  # 05032027, 050327
MONTHS = 12
SHORT = 100  # a year of two digits is below
SHORTEST = 2  # words of a message in which one syllable is a day: not `một năm nữa`, `cuối năm nay`
MOST_AHEAD = 4000  # of days, weeks … from now
NEAR = {"before_yesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1, "after_tomorrow": 2}


class Unclear(StrEnum):
    """Why a day is asked for again."""

    NO_DATE = "no_date"
    IMPOSSIBLE = "impossible"
    LUNAR = "lunar"
    NO_DAY = "no_day"
    NO_YEAR = "no_year"
    SHORT_YEAR = "short_year"
    TURNED = "turned"  # month before day
    PAST = "past"
    FUTURE = "future"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The day, or why there is none, and which days may have been meant."""

    day: dt.date | None = None
    unclear: Unclear | None = None
    perhaps: tuple[dt.date, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Span:
    """The first and the last day that can be meant."""

    first: dt.date
    last: dt.date

    def holds(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Dates:
    """The words of `intents/_dates.yaml`, without accents."""

    months: tuple[tuple[str, int], ...] = ()  # the longest first
    near: tuple[tuple[str, int], ...] = ()
    lunar: frozenset[str] = frozenset()
    parts: dict[str, re.Pattern[str]] = field(default_factory=dict)
    ahead: re.Pattern[str] | None = None
    ago: re.Pattern[str] | None = None
    units: dict[str, str] = field(default_factory=dict)  # word → day, week, month, year


def build_dates(known: DateWords | None) -> Dates:
    if known is None:
        return Dates()
    months = [(word, n) for n, phrases in enumerate(known.months, 1) for word in _of(phrases)]
    near = [(word, NEAR[name]) for name, phrases in known.days.items() for word in _of(phrases)]
    units = {word: name for name in ("day", "week", "month", "year") for word in _of(getattr(known, name))}
    number = rf"\b(\d{{1,3}}) ({_any(units)})s?"
    return Dates(
        months=_longest_first(months),
        near=_longest_first(near),
        lunar=frozenset(_of(known.lunar)),
        parts={name: re.compile(rf"\b(?:{_any(_of(getattr(known, name)))}) ?(\d{{1,4}})\b")
               for name in ("day", "month", "year")},
        ahead=re.compile(rf"{number} (?:{_any(_of(known.ahead))})\b"),
        ago=re.compile(rf"{number} (?:{_any(_of(known.ago))})\b"),
        units=units,
    )  # fmt: skip


def _longest_first(found: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(found, key=lambda one: (-len(one[0]), one)))


def _of(phrases: Phrases) -> list[str]:
    return [_plain(text) for language in Language for text in getattr(phrases, language)]


def _any(found: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, found), key=lambda one: (-len(one), one)))


def _plain(text: str) -> str:
    return " ".join(map(fold, words(clean(text).lower())))


def read_date(text: str, dates: Dates, *, today: dt.date, span: Span) -> Heard:
    """The day that a message tells; `span`: within which it can lie."""
    plain = _plain(text)
    if any(f" {word} " in f" {plain} " for word in dates.lunar):
        return Heard(unclear=Unclear.LUNAR)
    if found := _relative(plain, dates, today):
        return _within(found, span)
    year, month, day = _parts(text, plain, dates)
    if day is None and month is None and year is None:
        return Heard(unclear=Unclear.NO_DATE)
    if day is None or month is None:
        return Heard(unclear=Unclear.NO_DAY)
    if year is None:
        return _without_year(month, day, span, today)
    return _whole(year, month, day, span)


def _relative(plain: str, dates: Dates, today: dt.date) -> dt.date | None:
    if dates.ahead and (found := dates.ahead.search(plain)) and int(found[1]) <= MOST_AHEAD:
        return later(today, int(found[1]), dates.units[found[2]])
    if dates.ago and (found := dates.ago.search(plain)):
        return later(today, -int(found[1]), dates.units[found[2]])
    if NUMBER.search(plain):
        return None
    alone = len(plain.split()) <= SHORTEST
    near = (n for word, n in dates.near if f" {word} " in f" {plain} " and (alone or " " in word))
    return next((today + dt.timedelta(days=n) for n in near), None)


def later(day: dt.date, amount: int, unit: str) -> dt.date:
    """So many days, weeks, months or years later, or earlier; the last of the month where it has no such day."""
    match unit:
        case "day":
            return day + dt.timedelta(days=amount)
        case "week":
            return day + dt.timedelta(weeks=amount)
        case "month":
            months = day.year * 12 + day.month - 1 + amount
            return _clamped(months // 12, months % 12 + 1, day.day)
        case _:
            return _clamped(day.year + amount, day.month, day.day)


def _clamped(year: int, month: int, day: int) -> dt.date:
    return next(found for n in range(4) if (found := _date(year, month, day - n)))


def _date(year: int, month: int, day: int) -> dt.date | None:
    with suppress(ValueError):
        return dt.date(year, month, day)
    return None


type Parts = tuple[int | None, int | None, int | None]  # year, month, day


def _parts(text: str, plain: str, dates: Dates) -> Parts:
    if found := ISO.search(clean(text)):
        return int(found[1]), int(found[2]), int(found[3])
    if found := USUAL.search(clean(text)):
        return int(found[3]), int(found[2]), int(found[1])
    told = {name: int(found[1]) for name, cue in dates.parts.items() if (found := cue.search(plain))}
    if "month" in told:
        return _told(told, plain)
    return _named_month(plain, dates) or _in_order(NUMBER.findall(plain))


def _told(told: dict[str, int], plain: str) -> Parts:
    """`ngày 5 tháng 3 năm 2027`; what bears no word is what is left."""
    left = [int(one) for one in NUMBER.findall(plain)]
    for number in told.values():
        if number in left:
            left.remove(number)
    day = told.get("day") or next((n for n in left if n < SHORT), None)
    year = told.get("year") or next((n for n in left if n != day), None)
    return year, told["month"], day


def _named_month(plain: str, dates: Dates) -> Parts | None:
    """`5 March 2027`, `March 5th, 2027`."""
    padded = f" {plain} "
    month = next((n for word, n in dates.months if f" {word} " in padded), None)
    if month is None:
        return None
    numbers = [int(one) for one in NUMBER.findall(plain)]
    if not numbers:
        return None
    years = [n for n in numbers if n > 31]
    days = [n for n in numbers if n not in years]
    year = years[0] if years else (days[1] if len(days) > 1 else None)
    return year, month, days[0] if days else None


def _in_order(numbers: list[str]) -> Parts:
    """Day, month, year, as here; `20270305` and `2027 3 5` are read the other way."""
    match numbers:
        case [one] if len(one) in TOGETHER:
            return _together(one)
        case [first, second, third, *_] if len(first) <= 2 and len(second) <= 2:
            return int(third), int(second), int(first)
        case [first, second] if len(second) == 4:
            return int(second), int(first), None
        case [first, second] if len(first) <= 2 and len(second) <= 2:
            return None, int(second), int(first)
        case [one] if len(one) == 4 and one[:2] in ("19", "20"):
            return int(one), None, None
    return None, None, None


def _together(digits: str) -> Parts:
    if len(digits) == 8 and digits[:2] in ("19", "20") and _date(int(digits[:4]), int(digits[4:6]), int(digits[6:])):
        return int(digits[:4]), int(digits[4:6]), int(digits[6:])
    day, month, year = (int(digits[a:b]) for a, b in TOGETHER[len(digits)])
    return year, month, day


def _whole(year: int, month: int, day: int, span: Span) -> Heard:
    if year < SHORT:
        return _short_year(year, month, day, span)
    if found := _date(year, month, day):
        return _within(found, span)
    turned = _date(year, day, month)
    return (
        Heard(unclear=Unclear.TURNED, perhaps=(turned,))
        if turned and span.holds(turned)
        else Heard(unclear=Unclear.IMPOSSIBLE)
    )


def _within(day: dt.date, span: Span) -> Heard:
    if span.holds(day):
        return Heard(day=day)
    return Heard(unclear=Unclear.PAST if day < span.first else Unclear.FUTURE)


def _short_year(year: int, month: int, day: int, span: Span) -> Heard:
    whole = [found for century in (1900, 2000) if (found := _date(century + year, month, day))]
    if not whole:
        return Heard(unclear=Unclear.IMPOSSIBLE)
    return Heard(unclear=Unclear.SHORT_YEAR, perhaps=tuple(one for one in whole if span.holds(one)))


def _without_year(month: int, day: int, span: Span, today: dt.date) -> Heard:
    """The nearest years in which it can have been meant."""
    near = sorted(_of_years(month, day, today), key=lambda one: abs(one - today))
    if not near:  # `3/27` is a month of a year
        return Heard(unclear=Unclear.NO_DAY if day <= MONTHS < month else Unclear.IMPOSSIBLE)
    return Heard(unclear=Unclear.NO_YEAR, perhaps=tuple(sorted([one for one in near if span.holds(one)][:2])))


def _of_years(month: int, day: int, today: dt.date) -> Iterator[dt.date]:
    for year in range(today.year - 4, today.year + 5):
        if found := _date(year, month, day):
            yield found
