"""A sparse linear classifier: what `perceptron` learns from the phrases, packed for a process that serves."""

import math
import struct
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter

SPAN = 1 << 16  # tenths that a weight may be apart from another
MOST_ROWS = 20_000  # taken out of the arrays at a time

# The weights of a feature for all labels stand side by side in one long number, in tenths, so that the weights of all
# features of a message are added up in as many additions as it has features.
LANE = 32  # bits for each label
MIDDLE = 1 << (LANE - 1)  # what is added to a sum that may be negative, to read it

# A feature's rarity squared, and its weights.
type Row = tuple[float, int]
SQUARED, WEIGHTS = itemgetter(0), itemgetter(1)


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
        share, tenths = self.sums(features)
        return list(map(share.__mul__, tenths))

    def sums(self, features: Sequence[str]) -> tuple[float, tuple[int, ...]]:
        """The weights of a message for each label, in tenths; and by what they are multiplied to be scores."""
        rows = [
            row or self._row(feature) for feature, row in zip(features, map(self.unpacked.get, features), strict=True)
        ]
        length = math.sqrt(sum(map(SQUARED, rows))) or 1.0
        # A lane's highest bit turned over is what a number below zero has: the lanes can be read as they are.
        lanes = sum(map(WEIGHTS, rows), self._middles) ^ self._middles
        return 0.1 / length, self._lanes.unpack(lanes.to_bytes(self._lanes.size, "little"))

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

    def _row(self, feature: str) -> Row:
        at = self.places.get(feature)
        if at is None:
            return self.rarity(feature), 0
        if len(self.unpacked) >= MOST_ROWS:
            self.unpacked.clear()
        lanes = [0] * len(self.labels)
        for label, tenths in self._weights(at):
            lanes[label] = tenths
        weights = (int.from_bytes(self._lanes.pack(*lanes), "little") ^ self._middles) - self._middles
        row = self.unpacked[feature] = self.rarities[at], weights
        return row

    def _weights(self, at: int | None) -> Iterator[tuple[int, int]]:
        """The labels of a row, each with its weight in tenths."""
        if at is not None:
            for code in self.codes[self.starts[at] : self.starts[at + 1]]:
                yield code // SPAN, code % SPAN - SPAN // 2

    @cached_property
    def _lanes(self) -> struct.Struct:
        return struct.Struct(f"<{len(self.labels)}i")

    @cached_property
    def _middles(self) -> int:
        return sum(MIDDLE << (LANE * n) for n in range(len(self.labels)))
