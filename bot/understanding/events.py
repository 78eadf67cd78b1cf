"""Life events: a situation told in a few words, without a question about one procedure. Pure."""

from dataclasses import dataclass, field

from bot.content.schema import Phrases
from bot.content.words import HowPeopleAsk
from bot.understanding.fold import low_words
from bot.understanding.vocabulary import Token, Vocabulary, read_words

MORE_WORDS = 3  # besides those of the phrase: whoever says more, says what they want


@dataclass(frozen=True)
class Events:
    """The core words of each telling, under their rarest word."""

    by_word: dict[str, list[tuple[frozenset[str], str]]] = field(default_factory=dict)
    unless: dict[str, tuple[tuple[Token, ...], ...]] = field(default_factory=dict)


def build_events(intents: HowPeopleAsk, vocabulary: Vocabulary) -> Events:
    """Index the tellings of `intents/_life_events.yaml`."""
    found: dict[str, list[tuple[frozenset[str], str]]] = {}
    for event, phrases in intents.events.items():
        for telling in _read(phrases, vocabulary):
            words = frozenset(token.folded for token in telling)
            key = min(words, key=lambda word: (vocabulary.known.get(word, 0), word))
            found.setdefault(key, []).append((words, event))
    unless = {event: _read(one.unless, vocabulary) for event, one in intents.events.items()}
    return Events(found, unless)


def _read(phrases: Phrases, vocabulary: Vocabulary) -> tuple[tuple[Token, ...], ...]:
    return tuple(filter(None, (tuple(read_words(low_words(one), vocabulary)) for one in phrases.all)))


def event_told(tokens: list[Token], events: Events) -> str | None:
    """The life event that a message tells of with few words besides; the longest telling that fits."""
    said = {token.folded for token in tokens}
    more = sum(not token.folded.isdigit() for token in tokens)  # how long ago says nothing of what is wanted
    best: tuple[int, str] | None = None
    for word in said:
        for words, event in events.by_word.get(word, ()):
            fits = words <= said and more - len(words) <= MORE_WORDS and not _is_another(tokens, event, events)
            if fits and (best is None or len(words) > best[0]):
                best = len(words), event
    return best[1] if best else None


def _is_another(tokens: list[Token], event: str, events: Events) -> bool:
    """“Mẹ em mất ví” tells of no death; “mẹ em mất vì bệnh” does: where accents are typed they are meant."""
    return any(all(any(_same(said, word) for said in tokens) for word in one) for one in events.unless.get(event, ()))


def _same(said: Token, word: Token) -> bool:
    return said.folded == word.folded and said.accented in (None, word.accented)
