"""Words that no keyboard sends, and updates that no Telegram sends."""

import json

import pytest

from bot.store import inbox
from tests.cast import LAN, STRANGER
from tests.stage import played


@pytest.mark.parametrize("typed", ["xyzzy \ud800", "\udfff\ud800", "\x00", "\u202e" * 4000, "🙂" * 5000, "{name}"])
def test_strange_names_of_communes_are_answered(turns, typed):
    @played
    async def story(play):
        await play.hears(LAN.says(f"/commune {typed}"))
        assert len(play.said(LAN)) == 1
        assert play.said(LAN) != [play.say("error.machine", reference=1)]

    story(turns)


@pytest.mark.parametrize("typed", ["\ud800", "\x00\x01", "\u200b", "👨‍👩‍👧", "e\u0301" * 3000, "<b>&amp;", "*_`["])
def test_strange_words_are_answered(turns, typed):
    @played
    async def story(play):
        await play.hears(LAN.says(typed))
        assert len(play.said(LAN)) == 1
        assert play.said(LAN) != [play.say("error.machine", reference=1)]

    story(turns)


STRANGE_UPDATES = [
    {"message": {"message_id": 1, "date": 1, "chat": {"id": 2**62, "type": "private"}, "text": "hi"}},
    {"message": LAN.message(text="hi") | {"date": 2**60}},
    {"message": LAN.message(text="hi") | {"chat": {"id": "eleven", "type": "private"}}},
    {"message": LAN.message(text="/start") | {"entities": [{"type": "bot_command", "offset": 5000, "length": 6}]}},
    {"message": LAN.message(text="hi") | {"entities": [{"type": "bot_command", "offset": -1, "length": 10**9}]}},
    {"message": LAN.message(text=["hi"])},
    {"message": LAN.message(text=None)},
    {"message": LAN.message(photo=[])},
    {"message": LAN.message(photo="no")},
    {"message": []},
    {"callback_query": {"id": "1", "from": LAN.user(), "chat_instance": "1"}},
    {
        "callback_query": {
            "id": "1",
            "from": LAN.user(),
            "chat_instance": "1",
            "data": "topics",
            "inline_message_id": "7",
        }
    },
    {"my_chat_member": {"chat": LAN.chat(), "from": LAN.user(), "date": 1}},
    {"edited_message": LAN.message(text="hi", edit_date="yesterday")},
    {"message": {**LAN.message(text="hi"), "from": None}},
    {"message": {**LAN.message(text="hi"), "from": {**LAN.user(), "language_code": 5}}},
    {"message": {**LAN.message(text="hi"), "from": {**LAN.user(), "id": {}}}},  # the library itself raises
    {"something_new": {"from": LAN.user()}},
]


@pytest.mark.parametrize("update", STRANGE_UPDATES, ids=lambda update: json.dumps(update)[:60])
def test_a_strange_update_never_stops_the_next(turns, database, update):
    @played
    async def story(play):
        await play.hears(update, STRANGER.says("/help"))
        assert play.say("help.ask") in play.said(STRANGER)[-1]
        with database.look() as connection:
            assert "waiting" not in inbox.count(connection)

    story(turns)
