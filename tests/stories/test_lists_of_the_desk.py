"""The desk's lists in a browser: narrowed, put off, somebody else writing, many at once."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import inspect
from sqlalchemy import text as sql

from bot.casework import bulk
from tests.cast import BA_DINH, EMMA, HOA, HUNG, LAN, MINH, NGOC_HA, TAM, THU
from tests.stage import played
from tests.stories.test_desk_in_browser import Forms, browser

HOUR, DAY = 3600, 24 * 3600


def section(page, name):
    """What stands under a list's heading."""
    found = re.search(rf'<section aria-labelledby="{name}">(.*?)</section>', page.text, re.DOTALL)
    return found[1] if found else ""


async def posts(officer, action, **fields):
    form = next(one for one in Forms(officer.page.text).forms if one["action"].partition("#")[0] == action)
    officer.page = await officer.client.post(action, data={**form["fields"], **fields}, follow_redirects=True)
    return officer.page


@pytest.mark.on_both
@played
async def test_what_is_put_off_comes_back_by_itself(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN, "chứng sinh sai tên")
    async with browser(play, HOA) as hoa, browser(play, MINH) as minh:
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("claim")
        await hoa.opens(f"/ban/r/{code}")
        assert "Ba ngày làm việc nữa" not in hoa.text  # it comes due before
        await posts(hoa, f"/ban/r/{code}/de-sau", u="morning")
        assert f"{code} để đến thứ Tư 25/11 lúc 08:00" in hoa.text  # the 24th is a holiday
        assert code in section(hoa.page, "put_off")
        assert code not in section(hoa.page, "mine")
        assert code in section(await minh.opens("/ban"), "others")  # out of her way, of nobody else's
        await play.hears(LAN.says(f"/write {code} em gửi thêm ạ"))
        assert code in section(await hoa.opens("/ban"), "mine")  # the citizen wrote
        await hoa.opens(f"/ban/r/{code}")
        await posts(hoa, f"/ban/r/{code}/de-sau", u="hours")
        await hoa.opens(f"/ban/r/{code}")
        await posts(hoa, f"/ban/r/{code}/de-sau", u="")
        assert code in section(hoa.page, "mine")
        await hoa.opens(f"/ban/r/{code}")
        await posts(hoa, f"/ban/r/{code}/de-sau", u="hours")
        await play.passes(clock, 2 * DAY)
    async with browser(play, HOA) as hoa:
        assert code in section(await hoa.opens("/ban"), "overdue")  # no promise waits with it
        await hoa.opens(f"/ban/r/{code}")
        form = next(one for one in Forms(hoa.page.text).forms if one["action"].endswith("de-sau"))
        await play.opens_desk(4, BA_DINH, TAM)
        async with browser(play, TAM) as tam:
            tam.page = await tam.client.post(form["action"], data={**form["fields"], "u": "days"})
            assert tam.page.status_code == 403


@pytest.mark.on_both
@played
async def test_a_colleague_who_is_writing_is_seen_in_the_lists_and_at_the_words(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN)
    async with browser(play, HOA) as hoa, browser(play, MINH) as minh:
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("claim")
        token = Forms(hoa.page.text).forms[0]["fields"]["t"]
        answer = await hoa.client.post(f"/ban/r/{code}/dang-viet", data={"t": token})
        assert answer.status_code == 204
        assert "Hoa đang viết trả lời" in (await minh.opens("/ban")).text
        assert "Hoa đang viết trả lời" in (await minh.opens(f"/ban/r/{code}")).text
        assert "đang viết trả lời" not in (await hoa.opens("/ban")).text
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("answer", "Chị ra quầy 3 nhé.")
        assert "đang viết" not in (await minh.opens("/ban")).text  # it has been sent
        await hoa.client.post(f"/ban/r/{code}/dang-viet", data={"t": token})
        clock.pass_(61)
        assert "đang viết" not in (await minh.opens("/ban")).text


@pytest.mark.on_both
@played
async def test_a_filter_is_kept_under_a_name(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code, other = await play.asks(LAN, "chứng sinh sai tên"), await play.asks(HUNG, "góp ý quầy số 2")
    async with browser(play, HOA) as hoa, browser(play, MINH) as minh:
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("claim")
        await hoa.opens("/ban?giu=me")
        assert code in hoa.page.text
        assert other not in hoa.page.text
        await posts(hoa, "/ban/loc", ten="Của em")
        assert '<a href="/ban?giu=me" aria-current="page">Của em</a>' in hoa.page.text
        assert "Của em" not in (await minh.opens("/ban")).text
        await hoa.opens("/ban?giu=-&loai=%3Cb%3E")
        assert "Không có việc nào khớp" in hoa.text
        await hoa.opens("/ban?giu=me")
        number = re.search(r'name="bo" value="(\d+)"', hoa.page.text)[1]
        await posts(hoa, "/ban/loc", bo=number)
        assert "Của em" not in hoa.page.text


@played
async def test_the_same_words_go_to_many_each_looked_at(play, monkeypatch):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, leader=THU)
    codes = {who: await play.asks(who, f"điện mất cả phố, {who.name} hỏi") for who in (LAN, HUNG, EMMA)}
    async with browser(play, HOA) as hoa, browser(play, MINH) as minh:
        await minh.opens(f"/ban/r/{codes[HUNG]}")
        await minh.presses("claim")
        await hoa.opens("/ban?chon=1")
        await posts(hoa, "/ban/nhieu", v="review", c=list(codes.values()))
        await posts(hoa, "/ban/nhieu", v="review", c=list(codes.values()), w="Chiều nay quầy vẫn mở.")
        form = Forms(hoa.page.text).forms[-1]
        assert form["fields"][f"w-{codes[LAN]}"] == "Chiều nay quầy vẫn mở."
        await play.hears(EMMA.says(f"/write {codes[EMMA]} Is the counter open?"))  # while the officer reads
        form["fields"] |= {"c": list(codes.values()), "v": "send", f"w-{codes[LAN]}": "Chiều nay quầy 3 vẫn mở."}
        ticked = {f"ok-{codes[one]}": "1" for one in (HUNG, EMMA)}
        hoa.page = await hoa.client.post("/ban/nhieu", data={**form["fields"], **ticked}, follow_redirects=True)
        assert "Xong 0 việc." in hoa.text
        assert f"1 việc bạn chưa đánh dấu nên chưa gửi: {codes[LAN]}." in hoa.text
        assert "Người dân vừa nhắn thêm" in hoa.text
        assert "Minh" in hoa.text  # holds Hùng's
        await play.deliver()
        assert all("vẫn mở" not in "\n".join(play.said(one)[-1:]) for one in codes)  # what was not ticked went nowhere
        await hoa.opens("/ban?chon=1")
        form["fields"] |= {f"ok-{codes[LAN]}": "1"}
        for _ in range(2):  # pressed twice
            hoa.page = await hoa.client.post("/ban/nhieu", data=form["fields"], follow_redirects=True)
            assert "Xong 1 việc." in hoa.text
        await play.deliver()
        assert sum("Chiều nay quầy 3 vẫn mở." in said for said in play.said(LAN)) == 1
        assert codes[LAN] in section(hoa.page, "mine")
        monkeypatch.setattr(bulk, "MOST", 1)
        await hoa.opens("/ban?chon=1")
        await posts(
            hoa, "/ban/nhieu", v="review", c=[codes[LAN], codes[EMMA]], w="Chào {ten} {x}: mai quầy mở từ 7 giờ."
        )
        assert f"Còn 1 việc sẽ hiện ra sau khi bạn gửi lượt này: {codes[EMMA]}." in hoa.text
        for who, more in ((LAN, True), (EMMA, False)):  # one after the other, nobody is left out in silence
            form = Forms(hoa.page.text).forms[-1]
            fields = {**form["fields"], "v": "send", f"ok-{codes[who]}": "1"}
            hoa.page = await hoa.client.post("/ban/nhieu", data=fields, follow_redirects=True)
            assert "Xong 1 việc." in hoa.text
            assert (f"ok-{codes[EMMA]}" in hoa.page.text) is more
            await play.deliver()
            assert f"Chào {who.name} {{x}}: mai quầy mở từ 7 giờ." in "\n".join(play.said(who)[-2:])


@played
async def test_a_leader_gives_many_to_whoever_has_least(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, leader=THU)
    codes = [await play.asks(who) for who in (LAN, HUNG)]
    async with browser(play, THU) as thu, browser(play, HOA) as hoa:
        assert "Minh (đang giữ 0)" in (await thu.opens("/ban?chon=1")).text
        await posts(thu, "/ban/nhieu", v="assign", c=codes, to=str(MINH.id))
        assert "Xong 2 việc." in thu.text
        await play.asks(EMMA)
        assert "Minh (đang giữ 2)" in (await thu.opens("/ban?chon=1")).text
        await hoa.opens("/ban?chon=1")
        await posts(hoa, "/ban/nhieu", v="assign", c=codes, to=str(HOA.id))
        assert "Xong 0 việc." in hoa.text  # what a colleague holds is not hers to give
        await play.deliver()
        assert "Minh" in play.said(LAN)[-1]


@played
async def test_a_card_in_the_chat_says_what_it_is_and_leads_to_its_page(play, clock):
    play.turns.house = replace(play.turns.house, address="https://mot-cua.example")
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN, "khai sinh cho con cần giấy gì")
    card = play.last(NGOC_HA)
    first, *rest = card["text"].splitlines()
    assert first == "🟢 Câu hỏi: Khai sinh cho con"
    assert "Lan gửi thứ Hai 23/11 lúc 09:00" in card["text"]
    assert rest[-1] == code
    assert [(one["text"], one["url"]) for one in play.buttons(NGOC_HA) if "url" in one] == [
        ("Mở trên màn hình", f"https://mot-cua.example/ban/r/{code}")
    ]
    play.turns.house = replace(play.turns.house, mini_app="https://t.me/mot_cua_bot/ban")
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    rows = [
        row for one in play.server.sent[NGOC_HA.id] for row in one.get("reply_markup", {}).get("inline_keyboard", [])
    ]
    links = {one["url"] for row in rows for one in row if one.get("url", "").startswith("https://t.me")}
    assert links == {f"https://t.me/mot_cua_bot/ban?startapp=r_{code}"}
    clock.pass_(2 * HOUR)
    await play.hears(HOA.says("/queue"))
    assert "Câu hỏi: Khai sinh cho con · Lan · gửi 2 giờ làm việc trước · Hoa" in play.said(HOA)[-1]


@played
async def test_a_page_that_stands_open_knows_how_many_call_for_somebody_however_many_there_are(play, database):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    with database.change() as connection:
        names = [one["name"] for one in inspect(connection).get_columns("requests") if one["name"] != "code"]
        for number in range(150):  # more than a screen of them
            copied = f"INSERT INTO requests (code, {', '.join(names)}) SELECT 'MC-{number:04}-ZZ', {', '.join(names)}"
            connection.execute(sql(f"{copied} FROM requests WHERE code = :code"), {"code": code})
    async with browser(play, HOA) as hoa:
        assert "<title>(151) Bàn làm việc" in hoa.page.text
        assert re.search(r'<span id="calling"[^>]*>151</span>', hoa.page.text)
        before = await hoa.client.get("/ban/nhip")
        assert before.headers["X-Calling"] == "151"
        with database.change() as connection:
            connection.execute(sql("UPDATE requests SET version = version + 1 WHERE code = 'MC-0000-ZZ'"))
        assert (await hoa.client.get("/ban/nhip")).text != before.text
        with database.change() as connection:
            connection.execute(sql("DELETE FROM requests WHERE code LIKE '%-ZZ'"))
        await hoa.opens(f"/ban/r/{code}")
        for press, words, calls in (("claim", None, "1"), ("answer", "Chị ra quầy 3.", "0")):
            await hoa.presses(press, words)
            assert (await hoa.client.get("/ban/nhip")).headers["X-Calling"] == calls
        await play.hears(LAN.says("quầy 3 đóng rồi ạ"))
        assert (await hoa.client.get("/ban/nhip")).headers["X-Calling"] == "1"  # she waits for a word again


@played
async def test_what_an_officer_asks_of_their_own_desk_is_in_a_colleagues_lists_alone(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(HOA, "việc của chính em", commune="Ngọc Hà")
    async with browser(play, HOA) as hoa, browser(play, MINH) as minh:
        assert code not in hoa.page.text
        assert code in section(minh.page, "unclaimed")
