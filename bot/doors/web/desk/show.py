"""How the desk's pages put a request into words: who, what, by when."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.casework import worklist
from bot.casework.at_desk import Said
from bot.casework.worklist import Line
from bot.content.schema import Counter
from bot.conversation.citizen.offices import office_name
from bot.conversation.scene import Scene
from bot.conversation.staff import cards
from bot.desk.request import Actor, Request, RequestKind


@dataclass(frozen=True)
class Show:
    """For one officer, in their language."""

    scene: Scene
    actor: Actor

    def kind(self, request: Request) -> str:
        return cards.kind(self.scene, request)

    def standing(self, request: Request) -> str:
        return cards.standing_of(self.scene, request)

    def commune(self, code: int) -> str:
        return cards.commune_name(self.scene, code)

    def kinds(self, kinds: Sequence[RequestKind]) -> list[tuple[str, str]]:
        return [(one, self.scene.say(f"kind.{one}")) for one in kinds]

    def holders(self, holders: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Oneself and nobody before the colleagues."""
        own = [(worklist.ME, self.scene.say("screen.filter_me")), (worklist.NOBODY, self.scene.say("screen.nobodys"))]
        return [*own, *(one for one in holders if one[0] != self.actor.person)]

    def communes(self, codes: Sequence[int]) -> list[tuple[str, str]]:
        return [(str(code), self.commune(code)) for code in codes]

    def elsewhere(self, request: Request) -> bool:
        """Whether the commune has to be said: it is not the only one of theirs."""
        return {post.commune for post in self.actor.posts} != {request.commune}

    def moment(self, at: dt.datetime) -> str:
        return self.scene.moment(at)

    def span(self, time: dt.timedelta) -> str:
        return cards.span(self.scene, time)

    def due(self, line: Line) -> str:
        if line.left is None:
            return ""
        if line.left <= dt.timedelta():
            return self.scene.say("screen.late", span=self.span(-line.left))
        key = "screen.late_again" if "overdue" in line.request.raised else "screen.left"
        return self.scene.say(key, span=self.span(line.left))

    def alarm(self, line: Line) -> str:
        if "overdue" in line.request.raised or (line.left is not None and line.left <= dt.timedelta()):
            return "late"
        return "soon" if "due_soon" in line.request.raised else ""

    def state(self, said: Said) -> str:
        if said.state != "sent":
            return said.state
        if said.failed:
            return "failed"
        if said.kept and not said.arrived:
            return "kept"
        if not said.arrived:
            return "on_its_way"
        return "seen" if said.seen else "arrived"

    def missing(self, commune: int, facts: Sequence[tuple[Counter, str]]) -> str:
        """`địa chỉ (Công an phường …)`."""
        scene = self.scene.of_commune(commune)
        return "; ".join(f"{scene.say(f'screen.fact_{name}')} ({office_name(scene, kind)})" for kind, name in facts)

    def blanks(self, names: Collection[str]) -> str:
        return ", ".join(self.scene.say(f"screen.blank_{name}") for name in names)

    def posts(self) -> str:
        """`cán bộ Phường Ngọc Hà`."""
        return ", ".join(
            dict.fromkeys(
                f"{self.scene.say(f'role.{post.role}')} {self.commune(post.commune)}" for post in self.actor.posts
            )
        )
