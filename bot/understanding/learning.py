"""From the phrases of `intents/` to what is learnt from them. Loads numpy, which a process that serves does without."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from bot.content.schema import Language
from bot.content.words import HowPeopleAsk
from bot.understanding.engine import NO_ASPECT, Learned
from bot.understanding.features import aspect_features, features_of
from bot.understanding.fold import fold, low_words
from bot.understanding.language import learn_languages
from bot.understanding.perceptron import learn
from bot.understanding.vocabulary import Token, Vocabulary, build_vocabulary, count_words, read_words

EPOCHS = 4
MOSTLY = 0.6  # of the time goes into procedures
ORDINARY_FROM = 2  # a pair of syllables in that many phrases is everyday language, not a place

type Progress = Callable[[float], None]  # told the part that is done


def learn_from(intents: HowPeopleAsk, progress: Progress = lambda _: None, *, epochs: int = EPOCHS) -> Learned:
    """Learn words and weights from the phrases. Takes seconds; the same phrases give the same weights."""
    typed = [(phrase.language, low_words(phrase.text)) for phrase in (*intents.phrases, *intents.talk)]
    known = count_words(intents.words, (words for _, words in typed))
    vocabulary = build_vocabulary(intents.words, known)
    procedures = learn(_examples(intents, vocabulary), epochs=epochs, progress=lambda part: progress(MOSTLY * part))
    aspects = learn(_aspect_examples(intents, vocabulary), epochs=epochs, rarest_pair=2, negligible=1.0, rivals=1)
    progress(1)
    return Learned(procedures, aspects, learn_languages(typed), known, tuple(_ordinary(words for _, words in typed)))


def _examples(intents: HowPeopleAsk, vocabulary: Vocabulary) -> Iterator[tuple[list[str], str]]:
    """Every phrase, and once more as typed without accents."""
    for phrase in (*intents.phrases, *intents.talk):
        yield features_of(read_words(low_words(phrase.text), vocabulary), vocabulary), phrase.means
        if not phrase.text.isascii():
            yield features_of(_unaccented(phrase.text, vocabulary), vocabulary), phrase.means


def _aspect_examples(intents: HowPeopleAsk, vocabulary: Vocabulary) -> Iterator[tuple[list[str], str]]:
    for phrase in intents.phrases:
        label = phrase.aspect.value if phrase.aspect else NO_ASPECT
        yield aspect_features(read_words(low_words(phrase.text), vocabulary)), label
    for aspect, cues in intents.cues.items():
        for language in Language:
            for cue in getattr(cues, language):
                yield aspect_features(read_words(low_words(cue), vocabulary)), aspect.value


def _unaccented(text: str, vocabulary: Vocabulary) -> list[Token]:
    return read_words([fold(word) for word in low_words(text)], vocabulary)


def _ordinary(texts: Iterable[list[str]]) -> list[str]:
    counts: dict[str, int] = {}
    for typed in texts:
        folded = [fold(word) for word in typed]
        for pair in {f"{a} {b}" for a, b in pairwise(folded)}:
            counts[pair] = counts.get(pair, 0) + 1
    return sorted(pair for pair, n in counts.items() if n >= ORDINARY_FROM)
