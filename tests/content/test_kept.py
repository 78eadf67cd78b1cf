"""What was read once is there again at the next start, as long as nothing was changed, and nothing else ever is."""

import pickle
import shutil
import zlib

import pytest

from bot.kept import fingerprint, index, indexing, recall
from bot.learned import load_learned
from bot.understanding.engine import understand
from bot.understanding.result import Context
from tests.conftest import ROOT

ENTRY = "knowledge/procedures/trich-luc-ho-tich.yaml"


@pytest.fixture(scope="module")
def home(content, tmp_path_factory):
    """The maintainers' files, and nothing kept of them but what was learnt."""
    home = tmp_path_factory.mktemp("home")
    for folder in ("intents", "knowledge", "locales"):
        shutil.copytree(ROOT / folder, home / folder)
    load_learned(ROOT / "var" / "cache", content.intents)
    (home / "cache").mkdir()
    for file in (ROOT / "var" / "cache").glob("learned-*"):
        shutil.copy2(file, home / "cache")
    return home


@pytest.fixture(scope="module")
def indexed(home, content):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.kept.load", lambda _: content)  # of the same files, read already
        return index(home, home / "cache")


@pytest.fixture
def file(home, indexed):
    """Where it is kept, as it was, again after each story."""
    (file,) = (home / "cache").glob("kept-*")
    raw = file.read_bytes()
    yield file
    file.write_bytes(raw)


def test_what_was_read_is_there_again(home, indexed, file):
    again = recall(home, home / "cache")
    assert again.knowledge == indexed.knowledge
    assert again.catalogs == indexed.catalogs
    for text in ("mất sổ đỏ", "ở phường Cống Vị thì ra đâu", "how much is a passport"):
        assert understand(text, Context(), again.engine) == understand(text, Context(), indexed.engine)


@pytest.mark.parametrize("name", [ENTRY, "intents/ho-chieu.yaml", "locales/vi/LC_MESSAGES/motcua.po"])
def test_a_letter_changed_is_read_anew(home, file, name):
    raw = (home / name).read_bytes()
    (home / name).write_bytes(raw + b"\n")
    assert recall(home, home / "cache") is None
    (home / name).write_bytes(raw)
    assert recall(home, home / "cache")


def test_a_file_more_or_less_is_read_anew(home, file):
    (home / ENTRY).rename(home / ENTRY.replace("trich-luc", "trich-luc-2"))
    assert recall(home, home / "cache") is None
    (home / ENTRY.replace("trich-luc", "trich-luc-2")).rename(home / ENTRY)
    assert recall(home, home / "cache")


@pytest.mark.parametrize("damaged", [lambda raw: raw[:-9], lambda raw: raw[:900] + b"?" + raw[901:], lambda _: b""])
def test_a_damaged_file_is_as_none(home, file, damaged):
    file.write_bytes(damaged(file.read_bytes()))
    assert recall(home, home / "cache") is None


def calling(module, name, argument):
    """A pickle that calls something."""

    def text(of):
        return b"\x8c" + bytes([len(of)]) + of.encode()

    return b"\x80\x04" + text(module) + text(name) + b"\x93" + text(argument) + b"\x85R."


@pytest.mark.parametrize(("module", "name"), [("os", "mkdir"), ("bot.content.private", "os.mkdir")])
def test_a_file_put_there_calls_nothing(home, file, tmp_path, module, name):
    """Not by way of what a module of ours imports, either."""
    raw = calling(module, name, str(tmp_path / "called"))
    file.write_bytes(zlib.crc32(raw).to_bytes(4) + raw)
    assert recall(home, home / "cache") is None
    assert not (tmp_path / "called").exists()
    pickle.loads(raw)
    assert (tmp_path / "called").exists()


def test_what_was_saved_while_it_was_read_is_not_kept(home, content, file, monkeypatch):
    file.unlink()
    raw = (home / ENTRY).read_bytes()

    def slowly(_):
        (home / ENTRY).write_bytes(raw + b"# saved meanwhile\n")
        return content

    monkeypatch.setattr("bot.kept.load", slowly)
    index(home, home / "cache")
    assert recall(home, home / "cache") is None
    (home / ENTRY).write_bytes(raw)
    assert recall(home, home / "cache") is None


def test_the_command_names_what_it_is_to_read(home):
    assert indexing(home, home / "cache")[1:] == ["-m", "bot.kept", str(home), str(home / "cache"), "0"]


def test_a_fingerprint_is_of_names_and_contents(home):
    before = fingerprint(home)
    (home / ENTRY).touch()
    assert fingerprint(home) == before
