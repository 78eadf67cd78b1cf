"""Where words and answers stand beside each other, by what people say of the same thing. Pure.

"Nhờ người khác đi thay" and "ủy quyền" share no word, but stand in questions of the same answers, in entry after entry.
Latent semantic analysis: Deerwester et al., "Indexing by Latent Semantic Analysis", JASIS 41 (1990).
"""

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import sub
from struct import Struct

# The coordinates of a word stand side by side in one long number, as whole numbers, so that those of all words of a
# message are added up in as many additions as it has words: fewer than a thousand, each coordinate between -16 and 16.
SCALE = 1 << 17  # of which a coordinate of 1 has so many
MIDDLE = 1 << 21  # what is added to a coordinate that may be negative

type Point = Sequence[float]


def name_of(procedure: str, answer: str) -> str:
    """An answer is named by its procedure too: ids are each entry's own."""
    return f"{procedure}/{answer}"


@dataclass(frozen=True)
class Latent:
    """Points of `size` coordinates: of each word, of each answer and of the middle of each procedure's answers.

    What all answers of a procedure have in common tells none of them: they are looked at from their middle.
    """

    size: int = 0
    words: dict[str, int] = field(default_factory=dict)  # feature → the number of its point in `points`
    points: array[float] = field(default_factory=lambda: array("f"))
    middles: dict[str, int] = field(default_factory=dict)  # procedure → the number of its middle in `stands`
    answers: dict[str, int] = field(default_factory=dict)  # answer → the number of its point there, after the middles
    stands: array[float] = field(default_factory=lambda: array("f"))
    unpacked: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    def point(self, features: Iterable[str]) -> Point:
        """Where a message stands: its words together, at length 1. Empty where it has none that is known."""
        known = [self.unpacked.get(feature) or self._row(feature) for feature in features if feature in self.words]
        lanes = self._lanes.unpack(sum(known).to_bytes(self._lanes.size, "little"))
        middle = len(known) * MIDDLE
        return _of_length_one([lane - middle for lane in lanes]) if known else ()

    def around(self, procedure: str, answers: Sequence[str]) -> "Around":
        """The answers of a procedure, as they stand around its middle."""
        if procedure not in self.middles:
            return Around((), ((),) * len(answers))
        known = [self.answers.get(name_of(procedure, answer)) for answer in answers]
        return Around(
            self._stand(self.middles[procedure]),
            tuple(() if at is None else self._stand(len(self.middles) + at) for at in known),
        )

    def _row(self, feature: str) -> int:
        at = self.words[feature]
        point = self.points[at * self.size : (at + 1) * self.size]
        packed = self._lanes.pack(*(MIDDLE + round(SCALE * coordinate) for coordinate in point))
        row = self.unpacked[feature] = int.from_bytes(packed, "little")
        return row

    @cached_property
    def _lanes(self) -> Struct:
        return Struct(f"<{self.size}I")

    def _stand(self, at: int) -> tuple[float, ...]:
        return tuple(self.stands[at * self.size : (at + 1) * self.size])


@dataclass(frozen=True)
class Around:
    """The answers of one procedure around their middle; one that is not known has no point."""

    middle: Point = ()
    answers: tuple[Point, ...] = ()

    def near(self, point: Point) -> list[float]:
        """How near to a message each answer stands: -1 to 1, the cosine; 0 of what is not known."""
        if not (point and self.middle):
            return [0.0] * len(self.answers)
        seen = _of_length_one(list(map(sub, point, self.middle)))
        return [math.sumprod(answer, seen) if answer else 0.0 for answer in self.answers]


def _of_length_one(point: Sequence[float]) -> list[float]:
    length = math.hypot(*point) or 1.0
    return [coordinate / length for coordinate in point]
