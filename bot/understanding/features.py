"""What speaks for a procedure: syllables, pairs of syllables, typed accents, shared notions."""

from bot.understanding.vocabulary import Token, Vocabulary, concepts_in

MAX_TOKENS = 160
STEM = 5  # letters: English and Indonesian words bend at their end
ASKED_IN_THE_LAST = 36  # words of a long message: what is asked mostly comes after the story


def features_of(tokens: list[Token], vocabulary: Vocabulary) -> list[str]:
    """The features of a message, each once.

    A syllable counts without its accents, so that a missing one costs nothing; where accents were typed they count
    besides. Pairs carry most meaning: Vietnamese words are mostly two syllables.
    """
    tokens = tokens[:MAX_TOKENS]
    found: dict[str, None] = {}
    before: Token | None = None
    for token in tokens:
        found[token.folded] = None
        if token.accented:
            found["'" + token.accented] = None
        if len(token.folded) > STEM:
            found["<" + token.folded[:STEM]] = None
        if before:
            found[f"{before.folded} {token.folded}"] = None
        before = token
    for name in sorted(concepts_in(tokens, vocabulary)):
        found["@" + name] = None
    return list(found)


def shown(feature: str) -> str:
    """A feature as a maintainer reads it."""
    if feature.startswith("@"):
        return f"notion: {feature[1:]}"
    if feature.startswith("<"):
        return f"{feature[1:]}…"
    return f"{feature[1:]} (accents)" if feature.startswith("'") else feature


def aspect_features(tokens: list[Token]) -> list[str]:
    """What speaks for an aspect: words, pairs and threes, and where in the message they stand: most ask at the end."""
    found: dict[str, None] = {}
    folded = [token.folded for token in tokens[-ASKED_IN_THE_LAST:]]
    for length in (1, 2, 3):
        for start in range(len(folded) - length + 1):
            words = " ".join(folded[start : start + length])
            found[words] = None
            if start + length > len(folded) - 6:
                found["$" + words] = None
    return list(found)
