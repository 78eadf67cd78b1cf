"""Which of our three languages a message is in, from its words alone."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.content.schema import Language
from bot.understanding.fold import fold

FLOOR = 0.3  # what a word counts in a language where it was never seen
ACCENTED = 2.5  # what a Vietnamese accent is worth, in log odds
UNDECIDED = 1.0  # a smaller lead leaves the language as it was


@dataclass(frozen=True)
class Languages:
    """How often each word stands in the phrases of each language, as log odds against the others."""

    weights: dict[str, tuple[float, float, float]] = field(default_factory=dict)


ORDER = tuple(Language)


def learn_languages(texts: Iterable[tuple[Language, list[str]]]) -> Languages:
    """Count the words of phrases in known languages."""
    counts: dict[Language, Counter[str]] = {language: Counter() for language in ORDER}
    for language, typed in texts:
        counts[language].update(map(fold, typed))
    totals = {language: sum(count.values()) or 1 for language, count in counts.items()}
    known = set().union(*counts.values())
    return Languages(
        {
            word: tuple(  # type: ignore[misc]
                round(math.log((counts[lang][word] + FLOOR) / (totals[lang] + FLOOR * len(known))), 3) for lang in ORDER
            )
            for word in known
        }
    )


def detect(typed: list[str], languages: Languages, before: Language | None) -> Language:
    """The language of a message; in doubt the one spoken before, else Vietnamese."""
    totals = [0.0, 0.0, 0.0]
    for word in typed:
        if weights := languages.weights.get(fold(word)):
            low = min(weights)
            for n, weight in enumerate(weights):
                totals[n] += min(6.0, weight - low)
        if not word.isascii():
            totals[0] += ACCENTED
    best = max(range(3), key=totals.__getitem__)
    fallback = ORDER.index(before or Language.VI)
    return ORDER[best] if totals[best] - totals[fallback] >= UNDECIDED else ORDER[fallback]
