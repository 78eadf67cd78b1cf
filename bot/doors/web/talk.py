"""The conversation: a log, a form, buttons. Works without a script; with one it is looked at again when it changes."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.conversation import actions
from bot.conversation.converse import language_of
from bot.conversation.reply import MAX_ACTION_BYTES, Reply
from bot.conversation.scene import Scene
from bot.conversation.visit import Kind, Memory, Visit
from bot.desk.codes import ALPHABET
from bot.doors import links
from bot.doors.door import Takes
from bot.doors.web import addresses, forms, reading, sessions
from bot.doors.web.bus import Bus, heard
from bot.doors.web.forms import Posted, Token, Tokens
from bot.doors.web.page import PRIVATE, SAFE, Site, answer, render, script
from bot.doors.web.public import Public
from bot.doors.web.sessions import DOOR, Session
from bot.store import cases, floods, visits
from bot.store.database import PASSING_ERRORS, Transaction
from bot.turn import Turns, reply_of

SAY, PHOTO, LOG, STREAM, ERASE, FILE = "/noi", "/anh", "/loi", "/luong", "/xoa", "/tep"
MOST_WORDS = 16_000
MOST_OF_AN_ADDRESS = 120  # posts a minute: a school behind one address
TURN_SECONDS = 2.0
LOOK_SECONDS = 0.1
PING_SECONDS = 15.0
STREAM_SECONDS = 300.0

SECRET_SHOWN = re.compile(rf"\b[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}\b")

type Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One message as the log shows it: the visitor's words or photo, or a reply."""

    id: int
    mine: bool
    words: str = ""
    reply: Reply | None = None
    photo: bool = False


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A visit as a page shows it."""

    memory: Memory
    lines: tuple[Line, ...] = ()
    settled: bool = True


class Problem(Exception):
    """Nothing was taken; the page says why, with the words as they were."""

    def __init__(self, key: str, status: int, typed: str = "", **values: object) -> None:
        super().__init__(key)
        self.key, self.status, self.typed, self.values = key, status, typed, values


class Talk:
    """The pages of a visit."""

    def __init__(self, turns: Turns, site: Site, bus: Bus, intake: Takes, public: Public) -> None:
        self.turns = turns
        self.site = site
        self.bus = bus
        self.intake = intake
        self.public = public

    @property
    def tokens(self) -> Tokens:
        return Tokens(self.turns.house.seal)  # the service sets it after the door is made

    def routes(self) -> list[Route]:
        pages: list[tuple[str, Handler, list[str]]] = [
            ("/", self._page, ["GET"]),
            (SAY, self._say, ["GET", "POST"]),
            (PHOTO, self._photo, ["GET", "POST"]),
            (ERASE, self._erase, ["GET", "POST"]),
            (LOG, self._log, ["GET"]),
            (f"{addresses.DRAW}/{{ward}}", self._draw, ["GET", "POST"]),
            (f"{addresses.DRAW}/{{ward}}/{{code}}", self._draw, ["GET", "POST"]),
        ]
        made = [
            Route(addresses.in_language(path, language), handle, methods=methods)
            for path, handle, methods in pages
            for language in addresses.PREFIXES
        ]
        files = [Route(f"{FILE}/{{number:int}}", self._file), Route(f"{links.PATH}/{{key}}", self._lent)]
        return [*made, Route(STREAM, self._stream), *files]

    # Looking

    async def _page(self, request: Request) -> Response:
        return await self.show(request)

    async def show(self, request: Request, problem: Problem | None = None) -> Response:
        """The whole page; with a problem, said above the words that were typed."""
        looked = await self._looked(request)
        return self._shown(request, looked, problem, session=sessions.of(request))

    async def _looked(self, request: Request) -> Looked:
        session = sessions.of(request)
        try:
            return await asyncio.to_thread(self._look, session.chat) if session else Looked(memory=Memory())
        except PASSING_ERRORS:
            return Looked(memory=Memory(), settled=False)

    def _look(self, chat: str) -> Looked:
        with self.turns.database.look() as connection:
            memory = self.turns.memory(connection, chat)
            rows = visits.said(connection, chat, now=self.turns.clock())
            settled = visits.is_settled(connection, chat, DOOR)
            unseen = cases.is_unseen(connection, chat)
        if unseen:
            with self.turns.database.change() as connection:
                cases.seen_in(connection, chat, now=self.turns.clock())
        return Looked(memory=memory, lines=tuple(map(line_of, rows)), settled=settled)

    def _scene(self, request: Request, memory: Memory) -> Scene:
        asked, _ = addresses.split_language(request.url.path)
        visit = Visit(chat=f"{DOOR}:-", kind=Kind.TEXT, interface_language=asked.value)
        ward = self.public.ward(request.query_params.get("x", ""))
        if memory.commune is None and ward:
            memory = Memory(commune=ward)
        language = language_of(visit, memory) if asked is addresses.FIRST else asked
        return Scene(house=self.turns.house, memory=memory, language=language, now=self.turns.clock())

    def _values(self, request: Request, looked: Looked, scene: Scene, problem: Problem | None) -> dict[str, object]:
        return {
            "lines": looked.lines,
            "settled": looked.settled,
            "token": self.tokens.make(scene.now),
            "problem": scene.say(problem.key, **problem.values) if problem else "",
            "typed": problem.typed if problem else "",
            "commune": scene.commune,
            "picture_of": partial(self._picture_of, request),
        }

    def _picture_of(self, request: Request, reply: Reply) -> str:
        """A code for cameras that opens the request whose secret a reply shows; empty where it shows none."""
        code = (reply.place.name or "").removeprefix(visits.SECRET)
        found = SECRET_SHOWN.search(reply.text) if code != (reply.place.name or "") else None
        if found is None:
            return ""
        from bot.paper.code import svg  # few open a request

        return svg((self.site.origin or str(request.base_url).rstrip("/")) + addresses.opened(code, found[0]))

    def _shown(self, request: Request, looked: Looked, problem: Problem | None, session: Session | None) -> Response:
        scene = self._scene(request, looked.memory)
        name = "talk.html" if looked.lines or (problem and session) else "first.html"
        values = self._values(request, looked, scene, problem)
        values |= {"script": script()[0], "erased": ""}
        values |= {"indexed": not session, "description": scene.say("start.what"), "canonical": "/", "linked": None}
        page = render(name, scene, self.site, "/", title="Một Cửa", **values)
        return answer(
            page, problem.status if problem else 200, PRIVATE if session or problem else {"Cache-Control": "no-cache"}
        )

    async def _log(self, request: Request) -> Response:
        """What is said so far, for a page that looks again."""
        looked = await self._looked(request)
        return self._fragment(request, looked, None)

    def _fragment(self, request: Request, looked: Looked, problem: Problem | None, *, form: bool = False) -> Response:
        scene = self._scene(request, looked.memory)
        values = self._values(request, looked, scene, problem)
        return answer(render("log.html", scene, self.site, "/", with_form=form, **values), headers=PRIVATE)

    async def _file(self, request: Request) -> Response:
        """A photo of this visit, a list of papers as a picture or page, a file that was made for it."""
        session = sessions.of(request)
        found = await asyncio.to_thread(self._file_of, session.chat, request.path_params["number"]) if session else None
        if found is None:
            return self.public.nowhere(request, "web.nowhere")
        return _sent(*found)

    async def _lent(self, request: Request) -> Response:
        """A file for somebody who writes through a channel that shows none: whoever has the link has it, for a day."""
        reply = await asyncio.to_thread(links.lent, self.turns, request.path_params["key"])
        made = await asyncio.to_thread(made_file, reply) if reply else None
        return _sent(*made) if made else self.public.nowhere(request, "web.link_over")

    def _file_of(self, chat: str, number: int) -> tuple[bytes, str, str] | None:
        with self.turns.database.look() as connection:
            said = visits.message(connection, chat, number)
            if said is None:
                return None
            if said.mine:
                photo = visits.file_of(connection, chat, str(number))
                return (photo, "image/jpeg", "") if photo else None
            reply = reply_of(said.payload)
            if reply.place.copies:
                where, message, _ = reply.place.copies[0]
                photo = visits.file_of(connection, where, message)
                return (photo, "image/jpeg", "") if photo else None
        return made_file(reply)

    async def _stream(self, request: Request) -> Response:
        """That something changed, and no more; nothing of the database is held meanwhile."""
        session = sessions.of(request)
        if session is None or self.bus.over or self.bus.is_full(session.chat):
            return Response(status_code=204)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **SAFE}
        return StreamingResponse(self._events(session.chat), media_type="text/event-stream", headers=headers)

    async def _events(self, chat: str) -> AsyncIterator[str]:
        until, number = asyncio.get_running_loop().time() + STREAM_SECONDS, 0
        with self.bus.listening(chat) as event:
            yield "retry: 3000\nevent: changed\nid: 0\ndata: 0\n\n"  # whoever comes back looks at all of it
            while not self.bus.over and asyncio.get_running_loop().time() < until:
                if await heard(event, PING_SECONDS):
                    number += 1
                    yield f"event: changed\nid: {number}\ndata: {number}\n\n"
                else:
                    yield ": \n\n"

    # Saying

    async def _say(self, request: Request) -> Response:
        if request.method != "POST":
            return self._home(request)
        return await self._taken(request, self._said)

    async def _draw(self, request: Request) -> Response:
        """A number at a counter: looking draws none. The code stands in the link of the moment, or is typed."""
        ward, code = self.public.ward(request.path_params["ward"]), request.path_params.get("code", "")
        if ward is None:
            return self.public.nowhere(request, "web.nowhere")
        if request.method == "POST":
            return await self._taken(request, partial(self._drawn, ward))
        memory = replace((await self._looked(request)).memory, commune=ward)
        scene = self._scene(request, memory)
        page = render(
            "draw.html", scene, self.site, addresses.drawing(ward), title=scene.say("ticket.draw"),
            token=self.tokens.make(scene.now), commune=scene.commune, code=code if code.isascii() else "",
        )  # fmt: skip
        return answer(page, headers=PRIVATE)

    async def _drawn(self, ward: int, request: Request, posted: Posted, session: Session) -> str:
        words = f"/number {ward:05} {posted['so'].strip()}"
        return await self._said(request, Posted(fields={"t": posted["t"], "x": f"{ward:05}", "q": words}), session)

    async def _photo(self, request: Request) -> Response:
        if request.method != "POST":
            return self._home(request)
        return await self._taken(request, self._photographed)

    def _home(self, request: Request, anchor: str = "") -> Response:
        language, _ = addresses.split_language(request.url.path)
        return RedirectResponse(addresses.in_language("/", language) + anchor, 303)

    async def _taken(self, request: Request, take: Callable[[Request, Posted, Session], Awaitable[str]]) -> Response:
        """Store what was posted, wait a moment for what is said to it, show it. Whatever is not taken is given back."""
        session = sessions.of(request)
        try:
            posted = await self.posted(request, counted=False)
            mine = session or sessions.fresh()
            anchor = await take(request, posted, mine)
        except Problem as problem:
            return await self._given_back(request, problem)
        if session and request.headers.get("HX-Request") == "true":
            return self._fragment(request, await self._looked(request), None, form=True)
        response = self._home(request, anchor)
        if session is None:
            sessions.keep(request, response, mine)
        return response

    async def _given_back(self, request: Request, problem: Problem) -> Response:
        if sessions.of(request) and request.headers.get("HX-Request") == "true":
            return self._fragment(request, await self._looked(request), problem, form=True)
        return await self.show(request, problem)

    async def posted(self, request: Request, *, counted: bool = True) -> Posted:
        """`counted`: against the limit of its address. Raises Problem."""
        try:
            posted = await forms.read_form(request)
        except forms.TooLarge:
            raise Problem("web.problem_large", 413, most=MOST_WORDS) from None
        except (forms.NotAForm, ClientDisconnect):
            raise Problem("web.problem_form", 400) from None
        typed = posted["q"]
        if sessions.from_elsewhere(request):
            raise Problem("web.problem_elsewhere", 403, typed)
        worth = self.tokens.look_at(posted["t"], self.turns.clock())
        if worth is not Token.GOOD:
            raise Problem("web.problem_old", 409, typed)
        if len(typed) > MOST_WORDS:
            raise Problem("web.problem_long", 413, typed, most=MOST_WORDS)
        if counted:
            await self._in_database(lambda: self._count_alone(request, typed), typed)
        return posted

    async def _in_database[T](self, work: Callable[[], T], typed: str) -> T:
        try:
            return await asyncio.to_thread(work)
        except PASSING_ERRORS:
            raise Problem("web.problem_away", 503, typed) from None

    def origin(self, request: Request) -> str:
        return self.turns.mark(f"address:{sessions.address(request)}")

    def _count_alone(self, request: Request, typed: str) -> None:
        with self.turns.database.change() as connection:
            self._count(connection, request, typed)

    def _count(self, connection: Transaction, request: Request, typed: str) -> None:
        """One more post of its address. Raises Problem where there are too many."""
        number, _ = floods.count(connection, self.origin(request), limit=MOST_OF_AN_ADDRESS, now=self.turns.clock())
        if number > MOST_OF_AN_ADDRESS:
            raise Problem("web.problem_many", 429, typed)

    async def _said(self, request: Request, posted: Posted, session: Session) -> str:
        """Words, or a button; where to look then."""
        action, words = posted["a"], posted["q"].strip()
        number = int(posted["m"]) if posted["m"].isascii() and posted["m"].isdigit() and len(posted["m"]) < 18 else 0
        if isinstance(actions.read(action), actions.Noted):
            await self._in_database(lambda: self._hide(session.chat, number), words)
        if isinstance(actions.read(action), actions.Noted) or not (action or words):
            await self._in_database(lambda: self._count_alone(request, words), words)
            return "#cuoi"
        if len(action.encode()) > MAX_ACTION_BYTES:
            raise Problem("web.problem_form", 400, words)
        make = partial(self._updates, request, posted, session, number)
        return await self.stored(make, session.chat, words)

    def _hide(self, chat: str, number: int) -> None:
        with self.turns.database.change() as connection:
            said = visits.message(connection, chat, number)
            if said and (said.name or "").startswith(visits.SECRET):
                visits.take_away(connection, chat, number)

    def _updates(
        self, request: Request, posted: Posted, session: Session, number: int, connection: Transaction
    ) -> list[dict[str, str]]:
        """What is to be stored; the visitor's words stand in the log from now on, once however often they come."""
        action, words, chat = posted["a"], posted["q"].strip(), session.chat
        key = forms.key_of(posted["t"], posted["m"], action, words)
        language, _ = addresses.split_language(request.url.path)
        more = {"language": language.value, "origin": self.origin(request)}
        self._count(connection, request, words)
        memory = self.turns.memory(connection, chat)
        pressed = visits.message(connection, chat, number) if number else None
        under = reply_of(pressed.payload) if pressed and not pressed.mine else None
        last = visits.said(connection, chat, now=self.turns.clock())[-1:]
        in_place = bool(under and last[0].id == number)  # further up nobody would see it change
        shown = words if not action else "" if in_place else _label(under, action)
        if shown:
            visits.say_once(connection, chat, shown, name=key, now=self.turns.clock())
        first = self._place(posted, memory, chat, key, more)
        if action:
            text = under.text if under else None
            pressed_in = str(number) if in_place else None
            return [*first, reading.update(chat, key, Kind.BUTTON, action, under=text, pressed_in=pressed_in, **more)]
        return [*first, reading.update(chat, key, Kind.TEXT, words, reply_to=_prompt(last), **more)]

    def _place(self, posted: Posted, memory: Memory, chat: str, key: str, more: dict[str, str]) -> list[dict[str, str]]:
        """From a commune's page or poster: its commune is the visitor's, unless they said another."""
        ward = self.public.ward(posted["x"])
        if ward is None or memory.commune is not None:
            return []
        return [reading.update(chat, f"x{key}", Kind.BUTTON, actions.ChooseCommune(ward).wire, **more)]

    async def stored(self, make: Callable[[Transaction], list[Any]], chat: str, words: str) -> str:
        """Keep the updates, and wait a moment for their turns; where to look then. Raises Problem."""
        try:
            with self.bus.listening(chat) as event:
                await self.intake.store_made(make)
                last = await self._settled(chat, event)
        except PASSING_ERRORS:
            raise Problem("web.problem_away", 503, words) from None
        return f"#m{last}" if last else "#cuoi"

    async def _settled(self, chat: str, event: asyncio.Event) -> int | None:
        """Wait until all that came of it is shown, but not for ever; what was shown or changed last."""
        loop = asyncio.get_running_loop()
        until, is_over, last = loop.time() + TURN_SECONDS, False, None
        while not is_over and loop.time() < until:
            await heard(event, LOOK_SECONDS)
            is_over, last = await asyncio.to_thread(self._standing, chat)
        return last

    def _standing(self, chat: str) -> tuple[bool, int | None]:
        with self.turns.database.look() as connection:
            return visits.is_settled(connection, chat, DOOR), visits.last_changed(connection, chat)

    async def _photographed(self, request: Request, posted: Posted, session: Session) -> str:
        from bot.paper.photo import NoPhoto, plain  # few send photos, and the library takes memory

        words = posted["q"].strip()
        if posted.photo is None:
            raise Problem("web.problem_no_photo", 400, words)
        try:
            photo = await asyncio.to_thread(plain, posted.photo)
        except NoPhoto:
            raise Problem("web.problem_photo", 415, words) from None
        make = partial(self._photo_updates, request, posted, session, photo)
        return await self.stored(make, session.chat, words)

    def _photo_updates(
        self, request: Request, posted: Posted, session: Session, photo: bytes, connection: Transaction
    ) -> list[dict[str, str]]:
        chat, now = session.chat, self.turns.clock()
        words = posted["q"].strip()
        key = forms.key_of(posted["t"], "photo", words, str(len(posted.photo or b"")))
        language, _ = addresses.split_language(request.url.path)
        self._count(connection, request, words)
        number, new = visits.say_once(connection, chat, words, name=key, now=now)
        if new:
            visits.keep_file(connection, chat, str(number), photo, now=now)
        more = {"language": language.value, "origin": self.origin(request)}
        at = str(number)
        return [reading.update(chat, key, Kind.PHOTO, words, message=at, file=f"{DOOR}:{at}", **more)]

    async def _erase(self, request: Request) -> Response:
        """One button: what was said and remembered goes at once, and the cookie with it."""
        session = sessions.of(request)
        if request.method != "POST" or session is None or sessions.from_elsewhere(request):
            return self._home(request)
        try:
            await self._in_database(lambda: self._forget(session.chat), "")
        except Problem as problem:
            return await self._given_back(request, problem)
        self.bus.ring(session.chat)
        scene = self._scene(request, Memory())
        looked = Looked(memory=Memory())
        values = self._values(request, looked, scene, None) | {"erased": scene.say("web.erased")}
        values |= {"indexed": False, "description": "", "canonical": None, "linked": None}
        response = answer(render("first.html", scene, self.site, "/", title="Một Cửa", **values), headers=PRIVATE)
        sessions.drop(request, response)
        return response

    def _forget(self, chat: str) -> None:
        with self.turns.database.change() as connection:
            visits.erase(connection, chat)


def line_of(said: visits.Said) -> Line:
    if said.mine:
        return Line(id=said.id, mine=True, words=said.payload, photo=said.photo)
    try:
        return Line(id=said.id, mine=False, reply=reply_of(said.payload))
    except ValueError:  # written by another version
        return Line(id=said.id, mine=False)


def _sent(content: bytes, kind: str, name: str) -> Response:
    headers = {**PRIVATE, **SAFE, "Content-Security-Policy": "default-src 'none'; sandbox"}
    if name:
        headers["Content-Disposition"] = f"attachment; filename={name}"
    return Response(content, media_type=kind, headers=headers)


def made_file(reply: Reply) -> tuple[bytes, str, str] | None:
    """What a reply is to be sent as, where that is a file."""
    if reply.document:
        name, words = reply.document
        return words.encode(), reply.document_type, name
    if not reply.as_file:
        return None
    from bot.paper.draw import draw  # few ask for a picture, and drawing takes memory

    kind = "application/pdf" if reply.as_file == "pdf" else "image/png"
    return draw(reply.blocks, reply.as_file), kind, f"mot-cua.{reply.as_file}"


def _label(under: Reply | None, action: str) -> str:
    """What was pressed, in its own words."""
    buttons = [button for row in under.buttons for button in row] if under else []
    return next((button.label for button in buttons if button.action == action), "")


def _prompt(last: list[visits.Said]) -> str | None:
    """The message that asked for words, where it is the last that was said."""
    if not last or last[0].mine:
        return None
    return str(last[0].id) if reply_of(last[0].payload).place.prompts else None
