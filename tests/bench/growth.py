"""The queue's operations on PostgreSQL as it grows from a thousand requests to a million: none much slower."""

import time

from sqlalchemy import event, text

from bot.store import agenda, cases, outbox
from bot.store.database import Database, open_database
from bot.turn import utc_now
from tests.bench.setting import line
from tests.postgres import Postgres, make_database

SIZES = (1_000, 100_000, 1_000_000)
ROUNDS = 200
# Most requests have long been closed; one in fifty is live, one in ten has something on the agenda.
REQUESTS = """
INSERT INTO requests (code, citizen, name, language, commune, province, kind, subject, status, opened_at, moved_at)
SELECT 'MC-' || lpad(n::text, 7, '0'), 'telegram:' || n, 'Dân', 'vi', n % 3321, 1, 'question', repeat('x', 120),
       CASE WHEN n % 50 = 0 THEN 'open' ELSE 'closed' END, now() - n * interval '1 minute', now()
FROM generate_series(0, :size - 1) AS n
"""
AGENDA = """
INSERT INTO agenda (name, subject, at)
SELECT 'overdue:MC-' || lpad(n::text, 7, '0'), 'MC-' || lpad(n::text, 7, '0'), now() + (n + 60) * interval '1 minute'
FROM generate_series(0, :size - 1, 10) AS n
"""
SENT = """
INSERT INTO outbox (chat, priority, state, created_at, not_before, finished_at)
SELECT 'telegram:' || n, 0, 'sent', now(), now(), now() FROM generate_series(0, :size - 1) AS n
"""


def report() -> int:
    server = Postgres(hasty=False)
    try:
        found = {size: _operations(server, size) for size in SIZES}
    finally:
        server.remove()
    small, large = found[SIZES[0]], found[SIZES[-1]]
    print(f"\ngrowth: PostgreSQL, {SIZES[0]:,} to {SIZES[-1]:,} requests in 3,321 communes, median of {ROUNDS}")
    for name in small:
        print(f"  {name:<26}" + "".join(f"{found[size][name][0] * 1000:9.2f} ms" for size in SIZES))
    missed = sum(
        line(f"{name}, times slower", large[name][0] / small[name][0], 1.5, "x", at_most=True) for name in small
    )
    scans = {plan for _, plans in large.values() for plan in plans}
    for scan in scans:
        print(f"      read from end to end: {scan}")
    return missed + line("tables read from end to end at the largest", len(scans), 0, at_most=True)


def _operations(server: Postgres, size: int) -> dict[str, tuple[float, set[str]]]:
    make_database(server.folder, f"grown{size}")
    database = open_database(server.url(f"grown{size}"))
    with database.change() as connection:
        for statement in (REQUESTS, AGENDA, SENT):
            connection.execute(text(statement), {"size": size})
    with database._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    live = [n * 50 % size for n in range(ROUNDS)]
    codes = [f"MC-{n:07}" for n in live]
    now = utc_now()
    found = {
        "open": _each(database, lambda c, n: _open(c, size + n, now)),
        "claim": _each(database, lambda c, n: cases.change(c, codes[n], version=0, values={"owner": "telegram:1", "version": 1})),
        "list a queue": _each(database, lambda c, n: cases.of_communes(c, [live[n] % 3321])[:5]),
        "requests of a citizen": _each(database, lambda c, n: cases.of_citizen(c, f"telegram:{live[n]}", cases.LIVE)),
        "due work": _each(database, lambda c, _: agenda.due(c, now=now, limit=100)),
        "deliver": _each(database, lambda c, n: _deliver(c, n, now)),
    }  # fmt: skip
    database.close()
    return found


def _open(connection, n, now):
    values = {
        "code": f"MC-{n:07}", "citizen": f"telegram:{n}", "name": "Dân", "language": "vi", "commune": n % 3321, "province": 1,
        "kind": "question", "status": "open", "opened_at": now, "moved_at": now, "subject": "x" * 120,
    }  # fmt: skip
    cases.add(connection, values)
    agenda.plan(connection, values["code"], {"overdue": now.replace(year=now.year + 1)})


def _deliver(connection, n, now):
    outbox.put(connection, chat=f"telegram:{n}", payload="{}", now=now)
    for message in outbox.due(connection, "telegram", now=now, limit=10):
        outbox.sent(connection, [message], now=now)


def _each(database: Database, operation) -> tuple[float, set[str]]:
    """The median of the seconds, committed; and the tables that PostgreSQL would read from end to end."""
    plans: set[str] = set()

    def planned(_connection, cursor, statement, parameters, _context, _many):
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE")):
            cursor.execute("EXPLAIN " + statement, parameters)
            plans.update(line[0].strip() for line in cursor.fetchall() if "Seq Scan" in line[0])

    event.listen(database._engine, "before_cursor_execute", planned)
    with database.change() as connection:
        operation(connection, ROUNDS - 1)
    event.remove(database._engine, "before_cursor_execute", planned)
    times = []
    for n in range(ROUNDS - 1):
        began = time.perf_counter()
        with database.change() as connection:
            operation(connection, n)
        times.append(time.perf_counter() - began)
    return sorted(times)[len(times) // 2], plans
