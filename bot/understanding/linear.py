"""A sparse linear classifier: what `perceptron` learns from the phrases, packed for a process that serves."""

import math
import struct
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import add

SPAN = 1 << 16  # tenths that a weight may be apart from another
MOST_ROWS = 20_000  # taken out of the arrays at a time

# The weights of a feature for all labels stand side by side in one long number, in tenths, and its squared rarity, in
# thousandths, above them: those of all features of a message are added up in as many additions as it has features.
LANE = 16  # bits for each label
MIDDLE = 1 << (LANE - 1)  # what is added to a sum that may be negative, to read it
HEAVIEST = 300  # tenths of a weight …
AT_ONCE = (MIDDLE - 1) // HEAVIEST  # … so that the sum of so many stays in its lane


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
    unpacked: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    def scores(self, features: Sequence[str]) -> list[float]:
        """A score for each label; about 1 for a message like the phrases of a label, 0 for one unlike any."""
        share, tenths = self.sums(features)
        return list(map(share.__mul__, tenths))

    def sums(self, features: Sequence[str]) -> tuple[float, tuple[int, ...]]:
        """The weights of a message for each label, in tenths; and by what they are multiplied to be scores."""
        known = map(self.unpacked.get, features)
        rows = [row or self._row(feature) for feature, row in zip(features, known, strict=True)]
        lanes = self._added(rows[:AT_ONCE])
        for begin in range(AT_ONCE, len(rows), AT_ONCE):
            lanes = tuple(map(add, lanes, self._added(rows[begin : begin + AT_ONCE])))
        return 0.1 / (math.sqrt(lanes[-1] / 1000) or 1.0), lanes[:-1]

    def _added(self, rows: Sequence[int]) -> tuple[int, ...]:
        """The sum of each label, and of the rarities."""
        # A lane's highest bit turned over is what a number below zero has: the lanes can be read as they are.
        lanes = sum(rows, self._middles) ^ self._middles
        return self._lanes.unpack(lanes.to_bytes(self._lanes.size, "little"))

    def contributions(self, features: Sequence[str], label: str) -> list[tuple[str, float]]:
        """What each feature added to the score of a label, the weightiest first."""
        at = self.labels.index(label)
        length = math.sqrt(sum(self.rarity(feature) for feature in features)) or 1.0
        found = [
            (feature, tenths / 10 / length)
            for feature in features
            for other, tenths in self._weights(self.places.get(feature))
            if other == at
        ]
        return sorted(found, key=lambda one: -abs(one[1]))

    def rarity(self, feature: str) -> float:
        """The squared rarity of a feature."""
        if (at := self.places.get(feature)) is not None:
            return self.rarities[at]
        return 0.0 if " " in feature else self.unseen

    def _row(self, feature: str) -> int:
        at = self.places.get(feature)
        if at is None:
            return 0 if " " in feature else self._strange
        if len(self.unpacked) >= MOST_ROWS:
            self.unpacked.clear()
        lanes = [0] * len(self.labels)
        for label, tenths in self._weights(at):
            lanes[label] = tenths
        packed = int.from_bytes(self._lanes.pack(*lanes, round(1000 * self.rarities[at])), "little")
        row = self.unpacked[feature] = (packed ^ self._middles) - self._middles
        return row

    def _weights(self, at: int | None) -> Iterator[tuple[int, int]]:
        """The labels of a row, each with its weight in tenths."""
        if at is not None:
            for code in self.codes[self.starts[at] : self.starts[at + 1]]:
                yield code // SPAN, code % SPAN - SPAN // 2

    @cached_property
    def _strange(self) -> int:
        """The row of a word never met."""
        return round(1000 * self.unseen) << (LANE * len(self.labels))

    @cached_property
    def _lanes(self) -> struct.Struct:
        return struct.Struct(f"<{len(self.labels)}hI")

    @cached_property
    def _middles(self) -> int:
        return sum(MIDDLE << (LANE * n) for n in range(len(self.labels)))
