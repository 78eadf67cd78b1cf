"""Matters as the desk reads them: gathered, listed, passed on, answered; the month for whoever leads."""

from collections.abc import Mapping, Sequence

from bot.conversation import actions
from bot.conversation.citizen.answers import short_name
from bot.conversation.citizen.matters import state
from bot.conversation.reply import Block, Button, Place, Reply, Style
from bot.conversation.scene import Scene
from bot.desk.request import Request
from bot.measure.matter import ANSWERED, Matter, Reason
from bot.understanding.fold import fold

OFFERED, MOST_NAMED = 8, 3


def offer(scene: Scene, request: Request, found: Sequence[Matter]) -> Reply:
    """Under which matter a request belongs, or how to begin one."""
    rows = tuple(
        (Button(label=scene.short(one.title), action=actions.GatherInto(request.code, one.id).wire),)
        for one in found[:OFFERED]
    )
    return Reply(
        blocks=(scene.line("matter.gather", code=request.code),), buttons=rows, place=Place(about=request.code)
    )


def gathered(scene: Scene, one: Matter, code: str) -> Reply:
    return Reply(blocks=(scene.line("matter.gathered", code=code, title=one.title, number=one.id, count=one.count),),
                 buttons=((scene.button("matter.open", actions.ShowMatter(one.id)),),))  # fmt: skip


def shown(scene: Scene, one: Matter) -> Reply:
    """One matter, and what may be done with it."""
    to = (
        scene.say(f"body.{one.body}") if one.body else scene.say("matter.beyond", level=scene.say(f"level.{one.level}"))
    )
    blocks = (
        scene.title("matter.number", number=one.id, title=one.title),
        scene.line("matter.to", to=to, count=one.count),
        Block(text=state(scene, one)),
    )
    if one.status == ANSWERED:
        return Reply(blocks=blocks)
    passing = scene.button("matter.pass", actions.PassMatter(one.id))
    return Reply(blocks=blocks, buttons=((passing,), (scene.button("matter.answer", actions.AnswerMatter(one.id)),)))


def listed(scene: Scene, commune: str, found: Sequence[Matter]) -> Reply:
    if not found:
        return Reply(blocks=(scene.line("matter.none_here", commune=commune),))
    lines = [_item(scene, one, one.count) for one in found]
    rows = tuple((scene.button("matter.show", actions.ShowMatter(one.id), number=one.id),) for one in found[:OFFERED])
    return Reply(blocks=(scene.title("matter.listed", commune=commune), *lines), buttons=rows)


def _item(scene: Scene, one: Matter, count: int) -> Block:
    text = scene.say("matter.item", number=one.id, title=one.title, count=count, state=state(scene, one))
    return Block(text=text, style=Style.ITEM)


def ask(scene: Scene, one: Matter, verb: str) -> Reply:
    """For the words: whom it was passed to, or the answer."""
    return Reply(blocks=(scene.line(f"matter.ask_{verb}", number=one.id, title=one.title),),
                 place=Place(name=f"m{verb}:{one.id}", prompts=True))  # fmt: skip


def answer_and_law(scene: Scene, text: str) -> tuple[str, str]:
    """The words of an answer, and the law or policy that stands on a line of its own behind `Căn cứ:`."""
    heads = {fold(w).strip() for one in scene.house.catalogs.values() for w in one.say("matter.law_words").split("|")}
    lines = [(line, *line.partition(":")[::2]) for line in text.splitlines()]
    laws = [rest.strip() for _, head, rest in lines if fold(head).strip() in heads]
    words = "\n".join(line for line, head, _ in lines if fold(head).strip() not in heads)
    return words.strip(), "; ".join(filter(None, laws))


def month(scene: Scene, commune: str, found: Sequence[tuple[Matter, int]], alone: int) -> Reply:
    """For the leader: what was raised in a month, the most raised first."""
    lines = [_item(scene, one, count) for one, count in sorted(found, key=lambda pair: -pair[1])]
    left = [scene.line("matter.alone", count=alone)] if alone else []
    return Reply(blocks=(scene.title("matter.month", commune=commune), *lines, *left))


def upward(
    scene: Scene, found: Mapping[str, Sequence[Matter]], alone: Mapping[str, int], reasons: Sequence[Reason] = ()
) -> Reply:
    """For whoever stands for the province: by commune, then what nobody has gathered, by who decides."""
    blocks = [scene.title("matter.upward")]
    for commune, matters in found.items():
        blocks += [Block(text=commune), *(_item(scene, one, one.count) for one in matters)]
    for level, count in alone.items():
        blocks.append(scene.line("matter.beyond_alone", level=scene.say(f"level.{level}"), count=count))
    blocks += [scene.title("matter.reasons")] if reasons else []
    blocks += [Block(text=reason(scene, one), style=Style.ITEM) for one in reasons]
    return Reply(blocks=tuple(blocks))


def reason(scene: Scene, one: Reason) -> str:
    """Why, how often, who decides, and about what most."""
    names = [name for name, _ in one.procedures.most_common(MOST_NAMED) if name]
    about = ", ".join(filter(None, (short_name(scene, name) for name in names)))
    level = scene.say(f"level.{one.level}")
    told = scene.say("matter.reason", why=one.why, count=one.count, level=level)
    return f"{told} {about}." if about else told
