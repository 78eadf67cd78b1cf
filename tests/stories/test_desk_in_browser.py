"""The cast works at the desk in a browser, without a script, beside colleagues who work in the chat."""

import asyncio
import hmac
import json
import re
from contextlib import asynccontextmanager
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import httpx
import pytest
from sqlalchemy import text as sql
from starlette.applications import Starlette

from bot.casework import signing_in, staffing
from bot.casework.unit_of_work import UnitOfWork
from bot.doors.web.desk.mini_app import person_of
from bot.doors.web.desk.routes import desk_routes
from tests.cast import BA_DINH, EMMA, HOA, HUNG, LAN, MINH, NGOC_HA, QUANG, STRANGER, TAM, THU
from tests.stage import played
from tests.telegram_server import TOKEN

HOUR = 3600


class Forms(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.forms, self._form, self._area = [], None, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self._form = {"action": given["action"], "method": given.get("method", "get"), "fields": {}, "buttons": []}
            self.forms.append(self._form)
        elif self._form and tag == "textarea":
            self._area = given["name"]
            self._form["fields"][self._area] = ""
        elif self._form and tag == "button" and "name" in given:
            self._form["buttons"].append((given["name"], given["value"]))
        elif self._form and tag == "input" and given.get("type") != "checkbox" and given.get("name"):
            self._form["fields"][given["name"]] = given.get("value", "")

    def handle_endtag(self, tag):
        self._form = None if tag == "form" else self._form
        self._area = None if tag == "textarea" else self._area

    def handle_data(self, data):
        if self._area:
            self._form["fields"][self._area] += data


class Browser:
    """One officer at one browser."""

    def __init__(self, client):
        self.client, self.page = client, None

    async def opens(self, path):
        self.page = await self.client.get(path, follow_redirects=True)
        return self.page

    async def presses(self, verb, words=None, button="v", **more):
        """The form in which a button of that name and value stands, sent with the words."""
        form = next(one for one in Forms(self.page.text).forms if (button, verb) in one["buttons"])
        fields = {**form["fields"], button: verb, **({"w": words} if words is not None else {}), **more}
        self.page = await self.client.post(form["action"].partition("#")[0], data=fields, follow_redirects=True)
        return self.page

    @property
    def text(self):
        main = re.sub(r"<(style|script).*?</\1>", "", self.page.text, flags=re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())

    @property
    def verbs(self):
        return {value for one in Forms(self.page.text).forms for name, value in one["buttons"] if name == "v"}


def link_of(play, person):
    with play.turns.database.change() as connection:
        unit = UnitOfWork(connection, play.turns.house, play.turns.clock())
        return signing_in.link(unit, f"telegram:{person.id}")


@asynccontextmanager
async def browser(play, person=None, routes=None):
    app = Starlette(routes=routes or desk_routes(play.turns, TOKEN))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://desk") as client:
        one = Browser(client)
        if person:
            await one.opens(f"/ban/vao?m={link_of(play, person)}")
            form = Forms(one.page.text).forms[0]
            one.page = await client.post(form["action"], data=form["fields"], follow_redirects=True)
            assert one.page.status_code == 200
        yield one


@played
async def test_a_day_at_the_desk(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN, "giấy chứng sinh sai tên mẹ thì làm sao")
    async with browser(play, HOA) as hoa:
        assert "Chưa ai nhận (1)" in hoa.text
        assert "giấy chứng sinh sai tên mẹ" in hoa.text
        await hoa.opens(f"/ban/r/{code}")
        assert "Gửi tới: Lan" in hoa.text
        assert hoa.verbs == {"claim", "transfer", "note"}
        await hoa.presses("claim")
        await play.deliver()
        assert "Hoa" in play.said(LAN)[-1]  # the citizen is told who has it
        await hoa.opens(f"/ban/r/{code}")
        assert {"answer", "more", "close", "release", "escalate", "transfer", "note", "assign"} <= hoa.verbs | {
            "assign"
        }
        await hoa.presses("answer", "Chị mang giấy chứng sinh ra quầy 3 nhé.")
        assert "đang gửi" in hoa.text
        await play.deliver()
        assert "Chị mang giấy chứng sinh ra quầy 3 nhé." in play.said(LAN)[-1]
        await hoa.opens(f"/ban/r/{code}")
        assert "đã đến" in hoa.text
        await hoa.presses("note", "đã gọi bệnh viện")
        await play.deliver()
        assert "bệnh viện" not in "\n".join(play.said(LAN))
        assert "Ghi chú nội bộ, người dân không thấy" in hoa.text
        await hoa.presses("close")
        await play.deliver()
        assert "kết thúc" in "\n".join(play.said(LAN)[-2:]).lower()


@pytest.mark.on_both
@played
async def test_two_officers_press_claim_at_once(play, database):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN)
    async with browser(play, HOA) as hoa, browser(play, MINH) as minh:
        await hoa.opens(f"/ban/r/{code}")
        await minh.opens(f"/ban/r/{code}")
        await asyncio.gather(hoa.presses("claim"), minh.presses("claim"))
        first, second = sorted((hoa, minh), key=lambda one: one.page.status_code)
        assert (first.page.status_code, second.page.status_code) == (200, 409)
        with database.look() as connection:
            owner, claims = connection.execute(
                sql("SELECT owner_name, (SELECT count(*) FROM events WHERE action = 'claim') FROM requests")
            ).one()
        assert claims == 1
        assert owner == ("Hoa" if first is hoa else "Minh")
        assert owner in second.text  # who was first


@pytest.mark.on_both
@played
async def test_a_leader_assigns_and_both_hear_of_it(play, database):
    await play.opens_desk(8, None, HOA, MINH, leader=THU)
    code = await play.asks(LAN)
    async with browser(play, THU) as thu, browser(play, HOA) as hoa:
        await hoa.opens(f"/ban/r/{code}")
        assert "Giao cho đồng nghiệp" not in hoa.text  # of what nobody holds only a leader disposes
        await thu.opens(f"/ban/r/{code}")
        assert "Minh (đang giữ 0)" in thu.text
        await thu.presses(str(MINH.id), button="w")
        assert f"Đã giao {code} cho Minh." in thu.text
        await play.deliver()
        assert f"Thu giao cho bạn {code}." in play.said(MINH)
        assert "Minh" in play.said(LAN)[-1]
        await thu.presses(str(HOA.id), button="w")
        await play.deliver()
        assert f"Thu đã giao {code} cho Hoa; bạn không còn giữ việc này." in play.said(MINH)
        await hoa.opens("/ban")
        assert "Bạn đang giữ (1)" in hoa.text
    await play.hears(MINH.says("/away"), THU.says(f"/assign {code} Minh"))
    assert "Minh đang vắng." in play.said(THU)[-1] or "không làm ở xã này" in play.said(THU)[-1]
    with database.look() as connection:
        assert connection.execute(sql("SELECT owner_name FROM requests")).scalar_one() == "Hoa"


@played
async def test_a_revoked_officers_page_dies(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN, "chuyện của Zxq")
    async with browser(play, HOA) as hoa:
        await hoa.opens(f"/ban/r/{code}")
        assert "Zxq" in hoa.text
        form = hoa.page
        with play.turns.database.change() as connection:
            staffing.revoke(UnitOfWork(connection, play.turns.house, play.turns.clock()), f"telegram:{HOA.id}")
        hoa.page = form
        await hoa.presses("claim")
        assert hoa.page.status_code == 401
        for path in ("/ban", f"/ban/r/{code}", "/ban/tim?q=Zxq", "/ban/nhip", f"/ban/r/{code}/nhip"):
            page = await hoa.opens(path)
            assert page.status_code == 401
            assert "Zxq" not in page.text
        assert "không còn làm ở đây" in hoa.text
    assert link_of(play, HOA) is None


@played
async def test_an_officer_who_left_the_group_reads_nothing_more(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN, "chuyện của Zxq")
    async with browser(play, HOA) as hoa:
        await play.hears(NGOC_HA.loses(HOA))
        page = await hoa.opens(f"/ban/r/{code}")
        assert page.status_code == 401
        assert "Zxq" not in page.text


@played
async def test_a_transfer_between_communes_on_the_screen(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.opens_desk(4, BA_DINH, TAM)
    code = await play.asks(LAN, "nhà ở Ba Đình")
    async with browser(play, HOA) as hoa, browser(play, TAM) as tam:
        assert (await tam.opens(f"/ban/r/{code}")).status_code == 404
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("note", "xem lại bản đồ")
        await hoa.presses("transfer", "nhà thuộc Ba Đình", to="00004")
        assert "Phường Ba Đình" in hoa.text
        await tam.opens("/ban")
        assert "Xã khác chuyển tới (1)" in tam.text
        await tam.opens(f"/ban/r/{code}")
        assert tam.verbs == {"accept", "decline"}
        assert "xem lại bản đồ" not in tam.text  # a note stays with the desk where it was written
        await tam.presses("accept")
        assert "answer" in tam.verbs
        assert (await hoa.opens(f"/ban/r/{code}")).status_code == 404
        await play.deliver()
        assert "Ba Đình" in play.said(LAN)[-1]


@played
async def test_a_newer_message_stops_the_sending_and_shows_itself(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    async with browser(play, HOA) as hoa:
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("claim")
        await play.deliver()
        await hoa.opens(f"/ban/r/{code}")
        await play.hears(LAN.says("à thôi, em tìm thấy giấy rồi"))
        await hoa.presses("answer", "Chị mang giấy ra nhé.")
        assert hoa.page.status_code == 409
        assert "CHƯA gửi" in hoa.text
        assert "em tìm thấy giấy rồi" in hoa.text
        await play.deliver()
        assert "Chị mang giấy ra nhé." not in "\n".join(play.said(LAN))
        assert "Chị mang giấy ra nhé." in hoa.page.text  # it stands in the box again
        await hoa.presses("answer", "Vậy chị yên tâm.")
        await play.deliver()
        assert "Vậy chị yên tâm." in play.said(LAN)[-1]
        wrote = LAN.says("con tôi tên Zxa")
        await play.hears(wrote)
        await hoa.opens(f"/ban/r/{code}")
        await play.hears({"edited_message": wrote["message"] | {"text": "con tôi tên Zxb", "edit_date": 2}})
        await hoa.presses("answer", "Giấy của cháu Zxa xong rồi.")
        assert hoa.page.status_code == 409  # what she read is no longer what he says
        assert "con tôi tên Zxb" in hoa.text
        await hoa.presses("answer", "Giấy của cháu Zxb xong rồi.")
        await play.deliver()
        assert "Zxb xong rồi." in play.said(LAN)[-1]
        assert not any("Zxa xong rồi." in said for said in play.said(LAN))


@played
async def test_the_second_look_applies_on_the_screen(play):
    await play.opens_desk(8, NGOC_HA, MINH, HOA, new=(HOA,))
    code = await play.asks(LAN)
    async with browser(play, HOA) as hoa, browser(play, MINH) as minh:
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("claim")
        await hoa.presses("answer", "Chị ra quầy 9.")
        assert "chờ đồng nghiệp xem" in hoa.text
        assert "approve" not in hoa.verbs
        await play.deliver()
        assert "quầy 9" not in "\n".join(play.said(LAN))
        await minh.opens(f"/ban/r/{code}")
        await minh.presses("return", "không thu tiền")
        await play.deliver()
        assert "quầy 9" not in "\n".join(play.said(LAN))
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("answer", "Việc này không mất tiền.")
        await minh.opens(f"/ban/r/{code}")
        await minh.presses("approve")
        await play.deliver()
        assert "Việc này không mất tiền." in "\n".join(play.said(LAN))


@played
async def test_words_that_wait_are_shown_at_the_desk_that_wrote_them_alone(play):
    await play.opens_desk(8, NGOC_HA, MINH, HOA, new=(HOA,))
    await play.opens_desk(4, BA_DINH, TAM)
    code = await play.asks(LAN)
    await play.hears(HOA.says(f"/claim {code}"), HOA.says(f"/answer {code} chị khai gian à"))
    await play.hears(HOA.says(f"/release {code}"), MINH.says(f"/claim {code}"))
    async with browser(play, MINH) as minh, browser(play, TAM) as tam:
        await minh.opens(f"/ban/r/{code}")
        assert "khai gian" in minh.text
        await play.hears(MINH.says(f"/transfer {code} 4 nhà ở Ba Đình"))
        await tam.opens(f"/ban/r/{code}")
        assert "khai gian" not in tam.text
        await tam.presses("accept")
        assert "khai gian" not in tam.text


@played
async def test_what_is_written_on_the_screen_is_never_cut(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    async with browser(play, HOA) as hoa:
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("claim")
        await hoa.presses("answer", " ".join(f"điều {n}." for n in range(1500)))
        await play.deliver()
        assert "điều 1499." in "".join(play.said(LAN))
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("answer", "dài " * 20_000)
        assert hoa.page.status_code == 413
        assert "chưa gửi" in hoa.page.text


@pytest.mark.on_both
@played
async def test_the_reply_writes_itself_of_the_entry_with_source_and_day(play, database):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(EMMA, "my baby was born at home")
    with database.change() as connection:
        connection.execute(sql("UPDATE requests SET procedure = 'dang-ky-khai-sinh', language = 'en'"))
    async with browser(play, HOA) as hoa:
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("claim")
        form = next(one for one in Forms(hoa.page.text).forms if ("v", "answer") in one["buttons"])
        ids = re.findall(r'name="p" value="(paper:[^"]+)"', hoa.page.text)
        typed = {**form["fields"], "w": "Dear Emma", "p": ids[:1]}
        hoa.page = await hoa.client.post(f"/ban/r/{code}/soan", data=typed)
        written = next(one for one in Forms(hoa.page.text).forms if ("v", "answer") in one["buttons"])["fields"]["w"]
        assert "Checked on" in written or "checked on" in written  # in Emma's language, with the day
        assert written.startswith("Dear Emma\n\n")  # what was typed already stays
        assert hoa.page.text.count(" checked>") == 1
        assert "Bằng tiếng Việt, để bạn đọc lại" in hoa.text
        assert "giữ nguyên, không dịch" in hoa.text
        await play.deliver()
        before = len(play.said(EMMA))
        await hoa.presses("answer", written)
        await play.deliver()
        assert len(play.said(EMMA)) > before


@played
async def test_searching_by_code_words_and_name_in_ones_own_commune(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.opens_desk(4, BA_DINH, TAM)
    code = await play.asks(LAN, "con sinh ở nhà, chưa có giấy chứng sinh, hồ sơ 222222")  # like a code, but nobody's
    await play.asks(HUNG, "xin xác nhận độc thân")
    async with browser(play, HOA) as hoa, browser(play, TAM) as tam:
        await hoa.opens("/ban/tim?q=" + quote(code.lower().replace("-", " ")))
        assert hoa.page.url.path == f"/ban/r/{code}"
        await hoa.opens("/ban/tim?q=" + quote(f"yêu cầu {code} ạ"))
        assert hoa.page.url.path == f"/ban/r/{code}"
        for words in ("222222", "hồ sơ 222222", "chung sinh", "LAN", "giấy chứng"):
            await hoa.opens("/ban/tim?q=" + quote(words))
            assert code in hoa.text
            assert "độc thân" not in hoa.text
        for words in (code, "chung sinh", "Lan", ""):
            await tam.opens("/ban/tim?q=" + quote(words))
            assert code not in hoa.text or "Không tìm thấy" in tam.text
            assert "chứng sinh" not in tam.text.replace(words, "")
    await play.hears(HOA.says("/find"))
    assert "Sau /find là điều cần tìm" in play.said(HOA)[-1]
    await play.hears(HOA.says(f"/assign {code} Hoa"))
    assert f"Chưa ai nhận {code}" in play.said(HOA)[-1]
    await play.hears(HOA.says("/find chứng sinh"), TAM.says("/find chứng sinh"))
    assert code in play.said(HOA)[-1]
    assert "Không tìm thấy" in play.said(TAM)[-1]


@played
async def test_mine_in_the_chat(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code, other = await play.asks(LAN), await play.asks(HUNG)
    await play.hears(HOA.says(f"/claim {code}"), MINH.says(f"/claim {other}"), HOA.says("/mine"))
    assert code in play.said(HOA)[-1]
    assert other not in play.said(HOA)[-1]


@pytest.mark.on_both
@played
async def test_a_link_works_once_for_ten_minutes_and_only_by_its_button(play, clock, database):
    await play.opens_desk(8, NGOC_HA, HOA)
    async with browser(play) as first, browser(play) as second:
        secret = link_of(play, HOA)
        for _ in range(3):
            assert (await first.opens(f"/ban/vao?m={secret}")).status_code == 200  # whoever looks at messages opens it
        assert (await first.client.post("/ban/vao", data={"m": secret}, follow_redirects=True)).status_code == 200
        assert (await second.client.post("/ban/vao", data={"m": secret})).status_code == 403
        late = link_of(play, HOA)
        clock.pass_(601)
        assert (await second.client.post("/ban/vao", data={"m": late})).status_code == 403
        assert (await second.opens("/ban")).status_code == 401
        with database.look() as connection:
            kept = connection.execute(sql("SELECT hash FROM desk_links UNION ALL SELECT hash FROM desk_sessions")).all()
        assert all(secret not in row[0] and late not in row[0] for row in kept)


@played
async def test_a_link_is_given_in_private_to_whoever_serves_and_to_nobody_else(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    play.turns.house = replace(play.turns.house, address="https://mot-cua.example")
    await play.hears(HOA.says("/desklink"), NGOC_HA.hears(HOA, "/desklink"), STRANGER.says("/desklink"))
    assert "https://mot-cua.example/ban/vao?m=" in play.said(HOA)[-1]
    assert "vao?m=" not in "\n".join(play.said(NGOC_HA))
    assert "vao?m=" not in "\n".join(play.said(STRANGER))


@pytest.mark.on_both
@played
async def test_a_session_ends_when_it_is_left_or_idle(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    async with browser(play, HOA) as hoa:
        for _ in range(3):
            clock.pass_(11 * HOUR)
            assert (await hoa.opens("/ban")).status_code == 200
        clock.pass_(12 * HOUR + 1)
        assert (await hoa.opens("/ban")).status_code == 401
    async with browser(play, HOA) as hoa:
        for _ in range(14):
            clock.pass_(12 * HOUR - 1)
            assert (await hoa.opens("/ban")).status_code == 200
        clock.pass_(15)
        assert (await hoa.opens("/ban")).status_code == 401  # after a week, however much it is used
    async with browser(play, HOA) as hoa:
        for _ in range(2):
            clock.pass_(7 * HOUR)
            page = await hoa.client.get("/ban/nhip")  # a page that was left open asks by itself: nobody sits there
        assert page.status_code == 401
    async with browser(play, HOA) as hoa:
        form = next(one for one in Forms(hoa.page.text).forms if one["action"] == "/ban/ra")
        cookie = dict(hoa.client.cookies)
        await hoa.client.post("/ban/ra", data=form["fields"])
        hoa.client.cookies.update(cookie)  # kept by somebody
        assert (await hoa.opens("/ban")).status_code == 401


@pytest.mark.on_both
@played
async def test_another_sites_form_does_nothing(play, database):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN)
    async with browser(play, HOA) as hoa, browser(play, MINH) as minh:
        await hoa.opens(f"/ban/r/{code}")
        of_another = re.search(r'name="t" value="(\w+)"', (await minh.opens(f"/ban/r/{code}")).text)[1]
        token = re.search(r'name="t" value="(\w+)"', hoa.page.text)[1]
        for fields, headers in (
            ({"v": "claim"}, {}),
            ({"v": "claim", "t": "0" * 32}, {}),
            ({"v": "claim", "t": of_another}, {}),
            ({"v": "claim", "t": token}, {"Sec-Fetch-Site": "cross-site"}),
        ):
            assert (await hoa.client.post(f"/ban/r/{code}", data=fields, headers=headers)).status_code == 403
    async with browser(play) as seated_unasked:
        way, elsewhere = {"data": {"m": link_of(play, HOA)}}, {"Sec-Fetch-Site": "cross-site"}
        assert (await seated_unasked.client.post("/ban/vao", **way, headers=elsewhere)).status_code == 403
        assert (await seated_unasked.client.post("/ban/vao", **way, follow_redirects=True)).status_code == 200
    with database.look() as connection:
        assert connection.execute(sql("SELECT status FROM requests")).scalar_one() == "open"


@played
async def test_extra_demands_are_shown_to_leaders_only(play):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    await play.hears(
        LAN.says("/commune phường Ngọc Hà, Hà Nội"), LAN.says("/request extra cán bộ Hoa đòi 500 nghìn Zxq")
    )
    await play.agrees(LAN)
    await play.hears(LAN.presses(play.action(LAN, "r:send:")))
    code = play.code(LAN)
    async with browser(play, HOA) as hoa, browser(play, THU) as thu:
        for path in ("/ban", "/ban/tim?q=Zxq", f"/ban/r/{code}"):
            page = await hoa.opens(path)
            assert code not in page.text.replace(f"/ban/r/{code}", "")
            assert "500 nghìn" not in page.text
        assert "500 nghìn" in (await thu.opens(f"/ban/r/{code}")).text


@pytest.mark.on_both
@played
async def test_every_look_on_the_screen_is_a_line_of_the_audit_log(play, database):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    async with browser(play, HOA) as hoa:
        await hoa.opens(f"/ban/r/{code}")
        await hoa.opens(f"/ban/r/{code}/nhip")  # that something changed is no look
    with database.look() as connection:
        lines = connection.execute(
            sql("SELECT action, subject FROM audit WHERE actor = 'telegram:21' ORDER BY id")
        ).all()
    assert lines[-2:] == [("sign_in", "telegram:21"), ("look", code)]


@pytest.mark.on_both
@played
async def test_what_was_passed_up_is_answered_by_the_province_on_the_screen(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.hears(QUANG.says(f"/join {play.invited(8, 'province')}"))
    code = await play.asks(LAN)
    async with browser(play, HOA) as hoa, browser(play, QUANG) as quang:
        assert (await quang.opens(f"/ban/r/{code}")).status_code == 404
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("claim")
        await hoa.presses("escalate", "thuộc thành phố")
        await quang.opens("/ban")
        assert "Đã chuyển lên cấp trên (1)" in quang.text
        await quang.opens(f"/ban/r/{code}")
        await quang.presses("returned", "Sở đồng ý.")
        await play.deliver()
        assert "Sở đồng ý." in "\n".join(play.said(LAN))


@pytest.mark.on_both
@played
async def test_words_of_anybody_are_shown_and_never_run(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN, '<script>alert(1)</script> & "giấy"')
    async with browser(play, HOA) as hoa:
        for path in ("/ban", f"/ban/r/{code}", "/ban/tim?q=" + quote("<b>x")):
            page = await hoa.opens(path)
            assert "<script>alert" not in page.text
            assert "<b>x" not in page.text
            policy = page.headers["Content-Security-Policy"]
            assert "script-src 'self';" in policy
            assert "unsafe" not in policy
            assert re.findall(r"[^\s;]*:[^\s;]*", policy) == ["blob:", "https://web.telegram.org"]  # which may frame it
            assert page.headers["Cache-Control"] == "no-store"


# Inside Telegram

USER = json.dumps({"id": 21, "first_name": "Hoa"})


def signed(fields, token=TOKEN):
    told = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    key = hmac.new(b"WebAppData", token.encode(), "sha256").digest()
    return urlencode({**fields, "hash": hmac.new(key, told.encode(), "sha256").hexdigest()})


def opened_at(moment, **more):
    return {"user": USER, "auth_date": str(int(moment.timestamp())), "query_id": "q", **more}


def test_who_opened_the_mini_app_is_known_by_the_bots_own_key(clock):
    assert person_of(signed(opened_at(clock())), TOKEN, clock()) == "telegram:21"
    assert person_of(signed(opened_at(clock(), signature="x")), TOKEN, clock()) == "telegram:21"


@pytest.mark.parametrize("spoil", [
    lambda good, _: good.replace("21", "22"), lambda good, _: good + "&user=" + quote(USER),
    lambda good, _: "user=" + quote(USER) + "&" + good, lambda good, _: re.sub("hash=.*", "", good),
    lambda _good, _: "", lambda _good, _: "x" * 9000, lambda _good, _: "hash", lambda good, _: good + "&hash=00",
    lambda _, now: signed(opened_at(now), "8:OTHER"), lambda _, now: signed({"auth_date": str(int(now.timestamp()))}),
    lambda _, now: signed(opened_at(now, user="21")), lambda _, now: signed(opened_at(now, user='{"id": "21"}')),
    lambda _, now: signed(opened_at(now, user='{"id": true}')), lambda _, now: signed(opened_at(now, auth_date="x")),
    lambda _, now: signed(opened_at(now, auth_date=str(int(now.timestamp()) - 3601))),
    lambda _, now: signed(opened_at(now, auth_date=str(int(now.timestamp()) + 31))),
])  # fmt: skip
def test_what_telegram_did_not_sign_for_this_bot_now_is_nobody(clock, spoil):
    good = signed(opened_at(clock()))
    assert person_of(good, TOKEN, clock()) == f"telegram:{HOA.id}"
    assert person_of(spoil(good, clock()), TOKEN, clock()) is None


@played
async def test_the_desk_opens_inside_telegram_for_staff_alone(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    async with browser(play) as hoa:
        page = await hoa.opens("/ban/tg")
        assert page.status_code == 200
        assert "frame-ancestors https://web.telegram.org" in page.headers["Content-Security-Policy"]
        data = {"d": signed(opened_at(clock())), "s": f"r_{code}"}
        hoa.page = await hoa.client.post("/ban/tg", data=data, follow_redirects=True)
        assert hoa.page.url.path == f"/ban/r/{code}"
        assert "Gửi tới: Lan" in hoa.text
    async with browser(play) as another:  # who has overheard it
        again = {"d": "&".join(reversed(data["d"].split("&")))}
        assert (await another.client.post("/ban/tg", data=again)).status_code == 403
        assert (await another.client.get("/ban")).status_code == 401
    async with browser(play) as stranger:
        user = json.dumps({"id": STRANGER.id})
        page = await stranger.client.post("/ban/tg", data={"d": signed(opened_at(clock(), user=user))})
        assert page.status_code == 403
