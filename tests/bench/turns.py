"""Turns a second, end to end without the network, beside a floor of hand-written SQL; one process and two.

A turn: update JSON in → stored → read by python-telegram-bot → understood → reply in the outbox → delivered within this
process. The floor writes and commits the same rows (inbox in, inbox done, memory, outbox in, outbox sent) with sqlite3
and nothing else, in three transactions a turn, with the same settings. Ours shares transactions where many come at once;
what hand-written SQL would gain by that is printed beside.
"""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

from bot.conversation.scene import House
from bot.conversation.visit import Kind, Visit
from bot.service.worker import TOGETHER as SHARING
from bot.store import outbox
from bot.store.database import open_database
from bot.store.inbox import Receipt, keep
from bot.turn import Turns
from tests.bench import profile
from tests.bench.pipeline import QUESTION, answered, updates_of
from tests.bench.setting import ROOT, Setting, line
from tests.postgres import Postgres

TURNS = 2_000
TOGETHER = 4_000  # for processes side by side: long enough that beginning and end do not count
PROFILED = 200
A_SECOND, FOR_LATENCY = 50, 300


def report(setting: Setting) -> int:
    house = House(knowledge=setting.content.knowledge, catalogs=setting.content.catalogs, engine=setting.engine)
    with tempfile.TemporaryDirectory() as folder:
        missed = _on_sqlite(house, Path(folder))
    return missed + _on_postgresql()


def _on_sqlite(house: House, folder: Path) -> int:
    ours = _rate(house, folder / "ours.db")
    written = _written(house, folder / "one.db")
    floor = _floor(folder / "floor.db", *written)
    lowest = _floor(folder / "lowest.db", *written, together=SHARING)
    waits = _waits(house, folder / "waits.db")
    print("\nturns: SQLite, synchronous=FULL, the whole service in one process")
    missed = line("turns a second", ours)
    line("hand-written SQL, the same rows, a second", floor)
    missed += line("of that floor", 100 * ours / floor, 60, "%")
    line(f"hand-written SQL with {SHARING} turns in each transaction", lowest)
    line(f"update to reply at {A_SECOND} a second, p50", waits[len(waits) // 2] * 1000, unit="ms")
    line(f"update to reply at {A_SECOND} a second, p99", waits[int(len(waits) * 0.99)] * 1000, unit="ms")
    _profile(house, folder / "profile.db")
    return missed


def _profile(house: House, path: Path) -> None:
    turns = Turns(open_database(f"sqlite:///{path}"), house)
    asyncio.run(answered(turns, updates_of(PROFILED, 20)))
    with mock.patch("bot.service.threads.Threads.run", _here):  # the profiler sees one thread
        profile.told(answered(turns, updates_of(0, PROFILED)), PROFILED)
    turns.database.close()


async def _here(_threads, function, *args, **kwargs):
    await asyncio.sleep(0)  # others go on meanwhile, as they do while a thread works
    return function(*args, **kwargs)


def _rate(house: House, path: Path) -> float:
    turns = Turns(open_database(f"sqlite:///{path}"), house)
    asyncio.run(answered(turns, updates_of(TURNS, 40)))
    seconds, _ = asyncio.run(answered(turns, updates_of(0, TURNS)))
    turns.database.close()
    return TURNS / seconds


def _waits(house: House, path: Path) -> list[float]:
    turns = Turns(open_database(f"sqlite:///{path}"), house)
    _, waits = asyncio.run(answered(turns, updates_of(0, FOR_LATENCY), A_SECOND))
    turns.database.close()
    return waits


def _written(house: House, path: Path) -> tuple[str, str, str]:
    """The texts that one turn writes: the update, the memory, the reply."""
    turns = Turns(open_database(f"sqlite:///{path}"), house)
    raw = json.dumps(updates_of(0, 1)[0])
    receipt = Receipt(source="telegram", number=1)
    with turns.database.change() as connection:
        keep(connection, receipt, chat="telegram:10000", raw=raw, now=turns.clock())
    turns.take(Visit(chat="telegram:10000", kind=Kind.TEXT, text=QUESTION), receipt)
    with turns.database.look() as connection:
        (message,) = outbox.due(connection, "telegram", now=turns.clock(), limit=9)
        memory = connection.exec_driver_sql("SELECT memory FROM chats").scalar_one()
    turns.database.close()
    return raw, memory, message.payload


def _floor(path: Path, raw: str, memory: str, payload: str, *, together: int = 1) -> float:
    """The same rows, written and committed by hand, so many turns in each transaction."""
    open_database(f"sqlite:///{path}").close()
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    started = time.perf_counter()
    for first in range(0, TURNS, together):
        numbers = range(first, min(first + together, TURNS))
        connection.execute("BEGIN IMMEDIATE")
        for n in numbers:
            connection.execute(
                "INSERT INTO inbox (source, number, chat, state, received_at, raw) "
                "VALUES ('telegram', ?, ?, 'waiting', '2026-11-23 02:00:00', ?)",
                (n, f"telegram:{n}", raw),
            )
        connection.execute("COMMIT")
        connection.execute("BEGIN IMMEDIATE")
        rows = []
        for n in numbers:
            connection.execute(
                "UPDATE inbox SET state = 'done', raw = NULL, finished_at = '2026-11-23' WHERE number = ?", (n,)
            )
            connection.execute(
                "INSERT INTO chats (chat, memory, changed_at) VALUES (?, ?, '2026-11-23') "
                "ON CONFLICT (chat) DO UPDATE SET memory = excluded.memory",
                (f"telegram:{n}", memory),
            )
            put = connection.execute(
                "INSERT INTO outbox (chat, priority, state, payload, created_at, not_before) "
                "VALUES (?, 0, 'waiting', ?, '2026-11-23', '2026-11-23')",
                (f"telegram:{n}", payload),
            )
            rows.append(put.lastrowid)
        connection.execute("COMMIT")
        connection.execute("BEGIN IMMEDIATE")
        for row in rows:
            connection.execute("UPDATE outbox SET state = 'sent', payload = NULL WHERE id = ?", (row,))
        connection.execute("COMMIT")
    total = time.perf_counter() - started
    connection.close()
    return TURNS / total


def _on_postgresql() -> int:
    """The same by one process and by two, on a server that waits for its disk."""
    server = Postgres(hasty=False)
    try:
        open_database(server.url("postgres")).close()
        one, busy_by_one = _together(server.url("postgres"), 1, first=0)
        two, busy_by_two = _together(server.url("postgres"), 2, first=TOGETHER)
    finally:
        server.remove()
    print(
        f"\nturns: PostgreSQL, fsync on, processes that each run the whole service; {os.cpu_count()} cores with its server"
    )
    missed = line("turns a second, one process", one)
    line("turns a second, two processes", two)
    missed += line("two processes, times one", two / one, 1.6, "x")
    line("cores busy with one process and the server", busy_by_one)
    line("cores busy with two processes and the server", busy_by_two)
    line("what all cores could do at most, times one", (os.cpu_count() or 1) / busy_by_one, unit="x")
    return missed


def _busy() -> float:
    """Seconds that the cores of this machine have worked so far. Linux."""
    user, nice, system, _idle, _waiting, *rest = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


def _together(url: str, count: int, first: int) -> tuple[float, float]:
    """Turns a second, and how many cores were busy with them."""
    share = TOGETHER // count
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.pipeline", url, str(first + n * share), str(share)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(count)
    ]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    busy, began = _busy(), time.perf_counter()
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    seconds = max(float(worker.stdout.readline()) for worker in workers)
    busy = (_busy() - busy) / (time.perf_counter() - began)
    for worker in workers:
        worker.communicate()
    return count * share / seconds, busy
