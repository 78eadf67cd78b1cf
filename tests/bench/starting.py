"""From the command to the first question to Telegram, and the memory of a process that has nothing to do."""

import asyncio
import os
import sys
import tempfile
import time

import psutil

from bot.store.database import open_database
from tests.bench.setting import ROOT, line
from tests.chaos.ground import polled
from tests.telegram_server import TOKEN, TelegramServer

STARTS = 5
IDLE_SECONDS = 3


def report() -> int:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/start.db"
        open_database(url).close()
        found = [asyncio.run(_start(url)) for _ in range(STARTS)]
    seconds, megabytes = sorted(one for one, _ in found), max(one for _, one in found)
    print("\nstart: `main.py run` with all knowledge and communes")
    missed = line("start to ready, median of five", seconds[STARTS // 2], 1.5, "s", at_most=True)
    return missed + line("resident memory, idle", megabytes, 150, "MB", at_most=True)


async def _start(url: str) -> tuple[float, float]:
    async with TelegramServer().running() as server:
        known = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": server.url, "DATABASE_URL": url, "PORT": "0"}
        began = time.perf_counter()
        bot = await asyncio.create_subprocess_exec(
            sys.executable, str(ROOT / "main.py"), "run", env=os.environ | known, stderr=asyncio.subprocess.DEVNULL
        )
        await polled(server)
        taken = time.perf_counter() - began
        await asyncio.sleep(IDLE_SECONDS)
        resident = psutil.Process(bot.pid).memory_info().rss / 1024**2
        bot.terminate()
        await bot.wait()
        return taken, resident
