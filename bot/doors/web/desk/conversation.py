"""One request at the desk in a browser: its conversation, the entry beside it, and what may be done with it."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.casework import at_desk, on_screen, second_look, worklist
from bot.casework.at_desk import AtDesk, Done, Talk
from bot.casework.signing_in import Seat
from bot.conversation.scene import Scene
from bot.conversation.staff import cards, entry, ready
from bot.conversation.staff.against import Doubt
from bot.desk.codes import read_code
from bot.desk.lifecycle import Part, parts_of
from bot.desk.request import Request as Case
from bot.doors.web.desk import frame
from bot.doors.web.desk.live import Live, lists_of, request_of
from bot.doors.web.desk.pages import HOME, Desk, Fields, Handler, mark, one, plain
from bot.store import pulse, seats, worklists

OK = 200
FETCHED_AT_ONCE = 4
MOST_DIGITS = 18
ONCE = re.compile(r"desk-[0-9a-f]{16}")
KINDS = (
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"), (b"\x89PNG\r\n", "image/png", ".png"), (b"GIF8", "image/gif", ".gif"),
    (b"%PDF-", "application/pdf", ".pdf"), (b"OggS", "audio/ogg", ".ogg"), (b"\0\0\0", "video/mp4", ".mp4"),
    (b"PK\3\4", "application/zip", ".zip"),
)  # fmt: skip

type Fetch = Callable[[str, str, str], Awaitable[bytes | None]]


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stood in a form that was not taken: it stands there again."""

    verb: str = ""
    words: str = ""
    to: str = ""
    quotes: int = 0


async def nowhere(_chat: str, _message: str, _handle: str) -> bytes | None:
    """Where no door is open that a picture could be had from."""
    return None


class Conversation:
    """The pages of one request. `fetch`: a picture or file, through the door by which it came."""

    def __init__(self, desk: Desk, live: Live, fetch: Fetch = nowhere) -> None:
        self.desk = desk
        self.live = live
        self.fetch = fetch
        self._fetching = asyncio.Semaphore(FETCHED_AT_ONCE)

    def routes(self) -> list[BaseRoute]:
        pages: list[tuple[str, Handler, str]] = [
            ("/ban/r/{code}", self._talk, "GET"),
            ("/ban/r/{code}", self._do, "POST"),
            ("/ban/r/{code}/nhip", self._pulse_of, "GET"),
            ("/ban/r/{code}/soan", self._write, "POST"),
            ("/ban/r/{code}/tep/{number}", self._attached, "GET"),
            ("/ban/r/{code}/sua/{number}", self._change, "POST"),
            ("/ban/nghe", self._listen, "GET"),
            ("/ban/duyet/{number}", self._review, "POST"),
        ]
        return [Route(path, handle, methods=[method]) for path, handle, method in pages]

    async def _talk(self, request: Request) -> Response:
        code = read_code(request.path_params["code"]) or ""
        quotes, asked = _number(request.query_params.get("q", "")), "khac" in request.query_params

        def work(unit: AtDesk, seat: Seat) -> Response:
            page = self._shown(unit, seat, code, typed=Typed(quotes=quotes), others=asked)
            if page.status_code == OK:
                on_screen.looked(unit, seat.actor, code)
                if asked:
                    on_screen.looked(unit, seat.actor, code, "look_others")
            return page

        return await self.desk.seated(request, work)

    def _shown(
        self, unit: AtDesk, seat: Seat, code: str, *, status: int = 200, problem: str = "",
        typed: Typed | None = None, picked: list[str] | None = None, others: bool = False,
        doubts: Sequence[Doubt] = (), in_ours: str = "",
    ) -> Response:  # fmt: skip
        talk = at_desk.talk(unit, seat.actor, code)
        scene = unit.scene(seat.actor.person)
        if talk is None:
            return self.desk.page("nowhere.html", seat, unit, scene.say("screen.nowhere"), 404)
        request, typed = talk.request, typed or Typed()
        return self.desk.page(
            "talk.html", seat, unit, f"{request.name or request.code}", status, talk=talk,
            line=worklist.line(unit, seat.actor, request), topic=cards.topic_of(scene, request),
            first_is_said=any(said.side == "citizen" for said in talk.said),
            told=seats.told(unit.connection, seat.hash), problem=problem, typed=typed,
            unseen=second_look.is_new(unit, seat.actor, request), pulse=_pulse(unit, seat, code),
            quote=on_screen.quote(unit, request, typed.quotes), once=f"desk-{secrets.token_hex(8)}",
            others=at_desk.others(unit, seat.actor, request) if others else None,
            reviewable=at_desk.reviewable(unit, seat.actor, request, talk), picked=picked or [],
            doubts=doubts, sure=mark(typed.words), in_ours=in_ours, ready=_ready(unit, seat, request),
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
            talk = at_desk.talk(unit, seat.actor, code)
            return plain(_pulse(unit, seat, code)) if talk else PlainTextResponse("", 404)

        return await self.desk.seated(request, work, by_itself=True)

    async def _do(self, request: Request) -> Response:
        code = read_code(request.path_params["code"]) or ""

        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            verb, words, to = (one(fields, name) for name in ("v", "w", "to"))
            quotes, once = _number(one(fields, "q")), one(fields, "once")
            typed = Typed(verb=verb, words=words, to=to, quotes=quotes)
            doubts = at_desk.doubts(unit, seat.actor, code, verb, words)
            if doubts and one(fields, "sure") != mark(words):
                why = unit.scene(seat.actor.person).say("against.title")
                picked = fields.get("p", [])
                return self._shown(unit, seat, code, status=409, problem=why, typed=typed, picked=picked, doubts=doubts)
            done = at_desk.do(
                unit, seat.actor, code, verb, _to(to.strip(), words), seen=_number(one(fields, "seen")),
                read=one(fields, "read"), once=once if ONCE.fullmatch(once) else "", quotes=quotes,
            )  # fmt: skip
            if doubts and not (done.newer or done.refused):
                unit.audit(seat.actor, "against", code)
            return self._after(unit, seat, code, done, typed)

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
        still = at_desk.talk(unit, seat.actor, code)
        return RedirectResponse(f"{HOME}/r/{code}" if still else HOME, 303)

    async def _write(self, request: Request) -> Response:
        """The reply writes itself of what was ticked; nothing is sent."""
        code = read_code(request.path_params["code"]) or ""

        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            talk = at_desk.talk(unit, seat.actor, code)
            if talk is None:
                return self._shown(unit, seat, code)
            picked, key, words = fields.get("p", []), one(fields, "r"), one(fields, "w").strip()
            scene = _at(unit.citizen_scene(talk.request), talk)
            theirs, words = _told(scene, talk.request, picked, key), at_desk.filled(unit, talk.request, words)
            ours = _told(_at(unit.scene(seat.actor.person), talk), talk.request, picked, key)
            whole = "\n\n".join(part for part in (words, *(one for one in theirs if one not in words)) if part)
            typed = Typed(verb="answer", words=whole, quotes=_number(one(fields, "q")))
            return self._shown(
                unit, seat, code, typed=typed, picked=picked, in_ours="\n\n".join(ours) if ours != theirs else ""
            )

        return await self.desk.posted(request, work)

    async def _review(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            why = one(fields, "w").strip()
            code = read_code(one(fields, "r")) or ""
            if one(fields, "v") == "return" and not why:
                problem = unit.scene(seat.actor.person).say("refused.why")
                return self._shown(unit, seat, code, status=409, problem=problem)
            sends_back = one(fields, "v") == "return"
            done = at_desk.review(unit, seat.actor, _number(request.path_params["number"]), why if sends_back else None)
            return self._after(unit, seat, code, done, Typed())

        return await self.desk.posted(request, work)

    async def _change(self, request: Request) -> Response:
        """One's own words: corrected, or taken back."""
        code, number = read_code(request.path_params["code"]) or "", _number(request.path_params["number"])

        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            words = one(fields, "w")
            if one(fields, "v") == "withdraw":
                return self._after(unit, seat, code, at_desk.withdraw(unit, seat.actor, code, number), Typed())
            typed = Typed(verb=f"edit:{number}", words=words)
            doubts = at_desk.doubts_of_edit(unit, seat.actor, code, number, words)
            if doubts and one(fields, "sure") != mark(words):
                why = unit.scene(seat.actor.person).say("against.title")
                return self._shown(unit, seat, code, status=409, problem=why, typed=typed, doubts=doubts)
            done = at_desk.edit(unit, seat.actor, code, number, words)
            if doubts and not done.refused:
                unit.audit(seat.actor, "against", code)
            return self._after(unit, seat, code, done, typed)

        return await self.desk.posted(request, work)

    async def _listen(self, request: Request) -> Response:
        """That something has changed; the right to look at it is looked up first, and the database let go."""
        code = read_code(request.query_params.get("r", ""))

        def work(unit: AtDesk, seat: Seat) -> Response:
            if code and at_desk.talk(unit, seat.actor, code) is None:
                return Response(status_code=204)
            return self.live.stream(seat.hash, request_of(code) if code else lists_of(seat.actor))

        return await self.desk.seated(request, work, by_itself=True)

    async def _attached(self, request: Request) -> Response:
        """A picture is shown, any other file handed over; neither is kept, here or by the browser."""
        code, number = read_code(request.path_params["code"]) or "", _number(request.path_params["number"])
        found: list[on_screen.Attachment] = []

        def work(unit: AtDesk, seat: Seat) -> Response:
            if one := at_desk.attached(unit, seat.actor, code, number):
                found.append(one)
                return Response()
            return PlainTextResponse("", 404)

        answer = await self.desk.seated(request, work)
        if not found:
            return answer
        async with self._fetching:
            content = await self.fetch(found[0].chat, found[0].message, found[0].handle)
        return _handed(content, f"{code}-{number}") if content else PlainTextResponse("", 404)


def _handed(content: bytes, name: str) -> Response:
    kind, end = _kind_of(content)
    headers = {**frame.PRIVATE, **frame.SAFE, "Content-Security-Policy": "default-src 'none'; sandbox"}
    if not kind.startswith("image/"):
        headers["Content-Disposition"] = f"attachment; filename={name}{end}"
    return Response(content, media_type=kind or "application/octet-stream", headers=headers)


def _to(commune: str, words: str) -> str:
    """As `/transfer` reads it: a code and a space, or a name and a new line, before the reason."""
    if not commune:
        return words
    return f"{commune} {words}" if commune.isdigit() else f"{commune}\n{words}"


def _told(scene: Scene, request: Case, picked: Collection[str], key: str) -> list[str]:
    """A ready answer, and what was ticked of the entry, in the scene's language."""
    known = scene.procedure(request.procedure) if request.procedure else None
    canned = scene.house.knowledge.desk.canned.get(key)
    parts = [ready.filled(scene, known, request.name, scene.tell(canned.text))[0]] if canned else []
    return [part for part in (*parts, entry.written(scene, known, picked) if known else "") if part]


def _ready(unit: AtDesk, seat: Seat, request: Case) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """The desk's ready answers, filled in: key, name, words, and the blanks that nothing is known for."""
    scene = unit.scene(seat.actor.person).of_commune(request.commune)
    known = scene.procedure(request.procedure) if request.procedure else None
    return [
        (key, one.name, *ready.filled(scene, known, request.name, scene.tell(one.text)))
        for key, one in unit.rules.canned.items()
    ]


def _at(scene: Scene, talk: Talk) -> Scene:
    """The scene with the request's commune: what is told of offices and hours is its own."""
    return replace(scene, memory=replace(scene.memory, commune=talk.request.commune))


def _pulse(unit: AtDesk, seat: Seat, code: str) -> str:
    """What changes when anything in it does that somebody else did."""
    return pulse.of_requests(unit.connection, [code], now=unit.now, but=seat.actor.person)[code]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < MOST_DIGITS else 0


def _kind_of(content: bytes) -> tuple[str, str]:
    """The media type of what may be shown as a picture, and how a file's name ends. By its first bytes alone."""
    if content[8:12] == b"WEBP":
        return "image/webp", ".webp"
    return next(((kind, end) for begins, kind, end in KINDS if content[: len(begins)] == begins), ("", ""))
