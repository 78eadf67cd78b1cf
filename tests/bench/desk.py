"""The desk's pages on PostgreSQL with a thousand requests in it and with a million; two hundred open desks."""

import asyncio
import time

import httpx
from sqlalchemy import text
from starlette.applications import Starlette

from bot.casework.signing_in import hash_of
from bot.content.load import load
from bot.conversation.scene import House
from bot.desk.codes import code_of
from bot.doors.web.desk.live import Live
from bot.doors.web.desk.routes import desk_routes
from bot.store.database import open_database
from bot.turn import Turns, utc_now
from tests.bench.growth import REQUESTS, SIZES
from tests.bench.setting import line
from tests.conftest import ROOT
from tests.postgres import Postgres, make_database

ROUNDS = 60
DESKS = 200
LIVE = 30
OFFICER, SECRET = "telegram:1", "a-session-of-the-bench-000"
MOST_MS, MOST_TIMES = 200, 1.5
WORDS = """
INSERT INTO messages (code, side, name, chat, message, kind, text, at)
SELECT 'MC-' || lpad((n / 3)::text, 7, '0'), CASE n % 3 WHEN 1 THEN 'staff' ELSE 'citizen' END, 'Dân',
       'telegram:' || n, n::text, 'text', 'giấy chứng sinh sai tên mẹ ' || n, now()
FROM generate_series(0, 3 * :size - 1) AS n
"""
EVENTS = """
INSERT INTO events (code, action, actor, actor_name, at, before, after, level, commune)
SELECT 'MC-' || lpad((n / 3)::text, 7, '0'), CASE n % 3 WHEN 0 THEN 'send' WHEN 1 THEN 'claim' ELSE 'answer' END,
       'telegram:' || n, 'Dân', now(), 'open', 'open', 'commune', (n / 3) % 3321
FROM generate_series(0, 3 * :size - 1) AS n
"""


def report() -> int:
    content = load(ROOT)
    house = House(knowledge=content.knowledge, catalogs=content.catalogs, engine=None)  # type: ignore[arg-type]
    server = Postgres(hasty=False)
    try:
        found = {size: _pages(server, size, house) for size in SIZES}
    finally:
        server.remove()
    small, large = found[SIZES[0]], found[SIZES[-1]]  # by page: the median, and what nineteen in twenty stay within
    print(
        f"\nthe desk: PostgreSQL, {SIZES[0]:,} to {SIZES[-1]:,} requests, nineteen in twenty of {ROUNDS} pages within"
    )
    for name in small:
        print(f"  {name:<44}" + "".join(f"{found[size][name][1]:9.1f} ms" for size in SIZES))
    missed = sum(
        line(f"{name}, times slower as a rule", large[name][0] / small[name][0], MOST_TIMES, "x", at_most=True)
        for name in small
    )
    missed += sum(line(f"{name}, the largest", large[name][1], MOST_MS, "ms", at_most=True) for name in small)
    return missed


def _pages(server: Postgres, size: int, house: House) -> dict[str, tuple[float, float]]:
    make_database(server.folder, f"desk{size}")
    database = open_database(server.url(f"desk{size}"))
    with database.change() as connection:
        for statement in (REQUESTS, WORDS, EVENTS):
            connection.execute(text(statement), {"size": size})
        for commune in (8, 4):  # every size has the same in these: what grows is the rest of the country
            connection.execute(text("UPDATE requests SET commune = 9 WHERE commune = :commune"), {"commune": commune})
        theirs = text("UPDATE requests SET commune = 8, status = CASE WHEN right(code, 1) = '0' THEN 'open' ELSE 'closed' END "
                      "WHERE code < 'MC-0000300'")  # fmt: skip
        connection.execute(theirs)
        for n in range(LIVE):  # such codes as people are given
            for table in ("requests", "messages", "events"):
                renamed = text(f"UPDATE {table} SET code = :new WHERE code = :old")  # noqa: S608
                connection.execute(renamed, {"new": code_of(n), "old": f"MC-{n * 10:07}"})
        now = utc_now()
        connection.execute(
            text("INSERT INTO staff (person, name, role, commune, province, since, answers) "
                 "VALUES (:person, 'Hoa', 'officer', 8, 1, :now, 9)"), {"person": OFFICER, "now": now},
        )  # fmt: skip
        connection.execute(
            text("INSERT INTO desk_sessions (hash, person, since, seen_at) VALUES (:hash, :person, :now, :now)"),
            [{"hash": hash_, "person": OFFICER, "now": now} for hash_ in (hash_of(SECRET), *map(str, range(DESKS)))],
        )
    with database._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    turns = Turns(database, house)
    found = asyncio.run(_asked(turns))
    found[f"a look for {DESKS} open desks"] = _look(turns, size)
    database.close()
    return found


async def _asked(turns: Turns) -> dict[str, tuple[float, float]]:
    live, over = Live(turns), asyncio.Event()
    app = Starlette(routes=desk_routes(turns, live=live))
    open_ = [asyncio.create_task(_listens(live, n)) for n in range(DESKS)]
    watching = asyncio.create_task(live.watch(over))
    paths = {
        "the lists": lambda _: "/ban",
        "searching for words": lambda n: f"/ban/tim?q=chung+sinh+{n}",
        "a conversation": lambda n: f"/ban/r/{code_of(n)}",
        "today": lambda _: "/ban/hom-nay",
    }
    found = {}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://desk", cookies={"desk": SECRET}
    ) as client:
        for name, path in paths.items():
            times = []
            for n in range(ROUNDS):
                began = time.perf_counter()
                page = await client.get(path(n % LIVE))
                times.append((time.perf_counter() - began) * 1000)
                assert page.status_code == 200, (name, page.status_code)
            found[f"{name}, {DESKS} desks open"] = _told(times)
    over.set()
    live.bus.close()
    await asyncio.gather(watching, *open_)
    return found


async def _listens(live: Live, number: int) -> None:
    """A desk that is open in a browser."""
    async for _ in live._events(str(number), [f"request/{code_of(number % LIVE)}", "commune/8"]):
        pass


def _look(turns: Turns, size: int) -> tuple[float, float]:
    """One look at the database a second serves them all; none of them holds a connection."""
    live = Live(turns)
    topics = [f"request/MC-{n * 50 % size:07}" for n in range(DESKS)] + [f"commune/{n}" for n in range(DESKS)]
    with live.bus.listening(*topics):
        live.look()
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            live.look()
            times.append((time.perf_counter() - began) * 1000)
    return _told(times)


def _told(times: list[float]) -> tuple[float, float]:
    return sorted(times)[len(times) // 2], sorted(times)[int(len(times) * 0.95)]
