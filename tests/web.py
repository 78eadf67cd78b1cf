"""A citizen's browser: keeps its cookies, reads pages, fills in their forms; and the pages served as in production."""

import asyncio
import re
from contextlib import asynccontextmanager
from html import unescape
from html.parser import HTMLParser

import httpx

from bot.config import Settings
from bot.doors.door import Pace
from bot.doors.telegram.door import TelegramDoor
from bot.doors.trust import trusted
from bot.doors.web.door import WebDoor
from bot.doors.web.page import Site
from bot.service.serve import Service
from bot.service.threads import Threads
from tests.serving import alive, free_port
from tests.telegram_server import TOKEN

QUICK = Pace(per_second=1000, private_seconds=0, group_seconds=0)


class Form(dict):
    """Fields of a form; `buttons`: name, value and label of each."""

    def __init__(self, action, method):
        super().__init__()
        self.action, self.method, self.buttons = action, method, []


class _Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self._open, self._button, self._area = [], None, None, None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get"))
            self.forms.append(self._open)
        elif self._open is not None and tag == "input" and given.get("name"):
            self._open[given["name"]] = given.get("value", "")
        elif self._open is not None and tag == "textarea":
            self._open[given["name"]], self._area = "", given["name"]
        elif self._open is not None and tag == "button":
            self._button = [given.get("name", ""), given.get("value", ""), ""]
            self._open.buttons.append(self._button)

    def handle_endtag(self, tag):
        if tag == "form":
            self._open = None
        self._button = None if tag == "button" else self._button
        self._area = None if tag == "textarea" else self._area

    def handle_data(self, data):
        if self._button is not None:
            self._button[2] += data
        elif self._area:
            self._open[self._area] += data


class Page:
    def __init__(self, response):
        self.response = response
        self.status = response.status_code
        self.html = response.text
        parser = _Forms()
        parser.feed(self.html)
        self.forms = parser.forms

    @property
    def text(self):
        main = self.html.partition("<main")[2] or self.html
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())

    @property
    def head(self):
        return self.html.partition("<main")[0]

    def form(self, action):
        return next(form for form in self.forms if form.action.endswith(action))

    def actions(self, start=""):
        return [
            value for form in self.forms for name, value, _ in form.buttons if name == "a" and value.startswith(start)
        ]

    @property
    def messages(self):
        """What stands in the log, as (mine, words)."""
        found = re.findall(
            r'<li id="m(\d+)"( class="mine")?[^>]*>(.*?)(?=<li id="m|</ol>\s*<div id="cuoi")', self.html, re.DOTALL
        )
        return [(bool(mine), " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())) for _, mine, body in found]


class Browser:
    """One person at one browser, without a script."""

    def __init__(self, client):
        self.client = client
        self.page = None

    async def opens(self, path):
        self.page = Page(await self.client.get(path, follow_redirects=True))
        return self.page

    async def posts(self, form, files=None, **fields):
        data = {**form, **fields}
        self.page = Page(await self.client.post(form.action, data=data, files=files, follow_redirects=True))
        return self.page

    async def says(self, words, **more):
        if self.page is None or not any(form.action.endswith("/noi") for form in self.page.forms):
            await self.opens("/")
        form = next(form for form in self.page.forms if form.action.endswith("/noi") and "q" in form)
        return await self.posts(form, q=words, **more)

    async def presses(self, start):
        """The last button on the page whose action begins so."""
        form, action = [
            (f, value)
            for f in self.page.forms
            for name, value, _ in f.buttons
            if name == "a" and value.startswith(start)
        ][-1]
        return await self.posts(form, a=action)

    async def sends(self, photo, name="anh.jpg", kind="image/jpeg"):
        form = next(form for form in self.page.forms if form.action.endswith("/anh"))
        form.pop("anh", None)
        return await self.posts(form, files={"anh": (name, photo, kind)})

    async def asks(self, words="giấy chứng sinh của con tôi ghi sai tên mẹ", commune="00008"):
        """Opens a request: its code and secret."""
        await self.opens(f"/?x={commune}")
        await self.says("tôi muốn gặp cán bộ")
        if self.page.actions("r:yes:"):
            await self.presses("r:yes:")
        await self.says(words)
        await self.presses("r:send:")
        return re.search(r"Mã (MC-\w{4}-\w{2}), mã bí mật (\w{4}-\w{4})", self.page.text).groups()


class Web:
    """The pages, on a port of loopback."""

    def __init__(self, port, service, clients):
        self.url = f"http://127.0.0.1:{port}"
        self.service = service
        self._clients = clients

    def browser(self, **headers):
        client = httpx.AsyncClient(base_url=self.url, headers=headers, verify=trusted(), timeout=20)
        self._clients.append(client)
        return Browser(client)

    async def get(self, path, **headers):
        async with httpx.AsyncClient(base_url=self.url, verify=trusted(), timeout=20) as client:
            return await client.get(path, headers=headers)


@asynccontextmanager
async def pages(turns, telegram=None, **site):
    """The service with the web door, beside Telegram's where a stand-in for its server is given."""
    port, stop, clients = free_port(), asyncio.Event(), []
    given = {"telegram_bot_token": TOKEN, "telegram_api_url": telegram.url} if telegram else {}
    settings = Settings(port=port, **given)
    threads = Threads.of(turns.database)
    doors = [TelegramDoor(settings, turns, threads, QUICK)] if telegram else []
    service = Service(settings, turns, [*doors, WebDoor(turns, Site(**site))], threads)
    task = asyncio.create_task(service.run(stop))
    try:
        await alive(port, task)
        yield Web(port, service, clients)
    finally:
        for client in clients:
            await client.aclose()
        stop.set()
        await asyncio.wait_for(task, 20)


def browsed(story):
    """Run an async story with the pages served: `async def test_…(web)`."""
    import inspect
    from functools import wraps

    wants_turns = "turns" in inspect.signature(story).parameters

    @wraps(story)
    def test(turns, *args, **kwargs):
        if wants_turns:
            kwargs["turns"] = turns

        async def run():
            async with pages(turns) as web:
                await story(web, *args, **kwargs)

        asyncio.run(run())

    signature = inspect.signature(story)
    kept = [p for name, p in signature.parameters.items() if name not in ("web", "turns")]
    turn = inspect.Parameter("turns", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    test.__signature__ = signature.replace(parameters=[turn, *kept])
    return test
