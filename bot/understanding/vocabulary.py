"""Words: what was typed → the syllables that are meant, and the features that speak for a procedure.

Slips are repaired against the vocabulary of the phrases; short forms, teen spelling and dialect are written out.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.content.schema import Words
from bot.understanding.fold import accented, fold, low_words, untelex, unvni

MAX_REPAIRS = 10  # of one message: a message of nothing but noise costs no more than another
OFTEN = 3  # times in the phrases: a rarer word is not looked for in two that ran together
DRAWN_OUT = re.compile(r"(\w)\1+")
MIN_REPAIRED = 4  # letters; shorter words have too many neighbours


class Token(NamedTuple):
    """One syllable or word: without accents, and with them where they were typed."""

    folded: str
    accented: str | None = None


# Concepts that begin with the same two words: by the third, empty where there is none, as tokens with their name.
type Begun = dict[str, list[tuple[tuple[Token, ...], str]]]


@dataclass(frozen=True)
class Vocabulary:
    """The words we know and what they stand for."""

    known: dict[str, int] = field(default_factory=dict)  # folded word → how often
    spellings: dict[str, tuple[str, ...]] = field(default_factory=dict)  # as typed → the words meant
    concepts: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of one word: folded, or ' and accented
    phrases: dict[str, Begun] = field(default_factory=dict)  # concepts of several words, by the first two, folded
    by_shape: dict[tuple[str, int], list[str]] = field(default_factory=dict)  # first letter, length → words near it

    def patterns(self) -> Iterator[tuple[tuple[Token, ...], str]]:
        """The concepts of several words."""
        return chain.from_iterable(chain.from_iterable(begun.values()) for begun in self.phrases.values())


def build_vocabulary(words_file: Words, known: dict[str, int]) -> Vocabulary:
    """Index the known words, the concepts, and what short forms stand for."""
    shapes: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for word in known:
        if len(word) >= MIN_REPAIRED - 1 and word.isalpha():
            for length in (len(word) - 1, len(word), len(word) + 1):
                shapes[word[0], length].append(word)
    concepts, phrases = _indexed(_concepts(words_file))
    return Vocabulary(
        known=known,
        spellings=_spellings(words_file),
        concepts=concepts,
        phrases=phrases,
        by_shape=dict(shapes),
    )


def _indexed(concepts: Iterable[tuple[str, tuple[Token, ...]]]) -> tuple[dict[str, tuple[str, ...]], dict[str, Begun]]:
    alone: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    phrases: dict[str, Begun] = {}
    for name, tokens in concepts:
        (folded, accents), *more = tokens
        if more:
            third = more[1].folded if len(more) > 1 else ""
            phrases.setdefault(f"{folded} {more[0].folded}", {}).setdefault(third, []).append((tokens, name))
        else:
            alone[folded] += (name,)
            alone["'" + (accents or folded)] += (name,)
    return dict(alone), phrases


def count_words(words_file: Words, typed: Mapping[str, int]) -> dict[str, int]:
    """How often each word stands in the phrases, as `typed`, in the concepts and in the full forms of short ones."""
    spellings = _spellings(words_file)
    known: Counter[str] = Counter()
    for word, often in typed.items():
        if word not in spellings:
            known[fold(word)] += often
    for full in spellings.values():
        known.update(map(fold, full))
    for _, tokens in _concepts(words_file):
        known.update(token.folded for token in tokens)
    return dict(known)


def _spellings(words_file: Words) -> dict[str, tuple[str, ...]]:
    """Short forms of one word, as typed, and the words they stand for."""
    found: dict[str, tuple[str, ...]] = {}
    for table in (words_file.dialect, words_file.spelling, words_file.abbreviations):
        for typed, full in table.items():
            key = " ".join(low_words(typed))
            if key and " " not in key:
                found[key] = tuple(low_words(full))
    return found


def _concepts(words_file: Words) -> Iterator[tuple[str, tuple[Token, ...]]]:
    for name, members in words_file.concepts.items():
        for member in (*members.vi, *members.en, *members.id):
            if tokens := tuple(_token(word) for word in low_words(member)):
                yield name, tokens


@lru_cache(maxsize=20_000)
def _token(word: str) -> Token:
    return Token(fold(word), None if word.isascii() else accented(word))


def read_words(typed: list[str], vocabulary: Vocabulary) -> list[Token]:
    """The words meant by what was typed."""
    tokens: list[Token] = []
    repairs = MAX_REPAIRS
    for word in typed:
        if meant := vocabulary.spellings.get(word):
            tokens.extend(map(_token, meant))
            continue
        token = _token(word)
        if token.folded in vocabulary.known or token.folded.isdigit() or repairs == 0:
            tokens.append(token)
            continue
        repairs -= 1
        tokens.extend(_repaired(word, token.folded, vocabulary))
    return tokens


def _repaired(word: str, folded: str, vocabulary: Vocabulary) -> list[Token]:
    """A word we do not know: raw typing, a letter drawn out, two words run together, or a slip of the finger."""
    for decoded in (untelex(word), unvni(word)):
        if decoded and fold(decoded) in vocabulary.known:
            return [_token(decoded)]
    if (single := DRAWN_OUT.sub(r"\1", folded)) != folded and single in vocabulary.known:
        return [Token(single)]
    if (split := _split(folded, vocabulary)) is not None:
        return [Token(part) for part in split]
    if nearest := _nearest(folded, vocabulary):
        return [Token(nearest)]
    return [_token(word)]


def _split(folded: str, vocabulary: Vocabulary) -> tuple[str, str] | None:
    if not 6 <= len(folded) <= 14:
        return None
    known, best = vocabulary.known.get, (OFTEN, "", "")
    for at in range(2, len(folded) - 1):
        if (often := known(folded[:at], 0)) > best[0] and (rest := known(folded[at:], 0)) > best[0]:
            best = min(often, rest), folded[:at], folded[at:]
    return best[1:] if best[1] else None


def _nearest(folded: str, vocabulary: Vocabulary) -> str | None:
    """The known word one slip away (two in a long word), the commonest where several are."""
    if len(folded) < MIN_REPAIRED or not folded.isalpha():
        return None
    allowed = 1 if len(folded) < 8 else 2
    like = vocabulary.by_shape.get((folded[0], len(folded)), ())
    near = process.extract(folded, like, scorer=OSA.distance, score_cutoff=allowed, limit=None)
    return max(((-distance, vocabulary.known[word], word) for word, distance, _ in near), default=(0, 0, None))[2]


def concepts_in(tokens: list[Token], pairs: list[str], vocabulary: Vocabulary) -> set[str]:
    """The concepts a message names; several for a word that means several things. `pairs`: of its folded words."""
    words = ["'" + accents if accents else folded for folded, accents in tokens]
    found = set(chain.from_iterable(filter(None, map(vocabulary.concepts.get, words))))
    for start, patterns in enumerate(map(vocabulary.phrases.get, pairs)):
        if patterns:
            found.update(concepts_from(start, tokens, patterns))
    return found


def concepts_of(token: Token, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The concepts that a word names by itself."""
    folded, accents = token
    return vocabulary.concepts.get("'" + accents if accents else folded, ())


def concepts_from(start: int, tokens: list[Token], patterns: Begun) -> list[str]:
    """The concepts of several words that begin at `start`."""
    third = tokens[start + 2].folded if start + 2 < len(tokens) else ""
    candidates = chain(patterns.get("", ()), patterns.get(third, ()) if third else ())
    return [name for pattern, name in candidates if _stands(pattern, tokens, start)]


def _stands(pattern: tuple[Token, ...], tokens: list[Token], start: int) -> bool:
    """The same letters, and no accent typed that says otherwise."""
    if start + len(pattern) > len(tokens):
        return False
    for (folded, accents), meant in zip(tokens[start : start + len(pattern)], pattern, strict=True):
        if folded != meant.folded or (accents and accents != (meant.accented or folded)):
            return False
    return True
