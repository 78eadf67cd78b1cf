"""The lists of the desk: all that somebody may work on, by what is to be done about it; and searching it."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.casework import at_desk
from bot.casework.at_desk import AtDesk
from bot.casework.signing_in import Seat
from bot.desk.codes import read_code
from bot.doors.web.desk.pages import HOME, Desk, Handler, plain
from bot.store import seats

MOST_SHOWN = 50  # of one list


class Lists:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        pages: list[tuple[str, Handler]] = [
            (HOME, self._lists),
            ("/ban/nhip", self._pulse),
            ("/ban/tim", self._find),
        ]
        return [Route(path, handle, methods=["GET"]) for path, handle in pages]

    async def _lists(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat) -> Response:
            found = at_desk.lists(unit, seat.actor)
            told = seats.told(unit.connection, seat.hash)
            scene = unit.scene(seat.actor.person)
            return self.desk.page(
                "lists.html", seat, unit, scene.say("screen.desk"), here=HOME,
                lists=[(name, lines) for name, lines in found.items() if lines], most=MOST_SHOWN,
                count=sum(map(len, found.values())), told=told, pulse=_pulse_of_lists(found),
            )  # fmt: skip

        return await self.desk.seated(request, work)

    async def _pulse(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat) -> Response:
            return plain(_pulse_of_lists(at_desk.lists(unit, seat.actor)))

        return await self.desk.seated(request, work)

    async def _find(self, request: Request) -> Response:
        words = request.query_params.get("q", "")[:200]

        def work(unit: AtDesk, seat: Seat) -> Response:
            found = at_desk.found(unit, seat.actor, words)
            if read_code(words) and len(found) == 1:
                return RedirectResponse(f"{HOME}/r/{found[0].request.code}", 303)
            title = unit.scene(seat.actor.person).say("screen.find")
            return self.desk.page("found.html", seat, unit, title, lines=found, words=words)

        return await self.desk.seated(request, work)


def _pulse_of_lists(found: dict[str, list[at_desk.Line]]) -> str:
    """What changes when anything in the lists does."""
    return ".".join(f"{line.request.code}-{line.request.version}" for lines in found.values() for line in lines)[-2000:]
