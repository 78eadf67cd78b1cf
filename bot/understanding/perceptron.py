"""Learning a Linear from phrases: multiclass passive-aggressive with averaged weights.

Crammer et al., "Online Passive-Aggressive Algorithms", JMLR 7 (2006), variant PA-I.
The same phrases give the same weights on every machine: a seeded shuffle, and of numpy only what rounds the same
everywhere (element by element, and sums of row after row); no matrix product, which BLAS rounds as the processor likes.
"""

import math
import random
from array import array
from collections.abc import Callable

import numpy as np

from bot.understanding.linear import Linear, code
from bot.understanding.matrix import Floats, Matrix, Numbers

NEGLIGIBLE = 0.4  # weights below are dropped: they decide nothing and cost time and memory
RIVALS = 3  # how many wrong labels a phrase is held against at once
MARGIN = 1.0  # by how much the right label should lead
AGGRESSIVENESS = 0.5  # the most that one phrase may change
AT_A_TIME = 4_096  # changes of a phrase and label, when they are summed up


def learn(
    matrix: Matrix,
    *,
    epochs: int,
    negligible: float = NEGLIGIBLE,
    rivals: int = RIVALS,
    progress: Callable[[float], None] = lambda _: None,
) -> Linear:
    """Learn from the phrases of a matrix; `progress` is told which part is done."""
    return _packed(matrix, weights_of(matrix, epochs=epochs, rivals=rivals, progress=progress), negligible)


def weights_of(
    matrix: Matrix, *, epochs: int, rivals: int = RIVALS, progress: Callable[[float], None] = lambda _: None
) -> Floats:
    """The weight of each feature (row) for each label (column), averaged over all steps."""
    learner = _Learner(matrix, rivals)
    shuffle = random.Random(1945).shuffle
    everything = np.flatnonzero(np.diff(matrix.starts)).tolist()
    order = list(everything)
    for epoch in range(epochs):
        shuffle(order)
        wrong = [row for row in order if learner.corrected(row)]
        # Phrases that are right by the margin are left alone for an epoch, then all are looked at again.
        order = wrong if epoch % 2 == 0 else list(everything)
        progress((epoch + 1) / epochs)
    return _averaged(matrix, learner)


class _Learner:
    """The weights while they are learnt, and every change that was made to them: flat, for there are many."""

    def __init__(self, matrix: Matrix, rivals: int) -> None:
        ends = matrix.starts[1:-1]
        self.weights = np.zeros((len(matrix.features), len(matrix.labels)), np.float32)
        self.columns = np.split(matrix.columns, ends)
        self.values = np.split(matrix.values.astype(np.float32)[:, None], ends)
        self.right = matrix.right.tolist()
        self.rivals = rivals
        self.step = 0
        self.rows, self.steps, self.many = array("q"), array("q"), array("q")
        self.near, self.lost = array("q"), array("d")

    def corrected(self, row: int) -> bool:
        """One step: whether the phrase's label did not lead by the margin, and the weights were changed."""
        self.step += 1
        columns, values, right = self.columns[row], self.values[row], self.right[row]
        weights = self.weights.take(columns, 0)
        totals = np.add.reduce(weights * values, 0)
        mine = totals.item(right)
        totals[right] = -np.inf
        near = (totals > mine - MARGIN).nonzero()[0]
        if not near.size:
            return False
        if near.size > self.rivals:
            near = near[(-totals[near]).argsort(kind="stable")[: self.rivals]]
        lost = [min(AGGRESSIVENESS, (MARGIN - mine + total) / 2) / self.rivals for total in totals[near].tolist()]
        change = np.zeros(len(totals), np.float32)
        change[near] = lost
        change[right] = -sum(lost)
        weights -= values * change
        self.weights[columns] = weights
        self._note(row, near.tolist(), lost)
        return True

    def _note(self, row: int, near: list[int], lost: list[float]) -> None:
        self.rows.append(row)
        self.steps.append(self.step)
        self.many.append(len(near))
        self.near.extend(near)
        self.lost.extend(lost)


def _averaged(matrix: Matrix, learner: _Learner) -> Floats:
    """What was changed at a step counts for the steps that came after it."""
    many, size = np.array(learner.many), len(matrix.labels)
    rows = np.repeat(np.array(learner.rows), many)
    lost = np.array(learner.lost) * np.repeat(1 - np.array(learner.steps) / max(1, learner.step), many)
    cells = np.concatenate((rows * size + np.array(learner.near), rows * size + matrix.right[rows]))
    cells, places = np.unique(cells, return_inverse=True)
    return _by_feature(matrix, cells, np.bincount(places, weights=np.concatenate((-lost, lost))))


def _by_feature(matrix: Matrix, cells: Numbers, changes: Floats) -> Floats:
    """What each phrase changed of each label, given to its features; a part at a time, which needs little memory."""
    size = len(matrix.labels)
    weights = np.zeros((len(matrix.features), size))
    for begin in range(0, len(cells), AT_A_TIME):
        rows, labels = np.divmod(cells[begin : begin + AT_A_TIME], size)
        many = np.diff(matrix.starts)[rows]
        at = np.repeat(matrix.starts[rows] - np.cumsum(many) + many, many) + np.arange(many.sum())
        given = matrix.values[at] * np.repeat(changes[begin : begin + AT_A_TIME], many)
        np.add.at(weights.reshape(-1), matrix.columns[at] * size + np.repeat(labels, many), given)
    return weights


def _packed(matrix: Matrix, weights: Floats, negligible: float) -> Linear:
    weights *= matrix.rarities[:, None]
    heavy = np.abs(weights) >= negligible
    kept = heavy.any(1) | np.array([" " not in feature for feature in matrix.features], bool)
    rows, labels = heavy.nonzero()
    return Linear(
        labels=matrix.labels,
        places={matrix.features[n]: place for place, n in enumerate(np.flatnonzero(kept).tolist())},
        rarities=array("d", np.round(matrix.rarities[kept] ** 2, 3)),
        starts=array("I", [0, *np.cumsum(heavy[kept].sum(1)).tolist()]),
        codes=array("I", map(code, labels.tolist(), weights[rows, labels].tolist())),
        unseen=round((1.0 + math.log(len(matrix.right) or 1)) ** 2, 3),
    )
