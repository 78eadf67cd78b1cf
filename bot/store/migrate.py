"""Alembic, for the one start in a while that finds an older database."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

__all__ = ["CommandError", "scripts", "upgrade"]


def scripts(connection: Connection) -> Config:
    """Alembic's configuration: our migrations, on this connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, to: str) -> None:
    """Raises CommandError."""
    command.upgrade(scripts(connection), to)
