"""The whole Service over real HTTP: by long polling and by webhook."""

import asyncio
import json
import socket

import httpx
import pytest

from bot.service.serve import CannotServe
from bot.store import people
from tests.cast import EMMA, LAN
from tests.serving import alive, counted, free_port, run, serving, until
from tests.stage import Play, settings, telegram
from tests.telegram_server import TOKEN

QUESTION = "em mới sinh con, cần giấy gì"


def test_by_polling_a_bad_update_and_a_good_one(turns, database):
    async def story(server):
        await server.inject({"message": {"message_id": "x"}}, LAN.says(QUESTION), EMMA.says("lost my ID card"))
        async with serving(turns, server) as task:
            await until(lambda: server.texts(LAN.id) and server.texts(EMMA.id), task)
        assert counted(database) == {"done": 2, "bad": 1}

    run(story)


def test_commands_are_registered_in_every_language(turns):
    async def story(server):
        async with serving(turns, server) as task:
            await until(lambda: any(name == "getUpdates" for name, _ in server.calls), task)
        languages = {fields.get("language_code") for name, fields in server.calls if name == "setMyCommands"}
        assert languages == {None, "vi", "en", "id"}

    run(story)


def lists(server):
    """The commands that each place is shown last, by its scope and chat; nothing where its list was taken away."""
    found = {}
    for name, fields in list(server.calls):
        if name in ("setMyCommands", "deleteMyCommands") and not fields.get("language_code"):
            scope = json.loads(fields.get("scope") or "{}")
            names = [one["command"] for one in json.loads(fields.get("commands", "[]"))]
            found[scope.get("type"), scope.get("chat_id")] = names
    return found


def test_citizens_officers_and_groups_are_shown_eight_commands_each_at_most(turns, monkeypatch):
    monkeypatch.setattr("bot.doors.telegram.door.MENUS_SECONDS", 0.05)

    async def story(server):
        play = Play(server, turns)
        with turns.database.change() as connection:
            people.appoint(connection, person="telegram:21", name="Hoa", role="officer", commune=8, province=1,
                           now=turns.clock())  # fmt: skip
            people.set_desk(connection, chat="telegram:-1008", commune=8, forum=True, now=turns.clock())
        async with serving(turns, server) as task:
            await until(lambda: ("chat", -1008) in lists(server) and ("chat", 21) in lists(server), task)
            shown = lists(server)
            assert all(1 <= len(names) <= 8 for names in shown.values())
            assert shown["all_private_chats", None] == shown["default", None]
            assert "queue" not in shown["all_private_chats", None]
            assert "queue" in shown["chat", 21]
            assert "claim" in shown["chat", -1008]
            assert shown["all_group_chats", None] == ["help"]
            with turns.database.change() as connection:
                people.dismiss(connection, "telegram:21", now=turns.clock())
            await until(lambda: lists(server)["chat", 21] == [], task)
            code = play.invited(8, "leader")
            await server.inject(LAN.says(f"/join {code}"))
            await until(lambda: "queue" in lists(server).get(("chat", LAN.id), []), task)
        play.service.threads.close()

    run(story)


@pytest.mark.parametrize(
    ("status", "description", "extra"),
    [(429, "Too Many Requests: retry after 3000", {"retry_after": 3000}), (400, "Bad Request: can't parse", {})],
)
def test_a_refused_list_of_commands_keeps_nobody_waiting(turns, caplog, status, description, extra):
    async def story(server):
        server.fail("setMyCommands", status, description, times=9, **extra)
        await server.inject(LAN.says("/help"))
        async with serving(turns, server) as task:
            await until(lambda: server.texts(LAN.id), task)
            await until(lambda: any("setMyCommands is refused" in one.message for one in caplog.records), task)

    run(story)


def test_a_limited_list_of_commands_is_registered_later(turns):
    async def story(server):
        server.fail("setMyCommands", 429, "Too Many Requests: retry after 0", retry_after=0.01)
        async with serving(turns, server) as task:
            await until(lambda: sum(name == "setMyCommands" for name, _ in server.calls) > 4, task)

    run(story)


CONFLICTS = {
    "terminated by other getUpdates request; make sure that only one bot instance is running": "another program polls",
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete it": "has set a webhook",
}


@pytest.mark.parametrize("description", CONFLICTS)
def test_each_conflict_is_said_in_its_own_sentence(turns, caplog, monkeypatch, description):
    monkeypatch.setattr("bot.doors.telegram.poll.FIRST_PAUSE_SECONDS", 0.01)

    async def story(server):
        server.fail("getUpdates", 409, f"Conflict: {description}", times=2)
        await server.inject(LAN.says("/help"))
        async with serving(turns, server) as task:
            await until(lambda: server.texts(LAN.id), task)
        said = [one.message for one in caplog.records if "no updates for now" in one.message]
        assert [CONFLICTS[description] in one for one in said] == [True, True]

    run(story)


@pytest.mark.parametrize("status", [409, 500])
def test_polling_goes_on_after_an_error(turns, status, monkeypatch):
    monkeypatch.setattr("bot.doors.telegram.poll.FIRST_PAUSE_SECONDS", 0.01)

    async def story(server):
        server.fail("getUpdates", status, "Conflict" if status == 409 else "Internal Server Error", times=2)
        server.garble("getUpdates")
        await server.inject(LAN.says(QUESTION))
        async with serving(turns, server) as task:
            await until(lambda: server.texts(LAN.id), task)

    run(story)


def test_a_wrong_token_is_said_in_one_sentence(turns):
    async def story(server):
        service = telegram(settings(server).model_copy(update={"telegram_bot_token": _secret("1:wrong")}), turns)
        with pytest.raises(CannotServe, match="TELEGRAM_BOT_TOKEN"):
            await service.run(asyncio.Event())

    run(story)


def test_a_taken_port_is_said_in_one_sentence(turns):
    async def story(server):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            extra = {"webhook_url": "http://127.0.0.1/hook", "port": taken.getsockname()[1]}
            with pytest.raises(CannotServe, match="cannot be used"):
                await telegram(settings(server, **extra), turns).run(asyncio.Event())

    run(story)


@pytest.mark.on_both
def test_by_webhook_stored_before_acknowledged(turns, database):
    async def story(server):
        port = free_port()
        extra = {"webhook_url": f"http://127.0.0.1:{port}/hook", "port": port}
        async with serving(turns, server, **extra) as task:
            await until(lambda: any(name == "setWebhook" for name, _ in server.calls), task)
            await alive(port, task)
            await server.inject(LAN.says(QUESTION), {"message": {"message_id": "x"}}, LAN.says("lệ phí bao nhiêu"))
            await until(lambda: len(server.texts(LAN.id)) == 2, task)
            assert server._update_queues._state(TOKEN).updates == []
        assert "5.000" in server.texts(LAN.id)[1]

    run(story)


def test_the_webhook_refuses_what_telegram_did_not_send(turns, database):
    async def story(server):
        port = free_port()
        extra = {"webhook_url": f"http://127.0.0.1:{port}/hook", "port": port, "webhook_secret": "s3cret"}
        async with serving(turns, server, **extra) as task:
            await alive(port, task)
            async with httpx.AsyncClient(verify=False, base_url=f"http://127.0.0.1:{port}") as client:
                header = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}
                assert (await client.post("/hook", json={"update_id": 1})).status_code == 403
                wrong = {"X-Telegram-Bot-Api-Secret-Token": "s3creT"}
                assert (await client.post("/hook", json={"update_id": 1}, headers=wrong)).status_code == 403
                assert (await client.post("/hook", content=b"{" * 2_000_000, headers=header)).status_code == 413
                assert (await client.post("/hook", content=b"not json", headers=header)).status_code == 200
                assert (await client.get("/hook")).status_code == 405
                assert (await client.get("/healthz")).json() == {"alive": True}
            await until(lambda: counted(database) == {"bad": 1}, task)

    run(story)


def _secret(value):
    from pydantic import SecretStr

    return SecretStr(value)
