"""What every bench works on: the real content, loaded and indexed, with what that took."""

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.content.load import Content, load
from bot.kept import index, recall
from bot.learned import load_engine
from bot.understanding.engine import Engine

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "var" / "cache"


@dataclass(frozen=True)
class Setting:
    content: Content
    engine: Engine
    start_seconds: float  # until all is known and understood
    parse_seconds: float  # what PyYAML's C loader takes for the same files
    index_megabytes: float


def load_setting() -> Setting:
    index(ROOT, CACHE)
    content = load(ROOT)
    parsed = min(_seconds(_parse) for _ in range(3))
    started = min(_seconds(lambda: recall(ROOT, CACHE)) for _ in range(3))
    tracemalloc.start()
    engine = load_engine(CACHE, content.intents, content.knowledge.gazetteer)
    megabytes = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    return Setting(content, engine, started, parsed, megabytes)


def _parse() -> None:
    for pattern in ("intents/*.yaml", "knowledge/**/*.yaml"):
        for path in ROOT.glob(pattern):
            yaml.load(path.read_bytes(), yaml.CSafeLoader)


def _seconds(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def line(name: str, value: float, limit: float | None = None, unit: str = "", *, at_most: bool = False) -> int:
    """Print one figure beside its limit; 1 where it misses it."""
    held = limit is None or (value <= limit if at_most else value >= limit)
    sign = "" if limit is None else f"{'at most' if at_most else 'at least'} {limit:g}{unit}"
    print(f"  {name:<48}{value:>9.2f}{unit:<4}{sign:<20}{'' if held else 'MISSED'}")
    return 0 if held else 1
