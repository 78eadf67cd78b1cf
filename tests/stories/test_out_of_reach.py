"""What does not arrive: whoever is concerned hears it, the work goes another way, and nobody is told the opposite."""

import datetime as dt
import shutil
from types import SimpleNamespace

import httpx
import pytest

from bot.conversation.reply import Block, Reply
from bot.doors.telegram.outbound import send
from bot.store import outbox
from bot.turn import _REPLY
from tests.cast import BA_DINH, HOA, HUNG, LAN, MINH, NGOC_HA, QUANG, TAM, THU, Person
from tests.stage import played

BOSS = Person(99, "Quản trị")
KICKED = "Forbidden: bot was kicked from the supergroup chat"
MUTE = "Bad Request: not enough rights to send text messages to the chat"


def standing(group, status, **more):
    """The update by which Telegram tells the bot of its own place in a chat."""
    bot = {"id": 4711, "is_bot": True, "first_name": "Một Cửa"}
    member = {"user": bot, "status": status, **more}
    if status == "administrator":
        rights = ("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
                  "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users",
                  "can_post_stories", "can_edit_stories", "can_delete_stories")  # fmt: skip
        member |= dict.fromkeys(rights, True)
    if status == "kicked":
        member |= {"until_date": 0}
    change = {"chat": group.chat(), "from": THU.user(), "date": 1, "new_chat_member": member}
    return {"my_chat_member": change | {"old_chat_member": {"user": bot, "status": "member"}}}


def shut(play, group, description=KICKED, times=50):
    """From now on nothing can be sent to the group."""
    status = 403 if description.startswith("Forbidden") else 400
    for method in ("sendMessage", "editMessageText", "copyMessage", "copyMessages", "createForumTopic"):
        play.server.fail(method, status, description, chat=group.id, times=times)


def opened(play):
    for found in play.server.faults.values():
        found.clear()


def run_by(play, person):
    """As `ADMIN_CHAT_ID` says."""
    from dataclasses import replace

    play.turns.house = replace(play.turns.house, admin=f"telegram:{person.id}")


async def claimed(play, *officers, leader=None, by=HOA, citizen=LAN):
    await play.opens_desk(8, NGOC_HA, *officers, leader=leader)
    code = await play.asks(citizen)
    await play.hears(NGOC_HA.presses(by, f"d:claim:{code}"))
    return code


@pytest.mark.parametrize("why", [KICKED, MUTE])
def test_a_group_out_of_reach_is_told_and_work_goes_to_private_chats(turns, why):
    @played
    async def story(play):
        run_by(play, BOSS)
        code = await claimed(play, HOA, MINH, leader=THU)
        shut(play, NGOC_HA, why)
        await play.hears(LAN.says("em hỏi thêm ạ"))
        assert any("em hỏi thêm ạ" in text for text in play.said(HOA))
        for one in (HOA, MINH, THU):
            assert play.said(one).count(play.say("desk.out", commune="Phường Ngọc Hà")) == 1
        assert play.said(BOSS) == [play.say("admin.desk_out", commune="Phường Ngọc Hà")]
        assert not any("em hỏi thêm ạ" in text for text in (*play.said(MINH), *play.said(THU)))
        await play.hears(HOA.says("chị ra bệnh viện"))
        assert "chị ra bệnh viện" in play.said(LAN)[-1]
        new = await play.asks(HUNG)
        assert new != code
        assert any(new in text for text in play.said(MINH))
        assert "chưa" not in play.said(HUNG)[-1].partition("\n")[0]  # there is somebody who reads it
        await play.hears(MINH.presses(f"d:claim:{new}"))
        assert any("chứng sinh bị sai" in text for text in play.said(MINH))
        assert play.said(BOSS) == [play.say("admin.desk_out", commune="Phường Ngọc Hà")]

    story(turns)


@played
async def test_telegram_says_that_the_bot_was_removed_and_that_it_is_back(play):
    run_by(play, BOSS)
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    code = await play.asks(LAN)
    await play.hears(standing(NGOC_HA, "kicked"))
    assert play.said(THU)[-2:].count(play.say("desk.out", commune="Phường Ngọc Hà")) == 1
    assert any(code in text for text in play.said(HOA))  # the open card, in her own chat
    before = len(play.said(NGOC_HA))
    new = await play.asks(HUNG)
    assert len(play.said(NGOC_HA)) == before
    await play.hears(standing(NGOC_HA, "administrator"))
    shown = play.server.sent[NGOC_HA.id][before:]
    assert shown[0]["text"] == play.say("desk.back", commune="Phường Ngọc Hà")
    assert {message["method"] for message in shown} == {"sendMessage"}  # at the end, not in the place of old ones
    assert [sum(one in message["text"] for message in shown) for one in (code, new)] == [1, 1]
    assert play.said(BOSS)[-1] == play.say("admin.desk_back", commune="Phường Ngọc Hà")
    await play.hears(standing(NGOC_HA, "administrator"))
    assert len(play.server.sent[NGOC_HA.id]) == before + len(shown)  # told once


@pytest.mark.on_both
@played
async def test_without_a_word_from_telegram_the_group_is_tried_again(play, clock):
    code = await claimed(play, HOA)
    shut(play, NGOC_HA, MUTE, times=3)
    await play.hears(LAN.says("em hỏi thêm ạ"))
    opened(play)
    shut(play, NGOC_HA, MUTE, times=1)
    before = len(play.said(NGOC_HA))
    await play.passes(clock, 31 * 60)
    assert len(play.said(NGOC_HA)) == before
    opened(play)
    await play.passes(clock, 31 * 60)
    assert play.say("desk.back", commune="Phường Ngọc Hà") in play.said(NGOC_HA)[before:]
    await play.hears(LAN.says("còn em"))
    assert any("còn em" in text for text in play.said(NGOC_HA)[before:])
    assert code


@played
async def test_where_nobody_of_the_desk_can_be_reached_the_citizen_hears_it(play):
    run_by(play, BOSS)
    await play.opens_desk(8, None, HOA)
    code = await play.asks(LAN)
    await play.hears(HOA.presses(f"d:claim:{code}"))
    play.server.fail("sendMessage", 403, "Forbidden: bot was blocked by the user", chat=HOA.id, times=9)
    play.server.fail("editMessageText", 403, "Forbidden: bot was blocked by the user", chat=HOA.id, times=9)
    await play.hears(LAN.says("em hỏi thêm ạ"))
    assert play.say("told.nobody_reads", code=code, commune="Phường Ngọc Hà") in play.said(LAN)
    assert play.said(BOSS) == [play.say("admin.nobody_reads", commune="Phường Ngọc Hà")]
    opened(play)
    await play.hears(HOA.says("/queue"))
    assert code in play.said(HOA)[-1]  # back in the queue, and she is heard again


@played
async def test_sent_is_said_after_it_was_sent(play, clock):
    code = await claimed(play, HOA)
    topic = play.topic(NGOC_HA)
    play.server.fail("sendMessage", 429, "Too Many Requests", chat=LAN.id, retry_after=100_000)
    await play.hears(NGOC_HA.hears(HOA, f"/r {code} ra_quay", thread=topic))
    await play.hears(NGOC_HA.hears(HOA, f"/more {code} chụp giấy chứng sinh giúp em", thread=topic))
    told = play.say("done.asked", code=code, count=1)
    assert told not in play.said(NGOC_HA)
    clock.pass_(25 * 3600)  # more than a day, and not yet as long as Telegram said
    await play.deliver()
    assert told not in play.said(NGOC_HA)
    clock.pass_(3 * 3600)
    await play.deliver()
    assert told in play.said(NGOC_HA)
    assert any("chụp giấy chứng sinh" in text for text in play.said(LAN))


@played
async def test_taken_back_is_said_after_it_was_taken_back_and_not_where_it_could_not_be(play):
    code = await claimed(play, HOA)
    topic = play.topic(NGOC_HA)
    for refusal in (None, "Bad Request: message can't be deleted for everyone"):
        words = NGOC_HA.hears(HOA, "mang giấy chứng sinh", thread=topic)
        await play.hears(words)
        if refusal:
            play.server.fail("deleteMessage", 400, refusal)
        before = len(play.said(LAN)), len(play.said(NGOC_HA))
        await play.hears(NGOC_HA.hears(HOA, "/delete", thread=topic, reply_to=words["message"]["message_id"]))
        here, there = play.said(NGOC_HA)[before[1] :], play.said(LAN)[before[0] :]
        assert (play.say("done.deleted") in here) is (refusal is None)
        assert (play.say("room.not_taken_back", code=code) in here) is (refusal is not None)
        assert (play.say("told.taken_back", code=code) in there) is (refusal is None)


@played
async def test_a_voice_message_that_is_not_wanted_is_no_block(play):
    code = await claimed(play, HOA)
    play.server.fail("copyMessage", 400, "Bad Request: VOICE_MESSAGES_FORBIDDEN", chat=LAN.id)
    voice = {"file_id": "v", "file_unique_id": "v", "duration": 3}
    await play.hears(NGOC_HA.hears(HOA, thread=play.topic(NGOC_HA), voice=voice))
    assert play.say("room.no_voice", code=code) in play.said(NGOC_HA)
    assert play.say("room.undelivered", code=code) not in play.said(NGOC_HA)
    await play.hears(NGOC_HA.hears(HOA, "chị ra bệnh viện", thread=play.topic(NGOC_HA)))
    assert "chị ra bệnh viện" in play.said(LAN)[-1]


@played
async def test_a_photo_that_cannot_be_copied_is_told_to_all_three(play):
    run_by(play, BOSS)
    code = await claimed(play, HOA, leader=THU)
    for chat in (NGOC_HA, HOA):
        play.server.fail("copyMessage", 400, "Bad Request: message to copy not found", chat=chat.id)
    await play.hears(LAN.sends(location={"latitude": 21.0, "longitude": 105.8}))
    assert play.say("told.not_brought", code=code) in play.said(LAN)
    assert play.said(BOSS)[-1] == play.say("admin.not_sent")
    assert play.say("room.not_brought", code=code) in play.said(NGOC_HA)
    assert play.say("leader.not_brought", code=code, who="Hoa") in play.said(THU)


@pytest.mark.on_both
@played
async def test_a_photo_that_the_group_does_not_take_goes_to_whoever_holds_the_request(play):
    run_by(play, BOSS)
    code = await claimed(play, HOA, leader=THU)
    refusal = "Bad Request: not enough rights to send photos to the chat"
    play.server.fail("copyMessage", 400, refusal, chat=NGOC_HA.id)
    await play.hears(LAN.sends(location={"latitude": 21.0, "longitude": 105.8}))
    assert len(play.server.copies[HOA.id]) == 1
    told = play.say("room.brought_alone", code=code, who="Hoa")
    assert all(told in play.said(one) for one in (NGOC_HA, THU))
    assert play.said(BOSS) == [play.say("admin.not_sent")]
    assert play.say("told.not_brought", code=code) not in play.said(LAN)


@played
async def test_a_card_that_the_group_does_not_take_is_shown_to_each_alone(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, leader=THU)
    play.server.fail("sendMessage", 400, "Bad Request: TOPIC_CLOSED", chat=NGOC_HA.id)
    code = await play.asks(LAN)
    assert all(code in play.said(one)[-1] for one in (HOA, MINH, THU))
    await play.hears(MINH.presses(play.action(MINH, "d:claim:")))
    assert "Minh" in play.said(LAN)[-1]


@played
async def test_what_an_officer_sends_and_telegram_refuses_is_told_to_those_above(play):
    run_by(play, BOSS)
    code = await claimed(play, HOA, leader=THU)
    play.server.fail("copyMessage", 400, "Bad Request: message can't be copied", chat=LAN.id)
    await play.hears(NGOC_HA.hears(HOA, thread=play.topic(NGOC_HA), dice={"emoji": "🎲", "value": 3}))
    assert play.say("room.refused", code=code) in play.said(NGOC_HA)
    assert play.say("leader.not_sent", code=code, who="Hoa") in play.said(THU)
    assert play.said(BOSS) == [play.say("admin.not_sent")]


@pytest.mark.parametrize("failure", [(400, "Bad Request: BUTTON_DATA_INVALID"), None])
def test_a_reply_that_cannot_be_sent_is_not_swallowed(turns, monkeypatch, failure):
    """Refused by Telegram, or broken by a mistake of ours: whoever waits for it hears that it did not come."""

    @played
    async def story(play):
        run_by(play, BOSS)
        if failure:
            play.server.fail("sendMessage", *failure, chat=LAN.id)
        else:
            monkeypatch.setattr("bot.doors.telegram.outbound.look", _breaks_once())
        await play.hears(LAN.says("/help"))
        assert play.said(LAN) == [play.say("error.not_sent")]
        assert play.said(BOSS)[-1] == play.say("admin.not_sent")

    story(turns)


def _breaks_once():
    from bot.doors.telegram.outbound import look

    left = [ZeroDivisionError]

    def shaky(*args):
        if left:
            raise left.pop()
        return look(*args)

    return shaky


@played
async def test_a_message_of_a_newer_version_waits_for_a_replica_that_knows_it(play, clock):
    run_by(play, BOSS)
    payload = '{"blocks": [{"text": "x", "style": "hologram"}]}'
    with play.turns.database.change() as connection:
        outbox.put(connection, chat=f"telegram:{LAN.id}", payload=payload, now=clock())
    await play.hears(LAN.says("/topics"))
    assert play.said(LAN) == []
    for _ in range(40):
        clock.pass_(1)
        await play.deliver()
    assert play.said(LAN) == [play.say("topics.choose"), play.say("error.not_sent")]
    assert play.said(BOSS) == [play.say("admin.not_sent")]


@played
async def test_of_an_album_of_which_one_was_left_out_nothing_wrong_is_taken_back(play, clock):
    code = await claimed(play, HOA)
    topic, photo = play.topic(NGOC_HA), [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]
    sent = [NGOC_HA.hears(HOA, thread=topic, photo=photo, media_group_id="7") for _ in range(3)]
    play.server.left_out = 1
    await play.hears(*sent)
    await play.passes(clock, 2)
    assert play.say("room.partly", code=code, count=1) in play.said(NGOC_HA)
    second = sent[1]["message"]["message_id"]
    await play.hears(NGOC_HA.hears(HOA, "/delete", thread=topic, reply_to=second))
    assert play.server.deleted == []
    assert play.said(NGOC_HA)[-1] == play.say("room.not_taken_back", code=code)
    third = {"edited_message": sent[2]["message"] | {"edit_date": 2, "caption": "mẫu khác"}}
    await play.hears(third)
    assert play.said(NGOC_HA)[-1] == play.say("edit.not_followed")
    third["edited_message"]["caption"] = "// mẫu khác"
    await play.hears(third)
    assert play.said(NGOC_HA)[-1] == play.say("room.not_taken_back", code=code)
    assert (play.server.deleted, play.say("told.taken_back", code=code) in play.said(LAN)) == ([], False)


@played
async def test_an_album_of_a_citizen_of_which_one_was_left_out_is_corrected_in_words(play, clock):
    code = await claimed(play, HOA)
    photo = [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]
    sent = [LAN.sends(photo=photo, media_group_id="7") for _ in range(3)]
    await play.hears(*sent)
    await play.passes(clock, 2)
    play.server.left_out = 1
    await play.hears(LAN.presses(play.action(LAN, "r:photo:")))
    second = {"edited_message": sent[1]["message"] | {"edit_date": 2, "caption": "mặt sau giấy chứng sinh"}}
    await play.hears(second)
    assert play.said(NGOC_HA)[-1].endswith("mặt sau giấy chứng sinh")
    second["edited_message"]["caption"] = "căn cước của em"
    await play.hears(second)
    assert play.said(NGOC_HA)[-1] == play.say("room.delete_card", code=code)


@played
async def test_a_closed_topic_is_opened_again(play):
    await claimed(play, HOA)
    topic = play.topic(NGOC_HA)
    play.server.closed.add(topic)
    await play.hears(LAN.says("em hỏi thêm ạ"))
    assert len(play.server.topics[NGOC_HA.id]) == 1
    found = next(m for m in play.server.sent[NGOC_HA.id] if "em hỏi thêm" in m["text"])
    assert int(found["message_thread_id"]) == topic


@played
async def test_a_topic_that_cannot_be_used_once_is_not_forgotten(play):
    run_by(play, BOSS)
    await claimed(play, HOA, leader=THU)
    topic, told = play.topic(NGOC_HA), play.say("desk.no_topics", commune="Phường Ngọc Hà")
    play.server.closed.add(topic)
    play.server.fail("reopenForumTopic", 400, "Bad Request: not enough rights", times=2)
    play.server.fail("createForumTopic", 400, "Bad Request: not enough rights to create a topic", times=2)
    await play.hears(LAN.says("em hỏi thêm ạ"), LAN.says("dạ"))
    assert "em hỏi thêm" in "".join(play.said(NGOC_HA))  # in the group itself
    assert [play.said(one).count(told) for one in (THU, BOSS)] == [1, 1]
    play.server.closed.clear()
    await play.hears(LAN.says("còn em"))
    found = next(m for m in play.server.sent[NGOC_HA.id] if "còn em" in m["text"])
    assert int(found["message_thread_id"]) == topic


@played
async def test_a_conversation_that_is_told_to_wait_gets_one_topic(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    play.server.fail("sendMessage", 429, "Too Many Requests", chat=NGOC_HA.id, times=3, retry_after=5)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    for _ in range(4):
        clock.pass_(6)
        await play.deliver()
    assert len(play.server.topics[NGOC_HA.id]) == 1
    assert any("chứng sinh bị sai" in text for text in play.said(NGOC_HA))


@played
async def test_a_message_that_always_fails_has_an_end_and_its_chat_goes_on(play, clock):
    run_by(play, BOSS)
    play.server.fail("sendMessage", 500, "Internal Server Error", chat=LAN.id, times=6)
    await play.hears(LAN.says("/topics"))
    await play.hears(LAN.says("/help"))
    for _ in range(40):
        clock.pass_(1)
        await play.deliver()
    assert play.say("topics.choose") not in play.said(LAN)
    assert any(text.startswith(play.say("help.ask")[:20]) for text in play.said(LAN))
    assert play.say("error.not_sent") in play.said(LAN)
    assert play.said(BOSS) == [play.say("admin.not_sent")]


@played
async def test_while_nothing_goes_through_nothing_is_given_up(play, clock):
    play.server.fail("sendMessage", 500, "Internal Server Error", times=8)
    play.server.fail("getMe", 500, "Internal Server Error", times=9)
    await play.hears(LAN.says("/topics"))
    for _ in range(9):
        clock.pass_(61)
        await play.deliver()
    assert play.said(LAN) == [play.say("topics.choose")]


@pytest.mark.on_both
@played
async def test_what_the_server_took_in_and_never_answered_is_not_sent_for_ever(play, clock, monkeypatch):
    from telegram.error import TimedOut

    code, tried = await claimed(play, HOA), []

    async def silent(bot, chat_id, reply, spot, photos=()):
        if chat_id == LAN.id and "bệnh viện" in reply.text:
            tried.append(chat_id)
            raise TimedOut from httpx.ReadTimeout("")
        return await send(bot, chat_id, reply, spot, photos)

    monkeypatch.setattr("bot.doors.telegram.spots.send", silent)
    await play.hears(NGOC_HA.hears(HOA, "chị ra bệnh viện", thread=play.topic(NGOC_HA)))
    for _ in range(10):
        clock.pass_(60)
        await play.deliver()
    assert len(tried) == 2
    assert play.say("room.unsure", code=code) in play.said(NGOC_HA)


@played
async def test_a_reply_goes_before_cards_and_a_card_is_not_hidden_for_ever(play, clock):
    def put(text, priority):
        payload = _REPLY.dump_json(Reply(blocks=(Block(text=text),))).decode()
        with play.turns.database.change() as connection:
            outbox.put(connection, chat="telegram:-5", payload=payload, now=clock(), priority=priority)

    put("việc tồn", outbox.Priority.BACKLOG)
    put("thẻ", outbox.Priority.CARD)
    put("lời", outbox.Priority.REPLY)
    await play.delivery.deliver_due()
    assert play.server.texts(-5) == ["lời"]
    clock.pass_(121)
    put("lời sau", outbox.Priority.REPLY)
    await play.deliver()
    assert play.server.texts(-5) == ["lời", "thẻ", "lời sau", "việc tồn"]


@played
async def test_what_concerns_nobody_in_particular_waits_while_people_wait_for_their_turn(play, clock):
    payload = _REPLY.dump_json(Reply(blocks=(Block(text="Tin chung."),))).decode()
    with play.turns.database.change() as connection:
        outbox.put(
            connection, chat="telegram:-5", payload=payload, now=clock(), priority=outbox.Priority.BROADCAST
        )  # fmt: skip
    await play.store(LAN.says("/help"))
    clock.pass_(6)
    await play.deliver()
    assert play.server.texts(-5) == []
    await play.act()
    await play.deliver()
    assert (len(play.said(LAN)), play.server.texts(-5)) == (1, ["Tin chung."])


@played
async def test_a_card_that_shows_the_same_is_not_sent_again(play):
    code = await claimed(play, HOA)
    calls = len(play.server.calls)
    for words in ("một", "hai", "ba"):
        await play.hears(LAN.says(words))
    edits = [fields for name, fields in play.server.calls[calls:] if name == "editMessageText"]
    assert edits == []
    await play.hears(NGOC_HA.presses(HOA, f"d:release:{code}"))
    assert [name for name, _ in play.server.calls].count("editMessageText") > 0


@played
async def test_a_history_is_one_message_and_what_was_attached_another(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(LAN.says(f"/write {code}"))
    await play.hears(*(LAN.says(f"lời thứ {n}") for n in range(12)))
    await play.hears(*(LAN.sends(location={"latitude": 21.0 + n, "longitude": 105.8}) for n in range(4)))
    calls = len(play.server.calls)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    sent = [(name, fields) for name, fields in play.server.calls[calls:] if str(fields.get("chat_id")) == "-1008"]
    told = [fields for name, fields in sent if name == "sendMessage" and "lời thứ" in fields["text"]]
    assert len(told) == 1
    assert all(f"lời thứ {n}" in told[0]["text"] for n in range(12))
    assert [name for name, _ in sent].count("copyMessages") == 1
    assert len(sent) <= 6


@played
async def test_what_waited_for_a_new_officer_waits_behind_everything(play, clock):
    await play.opens_desk(8, None, HOA)
    codes = [await play.asks(Person(500 + n, f"q{n}")) for n in range(3)]
    before = len(play.server.calls)
    await play.store(MINH.says(f"/join {play.invited(8, 'officer')}"), MINH.says("/help"))
    await play.act()
    await play.deliver()
    told = play.said(MINH)
    assert [sum(code in text for text in told) for code in codes] == [1, 1, 1]
    assert all(any(code in text for code in codes) for text in told[-3:])
    assert not [f for _, f in play.server.calls[before:] if str(f.get("chat_id")) == str(HOA.id)]  # she has them


@pytest.mark.on_both
@played
async def test_an_old_outbox_is_told_once_and_so_is_its_end(play, clock):
    run_by(play, BOSS)
    alarm = play.service.alarm
    play.server.fail("sendMessage", 500, "x", chat=LAN.id, times=1)
    await play.hears(LAN.says("/topics"))
    clock.now += dt.timedelta(minutes=3)
    for _ in range(2):
        alarm.look()
        with play.turns.database.change() as connection:
            connection.exec_driver_sql("UPDATE outbox SET not_before = created_at WHERE chat = 'telegram:11'")
    await play.deliver()
    assert play.said(BOSS) == [play.say("admin.slow", minutes=3)]
    for _ in range(2):
        alarm.look()
    await play.deliver()
    assert play.said(BOSS)[1:] == [play.say("admin.slow_over")]


@played
async def test_a_chat_that_is_to_be_left_alone_is_left_alone_by_replies_too(play, clock):
    def put(text, priority):
        payload = _REPLY.dump_json(Reply(blocks=(Block(text=text),))).decode()
        with play.turns.database.change() as connection:
            outbox.put(connection, chat="telegram:-5", payload=payload, now=clock(), priority=priority)

    put("thẻ", outbox.Priority.CARD)
    play.server.fail("sendMessage", 429, "Too Many Requests", chat=-5, retry_after=30)
    await play.deliver()
    put("lời", outbox.Priority.REPLY)
    clock.pass_(20)
    await play.deliver()
    assert play.server.texts(-5) == []
    clock.pass_(11)
    await play.deliver()
    assert play.server.texts(-5) == ["lời", "thẻ"]


# Passing on


async def offered(play, whom, *readers):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.opens_desk(4, whom, *readers)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    return code, play.topic(NGOC_HA)


def told_of_offer(play, person):
    return [text for text in play.said(person) if "Ba Đình" in text and "hỏi nơi đó" in text]


@played
async def test_an_offer_is_confirmed_once_the_other_desk_has_it(play):
    _, topic = await offered(play, BA_DINH, TAM)
    await play.store(NGOC_HA.hears(HOA, f"/transfer 4 {'lý do dài ' * 200}xong", thread=topic))
    await play.act()
    play.server.fail("sendMessage", 502, "Bad Gateway", chat=BA_DINH.id)
    await play.delivery.deliver_due()
    assert told_of_offer(play, LAN) == []
    assert "Đã đề nghị" not in play.said(NGOC_HA)[-1]


@played
async def test_an_offer_goes_to_the_next_where_the_first_is_out_of_reach(play):
    _, topic = await offered(play, None, TAM, QUANG)
    play.server.fail("sendMessage", 403, "Forbidden: bot was blocked by the user", chat=TAM.id, times=9)
    await play.hears(NGOC_HA.hears(HOA, "/transfer 4 chị ấy ở Ba Đình", thread=topic))
    assert len(told_of_offer(play, LAN)) == 1
    assert "Đã đề nghị" in play.said(NGOC_HA)[-1]
    assert sum("chị ấy ở Ba Đình" in text for text in play.said(QUANG)) == 1


@played
async def test_an_offer_that_reaches_nobody_is_not_said_to_have_been_made(play):
    _, topic = await offered(play, None, TAM)
    play.server.fail("sendMessage", 403, "Forbidden: bot was blocked by the user", chat=TAM.id, times=9)
    await play.hears(NGOC_HA.hears(HOA, "/transfer 4 chị ấy ở Ba Đình", thread=topic))
    assert told_of_offer(play, LAN) == []
    assert "chưa ai được hỏi đọc được" in play.said(NGOC_HA)[-1]


@played
async def test_a_reason_is_never_cut(play):
    _, topic = await offered(play, BA_DINH, TAM)
    why = " ".join(f"lý do {n}." for n in range(300))
    await play.hears(NGOC_HA.hears(HOA, f"/transfer 4 {why}", thread=topic))
    assert "lý do 299." in "".join(play.said(BA_DINH))
    await play.hears(BA_DINH.hears(TAM, f"/decline {play.code(LAN)} {why}"))
    assert "lý do 299." in "".join(play.said(LAN))
    await play.hears(QUANG.says(f"/join {play.invited(8, 'province')}"))
    high = " ".join(f"việc khó {n}." for n in range(320))  # almost as long as a message may be
    await play.hears(NGOC_HA.hears(HOA, f"/escalate {high}", thread=topic))
    for person in (QUANG, LAN):
        assert "việc khó 319." in "".join(play.said(person))
    await play.hears(QUANG.says(f"/returned {play.code(LAN)} {high}"))
    assert "".join(play.said(LAN)).count("việc khó 319.") == 2


@played
async def test_a_door_a_disk_and_a_silent_commune_are_told_once_and_so_is_their_end(play, clock, monkeypatch):
    run_by(play, BOSS)
    await play.opens_desk(8, None, HOA)
    alarm = play.service.alarm
    free = [SimpleNamespace(total=10**12, used=0, free=10**12)]
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: free[0])

    async def looks():
        before = len(play.said(BOSS))
        await alarm.look_at_doors()
        alarm.look()
        await play.deliver()
        return play.said(BOSS)[before:]

    code = await play.asks(LAN, "chuyện của Zxq")
    assert await looks() == []
    play.server.fail("getMe", 502, "Bad Gateway", times=3)
    assert await looks() + await looks() == []  # it may only have stumbled
    assert await looks() == [play.say("admin.door", door="telegram")]
    assert await looks() == [play.say("admin.door_over", door="telegram")]
    free[0] = SimpleNamespace(total=10**12, used=10**12, free=400_000_000)
    assert await looks() == [play.say("admin.disk", free="0.4")]
    assert await looks() == []
    free[0] = SimpleNamespace(total=10**12, used=0, free=10**12)
    assert await looks() == [play.say("admin.disk_over", free="1000.0")]
    clock.now += dt.timedelta(hours=18)  # three in the morning: offices are closed, nobody is silent yet
    assert await looks() == []
    clock.now += dt.timedelta(hours=7)  # the next day is a holiday
    assert await looks() == []
    clock.now += dt.timedelta(hours=24)  # a working day later
    told = await looks()
    assert len(told) == 1
    assert "Phường Ngọc Hà: 1 người chờ, cả một ngày làm việc" in told[0]
    assert "Zxq" not in told[0]
    clock.now += dt.timedelta(hours=2)
    assert await looks() == []
    await play.hears(HOA.says(f"/claim {code}"), HOA.says(f"/answer {code} ra quầy 3"))
    clock.now += dt.timedelta(hours=2)
    assert await looks() == []
