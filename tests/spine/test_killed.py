"""A real process, killed with `kill -9` at bad moments, on the same database file."""

import asyncio
import os
import sys
from collections import Counter

import pytest
from sqlalchemy import text

from bot.store.database import open_database
from tests.cast import Person
from tests.conftest import ROOT
from tests.telegram_server import TOKEN, TelegramServer

CROWD = [Person(1000 + n, f"p{n}") for n in range(40)]


async def start(server, database_url):
    settings = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": server.url, "DATABASE_URL": database_url}
    environment = {**os.environ, **settings, "LOG_LEVEL": "ERROR", "WEBHOOK_URL": ""}
    return await asyncio.create_subprocess_exec(sys.executable, str(ROOT / "main.py"), "run", env=environment)


async def killed_once(server, database_url, condition):
    process = await start(server, database_url)
    await until(condition, process)
    process.kill()
    await process.wait()


async def until(condition, process):
    for _ in range(4000):
        if condition():
            return
        assert process.returncode is None, "the process ended by itself"
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen")


def sent(server):
    return sum(len(messages) for messages in server.sent.values())


def acknowledged(server):
    """Telegram has been told that updates arrived, and has forgotten them."""
    return any("offset" in fields for name, fields in server.calls if name == "getUpdates")


@pytest.mark.usefixtures("house")  # what the phrases teach has been learnt before the process needs it
def test_killed_twice_no_update_is_lost_and_none_acted_on_twice(database_url):
    async def story():
        async with TelegramServer().running() as server:
            await server.inject(*(person.says("/help") for person in CROWD))
            await killed_once(server, database_url, lambda: acknowledged(server))
            await killed_once(server, database_url, lambda: sent(server) >= 20)
            last = await start(server, database_url)
            # What the dead had claimed but not noted as sent is free, on PostgreSQL, when their leases are over.
            await until(lambda: rows(database_url, "SELECT state FROM outbox") == {("sent",): 40}, last)
            last.terminate()
            assert await asyncio.wait_for(last.wait(), 10) == 0
            assert server.violations == []

    asyncio.run(story())
    assert rows(database_url, "SELECT state FROM inbox") == {("done",): 40}
    # Decided once each; that a message in flight at the moment of death may go out again is Telegram's to bear.
    assert rows(database_url, "SELECT chat FROM outbox") == {(f"telegram:{person.id}",): 1 for person in CROWD}
    assert rows(database_url, "SELECT state FROM outbox") == {("sent",): 40}


def rows(database_url, query):
    database = open_database(database_url)
    with database.look() as connection:
        found = Counter(map(tuple, connection.execute(text(query))))
    database.close()
    return found
