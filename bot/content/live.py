"""The maintainers' files while the bot runs: what was saved since, and the engine that belongs to it."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from bot.content.learned import is_learned, load_engine, load_learned
from bot.content.load import BrokenContent, Content, load
from bot.content.read import Problem
from bot.understanding.engine import Engine

PATTERNS = ("knowledge/**/*.yaml", "intents/*.yaml", "locales/*/LC_MESSAGES/*.po")

type Stamps = dict[str, tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What was saved: content to be used, or the problems that keep it from being used."""

    content: Content | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """Content and the engine that belongs to it."""

    content: Content
    engine: Engine


class LiveContent:
    """Looks at the files below `root`; what was learnt is kept in `cache`."""

    def __init__(self, root: Path, cache: Path) -> None:
        self.root = root
        self.cache = cache
        self._seen = self._taken = stamps(root)

    def look(self) -> Saved | None:
        """What was saved since the last time; None where nothing was, or where somebody is saving just now."""
        before, self._seen = self._seen, stamps(self.root)
        if self._seen != before or self._seen == self._taken:
            return None
        self._taken = self._seen
        try:
            return Saved(content=load(self.root))
        except BrokenContent as error:
            return Saved(problems=tuple(error.problems))

    def learnt(self, content: Content) -> Learnt | None:
        """The content with its engine, None where its phrases are still to be learnt (`python -m bot.content.live`)."""
        if not is_learned(self.cache, content.intents):
            return None
        engine = load_engine(self.cache, content.intents, content.knowledge.gazetteer)
        return Learnt(content=content, engine=engine)

    def learning(self) -> list[str]:
        """The command of a process that learns the phrases as they stand: here it would slow down every answer."""
        return [sys.executable, "-m", "bot.content.live", str(self.root), str(self.cache)]


def stamps(root: Path) -> Stamps:
    """When each file was written and how long it is."""
    found = {}
    for pattern in PATTERNS:
        for path in root.glob(pattern):
            try:
                stat = path.stat()
            except OSError:
                continue  # taken away between the two looks
            found[str(path)] = (stat.st_mtime_ns, stat.st_size)
    return found


def learn_here(root: Path, cache: Path) -> None:
    """Learn what `root` holds into `cache`. Raises BrokenContent."""
    if hasattr(os, "nice"):  # not on Windows
        os.nice(10)
    intents = load(root).intents
    load_learned(cache, intents)


if __name__ == "__main__":
    try:
        learn_here(Path(sys.argv[1]), Path(sys.argv[2]))
    except BrokenContent:
        sys.exit(1)
