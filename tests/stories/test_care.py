"""Emergencies, denunciations, and everything that is not a question in words."""

import pytest
from sqlalchemy import text

from tests.cast import EMMA, LAN
from tests.stage import played

pytestmark = pytest.mark.only_on("sqlite", "what is said does not depend on where it is remembered")


@pytest.mark.parametrize(
    ("words", "number"),
    [("cháy nhà rồi cứu với", "114"), ("có trộm đang trong nhà", "113"), ("bố em bất tỉnh rồi gọi cấp cứu", "115"),
     ("bé hàng xóm bị đánh đập dã man", "111"), ("help, my house is on fire", "114")],
)  # fmt: skip
def test_in_danger_the_number_comes_first_and_nothing_else(turns, words, number):
    @played
    async def story(play):
        await play.hears(LAN.says(words))
        lines = play.said(LAN)[-1].splitlines()
        assert number in lines[0]
        assert all(line.strip(" •")[:3] in {"111", "112", "113", "114", "115"} for line in lines[1:] if line.strip())
        assert play.buttons(LAN) == []

    story(turns)


@played
async def test_the_words_of_a_denunciation_are_kept_nowhere(play, caplog, database):
    secret = "kế toán Nguyễn Văn Zxq ăn chặn tiền cứu trợ, tôi muốn tố cáo"
    await play.hears(LAN.says(secret))
    assert play.say("denunciation.lead") in play.said(LAN)[-1]
    assert "Zxq" not in caplog.text
    with database.look() as connection:
        for table in ("inbox", "chats", "outbox"):
            assert all("Zxq" not in repr(tuple(row)) for row in connection.execute(text(f"SELECT * FROM {table}")))  # noqa: S608


@pytest.mark.parametrize(
    ("kind", "carried"),
    [
        ("photo", {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]}),
        ("sticker", {"sticker": {"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1, "is_animated": False,
                                 "is_video": False, "type": "regular"}}),
        ("voice", {"voice": {"file_id": "a", "file_unique_id": "b", "duration": 1}}),
        ("file", {"document": {"file_id": "a", "file_unique_id": "b"}}),
        ("location", {"location": {"latitude": 0.0, "longitude": 0.0}}),  # at sea
        ("contact", {"contact": {"phone_number": "1", "first_name": "x"}}),
        ("other", {"dice": {"emoji": "🎲", "value": 3}}),
    ],
)  # fmt: skip
def test_what_is_not_text_gets_its_own_answer(turns, kind, carried):
    @played
    async def story(play):
        await play.hears(LAN.sends(**carried))
        assert play.said(LAN)[-1].startswith(play.say(f"attachment.{kind}"))

    story(turns)


@played
async def test_the_caption_of_a_photo_is_answered_too(play):
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
    await play.hears(LAN.sends(photo=photo, caption="em mới sinh con, cần giấy gì"))
    assert play.said(LAN)[0].startswith(play.say("attachment.photo"))
    assert "Đăng ký khai sinh" in play.said(LAN)[-1]


@played
async def test_an_edited_question_is_answered(play):
    await play.hears(LAN.edits("em mới sinh con, cần giấy gì"))
    assert "Đăng ký khai sinh" in play.said(LAN)[-1]


@played
async def test_channels_and_group_talk_meet_silence(play):
    group = {"id": -100, "type": "supergroup", "title": "Xóm"}
    post = {"message_id": 1, "date": 1, "chat": {"id": -200, "type": "channel", "title": "Tin"}, "text": "hi"}
    await play.hears({"channel_post": post}, {"message": LAN.message(text="em mới sinh con") | {"chat": group}})
    assert play.server.sent == {}


@played
async def test_a_command_in_a_group_is_answered_without_the_matter(play):
    group = {"id": -100, "type": "supergroup", "title": "Xóm"}
    await play.hears({"message": LAN.says("/start")["message"] | {"chat": group}})
    assert play.server.texts(-100) == [play.say("group.private")]


@pytest.mark.parametrize(
    "words",
    ["em mới sinh con, cần giấy gì" + " a" * 50_000, "\u202e\u200fem mới sinh con\u200b, cần giấy\x00 gì\x07",
     "em mới sinh con, cần giấy gì \ud800", "EM MỚI SINH CON, CẦN GIẤY GÌ???!!!"],
)  # fmt: skip
def test_strange_characters_and_lengths_change_nothing(turns, words):
    @played
    async def story(play):
        await play.hears(LAN.says(words))
        assert len(play.said(LAN)) == 1

    story(turns)


@played
async def test_a_long_answer_is_cut_at_paragraphs_with_buttons_under_the_last(play):
    from bot.conversation.reply import Block, Button, Reply

    button = ((Button(label="x", action="topics"),),)
    long = Reply(blocks=tuple(Block(text=f"{n} " + "ộ🙂" * 500) for n in range(9)), buttons=button)
    parts = long.parts()
    assert len(parts) > 1
    assert all(len(part.text.encode("utf-16-le")) // 2 <= 4096 for part in parts)
    assert [bool(part.buttons) for part in parts] == [False] * (len(parts) - 1) + [True]
    assert "".join(b.text for part in parts for b in part.blocks) == "".join(b.text for b in long.blocks)


@played
async def test_one_endless_paragraph_is_cut_too(play):
    from bot.conversation.reply import Block, Reply

    parts = Reply(blocks=(Block(text="🙂" * 10_000),)).parts()
    assert all(len(part.text.encode("utf-16-le")) // 2 <= 4096 for part in parts)
    assert sum(part.text.count("🙂") for part in parts) == 10_000


@played
async def test_wanting_a_person_opens_a_question_to_one(play):
    await play.hears(EMMA.says("I want to talk to a human"))
    assert "One question before it is sent" in play.said(EMMA)[-1]
