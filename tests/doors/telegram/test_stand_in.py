"""The stand-in is as strict as the Bot API: what it lets pass, Telegram would take."""

import asyncio
import json

import httpx
import pytest

from tests.contract import contract_problem
from tests.telegram_server import TOKEN, TelegramServer

TEXT = {"chat_id": "11", "text": "hi"}


def keyboard(*buttons):
    return json.dumps({"inline_keyboard": [[{"text": "x"} | button for button in buttons]]})


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("sendMessage", TEXT),
        ("sendMessage", TEXT | {"text": "ộ" * 4096}),
        ("sendMessage", TEXT | {"entities": '[{"type": "bold", "offset": 0, "length": 2}]'}),
        ("sendMessage", TEXT | {"link_preview_options": '{"is_disabled": true}', "message_thread_id": "7"}),
        ("sendMessage", TEXT | {"reply_markup": keyboard({"callback_data": "a" * 64})}),
        ("sendMessage", TEXT | {"reply_markup": keyboard({"url": "https://dichvucong.gov.vn"})}),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 200}),
        ("setMyCommands", {"commands": '[{"command": "start", "description": "Start"}]', "language_code": "vi"}),
        ("setWebhook", {"url": "https://bot.example/hook", "secret_token": "a-b_1"}),
        ("createForumTopic", {"chat_id": "-1001", "name": "x"}),
    ],
)
def test_what_telegram_takes_it_takes(method, fields):
    assert contract_problem(method, fields) is None


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("sendMesage", TEXT),
        ("sendMessage", {"chat_id": "11"}),
        ("sendMessage", TEXT | {"parse_mod": "HTML"}),
        ("sendMessage", TEXT | {"message_thread_id": "seven"}),
        ("sendMessage", TEXT | {"text": ""}),
        ("sendMessage", TEXT | {"text": "x" * 4097}),
        ("sendMessage", TEXT | {"text": "🙂" * 2049}),
        ("sendMessage", TEXT | {"entities": '[{"type": "bold", "offset": 1, "length": 2}]'}),
        ("sendMessage", TEXT | {"entities": '[{"type": "bold", "offset": 0}]'}),
        ("sendMessage", TEXT | {"reply_markup": keyboard({"callback_data": "a" * 65})}),
        ("sendMessage", TEXT | {"reply_markup": keyboard({"callback_data": "ộ" * 22})}),
        ("sendMessage", TEXT | {"reply_markup": keyboard({"text": "", "callback_data": "a"})}),
        ("sendMessage", TEXT | {"reply_markup": keyboard({})}),
        (
            "sendMessage",
            TEXT | {"reply_markup": keyboard({"callback_data": "a", "url": "https://x.vn"})},
        ),
        ("sendMessage", TEXT | {"reply_markup": keyboard(*[{"callback_data": "a"}] * 9)}),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}),
        ("setMyCommands", {"commands": '[{"command": "Start!", "description": "Start"}]'}),
        ("setMyCommands", {"commands": '[{"command": "start", "description": ""}]'}),
        ("setWebhook", {"url": "https://bot.example/hook", "secret_token": "a b"}),
    ],
)
def test_what_telegram_refuses_it_refuses(method, fields):
    assert contract_problem(method, fields)


def test_a_violation_is_refused_and_remembered():
    async def story():
        async with TelegramServer().running() as server, httpx.AsyncClient(verify=False, base_url=server.url) as client:
            answer = await client.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": 11})
            assert (answer.status_code, answer.json()["ok"]) == (400, False)
            assert len(server.violations) == 1
            assert server.sent == {}

    asyncio.run(story())


def test_a_stranger_with_another_token_gets_nowhere():
    async def story():
        async with TelegramServer().running() as server, httpx.AsyncClient(verify=False, base_url=server.url) as client:
            for token in ("1:wrong", TOKEN.upper(), f"{TOKEN}x"):
                assert (await client.post(f"/bot{token}/getMe")).status_code == 401
            assert server.calls == []

    asyncio.run(story())
