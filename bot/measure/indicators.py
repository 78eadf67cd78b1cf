"""The indicators: what each number is, how it is reckoned, and the query that finds it in the database. Pure.

Names and definitions in words stand in the catalogs under `measure.<key>` and `measure.<key>_how`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.measure.queries import query
from bot.measure.tally import Period, Tally

NEEDED_FOR_A_RATE = 10
MINUTES = 60


class Form(StrEnum):
    COUNT = "count"
    SHARE = "share"  # `value` of `of`
    HOURS = "hours"  # open hours, of `of` cases
    MEAN = "mean"  # of `of` ratings
    LIST = "list"


@dataclass(frozen=True, kw_only=True)
class Indicator:
    key: str
    form: Form
    value: float | None  # None: there is none yet, which is not nought
    of: int | None = None
    parts: tuple[tuple[str, int], ...] = ()
    query: str = ""

    @property
    def share(self) -> float | None:
        """None where there are too few for one to mean anything."""
        if self.form is not Form.SHARE or self.value is None or not self.of or self.of < NEEDED_FOR_A_RATE:
            return None
        return self.value / self.of


MOST_SHOWN = 10

KEYS = (
    "opened", "answered", "closed", "first_kept", "settled_kept", "waiting", "overdue", "asked_long", "median",
    "nine_in_ten", "reopened", "rounds", "second_rounds", "taken_back", "let_lie", "moved_away", "declined",
    "passed_up", "extra_opened", "extra_answered", "extra_closed", "rating", "by_bot", "no_answer", "asked_most",
)  # fmt: skip


def indicators(tally: Tally, period: Period, communes: Sequence[int] = (), dialect: str = "sqlite") -> list[Indicator]:
    """Everything that is told of a place in a time; no `communes`: of the whole country."""
    return [_one(key, tally, query(key, period, communes, dialect)) for key in KEYS]


def _one(key: str, tally: Tally, sql: str) -> Indicator:
    match key:
        case "first_kept" | "settled_kept":
            due = tally.first_due if key == "first_kept" else tally.settled_due
            return _share(key, getattr(tally, key), due, sql)
        case "by_bot" | "no_answer":
            return _share(key, getattr(tally, key), tally.questions, sql)
        case "median" | "nine_in_ten":
            return _hours(key, tally, sql)
        case "rating":
            count = sum(tally.ratings.values())
            total = sum(int(stars) * many for stars, many in tally.ratings.items())
            return Indicator(key=key, form=Form.MEAN, value=total / count if count else None, of=count, query=sql)
        case "passed_up":
            return _list(key, tally.passed_up, sql)
        case "asked_most":
            return _list(key, tally.topics + tally.procedures, sql)
        case _:
            return Indicator(key=key, form=Form.COUNT, value=getattr(tally, key), query=sql)


def _share(key: str, value: int, of: int, sql: str) -> Indicator:
    return Indicator(key=key, form=Form.SHARE, value=value if of else None, of=of, query=sql)


def _list(key: str, counted: "dict[str, int]", sql: str) -> Indicator:
    ranked = sorted(((name, count) for name, count in counted.items() if name), key=lambda one: (-one[1], one[0]))
    total = sum(count for _, count in ranked)
    return Indicator(key=key, form=Form.LIST, value=total, parts=tuple(ranked[:MOST_SHOWN]), query=sql)


def _hours(key: str, tally: Tally, sql: str) -> Indicator:
    found = median(tally.waits) if key == "median" else nine_in_ten(tally.waits)
    hours = None if found is None else found / MINUTES
    return Indicator(key=key, form=Form.HOURS, value=hours, of=len(tally.waits), query=sql)


def median(waits: Sequence[int]) -> int | None:
    """The lower one of the middle, in open minutes."""
    return sorted(waits)[(len(waits) - 1) // 2] if waits else None


def nine_in_ten(waits: Sequence[int]) -> int | None:
    """Nine in ten waited no longer."""
    return sorted(waits)[-(-len(waits) * 9 // 10) - 1] if waits else None
