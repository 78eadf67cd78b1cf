"""Rows of words that say something, and where they stand in a message. Pure.

A row is looked for where its first word stands: most messages have the first words of few.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.content.schema import Phrases
from bot.understanding.fold import fold, low_words

type Run = tuple[str, ...]  # words in a row, mostly folded


@dataclass(frozen=True)
class Runs[T]:
    """What each row means; and, by their first word, how long the rows are that begin with it, the longest first."""

    means: dict[Run, T] = field(default_factory=dict)
    lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def found_in(self, words: Run, least: float = 0) -> Iterator[tuple[int, Run]]:
        """Where known rows of `least` words begin, and the rows: from the first word on, the longest first."""
        for at in [at for at, word in enumerate(words) if word in self.lengths]:
            left = len(words) - at
            for length in self.lengths[words[at]]:
                if least <= length <= left and (run := words[at : at + length]) in self.means:
                    yield at, run

    def stand_in(self, words: Run) -> bool:
        """Whether any of them does."""
        return not self.lengths.keys().isdisjoint(words) and next(self.found_in(words), None) is not None

    def taken_out(self, words: Run) -> Run:
        """The message with nothing said where any of them stands, though two share a word."""
        said = list(words)
        for at, run in self.found_in(words):
            said[at : at + len(run)] = [""] * len(run)
        return tuple(said)


def build_runs[T](means: Mapping[Run, T], most: int | None = None) -> Runs[T]:
    """Those of one word to `most`."""
    known = {run: meant for run, meant in means.items() if run and (most is None or len(run) <= most)}
    lengths: dict[str, set[int]] = {}
    for run in known:
        lengths.setdefault(run[0], set()).add(len(run))
    return Runs(known, {word: tuple(sorted(found, reverse=True)) for word, found in lengths.items()})


def listed(runs: Iterable[Run], most: int | None = None) -> Runs[None]:
    """Rows that are only looked for."""
    return build_runs(dict.fromkeys(runs), most)


def folded_runs(phrases: Phrases) -> list[Run]:
    """What maintainers wrote in every language, as rows of folded words."""
    return [tuple(map(fold, low_words(text))) for text in phrases.all]
