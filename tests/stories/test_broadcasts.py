"""Notices of a commune: wanted by kind, looked at by two, sent once to each, by day, behind whatever is asked."""

import datetime as dt
import json

import pytest

from bot.casework import broadcasts
from tests.cast import BA_DINH, EMMA, HOA, HUNG, LAN, MINH, NGOC_HA, QUANG, TAM, THU
from tests.stage import played
from tests.stories.test_desk_in_browser import Forms, browser

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
WORDS = "Sáng thứ Năm cắt nước từ 8 giờ đến 11 giờ ở đường Đội Cấn"


def got(play, person):
    return [text for text in play.said(person) if WORDS in text and text.startswith("📢")]


async def lives_in(play, *people, wants="utilities", commune="Ngọc Hà"):
    for person in people:
        await play.hears(person.says(f"/commune phường {commune}, Hà Nội"))
        if wants:
            await play.hears(person.presses(f"nwant:{wants}"))


async def written(play, by=HOA, day="26/11/2026"):
    await play.hears(by.says(f"/broadcast utilities {day} {WORDS}"))


async def sent(play, clock, by=MINH):
    await play.hears(by.presses(play.action(by, "nsend:")))
    await play.passes(clock, MINUTE)
    await play.passes(clock, MINUTE)


@played
async def test_two_pairs_of_eyes_a_count_and_then_once_to_whoever_wants_it(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await lives_in(play, LAN, EMMA)
    await lives_in(play, HUNG, wants=None)
    await written(play)
    assert "2 người" in play.said(HOA)[-1]
    assert "nsend" not in str(play.buttons(HOA))
    await play.hears(HOA.presses("nsend:1"))
    assert play.said(HOA)[-1] == play.say("broadcast.second")
    await play.passes(clock, HOUR)
    assert got(play, LAN) == []
    await sent(play, clock)
    assert len(got(play, LAN)) == len(got(play, EMMA)) == 1
    assert got(play, HUNG) == []
    await play.hears(MINH.presses("nsend:1"))
    await play.passes(clock, HOUR)
    assert len(got(play, LAN)) == 1
    await play.hears(MINH.says("/broadcast 1"))
    assert "tới nơi 2" in play.said(MINH)[-1]


@pytest.mark.on_both
@played
async def test_notices_lists_what_holds_today_and_no_longer(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await lives_in(play, LAN, wants=None)
    await written(play, day="24/11/2026")
    await sent(play, clock)
    await play.hears(LAN.says("/notices"))
    assert WORDS in play.said(LAN)[-1]
    await play.passes(clock, 2 * DAY)
    await play.hears(LAN.says("/notices"))
    assert WORDS not in play.said(LAN)[-1]


async def paused_after_one(play, monkeypatch):
    """A notice to three, paused when one of them has it."""
    monkeypatch.setattr(broadcasts, "AT_ONCE", 1)
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await lives_in(play, LAN, HUNG, EMMA)
    await written(play)
    await play.hears(MINH.presses("nsend:1"))
    play.turns.keep_appointments()
    await play.deliver()
    await play.hears(MINH.presses("npause:1"))


@played
async def test_paused_and_resumed_each_is_told_once(play, clock, monkeypatch):
    await paused_after_one(play, monkeypatch)
    await play.passes(clock, HOUR)
    assert sum(len(got(play, person)) for person in (LAN, HUNG, EMMA)) == 1
    await play.hears(HOA.presses("nresume:1"))
    for _ in range(5):
        await play.passes(clock, MINUTE)
    assert [len(got(play, person)) for person in (LAN, HUNG, EMMA)] == [1, 1, 1]


@played
async def test_what_turns_out_wrong_is_stopped_for_good(play, clock, monkeypatch):
    """What waits is not sent, /notices does not tell it any more, and nothing starts it again."""
    await paused_after_one(play, monkeypatch)
    await play.hears(MINH.presses(play.action(MINH, "nrefuse:")), HOA.presses("nresume:1"), MINH.presses("nsend:1"))
    for _ in range(5):
        await play.passes(clock, MINUTE)
    assert sum(len(got(play, person)) for person in (LAN, HUNG, EMMA)) == 1
    assert play.say("broadcast.is_refused", number=1) in play.said(HOA)[-1]
    await play.hears(LAN.says("/notices"))
    assert WORDS not in play.said(LAN)[-1]


@played
async def test_never_at_night_and_not_after_its_end(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await lives_in(play, LAN)
    clock.now = dt.datetime(2026, 11, 25, 15, 0, tzinfo=dt.UTC)  # Wednesday, 22:00
    await written(play)
    await sent(play, clock)
    assert got(play, LAN) == []
    await play.passes(clock, 12 * HOUR)
    assert len(got(play, LAN)) == 1
    await written(play, day="27/11/2026")
    clock.now = dt.datetime(2026, 11, 27, 15, 0, tzinfo=dt.UTC)
    await play.hears(MINH.presses("nsend:2"))
    await play.passes(clock, 3 * DAY)
    assert len(got(play, LAN)) == 1


@pytest.mark.on_both
@pytest.mark.parametrize("how", ["DỪNG", "off", "forget"])
@played
async def test_stopped_it_comes_no_more(play, clock, how):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await lives_in(play, LAN, HUNG)
    await written(play)
    await sent(play, clock)
    match how:
        case "DỪNG":
            await play.hears(LAN.says("DỪNG"))
            assert play.said(LAN)[-1] == play.say("unasked.stopped_notice")
        case "off":
            await play.hears(LAN.presses("nunwant:utilities"))
        case _:
            await play.hears(LAN.says("/forget"), LAN.presses("r:forget"))
    await written(play)
    await play.hears(MINH.presses("nsend:2"))
    await play.passes(clock, MINUTE)
    await play.passes(clock, MINUTE)
    assert (len(got(play, LAN)), len(got(play, HUNG))) == (1, 2)


@played
async def test_strangers_and_other_communes_may_not(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await play.opens_desk(4, BA_DINH, TAM)
    await lives_in(play, LAN)
    await written(play)
    for person in (TAM, HUNG):
        for verb in ("nsend", "npause", "nrefuse"):
            await play.hears(person.presses(f"{verb}:1"))
            assert play.said(person)[-1] == play.say("staff.only")
    await play.hears(HUNG.says(f"/broadcast utilities 26/11/2026 {WORDS}"))
    await play.passes(clock, HOUR)
    assert got(play, LAN) == []


@pytest.mark.parametrize(
    "wrong", ["", "water 26/11/2026 x", "utilities 31/2/2027 x", "utilities 20/11/2026 x", "utilities 26/11/2026"]
)
@played
async def test_what_is_written_wrong_is_explained(play, wrong):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await play.hears(HOA.says(f"/broadcast {wrong}".strip()))
    assert play.said(HOA)[-1] == play.say("broadcast.usage", most=broadcasts.LONGEST)


@pytest.mark.on_both
@played
async def test_mydata_shows_what_is_wanted(play):
    await lives_in(play, LAN)
    await play.hears(LAN.says("/mydata"))
    (one,) = json.loads(play.server.files[LAN.id][-1][1])["subscriptions"]
    assert (one["commune"], one["kind"]) == (8, "utilities")


@played
async def test_a_notice_of_the_province_reaches_each_of_its_communes_and_no_other(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    for person in (QUANG, THU):
        await play.hears(person.says(f"/join {play.invited(8, 'province')}"))
    await lives_in(play, LAN)
    await lives_in(play, HUNG, commune="Ba Đình")
    await play.hears(EMMA.says("/commune phường Bến Nghé, Thành phố Hồ Chí Minh"), EMMA.presses("nwant:utilities"))
    await written(play, by=QUANG)
    assert "2 người" in play.said(QUANG)[-1]
    await play.hears(HOA.presses("nsend:1"))
    assert play.said(HOA)[-1] == play.say("staff.only")
    await sent(play, clock, by=THU)
    assert len(got(play, LAN)) == len(got(play, HUNG)) == 1
    assert got(play, EMMA) == []
    assert "Hà Nội" in got(play, LAN)[0]
    await play.hears(LAN.says("/notices"))
    assert WORDS in play.said(LAN)[-1]


@played
async def test_what_many_ask_is_answered_by_a_notice_that_goes_out_as_well(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, leader=THU)
    await lives_in(play, LAN, wants="other")
    await play.hears(THU.says(f"/notice cúp nước ở đường Đội Cấn :: {WORDS}"))
    await play.hears(THU.presses(play.action(THU, "d:nsend:")))
    await sent(play, clock)
    assert len(got(play, LAN)) == 1


@pytest.mark.on_both
@played
async def test_the_desk_sees_how_far_a_notice_has_got_and_sends_it_there(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await lives_in(play, LAN, EMMA)
    await written(play)
    async with browser(play, HOA) as hoa, browser(play, MINH) as minh:
        await hoa.opens("/ban/thong-bao")
        assert 'value="nsend:1"' not in hoa.page.text  # who wrote it does not send it
        await minh.opens("/ban/thong-bao")
        form = next(one for one in Forms(minh.page.text).forms if one["action"] == "/ban/thong-bao")
        data = {**form["fields"], "a": "nsend:1"}
        minh.page = await minh.client.post("/ban/thong-bao", data=data, follow_redirects=True)
        await play.passes(clock, MINUTE)
        await play.passes(clock, MINUTE)
        await hoa.opens("/ban/thong-bao")
        assert '<progress id="p1" max="2" value="2">' in hoa.page.text
