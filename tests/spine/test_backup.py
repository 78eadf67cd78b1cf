"""A backup holds everything of one moment, and comes back whole or not at all."""

import datetime as dt
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from bot.store import audit
from bot.store.backup import BackupUnusable, back_up, restore
from bot.store.database import DatabaseUnusable, head, make_fresh, open_database
from bot.store.tables import chats, cursors, metadata, outbox, requests
from tests.cast import HOA, LAN, MINH, NGOC_HA
from tests.conftest import ROOT
from tests.stage import played


def everything(database):
    with database.look() as connection:
        return {t.name: sorted(map(plainly, connection.execute(select(t)))) for t in metadata.sorted_tables}


def plainly(row):
    """PostgreSQL's driver has another name for UTC."""
    return repr(tuple(one.astimezone(dt.UTC) if isinstance(one, dt.datetime) else one for one in row))


@pytest.fixture(autouse=True)
def tables_made_once(request, monkeypatch, migrated):
    """A copy of what our migrations make, in all stories but one: run in each of seventy they show nothing more."""
    if request.node.originalname == "test_a_backup_moves_to_another_database_and_back":
        return

    def begun(url):
        file = Path(url.database)
        if not file.exists() or not file.stat().st_size:
            shutil.copyfile(migrated("sqlite"), file)

    def make_fresh_(url, at):
        return begun(url) if at == head() else make_fresh(url, at)

    monkeypatch.setattr("bot.store.backup.make_fresh", make_fresh_)
    monkeypatch.setattr("bot.store.backup.open_database", lambda url: begun(url) or open_database(url))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "a b?.db"


@played
async def test_what_was_lost_comes_back(play, database, file):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN)
    before = everything(database)
    counts = back_up(database, file)
    assert counts["requests"] == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with database.change() as connection:
        connection.execute(requests.delete())
        connection.execute(insert(cursors).values(name="later", value=1))
    assert restore(database, file, replace=True) == counts
    assert everything(database) == before
    await play.hears(NGOC_HA.hears(HOA, f"/claim {code}"))
    with database.look() as connection:
        assert connection.execute(select(requests.c.owner)).scalar_one() == f"telegram:{HOA.id}"


@played
async def test_a_backup_moves_to_another_database_and_back(play, database, tmp_path):
    """Also of the other kind: how a commune that began with SQLite goes on with PostgreSQL."""
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await play.asks(LAN)
    before = everything(database)
    back_up(database, tmp_path / "there.db")
    other = open_database(f"sqlite:///{tmp_path / 'other.db'}")
    restore(other, tmp_path / "there.db")
    assert everything(other) == before
    back_up(other, tmp_path / "back.db")
    other.close()
    with database.change() as connection:
        connection.execute(requests.delete())
    restore(database, tmp_path / "back.db", replace=True)
    assert everything(database) == before


def test_numbers_once_given_are_not_given_again(database, file, clock):
    row = {"chat": "telegram:1", "priority": 0, "state": "sent", "created_at": clock(), "not_before": clock()}
    with database.change() as connection:
        for _ in range(3):
            connection.execute(insert(outbox).values(**row))
        connection.execute(outbox.delete().where(outbox.c.id > 1))
    back_up(database, file)
    restore(database, file, replace=True)
    with database.change() as connection:
        assert connection.execute(insert(outbox).values(**row).returning(outbox.c.id)).scalar_one() == 4


def test_a_backup_is_a_database_of_its_own(database, file, clock):
    with database.change() as connection:
        connection.execute(insert(chats).values(chat="telegram:1", memory="{}", changed_at=clock()))
    back_up(database, file)
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(file.name)] == [file.name]
    plain = sqlite3.connect(file)
    assert plain.execute("SELECT chat FROM chats").fetchall() == [("telegram:1",)]
    assert plain.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    plain.close()


def test_while_others_write_the_backup_is_of_one_moment(database, database_url, file):
    """Each change adds to two tables; no backup may see one without the other."""
    stop, other = threading.Event(), open_database(database_url)

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            with other.change() as connection:
                connection.execute(insert(cursors).values(name=f"a{number}", value=1))
                connection.execute(text("UPDATE cursors SET value = value + 1 WHERE name = 'sum'"))

    with database.change() as connection:
        connection.execute(insert(cursors).values(name="sum", value=0))
    writer = threading.Thread(target=write)
    writer.start()
    for n in range(5):
        back_up(database, file.with_name(f"{n}.db"))
        with sqlite3.connect(file.with_name(f"{n}.db")) as copy:
            (rows,), (total,) = (
                copy.execute("SELECT count(*) - 1 FROM cursors").fetchone(),
                copy.execute("SELECT value FROM cursors WHERE name = 'sum'").fetchone(),
            )
        copy.close()
        assert rows == total
    stop.set()
    writer.join()
    other.close()


def test_no_backup_takes_the_place_of_another(database, file):
    file.write_bytes(b"yesterday")
    with pytest.raises(BackupUnusable, match="exists already"):
        back_up(database, file)
    assert file.read_bytes() == b"yesterday"


def test_where_it_cannot_be_written_nothing_is_left(database, tmp_path):
    with pytest.raises(BackupUnusable, match="No such file or directory"):
        back_up(database, tmp_path / "no" / "where.db")


def test_a_database_that_holds_something_is_not_replaced_by_accident(database, file):
    back_up(database, file)
    with database.change() as connection:
        connection.execute(insert(cursors).values(name="x", value=1))
    with pytest.raises(BackupUnusable, match="--replace"):
        restore(database, file)
    assert everything(database)["cursors"] == ["('x', 1)"]


def stranger(file):
    file.unlink()
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE chats (chat)")
    other.close()


def doubled(file):
    """A page of rows in the place of the next one: each can be read, and only looking at the whole shows it."""
    content = bytearray(file.read_bytes())
    pages = [slice(at, at + 4096) for at in range(4096, len(content), 4096)]
    rows = [page for page in pages if content[page.start] == 13 and b"x" * 200 in content[page]]
    content[rows[2]] = content[rows[1]]
    file.write_bytes(content)


DAMAGE = {
    "doubled": doubled,
    "cut": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "flipped": lambda file: file.write_bytes(file.read_bytes()[:40_000] + bytes(4096) + file.read_bytes()[44_096:]),
    "letter": lambda file: file.write_bytes(b"K\xc3\xadnh g\xe1\xbb\xadi"),
    "gone": lambda file: file.unlink(),
    "stranger": stranger,
}


def test_a_damaged_backup_changes_nothing(database, file, clock):
    with database.change() as connection:
        rows = [{"chat": f"telegram:{n}", "memory": "x" * 200, "changed_at": clock()} for n in range(500)]
        connection.execute(insert(chats), rows)
    before = everything(database)
    back_up(database, file)
    for what, damage in DAMAGE.items():
        damage(damaged := shutil.copy(file, file.with_name(f"{what}.db")))
        assert refused(database, damaged), what
        assert everything(database) == before, what


def refused(database, file):
    try:
        restore(database, file, replace=True)
    except BackupUnusable:
        return True
    return False


def test_a_backup_of_a_newer_version_is_refused(database, file):
    back_up(database, file)
    with sqlite3.connect(file) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    with pytest.raises(DatabaseUnusable, match="newer version"):
        restore(database, file)


def test_a_backup_of_an_older_version_is_brought_up_to_date(database, tmp_path):
    from bot.store.database import _engine, _migrate

    file = tmp_path / "old.db"
    engine = _engine(f"sqlite:///{file}")
    _migrate(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO cursors VALUES ('old', 7)"))
    engine.dispose()
    restore(database, file)
    assert everything(database)["cursors"] == ["('old', 7)"]
    assert not database.is_behind()


def test_the_bar_reaches_its_end(database, file):
    parts = []
    back_up(database, file, parts.append)
    assert parts[-1] == 1
    assert parts == sorted(parts)


HOSTILE = """
CREATE TRIGGER evil AFTER INSERT ON inbox BEGIN DELETE FROM audit; END;
CREATE VIEW evil_view AS SELECT * FROM chats;
CREATE TABLE evil_table (x);
DROP TRIGGER audit_no_delete;
ALTER TABLE chats ADD COLUMN evil TEXT DEFAULT 'x';
"""


def schema(database):
    listed = "SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"
    if database.dialect == "postgresql":
        listed = (
            "SELECT 'trigger', tgname, '' FROM pg_trigger WHERE NOT tgisinternal UNION ALL SELECT 'column', "
            "table_name || '.' || column_name, '' FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 2"
        )
    with database.look() as connection:
        return [tuple(row) for row in connection.execute(text(listed))]


def test_a_backup_brings_rows_and_nothing_else(database, file, clock):
    with database.change() as connection:
        connection.execute(insert(chats).values(chat="telegram:1", memory="{}", changed_at=clock()))
    before, rows = schema(database), everything(database)
    back_up(database, file)
    with sqlite3.connect(file) as hostile:
        hostile.executescript(HOSTILE)
    hostile.close()
    restore(database, file, replace=True)
    assert schema(database) == before
    assert everything(database) == rows


FOREIGN = {
    "a view in a table's place": "ALTER TABLE chats RENAME TO old; CREATE VIEW chats AS SELECT * FROM old",
    "no moment": "UPDATE chats SET changed_at = 'yesterday'",
    "no number": "INSERT INTO cursors VALUES ('x', 'seven')",
    "a missing table": "DROP TABLE floods",
    "a state that does not exist": "PRAGMA ignore_check_constraints = ON; UPDATE outbox SET state = 'evil'",
    "bytes": "UPDATE chats SET memory = x'ff00'",
}


def test_rows_that_do_not_fit_are_refused_whole(database, file, clock):
    with database.change() as connection:
        connection.execute(insert(chats).values(chat="telegram:1", memory="{}", changed_at=clock()))
        row = {"chat": "telegram:1", "priority": 0, "state": "sent", "created_at": clock(), "not_before": clock()}
        connection.execute(insert(outbox).values(**row))
    back_up(database, file)
    before = everything(database)
    for what, change in FOREIGN.items():
        hostile = sqlite3.connect(shutil.copy(file, file.with_name("foreign.db")))
        hostile.executescript(change)
        hostile.close()
        assert refused(database, file.with_name("foreign.db")), what
        assert everything(database) == before, what


def noted(database, clock, count=3):
    with database.change() as connection:
        for n in range(count):
            audit.note(connection, actor="telegram:21", action="look", subject=f"MC-{n}", now=clock())


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'nobody' WHERE id = 2", "DELETE FROM audit WHERE id = 2"])
def test_an_audit_log_that_was_changed_is_not_restored_unseen(database, file, clock, change):
    noted(database, clock)
    back_up(database, file)
    hostile = sqlite3.connect(file)
    hostile.executescript(f"DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; {change}")
    hostile.close()
    before = everything(database)
    with pytest.raises(BackupUnusable, match=r"Line \d of the audit log in .* was changed"):
        restore(database, file, replace=True)
    assert everything(database) == before
    restore(database, file, replace=True, tampered=True)
    assert everything(database)["audit"] != before["audit"]


def test_after_a_restore_the_audit_log_goes_on_and_nobody_may_change_it(database, file, clock):
    noted(database, clock)
    back_up(database, file)
    restore(database, file, replace=True)
    noted(database, clock)
    with database.look() as connection:
        assert audit.broken_at(connection) == (6, None)
    with pytest.raises(DBAPIError, match="only ever added to"), database.change() as connection:
        connection.execute(text("DELETE FROM audit"))


@pytest.mark.only_on("sqlite", "PostgreSQL keeps its own files")
def test_the_live_database_is_for_its_owner_alone(database, database_url, clock):
    file = Path(database_url.removeprefix("sqlite:///"))
    with database.change() as connection:
        connection.execute(insert(chats).values(chat="telegram:1", memory="{}", changed_at=clock()))
    for one in file.parent.glob("motcua.db*"):
        one.chmod(0o644)
    open_database(database_url).close()
    new = open_database(f"sqlite:///{file.parent / 'new.db'}")
    noted(new, clock)
    rights = {one.name: stat.S_IMODE(one.stat().st_mode) for one in file.parent.iterdir()}
    new.close()
    assert file.name in rights
    assert "new.db-wal" in rights
    assert set(rights.values()) == {0o600}


@pytest.mark.parametrize("kilobytes", [1, 120])
def test_a_full_disk_leaves_no_half_backup(database, database_url, file, clock, kilobytes):
    with database.change() as connection:
        for n in range(300):
            connection.execute(insert(chats).values(chat=f"telegram:{n}", memory="x" * 900, changed_at=clock()))

    def full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024))

    done = subprocess.run([sys.executable, "-c", BACK_UP, database_url, str(file)], cwd=ROOT, capture_output=True,
                          text=True, check=False, preexec_fn=full)  # fmt: skip
    assert "cannot be written: " in done.stdout, done
    assert [one.name for one in file.parent.iterdir() if one.name.startswith(file.name)] == []
    back_up(database, file)


BACK_UP = """
import sys
from pathlib import Path
from bot.store.backup import BackupUnusable, back_up
from bot.store.database import open_database
try:
    back_up(open_database(sys.argv[1]), Path(sys.argv[2]))
except BackupUnusable as error:
    print(error)
"""
