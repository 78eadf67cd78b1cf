"""Whole phrases: a message that is one of them, word for word, means what it means. Kept small, alike in each run."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from bot.content.words import Phrase
from bot.understanding.fold import fold, low_words
from bot.understanding.runs import Run

LEAST = 5  # words; fewer may be said of anything


@dataclass(frozen=True)
class Taught:
    """The keys of the phrases, sorted; `means`: for each, which of `procedures`."""

    keys: array[int] = field(default_factory=lambda: array("Q"))
    means: array[int] = field(default_factory=lambda: array("H"))
    procedures: tuple[str, ...] = ()

    def of(self, said: Run) -> str | None:
        """The procedure whose phrase these folded words are."""
        key = _key(said)
        at = bisect_left(self.keys, key) if key is not None else len(self.keys)
        return self.procedures[self.means[at]] if at < len(self.keys) and self.keys[at] == key else None


def build_taught(phrases: Iterable[Phrase]) -> Taught:
    """Without the phrases that stand with several procedures."""
    found: dict[int, str] = {}
    several: set[int] = set()
    for phrase in phrases:
        key = _key(tuple(map(fold, low_words(phrase.text))))
        if key is not None and found.setdefault(key, phrase.means) != phrase.means:
            several.add(key)
    procedures = tuple(sorted(set(found.values())))
    number = {procedure: at for at, procedure in enumerate(procedures)}
    keys = sorted(found.keys() - several)
    return Taught(array("Q", keys), array("H", [number[found[key]] for key in keys]), procedures)


def _key(said: Run) -> int | None:
    if len(said) < LEAST:
        return None
    return int.from_bytes(blake2b(" ".join(said).encode(), digest_size=8).digest())
