"""The log: one reference through a turn, also in its thread; found again by what the citizen was told."""

import asyncio
import gc
import json
import logging
import os
import re
import sys
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.logs import Form, Line, start_log, under
from bot.service.threads import Threads
from tests.cast import LAN, Person
from tests.conftest import ROOT
from tests.stage import played
from tests.telegram_server import TOKEN, TelegramServer

log = logging.getLogger("test")
WORDS = "Zxq 0912345678"


@pytest.fixture
def lines(caplog):
    """Every line that is logged, as an object, the way production writes it."""
    written = []

    class Keep(logging.Handler):
        def emit(self, record):
            written.append(json.loads(self.format(record)))

    keep = Keep()
    keep.setFormatter(Line(Form.JSON, ["hunter2", 'a"b"c']))
    logging.getLogger().addHandler(keep)
    caplog.set_level(logging.DEBUG)
    yield written
    logging.getLogger().removeHandler(keep)


@played
async def test_what_a_citizen_is_told_finds_every_line_of_the_failed_turn(play, lines, monkeypatch):
    def broken(visit, *_rest):
        log.warning("deep inside")
        raise ValueError(visit.text)

    monkeypatch.setattr("bot.turn.converse", broken)
    await play.store({"update_id": 812345678, **LAN.says("Zxq 0912345678")})
    await play.act()
    await play.deliver()
    told = re.search(r"\d{3,}", play.said(LAN)[0])[0]
    found = [line for line in lines if line.get("ref") == told]
    assert [line["said"] for line in found if line["room"] == "test"] == ["deep inside"] * 3
    failed = [line for line in found if line["said"] == "turn 812345678 failed"]
    assert len(failed) == 3
    assert "in broken" in failed[0]["trace"]
    assert "Zxq" not in json.dumps(lines)


@played
async def test_each_turn_says_what_kind_it_was_and_how_it_ended(play, lines):
    kin = Person(4242424242, "Kín")
    await play.hears(kin.says("em mới sinh con, cần giấy gì"), kin.says("/help"))
    turns = [line for line in lines if line["said"] == "turn taken"]
    assert {(line["ref"], line["kind"], line["outcome"]) for line in turns} == {
        ("1", "text", "answered"),
        ("2", "command", "done"),
    }
    assert all(line["ms"] > 0 and line["at"].endswith("+00:00") for line in turns)
    assert not re.search("4242424242|sinh con|Kín", json.dumps(turns, ensure_ascii=False))


def test_side_by_side_each_thread_has_the_reference_of_its_turn(lines):
    async def turn(threads, number):
        with under(number):
            await asyncio.sleep(0)
            await threads.run(log.info, "in the thread of %d", number)

    async def both():
        threads = Threads(2)
        await asyncio.gather(*(turn(threads, number) for number in range(1, 20)))
        threads.close()

    asyncio.run(both())
    threaded = {line["said"]: line["ref"] for line in lines if line["room"] == "test"}
    assert threaded == {f"in the thread of {number}": str(number) for number in range(1, 20)}


def test_secrets_are_blotted_out_wherever_they_turn_up(lines):
    log.error("cannot reach postgresql://u:hunter2@db", extra={"facts": {"password": 'a"b"c'}})
    assert lines[-1]["said"] == "cannot reach postgresql://u:***@db"
    assert lines[-1]["password"] == "***"


def test_a_trace_has_no_messages(lines):
    try:
        try:
            int("Zxq")
        except ValueError as error:
            raise KeyError("Nguyễn") from error
    except KeyError:
        log.exception("failed")
    trace = lines[-1]["trace"]
    assert trace.index("ValueError") < trace.index("KeyError")
    assert "test_logs.py" in trace
    assert "invalid literal" not in trace


def test_what_nobody_caught_is_told_without_its_words(lines, monkeypatch, capsys):
    for name in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    kept = logging.getLogger().handlers[:]
    start_log("DEBUG", Form.TEXT, [])
    logging.getLogger().handlers[:] = kept

    async def fails():
        raise ValueError(WORDS)

    async def forgotten():
        task = asyncio.create_task(fails())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
        gc.collect()

    def breaks():
        raise ValueError(WORDS)

    class Breaks:
        def __del__(self):
            raise ValueError(WORDS)

    asyncio.run(forgotten())
    thread = threading.Thread(target=breaks)
    thread.start()
    thread.join()
    Breaks()
    said = [line["said"] for line in lines]
    assert "Task exception was never retrieved" in said
    assert said.count("nobody caught ValueError") == 2
    assert "Zxq" not in json.dumps(lines) + "".join(capsys.readouterr())


def test_an_error_of_the_database_quotes_nobodys_words(database):
    with pytest.raises(DBAPIError) as failure, database.change() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:words)"), {"words": "Zxq"})
    assert "Zxq" not in str(failure.value)


def test_as_text_the_reference_stands_in_brackets():
    record = logging.makeLogRecord({"name": "bot", "levelname": "INFO", "msg": "hi", "created": 0, "facts": {"ms": 3}})
    with under(7):
        assert Line(Form.TEXT).format(record) == "1970-01-01 00:00:00 INFO bot [7] hi ms=3"


@pytest.mark.usefixtures("house")
def test_a_real_process_shows_its_token_nowhere(tmp_path):
    """At the most talkative level, in JSON, with the token from a file: neither in the log nor in `ps`."""
    (tmp_path / "token").write_text(TOKEN)

    async def story():
        async with TelegramServer().running() as server:
            await server.inject(LAN.says("/help"))
            settings = {"TELEGRAM_BOT_TOKEN_FILE": str(tmp_path / "token"), "TELEGRAM_API_URL": server.url,
                        "DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}", "LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json"}  # fmt: skip
            process = await asyncio.create_subprocess_exec(
                sys.executable, str(ROOT / "main.py"), "run", env={**os.environ, **settings},
                stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            while not server.texts(LAN.id):
                assert process.returncode is None
                await asyncio.sleep(0.02)
            shown = (await (await asyncio.create_subprocess_exec(
                "ps", "-o", "args=", "-p", str(process.pid), stdout=asyncio.subprocess.PIPE
            )).communicate())[0].decode()  # fmt: skip
            process.terminate()
            return shown, *[part.decode() for part in await process.communicate()]

    shown, out, logged = asyncio.run(asyncio.wait_for(story(), 60))
    assert "main.py" in shown
    assert TOKEN.partition(":")[2] not in shown + out + logged
    written = [json.loads(line) for line in logged.splitlines() if line.startswith("{")]
    assert any(line["said"] == "turn taken" for line in written)
