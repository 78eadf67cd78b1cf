"""Backups: while the bot serves, one SQLite file, whatever database it is taken from; verified both ways."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Table, func, insert, select, text

from bot.store.database import Database, DatabaseUnusable, open_database
from bot.store.tables import metadata

PAGES = 500  # of SQLite, copied between two steps of the bar
ROWS = 500
BUSY_STEPS = 20  # a quarter of a second each
SQLITE_DONE = 101

type Progress = Callable[[float], None]  # told the part that is done, 0 to 1
type Counts = dict[str, int]


class BackupUnusable(Exception):
    """The file cannot be written or taken; the message is one sentence for the operator."""


def back_up(database: Database, file: Path, progress: Progress = lambda _: None) -> Counts:
    """Write everything as it is at this moment; the rows of each table. Raises BackupUnusable."""
    if file.exists():
        raise BackupUnusable(f"{file} exists already; a backup never takes another's place.")
    part = file.with_name(f"{file.name}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # people's words: for the owner alone
    except OSError as error:
        raise BackupUnusable(f"{part} cannot be written: {error.strerror}.") from None
    try:
        counts = _snapshot(database, part, progress)
        _settle(part)
        part.rename(file)
    except sqlite3.Error as error:
        raise BackupUnusable(f"{part} cannot be written: {error}.") from None
    finally:
        part.unlink(missing_ok=True)
    progress(1)
    return counts


def restore(database: Database, file: Path, progress: Progress = lambda _: None, *, replace: bool = False) -> Counts:
    """Put a backup's rows in place of all there are; rows by table. Raises BackupUnusable, DatabaseUnusable."""
    with database.look() as connection:
        if any(_count(connection).values()) and not replace:
            raise BackupUnusable("The database is not empty. Back it up, then restore with --replace.")
    with _migrated_copy(file) as copy:
        if database.dialect == "sqlite":
            _copy_pages(copy, database, progress)
        else:
            _copy_rows_back(copy, database, progress)
        with copy.look() as there, database.look() as here:
            wanted, found = _count(there), _count(here)
    if wanted != found:
        raise BackupUnusable("What was restored is not what the backup holds; restore again.")
    progress(1)
    return found


def verify(file: Path) -> None:
    """Whether a file is whole and a backup of this bot. Raises BackupUnusable."""
    if not file.is_file():
        raise BackupUnusable(f"There is no file {file}.")
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            said = connection.execute("PRAGMA integrity_check").fetchone()[0]
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError:
        raise BackupUnusable(f"{file} is not a backup of Một Cửa.") from None
    if said != "ok":
        raise BackupUnusable(f"{file} is damaged; take another backup.")


def _snapshot(database: Database, part: Path, progress: Progress) -> Counts:
    if database.dialect == "sqlite":
        with database.raw() as source, closing(sqlite3.connect(part)) as target:
            source.execute("BEGIN")  # the moment: what others write from here on is not seen
            source.execute("SELECT count(*) FROM alembic_version").fetchone()
            source.backup(target, pages=PAGES, progress=_steps(progress), sleep=0)
            source.execute("ROLLBACK")
    else:
        with closing(open_database(_address(part))) as target_, database.snapshot() as connection:
            _copy_rows(connection, target_, progress)
            wanted = _count(connection)
            with target_.look() as written:
                if _count(written) != wanted:
                    raise BackupUnusable("What was written is not what the database holds; nothing was kept.")
    with closing(open_database(_address(part))) as copy, copy.look() as connection:
        return _count(connection)


def _settle(part: Path) -> None:
    """One whole file, on the disk."""
    with closing(sqlite3.connect(part)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    verify(part)
    with part.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _migrated_copy(file: Path) -> Iterator[Database]:
    """The backup as this version would have written it; the file itself stays as it is."""
    verify(file)
    with tempfile.TemporaryDirectory(prefix="motcua-") as folder:
        copy = Path(shutil.copy(file, Path(folder) / "copy.db"))
        with closing(open_database(_address(copy))) as database:
            yield database


def _address(file: Path) -> URL:
    return URL.create("sqlite", database=str(file))


def _count(connection: Connection) -> Counts:
    return {
        table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
        for table in metadata.sorted_tables
    }


def _steps(progress: Progress) -> Callable[[int, int, int], None]:
    busy = 0

    def step(status: int, remaining: int, total: int) -> None:
        nonlocal busy
        busy = 0 if status in (sqlite3.SQLITE_OK, SQLITE_DONE) else busy + 1
        if busy > BUSY_STEPS:
            raise DatabaseUnusable("The database is in use; stop the bot and try again.")
        progress(1 - remaining / total if total else 1)

    return step


def _copy_pages(copy: Database, database: Database, progress: Progress) -> None:
    with copy.raw() as source, database.raw() as target:
        source.backup(target, pages=PAGES, progress=_steps(progress))


def _copy_rows(connection: Connection, target: Database, progress: Progress) -> None:
    """From PostgreSQL into a fresh SQLite file; rows that a migration put there are replaced."""
    with target.change() as written:
        for table, rows in _rows(connection, progress):
            written.execute(insert(table).prefix_with("OR REPLACE"), rows)
        for name, value in _sequences(connection).items():
            written.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name})
            written.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :value)"), {"name": name, "value": value})


def _copy_rows_back(copy: Database, database: Database, progress: Progress) -> None:
    """From an SQLite file into PostgreSQL, in one transaction: all or nothing, and nobody sees half of it."""
    with copy.look() as connection, database.change() as written:
        names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        written.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        for table, rows in _rows(connection, progress):
            written.execute(insert(table), rows)
        for name, value in connection.execute(text("SELECT name, seq FROM sqlite_sequence WHERE seq > 0")):
            if name in metadata.tables:
                set_ = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :value)")
                written.execute(set_, {"name": name, "value": value})


def _rows(connection: Connection, progress: Progress) -> Iterator[tuple[Table, list[dict[str, object]]]]:
    """Every row of every table, some at a time."""
    done, total = 0, sum(_count(connection).values())
    for table in metadata.sorted_tables:
        streamed = connection.execution_options(stream_results=True).execute(select(table))
        for rows in streamed.mappings().partitions(ROWS):
            yield table, [dict(row) for row in rows]
            done += len(rows)
            progress(done / max(done, total))


def _sequences(connection: Connection) -> Counts:
    """The highest number given in each table that numbers its rows: none is ever given again."""
    found = {}
    for table in metadata.sorted_tables:
        if table.dialect_options["sqlite"]["autoincrement"]:
            last = text("SELECT pg_sequence_last_value(pg_get_serial_sequence(:name, 'id'))")
            found[table.name] = int(connection.execute(last, {"name": table.name}).scalar_one_or_none() or 0)
    return found
