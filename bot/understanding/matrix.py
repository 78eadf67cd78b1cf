"""Phrases as the rows of a sparse matrix: what stands in each, weighed by how rare it is."""

import math
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

RAREST_PAIR = 3  # pairs of words met less often are chance

type Floats = NDArray[np.float64]
type Numbers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """The phrases as rows of length 1: the features of row n stand at starts[n]:starts[n + 1] of `columns`."""

    labels: tuple[str, ...]
    features: list[str]
    rarities: Floats  # of each feature
    starts: Numbers
    columns: Numbers
    values: Floats
    right: Numbers  # the label of each row, by number


@dataclass(frozen=True, kw_only=True)
class Found:
    """Which features stand in which rows, by number, row after row; and each feature's name and words."""

    rows: Numbers
    columns: Numbers
    several: NDArray[np.bool_]  # for each feature: is it of several words
    named: Callable[[Numbers], list[str]]  # the features of these numbers, which rise


def matrix_of(examples: Iterable[tuple[Sequence[str], str]], rarest_pair: int = RAREST_PAIR) -> Matrix:
    """The matrix of (features, label) pairs."""
    number: defaultdict[str, int] = defaultdict(count().__next__)
    columns, lengths, meant = array("q"), array("q"), []
    for features, label in examples:
        columns.extend(map(number.__getitem__, features))
        lengths.append(len(features))
        meant.append(label)
    names = list(number)
    found = Found(
        rows=np.repeat(np.arange(len(lengths)), np.array(lengths, np.int64)),
        columns=np.array(columns, np.int64),
        several=np.array([" " in name for name in names], bool),
        named=lambda numbers: [names[number] for number in numbers.tolist()],
    )
    return weighed(found, meant, rarest_pair)


def weighed(found: Found, meant: Sequence[str], rarest_pair: int = RAREST_PAIR) -> Matrix:
    """Features by their rarity, without those of several words that hardly occur; `meant`: the label of each row."""
    labels = tuple(sorted(set(map(str, meant))))
    place = {label: n for n, label in enumerate(labels)}
    often = np.bincount(found.columns, minlength=len(found.several))
    kept = (often >= rarest_pair) | ~found.several
    rarities = np.array([1.0 + math.log(len(meant) / n) for n in often[kept].tolist()])
    stays = kept[found.columns]
    rows, columns = found.rows[stays], (np.cumsum(kept) - 1)[found.columns[stays]]
    squares = np.bincount(rows, weights=rarities[columns] ** 2, minlength=len(meant))
    return Matrix(
        labels=labels,
        features=found.named(np.flatnonzero(kept)),
        rarities=rarities,
        starts=np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=len(meant))))),
        columns=columns,
        values=rarities[columns] / np.sqrt(squares)[rows],
        right=np.array([place[label] for label in meant], np.int64),
    )


def spread(begins: Numbers, lengths: Numbers) -> tuple[Numbers, Numbers]:
    """The places of several stretches, end to end, and of each the number of its stretch."""
    ends = np.cumsum(lengths)
    places = np.repeat(begins - ends + lengths, lengths) + np.arange(ends[-1] if len(ends) else 0)
    return places, np.repeat(np.arange(len(lengths)), lengths)
