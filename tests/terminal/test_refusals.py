"""What an operator reads when the bot cannot serve: one sentence, and an exit that is not zero."""

import asyncio
import os
import socket
import sys

import pytest
from sqlalchemy import text

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
    return process.returncode, out.decode() + err.decode()


def said(outcome):
    """The one sentence of a run that ended in a refusal."""
    code, words = outcome
    assert code not in (0, None)
    assert "Traceback" not in words
    (sentence,) = [line for line in words.splitlines() if line.strip()]
    return sentence


@pytest.mark.usefixtures("house")  # what the phrases teach has been learnt before a process needs it
def test_each_refusal_is_one_sentence(tmp_path):
    wrong, withdrawn, taken = map(said, asyncio.run(refusals([f"sqlite:///{tmp_path / f'{n}.db'}" for n in range(3)])))
    assert "copy it again" in wrong
    assert "no longer accepts TELEGRAM_BOT_TOKEN" in withdrawn
    assert "127.0.0.1 cannot be used" in taken


async def refusals(urls):
    async with TelegramServer().running() as server:
        server.fail("getUpdates", 401, "Unauthorized")
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            known = {"telegram_bot_token": TOKEN, "telegram_api_url": server.url}
            hook = {"webhook_url": "http://127.0.0.1/hook", "port": str(other.getsockname()[1])}
            return await asyncio.gather(
                run(database_url=urls[0], **known | {"telegram_bot_token": "1:wrong"}),
                run(database_url=urls[1], **known),
                run(database_url=urls[2], **known, **hook),
            )


def test_a_newer_database_is_refused_before_anything_is_read(database, database_url):
    with database.change() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "newer version" in said(asyncio.run(run(database_url=database_url)))


def test_a_secret_in_a_wrong_address_is_never_shown():
    sentence = said(asyncio.run(run(database_url="postgresql+psycopg://u:hunter2@127.0.0.1:1/x")))
    assert "hunter2" not in sentence
    assert "does not answer" in sentence
