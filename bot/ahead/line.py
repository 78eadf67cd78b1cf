"""The line at a counter: the code on its wall, how long a wait may be, who steps back, when few come. Pure."""

import datetime as dt
import hmac
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from statistics import median, quantiles

from bot.desk.working_time import VIETNAM

CODE_LIVES = dt.timedelta(minutes=10)  # shown for as long, and taken for as long again
DIGITS = 4
LAST_SERVED = 20  # service times of which a wait is reckoned
FEWEST = 5  # with fewer, only the people before one are told
ROUNDED = 5  # minutes
MOST_CALLS = 3
STEPS_BACK = 2  # once, for whoever did not come
STEP = 1000  # between the ranks of two numbers
ENOUGH = 100  # numbers, before hours are recommended
ENOUGH_AN_HOUR = 10
BEST = 2  # hours that are told


def code_at(seal: bytes, commune: int, counter: str, now: dt.datetime) -> str:
    """What stands on the wall now: who is not in the room does not know it."""
    window = int(now.timestamp() // CODE_LIVES.total_seconds())
    found = hmac.new(seal, f"wall:{commune}:{counter}:{window}".encode(), sha256).hexdigest()
    return f"{int(found[:12], 16) % 10**DIGITS:0{DIGITS}}"


def is_on_the_wall(seal: bytes, commune: int, counter: str, now: dt.datetime, typed: str) -> bool:
    """Now, or until a moment ago."""
    return any(
        hmac.compare_digest(code_at(seal, commune, counter, at).encode(), typed.encode("utf-8", "replace"))
        for at in (now, now - CODE_LIVES)
    )


@dataclass(frozen=True, kw_only=True)
class Wait:
    """From, to: minutes."""

    least: int
    most: int


def wait(before: int, served: Sequence[dt.timedelta], at_once: int) -> Wait | None:
    """How long a wait may be, from the last service times; None where there are too few of them."""
    if len(served) < FEWEST:
        return None
    low, _, high = quantiles((one.total_seconds() / 60 for one in served), n=4, method="inclusive")
    rounds = before / max(1, at_once)
    least = ROUNDED * int(rounds * low // ROUNDED)
    most = ROUNDED * -int(-(rounds * high) // ROUNDED)
    return Wait(least=least, most=max(most, least + ROUNDED))


def back(rank: int, others: Sequence[int]) -> int:
    """The rank of whoever did not come: behind the next two. `others`: of those who wait, in their order."""
    behind = others[min(STEPS_BACK, len(others)) - 1] if others else rank
    return behind + 1


@dataclass(frozen=True, kw_only=True)
class Hour:
    """An hour of a day of the week at which few wait. `day`: 0 is Monday."""

    day: int
    hour: int


def best_hours(waits: Iterable[tuple[dt.datetime, dt.datetime]]) -> list[Hour]:
    """When one waited least, of when numbers were drawn and called; nothing where they are too few."""
    found: dict[Hour, list[float]] = defaultdict(list)
    for drawn, called in waits:
        local = drawn.astimezone(VIETNAM)
        found[Hour(day=local.weekday(), hour=local.hour)].append((called - drawn).total_seconds())
    if sum(map(len, found.values())) < ENOUGH:
        return []
    known = [(median(times), hour) for hour, times in found.items() if len(times) >= ENOUGH_AN_HOUR]
    return [hour for _, hour in sorted(known, key=lambda one: (one[0], one[1].day, one[1].hour))[:BEST]]
