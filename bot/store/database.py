"""Open the database: one engine, migrated, with the settings that make a commit survive a power cut."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, inspect, make_url, select, text
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.store.tables import cursors

MIGRATIONS = Path(__file__).parent / "migrations" / "versions"
LOCK_WAIT_MS = 5_000
NEWER = "The database was written by a newer version of Một Cửa; install that version."
ODD_LETTERS = "DATABASE_URL is not usable: in a name or password write @ as %40, : as %3A, / as %2F and % as %25."
LOOK_AGAIN_SECONDS = 0.02
OTHERS = 0o077  # the rights of everybody but the owner
TURNS = 6  # waits for SQLite's one write lock, before a turn gives up for now
WRITES = {"writes": True}  # how a transaction that will write begins
LISTEN_SECONDS = 0.5
BELL = "motcua"
# What PostgreSQL calls internal errors and is none of ours: read only (after a failover), ended while idle.
PASSING_STATES = ("25006", "25P03", "25P04", "57P01", "57P02", "57P03", "57P05")
# The database is busy, restarting or away: the same work succeeds later.
PASSING_ERRORS = (OperationalError, InterfaceError, PoolTimeout)


# What other rooms call the connection inside `change()`; SQLAlchemy itself stays in this room.
type Transaction = Connection


class Lock(IntEnum):
    """What PostgreSQL's advisory locks are taken for, so that no two uses ever mean the same number."""

    MIGRATION = 0x4D43_0001
    CHAT = 0x4D43_0002
    DELIVERY = 0x4D43_0003
    NOTICES = 0x4D43_0004
    AUDIT = 0x4D43_0005
    BOOKINGS = 0x4D43_0006


class DatabaseUnusable(Exception):
    """The database cannot be used; the message is one sentence for the operator."""


class Database:
    """A migrated database. `change()` is one transaction; what raises inside it is undone."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(**WRITES)

    @property
    def dialect(self) -> str:
        return self._engine.dialect.name

    @property
    def shared(self) -> bool:
        """Whether several processes may work on it side by side; SQLite's file belongs to one."""
        return self.dialect == "postgresql"

    @contextmanager
    def change(self) -> Iterator[Connection]:
        """On SQLite it begins as a writer: a reader that turns writer is refused where another wrote meanwhile."""
        with self._writer.begin() as connection:
            yield connection

    @contextmanager
    def look(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A look at one moment, however long it takes. PostgreSQL; on SQLite every transaction is one."""
        with self._engine.connect() as connection:
            yield connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def raw(self) -> Iterator[sqlite3.Connection]:
        """SQLite's own connection, outside any transaction, for its backup."""
        with self._engine.connect() as connection:
            own = connection.connection.driver_connection
            assert isinstance(own, sqlite3.Connection)  # noqa: S101 - asked for on SQLite only
            yield own

    def empty_log(self) -> None:
        """SQLite's -wal keeps what was wiped from the file, until it is emptied. Nothing while somebody reads."""
        if not self.shared:
            with self.raw() as own:
                own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def is_behind(self) -> bool:
        """Whether the database is older than this version. A newer one, migrated while we serve, only has more."""
        with self.look() as connection:
            at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        return at is None or (at != head() and at in _known())

    def listen(self, heard: Callable[[], None], over: Callable[[], bool]) -> None:
        """Call `heard` whenever a process rings, until `over()` says so or there is no connection."""
        import psycopg  # loaded with the engine, where there is a PostgreSQL

        try:
            pooled = self._engine.raw_connection()
            own: Any = pooled.driver_connection
            pooled.detach()  # LISTEN would stay with a connection that goes back to the pool
            with closing(own):
                own.autocommit = True
                own.execute(f"LISTEN {BELL}")
                while not over():
                    for _ring in own.notifies(timeout=LISTEN_SECONDS, stop_after=1):
                        heard()
        except psycopg.Error:
            return

    def close(self) -> None:
        self._engine.dispose()


def ring(connection: Connection) -> None:
    """Wake the other processes once this transaction is committed."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_notify(BELL, "")))


def open_database(url: str | URL) -> Database:
    """Connect, refuse a newer database, migrate an older one. Raises DatabaseUnusable."""
    with _explained(url):
        engine = _engine(url)
        _in_turn(engine, _migrate)
    return Database(engine)


def make_fresh(url: str | URL, at: str) -> None:
    """Make an empty database as the version of that migration would have. Raises DatabaseUnusable."""
    if at not in _known():
        raise DatabaseUnusable(NEWER)
    with _explained(url):
        engine = _engine(url)
        _migrate(engine, at)
        engine.dispose()


def stands_at(url: str) -> tuple[str | None, str | None]:
    """A database's migration, None where it is new, and this version's; nothing is changed. Raises DatabaseUnusable."""
    with _explained(url):
        if (file := sqlite_file(url)) and file.parent.is_dir() and not file.exists():
            return None, head()
        engine = _engine(url)
        try:
            with engine.connect() as connection:
                return _revision(connection), head()
        finally:
            engine.dispose()


@contextmanager
def looked_into(url: str) -> Iterator[Connection | None]:
    """A database as it is, for whoever changes nothing; None where there is none yet. Raises DatabaseUnusable."""
    if (file := sqlite_file(url)) and not file.exists():
        yield None
        return
    with _explained(url):
        engine = _engine(url)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


def count_in(url: str, name: str) -> int:
    """What `inbox.add` has counted under a name; nothing is changed. Raises DatabaseUnusable."""
    with looked_into(url) as connection:
        query = select(cursors.c.value).where(cursors.c.name == name)
        return (connection.execute(query).scalar_one_or_none() or 0) if connection else 0


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite address, None of any other."""
    try:
        address = _address(url)
    except (ArgumentError, DatabaseUnusable):
        return None
    return Path(address.database) if address.get_backend_name() == "sqlite" and address.database else None


@contextmanager
def _explained(url: str | URL) -> Iterator[None]:
    """What can be the matter with a database, in one sentence each."""
    try:
        yield
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise DatabaseUnusable(f"DATABASE_URL is not a database address ({type(error).__name__}).") from None
    except ModuleNotFoundError as error:
        raise DatabaseUnusable(f"The driver of DATABASE_URL is not installed ({error.name}).") from None
    except OperationalError as error:
        raise DatabaseUnusable(_reason(url, error)) from None
    except DBAPIError as error:
        raise DatabaseUnusable(f"This is not a database of Một Cửa: {_first_line(error)}") from None


def _address(url: str | URL) -> URL:
    """The address, as others write it too. Raises DatabaseUnusable, without any part of a password."""
    if isinstance(url, URL):
        return url
    for written in ("postgres://", "postgresql://"):  # as hosts hand it out: the driver here is psycopg
        if url.startswith(written):
            url = f"postgresql+psycopg://{url.removeprefix(written)}"
    try:
        address = make_url(url)
    except ValueError:  # of what stands where the port should
        raise DatabaseUnusable(ODD_LETTERS) from None
    if "@" in (address.host or "") or (address.password is not None and "@" in (address.database or "")):
        raise DatabaseUnusable(ODD_LETTERS)
    return address


def _engine(url: str | URL) -> Engine:
    address = _address(url)
    if address.get_backend_name() != "sqlite":
        engine = create_engine(address, pool_pre_ping=True, hide_parameters=True)
        event.listen(engine, "handle_error", _as_passing, retval=True)
        return engine
    if address.database and address.database != ":memory:":
        folder = Path(address.database).parent
        if not folder.is_dir():
            raise DatabaseUnusable(f"The folder {folder} for the database does not exist; create it.")
        _for_the_owner_alone(Path(address.database))
    settings = {"timeout": LOCK_WAIT_MS / 1000, "isolation_level": None}
    engine = create_engine(address, connect_args=settings, hide_parameters=True)  # which are people's words
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _for_the_owner_alone(file: Path) -> None:
    """People's words are in it. What SQLite puts beside it has the file's own rights."""
    with suppress(OSError):  # another's file, or a folder: SQLite says what is the matter
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        for one in (file, *(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm", "-journal"))):
            if one.is_file() and one.stat().st_mode & OTHERS:
                one.chmod(0o600)


def _begin_sqlite(connection: Connection) -> None:
    """Whoever is to write waits its turn as long as `TURNS` waits take: SQLite's lock knows no queue."""
    own: Any = connection.connection.dbapi_connection  # asked itself, at a tenth of the price
    if not connection.get_execution_options().get("writes"):
        own.execute("BEGIN")
        return
    with suppress(sqlite3.OperationalError):
        own.execute("BEGIN IMMEDIATE")
        return
    for left in reversed(range(TURNS - 1)):
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        except OperationalError as error:
            if not left or "locked" not in _first_line(error):
                raise


def _as_passing(context: ExceptionContext) -> BaseException | None:
    """A server that is a standby just now, or ends what is idle, is away: the same work succeeds later."""
    error = context.original_exception
    if getattr(error, "sqlstate", None) not in PASSING_STATES:
        return None
    context.is_disconnect = True  # who is behind the next connection may be the first server again
    return OperationalError(context.statement, None, error)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={LOCK_WAIT_MS}",
        "secure_delete=ON",  # wiped words leave the file too
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def head() -> str:
    """The newest migration of this version."""
    return max(_known())


@cache
def _known() -> frozenset[str]:
    return frozenset(path.name.partition("_")[0] for path in MIGRATIONS.glob("[0-9]*.py"))


def _revision(connection: Connection) -> str | None:
    """The migration at which a database stands, None where it is new. Raises DatabaseUnusable where it is newer."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if at is not None and at not in _known():
        raise DatabaseUnusable(NEWER)
    return at


def _in_turn(engine: Engine, work: Callable[[Engine], None]) -> None:
    """Do `work`; where another process that starts holds SQLite's file, wait for it as for any lock."""
    until = time.monotonic() + LOCK_WAIT_MS / 1000
    while True:
        try:
            return work(engine)
        except Exception as error:
            engine.dispose()
            locked = isinstance(error, OperationalError) and "locked" in _first_line(error)
            if not locked or time.monotonic() > until:
                raise
            time.sleep(LOOK_AGAIN_SECONDS)


def _migrate(engine: Engine, to: str = "head") -> None:
    """One process at a time: whoever starts at the same moment waits, then finds everything done."""
    with engine.connect() as connection:
        if _revision(connection) == head():
            return  # as at nearly every start: no lock is needed to see that
    with engine.execution_options(**WRITES).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(int(Lock.MIGRATION))))
        if _revision(connection) == head():
            return
        from bot.store.migrate import CommandError, upgrade  # Alembic takes long to load, and is needed once

        try:
            upgrade(connection, to)
        except CommandError as error:
            raise DatabaseUnusable(f"The database cannot be migrated: {error}") from None


def _reason(url: str | URL, error: OperationalError) -> str:
    message = _first_line(error)
    where = _address(url).set(query={}).render_as_string(hide_password=True)  # a password may stand there, too
    if "locked" in message:
        return f"The database {where} is locked by another process; stop that process and start again."
    if "unable to open" in message:
        return f"The database {where} cannot be opened; check that the folder exists and may be written to."
    return f"The database {where} does not answer: {message}"


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
