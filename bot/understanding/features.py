"""What speaks for a procedure: syllables, pairs of syllables, typed accents, shared notions."""

from functools import lru_cache
from itertools import chain, compress, pairwise

from bot.understanding.vocabulary import Token, Vocabulary, concepts_in

MAX_TOKENS = 160
STEM = 5  # letters: English and Indonesian words bend at their end
ASKED_IN_THE_LAST = 36  # words of a long message: what is asked mostly comes after the story
AT_THE_END = 6  # words


def features_of(tokens: list[Token], vocabulary: Vocabulary) -> list[str]:
    """The features of a message, each once.

    A syllable counts without its accents, so that a missing one costs nothing; where accents were typed they count
    besides. Pairs carry most meaning: Vietnamese words are mostly two syllables.
    """
    tokens = tokens[:MAX_TOKENS]
    pairs = [f"{one} {two}" for (one, _), (two, _) in pairwise(tokens)]
    notions = ["@" + name for name in sorted(concepts_in(tokens, pairs, vocabulary))]
    return list(dict.fromkeys(chain(chain.from_iterable(map(alone, tokens)), pairs, notions)))


@lru_cache(maxsize=20_000)
def alone(token: Token) -> tuple[str, ...]:
    """What a word says by itself."""
    stem = ("<" + token.folded[:STEM],) if len(token.folded) > STEM else ()
    return (token.folded, "'" + token.accented, *stem) if token.accented else (token.folded, *stem)


def shown(feature: str) -> str:
    """A feature as a maintainer reads it."""
    if feature.startswith("@"):
        return f"notion: {feature[1:]}"
    if feature.startswith("<"):
        return f"{feature[1:]}…"
    return f"{feature[1:]} (accents)" if feature.startswith("'") else feature


def aspect_features(tokens: list[Token]) -> list[str]:
    """What speaks for an aspect: words, pairs and threes, and where in the message they stand: most ask at the end.

    Accents that were typed count besides: "bản", "bán" and "bạn" ask about different things.
    """
    tokens = tokens[-ASKED_IN_THE_LAST:]
    words = [folded for folded, _ in tokens]
    accents = [accented for _, accented in tokens]
    pairs = [f"{one} {two}" for one, two in pairwise(words)]
    threes = [f"{pair} {word}" for pair, word in zip(pairs, words[2:], strict=False)]
    found = dict.fromkeys((*words, *pairs, *threes))
    for length, grams in enumerate((words, pairs, threes), 1):
        found.update(dict.fromkeys(["$" + gram for gram in grams[max(0, len(words) - AT_THE_END + 1 - length) :]]))
    found.update(dict.fromkeys(["'" + accented for accented in accents if accented]))
    typed = [accented or folded for folded, accented in tokens]
    either = [one or two for one, two in pairwise(accents)]
    found.update(dict.fromkeys([f"'{one} {two}" for one, two in compress(pairwise(typed), either)]))
    return list(found)


def as_typed(token: Token) -> str:
    """A word with the accents it was typed with, if any."""
    return token.accented or token.folded
