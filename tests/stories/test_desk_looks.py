"""The desk in a real browser: on a small telephone, by keyboard alone, inside Telegram; nothing that axe finds."""

import asyncio
import os
import shutil
import socket
from contextlib import asynccontextmanager
from urllib.parse import quote

import pytest
import uvicorn
from starlette.applications import Starlette

from bot.doors.web.desk.routes import desk_routes
from tests.cast import HOA, LAN, MINH, NGOC_HA, THU
from tests.stage import played
from tests.stories.test_desk_in_browser import link_of, opened_at, signed
from tests.telegram_server import TOKEN

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("no Chromium here", allow_module_level=True)

pytestmark = pytest.mark.only_on("sqlite", "what a page looks like does not hang on the database")
SMALL = {"width": 320, "height": 568}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@asynccontextmanager
async def served(play):
    app = Starlette(routes=desk_routes(play.turns, TOKEN))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def chromium(**more):
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await (await browser.new_context(**more)).new_page()
        page.troubles = []
        page.on("console", lambda said: page.troubles.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        yield page
        await browser.close()


@played
async def test_the_desk_on_a_small_telephone_without_a_fault(play):
    from axe_playwright_python.async_playwright import Axe

    await play.opens_desk(8, NGOC_HA, HOA, MINH, leader=THU)
    code = await play.asks(LAN, "giấy chứng sinh sai tên mẹ thì làm sao " + "x" * 60)
    await play.hears(THU.says(f"/claim {code}"))
    async with served(play) as at, chromium(viewport=SMALL) as page:
        await page.goto(f"{at}/ban/vao?m={link_of(play, THU)}")
        await page.click("main button")
        for path in ("/ban", f"/ban/r/{code}", "/ban/tim?q=lan", "/ban/so-lieu", "/so-lieu/00008"):
            await page.goto(at + path)
            assert await page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"], path
            found = await Axe().run(page)
            assert found.violations_count == 0, (path, [one["id"] for one in found.response["violations"]])
        assert page.troubles == []


@played
async def test_claiming_and_answering_by_keyboard_alone_and_a_draft_is_kept(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    async with served(play) as at, chromium() as page:
        await page.goto(f"{at}/ban/vao?m={link_of(play, HOA)}")
        await page.focus("main button")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/ban")
        await page.goto(f"{at}/ban/r/{code}")
        for _ in range(30):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement.value") == "claim":
                break
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#w")
        await page.focus("#w")
        await page.keyboard.type("Chị ra quầy 3.")
        await page.reload()
        assert await page.input_value("#w") == "Chị ra quầy 3."
        await page.focus("#w")
        await page.keyboard.press("Control+Enter")
        await page.wait_for_selector(".ours")
        assert await page.input_value("#w") == ""
        assert page.troubles == []
    await play.deliver()
    assert "Chị ra quầy 3." in play.said(LAN)[-1]


@played
async def test_the_mini_app_signs_in_by_what_telegram_hands_over(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    bridge = "window.told = []; window.TelegramWebviewProxy = {postEvent: (kind) => sessionStorage.setItem(kind, '1')}"
    async with served(play) as at, chromium(viewport=SMALL) as page:
        await page.add_init_script(bridge)
        data = signed(opened_at(clock(), start_param=f"r_{code}"))
        await page.goto(f"{at}/ban/tg#tgWebAppData={quote(data)}&tgWebAppVersion=8.0&tgWebAppPlatform=android")
        await page.wait_for_url(f"**/ban/r/{code}")
        assert await page.evaluate("sessionStorage.getItem('web_app_ready')") == "1"
        assert "tgWebAppData" not in page.url
        assert "Gửi tới: Lan" in await page.inner_text("h1")
        assert page.troubles == []
