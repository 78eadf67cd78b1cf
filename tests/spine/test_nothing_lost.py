"""One update = one turn = one transaction: whatever happens in between."""

import asyncio

import pytest
from sqlalchemy import text

from bot.doors.telegram.inbound import number_of
from bot.store import inbox
from bot.store.database import DatabaseUnusable, open_database
from bot.store.inbox import Receipt
from bot.turn import Turns
from tests.cast import EMMA, HUNG, LAN, Person
from tests.stage import Play, played
from tests.telegram_server import TelegramServer

QUESTION = "em mới sinh con, cần giấy gì"


def states(database):
    with database.look() as connection:
        return inbox.count(connection)


@played
async def test_a_crash_between_store_and_turn_loses_nothing(play, house, clock, database_url):
    await play.store(LAN.says(QUESTION))
    later = open_database(database_url)  # the next process, the same database
    after = Play(play.server, Turns(later, house, clock))
    await after.begin()
    await after.act()
    await after.deliver()
    await after.end()
    after.service.threads.close()
    later.close()
    assert len(play.said(LAN)) == 1


@played
async def test_a_crash_between_turn_and_delivery_loses_nothing(play, house, clock, database_url):
    await play.store(LAN.says(QUESTION))
    await play.act()
    assert play.said(LAN) == []
    later = open_database(database_url)
    after = Play(play.server, Turns(later, house, clock))
    await after.begin()
    await after.act()
    await after.deliver()
    await after.end()
    after.service.threads.close()
    later.close()
    assert len(play.said(LAN)) == 1


@played
async def test_a_doubled_update_is_answered_once(play):
    update = {"update_id": 7, **LAN.says(QUESTION)}
    await play.hears(update, update)
    await play.hears(update)
    assert len(play.said(LAN)) == 1


@played
async def test_a_malformed_update_does_not_hold_up_the_good_one_behind_it(play, database):
    bad = [
        {"update_id": 1, "message": {"message_id": "x", "chat": {"id": LAN.id}}},
        {"update_id": 2, "message": {"text": 5}},
        {"update_id": 3, "message": "hello"},
        {"update_id": 4},
        {"no": "number"},
        "not even an object",
    ]
    await play.intake.store(bad)
    await play.intake.store([{"update_id": 5, **LAN.says(QUESTION)}])
    await play.act()
    await play.deliver()
    assert len(play.said(LAN)) == 1
    assert "waiting" not in states(database)


@played
async def test_a_failing_turn_is_undone_and_in_the_end_the_person_is_told(play, monkeypatch, database):
    def broken(*_args):
        raise ZeroDivisionError("a citizen's word")

    monkeypatch.setattr("bot.turn.converse", broken)
    await play.hears(LAN.says(QUESTION))
    assert play.said(LAN) == [play.say("error.machine", reference=1)]
    assert states(database) == {"bad": 1}


@played
async def test_a_failing_turn_leaves_no_word_in_the_log(play, monkeypatch, caplog):
    def broken(visit, *_args):
        raise ZeroDivisionError(visit.text)

    monkeypatch.setattr("bot.turn.converse", broken)
    await play.hears(LAN.says("bí mật của Lan"))
    assert "bí mật" not in caplog.text
    assert "turn 1 failed" in caplog.text


@played
async def test_order_is_kept_within_each_chat(play):
    people = [Person(100 + n, f"p{n}") for n in range(25)]
    updates = [person.says(f"/commune {name}") for name in ("Thường Tín", "Ngọc Hà", "Quốc Oai") for person in people]
    await play.hears(*updates)
    for person in people:
        told = play.said(person)
        assert len(told) == 3
        assert "Thường Tín" in told[0]
        assert "Ngọc Hà" in told[1]
        assert "Quốc Oai" in told[2]


def test_two_turns_race_for_one_update_and_one_happens(database, house, clock):
    turns, receipt = Turns(database, house, clock), Receipt(source="telegram", number=1)
    with database.change() as connection:
        inbox.keep(connection, receipt, chat="telegram:11", raw="{}", now=clock())
    from bot.conversation.visit import Kind, Visit

    visit = Visit(chat="telegram:11", kind=Kind.TEXT, text=QUESTION)
    assert [turns.take(visit, receipt).happened, turns.take(visit, receipt).happened] == [True, False]
    with database.look() as connection:
        assert connection.execute(text("SELECT count(*) FROM outbox")).scalar_one() == 1


def test_the_words_are_wiped_when_the_turn_is_done(database, house, clock):
    turns, receipt = Turns(database, house, clock), Receipt(source="telegram", number=1)
    with database.change() as connection:
        inbox.keep(connection, receipt, chat="telegram:11", raw='{"secret": 1}', now=clock())
    turns.pass_over(receipt)
    with database.look() as connection:
        assert connection.execute(text("SELECT raw, state FROM inbox")).one() == (None, "done")


@pytest.mark.parametrize(
    "raw", [None, [], {"update_id": "5"}, {"update_id": True}, {"update_id": -1}, {"update_id": 2**64}]
)
def test_an_unusable_number_is_no_number(raw):
    assert number_of(raw) is None


def test_a_newer_database_is_refused_in_one_sentence(database, database_url):
    with database.change() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnusable, match="newer version"):
        open_database(database_url)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite:////nowhere/at/all/x.db", "does not exist"),
        ("nonsense", "not a database address"),
        ("oracle9://x", "not a database address"),
        ("postgresql+psycopg://u:secret@127.0.0.1:1/x", "does not answer"),
    ],
)
def test_an_unusable_database_gives_one_sentence_without_its_password(url, sentence):
    with pytest.raises(DatabaseUnusable, match=sentence) as error:
        open_database(url)
    assert "secret" not in str(error.value)


def test_a_chat_is_not_held_up_by_another(turns):
    async def run():
        async with TelegramServer().running() as server:
            play = Play(server, turns)
            await play.begin()
            server.fail("sendMessage", 429, "Too Many Requests", chat=LAN.id, retry_after=30)
            await play.hears(LAN.says(QUESTION), EMMA.says("how much is a birth certificate"), HUNG.says(QUESTION))
            assert (len(play.said(LAN)), len(play.said(EMMA)), len(play.said(HUNG))) == (0, 1, 1)
            turns.clock.pass_(31)
            await play.deliver()
            assert len(play.said(LAN)) == 1
            await play.end()
            play.service.threads.close()

    asyncio.run(run())


@played
async def test_a_person_who_blocked_us_is_left_alone(play, database):
    play.server.fail("sendMessage", 403, "Forbidden: bot was blocked by the user", times=9)
    await play.hears(LAN.says("/start"))
    assert len([call for call in play.server.calls if call[0] == "sendMessage"]) == 1
    with database.look() as connection:
        assert connection.execute(text("SELECT count(*) FROM outbox WHERE state = 'dead'")).scalar_one() == 2
        assert connection.execute(text("SELECT unreachable FROM chats")).scalar_one() == "Forbidden"


@played
async def test_a_bad_gateway_is_tried_again(play, clock):
    play.server.garble("sendMessage", times=2)
    await play.hears(LAN.says(QUESTION))
    assert play.said(LAN) == []
    for _ in range(2):
        clock.pass_(5)
        await play.deliver()
    assert len(play.said(LAN)) == 1


@played
async def test_a_refused_message_does_not_stop_the_next(play):
    play.server.fail("sendMessage", 400, "Bad Request: something new")
    await play.hears(LAN.says(QUESTION), LAN.says("/help"))
    assert len(play.said(LAN)) == 2
    assert play.say("error.not_sent") in play.said(LAN)


@played
async def test_a_group_that_became_a_supergroup_is_followed(play):
    group = {"id": -100, "type": "group", "title": "Xóm"}
    play.server.fail("sendMessage", 400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-10012)
    await play.hears({"message": LAN.says("/start")["message"] | {"chat": group}})
    assert play.server.texts(-10012) == [play.say("group.private")]
