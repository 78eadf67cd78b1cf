"""A person's own data: agreed to, shown, forgotten, and let go when its time has come."""

import datetime as dt
import json

import pytest
from sqlalchemy import select, text

from bot.store import audit, chats, people
from bot.store.tables import kept_out
from tests.cast import HOA, HUNG, LAN, MINH, NGOC_HA, THU
from tests.stage import played

DAY = 24 * 3600


def everything(database):
    with database.look() as connection:
        tables = ("requests", "events", "messages", "chats", "outbox", "inbox", "shown", "agenda")
        return "\n".join(str(row) for name in tables for row in connection.execute(text(f"SELECT * FROM {name}")))  # noqa: S608


@played
async def test_nothing_personal_is_kept_before_the_person_agrees(play, database):
    await play.hears(LAN.says("/commune phường Ngọc Hà, Hà Nội"), LAN.says("/request Zxq bị sai tên mẹ"))
    asked = play.last(LAN)
    assert "Bạn đồng ý không?" in asked["text"]
    assert "Zxq" not in everything(database)
    await play.hears(LAN.presses("r:no"))
    assert "không có gì được lưu" in play.said(LAN)[-1]
    await play.hears(LAN.says("khai sinh cần giấy gì"))
    assert "Nộp" in play.said(LAN)[-1]  # the bot itself asks for no consent


@pytest.mark.on_both
@played
async def test_agreeing_is_kept_with_version_and_time_and_asked_once(play, database):
    await play.drafts(LAN, "Zxq bị sai tên mẹ")
    assert "Zxq bị sai tên mẹ" in play.said(LAN)[-1]
    with database.look() as connection:
        (memory,) = connection.execute(text("SELECT memory FROM chats WHERE chat = 'telegram:11'")).one()
    assert json.loads(memory)["consent"] == {"version": 1, "at": "2026-11-23T02:00:00Z"}
    await play.hears(LAN.presses(play.action(LAN, "r:send:")), LAN.says("/request việc khác"))
    assert "CHƯA GỬI" in play.said(LAN)[-1]


@played
async def test_privacy_says_the_days_in_force(play):
    await play.hears(LAN.says("/privacy"))
    for words in ("30 ngày", "180 ngày", "chưa đồng ý"):
        assert words in play.said(LAN)[-1]


@played
async def test_mydata_sends_everything_and_only_one_s_own(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN, "giấy chứng sinh của Zxq sai")
    await play.asks(HUNG, "chuyện riêng của Hùng")
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.hears(NGOC_HA.hears(HOA, "// nghi là hồ sơ cũ", thread=play.topic(NGOC_HA)), LAN.says("/mydata"))
    ((name, data),) = play.server.files[LAN.id]
    held = json.loads(data)
    assert name.endswith(".json")
    assert [one["code"] for one in held["requests"]] == [code]
    assert "Zxq" in data.decode()
    assert "chuyện riêng của Hùng" not in data.decode()
    assert code in "".join(play.said(LAN)[-2:])


@pytest.mark.on_both
@played
async def test_whoever_is_kept_out_can_see_why_and_be_forgotten(play, database, clock):
    why = "chửi cán bộ, " * 40
    with database.change() as connection:
        until = clock() + dt.timedelta(days=30)
        people.keep_out(connection, f"telegram:{LAN.id}", commune=8, by=f"telegram:{HOA.id}", why=why,
                        now=clock(), until=until)  # fmt: skip
    await play.hears(LAN.says("/mydata"))
    ((_, data),) = play.server.files[LAN.id]
    assert [one["why"] for one in json.loads(data)["kept_out"]] == [why]
    assert str(HOA.id) not in data.decode()
    await play.hears(LAN.says("/commune phường Ngọc Hà, Hà Nội"), LAN.says("/forget"), LAN.presses("r:forget"))
    with database.look() as connection:
        assert not chats.recall(connection, f"telegram:{LAN.id}")
        assert f"telegram:{LAN.id}" not in connection.execute(select(kept_out.c.person)).scalars().all()


@pytest.mark.on_both
@played
async def test_forget_asks_once_cancels_tells_the_desk_and_gives_a_receipt(play, database):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN, "giấy chứng sinh của Zxq sai")
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.asks(HUNG, "thẻ của Hùng")
    await play.hears(HUNG.says("/forget"), HUNG.presses("r:forget"))
    assert len(play.server.topics[NGOC_HA.id]) == 1  # none is opened to say that it can be deleted
    await play.hears(LAN.says("/forget"))
    assert code in play.said(LAN)[-1]
    assert "Zxq" in everything(database)
    await play.hears(LAN.presses("r:forget"))
    assert "Số biên nhận" in play.said(LAN)[-1]
    assert "xóa dữ liệu" in "".join(play.said(NGOC_HA)[-2:])
    left = everything(database)
    assert "Zxq" not in left
    assert "Lan" not in left
    with database.look() as connection:
        ended = connection.execute(text("SELECT status, citizen FROM requests")).all()
        own = text("SELECT action FROM events WHERE code = :code ORDER BY id")
        events = connection.execute(own, {"code": code}).scalars().all()
    assert ended == [("cancelled", "forgotten")] * 2
    assert events == ["send", "claim", "cancel"]  # what happened stays, not whose it was
    await play.hears(LAN.presses("r:forget"))
    assert "0 yêu cầu" in play.said(LAN)[-1]


@pytest.mark.on_both
@played
async def test_what_has_been_kept_for_its_days_goes_at_night(play, clock, database):
    play.turns.plan_nightly()
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN, "giấy chứng sinh của Zxq sai")
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 90, "height": 60}]
    await play.hears(LAN.sends(photo=photo), LAN.presses(f"r:photo:{code}:clean"))
    await play.hears(NGOC_HA.hears(HOA, "xong ạ", thread=play.topic(NGOC_HA)), NGOC_HA.presses(HOA, f"d:close:{code}"))
    for days, words, photos in ((6, True, 1), (8, True, 0), (170, False, 0)):
        for _ in range(2):
            await play.passes(clock, days * DAY / 2)
        with database.look() as connection:
            kept = connection.execute(text("SELECT count(*) FROM messages WHERE kind = 'photo'")).scalar_one()
        assert ("Zxq" in everything(database), kept) == (words, photos), days
    with database.look() as connection:
        assert connection.execute(text("SELECT count(*) FROM requests WHERE citizen = 'forgotten'")).scalar_one() == 1


@played
async def test_a_colleagues_closed_request_is_not_looked_at(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, leader=THU)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.hears(NGOC_HA.hears(HOA, "xong ạ", thread=play.topic(NGOC_HA)), NGOC_HA.presses(HOA, f"d:close:{code}"))
    await play.hears(MINH.says(f"/status {code}"))
    assert "không thấy yêu cầu nào" in play.said(MINH)[-1]
    await play.hears(THU.says(f"/status {code}"), HOA.says(f"/status {code}"))
    assert code in play.said(THU)[-1]
    assert code in play.said(HOA)[-1]


@pytest.mark.on_both
@played
async def test_every_look_is_a_line_that_cannot_be_changed(play, database):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"), HOA.says(f"/status {code}"))
    with database.look() as connection:
        lines = audit.of_subject(connection, code)
        assert [(line["actor"], line["action"]) for line in lines] == [
            ("telegram:21", "claim"),
            ("telegram:21", "look"),
        ]
        assert audit.broken_at(connection) == (4, None)
    for statement in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit"):
        with pytest.raises(Exception, match="only ever added to"), database.change() as connection:
            connection.execute(text(statement))


@pytest.mark.only_on("sqlite", "the triggers are taken off with SQLite's own words")
@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET actor = 'x' WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id = 2", 3),
        ("UPDATE audit SET hash = before WHERE id = 4", 4),
        ("UPDATE audit SET at = '2026-01-01 00:00:00' WHERE id = 1", 1),
    ],
)
@played
async def test_a_line_changed_behind_the_triggers_is_found(play, database, statement, broken):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"), HOA.says(f"/status {code}"))
    with database.change() as connection:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("DROP TRIGGER audit_no_delete"))
        connection.execute(text(statement))
    with database.look() as connection:
        assert audit.broken_at(connection)[1] == broken
