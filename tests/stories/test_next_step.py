"""The next step of a path: offered once, when a thing is done, with yes, later and no."""

import datetime as dt

from tests.cast import HOA, LAN, NGOC_HA
from tests.stage import played

DAY = 24 * 3600


def offers(play, person):
    return [text for text in play.said(person) if text.startswith("Xong việc")]


async def all_ready(play):
    """Lan's baby: every paper of the list is ticked."""
    await play.hears(LAN.presses("list:dang-ky-khai-sinh"))
    while case := [b["callback_data"] for b in play.buttons(LAN) if b.get("callback_data", "").startswith("case:")]:
        await play.hears(LAN.presses(case[0]))
    ticks = [b["callback_data"] for b in play.buttons(LAN) if b.get("callback_data", "").startswith("tick:")]
    await play.hears(*(LAN.presses(one) for one in ticks))
    return ticks


@played
async def test_when_every_paper_is_ready_the_next_step_is_offered_once(play):
    ticks = await all_ready(play)
    (offer,) = offers(play, LAN)
    assert "bảo hiểm y tế" in offer
    await play.hears(LAN.presses(ticks[-1]), LAN.presses(ticks[-1]))
    assert len(offers(play, LAN)) == 1
    await play.hears(LAN.presses(play.action(LAN, "answer:the-bao-hiem-y-te:overview")))
    assert "bảo hiểm y tế" in play.said(LAN)[-1].lower()


@played
async def test_later_is_a_week_later_and_once(play, clock):
    await all_ready(play)
    await play.hears(LAN.presses("nlater:dang-ky-khai-sinh"), LAN.presses("nlater:dang-ky-khai-sinh"))
    for _ in range(14):
        await play.passes(clock, DAY + 600)
    assert len(offers(play, LAN)) == 2


@played
async def test_no_and_stop_are_the_end_of_it(play, clock):
    await all_ready(play)
    await play.hears(LAN.presses("nno"))
    assert play.said(LAN)[-1] == play.say("next.fine")
    for _ in range(9):
        await play.passes(clock, DAY + 600)
    assert len(offers(play, LAN)) == 1


@played
async def test_after_a_settled_request_on_the_next_working_day(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN, "khai sinh cho con cần gì")
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.hears(NGOC_HA.hears(HOA, "Chào chị, chị mang giấy chứng sinh ạ", thread=play.topic(NGOC_HA)))
    clock.now = dt.datetime(2026, 11, 27, 9, 0, tzinfo=dt.UTC)  # a Friday, 16:00
    await play.hears(LAN.says(f"/close {code}"))
    await play.passes(clock, 2 * DAY)
    assert offers(play, LAN) == []
    await play.passes(clock, DAY)
    assert len(offers(play, LAN)) == 1
    await play.hears(LAN.says("DỪNG"))
    assert play.said(LAN)[-1] == play.say("unasked.stopped_next")
