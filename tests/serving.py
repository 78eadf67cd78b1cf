"""The whole Service, running as in production, and looks at it from outside."""

import asyncio
import socket
from contextlib import asynccontextmanager

import httpx

from bot.doors.trust import trusted
from bot.store import inbox
from tests.stage import settings, telegram
from tests.telegram_server import TelegramServer


@asynccontextmanager
async def serving(turns, server, live=None, **extra):
    stop = asyncio.Event()
    task = asyncio.create_task(telegram(settings(server, **extra), turns, live=live).run(stop))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


async def until(condition, task=None):
    """Wait for a condition, the way an outside observer would; give up after some thousand looks."""
    for _ in range(1500):
        if condition():
            return
        if task and task.done():
            await task
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def run(story):
    async def main():
        async with TelegramServer().running() as server:
            await story(server)
            assert server.violations == []

    asyncio.run(main())


def counted(database):
    with database.look() as connection:
        return inbox.count(connection)


async def alive(port, task):
    async with httpx.AsyncClient(verify=trusted()) as client:
        for _ in range(500):
            try:
                await client.get(f"http://127.0.0.1:{port}/healthz")
            except httpx.ConnectError:
                await asyncio.sleep(0.01)
                continue
            return
    await task
