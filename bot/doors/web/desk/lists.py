"""The lists of the desk, by what is to be done: searching them, narrowing, putting off, many at once."""

import secrets
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.casework import at_desk, bulk, searching, worklist
from bot.casework.at_desk import AtDesk
from bot.casework.bulk import Letter, Outcome
from bot.casework.signing_in import Seat
from bot.desk.codes import read_code
from bot.doors.web.desk.pages import HOME, MAX_LETTERS, Desk, Fields, Handler, mark, one, plain
from bot.store import seats, worklists

MOST_SHOWN = 50  # of one list
MOST_NAME = 40
MANY = "/ban/nhieu"


class Lists:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[BaseRoute]:
        pages: list[tuple[str, Handler, str]] = [
            (HOME, self._lists, "GET"),
            ("/ban/nhip", self._pulse, "GET"),
            ("/ban/tim", self._find, "GET"),
            ("/ban/loc", self._keep_filter, "POST"),
            (MANY, self._many, "POST"),
            ("/ban/r/{code}/de-sau", self._put_off, "POST"),
            ("/ban/r/{code}/dang-viet", self._writes, "POST"),
        ]
        return [Route(path, handle, methods=[method]) for path, handle, method in pages]

    async def _lists(self, request: Request) -> Response:
        narrowed = worklist.filter_of(request.query_params)
        picking = "chon" in request.query_params

        def work(unit: AtDesk, seat: Seat) -> Response:
            found = worklist.worklist(unit, seat.actor, narrowed)
            shown = [(name, lines) for name, lines in found.lists.items() if lines]
            return self.desk.page(
                "lists.html", seat, unit, unit.scene(seat.actor.person).say("screen.desk"), here=HOME,
                lists=shown, most=MOST_SHOWN, count=found.count, told=seats.told(unit.connection, seat.hash),
                pulse=found.state, calling=found.calling, narrowed=narrowed, choices=found.choices, picking=picking,
                filters=worklists.filters_of(unit.connection, seat.actor.person),
                crew=bulk.crew(unit, (line.request for _, lines in shown for line in lines)) if picking else [],
            )  # fmt: skip

        return await self.desk.seated(request, work)

    async def _pulse(self, request: Request) -> Response:
        narrowed = worklist.filter_of(request.query_params)

        def work(unit: AtDesk, seat: Seat) -> Response:
            found = worklist.worklist(unit, seat.actor, narrowed)
            answer = plain(found.state)
            answer.headers["X-Calling"] = str(found.calling)
            return answer

        return await self.desk.seated(request, work, by_itself=True)

    async def _find(self, request: Request) -> Response:
        words = request.query_params.get("q", "")[:200]

        def work(unit: AtDesk, seat: Seat) -> Response:
            found = worklist.found(unit, seat.actor, words)
            if [one.request.code for one in found] == [searching.code_of(words)]:
                return RedirectResponse(f"{HOME}/r/{found[0].request.code}", 303)
            title = unit.scene(seat.actor.person).say("screen.find")
            return self.desk.page("found.html", seat, unit, title, lines=found, words=words)

        return await self.desk.seated(request, work)

    # One's own arrangements

    async def _keep_filter(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            person, name = seat.actor.person, one(fields, "ten").strip()[:MOST_NAME]
            narrowed = worklist.filter_of({key: one(fields, key) for key in worklist.NAMES.values()})
            scene, dropped = unit.scene(person), one(fields, "bo")
            if dropped.isascii() and dropped.isdigit() and len(dropped) < 18:
                worklists.drop_filter(unit.connection, person, int(dropped))
            elif not (name and narrowed.query):
                seats.tell(unit.connection, seat.hash, [scene.say("screen.filter_empty")])
            elif not worklists.save_filter(unit.connection, person, name, narrowed.query):
                seats.tell(unit.connection, seat.hash, [scene.say("screen.filter_full", count=worklists.MOST_FILTERS)])
            return RedirectResponse(f"{HOME}?{narrowed.query}".rstrip("?"), 303)

        return await self.desk.posted(request, work)

    async def _put_off(self, request: Request) -> Response:
        code = read_code(request.path_params["code"]) or ""

        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            until = worklist.put_off(unit, seat.actor, code, one(fields, "u"))
            scene = unit.scene(seat.actor.person)
            told = scene.say("screen.put_off", code=code, when=scene.moment(until)) if until else ""
            seats.tell(unit.connection, seat.hash, [told or scene.say("screen.taken_up", code=code)])
            return RedirectResponse(HOME, 303)

        return await self.desk.posted(request, work)

    async def _writes(self, request: Request) -> Response:
        code = read_code(request.path_params["code"]) or ""

        def work(unit: AtDesk, seat: Seat, _fields: Fields) -> Response:
            worklist.writes(unit, seat.actor, code)
            return PlainTextResponse("", 204)

        return await self.desk.posted(request, work)

    # Many at once

    async def _many(self, request: Request) -> Response:
        def work(unit: AtDesk, seat: Seat, fields: Fields) -> Response:
            doubted: dict[str, str] = {}
            codes, later, words = _codes(fields, "c"), _codes(fields, "con"), one(fields, "w")
            match one(fields, "v"):
                case "assign":
                    told = _told(unit, seat, bulk.assign(unit, seat.actor, codes, one(fields, "to")))
                case "send":
                    outcomes = bulk.answer(unit, seat.actor, _letters(fields, codes))
                    told = [*_told(unit, seat, outcomes), *_left(unit, seat, codes, fields)]
                    doubted = {each.code: one(fields, f"w-{each.code}") for each in outcomes if each.doubts}
                    later = [*doubted, *later]
                case _:
                    return self._review(unit, seat, [*codes, *later], words)
            if later:
                return self._review(unit, seat, later, words, told, doubted)
            seats.tell(unit.connection, seat.hash, told)
            return RedirectResponse(HOME, 303)

        return await self.desk.posted(request, work, most=MAX_LETTERS)

    def _review(
        self, unit: AtDesk, seat: Seat, codes: Sequence[str], words: str, told: Sequence[str] = (),
        doubted: Mapping[str, str] | None = None,
    ) -> Response:  # fmt: skip
        """The words stand under each request; each is read, changed where it must be, and ticked.

        What is more than can be looked at together is said, and comes next. `doubted`: the words of those that were
        not sent because they say something against their entry; that stands under them, as under the others.
        """
        talks = [talk for code in codes if (talk := at_desk.talk(unit, seat.actor, code))]
        title, later = unit.scene(seat.actor.person).say("screen.many"), talks[bulk.MOST :]
        shown = [
            (talk, (doubted or {}).get(talk.request.code) or at_desk.filled(unit, talk.request, words))
            for talk in talks[: bulk.MOST]
        ]
        letters = [
            (talk, said, mark(said), at_desk.doubts(unit, seat.actor, talk.request.code, "answer", said))
            for talk, said in shown
        ]
        return self.desk.page(
            "many.html", seat, unit, title, letters=letters, words=words, told=told, once=secrets.token_hex(8),
            later=[talk.request.code for talk in later],
        )  # fmt: skip


def _letters(fields: Fields, codes: Sequence[str]) -> list[Letter]:
    return [_letter(fields, code) for code in codes if one(fields, f"ok-{code}")]


def _left(unit: AtDesk, seat: Seat, codes: Sequence[str], fields: Fields) -> list[str]:
    """Those that were not ticked are named."""
    left = [code for code in codes if not one(fields, f"ok-{code}")]
    say = unit.scene(seat.actor.person).say
    return [say("screen.many_left", count=len(left), codes=", ".join(left))] if left else []


def _told(unit: AtDesk, seat: Seat, outcomes: Sequence[Outcome]) -> list[str]:
    scene = unit.scene(seat.actor.person)
    told = [scene.say("screen.many_done", count=sum(one.ok for one in outcomes))]
    for outcome in outcomes:
        if not outcome.ok:
            said = " ".join(reply.text for reply in outcome.done.said)
            key = "screen.newer" if outcome.done.newer else "against.title" if outcome.doubts else "screen.empty"
            why = said or scene.say(key)
            told.append(scene.say("screen.many_not", code=outcome.code, why=why))
    return told


def _codes(fields: Fields, name: str) -> list[str]:
    return list(dict.fromkeys(code for code in map(read_code, fields.get(name, [])) if code))


def _letter(fields: Fields, code: str) -> Letter:
    seen = one(fields, f"seen-{code}")
    number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 18 else 0
    words = one(fields, f"w-{code}")
    sure, once = one(fields, f"sure-{code}") == mark(words), f"desk-{mark(one(fields, 'once') + code)}"
    return Letter(
        code=code,
        words=words,
        seen=number,
        sure=sure,
        read=one(fields, f"read-{code}"),
        once=once if one(fields, "once") else "",
    )
