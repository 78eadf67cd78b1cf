"""The shortest form of an answer: its first statement, whole; a button shows the rest."""

from dataclasses import replace

from bot.content.schema import Aspect, Wish
from bot.conversation import actions
from bot.conversation.citizen.answers import OVERVIEW
from bot.conversation.reply import LISTED, Block, Reply, Style
from bot.conversation.scene import UNSURE, Scene
from bot.understanding.wishes import is_wish

ON, OFF = "on", "off"


def wished(scene: Scene, text: str) -> str | None:
    """Whether answers are to be short from now on, or whole again."""
    wishes = scene.house.engine.wishes
    if is_wish(text, Wish.PLAIN, wishes):
        return ON
    return OFF if is_wish(text, Wish.IN_FULL, wishes) else None


def switched(scene: Scene, how: str) -> Block:
    return scene.line("plain.is_on" if how == ON else "plain.is_off")


def shortened(scene: Scene, reply: Reply) -> Reply:
    """Nothing is cut inside a statement: what is left out is left out whole, and can be had."""
    kept = _first(reply.blocks, lists=2 if scene.memory.aspect is Aspect.DOCUMENTS else 1)
    if len(kept) == len(reply.blocks) or reply.document or reply.as_file:
        return reply
    marked = any(UNSURE in block.text for block in kept)
    doubt = (Block(text=scene.say("doubt.marked"), style=Style.NOTE),) if marked else ()
    memory = scene.memory
    full = actions.InFull(memory.procedure or "", memory.aspect or OVERVIEW)
    rows = (*reply.buttons[:1], (scene.button("plain.full", full),), *reply.buttons[1:2])
    return replace(reply, blocks=(*kept, *doubt), buttons=rows)


def _first(blocks: tuple[Block, ...], lists: int) -> tuple[Block, ...]:
    """Up to the end of the first statement: a sentence that stands alone, or a list with its title.

    Of papers there are two lists: what is handed in, and what is only shown; nobody is sent home for the second.
    """
    kept: list[Block] = []
    for block in blocks:
        if block.style is Style.NOTE or (_says_something(kept, lists) and block.style not in LISTED):
            break
        kept.append(block)
    return tuple(kept)


def _says_something(kept: list[Block], lists: int) -> bool:
    """A title, or `Về …:`, leads to what follows."""
    if not kept or kept[-1].style is Style.TITLE or kept[-1].text.endswith(":"):
        return False
    told = [n for n, block in enumerate(kept) if block.style in LISTED and (n == 0 or kept[n - 1].style not in LISTED)]
    return not told or len(told) >= lists
