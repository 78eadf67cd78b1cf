"""Telegram brings again what it could not bring: by then a later update may have come, and is not undone."""

import pytest

from tests.cast import HOA, LAN, MINH, NGOC_HA
from tests.stage import played


def edit(person, text, message):
    return {"edited_message": person.message(text=text, edit_date=1_780_000_100) | {"message_id": message}}


async def late(play, first, second):
    """The second arrives and is acted on; then the first is brought again."""
    for number, update in ((9_002, second), (9_001, first)):
        await play.hears({"update_id": number, **update})


@played
async def test_an_older_edit_does_not_undo_a_newer_one(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    wrote = LAN.says("sinh ngày 1")
    await play.hears(wrote)
    message = wrote["message"]["message_id"]
    before = len(play.said(NGOC_HA))
    await late(play, edit(LAN, "sinh ngày 2", message), edit(LAN, "sinh ngày 3", message))
    shown = play.said(NGOC_HA)[before:]
    assert [("ngày 2" in one, "ngày 3" in one) for one in shown] == [(False, True)]


@played
async def test_an_edit_of_another_message_is_not_overtaken(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    one, two = LAN.says("sinh ngày 1"), LAN.says("mẹ tên Hoa")
    await play.hears(one, two)
    first = edit(LAN, "sinh ngày 2", one["message"]["message_id"])
    await late(play, first, edit(LAN, "mẹ tên Hòa", two["message"]["message_id"]))
    shown = "\n".join(play.said(NGOC_HA))
    assert "sinh ngày 2" in shown
    assert "mẹ tên Hòa" in shown


@pytest.mark.parametrize(
    ("what", "first", "second"),
    [
        ("language", LAN.says("/language en"), LAN.says("/language id")),
        ("commune", LAN.says("/commune Thường Tín"), LAN.says("/commune Quốc Oai")),
        ("language", LAN.presses("language:en"), LAN.presses("language:id")),
        ("language", LAN.says("/language en"), LAN.presses("language:id")),
        ("commune", LAN.presses("commune:8"), LAN.says("/commune Quốc Oai")),
    ],
)
def test_the_last_setting_holds(turns, what, first, second):
    @played
    async def story(play):
        await late(play, first, second)
        told = len(play.said(LAN))
        await play.hears(LAN.says("/help" if what == "language" else "/commune"))
        assert told == len(play.said(LAN)) - 1
        wanted = play.say("help.ask", "id") if what == "language" else "Quốc Oai"
        assert wanted.splitlines()[0] in play.said(LAN)[-1]

    story(turns)


@played
async def test_what_undoes_nothing_is_acted_on_however_late(play):
    await late(play, LAN.says("/help"), LAN.says("/topics"))
    assert len(play.said(LAN)) == 2


@played
async def test_after_a_week_telegram_numbers_anew(play, clock):
    await play.hears({"update_id": 9_002, **LAN.says("/language id")})
    clock.pass_(8 * 24 * 3600)
    await play.hears({"update_id": 17, **LAN.says("/language en")}, LAN.says("/help"))
    assert play.said(LAN)[-1].startswith(play.say("help.ask", "en").splitlines()[0])
