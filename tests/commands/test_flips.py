"""`main.py flips`: what a change of knowledge and phrases does to the answers, before anybody meets it."""

import datetime as dt
import shutil
import subprocess

import pytest
from click.testing import CliRunner

import main
from bot.commands.flips import compare, flips, stored_questions, tell
from bot.content import revisions
from bot.content.revisions import NoRevision, find_revision, unpack
from tests.content.small import copy_small

pytestmark = pytest.mark.xdist_group("flips")  # what is learnt for one story serves all of them

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)


def git(home, *arguments):
    names = {
        "GIT_AUTHOR_NAME": "Lan",
        "GIT_COMMITTER_NAME": "Lan",
        "GIT_AUTHOR_EMAIL": "l@x",
        "GIT_COMMITTER_EMAIL": "l@x",
    }
    subprocess.run([shutil.which("git"), "-C", home, *arguments], check=True, capture_output=True, env=names)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Two procedures under git; then the copy's fee goes up, and "trích lục" no longer means it."""
    home = copy_small(tmp_path_factory.mktemp("repository"))
    git(home, "init", "-q")
    git(home, "add", "-A")
    git(home, "commit", "-q", "-m", "Before")
    entry = home / "knowledge/procedures/trich-luc-ho-tich.yaml"
    told = entry.read_text(encoding="utf-8")
    entry.write_text(told.replace("8000", "9000").replace("8.000", "9.000"), encoding="utf-8")
    phrases = home / "intents/dang-ky-khai-sinh.yaml"
    moved = "".join(f"  - sổ gốc {n} trích lục trích lục\n" for n in ("một", "hai", "ba"))
    phrases.write_text(phrases.read_text(encoding="utf-8").replace("\nen:\n", f"\n{moved}en:\n", 1), encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def found(home, tmp_path_factory):
    before = tmp_path_factory.mktemp("before")
    unpack(home, find_revision(home, "HEAD"), before)
    asked = tmp_path_factory.mktemp("questions") / "asked.jsonl"
    asked.write_text(
        '{"text": "xin bản sao giấy khai sinh hết bao nhiêu tiền", "accept": ["trich-luc-ho-tich"]}\nxin chào\n',
        encoding="utf-8",
    )
    stored = stored_questions((home, before), [asked])
    few = (*stored[:2], *(one for one in stored if one.text.startswith("sổ gốc")), *stored[::30])
    questions = list(dict.fromkeys(few))
    old, new = compare(before, home, tmp_path_factory.mktemp("cache"), questions, NOW)
    assert (old.unread, new.unread) == (0, 0)
    return flips(questions, old, new), questions


def test_a_fee_that_changes_is_seen_in_the_answers_about_it(found):
    flipped, questions = found
    by_text = {flip.question.text: flip for flip in flipped}
    fee = by_text["xin bản sao giấy khai sinh hết bao nhiêu tiền"]
    assert (fee.about, fee.change) == ("trich-luc-ho-tich", "other words")
    assert "xin chào" not in by_text
    assert "xin chào" in {question.text for question in questions}
    assert 0 < len(flipped) < len(questions)


def test_a_phrase_that_is_new_is_right_now(found):
    flipped, questions = found
    new = next(flip for flip in flipped if flip.question.text.startswith("sổ gốc một"))
    assert new.after.procedure == "dang-ky-khai-sinh"
    assert new.before.procedure != "dang-ky-khai-sinh"
    told = tell(flipped, len(questions))
    assert told.splitlines()[0] == f"{len(flipped)} of {len(questions)} questions are answered otherwise."
    assert "right now, not before" in told
    assert "dang-ky-khai-sinh: " in told


def test_every_question_is_shown_where_asked_for(found):
    flipped, questions = found
    told = tell(flipped, len(questions), everything=True)
    assert all(flip.question.text in told for flip in flipped)


def test_with_nothing_changed_nothing_flips():
    assert tell([], 7) == "0 of 7 questions are answered otherwise."


@pytest.mark.parametrize("name", ["no-such", "-x", "--help", "", "HEAD~999", "a b;c"])
def test_an_unknown_revision_gets_one_sentence(home, name):
    with pytest.raises(NoRevision, match="git knows no revision"):
        find_revision(home, name)


def test_without_a_repository_or_git_there_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(NoRevision, match="no git repository"):
        find_revision(tmp_path, "HEAD")
    monkeypatch.setattr(
        revisions, "shutil", type("Bare", (), {"which": staticmethod(lambda _: None), "copytree": shutil.copytree})
    )
    with pytest.raises(NoRevision, match="git is not installed"):
        find_revision(tmp_path, "HEAD")


def test_a_revision_without_knowledge_gets_one_sentence(home, tmp_path):
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "Nothing")
    with pytest.raises(NoRevision, match="has no knowledge/"):
        unpack(tmp_path, find_revision(tmp_path, "HEAD"), tmp_path / "x")


def test_the_command_says_it_without_a_traceback():
    result = CliRunner().invoke(main.flips, ["--against", "no-such-revision"])
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")


def test_a_question_that_is_none_is_named_by_its_line(tmp_path):
    file = tmp_path / "asked.jsonl"
    file.write_text('xin chào\n{"txt": 1}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"asked.jsonl:2: this is neither"):
        stored_questions((), [file])
