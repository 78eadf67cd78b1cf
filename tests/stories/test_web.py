"""Lan at a browser: asks, presses, opens a request, comes back with code and secret. Nothing she typed is lost."""

import asyncio
import io
import re
from urllib.parse import quote, urlencode

import pytest
from PIL import Image
from sqlalchemy import select, text

from bot.store import cases, visits
from bot.store.tables import metadata
from tests.cast import HOA, NGOC_HA
from tests.telegram_server import TelegramServer
from tests.web import Page, browsed, pages

DAY = 86_400
FORM = "application/x-www-form-urlencoded"


def told(turns, key, **values):
    return turns.house.catalogs["vi"].say(key, **values)


def everything(database):
    with database.look() as connection:
        return "\n".join(
            f"{table.name}: {tuple(row)}"
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
        )


@browsed
async def test_a_day_to_remember_goes_into_a_calendar_as_a_calendar(web, turns):
    lan = web.browser()
    await lan.says("nhắc em hết hạn tạm trú ngày 20/3/2027")
    assert told(turns, "remind.visit_note") in lan.page.text
    await lan.presses("rkeep:")
    file = await lan.client.get(re.findall(r'href="(/tep/\d+)"', lan.page.html)[-1])
    assert file.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert "DTSTART:20270305T020000Z" in file.text


@browsed
async def test_no_cookie_before_the_first_word_and_one_of_ours_after_it(web):
    lan = web.browser()
    page = await lan.opens("/")
    assert "set-cookie" not in page.response.headers
    page = await lan.says("mất bóp rồi giờ sao")
    cookie = page.response.history[0].headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "expires" not in cookie.lower()
    assert page.messages[0] == (True, "Bạn mất bóp rồi giờ sao")
    assert "Mất giấy tờ" in page.messages[1][1]
    assert page.response.headers["cache-control"] == "no-store"


@pytest.mark.on_both
@browsed
async def test_the_database_knows_no_session_by_its_key(web, database):
    lan = web.browser()
    await lan.says("mất bóp rồi giờ sao")
    key = lan.client.cookies["mc"]
    assert len(key) == 43
    assert key not in everything(database)


@pytest.mark.on_both
@browsed
async def test_buttons_answer_as_everywhere(web):
    lan = web.browser()
    await lan.says("khai sinh cho con")
    page = await lan.presses("answer:dang-ky-khai-sinh:place")
    assert "Nơi nộp" in page.messages[-1][1]
    page = await lan.presses("list:dang-ky-khai-sinh")
    assert "60 ngày" in page.messages[-1][1]


@browsed
async def test_a_button_further_up_is_answered_below_where_it_is_seen(web):
    lan = web.browser()
    await lan.says("khai sinh cho con")
    await lan.says("cảm ơn")
    count = len(lan.page.messages)
    page = await lan.presses("list:dang-ky-khai-sinh")
    assert len(page.messages) == count + 2
    assert page.messages[-2][0]  # what was pressed, in her own line


@browsed
async def test_the_language_is_that_of_the_page_or_of_the_words(web):
    emma = web.browser()
    await emma.opens("/en")
    page = await emma.says("how do I register a birth")
    assert page.response.url.path == "/en"
    assert '<html lang="en">' in page.html
    assert "birth" in page.messages[-1][1].lower()


@browsed
async def test_from_a_communes_page_its_commune_is_known(web):
    lan = web.browser()
    await lan.opens("/?x=00008")
    page = await lan.says("em mới sinh con, làm khai sinh ở đâu")
    assert "Số 248 phố Kim Mã" in page.text
    assert "tel:0241022" in page.head


@pytest.mark.on_both
@browsed
async def test_what_is_posted_twice_is_said_once(web, database):
    lan = web.browser()
    await lan.says("xin chào")
    form = next(form for form in lan.page.forms if form.action == "/noi" and "q" in form)
    await asyncio.gather(*(lan.client.post("/noi", data={**form, "q": "lệ phí khai sinh"}) for _ in range(4)))
    page = await lan.opens("/")
    assert [words for mine, words in page.messages if mine] == ["Bạn xin chào", "Bạn lệ phí khai sinh"]
    assert len(page.messages) == 4


@pytest.mark.parametrize(
    ("fields", "status", "key"),
    [
        ({"t": "", "q": "giữ chữ này"}, 409, "web.problem_old"),
        ({"t": "1.2.3", "q": "giữ chữ này"}, 409, "web.problem_old"),
        ({"t": "ff.\ud800", "q": "giữ chữ này"}, 409, "web.problem_old"),
        ({"q": "giữ chữ này " * 1500}, 413, "web.problem_long"),
        ({"a": "x" * 65, "q": "giữ chữ này"}, 400, "web.problem_form"),
    ],
)
@browsed
async def test_what_is_not_taken_is_given_back_as_it_was_typed(web, turns, fields, status, key):
    for begun in (False, True):
        lan = web.browser()
        await lan.opens("/")
        if begun:
            await lan.says("xin chào")
        form = next(form for form in lan.page.forms if form.action == "/noi" and "q" in form)
        sent = urlencode({**form, **fields}, errors="surrogatepass").encode()
        page = Page(await lan.client.post("/noi", content=sent, headers={"Content-Type": FORM}))
        assert page.status == status
        assert told(turns, key, most=16000) in page.text
        assert "giữ chữ này" in page.html
        page = await lan.posts(next(f for f in page.forms if f.action == "/noi" and "q" in f), q="khai sinh", a="")
        assert page.status == 200  # the form that was given back works


@browsed
async def test_a_page_left_open_over_the_day_asks_to_send_again(web, turns, clock):
    lan = web.browser()
    await lan.opens("/")
    clock.pass_(13 * 3600)
    page = await lan.says("khai sinh cho con")
    assert told(turns, "web.problem_old") in page.text
    page = await lan.posts(next(f for f in page.forms if f.action == "/noi"))
    assert page.messages[0] == (True, "Bạn khai sinh cho con")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"q=" + b"x" * 300_000, "application/x-www-form-urlencoded", 413),
        (b'{"q": 1}', "application/json", 400),
        (b"rubbish", "multipart/form-data; boundary=x", 400),
        (b"rubbish", "multipart/form-data", 400),
        (b"&".join(b"a%d=1" % n for n in range(500)), "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe\x00q=1", "application/x-www-form-urlencoded", 409),
        (
            b"--x\r\nContent-Disposition: form-data; name=q\r\n\r\n" + b"y" * 6_000_000,
            "multipart/form-data; boundary=x",
            413,
        ),
    ],
)
@pytest.mark.only_on("sqlite", "nothing of it reaches the database")
@browsed
async def test_whatever_is_posted_is_answered_with_a_page(web, body, kind, status):
    lan = web.browser()
    for path in ("/noi", "/anh"):
        answer = await lan.client.post(path, content=body, headers={"Content-Type": kind})
        assert answer.status_code == status
        assert "</html>" in answer.text
        assert "set-cookie" not in answer.headers


@browsed
async def test_another_sites_page_cannot_speak_for_a_visitor(web, turns):
    lan = web.browser()
    await lan.says("xin chào")
    form = next(form for form in lan.page.forms if form.action == "/noi" and "q" in form)
    stranger = web.browser(**{"Sec-Fetch-Site": "cross-site"})
    page = await stranger.posts(form, q="xóa hết đi")
    assert told(turns, "web.problem_elsewhere") in page.text
    assert "set-cookie" not in page.response.headers
    code, secret = await web.browser().asks()  # nor have a visitor write into its own request
    page = await stranger.posts((await lan.opens("/y")).form("/y"), ma=code, mat=secret)
    assert (page.status, "set-cookie" in page.response.headers) == (403, False)
    await lan.opens(f"/y/{code}~{secret}")
    page = await stranger.posts(lan.page.form("/y/dong"))
    assert "set-cookie" not in page.response.history[0].headers


@browsed
async def test_one_visitor_sees_nothing_of_another(web):
    lan, hung = web.browser(), web.browser()
    await lan.says("khai sinh cho con của Zxq")
    await hung.says("xin chào")
    assert "Zxq" not in hung.page.html
    number = re.search(r'id="m(\d+)"', lan.page.html)[1]
    assert (await hung.opens(f"/tep/{number}")).status == 404
    await hung.opens("/")
    form = next(form for form in hung.page.forms if form.action == "/noi" and "q" in form)
    page = await hung.posts(form, q="", a="list:dang-ky-khai-sinh", m=number)
    assert "Zxq" not in page.html
    await lan.opens("/?x=00008")
    await lan.says("/request Zxq bị sai tên")  # her words wait in the question whether she agrees
    await hung.opens("/?x=00008")
    for number in re.findall(r'id="m(\d+)"', lan.page.html):
        form = next(form for form in hung.page.forms if form.action == "/noi" and "q" in form)
        page = await hung.posts(form, q="", a=lan.page.actions("r:yes:")[0], m=number)
        assert "Zxq" not in page.html


@browsed
async def test_words_of_a_visitor_are_shown_and_never_run(web):
    lan, words = web.browser(), '<script>alert("Zxq")</script><b>khai sinh</b>'
    code, secret = await lan.asks(words)
    await lan.says(words)
    pages = [
        await lan.opens("/"), await lan.opens(f"/y/{code}~{secret}"), await lan.opens(f"/hoi?q={quote(words)}"),
        await lan.posts((await lan.opens("/")).form("/noi"), q=words, t=""),
    ]  # fmt: skip
    for page in pages:
        assert "Zxq" in page.html
        assert "<script>alert" not in page.html
        assert "<b>khai" not in page.html


@browsed
async def test_too_many_from_one_address_are_told_and_keep_their_words(web, turns, clock):
    lan = web.browser()
    page = await lan.opens("/")
    form = page.form("/noi")
    for _ in range(120):
        await lan.client.post("/noi", data={**form, "q": ""})
    page = await lan.posts(form, q="khai sinh cho con")
    assert page.status == 429
    assert "khai sinh cho con" in page.html
    clock.pass_(61)
    page = await lan.posts(page.form("/noi"))
    assert page.status == 200


@pytest.mark.on_both
@browsed
async def test_a_visit_is_erased_by_one_button(web, turns, database):
    lan = web.browser()
    await lan.says("khai sinh cho con của Zxq")
    page = await lan.posts(lan.page.form("/xoa"))
    assert told(turns, "web.erased") in page.text
    assert "mc" not in lan.client.cookies
    assert "Zxq" not in everything(database)
    assert (await lan.opens("/")).messages == []


@browsed
async def test_a_visit_is_kept_a_day(web, database, clock):
    lan = web.browser()
    await lan.says("khai sinh cho con của Zxq")
    clock.pass_(DAY - 60)
    assert "Zxq" in (await lan.opens("/")).text
    clock.pass_(120)
    assert "Zxq" not in (await lan.opens("/")).text
    with database.change() as connection:
        visits.sweep(connection, "web", now=clock())
    assert "Zxq" not in everything(database)


# Requests


@pytest.mark.on_both
@browsed
async def test_the_receipt_shows_code_and_secret_once(web, turns, database, clock):
    lan = web.browser()
    _, secret = await lan.asks()
    kept = everything(database)
    assert kept.count(secret) == 1  # in what this browser is shown, for its hour
    assert secret.replace("-", "") not in kept
    assert lan.page.html.count("<svg") == 1  # for a camera
    await lan.presses("noted")
    assert secret not in (await lan.opens("/")).html
    assert "<svg" not in lan.page.html
    assert secret not in everything(database)


@browsed
async def test_what_a_desk_wrote_counts_as_seen_once_the_visitor_has_opened_the_page(web, database, clock):
    lan, hung = web.browser(), web.browser()
    code, _ = await lan.asks()
    await hung.asks()
    with database.change() as connection:
        chat = cases.find(connection, code)["citizen"]
        wrote = {
            "code": code,
            "side": "staff",
            "chat": "telegram:21",
            "message": "1",
            "kind": "text",
            "text": "ra quầy 3",
        }
        number = cases.wrote(connection, {**wrote, "at": clock()})
        cases.copied(connection, number, chat=chat, message_id="1")

    def seen():
        with database.look() as connection:
            query = text("SELECT seen_at FROM messages WHERE side = 'staff'")
            return connection.execute(query).scalar_one() is not None

    await hung.opens("/")
    assert not seen()
    await lan.opens("/")
    assert seen()


@browsed
async def test_the_secret_hides_by_itself_within_the_hour(web, database, clock):
    lan = web.browser()
    _, secret = await lan.asks()
    assert secret in (await lan.opens("/")).html
    clock.pass_(3601)
    assert secret not in (await lan.opens("/")).html
    with database.change() as connection:
        visits.sweep(connection, "web", now=clock())
    assert secret not in everything(database)


@browsed
async def test_code_and_secret_open_it_anywhere_however_they_are_typed(web, turns):
    code, secret = await web.browser().asks("giấy chứng sinh sai tên mẹ")
    elsewhere = web.browser()
    page = await elsewhere.opens("/y")
    page = await elsewhere.posts(
        page.form("/y"), ma=code.lower().replace("-", " "), mat=secret.lower().replace("-", "")
    )
    assert page.status == 200
    assert "giấy chứng sinh sai tên mẹ" in page.text
    assert page.response.headers["referrer-policy"] == "no-referrer"
    assert page.response.headers["cache-control"] == "no-store"
    page = await elsewhere.posts(page.form("/y/noi"), q="bệnh viện ở Hà Nội")
    assert "bệnh viện ở Hà Nội" in page.text
    page = await elsewhere.posts(page.form("/y/dong"))
    assert code not in page.text
    by_link = web.browser()
    assert "bệnh viện ở Hà Nội" in (await by_link.opens(f"/y/{code}~{secret}")).text


@browsed
async def test_a_wrong_code_and_a_wrong_secret_are_answered_alike(web, turns, clock):
    code, secret = await web.browser().asks()
    stranger = web.browser()

    async def tries(ma, mat):
        page = await stranger.opens("/y")
        return await stranger.posts(page.form("/y"), ma=ma, mat=mat)

    wrong = [
        await tries(code, "AAAA-2222"),
        await tries("MC-2222-22", secret),
        await tries("nope", ""),
        await tries(code, ""),
    ]
    assert {page.status for page in wrong} == {403}
    assert len({page.text for page in wrong}) == 1
    for _ in range(3):
        await tries(code, "AAAA-2222")
    locked = await tries(code, secret)
    assert (locked.status, locked.text) == (403, wrong[0].text)
    clock.pass_(3601)
    assert (await tries(code, secret)).status == 200


@browsed
async def test_twenty_wrong_tries_from_one_address_are_enough_for_an_hour(web):
    code, secret = await web.browser().asks()
    stranger = web.browser()
    form = (await stranger.opens("/y")).form("/y")
    for number in range(20):
        await stranger.client.post("/y", data={**form, "ma": f"MC-{number}", "mat": "x"})
    assert (await stranger.posts(form, ma=code, mat=secret)).status == 403


@browsed
async def test_who_opened_one_request_does_nothing_in_another(web):
    lan, hung = web.browser(), web.browser()
    code, secret = await lan.asks("việc của Lan")
    other, _ = await hung.asks("việc của Hùng")
    page = await lan.opens(f"/y/{code}~{secret}")
    page = await lan.posts(page.form("/y/noi"), q="", a=f"r:cancel:{other}")
    assert page.status == 400
    page = await lan.posts(page.form("/y/noi"), q="", a=f"r:cancel:{code}")
    assert "Đã hủy" in page.text or "rút" in page.text


def photo(form="JPEG", size=(120, 80)):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Máy ảnh Zxq"
    Image.new("RGB", size, "red").save(out, form, exif=exif)
    return out.getvalue()


@browsed
async def test_a_photo_is_kept_without_what_the_camera_wrote(web, database):
    lan = web.browser()
    await lan.opens("/?x=00008")
    await lan.says("tôi muốn gặp cán bộ")
    await lan.presses("r:yes:")
    page = await lan.sends(photo())
    at = re.search(r'src="(/tep/\d+)"', page.html)[1]
    kept = (await lan.client.get(at)).content
    assert b"Zxq" in photo()
    assert b"Zxq" not in kept
    assert Image.open(io.BytesIO(kept)).size == (120, 80)
    clean = next(a for a in page.actions("r:photo:") if ":clean." in a)
    await lan.presses(clean)
    await lan.says("giấy này đủ chưa")
    await lan.presses("r:send:")
    code, secret = re.search(r"Mã (MC-\S+), mã bí mật (\w{4}-\w{4})", lan.page.text).groups()
    stranger = web.browser()
    assert (await stranger.opens(at)).status == 404
    page = await stranger.opens(f"/y/{code}~{secret}")
    seen = await stranger.client.get(re.search(r'src="(/y/tep/\d+)"', page.html)[1])
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")


@pytest.mark.on_both
@browsed
async def test_an_identity_card_is_refused_and_its_photo_goes(web, turns, database, clock):
    lan = web.browser()
    await lan.opens("/?x=00008")
    await lan.says("tôi muốn gặp cán bộ")
    await lan.presses("r:yes:")
    await lan.sends(photo())
    card = next(a for a in lan.page.actions("r:photo:") if ":card." in a)
    form = next(f for f in lan.page.forms for name, value, _ in f.buttons if value == card)
    page = await lan.posts(form, a=card)
    assert told(turns, "attachment.identity_card") in page.text
    with database.change() as connection:
        visits.sweep(connection, "web", now=clock())
        assert connection.execute(text("SELECT count(*) FROM web_files")).scalar_one() == 0


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", b"%PDF-1.4", b"\xff\xd8\xff rubbish", b"GIF89a"])
@browsed
async def test_what_is_no_photo_is_said_and_nothing_kept(web, turns, database, content):
    lan = web.browser()
    await lan.says("xin chào")
    page = await lan.sends(content)
    assert page.status == 415
    assert told(turns, "web.problem_photo") in page.text
    assert "web_files: " not in everything(database)


@pytest.mark.on_both
@browsed
async def test_a_household_may_send_twenty_requests_a_day(web, turns, database, clock):
    lan = web.browser()
    await lan.asks()
    with database.change() as connection:
        connection.execute(text("UPDATE openings SET count = 20"))
    hung = web.browser()
    await hung.opens("/?x=00008")
    await hung.says("tôi muốn gặp cán bộ")
    assert told(turns, "draft.crowded") in hung.page.text
    clock.pass_(DAY + 1)
    assert await web.browser().asks("việc hôm sau")
    with database.change() as connection:  # a ward's busy day
        busy = {"mark": turns.mark("without-account:8"), "count": 200}
        assert connection.execute(text("UPDATE openings SET count = :count WHERE person = :mark"), busy).rowcount == 1
    await hung.opens("/?x=00008")
    await hung.says("tôi muốn gặp cán bộ")
    assert told(turns, "draft.crowded") in hung.page.text


@browsed
async def test_a_visit_takes_no_invitation(web, turns):
    stranger = web.browser()
    await stranger.says("/join nope")
    assert told(turns, "join.elsewhere") in stranger.page.text


# With the desk in Telegram


@pytest.mark.on_both
def test_an_officer_on_telegram_answers_a_citizen_on_the_web(turns, database, clock):
    async def story():
        async with TelegramServer().running() as server:
            async with pages(turns, telegram=server) as web:
                lan = web.browser()
                group = NGOC_HA
                play = Beside(server, web)
                for person in (HOA,):
                    await play.hears(person.says(f"/join {invited(turns)}"))
                await play.hears(group.hears(HOA, "/desk 00008"))
                code, secret = await lan.asks("giấy chứng sinh sai tên mẹ")
                await play.until(lambda: any(code in said for said in server.texts(group.id)))
                await play.hears(group.presses(HOA, f"d:claim:{code}"))
                topic = server.topics[group.id][-1][0]
                await play.hears(group.hears(HOA, "Chào chị, chị mang giấy ra quầy nhé", thread=topic))
                await play.until_page(lan, "chị mang giấy ra quầy nhé")
                page = await lan.says("dạ em cảm ơn, chiều em ra")
                await play.until(lambda: any("chiều em ra" in said for said in server.texts(group.id)))
                page = await lan.sends(photo())
                clean = next(a for a in page.actions("r:photo:") if ":clean." in a)
                await lan.presses(clean)
                await play.until(lambda: server.photos[group.id])
                assert Image.open(io.BytesIO(server.photos[group.id][0])).size == (120, 80)
                await play.hears(group.hears(HOA, "/secret", thread=topic))
                await play.until(lambda: any("mã bí mật" in said for said in server.texts(HOA.id)))
                fresh = next(
                    re.search(r"mã bí mật (\w{4}-\w{4})", said) for said in server.texts(HOA.id) if "mã bí mật" in said
                )[1]
                other = web.browser()
                assert (await other.opens(f"/y/{code}~{secret}")).status == 403
                page = await other.opens(f"/y/{code}~{fresh}")
                assert "chị mang giấy ra quầy nhé" in page.text
                assert "chiều em ra" in page.text
            assert server.violations == []
        with database.look() as connection:
            deeds = connection.execute(text("SELECT action FROM audit ORDER BY id")).scalars().all()
        assert deeds[-1] == "secret"

    asyncio.run(story())


def invited(turns, commune=8, role="officer"):
    from bot.casework import staffing
    from bot.casework.unit_of_work import UnitOfWork
    from bot.desk.request import Role

    with turns.database.change() as connection:
        return staffing.invite(UnitOfWork(connection, turns.house, turns.clock()), commune=commune, role=Role(role))


class Beside:
    """Updates of Telegram's, stored as its door would, while the service runs."""

    def __init__(self, server, web):
        self.server, self.web, self.number = server, web, 0

    async def hears(self, *updates):
        for update in updates:
            self.number += 1
            await self.web.service.doorways[0].intake.store([{"update_id": self.number, **update}])
            await asyncio.sleep(0)
            await self.until(lambda: not self._waits())

    def _waits(self):
        with self.web.service.turns.database.look() as connection:
            waits = "SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting') + (SELECT count(*) FROM outbox WHERE state = 'waiting')"
            return connection.execute(text(waits)).scalar_one()

    async def until(self, condition):
        for _ in range(2000):
            if condition():
                return
            await asyncio.sleep(0.005)
        raise AssertionError("it did not happen")

    async def until_page(self, browser, words):
        for _ in range(400):
            if words in (await browser.opens("/")).text:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"the page never said: {words}")
