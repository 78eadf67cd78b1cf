"""The desk's notices: what was written, how far each has got, and the buttons to send, pause and go on."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.casework import broadcasts
from bot.casework.at_desk import AtDesk
from bot.casework.signing_in import Seat
from bot.conversation import actions
from bot.conversation.staff.notices import LABELS
from bot.doors.web.desk.pages import Desk, Fields, one

AT = "/ban/thong-bao"


class NoticesPage:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        return [Route(AT, self._list, methods=["GET"]), Route(AT, self._act, methods=["POST"])]

    async def _list(self, request: Request) -> Response:
        return await self.desk.seated(request, self._shown)

    def _shown(self, unit: AtDesk, seat: Seat, problem: str = "") -> Response:
        scene = unit.scene(seat.actor.person)
        return self.desk.page(
            "notices.html", seat, unit, scene.say("screen.notices"), 409 if problem else 200, here=AT,
            sent=broadcasts.of_desks(unit, seat.actor), label=lambda action: scene.say(LABELS[type(action)]),
            problem=scene.say(problem) if problem else "",
        )  # fmt: skip

    async def _act(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            action = actions.read(one(fields, "a"))
            problem = broadcasts.act(unit, seat.actor, action) if isinstance(action, actions.Broadcasting) else None
            return self._shown(unit, seat, problem) if problem else RedirectResponse(AT, 303)

        return await self.desk.posted(request, work)
