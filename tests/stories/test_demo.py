"""The commune of the demonstration: played, not painted."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.commands.demo import Clock, Demo
from bot.turn import Turns
from tests.web import Page, pages

pytestmark = pytest.mark.only_on("sqlite", "a demonstration is a file of its own")


def test_a_commune_has_lived_thirty_days_and_can_be_looked_at(database, house):
    clock = Clock()
    turns = Turns(database, replace(house, passing=frozenset({"web"})), clock=clock)

    async def story():
        async with pages(turns, trial=True) as web:  # its key is the one that secrets are made with
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
            assert [role for role, _ in shown.invitations] == ["officer", "officer", "leader"]

    asyncio.run(story())
    with database.look() as connection:
        states = set(connection.execute(text("SELECT DISTINCT status FROM requests")).scalars())
        offered = connection.execute(text("SELECT count(*) FROM requests WHERE transfer_to IS NOT NULL")).scalar_one()
        waiting = connection.execute(text("SELECT count(*) FROM outbox WHERE state = 'waiting'")).scalar_one()
    assert states == {"open", "claimed", "asked", "answered", "escalated", "closed", "cancelled"}
    assert offered == 1
    assert waiting == 0
