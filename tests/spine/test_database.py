"""Which databases are opened, and what is said of the others."""

import sqlite3

import pytest
from sqlalchemy import text

from bot.store.database import Database, DatabaseUnusable, _engine, open_database


def test_a_second_process_may_use_the_same_database(database, database_url):
    other = open_database(database_url)
    with other.change() as connection:
        connection.execute(text("INSERT INTO cursors VALUES ('x', 1)"))
    with database.look() as connection:
        assert connection.execute(text("SELECT value FROM cursors")).scalar_one() == 1
    other.close()


@pytest.mark.only_on("sqlite", "PostgreSQL does this unless told otherwise")
def test_a_commit_is_on_the_disk_before_it_returns(database):
    with database.look() as connection:
        pragmas = {name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
                   for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")}  # fmt: skip
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}


def fail_after_writing(database):
    with database.change() as connection:
        connection.execute(text("INSERT INTO cursors VALUES ('x', 1)"))
        raise ZeroDivisionError


def test_what_raises_inside_a_change_is_undone(database):
    with pytest.raises(ZeroDivisionError):
        fail_after_writing(database)
    with database.look() as connection:
        assert connection.execute(text("SELECT count(*) FROM cursors")).scalar_one() == 0


def test_a_locked_database_is_said_to_be_locked(tmp_path, monkeypatch):
    monkeypatch.setattr("bot.store.database.LOCK_WAIT_MS", 20)
    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseUnusable, match="locked by another process"):
        open_database(f"sqlite:///{tmp_path / 'x.db'}")
    other.close()


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path):
    letter = tmp_path / "letter.txt"
    letter.write_text("Kính gửi Ủy ban nhân dân phường, " * 50)
    with pytest.raises(DatabaseUnusable, match="not a database"):
        open_database(f"sqlite:///{letter}")
    assert letter.read_text().startswith("Kính gửi")


def test_a_folder_is_no_database(tmp_path):
    with pytest.raises(DatabaseUnusable, match="cannot be opened"):
        open_database(f"sqlite:///{tmp_path}")


def test_a_refused_newer_database_keeps_what_is_in_it(database, database_url):
    with database.change() as connection:
        connection.execute(text("INSERT INTO cursors VALUES ('x', 1)"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnusable, match="newer version"):
        open_database(database_url)
    with database.look() as connection:
        assert connection.execute(text("SELECT value FROM cursors")).scalar_one() == 1
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"


def test_listening_to_a_database_that_is_away_ends_and_is_tried_again_later():
    away = Database(_engine("postgresql+psycopg://motcua@127.0.0.1:1/motcua"))
    heard = []
    assert away.listen(lambda: heard.append(1), lambda: False) is None
    assert heard == []
