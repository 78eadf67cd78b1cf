"""A citizen is served alike whichever door they come by: one commune, one queue, one officer, three ways of writing."""

import datetime as dt
import re

import pytest
from sqlalchemy import text

from tests.appointing import taking
from tests.cast import EMMA, HOA, HUNG, MINH, NGOC_HA, THU
from tests.every_door import DOORS, by_every_door, with_every_door

WORDS = "giấy chứng sinh ghi sai tên mẹ thì làm sao"


async def opens_a_request(citizen, words=WORDS):
    """In plain words alone; its code."""
    await citizen.says("Phường Ngọc Hà, Thành phố Hà Nội")
    await citizen.says("tôi muốn gặp cán bộ")
    await citizen.chooses("consent.yes")
    await citizen.says(words)
    await citizen.chooses("draft.send")
    return re.findall(r"MC-\w{4}-\w{2}", await citizen.heard())[-1]


@by_every_door
async def test_a_request_goes_all_the_way_by_words_and_choices_alone(play, citizen):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await opens_a_request(citizen)
    assert code in play.said(NGOC_HA)[-1]
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    topic = play.topic(NGOC_HA)
    assert any(WORDS in said for said in play.said(NGOC_HA))
    await play.hears(NGOC_HA.hears(HOA, "chị ra bệnh viện xin đính chính nhé", thread=topic))
    assert "chị ra bệnh viện xin đính chính nhé" in await citizen.heard()
    await citizen.says("dạ chiều em ra")
    assert any("dạ chiều em ra" in said for said in play.said(NGOC_HA))
    await play.hears(NGOC_HA.hears(HOA, "/close", thread=topic))
    assert "đã kết thúc" in await citizen.heard()


@pytest.mark.on_both
@with_every_door
async def test_every_door_one_queue_and_each_is_answered_where_they_wrote(play, database):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    cast = {door: play.citizen(door) for door in DOORS}
    codes = {door: await opens_a_request(one, f"{WORDS}, em viết từ {door}") for door, one in cast.items()}
    with database.look() as connection:
        rows = connection.execute(text("SELECT code, citizen, commune FROM requests ORDER BY opened_at, code")).all()
    assert {(code, citizen.partition(":")[0], commune) for code, citizen, commune in rows} == {
        (codes[door], door, 8) for door in DOORS
    }
    await play.hears(NGOC_HA.hears(HOA, "/queue"))
    listed = play.said(NGOC_HA)[-1]
    assert all(code in listed for code in codes.values())
    for officer, door in zip((HOA, MINH, HOA, MINH), DOORS, strict=True):
        await play.hears(NGOC_HA.presses(officer, f"d:claim:{codes[door]}"))
        await play.hears(NGOC_HA.hears(officer, f"trả lời cho {door} đây ạ", thread=play.topic(NGOC_HA)))
    for door, citizen in cast.items():
        heard = await citizen.heard()
        assert [other for other in DOORS if f"trả lời cho {other} đây ạ" in heard] == [door]
        assert [other for other in DOORS if codes[other] in heard] == [door]


@by_every_door
async def test_a_draft_is_thrown_away_and_nothing_was_sent(play, citizen):
    await play.opens_desk(8, NGOC_HA, HOA)
    before = len(play.said(NGOC_HA))
    await citizen.says("Phường Ngọc Hà, Thành phố Hà Nội")
    await citizen.says("tôi muốn gặp cán bộ")
    await citizen.chooses("consent.yes")
    await citizen.says(WORDS)
    await citizen.chooses("draft.cancel")
    assert play.say("draft.dropped") in await citizen.heard()
    assert len(play.said(NGOC_HA)) == before


@by_every_door
async def test_who_refuses_consent_is_still_answered(play, citizen):
    await play.opens_desk(8, NGOC_HA, HOA)
    await citizen.says("Phường Ngọc Hà, Thành phố Hà Nội")
    await citizen.says("tôi muốn gặp cán bộ")
    await citizen.chooses("consent.no")
    assert play.say("consent.refused") in await citizen.heard()
    await citizen.says("em mới sinh con, cần giấy gì")
    assert "chứng sinh" in await citizen.heard()


@by_every_door
async def test_who_has_not_said_where_they_live_is_asked_and_goes_on(play, citizen):
    await play.opens_desk(8, NGOC_HA, HOA)
    await citizen.says("tôi muốn gặp cán bộ")
    await citizen.chooses("consent.yes")
    assert play.say("draft.commune") in await citizen.heard()
    await citizen.says("Phường Ngọc Hà, Thành phố Hà Nội")
    await citizen.says(WORDS)
    heard = await citizen.heard()
    assert play.say("draft.not_sent") in heard
    assert WORDS in heard


@by_every_door
async def test_danger_is_answered_before_anything_else(play, citizen):
    await citizen.says("nhà hàng xóm đang cháy cứu với")
    assert "114" in await citizen.heard()


@pytest.mark.on_both
@by_every_door
async def test_who_writes_english_is_answered_so(play, citizen):
    await citizen.says("how do I register the birth of my baby")
    assert "birth" in (await citizen.heard()).lower()


MINUTE = 60
BENEFITS = ("Từ 75 tuổi", "Không", "Không", "Không có", "Từ 2.200.000 đồng")


@by_every_door
async def test_what_is_asked_ahead_is_kept_where_we_can_write_and_put_into_a_calendar_where_not(play, citizen, clock):
    """A reminder, what one may be entitled to, notices: by words and choices alone."""
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    told = citizen.door != "web"  # a page writes to nobody
    await citizen.says("Phường Ngọc Hà, Thành phố Hà Nội")
    await citizen.says("em được hưởng gì không ạ")
    for label in BENEFITS:
        await citizen.presses(label)
    assert "Có thể được" in await citizen.heard()
    await citizen.says("tôi muốn nhận thông báo của phường")
    assert (play.say("visit.cannot_tell") in await citizen.heard()) is not told
    if told:
        await citizen.chooses("notices.off", kind=play.say("notices.kind_utilities"))
    await citizen.says("nhắc em khi sắp hết hạn tạm trú với ạ")
    await citizen.says("20/3/2027")
    assert (play.say("remind.kept_note") in await citizen.heard()) is told
    await citizen.chooses("remind.yes")
    await citizen.says("/reminders")
    heard = await citizen.heard()
    into_calendar = not told or citizen.door == "zalo-oa"  # whose reader may be out of reach by then
    assert ("Việc bạn nhờ nhắc" in heard, "hêm vào lịch" in heard) == (told, into_calendar)
    await play.hears(HOA.says("/broadcast utilities 26/11/2026 Sáng mai cắt nước ở đường Đội Cấn"))
    await play.hears(MINH.presses(play.action(MINH, "nsend:")))
    await play.passes(clock, MINUTE)
    await play.passes(clock, MINUTE)
    assert ("Sáng mai cắt nước" in await citizen.heard()) is told
    clock.now = dt.datetime(2027, 3, 5, 4, 0, tzinfo=dt.UTC)
    await play.passes(clock, 0)
    reached = told and citizen.door != "zalo-oa"
    assert (play.say("remind.word") in await citizen.heard()) is reached
    await citizen.says("DỪNG")
    assert (play.say("window.missed", count=1) in await citizen.heard()) is (citizen.door == "zalo-oa")
    assert ("đã thôi nhắc" in await citizen.heard()) is told


@by_every_door
async def test_a_time_is_booked_waited_for_and_cancelled(play, citizen, clock):
    play.turns.house = taking(play.turns.house, parallel="1", public="1", horizon_days="2", opening=[ONE_HOUR])
    play.turns._reckoned_by = play.turns.house.knowledge
    for person, at in ((HUNG, "202611251000"), (EMMA, "202611251030")):
        await play.hears(person.says("/commune phường Ngọc Hà, Hà Nội"))
        await play.hears(person.presses(f"bkh:dang-ky-khai-sinh:{at}"))
        await play.hears(person.presses(play.action(person, "bkc:")))
    await citizen.says("Phường Ngọc Hà, Thành phố Hà Nội")
    await citizen.says("đặt lịch hẹn làm khai sinh")
    await citizen.chooses("book.open")
    await citizen.chooses("book.wait_any")
    assert (play.say("visit.cannot_tell") in await citizen.heard()) is (citizen.door == "web")
    await play.hears(HUNG.says("/appointments"))
    await play.hears(HUNG.presses(play.action(HUNG, "bkx:")))
    await play.hears(HUNG.presses(play.action(HUNG, "bky:")))
    assert "10:00 thứ Tư 25/11" in await citizen.heard()
    await citizen.chooses("book.confirm")
    assert "Đặt xong: 10:00 thứ Tư 25/11/2026" in await citizen.heard()
    await citizen.says("/appointments")
    await citizen.chooses("book.cancel_of", when="10:00 thứ Tư 25/11/2026")
    await citizen.chooses("book.cancel_yes")
    await citizen.says("/appointments")
    assert play.say("book.none") in await citizen.heard()


ONE_HOUR = {"days": ["wed"], "spans": [["10:00", "11:00"]]}


@by_every_door
async def test_what_one_raises_is_gathered_and_a_post_is_held_only_where_one_is_known(play, citizen, clock):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    await citizen.says("Phường Ngọc Hà, Thành phố Hà Nội")
    await citizen.says("Tôi kiến nghị xã lắp thêm đèn đường ở cuối ngõ, tối quá")
    await citizen.chooses("consent.yes")
    await citizen.chooses("draft.send")
    code = re.findall(r"MC-\w{4}-\w{2}", await citizen.heard())[-1]
    await play.hears(HOA.says(f"/gather {code} Đèn đường"), THU.says("/matter 1 answer Tháng 12 lắp sáu đèn."))
    await play.passes(clock, 1)
    assert "Tháng 12 lắp sáu đèn." in await citizen.heard()
    await play.hears(THU.says("/helpers"))
    await play.hears(THU.presses(play.action(THU, "d:hinvite:")))
    await citizen.says(play.said(THU)[-1].split("gõ ")[-1])
    if citizen.door == "web":  # a visit ends with the day
        assert play.say("join.elsewhere") in await citizen.heard()
        return
    await citizen.says("/for bà Tám")
    await citizen.says("dạ tôi đồng ý")
    await citizen.says("mất căn cước thì làm lại ở đâu")
    await citizen.chooses("draft.send")
    assert "Việc của bà Tám" in await citizen.heard()
