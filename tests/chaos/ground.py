"""Real processes, real databases, and a Bot API whose weather changes."""

import asyncio
import os
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from tests.conftest import ROOT
from tests.postgres import Postgres
from tests.telegram_server import TOKEN, TelegramServer

DRAIN_SECONDS = 10


class StormyServer(TelegramServer):
    """`storm(answer, method, fields, request)` decides what becomes of each request while it is set."""

    def __init__(self):
        super().__init__()
        self.storm = None

    async def _answer(self, method, token, fields, files, request):
        async def answer():
            return await TelegramServer._answer(self, method, token, fields, files, request)

        return await (self.storm(answer, method, fields, request) if self.storm else answer())


class Ground:
    """A database of one kind, and the bots on it."""

    def __init__(self, url, folder, postgres=None):
        self.url, self.folder, self.postgres = url, Path(folder), postgres
        self.bots = []

    async def starts(self, server, root=ROOT, **settings):
        known = {
            "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": server.url, "DATABASE_URL": self.url, "WEBHOOK_URL": "",
            "FLOOD_PERSON_A_MINUTE": "0", "FLOOD_EVERYONE_A_MINUTE": "0", "LOG_LEVEL": "WARNING", "PORT": "0",
        }  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            bot = await asyncio.create_subprocess_exec(
                sys.executable,
                str(root / "main.py"),
                "run",
                cwd=root,
                stderr=log,
                stdout=log,
                env=os.environ | known | settings,
            )
        self.bots.append(bot)
        return bot

    async def kills(self, bot):
        bot.kill()
        await bot.wait()
        self.bots.remove(bot)

    async def ends(self, bot):
        """As a service manager does; the seconds it took, and its exit."""
        began = time.monotonic()
        bot.terminate()
        code = await asyncio.wait_for(bot.wait(), DRAIN_SECONDS + 5)
        self.bots.remove(bot)
        return time.monotonic() - began, code


@asynccontextmanager
async def ground(kind):
    """On PostgreSQL a server of its own that loses nothing it has confirmed."""
    with tempfile.TemporaryDirectory() as folder:
        postgres = Postgres(hasty=False) if kind == "postgresql" else None
        where = Ground(postgres.url("postgres") if postgres else f"sqlite:///{folder}/chaos.db", folder, postgres)
        try:
            yield where
        finally:
            for bot in list(where.bots):
                await where.kills(bot)
            if postgres:
                postgres.remove()


async def polled(server, after=0):
    """Until somebody asks for updates: the bot is up."""
    while sum(name == "getUpdates" for name, _ in server.calls) <= after:
        await asyncio.sleep(0.01)


def memory_peak(bot):
    """The most resident memory a process has had, in MB."""
    status = Path(f"/proc/{bot.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def refusal(status, description, **parameters):
    body = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
    return web.json_response(body, status=status)
