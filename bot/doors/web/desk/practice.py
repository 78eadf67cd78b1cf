"""Practising at the desk: a request that is nobody's, in five steps; then questions, compared with the entry."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.casework import practice
from bot.casework.at_desk import AtDesk
from bot.casework.practice import Exercise
from bot.casework.signing_in import Seat
from bot.conversation.citizen.facts import documents_line
from bot.conversation.staff import entry
from bot.doors.web.desk.pages import Desk, Fields, Handler, one

AT = "/ban/tap"
STEPS = ("line", "claim", "answer", "newer", "close")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """An answer beside the entry: lines of papers."""

    named: tuple[str, ...]
    missing: tuple[str, ...]


class Practice:
    """Nothing of it is kept, and nobody receives any of it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        pages: list[tuple[str, Handler, str]] = [
            (AT, self._tour, "GET"),
            (f"{AT}/{{id}}", self._question, "GET"),
            (f"{AT}/{{id}}", self._answered, "POST"),
        ]
        return [Route(path, handle, methods=[method]) for path, handle, method in pages]

    async def _tour(self, request: Request) -> Response:
        given = request.query_params.get("buoc", "")
        step = int(given) if given in map(str, range(1, len(STEPS) + 2)) else 1

        def work(unit: AtDesk, seat: Seat) -> Response:
            found = practice.exercises(unit)
            return self.desk.page(
                "tour.html", seat, unit, unit.scene(seat.actor.person).say("screen.practice"), here=AT, number=step,
                steps=len(STEPS), step=STEPS[step - 1] if step <= len(STEPS) else "",
                first=found[0] if found else None, count=len(found),
            )  # fmt: skip

        return await self.desk.seated(request, work)

    async def _question(self, request: Request) -> Response:
        return await self.desk.seated(request, lambda unit, seat: self._shown(unit, seat, request, [], "", None))

    async def _answered(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            scene, found = unit.scene(seat.actor.person), _find(unit, request)
            known = scene.procedure(found.procedure) if found else None
            picked, words = fields.get("p", []), one(fields, "w")
            if known is None:
                return self._shown(unit, seat, request, [], "", None)
            if one(fields, "v") == "write":
                return self._shown(unit, seat, request, picked, entry.written(scene, known, picked), None)
            named, missing = practice.judged(scene, known, words)
            lines = {paper.id: documents_line(scene, known, paper) for paper in known.papers}
            judged = Judged(named=tuple(lines[id_] for id_ in named), missing=tuple(lines[id_] for id_ in missing))
            return self._shown(unit, seat, request, picked, words, judged)

        return await self.desk.posted(request, work)

    def _shown(
        self, unit: AtDesk, seat: Seat, request: Request, picked: list[str], words: str, judged: Judged | None
    ) -> Response:
        scene, everything = unit.scene(seat.actor.person), practice.exercises(unit)
        found = _find(unit, request)
        known = scene.procedure(found.procedure) if found else None
        if found is None or known is None:
            return self.desk.page("nowhere.html", seat, unit, scene.say("screen.nowhere"), 404)
        at = everything.index(found)
        return self.desk.page(
            "practice.html", seat, unit, scene.say("screen.practice"), here=AT, question=found, number=at + 1,
            count=len(everything), entry=entry.beside(scene, scene, known), picked=picked, words=words, judged=judged,
            next=everything[(at + 1) % len(everything)].id, touring="buoc" in request.query_params,
        )  # fmt: skip


def _find(unit: AtDesk, request: Request) -> Exercise | None:
    wanted = request.path_params["id"]
    return next((one for one in practice.exercises(unit) if one.id == wanted), None)
