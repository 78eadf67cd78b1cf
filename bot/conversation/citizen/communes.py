"""The citizen's commune: today's name for whatever they call it, and never a silent guess."""

from dataclasses import replace
from math import cos, hypot, radians

from bot.content.communes import Commune
from bot.conversation import actions
from bot.conversation.reply import Block, Button, Reply
from bot.conversation.scene import Scene
from bot.conversation.visit import Memory, Point
from bot.understanding.result import Doubt, FoundCommune, Place, Understanding

SHOWN = 8
NEAR = 5  # of 1,500 former communes the right one is among so many nearest in 97 of 100
FARTHEST = 60.0  # kilometres: beyond, somebody is abroad or at sea
KILOMETRES_A_DEGREE = 111.2
DOUBTED_ALONE = {Doubt.SPELLING: "commune.spelling", Doubt.CHANCE: "commune.chance"}
DOUBTED = {Doubt.SPELLING: "commune.spelling_of", Doubt.SEVERAL_SAID: "commune.several_said"}


def ask_commune(scene: Scene, *, key: str = "commune.ask") -> Reply:
    return Reply(blocks=(scene.line(key),))


def settled(scene: Scene, found: FoundCommune) -> tuple[Block, ...]:
    """What to say of a commune that is certain: its name today, and that it changed."""
    values = {"name": found.name, "province": found.province}
    if found.by is None:
        return (scene.line("commune.is", **values),)
    return (scene.line("commune.became", former=_former(scene, found), **values),)


def own_first(memory: Memory, understood: Understanding) -> Understanding:
    """The chat's own commune where a name fits it and others; never while it is being asked for."""
    place = understood.place
    if place is None or place.certain or place.doubt is Doubt.SEVERAL_SAID or memory.asked_commune:
        return understood
    own = tuple(found for found in place.candidates if found.ward_code == memory.commune)
    if not own:
        return understood
    return replace(understood, place=replace(place, candidates=own, total=1, doubt=None))


def choices(scene: Scene, place: Place, *, lead: tuple[Block, ...] = ()) -> Reply:
    """Several communes fit: buttons with the province or the former district, nothing guessed."""
    shown = place.candidates[:SHOWN]
    blocks = (*lead, _question(scene, place))
    if place.total > len(shown):
        key = "commune.too_many_wards" if _district_of(place) else "commune.too_many"
        blocks = (*blocks, scene.line(key, count=place.total))
    return Reply(blocks=blocks, buttons=tuple((_button(scene, found),) for found in shown))


def near(scene: Scene, point: Point) -> Reply | None:
    """The communes whose middles are nearest to a place on the map, to be confirmed; None where none is near."""
    centres = scene.house.knowledge.centres
    found = sorted(centres, key=lambda code: _kilometres(point, centres[code]))[:NEAR]
    if not found or _kilometres(point, centres[found[0]]) > FARTHEST:
        return None
    known = scene.house.knowledge.gazetteer.communes
    buttons = tuple(
        (
            scene.button(
                "commune.button", actions.ChooseCommune(code), name=known[code].name, province=known[code].province
            ),
        )
        for code in found
    )
    return Reply(blocks=(scene.line("commune.near"),), buttons=buttons)


def _kilometres(point: Point, centre: tuple[float, float]) -> float:
    """Near enough on a plane: what is compared lies within a province."""
    north = (centre[0] - point.latitude) * KILOMETRES_A_DEGREE
    east = (centre[1] - point.longitude) * KILOMETRES_A_DEGREE * cos(radians(point.latitude))
    return hypot(north, east)


def _question(scene: Scene, place: Place) -> Block:
    """Why it is asked: spelt otherwise, two places named, a district, a split, or one name of many."""
    shown = place.candidates[:SHOWN]
    if place.total == 1 and place.doubt in DOUBTED_ALONE:
        values = {"typed": place.typed, "name": shown[0].name, "province": shown[0].province}
        return scene.line(DOUBTED_ALONE[place.doubt], **values)
    if place.doubt in DOUBTED:
        return scene.line(DOUBTED[place.doubt], typed=place.typed)
    if district := _district_of(place):
        return scene.line("commune.district", district=district)
    if all(found.partly for found in shown) and len({found.by for found in shown}) == 1:
        return scene.line("commune.split", former=_former(scene, shown[0]), names=_names(shown))
    return scene.line("commune.several", typed=place.typed)


def _district_of(place: Place) -> str | None:
    """The former district that was named, where it was one."""
    named = {found.by for found in place.candidates if not found.former_district}
    return named.pop() if len(named) == 1 and all(not found.former_district for found in place.candidates) else None


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
    return Button(label=label, action=actions.ChooseCommune(found.ward_code).wire)
