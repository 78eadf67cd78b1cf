"""A flood gets one polite sentence, then silence; it reaches no desk, and holds up nobody else."""

import pytest

from bot.casework.gate import Gate, Limits
from bot.store import outbox
from bot.store.database import open_database
from bot.turn import Turns
from tests.cast import EMMA, HOA, LAN, MINH, NGOC_HA, STRANGER, Group
from tests.stage import Play, played


@pytest.fixture
def limited(turns):
    turns.gate = Gate(Limits(person=5, everyone=0))


@pytest.fixture
def crowded(turns):
    turns.gate = Gate(Limits(person=0, everyone=20))


@pytest.mark.usefixtures("limited")
@played
async def test_one_sentence_then_silence(play):
    await play.hears(*(STRANGER.says("/help") for _ in range(50)))
    told = play.said(STRANGER)
    assert told[5] == play.say("flood.person")
    assert len(told) == 6


@pytest.mark.usefixtures("limited")
@played
async def test_a_flood_that_goes_on_stays_silent_and_a_minute_of_quiet_ends_it(play, clock):
    await play.hears(*(STRANGER.says("/help") for _ in range(6)))
    for _ in range(10):
        clock.pass_(50)
        await play.hears(STRANGER.says("/help"))
    assert len(play.said(STRANGER)) == 6
    clock.pass_(60)
    await play.hears(STRANGER.says("/topics"))
    assert play.said(STRANGER)[-1] == play.say("topics.choose")


@pytest.mark.usefixtures("limited")
@played
async def test_whoever_writes_now_and_then_never_floods(play, clock):
    for _ in range(30):
        clock.pass_(13)
        await play.hears(LAN.says("/help"))
    assert len(play.said(LAN)) == 30
    assert play.say("flood.person") not in play.said(LAN)


@pytest.mark.usefixtures("limited")
@played
async def test_a_flood_makes_no_request_no_card_and_no_topic(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    shown = len(play.said(NGOC_HA))
    await play.hears(
        STRANGER.says("/commune phường Ngọc Hà, Hà Nội"),
        *(STRANGER.says("/help") for _ in range(5)),
        *(STRANGER.says(f"/request câu hỏi thứ {n}") for n in range(30)),
        *(STRANGER.presses("r:send:MC-AAAA-AA") for _ in range(30)),
    )
    assert play.said(STRANGER)[-1] == play.say("flood.person")
    assert len(play.said(NGOC_HA)) == shown
    assert play.server.topics[NGOC_HA.id] == []


@pytest.mark.usefixtures("limited")
@played
async def test_a_flood_of_one_is_nothing_to_another(play):
    await play.hears(*(STRANGER.says("/help") for _ in range(20)), LAN.says("/topics"))
    assert play.said(LAN) == [play.say("topics.choose")]


@pytest.mark.usefixtures("limited")
@played
async def test_each_is_told_in_their_language(play):
    await play.hears(*(EMMA.says("lost my ID card") for _ in range(9)))
    assert play.said(EMMA)[-1] == play.say("flood.person", "en")


@pytest.mark.usefixtures("limited")
@played
async def test_staff_at_work_are_never_a_flood(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await play.hears(*(HOA.says("/queue") for _ in range(20)))
    assert len(play.said(HOA)) >= 20
    assert play.say("flood.person") not in play.said(HOA)


@pytest.mark.usefixtures("limited")
@played
async def test_in_a_group_a_flood_is_not_answered_at_all(play):
    hamlet = Group(-77)
    await play.hears(*(hamlet.hears(STRANGER, "/help") for _ in range(20)))
    assert len(play.said(hamlet)) == 5
    assert play.say("flood.person") not in play.said(hamlet)


@pytest.mark.usefixtures("limited")
@played
async def test_an_officer_leaving_is_noticed_in_any_flood(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await play.hears(*(NGOC_HA.hears(HOA, "Xin chào") for _ in range(20)), NGOC_HA.loses(HOA))
    clock.pass_(60)
    await play.hears(HOA.says("/queue"))
    assert play.said(HOA)[-1] == play.say("staff.only")


@pytest.mark.on_both
@played
async def test_replicas_count_together(play, house, clock, database_url, database):
    others = [Turns(open_database(database_url), house, clock, Limits(person=5)) for _ in range(3)]
    replicas = [Play(play.server, turns) for turns in others]
    for n in range(12):
        replica = replicas[n % 3]
        await replica.store({"update_id": 100 + n, **STRANGER.says("/help")})
        await replica.begin()
        await replica.act()
    with database.look() as connection:
        assert outbox.count(connection) == {"waiting": 6}
    for replica in replicas:
        await replica.end()
        replica.service.threads.close()
        replica.turns.database.close()


@pytest.mark.on_both
@pytest.mark.usefixtures("crowded")
@played
async def test_when_everybody_writes_at_once_each_is_told_once(play, clock):
    await play.store(*(STRANGER.says("/help") for _ in range(25)))
    clock.pass_(5)
    await play.hears(LAN.says("/help"), LAN.says("/help"), EMMA.says("/help"))
    assert play.said(LAN) == [play.say("flood.everyone")]
    assert len(play.said(EMMA)) == 1
    clock.pass_(61)
    await play.hears(LAN.says("/topics"))
    assert play.said(LAN)[-1] == play.say("topics.choose")


@pytest.mark.on_both
@pytest.mark.usefixtures("limited")
@played
async def test_who_wrote_is_forgotten_when_they_are_quiet(play, clock, database):
    from sqlalchemy import select

    from bot.store.tables import floods

    await play.hears(LAN.says("/help"))
    await play.passes(clock, 3601)
    await play.hears(EMMA.says("/help"))
    await play.passes(clock, 3601)
    with database.look() as connection:
        assert connection.execute(select(floods.c.person)).all() == []


@pytest.mark.usefixtures("limited")
@played
async def test_a_flood_is_not_ended_by_being_forgotten(play):
    await play.hears(STRANGER.says("/help"), STRANGER.says("/forget"), STRANGER.presses("r:forget"))
    told = len(play.said(STRANGER))
    await play.hears(*(STRANGER.says("/help") for _ in range(20)))
    assert len(play.said(STRANGER)) == told + 3  # the fourth and fifth of the minute, and the one sentence
    assert play.said(STRANGER)[-1] == play.say("flood.person")


@played
async def test_guessing_is_not_begun_anew_by_being_forgotten(play, clock):
    for n in range(5):
        await play.hears(STRANGER.says(f"/join nope{n}"))
    await play.hears(STRANGER.says("/forget"), STRANGER.presses("r:forget"))
    code = play.invited(8, "officer")
    await play.hears(STRANGER.says(f"/join {code}"))
    assert play.said(STRANGER)[-1] == play.say("join.too_many")
    clock.pass_(3601)
    await play.hears(STRANGER.says(f"/join {code}"))
    assert play.say("join.how") in play.said(STRANGER)[-1]


@played
async def test_five_open_requests_never_become_more_by_cancelling_and_reopening(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    codes = [await play.asks(LAN) for _ in range(4)]
    await play.hears(*(LAN.presses(f"r:cancel:{code}") for code in codes))
    fresh = [await play.asks(LAN) for _ in range(4)]
    await play.hears(LAN.presses(f"r:reopen:{codes[0]}"))
    assert codes[0] in play.said(LAN)[-1]  # the fifth
    await play.hears(LAN.presses(f"r:reopen:{codes[1]}"))
    assert play.said(LAN)[-1] == play.say("draft.too_many", count=5)
    assert len(set(fresh)) == 4


@played
async def test_a_draft_written_before_is_not_sent_beyond_the_limit(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    codes = [await play.asks(LAN) for _ in range(5)]
    await play.hears(LAN.presses(f"r:cancel:{codes[0]}"))
    await play.drafts(LAN)
    send = play.action(LAN, "r:send:")
    await play.hears(LAN.presses(f"r:reopen:{codes[0]}"), LAN.presses(send))
    assert play.said(LAN)[-1] == play.say("draft.too_many", count=5)


@pytest.mark.on_both
@played
async def test_opening_and_cancelling_has_an_end_for_a_day(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    for _ in range(9):
        await play.hears(LAN.presses(f"r:cancel:{await play.asks(LAN)}"))
    last = await play.asks(LAN)
    await play.hears(LAN.presses(f"r:cancel:{last}"), LAN.presses(f"r:reopen:{last}"))
    assert play.said(LAN)[-1] == play.say("draft.too_often", count=10)
    await play.hears(LAN.says("/forget"), LAN.presses("r:forget"), LAN.says("/request cho hỏi"))
    assert play.said(LAN)[-1] == play.say("draft.too_often", count=10)
    clock.pass_(24 * 3600 + 1)
    last = play.code(LAN)
    assert await play.asks(LAN) != last
