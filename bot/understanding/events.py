"""Life events: a situation told in a few words, without a question about one procedure. Pure."""

from dataclasses import dataclass, field

from bot.content.schema import Language
from bot.content.words import HowPeopleAsk
from bot.understanding.fold import low_words
from bot.understanding.vocabulary import Token, Vocabulary, read_words

MORE_WORDS = 3  # besides those of the phrase: whoever says more, says what they want


@dataclass(frozen=True)
class Events:
    """The core words of each telling, under their rarest word."""

    by_word: dict[str, list[tuple[frozenset[str], str]]] = field(default_factory=dict)


def build_events(intents: HowPeopleAsk, vocabulary: Vocabulary) -> Events:
    """Index the tellings of `intents/_life_events.yaml`."""
    found: dict[str, list[tuple[frozenset[str], str]]] = {}
    for event, phrases in intents.events.items():
        for language in Language:
            for phrase in getattr(phrases, language):
                words = frozenset(token.folded for token in read_words(low_words(phrase), vocabulary))
                if words:
                    key = min(words, key=lambda word: (vocabulary.known.get(word, 0), word))
                    found.setdefault(key, []).append((words, event))
    return Events(found)


def event_told(tokens: list[Token], events: Events) -> str | None:
    """The life event that a message tells of with few words besides; the longest telling that fits."""
    said = {token.folded for token in tokens}
    best: tuple[int, str] | None = None
    for word in said:
        for words, event in events.by_word.get(word, ()):
            fits = words <= said and len(tokens) - len(words) <= MORE_WORDS
            if fits and (best is None or len(words) > best[0]):
                best = len(words), event
    return best[1] if best else None
