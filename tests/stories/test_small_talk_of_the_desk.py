"""What a desk is told of its work: in words for the desk, once, and by somebody, whatever becomes of a request."""

import pytest

from tests.cast import HOA, LAN, MINH, NGOC_HA, QUANG, THU, Group
from tests.stage import played

HOUR = 3600
DAY = 24 * HOUR


@played
async def test_the_card_of_what_is_asked_back_speaks_to_the_desk(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.hears(NGOC_HA.hears(HOA, "/more cho em xin số nhà", thread=play.topic(NGOC_HA)))
    card = [text for text in play.server.texts(NGOC_HA.id) if "Hoa chờ người dân bổ sung" in text]
    edits = [f["text"] for m, f in play.server.calls if m == "editMessageText"]
    assert card or any("Hoa chờ người dân bổ sung" in text for text in edits)
    await play.hears(HOA.says("/queue"))
    assert "chờ người dân bổ sung · MC-" in play.said(HOA)[-1]
    assert not any("chờ bạn bổ sung" in text for text in (*play.said(NGOC_HA), *play.said(HOA), *edits))
    await play.hears(LAN.says("/my"))
    assert "Hoa đang chờ bạn bổ sung" in play.said(LAN)[-1]


@played
async def test_opening_again_is_said_to_be_that(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(LAN.says(f"/cancel {code}"), LAN.says(f"/reopen {code}"))
    assert play.said(LAN)[-1].startswith(f"Đã mở lại. Mã yêu cầu: {code}")
    assert "Đã gửi" not in play.said(LAN)[-1]


@played
async def test_figures_count_what_is_late_and_still_open(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    await play.hears(QUANG.says(f"/join {play.invited(8, 'province')}"))
    codes = [await play.asks(LAN) for _ in range(3)]
    for _ in range(4):
        await play.passes(clock, DAY)
    await play.asks(LAN)  # due tomorrow
    await play.hears(THU.says("/stats"))
    assert "đúng hẹn: 0/3" in play.said(THU)[-1]
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{codes[0]}"))
    await play.hears(NGOC_HA.hears(HOA, "chị ra quầy", thread=play.topic(NGOC_HA)), THU.says("/stats"))
    assert "đúng hẹn: 0/3" in play.said(THU)[-1]  # late, though within the promise that was given anew
    await play.hears(QUANG.says("/stats"))
    assert "đúng hẹn: 0/3" in play.said(QUANG)[-1]
    assert play.said(QUANG)[-1].startswith("Thành phố Hà Nội")


@played
async def test_figures_of_what_is_answered_in_time_after_it_was_late_once_and_opened_again(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    code = await play.asks(LAN)
    for _ in range(3):
        await play.passes(clock, DAY)
    await play.hears(LAN.says(f"/cancel {code}"), LAN.says(f"/reopen {code}"))
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.hears(NGOC_HA.hears(HOA, "chị ra quầy", thread=play.topic(NGOC_HA)), THU.says("/stats"))
    assert "đúng hẹn: 1/2" in play.said(THU)[-1]  # of two promises one was broken; a new one does not undo that


@played
async def test_one_apology_then_a_name_then_the_next_level_then_silence(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    await play.hears(QUANG.says(f"/join {play.invited(8, 'province')}"))
    code = await play.asks(LAN)
    before = len(play.said(LAN))
    for _ in range(20):
        await play.passes(clock, DAY / 2)
    told = play.said(LAN)[before:]
    assert len(told) == 3
    assert "Xin lỗi bạn" in told[0]
    assert "Thu" in told[1]
    assert "báo cán bộ tỉnh" in told[2]
    assert sum("sắp đến hạn" in text for text in play.said(THU)) == 3  # and no more of what everybody knows
    assert [text for text in play.said(QUANG) if code in text] == [
        play.say("above.overdue", commune="Phường Ngọc Hà", code=code, who="—")
    ]


@played
async def test_without_anybody_above_nothing_is_said_of_it(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    before = len(play.said(LAN))
    for _ in range(20):
        await play.passes(clock, DAY / 2)
    assert not any("tỉnh" in text for text in play.said(LAN)[before:])


@pytest.mark.parametrize("group", [NGOC_HA, None])
@played
async def test_what_nobody_takes_is_told_to_whoever_could(play, clock, group):
    await play.opens_desk(8, group, HOA, MINH)
    code = await play.asks(LAN)
    for _ in range(6):
        await play.passes(clock, 12 * HOUR)
    for reader in [group] if group else [HOA, MINH]:
        assert play.say("desk.unclaimed_soon", code=code) in play.said(reader)
        assert sum(text == play.say("desk.unclaimed_late", code=code) for text in play.said(reader)) == 1
    await play.hears((group or MINH).presses(*([MINH] if group else []), f"d:claim:{code}"))
    assert any("Minh" in text for text in play.said(LAN)[-2:])


@played
async def test_what_no_desk_sees_is_told_to_the_province(play, clock):
    await play.hears(QUANG.says(f"/join {play.invited(8, 'province')}"))
    code = await play.asks(LAN)
    for _ in range(6):
        await play.passes(clock, 12 * HOUR)
    assert play.say("above.nobody", commune="Phường Ngọc Hà", code=code) in play.said(QUANG)


@pytest.mark.parametrize("group", [NGOC_HA, Group(-1009, forum=False), None])
@played
async def test_who_takes_it_up_again_reads_only_what_is_new(play, group):
    await play.opens_desk(8, group, HOA)
    desk = group or HOA
    code = await play.asks(LAN, "giấy Zxq bị sai")
    await play.hears(desk.presses(HOA, f"d:claim:{code}") if group else HOA.presses(f"d:claim:{code}"))
    assert sum("giấy Zxq bị sai" in text for text in play.said(desk)) == 1
    await play.hears(LAN.says("em quên nói Wvu"), LAN.says(f"/cancel {code}"), LAN.says(f"/reopen {code}"))
    await play.hears(LAN.says(f"/write {code} thêm Abk nữa"))
    await play.hears(desk.presses(HOA, f"d:claim:{code}") if group else HOA.presses(f"d:claim:{code}"))
    for words in ("giấy Zxq bị sai", "em quên nói Wvu", "thêm Abk nữa"):
        assert sum(words in text for text in play.said(desk)) == 1, words
