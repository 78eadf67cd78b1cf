"""Notices of a commune: what holds today, who wants which kind; for the desk a preview, a count and a report."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.conversation import actions
from bot.conversation.reply import Block, Button, Reply, Style
from bot.conversation.scene import Scene


class NoticeKind(StrEnum):
    """What a notice is about; each is wanted by itself."""

    UTILITIES = "utilities"  # water, power, roads
    HEALTH = "health"
    SYSTEM = "system"  # the counter, the portal
    OTHER = "other"


def listed(
    scene: Scene, texts: Sequence[tuple[str, dt.datetime | None]], wanted: Collection[str], *, tells: bool = True
) -> Reply:
    """`/notices`: what holds today in one's commune, and which kinds one is told of, where that can be."""
    if scene.commune is None:
        ask = ((scene.button("commune.tell", actions.AskCommune()),),)
        return Reply(blocks=(scene.line("notices.commune"),), buttons=ask)
    title = scene.title("notices.title" if texts else "notices.none", commune=scene.commune.name)
    lines = [Block(text=_line(scene, text, until), style=Style.ITEM) for text, until in texts]
    if not tells:
        return Reply(blocks=(title, *lines, scene.line("visit.cannot_tell")))
    rows = tuple((_switch(scene, kind, kind in wanted),) for kind in NoticeKind)
    note = Block(text=scene.say("notices.kept_note"), style=Style.NOTE)
    return Reply(blocks=(title, *lines, scene.line("notices.want"), note), buttons=rows)


def _line(scene: Scene, text: str, until: dt.datetime | None) -> str:
    return scene.say("notices.line", text=text, when=scene.moment(until)) if until else text


def _switch(scene: Scene, kind: NoticeKind, wanted: bool) -> Button:  # noqa: FBT001 - one fact about the reader
    action = actions.UnwantNotices(kind.value) if wanted else actions.WantNotices(kind.value)
    return scene.button("notices.on" if wanted else "notices.off", action, kind=scene.say(f"notices.kind_{kind}"))


def message(scene: Scene, commune: str, text: str, until: dt.datetime) -> Reply:
    """As it is read."""
    blocks = (
        scene.title("notices.from", commune=commune),
        Block(text=text),
        Block(text=scene.say("notices.until", when=scene.moment(until)), style=Style.NOTE),
        Block(text=scene.say("notices.word"), style=Style.NOTE),
    )
    return Reply(blocks=blocks)


# For the desk


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A notice as its desk's page shows it. `put`: for how many readers it is in the outbox or beyond."""

    number: int
    place: str
    text: str
    until: dt.datetime
    status: str
    mine: bool
    readers: int
    put: int
    sent: Mapping[str, int]  # by state of the outbox

    @property
    def arrived(self) -> int:
        return self.sent.get("sent", 0)

    @property
    def deeds(self) -> tuple[actions.Action, ...]:
        """What may be done with it now."""
        match self.status:
            case "waiting":
                send = () if self.mine else (actions.SendBroadcast(self.number),)
                return (*send, actions.RefuseBroadcast(self.number))
            case "sending":
                return (actions.PauseBroadcast(self.number),)
            case "paused":
                return (actions.ResumeBroadcast(self.number), actions.RefuseBroadcast(self.number))
        return ()


LABELS = {
    actions.SendBroadcast: "broadcast.send", actions.RefuseBroadcast: "broadcast.refuse",
    actions.PauseBroadcast: "broadcast.pause", actions.ResumeBroadcast: "broadcast.resume",
}  # fmt: skip


def preview(scene: Scene, number: int, shown: Reply, count: int, *, mine: bool) -> Reply:
    """As it will be read, and by how many; somebody else of the desk sends it off."""
    lines = [scene.title("broadcast.preview", number=number), *shown.blocks, scene.line("broadcast.count", count=count)]
    lines.append(scene.line("broadcast.second" if mine else "broadcast.look"))
    refuse = scene.button("broadcast.refuse", actions.RefuseBroadcast(number))
    yes = (scene.button("broadcast.send", actions.SendBroadcast(number)),) if not mine else ()
    return Reply(blocks=tuple(lines), buttons=((*yes, refuse),))


def state(scene: Scene, number: int, status: str, sent: Mapping[str, int], total: int) -> Reply:
    """How far it has got."""
    values = {
        "number": number,
        "total": total,
        "arrived": sent.get("sent", 0),
        "waiting": sent.get("waiting", 0),
        "lost": sent.get("dead", 0),
    }
    buttons = {
        "sending": ((scene.button("broadcast.pause", actions.PauseBroadcast(number)),),),
        "paused": ((scene.button("broadcast.resume", actions.ResumeBroadcast(number)),
                    scene.button("broadcast.refuse", actions.RefuseBroadcast(number))),),
    }  # fmt: skip
    outside = [scene.line("broadcast.outside", count=sent["outside"])] if sent.get("outside") else []
    blocks = (scene.title(f"broadcast.is_{status}", number=number), scene.line("broadcast.report", **values), *outside)
    return Reply(blocks=blocks, buttons=buttons.get(status, ()))
