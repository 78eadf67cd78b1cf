"""Pages of figures: a leader's, a province's, everybody's; and the open data under addresses that stay."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.casework import figures
from bot.casework.at_desk import AtDesk
from bot.casework.signing_in import Seat
from bot.content.schema import Language
from bot.conversation.citizen.matters import openly
from bot.conversation.scene import Scene
from bot.conversation.staff import cards
from bot.conversation.visit import Memory
from bot.desk.request import Role
from bot.doors.web.desk import charts, frame
from bot.doors.web.desk.pages import Desk
from bot.doors.web.page import holds
from bot.measure.open_data import HIDDEN
from bot.measure.tally import Tally

OWN, PUBLIC, DATA = "/ban/so-lieu", "/so-lieu", "/du-lieu"
OPEN = {"Cache-Control": "public, max-age=3600", "Referrer-Policy": "strict-origin-when-cross-origin"}
TYPES = {".csv": "text/csv; charset=utf-8", ".json": "application/json", "onld": "application/ld+json"}
MAX_WARD_DIGITS = 5

type Handler = Callable[[Request], Awaitable[Response]]


class Figures:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.turns = desk.turns

    def routes(self) -> list[BaseRoute]:
        pages: list[tuple[str, Handler]] = [
            (OWN, self._own),
            (PUBLIC, self._country),
            (f"{PUBLIC}/{{ward}}", self._place),
            (f"{DATA}/{{name}}", self._data),
        ]
        return [Route(path, handle, methods=["GET"]) for path, handle in pages]

    async def _own(self, request: Request) -> Response:
        return await self.desk.seated(request, self._told)

    def _told(self, unit: AtDesk, seat: Seat) -> Response:
        actor, scene = seat.actor, unit.scene(seat.actor.person)
        provinces = sorted({post.province for post in actor.posts if post.role is Role.PROVINCE})
        return self.desk.page(
            "figures.html", seat, unit, scene.say("screen.figures"), here=OWN,
            led=[(one, _trend(one)) for one in (figures.leading(unit, actor, c) for c in figures.led(actor))],
            overseen=[figures.overseeing(unit, one) for one in provinces],
            value=lambda one: cards.value_of(scene, one), height=charts.HEIGHT, width=charts.WIDTH,
            percent=lambda share: f"{round(100 * share)} %",
            names={code: one.name for code, one in unit.house.knowledge.gazetteer.communes.items()},
            provinces=unit.house.knowledge.gazetteer.provinces,
        )  # fmt: skip

    # For everybody

    async def _country(self, request: Request) -> Response:
        return await self._public(request, "VN", "")

    async def _place(self, request: Request) -> Response:
        ward = request.path_params["ward"]
        code = int(ward) if ward.isascii() and ward.isdigit() and len(ward) <= MAX_WARD_DIGITS else -1
        place = self.turns.house.knowledge.gazetteer.communes.get(code)
        if place is None:
            return await self._public(request, "", "", 404)
        return await self._public(request, f"{code:05}", f"{place.name}, {place.province}")

    async def _public(self, request: Request, area: str, name: str, status: int = 200) -> Response:
        def look() -> str:
            with self.turns.database.look() as connection:
                unit = AtDesk(connection, self.turns.house, self.turns.clock())
                rows = figures.of_place(unit, area)
                raised = figures.raised_in(unit, int(area)) if area.isdigit() else []
                files = figures.published(unit)
            scene = Scene(house=self.turns.house, memory=Memory(), language=Language.VI, now=self.turns.clock())
            first = charts.bars(figures.shown_months(rows, "first_due", "first_kept"))
            return frame.render(
                "public_figures.html", scene=scene, say=scene.say, here="", rows=rows, files=files, name=name,
                raised=[(row, openly(scene, one) if one else "") for row, one in raised],
                title=scene.say("screen.public_figures"), first=first, height=charts.HEIGHT, width=charts.WIDTH,
                hidden=HIDDEN, data=DATA, unknown=status == 404,
            )  # fmt: skip

        text = await asyncio.to_thread(look)
        return _with_tag(request, frame.page(text, status, OPEN))

    async def _data(self, request: Request) -> Response:
        name = request.path_params["name"]
        base = f"{self.turns.house.address or str(request.base_url).rstrip('/')}{DATA}"

        def look() -> str | None:
            with self.turns.database.look() as connection:
                return figures.document(AtDesk(connection, self.turns.house, self.turns.clock()), name, base)

        body = await asyncio.to_thread(look)
        if body is None:
            return PlainTextResponse("", 404)
        kind = next((kind for end, kind in TYPES.items() if name.endswith(end)), "text/plain")
        headers = {**OPEN, **frame.SAFE, "Access-Control-Allow-Origin": "*", "Content-Type": kind}
        return _with_tag(request, Response(body, headers=headers))


def _trend(one: figures.Leading) -> list[charts.Bar]:
    def of(tally: Tally | None) -> tuple[int | None, int | None]:
        return (tally.first_due, tally.first_kept) if tally else (None, None)

    return charts.bars([(month.name, *of(month.tally)) for month in one.trend])


def _with_tag(request: Request, response: Response) -> Response:
    """Whoever has it already is told that nothing has changed."""
    tag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:20]}"'
    if holds(request, tag):
        return Response(status_code=304, headers={"ETag": tag, **OPEN})
    response.headers["ETag"] = tag
    return response
