"""A real browser for the tests, where there is one; where there is none they say so and are skipped."""

import asyncio
import os
import shutil
import socket
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette

from bot.doors.web.desk.live import Live
from bot.doors.web.desk.routes import desk_routes
from tests.telegram_server import TOKEN

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium: install chromium-headless-shell, or set CHROMIUM to one"
)


@asynccontextmanager
async def served(play):
    """The desk's pages on a port of loopback, with the look at the database that live pages hang on."""
    live, over = Live(play.turns), asyncio.Event()
    app = Starlette(routes=desk_routes(play.turns, TOKEN, live))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
    serving, watching = asyncio.create_task(server.serve(sockets=[listening])), asyncio.create_task(live.watch(over))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        over.set()
        live.bus.close()
        server.should_exit = True
        await asyncio.gather(serving, watching)


@asynccontextmanager
async def browsers():
    """One browser; each call opens it for somebody who has never been here. What pages complain of is kept."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        async def opened(**more):
            page = await (await browser.new_context(**more)).new_page()
            page.set_default_timeout(10_000)
            page.troubles = []
            page.on("console", lambda said: page.troubles.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: page.troubles.append(str(error)))
            return page

        yield opened
        await browser.close()


@asynccontextmanager
async def chromium(**more):
    async with browsers() as opened:
        yield await opened(**more)
