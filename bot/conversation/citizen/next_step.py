"""What usually comes after: offered once when a thing is done, with yes, later and no."""

from dataclasses import replace

from bot.content.schema import Procedure
from bot.conversation import actions
from bot.conversation.citizen.answers import OVERVIEW, short_name
from bot.conversation.reply import Block, Reply, Style
from bot.conversation.scene import Scene
from bot.conversation.visit import Memory

KEPT = 10  # steps that were offered


def offer(scene: Scene, procedure: Procedure, *, unasked: bool = False) -> Reply | None:
    """The first step behind a procedure that is known; None where there is none, or it has been offered."""
    found = next((one for one in procedure.next if short_name(scene, one.procedure)), None)
    if found is None or procedure.id in scene.memory.next_told:
        return None
    values = {"done": scene.tell(procedure.short_name), "name": short_name(scene, found.procedure) or ""}
    blocks = [scene.line("next.offer", why=scene.tell(found.why), **values)]
    if unasked:
        blocks.append(Block(text=scene.say("next.word"), style=Style.NOTE))
    yes = scene.button("next.yes", actions.Answer(found.procedure, OVERVIEW))
    later = scene.button("next.later", actions.NextLater(procedure.id))
    return Reply(blocks=tuple(blocks), buttons=((yes,), (later, scene.button("next.no", actions.NoNextStep()))))


def offered(memory: Memory, name: str) -> Memory:
    return replace(memory, next_told=(name, *(one for one in memory.next_told if one != name))[:KEPT])


def refused(scene: Scene) -> Reply:
    return Reply(blocks=(scene.line("next.fine"),))
