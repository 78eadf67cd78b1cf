"""What people raised, by matter: how many, where it stands, and what a leader or the province may do with it."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.casework import voice
from bot.casework.at_desk import AtDesk
from bot.casework.signing_in import Seat
from bot.conversation.citizen.matters import state
from bot.conversation.scene import Scene
from bot.conversation.staff.matters import reason
from bot.conversation.visit import Kind, Visit
from bot.desk.codes import read_code
from bot.desk.lifecycle import Refused
from bot.doors.web.desk.pages import Desk, Fields, one
from bot.store import seats

AT = "/ban/kien-nghi"
MOST_DIGITS = 18


class VoicesPage:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        return [Route(AT, self._list, methods=["GET"]), Route(AT, self._act, methods=["POST"])]

    async def _list(self, request: Request) -> Response:
        return await self.desk.seated(request, self._shown)

    def _shown(self, unit: AtDesk, seat: Seat, problem: str = "") -> Response:
        scene = unit.scene(seat.actor.person)
        return self.desk.page(
            "voices.html", seat, unit, scene.say("screen.voices"), 409 if problem else 200, here=AT, problem=problem,
            places=voice.places(unit, seat.actor), provinces=voice.provinces(unit, seat.actor),
            told=seats.told(unit.connection, seat.hash), state=lambda matter: state(scene, matter),
            reason=lambda one: reason(scene, one),
            named=unit.house.knowledge.gazetteer.provinces,
        )  # fmt: skip

    async def _act(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            scene = unit.scene(seat.actor.person)
            try:
                _do(unit, seat, fields)
            except Refused as refused:
                return self._shown(unit, seat, scene.say(f"refused.{refused.reason}", who=refused.who))
            seats.tell(unit.connection, seat.hash, [reply.text for reply in unit.heard])
            return RedirectResponse(AT, 303)

        return await self.desk.posted(request, work)


def _do(unit: AtDesk, seat: Seat, fields: Fields) -> None:
    """Raises Refused."""
    number, words, verb = _number(one(fields, "so")), one(fields, "w").strip(), one(fields, "v")
    visit = Visit(chat=seat.actor.person, kind=Kind.COMMAND, command="matter", text=words, name=seat.actor.name)
    if verb == "gather":
        return voice.gather_here(unit, visit, seat.actor, read_code(one(fields, "c")) or "", number)
    if verb not in ("pass", "answer") or not words:
        raise Refused("empty")
    law = one(fields, "law").strip()
    text = f"{words}\n{_law_line(unit.scene(seat.actor.person), law)}" if law and verb == "answer" else words
    return voice.act(unit, visit, seat.actor, verb, number, text)


def _law_line(scene: Scene, law: str) -> str:
    """As an answer in the chat says it."""
    return scene.say("matter.law", law=" ".join(law.split()))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < MOST_DIGITS else 0
