"""The desk in a browser: who sits there is looked up at each request, and so is what they may do."""

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.casework import at_desk, second_look, signing_in
from bot.casework.at_desk import AtDesk, Done, Talk
from bot.casework.signing_in import Seat
from bot.casework.unit_of_work import Conflict
from bot.content.schema import Language
from bot.conversation.scene import Scene
from bot.conversation.staff import cards, entry
from bot.desk.codes import read_code
from bot.doors.web.desk import frame
from bot.doors.web.desk.show import Show
from bot.store import seats
from bot.turn import Turns

HOME, ENTER = "/ban", "/ban/vao"
COOKIE = "desk"
SECRET = re.compile(r"[A-Za-z0-9_-]{20,64}")
MAX_BODY = 64_000
MAX_FIELDS = 200
CONFLICTS = 5

type Fields = dict[str, list[str]]
type Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stood in a form that was not taken: it stands there again."""

    verb: str = ""
    words: str = ""
    to: str = ""


class Desk:
    """The pages. `token`: the bot's, by which Telegram's word for who opens them is known."""

    def __init__(self, turns: Turns, token: str = "") -> None:
        self.turns = turns
        self.bot_token = token

    def routes(self) -> list[BaseRoute]:
        pages: list[tuple[str, Handler, str]] = [
            ("/ban/r/{code}", self._talk, "GET"),
            ("/ban/r/{code}", self._do, "POST"),
            ("/ban/r/{code}/nhip", self._pulse_of, "GET"),
            ("/ban/r/{code}/soan", self._write, "POST"),
            ("/ban/duyet/{number:int}", self._review, "POST"),
            ("/ban/tep/{name}", self._script, "GET"),
        ]
        return [Route(path, handle, methods=[method]) for path, handle, method in pages]

    # Who is there

    def at_desk(self, connection: object) -> AtDesk:
        return AtDesk(connection, self.turns.house, self.turns.clock())  # type: ignore[arg-type]

    def _seat(self, unit: AtDesk, request: Request) -> Seat | None:
        secret = request.cookies.get(cookie_of(request), "")
        return signing_in.sitting(unit, secret) if SECRET.fullmatch(secret) else None

    def token(self, seat: Seat) -> str:
        """What a form of this session carries: another site does not know it."""
        return hmac.new(self.turns.house.seal, f"desk:{seat.hash}".encode(), "sha256").hexdigest()[:32]

    def _is_ours(self, request: Request, seat: Seat, fields: Fields) -> bool:
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return False
        return hmac.compare_digest(one(fields, "t").encode(), self.token(seat).encode())

    async def seated(self, request: Request, work: Callable[[AtDesk, Seat], Response]) -> Response:
        """Do something for whoever sits there, in one transaction; the way in for everybody else."""

        def in_turn() -> Response:
            with self.turns.database.change() as connection:
                unit = self.at_desk(connection)
                seat = self._seat(unit, request)
                if seat is None:
                    return self.outside(request, unit, "screen.ended" if cookie_of(request) in request.cookies else "")
                seats.seen(connection, seat.hash, now=unit.now)
                return work(unit, seat)

        for _ in range(CONFLICTS):
            try:
                return await asyncio.to_thread(in_turn)
            except Conflict:
                continue  # somebody else changed the same request: it is looked at again
        return await asyncio.to_thread(in_turn)

    async def posted(self, request: Request, work: Callable[[AtDesk, Seat, Fields], Response]) -> Response:
        fields = await fields_of(request)
        if fields is None:
            return PlainTextResponse("", 413)

        def checked(unit: AtDesk, seat: Seat) -> Response:
            if not self._is_ours(request, seat, fields):
                return self.outside(request, unit, "screen.not_ours", 403)
            return work(unit, seat, fields)

        answer = await self.seated(request, checked)
        self.turns.sent()
        return answer

    def outside(self, request: Request, unit: AtDesk, problem: str, status: int = 401, **more: object) -> Response:
        scene = Scene(house=unit.house, memory=unit.memory(""), language=Language.VI, now=unit.now)
        values = {"secret": "", "mini_app": False, **more}
        text = frame.render(
            "enter.html", scene=scene, say=scene.say, title=scene.say("screen.desk"), here="",
            problem=scene.say(problem) if problem else "", **values,
        )  # fmt: skip
        return frame.page(text, status, framed=request.url.path == "/ban/tg")

    def page(
        self, template: str, seat: Seat, unit: AtDesk, title: str, /, status: int = 200, **values: object
    ) -> Response:
        scene = unit.scene(seat.actor.person)
        show = Show(scene, seat.actor)
        text = frame.render(
            template, scene=scene, say=scene.say, show=show, posts=show.posts(), seat=seat, token=self.token(seat),
            title=title, here=values.pop("here", ""), **values,
        )  # fmt: skip
        return frame.page(text, status, framed=True)

    # One request

    async def _talk(self, request: Request) -> Response:
        code = read_code(request.path_params["code"]) or ""
        return await self.seated(request, lambda unit, seat: self._shown(unit, seat, code))

    def _shown(
        self, unit: AtDesk, seat: Seat, code: str, *, status: int = 200, problem: str = "",
        typed: Typed | None = None, picked: list[str] | None = None,
    ) -> Response:  # fmt: skip
        talk = at_desk.talk(unit, seat.actor, code, look=not problem and picked is None)
        scene = unit.scene(seat.actor.person)
        if talk is None:
            return self.page("nowhere.html", seat, unit, scene.say("screen.nowhere"), 404)
        one = talk.request
        return self.page(
            "talk.html", seat, unit, f"{one.name or one.code}", status, talk=talk,
            line=at_desk.line(unit, seat.actor, one), topic=cards.topic_of(scene, one),
            first_is_said=any(said.side == "citizen" for said in talk.said),
            told=seats.told(unit.connection, seat.hash), problem=problem, typed=typed or Typed(),
            unseen=second_look.is_new(unit, seat.actor, one), pulse=_pulse_of_talk(talk),
            reviewable=at_desk.reviewable(unit, seat.actor, one, talk), picked=picked or [],
            entry=self._beside(unit, seat, talk),
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

        return await self.seated(request, work)

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

        return await self.posted(request, work)

    def _after(self, unit: AtDesk, seat: Seat, code: str, done: Done, typed: Typed) -> Response:
        scene = unit.scene(seat.actor.person)
        if done.newer or done.refused:
            said = [reply.text for reply in done.said]
            why = scene.say("screen.newer") if done.newer else "\n".join(said) or scene.say("screen.empty")
            if done.refused == "unknown":
                return self.page("nowhere.html", seat, unit, scene.say("screen.nowhere"), 404)
            return self._shown(unit, seat, code, status=409, problem=why, typed=typed)
        seats.tell(unit.connection, seat.hash, [reply.text for reply in done.said] or [scene.say("screen.done")])
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

        return await self.posted(request, work)

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

        return await self.posted(request, work)

    async def _script(self, request: Request) -> Response:
        name, content = frame.script()
        if request.path_params["name"] != name:
            return PlainTextResponse("", 404)
        headers = {"Cache-Control": "public, max-age=31536000, immutable", **frame.SAFE}
        return Response(content, media_type="text/javascript", headers=headers)


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


def plain(text: str) -> Response:
    return PlainTextResponse(text, headers=frame.PRIVATE)


def cookie_of(request: Request) -> str:
    return f"__Host-{COOKIE}" if request.url.scheme == "https" else COOKIE


async def fields_of(request: Request) -> Fields | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    try:
        found = parse_qs(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return None
    return {name: [_whole(value) for value in values] for name, values in found.items()}


def _whole(text: str) -> str:
    """Halves of broken characters and zero bytes replaced; lines end as everywhere."""
    sound = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return sound.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")


def one(fields: Fields, name: str) -> str:
    found = fields.get(name, [])
    return found[0] if len(found) == 1 else ""
