"""Today at the desk: who is there, when the office is open, and the notices that citizens are shown."""

import datetime as dt
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.casework import learning, signing_in, staffing, today
from bot.casework.at_desk import AtDesk
from bot.casework.signing_in import Seat
from bot.casework.today import Wording
from bot.conversation.visit import Kind, Visit
from bot.desk.lifecycle import Refused
from bot.desk.working_time import VIETNAM
from bot.doors.web.desk.pages import ENTER, Desk, Fields, Handler, one
from bot.store import seats

AT = "/ban/hom-nay"
MOST_DIGITS = 17


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stands in the form of a notice; `shown`: as citizens would read it."""

    commune: str = ""
    number: str = ""
    sample: str = ""
    text: str = ""
    day: str = ""
    shown: str = ""
    problem: str = ""


class Today:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        pages: list[tuple[str, Handler, str]] = [(AT, self._page, "GET"), (AT, self._do, "POST")]
        return [Route(path, handle, methods=[method]) for path, handle, method in pages]

    async def _page(self, request: Request) -> Response:
        return await self.desk.seated(request, lambda unit, seat: self._shown(unit, seat, Typed()))

    def _shown(self, unit: AtDesk, seat: Seat, typed: Typed) -> Response:
        scene, here = unit.scene(seat.actor.person), unit.now.astimezone(VIETNAM).date()
        away = [post.away for post in seat.actor.posts if seat.actor.serves(post.commune)]
        return self.desk.page(
            "today.html", seat, unit, scene.say("screen.today"), 409 if typed.problem else 200, here=AT, typed=typed,
            days=today.days(unit, seat.actor), told=seats.told(unit.connection, seat.hash), day=scene.day(here),
            away=any(away), serves=bool(away), zone=VIETNAM, first=here.isoformat(),
            last=(here + dt.timedelta(days=today.LONGEST)).isoformat(),
            usual=(here + learning.NOTICE_LASTS).isoformat(),
        )  # fmt: skip

    def _link(self, request: Request, unit: AtDesk, seat: Seat, person: str) -> Response:
        """Shown once, to be read out or handed over."""
        secret, say = signing_in.link_for_colleague(unit, seat.actor, person), unit.scene(seat.actor.person).say
        base = unit.house.address or str(request.base_url).rstrip("/")
        told = say("screen.link_given", link=f"{base}{ENTER}?m={secret}") if secret else say("refused.leader_only")
        seats.tell(unit.connection, seat.hash, [told])
        return RedirectResponse(AT, 303)

    async def _do(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            verb, typed = one(fields, "v"), _typed(fields)
            try:
                match verb:
                    case "away" | "back":
                        _go(unit, seat, gone=verb == "away")
                    case "link":
                        return self._link(request, unit, seat, one(fields, "ai"))
                    case "off" if _is_number(typed.number):
                        today.switch_off(unit, seat.actor, int(typed.number))
                    case "on":
                        today.switch_on(unit, seat.actor, _wording(typed))
                    case _:
                        shown = today.preview(unit, seat.actor, _wording(typed))
                        return self._shown(unit, seat, _typed(fields, shown=shown))
            except Refused as refused:
                problem = unit.scene(seat.actor.person).say(f"refused.{refused.reason}", who=refused.who)
                return self._shown(unit, seat, _typed(fields, problem=problem))
            if verb in ("on", "off"):
                told = unit.scene(seat.actor.person).say("screen.notice_on" if verb == "on" else "screen.notice_off")
                seats.tell(unit.connection, seat.hash, [told])
            return RedirectResponse(AT, 303)

        return await self.desk.posted(request, work)


def _go(unit: AtDesk, seat: Seat, *, gone: bool) -> None:
    """As `/away` and `/back` do."""
    staffing.away(unit, Visit(chat=seat.actor.person, kind=Kind.COMMAND, name=seat.actor.name), gone=gone)
    seats.tell(unit.connection, seat.hash, [reply.text for reply in unit.heard])


def _typed(fields: Fields, **more: str) -> Typed:
    names = {"commune": "xa", "number": "so", "sample": "hoi", "text": "w", "day": "den"}
    return Typed(**{key: one(fields, name) for key, name in names.items()}, **more)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def _wording(typed: Typed) -> Wording:
    """Raises Refused for what no form of ours holds."""
    try:
        day = dt.date.fromisoformat(typed.day)
    except ValueError:
        raise Refused("notice_day") from None
    if not _is_number(typed.commune) or (typed.number and not _is_number(typed.number)):
        raise Refused("leader_only")
    return Wording(
        commune=int(typed.commune), number=int(typed.number) if typed.number else None, sample=typed.sample,
        text=typed.text, last_day=day,
    )  # fmt: skip
