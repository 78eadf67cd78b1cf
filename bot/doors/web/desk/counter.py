"""The counter's page: who is called and who waits; and the screen on the wall, with the code of the moment."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.casework import tickets
from bot.casework.at_desk import AtDesk
from bot.casework.signing_in import Seat
from bot.conversation import actions
from bot.conversation.staff import counter
from bot.doors.web import addresses
from bot.doors.web.desk.pages import Desk, Fields, Handler, one
from bot.paper.code import svg

AT, WALL = "/ban/so", "/ban/so/tuong"


class CounterPage:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        pages: list[tuple[str, Handler, str]] = [
            (AT, self._line, "GET"), (AT, self._act, "POST"), (WALL, self._wall, "GET"),
        ]  # fmt: skip
        return [Route(path, handle, methods=[method]) for path, handle, method in pages]

    async def _line(self, request: Request) -> Response:
        return await self.desk.seated(request, lambda unit, seat: self._shown(unit, seat, "counter.html", AT))

    async def _wall(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat) -> Response:
            base = unit.house.address or str(request.base_url).rstrip("/")
            now, paper = (lambda line: base + addresses.drawing(line.commune, line.code),
                          lambda line: base + addresses.drawing(line.commune))  # fmt: skip
            return self._shown(unit, seat, "wall.html", WALL, picture=svg, now=now, paper=paper)

        return await self.desk.seated(request, work)

    def _shown(self, unit: AtDesk, seat: Seat, template: str, here: str, **more: Any) -> Response:
        scene = unit.scene(seat.actor.person)
        return self.desk.page(
            template, seat, unit, scene.say("counter.page"), here=here, lines=list(tickets.lines_of(unit, seat.actor)),
            deeds=lambda called: counter.deeds(scene, called), due_deeds=lambda due: counter.due_deeds(scene, due),
            ends=lambda line: counter.told_ends(scene, line.ends), next_of=actions.CallNext, pause_of=actions.PauseLine,
            **more,
        )  # fmt: skip

    async def _act(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            action = actions.read(one(fields, "a"))
            if isinstance(action, actions.Calling):
                tickets.act(unit, seat.actor, action)
            return RedirectResponse(AT, 303)

        return await self.desk.posted(request, work)
