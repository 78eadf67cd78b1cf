"""A country's month: 3,321 communes, as many lines as asked for; seconds and memory of reckoning it."""

import datetime as dt
import random
import resource
import tempfile
import time
from pathlib import Path

from sqlalchemy import insert

from bot.casework.scorecard import measure
from bot.casework.unit_of_work import UnitOfWork
from bot.content.load import load
from bot.conversation.scene import House
from bot.measure.tally import month
from bot.store.database import open_database
from bot.store.tables import events, requests
from tests.bench.setting import line
from tests.conftest import ROOT

SIZES = (100_000, 1_000_000)
MOST_SECONDS, MOST_MORE = 60, 60
LINES_EACH = 6
AT_ONCE = 20_000
START = dt.datetime(2026, 11, 1, 17, tzinfo=dt.UTC)


def fill(database, communes, lines):
    """Requests of a month, each sent, claimed, answered, asked, added to and closed."""
    chance = random.Random(1)
    codes, happened = [], []
    for number in range(lines // LINES_EACH):
        code, commune = f"MC-{number:07X}", chance.choice(communes)
        at = START + dt.timedelta(minutes=chance.randrange(27 * 24 * 60))
        first, due = at + dt.timedelta(days=1), at + dt.timedelta(days=7)
        codes.append({"code": code, "citizen": "x", "name": "", "language": "vi", "commune": commune, "province": 1,
                      "kind": "question", "status": "closed", "opened_at": at, "moved_at": at,
                      "closed_at": at + dt.timedelta(days=4), "procedure": "dang-ky-khai-sinh"})  # fmt: skip
        for step, (action, after) in enumerate(
            (
                ("send", "open"),
                ("claim", "claimed"),
                ("answer", "answered"),
                ("ask", "asked"),
                ("add", "claimed"),
                ("close", "closed"),
            )
        ):
            happened.append({"code": code, "action": action, "actor": "x", "actor_name": "", "before": "open",
                             "at": at + dt.timedelta(hours=step * chance.randrange(1, 20)), "after": after,
                             "level": "commune", "commune": commune, "first_due": first, "due": due})  # fmt: skip
        if len(happened) >= AT_ONCE or number == lines // LINES_EACH - 1:
            with database.change() as connection:
                connection.execute(insert(requests), codes)
                connection.execute(insert(events), happened)
            codes, happened = [], []


def report() -> int:
    content = load(ROOT)
    house = House(knowledge=content.knowledge, catalogs=content.catalogs, engine=None)
    print("\nthe scorecard of a country's month, 3,321 communes, on SQLite")
    found = {lines: _measured(house, lines) for lines in SIZES}
    (_, few), (seconds, many) = found[SIZES[0]], found[SIZES[-1]]
    missed = line(f"{SIZES[-1]:,} lines", seconds, MOST_SECONDS, " s of a core", at_most=True)
    return missed + line("megabytes more than at a tenth of them", many - few, MOST_MORE, "MB", at_most=True)


def _measured(house, lines):
    """Seconds of a core, and megabytes more than before."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'bench.db'}")
        fill(database, sorted(house.knowledge.gazetteer.communes), lines)
        before, spent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        with database.look() as connection:
            found = measure(UnitOfWork(connection, house, START + dt.timedelta(days=40)), month("2026-11"))
        cpu = time.process_time() - spent
        database.close()
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"  {lines:>9,} lines, {len(found.places):,} communes: {cpu:.1f} s of a core, {more:.0f} MB more")
    return cpu, more
