"""The desk in a real browser: on a small telephone, by keyboard alone, inside Telegram; nothing that axe finds."""

import asyncio
import json
import os
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from bot.casework import staffing
from bot.casework.unit_of_work import UnitOfWork
from tests.browsing import browsers, chromium, needs_chromium, served
from tests.cast import BA_DINH, EMMA, HOA, HUNG, LAN, MINH, NGOC_HA, TAM, THU
from tests.conftest import ROOT
from tests.stage import played
from tests.stories.test_desk_in_browser import link_of, opened_at, signed

pytestmark = [
    pytest.mark.only_on("sqlite", "what a page looks like does not hang on the database"),
    needs_chromium,
]
TWO_LINES = 88  # pixels: each line is as high as a finger
SMALL = {"width": 320, "height": 568}


async def sits(play, at, page, person):
    """Somebody comes in by a link of their own."""
    await page.goto(f"{at}/ban/vao?m={link_of(play, person)}")
    await page.click("main button")
    await page.wait_for_url("**/ban")
    return page


async def picture(page, name):
    """For docs/screen/, where PICTURES says that they are to be made anew."""
    if os.environ.get("PICTURES"):
        await page.screenshot(path=ROOT / "docs" / "screen" / f"{name}.png", full_page=False)


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
            assert await page.evaluate("document.querySelector('header.bar').offsetHeight") < TWO_LINES, path
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
        assert (await page.title()).startswith("(1) ")
        await page.goto(f"{at}/ban/r/{code}")
        await page.wait_for_function("document.title.startsWith('(1) ')")  # so that it is seen behind other windows
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


@played
async def test_a_day_at_two_desks_in_browsers_and_in_the_chat(play, clock):  # noqa: PLR0915 - one day, one browser
    """Two claim at once, a leader assigns, chat and screen are one conversation, a transfer, a page that dies."""
    play.turns.house = replace(play.turns.house, address="https://mot-cua.example")
    await play.opens_desk(8, NGOC_HA, HOA, MINH, leader=THU)
    await play.opens_desk(4, BA_DINH, TAM)
    code = await play.asks(LAN, "nhà em ở Ba Đình, giấy chứng sinh của cháu ghi sai tên mẹ thì sửa ở đâu ạ")
    other = await play.asks(HUNG, "tôi muốn mở tiệm tạp hóa nhỏ thì cần giấy tờ gì")
    await play.asks(EMMA, "how do I register my baby born here last week")
    async with served(play) as at, browsers() as opened:
        size = {"viewport": {"width": 820, "height": 760}}
        hoa, minh = [await sits(play, at, await opened(**size), one) for one in (HOA, MINH)]
        for page in (hoa, minh):
            await page.goto(f"{at}/ban/r/{code}")
        await asyncio.gather(*(page.click("button[value=claim]") for page in (hoa, minh)))
        await asyncio.gather(*(page.wait_for_load_state() for page in (hoa, minh)))
        has = {page: await page.locator("#w").count() for page in (hoa, minh)}
        assert sorted(has.values()) == [0, 1]
        first, second = sorted((hoa, minh), key=lambda page: -has[page])
        who = HOA if first is hoa else MINH
        assert who.name in await second.inner_text("[role=alert]")

        await second.goto(f"{at}/ban")
        thu = await sits(play, at, await opened(**size), THU)
        await picture(thu, "lists")
        await thu.goto(f"{at}/ban?chon=1")
        await thu.check(f"input[value='{other}']")
        await thu.select_option("select[name=to]", label=f"{'Minh' if who is HOA else 'Hoa'} (đang giữ 0)")
        await thu.click("button[value=assign]")
        await thu.get_by_text("Xong 1 việc.").wait_for()
        await second.locator("#news").wait_for()  # by itself
        await second.click("#news a")
        await second.get_by_role("heading", name="Bạn đang giữ (1)").wait_for()

        await first.fill("#w", "Chị gọi lại bệnh viện trước giúp em nhé.")
        await first.click("button[value=answer]")
        await first.get_by_text("đang gửi").wait_for()
        await play.deliver()
        await first.get_by_text("đã đến").wait_for()
        await play.hears(LAN.says(f"/write {code} bệnh viện bảo ra phường ạ"))
        await first.get_by_text("bệnh viện bảo ra phường ạ").wait_for()
        await play.hears(
            NGOC_HA.hears(who, "vậy để em chuyển sang phường Ba Đình", thread=play.server.topics[NGOC_HA.id][0][0])
        )
        await first.locator(".ours p", has_text="vậy để em chuyển sang phường Ba Đình").wait_for()
        assert "vậy để em chuyển" in play.said(LAN)[-1]
        await first.goto(f"{at}/ban/r/{code}")
        await picture(first, "request")

        await first.locator("summary", has_text="Chuyển xã khác").click()
        await first.fill("#x-transfer", "00004")
        await first.fill("#w-transfer", "nhà thuộc Ba Đình")
        await first.click("button[value=transfer]")
        tam = await sits(play, at, await opened(**size), TAM)
        await tam.get_by_text("Xã khác chuyển tới (1)").first.wait_for()
        await tam.goto(f"{at}/ban/r/{code}")
        await tam.click("button[value=accept]")
        await tam.locator("#w").wait_for()
        await play.deliver()
        assert "Ba Đình" in play.said(LAN)[-1]
        assert (await first.goto(f"{at}/ban/r/{code}")).status == 404

        await second.goto(f"{at}/ban/r/{other}")
        with play.turns.database.change() as connection:
            gone = MINH if who is HOA else HOA
            staffing.revoke(UnitOfWork(connection, play.turns.house, clock()), f"telegram:{gone.id}")
        await second.get_by_text("không còn làm ở đây").wait_for()  # by itself
        assert "tạp hóa" not in await second.inner_text("body")

        for path, name in (("/ban/hom-nay", "today"), ("/ban/so-lieu", "figures")):
            await thu.goto(at + path)
            await picture(thu, name)
        await first.goto(f"{at}/ban/quay")
        await first.fill("#ten", "Bà Tư")
        await first.fill("#w", "Tôi xin bản sao giấy khai sinh của cháu")
        await first.check("input[name=dong-y]")
        await first.click("button[value=claim]")
        await first.locator(".receipt svg").wait_for()
        await picture(first, "receipt")
        assert [one for page in (hoa, minh, thu, tam) for one in page.troubles if "40" not in one] == []
