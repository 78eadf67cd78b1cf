"""The line at a counter: numbers drawn with the code on the wall, called three times, put back behind two, served."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.ahead.line import Hour, best_hours, code_at
from bot.desk.working_time import VIETNAM
from bot.paper.code import svg
from bot.store.tables import tickets
from tests.appointing import taking
from tests.cast import BUDI, EMMA, HOA, HUNG, LAN, MINH, NGOC_HA, STRANGER, TAM
from tests.stage import played
from tests.stories.test_desk_in_browser import Forms, browser
from tests.web import browsed

MINUTE = 60
LINE = "8:ho-tich"


async def here(play, *people):
    play.turns.house = replace(taking(play.turns.house, walk_in="true"), seal=b"k" * 32)
    play.turns._reckoned_by = play.turns.house.knowledge
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    for person in people:
        await play.hears(person.says("/commune phường Ngọc Hà, Hà Nội"))


def on_the_wall(play, clock):
    return code_at(play.turns.house.seal, 8, "ho-tich", clock())


async def draws(play, clock, *people):
    for person in people:
        await play.hears(person.says(f"/number {on_the_wall(play, clock)}"))


async def serves(play, clock, minutes):
    """Hoa calls the next, who is there and is served for some minutes."""
    await play.hears(HOA.presses(f"d:call:{LINE}"))
    await play.hears(HOA.presses(play.action(HOA, "d:came:")))
    await play.passes(clock, minutes * MINUTE)
    await play.hears(HOA.presses(play.action(HOA, "d:came:")))


@pytest.mark.on_both
@played
async def test_a_number_is_drawn_only_with_the_code_on_the_wall_and_only_once(play, clock):
    await here(play, LAN, HUNG)
    old = on_the_wall(play, clock)
    await play.hears(LAN.says("/number"))
    assert play.say("ticket.how", commune="Phường Ngọc Hà", names="Quầy hộ tịch") == play.said(LAN)[-1]
    await play.passes(clock, 25 * MINUTE)
    await play.hears(LAN.says(f"/number {old}"))
    assert play.said(LAN)[-1] == play.say("ticket.wrong")
    await play.hears(LAN.says(f"lấy số {on_the_wall(play, clock)} ạ"))
    await draws(play, clock, HUNG, LAN)
    assert play.said(LAN)[-1].startswith("Số 1 ·")
    await play.hears(LAN.says("đến lượt em chưa ạ"))
    assert play.said(LAN)[-1].startswith("Số 1 ·")
    assert "Trước bạn còn 1 người" in play.said(HUNG)[-1]
    await play.hears(STRANGER.says(f"/number {on_the_wall(play, clock)}"))
    assert "Số" not in play.said(STRANGER)[-1]  # of no commune
    await play.hears(STRANGER.says(f"/start c00008_so-{on_the_wall(play, clock)}"))
    assert play.said(STRANGER)[-1].startswith("Số 3 ·")
    for _ in range(5):
        await play.hears(EMMA.says("/commune phường Ngọc Hà, Hà Nội"), EMMA.says("/number 99999"))
    await draws(play, clock, EMMA)
    assert play.said(EMMA)[-1] == play.say("ticket.too_many", "en")


@pytest.mark.on_both
@played
async def test_called_three_times_then_behind_two_then_it_has_passed(play, clock):
    await here(play, LAN, HUNG, EMMA, BUDI)
    await draws(play, clock, LAN, HUNG, EMMA, BUDI)
    await play.hears(HOA.presses(f"d:call:{LINE}"))
    assert "Số 1" in play.said(LAN)[-1]
    assert "2" in play.said(BUDI)[-1]  # two before Budi now
    lan = play.action(HOA, "d:came:").removesuffix(":here")
    for _ in range(3):
        await play.hears(HOA.presses(f"{lan}:again"))
    assert len([text for text in play.said(LAN) if "🔔" in text]) == 3
    await play.hears(HOA.presses(f"{lan}:missed"))
    assert "lùi lại sau hai người" in play.said(LAN)[-1]
    await play.hears(LAN.presses(play.action(LAN, "tk:")))
    assert "Trước bạn còn 2 người" in play.said(LAN)[-1]
    for person, number in ((HUNG, 2), (EMMA, 3), (LAN, 1)):
        await play.hears(HOA.presses(f"d:call:{LINE}"))
        assert str(number) in play.said(person)[-1]
    await play.hears(HOA.presses(f"{lan}:missed"))  # a button of before: they were called once now
    assert play.said(LAN)[-1] != play.say("ticket.missed", number=1)
    await play.hears(*(HOA.presses(f"{lan}:{how}") for how in ("again", "again", "missed")))
    assert play.said(LAN)[-1] == play.say("ticket.missed", number=1)
    await play.hears(LAN.presses(play.action(LAN, "tkx:")))
    assert play.said(LAN)[-1] == play.say("ticket.over")


@pytest.mark.on_both
@played
async def test_the_wait_is_told_from_real_service_times_and_who_came_from_what_was_noted(play, clock):
    await here(play, LAN, HUNG)
    for minutes in (5, 5, 10, 10, 10):
        await draws(play, clock, LAN)
        await serves(play, clock, minutes)
    await draws(play, clock, LAN, HUNG)
    assert "Trước bạn còn 1 người, khoảng 5–10 phút." in play.said(HUNG)[-1]
    await play.hears(HUNG.presses(play.action(HUNG, "tkx:")), LAN.says("/forget"))
    await play.hears(HUNG.presses(play.action(HUNG, "tky:")), LAN.presses("r:forget"))
    await play.hears(HOA.says("/counter"))
    assert play.say("counter.waiting", count=0, numbers="") in play.said(HOA)[-1]
    assert play.say("counter.ends", served=5, missed=0, left=2, unknown=0) in play.said(HOA)[-1]


@pytest.mark.on_both
@played
async def test_whose_a_number_was_is_forgotten_the_night_after(play, clock, database):
    await here(play, LAN)
    await draws(play, clock, LAN)
    play.turns.plan_nightly()
    await play.passes(clock, 24 * 60 * MINUTE)
    with database.look() as connection:
        assert [tuple(row) for row in connection.execute(select(tickets.c.chat, tickets.c.status))] == [
            ("forgotten", "unknown")
        ]


@pytest.mark.on_both
@played
async def test_a_paused_counter_calls_nobody_and_another_commune_never(play, clock):
    await here(play, LAN)
    await draws(play, clock, LAN)
    await play.hears(HOA.presses(f"d:pause:{LINE}"), HOA.presses(f"d:call:{LINE}"))
    assert not any("🔔" in text for text in play.said(LAN))
    await play.hears(LAN.presses(play.action(LAN, "tk:")))
    assert play.say("ticket.paused") in play.said(LAN)[-1]
    for person in (TAM, LAN, STRANGER):
        await play.hears(person.presses(f"d:call:{LINE}"))
        assert play.said(person)[-1] == play.say("staff.only")
    await play.hears(HOA.presses(f"d:pause:{LINE}"), HOA.presses(f"d:call:{LINE}"))
    assert "🔔" in play.said(LAN)[-1]


@pytest.mark.only_on("sqlite", "a browser sees no database")
@played
async def test_the_page_of_the_counter_calls_serves_and_shows_the_wall(play, clock):
    await here(play, LAN)
    await draws(play, clock, LAN)
    async with browser(play, HOA) as hoa:
        await hoa.opens("/ban/so/tuong")
        now = on_the_wall(play, clock)
        assert f"/number 00008 {now}" in hoa.text
        for link in (f"/so/00008/{now}", "/so/00008"):  # of the moment, and on paper
            assert svg(f"http://desk{link}") in hoa.page.text
        await hoa.opens("/ban/so")
        for told in ("Đã gọi số 1", "Đang làm cho số 1"):
            button = re.search(r'name="a" value="(d:(?:call|came)[^"]*)"', hoa.page.text)[1]
            form = next(one for one in Forms(hoa.page.text).forms if one["action"] == "/ban/so")
            hoa.page = await hoa.client.post("/ban/so", data={**form["fields"], "a": button}, follow_redirects=True)
            assert told in hoa.text
        await play.deliver()
        assert "🔔" in play.said(LAN)[-1]


@browsed
async def test_a_number_is_drawn_from_the_code_for_cameras_and_not_by_looking(web, turns, clock):
    turns.house = replace(taking(turns.house, walk_in="true"), seal=b"k" * 32)
    turns._reckoned_by = turns.house.knowledge
    now, scanned, paper = code_at(turns.house.seal, 8, "ho-tich", clock()), web.browser(), web.browser()
    for _ in range(2):
        await scanned.opens(f"/so/00008/{now}")
    form = scanned.page.form("/so/00008")
    assert form["so"] == now
    await scanned.posts(form)
    assert "Số 1 ·" in scanned.page.text
    await paper.opens("/so/8")
    await paper.posts(paper.page.form("/so/00008"), so=now)  # typed from the screen
    assert "Số 2 ·" in paper.page.text
    assert (await web.get("/so/99999/1234")).status_code == 404
    assert (await web.get("/so/00008/<b>")).text.count("<b>") == 0


def test_the_best_hours_are_told_where_there_are_enough(clock):
    noon = clock().astimezone(VIETNAM).replace(hour=9)
    quick = [(noon.replace(hour=14), noon.replace(hour=14, minute=2))] * 60
    slow = [(noon, noon.replace(minute=40))] * 60
    assert best_hours([*quick, *slow])[0] == Hour(day=0, hour=14)
    assert best_hours(quick[:50]) == []
