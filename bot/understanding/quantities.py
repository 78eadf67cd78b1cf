"""Ages and lengths of time that a message tells, in figures or words. Pure."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.content.schema import Language, Phrases, QuantityWords, When
from bot.understanding.fold import fold, low_words, words
from bot.understanding.runs import Run

DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
AGE = "age"
DATED = frozenset({"day", "month"})  # before a number they begin a date
MOST_DIGITS = 3  # of a number that counts years or days
YEAR_DIGITS = 4
DATE_WORDS = 6  # at most between what says that somebody was born and the year
OLDEST = 120  # years
LONGEST = 3  # words of a unit
DIGIT = re.compile(r"\d")
GLUED = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=\d[hg])(?=\d)", re.IGNORECASE)  # "17t", "7h30"


@dataclass(frozen=True)
class Quantities:
    """What a message tells: an age in full years, a length of time in days; None where none or several are told."""

    age: int | None = None
    days: int | None = None

    def within(self, when: When) -> bool | None:
        """Whether what is told lies in the bounds; None where nothing is told that they are about."""
        age = _between(self.age, when.age_from, when.age_below)
        days = _between(self.days, when.days_from, when.days_below)
        return None if age is None or days is None else age and days


NOTHING = Quantities()


def _between(told: int | None, least: int | None, below: int | None) -> bool | None:
    if least is None and below is None:
        return True
    if told is None:
        return None
    return (least is None or told >= least) and (below is None or told < below)


@dataclass(frozen=True)
class Counting:
    """The words of numbers and units, folded."""

    numbers: dict[str, int] = field(default_factory=dict)
    ten: frozenset[str] = frozenset()
    half: frozenset[Run] = frozenset()
    units: dict[Run, tuple[str, ...]] = field(default_factory=dict)
    once: dict[str, str] = field(default_factory=dict)
    begins: frozenset[str] = frozenset()  # the first word of everything here but the units
    born: frozenset[Run] = frozenset()  # what comes before a date of birth
    not_born: frozenset[str] = frozenset()  # words that make another of its first word
    in_dates: frozenset[str] = frozenset()  # words inside a date


def build_counting(known: QuantityWords | None) -> Counting:
    if known is None:
        return Counting()
    units: dict[Run, tuple[str, ...]] = {}
    for unit, phrases in known.units.items():
        for run in _runs(phrases):
            units[run] = (*units.get(run, ()), unit)
    numbers = {run[0]: number for number, phrases in known.numbers.items() for run in _runs(phrases) if len(run) == 1}
    ten = frozenset(run[0] for run in _runs(known.ten))
    half = frozenset(_runs(known.half))
    once: dict[str, str] = {run[0]: unit for unit, phrases in known.once.items() for run in _runs(phrases)}
    return Counting(
        numbers,
        ten,
        half,
        units,
        once,
        frozenset((*numbers, *ten, *once, *(run[0] for run in half))),
        frozenset(_runs(known.born)),
        frozenset(run[0] for run in _runs(known.not_born)),
        frozenset(run[0] for run in _runs(known.in_dates)),
    )


def _runs(phrases: Phrases) -> Iterator[Run]:
    for language in Language:
        for text in getattr(phrases, language):
            yield tuple(map(fold, low_words(text)))


def told_in(text: str, said: Run, counting: Counting, today: dt.date | None = None) -> Quantities:
    """The one age and the one length of time of a cleaned message. `said`: its words, folded.

    A year of birth is an age on `today`: full years where the month is told, else those of this calendar year.
    """
    if DIGIT.search(text):
        said = tuple(map(fold, words(GLUED.sub(" ", text.lower()))))
    found = list(_counted(said, counting))
    ages = {number for number, unit in found if unit == AGE} | set(_since_birth(said, counting, today))
    days = {round(number * DAYS[unit]) for number, unit in found if unit != AGE}
    return Quantities(age=_only(ages), days=_only(days))


def _since_birth(said: Run, counting: Counting, today: dt.date | None) -> Iterator[int]:
    """The age by each year that follows what says that somebody was born."""
    if today is None:
        return
    for at in range(len(said)):
        length = next((n for n in range(LONGEST, 0, -1) if said[at : at + n] in counting.born), 0)
        if not length or (at and said[at - 1] in counting.not_born):
            continue
        dated: list[int] = []  # the day and the month, as far as they are told
        monthly = False  # whether the last of them is a month by its word
        for here in range(at + length, min(at + length + DATE_WORDS, len(said))):
            word = said[here]
            if word.isdecimal() and len(word) == YEAR_DIGITS:
                month = dated[-1] if len(dated) > 1 or (dated and monthly) else 0
                if 0 <= (age := today.year - int(word) - (month > today.month)) <= OLDEST:
                    yield age
                break
            if word.isdecimal() and len(word) < YEAR_DIGITS:
                dated.append(int(word))
                monthly = "month" in _unit(said, here - 1, counting)[0]
            elif word not in counting.in_dates:
                break


def _only(found: Iterable[float]) -> int | None:
    several = list(found)
    return int(several[0]) if len(several) == 1 else None


def _counted(said: Run, counting: Counting) -> Iterator[tuple[float, str]]:
    """Each number that stands before a unit, or inside it."""
    after = 0
    for at in [at for at, word in enumerate(said) if word in counting.begins or word.isdecimal()]:
        if at < after:
            continue
        if unit := counting.once.get(said[at]):
            yield 1, unit
        number, end = _number(said, at, counting)
        units, after = _unit(said, end, counting) if number is not None else ((), end)
        dated = at > 0 and not DATED.isdisjoint(_unit(said, at - 1, counting)[0])  # "ngày 15 tháng 3" lasts nothing
        for one in () if dated else units:
            yield number or 0, one
        after = after if units else end


def _number(said: Run, at: int, counting: Counting) -> tuple[float | None, int]:
    """The number that begins at a word, and where it ends."""
    for run in counting.half:
        if said[at : at + len(run)] == run:
            return 0.5, at + len(run)
    word = said[at]
    if word.isdecimal() and len(word) <= MOST_DIGITS:
        return int(word), at + 1
    total, end = 0, at
    while end < len(said):
        word = said[end]
        if word in counting.ten:
            total = total * 10 if 0 < total < 10 else 10 if total == 0 else total
        elif (digit := counting.numbers.get(word)) is None or (total and (total % 10 or digit > 9)):
            break
        elif end > at and _unit(said, end, counting)[0]:
            break  # "hai năm": the second word is the unit
        else:
            total += digit
        end += 1
    return (total or None), max(end, at)


def _unit(said: Run, at: int, counting: Counting) -> tuple[tuple[str, ...], int]:
    """The longest unit that begins at a word, and where it ends."""
    for length in range(LONGEST, 0, -1):
        run = said[at : at + length]
        if len(run) == length and (units := counting.units.get(run)):
            return units, at + length
    return (), at
