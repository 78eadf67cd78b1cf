"""What public pages show of a scene: sections of a procedure, offices of a commune, the field of life events. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.content.communes import Commune
from bot.content.schema import Aspect, Counter, LifeEvent, Procedure, Topic
from bot.conversation.citizen.answers import ON_BUTTONS, checked, not_yet, short_name
from bot.conversation.citizen.facts import law, pitfalls
from bot.conversation.citizen.offices import OF_THE_COMMUNE, offices_in
from bot.conversation.citizen.statements import field
from bot.conversation.reply import Block, Style
from bot.conversation.scene import Scene
from bot.doors.web import addresses

OFTEN = 6  # procedures of a field on a commune's page
MOST_NAMES = 12  # of former units


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a page that can be jumped to."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]
    more: str = ""  # the address of the page where it stands instead


def sections(scene: Scene, entry: Procedure) -> list[Section]:
    """Everything an entry holds that holds today, in the order in which people ask."""
    found = [
        Section(anchor=aspect, title=scene.say(f"aspect.{aspect}"), blocks=_told(scene, entry, aspect))
        for aspect in ON_BUTTONS
    ]
    for part, tell in (("pitfalls", pitfalls), ("law", law)):
        if blocks := _untitled(tell(scene, entry)):
            found.append(Section(anchor=part, title=scene.say(f"aspect.{part}"), blocks=tuple(blocks)))
    return [one for one in found if one.blocks]


def _told(scene: Scene, entry: Procedure, aspect: Aspect) -> tuple[Block, ...]:
    blocks = field(scene, entry, aspect).blocks
    return tuple(_with_boxes(scene, blocks)) if aspect is Aspect.DOCUMENTS else blocks


def _with_boxes(scene: Scene, blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Papers to bring have a box to tick on paper; what need not be brought has none."""
    to_bring = {scene.say("papers.submit"), scene.say("papers.show")}
    boxed = False
    for block in blocks:
        if block.style is Style.TITLE:
            boxed = block.text in to_bring
        yield replace(block, style=Style.TICK) if boxed and block.style is Style.ITEM else block


def _untitled(blocks: list[Block]) -> list[Block]:
    """Without a first heading that says what the section's says."""
    return blocks[1:] if blocks and blocks[0].style is Style.TITLE else blocks


def lead(scene: Scene, entry: Procedure) -> tuple[Block, ...]:
    return (Block(text=scene.tell(entry.what_it_is)),)


def folded(found: list[Section], at: str, count: int) -> tuple[list[Section], list[Section]]:
    """The sections of a page, the last `count` of them by a link to the page at an address alone; and those."""
    last = found[len(found) - count :]
    return [*found[: len(found) - count], *(replace(one, blocks=(), more=at) for one in last)], last


def end(scene: Scene, entry: Procedure, shown: Sequence[Section]) -> tuple[Block, ...]:
    """What the mark of doubt means, once, where one stands on the page; and when it was checked."""
    told = scene.doubted([block for one in shown for block in one.blocks])
    marks = told[-1:] if len(told) > sum(len(one.blocks) for one in shown) else ()
    return (*marks, checked(scene, entry))


def listed_only(scene: Scene, name: str) -> tuple[Block, ...]:
    """Of a procedure that is known by name alone, or whose facts are too old: where to ask."""
    return tuple(block for block in not_yet(scene, name).blocks if block.style is not Style.TITLE)


def following(scene: Scene, entry: Procedure, commune: int | None) -> list[tuple[str, str]]:
    """What comes after, as addresses and names."""
    return [
        (addresses.procedure(step.procedure, commune), label)
        for step in entry.next
        if (label := short_name(scene, step.procedure))
    ]


def offices(scene: Scene, commune: Commune) -> tuple[Block, ...]:
    """Every office that is known of a commune, and the kinds every commune has."""
    known = {office.kind for office in scene.house.knowledge.offices.get(commune.code, ())}
    kinds = [kind for kind in Counter if kind in known or kind in OF_THE_COMMUNE[:2]]
    blocks = [block for kind in kinds for block in offices_in(scene, kind, commune)]
    return scene.doubted(tuple(dict.fromkeys(blocks)))


def former_names(scene: Scene, commune: Commune) -> str:
    """The units of before 1 July 2025 that became it, in whole or in part."""
    names = [
        scene.say("commune.former", name=unit.name, district=unit.district)
        for unit in scene.house.knowledge.gazetteer.former
        if commune.code in unit.became and unit.name != commune.name
    ]
    return ", ".join(names[:MOST_NAMES]) + ("…" if len(names) > MOST_NAMES else "")


def fields(
    scene: Scene, most: int | None = None, commune: int | None = None
) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """The fields of life with their procedures: anchor, heading, addresses and names."""
    for topic in Topic:
        names = scene.house.knowledge.by_topic[topic]
        if most:
            names = tuple(one for one in names if scene.procedure(one))
        named = ((one, short_name(scene, one)) for one in names[:most])
        listed = [(addresses.procedure(one, commune), label) for one, label in named if label]
        if listed:
            yield topic.value, scene.say(f"topic.{topic}"), listed


def provinces(scene: Scene, about: str) -> list[tuple[str, str]]:
    """Every province with the address of the list of its communes. `about`: the procedure that is looked for there."""
    known = sorted(scene.house.knowledge.gazetteer.provinces.items(), key=lambda one: one[1])
    more = f"&ve={about}" if about else ""
    return [(f"{addresses.COMMUNES}?tinh={code:02}{more}", name) for code, name in known]


def communes_of(scene: Scene, province: int) -> list[Commune]:
    found = [one for one in scene.house.knowledge.gazetteer.communes.values() if one.province_code == province]
    return sorted(found, key=lambda one: one.name)


def steps(scene: Scene, event: LifeEvent) -> list[tuple[str, str, str, str]]:
    """The procedures of a life event: address, name, why, by when."""
    return [
        (addresses.procedure(step.procedure), label, scene.tell(step.why), scene.tell(step.by) if step.by else "")
        for step in event.steps
        if (label := short_name(scene, step.procedure))
    ]
