"""A sparse linear classifier, learnt from phrases: multiclass passive-aggressive with averaged weights.

Pure Python, no randomness but a seeded shuffle: the same phrases give the same weights on every machine.
Crammer et al., "Online Passive-Aggressive Algorithms", JMLR 7 (2006), variant PA-I.
"""

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

type Features = Iterable[str]

NEGLIGIBLE = 0.01  # weights below are dropped: they decide nothing and cost memory


@dataclass(frozen=True)
class Linear:
    """Weights by feature; a message's score for a label is the mean of its features' weights, by rarity."""

    labels: tuple[str, ...] = ()
    rarity: dict[str, float] = field(default_factory=dict)
    weights: dict[str, tuple[tuple[int, ...], tuple[float, ...]]] = field(default_factory=dict)
    unseen: float = 1.0  # the rarity of a feature never met in training

    def norm(self, features: Features) -> float:
        """Length of a message in feature space: unseen words count, so that strange messages score low."""
        rarity, unseen = self.rarity, self.unseen
        total = sum(rarity.get(feature, unseen) ** 2 for feature in features)
        return math.sqrt(total) or 1.0

    def scores(self, features: Sequence[str]) -> list[float]:
        """A score for each label; about 1 for a message like the phrases of a label."""
        totals = [0.0] * len(self.labels)
        weights = self.weights
        for feature in features:
            if row := weights.get(feature):
                for label, weight in zip(*row, strict=True):
                    totals[label] += weight
        length = self.norm(features)
        return [total / length for total in totals]

    def contributions(self, features: Sequence[str], label: str) -> list[tuple[str, float]]:
        """What each feature added to the score of a label, the weightiest first."""
        at, length = self.labels.index(label), self.norm(features)
        found = []
        for feature in features:
            labels, weights = self.weights.get(feature, ((), ()))
            if at in labels:
                found.append((feature, weights[labels.index(at)] / length))
        return sorted(found, key=lambda one: -abs(one[1]))


def learn(
    examples: Sequence[tuple[Sequence[str], str]], *, epochs: int = 6, aggressiveness: float = 0.5, rarest: int = 1
) -> Linear:
    """Learn from (features, label) pairs. Features met fewer than `rarest` times are left out."""
    labels = tuple(sorted({label for _, label in examples}))
    number = {label: n for n, label in enumerate(labels)}
    counts = Counter(feature for features, _ in examples for feature in set(features))
    kept = {feature: n for feature, n in counts.items() if n >= rarest}
    rarity = {feature: 1.0 + math.log(len(examples) / n) for feature, n in kept.items()}
    vectors = [(_vector(features, rarity), number[label]) for features, label in examples]
    weights = _train(vectors, len(labels), epochs, aggressiveness)
    compact = {}
    for feature, row in weights.items():
        big = {
            label: weight * rarity[feature]
            for label, weight in row.items()
            if abs(weight * rarity[feature]) > NEGLIGIBLE
        }
        if big:
            compact[feature] = (tuple(big), tuple(big.values()))
    return Linear(labels, rarity, compact, unseen=1.0 + math.log(len(examples) or 1))


def _vector(features: Iterable[str], rarity: dict[str, float]) -> list[tuple[str, float]]:
    values = {feature: rarity[feature] for feature in features if feature in rarity}
    length = math.sqrt(sum(value * value for value in values.values())) or 1.0
    return [(feature, value / length) for feature, value in values.items()]


def _train(
    vectors: list[tuple[list[tuple[str, float]], int]], labels: int, epochs: int, aggressiveness: float
) -> dict[str, dict[int, float]]:
    weights: dict[str, dict[int, float]] = {}
    drift: dict[str, dict[int, float]] = {}  # for the average: each change times when it was made
    order, step = list(range(len(vectors))), 0
    shuffle = random.Random(1945).shuffle
    for _ in range(epochs):
        shuffle(order)
        for at in order:
            step += 1
            vector, label = vectors[at]
            totals = [0.0] * labels
            for feature, value in vector:
                if row := weights.get(feature):
                    for other, weight in row.items():
                        totals[other] += weight * value
            mine, totals[label] = totals[label], -math.inf
            best = max(totals)
            loss = 1.0 - mine + best
            if loss > 0 and vector:
                change = min(aggressiveness, loss / 2)
                _change(weights, drift, vector, label, totals.index(best), change, step)
    return {
        feature: {label: weight - drift[feature][label] / step for label, weight in row.items()}
        for feature, row in weights.items()
    }


def _change(
    weights: dict[str, dict[int, float]],
    drift: dict[str, dict[int, float]],
    vector: list[tuple[str, float]],
    label: int,
    rival: int,
    change: float,
    step: int,
) -> None:
    for feature, value in vector:
        row, past = weights.setdefault(feature, {}), drift.setdefault(feature, {})
        amount = change * value
        row[label] = row.get(label, 0.0) + amount
        row[rival] = row.get(rival, 0.0) - amount
        past[label] = past.get(label, 0.0) + amount * step
        past[rival] = past.get(rival, 0.0) - amount * step
