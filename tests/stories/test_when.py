"""Answers of today: open now, a day off ahead, a law about to change, facts too old to be told."""

import datetime as dt

import pytest

from bot.desk.working_time import VIETNAM
from tests.cast import LAN
from tests.stage import played

pytestmark = pytest.mark.only_on("sqlite", "what is said does not depend on where it is remembered")


XUAN_HOA = "commune:27139"  # its hours are known


async def asks_for_hours(play, clock, moment):
    clock.now = dt.datetime.fromisoformat(moment).replace(tzinfo=VIETNAM)
    await play.hears(LAN.says("giờ làm việc"))
    return play.said(LAN)[-1]


@played
async def test_open_now_closed_at_lunch_and_over_a_holiday(play, clock):
    await play.hears(LAN.says("em mới sinh con, cần giấy gì"), LAN.presses(XUAN_HOA))
    assert "đến 11:30 hôm nay" in await asks_for_hours(play, clock, "2026-11-23 10:00")
    assert "Mở lại: 13:00 hôm nay" in await asks_for_hours(play, clock, "2026-11-23 12:00")
    assert "Mở lại: thứ Tư 25/11 lúc 07:30" in await asks_for_hours(play, clock, "2026-11-23 17:30")
    assert "nghỉ Ngày Văn hóa Việt Nam" in await asks_for_hours(play, clock, "2026-11-24 10:00")


@played
async def test_without_known_hours_days_off_are_still_told(play, clock):
    await play.hears(LAN.says("em mới sinh con, cần giấy gì"), LAN.presses("commune:8"))
    assert "Sắp nghỉ: thứ Ba 24/11" in await asks_for_hours(play, clock, "2026-11-23 10:00")
    assert "Ngày làm việc tới: thứ Hai 30/11" in await asks_for_hours(play, clock, "2026-11-29 10:00")


@played
async def test_a_matter_with_hours_of_its_own_is_told_by_them_and_not_by_its_office(play):
    await play.hears(LAN.says("thứ bảy công an có làm định danh mức 2 không"))
    assert "thứ Bảy, Chủ nhật không nhận" in play.said(LAN)[-1]
    await play.hears(LAN.says("thứ bảy công an có làm căn cước không"))
    assert "Dạ được. Thứ Bảy" in play.said(LAN)[-1]
    await play.hears(LAN.says("thứ bảy công an làm căn cước có nghỉ không"))
    assert "Dạ không nghỉ. Thứ Bảy" in play.said(LAN)[-1]
    await play.hears(LAN.says("24/11 công an có nghỉ không"))
    assert "Dạ có nghỉ. Thứ Ba 24/11 là ngày nghỉ lễ" in play.said(LAN)[-1]


@played
async def test_a_change_of_law_is_announced_sixty_days_ahead(play, clock):
    for moment, told in (("2026-12-30 09:00", False), ("2026-12-31 09:00", True), ("2027-03-01 09:00", False)):
        clock.now = dt.datetime.fromisoformat(moment).replace(tzinfo=VIETNAM)
        await play.hears(LAN.presses("answer:dang-ky-khai-sinh:place"))
        assert (play.say("coming.title") in play.said(LAN)[-1]) is told, moment
    assert "Bất kỳ xã, phường nào" in play.said(LAN)[-1]


@played
async def test_facts_long_past_their_review_are_not_stated(play, clock):
    review_by = play.turns.house.knowledge.procedures["dang-ky-khai-sinh"].review_by
    clock.now = dt.datetime.combine(review_by, dt.time(9), VIETNAM) + dt.timedelta(days=90)
    await play.hears(LAN.says("em mới sinh con, cần giấy gì"))
    assert "Giấy chứng sinh" in play.said(LAN)[-1]
    clock.pass_(24 * 3600)
    await play.hears(LAN.says("em mới sinh con, cần giấy gì"))
    assert "Giấy chứng sinh" not in play.said(LAN)[-1]
    assert play.say("answer.stale", hotline="18001096") in play.said(LAN)[-1]
    assert "Trung tâm Phục vụ hành chính công" in play.said(LAN)[-1]
