"""What else may break: a failover, a second process, hostile files, a long life, a full disk under a backup."""

import asyncio
import gc
import os
import shutil
import sys
from pathlib import Path

import psycopg

from bot.config import Settings
from bot.store.database import open_database
from bot.turn import Turns
from tests.cast import Person
from tests.chaos.crowd import Crowd, Ledger
from tests.chaos.faults import Seen, under_load
from tests.chaos.ground import StormyServer, ground, memory_peak, polled
from tests.conftest import ROOT
from tests.nowhere import answered_here
from tests.stage import begin, telegram
from tests.telegram_server import TOKEN

PARTS = ("bot", "knowledge", "intents", "locales")
BOMB = "a: &a [x]\n" + "".join(
    f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "an alias to itself": "x: &a [*a]\n",
    "an alias bomb": BOMB,
    "a well of brackets": "x: " + "[" * 300_000 + "\n",
    "a well of dashes": "- " * 300_000 + "x\n",
    "bytes": "\x00\x01\ufffe",
    "an unknown tag": "x: !!python/object/apply:os.system ['kill 1']\n",
    "two documents": "---\na: 1\n---\nb: 2\n",
}


async def failover(chance, seconds):
    """Who answers is a standby for a while: everything may be read, nothing written."""
    async with under_load("postgresql", chance) as (where, _, _, _, seen):
        await asyncio.sleep(1)
        bot = where.bots[0]
        await asyncio.to_thread(_read_only, where.postgres, "on")
        await asyncio.sleep(seconds)
        await asyncio.to_thread(_read_only, where.postgres, "off")
        seen.figures |= {"seconds": seconds, "allowed": 30}  # sent while nobody could note it
        await asyncio.sleep(1)
        died = bot.returncode is not None
    if died:
        seen.wrong.append("the process ended")
    return seen


def _read_only(postgres, how):
    with psycopg.connect(host=str(postgres.folder), user="motcua", dbname="postgres", autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {how}")
        connection.execute("SELECT pg_reload_conf()")


async def second_process(chance, times):
    """Somebody starts the bot again on the same SQLite file, in the middle of everything."""
    async with under_load("sqlite", chance) as (where, server, _, _, seen):
        codes = set()
        for _ in range(times):
            await asyncio.sleep(chance.uniform(0.2, 1.0))
            other = await where.starts(server)
            codes.add(await asyncio.wait_for(other.wait(), 60))
            where.bots.remove(other)
        said = (where.folder / "log").read_text().count("serves from")
        seen.figures |= {"times": times, "refused": said}
    if codes != {1} or said != times:
        seen.wrong.append(f"exits {codes}, {said} of {times} refused in a sentence")
    return seen


async def hostile_files(chance, rounds, most_megabytes=480):  # a container has 512
    """A maintainer's folder is filled with hostile files while people ask: each is refused, nobody notices."""
    async with ground("sqlite") as where, StormyServer().running() as server:
        house = where.folder / "house"
        await asyncio.to_thread(_copy_the_house, house)
        admin, stop = Person(77, "admin"), asyncio.Event()
        bot = await where.starts(server, root=house, ADMIN_CHAT_ID=str(admin.id))
        await polled(server)
        crowd, ledger = Crowd(server, chance, petitioners=0, a_second=3.0), Ledger(where.url)
        writing, told = asyncio.create_task(crowd.write(stop)), 0
        file = house / "knowledge" / "procedures" / "zz.yaml"
        for what in list(HOSTILE) * rounds:
            before = len(server.texts(admin.id))
            file.write_text(f"id: zz\n{HOSTILE[what]}", encoding="utf-8")
            told += await _told(server, admin, before, bot)
            before = len(server.texts(admin.id))
            file.unlink()
            await _told(server, admin, before, bot)
        stop.set()
        await writing
        await ledger.caught_up()
        ledger.close()
        wrong, repeats = crowd.said_wrong()
        figures = {"files": rounds * len(HOSTILE), "told": told, "peak_MB": round(memory_peak(bot)), "repeats": repeats}
        found = [f"{len(wrong)} chats out of order"] if wrong else []
        if told < rounds * len(HOSTILE):
            found.append(f"the administrators heard of {told} of {rounds * len(HOSTILE)} files")
        if memory_peak(bot) > most_megabytes:
            found.append(f"{memory_peak(bot):.0f} MB")
        return Seen(wrong=found, figures=figures)


def _copy_the_house(to):
    to.mkdir()
    shutil.copy(ROOT / "main.py", to)
    for part in PARTS:
        shutil.copytree(ROOT / part, to / part)
    shutil.copytree(ROOT / "var" / "cache", to / "var" / "cache")


async def _told(server, admin, before, bot, within=30):
    """Whether the administrators hear of something new."""
    for _ in range(within * 20):
        assert bot.returncode is None, "the process ended by itself"
        if len(server.texts(admin.id)) > before:
            return True
        await asyncio.sleep(0.05)
    return False


async def long_life(chance, kind, house, turns_taken, most_growth=25, batch=500):
    """Turn after turn within one process: what it holds in memory stays what it was after the first quarter."""
    async with ground(kind) as where:
        turns = Turns(open_database(where.url), house)
        service = answered_here(telegram(Settings(telegram_bot_token=TOKEN, telegram_api_url="http://x"), turns))
        await begin(service)
        stop, finished, delivering = asyncio.Event(), asyncio.Event(), asyncio.Event()
        service.worker.answered = delivering
        working = asyncio.create_task(service.worker.run(stop))
        sending = asyncio.create_task(service.doorways[0].delivery.run(delivering, finished))
        ledger, grown, taken = Ledger(where.url), [], 0
        words = ["/help", "em mới sinh con, cần giấy gì", "lệ phí bao nhiêu", "mất thẻ căn cước", "xyz abc", "/topics"]
        while taken < turns_taken:
            people = [Person(100_000 + taken + n, f"p{n}") for n in range(batch)]
            await service.doorways[0].intake.store(
                [{"update_id": taken + n + 1, **one.says(chance.choice(words))} for n, one in enumerate(people)]
            )
            taken += batch
            await ledger.quiet(taken)
            gc.collect()
            grown.append(_resident())
        stop.set()
        service.worker.arrived.set()
        await working
        finished.set()
        delivering.set()
        await sending
        ledger.close()
        service.threads.close()
        turns.database.close()
        growth = grown[-1] - grown[len(grown) // 4]
        wrong = [f"memory grew by {growth:.0f} MB"] if growth > most_growth else []
        return Seen(wrong=wrong, figures={"turns": taken, "MB": round(grown[-1]), "growth_MB": round(growth, 1)})


def _resident():
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


async def full_disk_under_a_backup(chance, kind, times):
    """Backups that find no room are refused in a sentence and leave nothing; the one with room is whole."""
    async with under_load(kind, chance) as (where, _, _, _, seen):
        await asyncio.sleep(2)
        wrong = []
        for n in range(times):
            kilobytes = chance.choice([1, 16, 48, 100])
            code, said = await _backs_up(where, where.folder / f"b{n}.db", kilobytes)
            if code != 1 or "cannot be written" not in said or "Traceback" in said:
                wrong.append(f"exit {code} with {kilobytes} KB: {said[-200:]}")
        if left := [one.name for one in where.folder.glob("b*.db*")]:
            wrong.append(f"left behind: {left}")
        code, said = await _backs_up(where, where.folder / "whole.db", 10**7)
        if code or "rows" not in said:
            wrong.append(f"the backup with room: {said[-200:]}")
        seen.figures |= {"refused": times}
    seen.wrong += wrong
    return seen


async def _backs_up(where, file, kilobytes):
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", f'ulimit -f {kilobytes}; exec "$0" main.py backup "$1"', sys.executable, str(file), cwd=ROOT,
        env=os.environ | {"DATABASE_URL": where.url}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), 120)
    return process.returncode, said.decode()
