"""Through Zalo: words, numbers for buttons, consent by a word, an officer's answer, and what Zalo keeps back."""

import re

import pytest

from bot.conversation import actions
from bot.conversation.reply import Block, Button, Reply
from bot.store import inbox, outbox
from tests.cast import HOA, MINH, NGOC_HA
from tests.doors.zalo.stage import BA_TU, ONG_SAU, played

QUESTION = "em mới sinh con, cần giấy gì"


@played
async def test_a_question_is_answered_and_what_can_be_pressed_elsewhere_has_numbers(play):
    await play.writes(BA_TU.says(QUESTION))
    (said,) = play.told(BA_TU)
    assert "chứng sinh" in said
    assert re.search(r"^1\. .+\n2\. ", said, re.MULTILINE)
    assert said.endswith(play.say("choice.hint"))


def numbered(said, label):
    """The number under which something was offered."""
    return re.search(rf"^(\d)\. {re.escape(label)}$", said, re.MULTILINE)[1]


@pytest.mark.parametrize("form", ["{n}", "{n}.", "số {n}", "Chọn {n}"])
@played
async def test_a_number_chooses_what_stood_behind_it_and_the_reply_repeats_it(play, form):
    await play.writes(BA_TU.says(QUESTION))
    label = play.say("answer.more")
    number = numbered(play.told(BA_TU)[-1], label)
    await play.writes(BA_TU.says(form.format(n=number)))
    assert play.told(BA_TU)[-1].startswith(play.say("choice.chosen", label=label))


@played
async def test_the_words_of_a_button_choose_it_too(play):
    await play.writes(BA_TU.says(QUESTION), BA_TU.says(play.say("answer.more").upper()))
    assert play.told(BA_TU)[-1].startswith(play.say("choice.chosen", label=play.say("answer.more")))


@played
async def test_a_number_nobody_offered_is_asked_again_and_never_guessed(play):
    await play.writes(BA_TU.says(QUESTION), BA_TU.says("77"))
    assert play.told(BA_TU)[-1].startswith(play.say("choice.again"))
    assert "1. " in play.told(BA_TU)[-1]


@played
async def test_a_number_after_half_an_hour_or_after_other_words_chooses_nothing(play, clock):
    chosen = play.say("choice.chosen", label="")
    await play.writes(BA_TU.says(QUESTION))
    clock.pass_(31 * 60)
    await play.writes(BA_TU.says("1"), ONG_SAU.says(QUESTION), ONG_SAU.says("cảm ơn"), ONG_SAU.says("9"))
    assert not [said for who in (BA_TU, ONG_SAU) for said in play.told(who) if said.startswith(chosen)]


@played
async def test_a_long_list_goes_on_under_nought(play):
    await play.writes(BA_TU.says("chủ đề"))
    first = play.told(BA_TU)[-1]
    assert f"0. {play.say('choice.rest')}" in first
    await play.writes(BA_TU.says("0"))
    assert play.told(BA_TU)[-1].startswith(play.say("choice.more"))
    assert not set(re.findall(r"^[1-9]\. (.+)$", first, re.MULTILINE)) & set(
        re.findall(r"^[1-9]\. (.+)$", play.told(BA_TU)[-1], re.MULTILINE)
    )


@played
async def test_no_number_agrees_or_sends_only_the_word_does(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await play.writes(
        BA_TU.says("/commune phường Ngọc Hà, Hà Nội"), BA_TU.says("/request giấy chứng sinh ghi sai tên mẹ")
    )
    assert play.say("consent.title") in play.told(BA_TU)[-1]
    await play.writes(BA_TU.says("1"))
    assert "MC-" not in "".join(play.told(BA_TU))
    await play.writes(BA_TU.says("/request giấy chứng sinh ghi sai tên mẹ"), BA_TU.says("Đồng ý"))
    draft = play.told(BA_TU)[-1]
    assert play.say("draft.not_sent") in draft
    assert "giấy chứng sinh ghi sai tên mẹ" in draft
    await play.writes(BA_TU.says("đồng ý"))
    code = re.search(r"MC-\w{4}-\w{2}", play.told(BA_TU)[-1])[0]
    await play.writes(BA_TU.says("trạng thái " + code))
    assert code in play.told(BA_TU)[-1]


@played(public_url="https://hoi.example.vn")
async def test_what_zalo_keeps_back_is_answered_with_every_other_way(play):
    """A protected person's plain words arrive as an empty event."""
    await play.writes(BA_TU.says("/commune phường Ngọc Hà, Hà Nội"))
    await play.writes(BA_TU.message("message.unsupported.received"))
    said = play.told(BA_TU)[-1]
    assert said.startswith(play.say("unheard.what"))
    assert "https://hoi.example.vn" in said
    hotline = play.turns.house.knowledge.contacts["portal_hotline"].number
    assert hotline in said
    assert "Ngọc Hà" in said
    count = len(play.told(BA_TU))
    await play.writes(BA_TU.message("message.unsupported.received"))
    assert len(play.told(BA_TU)) == count + 1  # a second one is another, and no repeat


@pytest.mark.parametrize("event", ["message.image.received", "message.voice.received", "message.sticker.received"])
@played
async def test_a_picture_or_a_voice_is_told_that_words_are_read(play, event):
    await play.writes(BA_TU.message(event, photo_url="https://x.example/1.jpg"))
    assert play.told(BA_TU)[-1].startswith(play.say("unheard.only_words"))


@played
async def test_the_same_event_again_is_answered_once(play):
    again = BA_TU.says(QUESTION)
    await play.writes(again, again, {"ok": True, "result": again})
    assert len(play.told(BA_TU)) == 1


@pytest.mark.parametrize(
    "odd",
    [{}, {"event_name": "message.text.received"}, {"event_name": "message.reaction.received", "message": {}}, [], None,
     {"event_name": "message.unsupported.received"}, {"message": {"chat": {"id": 5.5}}},
     BA_TU.message(chat={"id": "g1", "chat_type": "GROUP"}, text="xin chào"),
     BA_TU.message(text="xin chào", **{"from": {"id": BA_TU.id, "is_bot": True}})],
    ids=str,
)  # fmt: skip
@played
async def test_nothing_odd_stops_anything_or_is_answered(play, odd):
    await play.writes(odd, ONG_SAU.says("xin chào"))
    assert play.told(BA_TU) == []
    assert len(play.told(ONG_SAU)) == 1


def waits(play, *replies):
    with play.turns.database.change() as connection:
        for reply in replies:
            play.turns.put(connection, f"zalo:{BA_TU.id}", reply)


def says(words, *labels):
    buttons = tuple((Button(label=one, action=actions.Topics().wire),) for one in labels)
    return Reply(blocks=(Block(text=words),), buttons=buttons)


@played
async def test_what_waits_goes_as_one_message_as_far_as_it_fits_and_ends_with_what_can_be_chosen(play, database):
    long = "chữ " * 299 + "chữ"
    waits(
        play, says("một"), says("hai"), says("ba", "Chủ đề"), says("bốn"), says(long), says(f"{long} hết"), says("tám")
    )
    await play.deliver()
    first, second, third = play.told(BA_TU)
    assert first.startswith("một\n\nhai\n\nba\n\n1. Chủ đề")
    assert second == f"bốn\n\n{long}"
    assert third == f"{long} hết\n\ntám"
    with database.look() as connection:
        assert outbox.count(connection) == {"sent": 7}
        assert inbox.count(connection) == {}


@played
async def test_what_is_refused_together_is_sent_alone(play, database):
    waits(play, says("một"), says("hai"), says("ba"))
    play.zalo.fail("sendMessage", 400, "no", times=2)
    await play.deliver()
    assert play.told(BA_TU) == ["hai\n\nba\n\n" + play.say("error.not_sent")]
    with database.look() as connection:
        assert outbox.count(connection) == {"dead": 1, "sent": 3}


@played
async def test_what_was_not_taken_together_all_waits(play, database, clock):
    waits(play, says("một"), says("hai"))
    play.zalo.fail("sendMessage", 403, "internal server error")
    await play.deliver()
    with database.look() as connection:
        assert outbox.count(connection) == {"waiting": 2}
    clock.pass_(5)
    await play.deliver()
    assert play.told(BA_TU) == ["một\n\nhai"]
