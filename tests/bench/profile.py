"""Where the time of a turn goes, by what it is spent in: what limits turns a second."""

import asyncio
import cProfile
import pstats
from collections import Counter

SHOWN = 8
PARTS = {
    "sqlalchemy": "SQLAlchemy",
    "telegram": "python-telegram-bot",
    "pydantic": "pydantic",
    "bot/understanding": "understanding",
    "bot/conversation": "conversation",
    "bot/casework": "casework",
    "bot/store": "store",
    "asyncio": "asyncio and threads",
    "concurrent": "asyncio and threads",
    "threading": "asyncio and threads",
}


def told(work, turns: int) -> None:
    """Run `work`, a coroutine, in this thread alone, and print its parts. The profiler makes all of it slower."""
    profile = cProfile.Profile()
    profile.runcall(asyncio.run, work)
    spent: Counter[str] = Counter()
    for (path, _, name), (_, _, own, _, _) in pstats.Stats(profile).stats.items():
        spent[_part(path, name)] += own
    total = sum(spent.values())
    print(f"  a turn, profiled over {turns} ({total / turns * 1000:.1f} ms with the profiler):")
    for part, seconds in spent.most_common(SHOWN):
        print(f"    {part:<40}{seconds / turns * 1000:6.2f} ms {100 * seconds / total:5.1f} %")


def _part(path: str, name: str) -> str:
    if "commit' of 'sqlite3" in name:
        return "SQLite: commit, waiting for the disk"
    if "sqlite3" in name:
        return "SQLite: statements"
    if "poll' of 'select" in name:
        return "waiting for the other thread"
    return next((part for sign, part in PARTS.items() if sign in path), "everything else")
