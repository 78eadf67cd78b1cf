"""Locked databases, failing machines, races: the work waits and then happens once, in order."""

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.conversation.visit import Kind, Visit
from bot.doors.telegram.outbound import send
from bot.store import inbox, outbox
from bot.store.database import open_database
from bot.store.inbox import Receipt
from bot.turn import Turns, converse
from tests.cast import EMMA, LAN, Person
from tests.stage import played

LOCKED = OperationalError("UPDATE", {}, Exception("database is locked"))


def counted(database, table="inbox"):
    with database.look() as connection:
        return {"inbox": inbox, "outbox": outbox}[table].count(connection)


@pytest.fixture
def impatient(monkeypatch):
    """Nobody in these stories waits a second of real time."""
    monkeypatch.setattr("bot.store.database.LOCK_WAIT_MS", 20)
    monkeypatch.setattr("bot.service.worker.PAUSE_SECONDS", 0.01)


@pytest.fixture
def lock(impatient, database_url, database):
    """Another process that writes: `with lock(): …` holds the one write lock of SQLite."""
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    yield other
    other.close()


@pytest.mark.only_on("sqlite", "PostgreSQL has no one lock for all who write")
@played
async def test_a_turn_waits_for_a_locked_database_and_then_happens_once(play, lock, database):
    await play.store(LAN.says("/help"))
    lock.execute("BEGIN IMMEDIATE")
    threading.Timer(0.2, lock.execute, ["COMMIT"]).start()
    await play.act()
    await play.deliver()
    assert play.said(LAN)[0].startswith(play.say("help.ask")[:20])
    assert counted(database) == {"done": 1}
    assert counted(database, "outbox") == {"sent": 1}


@pytest.mark.usefixtures("impatient")
def test_a_database_that_comes_and_goes_costs_no_attempt(turns, monkeypatch):
    put, refusals = outbox.put, [OperationalError("INSERT", {}, Exception("server closed the connection"))] * 5

    def shaky(*args, **values):
        if refusals:
            raise refusals.pop()
        put(*args, **values)

    @played
    async def story(play):
        monkeypatch.setattr("bot.turn.outbox.put", shaky)
        await play.hears(LAN.says("/topics"))
        assert play.said(LAN) == [play.say("topics.choose")]

    story(turns)


@played
async def test_a_turn_that_fails_once_is_taken_again_before_the_next_of_its_chat(play, monkeypatch):
    failures = [ZeroDivisionError]

    def shaky(visit, *rest):
        if visit.text == "Thường Tín" and failures:
            raise failures.pop()
        return converse(visit, *rest)

    monkeypatch.setattr("bot.turn.converse", shaky)
    await play.hears(LAN.says("/commune Thường Tín"), LAN.says("/commune Quốc Oai"))
    told = play.said(LAN)
    assert ["Thường Tín" in told[0], "Quốc Oai" in told[1], len(told)] == [True, True, 2]


@played
async def test_a_failing_chat_holds_up_nobody_else(play, monkeypatch):
    def broken(visit, *rest):
        if visit.chat == f"telegram:{LAN.id}":
            raise ZeroDivisionError
        return converse(visit, *rest)

    monkeypatch.setattr("bot.turn.converse", broken)
    await play.hears(LAN.says("/help"), EMMA.says("/help"), LAN.says("/help"))
    assert len(play.said(EMMA)) == 1
    assert play.said(LAN) == [play.say("error.machine", reference=1), play.say("error.machine", reference=3)]


@played
async def test_an_update_our_own_reading_fails_on_is_not_dropped_in_silence(play, monkeypatch, database):
    def broken(_update):
        raise KeyError("not foreseen")

    monkeypatch.setattr("bot.doors.telegram.inbound.visit_of", broken)
    await play.hears(LAN.says("/help"))
    assert play.said(LAN) == [play.say("error.machine", reference=1)]
    assert counted(database) == {"bad": 1}


@played
async def test_a_failing_turn_leaves_nothing_half_done(play, monkeypatch, database):
    def fails_late(*_args, **_kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("bot.turn.outbox.put", fails_late)
    await play.store(LAN.says("/language en"))
    with pytest.raises(ZeroDivisionError):
        play.turns.take(
            Visit(chat=f"telegram:{LAN.id}", kind=Kind.COMMAND, command="language", text="en"),
            Receipt(source="telegram", number=1),
        )
    assert counted(database) == {"waiting": 1}
    with database.look() as connection:
        assert connection.execute(text("SELECT count(*) FROM chats")).scalar_one() == 0


@played
async def test_a_message_that_cannot_be_read_back_stops_no_other(play, clock, database):
    with database.change() as connection:
        for chat, payload in ((f"telegram:{LAN.id}", "{}"), ("telegram:eleven", '{"blocks": []}')):
            outbox.put(connection, chat=chat, payload=payload, now=clock())
    await play.hears(EMMA.says("/help"))
    assert len(play.said(EMMA)) == 1
    for _ in range(20):  # another version might know it
        clock.pass_(1)
        await play.deliver()
    assert play.said(LAN) == [play.say("error.not_sent")]
    assert counted(database, "outbox") == {"dead": 3, "sent": 2}  # nobody can be told in the chat that is none


@played
async def test_a_message_under_way_is_waited_for_when_a_neighbour_cannot_be_settled(play, monkeypatch, database):
    """The database refuses to note that Lan's message has gone, while Emma's is still on its way."""
    monkeypatch.setattr("bot.service.delivery.NOTE_AGAIN_SECONDS", (0,))
    settle, refusals = play.delivery._settle, [LOCKED, LOCKED]

    def refuses_once(connection, one):
        if one.message.chat == f"telegram:{LAN.id}" and refusals:
            raise refusals.pop()
        settle(connection, one)

    async def slow(bot, chat_id, reply, spot, photos=()):
        await asyncio.sleep(0.1 if chat_id == EMMA.id else 0)
        return await send(bot, chat_id, reply, spot)

    await play.store(LAN.says("/help"), EMMA.says("/help"))
    await play.act()
    monkeypatch.setattr(play.delivery, "_settle", refuses_once)
    monkeypatch.setattr("bot.doors.telegram.spots.send", slow)
    with pytest.raises(OperationalError):
        await play.deliver()
    assert counted(database, "outbox") == {"waiting": 1, "sent": 1}
    await play.deliver()
    assert len(play.said(EMMA)) == 1


@played
async def test_a_database_that_stumbles_while_it_is_noted_costs_no_second_message(play, monkeypatch, database):
    monkeypatch.setattr("bot.service.delivery.NOTE_AGAIN_SECONDS", (0, 0))
    settle, refusals = play.delivery._settle, [LOCKED, LOCKED]

    def stumbles(connection, one):
        if refusals:
            raise refusals.pop()
        settle(connection, one)

    monkeypatch.setattr(play.delivery, "_settle", stumbles)
    await play.hears(LAN.says("/help"), EMMA.says("/help"))
    assert (len(play.said(LAN)), len(play.said(EMMA))) == (1, 1)
    assert counted(database, "outbox") == {"sent": 2}


@played
async def test_one_outcome_that_cannot_be_noted_takes_no_other_with_it(play, monkeypatch, database):
    """Both messages go out at once; what Telegram answered about Lan's breaks our own code."""
    settle = play.delivery._settle

    def broken(connection, one):
        if one.message.chat == f"telegram:{LAN.id}":
            raise KeyError("not foreseen")
        settle(connection, one)

    await play.store(LAN.says("/help"), EMMA.says("/help"))
    await play.act()
    monkeypatch.setattr(play.delivery, "_settle", broken)
    await play.deliver()
    assert counted(database, "outbox") == {"dead": 1, "sent": 1}


def test_eight_turns_race_for_one_update_and_one_happens(database, database_url, house, clock):
    receipt = Receipt(source="telegram", number=1)
    visit = Visit(chat=f"telegram:{LAN.id}", kind=Kind.COMMAND, command="help")
    with database.change() as connection:
        inbox.keep(connection, receipt, chat=visit.chat, raw="{}", now=clock())
    others = [open_database(database_url) for _ in range(8)]
    start = threading.Barrier(8)

    def race(other):
        start.wait()
        return Turns(other, house, clock).take(visit, receipt).happened

    with ThreadPoolExecutor(8) as pool:
        happened = list(pool.map(race, others))
    for other in others:
        other.close()
    assert sorted(happened) == [False] * 7 + [True]
    assert counted(database, "outbox") == {"waiting": 1}


@played
async def test_ten_messages_of_twenty_chats_are_each_answered_in_order(play):
    crowd = [Person(2000 + n, f"p{n}") for n in range(20)]
    answers = {"help": "help.ask", "topics": "topics.choose", "language": "language.ask", "commune": "commune.ask"}
    wanted = [*answers, "topics", "topics", "help", "commune", "help", "language"]
    await play.hears(*(person.says(f"/{command}") for command in wanted for person in crowd))
    for person in crowd:
        told = play.said(person)
        assert len(told) == 10
        assert [text.splitlines()[0] for text in told] == [play.say(answers[command]) for command in wanted]
