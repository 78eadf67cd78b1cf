"""What is read without the library's objects is read as the library reads it."""

import random

import pytest

from bot.config import Settings
from bot.conversation.visit import Kind
from bot.doors.telegram import inbound, plain
from bot.doors.telegram.door import build_bot
from bot.doors.telegram.readable import read
from tests.cast import EMMA, HOA, LAN, NGOC_HA
from tests.mangling import mangled
from tests.telegram_server import TOKEN


@pytest.fixture(scope="module")
def bot():
    return build_bot(TOKEN, Settings().telegram_api_url)


def test_words_in_private_are_read_alike_however_they_are_mangled(bot):
    chance, alike = random.Random(16), 0
    for update in (
        LAN.says("em mới sinh con"),
        EMMA.says("a\0b \ud83d x" * 3000),
        *(mangled(chance) for _ in range(4000)),
    ):
        if (visit := plain.visit_of({"update_id": 1, **update})) is None:
            continue
        library = read({"update_id": 1, **update}, bot)
        assert visit == inbound.visit_of(library), update
        alike += 1
    assert alike > 10


@pytest.mark.parametrize(
    "update",
    [LAN.says("/help"), LAN.edits("lệ phí"), LAN.presses("answer:x:fee"), NGOC_HA.hears(HOA, "dạ"),
     LAN.says("xem https://a.vn", entities=[{"type": "url", "offset": 4, "length": 12}]),
     LAN.says("đúng", reply_to_message={"message_id": 7}), LAN.sends(photo=[]), None, [], {"message": "x"}],
    ids=str,
)  # fmt: skip
def test_whatever_says_more_than_words_goes_through_the_library(update):
    assert plain.visit_of(update) is None


def test_plain_words_are_a_visit():
    visit = plain.visit_of({"update_id": 1, **LAN.says("mất bóp rồi")})
    assert (visit.kind, visit.chat, visit.text, visit.name) == (Kind.TEXT, "telegram:11", "mất bóp rồi", "Lan")
