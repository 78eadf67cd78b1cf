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
from bot.doors.web.desk import frame, mini_app
from bot.doors.web.desk.show import Show
from bot.store import seats
from bot.turn import Turns

HOME, ENTER = "/ban", "/ban/vao"
COOKIE = "desk"
SECRET = re.compile(r"[A-Za-z0-9_-]{20,64}")
MOST_SHOWN = 50  # of one list
MAX_BODY = 64_000
MAX_FIELDS = 200
CONFLICTS = 5
START = re.compile(r"r_(MC-?\w{4}-?\w{2})", re.IGNORECASE)

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
            (HOME, self._lists, "GET"),
            ("/ban/nhip", self._pulse, "GET"),
            ("/ban/tim", self._find, "GET"),
            (ENTER, self._entrance, "GET"),
            (ENTER, self._enter, "POST"),
            ("/ban/tg", self._frame, "GET"),
            ("/ban/tg", self._enter_framed, "POST"),
            ("/ban/ra", self._leave, "POST"),
            ("/ban/r/{code}", self._talk, "GET"),
            ("/ban/r/{code}", self._do, "POST"),
            ("/ban/r/{code}/nhip", self._pulse_of, "GET"),
            ("/ban/r/{code}/soan", self._write, "POST"),
            ("/ban/duyet/{number:int}", self._review, "POST"),
            ("/ban/tep/{name}", self._script, "GET"),
        ]
        return [Route(path, handle, methods=[method]) for path, handle, method in pages]

    # Who is there

    def _at_desk(self, connection: object) -> AtDesk:
        return AtDesk(connection, self.turns.house, self.turns.clock())  # type: ignore[arg-type]

    def _seat(self, unit: AtDesk, request: Request) -> Seat | None:
        secret = request.cookies.get(_cookie(request), "")
        return signing_in.sitting(unit, secret) if SECRET.fullmatch(secret) else None

    def _token(self, seat: Seat) -> str:
        """What a form of this session carries: another site does not know it."""
        return hmac.new(self.turns.house.seal, f"desk:{seat.hash}".encode(), "sha256").hexdigest()[:32]

    def _is_ours(self, request: Request, seat: Seat, fields: Fields) -> bool:
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return False
        return hmac.compare_digest(_one(fields, "t").encode(), self._token(seat).encode())

    async def seated(self, request: Request, work: Callable[[AtDesk, Seat], Response]) -> Response:
        """Do something for whoever sits there, in one transaction; the way in for everybody else."""

        def in_turn() -> Response:
            with self.turns.database.change() as connection:
                unit = self._at_desk(connection)
                seat = self._seat(unit, request)
                if seat is None:
                    return self._outside(request, unit, "screen.ended" if _cookie(request) in request.cookies else "")
                seats.seen(connection, seat.hash, now=unit.now)
                return work(unit, seat)

        for _ in range(CONFLICTS):
            try:
                return await asyncio.to_thread(in_turn)
            except Conflict:
                continue  # somebody else changed the same request: it is looked at again
        return await asyncio.to_thread(in_turn)

    async def _posted(self, request: Request, work: Callable[[AtDesk, Seat, Fields], Response]) -> Response:
        fields = await _fields(request)
        if fields is None:
            return PlainTextResponse("", 413)

        def checked(unit: AtDesk, seat: Seat) -> Response:
            if not self._is_ours(request, seat, fields):
                return self._outside(request, unit, "screen.not_ours", 403)
            return work(unit, seat, fields)

        answer = await self.seated(request, checked)
        self.turns.sent()
        return answer

    def _outside(self, request: Request, unit: AtDesk, problem: str, status: int = 401, **more: object) -> Response:
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
            template, scene=scene, say=scene.say, show=show, posts=show.posts(), seat=seat, token=self._token(seat),
            title=title, here=values.pop("here", ""), **values,
        )  # fmt: skip
        return frame.page(text, status, framed=True)

    # Coming and going

    async def _entrance(self, request: Request) -> Response:
        """A link is opened by whatever looks at messages; only its button uses it up."""
        given = request.query_params.get("m", "")
        secret = given if SECRET.fullmatch(given) else ""

        def look() -> Response:
            with self.turns.database.look() as connection:
                return self._outside(request, self._at_desk(connection), "", 200 if secret else 401, secret=secret)

        return await asyncio.to_thread(look)

    async def _enter(self, request: Request) -> Response:
        fields = await _fields(request) or {}

        def use() -> Response:
            with self.turns.database.change() as connection:
                unit = self._at_desk(connection)
                secret = signing_in.sign_in(unit, _one(fields, "m"))
                if secret is None:
                    return self._outside(request, unit, "screen.link_over", 403)
            return _let_in(request, secret, HOME)

        return await asyncio.to_thread(use)

    async def _frame(self, request: Request) -> Response:
        """Inside Telegram: what says who it is stands behind the `#`, and our script posts it."""

        def look() -> Response:
            with self.turns.database.look() as connection:
                return self._outside(request, self._at_desk(connection), "", 200, mini_app=True)

        return await asyncio.to_thread(look)

    async def _enter_framed(self, request: Request) -> Response:
        fields = await _fields(request) or {}
        start = START.fullmatch(_one(fields, "s"))
        code = read_code(start[1]) if start else None

        def use() -> Response:
            with self.turns.database.change() as connection:
                unit = self._at_desk(connection)
                person = mini_app.person_of(_one(fields, "d"), self.bot_token, unit.now) if self.bot_token else None
                secret = signing_in.begin(unit, person) if person else None
                if secret is None:
                    return self._outside(request, unit, "screen.not_staff", 403)
            return _let_in(request, secret, f"{HOME}/r/{code}" if code else HOME, framed=True)

        return await asyncio.to_thread(use)

    async def _leave(self, request: Request) -> Response:
        def leave(unit: AtDesk, seat: Seat, _fields: Fields) -> Response:
            seats.stand_up(unit.connection, seat.hash)
            answer = RedirectResponse(ENTER, 303)
            answer.delete_cookie(_cookie(request), path="/")
            return answer

        return await self._posted(request, leave)

    # Lists

    async def _lists(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat) -> Response:
            found = at_desk.lists(unit, seat.actor)
            told = seats.told(unit.connection, seat.hash)
            scene = unit.scene(seat.actor.person)
            return self.page(
                "lists.html", seat, unit, scene.say("screen.desk"), here=HOME,
                lists=[(name, lines) for name, lines in found.items() if lines], most=MOST_SHOWN,
                count=sum(map(len, found.values())), told=told, pulse=_pulse_of_lists(found),
            )  # fmt: skip

        return await self.seated(request, work)

    async def _pulse(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat) -> Response:
            return _plain(_pulse_of_lists(at_desk.lists(unit, seat.actor)))

        return await self.seated(request, work)

    async def _find(self, request: Request) -> Response:
        words = request.query_params.get("q", "")[:200]

        def work(unit: AtDesk, seat: Seat) -> Response:
            found = at_desk.found(unit, seat.actor, words)
            if read_code(words) and len(found) == 1:
                return RedirectResponse(f"{HOME}/r/{found[0].request.code}", 303)
            title = unit.scene(seat.actor.person).say("screen.find")
            return self.page("found.html", seat, unit, title, lines=found, words=words)

        return await self.seated(request, work)

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
            return _plain(_pulse_of_talk(talk)) if talk else PlainTextResponse("", 404)

        return await self.seated(request, work)

    async def _do(self, request: Request) -> Response:
        code = read_code(request.path_params["code"]) or ""

        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            verb, words, to = (_one(fields, name) for name in ("v", "w", "to"))
            seen = _one(fields, "seen")
            done = at_desk.do(
                unit, seat.actor, code, verb, _to(to.strip(), words),
                seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 18 else 0,
            )  # fmt: skip
            return self._after(unit, seat, code, done, Typed(verb=verb, words=words, to=to))

        return await self._posted(request, work)

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

        return await self._posted(request, work)

    async def _review(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            why = _one(fields, "w").strip()
            code = read_code(_one(fields, "r")) or ""
            if _one(fields, "v") == "return" and not why:
                problem = unit.scene(seat.actor.person).say("refused.why")
                return self._shown(unit, seat, code, status=409, problem=problem)
            sends_back = _one(fields, "v") == "return"
            done = at_desk.review(unit, seat.actor, request.path_params["number"], why if sends_back else None)
            return self._after(unit, seat, code, done, Typed())

        return await self._posted(request, work)

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


def _pulse_of_lists(found: dict[str, list[at_desk.Line]]) -> str:
    """What changes when anything in the lists does."""
    return ".".join(f"{line.request.code}-{line.request.version}" for lines in found.values() for line in lines)[-2000:]


def _pulse_of_talk(talk: Talk) -> str:
    return f"{talk.request.version}-{len(talk.said)}-{sum(one.arrived for one in talk.said)}"


def _plain(text: str) -> Response:
    return PlainTextResponse(text, headers=frame.PRIVATE)


def _cookie(request: Request) -> str:
    return f"__Host-{COOKIE}" if request.url.scheme == "https" else COOKIE


def _let_in(request: Request, secret: str, where: str, *, framed: bool = False) -> Response:
    answer = RedirectResponse(where, 303, headers=frame.PRIVATE)
    safe = request.url.scheme == "https"
    kept = f"{_cookie(request)}={secret}; Path=/; HttpOnly; Max-Age={int(signing_in.LONGEST.total_seconds())}"
    kept += "; Secure" if safe else ""
    kept += "; SameSite=None; Partitioned" if framed and safe else "; SameSite=Lax"
    answer.headers.append("Set-Cookie", kept)
    return answer


async def _fields(request: Request) -> Fields | None:
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


def _one(fields: Fields, name: str) -> str:
    found = fields.get(name, [])
    return found[0] if len(found) == 1 else ""
