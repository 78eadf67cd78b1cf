"""A citizen is served alike whichever door they come by: one commune, one queue, one officer, three ways of writing."""

import re

import pytest
from sqlalchemy import text

from tests.cast import HOA, MINH, NGOC_HA
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
async def test_three_doors_one_queue_and_each_is_answered_where_they_wrote(play, database):
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
    for officer, door in zip((HOA, MINH, HOA), DOORS, strict=True):
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
