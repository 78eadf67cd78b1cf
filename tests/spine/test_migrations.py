"""The tables come and go by migrations, on both databases, whoever starts at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from bot.store.database import _engine, head, open_database
from bot.store.migrate import scripts
from bot.store.tables import metadata

STARTERS = 6


def test_migrations_lead_to_the_tables_and_back(empty_url):
    engine = _engine(empty_url)
    with engine.begin() as connection:
        config = scripts(connection)
        assert ScriptDirectory.from_config(config).get_heads() == [head()]
        command.upgrade(config, "head")
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        command.downgrade(config, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
        command.upgrade(config, "head")
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_replicas_that_start_together_on_an_empty_database_all_come_up(empty_url):
    gate = threading.Barrier(STARTERS)

    def start(_number):
        gate.wait()
        open_database(empty_url).close()
        return True

    with ThreadPoolExecutor(STARTERS) as pool:
        assert list(pool.map(start, range(STARTERS))) == [True] * STARTERS
