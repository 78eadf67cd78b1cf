"""Turns a second, end to end without the network, beside a floor of hand-written SQL; the queue as it grows.

A turn: update JSON in → stored → read by python-telegram-bot's classes → understood → reply in the outbox → delivered
in process. The floor writes and commits the same rows (inbox in, inbox done, memory, outbox in, outbox sent) with
sqlite3 and nothing else, in the same number of transactions.
"""

import datetime as dt
import json
import sqlite3
import tempfile
import time
from pathlib import Path

from sqlalchemy import insert, text
from telegram import Update

from bot.chat.inbound import chat_of, visit_of
from bot.conversation.scene import House
from bot.store import agenda, cases, inbox, outbox
from bot.store.database import Database, open_database
from bot.store.inbox import Receipt
from bot.store.tables import requests
from bot.turn import Turns, reply_of
from tests.bench.setting import Setting, line
from tests.cast import Person

TURNS = 400
SIZES = (1_000, 100_000)
NOW = dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)
DURABLE_ENGINE = 50  # turns a second: the upper end of what general durable-workflow engines were measured at here


def report(setting: Setting) -> int:
    house = House(knowledge=setting.content.knowledge, catalogs=setting.content.catalogs, engine=setting.engine)
    with tempfile.TemporaryDirectory() as folder:
        ours, times = _ours(house, Path(folder) / "ours.db")
        floor = _floor(Path(folder) / "floor.db")
        print("\nturns: SQLite, synchronous=FULL, one process")
        missed = line("turns a second", ours)
        missed += line("of the floor of hand-written SQL", 100 * ours / floor, 60, "%")
        missed += line("a general durable-workflow engine, times", ours / DURABLE_ENGINE, 6, "x")
        line("p50 of a turn", times[len(times) // 2], unit="ms")
        line("p99 of a turn", times[int(len(times) * 0.99)], unit="ms")
        return missed + _growth(Path(folder))


def _ours(house: House, path: Path) -> tuple[float, list[float]]:
    turns = Turns(open_database(f"sqlite:///{path}"), house)
    people = [Person(1000 + n, "Dân") for n in range(40)]
    raws = [{"update_id": n, **people[n % 40].says("em mới sinh con, cần giấy gì")} for n in range(TURNS + 20)]
    for raw in raws[:20]:
        _turn(turns, raw)
    times, started = [], time.perf_counter()
    for raw in raws[20:]:
        began = time.perf_counter()
        _turn(turns, raw)
        times.append((time.perf_counter() - began) * 1000)
    total = time.perf_counter() - started
    turns.database.close()
    return TURNS / total, sorted(times)


def _turn(turns: Turns, raw: dict) -> None:
    now, receipt = turns.clock(), Receipt(source="telegram", number=raw["update_id"])
    with turns.database.change() as connection:
        inbox.keep(connection, receipt, chat=chat_of(raw), raw=json.dumps(raw), now=now)
    visit = visit_of(Update.de_json(raw, None))
    turns.take(visit, receipt)
    with turns.database.change() as connection:
        for parcel in outbox.due(connection, "telegram", now=turns.clock(), limit=10):
            reply_of(parcel.payload)
            outbox.sent(connection, parcel, now=turns.clock())


def _floor(path: Path) -> float:
    """The same rows, written and committed by hand."""
    open_database(f"sqlite:///{path}").close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    raw, payload, memory = "x" * 400, "y" * 4000, "z" * 400
    started = time.perf_counter()
    for n in range(TURNS):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "INSERT INTO inbox (source, number, chat, state, received_at, raw) VALUES ('telegram', ?, ?, 'waiting', ?, ?)",
            (n, f"telegram:{n % 40}", "2026-11-23 02:00:00", raw),
        )
        connection.execute("COMMIT")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "UPDATE inbox SET state = 'done', raw = NULL, finished_at = '2026-11-23' WHERE number = ?", (n,)
        )
        connection.execute(
            "INSERT INTO chats (chat, memory, changed_at) VALUES (?, ?, '2026-11-23') "
            "ON CONFLICT (chat) DO UPDATE SET memory = excluded.memory",
            (f"telegram:{n % 40}", memory),
        )
        row = connection.execute(
            "INSERT INTO outbox (chat, priority, state, payload, created_at, not_before) "
            "VALUES (?, 0, 'waiting', ?, '2026-11-23', '2026-11-23')",
            (f"telegram:{n % 40}", payload),
        )
        connection.execute("COMMIT")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE outbox SET state = 'sent', payload = NULL WHERE id = ?", (row.lastrowid,))
        connection.execute("COMMIT")
    total = time.perf_counter() - started
    connection.close()
    return TURNS / total


def _growth(folder: Path) -> int:
    """The queue's operations in a small and a large database: none much slower."""
    small, large = (_operations(folder / f"{size}.db", size) for size in SIZES)
    print(f"\ngrowth: SQLite, {SIZES[0]:,} and {SIZES[1]:,} requests in 3,321 communes")
    return sum(line(f"{name}, times slower", large[name] / small[name], 1.5, "x", at_most=True) for name in small)


def _operations(path: Path, size: int) -> dict[str, float]:
    database = open_database(f"sqlite:///{path}")
    with database.change() as connection:
        for start in range(0, size, 5_000):
            rows = [_request(n) for n in range(start, min(size, start + 5_000))]
            connection.execute(insert(requests), rows)
        for n in range(0, size, 10):
            agenda.plan(connection, f"MC-{n:06}", {"overdue": NOW + dt.timedelta(minutes=n + 1)})
        connection.execute(text("ANALYZE"))
    found = {
        "find by code": _each(database, lambda c, n: cases.find(c, f"MC-{n * 7 % size:06}")),
        "queue of a commune": _each(database, lambda c, n: cases.of_communes(c, [n * 31 % 3321])[:5]),
        "place in the queue": _each(database, lambda c, n: cases.place_in_queue(c, n * 31 % 3321, NOW)),
        "requests of a citizen": _each(
            database, lambda c, n: cases.of_citizen(c, f"telegram:{n * 7 % size}", cases.LIVE)
        ),
        "work that is due": _each(database, lambda c, _: agenda.due(c, now=NOW, limit=100)),
        "change (claim)": _each(
            database, lambda c, n: cases.change(c, f"MC-{n * 7 % size:06}", version=0, values={"owner": "x"})
        ),
    }
    database.close()
    return found


def _request(n: int) -> dict:
    live = n % 50 == 0  # most have long been closed
    return {
        "code": f"MC-{n:06}", "citizen": f"telegram:{n}", "name": "Dân", "language": "vi", "commune": n % 3321, "province": 1,
        "kind": "question", "status": "open" if live else "closed", "opened_at": NOW - dt.timedelta(minutes=n),
        "moved_at": NOW - dt.timedelta(minutes=n), "subject": "x" * 120,
    }  # fmt: skip


def _each(database: Database, operation, rounds: int = 300) -> float:
    times = []
    for n in range(rounds):
        began = time.perf_counter()
        with database.change() as connection:
            operation(connection, n)
        times.append(time.perf_counter() - began)
    return sorted(times)[rounds // 2]
