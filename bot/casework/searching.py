"""Searching: a code leads to its request; words are looked for in what may be read, of the own communes."""

from collections.abc import Sequence

from bot.casework.unit_of_work import UnitOfWork
from bot.conversation.citizen.answers import short_name
from bot.conversation.reply import Reply
from bot.conversation.staff import cards
from bot.conversation.visit import Visit
from bot.desk.access import Share, may_receive
from bot.desk.codes import code_in, read_code
from bot.desk.lifecycle import Part, parts_of
from bot.desk.request import OVER, Actor, Request, Role
from bot.store import cases
from bot.understanding.fold import fold

LOOKED_AT = 2000  # requests, and words in them, newest first
MOST = 50


def find(unit: UnitOfWork, visit: Visit, actor: Actor) -> None:
    """`/find words`: in one's own chat, wherever it was asked."""
    here, scene = visit if visit.private else visit.in_private(), unit.scene(visit.who)
    if not visit.text.strip():
        return unit.answer(here, Reply(blocks=(scene.line("find.how"),)))
    return unit.answer(here, cards.found(scene, search(unit, actor, visit.text)))


def search(unit: UnitOfWork, actor: Actor, words: str) -> list[Request]:
    """The request of a code; else those whose name, procedure or words hold all that is looked for, newest first.

    Words may look like a code of somebody's, or of nobody's: they are looked for as well.
    """
    request = unit.request(code_of(words))
    if request and may_open(actor, request):
        return [request]
    wanted = fold(words).split()
    if not wanted:
        return []
    rows = cases.latest(unit.connection, communes_of(actor), limit=LOOKED_AT)
    readable = [one for one in unit.requests(rows) if may_open(actor, one)]
    said = cases.latest_words(unit.connection, [one.code for one in readable], limit=LOOKED_AT)
    found = [one for one in readable if _holds(unit, actor, one, said.get(one.code, ()), wanted)]
    return found[:MOST]


def code_of(words: str) -> str | None:
    """The code that is looked for, by itself or among other words."""
    return read_code(words) or code_in(words)


def _holds(unit: UnitOfWork, actor: Actor, request: Request, said: Sequence[str], wanted: Sequence[str]) -> bool:
    scene = unit.desk_scene(request.commune)
    told = [request.name, short_name(scene, request.procedure) or "" if request.procedure else ""]
    if may_receive(actor, request, Share.WORDS):
        told += [request.subject, *said]
    known = fold(" ".join(told))
    return all(word in known for word in wanted)


def communes_of(actor: Actor) -> list[int]:
    return sorted({post.commune for post in actor.posts if post.role in (Role.OFFICER, Role.LEADER)})


def may_open(actor: Actor, request: Request) -> bool:
    """Whether it may be looked at: what is open, or was one's own; a leader all of their commune."""
    if not parts_of(actor, request) - {Part.CITIZEN} or not may_receive(actor, request, Share.CARD):
        return False
    return request.status not in OVER or request.owner == actor.person or actor.leads(request.commune)
