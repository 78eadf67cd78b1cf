"""`main.py doctor`: every ill is named, with what to do; where all is well, so it says."""

import asyncio
import datetime as dt
import shutil

import pytest
from aiohttp import web
from click.testing import CliRunner
from sqlalchemy import text

from bot.doors.zalo.door import month_of
from bot.store import inbox
from bot.store.database import open_database
from main import main
from tests.telegram_server import TOKEN, TelegramServer
from tests.zalo_server import TOKEN as ZALO_TOKEN
from tests.zalo_server import ZaloServer


@pytest.fixture
def visited(monkeypatch, database_url):
    """Run the doctor beside a Bot API server: the exit and what was said, a finding a line."""

    def visit(server_does=lambda _server: None, zalo_does=None, **environment):
        for name in ("TELEGRAM_BOT_TOKEN", "WEBHOOK_URL", "WEBHOOK_SECRET", "ZALO_BOT_TOKEN", "WEB"):
            monkeypatch.delenv(name, raising=False)

        async def story():
            async with TelegramServer().running() as server, ZaloServer().running() as zalo:
                server_does(server)
                known = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": server.url, "DATABASE_URL": database_url}
                known |= {"SERVER_KEY": "of-all-replicas"}
                if zalo_does:
                    zalo_does(zalo)
                    known |= {"ZALO_BOT_TOKEN": ZALO_TOKEN, "ZALO_API_URL": zalo.url}
                done = await asyncio.to_thread(CliRunner(env=known | environment).invoke, main, ["doctor"])
                return done.exit_code, done.output

        return asyncio.run(story())

    return visit


@pytest.fixture
def healthy(monkeypatch, content):
    """The maintainers' files have been read before: the ill is elsewhere."""
    monkeypatch.setattr("bot.commands.doctor.examine", lambda _root: (content, [], 1))


def answers(method, body, headers=None):
    def arrange(server):
        server.faults[method].append((None, lambda: web.json_response(body, headers=headers)))

    return arrange


def hook(**info):
    return answers("getWebhookInfo", {"ok": True, "result": {"url": "", "pending_update_count": 0} | info})


LATE = answers("getMe", {"ok": True, "result": {"username": "x"}}, {"Date": "Mon, 23 Nov 2020 00:00:00 GMT"})


def test_where_all_is_well(visited, database):
    code, said = visited(hook())
    assert (code, "MEND" in said) == (0, False), said
    for about in ("configuration", "database", "knowledge", "disk", "telegram", "webhook", "clock"):
        assert f"\nok    {about}" in f"\n{said}"
    assert "@MotCuaBot" in said


@pytest.mark.usefixtures("healthy")
@pytest.mark.only_on("sqlite", "what is said of a database has tests of its own")
@pytest.mark.parametrize(
    ("arrange", "environment", "said", "todo"),
    [
        (hook(), {"PORT": "http"}, "PORT is not usable", "docs/operating.md"),
        (hook(), {"TELEGRAM_BOT_TOKEN": "", "WEB": "off"}, "no door is open", "@BotFather"),
        (hook(), {"DATABASE_URL": "postgresql+psycopg://u:hunter2@127.0.0.1:1/x"}, "does not answer", "DATABASE_URL"),
        (hook(), {"DATABASE_URL": "sqlite:////no/where/x.db"}, "does not exist", "DATABASE_URL"),
        (hook(), {"TELEGRAM_BOT_TOKEN": "1:wrong"}, "does not accept", "@BotFather"),
        (hook(), {"TELEGRAM_API_URL": "http://127.0.0.1:1"}, "cannot be reached (ConnectError)", "network"),
        (hook(url="https://other.example"), {}, "posts to https://other.example", "another bot"),
        (hook(url="https://bot.example/x", last_error_message="SSL error"),
         {"WEBHOOK_URL": "https://bot.example/x"}, "SSL error", "certificate"),
        (hook(), {"WEBHOOK_URL": "http://bot.example/x"}, "webhook http:", "https addresses only"),
        (lambda server: (hook()(server), LATE(server)), {}, "differs from Telegram's by", "timedatectl"),
        (answers("getMe", {"ok": True, "result": 7}), {}, "cannot be reached", "network"),
    ],
)  # fmt: skip
def test_each_ill_is_named_with_what_to_do(visited, arrange, environment, said, todo):
    code, output = visited(arrange, **environment)
    lines = output.splitlines()
    (at,) = [n for n, line in enumerate(lines) if line.startswith("MEND") and said in line]
    assert todo in lines[at + 1]
    assert code == 1
    assert "hunter2" not in output
    assert TOKEN not in output


@pytest.mark.usefixtures("healthy")
@pytest.mark.only_on("sqlite", "what is said of Zalo comes from Zalo")
def test_zalo_is_looked_at_too(visited, database):
    code, said = visited(hook(), zalo_does=lambda _: None)
    assert (code, "knows us as bot.VDKyGxQvc (BASIC)" in said, "0 of 3000 messages" in said) == (0, True, True), said
    with database.change() as connection:
        inbox.add(connection, month_of(dt.datetime.now(dt.UTC)), 2400)
    ills = {
        "2400 of 3000 messages of this month": (lambda _: None, {}),
        "does not accept ZALO_BOT_TOKEN": (lambda zalo: zalo.fail("getMe", 401), {}),
        "Zalo by long polling": (lambda _: None, {"ADMIN_CHAT_ID": "telegram:7", "TELEGRAM_BOT_TOKEN": ""}),
        "Zalo answers 500": (lambda zalo: zalo.fail("getMe", 500), {}),
        "Zalo posts to nobody": (lambda _: None, {"ZALO_WEBHOOK_URL": "https://x.example/zalo"}),
        "Zalo by webhook http:": (lambda _: None, {"ZALO_WEBHOOK_URL": "http://x.example/zalo"}),
        "cannot be reached (ConnectError)": (lambda _: None, {"ZALO_API_URL": "http://127.0.0.1:1"}),
    }
    for ill, (arrange, environment) in ills.items():
        code, said = visited(hook(), zalo_does=arrange, **environment)
        assert code == 1
        assert any(line.startswith("MEND") and ill in line for line in said.splitlines()), said
        assert "abc-xyz" not in said


@pytest.mark.usefixtures("healthy")
def test_an_official_account_without_tokens_is_told_to_be_consented_to(visited, database):
    five = {"ZALO_OA_ID": "388613280878808645", "ZALO_OA_APP_ID": "360846524940903967", "ZALO_OA_SECRET": "s3cret",
            "ZALO_OA_WEBHOOK_KEY": "k3y", "ZALO_OA_WEBHOOK_URL": "https://x.example/zalo-oa"}  # fmt: skip
    code, said = visited(hook(), **five)
    assert (code, "no tokens are kept" in said, "python main.py zalo-consent" in said) == (1, True, True), said
    assert visited(hook(), **five, ZALO_OA_REFRESH_TOKEN="r3fresh")[0] == 0
    code, said = visited(hook(), **(five | {"ZALO_OA_WEBHOOK_URL": "http://x.example/zalo-oa"}))
    assert (code, "https addresses only" in said, "s3cret" in said) == (1, True, False)


@pytest.mark.usefixtures("healthy")
def test_an_older_database_is_told_to_be_backed_up(visited, database):
    with database.change() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    code, said = visited(hook())
    assert (code, "Take a backup" in said) == (1, True)
    with database.look() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "0001"


@pytest.mark.usefixtures("healthy")
@pytest.mark.only_on("sqlite", "a file could be created")
def test_looking_creates_no_database(visited, tmp_path):
    code, said = visited(hook(), DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}")
    assert (code, "is new" in said, list(tmp_path.glob("new*"))) == (0, True, [])


@pytest.mark.usefixtures("healthy")
@pytest.mark.only_on("sqlite", "the disk is that of the file")
def test_a_full_disk_is_told(visited, database, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9 - 1000, 1000))
    code, said = visited(hook())
    assert (code, "Make room" in said) == (1, True)


@pytest.mark.usefixtures("healthy")
def test_a_newer_database_is_said(visited, database_url):
    database = open_database(database_url)
    with database.change() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    assert "newer version" in visited(hook())[1]


@pytest.mark.usefixtures("healthy")
@pytest.mark.only_on("postgresql", "on one machine the key is a file")
def test_replicas_without_a_key_of_their_own_are_told_to_share_one(visited):
    code, said = visited(SERVER_KEY="")
    assert code == 1
    assert "MEND  key" in said
    assert "Set SERVER_KEY, the same on every replica" in said
