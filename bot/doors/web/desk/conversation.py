"""One request at the desk in a browser: its conversation, the entry beside it, and what may be done with it."""

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.casework import at_desk, second_look, worklist
from bot.casework.at_desk import AtDesk, Done, Talk
from bot.casework.signing_in import Seat
from bot.conversation.scene import Scene
from bot.conversation.staff import cards, entry
from bot.desk.codes import read_code
from bot.desk.lifecycle import Part, parts_of
from bot.doors.web.desk.pages import HOME, Desk, Fields, Handler, one, plain
from bot.store import seats, worklists


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stood in a form that was not taken: it stands there again."""

    verb: str = ""
    words: str = ""
    to: str = ""


class Conversation:
    """The pages of one request."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        pages: list[tuple[str, Handler, str]] = [
            ("/ban/r/{code}", self._talk, "GET"),
            ("/ban/r/{code}", self._do, "POST"),
            ("/ban/r/{code}/nhip", self._pulse_of, "GET"),
            ("/ban/r/{code}/soan", self._write, "POST"),
            ("/ban/duyet/{number:int}", self._review, "POST"),
        ]
        return [Route(path, handle, methods=[method]) for path, handle, method in pages]

    async def _talk(self, request: Request) -> Response:
        code = read_code(request.path_params["code"]) or ""
        return await self.desk.seated(request, lambda unit, seat: self._shown(unit, seat, code))

    def _shown(
        self, unit: AtDesk, seat: Seat, code: str, *, status: int = 200, problem: str = "",
        typed: Typed | None = None, picked: list[str] | None = None,
    ) -> Response:  # fmt: skip
        talk = at_desk.talk(unit, seat.actor, code, look=not problem and picked is None)
        scene = unit.scene(seat.actor.person)
        if talk is None:
            return self.desk.page("nowhere.html", seat, unit, scene.say("screen.nowhere"), 404)
        request = talk.request
        return self.desk.page(
            "talk.html", seat, unit, f"{request.name or request.code}", status, talk=talk,
            line=worklist.line(unit, seat.actor, request), topic=cards.topic_of(scene, request),
            first_is_said=any(said.side == "citizen" for said in talk.said),
            told=seats.told(unit.connection, seat.hash), problem=problem, typed=typed or Typed(),
            unseen=second_look.is_new(unit, seat.actor, request), pulse=_pulse_of_talk(talk),
            reviewable=at_desk.reviewable(unit, seat.actor, request, talk), picked=picked or [],
            entry=self._beside(unit, seat, talk), later=worklist.later(unit, request),
            renews=Part.OWNER in parts_of(seat.actor, request),
            off_until=worklist.is_put_off(unit, seat.actor, request), writer=worklist.writer(unit, seat.actor, code),
        )  # fmt: skip

    def _beside(self, unit: AtDesk, seat: Seat, talk: Talk) -> entry.Beside | None:
        ours, theirs = _at(unit.scene(seat.actor.person), talk), _at(unit.citizen_scene(talk.request), talk)
        known = ours.procedure(talk.request.procedure) if talk.request.procedure else None
        return entry.beside(ours, theirs, known) if known else None

    async def _pulse_of(self, request: Request) -> Response:
        code = read_code(request.path_params["code"]) or ""

        def work(unit: AtDesk, seat: Seat) -> Response:
            talk = at_desk.talk(unit, seat.actor, code, look=False)
            return plain(_pulse_of_talk(talk)) if talk else PlainTextResponse("", 404)

        return await self.desk.seated(request, work)

    async def _do(self, request: Request) -> Response:
        code = read_code(request.path_params["code"]) or ""

        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            verb, words, to = (one(fields, name) for name in ("v", "w", "to"))
            seen = one(fields, "seen")
            done = at_desk.do(
                unit, seat.actor, code, verb, _to(to.strip(), words),
                seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 18 else 0,
            )  # fmt: skip
            return self._after(unit, seat, code, done, Typed(verb=verb, words=words, to=to))

        return await self.desk.posted(request, work)

    def _after(self, unit: AtDesk, seat: Seat, code: str, done: Done, typed: Typed) -> Response:
        scene = unit.scene(seat.actor.person)
        if done.newer or done.refused:
            said = [reply.text for reply in done.said]
            why = scene.say("screen.newer") if done.newer else "\n".join(said) or scene.say("screen.empty")
            if done.refused == "unknown":
                return self.desk.page("nowhere.html", seat, unit, scene.say("screen.nowhere"), 404)
            return self._shown(unit, seat, code, status=409, problem=why, typed=typed)
        seats.tell(unit.connection, seat.hash, [reply.text for reply in done.said] or [scene.say("screen.done")])
        worklists.stops_writing(unit.connection, seat.actor.person, code)
        still = at_desk.talk(unit, seat.actor, code, look=False)
        return RedirectResponse(f"{HOME}/r/{code}" if still else HOME, 303)

    async def _write(self, request: Request) -> Response:
        """The reply writes itself of what was ticked; nothing is sent."""
        code = read_code(request.path_params["code"]) or ""

        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            talk = at_desk.talk(unit, seat.actor, code, look=False)
            picked = fields.get("p", [])
            theirs = _at(unit.citizen_scene(talk.request), talk) if talk else None
            known = theirs.procedure(talk.request.procedure or "") if talk and theirs else None
            words = entry.written(theirs, known, picked) if theirs and known else ""
            return self._shown(unit, seat, code, typed=Typed(verb="answer", words=words), picked=picked)

        return await self.desk.posted(request, work)

    async def _review(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            why = one(fields, "w").strip()
            code = read_code(one(fields, "r")) or ""
            if one(fields, "v") == "return" and not why:
                problem = unit.scene(seat.actor.person).say("refused.why")
                return self._shown(unit, seat, code, status=409, problem=problem)
            sends_back = one(fields, "v") == "return"
            done = at_desk.review(unit, seat.actor, request.path_params["number"], why if sends_back else None)
            return self._after(unit, seat, code, done, Typed())

        return await self.desk.posted(request, work)


def _to(commune: str, words: str) -> str:
    """As `/transfer` reads it: a code and a space, or a name and a new line, before the reason."""
    if not commune:
        return words
    return f"{commune} {words}" if commune.isdigit() else f"{commune}\n{words}"


def _at(scene: Scene, talk: Talk) -> Scene:
    """The scene with the request's commune: what is told of offices and hours is its own."""
    return replace(scene, memory=replace(scene.memory, commune=talk.request.commune))


def _pulse_of_talk(talk: Talk) -> str:
    return f"{talk.request.version}-{len(talk.said)}-{sum(one.arrived for one in talk.said)}"
