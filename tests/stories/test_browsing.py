"""Buttons and lists: pages, presses, and what a press leads to."""

from dataclasses import replace

import pytest

from bot.store import outbox
from bot.turn import Turns
from tests.cast import EMMA, LAN, STRANGER
from tests.stage import Play, played

pytestmark = pytest.mark.only_on("sqlite", "what is said does not depend on where it is remembered")


PAPERS = "answer:dang-ky-khai-sinh:documents"
FEE = "answer:dang-ky-khai-sinh:fee"


def actions(play, person):
    return [button["callback_data"] for button in play.buttons(person) if "callback_data" in button]


def acknowledged(play):
    return [fields["callback_query_id"] for name, fields in play.server.calls if name == "answerCallbackQuery"]


@pytest.fixture
def crowded(house, database, clock):
    """A field of life with eighteen procedures: two full pages and two more."""
    listed = {f"p{n}": house.knowledge.catalogue["dang-ky-khai-sinh"] for n in range(18)}
    return Turns(database, replace(house, knowledge=replace(house.knowledge, catalogue=listed)), clock)


def test_a_long_field_is_browsed_by_pages_of_eight(crowded):
    @played
    async def story(play):
        await play.hears(LAN.presses("topic:civil_status:0"))
        assert actions(play, LAN) == [f"answer:p{n}:overview" for n in range(8)] + ["topic:civil_status:1", "topics"]
        await play.hears(LAN.presses("topic:civil_status:1"))
        assert actions(play, LAN)[8:] == ["topic:civil_status:0", "topic:civil_status:2", "topics"]
        await play.hears(LAN.presses("topic:civil_status:2"))
        assert actions(play, LAN) == ["answer:p16:overview", "answer:p17:overview", "topic:civil_status:1", "topics"]
        assert {message["method"] for message in play.server.sent[LAN.id]} == {"editMessageText"}

    story(crowded)


@played
async def test_a_page_beyond_the_last_leads_back(play):
    await play.hears(LAN.presses("topic:civil_status:99"))
    assert "topics" in actions(play, LAN)


@played
async def test_every_press_is_acknowledged_to_the_app_even_a_wrong_one(play):
    presses = [LAN.presses(PAPERS), STRANGER.presses("nonsense"), LAN.presses("answer:khong-co:fee")]
    await play.hears(*presses)
    assert acknowledged(play) == [press["callback_query"]["id"] for press in presses]


@played
async def test_a_press_telegram_finds_too_old_is_answered_all_the_same(play):
    play.server.fail("answerCallbackQuery", 400, "Bad Request: query is too old and response timeout expired")
    await play.hears(LAN.presses(FEE))
    assert len(play.said(LAN)) == 1


@played
async def test_a_button_of_a_message_too_old_to_be_seen_still_works(play):
    """Telegram gives such a message without its text and with the date 0."""
    press = LAN.presses(FEE)
    press["callback_query"]["message"] = {"message_id": 5, "date": 0, "chat": LAN.chat()}
    await play.hears(press)
    assert "5.000" in play.said(LAN)[-1]


@played
async def test_pressed_twice_the_same_message_shows_the_same(play):
    await play.hears(LAN.presses(FEE, 77), LAN.presses(FEE, 77))
    first, second = play.server.sent[LAN.id]
    assert first == second
    assert first["method"] == "editMessageText"


@played
async def test_what_already_stands_there_counts_as_delivered(play, database):
    play.server.fail("editMessageText", 400, "Bad Request: message is not modified: new content is the same")
    await play.hears(LAN.presses(FEE))
    with database.look() as connection:
        assert outbox.count(connection) == {"sent": 1}


@played
async def test_an_answer_has_no_button_for_what_it_already_says(play):
    await play.hears(LAN.presses(FEE))
    assert FEE not in actions(play, LAN)
    assert "list:dang-ky-khai-sinh" in actions(play, LAN)
    assert len(actions(play, LAN)) <= 6


@played
async def test_the_rest_is_behind_one_button_and_opens_in_place(play):
    await play.hears(LAN.presses("answer:dang-ky-khai-sinh:more"))
    assert {FEE, PAPERS} <= set(actions(play, LAN))


@played
async def test_a_press_sets_what_the_next_words_are_about(play):
    await play.hears(LAN.presses("answer:dang-ky-khai-sinh:overview"), LAN.says("lệ phí bao nhiêu"))
    assert "5.000" in play.said(LAN)[-1]


@played
async def test_none_of_these_owns_up_and_names_who_else_helps(play):
    await play.hears(LAN.presses("none"))
    assert "18001096" in play.said(LAN)[-1]


@played
async def test_the_commune_is_asked_by_a_button_and_told_in_words(play):
    await play.hears(LAN.presses("answer:dang-ky-khai-sinh:place"), LAN.presses("commune:ask"), LAN.says("Ngọc Hà"))
    assert "Phường Ngọc Hà" in play.said(LAN)[-1]
    assert "Kim Mã" in play.said(LAN)[-1]
    await play.hears(LAN.presses("answer:dang-ky-khai-sinh:place"))
    assert "commune:ask" not in actions(play, LAN)


@played
async def test_a_stranger_reaches_nobodys_commune_language_or_question(play):
    await play.hears(LAN.says("/language en"), LAN.says("/commune Ngọc Hà"), LAN.presses(FEE))
    await play.hears(STRANGER.says("/commune"), STRANGER.says("lệ phí bao nhiêu"), STRANGER.presses("commune:ask"))
    assert play.said(STRANGER)[0] == play.say("commune.ask", "vi")
    assert not any("Ngọc Hà" in text or "5.000" in text for text in play.said(STRANGER))


@played
async def test_two_people_at_once_in_one_batch_keep_their_own(play):
    await play.hears(
        LAN.says("/commune Ngọc Hà"), EMMA.says("/commune Thường Tín"), LAN.says("/commune"), EMMA.says("/commune")
    )
    assert "Phường Ngọc Hà" in play.said(LAN)[-1]
    assert "Xã Thường Tín" in play.said(EMMA)[-1]


@played
async def test_what_was_talked_about_outlives_the_process(play, house, clock):
    await play.hears(LAN.says("em mới sinh con, cần giấy gì"), LAN.says("/commune Ngọc Hà"))
    after = Play(play.server, Turns(play.turns.database, house, clock))
    after._update = 100
    await after.begin()
    await after.hears(LAN.says("lệ phí bao nhiêu"))
    await after.end()
    after.service.threads.close()
    assert "5.000" in play.said(LAN)[-1]


@played
async def test_help_shows_every_command_but_itself(play):
    await play.hears(LAN.says("/help"))
    assert all(command in play.said(LAN)[-1] for command in ("/topics", "/commune", "/language"))


@played
async def test_a_command_may_carry_the_name_of_the_bot(play):
    await play.hears(LAN.says("/help@MotCuaBot"), LAN.says("/help@motcuabot"))
    assert play.said(LAN)[0] == play.said(LAN)[1]


@played
async def test_a_command_for_another_bot_of_the_group_is_none_of_ours(play):
    group = {"id": -100, "type": "supergroup", "title": "Xóm"}
    await play.hears({"message": LAN.says("/start@OtherBot")["message"] | {"chat": group}})
    assert play.server.sent == {}
