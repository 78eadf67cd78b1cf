"""Drafts: nothing that somebody wrote for their commune is lost unasked, and an open one keeps nobody from asking."""

import pytest

from tests.cast import EMMA, HOA, LAN, NGOC_HA
from tests.stage import played

PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 90, "height": 60}]
QUESTION = "làm giấy khai sinh hết bao nhiêu tiền"


@played
async def test_a_question_beside_a_draft_is_answered_and_not_in_it(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.drafts(LAN, "giấy chứng sinh của Zxq sai")
    before = len(play.said(LAN))
    await play.hears(LAN.says(QUESTION))
    answered, beside = play.said(LAN)[before:]
    assert "60 ngày" in answered
    assert QUESTION in beside
    assert "chưa cho vào bản nháp" in beside
    await play.hears(LAN.presses(play.action(LAN, "r:status:")))
    assert QUESTION not in play.said(LAN)[-1]
    assert "giấy chứng sinh của Zxq sai" in play.said(LAN)[-1]


@played
async def test_the_question_goes_into_the_draft_where_that_is_wanted(play):
    await play.drafts(LAN, "giấy chứng sinh của Zxq sai")
    await play.hears(LAN.says(QUESTION))
    await play.hears(LAN.presses(play.action(LAN, "r:beside:"), text=play.last(LAN)["text"]))
    assert f"giấy chứng sinh của Zxq sai\n{QUESTION}" in play.said(LAN)[-1]
    assert "CHƯA GỬI" in play.said(LAN)[-1]


@played
async def test_what_is_no_question_goes_on_with_the_draft(play):
    await play.drafts(LAN, "giấy chứng sinh của Zxq sai")
    await play.hears(LAN.says("tên mẹ ghi là Hằng mà đúng ra là Hạnh"))
    assert "Hằng mà đúng ra là Hạnh" in play.said(LAN)[-1]
    assert "CHƯA GỬI" in play.said(LAN)[-1]


@played
async def test_a_draft_becomes_another_kind_by_its_button(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.drafts(LAN, "đòi thêm 500 nghìn ngoài quy định")
    kinds = [b["callback_data"] for b in play.buttons(LAN) if b["callback_data"].startswith("r:kind:")]
    assert len(kinds) == 4
    for kind in kinds:
        await play.hears(LAN.presses(kind))
        assert kind not in [b["callback_data"] for b in play.buttons(LAN)]
        assert "CHƯA GỬI" in play.said(LAN)[-1]
    await play.hears(LAN.presses(next(kind for kind in kinds if kind.endswith(":x"))), LAN.says("/send"))
    assert not any(play.code(LAN) in text for text in play.said(NGOC_HA))


@pytest.mark.parametrize(
    "words",
    [
        "thôi không gửi nữa",
        "Thôi khỏi gửi nữa ạ.",
        "dạ thôi em không cần nữa đâu",
        "hủy bản nháp",
        "bỏ đi",
        "dạ em thôi không gửi nữa, cảm ơn anh chị",
    ],
)
@played
async def test_enough_ends_the_draft(play, words):
    await play.drafts(LAN, "giấy chứng sinh của Zxq sai")
    await play.hears(LAN.says(words))
    assert play.said(LAN)[-1] == play.say("draft.dropped")
    await play.hears(LAN.says("/my"))
    assert "Chưa gửi" not in play.said(LAN)[-1]


@pytest.mark.parametrize("edited", [False, True])
def test_a_fire_is_heard_and_takes_no_draft_with_it(turns, edited):
    @played
    async def story(play):
        await play.drafts(LAN, "giấy chứng sinh của Zxq sai")
        code, more = play.action(LAN, "r:send:").removeprefix("r:send:"), LAN.says("em gửi thêm giấy Wvu")
        await play.hears(more)
        fire = "cháy nhà rồi cứu với"
        await play.hears({"edited_message": more["message"] | {"text": fire}} if edited else LAN.says(fire))
        assert "114" in play.said(LAN)[-2]
        assert play.said(LAN)[-1] == play.say("draft.stays", code=code)
        await play.hears(LAN.presses(f"r:status:{code}"))
        assert "Zxq" in play.said(LAN)[-1]
        assert ("Wvu" in play.said(LAN)[-1]) is not edited
        assert "cháy" not in play.said(LAN)[-1]

    story(turns)


@played
async def test_enough_in_english(play):
    await play.drafts(EMMA, "my birth paper is wrong")
    await play.hears(EMMA.says("never mind, don't send it"), EMMA.says("Nevermind"))
    assert play.say("draft.dropped", "en") in play.said(EMMA)


@pytest.mark.parametrize("words", ["không cần sổ hộ khẩu có được không", "thôi mẹ em mất rồi", "em không gửi được ảnh"])
@played
async def test_other_words_do_not(play, words):
    await play.drafts(LAN, "giấy chứng sinh của Zxq sai")
    await play.hears(LAN.says(words))
    assert play.say("draft.dropped") not in play.said(LAN)


@played
async def test_a_second_draft_leaves_the_first(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.drafts(LAN, "việc thứ nhất Zxq")
    first = play.action(LAN, "r:send:")
    await play.hears(LAN.says("/request việc thứ hai Wvu"))
    assert any(first.removeprefix("r:send:") in text and "vẫn còn" in text for text in play.said(LAN)[-2:])
    assert "việc thứ hai Wvu" in play.said(LAN)[-1]
    await play.hears(LAN.presses(play.action(LAN, "r:send:")), LAN.presses(first))
    assert play.said(LAN)[-1].startswith("Đã gửi. Mã yêu cầu: " + first.removeprefix("r:send:"))
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{first.removeprefix('r:send:')}"))
    assert any("việc thứ nhất Zxq" in text for text in play.said(NGOC_HA))


@played
async def test_an_empty_draft_makes_room_and_many_are_said_to_be_many(play):
    await play.drafts(LAN, "việc số 1")
    await play.hears(LAN.says("/request"), LAN.says("/request việc số 2"))
    assert "việc số 2" in play.said(LAN)[-1]
    for n in (3, 4, 5, 6):
        await play.hears(LAN.says(f"/request việc số {n}"))
    assert "Bạn còn mấy bản nháp chưa gửi" in play.said(LAN)[-1]
    await play.hears(LAN.says("/my"))
    assert play.said(LAN)[-1].count("Chưa gửi") == 5


@played
async def test_what_waits_for_its_commune_is_not_lost(play):
    await play.hears(LAN.says("/request việc thứ nhất Zxq"))
    await play.agrees(LAN)
    assert play.said(LAN)[-1] == play.say("draft.commune")
    await play.hears(LAN.says("/request việc thứ hai Wvu"), LAN.says(QUESTION))
    assert any("60 ngày" in text for text in play.said(LAN)[-2:])
    await play.hears(LAN.says("phường Ngọc Hà, Hà Nội"))
    assert "việc thứ hai Wvu" in play.said(LAN)[-1]
    await play.hears(LAN.says("/my"))
    codes = [one["text"] for one in play.buttons(LAN) if one["text"].startswith("MC-")]
    shown = []
    for code in codes:
        await play.hears(LAN.presses(f"r:status:{code}"))
        shown.append(play.said(LAN)[-1])
    assert sum("việc thứ nhất Zxq" in text and "Phường Ngọc Hà" in text for text in shown) == 1
    assert sum("việc thứ hai Wvu" in text and "Phường Ngọc Hà" in text for text in shown) == 1


@played
async def test_a_photo_sent_while_the_commune_is_asked_is_in_the_draft(play):
    await play.hears(LAN.says("/request giấy của Zxq sai"))
    await play.agrees(LAN)
    await play.hears(LAN.sends(photo=PHOTO))
    await play.hears(LAN.presses(play.action(LAN, "r:photo:")), LAN.says("phường Ngọc Hà, Hà Nội"))
    assert "CHƯA GỬI" in play.said(LAN)[-1]
    assert "giấy của Zxq sai" in play.said(LAN)[-1]
    assert play.say("draft.attached", count=1) in play.said(LAN)[-1]


@played
async def test_enough_while_the_commune_is_asked(play):
    await play.hears(LAN.says("/request giấy của Zxq sai"))
    await play.agrees(LAN)
    await play.hears(LAN.says("thôi không gửi nữa"))
    assert play.said(LAN)[-1] == play.say("draft.dropped")
