"""For somebody at the counter or on the telephone: a request opened for them, and the receipt that they take home."""

import secrets
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.casework import walk_in
from bot.casework.at_desk import AtDesk
from bot.casework.signing_in import Seat
from bot.casework.walk_in import Asked, Opened
from bot.content.schema import Language
from bot.conversation.staff import cards
from bot.desk.codes import read_code
from bot.desk.lifecycle import Refused
from bot.desk.request import RequestKind
from bot.doors.web import addresses
from bot.doors.web.desk import frame
from bot.doors.web.desk.pages import HOME, Desk, Fields, Handler, one
from bot.doors.web.page import help_for
from bot.paper.code import svg

AT = "/ban/quay"
KEY_BYTES = 12


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stands in the form."""

    key: str
    name: str = ""
    words: str = ""
    commune: str = ""
    kind: str = RequestKind.QUESTION
    language: str = Language.VI


class WalkIn:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        pages: list[tuple[str, Handler, str]] = [
            (AT, self._form, "GET"),
            (AT, self._open, "POST"),
            ("/ban/r/{code}/bien-nhan", self._renew, "POST"),
        ]
        return [Route(path, handle, methods=[method]) for path, handle, method in pages]

    async def _form(self, request: Request) -> Response:
        typed = Typed(key=secrets.token_urlsafe(KEY_BYTES))
        return await self.desk.seated(request, lambda unit, seat: self._asked(unit, seat, typed))

    def _asked(self, unit: AtDesk, seat: Seat, typed: Typed, problem: str = "") -> Response:
        scene = unit.scene(seat.actor.person)
        return self.desk.page(
            "walk_in.html", seat, unit, scene.say("screen.walk_in"), 409 if problem else 200, here=AT, typed=typed,
            problem=problem, communes=walk_in.communes_of(seat.actor), kinds=walk_in.KINDS, languages=list(Language),
        )  # fmt: skip

    async def _open(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            typed, scene = _typed(fields), unit.scene(seat.actor.person)
            try:
                found = walk_in.open_for(unit, seat.actor, _asked(fields, typed), claim=one(fields, "v") == "claim")
            except Refused as refused:
                return self._asked(unit, seat, typed, scene.say(f"refused.{refused.reason}", who=refused.who))
            if not isinstance(found, Opened):
                return self._asked(unit, seat, typed, found.text)
            return self._receipt(request, unit, found)

        return await self.desk.posted(request, work)

    async def _renew(self, request: Request) -> Response:
        code = read_code(request.path_params["code"]) or ""

        def work(unit: AtDesk, seat: Seat, _fields: Fields) -> Response:
            try:
                return self._receipt(request, unit, walk_in.renew(unit, seat.actor, code))
            except Refused:
                title = unit.scene(seat.actor.person).say("screen.nowhere")
                return self.desk.page("nowhere.html", seat, unit, title, 404)

        return await self.desk.posted(request, work)

    def _receipt(self, request: Request, unit: AtDesk, found: Opened) -> Response:
        """In the citizen's language; what was opened before shows its page, for its secret is known to nobody."""
        if not found.secret:
            return RedirectResponse(f"{HOME}/r/{found.request.code}", 303)
        scene, of = unit.citizen_scene(found.request), found.request
        base = unit.house.address or str(request.base_url).rstrip("/")
        opens = base + addresses.in_language(addresses.OPEN, of.language)
        text = frame.render(
            "receipt.html", scene=scene, say=scene.say, title=scene.say("receipt.title"), here="", of=of,
            secret=found.secret, opens=opens, picture=svg(f"{opens}/{of.code}{addresses.BETWEEN}{found.secret}"),
            commune=cards.commune_name(scene, of.commune), help=help_for(scene.of_commune(of.commune)),
        )  # fmt: skip
        return frame.page(text, framed=True)


def _typed(fields: Fields) -> Typed:
    return Typed(
        key=one(fields, "k"), name=one(fields, "ten"), words=one(fields, "w"), commune=one(fields, "xa"),
        kind=one(fields, "loai"), language=one(fields, "tieng"),
    )  # fmt: skip


def _asked(fields: Fields, typed: Typed) -> Asked:
    """Raises Refused for what no form of ours holds."""
    if typed.kind not in list(RequestKind) or typed.language not in list(Language) or not typed.commune.isdecimal():
        raise Refused("not_yours")
    return Asked(
        key=typed.key, commune=int(typed.commune[:5]), name=typed.name, language=Language(typed.language),
        kind=RequestKind(typed.kind), words=typed.words, agreed=one(fields, "dong-y") == "1",
    )  # fmt: skip
