"""What staff read about questions that found no answer: groups, notices, practice."""

import datetime as dt
from collections.abc import Sequence

from bot.content.schema import Procedure
from bot.conversation import actions
from bot.conversation.citizen.answers import short_name
from bot.conversation.citizen.facts import documents_line
from bot.conversation.reply import Block, Place, Reply, Style
from bot.conversation.scene import Scene

SHOWN = 10


def suggestion(scene: Scene, number: int, sample: str, count: int, *, answered: bool = False) -> Reply:
    """`answered`: the bot knew, but so many asking at once may mean that something is amiss."""
    key = "notice.suggested_answered" if answered else "notice.suggested"
    blocks = (scene.title(key, count=count), Block(text=sample), scene.line("notice.how", number=number))
    button = scene.button("notice.write", actions.WriteNotice(number))
    return Reply(blocks=blocks, buttons=((button,),))


def notice(scene: Scene, text: str, until: dt.datetime) -> Reply:
    return Reply(
        blocks=(
            scene.title("notice.title"),
            Block(text=text),
            Block(text=scene.say("notice.until", when=scene.moment(until)), style=Style.NOTE),
        )
    )


def groups(scene: Scene, found: Sequence[tuple[list[str], str | None]], days: int) -> Reply:
    if not found:
        return Reply(blocks=(scene.line("unanswered.none", days=days),))
    lines = [scene.title("unanswered.title", days=days)]
    for texts, nearest in found[:SHOWN]:
        name = (short_name(scene, nearest) if nearest else None) or scene.say("unanswered.nothing")
        lines.append(
            Block(text=scene.say("unanswered.group", count=len(texts), text=texts[0], name=name), style=Style.ITEM)
        )
    return Reply(blocks=tuple(lines))


def practice(scene: Scene, id_: str, question: str) -> Reply:
    blocks = (scene.title("practice.title"), Block(text=question), scene.line("practice.how"))
    return Reply(blocks=blocks, place=Place(name=f"practice:{id_}", prompts=True))


def compared(scene: Scene, procedure: Procedure, named: Sequence[str], missing: Sequence[str]) -> Reply:
    """What the practised answer had, and what the entry has besides."""
    blocks = [scene.title("practice.entry", name=scene.tell(procedure.name))]
    for key, ids in (("practice.named", named), ("practice.missing", missing)):
        papers = [paper for paper in scene.holding(procedure.papers) if paper.id in ids]
        if papers:
            blocks.append(scene.title(key))
            blocks += [Block(text=documents_line(scene, procedure, paper), style=Style.ITEM) for paper in papers]
    return Reply(blocks=tuple(blocks), buttons=((scene.button("practice.again", actions.Practise()),),))
