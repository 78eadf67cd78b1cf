"""Words: what was typed → the syllables that are meant, and the features that speak for a procedure.

Slips are repaired against the vocabulary of the phrases; short forms, teen spelling and dialect are written out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.content.schema import Words
from bot.understanding.fold import accented, fold, low_words, untelex, unvni

MAX_REPAIRS = 10  # of one message: a message of nothing but noise costs no more than another
OFTEN = 3  # times in the phrases: a rarer word is not looked for in two that ran together
MIN_REPAIRED = 4  # letters; shorter words have too many neighbours


class Token(NamedTuple):
    """One syllable or word: without accents, and with them where they were typed."""

    folded: str
    accented: str | None = None


@dataclass(frozen=True)
class Vocabulary:
    """The words we know and what they stand for."""

    known: dict[str, int] = field(default_factory=dict)  # folded word → how often
    spellings: dict[str, tuple[str, ...]] = field(default_factory=dict)  # as typed → the words meant
    concepts: dict[str, list[tuple[tuple[Token, ...], str]]] = field(
        default_factory=dict
    )  # by the first two folded words
    by_shape: dict[tuple[str, int], list[str]] = field(default_factory=dict)  # first letter, length → words near it


def build_vocabulary(words_file: Words, known: dict[str, int]) -> Vocabulary:
    """Index the known words, the concepts, and what short forms stand for."""
    shapes: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for word in known:
        if len(word) >= MIN_REPAIRED - 1 and word.isalpha():
            for length in (len(word) - 1, len(word), len(word) + 1):
                shapes[word[0], length].append(word)
    concepts: defaultdict[str, list[tuple[tuple[Token, ...], str]]] = defaultdict(list)
    for name, tokens in _concepts(words_file):
        concepts[" ".join(token.folded for token in tokens[:2])].append((tokens, name))
    return Vocabulary(known=known, spellings=_spellings(words_file), concepts=dict(concepts), by_shape=dict(shapes))


def count_words(words_file: Words, texts: Iterable[list[str]]) -> dict[str, int]:
    """How often each word stands in the phrases, the concepts and the full forms of short ones."""
    spellings = _spellings(words_file)
    known: Counter[str] = Counter()
    for typed in texts:
        known.update(fold(word) for word in typed if word not in spellings)
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
    """A word we do not know: raw typing, two words run together, or a slip of the finger."""
    for decoded in (untelex(word), unvni(word)):
        if decoded and fold(decoded) in vocabulary.known:
            return [_token(decoded)]
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
    near = process.extract(folded, like, scorer=OSA.distance, score_cutoff=allowed, limit=8)
    return max(((-distance, vocabulary.known[word], word) for word, distance, _ in near), default=(0, 0, None))[2]


def concepts_in(tokens: list[Token], vocabulary: Vocabulary) -> set[str]:
    """The concepts a message names; several for a word that means several things."""
    found: set[str] = set()
    find = vocabulary.concepts.get
    for token in tokens:
        if patterns := find(token.folded):
            found.update(name for pattern, name in patterns if _agrees(token, pattern[0]))
    for start, (one, two) in enumerate(pairwise(tokens)):
        for pattern, name in find(f"{one.folded} {two.folded}", ()):
            said = tokens[start : start + len(pattern)]
            if name not in found and len(said) == len(pattern) and all(map(_agrees, said, pattern)):
                found.add(name)
    return found


def _agrees(token: Token, pattern: Token) -> bool:
    """The same letters, and no accent typed that says otherwise."""
    if token.folded != pattern.folded:
        return False
    return token.accented is None or token.accented == (pattern.accented or pattern.folded)
