"""The commune of the demonstration: played, not painted."""

import asyncio
import datetime as dt
import re
from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.commands.demo import Clock, Demo
from bot.desk.working_time import VIETNAM
from bot.turn import Turns
from tests.web import Page, pages

DESK = ("/ban", "/ban/quay", "/ban/so-lieu")
pytestmark = pytest.mark.only_on("sqlite", "a demonstration is a file of its own")


@pytest.mark.parametrize("when", ["2026-12-01 16:15", "2027-02-06 00:10"])  # Tết's first day last
def test_a_commune_has_lived_thirty_days_and_can_be_looked_at(database, house, when):
    clock = Clock(lambda: dt.datetime.fromisoformat(when).replace(tzinfo=VIETNAM).astimezone(dt.UTC))
    turns = Turns(database, replace(house, passing=frozenset({"web"}), trial=True), clock=clock)

    async def story():
        async with pages(turns) as web:  # its key is the one that secrets are made with
            shown = Demo(turns, clock).play()
            assert shown.requests == 20
            assert "Phường Ngọc Hà, 30 ngày qua" in shown.figures
            assert "Nhận 20" in shown.figures
            for name, code, secret in shown.citizens:
                page = Page(await web.browser().client.get(f"/y/{code}~{secret}", follow_redirects=True))
                assert code in page.text, name
                assert turns.house.catalogs["vi"].say("web.trial") in page.head
            assert (
                "bệnh viện đính chính"
                in Page(
                    await web.browser().client.get("/y/{}~{}".format(*shown.citizens[0][1:]), follow_redirects=True)
                ).text
            )
            assert [role for _, role, _ in shown.staff] == ["officer", "officer", "leader", "province"]
            for name, _, secret in shown.staff:
                await sits_down(web.browser(), name, secret, turns.house.catalogs["vi"].say("web.trial"))

    asyncio.run(story())
    with database.look() as connection:
        states = set(connection.execute(text("SELECT DISTINCT status FROM requests")).scalars())
        offered = connection.execute(text("SELECT count(*) FROM requests WHERE transfer_to IS NOT NULL")).scalar_one()
    assert states == {"open", "claimed", "asked", "answered", "escalated", "closed", "cancelled"}
    assert offered == 1


async def sits_down(browser, name, secret, trial):
    """By the link as it is printed: it opens the desk once, and every page there says what it is."""
    page = await browser.opens(f"/ban/vao?m={secret}")
    assert trial in page.html
    page = await browser.posts(page.form("/ban/vao"))
    assert (page.status, page.response.url.path) == (200, "/ban"), name
    assert name in page.html
    for path in DESK:
        page = await browser.opens(path)
        assert (page.status, trial in page.html) == (200, True), (name, path)
    if code := re.search(r'href="(/ban/r/MC-[^"#?]+)', (await browser.opens("/ban")).html):
        assert trial in (await browser.opens(code[1])).html
    again = await browser.client.post("/ban/vao", data={"m": secret})
    assert again.status_code == 403
    assert trial in again.text
