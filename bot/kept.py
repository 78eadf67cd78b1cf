"""What is known and how it is understood, kept as it lies in memory: reading the files anew takes six times as long.

The name says of which files and which code it is, to the letter; whatever is changed is read anew.
`python -m bot.kept ROOT CACHE NICENESS` reads, learns and keeps what ROOT holds. That is done in a process of its own:
learning takes every moment of a core and hundreds of megabytes, and a process that answers should feel neither.
"""

import hashlib
import io
import os
import pickle
import sys
import zlib
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from glob import iglob
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

from bot.content.catalog import Catalogs
from bot.content.live import PATTERNS
from bot.content.load import BrokenContent, Knowledge, load
from bot.content.private import write_privately
from bot.content.uncollected import uncollected
from bot.learned import Progress, load_engine
from bot.understanding.engine import Engine

HERE = Path(__file__).parent
CODE = ("content/*.py", "understanding/*.py", "kept.py", "learned.py")
PACKAGES = ("pydantic", "vietnam-provinces")
KEPT = 2
# What may be made again from a file: our own records and these. Pickle would call whatever it is told to.
OURS = ("bot.content.", "bot.understanding.")
OTHERS = {
    ("array", "_array_reconstructor"),
    ("array", "array"),
    ("builtins", "frozenset"),
    ("builtins", "set"),
    ("datetime", "date"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("re", "_compile"),
}


@dataclass(frozen=True, kw_only=True)
class Indexed:
    """All that a conversation needs of the maintainers' files."""

    knowledge: Knowledge
    catalogs: Catalogs
    engine: Engine
    version: str = ""  # of all of it


def recall(root: Path, folder: Path) -> Indexed | None:
    """What `root` holds, where it was read before to the letter."""
    try:
        with uncollected():
            version = fingerprint(root)
            return replace(_opened(_path(folder, version).read_bytes()), version=version)
    except Exception:  # noqa: BLE001 - whatever such a file holds, the maintainers' own are read instead
        return None


def index(root: Path, folder: Path, progress: Progress = lambda _: None) -> Indexed:
    """Read `root` anew, learn where that is still to be done, and keep it in `folder`. Raises BrokenContent."""
    before = fingerprint(root)
    content = load(root)
    engine = load_engine(folder, content.intents, content.knowledge.gazetteer, progress)
    indexed = Indexed(knowledge=content.knowledge, catalogs=content.catalogs, engine=engine, version=before)
    if fingerprint(root) == before:  # else somebody saved meanwhile, and nobody knows which was read
        with suppress(OSError):  # a read-only machine reads its files at every start
            _keep(_path(folder, before), indexed)
    return indexed


def indexing(root: Path, folder: Path, *, niceness: int = 0) -> list[str]:
    """The command of a process that does so."""
    return [sys.executable, "-m", "bot.kept", str(root), str(folder), str(niceness)]


def fingerprint(root: Path) -> str:
    """Of all that decides what is kept."""
    digest = hashlib.sha256(sys.version.encode())
    for package in PACKAGES:
        digest.update(version(package).encode())
    for place, patterns in ((HERE, CODE), (root, PATTERNS)):
        # Not Path.glob: a thousand paths take it longer than reading them.
        found = (iglob(one, root_dir=place, recursive=True) for one in patterns)  # noqa: PTH207
        for name in sorted(chain.from_iterable(found)):
            raw = (place / name).read_bytes()
            digest.update(f"{name}\0{len(raw)}\0".encode() + raw)
    return digest.hexdigest()[:16]


def _path(folder: Path, name: str) -> Path:
    return folder / f"kept-{name}.pickle"


def _keep(path: Path, indexed: Indexed) -> None:
    raw = _pickled((indexed.knowledge, indexed.catalogs, indexed.engine))
    partial = path.with_suffix(f".{os.getpid()}.part")
    write_privately(partial, zlib.crc32(raw).to_bytes(4) + raw)
    partial.replace(path)
    kept = sorted(path.parent.glob("kept-*.pickle"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for old in kept[KEPT:]:
        old.unlink(missing_ok=True)


def _pickled(what: object) -> bytes:
    written = io.BytesIO()
    _AsMade(written, pickle.HIGHEST_PROTOCOL).dump(what)
    return written.getvalue()


class _AsMade(pickle.Pickler):
    def reducer_override(self, record: Any) -> Any:
        """A record with slots as the call that made it: its own way through a pickle takes six times as long."""
        if hasattr(record, "__slots__") and is_dataclass(record) and not isinstance(record, type):
            return type(record), tuple(getattr(record, field.name) for field in fields(record))
        return NotImplemented


def _opened(raw: bytes) -> Indexed:
    """Raises whatever it likes where it is not what was written."""
    if zlib.crc32(raw[4:]) != int.from_bytes(raw[:4]):
        raise ValueError("damaged")
    knowledge, catalogs, engine = _OnlyOurs(io.BytesIO(raw[4:])).load()
    return Indexed(knowledge=knowledge, catalogs=catalogs, engine=engine)


class _OnlyOurs(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> Any:
        found = super().find_class(module_name, global_name)
        ours = isinstance(found, type) and found.__module__.startswith(OURS)
        if ours or (module_name, global_name) in OTHERS:
            return found
        raise pickle.UnpicklingError(f"{module_name}.{global_name} is not ours")


if __name__ == "__main__":
    os.nice(int(sys.argv[3]))
    try:
        index(Path(sys.argv[1]), Path(sys.argv[2]))
    except BrokenContent:
        sys.exit(1)
