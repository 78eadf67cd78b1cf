"""Every page in a real browser: at the width of an old telephone, dark, by keyboard alone, for readers of screens."""

import asyncio
import re
import threading
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from tests.browsing import CHROMIUM, FLAGS, needs_chromium
from tests.web import pages

pytestmark = [
    needs_chromium,
    pytest.mark.only_on("sqlite", "a browser sees no database"),
    pytest.mark.xdist_group("browser"),  # one browser a session
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PUBLIC = ("/", "/t", "/t/dang-ky-khai-sinh", "/x", "/x/00008", "/x/00008/dang-ky-khai-sinh", "/su-kien",
          "/su-kien/sinh-con", "/tim?q=mất bóp", "/y", "/quyen-rieng-tu", "/mat-mang/00008", "/khong-co", "/en", "/id/t/dang-ky-khai-sinh")  # fmt: skip
NARROW, HALVED, DARK = {"width": 320, "height": 568}, {"width": 512, "height": 384}, "dark"


@pytest.fixture(scope="module")
def chromium():
    """Stopped before any other test: while it lives, its library holds an event loop in this thread."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def served(turns):
    """The pages, in a thread of their own: the browser's library waits in this one."""
    ready, over, found = threading.Event(), threading.Event(), {}

    async def serve():
        async with pages(turns) as web:
            found["url"] = web.url
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait(30)
    try:
        yield found["url"]
    finally:
        over.set()
        thread.join(30)


@pytest.fixture
def url(turns):
    with served(turns) as address:
        yield address


@contextmanager
def opened(chromium, **how):
    """A page of a browser that has never been here; whatever it complains of is kept."""
    context = chromium.new_context(**how)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()


def looked_at(page):
    """No rule of WCAG that a machine can judge is broken, and nothing must be scrolled sideways."""
    found = Axe().run(page, options=RULES)
    broken = [(one["id"], one["nodes"][0]["html"][:120]) for one in found.response["violations"]]
    assert broken == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url


def asks(page, words):
    """Once what was pressed before has been answered: the form may still be the one that is replaced."""
    page.locator(".htmx-request, .htmx-swapping, .htmx-settling").first.wait_for(state="detached")
    page.fill("textarea[name=q]", words)
    page.click("form:has(textarea) button.main")


def test_every_public_page_at_320_pixels_in_the_dark(chromium, url):
    with opened(chromium, viewport=NARROW, color_scheme=DARK) as page:
        for path in PUBLIC:
            page.goto(url + path)
            looked_at(page)
        assert [one for one in page.complaints if "404" not in one] == []


def test_the_conversation_without_a_script(chromium, url):
    with opened(chromium, viewport=NARROW, java_script_enabled=False) as page:
        page.goto(url)
        asks(page, "mất bóp rồi giờ sao")
        page.wait_for_url("**/#m*")
        assert "Mất giấy tờ" in page.inner_text("#log")
        page.click("#log button >> nth=0")
        page.wait_for_url("**/#m*")
        assert page.locator(".log > li").count() == 3  # the answer stands where the button stood


def test_the_conversation_with_a_script_goes_on_by_itself(chromium, url, turns):
    from bot.conversation.reply import Block, Reply
    from bot.doors.web.sessions import Session
    from bot.store import outbox
    from bot.turn import _REPLY

    with opened(chromium, viewport=HALVED) as page:  # 200 % of a small screen
        page.goto(url)
        asks(page, "em mới sinh con cần giấy tờ gì")
        page.wait_for_url("**/#m*")
        looked_at(page)
        asks(page, "lệ phí bao nhiêu")
        page.locator(".log > li").nth(3).wait_for()
        expect(page.locator("textarea")).to_have_value("")
        page.fill("textarea", "đang gõ dở")
        key = next(one["value"] for one in page.context.cookies() if one["name"] == "mc")
        said = Reply(blocks=(Block(text="Cán bộ Hoa trả lời bạn"),))
        with turns.database.change() as connection:
            outbox.put(connection, chat=Session(key).chat, payload=_REPLY.dump_json(said).decode(), now=turns.clock())
        page.get_by_text("Cán bộ Hoa trả lời bạn").wait_for()
        assert page.input_value("textarea") == "đang gõ dở"  # what is being typed is never touched
        looked_at(page)
        assert page.complaints == []


def test_by_keyboard_alone(chromium, url):
    with opened(chromium, viewport=NARROW) as page:
        page.goto(url)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.tagName") == "TEXTAREA":
                break
        page.keyboard.type("khai sinh cho con")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/#m*")
        assert "Khai sinh" in page.inner_text("#log") or "khai sinh" in page.inner_text("#log")


def test_what_can_be_touched_is_large_enough(chromium, url):
    small = """() => [...document.querySelectorAll('button, a.do, nav a, input, textarea')]
        .filter(one => one.offsetParent && one.getBoundingClientRect().height < 36).map(one => one.outerHTML.slice(0, 90))"""
    with opened(chromium, viewport=NARROW) as page:
        for path in ("/", "/x/00008", "/tim?q=khai sinh", "/y"):
            page.goto(url + path)
            assert [one for one in page.evaluate(small) if 'type="hidden"' not in one] == [], path


def test_on_paper_stand_the_papers_and_the_telephone_and_no_forms(chromium, url):
    with opened(chromium) as page:
        page.goto(f"{url}/x/00008/dang-ky-khai-sinh")
        page.emulate_media(media="print")
        assert page.locator(".box li").first.is_visible()
        assert page.locator(".call").is_visible()
        assert not page.locator("form").first.is_visible()
        assert not page.locator("nav").first.is_visible()


SPEAKS = """
const said = window.said = [];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [{ lang: "LANG-XX" }], speak: (one) => said.push([one.text, one.lang]), cancel: () => { said.length = 0; },
} });
"""


KEPT = """async (page) => {
  const found = async () => Promise.all((await caches.keys()).map(async (one) => (await (await caches.open(one)).keys())));
  for (let n = 0; n < 400; n++) {
    const kept = (await found()).flat().map((one) => new URL(one.url).pathname);
    if (kept.includes(page)) return kept;
    await new Promise((next) => setTimeout(next, 25));
  }
}"""


def test_without_a_network_one_page_says_so_with_the_communes_number_and_nothing_else_is_kept(chromium, turns):
    number = next(one.phone for one in turns.house.knowledge.offices[8] if one.phone)
    with opened(chromium, viewport=NARROW) as page:
        with served(turns) as url:
            page.goto(f"{url}/t")
            assert page.evaluate(KEPT, "/mat-mang") == ["/mat-mang"]
            page.goto(f"{url}/x/00008/dang-ky-khai-sinh")
            assert page.evaluate(KEPT, "/mat-mang/00008") == ["/mat-mang/00008"]
            page.goto(f"{url}/?x=00008")
            asks(page, "em mới sinh con cần giấy tờ gì")
            page.wait_for_url("**/#m*")
            assert page.complaints == []
            page.context.set_offline(True)  # of which the browser complains itself
            page.fill("textarea[name=q]", "lệ phí bao nhiêu")
            page.locator("form:has(textarea[name=q]) button").first.click()
            assert "Lời bạn viết vẫn còn đây" in page.locator(".unsent[role=alert]").inner_text()
            assert page.input_value("textarea[name=q]") == "lệ phí bao nhiêu"
            page.context.set_offline(False)
            page.locator(".unsent").wait_for(state="detached")
            page.goto(f"{url}/y")
            assert page.evaluate(KEPT, "/mat-mang/00008") == ["/mat-mang/00008"]
        for address in ("/", "/t/dang-ky-khai-sinh", "/y"):
            page.goto(f"{url}{address}")
            assert page.locator("h1").inner_text() == "Mất mạng rồi ạ"
            assert number in page.locator("main").inner_text()
        looked_at(page)


def test_answers_are_read_aloud_where_the_browser_has_a_voice_of_their_language(chromium, url):
    with opened(chromium, viewport=NARROW) as page:
        page.add_init_script(SPEAKS.replace("LANG", "vi"))
        page.goto(url)
        asks(page, "em mới sinh con cần giấy tờ gì")
        page.wait_for_url("**/#m*")
        asks(page, "lệ phí bao nhiêu")
        page.locator(".log > li").nth(3).wait_for()
        button = page.locator(".log > li").nth(3).locator("button.aloud")
        button.click()
        said = page.evaluate("window.said")
        assert any("không mất tiền" in text for text, _ in said)
        assert {language for _, language in said} == {"vi"}
        button.click()
        assert page.evaluate("window.said") == []  # pressed again, it is quiet
        page.goto(f"{url}/t/dang-ky-khai-sinh")
        assert page.locator("button.aloud").count() > 3
        looked_at(page)
        assert page.complaints == []
    with opened(chromium, viewport=NARROW) as page:
        page.add_init_script(SPEAKS.replace("LANG", "en"))
        page.goto(f"{url}/t/dang-ky-khai-sinh")
        assert page.locator("button.aloud").count() == 0  # an English voice cannot be understood in Vietnamese


def presses(page, start):
    """The last button whose action begins so."""
    page.locator(f'#log button[value^="{start}"]').last.click()


def test_a_request_from_consent_to_its_page_at_320_pixels_and_twice_as_large_in_the_dark(chromium, url):
    for view in (NARROW, HALVED):
        with opened(chromium, viewport=view, color_scheme=DARK) as page:
            page.goto(f"{url}/?x=00008")
            asks(page, "tôi muốn gặp cán bộ")
            page.locator('#log button[value^="r:yes:"]').wait_for()
            looked_at(page)
            presses(page, "r:yes:")
            page.get_by_text("xem lại trước khi gửi").wait_for()
            asks(page, "giấy chứng sinh ghi sai tên mẹ")
            page.locator('#log button[value^="r:send:"]').last.wait_for()
            looked_at(page)
            presses(page, "r:send:")
            page.locator("#log svg").wait_for()
            looked_at(page)
            said = page.inner_text("#log")
            code, secret = re.search(r"Mã (MC-\w{4}-\w{2}), mã bí mật (\w{4}-\w{4})", said).groups()
            page.goto(f"{url}/y/{code}~{secret}")
            assert code in page.inner_text("main")
            looked_at(page)
            page.goto(f"{url}/y/{code}~AAAA-2222")
            looked_at(page)
            assert [one for one in page.complaints if "403" not in one] == []


def test_on_a_slow_network_the_page_is_of_use_before_its_script_is_there(chromium, url):
    slow = {"offline": False, "latency": 400, "downloadThroughput": 12_500, "uploadThroughput": 5_000}
    with opened(chromium, viewport=NARROW) as page:
        page.goto(url)
        asks(page, "xin chào")
        page.wait_for_url("**/#m*")
        page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
        page.goto(f"{url}/", wait_until="commit")
        page.locator("form:has(textarea) button.main").wait_for()
        asks(page, "mất bóp rồi giờ sao")
        page.get_by_text("Mất giấy tờ").first.wait_for()
        assert page.complaints == []
