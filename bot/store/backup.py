"""Backups: while the bot serves, one SQLite file, whatever database it is taken from; verified both ways."""

import datetime as dt
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.store import audit
from bot.store.database import Database, DatabaseUnusable, make_fresh, open_database
from bot.store.tables import UtcTime, metadata

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
    except (sqlite3.Error, SQLAlchemyError, DatabaseUnusable, OSError) as error:
        raise BackupUnusable(f"{part} cannot be written: {_reason(error)}.") from None
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            part.with_name(f"{part.name}{end}").unlink(missing_ok=True)
    progress(1)
    return counts


def _reason(error: Exception) -> str:
    """What an error says, without statements and values."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    said = error.orig if isinstance(error, DBAPIError) else error
    return str(said).partition("\n")[0].rstrip(".")


def restore(
    database: Database,
    file: Path,
    progress: Progress = lambda _: None,
    *,
    replace: bool = False,
    tampered: bool = False,
) -> Counts:
    """Put a backup's rows in place of all there are; rows by table. Raises BackupUnusable, DatabaseUnusable.

    An audit log that somebody changed is taken only where `tampered` says that it is known.
    """
    with database.look() as connection:
        if any(_count(connection).values()) and not replace:
            raise BackupUnusable("The database is not empty. Back it up, then restore with --replace.")
    with _rows_of_ours(file) as copy:
        with copy.look() as there:
            wanted, end = _count(there), _chain(there, str(file), tampered=tampered)
        if database.dialect == "sqlite":
            _copy_pages(copy, database, progress)
        else:
            _copy_rows_back(copy, database, progress)
    with database.look() as here:
        found = _count(here)
        if wanted != found or _chain(here, "the database", tampered=tampered) != end:
            raise BackupUnusable("What was restored is not what the backup holds; restore again.")
    progress(1)
    return found


def _chain(connection: Connection, where: str, *, tampered: bool) -> str:
    """The hash of an audit log's last line. Raises BackupUnusable where a line is not as it was written."""
    _, broken = audit.broken_at(connection)
    if broken is not None and not tampered:
        raise BackupUnusable(
            f"Line {broken} of the audit log in {where} was changed, or lines before it were removed. "
            "Find out by whom; --tampered restores it all the same."
        )
    return audit.last(connection)


def verify(file: Path) -> None:
    """Whether a file is whole and a backup of this bot. Raises BackupUnusable."""
    if not file.is_file():
        raise BackupUnusable(f"There is no file {file}.")
    try:
        with _reading(file) as connection:
            said = connection.execute("PRAGMA integrity_check").fetchone()[0]
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError:
        raise BackupUnusable(f"{file} is not a backup of Một Cửa.") from None
    if said != "ok":
        raise BackupUnusable(f"{file} is damaged; take another backup.")


@contextmanager
def _reading(file: Path) -> Iterator[sqlite3.Connection]:
    """A file that anybody may have written: nothing of its schema is run."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema=OFF")
        yield connection


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
def _rows_of_ours(file: Path) -> Iterator[Database]:
    """The backup's rows in tables that our own migrations made: no trigger, view or schema of the file comes along."""
    verify(file)
    with tempfile.TemporaryDirectory(prefix="motcua-") as folder:
        copy = Path(folder) / "copy.db"
        with _reading(file) as source:
            (at,) = source.execute("SELECT version_num FROM alembic_version").fetchone() or (None,)
            make_fresh(_address(copy), str(at))
            try:
                with closing(sqlite3.connect(copy)) as target, target:
                    _fill(source, target)
            except (sqlite3.Error, OverflowError):
                raise BackupUnusable(f"{file} holds rows that are none of Một Cửa's; nothing was restored.") from None
        with closing(open_database(_address(copy))) as database:
            if odd := _odd(database):
                raise BackupUnusable(f"{file}: what stands in {odd} is not what belongs there; nothing was restored.")
            yield database


def _fill(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """By column. Raises sqlite3.Error where a table is missing, is no plain table, or a row does not fit."""
    plain = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'"
    theirs = {name for (name,) in source.execute(plain)}
    for (table,) in target.execute(plain).fetchall():
        if table in ("alembic_version", "sqlite_sequence"):
            continue
        if table not in theirs:
            raise sqlite3.DatabaseError(table)
        columns = [column[1] for column in target.execute(f'PRAGMA table_info("{table}")')]
        names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        rows = source.execute(f'SELECT {names} FROM main."{table}"')  # noqa: S608 - names of our own tables
        target.executemany(f'INSERT OR REPLACE INTO "{table}" ({names}) VALUES ({marks})', rows)  # noqa: S608
        _go_on_numbering(source, target, table)


def _go_on_numbering(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> None:
    """Numbers once given are not given again."""
    for (last,) in source.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = ?", [table]).fetchall():
        if isinstance(last, int) and target.execute("SELECT 1 FROM sqlite_sequence WHERE name = ?", [table]).fetchone():
            target.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", [last, table])
        elif isinstance(last, int):
            target.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", [table, last])


def _odd(database: Database) -> str:
    """The first column that holds something of another kind than it is for: SQLite would take anything."""
    with database.look() as connection:
        try:
            for table, rows in _rows(connection, lambda _: None):
                for column in table.columns:
                    kind = dt.datetime if isinstance(column.type, UtcTime) else column.type.python_type
                    if any(row[column.name] is not None and type(row[column.name]) is not kind for row in rows):
                        return f"{table.name}.{column.name}"
        except (ValueError, TypeError):  # no moment, no number
            return "a column of times"
    return ""


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
