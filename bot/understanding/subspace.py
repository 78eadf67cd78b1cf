"""Learning a Latent: the directions in which the answers differ most, by what people ask them with. Loads numpy.

Subspace iteration from a seeded start: Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 53
(2011). Any basis of the subspace says the same of two points, so it matters little which is found.
"""

from array import array
from collections.abc import Mapping, Sequence
from itertools import chain, count

import numpy as np
from numpy.typing import NDArray

from bot.content.schema import Answer, Language
from bot.understanding.corpus import features_in, read_corpus
from bot.understanding.fold import low_words
from bot.understanding.latent import Latent, name_of
from bot.understanding.matrix import Numbers
from bot.understanding.vocabulary import Vocabulary

SIZE = 96  # coordinates
BESIDE = 16  # more directions while looking: those that are kept come out truer
ROUNDS = 2
COMMONEST = 2  # questions that a word must stand in: of one alone it brings nothing together
AT_A_TIME = 65_536  # cells of the matrix

type Singles = NDArray[np.float32]


def learn_latent(answers: Mapping[str, Sequence[Answer]], vocabulary: Vocabulary) -> Latent:
    """Learn from what may answer in each procedure; nothing from a few. The same questions give the same points."""
    procedures = [procedure for procedure, several in answers.items() if several]
    asked = [(number, answer) for number, procedure in enumerate(procedures) for answer in answers[procedure]]
    matrix, words, rarities = _matrix([_questions(answer) for _, answer in asked], vocabulary)
    if min(matrix.shape) < SIZE + BESIDE:
        return Latent()
    basis = _subspace(matrix)
    whose = np.array([number for number, _ in asked])
    stands = _of_length_one(matrix.times(basis))
    middles = np.add.reduceat(stands, np.flatnonzero(np.diff(whose, prepend=-1)), 0)
    middles /= np.bincount(whose)[:, None]
    around = _of_length_one(stands - middles[whose])
    return Latent(
        size=SIZE,
        words=dict(zip(words, count())),
        points=array("f", (basis * rarities[:, None]).ravel().tolist()),
        middles=dict(zip(procedures, count())),
        answers=dict(zip((name_of(procedures[number], answer.id) for number, answer in asked), count())),
        stands=array("f", np.concatenate((middles, around)).ravel().tolist()),
    )


def _questions(answer: Answer) -> list[list[str]]:
    ways = (getattr(way, one) for way in (answer.questions, answer.against) for one in Language)
    return list(map(low_words, chain.from_iterable(ways)))


class _Sparse:
    """A matrix of which few cells are not zero; they stand row after row."""

    def __init__(self, rows: Numbers, columns: Numbers, values: Singles, shape: tuple[int, int]) -> None:
        self.rows, self.columns, self.values, self.shape = rows, columns, values, shape
        self.by_column = np.argsort(columns, kind="stable")

    def times(self, other: Singles) -> Singles:
        return _summed(self.rows, self.columns, self.values, other, self.shape[0])

    def turned_times(self, other: Singles) -> Singles:
        order = self.by_column
        return _summed(self.columns[order], self.rows[order], self.values[order], other, self.shape[1])


def _summed(into: Numbers, taken: Numbers, values: Singles, other: Singles, size: int) -> Singles:
    """The rows of `other` that are taken, each times its value, added up in the row they go `into`, which rises."""
    total = np.zeros((size, other.shape[1]), np.float32)
    for begin in range(0, len(into), AT_A_TIME):
        part = slice(begin, begin + AT_A_TIME)
        starts = np.flatnonzero(np.diff(into[part], prepend=-1))
        weighed = other[taken[part]] * values[part, None]
        total[into[part][starts]] += np.add.reduceat(weighed, starts, 0)
    return total


def _matrix(questions: list[list[list[str]]], vocabulary: Vocabulary) -> tuple[_Sparse, list[str], Singles]:
    """What each answer's questions say, a row of length 1; the words of its columns, and how rare each is."""
    texts = list(chain.from_iterable(questions))
    found = features_in(read_corpus(texts, vocabulary), vocabulary)
    often = np.bincount(found.columns, minlength=len(found.several))
    kept = np.flatnonzero((often >= COMMONEST) & ~found.several)
    named = found.named(kept)
    telling = np.array([name[0] != "'" for name in named], bool)  # accents say nothing more inside a procedure
    kept = kept[telling]
    rarities = np.log(len(texts) / often[kept]).astype(np.float32)
    place = np.full(len(often), -1)
    place[kept] = np.arange(len(kept))
    columns = place[found.columns]
    rows = np.repeat(np.arange(len(questions)), list(map(len, questions)))[found.rows]
    cells, counts = np.unique((rows * len(kept) + columns)[columns >= 0], return_counts=True)
    rows, columns = np.divmod(cells, max(1, len(kept)))
    values = np.log1p(counts).astype(np.float32) * rarities[columns]
    lengths = np.sqrt(np.bincount(rows, weights=values**2, minlength=len(questions))).astype(np.float32)
    shape = (len(questions), len(kept))
    words = [name for name, tells in zip(named, telling, strict=True) if tells]
    return _Sparse(rows, columns, values / lengths[rows], shape), words, rarities


def _subspace(matrix: _Sparse) -> Singles:
    """An orthonormal basis of the directions in which the rows differ most."""
    start = np.random.default_rng(1945).standard_normal((matrix.shape[1], SIZE + BESIDE))
    directions = start.astype(np.float32)
    for _ in range(ROUNDS):
        directions = _orthonormal(matrix.turned_times(matrix.times(directions)))
    seen = matrix.times(directions).astype(np.float64)
    _, turns = np.linalg.eigh(seen.T @ seen)  # those along which least is seen come first
    basis: Singles = directions @ turns[:, -SIZE:].astype(np.float32)
    return basis


def _orthonormal(directions: Singles) -> Singles:
    exact = directions.astype(np.float64)
    squares, turns = np.linalg.eigh(exact.T @ exact)
    straight: Singles = (exact @ (turns / np.sqrt(squares))).astype(np.float32)
    return straight


def _of_length_one(points: Singles) -> Singles:
    lengths = np.sqrt((points**2).sum(1, keepdims=True))
    return np.divide(points, lengths, out=np.zeros_like(points), where=lengths > 0)
