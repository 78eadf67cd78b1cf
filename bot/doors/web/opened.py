"""A request opened by code and secret: where it stands, what was said, and what its citizen can do."""

import asyncio
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.conversation import actions
from bot.conversation.actions import OwnVerb
from bot.conversation.citizen.opened import Opened
from bot.conversation.scene import Scene
from bot.conversation.visit import Kind, Memory
from bot.doors.web import addresses, forms, reading, sessions
from bot.doors.web.page import PRIVATE, SAFE, answer, render
from bot.doors.web.talk import MOST_WORDS, Problem, Talk
from bot.store import visits
from bot.store.database import PASSING_ERRORS

COOKIE = "mcy"
MOST_KEY = 40  # characters of what opens: code and secret, however they are spaced
VERBS = (OwnVerb.FINISH, OwnVerb.CANCEL, OwnVerb.REOPEN, OwnVerb.RATE)  # by buttons; words go by the form


class OpenedPages:
    """`/y`: nothing but the cookie of this page says who looks; it is looked at anew each time."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.turns = talk.turns

    def routes(self) -> list[Route]:
        made = []
        for language in addresses.PREFIXES:
            at = addresses.in_language(addresses.OPEN, language)
            made += [
                Route(at, self._page, methods=["GET"]),
                Route(at, self._open, methods=["POST"]),
                Route(f"{at}/noi", self._say, methods=["POST"]),
                Route(f"{at}/dong", self._close, methods=["POST"]),
                Route(f"{at}/tep/{{number:int}}", self._file),
                Route(f"{at}/{{key}}", self._by_link),
            ]
        return made

    # Opening

    async def _page(self, request: Request) -> Response:
        key = request.cookies.get(COOKIE, "")
        opened = await self._opened(request, key) if key else None
        if opened:
            return self._shown(request, opened)
        response = self._asked(request, key and "web.open_wrong")
        if key:
            response.delete_cookie(COOKIE, path="/")
        return response

    async def _opened(self, request: Request, key: str) -> Opened | None:
        code, _, secret = key[:MOST_KEY].partition(addresses.BETWEEN)
        return await asyncio.to_thread(self.turns.open, code, secret, sessions.address(request))

    async def _open(self, request: Request) -> Response:
        if sessions.from_elsewhere(request):  # it would have a visitor write into somebody else's request
            return self._asked(request, "web.problem_elsewhere", status=403)
        try:
            posted = await forms.read_form(request)
        except (forms.TooLarge, forms.NotAForm):
            return self._asked(request, "web.problem_form", status=400)
        return await self._let_in(
            request, f"{posted['ma'].strip()[:20]}{addresses.BETWEEN}{posted['mat'].strip()[:20]}"
        )

    async def _by_link(self, request: Request) -> Response:
        """From the code on a receipt: `/y/MC7K3Q9F~ABCD2345`."""
        return await self._let_in(request, request.path_params["key"])

    async def _let_in(self, request: Request, key: str) -> Response:
        try:
            opened = await self._opened(request, key)
        except PASSING_ERRORS:
            return self._asked(request, "web.problem_away", status=503)
        if opened is None:
            return self._asked(request, "web.open_wrong", typed=key.partition(addresses.BETWEEN)[0], status=403)
        response = self._home(request)
        safe = request.url.scheme == "https"
        response.set_cookie(COOKIE, key[:MOST_KEY], path="/", secure=safe, httponly=True, samesite="lax")
        return response

    def _home(self, request: Request) -> Response:
        language, _ = addresses.split_language(request.url.path)
        return RedirectResponse(addresses.in_language(addresses.OPEN, language), 303, headers=PRIVATE)

    # Pages

    def _asked(self, request: Request, problem: str, *, typed: str = "", status: int = 200) -> Response:
        language, _ = addresses.split_language(request.url.path)
        scene = Scene(house=self.turns.house, memory=Memory(), language=language, now=self.turns.clock())
        values = {"problem": scene.say(problem) if problem else "", "typed": typed}
        page = render("open.html", scene, self.talk.site, addresses.OPEN, title=scene.say("web.open"), **values)
        return answer(page, status, PRIVATE)

    def _shown(self, request: Request, opened: Opened, problem: Problem | None = None) -> Response:
        language, _ = addresses.split_language(request.url.path)
        spoken = opened.scene.language if language is addresses.FIRST else language
        scene = replace(opened.scene, language=spoken)
        rows = [[one for one in row if _is_done_here(one.action, opened)] for row in opened.status.buttons]
        page = render(
            "opened.html", scene, self.talk.site, addresses.OPEN, title=opened.code, opened=opened, rows=rows,
            token=self.talk.tokens.make(scene.now), commune=None, typed=problem.typed if problem else "",
            problem=scene.say(problem.key, **problem.values) if problem else "", most=MOST_WORDS,
        )  # fmt: skip
        return answer(page, problem.status if problem else 200, PRIVATE)

    async def _file(self, request: Request) -> Response:
        opened = await self._opened(request, request.cookies.get(COOKIE, ""))
        number = str(request.path_params["number"])
        if opened is None or number not in {line.photo for line in opened.said}:
            return self.talk.public.nowhere(request, "web.nowhere")
        photo = await asyncio.to_thread(self._photo, opened.chat, number)
        if photo is None:
            return self.talk.public.nowhere(request, "web.nowhere")
        return Response(photo, media_type="image/jpeg", headers={**PRIVATE, **SAFE})

    def _photo(self, chat: str, number: str) -> bytes | None:
        with self.turns.database.look() as connection:
            return visits.file_of(connection, chat, number)

    # Doing

    async def _say(self, request: Request) -> Response:
        """Words to the desk, or a button: done as the citizen whose request it is."""
        key = request.cookies.get(COOKIE, "")
        opened = await self._opened(request, key) if key else None
        if opened is None:
            return self._asked(request, "web.open_wrong", status=403)
        try:
            posted = await self.talk.posted(request)
            update = self._update(request, posted, opened)
            if update:
                await self.talk.stored(lambda _connection: [update], opened.chat, posted["q"])
        except Problem as problem:
            return self._shown(request, opened, problem)
        return self._home(request)

    def _update(self, request: Request, posted: forms.Posted, opened: Opened) -> dict[str, str] | None:
        action, words = posted["a"], posted["q"].strip()
        key = forms.key_of(posted["t"], opened.code, action, words)
        more = {"origin": self.talk.origin(request)}
        if action:
            if not _is_done_here(action, opened):
                raise Problem("web.problem_form", 400, words)
            return reading.update(opened.chat, key, Kind.BUTTON, action, **more)
        return reading.update(opened.chat, key, Kind.TEXT, f"/write {opened.code} {words}", **more) if words else None

    async def _close(self, request: Request) -> Response:
        response = self._home(request)
        if not sessions.from_elsewhere(request):
            response.delete_cookie(COOKIE, path="/")
        return response


def _is_done_here(action: str | None, opened: Opened) -> bool:
    """Whether a button is of this request, and of what its page lets one do."""
    meant = actions.read(action or "")
    return isinstance(meant, actions.OwnRequest) and meant.verb in VERBS and meant.code == opened.code
