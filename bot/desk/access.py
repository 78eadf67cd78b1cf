"""Who may receive anything of a request. Who may act on it is another question: `lifecycle.parts_of`. Pure.

Asked where readers are chosen, and once more at the moment of sending: a post may have ended in between.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.desk.request import UNSENT, Actor, Level, Request, is_helper


class Share(StrEnum):
    """What of a request it is."""

    CARD = "card"  # that it is there: kind, first name, times
    WORDS = "words"  # what was said and sent in it
    REVIEW = "review"  # a new officer's words before they go out
    NOTE = "note"  # what a desk keeps to itself


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The staff group of a commune: everybody in it reads what it gets."""

    commune: int


type Reader = Actor | Desk


def may_receive(reader: Reader, request: Request, share: Share = Share.WORDS) -> bool:
    """Whether a person, or everybody in a group, may be sent this of a request as it stands now."""
    if isinstance(reader, Actor) and (reader.person == request.citizen or is_helper(reader, request)):
        return share in (Share.CARD, Share.WORDS)
    if request.status in UNSENT:
        return False
    if any(_serves(reader, commune, request) for commune in _communes(request, share)):
        return True
    return isinstance(reader, Actor) and _stands_above(reader, request, share)


def note_may_be_shown(request: Request, written_at: int | None) -> bool:
    """A note stays with the desk where it was written; one that nobody knows the place of stays where it is."""
    return written_at == request.commune


def _communes(request: Request, share: Share) -> tuple[int, ...]:
    """Whose desks: the one responsible, and the one asked to take it over, which decides by words and reason."""
    if request.transfer_to is None or share is Share.NOTE:
        return (request.commune,)
    return (request.commune, request.transfer_to)


def _serves(reader: Reader, commune: int, request: Request) -> bool:
    if isinstance(reader, Desk):
        return reader.commune == commune and not request.for_leaders
    return reader.leads(commune) or (not request.for_leaders and reader.serves(commune) is not None)


def _stands_above(actor: Actor, request: Request, share: Share) -> bool:
    """The province: of what was passed up, and of a new officer's words where the commune has nobody to look."""
    if not actor.stands_for(request.province) or share is Share.NOTE:
        return False
    return request.level is not Level.COMMUNE or share is Share.REVIEW
