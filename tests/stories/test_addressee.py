"""To whom words go is never guessed, and what is passed on is received by somebody, or said not to be."""

import pytest

from tests.cast import BA_DINH, HOA, HUNG, LAN, MINH, NGOC_HA, QUANG, TAM, Group
from tests.stage import played
from tests.stories.test_who_reads import revoke

PLAIN = Group(-1009, forum=False)


def told(play, person):
    return "\n".join(play.said(person))


def to(play, person, code):
    """The button that sends the kept words there."""
    rows = (m.get("reply_markup", {}).get("inline_keyboard", []) for m in reversed(play.server.sent[person.id]))
    actions = [b["callback_data"] for row in rows for line in row for b in line if "callback_data" in b]
    return next(one for one in actions if one.startswith("d:to:") and one.endswith(code))


async def two_held(play):
    await play.opens_desk(8, None, HOA)
    first, second = await play.asks(LAN), await play.asks(HUNG)
    await play.hears(HOA.presses(f"d:claim:{first}"), HOA.presses(f"d:claim:{second}"))
    return first, second


@pytest.mark.on_both
@played
async def test_with_two_held_plain_words_are_kept_and_it_is_asked(play):
    first, second = await two_held(play)
    await play.hears(HOA.says("kết quả HIV của chị âm tính"))
    assert "HIV" not in told(play, LAN) + told(play, HUNG)
    assert "Chưa gửi gì" in play.said(HOA)[-1]
    assert [b["text"] for b in play.buttons(HOA)][:2] == [f"Lan · {first}", f"Hùng · {second}"]
    choose = to(play, HOA, first)
    await play.hears(HOA.presses(choose), HOA.presses(choose))
    assert sum("HIV" in text for text in play.said(LAN)) == 1
    assert "HIV" not in told(play, HUNG)
    assert any(f"Lan ({first})" in text for text in play.said(HOA)[-2:])


@pytest.mark.on_both
@played
async def test_kept_words_go_to_nobody_where_the_officer_says_so_and_to_no_other_hand(play, database):
    first, _ = await two_held(play)
    await play.hears(HOA.says("Zxq"))
    await play.hears(MINH.says(f"/join {play.invited(8, 'officer')}"), MINH.presses(to(play, HOA, first)))
    assert "Zxq" not in told(play, LAN)
    await play.hears(HOA.presses(to(play, HOA, "-")))
    assert "Không gửi gì" in play.said(HOA)[-1]
    with database.look() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM messages WHERE text LIKE '%%Zxq%%'").scalar() == 0


@played
async def test_a_kept_note_stays_one_though_it_quotes(play):
    first, _ = await two_held(play)
    quote = {"text": "bản dịch", "position": 0, "is_manual": True}
    await play.hears(HOA.says("// chị này khó tính", quote=quote))
    await play.hears(HOA.presses(to(play, HOA, first)))
    assert "khó tính" not in told(play, LAN)
    assert f"Đã ghi chú vào {first}" in play.said(HOA)[-1]


@played
async def test_corrected_before_the_choice_only_the_new_words_go(play):
    first, _ = await two_held(play)
    wrote = HOA.says("8.000 đồng")
    await play.hears(wrote)
    old = to(play, HOA, first)
    await play.hears({"edited_message": wrote["message"] | {"text": "5.000 đồng", "edit_date": 2}})
    await play.hears(HOA.presses(old))
    assert "000" not in told(play, LAN)
    await play.hears(HOA.presses(to(play, HOA, first)))
    assert "5.000" in play.said(LAN)[-1]


@played
async def test_an_answer_to_a_message_goes_where_it_belongs(play):
    first, _ = await two_held(play)
    await play.hears(LAN.says("mấy giờ ạ"))
    asked = {"message_id": play.last(HOA)["message_id"], "date": 1, "chat": HOA.chat(), "text": "…"}
    await play.hears(HOA.says("tám giờ nhé", reply_to_message=asked))
    assert "tám giờ" in play.said(LAN)[-1]
    assert "tám giờ" not in told(play, HUNG)
    assert any(f"Đã gửi cho Lan ({first})" in text for text in play.said(HOA)[-2:])


@played
async def test_commands_without_a_code_are_not_guessed_either(play):
    await two_held(play)
    before = len(play.said(LAN)), len(play.said(HUNG))
    for said in ("/more chụp giấy chứng sinh", "/release", "/answer dạ", "/close", "/status"):
        await play.hears(HOA.says(said))
        assert play.said(HOA)[-1] == play.say("refused.which")
    assert (len(play.said(LAN)), len(play.said(HUNG))) == before


@played
async def test_with_one_held_words_go_and_are_confirmed_with_the_name(play):
    await play.opens_desk(8, None, HOA)
    code = await play.asks(LAN)
    await play.hears(HOA.presses(f"d:claim:{code}"), HOA.says("chị ra bệnh viện"))
    assert "chị ra bệnh viện" in play.said(LAN)[-1]
    assert any(f"Đã gửi cho Lan ({code})" in text for text in play.said(HOA)[-2:])


@played
async def test_an_officer_who_asks_elsewhere_themselves_is_asked_whom_they_mean(play):
    """What she tells her own officer is not for the woman whose request she holds."""
    await play.opens_desk(8, None, HOA)
    await play.opens_desk(4, None, TAM)
    own = await play.asks(HOA, "em hỏi giấy xét nghiệm", commune="Ba Đình")
    await play.hears(TAM.presses(f"d:claim:{own}"))
    code = await play.asks(LAN)
    await play.hears(HOA.presses(f"d:claim:{code}"), TAM.says("kết quả sao rồi chị"))
    await play.hears(HOA.says("dương tính ạ"))
    assert "dương tính" not in told(play, LAN) + told(play, TAM)
    assert [b["text"] for b in play.buttons(HOA)][:2] == [f"Lan · {code}", play.say("which.own", code=own)]
    await play.hears(HOA.presses(to(play, HOA, own)), HOA.says("/answer chị ra quầy"))
    assert "dương tính" in told(play, TAM)
    assert "dương tính" not in told(play, LAN)
    assert "chị ra quầy" in play.said(LAN)[-1]  # a command can only be meant for what she holds


@pytest.mark.on_both
@played
async def test_in_a_group_without_topics_a_plain_message_is_said_not_to_be_sent(play):
    await play.opens_desk(8, PLAIN, HOA, MINH)
    code = await play.asks(LAN)
    await play.hears(PLAIN.presses(HOA, f"d:claim:{code}"))
    before = len(play.said(PLAIN))
    await play.hears(PLAIN.hears(MINH, "trưa nay ăn gì"))
    assert len(play.said(PLAIN)) == before  # who holds nothing is not spoken to
    await play.hears(PLAIN.hears(HOA, "chị ra bệnh viện nhé"))
    assert "Chưa gửi gì" in play.said(PLAIN)[-1]
    assert "bệnh viện" not in told(play, LAN)
    await play.hears(PLAIN.presses(HOA, to(play, PLAIN, code)))
    assert "chị ra bệnh viện nhé" in play.said(LAN)[-1]


@played
async def test_whoever_is_asked_to_take_it_over_sees_words_and_reason(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.opens_desk(4, BA_DINH, TAM)
    code = await play.asks(LAN, "giấy chứng sinh sai tên mẹ")
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    topic = play.topic(NGOC_HA)
    await play.hears(NGOC_HA.hears(HOA, "// nghi giả", thread=topic), NGOC_HA.hears(HOA, "chào chị", thread=topic))
    await play.hears(NGOC_HA.hears(HOA, "/transfer 4 chị ấy ở Ba Đình", thread=topic))
    assert "chị ấy ở Ba Đình" in told(play, BA_DINH)
    assert "sai tên mẹ" in told(play, BA_DINH)
    assert "chào chị" in told(play, BA_DINH)
    assert "nghi giả" not in told(play, BA_DINH)
    await play.hears(LAN.says(f"/cancel {code}"))
    assert "Không còn chờ" in play.said(BA_DINH)[-1]


@played
async def test_what_the_province_gets_it_sees_and_what_goes_no_further_is_said(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.hears(QUANG.says(f"/join {play.invited(8, 'province')}"))
    code = await play.asks(LAN, "giấy chứng sinh sai tên mẹ")
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.hears(NGOC_HA.hears(HOA, "/escalate sở Tư pháp quyết định", thread=play.topic(NGOC_HA)))
    assert "sở Tư pháp quyết định" in told(play, QUANG)
    assert "sai tên mẹ" in told(play, QUANG)
    await play.hears(LAN.says("em gửi thêm: con sinh ngày 3/5"))
    assert "3/5" in told(play, QUANG)
    for level in ("Chính phủ", "Quốc hội"):
        before = len(play.said(LAN))
        await play.hears(QUANG.says(f"/escalate {code} luật chưa quy định"))
        (said,) = play.said(LAN)[before:]
        assert level in said
        assert "tỉnh đã nhận, chưa gửi lên" in said
        assert any(f"{level} quyết định, chưa gửi lên" in text and "sai tên mẹ" in text for text in play.said(QUANG))
    await play.hears(LAN.says(f"/status {code}"))
    assert "chuyển lên" not in told(play, LAN)


@played
async def test_where_the_last_of_the_province_is_gone_holder_and_citizen_read_it(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.hears(QUANG.says(f"/join {play.invited(8, 'province')}"))
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.hears(NGOC_HA.hears(HOA, "/escalate sở Tư pháp quyết định", thread=play.topic(NGOC_HA)))
    revoke(play, QUANG)
    await play.deliver()
    assert "không còn ai trên bot" in play.said(LAN)[-1]
    assert f"/returned {code}" in play.said(NGOC_HA)[-1]


@played
async def test_where_the_province_has_nobody_nothing_is_sent_up_and_everybody_reads_that(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    topic = play.topic(NGOC_HA)
    await play.hears(NGOC_HA.hears(HOA, "/escalate sở Tư pháp quyết định", thread=topic))
    assert "chưa gửi lên" in play.said(LAN)[-1]
    assert any("Chưa gửi lên" in text for text in play.said(NGOC_HA)[-2:])
    await play.hears(NGOC_HA.hears(HOA, "em gửi công văn rồi chị nhé", thread=topic))
    assert "gửi công văn rồi" in play.said(LAN)[-1]  # it stays in the hands of whoever holds it


@played
async def test_an_album_is_asked_about_once_whenever_its_parts_come(play, clock):
    first, _ = await two_held(play)
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 90, "height": 60}]
    parts = [HOA.sends(photo=photo, media_group_id="77") for _ in range(4)]
    await play.hears(*parts[:2])
    await play.passes(clock, 2)
    await play.hears(parts[2])
    await play.passes(clock, 2)
    await play.hears(parts[3])
    await play.passes(clock, 2)
    assert sum("Chưa gửi gì" in text for text in play.said(HOA)) == 1
    await play.hears(HOA.presses(to(play, HOA, first)))
    (copied,) = [fields for name, fields in play.server.calls if name == "copyMessages"]
    assert copied["message_ids"] == str([one["message"]["message_id"] for one in parts])
