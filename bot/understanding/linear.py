"""A sparse linear classifier, learnt from phrases: multiclass passive-aggressive with averaged weights.

Pure Python, no randomness but a seeded shuffle: the same phrases give the same weights on every machine.
Crammer et al., "Online Passive-Aggressive Algorithms", JMLR 7 (2006), variant PA-I.
"""

import heapq
import math
import random
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

NEGLIGIBLE = 0.4  # weights below are dropped: they decide nothing and cost time and memory
RAREST_PAIR = 3  # pairs of words met less often are chance
RIVALS = 3  # how many wrong labels a phrase is held against at once
MARGIN = 1.0  # by how much the right label should lead

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


def _code(label: int, weight: float) -> int:
    return label * SPAN + round(weight * 10) + SPAN // 2


def learn(
    examples: Sequence[tuple[Sequence[str], str]],
    *,
    epochs: int,
    rarest_pair: int = RAREST_PAIR,
    negligible: float = NEGLIGIBLE,
    rivals: int = RIVALS,
    aggressiveness: float = 0.5,
    progress: Callable[[float], None] = lambda _: None,
) -> Linear:
    """Learn from (features, label) pairs; `progress` is told which part is done."""
    labels = tuple(sorted({label for _, label in examples}))
    number = {label: n for n, label in enumerate(labels)}
    counts = Counter(feature for features, _ in examples for feature in features)
    kept = {feature: n for feature, n in counts.items() if n >= rarest_pair or " " not in feature}
    rarity = {feature: 1.0 + math.log(len(examples) / n) for feature, n in kept.items()}
    table = _table(kept, len(labels), rivals)
    vectors = [(_vector(features, rarity, table), number[label]) for features, label in examples]
    weights = _train(vectors, table, len(labels), epochs, rivals, aggressiveness, progress)
    return _packed(labels, rarity, weights, negligible, unseen=round((1.0 + math.log(len(examples) or 1)) ** 2, 3))


def _packed(
    labels: tuple[str, ...],
    rarity: dict[str, float],
    weights: dict[str, dict[int, float]],
    negligible: float,
    unseen: float,
) -> Linear:
    places: dict[str, int] = {}
    rarities, starts, codes = array("d"), array("I", [0]), array("I")
    for feature, rare in rarity.items():
        scaled = {label: weight * rare for label, weight in weights[feature].items()}
        kept = [_code(label, weight) for label, weight in scaled.items() if abs(weight) >= negligible]
        if kept or " " not in feature:
            places[feature] = len(places)
            rarities.append(round(rare * rare, 3))
            codes.extend(kept)
            starts.append(len(codes))
    return Linear(labels, places, rarities, starts, codes, unseen)


# While it is learnt, a feature's weight for each label by number: a list where most labels will have one.
type Weights = list[float] | defaultdict[int, float]


@dataclass(slots=True)
class _Feature:
    weights: Weights
    drift: Weights  # for the average: each change times when it was made


@dataclass(slots=True)
class _Vector:
    """A phrase's features, each with its rarity, scaled to length 1; those whose weights are lists apart."""

    features: list[_Feature]
    values: list[float]
    lists: list[list[float]]
    of_lists: list[float]
    sparse: list[tuple[defaultdict[int, float], float]]


def _table(counts: dict[str, int], labels: int, rivals: int) -> dict[str, _Feature]:
    """An empty row a feature; a phrase changes the weights of its label and of its rivals."""

    def empty(count: int) -> Weights:
        return [0.0] * labels if count * (rivals + 1) >= labels else defaultdict(float)

    return {feature: _Feature(empty(count), empty(count)) for feature, count in counts.items()}


def _vector(features: Iterable[str], rarity: dict[str, float], table: dict[str, _Feature]) -> _Vector:
    values = {feature: rarity[feature] for feature in features if feature in rarity}
    length = math.sqrt(sum(value * value for value in values.values())) or 1.0
    vector = _Vector([], [], [], [], [])
    for feature, value in values.items():
        row, scaled = table[feature], value / length
        vector.features.append(row)
        vector.values.append(scaled)
        if isinstance(row.weights, list):
            vector.lists.append(row.weights)
            vector.of_lists.append(scaled)
        else:
            vector.sparse.append((row.weights, scaled))
    return vector


def _train(
    examples: list[tuple[_Vector, int]],
    table: dict[str, _Feature],
    labels: int,
    epochs: int,
    rivals: int,
    aggressiveness: float,
    progress: Callable[[float], None],
) -> dict[str, dict[int, float]]:
    step, shuffle = 0, random.Random(1945).shuffle
    everything = [example for example in examples if example[0].values]
    order = list(everything)
    for epoch in range(epochs):
        shuffle(order)
        wrong = []
        for example in order:
            step += 1
            vector, label = example
            if ahead := _rivals(vector, label, labels, rivals):
                wrong.append(example)
                changes = [(rival, min(aggressiveness, (MARGIN - lead) / 2) / rivals) for rival, lead in ahead]
                changes = [(label, sum(change for _, change in changes)), *((rival, -by) for rival, by in changes)]
                _change(vector, changes, step)
        # Phrases that are right by the margin are left alone for an epoch, then all are looked at again.
        order = wrong if epoch % 2 == 0 else list(everything)
        progress((epoch + 1) / epochs)
    return {feature: _averaged(row, step) for feature, row in table.items()}


def _averaged(row: _Feature, steps: int) -> dict[int, float]:
    weights = enumerate(row.weights) if isinstance(row.weights, list) else row.weights.items()
    return {label: weight - row.drift[label] / steps for label, weight in weights if weight or row.drift[label]}


def _rivals(vector: _Vector, label: int, labels: int, rivals: int) -> list[tuple[int, float]]:
    """The labels nearest to the right one that it does not lead by the margin, with its lead over each."""
    if vector.lists:
        totals = [math.sumprod(vector.of_lists, weights) for weights in zip(*vector.lists, strict=True)]
    else:
        totals = [0.0] * labels
    for row, value in vector.sparse:
        for other, weight in row.items():
            totals[other] += weight * value
    mine, totals[label] = totals[label], -math.inf
    if mine - max(totals) >= MARGIN:
        return []
    nearest = heapq.nlargest(rivals, range(labels), key=totals.__getitem__)
    return [(rival, mine - totals[rival]) for rival in nearest if mine - totals[rival] < MARGIN]


def _change(vector: _Vector, changes: list[tuple[int, float]], step: int) -> None:
    for feature, value in zip(vector.features, vector.values, strict=True):
        weights, drift = feature.weights, feature.drift
        for label, change in changes:
            by = change * value
            weights[label] += by
            drift[label] += by * step
