"""From the command to the first question to Telegram, and the memory of a process that has nothing to do."""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable

import psutil

from bot.store.database import open_database
from tests.bench.setting import ROOT, line
from tests.chaos.ground import polled
from tests.telegram_server import TOKEN, TelegramServer

STARTS = 5
IDLE_SECONDS = 3
LIBRARIES = "jinja2, numpy, pydantic_settings, rapidfuzz, sqlalchemy, starlette.applications, telegram, uvicorn"


def report() -> int:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/start.db"
        open_database(url).close()
        found = [asyncio.run(_start(url)) for _ in range(STARTS)]
        bare = [asyncio.run(_bare()) for _ in range(STARTS)]
    seconds, megabytes = _median(one for one, _ in found), _median(one for _, one in found)
    print("\nstart: `main.py run` with all knowledge and communes, beside a process that imports the same libraries")
    line("start to ready", seconds, unit="s")
    missed = line(
        "start to ready, times the bare process's", seconds / _median(one for one, _ in bare), 3, "x", at_most=True
    )
    line("resident memory, idle", megabytes, unit="MB")
    ratio = megabytes / _median(one for _, one in bare)
    return missed + line("resident memory, times the bare process's", ratio, 1.8, "x", at_most=True)


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


async def _bare() -> tuple[float, float]:
    """Seconds and megabytes of the libraries alone, in which everything is served."""
    began = time.perf_counter()
    waits = f"import {LIBRARIES}; print(flush=True); input()"
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", waits, stdin=pipe, stdout=pipe)
    assert process.stdout
    await process.stdout.readline()
    taken, resident = time.perf_counter() - began, psutil.Process(process.pid).memory_info().rss / 1024**2
    await process.communicate(b"\n")
    return taken, resident


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
