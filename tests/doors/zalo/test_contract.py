"""Zalo's own published client is content with the stand-in, and reads what the cast sends: both are shaped as Zalo's."""

import asyncio

import pytest
import zalo_bot
from zalo_bot.error import InvalidToken

from tests.doors.zalo.stage import BA_TU
from tests.zalo_server import TOKEN, ZaloServer


def test_zalos_own_client_works_with_the_stand_in():
    async def story():
        async with ZaloServer().running() as server, zalo_bot.Bot(TOKEN, server.url) as bot:
            me = await bot.get_me()
            assert me.id == "1459232241454765289"
            server.inject(BA_TU.says("xin chào"))
            update = await bot.get_update(timeout=1)
            assert update.message.text == "xin chào"
            assert (update.message.chat.id, update.message.from_user.id) == (BA_TU.id, BA_TU.id)
            sent = await bot.send_message(BA_TU.id, "dạ")
            assert len(sent.message_id) == 20
            assert server.sent[BA_TU.id] == ["dạ"]
            assert server.violations == []

    asyncio.run(story())


def test_zalos_own_client_is_refused_with_another_token():
    async def story():
        async with ZaloServer().running() as server:
            with pytest.raises(InvalidToken):
                await zalo_bot.Bot("1:wrong", server.url).initialize()

    asyncio.run(story())
