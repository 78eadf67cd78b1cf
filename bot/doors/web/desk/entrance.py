"""The way in to the desk, and out: a link that works once, and Telegram's word for who opens it there."""

import asyncio
import re

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.casework import signing_in, staffing
from bot.casework.at_desk import AtDesk
from bot.casework.signing_in import Seat
from bot.desk.codes import read_code
from bot.desk.lifecycle import Refused
from bot.doors.web import sessions
from bot.doors.web.desk import frame, mini_app
from bot.doors.web.desk.pages import ENTER, HOME, SECRET, Desk, Fields, Handler, cookie_of, fields_to_enter, one
from bot.store import seats

JOIN = "/ban/moi"
MOST_CODE = 80  # characters that are looked at
START = re.compile(r"r_(MC-?\w{4}-?\w{2})", re.IGNORECASE)


class Entrance:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.turns = desk.turns

    def routes(self) -> list[BaseRoute]:
        pages: list[tuple[str, Handler, str]] = [
            (ENTER, self._entrance, "GET"),
            (ENTER, self._enter, "POST"),
            ("/ban/tg", self._frame, "GET"),
            ("/ban/tg", self._enter_framed, "POST"),
            ("/ban/ra", self._leave, "POST"),
            (JOIN, self._join, "GET"),
            (JOIN, self._joined, "POST"),
        ]
        return [Route(path, handle, methods=[method]) for path, handle, method in pages]

    async def _entrance(self, request: Request) -> Response:
        """A link is opened by whatever looks at messages; only its button uses it up."""
        given = request.query_params.get("m", "")
        secret = given if SECRET.fullmatch(given) else ""

        def look() -> Response:
            with self.turns.database.look() as connection:
                return self.desk.outside(
                    request, self.desk.at_desk(connection), "", 200 if secret else 401, secret=secret
                )

        return await asyncio.to_thread(look)

    async def _enter(self, request: Request) -> Response:
        fields = await fields_to_enter(request)

        def use() -> Response:
            with self.turns.database.change() as connection:
                unit = self.desk.at_desk(connection)
                secret = signing_in.sign_in(unit, one(fields, "m"))
                if secret is None:
                    return self.desk.outside(request, unit, "screen.link_over", 403)
                signing_in.hint(unit, secret)
            return let_in(request, secret, HOME)

        return await asyncio.to_thread(use)

    async def _join(self, request: Request) -> Response:
        """For somebody who was invited and has no chat: looking uses no invitation up."""
        typed = {"code": request.query_params.get("m", "")[:MOST_CODE], "name": ""}

        def look() -> Response:
            with self.turns.database.look() as connection:
                return self.desk.outside(request, self.desk.at_desk(connection), "", 200, joins=typed)

        return await asyncio.to_thread(look)

    async def _joined(self, request: Request) -> Response:
        fields = await fields_to_enter(request)
        typed = {"code": one(fields, "m").strip()[:MOST_CODE], "name": one(fields, "ten").strip()}

        def use() -> Response:
            with self.turns.database.change() as connection:
                unit = self.desk.at_desk(connection)
                origin = unit.mark(f"address:{sessions.address(request)}")
                try:
                    person = staffing.join_on_screen(unit, typed["code"], typed["name"], origin)
                except Refused as refused:
                    return self.desk.outside(request, unit, f"refused.{refused.reason}", 403, joins=typed)
                secret = signing_in.begin(unit, person)
                assert secret  # noqa: S101 - a post was given in this transaction
                signing_in.hint(unit, secret)
            return let_in(request, secret, HOME)

        return await asyncio.to_thread(use)

    async def _frame(self, request: Request) -> Response:
        """Inside Telegram: what says who it is stands behind the `#`, and our script posts it."""

        def look() -> Response:
            with self.turns.database.look() as connection:
                return self.desk.outside(request, self.desk.at_desk(connection), "", 200, mini_app=True)

        return await asyncio.to_thread(look)

    async def _enter_framed(self, request: Request) -> Response:
        fields = await fields_to_enter(request)
        start = START.fullmatch(one(fields, "s"))
        code = read_code(start[1]) if start else None

        def use() -> Response:
            with self.turns.database.change() as connection:
                unit = self.desk.at_desk(connection)
                data, until = one(fields, "d"), unit.now + mini_app.OPENED_WITHIN + mini_app.AHEAD
                person = mini_app.person_of(data, self.desk.bot_token, unit.now)
                mark = mini_app.mark_of(data) if person else ""
                secret = signing_in.by_mini_app(unit, person, mark, until=until) if person else None
                if secret is None:
                    return self.desk.outside(request, unit, "screen.not_staff", 403)
            to = f"{HOME}/r/{code}" if code else HOME
            if request.headers.get("Accept") == "application/json":
                return JSONResponse({"session": secret, "to": to}, headers=frame.PRIVATE)
            return let_in(request, secret, to, framed=True)

        return await asyncio.to_thread(use)

    async def _leave(self, request: Request) -> Response:
        def leave(unit: AtDesk, seat: Seat, _fields: Fields) -> Response:
            seats.stand_up(unit.connection, seat.hash)
            answer = RedirectResponse(ENTER, 303)
            answer.delete_cookie(cookie_of(request), path="/")
            return answer

        return await self.desk.posted(request, leave)


def let_in(request: Request, secret: str, where: str, *, framed: bool = False) -> Response:
    answer = RedirectResponse(where, 303, headers=frame.PRIVATE)
    safe = request.url.scheme == "https"
    kept = f"{cookie_of(request)}={secret}; Path=/; HttpOnly; Max-Age={int(signing_in.LONGEST.total_seconds())}"
    kept += "; Secure" if safe else ""
    kept += "; SameSite=None; Partitioned" if framed and safe else "; SameSite=Lax"
    answer.headers.append("Set-Cookie", kept)
    return answer
