"""A sparse linear classifier: what `perceptron` learns from the phrases, packed for a process that serves."""

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

SPAN = 1 << 16  # tenths that a weight may be apart from another
MOST_ROWS = 30_000  # taken out of the arrays at a time

# A feature's rarity squared, and each label it speaks for or against with how much.
type Row = tuple[float, tuple[tuple[int, float], ...]]


@dataclass(frozen=True)
class Linear:
    """A message's score for a label: its features' weights, together, over its length in feature space.

    Hundreds of thousands of weights, of which few are ever asked for: they stay packed until they are.
    """

    labels: tuple[str, ...] = ()
    places: dict[str, int] = field(default_factory=dict)  # feature → the number of its row
    rarities: array[float] = field(default_factory=lambda: array("d"))
    starts: array[int] = field(default_factory=lambda: array("I", [0]))  # of each row in `codes`; the end last
    codes: array[int] = field(default_factory=lambda: array("I"))
    unseen: float = 1.0  # the squared rarity of a word never met: strange messages score low
    unpacked: dict[str, Row] = field(default_factory=dict, compare=False, repr=False)

    def scores(self, features: Sequence[str]) -> list[float]:
        """A score for each label; about 1 for a message like the phrases of a label, 0 for one unlike any."""
        totals = [0.0] * len(self.labels)
        length = 0.0
        for feature, row in zip(features, map(self.unpacked.get, features), strict=True):
            if row or (row := self._row(feature)):
                length += row[0]
                for label, weight in row[1]:
                    totals[label] += weight
            elif " " not in feature:
                length += self.unseen
        length = math.sqrt(length) or 1.0
        return [total / length for total in totals]

    def contributions(self, features: Sequence[str], label: str) -> list[tuple[str, float]]:
        """What each feature added to the score of a label, the weightiest first."""
        at = self.labels.index(label)
        length = math.sqrt(sum(self.rarity(feature) for feature in features)) or 1.0
        found = []
        for feature in features:
            _, weights = self._row(feature) or (0.0, ())
            found += [(feature, weight / length) for label, weight in weights if label == at]
        return sorted(found, key=lambda one: -abs(one[1]))

    def rarity(self, feature: str) -> float:
        """The squared rarity of a feature."""
        if row := self._row(feature):
            return row[0]
        return 0.0 if " " in feature else self.unseen

    def _row(self, feature: str) -> Row | None:
        at = self.places.get(feature)
        if at is None:
            return None
        if len(self.unpacked) >= MOST_ROWS:
            self.unpacked.clear()
        codes = self.codes[self.starts[at] : self.starts[at + 1]]
        row = self.unpacked[feature] = self.rarities[at], tuple(map(_weight_of, codes))
        return row


@cache
def _weight_of(code: int) -> tuple[int, float]:
    """A label and its weight: equal ones are one, so that they stay in the processor's cache."""
    return code // SPAN, (code % SPAN - SPAN // 2) / 10
