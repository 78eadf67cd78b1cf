"""Coming back to the desk without a link: by a passkey of one's device, by an account of the province's sign-on."""

import asyncio
import base64
import hmac
import json
import logging
import secrets
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.casework import signing_in
from bot.casework.at_desk import AtDesk
from bot.casework.signing_in import Seat
from bot.doors.web.desk import frame
from bot.doors.web.desk import passkeys as protocol
from bot.doors.web.desk.entrance import let_in
from bot.doors.web.desk.pages import ENTER, HOME, Desk, Fields, Handler, fields_to_enter, one
from bot.doors.web.desk.passkeys import Key, Party
from bot.doors.web.desk.sign_on import Browser, NotBelieved, SignOn
from bot.store import passkeys, seats

WAYS = "/ban/khoa"
RETURNS = f"{ENTER}/tinh/ve"
COOKIE = "desk-tinh"
TIES, ENTERS = "t", "v"
MINUTES = 10
SECRET_BYTES = 24

log = logging.getLogger(__name__)


class WaysIn:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.turns = desk.turns
        self.sign_on = desk.sign_on

    def routes(self) -> list[BaseRoute]:
        pages: list[tuple[str, Handler, str]] = [
            (WAYS, self._ways, "GET"),
            (WAYS, self._keep, "POST"),
            (f"{WAYS}/tao", self._to_make, "POST"),
            (f"{WAYS}/bo", self._drop, "POST"),
            (f"{ENTER}/hoi", self._to_show, "POST"),
            (f"{ENTER}/khoa", self._enter, "POST"),
        ]
        if self.sign_on:
            pages += [
                (f"{WAYS}/tinh", self._tie, "GET"),
                (f"{WAYS}/thoi", self._untie, "POST"),
                (f"{ENTER}/tinh", self._go, "GET"),
                (RETURNS, self._back, "GET"),
            ]
        return [Route(path, handle, methods=[method]) for path, handle, method in pages]

    def _party(self, request: Request) -> Party:
        parts = urlsplit(self.turns.house.address or str(request.base_url))
        return Party(origin=f"{parts.scheme}://{parts.netloc}")

    async def _ways(self, request: Request) -> Response:
        return await self.desk.seated(request, self._shown)

    def _shown(self, unit: AtDesk, seat: Seat, problem: str = "") -> Response:
        scene, person = unit.scene(seat.actor.person), seat.actor.person
        return self.desk.page(
            "ways_in.html", seat, unit, scene.say("screen.ways"), 409 if problem else 200, here=WAYS,
            keys=passkeys.of(unit.connection, person), problem=scene.say(problem) if problem else "",
            told=seats.told(unit.connection, seat.hash), sign_on=self.sign_on.name if self.sign_on else "",
            tie_token=self._tie_token(seat),
            tied=self.sign_on is not None and passkeys.is_tied(unit.connection, person, self.sign_on.issuer),
        )  # fmt: skip

    # Passkeys

    async def _to_make(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat, _fields: Fields) -> Response:
            has = [row["id"] for row in passkeys.of(unit.connection, seat.actor.person)]
            handle = signing_in.handle(unit, seat.actor.person)
            asked = protocol.to_make(
                self._party(request), signing_in.challenge(unit), handle=handle, name=seat.actor.name, has=has
            )
            return _json(asked)

        return await self.desk.posted(request, work)

    async def _keep(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            given = one(fields, "c")
            challenge = _challenge_in(given)
            made = None
            if challenge and signing_in.use_challenge(unit, challenge):
                made = protocol.made(self._party(request), challenge, given)
            if made is None or not signing_in.keep_passkey(unit, seat.actor, made.id, made.public_key, made.sign_count):
                return self._shown(unit, seat, "screen.key_not_kept")
            seats.tell(unit.connection, seat.hash, [unit.scene(seat.actor.person).say("screen.key_kept")])
            return RedirectResponse(WAYS, 303)

        return await self.desk.posted(request, work)

    async def _drop(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            signing_in.drop_passkey(unit, seat.actor, one(fields, "id"))
            return RedirectResponse(WAYS, 303)

        return await self.desk.posted(request, work)

    async def _to_show(self, request: Request) -> Response:
        def ask() -> Response:
            with self.turns.database.look() as connection:
                return _json(
                    protocol.to_show(self._party(request), signing_in.challenge(self.desk.at_desk(connection)))
                )

        return await asyncio.to_thread(ask)

    async def _enter(self, request: Request) -> Response:
        fields = await fields_to_enter(request)

        def use() -> Response:
            with self.turns.database.change() as connection:
                unit = self.desk.at_desk(connection)
                secret = self._by_key(request, unit, one(fields, "c"))
                if secret is None:
                    return self.desk.outside(request, unit, "screen.key_unknown", 403)
            return let_in(request, secret, HOME)

        return await asyncio.to_thread(use)

    def _by_key(self, request: Request, unit: AtDesk, given: str) -> str | None:
        challenge, answer = _challenge_in(given), _object(given)
        row = passkeys.find(unit.connection, str(answer.get("id", ""))[: signing_in.LONGEST_ID])
        if row is None or challenge is None or not signing_in.use_challenge(unit, challenge):
            return None
        key = Key(id=row["id"], public_key=row["public_key"], sign_count=row["sign_count"])
        count = protocol.shown(self._party(request), challenge, answer, key)
        return signing_in.by_passkey(unit, key.id, count) if count is not None else None

    # The province's sign-on

    async def _go(self, request: Request) -> Response:
        return await self._sent(request, ENTERS)

    async def _tie(self, request: Request) -> Response:
        """By a link, for no form of ours may lead to another site; it bears what only our own page knows."""

        def check(unit: AtDesk, seat: Seat) -> Response:
            given = request.query_params.get("k", "").encode()
            if not hmac.compare_digest(given, self._tie_token(seat).encode()):
                return self.desk.outside(request, unit, "screen.not_ours", 403)
            return Response(status_code=204)

        checked = await self.desk.seated(request, check)
        return await self._sent(request, TIES) if checked.status_code == 204 else checked

    def _tie_token(self, seat: Seat) -> str:
        return hmac.new(self.turns.house.seal, f"tie:{seat.hash}".encode(), "sha256").hexdigest()[:32]

    async def _untie(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat, _fields: Fields) -> Response:
            passkeys.untie(unit.connection, seat.actor.person)
            unit.audit(seat.actor, "sign_on_untie", seat.actor.person)
            return RedirectResponse(WAYS, 303)

        return await self.desk.posted(request, work)

    async def _sent(self, request: Request, why: str) -> Response:
        secret = f"{why}{secrets.token_urlsafe(SECRET_BYTES)}"
        try:
            address = await self._of().address(self._browser(secret), self._returns(request))
        except (httpx.HTTPError, NotBelieved, ValueError) as error:
            return await self._failed(request, error)
        answer = RedirectResponse(address, 303, headers=frame.PRIVATE)
        safe = request.url.scheme == "https"
        answer.set_cookie(COOKIE, secret, max_age=60 * MINUTES, path="/ban", secure=safe, httponly=True, samesite="lax")
        return answer

    async def _back(self, request: Request) -> Response:
        secret = request.cookies.get(COOKIE, "")
        code, state = request.query_params.get("code", ""), request.query_params.get("state", "")
        try:
            subject = await self._of().subject(
                self._browser(secret), code=code, state=state, returns_to=self._returns(request), now=self.turns.clock()
            )
        except (httpx.HTTPError, NotBelieved, ValueError) as error:
            return await self._failed(request, error)
        answer = await (self._tied(request, subject) if secret.startswith(TIES) else self._entered(request, subject))
        answer.delete_cookie(COOKIE, path="/ban")
        return answer

    async def _entered(self, request: Request, subject: str) -> Response:
        def use() -> Response:
            with self.turns.database.change() as connection:
                unit = self.desk.at_desk(connection)
                secret = signing_in.by_sign_on(unit, issuer=self._of().issuer, subject=subject)
                if secret is None:
                    return self.desk.outside(request, unit, "screen.sign_on_unknown", 403)
            return let_in(request, secret, HOME)

        return await asyncio.to_thread(use)

    async def _tied(self, request: Request, subject: str) -> Response:
        def work(unit: AtDesk, seat: Seat) -> Response:
            if not signing_in.tie(unit, seat.actor, issuer=self._of().issuer, subject=subject):
                return self._shown(unit, seat, "screen.sign_on_anothers")
            seats.tell(unit.connection, seat.hash, [unit.scene(seat.actor.person).say("screen.sign_on_tied")])
            return RedirectResponse(WAYS, 303)

        return await self.desk.seated(request, work)

    async def _failed(self, request: Request, error: Exception) -> Response:
        log.warning("the sign-on let nobody in: %s", type(error).__name__)

        def look() -> Response:
            with self.turns.database.look() as connection:
                return self.desk.outside(request, self.desk.at_desk(connection), "screen.sign_on_failed", 502)

        return await asyncio.to_thread(look)

    def _of(self) -> SignOn:
        assert self.sign_on is not None  # noqa: S101 - its addresses are there only where it is
        return self.sign_on

    def _browser(self, secret: str) -> Browser:
        return Browser(seal=self.turns.house.seal, secret=secret)

    def _returns(self, request: Request) -> str:
        return f"{self._party(request).origin}{RETURNS}"


def _json(text: str) -> Response:
    return Response(text, media_type="application/json", headers=frame.PRIVATE)


def _object(given: str) -> dict[str, Any]:
    try:
        read = json.loads(given)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _challenge_in(given: str) -> bytes | None:
    """What a browser says it has signed: ours only once it is known again."""
    answer = _object(given).get("response")
    told = answer.get("clientDataJSON") if isinstance(answer, dict) else None
    try:
        challenge = _object(_bytes(str(told)).decode()).get("challenge")
        return _bytes(str(challenge))
    except ValueError:
        return None


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
