"""The citizen's commune: today's name for whatever they call it, and never a silent guess."""

from dataclasses import replace

from bot.content.communes import Commune
from bot.conversation.reply import Block, Button, Reply
from bot.conversation.scene import Scene
from bot.conversation.visit import Memory
from bot.understanding.result import FoundCommune, Place

SHOWN = 8


def ask_commune(scene: Scene, *, key: str = "commune.ask") -> Reply:
    return Reply(blocks=(scene.line(key),))


def settled(scene: Scene, found: FoundCommune) -> tuple[Block, ...]:
    """What to say of a commune that is certain: its name today, and that it changed."""
    values = {"name": found.name, "province": found.province}
    if found.by is None:
        return (scene.line("commune.is", **values),)
    return (scene.line("commune.became", former=_former(scene, found), **values),)


def choices(scene: Scene, place: Place, *, lead: tuple[Block, ...] = ()) -> Reply:
    """Several communes fit: buttons with the province or the former district, nothing guessed."""
    shown = place.candidates[:SHOWN]
    split = all(found.partly and found.by for found in shown) and len({f.by for f in shown}) == 1
    if split:
        first = scene.line("commune.split", former=_former(scene, shown[0]), names=_names(shown))
    else:
        first = scene.line("commune.several", typed=place.typed)
    blocks = (*lead, first)
    if place.total > len(shown):
        blocks = (*blocks, scene.line("commune.too_many", count=place.total))
    return Reply(blocks=blocks, buttons=tuple((_button(scene, found),) for found in shown))


def unknown(scene: Scene, typed: str) -> Reply:
    """No commune is called so, today or before."""
    return Reply(blocks=(scene.line("commune.unknown", typed=typed[:60]), scene.line("commune.hint")))


def chosen(memory: Memory, commune: Commune | FoundCommune) -> Memory:
    code = commune.code if isinstance(commune, Commune) else commune.ward_code
    return replace(memory, commune=code, asked_commune=False)


def _former(scene: Scene, found: FoundCommune) -> str:
    if found.former_district:
        return scene.say("commune.former", name=found.by, district=found.former_district)
    return str(found.by)


def _names(found: tuple[FoundCommune, ...]) -> str:
    return ", ".join(one.name for one in found)


def _button(scene: Scene, found: FoundCommune) -> Button:
    if found.by and not found.partly and found.former_district:
        label = scene.say("commune.button_former", name=found.name, former=found.by, district=found.former_district)
    else:
        label = scene.say("commune.button", name=found.name, province=found.province)
    return Button(label=label, action=f"commune:{found.ward_code}")
