"""What nobody foresaw is set aside, told and tried again; the service goes on."""

import datetime as dt
import logging
from types import SimpleNamespace

import psycopg
import pytest
from sqlalchemy import text

from bot.casework import clock as duties
from bot.service.intake import Intake
from bot.service.worker import Worker
from bot.store import agenda
from tests.cast import EMMA, HOA, LAN, MINH, NGOC_HA, THU
from tests.serving import counted, run, serving, until
from tests.stage import played

ADMIN = f"telegram:{THU.id}"


@pytest.fixture
def hurried(monkeypatch):
    """Nobody in these stories waits a second of real time."""
    for name in ("service.trouble.PAUSE_SECONDS", "service.worker.PAUSE_SECONDS", "service.delivery.RENEW_SECONDS",
                 "service.delivery.IDLE_SECONDS", "service.serve.AGENDA_SECONDS",
                 "doors.telegram.poll.FIRST_PAUSE_SECONDS"):  # fmt: skip
        monkeypatch.setattr(f"bot.{name}", 0.01)


def planned(database):
    with database.look() as connection:
        return dict(connection.execute(text("SELECT name, subject FROM agenda WHERE name LIKE 'hologram:%'")).all())


@played
async def test_an_agenda_entry_of_a_newer_version_waits_and_the_others_are_kept(play, clock, database, monkeypatch):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await play.drafts(LAN)
    play.turns.unforeseen = play.service.trouble.note
    monkeypatch.setattr(play.service.trouble, "admin", ADMIN)
    with database.change() as connection:
        agenda.plan(connection, "MC-ZZZZ-ZZ", {"hologram": clock.now - dt.timedelta(days=1)})
    await play.passes(clock, 25 * 3600)  # a draft lives a day
    assert play.say("draft.vanished") in play.said(LAN)
    assert planned(database) == {"hologram:MC-ZZZZ-ZZ": "MC-ZZZZ-ZZ"}
    (told,) = play.said(THU)
    assert told.startswith(play.say("admin.trouble"))
    assert "agenda: UnknownEntry (bot/casework/clock.py:" in told
    await play.passes(clock, 301)
    assert len(play.said(THU)) == 1  # once an hour is enough
    monkeypatch.setitem(duties.DUTIES, "hologram", lambda *_: None)  # the newer version
    await play.passes(clock, 301)
    assert planned(database) == {}


@played
async def test_an_entry_that_fails_is_tried_again_and_keeps_no_other_waiting(play, clock, database, monkeypatch):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await play.drafts(LAN)
    drop = duties.DUTIES["draft"]

    def broken(*_args):
        raise ZeroDivisionError

    monkeypatch.setitem(duties.DUTIES, "draft", broken)
    await play.passes(clock, 25 * 3600)
    assert play.say("draft.vanished") not in play.said(LAN)
    monkeypatch.setitem(duties.DUTIES, "draft", drop)
    await play.passes(clock, 301)
    assert play.said(LAN).count(play.say("draft.vanished")) == 1


@played
async def test_a_door_that_opens_while_the_worker_looks_spoils_no_look(play, monkeypatch):
    of, late = Worker._of, SimpleNamespace(name="zalo")

    def opens_meanwhile(self, *args, **values):
        self.open(late)
        return of(self, *args, **values)

    monkeypatch.setattr(Worker, "_of", opens_meanwhile)
    await play.hears(LAN.says("/help"))
    assert len(play.said(LAN)) == 1


TASKS = [
    ("worker.Worker", "_waiting"),
    ("delivery.Delivery", "_due"),
    ("delivery.Delivery", "_next"),
    ("serve.Service", "_hear"),
    ("serve.Service", "_keep_appointments"),
]


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(("room", "what"), TASKS, ids=str)
def test_no_task_of_the_service_ends_it(turns, monkeypatch, room, what):
    """The first three calls of it raise what nobody foresaw."""
    module, _, name = room.rpartition(".")
    kind = getattr(__import__(f"bot.service.{module}", fromlist=[name]), name)
    real, failures = getattr(kind, what), [ZeroDivisionError, KeyError, ValueError]

    def shaky(self, *args):
        if failures:
            raise failures.pop()
        return real(self, *args)

    monkeypatch.setattr(kind, what, shaky)

    async def story(server):
        await server.inject(LAN.says("/help"))
        async with serving(turns, server) as task:
            await until(lambda: server.texts(LAN.id) and not failures, task)

    run(story)


@pytest.mark.usefixtures("hurried")
def test_a_turn_whose_apology_fails_too_is_set_aside_and_the_next_is_answered(turns, database, monkeypatch):
    def broken(*_args, **_values):
        raise ZeroDivisionError

    converse = __import__("bot.turn", fromlist=["converse"]).converse
    monkeypatch.setattr("bot.turn.converse", lambda visit, *rest: broken() if visit.text else converse(visit, *rest))
    monkeypatch.setattr("bot.turn.apology", broken)

    async def story(server):
        await server.inject(LAN.says("xin chào"), LAN.says("/help"), EMMA.says("/help"))
        async with serving(turns, server) as task:
            await until(lambda: server.texts(LAN.id) and server.texts(EMMA.id), task)
        assert counted(database) == {"bad": 1, "done": 2}

    run(story)


@pytest.mark.usefixtures("hurried")
def test_an_update_that_cannot_be_stored_takes_none_of_its_neighbours_along(turns, database, monkeypatch):
    store = Intake._store

    def broken(self, updates):
        if any("Zxq" in str(one) for one in updates):
            raise TypeError
        store(self, updates)

    monkeypatch.setattr(Intake, "_store", broken)

    async def story(server):
        await server.inject(LAN.says("/help"), EMMA.says("Zxq"), EMMA.says("/help"))
        async with serving(turns, server) as task:
            await until(lambda: server.texts(LAN.id) and server.texts(EMMA.id), task)
        assert counted(database) == {"bad": 1, "done": 2}

    run(story)


@pytest.mark.usefixtures("hurried")
@pytest.mark.only_on("postgresql", "SQLite has no standby")
def test_a_database_that_is_read_only_for_a_while_is_waited_for(turns, database_url, caplog):
    """As after a failover: who answers is a standby, then the first server again."""
    name = turns.database._engine.url.database
    host = turns.database._engine.url.query["host"]

    def switch(how):
        with psycopg.connect(host=host, user="motcua", dbname="postgres", autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {how}')
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

    def waited():
        return any("ReadOnly" in one.message or "OperationalError" in one.message for one in caplog.records)

    async def story(server):
        async with serving(turns, server) as task:
            await until(lambda: any(name == "getUpdates" for name, _ in server.calls), task)
            switch("on")
            await server.inject(LAN.says("/help"))
            await until(waited, task)
            assert server.texts(LAN.id) == []
            switch("off")
            await until(lambda: server.texts(LAN.id), task)
        assert len(server.texts(LAN.id)) == 1

    caplog.set_level(logging.WARNING)
    run(story)
