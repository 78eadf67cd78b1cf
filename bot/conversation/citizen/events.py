"""Life events: the whole path in order, with why and by when, instead of one form."""

from bot.conversation import actions
from bot.conversation.citizen import benefits
from bot.conversation.citizen.answers import short_name
from bot.conversation.citizen.reminders import offered
from bot.conversation.reply import Block, Button, Reply, Style
from bot.conversation.scene import Scene


def path(scene: Scene, name: str, *, replaces: str | None = None) -> Reply | None:
    """The procedures of a life event, in the order to do them; None for an event that nobody knows."""
    event = scene.house.knowledge.life_events.get(name)
    if event is None:
        return None
    blocks = [Block(text=scene.tell(event.lead))] if event.lead else []
    blocks += [Block(text=scene.tell(event.name), style=Style.TITLE), scene.line("event.path")]
    rows: list[tuple[Button, ...]] = []
    for n, step in enumerate(event.steps, 1):
        label = short_name(scene, step.procedure)
        if label is None:
            continue
        key = "event.step_by" if step.by else "event.step"
        values = {"by": scene.tell(step.by)} if step.by else {}
        text = scene.say(key, number=n, name=label, why=scene.tell(step.why), **values)
        blocks.append(Block(text=text))
        rows.append((Button(label=f"{n}. {label}", action=actions.Answer(step.procedure, "overview").wire),))
    if benefits.helps(scene, tuple(step.procedure for step in event.steps)):
        rows.append(benefits.button(scene))
    rows += offered(scene, [step.procedure for step in event.steps])[:2]
    rows.append((scene.button("topics.all", actions.Topics()),))
    return Reply(blocks=tuple(blocks), buttons=tuple(rows), replaces=replaces)


def listed(scene: Scene, *, replaces: str | None = None) -> Reply:
    """All life events, to browse."""
    rows = tuple(
        (Button(label=scene.tell(event.name), action=actions.LifeEvent(name).wire),)
        for name, event in scene.house.knowledge.life_events.items()
    )
    back = ((scene.button("topics.all", actions.Topics()),),)
    return Reply(blocks=(scene.line("event.choose"),), buttons=(*rows, *back), replaces=replaces)
