"""Open the database: one engine, migrated, with the settings that make a commit survive a power cut."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_WAIT_MS = 5_000
# The database is busy, restarting or away: the same work succeeds later.
PASSING_ERRORS = (OperationalError, InterfaceError, PoolTimeout)


# What other rooms call the connection inside `change()`; SQLAlchemy itself stays in this room.
type Transaction = Connection


class DatabaseUnusable(Exception):
    """The database cannot be used; the message is one sentence for the operator."""


class Database:
    """A migrated database. `change()` is one transaction; what raises inside it is undone."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def dialect(self) -> str:
        return self._engine.dialect.name

    @contextmanager
    def change(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
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
            own.autocommit = True
            try:
                yield own
            finally:
                own.autocommit = False

    def is_behind(self) -> bool:
        """Whether the database is older than this version. A newer one, migrated while we serve, only has more."""
        with self.look() as connection:
            at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        return at is None or (at != _head() and at in _known())

    def close(self) -> None:
        self._engine.dispose()


def open_database(url: str | URL) -> Database:
    """Connect, refuse a newer database, migrate an older one. Raises DatabaseUnusable."""
    with _explained(url):
        engine = _engine(url)
        with engine.connect() as connection:
            _refuse_newer(connection)
        _migrate(engine)
    return Database(engine)


def stands_at(url: str) -> tuple[str | None, str | None]:
    """A database's migration, None where it is new, and this version's; nothing is changed. Raises DatabaseUnusable."""
    with _explained(url):
        if (file := sqlite_file(url)) and file.parent.is_dir() and not file.exists():
            return None, _head()
        engine = _engine(url)
        try:
            with engine.connect() as connection:
                _refuse_newer(connection)
                return MigrationContext.configure(connection).get_current_revision(), _head()
        finally:
            engine.dispose()


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite address, None of any other."""
    try:
        address = make_url(url)
    except ArgumentError:
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


def _engine(url: str | URL) -> Engine:
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_pre_ping=True)
    if address.database and address.database != ":memory:":
        folder = Path(address.database).parent
        if not folder.is_dir():
            raise DatabaseUnusable(f"The folder {folder} for the database does not exist; create it.")
    engine = create_engine(address, connect_args={"timeout": LOCK_WAIT_MS / 1000, "autocommit": False})
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.autocommit = True
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={LOCK_WAIT_MS}",
        "secure_delete=ON",  # wiped words leave the file too
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.autocommit = False


def _scripts() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


@cache
def _head() -> str | None:
    return ScriptDirectory.from_config(_scripts()).get_current_head()


@cache
def _known() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory.from_config(_scripts()).walk_revisions())


def _refuse_newer(connection: Connection) -> None:
    at = MigrationContext.configure(connection).get_current_revision()
    if at is not None and at not in _known():
        raise DatabaseUnusable("The database was written by a newer version of Một Cửa; install that version.")


def _migrate(engine: Engine, to: str = "head") -> None:
    config = _scripts()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, to)
        except CommandError as error:
            raise DatabaseUnusable(f"The database cannot be migrated: {error}") from None


def _reason(url: str | URL, error: OperationalError) -> str:
    message = _first_line(error)
    where = make_url(url).render_as_string(hide_password=True)
    if "locked" in message:
        return f"The database {where} is locked by another process; stop that process and start again."
    if "unable to open" in message:
        return f"The database {where} cannot be opened; check that the folder exists and may be written to."
    return f"The database {where} does not answer: {message}"


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
