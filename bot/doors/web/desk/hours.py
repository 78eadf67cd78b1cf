"""The office hours of one's communes: the present ones, a new line with what is understood of it, the confirmation."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.casework import hours
from bot.casework.at_desk import AtDesk
from bot.casework.signing_in import Seat
from bot.content.opening_hours import OpeningHours, read_hours
from bot.content.reported import OF_KINDS
from bot.content.schema import Counter
from bot.conversation.citizen.offices import office_name
from bot.conversation.staff import hours as words
from bot.doors.web.desk.pages import Desk, Fields, one
from bot.store import seats

AT = "/ban/gio"
MOST_DIGITS = 17


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stands in a form; `found`: what was understood of it."""

    commune: int = 0
    kind: str = ""
    text: str = ""
    found: OpeningHours | None = None
    problem: str = ""


class HoursPage:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        return [Route(AT, self._page, methods=["GET"]), Route(AT, self._do, methods=["POST"])]

    async def _page(self, request: Request) -> Response:
        return await self.desk.seated(request, lambda unit, seat: self._shown(unit, seat, Typed()))

    def _shown(self, unit: AtDesk, seat: Seat, typed: Typed) -> Response:
        scene = unit.scene(seat.actor.person)
        places = [
            (scene.of_commune(commune), hours.standing(unit, seat.actor, commune))
            for commune in hours.communes_of(unit, seat.actor)
        ]
        return self.desk.page(
            "hours.html", seat, unit, scene.say("screen.office_hours"), 409 if typed.problem else 200, here=AT,
            typed=typed, places=places, told=seats.told(unit.connection, seat.hash), most=hours.LONGEST,
            most_why=hours.LONGEST_WHY, office=office_name, present=words.present, week=words.week,
            why_unread=words.why_unread,
        )  # fmt: skip

    async def _do(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            verb, number, typed = one(fields, "v"), _number(one(fields, "so")), _typed(fields)
            match verb:
                case "look":
                    return self._shown(unit, seat, _understood(unit, seat, typed))
                case "send" if typed.kind:
                    problem = hours.propose(unit, seat.actor, typed.commune, Counter(typed.kind), typed.text)
                case "confirm":
                    problem = hours.confirm(unit, seat.actor, number)
                case "refuse":
                    problem = hours.refuse(unit, seat.actor, number, one(fields, "ly"))
                case _:
                    problem = hours.drop(unit, seat.actor, number)
            say = unit.scene(seat.actor.person).say
            if problem:
                return self._shown(unit, seat, Typed(problem=say(problem)))
            done = {"send": "waiting", "confirm": "held", "refuse": "refused"}.get(verb, "dropped")
            seats.tell(unit.connection, seat.hash, [say(f"hours.done_{done}")])
            return RedirectResponse(AT, 303)

        return await self.desk.posted(request, work)


def _typed(fields: Fields) -> Typed:
    kind = one(fields, "loai")
    return Typed(
        commune=_number(one(fields, "xa")), kind=kind if kind in list(OF_KINDS) else "", text=one(fields, "w")
    )  # fmt: skip


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


def _understood(unit: AtDesk, seat: Seat, typed: Typed) -> Typed:
    if len(typed.text) > hours.LONGEST:
        say = unit.scene(seat.actor.person).say
        return Typed(commune=typed.commune, kind=typed.kind, problem=say("hours.too_long", most=hours.LONGEST))
    return Typed(commune=typed.commune, kind=typed.kind, text=typed.text, found=read_hours(typed.text))
