"""Secrets come from the environment or a file, and leave it nowhere."""

import datetime as dt
import stat

import pytest

from bot.config import BadSettings, Settings, private_folder, read_settings
from bot.content.communes import load_gazetteer
from bot.content.proposals import propose
from bot.service.serve import _listen

TOKEN = "4711:AAH-a-token-nobody-may-see"
ADDRESS = "postgresql+psycopg://motcua:hunter%402@db/motcua"


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """Set variables; those whose name ends in _FILE get a file with that content."""
    for name in ("TELEGRAM_BOT_TOKEN", "DATABASE_URL", "WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)

    def set_(**variables):
        for name, value in variables.items():
            if name.endswith("_FILE") and isinstance(value, bytes):
                (tmp_path / name).write_bytes(value)
            monkeypatch.setenv(name, str(tmp_path / name) if isinstance(value, bytes) else value)

    return set_


def test_each_secret_may_stand_in_a_file(environment):
    environment(
        TELEGRAM_BOT_TOKEN_FILE=TOKEN.encode() + b"\n",
        DATABASE_URL_FILE=ADDRESS.encode(),
        WEBHOOK_SECRET_FILE=b"s3cret\r\n",
    )
    settings = read_settings()
    assert settings.telegram_bot_token.get_secret_value() == TOKEN
    assert settings.database == ADDRESS
    assert settings.webhook_secret.get_secret_value() == "s3cret"


def refused(environment, **variables):
    environment(**variables)
    with pytest.raises(BadSettings) as failure:
        read_settings()
    return str(failure.value)


@pytest.mark.parametrize("content", [b"", b"\n", b"a b", b"4711:AAH\nhunter2", b"x" * 5000], ids=len)
def test_a_file_that_holds_something_else_is_refused(environment, content):
    sentence = refused(environment, TELEGRAM_BOT_TOKEN_FILE=content)
    assert "TELEGRAM_BOT_TOKEN_FILE is not usable: the file should hold the secret in one line" in sentence
    assert "AAH" not in sentence


def test_every_mistake_is_said_at_once_and_no_secret_with_it(environment):
    sentence = refused(
        environment,
        TELEGRAM_BOT_TOKEN_FILE=b"no-colon-hunter2",
        WEBHOOK_SECRET="s3cret",
        WEBHOOK_SECRET_FILE=b"s3cret",
        DATABASE_URL_FILE="/no/where",
        PORT="http",
    )
    assert "TELEGRAM_BOT_TOKEN is not usable" in sentence
    assert "WEBHOOK_SECRET and WEBHOOK_SECRET_FILE are both set; keep one." in sentence
    assert "DATABASE_URL_FILE is not usable: No such file or directory." in sentence
    assert "PORT is not usable" in sentence
    assert "hunter2" not in sentence
    assert "s3cret" not in sentence


def test_settings_shown_by_accident_show_no_secret(environment):
    environment(TELEGRAM_BOT_TOKEN=TOKEN, DATABASE_URL=ADDRESS, WEBHOOK_SECRET="s3cret")
    settings = read_settings()
    shown = f"{settings!r} {settings} {settings.model_dump_json()}"
    assert [secret for secret in (TOKEN, "hunter", "s3cret") if secret in shown] == []
    assert settings.secrets == [TOKEN, "s3cret", "hunter%402", "hunter@2"]


def test_what_the_bot_writes_is_for_its_owner_alone(tmp_path, monkeypatch):
    private_folder(tmp_path / "var")
    (tmp_path / "var").chmod(0o755)  # as an older version left it
    private_folder(tmp_path / "var")
    path = propose(code="MC-X", procedure=None, language="vi", question="a", answer="b", day=dt.date(2026, 11, 30),
                   folder=tmp_path / "var" / "proposals")  # fmt: skip
    cache = tmp_path / "var" / "cache"
    load_gazetteer.__wrapped__(cache)
    monkeypatch.setattr("bot.config.STATE", tmp_path / "var")
    assert len(Settings().key) == 64
    found = {one: stat.S_IMODE(one.stat().st_mode) for one in (path.parent.parent, *path.parent.parent.rglob("*"))}
    assert {mode for one, mode in found.items() if one.is_dir()} == {0o700}
    assert {mode for one, mode in found.items() if one.is_file()} == {0o600}
    assert len(found) == 6


def test_it_listens_to_this_machine_alone_unless_told_otherwise(environment, monkeypatch):
    monkeypatch.delenv("HOST", raising=False)
    environment(TELEGRAM_BOT_TOKEN=TOKEN)
    listening = _listen(read_settings())
    assert listening.getsockname()[0] == "127.0.0.1"
    listening.close()
