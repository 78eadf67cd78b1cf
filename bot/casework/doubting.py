"""What an officer's words say against the entry of their request: told where they wrote, and to who looks at them."""

from bot.casework.unit_of_work import UnitOfWork, about
from bot.conversation.reply import Block, Reply, Style
from bot.conversation.scene import Scene
from bot.conversation.staff import against
from bot.conversation.staff.against import Doubt
from bot.conversation.visit import Visit
from bot.desk.request import Request


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


def warn(unit: UnitOfWork, visit: Visit, request: Request, text: str, key: str) -> None:
    """To whoever wrote it in a chat; a page has asked before anything went."""
    if found := blocks(unit.scene(visit.who), request, text, key):
        unit.warn(visit, about(Reply(blocks=found), request))
