"""What an officer's words say against the entry of their request: shown before they go, and to who looks at them.

On a page it is asked with the words still in the form. In a chat the words are kept until whoever wrote them says
that they are meant; where a colleague looks first it is they who let them go.
"""

from bot.casework import addressee, relay
from bot.casework.unit_of_work import UnitOfWork, about
from bot.conversation import actions
from bot.conversation.reply import Block, Reply, Style
from bot.conversation.scene import Scene
from bot.conversation.staff import against
from bot.conversation.staff.against import Doubt
from bot.conversation.visit import Visit
from bot.desk.request import Request
from bot.store import cases

CORRECTS = "correct"  # what words are for that take the place of others


def doubts(scene: Scene, request: Request, text: str) -> tuple[Doubt, ...]:
    """In the scene's language; nothing where the request is about no entry of ours."""
    here = scene.of_commune(request.commune)
    known = here.procedure(request.procedure) if request.procedure else None
    return against.against(here, known, text) if known else ()


def blocks(scene: Scene, request: Request, text: str, key: str) -> tuple[Block, ...]:
    """Under the sentence of `key`; empty where there is nothing to doubt."""
    found = doubts(scene, request, text)
    lines = tuple(Block(text=f"“{one.said}”: {one.why}", style=Style.ITEM) for one in found)
    return (scene.line(key, code=request.code), *lines) if found else ()


def warn(unit: UnitOfWork, visit: Visit, request: Request, text: str) -> None:
    """To whoever wrote in a chat what a colleague looks at before it goes; a page has asked already."""
    found = () if visit.sure else blocks(unit.scene(visit.who), request, text, "against.held")
    if found:
        unit.answer(visit, about(Reply(blocks=found), request))


def stops(unit: UnitOfWork, visit: Visit, request: Request, verb: str, text: str) -> bool:
    """Whether words wait, for whoever wrote them to say that they are meant. `verb`: what they are for."""
    if visit.sure:
        return False
    said = blocks(unit.scene(visit.who), request, text, "against.stopped")
    if not said and not _waits_with_its_album(unit, visit):
        return False
    same = {"code": request.code, "side": cases.DOUBTED, "name": visit.name, "at": unit.now, "state": "held",
            "author": visit.who, "deed": verb, "commune": request.commune}  # fmt: skip
    number = cases.wrote(unit.connection, {**same, **relay.kept(visit, relay.quoting(visit, text))})
    for other in visit.others:
        cases.wrote(unit.connection, {**same, **relay.kept(other, "")})
    if said:
        _ask(unit, visit, request, said, number)
    return True


def _waits_with_its_album(unit: UnitOfWork, visit: Visit) -> bool:
    """Whether parts of the album that came earlier wait: what is said of them holds for all."""
    rows = cases.of_album(unit.connection, visit.chat, visit.album) if visit.album else []
    return any(row["side"] == cases.DOUBTED and row["author"] == visit.who for row in rows)


def _ask(unit: UnitOfWork, visit: Visit, request: Request, said: tuple[Block, ...], number: int) -> None:
    scene = unit.scene(visit.who)
    buttons = (
        (scene.button("against.send_anyway", actions.SendAnyway(number)),),
        (scene.button("against.leave", actions.LeaveUnsent(number)),),
    )
    unit.answer(visit, about(Reply(blocks=said, buttons=buttons), request))


def taken_up(unit: UnitOfWork, visit: Visit, row: cases.Row) -> Visit | None:
    """The visit whose words waited, made again; None where they wait no more, or are another's."""
    waits = row["side"] == cases.DOUBTED and row["author"] == visit.who
    return addressee.take(unit, visit, row) if waits else None
