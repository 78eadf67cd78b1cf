"""An Official Account: asking, buttons, the window of 48 hours and eight replies, and what Zalo posts twice or unsigned."""

import io
import re

import pytest
from PIL import Image

from bot.casework import at_desk
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation import actions
from bot.conversation.reply import Block, Button, Reply
from bot.doors.web.desk.show import Show
from bot.store import broadcasts, inbox, outbox
from bot.store.outbox import Priority
from tests.cast import HOA, MINH, NGOC_HA
from tests.doors.zalo.official_stage import BAY, TAM, Follower, played
from tests.doors.zalo.test_talk import QUESTION
from tests.serving import counted
from tests.zalo_official_server import ACCOUNT, signed

HOUR, DAY = 3600, 24 * 3600
CHAT = f"zalo-oa:{BAY.id}"


async def opens(play):
    """Bay opens a request, as far as Hoa of the desk holds it; its code."""
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await play.writes("/commune phường Ngọc Hà, Hà Nội", "/request giấy chứng sinh ghi sai tên mẹ")
    await play.presses(play.say("consent.yes"))
    await play.presses(play.say("draft.send"))
    code = re.search(r"MC-\w{4}-\w{2}", play.told()[-1])[0]
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    return code


async def answers(play, *words):
    for one in words:
        await play.hears(NGOC_HA.hears(HOA, one, thread=play.topic(NGOC_HA)))


def kept(play, code):
    """How often the desk was told that something was not sent."""
    return "\n".join(play.server.texts(NGOC_HA.id)).count(play.say("room.kept", code=code))


def waits(play, *replies, **how):
    with play.turns.database.change() as connection:
        for reply in replies:
            payload = Reply(blocks=(Block(text=reply),)) if isinstance(reply, str) else reply
            play.turns.put(connection, CHAT, payload) if not how else outbox.put(
                connection, chat=CHAT, payload=as_json(payload), now=play.turns.clock(), **how
            )


def as_json(reply):
    from bot.turn import _REPLY

    return _REPLY.dump_json(reply).decode()


def on_screen(play, code):
    """What the desk's page says became of each of its words."""
    with play.turns.database.look() as connection:
        unit = UnitOfWork(connection, play.turns.house, play.turns.clock())
        talk = at_desk.talk(unit, unit.actor(f"telegram:{HOA.id}"), code)
        show = Show(unit.desk_scene(8), unit.actor(f"telegram:{HOA.id}"))
        return {one.text: show.state(one) for one in talk.said if one.side == "staff"}


def states(play):
    with play.turns.database.look() as connection:
        return outbox.count(connection)


# Asking


@played
async def test_a_question_is_answered_with_numbers_and_with_buttons_that_mean_the_same(play):
    await play.writes(QUESTION)
    (said,) = play.told()
    assert "chứng sinh" in said
    label = play.say("answer.more")
    number = re.search(rf"^(\d)\. {re.escape(label)}$", said, re.MULTILINE)[1]
    await play.writes(number)
    by_number = play.told()[-1]
    await play.writes(QUESTION)
    await play.presses(label)
    assert play.told()[-1] == by_number
    assert by_number.startswith(play.say("choice.chosen", label=label))


@played
async def test_of_six_choices_five_are_buttons_and_all_have_numbers(play):
    buttons = tuple((Button(label=f"Việc {n}", action=actions.Topics().wire),) for n in range(1, 6))
    send = Button(label="Quên", action=actions.Forget().wire)
    waits(play, Reply(blocks=(Block(text="Chọn:"),), buttons=(*buttons, (send,))))
    await play.writes("xin chào")
    body = next(one for one in play.zalo.bodies if "Chọn:" in one["message"]["text"])
    titles = [one["title"] for one in body["message"]["attachment"]["payload"]["buttons"]]
    assert titles == ["Việc 1", "Việc 2", "Việc 3", "Việc 4", "Quên"]
    assert "5. Việc 5" in body["message"]["text"]


@played
async def test_an_old_button_agrees_to_nothing_that_is_not_shown_any_more(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await play.writes("/commune phường Ngọc Hà, Hà Nội", "/request giấy chứng sinh ghi sai tên mẹ")
    old = play.payload(play.say("consent.yes"))
    await play.writes("xin chào", old)
    assert "MC-" not in "".join(play.told())
    clock.pass_(HOUR)
    await play.writes(old, "#mc:r:send:MC-AAAA-AA", "#mc:", "#mc:x:y")
    assert play.say("button.old") in play.told()[-1]
    assert "MC-" not in "".join(play.told())


@played
async def test_buttons_that_zalo_refuses_are_left_out(play):
    play.zalo.faults = [-201]
    await play.writes(QUESTION)
    assert "1. " in play.told()[-1]
    assert "attachment" not in play.zalo.bodies[-1]["message"]


# The window


@pytest.mark.on_both
@played
async def test_an_officers_answer_outside_the_window_is_kept_and_the_officer_knows(play, clock):
    code = await opens(play)
    await answers(play, "Anh mang giấy ra viện nhé.")
    assert "Anh mang giấy ra viện nhé." in play.told()[-1]
    clock.pass_(49 * HOUR)
    count = len(play.told())
    await answers(play, "Giấy đã sửa xong.")
    assert len(play.told()) == count
    assert play.zalo.refusals == []  # not even tried
    assert kept(play, code) == 1
    assert states(play)["kept"] >= 1
    assert on_screen(play, code) == {"Anh mang giấy ra viện nhé.": "arrived", "Giấy đã sửa xong.": "kept"}
    clock.pass_(8 * DAY)
    await play.writes("tôi đây")
    assert "Giấy đã sửa xong." in "\n".join(play.told()[count:])
    assert "kept" not in states(play)
    assert kept(play, code) == 1
    assert on_screen(play, code)["Giấy đã sửa xong."] in ("arrived", "seen")


@played
async def test_the_ninth_message_waits_for_the_citizens_next(play):
    code = await opens(play)
    used = play.zalo.spoke[BAY.id][1]
    count = len(play.told())
    await answers(play, *(f"Lời {n}." for n in range(used, 10)))
    assert len(play.told()) == count + 8 - used
    assert play.zalo.refusals == []
    assert kept(play, code) == 2
    await play.writes("vâng")
    assert [f"Lời {n}." in "\n".join(play.told()) for n in range(used, 10)] == [True] * (10 - used)
    assert play.zalo.spoke[BAY.id][1] <= 2  # what waited went as one


@pytest.mark.on_both
@played
async def test_what_was_written_by_hand_in_zalos_console_counts_too(play):
    """Zalo says how many are left with each message, and refuses where we thought there were some."""
    code = await opens(play)
    play.zalo.spoke[BAY.id][1] = 7
    await answers(play, "Lời tám.", "Lời chín.")
    assert "Lời tám." in play.told()[-1]
    assert (kept(play, code), play.zalo.refusals) == (1, [])
    await play.writes("vâng")
    play.zalo.spoke[BAY.id][1] = 8
    await answers(play, "Lời mười.", "Lời mười một.")
    assert (kept(play, code), play.zalo.refusals) == (3, [-311])  # tried once, and not again
    await play.writes("vâng")
    assert "Lời mười một." in "\n".join(play.told())


@played
async def test_long_words_of_which_some_parts_went_go_on_where_they_were(play):
    await play.writes("xin chào")
    play.zalo.spoke[BAY.id][1] = 7
    waits(play, " ".join(f"chữ{n}" for n in range(700)))
    await play.deliver()
    await play.deliver()
    count = len(play.told())
    await play.writes(BAY.sends("user_seen_message", play.turns.clock(), msg_ids=["1"]))
    assert len(play.told()) == count
    await play.writes(BAY.attaches("user_send_sticker", play.turns.clock(), id="1"))
    whole = "\n".join(play.told())
    assert [whole.count(f"chữ{n} ") for n in (0, 300, 600)] == [1, 1, 1]


@pytest.mark.on_both
@played
async def test_what_nobody_asked_for_is_given_up_with_its_reason_and_named_when_they_write(play, clock, caplog):
    await play.writes("xin chào")
    clock.pass_(3 * DAY)
    waits(play, "Nhắc: hạn nộp", priority=Priority.REMINDER, name="reminder:1", quiet=True)
    waits(play, "Thông báo: mất nước", priority=Priority.BROADCAST, name="notice:7")
    await play.deliver()
    assert states(play) == {"sent": 1, "dead": 2}
    with play.turns.database.look() as connection:
        assert broadcasts.report(connection, "notice:7") == {"dead": 1, "outside": 1}
    await play.writes("xin chào")
    assert play.say("window.missed", count=2) in play.told()[-1]
    await play.writes("xin chào")
    assert play.say("window.missed", count=2) not in play.told()[-1]


@played
async def test_whoever_is_forgotten_hears_so_and_nothing_that_was_kept(play, clock):
    code = await opens(play)
    clock.pass_(49 * HOUR)
    await answers(play, "Giấy đã sửa xong.")
    count = len(play.told())
    await play.writes("/mydata")
    assert kept(play, code) == 1
    await play.writes("/forget")
    await play.presses(play.say("forget.yes"))
    assert len(play.told()) > count
    clock.pass_(DAY)
    assert "kept" not in states(play)


# What else Zalo brings


@played
async def test_what_is_posted_again_is_answered_once_and_opens_no_window(play, clock):
    said = BAY.says(QUESTION, clock())
    await play.writes(said)
    clock.pass_(HOUR)
    for retry in ("1", "4"):
        assert await play.posted(said, num_retry=retry) == 200
    await play.act()
    await play.deliver()
    assert len(play.told()) == 1
    clock.pass_(47.5 * HOUR)
    assert await play.posted(said) == 403  # of two days ago: nobody retries so long
    waits(play, "muộn rồi")
    await play.deliver()
    assert (len(play.told()), play.zalo.refusals) == (1, [])


@played
async def test_nothing_is_stored_that_zalo_has_not_signed(play, database, clock):
    event = BAY.says("xin chào", clock())
    body, headers = signed(event)
    _, wrong = signed(event, key="another")
    _, apps = signed(event, app="1")
    for content, given in [
        (body, {}), (body, {"X-ZEvent-Signature": ""}), (body, {"X-ZEvent-Signature": "mac="}), (body, wrong),
        (body, apps), (body.replace(b"xin", b"XIN"), headers), (b"", {}), (b"[]", headers), (b"{", headers),
        (body, {"X-ZEvent-Signature": headers["X-ZEvent-Signature"][:-1]}),
    ]:  # fmt: skip
        assert (await play.posts.post("/zalo-oa", content=content, headers=given)).status_code == 403, given
    assert (await play.posts.post("/zalo-oa", content=b"x" * 1_100_000, headers=headers)).status_code == 413
    assert counted(database) == {}
    bare = {"X-ZEvent-Signature": headers["X-ZEvent-Signature"].removeprefix("mac=")}
    assert (await play.posts.post("/zalo-oa", content=body, headers=bare)).status_code == 200
    assert counted(database) == {"waiting": 1}


@played(public_url="https://hoi.example.vn")
async def test_a_protected_persons_empty_event_a_file_and_a_voice_are_answered_with_other_ways(play, clock):
    hotline = play.turns.house.knowledge.contacts["portal_hotline"].number
    for event, key in [
        (BAY.sends("user_send_text", clock(), text=""), "unheard.what"),
        (BAY.sends("user_send_text", clock()), "unheard.what"),
        (BAY.attaches("user_send_file", clock(), name="a.pdf", url="https://x"), "unheard.what"),
        (BAY.sends("user_send_something", clock()), "unheard.what"),
        (BAY.attaches("user_send_audio", clock(), url="https://x"), "unheard.only_words"),
        (BAY.attaches("user_send_video", clock(), url="https://x"), "unheard.only_words"),
        (BAY.attaches("user_send_sticker", clock(), id="1"), "unheard.only_words"),
        (BAY.attaches("user_send_location", clock(), coordinates={"latitude": "x"}), "unheard.what"),
        (BAY.attaches("user_send_image", clock(), url="ftp://x/1.jpg"), "unheard.what"),
    ]:
        count = len(play.told())
        await play.writes(event)
        (said,) = play.told()[count:]
        assert said.startswith(play.say(key)), event
        assert hotline in said or key == "unheard.only_words"
        assert "https://hoi.example.vn" in said


@played
async def test_a_place_on_the_map_tells_the_communes_near(play, clock):
    await play.writes(
        BAY.attaches("user_send_location", clock(), coordinates={"latitude": "21.04", "longitude": "105.82"})
    )
    assert not play.told()[-1].startswith(play.say("unheard.what"))


@played
async def test_a_photo_is_fetched_at_once_and_brought_to_the_desk(play, clock):
    await opens(play)
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (9, 9, 9)).save(out, "PNG")
    play.zalo.photos = {"1.png": out.getvalue(), "2.png": b"no photo"}
    await play.writes(BAY.attaches("user_send_image", clock(), url=f"{play.zalo.url}/photos/1.png", thumbnail="x"))
    play.zalo.photos.clear()  # the link ends
    await play.presses(play.say("photo.clean"))
    (photo,) = play.server.photos[NGOC_HA.id]
    assert photo.startswith(b"\xff\xd8")
    for name in ("2.png", "3.png"):
        await play.writes(BAY.attaches("user_send_image", clock(), url=f"{play.zalo.url}/photos/{name}"))
        assert play.told()[-1].startswith(play.say("unheard.what"))


@played(public_url="https://hoi.example.vn")
async def test_whoever_is_not_signed_in_is_shown_the_other_ways_and_nothing_is_kept(play, clock, database):
    who = Follower("5ad1f3")
    await play.writes(who.sends("anonymous_send_text", clock(), text="cho hỏi", conversation_id="c0ffee"), of=who)
    (said,) = play.told(who)
    assert said.startswith(play.say("unheard.nameless"))
    assert "https://hoi.example.vn" in said
    assert play.zalo.violations == []


@played
async def test_what_the_account_itself_says_and_what_was_read_is_passed_over_in_silence(play, clock, database):
    echo = Follower(ACCOUNT)
    for event in (
        echo.says("tôi là cán bộ", clock()), echo.sends("oa_send_text", clock(), text="x"),
        BAY.sends("user_seen_message", clock()), BAY.sends("user_received_message", clock()),
        BAY.sends("user_send_group_text", clock(), text="xin chào"), BAY.sends("user_reacted_message", clock()),
        BAY.sends("follow", clock(), sender="follower"), BAY.sends("add_user_to_tag", clock(), sender="x"),
        {"timestamp": str(int(clock().timestamp() * 1000))},
    ):  # fmt: skip
        assert await play.posted(event) == 200
        await play.act()
        await play.deliver()
    assert dict(play.zalo.sent) == {}
    with database.look() as connection:
        assert "bad" not in inbox.count(connection)


@pytest.mark.parametrize("code", [-213, -217, -227])
@played
async def test_whoever_left_or_blocked_the_account_is_out_of_reach_until_they_write(play, clock, code):
    request = await opens(play)
    play.zalo.faults = [code]
    await answers(play, "Anh mang giấy ra viện nhé.")
    assert play.say("room.undelivered", code=request) in "\n".join(play.server.texts(NGOC_HA.id))
    await play.writes(BAY.sends("unfollow", clock(), sender="follower"), "tôi đây")
    assert play.told()[-1]


@played
async def test_an_unpaid_account_is_told_of_once_and_nothing_is_lost(play, clock, caplog):
    await play.writes("xin chào")
    waits(play, "một")
    play.zalo.faults = [-224, -320]
    for _ in range(3):
        await play.deliver()
        clock.pass_(11 * 60)
    assert play.told()[-1] == "một"
    assert sum("does not let the Official Account send" in one.message for one in caplog.records) == 1


@played
async def test_two_people_have_each_a_window_of_their_own(play, clock):
    await play.writes("xin chào")
    clock.pass_(47 * HOUR)
    await play.writes("xin chào", of=TAM)
    clock.pass_(2 * HOUR)
    waits(play, "một")
    with play.turns.database.change() as connection:
        play.turns.put(connection, f"zalo-oa:{TAM.id}", Reply(blocks=(Block(text="hai"),)))
    await play.deliver()
    assert (play.told()[-1] == "một", play.told(TAM)[-1] == "hai") == (False, True)
