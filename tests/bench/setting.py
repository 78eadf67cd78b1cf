"""What every bench works on: the real content, loaded and indexed, with what that took."""

import time
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

from bot.content.load import Content, load
from bot.learned import load_engine, load_learned
from bot.understanding.engine import Engine

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "var" / "cache"


@dataclass(frozen=True)
class Setting:
    content: Content
    engine: Engine
    load_seconds: float
    index_seconds: float
    index_megabytes: float


def load_setting() -> Setting:
    load_learned(CACHE, load(ROOT).intents)
    started = time.perf_counter()
    content = load(ROOT)
    loaded = time.perf_counter()
    engine = _index(content)
    indexed = time.perf_counter()
    tracemalloc.start()
    engine = _index(content)
    megabytes = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    return Setting(content, engine, loaded - started, indexed - loaded, megabytes)


def _index(content: Content) -> Engine:
    return load_engine(CACHE, content.intents, content.knowledge.gazetteer)


def line(name: str, value: float, limit: float | None = None, unit: str = "", *, at_most: bool = False) -> int:
    """Print one figure beside its limit; 1 where it misses it."""
    held = limit is None or (value <= limit if at_most else value >= limit)
    sign = "" if limit is None else f"{'at most' if at_most else 'at least'} {limit:g}{unit}"
    print(f"  {name:<48}{value:>9.2f}{unit:<4}{sign:<20}{'' if held else 'MISSED'}")
    return 0 if held else 1
