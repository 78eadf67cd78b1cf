"""One process serves from an SQLite file: two would both poll and both answer everybody."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.store.database import DatabaseUnusable, sqlite_file


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Hold the file's lock; the system lets go of it with the process, however that ends. Raises DatabaseUnusable.

    On PostgreSQL replicas share their work, and nothing is held. The lock has a file of its own: the database's belong
    to SQLite, which loses them when anybody else closes the file.
    """
    if (file := sqlite_file(url)) is None or str(file) == ":memory:":
        yield
        return
    where = file.resolve()
    try:
        lock = os.open(where.with_name(f"{where.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise DatabaseUnusable(f"{where.parent} cannot be written to ({error.strerror}).") from None
    try:
        if not _taken(lock):
            raise DatabaseUnusable(
                f"Another process serves from {Path(where)} already; stop that one first. Several side by side need "
                "PostgreSQL in DATABASE_URL."
            )
        yield
    finally:
        os.close(lock)


if sys.platform == "win32":
    import msvcrt

    def _taken(lock: int) -> bool:
        try:
            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _taken(lock: int) -> bool:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
