"""The answer to a question about a procedure: first what was asked, the rest behind buttons."""

from bot.content.schema import Aspect, Procedure
from bot.conversation.citizen.facts import TELL, coming, law, pitfalls
from bot.conversation.citizen.offices import OF_THE_COMMUNE, office_blocks
from bot.conversation.reply import Block, Button, Reply, Style
from bot.conversation.scene import Scene

LAW = "law"
PITFALLS = "pitfalls"
OVERVIEW = "overview"
BUTTONS_A_ROW = 3
ON_BUTTONS = (
    Aspect.DOCUMENTS,
    Aspect.PLACE,
    Aspect.FEE,
    Aspect.TIME,
    Aspect.ONLINE,
    Aspect.FORM,
    Aspect.WHO,
    Aspect.STEPS,
)


def answer(
    scene: Scene,
    procedure: Procedure,
    aspect: Aspect | None,
    *,
    lead: tuple[Block, ...] = (),
    replaces: str | None = None,
) -> Reply:
    """What is known of `aspect` (None: the whole in short), with the other aspects behind buttons."""
    title = Block(text=scene.tell(procedure.name), style=Style.TITLE)
    told = (*TELL[aspect](scene, procedure), *coming(scene, procedure, aspect))
    blocks = (*lead, title, *told, checked(scene, procedure))
    return Reply(blocks=blocks, buttons=_buttons(scene, procedure, aspect), replaces=replaces)


def not_yet(scene: Scene, name: str, *, lead: tuple[Block, ...] = ()) -> Reply:
    """The procedure is known by name only, or its facts are too old to be stated: where to ask, and why."""
    listed = scene.house.knowledge.catalogue[name]
    hotline = scene.contact("portal_hotline")
    title = Block(text=scene.tell(listed.name), style=Style.TITLE)
    key = "answer.stale" if scene.is_stale(name) else "answer.not_yet"
    blocks = (*lead, title, scene.line(key, hotline=hotline.number), *office_blocks(scene, listed.counter))
    ask = ((scene.button("commune.tell", "commune:ask"),),)
    known = scene.commune is not None or listed.counter not in OF_THE_COMMUNE
    officer = ((scene.button("answer.ask_officer", f"r:new:q:{name}"),),)
    return Reply(blocks=blocks, buttons=officer if known else (*ask, *officer))


def more(scene: Scene, procedure: Procedure, part: str, *, replaces: str | None = None) -> Reply:
    """The law and sources, or the pitfalls, of a procedure."""
    title = Block(text=scene.tell(procedure.name), style=Style.TITLE)
    blocks = (title, *(law if part == LAW else pitfalls)(scene, procedure), checked(scene, procedure))
    return Reply(blocks=blocks, buttons=_buttons(scene, procedure, None), replaces=replaces)


def checked(scene: Scene, procedure: Procedure) -> Block:
    return Block(text=scene.say("answer.checked", date=scene.date(procedure.checked)), style=Style.NOTE)


def _buttons(scene: Scene, procedure: Procedure, shown: Aspect | None) -> tuple[tuple[Button, ...], ...]:
    others = [
        scene.button(f"aspect.{aspect}", f"answer:{procedure.id}:{aspect}")
        for aspect in ON_BUTTONS
        if aspect is not shown and not (shown is None and aspect is Aspect.DOCUMENTS)
    ]
    if procedure.pitfalls:
        others.append(scene.button("aspect.pitfalls", f"answer:{procedure.id}:{PITFALLS}"))
    others.append(scene.button("aspect.law", f"answer:{procedure.id}:{LAW}"))
    own = (scene.button("checklist.open", f"list:{procedure.id}"),)
    rows = [own, *(tuple(others[at : at + BUTTONS_A_ROW]) for at in range(0, len(others), BUTTONS_A_ROW))]
    if procedure.online.link and procedure.online.level != "no":
        rows.append((Button(label=scene.say("answer.open_portal"), link=procedure.online.link),))
    if scene.commune is None and procedure.counter in OF_THE_COMMUNE:
        rows.append((scene.button("commune.tell", "commune:ask"),))
    rows.append(
        (
            scene.button("answer.ask_officer", f"r:new:q:{procedure.id}"),
            scene.button("answer.extra_demand", f"r:new:x:{procedure.id}"),
        )
    )
    rows += _next(scene, procedure)
    return tuple(rows)


def _next(scene: Scene, procedure: Procedure) -> list[tuple[Button, ...]]:
    following = [(step.procedure, label) for step in procedure.next[:2] if (label := short_name(scene, step.procedure))]
    return [
        (Button(label=scene.say("answer.next", name=label), action=f"answer:{id_}:{OVERVIEW}"),)
        for id_, label in following
    ]


def short_name(scene: Scene, name: str) -> str | None:
    """A procedure's name for a button; None for an id that nobody knows."""
    if procedure := scene.procedure(name):
        return scene.tell(procedure.short_name)
    if listed := scene.listed(name):
        return scene.short(scene.tell(listed.name))
    return None
