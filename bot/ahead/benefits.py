"""“You may be entitled”: questions and results from `eligible` of all entries alone; nothing is kept. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.content.schema import Answer, Eligible

UNKNOWN = "x"  # "I do not know", or would rather not say
MOST_QUESTIONS = 7


class Asks(StrEnum):
    """The questions, in the order in which they are asked; a field of `Eligible` stands behind each."""

    AGE = "age"
    HOUSEHOLD = "household"
    DISABILITY = "disability"
    PENSION = "pension"
    INCOME = "income"


class Fit(StrEnum):
    MAYBE = "maybe"  # nothing that is known speaks against it
    NOT = "not"


@dataclass(frozen=True, kw_only=True)
class Question:
    asks: Asks
    options: tuple[str, ...]  # of AGE and INCOME the lower ends, the first is 0


@dataclass(frozen=True, kw_only=True)
class Result:
    """`because`: what rules it out."""

    procedure: str
    answer: Answer
    fit: Fit
    because: tuple[Asks, ...] = ()


def asked_about(answers: Iterable[Answer]) -> list[Eligible]:
    """The conditions that are those of whoever is asked about."""
    return [one.eligible for one in answers if one.eligible and not one.eligible.of_another]


def questions(found: Iterable[Eligible]) -> list[Question]:
    """Those that any entry needs."""
    known = list(found)
    asked = [Question(asks=one, options=options) for one in Asks if len(options := _options(one, known)) > 1]
    return asked[:MOST_QUESTIONS]


def _options(asks: Asks, known: list[Eligible]) -> tuple[str, ...]:
    match asks:
        case Asks.AGE:
            return _steps(age for one in known for age in (one.age_from, one.age_below) if age)
        case Asks.HOUSEHOLD:
            return (*dict.fromkeys(kind for one in known for kind in one.household), "neither")
        case Asks.DISABILITY:
            return (*dict.fromkeys(kind for one in known for kind in one.disability), "none")
        case Asks.PENSION:
            return ("no", "yes") if any(one.no_pension for one in known) else ()
        case Asks.INCOME:
            return _steps(one.income_below for one in known if one.income_below)


def _steps(ends: Iterable[int]) -> tuple[str, ...]:
    return tuple(map(str, sorted({0, *ends})))


def result(procedure: str, answers: Iterable[Answer], said: Mapping[Asks, str]) -> Result | None:
    """The best of an entry's answers for what was said; None: the check does not speak of it."""
    found = [_result(procedure, one, said) for one in answers if one.eligible and not one.eligible.of_another]
    return min(found, key=lambda one: (one.fit is Fit.NOT, len(one.because)), default=None)


def _result(procedure: str, answer: Answer, said: Mapping[Asks, str]) -> Result:
    assert answer.eligible is not None  # noqa: S101 - chosen by it
    against = tuple(one for one in Asks if _rules_out(answer.eligible, one, said.get(one, UNKNOWN)))
    return Result(procedure=procedure, answer=answer, fit=Fit.NOT if against else Fit.MAYBE, because=against)


def _rules_out(needed: Eligible, asks: Asks, said: str) -> bool:
    if said == UNKNOWN:
        return False
    match asks:
        case Asks.AGE:
            age = int(said)
            too_old = needed.age_below is not None and age >= needed.age_below
            return too_old or (needed.age_from is not None and age < needed.age_from)
        case Asks.HOUSEHOLD:
            return bool(needed.household) and said not in needed.household
        case Asks.DISABILITY:
            return bool(needed.disability) and said not in needed.disability
        case Asks.PENSION:
            return needed.no_pension and said == "yes"
        case Asks.INCOME:
            return needed.income_below is not None and int(said) >= needed.income_below
