"""The whole service with Zalo's door over real HTTP: polling, webhook, outages, limits."""

import asyncio
import logging
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import ValidationError

from bot.commands.serving import doors_of
from bot.config import Settings
from bot.doors.door import Fate
from bot.doors.zalo.client import ZaloError
from bot.doors.zalo.door import ZaloDoor
from bot.doors.zalo.words import CannotShow
from bot.logs import Form, Line
from bot.service.serve import CannotServe, Service
from bot.service.threads import Threads
from bot.store import outbox
from tests.cast import LAN
from tests.doors.zalo.stage import BA_TU, ONG_SAU, Neighbour
from tests.serving import alive, counted, free_port, until
from tests.telegram_server import TelegramServer
from tests.zalo_server import TOKEN, ZaloServer


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """Nobody in these stories waits a second of real time."""
    for name in ("RETRY_SECONDS", "KNOWN_PAUSE_SECONDS"):
        monkeypatch.setattr(f"bot.doors.zalo.door.{name}", 0.01)


@asynccontextmanager
async def serving(turns, zalo, **extra):
    given = Settings(zalo_bot_token=TOKEN, zalo_api_url=zalo.url, port=extra.pop("port", 0), web=False, **extra)
    threads, stop = Threads.of(turns.database), asyncio.Event()
    task = asyncio.create_task(Service(given, turns, doors_of(given, turns, threads), threads).run(stop))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


def run(story):
    async def main():
        async with ZaloServer().running() as zalo:
            await story(zalo)
            assert zalo.violations == []

    asyncio.run(main())


def test_zalo_alone_by_polling_answers_each_once_though_zalo_repeats_for_ever(turns, database):
    async def story(zalo):
        zalo.repeats = True
        zalo.inject(BA_TU.says("xin chào"))
        async with serving(turns, zalo) as task:
            await until(lambda: zalo.sent[BA_TU.id], task)
            polls = len(zalo.calls)
            await until(lambda: len(zalo.calls) > polls + 5, task)
        assert len(zalo.sent[BA_TU.id]) == 1
        assert counted(database) == {"done": 1}

    run(story)


def test_a_poll_that_ends_with_nothing_is_no_error(turns, caplog):
    async def story(zalo):
        async with serving(turns, zalo) as task:
            await until(lambda: sum(name == "getUpdates" for name, _ in zalo.calls) > 2, task)
        assert not [one for one in caplog.records if "no updates" in one.message]

    run(story)


@pytest.mark.parametrize(("code", "status"), [(403, 403), (403, 200), (429, 429), (500, 500)])
def test_polling_goes_on_after_what_passes(turns, code, status):
    async def story(zalo):
        zalo.fail("getUpdates", code, "internal server error", times=2, status=status)
        zalo.inject(BA_TU.says("xin chào"))
        async with serving(turns, zalo) as task:
            await until(lambda: zalo.sent[BA_TU.id], task)

    run(story)


def test_by_webhook_stored_before_acknowledged(turns, database):
    async def story(zalo):
        port = free_port()
        url, secret = f"http://127.0.0.1:{port}/zalo", "eight-signs"
        async with serving(turns, zalo, port=port, zalo_webhook_url=url, zalo_webhook_secret=secret) as task:
            await alive(port, task)
            await until(lambda: zalo.webhook == url, task)
            header = {"X-Bot-Api-Secret-Token": secret}
            async with httpx.AsyncClient(verify=False) as client:
                said = BA_TU.says("xin chào")
                wrong = [{}, {"X-Bot-Api-Secret-Token": "eight-sign"}, {"X-Bot-Api-Secret-Token": ""}]
                assert [(await client.post(url, json=said, headers=one)).status_code for one in wrong] == [403] * 3
                assert counted(database) == {}
                assert (await client.post(url, content=b"", headers=header)).status_code == 200
                assert (await client.post(url, content=b"x" * 1_100_000, headers=header)).status_code == 413
                for _ in range(2):
                    assert (await client.post(url, json=said, headers=header)).status_code == 200
            await until(lambda: zalo.sent[BA_TU.id], task)
        assert len(zalo.sent[BA_TU.id]) == 1
        assert not any(name == "getUpdates" for name, _ in zalo.calls)

    run(story)


def test_polling_takes_away_a_webhook_that_stands(turns):
    async def story(zalo):
        zalo.webhook = "https://old.example/hook"
        zalo.inject(BA_TU.says("xin chào"))
        async with serving(turns, zalo) as task:
            await until(lambda: zalo.sent[BA_TU.id], task)

    run(story)


def test_a_wrong_token_is_said_in_one_sentence(turns):
    async def story(zalo):
        given = Settings(zalo_bot_token="1:wrong", zalo_api_url=zalo.url, port=0, web=False)
        threads = Threads.of(turns.database)
        with pytest.raises(CannotServe, match="ZALO_BOT_TOKEN"):
            await Service(given, turns, doors_of(given, turns, threads), threads).run(asyncio.Event())

    run(story)


def test_a_telegram_out_of_reach_or_refusing_keeps_zalo_open(turns):
    """Each door's outage is its own, and the other way round too."""

    async def story(zalo):
        async with TelegramServer().running() as telegram:
            extra = {"telegram_api_url": telegram.url, "telegram_bot_token": "1:wrong"}
            zalo.inject(BA_TU.says("xin chào"))
            async with serving(turns, zalo, **extra) as task:
                await until(lambda: zalo.sent[BA_TU.id], task)
        zalo.inject(ONG_SAU.says("xin chào"))
        async with serving(turns, zalo, telegram_api_url="http://127.0.0.1:9", telegram_bot_token="1:x") as task:
            await until(lambda: zalo.sent[ONG_SAU.id], task)

    run(story)


def test_a_zalo_out_of_reach_keeps_telegram_open(turns):
    async def story(zalo):
        zalo.fail("getMe", 500, times=100_000)
        async with TelegramServer().running() as telegram:
            await telegram.inject(LAN.says("/help"))
            extra = {"telegram_api_url": telegram.url, "telegram_bot_token": "4711:test-token"}
            async with serving(turns, zalo, **extra) as task:
                await until(lambda: telegram.texts(LAN.id), task)

    run(story)


def test_what_zalo_lets_a_bot_send_in_a_month_is_counted_and_warned_of(turns, caplog):
    async def story(zalo):
        async with serving(turns, zalo, zalo_monthly=5, admin_chat_id=f"zalo:{ONG_SAU.id}") as task:
            for n in range(5):
                zalo.inject(Neighbour(str(n) * 20, "Lan").says("xin chào"))
                await until(lambda n=n: zalo.sent[str(n) * 20], task)
                if n == 3:
                    await until(lambda: "4 / 5" in "".join(zalo.sent[ONG_SAU.id]), task)
        warned = [one.getMessage() for one in caplog.records if "of this month" in one.getMessage()]
        assert warned == [
            "Zalo: 4 of 5 messages of this month are sent",
            "Zalo: 5 of 5 messages of this month are sent",
        ]

    with caplog.at_level(logging.WARNING):
        run(story)


def test_the_token_is_in_no_line(turns, caplog):
    async def story(zalo):
        zalo.fail("sendMessage", 500, "boom")
        zalo.inject(BA_TU.says("xin chào"))
        async with serving(turns, zalo) as task:
            await until(lambda: any(name == "sendMessage" for name, _ in zalo.calls), task)

    with caplog.at_level(logging.DEBUG):
        run(story)
    ours = [record for record in caplog.records if not record.name.startswith("aiohttp")]  # the stand-in's own
    assert [record for record in ours if "abc-xyz" in record.getMessage()] == []
    line = Line(Form.TEXT, Settings(zalo_bot_token=TOKEN).secrets)
    assert TOKEN not in "".join(line.format(record) for record in caplog.records)


@pytest.mark.parametrize(
    ("error", "fate"),
    [(ZaloError(400), Fate.REFUSED), (ZaloError(403), Fate.AGAIN), (ZaloError(404), Fate.LOST),
     (ZaloError(429), Fate.HELD), (ZaloError(500), Fate.AGAIN), (ZaloError(401), Fate.AGAIN),
     (httpx.ReadTimeout(""), Fate.UNSURE), (httpx.ConnectError(""), Fate.AGAIN), (CannotShow(), Fate.REFUSED),
     (KeyError(), Fate.BROKEN)],
)  # fmt: skip
def test_what_an_error_means(turns, error, fate):
    door = ZaloDoor(Settings(zalo_bot_token=TOKEN), turns, Threads(1))
    assert door.meaning_of(error).fate is fate


def test_a_message_that_was_not_taken_is_sent_again_and_no_part_of_it_twice(turns, database, clock):
    async def story(zalo):
        words = [f"Câu {n}. " + "chữ " * 300 for n in range(4)]
        given = Settings(zalo_bot_token=TOKEN, zalo_api_url=zalo.url)
        door = ZaloDoor(given, turns, threads := Threads(1))
        from bot.conversation.reply import Block, Reply

        reply = Reply(blocks=tuple(Block(text=one) for one in words))
        zalo.faults["sendMessage"] = [None, (200, 403, "internal server error")]
        with pytest.raises(ZaloError):
            await door.send(f"zalo:{BA_TU.id}", reply)
        await door.send(f"zalo:{BA_TU.id}", reply)
        sent = zalo.sent[BA_TU.id]
        assert [one[:5] for one in sent] == sorted({one[:5] for one in sent})
        assert "".join(sent).count("chữ") == 1200
        assert all(len(one) <= 1900 for one in sent)
        await door.close()
        threads.close()

    run(story)
    with database.look() as connection:
        assert outbox.count(connection) == {}


@pytest.mark.parametrize(
    ("given", "chat"),
    [("4711", "telegram:4711"), (-1008, "telegram:-1008"), ("zalo:6ede9a", "zalo:6ede9a"), (None, None)],
)
def test_whoever_runs_the_bot_may_hear_of_trouble_on_either(given, chat):
    assert Settings(admin_chat_id=given).admin == chat


@pytest.mark.parametrize("given", ["boss", "zalo:", "web:1", "٤٧١١", "zalo:a b"])
def test_a_chat_that_is_none_is_refused(given):
    with pytest.raises(ValidationError):
        Settings(admin_chat_id=given)
