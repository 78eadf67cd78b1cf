"""The desk in a browser: who sits there is looked up at each request, and so is what they may do."""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.casework import signing_in
from bot.casework.at_desk import AtDesk
from bot.casework.signing_in import Seat
from bot.casework.unit_of_work import Conflict
from bot.content.schema import Language
from bot.conversation.scene import Scene
from bot.doors.web import sessions
from bot.doors.web.desk import frame
from bot.doors.web.desk.show import Show
from bot.doors.web.desk.sign_on import SignOn
from bot.store import seats
from bot.turn import Turns

HOME, ENTER = "/ban", "/ban/vao"
COOKIE = "desk"
SECRET = re.compile(r"[A-Za-z0-9_-]{20,64}")
MAX_BODY = 128_000  # more than ten thousand letters with their marks, as a browser writes them
MAX_LETTERS = 600_000  # thirty of 2,000 characters, as a browser writes them
MAX_FIELDS = 600  # four of each letter, and the codes of those that come next
CONFLICTS = 5

type Fields = dict[str, list[str]]
type Handler = Callable[[Request], Awaitable[Response]]


class Desk:
    """What all pages share. `token`: the bot's, by which Telegram's word for who opens them is known."""

    def __init__(self, turns: Turns, token: str = "", sign_on: SignOn | None = None) -> None:
        self.turns = turns
        self.bot_token = token
        self.sign_on = sign_on

    def routes(self) -> list[BaseRoute]:
        pages: list[tuple[str, Handler, str]] = [
            ("/ban/tep/{name}", self._script, "GET"),
        ]
        return [Route(path, handle, methods=[method]) for path, handle, method in pages]

    # Who is there

    def at_desk(self, connection: object) -> AtDesk:
        return AtDesk(connection, self.turns.house, self.turns.clock())  # type: ignore[arg-type]

    def _seat(self, unit: AtDesk, request: Request) -> Seat | None:
        secret = secret_of(request)
        return signing_in.sitting(unit, secret) if SECRET.fullmatch(secret) else None

    def token(self, seat: Seat) -> str:
        """What a form of this session carries: another site does not know it."""
        return hmac.new(self.turns.house.seal, f"desk:{seat.hash}".encode(), "sha256").hexdigest()[:32]

    def _is_ours(self, request: Request, seat: Seat, fields: Fields) -> bool:
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return False
        return hmac.compare_digest(one(fields, "t").encode(), self.token(seat).encode())

    async def seated(
        self, request: Request, work: Callable[[AtDesk, Seat], Response], *, by_itself: bool = False
    ) -> Response:
        """Do something for whoever sits there, in one transaction; the way in for everybody else.

        `by_itself`: an open page asks, with perhaps nobody before it; no session lasts longer for that.
        """

        def in_turn() -> Response:
            with self.turns.database.change() as connection:
                unit = self.at_desk(connection)
                seat = self._seat(unit, request)
                if seat is None:
                    return self.outside(request, unit, "screen.ended" if secret_of(request) else "")
                if not by_itself:
                    seats.seen(connection, seat.hash, now=unit.now)
                answer = work(unit, seat)
            self.turns.committed(unit)
            return answer

        for _ in range(CONFLICTS):
            try:
                return await asyncio.to_thread(in_turn)
            except Conflict:
                continue  # somebody else changed the same request: it is looked at again
        return await asyncio.to_thread(in_turn)

    async def posted(
        self, request: Request, work: Callable[[AtDesk, Seat, Fields], Response], *, most: int = MAX_BODY
    ) -> Response:
        """What a form of ours does. `most`: bytes that it may have."""
        fields = await fields_of(request, most)
        if fields is None:
            return PlainTextResponse(self.turns.house.catalogs[Language.VI].say("screen.too_long"), 413)

        def checked(unit: AtDesk, seat: Seat) -> Response:
            if not self._is_ours(request, seat, fields):
                return self.outside(request, unit, "screen.not_ours", 403)
            return work(unit, seat, fields)

        answer = await self.seated(request, checked)
        self.turns.sent()
        return answer

    def outside(self, request: Request, unit: AtDesk, problem: str, status: int = 401, **more: object) -> Response:
        scene = Scene(house=unit.house, memory=unit.memory(""), language=Language.VI, now=unit.now)
        sign_on = self.sign_on.name if self.sign_on else ""
        values = {"secret": "", "mini_app": False, "joins": None, "sign_on": sign_on, **more}
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

    async def _script(self, request: Request) -> Response:
        content = dict(map(frame.file, frame.SCRIPTS)).get(request.path_params["name"])
        if content is None:
            return PlainTextResponse("", 404)
        headers = {"Cache-Control": "public, max-age=31536000, immutable", **frame.SAFE}
        return Response(content, media_type="text/javascript", headers=headers)


def plain(text: str) -> Response:
    return PlainTextResponse(text, headers=frame.PRIVATE)


def secret_of(request: Request) -> str:
    """What a session is known by: in a header inside Telegram, whose frames keep no cookie; else in the cookie."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    return given if kind.lower() == "bearer" else request.cookies.get(cookie_of(request), "")


def cookie_of(request: Request) -> str:
    return f"__Host-{COOKIE}" if request.url.scheme == "https" else COOKIE


async def fields_to_enter(request: Request) -> Fields:
    """What our own way in posts; of what another site's page posts nothing: nobody is seated without having asked."""
    return {} if sessions.from_elsewhere(request) else await fields_of(request) or {}


async def fields_of(request: Request, most: int = MAX_BODY) -> Fields | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
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


def mark(words: str) -> str:
    """That these very words were looked at again."""
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def one(fields: Fields, name: str) -> str:
    found = fields.get(name, [])
    return found[0] if len(found) == 1 else ""
