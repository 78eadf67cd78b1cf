"""Days on which Telegram, or whoever says to be Telegram, answers with something else."""

import asyncio
import hmac

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette

from bot.config import Settings
from bot.doors.telegram.door import TelegramDoor
from bot.doors.telegram.webhook import SECRET_HEADER, webhook
from bot.doors.web.door import WebDoor
from bot.service.intake import Intake
from bot.service.serve import CannotServe, Service
from bot.service.threads import Threads
from bot.store import outbox
from tests.cast import BUDI, EMMA, HUNG, LAN
from tests.serving import alive, counted, free_port, run, serving, until
from tests.stage import settings, telegram
from tests.telegram_server import TOKEN

SECRET = {SECRET_HEADER: "s3cret"}
GROUP = {"id": -100, "type": "group", "title": "Xóm"}


def put_off(database):
    with database.look() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM outbox WHERE error = 'RetryAfter'").scalar_one()


def sent(database):
    with database.look() as connection:
        return outbox.count(connection)


@pytest.mark.on_both
def test_told_to_wait_one_chat_waits_and_the_others_go_on(turns, clock, database):
    async def story(server):
        server.fail("sendMessage", 429, "Too Many Requests: retry after 30", chat=LAN.id, retry_after=30)
        await server.inject(LAN.says("/help"), EMMA.says("/help"), HUNG.says("/help"))
        async with serving(turns, server) as task:
            await until(lambda: sent(database) == {"sent": 2, "waiting": 1} and put_off(database) == 1, task)
            assert server.texts(LAN.id) == []
            clock.pass_(29)
            await server.inject(LAN.says("/topics"), BUDI.says("/help"))
            await until(lambda: server.texts(BUDI.id), task)
            assert server.texts(LAN.id) == []
            clock.pass_(2)
            await server.inject(EMMA.says("/topics"))
            await until(lambda: len(server.texts(LAN.id)) == 2, task)
        assert server.texts(LAN.id)[1] == turns.house.catalogs["vi"].say("topics.choose")

    run(story)


@pytest.mark.parametrize(
    ("status", "description"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (400, "Bad Request: chat not found"),
        (403, "Forbidden: bot was kicked from the group chat"),
    ],
)
def test_who_cannot_be_reached_is_not_tried_again(turns, database, status, description):
    async def story(server):
        server.fail("sendMessage", status, description, chat=LAN.id, times=5)
        await server.inject(LAN.says("/start"), EMMA.says("/help"))
        async with serving(turns, server) as task:
            await until(lambda: sent(database) == {"dead": 2, "sent": 1}, task)
        assert len([1 for name, fields in server.calls if name == "sendMessage" and fields["chat_id"] == "11"]) == 1

    run(story)


def test_who_comes_back_is_answered_again(turns, database):
    async def story(server):
        server.fail("sendMessage", 403, "Forbidden: bot was blocked by the user", chat=LAN.id)
        await server.inject(LAN.says("/start"))
        async with serving(turns, server) as task:
            await until(lambda: sent(database) == {"dead": 2}, task)
            await server.inject(LAN.says("/commune Thường Tín"))
            await until(lambda: server.texts(LAN.id), task)
        with database.look() as connection:
            assert connection.execute(text("SELECT unreachable FROM chats")).scalar_one() is None

    run(story)


def test_a_message_too_long_for_telegram_is_given_up_alone(turns, database):
    async def story(server):
        server.fail("sendMessage", 400, "Bad Request: message is too long", chat=LAN.id)
        await server.inject(LAN.says("/help"), LAN.says("/topics"))
        async with serving(turns, server) as task:
            await until(lambda: sent(database) == {"dead": 1, "sent": 2}, task)
        assert len(server.texts(LAN.id)) == 2  # the other, and that one did not come

    run(story)


def test_what_waits_for_a_group_follows_it_to_its_supergroup(turns, database):
    async def story(server):
        server.fail("sendMessage", 400, "Bad Request: group chat was upgraded to a supergroup chat",
                    chat=-100, migrate_to_chat_id=-1_000_000_000_100)  # fmt: skip
        await server.inject({"message": LAN.says("/start")["message"] | {"chat": GROUP}})
        async with serving(turns, server) as task:
            await until(lambda: sent(database) == {"sent": 1}, task)
        assert server.texts(-100) == []
        assert len(server.texts(-1_000_000_000_100)) == 1

    run(story)


@pytest.mark.on_both
def test_an_update_sent_twice_is_answered_once(turns, database):
    async def story(server):
        port = free_port()
        extra = {"webhook_url": f"http://127.0.0.1:{port}/hook", "port": port, "webhook_secret": "s3cret"}
        update = {"update_id": 7, **LAN.says("/help")}
        async with serving(turns, server, **extra) as task:
            await alive(port, task)
            async with httpx.AsyncClient(verify=False, base_url=f"http://127.0.0.1:{port}", headers=SECRET) as telegram:
                answers = await asyncio.gather(*(telegram.post("/hook", json=update) for _ in range(5)))
                assert [answer.status_code for answer in answers] == [200] * 5
                await telegram.post("/hook", json={"update_id": 8, **EMMA.says("/help")})
            await until(lambda: sent(database) == {"sent": 2}, task)
        assert len(server.texts(LAN.id)) == 1

    run(story)


def asked(turns, story):
    """A webhook with nobody behind it who would take a turn."""

    async def main():
        threads = Threads(1)
        intake = Intake(
            turns, threads, asyncio.Event(), TelegramDoor(Settings(telegram_bot_token=TOKEN), turns, threads)
        )
        transport = httpx.ASGITransport(Starlette(routes=[webhook("/hook", "s3cret", intake)]))
        async with httpx.AsyncClient(
            verify=False, transport=transport, base_url="http://bot", headers=SECRET
        ) as telegram:
            await story(telegram, intake)
        intake.threads.close()

    asyncio.run(main())


def test_the_update_is_on_disk_when_telegram_reads_200(turns, database):
    async def story(telegram, _intake):
        assert (await telegram.post("/hook", json={"update_id": 7, **LAN.says("/help")})).status_code == 200
        assert counted(database) == {"waiting": 1}

    asked(turns, story)


def test_telegram_is_told_to_come_again_where_the_disk_refuses(turns, database, monkeypatch):
    def full(_updates):
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    async def story(telegram, intake):
        with monkeypatch.context() as patch:
            patch.setattr(intake, "_store", full)
            assert (await telegram.post("/hook", json={"update_id": 7})).status_code == 503
        assert counted(database) == {}
        assert (await telegram.post("/hook", json={"update_id": 7})).status_code == 200

    asked(turns, story)


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b"null", b"7", b"\xff\xfe", b'{"update_id": 1e400}', b'"\\ud800"', b"[" * 200_000,
     b'{"update_id": 5, "message": {"chat": {"id": 1' + b"0" * 90 + b"}}}"],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
def test_whatever_knows_the_secret_is_kept_for_the_operator(turns, database, body):
    async def story(telegram, _intake):
        assert (await telegram.post("/hook", content=body)).status_code == 200
        assert counted(database) == {"waiting": 1}

    asked(turns, story)


@pytest.mark.parametrize("secret", ["", "S3cret", "s3cret ", "s3cre", "s3cret\xff"])
def test_a_wrong_secret_stores_nothing(turns, database, secret):
    async def story(telegram, _intake):
        wrong = {SECRET_HEADER: secret.encode("latin-1")}
        sent = []

        async def body():
            sent.append(1)
            yield b'{"update_id": 7}'

        assert (await telegram.post("/hook", content=body(), headers=wrong)).status_code == 403
        assert (sent, counted(database)) == ([], {})  # nothing of it was even read

    asked(turns, story)


def test_the_secret_is_compared_in_constant_time(turns, monkeypatch):
    compared, compare = [], hmac.compare_digest
    monkeypatch.setattr("hmac.compare_digest", lambda *both: compared.append(both) or compare(*both))

    async def story(telegram, _intake):
        assert (await telegram.post("/hook", json={"update_id": 7}, headers={SECRET_HEADER: "no"})).status_code == 403
        assert compared == [(b"no", b"s3cret")]

    asked(turns, story)


def test_a_webhook_address_telegram_refuses_is_said_in_one_sentence(turns):
    async def story(server):
        server.fail("setWebhook", 400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook", times=9)
        service = telegram(settings(server, webhook_url="http://bot.example/hook", port=free_port()), turns)
        with pytest.raises(CannotServe, match=r"(?i)WEBHOOK_URL.*https url"):
            await asyncio.wait_for(service.run(asyncio.Event()), 10)

    run(story)


def test_a_token_withdrawn_while_serving_ends_in_one_sentence(turns):
    async def story(server):
        server.fail("getUpdates", 401, "Unauthorized")
        service = telegram(settings(server), turns)
        with pytest.raises(CannotServe, match="TELEGRAM_BOT_TOKEN"):
            await asyncio.wait_for(service.run(asyncio.Event()), 10)

    run(story)


def test_a_door_that_is_refused_is_told_and_the_pages_are_served(turns, monkeypatch, caplog):
    """A token that Telegram does not accept, beside the web pages: its own trouble, and said to everybody who asks."""
    monkeypatch.setattr("bot.service.serve.REFUSED_SECONDS", 0.01)

    async def story(server):
        port, stop = free_port(), asyncio.Event()
        given = settings(server, port=port, admin_chat_id="99")
        threads = Threads.of(turns.database)
        server.fail("getMe", 401, "Unauthorized", times=1_000_000)
        doors = [TelegramDoor(given, turns, threads), WebDoor(turns)]
        task = asyncio.create_task(Service(given, turns, doors, threads).run(stop))
        await alive(port, task)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", verify=False) as client:
            ready = (await client.get("/readyz")).json()
            await until(lambda: caplog.text.count("stays shut") > 2, task)
            ready, page = (await client.get("/readyz")), (await client.get("/metrics")).text
            assert (ready.status_code, (await client.get("/")).status_code) == (200, 200)
            assert "does not accept TELEGRAM_BOT_TOKEN" in ready.json()["telegram"]
            assert 'motcua_door_open{door="telegram"} 0.0' in page
            assert 'motcua_door_open{door="web"} 1.0' in page
        with turns.database.look() as connection:
            told = connection.execute(text("SELECT payload FROM outbox WHERE chat = 'telegram:99'")).scalars().all()
        assert [one.count("copy it again from @BotFather") for one in told] == [1]  # once an hour
        server.faults["getMe"].clear()
        await server.inject(LAN.says("/help"))
        await until(lambda: server.texts(LAN.id), task)
        stop.set()
        await asyncio.wait_for(task, 10)

    run(story)


def test_replicas_with_two_keys_say_so(turns, caplog):
    async def story(server):
        before = None
        for key in ("one", "two"):
            assert "SERVER_KEY" not in caplog.text
            async with serving(turns, server, server_key=key) as task:
                await until(lambda: _mark(turns) != before, task)  # noqa: B023 - awaited here
            before = _mark(turns)
        assert "SERVER_KEY is another" in caplog.text

    run(story)


def _mark(turns):
    with turns.database.look() as connection:
        return connection.execute(text("SELECT value FROM cursors WHERE name = 'key'")).scalar_one_or_none()


def test_telegram_out_of_reach_at_the_start_is_waited_for(turns, monkeypatch):
    monkeypatch.setattr("bot.doors.telegram.door.RETRY_SECONDS", 0.01)

    async def story(server):
        server.fail("getMe", 502, "Bad Gateway", times=2)
        server.fail("setMyCommands", 500, "Internal Server Error")
        await server.inject(LAN.says("/help"))
        async with serving(turns, server) as task:
            await until(lambda: server.texts(LAN.id), task)

    run(story)
