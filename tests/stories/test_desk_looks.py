"""The desk in a real browser: on a small telephone, by keyboard alone, inside Telegram; nothing that axe finds."""

import asyncio
import json
import os
import shutil
import socket
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import pytest
import uvicorn
from starlette.applications import Starlette

from bot.casework import staffing
from bot.casework.unit_of_work import UnitOfWork
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
        page.set_default_timeout(10_000)
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
        for path in (
            "/ban",
            f"/ban/r/{code}",
            "/ban/tim?q=lan",
            "/ban?chon=1&giu=me",
            "/ban/quay",
            "/ban/hom-nay",
            "/ban/khoa",
            "/ban/so-lieu",
            "/so-lieu/00008",
        ):
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


BRIDGE = (
    "window.told = []; window.TelegramWebviewProxy = {postEvent: (kind, body) => told.push([kind, JSON.parse(body)])}"
)
PALE = {"bg_color": "#ffffff", "text_color": "#cccccc"}  # nobody could read it
NIGHT = {
    "bg_color": "#101418",
    "text_color": "#f0f0f0",
    "hint_color": "#22262a",
    "link_color": "#7cc4ff",
    "secondary_bg_color": "#1c2228",
}


def in_telegram(clock, theme, **more):
    """What Telegram's app puts behind the address."""
    data = {"tgWebAppData": signed(opened_at(clock(), **more)), "tgWebAppVersion": "8.0", "tgWebAppPlatform": "android",
            "tgWebAppThemeParams": json.dumps(theme)}  # fmt: skip
    return f"/ban/tg#{urlencode(data)}"


async def last(page, kind):
    """What Telegram was told last of something."""
    return await page.evaluate("kind => window.told.filter(one => one[0] === kind).map(one => one[1]).at(-1)", kind)


@played
async def test_the_mini_app_from_claim_to_answer_by_telegrams_own_button(play, clock):
    from axe_playwright_python.async_playwright import Axe

    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    async with served(play) as at, chromium(viewport=SMALL) as page:
        await page.add_init_script(BRIDGE)
        await page.goto(at + in_telegram(clock, NIGHT, start_param=f"r_{code}"))
        await page.get_by_role("heading", name="Gửi tới: Lan").wait_for()
        assert await page.context.cookies() == []  # a frame keeps none: the session goes in a header
        assert "tgWebAppData" not in page.url
        assert (await last(page, "web_app_ready"), await last(page, "web_app_expand")) == ({}, {})
        button = await last(page, "web_app_setup_main_button")
        assert (button["text"], button["color"]) == ("Nhận việc và báo Lan biết", "#7cc4ff")
        assert await page.evaluate("getComputedStyle(document.body).color") == "rgb(240, 240, 240)"
        found = await Axe().run(page)
        assert found.violations_count == 0, [one["id"] for one in found.response["violations"]]
        assert await page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
        await page.evaluate("Telegram.WebView.receiveEvent('main_button_pressed')")
        await page.locator("#w").wait_for()
        await page.fill("#w", "Chị ra quầy 3 nhé.")
        assert await last(page, "web_app_setup_closing_behavior") == {"need_confirmation": True}
        assert (await last(page, "web_app_setup_main_button"))["text"] == "Gửi cho Lan"
        await page.evaluate("Telegram.WebView.receiveEvent('main_button_pressed')")
        await page.locator(".ours").wait_for()
        assert await page.input_value("#w") == ""
        await page.get_by_role("link", name="Bàn làm việc").click()
        await page.get_by_role("heading", name="Bạn đang giữ (1)").wait_for()
        assert await last(page, "web_app_setup_back_button") == {"is_visible": True}
        await page.evaluate("Telegram.WebView.receiveEvent('back_button_pressed')")
        await page.get_by_role("heading", name="Gửi tới: Lan").wait_for()
        await page.reload()  # what Telegram handed over is gone
        await page.get_by_role("heading", name="Gửi tới: Lan").wait_for()
        with play.turns.database.change() as connection:
            staffing.revoke(UnitOfWork(connection, play.turns.house, clock()), f"telegram:{HOA.id}")
        await page.get_by_role("link", name="Bàn làm việc").click()
        await page.get_by_text("không còn làm ở đây").wait_for()
        assert [one for one in page.troubles if "401" not in one] == []
    await play.deliver()
    assert "Chị ra quầy 3 nhé." in "\n".join(play.said(LAN))


@played
async def test_the_mini_app_is_nobodys_without_telegrams_word_and_keeps_colours_that_can_be_read(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    async with served(play) as at, chromium(viewport=SMALL) as page:
        await page.add_init_script(BRIDGE)
        await page.goto(at + in_telegram(clock, PALE).replace("query_id", "query_ie"))
        await page.get_by_text("Chỉ cán bộ đã tham gia").wait_for()
        assert await page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 27, 27)"
        await page.goto("about:blank")
        await page.goto(f"{at}/ban/tg")
        await page.locator("form[data-mini-app]").wait_for(state="hidden")
