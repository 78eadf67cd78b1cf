"""A sparse linear classifier, learnt from phrases: multiclass passive-aggressive with averaged weights.

Pure Python, no randomness but a seeded shuffle: the same phrases give the same weights on every machine.
Crammer et al., "Online Passive-Aggressive Algorithms", JMLR 7 (2006), variant PA-I.
"""

import heapq
import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

NEGLIGIBLE = 0.4  # weights below are dropped: they decide nothing and cost time and memory
RAREST_PAIR = 3  # pairs of words met less often are chance
RIVALS = 3  # how many wrong labels a phrase is held against at once
MARGIN = 1.0  # by how much the right label should lead

# A feature's rarity squared, the labels it speaks for or against, and how much.
type Row = tuple[float, tuple[int, ...], tuple[float, ...]]


@dataclass(frozen=True)
class Linear:
    """A message's score for a label: its features' weights, together, over its length in feature space."""

    labels: tuple[str, ...] = ()
    rows: dict[str, Row] = field(default_factory=dict)
    unseen: float = 1.0  # the squared rarity of a word never met: strange messages score low

    def scores(self, features: Sequence[str]) -> list[float]:
        """A score for each label; about 1 for a message like the phrases of a label, 0 for one unlike any."""
        totals = [0.0] * len(self.labels)
        length, unseen, rows = 0.0, self.unseen, self.rows
        for feature in features:
            row = rows.get(feature)
            if row is None:
                if " " not in feature:
                    length += unseen
                continue
            length += row[0]
            for label, weight in zip(row[1], row[2], strict=True):
                totals[label] += weight
        length = math.sqrt(length) or 1.0
        return [total / length for total in totals]

    def contributions(self, features: Sequence[str], label: str) -> list[tuple[str, float]]:
        """What each feature added to the score of a label, the weightiest first."""
        at = self.labels.index(label)
        length = math.sqrt(sum(self.rarity(feature) for feature in features)) or 1.0
        found = []
        for feature in features:
            _, labels, weights = self.rows.get(feature, (0.0, (), ()))
            if at in labels:
                found.append((feature, weights[labels.index(at)] / length))
        return sorted(found, key=lambda one: -abs(one[1]))

    def rarity(self, feature: str) -> float:
        """The squared rarity of a feature."""
        row = self.rows.get(feature)
        if row is None:
            return 0.0 if " " in feature else self.unseen
        return row[0]


def learn(
    examples: Sequence[tuple[Sequence[str], str]],
    *,
    epochs: int,
    rarest_pair: int = RAREST_PAIR,
    negligible: float = NEGLIGIBLE,
    rivals: int = RIVALS,
    aggressiveness: float = 0.5,
) -> Linear:
    """Learn from (features, label) pairs."""
    labels = tuple(sorted({label for _, label in examples}))
    number = {label: n for n, label in enumerate(labels)}
    counts = Counter(feature for features, _ in examples for feature in features)
    kept = {feature: n for feature, n in counts.items() if n >= rarest_pair or " " not in feature}
    rarity = {feature: 1.0 + math.log(len(examples) / n) for feature, n in kept.items()}
    vectors = [(_vector(features, rarity), number[label]) for features, label in examples]
    weights = _train(vectors, len(labels), epochs, rivals, aggressiveness)
    rows = {feature: _row(rarity[feature], weights.get(feature, {}), negligible) for feature in rarity}
    rows = {feature: row for feature, row in rows.items() if row[1] or " " not in feature}
    return Linear(labels, rows, unseen=round((1.0 + math.log(len(examples) or 1)) ** 2, 3))


def _row(rarity: float, weights: dict[int, float], negligible: float) -> Row:
    scaled = {label: weight * rarity for label, weight in weights.items()}
    kept = {label: round(weight, 2) for label, weight in scaled.items() if abs(weight) >= negligible}
    return round(rarity * rarity, 3), tuple(kept), tuple(kept.values())


def _vector(features: Iterable[str], rarity: dict[str, float]) -> list[tuple[str, float]]:
    """Features with their rarity, scaled to length 1."""
    values = {feature: rarity[feature] for feature in features if feature in rarity}
    length = math.sqrt(sum(value * value for value in values.values())) or 1.0
    return [(feature, value / length) for feature, value in values.items()]


def _train(
    vectors: list[tuple[list[tuple[str, float]], int]], labels: int, epochs: int, rivals: int, aggressiveness: float
) -> dict[str, dict[int, float]]:
    weights: dict[str, dict[int, float]] = {}
    drift: dict[str, dict[int, float]] = {}  # for the average: each change times when it was made
    step, shuffle = 0, random.Random(1945).shuffle
    everything = [n for n, (vector, _) in enumerate(vectors) if vector]
    order = list(everything)
    for epoch in range(epochs):
        shuffle(order)
        wrong = []
        for at in order:
            step += 1
            vector, label = vectors[at]
            if ahead := _rivals(weights, vector, label, labels, rivals):
                wrong.append(at)
                changes = [(rival, min(aggressiveness, (MARGIN - lead) / 2) / rivals) for rival, lead in ahead]
                _change(weights, drift, vector, label, sum(change for _, change in changes), step)
                for rival, change in changes:
                    _change(weights, drift, vector, rival, -change, step)
        # Phrases that are right by the margin are left alone for an epoch, then all are looked at again.
        order = wrong if epoch % 2 == 0 else list(everything)
    return {
        feature: {label: weight - drift[feature][label] / step for label, weight in row.items()}
        for feature, row in weights.items()
    }


def _rivals(
    weights: dict[str, dict[int, float]], vector: list[tuple[str, float]], label: int, labels: int, rivals: int
) -> list[tuple[int, float]]:
    """The labels nearest to the right one that it does not lead by the margin, with its lead over each."""
    totals = [0.0] * labels
    for feature, value in vector:
        row = weights.get(feature)
        if row:
            for other, weight in row.items():
                totals[other] += weight * value
    mine, totals[label] = totals[label], -math.inf
    nearest = heapq.nlargest(rivals, range(labels), key=totals.__getitem__)
    return [(rival, mine - totals[rival]) for rival in nearest if mine - totals[rival] < MARGIN]


def _change(
    weights: dict[str, dict[int, float]],
    drift: dict[str, dict[int, float]],
    vector: list[tuple[str, float]],
    label: int,
    change: float,
    step: int,
) -> None:
    for feature, value in vector:
        row, past = weights.setdefault(feature, {}), drift.setdefault(feature, {})
        row[label] = row.get(label, 0.0) + change * value
        past[label] = past.get(label, 0.0) + change * value * step
