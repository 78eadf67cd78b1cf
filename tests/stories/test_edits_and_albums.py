"""Edits and albums: an edit is an edit whatever it carries; what is said under one picture is said of all."""

import json

import pytest

from tests.cast import HOA, LAN, MINH, NGOC_HA
from tests.stage import played

PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 90, "height": 60}]
OTHER_PHOTO = [{"file_id": "g", "file_unique_id": "v", "width": 90, "height": 60}]


async def claimed(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    return code, play.topic(NGOC_HA)


def edit(update, **now):
    return {"edited_message": update["message"] | {"edit_date": 2} | now}


def calls(play, method, chat):
    return [fields for name, fields in play.server.calls if name == method and int(fields["chat_id"]) == chat.id]


def places(play, chat):
    """Whatever shows something again or a place."""
    return [c for m in ("copyMessage", "copyMessages", "sendLocation") for c in calls(play, m, chat)]


# Captions


@played
async def test_a_caption_is_corrected_where_the_citizen_reads_it(play):
    _, topic = await claimed(play)
    wrote = NGOC_HA.hears(HOA, photo=PHOTO, caption="Mẫu tờ khai", thread=topic)
    await play.hears(wrote)
    await play.hears(edit(wrote, caption="Mẫu tờ khai (đã sửa)"))
    assert len(places(play, LAN)) == 1
    (corrected,) = calls(play, "editMessageCaption", LAN)
    assert corrected["caption"] == "Mẫu tờ khai (đã sửa)"


@played
async def test_a_citizens_caption_is_corrected_at_the_desk(play):
    await claimed(play)
    wrote = LAN.sends(photo=PHOTO, caption="giấy chứng sinh")
    await play.hears(wrote)
    await play.hears(LAN.presses(play.action(LAN, "r:photo:")))
    await play.hears(edit(wrote, caption="giấy chứng sinh bản sao"))
    (corrected,) = calls(play, "editMessageCaption", NGOC_HA)
    assert corrected["caption"] == "giấy chứng sinh bản sao"
    await play.hears(edit(wrote, caption="căn cước của em"))
    assert len(play.server.deleted) == 1
    assert "không nhận ảnh căn cước" in play.said(LAN)[-1]


@pytest.mark.on_both
@played
async def test_another_photo_in_its_place_is_asked_about_again(play):
    await claimed(play)
    wrote = LAN.sends(photo=PHOTO)
    await play.hears(wrote)
    await play.hears(LAN.presses(play.action(LAN, "r:photo:")))
    await play.hears(edit(wrote, photo=OTHER_PHOTO))
    assert len(play.server.deleted) == 1
    assert play.said(LAN)[-1] == play.say("photo.ask")
    await play.hears(LAN.presses(play.action(LAN, "r:photo:")))
    assert len(places(play, NGOC_HA)) == 2


@pytest.mark.on_both
@played
async def test_a_caption_put_right_while_nothing_is_asked_is_not_answered_twice(play):
    wrote = LAN.sends(photo=PHOTO)
    await play.hears(wrote, edit(wrote, photo=OTHER_PHOTO))
    assert len(play.said(LAN)) == 1
    await play.hears(edit(wrote, caption="lệ phí khai sinh bao nhiêu"))
    assert "không mất tiền" in play.said(LAN)[-1]


# Corrected while it is under way


async def corrected_under_way(play, method, wrote, correction):
    """Telegram has the message, and answers only after its correction was taken."""
    await play.store(wrote)
    await play.act()
    await play.store(correction)

    def meanwhile():
        door = play.service.doorways[0].door
        for update in [one for found in play.service.worker._waiting().values() for one in found]:
            play.turns.take(door.read(json.loads(update.raw)), update.receipt)
        fields = play.server.calls[-1][1]
        return play.server._copy(fields) if method == "copyMessage" else play.server._message(method, fields)

    play.server.faults[method].append((str(LAN.id), meanwhile))
    await play.deliver()


@played
async def test_a_photo_corrected_while_it_is_under_way_is_shown_once(play):
    _, topic = await claimed(play)
    wrote = NGOC_HA.hears(HOA, photo=PHOTO, caption="Mẫu tờ khai", thread=topic)
    await corrected_under_way(play, "copyMessage", wrote, edit(wrote, caption="Mẫu tờ khai (đã sửa)"))
    assert len(places(play, LAN)) == 1
    (corrected,) = calls(play, "editMessageCaption", LAN)
    assert corrected["caption"] == "Mẫu tờ khai (đã sửa)"


@played
async def test_words_corrected_while_they_are_under_way_stand_once(play):
    _, topic = await claimed(play)
    wrote = NGOC_HA.hears(HOA, "lệ phí 8.000", thread=topic)
    await corrected_under_way(play, "sendMessage", wrote, edit(wrote, text="lệ phí 5.000"))
    fees = [m for m in play.server.sent[LAN.id] if "lệ phí" in m["text"]]
    assert [(m["method"], m["text"][-5:]) for m in fees] == [("sendMessage", "8.000"), ("editMessageText", "5.000")]


# Places that move


def moves(start, n):
    return edit(start, location={"latitude": 21.03 + n / 1000, "longitude": 105.8, "live_period": 900})


@pytest.mark.parametrize("before", ["open", "claimed"])
def test_a_live_location_is_one_place_that_moves(turns, before):
    @played
    async def story(play):
        await play.opens_desk(8, NGOC_HA, HOA)
        code = await play.asks(LAN)
        if before == "claimed":
            await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
        start = LAN.sends(location={"latitude": 21.03, "longitude": 105.8, "live_period": 900})
        await play.hears(LAN.presses(f"r:write:{code}"), start)
        await play.hears(*(moves(start, n) for n in range(24)))
        if before == "open":
            await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
        await play.hears(edit(start, location={"latitude": 21.06, "longitude": 105.8}))
        assert len(places(play, NGOC_HA)) == 1
        if before == "claimed":
            moved = calls(play, "editMessageLiveLocation", NGOC_HA)
            assert moved[-1]["latitude"] == "21.053"
            assert len(calls(play, "stopMessageLiveLocation", NGOC_HA)) == 1
        await play.hears(LAN.sends(photo=PHOTO))
        assert play.said(LAN)[-1] == play.say("photo.ask")

    story(turns)


@played
async def test_a_live_location_for_the_bot_is_answered_once(play):
    start = LAN.sends(location={"latitude": 21.03, "longitude": 105.8, "live_period": 900})
    await play.hears(start, *(moves(start, n) for n in range(5)))
    assert len(play.said(LAN)) == 1


# Notes and answers


@played
async def test_a_note_that_becomes_an_answer_is_sent(play):
    _, topic = await claimed(play)
    note = NGOC_HA.hears(HOA, "// nội bộ: hộ nghèo", thread=topic)
    await play.hears(note, edit(note, text="Mời anh chị ra bộ phận một cửa"))
    assert "Mời anh chị ra bộ phận một cửa" in play.said(LAN)[-1]
    assert not any("hộ nghèo" in text for text in play.said(LAN))
    await play.hears(edit(note, text="Mời anh chị ra quầy số 2"))
    assert (play.last(LAN)["method"], "quầy số 2" in play.said(LAN)[-1]) == ("editMessageText", True)


@played
async def test_a_note_that_may_not_be_sent_is_said_not_to_be(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    note = NGOC_HA.hears(MINH, "// nội bộ", thread=play.topic(NGOC_HA))
    before = len(play.said(LAN))
    await play.hears(note, edit(note, text="Mời chị ra quầy"))
    assert len(play.said(LAN)) == before
    assert "Hoa" in play.said(NGOC_HA)[-1]


@played
async def test_an_answer_that_becomes_a_note_is_withdrawn_visibly(play):
    _, topic = await claimed(play)
    wrote = NGOC_HA.hears(HOA, "hộ này nghèo", thread=topic)
    await play.hears(wrote)
    shown = play.last(LAN)["message_id"]
    await play.hears(edit(wrote, text="// hộ này nghèo thật"))
    assert (LAN.id, shown) in play.server.deleted
    assert "rút lại" in play.said(LAN)[-1]
    assert not any("nghèo thật" in text for text in play.said(LAN))


@pytest.mark.parametrize("carried", ["text", "caption"])
def test_an_answer_by_command_that_becomes_a_note_is_withdrawn_too(turns, carried):
    @played
    async def story(play):
        code, _ = await claimed(play)
        photo = {"photo": PHOTO} if carried == "caption" else {}
        wrote = HOA.sends(**photo, **{carried: f"/answer {code} hộ này nghèo"})
        await play.hears(wrote)
        await play.hears(edit(wrote, **{carried: f"/note {code} hộ này nghi giả"}))
        assert len(play.server.deleted) == 1
        assert not any("nghi giả" in text for text in play.said(LAN))
        assert not any("nghi giả" in call["caption"] for call in calls(play, "editMessageCaption", LAN))

    story(turns)


@pytest.mark.on_both
@played
async def test_an_answer_that_becomes_a_note_before_it_has_gone_never_appears(play):
    _, topic = await claimed(play)
    wrote, before = NGOC_HA.hears(HOA, "hộ này nghèo", thread=topic), len(play.said(LAN))
    await play.store(wrote, edit(wrote, text="// hộ này nghèo"))
    await play.act()
    await play.deliver()
    assert not any("nghèo" in text for text in play.said(LAN)[before:])


@played
async def test_a_corrected_command_leaves_one_answer(play):
    code, _ = await claimed(play)
    wrote = HOA.says(f"/answer {code} lệ phí 8.000")
    await play.hears(wrote)
    await play.hears(edit(wrote, text=f"/answer {code} lệ phí 5.000"))
    fees = [m for m in play.server.sent[LAN.id] if "lệ phí" in m["text"]]
    assert [m["method"] for m in fees] == ["sendMessage", "editMessageText"]
    assert fees[-1]["text"].endswith("lệ phí 5.000")


@played
async def test_an_edited_command_is_not_done_again(play):
    code, _ = await claimed(play)
    close = HOA.says(f"/release {code}")
    await play.hears(close, NGOC_HA.presses(HOA, f"d:claim:{code}"), edit(close, text=f"/release {code} x"))
    assert play.said(HOA)[-1] == play.say("edit.not_again")
    wrong = HOA.says("/answer MC-2222-22 chị ra quầy")
    await play.hears(wrong, edit(wrong, text=f"/answer {code} chị ra quầy"))
    assert "chị ra quầy" in play.said(LAN)[-1]


@played
async def test_the_first_words_are_corrected_before_and_after_sending(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.drafts(LAN)
    await play.hears(LAN.presses(play.action(LAN, "r:change:")))
    wrote = LAN.says("giấy sai tên cha")
    await play.hears(wrote, edit(wrote, text="giấy sai tên mẹ"))
    assert "giấy sai tên mẹ" in play.said(LAN)[-1]
    assert "tên cha" not in play.said(LAN)[-1]
    await play.hears(LAN.says("/send"), edit(wrote, text="giấy sai tên mẹ và ngày sinh"))
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{play.code(LAN)}"))
    assert any("ngày sinh" in text for text in play.said(NGOC_HA))
    await play.hears(edit(wrote, text="giấy sai tên mẹ thôi"))
    assert play.said(NGOC_HA)[-1].endswith("giấy sai tên mẹ thôi")
    assert "sửa lại" in play.said(NGOC_HA)[-1]


@played
async def test_an_edit_into_an_emergency_is_heard(play):
    await claimed(play)
    wrote = LAN.says("dạ em hỏi thêm")
    await play.hears(wrote, edit(wrote, text="cháy nhà rồi cứu với"))
    assert "114" in play.said(LAN)[-1]


# Albums


def album(count, captions=(), **where):
    parts = [NGOC_HA.hears(HOA, photo=PHOTO, media_group_id="77", **where) for _ in range(count)]
    for n, caption in captions:
        parts[n]["message"]["caption"] = caption
    return parts


@pytest.mark.parametrize("noted", [0, 1, 2])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_a_note_under_one_picture_keeps_all_inside(turns, clock, noted, order):
    @played
    async def story(play):
        _, topic = await claimed(play)
        parts = album(3, [(noted, "// ảnh nội bộ"), ((noted + 1) % 3, "mẫu đây ạ")], thread=topic)
        await play.hears(*(parts[n] for n in order))
        await play.passes(clock, 2)
        assert places(play, LAN) == []
        assert "ghi chú" in play.said(NGOC_HA)[-1]

    story(turns)


@pytest.mark.parametrize("mark", ["  // ", "／／ ", "\n//"])
def test_a_note_is_one_however_its_mark_is_written(turns, clock, mark):
    @played
    async def story(play):
        _, topic = await claimed(play)
        await play.hears(*album(2, [(0, "mẫu"), (1, f"{mark}nội bộ")], thread=topic))
        await play.passes(clock, 2)
        wrote = NGOC_HA.hears(HOA, f"{mark}nội bộ", thread=topic)
        await play.hears(wrote, edit(wrote, text=f"{mark}chỉ trong quầy"))
        assert places(play, LAN) == []
        assert not any("nội bộ" in text or "trong quầy" in text for text in play.said(LAN))

    story(turns)


@pytest.mark.parametrize("note", ["/note {code} nội bộ", "// nội bộ"])
@pytest.mark.parametrize("first", [0, 1])
def test_a_note_goes_before_every_other_command_of_its_album(turns, clock, note, first):
    @played
    async def story(play):
        code, topic = await claimed(play)
        captions = [(first, note.format(code=code)), (1 - first, f"/more {code} giấy này đâu")]
        parts = [NGOC_HA.hears(HOA, photo=PHOTO, media_group_id="77", thread=topic) for _ in range(2)]
        for n, caption in captions:
            command = {"type": "bot_command", "offset": 0, "length": 5}
            entities = {"caption_entities": [command]} if caption[1] != "/" else {}
            parts[n]["message"] |= {"caption": caption, **entities}
        before = len(play.said(LAN))
        await play.hears(*parts)
        await play.passes(clock, 2)
        assert places(play, LAN) == []
        assert len(play.said(LAN)) == before
        assert play.said(NGOC_HA)[-1] == play.say("done.noted", code=code)

    story(turns)


@played
async def test_a_note_that_loses_its_words_stays_one(play):
    _, topic = await claimed(play)
    wrote = NGOC_HA.hears(HOA, photo=PHOTO, caption="// nội bộ", thread=topic)
    await play.hears(wrote, edit(wrote, caption=""))
    assert places(play, LAN) == []
    await play.hears(edit(wrote, caption="mẫu đây"))
    assert len(places(play, LAN)) == 1


@played
async def test_parts_that_come_late_are_what_the_others_were(play, clock):
    _, topic = await claimed(play)
    parts = album(3, [(0, "// ảnh nội bộ")], thread=topic)
    await play.hears(*parts[:2])
    await play.passes(clock, 2)
    await play.hears(parts[2])
    await play.passes(clock, 2)
    assert places(play, LAN) == []


@pytest.mark.parametrize("note", ["// ảnh nội bộ", "/note ảnh nội bộ"])
def test_a_note_that_comes_late_takes_back_what_went_out(turns, clock, note):
    @played
    async def story(play):
        _, topic = await claimed(play)
        parts = album(3, [(2, note)], thread=topic)
        await play.hears(*parts[:2])
        await play.passes(clock, 2)
        assert len(places(play, LAN)) == 1
        await play.hears(parts[2])
        await play.passes(clock, 2)
        assert len(play.server.deleted) == 2
        assert "rút lại" in play.said(LAN)[-1]

    story(turns)


@played
async def test_a_command_under_one_picture_holds_for_all_and_is_not_shown(play, clock):
    code, _ = await claimed(play)
    parts = [HOA.sends(photo=PHOTO, media_group_id="9") for _ in range(3)]
    parts[1]["message"]["caption"] = f"/answer {code} mẫu tờ khai đây ạ"
    await play.hears(*parts)
    await play.passes(clock, 2)
    assert [c.get("caption") for c in calls(play, "copyMessage", LAN)] == ["", "mẫu tờ khai đây ạ", ""]
    assert {c["message_id"] for c in calls(play, "copyMessage", LAN)} == {
        str(one["message"]["message_id"]) for one in parts
    }


@pytest.mark.parametrize("shown", [0, 2])
def test_an_identity_card_under_one_picture_holds_for_all(turns, clock, shown):
    @played
    async def story(play):
        await claimed(play)
        parts = [LAN.sends(photo=PHOTO, media_group_id="9") for _ in range(3)]
        parts[shown]["message"]["caption"] = "CCCD của em"
        await play.hears(*parts[:2])
        await play.passes(clock, 2)
        await play.hears(parts[2])
        await play.passes(clock, 2)
        assert "không nhận ảnh căn cước" in play.said(LAN)[-1]
        for message in list(play.server.sent[LAN.id]):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                if row[0].get("callback_data", "").startswith("r:photo:"):
                    await play.hears(LAN.presses(row[0]["callback_data"]))
        assert places(play, NGOC_HA) == []

    story(turns)


@played
async def test_a_citizens_album_is_asked_about_once_and_arrives_together(play, clock):
    await claimed(play)
    parts = [LAN.sends(photo=PHOTO, media_group_id="9") for _ in range(3)]
    await play.hears(*parts)
    await play.passes(clock, 2)
    assert play.said(LAN).count(play.say("photo.ask")) == 1
    await play.hears(LAN.presses(play.action(LAN, "r:photo:")))
    (copied,) = places(play, NGOC_HA)
    assert copied["message_ids"] == str(sorted(one["message"]["message_id"] for one in parts))


@pytest.mark.on_both
@played
async def test_an_album_sent_to_nobody_gets_one_answer(play, clock):
    await play.hears(*(LAN.sends(photo=PHOTO, media_group_id="9") for _ in range(4)))
    await play.passes(clock, 2)
    assert len(play.said(LAN)) == 1


@played
async def test_a_caption_in_an_album_becomes_a_note_and_all_is_withdrawn(play, clock):
    _, topic = await claimed(play)
    parts = album(3, [(0, "mẫu")], thread=topic)
    await play.hears(*parts)
    await play.passes(clock, 2)
    await play.hears(edit(parts[0], caption="// mẫu nội bộ"))
    assert len(play.server.deleted) == 3


@pytest.mark.on_both
@pytest.mark.parametrize("edited", [0, 1])
def test_a_note_under_an_album_goes_out_whole_or_not_at_all(turns, clock, edited):
    """The words under the noted picture are put right: all go, and only what is meant for the citizen under them."""

    @played
    async def story(play):
        _, topic = await claimed(play)
        parts = album(3, [(0, "// nội bộ")], thread=topic)
        await play.hears(*parts)
        await play.passes(clock, 2)
        await play.hears(edit(parts[edited], caption="mẫu đây ạ"))
        shown = [(c["message_id"], c.get("caption")) for c in calls(play, "copyMessage", LAN)]
        numbers = [str(one["message"]["message_id"]) for one in parts]
        whole = [(numbers[0], "mẫu đây ạ"), (numbers[1], ""), (numbers[2], "")]
        assert shown == (whole if edited == 0 else [])  # under another picture it is still said to be inside

    story(turns)


# Quotes


@played
async def test_the_quoted_part_is_shown_to_the_other_side(play):
    _, topic = await claimed(play)
    quote = {"text": "bản dịch", "position": 0, "is_manual": True}
    await play.hears(LAN.says("Cái này có cần bản chính không ạ?", quote=quote))
    assert "❝bản dịch❞\nCái này có cần bản chính không ạ?" in play.said(NGOC_HA)[-1]
    await play.hears(NGOC_HA.hears(HOA, "Cái này thì có", thread=topic, quote=quote))
    assert "❝bản dịch❞\nCái này thì có" in play.said(LAN)[-1]
