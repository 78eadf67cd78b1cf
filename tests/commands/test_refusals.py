"""What an operator reads when the bot cannot serve: one sentence, and an exit that is not zero."""

import asyncio
import os
import re
import socket
import sys
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper
from runpy import run_path
from types import SimpleNamespace

import pytest
from anyio.from_thread import start_blocking_portal
from sqlalchemy import text

import main as program
from bot.config import BadSettings, read_settings
from bot.doors.proxies import proxy_trouble
from bot.doors.telegram.reach import TelegramTrouble, reach
from bot.store.alone import alone
from bot.store.database import DatabaseUnusable, open_database
from tests.cast import LAN
from tests.conftest import ROOT
from tests.telegram_server import TOKEN, TelegramServer


async def run(**settings):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TELEGRAM", "WEBHOOK"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "main.py"),
        "run",
        env={**clean, "LOG_LEVEL": "ERROR", **{name.upper(): value for name, value in settings.items()}},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return SimpleNamespace(returncode=process.returncode, stdout=out.decode(), stderr=err.decode())


def said(done):
    """The one sentence of a run that ended in a refusal."""
    assert done.returncode not in (0, None)
    (sentence,) = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return sentence


@contextmanager
def telegram():
    """A Bot API server in a thread of its own: signals, which `run` listens to, come to the first one only."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(TelegramServer().running()) as server:
        yield server


def test_each_refusal_is_one_sentence(main, tmp_path):
    with telegram() as server, socket.socket() as other:
        server.fail("getUpdates", 401, "Unauthorized")
        other.bind(("127.0.0.1", 0))
        other.listen()

        def run(token=TOKEN, **more):
            known = {"TELEGRAM_API_URL": server.url, "WEB": "off", "LOG_LEVEL": "ERROR"}  # beside it, it stays shut
            return said(
                main("run", DATABASE_URL=f"sqlite:///{tmp_path}/x.db", TELEGRAM_BOT_TOKEN=token, **known, **more)
            )

        assert "copy it again" in run("1:wrong")
        assert "no longer accepts TELEGRAM_BOT_TOKEN" in run()
        taken = run(WEBHOOK_URL="http://127.0.0.1/hook", PORT=str(other.getsockname()[1]))
        assert "127.0.0.1 cannot be used" in taken


def test_a_newer_database_is_refused_before_anything_is_read(main, monkeypatch, database, database_url):
    with database.change() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    monkeypatch.setattr(program, "_house", None)
    assert "newer version" in said(main("run", DATABASE_URL=database_url))


def test_a_second_process_on_one_sqlite_file_is_refused(main, tmp_path):
    """Also by another path to it; the first goes on, and the file is free again when it has ended."""
    (tmp_path / "also").symlink_to(tmp_path)
    second, sent = asyncio.run(two_at_once(main, tmp_path / "one.db", tmp_path / "also" / "one.db"))
    assert "one.db already; stop that one first" in said(second)
    assert sent == 1


async def two_at_once(main, file, same):
    async with TelegramServer().running() as server:
        known = {"telegram_bot_token": TOKEN, "telegram_api_url": server.url, "web": "off"}
        first = asyncio.create_task(run(database_url=f"sqlite:///{file}", **known))
        while not any(name == "getUpdates" for name, _ in server.calls):
            assert not first.done(), first.result()
            await asyncio.sleep(0.05)
        again = {name.upper(): value for name, value in known.items()}
        second = main("run", DATABASE_URL=f"sqlite:///{same}", LOG_LEVEL="ERROR", **again)
        await server.inject(LAN.says("/help"))
        while not server.texts(LAN.id):
            await asyncio.sleep(0.05)
        server.fail("getUpdates", 401, "Unauthorized")
        await server.inject(LAN.says("/help"))
        await first
        with alone(f"sqlite:///{file}"):
            return second, len(server.texts(LAN.id))


PROXIES = {
    "ALL_PROXY=socks5://127.0.0.1:9": "ALL_PROXY cannot be used: SOCKS",
    "NO_PROXY=[::1]": "NO_PROXY cannot be used",
    "NO_PROXY=fe80::/10": "NO_PROXY cannot be used",
    "HTTPS_PROXY=foo://u:geheim@x": "HTTPS_PROXY cannot be used: it is not the address of an http proxy",
    "http_proxy=http://[::1": "HTTP_PROXY cannot be used: it is not the address of an http proxy",
    "HTTPS_PROXY=http://u:geheim@x:y": "HTTPS_PROXY cannot be used",
    "ALL_PROXY=10.0.0.1:3128": "",
    "NO_PROXY=localhost,.vn,10.0.0.0/8,::1": "",
    "NO_PROXY=*": "",
}


@pytest.fixture
def no_proxies(monkeypatch):
    for name in ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("variable", PROXIES)
def test_a_proxy_variable_is_used_or_said_to_be_unusable(monkeypatch, variable):
    monkeypatch.setenv(*variable.split("=", 1))
    sentence = proxy_trouble()
    assert sentence.startswith(PROXIES[variable])
    assert bool(sentence) == bool(PROXIES[variable])
    assert "geheim" not in sentence


@pytest.mark.usefixtures("no_proxies")
def test_a_wrong_proxy_ends_the_start_in_one_sentence(main, tmp_path):
    done = main("run", DATABASE_URL=f"sqlite:///{tmp_path / 'x.db'}", TELEGRAM_BOT_TOKEN=TOKEN, NO_PROXY="[::1]")
    assert said(done).startswith("Error: NO_PROXY cannot be used")


ADDRESSES = {
    "postgres://u:geheim@127.0.0.1:1/x": "postgresql+psycopg://u:***@127.0.0.1:1/x does not answer",
    "postgresql://u:geheim@127.0.0.1:1/x": "postgresql+psycopg://u:***@127.0.0.1:1/x does not answer",
    "postgresql+psycopg://u:geh@eim@127.0.0.1:1/x": "write @ as %40",
    "postgresql+psycopg://u:geh/1@eim@127.0.0.1:1/x": "write @ as %40",
    "postgresql+psycopg://u:geh@eim:1@127.0.0.1:1/x": "write @ as %40",
    "postgresql+psycopg://u@127.0.0.1:1/x?password=geheim": "does not answer",
    "mysql://u:geheim@127.0.0.1/x": "The driver of DATABASE_URL is not installed",
    "u:geheim@127.0.0.1": "is not a database address",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_part_of_a_password_is_ever_said(address):
    with pytest.raises(DatabaseUnusable) as failure:
        open_database(address)
    assert ADDRESSES[address] in str(failure.value)
    assert not re.search("geh|eim", str(failure.value))


@pytest.mark.parametrize(
    "address",
    [
        "http://u:geh@eim@127.0.0.1:1",
        "http://u:geh/1@eim@127.0.0.1:1",
        "http://u:1/geh@eim",
        "http://[geh",
        "http://geh:x",
    ],
)
def test_no_part_of_a_password_of_telegrams_address_is_said(monkeypatch, address):
    monkeypatch.setenv("TELEGRAM_API_URL", address)
    with pytest.raises(BadSettings) as failure:
        read_settings()
    assert "in a password write @ as %40" in str(failure.value)
    assert not re.search("geh|eim", str(failure.value))


@pytest.mark.parametrize("behind", ["bot4711:geheim", "bot4711%3ageheim/getMe", "?token=geheim", "#geheim"])
def test_a_token_in_telegrams_address_is_not_said(monkeypatch, behind):
    monkeypatch.setenv("TELEGRAM_API_URL", f"http://127.0.0.1:1/{behind}")
    with pytest.raises(BadSettings) as failure:
        read_settings()
    assert "the part before /bot" in str(failure.value)
    assert "geheim" not in str(failure.value)


def test_telegrams_address_is_told_without_its_password(monkeypatch):
    monkeypatch.setenv("TELEGRAM_API_URL", "http://u:geh%40eim@127.0.0.1:1")
    settings = read_settings()
    assert settings.shown_api_url == "http://127.0.0.1:1"
    assert {"geh%40eim", "geh@eim"} <= set(settings.secrets)
    with pytest.raises(TelegramTrouble) as failure:
        reach(settings.telegram_api_url, TOKEN)
    assert "geh" not in str(failure.value)


@pytest.mark.parametrize(("code_page", "shown"), [("cp1258", "M?t C?a"), ("ascii", "Một Cửa")])  # click's own way
def test_a_console_without_vietnamese_letters_gets_marks_and_a_sentence(monkeypatch, code_page, shown):
    monkeypatch.setattr(sys, "argv", ["main.py", "--help"])
    for stream in ("stdout", "stderr"):
        monkeypatch.setattr(sys, stream, TextIOWrapper(BytesIO(), encoding=code_page))
    with pytest.raises(SystemExit) as end:
        run_path(str(ROOT / "main.py"), run_name="__main__")
    out, err = (stream.buffer.getvalue().decode("utf-8") for stream in (sys.stdout, sys.stderr))
    assert end.value.code == 0
    assert shown in out
    assert f"This console ({code_page}) has no Vietnamese letters; set PYTHONUTF8=1." in err


def test_a_secret_in_a_wrong_address_is_never_shown(main):
    sentence = said(main("run", DATABASE_URL="postgresql+psycopg://u:hunter2@127.0.0.1:1/x"))
    assert "hunter2" not in sentence
    assert "does not answer" in sentence
