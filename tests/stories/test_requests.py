"""A request from the first word to the last: drafted, sent, claimed, answered, closed, rated, reopened."""

import pytest

from tests.cast import EMMA, HOA, LAN, MINH, NGOC_HA, THU
from tests.stage import played


@played
async def test_a_question_goes_all_the_way(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, leader=THU)
    code = await play.asks(LAN)
    assert "Đây chưa phải là nộp hồ sơ" in play.said(LAN)[-1]
    card = play.said(NGOC_HA)[-1]
    assert code in card
    assert "chứng sinh" not in card  # no word of the citizen's in front of the whole group
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    topic = play.topic(NGOC_HA)
    assert any("chứng sinh bị sai tên mẹ" in text for text in play.said(NGOC_HA))
    assert "Hoa" in play.said(LAN)[-1]
    assert "Bạn đang viết trong" in play.said(LAN)[-1]
    await play.hears(NGOC_HA.hears(HOA, "chị ra bệnh viện xin đính chính giấy chứng sinh nhé", thread=topic))
    assert "chị ra bệnh viện xin đính chính" in play.said(LAN)[-1]
    await play.hears(LAN.says("dạ em cảm ơn, cần mang gì ạ"))
    assert "cần mang gì" in play.said(NGOC_HA)[-2]  # words before the card
    assert int(play.server.sent[NGOC_HA.id][-2]["message_thread_id"]) == topic
    await play.hears(NGOC_HA.hears(HOA, "// gọi lại bệnh viện", thread=topic))
    assert "gọi lại" not in play.said(LAN)[-1]
    await play.hears(NGOC_HA.hears(HOA, "/more mang căn cước của mẹ để đối chiếu", thread=topic))
    assert any("mang căn cước của mẹ" in text for text in play.said(LAN)[-2:])
    await play.hears(LAN.says("em có rồi"), NGOC_HA.hears(HOA, "vậy chị ra quầy nhé", thread=topic))
    await play.hears(NGOC_HA.hears(HOA, "/close", thread=topic))
    assert "đã kết thúc" in play.said(LAN)[-1]
    await play.hears(LAN.presses(f"r:rate:{code}:5"))
    await play.hears(LAN.presses(f"r:reopen:{code}"))
    assert "Thứ tự trong hàng đợi: 1" in play.said(LAN)[-1]
    await play.hears(LAN.says("bệnh viện vẫn chưa chịu sửa"))  # without a word to whom: it says why
    assert play.said(LAN)[-1] == f"Đã thêm vào {code}."
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    assert any("vẫn chưa chịu sửa" in text for text in play.said(NGOC_HA)[-3:])


@played
async def test_nothing_is_sent_before_the_citizen_says_so(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    sent = len(play.said(NGOC_HA))
    await play.drafts(LAN)
    assert "CHƯA GỬI" in play.said(LAN)[-1]
    assert len(play.said(NGOC_HA)) == sent
    await play.passes(clock, 24 * 3600 + 1)
    assert "chưa có gì được gửi đi" in play.said(LAN)[-1]
    await play.hears(LAN.presses(play.action(LAN, "r:send:")))
    assert len([t for t in play.said(NGOC_HA) if "MC-" in t]) == 0


@played
async def test_the_commune_is_asked_first_and_the_words_are_kept(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.hears(LAN.says("/request giấy chứng sinh sai tên mẹ thì sao"))
    await play.agrees(LAN)
    await play.hears(LAN.says("phường Ngọc Hà, Hà Nội"))
    assert "CHƯA GỬI" in play.said(LAN)[-1]
    assert "chứng sinh sai tên mẹ" in play.said(LAN)[-1]


@pytest.mark.on_both
@played
async def test_two_press_claim_and_one_wins(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"), NGOC_HA.presses(MINH, f"d:claim:{code}"))
    assert any("Hoa đã nhận yêu cầu này trước" in text for text in play.said(NGOC_HA))
    assert len(play.server.topics[NGOC_HA.id]) == 1
    assert sum("đã nhận" in text and code in text for text in play.said(LAN)) == 1


@played
async def test_each_side_reads_its_own_language(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(EMMA, "the hospital spelled my name wrong on the birth notice, what now")
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    assert "You are writing in" in play.said(EMMA)[-1]
    await play.hears(NGOC_HA.presses(HOA, f"d:say:{code}:chao"))
    assert "I am an officer of the commune" in play.said(EMMA)[-1]
    assert "tiếng Anh" in "".join(play.said(NGOC_HA))


@pytest.mark.on_both
@played
async def test_a_complaint_or_a_denunciation_or_a_fire_never_becomes_a_request(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.hears(LAN.says("/commune phường Ngọc Hà, Hà Nội"))
    for words in ("tôi muốn tố cáo ông chủ tịch phường nhận tiền đút lót", "cháy nhà rồi cứu với", "tôi muốn khiếu nại quyết định xử phạt"):  # fmt: skip
        await play.hears(LAN.says(f"/request {words}"))
        await play.hears(LAN.says("/request"), LAN.says(words))  # also as the words of a draft
        assert "CHƯA GỬI" not in "".join(play.said(LAN)), words
    with play.turns.database.look() as connection:
        kept = connection.exec_driver_sql("SELECT subject, status FROM requests").fetchall()
        said = connection.exec_driver_sql("SELECT text FROM messages").fetchall()
    assert all(subject == "" for subject, _ in kept)
    assert {status for _, status in kept} <= {"dropped"}
    assert said == []


@played
async def test_several_requests_are_kept_apart(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    first, second = await play.asks(LAN, "giấy chứng sinh sai"), await play.asks(LAN, "khai sinh có tên hai quê không")
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{first}"))
    one = play.topic(NGOC_HA)
    await play.hears(NGOC_HA.presses(MINH, f"d:claim:{second}"))
    two = play.topic(NGOC_HA)
    claimed = play.last(LAN)["message_id"]
    await play.hears(LAN.says("cái này cho việc đầu"))
    assert int(play.server.sent[NGOC_HA.id][-1]["message_thread_id"]) == one
    reply = {"message_id": claimed, "date": 1, "chat": LAN.chat(), "text": "…"}
    await play.hears(LAN.says("cái này cho việc sau", reply_to_message=reply))
    assert int(play.server.sent[NGOC_HA.id][-1]["message_thread_id"]) == two
    assert "cái này cho việc sau" in play.said(NGOC_HA)[-1]


@played
async def test_edits_follow_and_officers_take_back(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    topic = play.topic(NGOC_HA)
    wrote = NGOC_HA.hears(HOA, "mang bản sao", thread=topic)
    await play.hears(wrote)
    shown = play.last(LAN)["message_id"]
    corrected = {"edited_message": wrote["message"] | {"text": "mang bản chính", "edit_date": 2}}
    await play.hears(corrected)
    assert (play.last(LAN)["method"], play.last(LAN)["message_id"]) == ("editMessageText", shown)
    assert "mang bản chính" in play.said(LAN)[-1]
    await play.hears(NGOC_HA.hears(HOA, "/delete", thread=topic, reply_to=wrote["message"]["message_id"]))
    assert (LAN.id, shown) in play.server.deleted
    assert "rút lại" in play.said(LAN)[-1]
    assert any("lại tính là chưa được trả lời. Hạn trả lời:" in said for said in play.said(NGOC_HA))
    mine = LAN.says("em ở Ba Đình")
    await play.hears(mine)
    await play.hears({"edited_message": mine["message"] | {"text": "em ở Ngọc Hà", "edit_date": 3}})
    assert "em ở Ngọc Hà" in play.said(NGOC_HA)[-1]


PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 90, "height": 60}]


@played
async def test_photos_are_passed_on_but_never_those_of_identity_cards(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.hears(LAN.sends(photo=PHOTO, caption="CCCD của em đây"))
    assert "không nhận ảnh căn cước" in play.said(LAN)[-1]
    for count in (0, 1):  # asked each time
        await play.hears(LAN.sends(photo=PHOTO))
        assert len(play.server.copies[NGOC_HA.id]) == count
        await play.hears(LAN.presses(play.action(LAN, "r:photo:")))
        assert len(play.server.copies[NGOC_HA.id]) == count + 1
    voice = {"file_id": "v", "file_unique_id": "w", "duration": 3}
    await play.hears(NGOC_HA.hears(HOA, thread=play.topic(NGOC_HA), voice=voice))
    assert len(play.server.copies[LAN.id]) == 1


@played
async def test_my_status_cancel_close_and_reopen_by_command(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(LAN.says("/my"))
    assert code in play.said(LAN)[-1]
    await play.hears(LAN.says(f"/status {code.lower().replace('-', ' ')}"))
    assert "Đang chờ cán bộ nhận" in play.said(LAN)[-1]
    await play.hears(LAN.says(f"/cancel {code}"))
    assert "Đã hủy" in play.said(LAN)[-1]
    await play.hears(LAN.says(f"/reopen {code}"))
    assert "Thứ tự" in play.said(LAN)[-1]
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.hears(NGOC_HA.hears(HOA, "xong rồi chị", thread=play.topic(NGOC_HA)), LAN.says(f"/close {code}"))
    assert "Đã kết thúc" in play.said(LAN)[-1]
    clock.pass_(8 * 24 * 3600)
    await play.hears(LAN.says(f"/reopen {code}"))
    assert "quá hạn mở lại" in play.said(LAN)[-1]


@played
async def test_outside_hours_the_opening_is_said(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    clock.pass_(12 * 3600)  # Monday, 21:00
    await play.asks(LAN)
    assert "mở cửa lại" in play.said(LAN)[-1]
    assert "thứ Tư 25/11" in play.said(LAN)[-1]  # Tuesday the 24th is a holiday


@played
async def test_a_commune_without_anybody_is_said_to_have_nobody(play):
    code = await play.asks(LAN)
    assert "chưa có cán bộ trực" in play.said(LAN)[-1]
    await play.opens_desk(8, NGOC_HA, HOA)
    assert any(code in text for text in play.said(NGOC_HA))


@played
async def test_a_citizen_cannot_flood_the_desk(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    for _ in range(8):
        await play.drafts(LAN)
        if "CHƯA GỬI" in play.said(LAN)[-1]:
            await play.hears(LAN.presses(play.action(LAN, "r:send:")))
    assert len([text for text in play.said(NGOC_HA) if "MC-" in text]) == 5
    assert "5 yêu cầu" in play.said(LAN)[-1]


@played
async def test_an_album_arrives_together(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    album = [NGOC_HA.hears(HOA, thread=play.topic(NGOC_HA), photo=PHOTO, media_group_id="g1") for _ in range(3)]
    await play.hears(*album)
    await play.passes(clock, 2)
    (copied,) = [fields for method, fields in play.server.calls if method == "copyMessages"]
    assert copied["message_ids"] == str(sorted(one["message"]["message_id"] for one in album))


@played
async def test_whatever_a_button_does_a_command_does(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.drafts(LAN)
    await play.hears(LAN.says("/send"))
    code = play.code(LAN)
    await play.hears(
        HOA.says(f"/claim {code}"), HOA.says(f"/answer {code} chị ra bệnh viện"), HOA.says(f"/close {code}")
    )
    assert "đã kết thúc" in play.said(LAN)[-1]
    await play.hears(LAN.says(f"/rate {code} 4"))
    assert "Cảm ơn bạn" in play.said(LAN)[-1]
    await play.hears(HOA.says(f"/status {code}"))
    assert "★★★★" in play.said(HOA)[-1]


@pytest.mark.on_both
@played
async def test_a_word_after_the_stars_is_kept_without_names(play, database):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.hears(NGOC_HA.hears(HOA, "xong ạ", thread=play.topic(NGOC_HA)), NGOC_HA.presses(HOA, f"d:close:{code}"))
    await play.hears(LAN.presses(f"r:rate:{code}:5"))
    asked = {"message_id": play.last(LAN)["message_id"], "date": 1, "chat": LAN.chat(), "text": "…"}
    await play.hears(LAN.says("cô Hoa rất tốt, số em 0912345678", reply_to_message=asked))
    with database.look() as connection:
        (word,) = connection.exec_driver_sql("SELECT text FROM messages WHERE side = 'rating'").fetchone()
    assert "rất tốt" in word
    assert "0912345678" not in word
    await play.hears(LAN.says("cháy nhà rồi cứu với", reply_to_message=asked))
    assert "114" in play.said(LAN)[-2]


@played
async def test_the_officer_lets_the_bot_answer(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"), NGOC_HA.presses(HOA, f"d:bot:{code}"))
    await play.hears(LAN.says("khai sinh cần giấy gì"))
    assert "Nộp" in play.said(LAN)[-1]


@played
async def test_a_wish_for_a_person_opens_a_draft_about_what_was_asked_last(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.hears(LAN.says("/commune Phường Ngọc Hà, Hà Nội"))
    await play.hears(LAN.says("khai sinh cho con mất bao nhiêu tiền"), LAN.says("cho tôi gặp cán bộ"))
    await play.hears(LAN.presses(play.action(LAN, "r:yes:"), text=play.said(LAN)[-1]))
    assert "Tôi muốn hỏi cán bộ về: Khai sinh cho con, tiền phải nộp." in play.said(LAN)[-1]
