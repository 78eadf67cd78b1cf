"""From the phrases of `intents/` to what is learnt from them. Loads numpy, which a process that serves does without."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from bot.content.schema import Language
from bot.content.words import HowPeopleAsk, Phrase
from bot.understanding.asking import NO_ASPECT
from bot.understanding.corpus import aspect_features_in, features_in, pairs_in, read_corpus
from bot.understanding.engine import Learned
from bot.understanding.fold import accented, clean, fold, low_words, words
from bot.understanding.language import learn_languages
from bot.understanding.matrix import Matrix, weighed
from bot.understanding.perceptron import learn
from bot.understanding.subspace import learn_latent
from bot.understanding.vocabulary import Vocabulary, build_vocabulary, count_words

EPOCHS = 6
ASPECT_EPOCHS_MORE = 4  # smaller steps need more of them
TURN_COUNTS = 3  # times: a few among tens of thousands of first questions, and every other message is one
MOSTLY = 0.6  # of the time goes into procedures
ORDINARY_FROM = 2  # a pair of syllables in that many phrases is everyday language, not a place

type Progress = Callable[[float], None]  # told the part that is done


def learn_from(intents: HowPeopleAsk, progress: Progress = lambda _: None, *, epochs: int = EPOCHS) -> Learned:
    """Learn words and weights from the phrases. Takes seconds; the same phrases give the same weights."""
    phrases = (*intents.phrases, *intents.talk)
    written = [words(clean(phrase.text)) for phrase in phrases]
    typed = [list(map(str.lower, text)) for text in written]
    spoken = {language: _counted(phrases, typed, language) for language in Language}
    known = count_words(intents.words, sum(spoken.values(), _names(intents)))
    vocabulary = build_vocabulary(intents.words, known)
    return Learned(
        procedures=learn(
            procedure_rows(intents, typed, vocabulary), epochs=epochs, progress=lambda part: progress(MOSTLY * part)
        ),
        aspects=learn(
            aspect_rows(intents, typed, vocabulary),
            epochs=epochs + ASPECT_EPOCHS_MORE,
            negligible=0.5,
            rivals=2,
            aggressiveness=0.1,
            progress=lambda part: progress(MOSTLY + (1 - MOSTLY) * part),
        ),
        languages=learn_languages(spoken),
        latent=learn_latent(intents.answers, vocabulary),
        known=known,
        ordinary=_ordinary(written),
    )


def _names(intents: HowPeopleAsk) -> Counter[str]:
    """The words of the second tier, each known once: none is taken for a slip, and none draws slips to itself."""
    return Counter({word for one in intents.second_tier for word in low_words(one.text)})


def _counted(phrases: Iterable[Phrase], typed: Iterable[list[str]], language: Language) -> Counter[str]:
    of_language = (low for phrase, low in zip(phrases, typed, strict=True) if phrase.language is language)
    return Counter(chain.from_iterable(of_language))


def procedure_rows(intents: HowPeopleAsk, typed: list[list[str]], vocabulary: Vocabulary) -> Matrix:
    """Every phrase and name, once more without accents. `typed`: the words of phrases and talk, in lower case."""
    texts, meant = [], []
    phrases = zip((*intents.phrases, *intents.talk), typed, strict=True)
    written = [(phrase.text, low, phrase.means) for phrase, low in phrases]
    for text, low, means in (*written, *((one.text, low_words(one.text), one.group) for one in intents.second_tier)):
        copies = [low] if text.isascii() else [low, list(map(fold, low))]
        texts += copies
        meant += [means] * len(copies)
    found = features_in(read_corpus(texts, vocabulary), vocabulary)
    return weighed(found, meant)


def aspect_rows(intents: HowPeopleAsk, typed: list[list[str]], vocabulary: Vocabulary) -> Matrix:
    """Every phrase with what it asks about, and the questions and turns that name no procedure."""
    asked = [(words, _asked(phrase)) for words, phrase in zip(typed, intents.phrases, strict=False)]
    turns = [(low_words(clean(turn.text)), _asked(turn)) for turn in intents.turns] * TURN_COUNTS
    rows = [*asked, *_cues(intents), *turns]
    found = aspect_features_in(read_corpus([words for words, _ in rows], vocabulary))
    return weighed(found, [aspect for _, aspect in rows])


def _asked(phrase: Phrase) -> str:
    return phrase.aspect.value if phrase.aspect else NO_ASPECT


def _cues(intents: HowPeopleAsk) -> Iterator[tuple[list[str], str]]:
    for aspect, cues in intents.cues.items():
        for language in Language:
            yield from ((low_words(cue), aspect.value) for cue in getattr(cues, language))


def _ordinary(written: list[list[str]]) -> tuple[str, ...]:
    """Pairs of syllables that stand in several phrases, without accents and with them; two capitals are a name."""
    counts: Counter[str] = Counter()
    for a, b, often in pairs_in(written):
        if not (a[0].isupper() and b[0].isupper()):
            counts[f"{fold(a)} {fold(b)}"] += often
            if not (a.isascii() and b.isascii()):
                counts[f"{accented(a.lower())} {accented(b.lower())}"] += often
    return tuple(sorted(pair for pair, n in counts.items() if n >= ORDINARY_FROM))
