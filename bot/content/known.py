"""How whole and how fresh what we know of a commune's offices is: what a citizen sent there has to be told. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from bot.content.schema import Counter, Office

FRESH = dt.timedelta(days=180)
WANTED = ("address", "phone", "hours")
OF_EACH_COMMUNE = (Counter.SERVICE_CENTRE, Counter.COMMUNE_POLICE)


@dataclass(frozen=True, kw_only=True)
class Known:
    """`had` of `wanted` facts; `missing`: kind of office and fact; `oldest`: when the stalest of them was read."""

    had: int
    wanted: int
    missing: tuple[tuple[Counter, str], ...]
    oldest: dt.date | None
    stale: bool


def known_of(offices: Sequence[Office], today: dt.date) -> Known:
    """Of the offices that every commune has; one that is not known at all misses everything."""
    own = {kind: next((one for one in offices if one.kind is kind), None) for kind in OF_EACH_COMMUNE}
    missing = tuple(
        (kind, name) for kind, office in own.items() for name in WANTED if not (office and getattr(office, name))
    )
    wanted = len(OF_EACH_COMMUNE) * len(WANTED)
    read = [office.read for office in own.values() if office and office.read]
    oldest = min(read, default=None)
    stale = oldest is not None and today - oldest > FRESH
    return Known(had=wanted - len(missing), wanted=wanted, missing=missing, oldest=oldest, stale=stale)
