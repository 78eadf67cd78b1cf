"""The page of what there is to learn from, and the proposals that come of it."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.casework import at_desk, teaching
from bot.casework.at_desk import AtDesk
from bot.casework.signing_in import Seat
from bot.conversation.citizen.answers import short_name
from bot.desk.codes import read_code
from bot.doors.web.desk.pages import Desk, Fields, one
from bot.store import seats

LESSONS = "/ban/hoc"


class LessonPages:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        return [Route(LESSONS, self._shown, methods=["GET"]), Route(LESSONS, self._taught, methods=["POST"])]

    async def _shown(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat) -> Response:
            scene = unit.scene(seat.actor.person)
            return self.desk.page(
                "lessons.html", seat, unit, scene.say("screen.learning"), here=LESSONS,
                lessons=teaching.lessons(unit, seat.actor), told=seats.told(unit.connection, seat.hash),
                named=lambda name: short_name(scene, name) or "" if name else "",
            )  # fmt: skip

        return await self.desk.seated(request, work)

    async def _taught(self, request: Request) -> Response:
        """An officer's answer becomes a proposal, a difference of the files; nothing changes by itself."""

        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            scene = unit.scene(seat.actor.person)
            done = at_desk.do(unit, seat.actor, read_code(one(fields, "r")) or "", "proposal", "", seen=0)
            told = [reply.text for reply in done.said] or [scene.say("screen.nowhere_why")]
            seats.tell(unit.connection, seat.hash, told)
            return RedirectResponse(LESSONS, 303)

        return await self.desk.posted(request, work)
