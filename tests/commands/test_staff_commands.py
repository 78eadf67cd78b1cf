"""The administrator at the keyboard: inviting, revoking, looking at what found no answer."""

import datetime as dt
import hashlib
import json
import shutil
import threading

import pytest

from bot.store import audit, cases, people, questions
from bot.store.database import open_database

NOW = dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)


@pytest.fixture
def at(tmp_path, migrated):
    return {"DATABASE_URL": f"sqlite:///{shutil.copy(migrated('sqlite'), tmp_path / 'motcua.db')}"}


@pytest.mark.parametrize("commune", ["8", "00008"])
def test_the_code_stands_alone_on_the_last_line_and_only_its_hash_is_kept(main, at, commune):
    done = main("invite", "--commune", commune, "--role", "officer", **at)
    assert done.returncode == 0
    code = done.stdout.splitlines()[-1]
    assert code.isalnum()
    assert len(code) == 20
    database = open_database(at["DATABASE_URL"])
    with database.look() as connection:
        hashes = [row[0] for row in connection.exec_driver_sql("SELECT hash FROM invitations")]
    assert hashes == [hashlib.sha256(code.encode()).hexdigest()]
    database.close()


@pytest.mark.parametrize(
    "wrong", [("99999", "officer"), ("abc", "officer"), ("8", "king"), ("-8", "officer"), ("8" * 50, "leader")]
)
def test_a_wrong_invitation_is_one_sentence(main, at, wrong):
    done = main("invite", "--commune", wrong[0], "--role", wrong[1], **at)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_revoking_ends_every_post(main, at):
    database = open_database(at["DATABASE_URL"])
    with database.change() as connection:
        people.appoint(connection, person="telegram:21", name="Hoa", role="officer", commune=8, province=1, now=NOW)
    assert "1 post(s) ended" in main("revoke", "21", **at).stdout
    assert main("revoke", "21", **at).returncode == 1
    with database.look() as connection:
        assert people.posts(connection, "telegram:21") == []
    database.close()


def test_unanswered_questions_are_counted_in_groups(main, at):
    database = open_database(at["DATABASE_URL"])
    with database.change() as connection:
        for n in range(3):
            questions.keep(connection, text=f"xe buýt số {n} mấy giờ", commune=None, language="vi", outcome="no_match",
                           procedure=None, now=dt.datetime.now(dt.UTC))  # fmt: skip
    database.close()
    done = main("unanswered", **at)
    assert done.stdout.split()[:2] == ["3", "-"]


def test_the_audit_log_is_verified_at_the_keyboard(main, at):
    database = open_database(at["DATABASE_URL"])
    with database.change() as connection:
        audit.note(connection, actor="telegram:21", action="look", subject="MC-X", now=NOW)
        audit.note(connection, actor="telegram:21", action="look", subject="MC-Y", now=NOW)
    assert main("audit", "verify", **at).stdout.startswith("2 lines, each as it was written")
    with database.change() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql("UPDATE audit SET actor = 'nobody' WHERE id = 2")
    database.close()
    done = main("audit", "verify", **at)
    assert (done.returncode, "line 2" in done.stderr) == (1, True)


def test_revoking_waits_its_turn_beside_a_busy_bot(main, at):
    """The bot writes one transaction after another; whoever reads first and writes then would be refused at once."""
    database, busy, over = open_database(at["DATABASE_URL"]), open_database(at["DATABASE_URL"]), threading.Event()

    def serve():
        while not over.is_set():
            with busy.change() as connection:
                questions.keep(connection, text="x", commune=None, language="vi", outcome="no_match", procedure=None,
                               now=NOW)  # fmt: skip

    for n in range(12):
        with database.change() as connection:
            people.appoint(connection, person=f"telegram:{n}", name="x", role="officer", commune=8, province=1, now=NOW)
    bot = threading.Thread(target=serve)
    bot.start()
    try:
        done = [main("revoke", str(n), **at) for n in range(12)]
    finally:
        over.set()
        bot.join()
    assert [one.stdout for one in done] == ["1 post(s) ended.\n"] * 12
    with database.look() as connection:
        assert [people.posts(connection, f"telegram:{n}") for n in range(12)] == [[]] * 12
    database.close()
    busy.close()


@pytest.mark.parametrize(("more", "begins"), [((), "Phường Ngọc Hà 2026-11"), (("--csv",), "month,commune,indicator")])
def test_the_scorecard_is_printed_of_an_empty_queue_too(main, at, more, begins):
    done = main("scorecard", "--commune", "00008", "--month", "2026-11", *more, **at)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(begins)


def test_the_scorecard_carries_what_each_number_is_and_how_to_find_it(main, at):
    database = open_database(at["DATABASE_URL"])
    promised = {"commune": 8, "first_due": NOW + dt.timedelta(hours=9), "due": NOW + dt.timedelta(days=7)}
    with database.change() as connection:
        cases.add(connection, {"code": "MC-AAAA-22", "citizen": "telegram:11", "name": "Lan", "language": "vi", "commune": 8,
                               "province": 1, "kind": "question", "status": "open", "opened_at": NOW,
                               "moved_at": NOW})  # fmt: skip
        for action, hours, after in (("send", 0, "open"), ("claim", 1, "claimed"), ("answer", 3, "answered")):
            cases.happened(connection, "MC-AAAA-22", {
                "action": action, "actor": "telegram:21", "actor_name": "Hoa", "at": NOW + dt.timedelta(hours=hours),
                "before": "open", "after": after, "level": "commune", **promised})  # fmt: skip
    told = json.loads(main("scorecard", "--commune", "8", "--month", "2026-11", "--json", **at).stdout)
    assert (told["commune"], told["month"]) == ("00008", "2026-11")
    found = {one["key"]: one for one in told["indicators"]}
    assert (found["first_kept"]["value"], found["first_kept"]["of"], found["first_kept"]["share"]) == (1, 1, None)
    assert found["median"]["value"] == 3  # from nine to noon
    for one in found.values():
        assert one["definition"].endswith(".")
        assert len(one["name"]) > 3
    with database.look() as connection:
        assert connection.exec_driver_sql(found["first_kept"]["query"]).all() == [(1, 1)]
    database.close()


@pytest.mark.parametrize("wrong", [("99999", "2026-11"), ("8", "2026-13"), ("8", "November")])
def test_a_wrong_scorecard_is_one_sentence(main, at, wrong):
    done = main("scorecard", "--commune", wrong[0], "--month", wrong[1], **at)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
