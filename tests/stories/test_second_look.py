"""The second look binds to the words: what a new officer says is read by somebody who knows the work, whatever way it goes."""

import pytest

from tests.cast import BA_DINH, HOA, HUNG, LAN, MINH, NGOC_HA, QUANG, TAM, THU
from tests.stage import played
from tests.stories.test_desk_in_browser import browser
from tests.stories.test_who_reads import revoke

PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 90, "height": 60}]


def told(play, person):
    return "\n".join(play.said(person))


async def claimed(play, officer=HOA):
    """A request that a new officer holds in the group."""
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(officer, f"d:claim:{code}"))
    return code, play.topic(NGOC_HA)


def edited(update, **content):
    return {"edited_message": update["message"] | {"edit_date": 2} | content}


@played
async def test_an_edit_before_approval_is_what_the_colleague_sees(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, new=(HOA,))
    _, topic = await claimed(play)
    wrote = NGOC_HA.hears(HOA, "lệ phí 8.000 đồng", thread=topic)
    await play.hears(wrote)
    old = play.action(NGOC_HA, "d:approve:")
    assert "Chưa gửi" in play.said(NGOC_HA)[-1]
    await play.hears(edited(wrote, text="lệ phí 5.000 đồng"))
    new = play.action(NGOC_HA, "d:approve:")
    assert any("Bỏ: “8.000”\nThêm: “5.000”" in text.replace("\n\n", "\n") for text in play.said(NGOC_HA)[-3:])
    await play.hears(NGOC_HA.presses(MINH, old))
    assert "000" not in told(play, LAN)  # the words he looked at are void
    await play.hears(NGOC_HA.presses(MINH, new))
    assert "5.000" in play.said(LAN)[-1]
    assert "8.000" not in told(play, LAN)


@played
async def test_an_edit_after_approval_is_held_again(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, new=(HOA,))
    _, topic = await claimed(play)
    wrote = NGOC_HA.hears(HOA, "lệ phí 5.000 đồng", thread=topic)
    await play.hears(wrote)
    await play.hears(NGOC_HA.presses(MINH, play.action(NGOC_HA, "d:approve:")))
    shown = play.last(LAN)["message_id"]
    await play.hears(edited(wrote, text="đưa thêm 500.000 đồng"))
    assert "500.000" not in told(play, LAN)
    await play.hears(MINH.says(f"/reject {play.action(NGOC_HA, 'd:approve:').split(':')[2]} không được thu thêm"))
    assert "500.000" not in told(play, LAN)
    await play.hears(edited(wrote, text="lệ phí 6.000 đồng"))
    await play.hears(NGOC_HA.presses(MINH, play.action(NGOC_HA, "d:approve:")))
    assert (play.last(LAN)["method"], play.last(LAN)["message_id"]) == ("editMessageText", shown)
    assert "6.000" in play.said(LAN)[-1]


@pytest.mark.on_both
@pytest.mark.parametrize(
    ("command", "words"),
    [("/more", "chụp sổ đỏ gửi em"), ("/escalate", "sở Tư pháp quyết định"), ("/transfer", "4 nhà chị ấy ở Ba Đình")],
)
def test_reasons_and_questions_back_are_looked_at_too(turns, command, words):
    @played
    async def story(play):
        await play.opens_desk(8, NGOC_HA, HOA, MINH, new=(HOA,))
        await play.opens_desk(4, BA_DINH, TAM)
        await play.hears(QUANG.says(f"/join {play.invited(8, 'province')}"))
        code, topic = await claimed(play)
        before = len(play.said(LAN))
        await play.hears(NGOC_HA.hears(HOA, f"{command} {words}", thread=topic))
        assert len(play.said(LAN)) == before
        assert code not in told(play, BA_DINH) + told(play, QUANG)
        await play.hears(NGOC_HA.presses(MINH, play.action(NGOC_HA, "d:approve:")))
        assert len(play.said(LAN)) > before
        await play.hears(LAN.says(f"/status {code}"))
        assert "Hoa" in play.said(LAN)[-1]  # it was her doing, not his who looked

    story(turns)


@played
async def test_declining_and_the_answer_from_above_are_looked_at_too(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, new=(HOA,))
    await play.opens_desk(4, BA_DINH, TAM)
    code = await play.asks(LAN, commune="Ba Đình")
    await play.hears(BA_DINH.presses(TAM, f"d:claim:{code}"))
    await play.hears(TAM.says(f"/transfer {code} 8 nhà chị ấy ở Ngọc Hà"))
    await play.hears(NGOC_HA.hears(HOA, f"/decline {code} chị này hay kiện"))
    assert "hay kiện" not in told(play, LAN) + told(play, BA_DINH)
    await play.hears(MINH.says(f"/reject {play.action(NGOC_HA, 'd:approve:').split(':')[2]} đừng viết vậy"))
    assert "đừng viết vậy" in told(play, HOA) + told(play, NGOC_HA)
    assert "hay kiện" not in told(play, LAN) + told(play, BA_DINH)
    code = await play.asks(HUNG)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"), HOA.says(f"/escalate {code} sở quyết định"))
    await play.hears(MINH.presses(play.action(NGOC_HA, "d:approve:")))
    assert "sở quyết định" in told(play, HUNG)
    await play.hears(HOA.says(f"/returned {code} sở nói anh sai"))
    assert "anh sai" not in told(play, HUNG)
    await play.hears(MINH.presses(play.action(NGOC_HA, "d:approve:")))
    assert "anh sai" in told(play, HUNG)


@played
async def test_photos_and_captions_are_looked_at_and_seen_by_whoever_looks(play):
    await play.opens_desk(8, None, HOA, MINH, new=(HOA,))
    code = await play.asks(LAN)
    await play.hears(HOA.presses(f"d:claim:{code}"))
    await play.hears(HOA.sends(photo=PHOTO, caption="chuyển khoản vào đây"))
    assert play.server.copies[LAN.id] == []
    assert len(play.server.copies[MINH.id]) == 1
    assert "chuyển khoản" in play.said(MINH)[-1]
    await play.hears(MINH.presses(play.action(MINH, "d:approve:")))
    assert len(play.server.copies[LAN.id]) == 1
    assert "duyệt" in play.said(HOA)[-1]


@played
async def test_another_photo_in_place_of_one_that_waits_makes_its_number_void(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, new=(HOA,))
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{await play.asks(LAN)}"))
    wrote = NGOC_HA.hears(HOA, photo=PHOTO, caption="mẫu", thread=play.topic(NGOC_HA))
    await play.hears(wrote)
    first = play.action(NGOC_HA, "d:approve:")
    other = [PHOTO[0] | {"file_id": "g", "file_unique_id": "v"}]
    await play.hears({"edited_message": wrote["message"] | {"edit_date": 2, "photo": other}})
    assert any(play.say("approval.corrected", number=first[10:]) == text for text in play.said(NGOC_HA))
    await play.hears(NGOC_HA.presses(MINH, first))
    assert play.server.copies[LAN.id] == []


@played
async def test_where_nobody_knows_the_work_a_leader_looks(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, leader=THU, new=(HOA, MINH))
    _, topic = await claimed(play)
    await play.hears(NGOC_HA.hears(HOA, "mang sổ hộ khẩu", thread=topic))
    assert "hộ khẩu" not in told(play, LAN)
    await play.hears(NGOC_HA.presses(MINH, play.action(NGOC_HA, "d:approve:")))
    assert "đã quen việc" in play.said(NGOC_HA)[-1]
    await play.hears(THU.presses(play.action(THU, "d:approve:")))
    assert "hộ khẩu" in told(play, LAN)


@played
async def test_without_a_leader_the_province_looks(play):
    await play.opens_desk(8, NGOC_HA, HOA, new=(HOA,))
    await play.hears(QUANG.says(f"/join {play.invited(8, 'province')}"))
    _, topic = await claimed(play)
    await play.hears(NGOC_HA.hears(HOA, "mang sổ hộ khẩu", thread=topic))
    assert "hộ khẩu" not in told(play, LAN)
    assert "chứng sinh" not in told(play, QUANG)  # the citizen's words are not shown to the province for that
    await play.hears(QUANG.presses(play.action(QUANG, "d:return:")))
    await play.hears(QUANG.says("sổ hộ khẩu bỏ rồi", reply_to_message=answering(play, QUANG)))
    assert "sổ hộ khẩu bỏ rồi" in play.said(NGOC_HA)[-1]
    assert "hộ khẩu" not in told(play, LAN)


@played
async def test_where_nobody_can_look_the_reply_says_so(play):
    await play.opens_desk(8, NGOC_HA, HOA, new=(HOA,))
    await play.hears(
        HOA.says(f"/join {play.invited(8, 'province')}")
    )  # whoever stands above looks, but not at their own
    _, topic = await claimed(play)
    await play.hears(NGOC_HA.hears(HOA, "mang giấy chứng sinh", thread=topic))
    assert "chưa có đồng nghiệp nào xem trước" in play.said(LAN)[-1]
    assert "mang giấy chứng sinh" in play.said(LAN)[-1]


@played
async def test_what_waits_can_be_taken_back_and_the_citizen_hears_of_nothing(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, new=(HOA,))
    _, topic = await claimed(play)
    wrote = NGOC_HA.hears(HOA, "mang sổ hộ khẩu", thread=topic)
    await play.hears(wrote)
    approve, before = play.action(NGOC_HA, "d:approve:"), len(play.said(LAN))
    await play.hears(NGOC_HA.hears(HOA, "/delete", thread=topic, reply_to=wrote["message"]["message_id"]))
    await play.hears(NGOC_HA.presses(MINH, approve))
    assert len(play.said(LAN)) == before


@played
async def test_words_of_somebody_who_holds_it_no_more_do_not_go_out(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, new=(HOA,))
    code, topic = await claimed(play)
    await play.hears(NGOC_HA.hears(HOA, "mang sổ hộ khẩu", thread=topic))
    approve = play.action(NGOC_HA, "d:approve:")
    await play.hears(NGOC_HA.presses(HOA, f"d:release:{code}"), NGOC_HA.presses(MINH, f"d:claim:{code}"))
    await play.hears(NGOC_HA.presses(MINH, approve))
    assert "hộ khẩu" not in told(play, LAN)


@played
async def test_where_whoever_was_to_look_has_gone_the_next_is_asked(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, leader=THU, new=(HOA,))
    code, topic = await claimed(play)
    await play.hears(NGOC_HA.hears(HOA, "mang sổ hộ khẩu", thread=topic), NGOC_HA.hears(HOA, "và ảnh", thread=topic))
    assert "hộ khẩu" not in told(play, THU)
    await play.hears(NGOC_HA.loses(MINH))
    assert [text in told(play, THU) for text in ("hộ khẩu", "và ảnh")] == [True, True]
    numbers = approvals(play, THU)
    revoke(play, THU)
    await play.deliver()
    nobody = [play.say("approval.nobody_left", number=number, code=code) for number in numbers]
    assert [text for text in play.said(NGOC_HA) if text in nobody] == nobody
    assert "hộ khẩu" not in told(play, LAN)
    await play.hears(NGOC_HA.hears(HOA, "mang giấy chứng sinh", thread=topic))
    assert "chưa có đồng nghiệp nào xem trước" in play.said(LAN)[-1]


def approvals(play, person):
    """The numbers that somebody is asked about, in order."""
    rows = (m.get("reply_markup", {}).get("inline_keyboard", []) for m in play.server.sent[person.id])
    actions = [b["callback_data"] for row in rows for line in row for b in line if "callback_data" in b]
    return [one.rpartition(":")[2] for one in actions if one.startswith("d:approve:")]


def answering(play, person):
    return {"message_id": play.last(person)["message_id"], "date": 1, "chat": person.chat(), "text": "…"}


@played
async def test_what_waits_for_a_look_has_a_clock_and_shows_what_has_changed(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, leader=THU, new=(HOA,))
    code, topic = await claimed(play)
    wrote = NGOC_HA.hears(HOA, "chị mang giấy chứng sinh <b>bản chính</b> nhé", thread=topic)
    await play.hears(wrote)
    asked = next(text for text in reversed(play.said(NGOC_HA)) if "/approve" in text)
    assert "Xem trước 10:00 hôm nay" in asked
    await play.hears(edited(wrote, text="chị mang giấy chứng sinh bản sao nhé"))
    async with browser(play, MINH) as minh, browser(play, HOA) as hoa:
        await minh.opens("/ban")
        assert "có lời chờ bạn xem trước" in minh.text
        assert "<title>(1) " in minh.page.text
        assert "chờ bạn xem trước" not in (await hoa.opens("/ban")).text
        await minh.opens(f"/ban/r/{code}")
        assert "<del>&lt;b&gt;bản chính&lt;/b&gt; </del><ins>bản sao </ins>" in minh.page.text
        assert "Xem trước 10:00 hôm nay" in minh.text
        assert "<del>" not in (await hoa.opens(f"/ban/r/{code}")).text  # whoever wrote it knows
    before = len(play.said(THU))
    await play.passes(clock, 3700)
    again = [text for text in play.said(NGOC_HA) if "chờ xem đã 1 giờ" in text]
    assert len(again) == 1
    assert any("chờ xem đã 1 giờ" in text for text in play.said(THU)[before:])
    await play.hears(NGOC_HA.presses(MINH, play.action(NGOC_HA, "d:approve:")))
    assert "bản sao" in play.said(LAN)[-1]
    await play.passes(clock, 3700)
    assert len([text for text in play.said(NGOC_HA) if "chờ xem đã" in text]) == 1  # nothing waits any more
