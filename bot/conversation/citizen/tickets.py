"""The number that somebody draws at a counter: how to draw it, how many are before them, when they are called."""

from collections.abc import Sequence

from bot.ahead.line import Hour, Wait
from bot.content.schema import AppointmentCounter
from bot.conversation import actions
from bot.conversation.reply import Block, Reply, Style
from bot.conversation.scene import Scene
from bot.desk.working_time import WEEK


def how(scene: Scene, counters: Sequence[AppointmentCounter], best: Sequence[Hour]) -> Reply:
    """Where numbers are drawn, and with which code; nothing where a commune has none."""
    if scene.commune is None:
        return Reply(blocks=(scene.line("book.commune"),),
                     buttons=((scene.button("commune.tell", actions.AskCommune()),),))  # fmt: skip
    if not counters:
        return Reply(blocks=(scene.line("ticket.not_here", commune=scene.commune.name),))
    names = ", ".join(scene.tell(one.name) for one in counters)
    return Reply(blocks=(scene.line("ticket.how", commune=scene.commune.name, names=names), *best_hours(scene, best)))


def best_hours(scene: Scene, best: Sequence[Hour]) -> tuple[Block, ...]:
    if not best:
        return ()
    hours = scene.say("condition.or").join(_hour(scene, one) for one in best)
    return (Block(text=scene.say("ticket.best", hours=hours), style=Style.NOTE),)


def _hour(scene: Scene, one: Hour) -> str:
    return scene.say("ticket.hour", day=scene.say(f"day.{WEEK[one.day]}"), start=one.hour, end=one.hour + 1)


def shown(scene: Scene, number: int, ticket: int, place: str, before: int, wait: Wait | None, *, paused: bool) -> Reply:
    """The number, how many are before it, and from their service times how long that may be."""
    key = "ticket.before" if wait and before else "ticket.next" if not before else "ticket.before_only"
    values = {"before": before, "least": wait.least if wait else 0, "most": wait.most if wait else 0}
    paused_line = (scene.line("ticket.paused"),) if paused else ()
    blocks = (
        scene.title("ticket.number", number=number, place=place),
        scene.line(key, **values),
        *paused_line,
        Block(text=scene.say("ticket.stay"), style=Style.NOTE),
    )
    rows = (
        (scene.button("ticket.look", actions.ShowTicket(ticket)),),
        (scene.button("ticket.leave", actions.AskLeaveLine(ticket)),),
    )
    return Reply(blocks=blocks, buttons=rows)


def ask_leave(scene: Scene, number: int, ticket: int) -> Reply:
    rows = (
        (scene.button("ticket.leave_yes", actions.LeaveLine(ticket)),),
        (scene.button("ticket.leave_no", actions.ShowTicket(ticket)),),
    )
    return Reply(blocks=(scene.line("ticket.leave_sure", number=number),), buttons=rows)


def about(scene: Scene, key: str, number: int, place: str = "") -> Reply:
    return Reply(blocks=(scene.line(key, number=number, place=place),))
