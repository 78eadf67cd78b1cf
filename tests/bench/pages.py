"""The web pages: beside a bare Starlette page of the same bytes, beside Telegram's turns; open streams; weights."""

import asyncio
import resource
import secrets
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import psutil
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.config import Settings
from bot.conversation.scene import House
from bot.doors.telegram.door import TelegramDoor
from bot.doors.telegram.webhook import SECRET_HEADER
from bot.doors.web import addresses
from bot.doors.web.door import WebDoor
from bot.service.serve import Service
from bot.service.threads import Threads
from bot.store.database import open_database
from bot.turn import Turns
from tests.bench.pipeline import QUESTION, UNLIMITED, updates_of
from tests.bench.setting import Setting, line
from tests.nowhere import answered_here
from tests.serving import alive, free_port
from tests.telegram_server import TOKEN
from tests.web import Page

PAGE = "/x/00008/dang-ky-khai-sinh"
WEIGHED = ("/", "/t", "/t/dang-ky-khai-sinh", "/x", "/x/00008", PAGE, "/su-kien", "/su-kien/sinh-con", "/y")
ROUNDS, REQUESTS, AT_ONCE = 7, 300, 4
TURNS = 60
SECRET = "secret"
STREAMS, RINGS, SAMPLES = 500, 20, 20


def report(setting: Setting) -> int:
    house = House(knowledge=setting.content.knowledge, catalogs=setting.content.catalogs, engine=setting.engine)
    with tempfile.TemporaryDirectory() as folder:
        turns = Turns(open_database(f"sqlite:///{folder}/pages.db"), house)
        try:
            return asyncio.run(_measured(turns))
        finally:
            turns.database.close()


async def _measured(turns: Turns) -> int:
    port, stop = free_port(), asyncio.Event()
    settings = Settings(
        port=port,
        telegram_bot_token=TOKEN,
        telegram_api_url="http://nowhere",
        webhook_url="https://x.y/z",
        webhook_secret=SECRET,
    )
    threads = Threads.of(turns.database)
    web, answered = WebDoor(turns), asyncio.Event()
    telegram = TelegramDoor(settings, turns, threads, UNLIMITED)
    service = Service(settings, turns, [telegram, web], threads)
    answered_here(service)
    telegram.noted = lambda _chat: answered.set()
    serving = asyncio.create_task(service.run(stop))
    await alive(port, serving)
    try:
        return (
            await _pages(port, list(turns.house.knowledge.procedures))
            + await _turns(port, answered)
            + await _streams(web, turns, port)
        )
    finally:
        stop.set()
        await serving


async def _pages(port: int, names: list[str]) -> int:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        weights = {path: len((await client.get(path)).content) for path in WEIGHED}
        body = (await client.get(PAGE)).text
    print(
        f"\npages: {REQUESTS} requests, {AT_ONCE} at once, {ROUNDS} rounds, beside a bare Starlette page of the same bytes"
    )
    async with _bare(body) as other:
        await _asked(port, PAGE)
        rounds = [
            (await _asked(other, "/"), await _asked(port, PAGE)) for _ in range(ROUNDS)
        ]  # the machine is the same
    bare, ours = ([one for times in kind for one in times] for kind in zip(*rounds, strict=True))
    missed = line("pages a second, of the bare page's", 100 * sum(bare) / sum(ours), 40, "%")
    missed += line("p99, times the bare page's", _p99(ours) / _p99(bare), 2.5, "x", at_most=True)
    for path, weight in weights.items():
        line(f"weight of {path}", weight / 1000, unit="kB")
    missed += line("weight of the first page", weights["/"] / 1000, 15, "kB", at_most=True)
    return missed + line(
        "the heaviest of all procedures' pages", await _heaviest(port, names) / 1000, 15, "kB", at_most=True
    )


async def _heaviest(port: int, names: list[str]) -> int:
    """Of every procedure in each language and in a commune, with the second pages of those that have one."""
    found = 0
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for name in names:
            for path in (f"/t/{name}", f"/en/t/{name}", f"/id/t/{name}", f"/x/00008/{name}"):
                page = await client.get(path)
                more = [await client.get(path + addresses.MORE)] if addresses.MORE in page.text else []
                found = max(found, *(len(one.content) for one in (page, *more)))
    return found


@asynccontextmanager
async def _bare(body: str) -> AsyncIterator[int]:
    """What Starlette does with a page that is there already, by the same server on the same loop."""

    async def page(_request: Request) -> Response:
        return HTMLResponse(body)

    port = free_port()
    config = uvicorn.Config(Starlette(routes=[Route("/", page)]), port=port, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())  # without its hold on signals
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        await serving


async def _asked(port: int, path: str) -> list[float]:
    """Seconds a request, over connections that stay open."""

    async def one() -> list[float]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        found = []
        for _ in range(REQUESTS // AT_ONCE):
            began = time.perf_counter()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            found.append(time.perf_counter() - began)
        writer.close()
        return found

    return [seconds for some in await asyncio.gather(*(one() for _ in range(AT_ONCE))) for seconds in some]


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


async def _turns(port: int, answered: asyncio.Event) -> int:
    """One after another, each by HTTP from a person who has not written before, until the reply is out and noted."""
    telegram, web = [], []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for update in updates_of(0, TURNS):
            answered.clear()
            began = time.perf_counter()
            taken = await client.post("/z", json=update, headers={SECRET_HEADER: SECRET})
            await answered.wait()
            telegram.append(time.perf_counter() - began)
            form = Page(await client.get("/")).form("/noi")
            began = time.perf_counter()
            shown = await client.post("/noi", data={**form, "q": QUESTION})
            web.append(time.perf_counter() - began)
            assert (taken.status_code, shown.status_code) == (200, 303)
            client.cookies.clear()
    ratio = statistics.median(web) / statistics.median(telegram)
    return line("a web turn, times one of Telegram's", ratio, 1.3, "x", at_most=True)


async def _streams(web: WebDoor, turns: Turns, port: int) -> int:
    """Every one is told of changes again and again, and what that takes does not grow."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    streams = [await _stream(port) for _ in range(STREAMS)]
    await _rung(web, streams)
    before = psutil.Process().memory_info().rss
    for _ in range(RINGS):
        await _rung(web, streams)
    after = psutil.Process().memory_info().rss
    in_use = min([turns.database._engine.pool.checkedout() for _ in range(SAMPLES) if not await asyncio.sleep(0.01)])
    missed = line(f"{STREAMS} open streams: connections of the database in use", in_use, 0, at_most=True)
    missed += line(f"memory after {RINGS} rings of each, times before", after / before, 1.02, "x", at_most=True)
    for _, writer in streams:
        writer.close()
    return missed


async def _stream(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    key = secrets.token_urlsafe(32)
    writer.write(f"GET /luong HTTP/1.1\r\nHost: x\r\nCookie: mc={key}\r\n\r\n".encode())
    await reader.readuntil(b"data: 0\n\n")
    return reader, writer


async def _rung(web: WebDoor, streams: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]) -> None:
    for chat in web.bus.visits:
        web.bus.ring(chat)
    await asyncio.gather(*(reader.readuntil(b"\n\n\r\n") for reader, _ in streams))
