"""`main.py` as a person at a keyboard meets it."""

import json

import pytest

import main as program
from tests.commands.conftest import process
from tests.conftest import ROOT
from tests.content.small import copy_small


@pytest.fixture
def home(tmp_path, house):
    return {"DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}"}


def test_piped_lines_are_answered_and_the_end_is_zero(home):
    lines = "em mới sinh con, cần giấy gì\nlệ phí bao nhiêu\nở phường Cống Vị thì ra đâu\n1\n"
    done = process("run", typed=lines, **home)
    assert done.returncode == 0
    assert "TELEGRAM_BOT_TOKEN" in done.stdout.splitlines()[0]
    papers, fee, place, chosen = done.stdout.split("\n> ")[1:]
    assert "Giấy chứng sinh" in papers
    assert "5.000" in fee
    assert "248 phố Kim Mã" in place
    assert "Phường Ngọc Hà" in chosen


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL is not a database address"),
        ({"DATABASE_URL": "sqlite:////no/where/x.db"}, "does not exist"),
        ({"TELEGRAM_BOT_TOKEN": "abc"}, "TELEGRAM_BOT_TOKEN is not usable"),
        ({"PORT": "http", "TELEGRAM_API_URL": "x"}, "PORT is not usable"),
    ],
)
def test_a_wrong_setting_gets_one_sentence(main, home, environment, sentence):
    done = main("run", **(home | environment))
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_every_wrong_setting_is_said_at_once(main, home):
    done = main("run", PORT="http", TELEGRAM_API_URL="x", **home)
    assert "PORT" in done.stderr
    assert "TELEGRAM_API_URL" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "run",
        "chat",
        "ask",
        "check",
        "schema",
        "new",
        "flips",
        "import",
        "backup",
        "restore",
        "invite",
        "revoke",
        "unanswered",
    ],
)
def test_every_command_has_help(main, command):
    done = main(command, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


def test_a_backup_from_the_command_line_and_back(main, home, tmp_path):
    main("chat", typed="/commune Thường Tín\n", **home)
    written = main("backup", str(tmp_path / "b.db"), **home)
    assert (written.returncode, written.stdout.endswith(" rows, 0 requests.\n")) == (0, True)
    again = main("backup", str(tmp_path / "b.db"), **home)
    assert (again.returncode, "exists already" in again.stderr) == (1, True)
    elsewhere = {"DATABASE_URL": f"sqlite:///{tmp_path / 'y.db'}"}
    assert main("restore", str(tmp_path / "b.db"), **elsewhere).stdout.endswith("0 requests are back.\n")
    refused = main("restore", str(tmp_path / "b.db"), **elsewhere)
    assert (refused.returncode, "--replace" in refused.stderr) == (1, True)


def test_ask_json_answers_a_line_with_a_line(main):
    lines = [
        "em mới sinh con, cần giấy gì",
        '{"text": "em mới sinh con, cần giấy gì", "chat": "a", "commune": "00008"}',
        '{"text": "ở đâu vậy", "chat": "a"}',
        '{"text": "ở đâu vậy", "chat": "b"}',
        '{"text": 5}',
        '{"text": "x", "commune": "99998"}',
        "{not json",
        '{"text": "hello", "language": "id"}',
    ]
    done = main("ask", "--json", typed="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, len(answers)) == (0, len(lines))
    first = answers[0]
    assert set(first) == {"text", "outcome", "procedures", "aspect", "aspects", "yes_no", "answer", "place", "language",
                          "reply", "ms", "second_tier"}  # fmt: skip
    assert (first["outcome"], first["aspect"], first["language"]) == ("answered", "documents", "vi")
    assert first["procedures"][0]["id"] == "dang-ky-khai-sinh"
    assert 1 < len(first["procedures"]) <= 5
    assert answers[2]["procedures"][0]["id"] == "dang-ky-khai-sinh"
    assert "Kim Mã" in answers[2]["reply"]
    assert answers[3]["outcome"] != "answered"
    assert "error" in answers[4]
    assert "error" in answers[5]
    assert answers[6]["text"] == "{not json"
    assert answers[7]["language"] == "id"


def test_ask_explains_which_words_decided(main):
    done = main("ask", "em mới sinh con, cần giấy gì")
    assert "1. dang-ky-khai-sinh" in done.stdout
    assert "nearest phrase" in done.stdout
    assert "Giấy chứng sinh" in done.stdout


def test_ask_without_a_message_says_how(main):
    done = main("ask")
    assert done.returncode == 2
    assert "--json" in done.stderr


def test_check_is_clean_and_counts(main, monkeypatch, examined):
    asked = []
    monkeypatch.setattr(
        program, "examine", lambda *what: asked.append(what) or examined
    )  # read by this process already
    done = main("check", LANG="C")
    ((root, _),) = asked
    assert root == ROOT
    assert (done.returncode, done.stderr) == (0, "")
    told = [line for line in done.stdout.splitlines() if "warning:" in line]
    assert all("which ends on" in line or "review was due" in line for line in told), told  # what the day brings


def test_check_exits_with_one_and_a_line_a_problem(main, tmp_path):
    file = copy_small(tmp_path) / "knowledge/contacts.yaml"
    intact = file.read_text(encoding="utf-8")
    file.write_text(
        intact.replace('number: "113"', 'number: "mot mot ba"').replace("fire:", "fire:\n  nmae: x"), encoding="utf-8"
    )
    done = main("check", str(tmp_path))
    assert done.returncode == 1
    assert len([line for line in done.stdout.splitlines() if line.startswith("knowledge/contacts.yaml:")]) == 2
