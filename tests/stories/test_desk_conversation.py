"""One conversation at the desk in a browser: pictures, marks, corrections, who is there, and who looked."""

import json

import pytest
from sqlalchemy import text as sql

from bot.casework import signing_in
from bot.doors.web.desk.live import Live
from bot.doors.web.desk.routes import desk_routes
from tests.cast import BA_DINH, HOA, HUNG, LAN, MINH, NGOC_HA, TAM
from tests.stage import played
from tests.stories.test_desk_in_browser import Forms, browser
from tests.stories.test_edits_and_albums import calls as shown
from tests.telegram_server import TOKEN

JPEG = b"\xff\xd8\xff\xe0 a picture"
PHOTO = [{"file_id": "f-1", "file_unique_id": "u-1", "width": 90, "height": 60}]
FILE = {"file_id": "f-2", "file_unique_id": "u-2", "file_name": "x.html", "mime_type": "text/html"}


def routes(play, live=None):
    return desk_routes(play.turns, TOKEN, live, play.service.doorways[0].door.fetch)


async def change(one, number, verb, words=""):
    """The form under one's own message, sent."""
    form = next(f for f in Forms(one.page.text).forms if f["action"].endswith(f"/sua/{number}"))
    fields = {**form["fields"], "v": verb, **({"w": words} if words else {})}
    one.page = await one.client.post(form["action"], data=fields, follow_redirects=True)


def numbers(database, side):
    with database.look() as connection:
        return list(connection.execute(sql(f"SELECT id FROM messages WHERE side = '{side}' ORDER BY id")).scalars())  # noqa: S608


@played
async def test_a_picture_is_shown_through_the_bot_once_it_is_clean_and_to_nobody_else(play, database):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.opens_desk(4, BA_DINH, TAM)
    play.server.assets["f-1"], play.server.assets["f-2"] = {"data": JPEG}, {"data": b"<script>alert(1)</script>"}
    code = await play.asks(LAN)
    await play.hears(HOA.says(f"/claim {code}"), LAN.sends(photo=PHOTO, caption="giấy đây ạ"))
    number = numbers(database, "citizen")[-1]
    async with browser(play, HOA, routes(play)) as hoa, browser(play, TAM, routes(play)) as tam:
        await hoa.opens(f"/ban/r/{code}")
        assert "chưa xác nhận ảnh" in hoa.text  # it may be an identity card
        assert (await hoa.opens(f"/ban/r/{code}/tep/{number}")).status_code == 404
        await play.hears(LAN.presses(play.action(LAN, "r:photo:")))
        await hoa.opens(f"/ban/r/{code}")
        assert f'<img src="/ban/r/{code}/tep/{number}" alt="Ảnh Lan gửi lúc' in hoa.page.text
        shown = await hoa.opens(f"/ban/r/{code}/tep/{number}")
        assert (shown.content, shown.headers["Content-Type"]) == (JPEG, "image/jpeg")
        assert shown.headers["Cache-Control"] == "no-store"
        assert (await tam.opens(f"/ban/r/{code}/tep/{number}")).status_code == 404
        other = await play.asks(HUNG)
        assert (await hoa.opens(f"/ban/r/{other}/tep/{number}")).status_code == 404  # of another request
        await play.hears(LAN.sends(document=FILE))
        await play.hears(LAN.presses(play.action(LAN, "r:photo:")))
        file = await hoa.opens(f"/ban/r/{code}/tep/{numbers(database, 'citizen')[-1]}")
        assert file.headers["Content-Disposition"].startswith("attachment")
        assert file.headers["Content-Type"] == "application/octet-stream"  # whatever it calls itself
        assert "sandbox" in file.headers["Content-Security-Policy"]
        del play.server.assets["f-1"]
        assert (await hoa.opens(f"/ban/r/{code}/tep/{number}")).status_code == 404  # Telegram lets it go no more
        await play.hears(NGOC_HA.loses(HOA))
        assert (await hoa.opens(f"/ban/r/{code}/tep/{number}")).status_code == 401
    with database.look() as connection:
        for table in ("messages", "outbox", "web_files"):
            assert "a picture" not in str(connection.execute(sql(f"SELECT * FROM {table}")).all())  # noqa: S608


@played
async def test_marks_say_on_its_way_arrived_seen_and_failed(play, database):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    async with browser(play, HOA, routes(play)) as hoa:
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("claim")
        await play.deliver()
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("answer", "Chị ra quầy 3.")
        assert "đang gửi" in hoa.text
        await play.deliver()
        await hoa.opens(f"/ban/r/{code}")
        assert "đã đến" in hoa.text
        await play.hears(LAN.says("dạ em cảm ơn"))
        await hoa.opens(f"/ban/r/{code}")
        assert "đã xem" in hoa.text
        assert "đã đến" not in hoa.text
        await change(hoa, numbers(database, "staff")[-1], "edit", "Chị ra quầy 5.")
        await play.deliver()
        await hoa.opens(f"/ban/r/{code}")
        assert "đã xem" not in hoa.text.partition("Việc khác của người này")[0]  # not these words
        play.server.fail("sendMessage", 400, "Bad Request: can't parse", chat=LAN.id)
        await hoa.presses("answer", "Quầy 3 ở tầng hai ạ.")
        await play.deliver()
        await hoa.opens(f"/ban/r/{code}")
        assert "KHÔNG tới được" in hoa.text


@pytest.mark.on_both
@played
async def test_quoting_correcting_and_taking_back_on_the_screen(play, database):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN, "chứng sinh sai tên mẹ thì sao")
    async with browser(play, HOA, routes(play)) as hoa:
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("claim")
        await play.deliver()
        await hoa.opens(f"/ban/r/{code}?q={numbers(database, 'citizen')[0]}")
        assert "Trả lời tin: chứng sinh sai tên mẹ thì sao" in hoa.text
        await hoa.presses("answer", "Chị ra quầy 3.")
        await play.deliver()
        assert "❝chứng sinh sai tên mẹ thì sao❞\nChị ra quầy 3." in play.said(LAN)[-1]
        assert any("Hoa viết trên màn hình" in said and "quầy 3" in said for said in play.said(NGOC_HA))
        number = numbers(database, "staff")[-1]
        await hoa.presses("answer", "Mang bản chính chị nhé.")
        await change(hoa, numbers(database, "staff")[-1], "withdraw")
        assert "lại tính là chưa được trả lời" not in hoa.text  # the first answer stands
        await hoa.opens(f"/ban/r/{code}")
        await change(hoa, number, "edit", "Chị ra quầy 5.")
        await play.deliver()
        last = play.last(LAN)
        assert (last["method"], "quầy 5" in last["text"]) == ("editMessageText", True)  # in its place
        assert "Hoa sửa trên màn hình" in play.said(NGOC_HA)[-1]
        await hoa.opens(f"/ban/r/{code}")
        await change(hoa, number, "withdraw")
        assert "lại tính là chưa được trả lời" in hoa.text
        await play.deliver()
        assert play.server.deleted[-1][0] == LAN.id
        await hoa.opens(f"/ban/r/{code}")
        assert "Đã rút lại" in hoa.text
        assert "rút lại tin đã gửi · Hoa" in hoa.text  # it is owed again, and everybody can see why
        assert "quầy 5" not in hoa.text
        await hoa.presses("note", "chờ bệnh viện")
        note = numbers(database, "note")[-1]
        await change(hoa, note, "edit", "chờ bệnh viện C")
        await play.deliver()
        assert "chờ bệnh viện C" in hoa.text
        assert "bệnh viện" not in "\n".join(play.said(LAN))
    async with browser(play, None, routes(play)) as stranger:
        assert (await stranger.client.post(f"/ban/r/{code}/sua/{note}", data={"v": "withdraw"})).status_code == 401


@played
async def test_only_whoever_wrote_it_corrects_it_and_a_new_officers_correction_is_looked_at(play, database):
    await play.opens_desk(8, NGOC_HA, MINH, HOA, new=(HOA,))
    code = await play.asks(LAN)
    async with browser(play, HOA, routes(play)) as hoa, browser(play, MINH, routes(play)) as minh:
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("claim")
        await hoa.presses("answer", "Chị ra quầy 9.")
        await change(hoa, numbers(database, "staff")[-1], "edit", "Không mất tiền.")
        await play.deliver()
        assert "Không mất tiền" not in "\n".join(play.said(LAN))
        await minh.opens(f"/ban/r/{code}")
        assert "/sua/" not in minh.page.text
        await minh.presses("approve")
        await play.deliver()
        assert "Không mất tiền." in "\n".join(play.said(LAN))
        assert "quầy 9" not in "\n".join(play.said(LAN))


@played
async def test_what_is_pressed_twice_is_sent_once(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    async with browser(play, HOA, routes(play)) as hoa:
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("claim")
        form = hoa.page
        for _ in range(2):
            hoa.page = form
            await hoa.presses("answer", "Chị ra quầy 3.")
        await play.deliver()
        assert "\n".join(play.said(LAN)).count("quầy 3") == 1


@pytest.mark.on_both
@played
async def test_colleagues_see_who_is_writing_and_streams_say_only_that_something_changed(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN, "chuyện của Zxq")
    live = Live(play.turns)
    async with browser(play, HOA, routes(play, live)) as hoa, browser(play, MINH, routes(play, live)) as minh:
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("claim")
        with live.bus.listening(f"request/{code}", "commune/8"):
            assert set(live.look()) == {f"request/{code}", "commune/8"}  # it may have changed since the page was made
            assert live.look() == []
            token = Forms(hoa.page.text).forms[0]["fields"]["t"]
            await hoa.client.post(f"/ban/r/{code}/dang-viet", data={"t": token})
            assert set(live.look()) == {f"request/{code}", "commune/8"}
            await minh.opens(f"/ban/r/{code}")
            assert "Hoa đang viết trả lời" in minh.text
            assert "đang viết" not in (await hoa.opens(f"/ban/r/{code}")).text.replace("Hoa đang viết", "")
            assert "Hoa đang viết" not in hoa.text  # one knows it oneself
            clock.pass_(61)
            assert set(live.look()) == {f"request/{code}", "commune/8"}
            wrote = LAN.says("còn Zxq nữa ạ")
            await play.hears(wrote)
            assert f"request/{code}" in live.look()
            assert live.look() == []
            await play.hears({"edited_message": wrote["message"] | {"text": "không còn Zxq nữa ạ", "edit_date": 2}})
            assert f"request/{code}" in live.look()
            assert live.look() == []
        stream = live._events("x", [f"request/{code}"])
        assert "Zxq" not in await anext(stream)
        live.bus.ring(f"request/{code}")
        assert await anext(stream) == "event: changed\nid: 1\ndata: 1\n\n"
        await stream.aclose()
        streams = [live._events("x", [f"request/{code}"]) for _ in range(7)]
        for one in streams:
            await anext(one)
        with pytest.raises(
            StopAsyncIteration
        ):  # a page that was left holds no place: the oldest ends, the newest lives
            await anext(streams[0])
        live.bus.ring(f"request/{code}")
        assert "changed" in await anext(streams[-1])
        for one in streams:
            await one.aclose()
        assert live.bus.visits == []
        live.bus.close()
        assert (await minh.client.get(f"/ban/nghe?r={code}")).status_code == 204
    async with browser(play, None, routes(play, live)) as nobody:
        assert (await nobody.client.get(f"/ban/nghe?r={code}")).status_code == 401


@pytest.mark.on_both
@played
async def test_the_stream_of_a_session_that_ended_ends(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    live = Live(play.turns)
    async with browser(play, MINH, routes(play, live)) as minh:
        session = signing_in.hash_of(minh.client.cookies["desk"])
        stream = live._events(session, ["commune/8"])
        await anext(stream)
        assert live.left() == []
        leave = next(one for one in Forms(minh.page.text).forms if one["action"] == "/ban/ra")
        await minh.client.post("/ban/ra", data=leave["fields"])
        assert live.left() == [session]
        live.end(session)
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
        assert live.left() == []


@played
async def test_who_looked_stands_in_the_citizens_own_data(play, database):
    await play.opens_desk(8, NGOC_HA, HOA)
    first, code = await play.asks(LAN, "việc thứ nhất"), await play.asks(LAN, "việc thứ hai")
    async with browser(play, HOA, routes(play)) as hoa:
        for _ in range(3):
            await hoa.opens(f"/ban/r/{code}")
        assert first not in hoa.text  # what else they have asked is shown when it is asked for
        await hoa.opens(f"/ban/r/{code}?khac=1")
        assert first in hoa.text
    await play.hears(LAN.says("/mydata"), HUNG.says("/mydata"))
    ((_, data),), ((_, others),) = play.server.files[LAN.id], play.server.files[HUNG.id]
    looks = json.loads(data)["looks"]
    assert [(one["action"], one["code"], one["name"]) for one in looks] == [
        ("look", code, "Hoa"), ("look_others", code, "Hoa"),
    ]  # fmt: skip
    assert json.loads(others)["looks"] == []
    assert f"Hoa xem các việc khác của bạn, từ {code}" in "\n".join(play.said(LAN))
    assert f"telegram:{HOA.id}" not in data.decode()


@played
async def test_what_contradicts_the_entry_is_flagged_before_it_goes(play, database):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN, "khai sinh cho con cần gì")
    with database.change() as connection:
        connection.execute(sql("UPDATE requests SET procedure = 'dang-ky-khai-sinh'"))
    async with browser(play, HOA, routes(play)) as hoa:
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("claim")
        wrong = "Chị mang sổ hộ khẩu và nộp 2 triệu nhé."
        await hoa.presses("answer", wrong)
        assert hoa.page.status_code == 409
        assert "CHƯA gửi: lời bạn viết khác với thủ tục" in hoa.text
        assert "“sổ hộ khẩu”" in hoa.text
        assert "“2 triệu”" in hoa.text
        await play.deliver()
        assert "2 triệu" not in "\n".join(play.said(LAN))
        await hoa.presses("answer", "Chị mang sổ hộ khẩu.")  # other words are looked at anew
        assert hoa.page.status_code == 409
        assert "“2 triệu”" not in hoa.text
        await hoa.presses("answer", "Chị mang sổ hộ khẩu.")
        await play.deliver()
        assert "Chị mang sổ hộ khẩu." in play.said(LAN)[-1]  # an officer may know better
        await hoa.presses("answer", "Không cần sổ hộ khẩu; bản sao 8.000 đồng.")
        await play.deliver()
        assert "8.000" in play.said(LAN)[-1]
        await to_many(hoa, code, "Chị mang sổ hộ khẩu.")
        assert "Lời bạn viết khác với thủ tục này." in hoa.text  # where it is looked at
        await to_many(hoa, code, "Nộp 2 triệu chị nhé.", again=True)  # other words than those that were flagged
        assert f"{code} chưa xong: CHƯA gửi" in hoa.text
        assert "“2 triệu”" in hoa.text
        await play.deliver()
        assert "8.000" in play.said(LAN)[-1]
        await to_many(hoa, code, "Nộp 2 triệu chị nhé.", again=True)
        assert "Xong 1 việc." in hoa.text
        number = numbers(database, "staff")[-1]
        await hoa.opens(f"/ban/r/{code}")
        await change(hoa, number, "edit", "Nộp 3 triệu chị nhé.")
        assert hoa.page.status_code == 409
        assert "“3 triệu”" in hoa.text
        assert "3 triệu" not in "\n".join(play.said(LAN))
        await change(hoa, number, "edit", "Nộp 3 triệu chị nhé.")  # they are meant
        await play.deliver()
        assert "Nộp 3 triệu chị nhé." in play.said(LAN)[-1]
    with database.look() as connection:
        assert connection.execute(sql("SELECT count(*) FROM audit WHERE action = 'against'")).scalar_one() == 3


async def at_the_birth(play, database, *officers):
    """A request about a birth, held in the group's topic by the first of them."""
    await play.opens_desk(8, NGOC_HA, *officers)
    code = await play.asks(LAN, "khai sinh cho con cần gì")
    with database.change() as connection:
        connection.execute(sql("UPDATE requests SET procedure = 'dang-ky-khai-sinh'"))
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    return code, play.topic(NGOC_HA)


@pytest.mark.on_both
@played
async def test_in_the_chat_it_waits_until_whoever_wrote_it_says_that_it_is_meant(play, database):
    code, topic = await at_the_birth(play, database, HOA, MINH)
    await play.hears(NGOC_HA.hears(HOA, "Chị mang sổ hộ khẩu bản gốc.", thread=topic))
    asked = play.said(NGOC_HA)[-1]
    assert f"CHƯA gửi lời bạn viết trong {code}" in asked
    assert "“sổ hộ khẩu”" in asked
    assert "sổ hộ khẩu" not in "\n".join(play.said(LAN))
    send = play.action(NGOC_HA, "d:sure:")
    await play.hears(NGOC_HA.presses(MINH, send))  # another's words are not hers to send
    assert "sổ hộ khẩu" not in "\n".join(play.said(LAN))
    await play.hears(NGOC_HA.presses(HOA, send), NGOC_HA.presses(HOA, send))
    assert sum("Chị mang sổ hộ khẩu bản gốc." in said for said in play.said(LAN)) == 1
    await play.hears(NGOC_HA.hears(HOA, "// thu 2 triệu nhé", thread=topic))  # a note goes to nobody
    assert "Đã ghi chú" in play.said(NGOC_HA)[-1]
    await play.hears(NGOC_HA.hears(HOA, f"/more {code} gửi thêm sổ hộ khẩu", thread=topic))
    await play.hears(NGOC_HA.presses(HOA, play.action(NGOC_HA, "d:unsure:")))
    assert "Không gửi gì" in play.said(NGOC_HA)[-1]
    assert "gửi thêm" not in "\n".join(play.said(LAN))
    with database.look() as connection:
        assert connection.execute(sql("SELECT count(*) FROM audit WHERE action = 'against'")).scalar_one() == 1
        assert connection.execute(sql("SELECT count(*) FROM messages WHERE side = 'doubted'")).scalar_one() == 0


@played
async def test_words_that_wait_are_looked_at_again_when_they_are_changed(play, database):
    _, topic = await at_the_birth(play, database, HOA)
    wrote = NGOC_HA.hears(HOA, "Lệ phí 2 triệu.", thread=topic)
    await play.hears(wrote)
    old = play.action(NGOC_HA, "d:sure:")
    await play.hears({"edited_message": wrote["message"] | {"text": "Lệ phí 3 triệu.", "edit_date": 2}})
    assert "“3 triệu”" in play.said(NGOC_HA)[-1]
    await play.hears(NGOC_HA.presses(HOA, old))
    assert "triệu" not in "\n".join(play.said(LAN))
    await play.hears({"edited_message": wrote["message"] | {"text": "Không mất tiền chị nhé.", "edit_date": 3}})
    assert "Không mất tiền" in play.said(LAN)[-1]
    await play.hears({"edited_message": wrote["message"] | {"text": "Mất 4 triệu chị nhé.", "edit_date": 4}})
    assert "“4 triệu”" in play.said(NGOC_HA)[-1]
    assert "4 triệu" not in "\n".join(play.said(LAN))  # what she has is as it was
    await play.hears(NGOC_HA.presses(HOA, play.action(NGOC_HA, "d:sure:")))
    assert "Mất 4 triệu chị nhé." in play.said(LAN)[-1]
    await play.hears(NGOC_HA.hears(HOA, thread=topic, photo=PHOTO, caption="Mẫu sổ hộ khẩu cần nộp"))
    assert shown(play, "copyMessage", LAN) == []
    await play.hears(NGOC_HA.presses(HOA, play.action(NGOC_HA, "d:sure:")))
    assert [one["caption"] for one in shown(play, "copyMessage", LAN)] == ["Mẫu sổ hộ khẩu cần nộp"]
    with database.look() as connection:
        assert connection.execute(sql("SELECT max(handle) FROM messages")).scalar_one() == "f-1"


@played
async def test_what_a_new_officer_writes_is_flagged_to_them_and_to_the_colleague_who_lets_it_go(play, database):
    _, topic = await at_the_birth(play, database, HOA)
    with database.change() as connection:
        connection.execute(sql("UPDATE staff SET answers = 0 WHERE person = 'telegram:21'"))
    await play.hears(MINH.says(f"/join {play.invited(8, 'leader')}"))
    await play.hears(NGOC_HA.hears(HOA, "Nộp thêm 2 triệu.", thread=topic))
    assert any("Lời này khác với thủ tục:" in said for said in play.said(NGOC_HA))  # whoever looks at it sees it, too
    assert "chưa gửi, đang chờ đồng nghiệp xem" in play.said(NGOC_HA)[-1]
    assert "2 triệu" not in "\n".join(play.said(LAN))


async def to_many(officer, code, words, *, again=False):
    """The same words to several: put in for looking at; `again`: these, changed where they are looked at, go."""
    if not again:
        await officer.opens("/ban?chon=1")
        form = next(one for one in Forms(officer.page.text).forms if one["action"] == "/ban/nhieu")
        fields = {**form["fields"], "v": "review", "c": [code], "w": words}
    else:
        fields = {**Forms(officer.page.text).forms[-1]["fields"], "v": "send", f"w-{code}": words, f"ok-{code}": "1"}
    officer.page = await officer.client.post("/ban/nhieu", data=fields, follow_redirects=True)


@played
async def test_ready_answers_are_filled_from_what_is_known_of_the_commune(play, database):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN, "khai sinh cho con cần gì")
    async with browser(play, HOA, routes(play)) as hoa:
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("claim")
        await play.deliver()
        with database.change() as connection:
            connection.execute(sql("UPDATE requests SET procedure = NULL"))
        await hoa.opens(f"/ban/r/{code}")
        assert "chưa biết: địa chỉ, giờ làm việc, thời hạn, lệ phí" in hoa.text
        await play.hears(HOA.says(f"/r {code} den-quay"))
        assert "nên chưa gửi" in play.said(HOA)[-1]
        with database.change() as connection:
            connection.execute(sql("UPDATE requests SET procedure = 'dang-ky-khai-sinh'"))
        await hoa.opens(f"/ban/r/{code}")
        form = next(one for one in Forms(hoa.page.text).forms if ("v", "answer") in one["buttons"])
        hoa.page = await hoa.client.post(f"/ban/r/{code}/soan", data={**form["fields"], "r": "den-quay"})
        words = next(one for one in Forms(hoa.page.text).forms if ("v", "answer") in one["buttons"])["fields"]["w"]
        assert words.startswith("Chào Lan, bạn đến ")
        assert "{" not in words
        assert "8.000 đồng" in words
        await hoa.presses("answer", words)
        assert "Còn chỗ trống chưa điền" in hoa.text
        words = words.replace("……", "8–11 giờ")  # what is not known of the commune is written by hand
        await hoa.presses("answer", words)
        await play.deliver()
        assert words in play.said(LAN)[-1]
