"""The cast works, the night reckons, the month is published once, the leader is told."""

import datetime as dt

import pytest
from sqlalchemy import text as sql

from bot.casework import scorecard
from bot.casework.unit_of_work import UnitOfWork
from bot.measure.indicators import indicators
from bot.measure.open_data import names
from bot.measure.tally import month
from bot.store import measured
from tests.cast import BA_DINH, BUDI, EMMA, HOA, HUNG, LAN, NGOC_HA, TAM, THU
from tests.stage import played

HOUR, DAY = 3600, 24 * 3600
NOVEMBER = month("2026-11")


async def a_month(play, clock):
    """Answered in time and rated; answered late; not answered at all; passed to Ba Đình and answered there."""
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    await play.opens_desk(4, BA_DINH, TAM)
    good, late, _lost, moved = [await play.asks(one) for one in (LAN, HUNG, EMMA, BUDI)]
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{good}"))
    await play.passes(clock, 2 * HOUR)  # 11:00
    await play.hears(NGOC_HA.hears(HOA, "chị ra quầy", thread=play.topic(NGOC_HA)))
    await play.hears(NGOC_HA.presses(HOA, f"d:close:{good}"), LAN.presses(f"r:rate:{good}:4"))
    await play.hears(HOA.says(f"/transfer {moved} 00004 nhà ở Ba Đình"), TAM.says(f"/accept {moved}"))
    await play.hears(TAM.says(f"/answer {moved} anh ra quầy 2"), TAM.says(f"/close {moved}"))
    await play.passes(clock, 2 * DAY)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{late}"))
    await play.hears(NGOC_HA.hears(HOA, "anh ra quầy", thread=play.topic(NGOC_HA)))


def counter_of(play, connection):
    return UnitOfWork(connection, play.turns.house, play.turns.clock())


@pytest.mark.on_both
@played
async def test_a_month_reckoned_from_what_happened_and_by_each_query(play, clock, database):
    await a_month(play, clock)
    await play.passes(
        clock, 6 * DAY
    )  # 1 December: what was not closed is to be settled today, for the 24th was a holiday
    with database.look() as connection:
        found = scorecard.measure(counter_of(play, connection), NOVEMBER)
        ngoc_ha, ba_dinh = found.at(8), found.at(4)
        for communes in ((8,), (4,), ()):
            for one in indicators(found.total(communes or None), NOVEMBER, communes, database.dialect):
                rows = connection.execute(sql(one.query)).all()
                if one.form == "count":
                    assert rows == [(one.value,)], one.key
                elif one.form == "share":
                    assert rows == [(one.value or 0, one.of)], one.key
                elif one.form == "list":
                    assert [tuple(row) for row in rows] == list(one.parts), one.key
                elif one.form == "hours":
                    assert len(rows) == one.of
                else:
                    assert (float(rows[0][0] or 0), rows[0][1]) == (one.value or 0, one.of)
    assert (ngoc_ha.opened, ngoc_ha.first_due, ngoc_ha.first_kept) == (4, 3, 1)
    assert (ngoc_ha.settled_due, ngoc_ha.settled_kept, ngoc_ha.waiting, ngoc_ha.overdue) == (1, 1, 2, 1)
    assert (ngoc_ha.moved_away, ngoc_ha.ratings) == (1, {"4": 1})
    assert (ba_dinh.first_due, ba_dinh.first_kept, ba_dinh.settled_kept) == (1, 1, 1)
    assert sorted(ngoc_ha.waits) == [2 * 60, 7 * 60 + 3 * 60]  # the 24th does not count


@pytest.mark.on_both
@played
async def test_the_night_reckons_and_what_is_published_never_changes(play, clock, database):
    play.turns.plan_nightly()
    await a_month(play, clock)
    await play.passes(clock, 30 * DAY)  # 23 December
    with database.look() as connection:
        kept = measured.kept(connection, ["2026-11"])["2026-11"]
        body, at = measured.publication(connection, names("2026-11")[0])
        unit = UnitOfWork(connection, play.turns.house, clock())
        assert "dang-ky-khai-tu" in play.turns.house.knowledge.procedures.keys() - scorecard.named(
            unit
        )  # a family's own
    assert kept[8].first_due == 3
    assert "2026-11,commune,00008,x,x," in body
    assert at == clock()
    with database.change() as connection:
        connection.execute(sql("UPDATE events SET action = 'note' WHERE action = 'answer'"))
    await play.passes(clock, DAY)
    with database.look() as connection:
        assert measured.publication(connection, names("2026-11")[0]) == (body, at)
        assert [name for name, *_ in measured.publications(connection)] == list(names("2026-11"))


@played
async def test_a_month_that_was_settled_while_nobody_ran_is_published_all_the_same(play, clock, database):
    play.turns.plan_nightly()
    await a_month(play, clock)
    await play.passes(clock, 120 * DAY)  # switched off until the end of March: then one night
    with database.look() as connection:
        assert {month for _, month, *_ in measured.publications(connection)} >= {"2026-11", "2026-12", "2027-02"}


@played
async def test_a_month_is_not_published_while_anything_in_it_can_change(play, clock, database):
    play.turns.plan_nightly()
    await a_month(play, clock)
    await play.passes(clock, 20 * DAY)  # 15 December
    with database.look() as connection:
        assert measured.publications(connection) == []
        assert "2026-11" in measured.months(connection)


@played
async def test_the_leader_is_told_each_morning_what_stands_and_each_month_how_it_went(play, clock):
    await a_month(play, clock)  # Wednesday 25 November, 11:00
    await play.passes(clock, 21 * HOUR)  # Thursday, 08:00
    assert "Đang chờ 2 việc, trong đó 1 việc đã quá hẹn, 1 việc chưa ai nhận." in "\n".join(play.said(THU))
    assert "Trả lời lần đầu đúng hẹn" not in "\n".join(play.said(THU))
    for _ in range(5):
        await play.passes(clock, DAY)  # Tuesday 1 December
    told = next(said for said in play.said(THU) if "tháng 11/2026" in said)
    assert "Phường Ngọc Hà" in told
    assert "Trả lời lần đầu đúng hẹn: 1/3 (tháng trước chưa có)" in told
    assert "Điểm người dân chấm: 4.0/5 (1)" in told
    ((name, picture),) = play.server.files[THU.id]
    assert name.endswith(".png")
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    await play.passes(clock, DAY)
    assert sum("tháng 11/2026" in said for said in play.said(THU)) == 1
    assert "tháng 11/2026" not in "\n".join(play.said(HOA))  # an officer is told of the work, not of the figures


@pytest.mark.on_both
@played
async def test_questions_are_counted_without_words_or_whose(play, clock, database):
    await play.hears(LAN.says("/commune phường Ngọc Hà, Hà Nội"), LAN.says("khai sinh cần giấy gì"))
    await play.hears(HUNG.says("xe buýt số 32 chạy mấy giờ"), LAN.says("cảm ơn"))
    with database.look() as connection:
        (row, other) = connection.execute(sql("SELECT * FROM asked ORDER BY id")).mappings().all()
        found = scorecard.measure(counter_of(play, connection), NOVEMBER).at(8)
    assert (row["commune"], row["procedure"], row["outcome"]) == (8, "dang-ky-khai-sinh", "answered")
    assert (other["procedure"], other["outcome"]) == (None, "no_match")
    assert set(row) == {"id", "at", "commune", "outcome", "procedure"}
    assert (found.questions, found.by_bot, found.no_answer) == (1, 1, 0)


@played
async def test_what_has_been_open_for_longer_than_the_days_that_are_told_counts(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    await play.asks(LAN)
    clock.now += dt.timedelta(days=45)
    await play.hears(THU.says("/stats"))
    figures = play.said(THU)[-1]
    assert "Trả lời lần đầu đúng hẹn: 0/1" in figures
    assert "Đang quá hẹn: 1" in figures


@played
async def test_an_answer_taken_back_after_its_month_was_published_is_told_and_counted_where_it_was(
    play, clock, database
):
    play.turns.plan_nightly()
    await a_month(play, clock)
    await play.passes(clock, 30 * DAY)  # 23 December: November is published
    with database.look() as connection:
        wrote = connection.execute(sql("SELECT message FROM messages WHERE text = 'anh ra quầy'")).scalar_one()
        was = [measured.publication(connection, name) for name in names("2026-11")]
    await play.hears(NGOC_HA.hears(HOA, "/delete", thread=play.topic(NGOC_HA), reply_to=int(wrote)))
    assert any("Tháng 11/2026 đã công bố thì không sửa" in said for said in play.said(NGOC_HA)[-4:])
    assert any("Hoa vừa rút lại câu trả lời" in said for said in play.said(THU))
    await play.passes(clock, DAY)
    with database.look() as connection:
        assert [measured.publication(connection, name) for name in names("2026-11")] == was
        found = scorecard.measure(counter_of(play, connection), month("2026-12"))
    assert found.at(8).taken_back == 1
