"""Wishes: what people want done rather than told, heard by a few words; the rest says what about. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.content.schema import Language, Phrases, Wish
from bot.understanding.fold import fold, low_words

LONGEST = 6  # words of a cue
ANYWHERE = (Wish.REMIND, Wish.BENEFITS)


@dataclass(frozen=True)
class Wishes:
    """The cues of each wish, with their accents and without."""

    typed: Mapping[str, Wish] = field(default_factory=dict)
    folded: Mapping[str, Wish] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Wished:
    """`rest`: the message without the words of the wish. `ends`: it speaks of something that ends."""

    wish: Wish
    rest: str
    ends: bool = False


def build_wishes(phrases: Mapping[str, Phrases]) -> Wishes:
    typed = {
        " ".join(low_words(text)): Wish(wish)
        for wish, lists in phrases.items()
        for language in Language
        for text in getattr(lists, language)
    }
    return Wishes(typed, {_plain(text): wish for text, wish in typed.items()})


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
                return Wished(wish=wish, rest=rest, ends=speaks_of(rest, Wish.EXPIRY, wishes))
    return None


def _named(words: str, wishes: Wishes, *, accented: bool) -> Wish | None:
    """Whoever types accents means them: `nhạc` is not `nhắc`."""
    return wishes.typed.get(words) if accented else wishes.folded.get(_plain(words))


def speaks_of(text: str, wish: Wish, wishes: Wishes) -> bool:
    """Whether any cue of it stands in a message; accents are not asked for."""
    plain = f" {_plain(text)} "
    return any(known is wish and f" {cue} " in plain for cue, known in wishes.folded.items())


def is_wish(text: str, wish: Wish, wishes: Wishes) -> bool:
    """Whether a wish is the whole message; accents are not asked for."""
    return wishes.folded.get(" ".join(map(fold, low_words(text)))) is wish


def wants_to_stop(text: str, wishes: Wishes) -> bool:
    """The whole message is a word that stops; with its accents, for `dung` may be `đúng`."""
    return wishes.typed.get(" ".join(low_words(text))) is Wish.STOP


def may_want_to_stop(text: str, wishes: Wishes) -> bool:
    """The same typed without accents: what it means, the moment decides."""
    return wishes.folded.get(" ".join(map(fold, low_words(text)))) is Wish.STOP
