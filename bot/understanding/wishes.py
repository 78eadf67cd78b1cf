"""Wishes: what people want done rather than told, heard by a few words; the rest says what about. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot.content.schema import Language, Phrases, Wish
from bot.understanding.fold import clean, fold, low_words, words

LONGEST = 6  # words of a cue
ANYWHERE = (Wish.REMIND, Wish.BENEFITS, Wish.STOP_REMINDING)
STOPS = (Wish.STOP, Wish.STOP_REMINDING)
IN_CAPITALS = "DUNG"  # as each message writes it, typed without its accents; `dung` may be `đúng`


@dataclass(frozen=True)
class Wishes:
    """The cues of each wish, with their accents and without."""

    typed: Mapping[str, Wish] = field(default_factory=dict)
    folded: Mapping[str, Wish] = field(default_factory=dict)
    beside: frozenset[str] = frozenset()  # single words


@dataclass(frozen=True, kw_only=True)
class Wished:
    """`rest`: the message without the words of the wish, of which so many come `after` it.

    `ends`: it speaks of something that ends.
    """

    wish: Wish
    rest: str
    after: int = 0
    ends: bool = False


def build_wishes(phrases: Mapping[str, Phrases]) -> Wishes:
    typed = {
        " ".join(low_words(text)): Wish(wish)
        for wish, lists in phrases.items()
        for language in Language
        for text in getattr(lists, language)
    }
    beside = frozenset(_plain(" ".join(text for text, wish in typed.items() if wish is Wish.BESIDE)).split())
    typed = {text: wish for text, wish in typed.items() if wish is not Wish.BESIDE}
    return Wishes(typed, {_plain(text): wish for text, wish in typed.items()}, beside)


def _plain(text: str) -> str:
    return " ".join(map(fold, text.split()))


def wished(text: str, wishes: Wishes) -> Wished | None:
    """The wish that a message tells, wherever its words stand in it."""
    said = low_words(text)
    accented = any(word != fold(word) for word in said)
    for start in range(len(said)):
        for end in range(min(len(said), start + LONGEST), start, -1):
            wish = _named(" ".join(said[start:end]), wishes, accented=accented)
            if wish in ANYWHERE:
                rest = " ".join((*said[:start], *said[end:]))
                return Wished(wish=wish, rest=rest, after=len(said) - end, ends=speaks_of(rest, Wish.EXPIRY, wishes))
    return None


def _named(text: str, wishes: Wishes, *, accented: bool) -> Wish | None:
    """Whoever types accents means them: `nhạc` is not `nhắc`."""
    return wishes.typed.get(text) if accented else wishes.folded.get(_plain(text))


def speaks_of(text: str, wish: Wish, wishes: Wishes) -> bool:
    """Whether any cue of it stands in a message; accents are not asked for."""
    plain = f" {_plain(text)} "
    return any(known is wish and f" {cue} " in plain for cue, known in wishes.folded.items())


def is_wish(text: str, wish: Wish, wishes: Wishes) -> bool:
    """Whether a wish is the whole message, but for words of courtesy; accents are not asked for."""
    return _is_whole(list(map(fold, low_words(text))), (wish,), wishes.folded, wishes)


def _is_whole(
    said: Sequence[str], wanted: Collection[Wish], cues: Mapping[str, Wish], wishes: Wishes, *, shortest: int = 1
) -> bool:
    return any(
        cues.get(" ".join(said[start:end])) in wanted
        and all(fold(word) in wishes.beside for word in (*said[:start], *said[end:]))
        for start in range(len(said))
        for end in range(start + shortest, min(len(said), start + LONGEST) + 1)
    )


def wants_to_stop(text: str, wishes: Wishes) -> bool:
    """The whole message says to stop; a single word with its accents, or in capitals."""
    said = low_words(text)
    sure = _is_whole(said, STOPS, wishes.typed, wishes) or is_wish(text, Wish.STOP_REMINDING, wishes)
    return sure or words(clean(text)) == [IN_CAPITALS]


def may_want_to_stop(text: str, wishes: Wishes) -> bool:
    """The same typed without accents: what it means, the moment decides."""
    said = list(map(fold, low_words(text)))
    alone = wishes.folded.get(" ".join(said)) is Wish.STOP
    return alone or _is_whole(said, (Wish.STOP,), wishes.folded, wishes, shortest=2)


def wants_one_stopped(text: str, wishes: Wishes) -> bool:
    """It asks for an end of reminders, and says of which."""
    found = wished(text, wishes)
    return found is not None and found.wish is Wish.STOP_REMINDING
