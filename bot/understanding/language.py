"""Which of our three languages a message is in, from its words alone."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.content.schema import Language
from bot.understanding.fold import fold
from bot.understanding.runs import Run

FLOOR = 0.3  # what a word counts in a language where it was never seen
LOUDEST = 6.0  # the most that one word may speak for a language
ACCENTED = 2.5  # what a Vietnamese accent is worth, in log odds
UNDECIDED = 1.0  # a smaller lead leaves the language as it was


@dataclass(frozen=True)
class Languages:
    """How much each word speaks for each language, in log odds over the one it speaks for least."""

    weights: dict[str, tuple[float, ...]] = field(default_factory=dict)


ORDER = tuple(Language)


def learn_languages(typed: Mapping[Language, Mapping[str, int]]) -> Languages:
    """From how often each word was typed in phrases of each language."""
    counts: dict[Language, Counter[str]] = {language: Counter() for language in ORDER}
    for language, words in typed.items():
        for word, often in words.items():
            counts[language][fold(word)] += often
    known = set().union(*counts.values())
    sizes = [(sum(counts[language].values()) or 1) + FLOOR * len(known) for language in ORDER]
    return Languages({word: _odds([counts[lang][word] for lang in ORDER], sizes) for word in known})


def _odds(counts: list[int], sizes: list[float]) -> tuple[float, ...]:
    logs = [math.log((count + FLOOR) / size) for count, size in zip(counts, sizes, strict=True)]
    return tuple(round(min(LOUDEST, one - min(logs)), 3) for one in logs)


def detect(typed: list[str], said: Run, languages: Languages, before: Language | None) -> Language:
    """The language of a message; in doubt the one spoken before, else Vietnamese. `said`: `typed`, folded."""
    weights = filter(None, map(languages.weights.get, said))
    totals: list[float] = list(map(sum, zip(*weights, strict=True))) or [0.0, 0.0, 0.0]
    totals[0] += ACCENTED * (len(typed) - sum(map(str.isascii, typed)))
    best = max(range(3), key=totals.__getitem__)
    fallback = ORDER.index(before or Language.VI)
    return ORDER[best] if totals[best] - totals[fallback] >= UNDECIDED else ORDER[fallback]
