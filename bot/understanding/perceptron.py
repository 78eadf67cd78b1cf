"""Learning a Linear from phrases: multiclass passive-aggressive with averaged weights, some phrases at a time.

Crammer et al., "Online Passive-Aggressive Algorithms", JMLR 7 (2006), variant PA-I.
The same phrases give the same weights on every machine: a seeded shuffle, and of numpy only what rounds and chooses the
same everywhere. No matrix product and no partition: they round, and choose among equals, as the processor likes.
"""

import math
import random
from array import array
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bot.understanding.linear import HEAVIEST, SPAN, Linear
from bot.understanding.matrix import Floats, Matrix, Numbers, spread

NEGLIGIBLE = 0.4  # weights below are dropped: they decide nothing and cost time and memory
RIVALS = 3  # how many wrong labels a phrase is held against at once
MARGIN = 1.0  # by how much the right label should lead
AGGRESSIVENESS = 0.5  # the most that one phrase may change, if nothing else is said
TOGETHER = 64  # phrases looked at with the same weights; more would step over each other
AT_A_TIME = 4_096  # changes of a phrase and label, when they are summed up

type Singles = NDArray[np.float32]


def learn(
    matrix: Matrix,
    *,
    epochs: int,
    negligible: float = NEGLIGIBLE,
    rivals: int = RIVALS,
    aggressiveness: float = AGGRESSIVENESS,
    progress: Callable[[float], None] = lambda _: None,
) -> Linear:
    """Learn from the phrases of a matrix; `progress` is told which part is done.

    `aggressiveness`: the most that one phrase may change. Where labels are often a matter of opinion, less is more.
    """
    weights = weights_of(matrix, epochs=epochs, rivals=rivals, aggressiveness=aggressiveness, progress=progress)
    return _packed(matrix, weights, negligible)


def weights_of(
    matrix: Matrix,
    *,
    epochs: int,
    rivals: int = RIVALS,
    aggressiveness: float = AGGRESSIVENESS,
    progress: Callable[[float], None] = lambda _: None,
) -> Floats:
    """The weight of each feature (row) for each label (column), averaged over all steps."""
    learner = _Learner(matrix, min(rivals, len(matrix.labels) - 1), aggressiveness)
    shuffle = random.Random(1945).shuffle
    everything = np.flatnonzero(np.diff(matrix.starts)).tolist()
    order = list(everything)
    for epoch in range(epochs):
        shuffle(order)
        wrong = [row for at in range(0, len(order), TOGETHER) for row in learner.corrected(order[at : at + TOGETHER])]
        # Phrases that are right by the margin are left alone for an epoch, then all are looked at again.
        order = wrong if epoch % 2 == 0 else list(everything)
        progress((epoch + 1) / epochs)
    return learner.averaged()


class _Learner:
    """The weights while they are learnt, times their feature's rarity; and every change, for the average."""

    def __init__(self, matrix: Matrix, rivals: int, aggressiveness: float) -> None:
        self.matrix = matrix
        self.rivals = rivals
        self.aggressiveness = aggressiveness
        self.weights = np.zeros((len(matrix.features), len(matrix.labels)), np.float32)
        self.lengths = np.diff(matrix.starts)
        rarities = matrix.rarities[matrix.columns]
        self.gains = (matrix.values * rarities).astype(np.float32)
        self.shares = np.zeros(len(matrix.right), np.float32)  # of each row, one over its length in feature space
        kept = np.flatnonzero(self.lengths)
        first = matrix.starts[kept]
        self.shares[kept] = matrix.values[first] / rarities[first]
        self.step = 0
        self.changes: list[tuple[int, Numbers, Singles]] = []  # step, cells of row and label, by how much

    def corrected(self, order: list[int]) -> list[int]:
        """Some steps: the weights are changed for those rows whose label does not lead by the margin, the answer."""
        rows = np.array(order)
        self.step += len(order)
        if not self.rivals:
            return []
        lag = self._lag(rows)
        near, lost = self._nearest(lag)
        at, rank = (lost > 0).nonzero()
        lost = lost[at, rank]
        total = np.bincount(at, weights=lost, minlength=len(rows)).astype(np.float32)
        wrong = rows[total > 0]
        rows = np.concatenate((rows[at], wrong))
        labels = np.concatenate((near[at, rank], self.matrix.right[wrong]))
        self._change(rows, labels, np.concatenate((-lost, total[total > 0])))
        return [int(row) for row in wrong]

    def _lag(self, rows: Numbers) -> Singles:
        """What each row's label lacks to lead each other by the margin."""
        at, _ = spread(self.matrix.starts[rows], self.lengths[rows])
        begins = np.cumsum(self.lengths[rows]) - self.lengths[rows]
        scores = np.add.reduceat(self.weights.take(self.matrix.columns[at], 0), begins, 0) * self.shares[rows, None]
        every, right = np.arange(len(rows)), self.matrix.right[rows]
        mine = scores[every, right]
        scores[every, right] = -np.inf
        lag: Singles = scores - (mine - np.float32(MARGIN))[:, None]
        return lag

    def _nearest(self, lag: Singles) -> tuple[Numbers, Singles]:
        """The labels that lag behind least, and what each is to lose."""
        every = np.arange(len(lag))
        near = np.empty((len(lag), self.rivals), np.int64)
        least = np.empty((len(lag), self.rivals), np.float32)
        for rank in range(self.rivals):
            near[:, rank] = lag.argmax(1)
            least[:, rank] = lag[every, near[:, rank]]
            lag[every, near[:, rank]] = -np.inf
        least /= 2
        np.minimum(least, self.aggressiveness, out=least)
        least /= self.rivals
        return near, least

    def _change(self, rows: Numbers, labels: Numbers, changes: Singles) -> None:
        size = len(self.matrix.labels)
        at, of = spread(self.matrix.starts[rows], self.lengths[rows])
        cells = self.matrix.columns[at] * size + labels[of]
        np.add.at(self.weights.reshape(-1), cells, self.gains[at] * changes[of])
        self.changes.append((self.step, rows * size + labels, changes))

    def averaged(self) -> Floats:
        """What was changed at a step counts for the steps that came after it."""
        if not self.changes:
            return np.zeros(self.weights.shape)
        cells = np.concatenate([cells for _, cells, _ in self.changes])
        lasted = [changes * (1 - step / self.step) for step, _, changes in self.changes]
        cells, places = np.unique(cells, return_inverse=True)
        return _by_feature(self.matrix, cells, np.bincount(places, weights=np.concatenate(lasted)))


def _by_feature(matrix: Matrix, cells: Numbers, changes: Floats) -> Floats:
    """What each phrase changed of each label, given to its features; a part at a time, which needs little memory."""
    size = len(matrix.labels)
    weights = np.zeros((len(matrix.features), size))
    for begin in range(0, len(cells), AT_A_TIME):
        rows, labels = np.divmod(cells[begin : begin + AT_A_TIME], size)
        at, of = spread(matrix.starts[rows], np.diff(matrix.starts)[rows])
        given = matrix.values[at] * changes[begin : begin + AT_A_TIME][of]
        np.add.at(weights.reshape(-1), matrix.columns[at] * size + labels[of], given)
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
        codes=array("I", _codes(labels, weights[rows, labels]).tolist()),
        unseen=round((1.0 + math.log(len(matrix.right) or 1)) ** 2, 3),
    )


def _codes(labels: Numbers, weights: Floats) -> Numbers:
    """Labels and weights as Linear packs them: tenths."""
    tenths = np.rint(weights * 10).astype(np.int64).clip(-HEAVIEST, HEAVIEST)
    codes: Numbers = labels * SPAN + tenths + SPAN // 2
    return codes
