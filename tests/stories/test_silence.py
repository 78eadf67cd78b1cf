"""Citizens' words, names and numbers never go to a log, at any level; nor does the token."""

import logging

import pytest
from sqlalchemy import inspect, text

from bot.logs import Form, Line
from bot.store import inbox, outbox
from tests.cast import Person
from tests.serving import run, serving, until
from tests.stage import played
from tests.telegram_server import TOKEN

SECRETS = ("Zxq", "0912345678", "Nguyễn Thị Kín", "4242424242")
KIN = Person(4242424242, "Nguyễn Thị Kín")


def rows(database):
    with database.look() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f"SELECT * FROM {table}")):  # noqa: S608 - names from the database itself
                yield table, repr(tuple(row))


def quiet(database):
    """Every update has been acted on, and nothing waits to be delivered."""
    with database.look() as connection:
        return inbox.count(connection) == {"bad": 1, "done": 3} and "waiting" not in outbox.count(connection)


@pytest.fixture
def everything(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


def test_a_whole_day_of_serving_logs_nothing_about_anybody(turns, everything):
    async def story(server):
        server.fail("sendMessage", 400, "Bad Request: message is too long", chat=KIN.id)
        server.fail("sendMessage", 403, "Forbidden: bot was blocked by the user", chat=KIN.id)
        async with serving(turns, server) as task:
            await server.inject(
                KIN.says("Zxq, số 0912345678"), {"message": {"message_id": "Zxq"}}, KIN.presses("Zxq"), KIN.edits("Zxq")
            )
            await until(lambda: quiet(turns.database), task)
            before = len(server.calls)
            await server.inject(KIN.says("/commune Zxq"))
            await until(lambda: any(name == "sendMessage" for name, _ in server.calls[before:]), task)

    run(story)
    written = Line(Form.JSON)  # with the facts beside what is said
    said = "\n".join(written.format(record) for record in everything.records if record.name != "aiohttp.access")
    assert "turn taken" in said
    assert [secret for secret in (*SECRETS, TOKEN) if secret in said] == []


@played
async def test_the_words_of_a_denunciation_are_in_no_table(play, database):
    await play.hears(KIN.says("tôi muốn tố cáo chủ tịch xã Zxq nhận hối lộ, gọi tôi số 0912345678"))
    assert play.say("denunciation.lead") in play.said(KIN)[-1]
    assert [table for table, row in rows(database) if "Zxq" in row or "0912345678" in row] == []


@played
async def test_the_words_of_a_failed_turn_are_in_no_log(play, monkeypatch, everything):
    def broken(visit, *_rest):
        raise ValueError(visit.text)

    monkeypatch.setattr("bot.turn.converse", broken)
    await play.hears(KIN.says("Zxq, số 0912345678"))
    assert play.said(KIN) == [play.say("error.machine", reference=1)]
    assert [secret for secret in SECRETS if secret in everything.text] == []


@pytest.mark.on_both
@played
async def test_once_answered_no_table_holds_what_was_said_to_whom(play, database):
    await play.hears(KIN.says("em mới sinh con tên Zxq, cần giấy gì"), KIN.says("/commune Zxq"))
    assert [table for table, row in rows(database) if "Zxq" in row] == []
