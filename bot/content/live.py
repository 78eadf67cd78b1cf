"""The maintainers' files while the bot runs: what was saved since."""

from dataclasses import dataclass
from pathlib import Path

from bot.content.load import BrokenContent, Content, load
from bot.content.read import Problem

PATTERNS = (
    "knowledge/**/*.yaml",
    "knowledge/portal/*",
    "knowledge/*.tsv",
    "intents/*.yaml",
    "locales/*/LC_MESSAGES/*.po",
)

type Stamps = dict[str, tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What was saved: content to be used, or the problems that keep it from being used."""

    content: Content | None = None
    problems: tuple[Problem, ...] = ()


class LiveContent:
    """Looks at the files below `root`; what is learnt from their phrases is kept in `cache`."""

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
