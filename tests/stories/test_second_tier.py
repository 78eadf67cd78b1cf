"""A citizen asks for what only the portal's list names: its name, who decides and where to go; nothing else is said."""

import re

import pytest

from tests.cast import BUDI, EMMA, LAN
from tests.stage import played

pytestmark = pytest.mark.only_on("sqlite", "what is said does not depend on where it is remembered")

LAOS = "Cấp giấy thông hành biên giới Việt Nam – Lào"
FREE = re.compile(r"miễn phí|không mất tiền|free of charge|gratis", re.IGNORECASE)


@played
async def test_lan_is_told_the_name_the_code_who_decides_and_that_it_is_not_checked(play):
    await play.hears(LAN.says("cho em hỏi thủ tục 1.012680"))
    said = play.said(LAN)[-1]
    assert said.startswith(LAOS)
    assert "mình chưa có phần hướng dẫn đã kiểm" in said
    assert "1.012680" in said
    assert "công an xã, phường" in said
    buttons = play.buttons(LAN)
    assert "r:new:q:1.012680" in {button.get("callback_data") for button in buttons}
    assert any("dichvucong.gov.vn/thu-tuc-hanh-chinh/" in button.get("url", "") for button in buttons)


@played
async def test_a_code_finds_it_and_its_papers_are_the_portals_with_the_day(play):
    await play.hears(LAN.says("1.012566"))
    said = play.said(LAN)[-1]
    assert "Xác nhận số chứng minh nhân dân 09 số" in said
    assert "Theo Cổng Dịch vụ công, đọc ngày 17/07/2026, giấy tờ gồm:" in said


@played
async def test_a_question_after_it_goes_on_about_it_and_no_fee_is_made_up(play):
    await play.hears(LAN.says("1.012680 là thủ tục gì ạ"), LAN.says("lệ phí bao nhiêu"))
    said = play.said(LAN)[-1]
    assert said.startswith(f"Về việc {LAOS}") or LAOS in said.split("\n")[0]
    assert "chưa rõ không có nghĩa là miễn phí" in said
    assert not FREE.search(said.replace("chưa rõ không có nghĩa là miễn phí", ""))
    await play.hears(LAN.says("em mới sinh con, cần giấy gì"))
    assert "Giấy chứng sinh" in play.said(LAN)[-1]


@played
async def test_with_the_commune_the_right_desk_is_named(play):
    await play.hears(LAN.presses("commune:8"), LAN.says("1.012680"))
    assert "Công an phường Ngọc Hà" in play.said(LAN)[-1]
    await play.hears(EMMA.says("1.012680"), EMMA.presses("commune:8"))
    assert (
        "Công an phường Ngọc Hà" in play.said(EMMA)[-1] or "police (Công an) of phường Ngọc Hà" in play.said(EMMA)[-1]
    )


@played
async def test_the_officers_get_it_by_its_name(play):
    await play.hears(LAN.presses("commune:8"), LAN.says("1.012680"), LAN.presses("r:new:q:1.012680"))
    await play.agrees(LAN)
    await play.hears(LAN.says("em chưa rõ phải xếp hàng ở đâu"))
    assert LAOS[:30] in play.said(LAN)[-1]


@played
async def test_emma_and_budi_are_told_in_their_own_language(play):
    await play.hears(EMMA.says("how to get 1.012680"), BUDI.says("prosedur 1.012680 di mana mengurusnya"))
    assert "I have no checked guide for it yet" in play.said(EMMA)[-1]
    assert "the commune police" in play.said(EMMA)[-1]
    assert "saya belum punya panduan yang sudah diperiksa" in play.said(BUDI)[-1]
    for person in (EMMA, BUDI):
        assert "1.012680" in play.said(person)[-1]
        assert "r:new:q:1.012680" in {button.get("callback_data") for button in play.buttons(person)}


@played
async def test_names_to_choose_from_stand_with_their_codes(play):
    await play.hears(LAN.presses("answer:1.012680:asked"))
    assert LAOS in play.said(LAN)[-1]
    await play.hears(LAN.presses("answer:9.999999:asked"))
    assert LAOS not in play.said(LAN)[-1]


@played
async def test_where_several_names_fit_each_stands_with_its_code_and_one_is_chosen(play):
    await play.hears(LAN.says("xin sổ thông hành đi Lào"))
    said = play.said(LAN)[-1]
    assert "Mình chưa có phần hướng dẫn đã kiểm cho việc này" in said
    assert "(mã 1.012680); nơi giải quyết: công an xã, phường" in said
    assert {"answer:1.012680:asked", "none", "r:new:q:"} <= {b.get("callback_data") for b in play.buttons(LAN)}
    await play.hears(LAN.presses("answer:1.012680:asked"))
    assert play.said(LAN)[-1].startswith(LAOS)


@played
async def test_what_was_asked_is_answered_by_whichever_of_the_offered_is_pressed(play):
    await play.hears(LAN.says("đổi bằng lái ở công an xã được không"))
    assert play.said(LAN)[-1].startswith("Nếu bạn hỏi việc “Bằng lái xe”: Ở Phòng Cảnh sát giao thông")
    assert "Nếu là việc khác, bạn chọn bên dưới nhé." in play.said(LAN)[-1]
    ours = next(data for button in play.buttons(LAN) if "lai-xe" in (data := button.get("callback_data", "")))
    await play.hears(LAN.presses(ours))
    assert "công an xã, phường có điểm tiếp nhận" in play.said(LAN)[-1]
    await play.hears(LAN.presses("answer:giay-phep-lai-xe:yes.khong-con-nua"))  # of an entry written anew since
    assert "Đổi, cấp lại giấy phép lái xe" in play.said(LAN)[-1]
