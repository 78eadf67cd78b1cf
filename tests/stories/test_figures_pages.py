"""Figures on pages: a leader's, a province's, everybody's, and as open data."""

import json
import re

import pytest

from bot.casework import scorecard
from bot.casework.unit_of_work import UnitOfWork
from bot.measure import open_data
from bot.measure.tally import month
from bot.service.metrics import Metrics
from bot.store import figures, measured
from tests.cast import HOA, HUNG, LAN, NGOC_HA, QUANG, THU
from tests.conftest import ROOT
from tests.stage import played
from tests.stories.test_desk_in_browser import browser

DAY = 24 * 3600


@pytest.mark.on_both
@played
async def test_a_leader_sees_the_queue_the_trend_and_who_holds_what(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    await play.hears(QUANG.says(f"/join {play.invited(8, 'province')}"))
    code = await play.asks(LAN, "chuyện của Zxq")
    for _ in range(4):
        await play.passes(clock, DAY)
    async with browser(play, THU) as thu, browser(play, HOA) as hoa:
        await thu.opens("/ban/so-lieu")
        assert "Phường Ngọc Hà, 11/2026" in thu.text
        assert "Trả lời lần đầu đúng hẹn 0/1" in thu.text
        assert "Đang quá hẹn 1" in thu.text
        assert "Việc nên làm 1 việc quá hẹn: xem và giao 1 việc quá một ngày chưa ai nhận" in thu.text
        assert code in thu.text
        assert "<svg" in thu.page.text
        assert re.search(r"Biết \d/6 điều người dân cần", thu.text)
        assert "Còn thiếu: " in thu.text
        assert "giờ làm việc (" in thu.text
        assert thu.page.text.count("<tr><td>2026-11</td>") == 1  # what the chart shows stands in a table too
        await hoa.opens("/ban/so-lieu")
        assert "dành cho lãnh đạo" in hoa.text
        assert code not in hoa.text
    async with browser(play, QUANG) as quang:
        await quang.opens("/ban/so-lieu")
        assert "Phường Ngọc Hà im lặng" in quang.text
        assert '<rect class="whole" x="0" y="0" width="100"' in quang.page.text  # beside its numbers
        assert "Zxq" not in quang.text


@played
async def test_everybody_sees_what_was_published_and_nothing_else(play, clock):
    async with browser(play) as anybody:
        assert "Chưa có tháng nào" in (await anybody.opens("/so-lieu/00008")).text
        await play.opens_desk(8, NGOC_HA, HOA)
        await play.asks(LAN, "chuyện của Zxq")
        clock.pass_(30 * DAY)
        with play.turns.database.change() as connection:
            unit = UnitOfWork(connection, play.turns.house, clock())
            assert len(scorecard.publish(unit, month("2026-11"))) == 2
        page = await anybody.opens("/so-lieu/8")
        assert "2026-11" in anybody.text
        assert "Phường Ngọc Hà, Thành phố Hà Nội" in anybody.text
        assert "ít" in anybody.text  # one request: how many is not told
        assert "Zxq" not in page.text
        assert page.headers["Cache-Control"].startswith("public")
        assert (
            await anybody.client.get("/so-lieu/8", headers={"If-None-Match": page.headers["ETag"]})
        ).status_code == 304
        weak = f'"other", W/{page.headers["ETag"]}'  # as a proxy that squeezes pages names it
        assert (await anybody.client.get("/so-lieu/8", headers={"If-None-Match": weak})).status_code == 304
        assert (await anybody.opens("/so-lieu/99999")).status_code == 404
        csv = await anybody.opens("/du-lieu/places-2026-11.csv")
        assert csv.headers["Content-Type"].startswith("text/csv")
        assert "2026-11,commune,00008,x,0,0,x,0,0,0,0,," in csv.text.splitlines()
        package = json.loads((await anybody.opens("/du-lieu/datapackage.json")).text)
        assert [one["path"] for one in package["resources"]] == ["places-2026-11.csv", "procedures-2026-11.csv"]
        catalog = json.loads((await anybody.opens("/du-lieu/catalog.jsonld")).text)
        assert catalog["@id"] == "http://desk/du-lieu/catalog.jsonld"
        assert (await anybody.opens("/du-lieu/../x")).status_code == 404
        assert (await anybody.opens("/du-lieu/places-2026-12.csv")).status_code == 404


@pytest.mark.on_both
@played
async def test_what_is_shown_to_all_is_what_was_stored_not_what_is_reckoned_now(play, clock, database):
    await play.opens_desk(8, NGOC_HA, HOA)
    head = ",".join(open_data.PLACES)
    body = f"{head}\r\n2026-09,commune,00008,25,20,20,25,20,20,x,0,80,\r\n"
    with database.change() as connection:
        measured.publish(connection, "places-2026-09.csv", month="2026-09", body=body, now=clock())
    async with browser(play) as anybody:
        await anybody.opens("/so-lieu/00008")
        assert "2026-09 25 25 20 80 20 ít – 0" in anybody.text


@played
async def test_what_is_opened_answered_rated_and_overdue_is_counted_for_the_operator(play, clock, database):
    await play.opens_desk(8, NGOC_HA, HOA)
    code, _ = await play.asks(LAN), await play.asks(HUNG)
    await play.hears(HOA.says(f"/claim {code}"), HOA.says(f"/answer {code} ra quầy 3"), HOA.says(f"/close {code}"))
    await play.hears(LAN.presses(f"r:rate:{code}:4"))
    with database.look() as connection:
        found = figures.take_stock(connection, now=clock())
    assert found.day == {"opened": 2, "answered": 1, "rated": 1}
    assert found.overdue == {}
    for _ in range(3):
        await play.passes(clock, DAY)
    with database.look() as connection:
        found = figures.take_stock(connection, now=clock())
    assert found.day == {"opened": 0, "answered": 0, "rated": 0}
    assert found.overdue == {"00008": 1}  # though the clock has given a new promise


@pytest.mark.on_both
@played
async def test_the_board_asks_for_figures_that_are_there(play, clock, database):
    board = (ROOT / "docs" / "grafana.json").read_text(encoding="utf-8")
    with database.look() as connection:
        page = Metrics().page(figures.take_stock(connection, now=clock())).decode()
    asked = set(re.findall(r"motcua_\w+", json.dumps([p["targets"] for p in json.loads(board)["panels"]])))
    assert len(asked) >= 5
    assert {name for name in asked if f"# HELP {name} " not in page} == set()
