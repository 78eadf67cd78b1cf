"""All phrases at once, as numbers: what `features` says of one message, in a fraction of the time.

What a feature is stands in `features`; here it is only counted. A test holds the two together.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from bot.understanding.features import ASKED_IN_THE_LAST, AT_THE_END, MAX_TOKENS, alone, as_typed
from bot.understanding.matrix import Found, Numbers, spread
from bot.understanding.vocabulary import Token, Vocabulary, concepts_of, read_words


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Texts as tokens by number, end to end; `rows` says which text each stands in."""

    table: list[Token]
    tokens: Numbers
    rows: Numbers
    size: int  # how many texts

    @property
    def lengths(self) -> Numbers:
        return np.bincount(self.rows, minlength=self.size)

    @property
    def places(self) -> Numbers:
        """Of each token in its text."""
        lengths = self.lengths
        return np.arange(len(self.rows)) - (np.cumsum(lengths) - lengths)[self.rows]

    def only(self, kept: NDArray[np.bool_]) -> "Corpus":
        return Corpus(table=self.table, tokens=self.tokens[kept], rows=self.rows[kept], size=self.size)


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Features of one kind: in which row which stands, by numbers that `named` can read."""

    rows: Numbers
    codes: Numbers
    named: Callable[[Numbers], list[str]]
    several: bool = False


def read_corpus(texts: Sequence[list[str]], vocabulary: Vocabulary) -> Corpus:
    """The tokens meant by what was typed. Each word is read once, for itself: phrases need no repair."""
    words, number = _numbered(texts)
    table: defaultdict[Token, int] = defaultdict(count().__next__)
    meant = [[table[token] for token in read_words([word], vocabulary)] for word in number]
    tokens, of = _spread(meant, words)
    return Corpus(table=list(table), tokens=tokens, rows=_rows(texts)[of], size=len(texts))


def features_in(corpus: Corpus, vocabulary: Vocabulary) -> Found:
    """The features of every text, as `features_of` finds them."""
    corpus = corpus.only(corpus.places < MAX_TOKENS)
    features: defaultdict[str, int] = defaultdict(count().__next__)
    of_token = [[features[feature] for feature in _of_token(token, vocabulary)] for token in corpus.table]
    codes, of = _spread(of_token, corpus.tokens)
    grams = _Grams(corpus)
    notions = _Notions(corpus, grams)
    rows, numbers = [corpus.rows[of]], [codes]
    for pattern, name in vocabulary.patterns():
        rows.append(with_it := notions.rows_with(pattern))
        numbers.append(np.full(len(with_it), features["@" + name]))
    names = list(features)
    alone = _Part(
        rows=np.concatenate(rows),
        codes=np.concatenate(numbers),
        named=lambda codes: [names[code] for code in codes.tolist()],
    )
    return _joined([alone, grams.part(2)])


def aspect_features_in(corpus: Corpus) -> Found:
    """The features of every text, as `aspect_features` finds them."""
    corpus = corpus.only(corpus.places >= corpus.lengths[corpus.rows] - ASKED_IN_THE_LAST)
    grams = _Grams(corpus)
    left = corpus.lengths[corpus.rows] - corpus.places
    parts = [grams.part(length) for length in (1, 2, 3)]
    ends = [grams.part(length, left < AT_THE_END + length, "$") for length in (1, 2, 3)]
    spelled = _Grams(corpus, as_typed)
    accents = np.array([token.accented is not None for token in corpus.table], bool)[corpus.tokens]
    either = accents | np.append(accents[1:], np.zeros(min(1, len(accents)), bool))
    return _joined([*parts, *ends, spelled.part(1, accents, "'"), spelled.part(2, either, "'")])


def pairs_in(texts: Sequence[list[str]]) -> Iterator[tuple[str, str, int]]:
    """The pairs of words, and in how many texts each stands."""
    words, names = _numbered(texts)
    rows = _rows(texts)
    together = rows[:-1] == rows[1:]
    pairs = (words[:-1] * len(names) + words[1:])[together]
    keys = np.sort(pairs * len(texts) + rows[:-1][together])
    met, often = np.unique(keys[np.diff(keys, prepend=-1) > 0] // max(1, len(texts)), return_counts=True)
    for pair, many in zip(met.tolist(), often.tolist(), strict=True):
        one, two = divmod(pair, len(names))
        yield names[one], names[two], many


class _Grams:
    """Words that follow each other, as one number each; without accents where nothing else is said."""

    def __init__(self, corpus: Corpus, written: Callable[[Token], str] = attrgetter("folded")) -> None:
        number: defaultdict[str, int] = defaultdict(count().__next__)
        folded = np.array([number[written(token)] for token in corpus.table], np.int64)
        self.corpus = corpus
        self.words = list(number)
        self.number = dict(number)
        self.folded = folded[corpus.tokens]

    def part(self, length: int, where: NDArray[np.bool_] | None = None, prefix: str = "") -> _Part:
        """Those of so many words that begin `where`."""
        begins = self.begins(length)
        if where is not None:
            begins = begins[where[begins]]
        return _Part(
            rows=self.corpus.rows[begins],
            codes=self.codes(begins, length),
            named=lambda codes: [prefix + name for name in self._named(codes, length)],
            several=length > 1,
        )

    def begins(self, length: int) -> Numbers:
        last = len(self.folded) - length + 1
        rows = self.corpus.rows
        return np.flatnonzero(rows[: max(0, last)] == rows[length - 1 :])

    def codes(self, begins: Numbers, length: int) -> Numbers:
        codes = self.folded[begins]
        for after in range(1, length):
            codes = codes * len(self.words) + self.folded[begins + after]
        return codes

    def _named(self, codes: Numbers, length: int) -> list[str]:
        words = []
        for _ in range(length):
            codes, word = np.divmod(codes, len(self.words))
            words.append(list(map(self.words.__getitem__, word.tolist())))
        return list(map(" ".join, zip(*reversed(words), strict=True)))


def _of_token(token: Token, vocabulary: Vocabulary) -> Iterator[str]:
    yield from alone(token)
    yield from ("@" + name for name in concepts_of(token, vocabulary))


class _Notions:
    """Concepts of several words, each looked for where its first two words stand."""

    def __init__(self, corpus: Corpus, grams: _Grams) -> None:
        number: defaultdict[str | None, int] = defaultdict(count(1).__next__, {None: 0})
        self.accents = np.array([number[token.accented] for token in corpus.table], np.int64)[corpus.tokens]
        self.number = dict(number)
        self.grams = grams
        self.rows = corpus.rows
        self.ends = np.cumsum(corpus.lengths)[corpus.rows]
        begins = grams.begins(2)
        codes = grams.codes(begins, 2)
        order = np.argsort(codes, kind="stable")
        self.begins, self.codes = begins[order], codes[order]

    def rows_with(self, pattern: tuple[Token, ...]) -> Numbers:
        """The same letters, and no accent typed that says otherwise."""
        at = self._begun(pattern)
        for place, (folded, accents) in enumerate(pattern):
            if not at.size:
                break
            typed = self.accents[at + place]
            agrees = (typed == 0) | (typed == self.number.get(accents or folded, -1))
            if place > 1:
                agrees &= self.grams.folded[at + place] == self.grams.number.get(folded, -1)
            at = at[agrees]
        return self.rows[at]

    def _begun(self, pattern: tuple[Token, ...]) -> Numbers:
        one, two = (self.grams.number.get(token.folded, -1) for token in pattern[:2])
        if min(one, two) < 0:
            return np.array([], np.int64)
        code = one * len(self.grams.words) + two
        first, last = np.searchsorted(self.codes, (code, code + 1))
        at = self.begins[first:last]
        return at[at + len(pattern) <= self.ends[at]]


def _joined(parts: Sequence[_Part]) -> Found:
    """One numbering for all; a feature that stands in a row more than once counts once."""
    columns, values, ends = [], [], [0]
    for part in parts:
        value, place = np.unique(part.codes, return_inverse=True)
        columns.append(place + ends[-1])
        values.append(value)
        ends.append(ends[-1] + len(value))
    size = max(1, ends[-1])
    keys = np.sort(np.concatenate([part.rows for part in parts]) * size + np.concatenate(columns))
    rows, unique = np.divmod(keys[np.diff(keys, prepend=-1) > 0], size)
    several = np.repeat([part.several for part in parts], np.diff(ends))

    def named(columns: Numbers) -> list[str]:
        """`columns` in rising order."""
        cuts = np.split(columns, np.searchsorted(columns, ends[1:-1]))
        found = zip(parts, values, ends, cuts, strict=False)
        return list(chain.from_iterable(part.named(value[cut - end]) for part, value, end, cut in found))

    return Found(rows=rows, columns=unique, several=several, named=named)


def _numbered(texts: Sequence[list[str]]) -> tuple[Numbers, list[str]]:
    number: defaultdict[str, int] = defaultdict(count().__next__)
    words = array("q")
    for typed in texts:
        words.extend(map(number.__getitem__, typed))
    return np.array(words, np.int64), list(number)


def _rows(texts: Sequence[list[str]]) -> Numbers:
    """Of each word the number of its text."""
    return np.repeat(np.arange(len(texts)), np.fromiter(map(len, texts), np.int64, len(texts)))


def _spread(lists: Sequence[list[int]], which: Numbers) -> tuple[Numbers, Numbers]:
    """The lists asked for, end to end, and of each number the place in `which` of its list."""
    flat = np.array(list(chain.from_iterable(lists)), np.int64)
    lengths = np.fromiter(map(len, lists), np.int64, len(lists))
    places, of = spread((np.cumsum(lengths) - lengths)[which], lengths[which])
    return flat[places], of
