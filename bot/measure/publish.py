"""What may be published of counts: nothing that leads back to a person, singly or by subtraction. Pure.

1. A count of one to four is hidden.
2. Where a shown total leaves exactly one hidden part, or hidden parts that together are fewer than five, the smallest
   shown part is hidden as well; where none is left, the total.
3. What is shown is rounded to fives, so that no difference of two shown numbers, of today or of two days, is one to
   four. Rates are reckoned from the rounded numbers, and only of ten and more.
4. Of a procedure that tells of a family's grief or shame nothing is shown below the province.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

THRESHOLD = 5
BASE = 5
RATE_NEEDS = 10

type Hidden = None


@dataclass(frozen=True, kw_only=True)
class Sum[Key: Hashable]:
    """A total and the parts it is made of."""

    total: Key
    parts: tuple[Key, ...]


def shown[Key: Hashable](
    counts: Mapping[Key, int], sums: Sequence[Sum[Key]], never: frozenset[Key] = frozenset()
) -> dict[Key, int | None]:
    """What may be shown of each count, rounded; None: hidden. `never`: what is hidden whatever its size."""
    hidden = {key for key, count in counts.items() if 0 < count < THRESHOLD} | (never & counts.keys())
    while found := next((key for one in sums if (key := _betrayed(one, counts, hidden)) is not None), None):
        hidden.add(found)
    return {key: None if key in hidden else rounded(count) for key, count in counts.items()}


def _betrayed[Key: Hashable](one: Sum[Key], counts: Mapping[Key, int], hidden: set[Key]) -> Key | None:
    """What must be hidden too, so that the hidden parts of a sum cannot be found by subtraction."""
    if one.total in hidden:
        return None
    unseen = [key for key in one.parts if key in hidden]
    amount = sum(counts[key] for key in unseen)
    if not unseen or (len(unseen) > 1 and (amount == 0 or amount >= THRESHOLD)):
        return None
    seen = [key for key in one.parts if key not in hidden and counts[key]]
    return min(seen, key=lambda key: counts[key], default=one.total)


def rounded(count: int) -> int:
    return BASE * ((count + BASE // 2) // BASE)


def percent(part: int | None, of: int | None) -> int | None:
    """Of two shown numbers: whole per cent, None where either is hidden or there are too few."""
    if part is None or of is None or of < RATE_NEEDS:
        return None
    return round(100 * min(part, of) / of)
