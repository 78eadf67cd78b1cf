"""`main.py` as a person at a keyboard meets it."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT


def main(*arguments, typed="", **environment):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TELEGRAM")} | environment
    return subprocess.run(
        [sys.executable, "main.py", *arguments],
        cwd=ROOT, input=typed, capture_output=True, text=True, timeout=120, env=environment, check=False,
    )  # fmt: skip


@pytest.fixture
def home(tmp_path, house):
    return {"DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}"}


def test_piped_lines_are_answered_and_the_end_is_zero(home):
    lines = "em mới sinh con, cần giấy gì\nlệ phí bao nhiêu\nở phường Cống Vị thì ra đâu\n1\n"
    done = main("run", typed=lines, **home)
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
def test_a_wrong_setting_gets_one_sentence(home, environment, sentence):
    done = main("run", **(home | environment))
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_every_wrong_setting_is_said_at_once(home):
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
def test_every_command_has_help(command):
    done = main(command, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


def test_a_backup_from_the_command_line_and_back(home, tmp_path):
    main("chat", typed="/commune Thường Tín\n", **home)
    written = main("backup", str(tmp_path / "b.db"), **home)
    assert (written.returncode, written.stdout.endswith(" rows, 0 requests.\n")) == (0, True)
    again = main("backup", str(tmp_path / "b.db"), **home)
    assert (again.returncode, "exists already" in again.stderr) == (1, True)
    elsewhere = {"DATABASE_URL": f"sqlite:///{tmp_path / 'y.db'}"}
    assert main("restore", str(tmp_path / "b.db"), **elsewhere).stdout.endswith("0 requests are back.\n")
    refused = main("restore", str(tmp_path / "b.db"), **elsewhere)
    assert (refused.returncode, "--replace" in refused.stderr) == (1, True)


def test_ask_json_answers_a_line_with_a_line(house):
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
    assert set(first) == {"text", "outcome", "procedures", "aspect", "place", "language", "reply", "ms"}
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


def test_ask_explains_which_words_decided(house):
    done = main("ask", "em mới sinh con, cần giấy gì")
    assert "1. dang-ky-khai-sinh" in done.stdout
    assert "nearest phrase" in done.stdout
    assert "Giấy chứng sinh" in done.stdout


def test_ask_without_a_message_says_how(house):
    done = main("ask")
    assert done.returncode == 2
    assert "--json" in done.stderr


def test_check_is_clean_and_counts():
    done = main("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no problems" in done.stdout


DAMAGE = [
    ("knowledge/procedures/dang-ky-khai-sinh.yaml", "fees:", "fess:", "unknown key `fess`; did you mean `fees`?"),
    ("knowledge/procedures/dang-ky-khai-sinh.yaml", "same_day", "sameday", "did you mean `same_day`?"),
    ("knowledge/procedures/dang-ky-khai-sinh.yaml", "checked: 2026-11-23", "checked: hôm qua", "is not a date"),
    ("knowledge/procedures/dang-ky-khai-sinh.yaml", "counter: service_centre", "counter: quầy", "is not a valid counter"),
    ("knowledge/procedures/dang-ky-khai-sinh.yaml", "amount: 0", "amount: năm nghìn", "is not a whole number"),
    ("knowledge/procedures/dang-ky-khai-sinh.yaml", "source: [portal, links]", "source: [portal, lynks]", "no source `lynks`"),
    ("knowledge/procedures/dang-ky-khai-sinh.yaml", "{qua-han: [co]}", "{qua-han: [ko]}", "has no option `ko`"),
    ("knowledge/procedures/dang-ky-khai-sinh.yaml", "{qua-han: [co]}", "{qua_han: [co]}", "has not the form"),
    ("knowledge/procedures/dang-ky-khai-sinh.yaml", "procedure: the-bao-hiem-y-te", "procedure: the-bhyt", "no procedure"),
    ("knowledge/procedures/dang-ky-khai-sinh.yaml", "id: lam-chung", "id: to-khai", "is defined twice"),
    ("knowledge/procedures/dang-ky-khai-sinh.yaml", "decided_by:", "decided_by: commune\ndecided_by:", "a second time"),
    ("knowledge/procedures/dang-ky-khai-sinh.yaml", "field: civil_status", "\tfield: civil_status", "not YAML"),
    ("knowledge/procedures/dang-ky-khai-sinh.yaml", "id: dang-ky-khai-sinh", "id: khai-sinh", "rename the file"),
    ("intents/dang-ky-khai-sinh.yaml", "| documents", "| papers", "`papers` is not an aspect"),
    ("intents/dang-ky-khai-sinh.yaml", "trich-luc-ho-tich:", "trich-luc:", "no procedure `trich-luc`"),
    ("intents/dang-ky-khai-sinh.yaml", "en:", "eng:", "unknown key `eng`"),
    ("knowledge/offices/00008.yaml", "confidence: high", "confidence: sure", "is not a valid confidence"),
    ("knowledge/offices/00008.yaml", "ward_code: 8", "ward_code: 2", "no commune has the code 2"),
    ("locales/en/LC_MESSAGES/motcua.po", 'msgid "start.what"', 'msgid "start.wat"', "is not in the Vietnamese catalog"),
    ("locales/id/LC_MESSAGES/motcua.po", "{hotline}", "{hotlin}", "use the same fields"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "before", "after", "said"), DAMAGE)
def test_damage_is_reported_with_its_line_and_what_to_do(small_copy, path, before, after, said):
    from bot.content.load import examine

    file = small_copy / path
    intact = file.read_text(encoding="utf-8")
    assert before in intact
    file.write_text(intact.replace(before, after, 1), encoding="utf-8")
    try:
        problems = [str(problem) for problem in examine(small_copy)[1]]
    finally:
        file.write_text(intact, encoding="utf-8")
    assert any(line.startswith(f"{path}:") and said in line and "; " in line for line in problems), problems


def test_check_exits_with_one_and_a_line_a_problem(small_copy):
    file = small_copy / "knowledge/contacts.yaml"
    intact = file.read_text(encoding="utf-8")
    file.write_text(
        intact.replace('number: "113"', 'number: "mot mot ba"').replace("fire:", "fire:\n  nmae: x"), encoding="utf-8"
    )
    done = main("check", str(small_copy))
    file.write_text(intact, encoding="utf-8")
    assert done.returncode == 1
    assert len([line for line in done.stdout.splitlines() if line.startswith("knowledge/contacts.yaml:")]) == 2


@pytest.fixture(scope="module")
def small_copy(tmp_path_factory):
    copy = tmp_path_factory.mktemp("content")
    for name in ("knowledge", "intents", "locales"):
        shutil.copytree(ROOT / name, copy / name, ignore=_most_offices)
    return copy


def _most_offices(folder, names):
    return [name for name in names if folder.endswith("offices") and name != "00008.yaml"]
