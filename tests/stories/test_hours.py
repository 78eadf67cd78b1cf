"""A commune reports its office hours: a leader proposes, a second person confirms, and they are told everywhere."""

import datetime as dt
import json
import re
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette

from bot.content.opening_hours import read_hours
from bot.content.schema import Counter, Hours, Office
from bot.desk.working_time import VIETNAM
from bot.doors.web.page import Site
from bot.doors.web.public import Public
from bot.store import people
from bot.turn import Turns
from tests.appointing import taking
from tests.cast import BA_DINH, EMMA, HOA, HUNG, LAN, MINH, NGOC_HA, QUANG, STRANGER, TAM, THU
from tests.stage import played
from tests.stories.test_desk_in_browser import browser

LINE = "Thứ 2–6: 7:45–11:45, 13:15–16:45; thứ 7: nghỉ"
TOLD = "thứ Hai–thứ Sáu 07:45–11:45, 13:15–16:45"
SECONDS = 2


async def lives_here(play, person):
    await play.hears(person.says("em mới sinh con, cần giấy gì"), person.presses("commune:8"))


async def asked_for_hours(play, person=LAN):
    await play.hears(person.says("giờ làm việc"))
    return play.said(person)[-1]


async def proposed(play, line=LINE, by=THU, verb="/hours "):
    """Written, looked at, sent: its number."""
    await play.hears(by.says(f"{verb}{line}"))
    await play.hears(by.presses(play.action(by, "d:hsend:")))
    return int(play.action(NGOC_HA, "d:hok:").rpartition(":")[2])


async def a_desk(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, leader=THU)


async def page_of(turns, path):
    app = Starlette(routes=Public(turns, Site()).routes())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://web") as client:
        return await client.get(path)


@pytest.mark.on_both
@played
async def test_proposed_by_a_leader_confirmed_by_an_officer_told_to_everybody(play, clock, database):
    """In the chat, on the commune's page, in its open data, and by a second process within seconds."""
    other = Turns(database, play.turns.house, clock)
    await a_desk(play)
    await lives_here(play, LAN)
    usual = await asked_for_hours(play)
    assert "Giờ thường lệ của cơ quan nhà nước" in usual
    await play.hears(THU.says("/hours"))
    assert "chưa báo giờ riêng" in play.said(THU)[-1]
    await play.hears(THU.presses("d:hnew:8:service_centre"))
    await play.hears(THU.says(LINE, reply_to_message={"message_id": play.last(THU)["message_id"], "date": 1,
                                                      "chat": THU.chat(), "text": "…"}))  # fmt: skip
    understood = play.said(THU)[-1]
    assert "Thứ Sáu: 07:45–11:45, 13:15–16:45" in understood
    assert "Thứ Bảy: nghỉ" in understood
    await play.hears(THU.presses(play.action(THU, "d:hsend:")))
    asking = "\n".join(play.said(NGOC_HA))
    assert "Thu đề nghị giờ mới" in asking
    assert await asked_for_hours(play) == usual  # nothing holds yet
    before = await page_of(play.turns, "/x/00008")
    await play.hears(NGOC_HA.presses(HOA, play.action(NGOC_HA, "d:hok:")))
    assert "đã được xác nhận" in play.said(NGOC_HA)[-1]
    assert "đã được xác nhận" in play.said(THU)[-1]
    now = await asked_for_hours(play)
    assert TOLD in now
    assert "Giờ này do Phường Ngọc Hà báo, cán bộ xác nhận ngày 23/11/2026." in now
    assert not {"Hoa", "Thu"} & {*re.findall(r"\w+", now)}  # by their role
    after = await page_of(play.turns, "/x/00008")
    assert TOLD in after.text
    assert before.headers["etag"] != after.headers["etag"]
    linked = (await page_of(play.turns, "/x/00008/dang-ky-khai-sinh")).text
    found = json.loads(re.search(r"ld\+json\">(.*?)</script>", linked, re.DOTALL)[1])["availableChannel"][-1]
    assert found["serviceLocation"]["openingHoursSpecification"][0]["opens"] == "07:45"
    assert play.turns.house.office(8).closes(clock()).astimezone(VIETNAM).time() == dt.time(11, 45)  # promises too
    assert TOLD not in (await page_of(other, "/x/00008")).text
    other.keep_appointments()
    assert (await page_of(other, "/x/00008")).headers["etag"] == after.headers["etag"]
    assert "07:45" in (await page_of(Turns(database, other.house, clock), "/x/00008")).text  # and after a restart
    with database.look() as connection:
        lines = connection.exec_driver_sql("SELECT action, actor, subject FROM audit ORDER BY id").all()
    assert [(one[0], one[1]) for one in lines if "hours" in one[0]] == [
        ("hours_proposed", f"telegram:{THU.id}"), ("hours_confirmed", f"telegram:{HOA.id}"),
    ]  # fmt: skip
    await play.hears(THU.says("/mydata"))
    (mine,) = json.loads(play.server.files[THU.id][-1][1])["hours"]
    assert (mine["commune"], mine["decided_as"], "decided_by" in mine) == (8, "officer", False)


@pytest.mark.on_both
@played
async def test_refused_with_a_reason_nothing_changes_and_its_writer_hears_why(play, clock):
    await a_desk(play)
    await lives_here(play, LAN)
    usual = await asked_for_hours(play)
    number = await proposed(play)
    await play.hears(MINH.presses(f"d:hno:{number}"))
    assert play.said(MINH)[-1] == play.say("hours.ask_why", number=number)
    asked = {"message_id": play.last(MINH)["message_id"], "date": 1, "chat": MINH.chat(), "text": "…"}
    await play.hears(MINH.says("buổi chiều mở từ 13:30 mới đúng", reply_to_message=asked))
    assert "buổi chiều mở từ 13:30 mới đúng" in play.said(THU)[-1]
    assert "không được xác nhận" in play.said(NGOC_HA)[-1]
    assert await asked_for_hours(play) == usual
    await play.hears(HOA.presses(f"d:hok:{number}"))
    assert play.said(HOA)[-1] == play.say("hours.decided")
    number = await proposed(play)
    await play.hears(MINH.says(f"/hours từ chối {number} sai buổi chiều"))
    assert "sai buổi chiều" in play.said(THU)[-1]
    number = await proposed(play)
    await play.hears(THU.presses(f"d:hdrop:{number}"), HOA.presses(f"d:hok:{number}"))
    assert play.said(HOA)[-1] == play.say("hours.decided")
    clock.pass_(200 * 24 * 3600)
    play.turns.plan_nightly()
    await play.passes(clock, 24 * 3600)
    await play.hears(THU.says("/mydata"))
    assert json.loads(play.server.files[THU.id][-1][1])["hours"] == []  # what came to nothing is forgotten


@pytest.mark.on_both
@played
async def test_who_may_not(play, clock, database):
    """Not their own, not a stranger, not another commune's, not whoever serves no more; two at once: one."""
    await a_desk(play)
    await play.opens_desk(4, BA_DINH, TAM)
    number = await proposed(play)
    await play.hears(THU.presses(f"d:hok:{number}"), THU.says(f"/hours xác nhận {number}"))
    assert play.said(THU)[-2:] == [play.say("hours.own")] * 2
    await play.hears(THU.says(f"/hours từ chối {number} thôi"))
    assert play.said(THU)[-1] == play.say("hours.own")
    for person in (TAM, STRANGER, LAN):
        await play.hears(person.presses(f"d:hok:{number}"), person.presses(f"d:hno:{number}"))
        await play.hears(person.presses(f"d:hdrop:{number}"))
        assert play.said(person)[-3:] == [play.say("hours.gone")] * 3, person
    await play.hears(TAM.presses("d:hnew:8:service_centre"), HOA.says(f"/hours {LINE}"))
    assert play.said(TAM)[-1] == play.said(HOA)[-1] == play.say("refused.leader_only")
    await play.hears(HUNG.says("/hours"))
    assert "07:30–11:30" in play.said(HUNG)[-1]  # whoever does not serve asks for them
    with database.change() as connection:
        people.dismiss(connection, f"telegram:{MINH.id}", now=clock())
    await play.hears(MINH.presses(f"d:hok:{number}"))
    assert play.said(MINH)[-1] == play.say("hours.gone")
    assert play.turns.house.reported == ""
    await play.hears(QUANG.says(f"/join {play.invited(8, 'province')}"), QUANG.says("/hours"))
    assert "Đề nghị số" in play.said(QUANG)[-1]
    await play.store(QUANG.presses(f"d:hok:{number}"), NGOC_HA.presses(HOA, f"d:hok:{number}"))
    await play.act()
    await play.deliver()
    said = [play.say("hours.decided") in play.said(one) for one in (QUANG, NGOC_HA)]
    assert sorted(said) == [False, True]
    await lives_here(play, LAN)
    assert TOLD in await asked_for_hours(play)


UNREAD = {
    "Thứ 2–6: 7:30–25:00": "“25:00”: không có giờ này trong ngày",
    "Thứ 2–6: 11:30–7:30": "“11:30–7:30”: giờ đóng phải sau giờ mở",
    "Thứ 2–6: 7:30–11:30; mùa hè thì khác": "“mùa”: chưa rõ",
    "Thứ 2: 7:30–11:30, 11:00–17:00": "thứ Hai: hai khoảng giờ chồng lên nhau",
    "Thứ 2–6": "có ngày mà chưa có giờ",
    "cả tuần nghỉ": "chưa thấy ngày nào mở cửa",
    "a" * 480: "aaa…”: chưa rõ",
    "Thứ 2: 7:30–11:30 " * 200: "dài quá 500 chữ",
}


@played
async def test_what_cannot_be_read_is_said_and_asked_again(play):
    await a_desk(play)
    for line, told in UNREAD.items():
        await play.hears(THU.says(f"/hours {line}"))
        assert told in play.said(THU)[-1]
        assert play.say("hours.example") in play.said(THU)[-1]
    asked = {"message_id": play.last(THU)["message_id"], "date": 1, "chat": THU.chat(), "text": "…"}
    await play.hears(THU.says(LINE, reply_to_message=asked))
    assert "Thứ Hai: 07:45–11:45, 13:15–16:45" in play.said(THU)[-1]


@played
async def test_the_police_have_hours_of_their_own_and_appointments_keep_within_the_hours_told(play, clock):
    play.turns.house = taking(play.turns.house)
    play.turns._reckoned_by = play.turns.house.knowledge
    await a_desk(play)
    await play.hears(EMMA.says("/commune phường Ngọc Hà, Hà Nội"))
    await play.hears(EMMA.presses("bkh:dang-ky-khai-sinh:202611271600"))
    await play.hears(EMMA.presses(play.action(EMMA, "bkc:")))
    await play.hears(NGOC_HA.hears(THU, "/hours công an: T2-T7 8h-11h, CN nghỉ"))  # in the desk's group
    await play.hears(NGOC_HA.presses(THU, play.action(NGOC_HA, "d:hsend:")), NGOC_HA.hears(HOA, "/hours"))
    await play.hears(NGOC_HA.presses(HOA, play.action(NGOC_HA, "d:hok:")))
    await play.hears(THU.says("/hours"))
    assert "thứ Hai–thứ Bảy 08:00–11:00" in play.said(THU)[-1]
    assert "chưa báo giờ riêng" in play.said(THU)[-1]  # the counter
    await lives_here(play, LAN)
    await play.hears(LAN.says("thứ bảy công an phường có làm đăng ký tạm trú không"))
    assert "thứ Hai–thứ Bảy 08:00–11:00" in play.said(LAN)[-1]
    await play.hears(HUNG.says("/commune phường Ngọc Hà, Hà Nội"), HUNG.says("công an phường mấy giờ làm việc"))
    assert "thứ Hai–thứ Bảy 08:00–11:00" in play.said(HUNG)[-1]
    number = await proposed(play, "thứ 2-5: 8h-11h, 13h30-16h30; sáng thứ 6: 8h-11h")
    await play.hears(HOA.presses(f"d:hok:{number}"))
    await play.passes(clock, SECONDS)
    assert "16:00 Fri 27/11/2026" in play.said(EMMA)[-1]  # called off: nobody would be there
    await play.hears(EMMA.presses("bkd:dang-ky-khai-sinh:20261127"))
    assert "10:30" in str(play.buttons(EMMA))
    assert "13:30" not in str(play.buttons(EMMA))


def office(read, *spans):
    told = (Hours(days=("mon",), spans=spans),)
    return Office(kind=Counter.SERVICE_CENTRE, name="Một cửa", hours=told, source="Cổng thông tin", read=read,
                  confidence="high")  # fmt: skip


def with_file(turns, one):
    """As when a file is saved: the house of these offices, with what communes reported."""
    written = turns.house.knowledge.written or turns.house.knowledge.offices
    turns.renew(knowledge=replace(turns.house.knowledge, offices={**written, 8: (one,)}, written=None))


@pytest.mark.on_both
@played
async def test_of_a_file_and_a_report_the_later_day_holds_and_the_leader_hears_of_it_once(play, clock):
    await a_desk(play)
    await lives_here(play, LAN)
    number = await proposed(play)
    await play.hears(HOA.presses(f"d:hok:{number}"))
    with_file(play.turns, office(dt.date(2026, 11, 1), ("09:00", "10:00")))
    await play.passes(clock, SECONDS)
    assert TOLD in await asked_for_hours(play)
    await play.hears(THU.says("/hours"))
    assert "Tệp dữ liệu (Cổng thông tin, đọc ngày 01/11/2026) ghi khác: thứ Hai 09:00–10:00" in play.said(THU)[-1]
    with_file(play.turns, office(dt.date(2026, 11, 24), ("09:00", "10:00")))
    await play.passes(clock, SECONDS)
    told = play.said(THU)[-1]
    assert "không dùng nữa, vì Cổng thông tin (đọc ngày 24/11/2026) mới hơn" in told
    assert "thứ Hai 09:00–10:00" in await asked_for_hours(play)
    await play.passes(clock, SECONDS)
    await play.passes(clock, SECONDS)
    assert play.said(THU)[-1] == told
    assert play.said(THU).count(told) == 1
    clock.pass_(2 * 24 * 3600)
    number = await proposed(play)
    await play.hears(HOA.presses(f"d:hok:{number}"))
    assert TOLD in await asked_for_hours(play)


@pytest.mark.on_both
@played
async def test_the_same_on_the_desks_page(play):
    """Written, looked at, sent; refused with a reason, mended, confirmed in another browser."""
    await a_desk(play)
    await lives_here(play, LAN)
    async with browser(play, THU) as thu, browser(play, HOA) as hoa:
        await thu.opens("/ban/gio")
        assert "chưa báo giờ riêng" in thu.text
        await thu.presses("look", "Thứ 2–6: 7:30–25:00")
        assert "“25:00”: không có giờ này trong ngày" in thu.text
        await thu.presses("look", LINE)
        assert "Thứ Bảy: nghỉ" in thu.text
        await thu.presses("send", LINE)
        assert play.say("hours.done_waiting") in thu.text
        assert not {"confirm", "refuse"} & thu.verbs  # their own
        await hoa.opens("/ban/gio")
        assert "look" not in hoa.verbs  # leaders propose
        await hoa.presses("refuse", ly="")
        assert hoa.page.status_code == 409
        await hoa.opens("/ban/gio")
        await hoa.presses("refuse", ly="thứ 7 có mở")
        await play.deliver()
        assert "thứ 7 có mở" in play.said(THU)[-1]
        await thu.opens("/ban/gio")
        await thu.presses("look", LINE)
        await thu.presses("send", LINE)
        await hoa.opens("/ban/gio")
        stale = hoa.page
        await hoa.presses("confirm")
        assert play.say("hours.done_held") in hoa.text
        hoa.page = stale
        await hoa.presses("confirm")
        assert play.say("hours.decided") in hoa.text
    assert TOLD in await asked_for_hours(play)


HEARD = {
    "T2-T6 7h30-11h30 13h30-17h": "mon-fri 07:30-11:30 13:30-17:00",
    "thứ hai đến thứ sáu: sáng 7h30-11h30, chiều 1h30-5h": "mon-fri 07:30-11:30 13:30-17:00",
    "Sáng 7g30 - 11g30, chiều 13g30 - 17g (thứ 2 đến hết thứ 6), sáng thứ 7: 7g30-11g30":
        "mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30",
    "7:30–11:30, 13:30–17:00": "mon-fri 07:30-11:30 13:30-17:00",
    "7:30-11:30; thứ 7: 8:00-11:00": "mon-fri 07:30-11:30; sat 08:00-11:00",
    "Mon-Fri 7:30-11:30 1pm-4:30pm; Sat closed": "mon-fri 07:30-11:30 13:00-16:30",
    "Senin-Jumat 07.30-16.00; Sabtu tutup": "mon-fri 07:30-16:00",
    "thứ 2, 4, 6: 7h30-11h30; thứ 3, 5: 13h30-17h":
        "mon 07:30-11:30; tue 13:30-17:00; wed 07:30-11:30; thu 13:30-17:00; fri 07:30-11:30",
    "thứ hai, ba, tư: 8-11h30": "mon-wed 08:00-11:30",
    "thu 2, tu 7h30 den 11h30": "mon 07:30-11:30",
    "hằng ngày trừ chủ nhật 7:00-11:00": "mon-sat 07:00-11:00",
    "Thứ 2–6: 7:30–17:00, nghỉ trưa 11:30–13:30": "mon-fri 07:30-11:30 13:30-17:00",
    "thứ 2-6:07:30-11:30": "mon-fri 07:30-11:30",
    "nghỉ chủ nhật; thứ 2-6 0730-1100": "mon-fri 07:30-11:00",
    "thứ 2-7: 7h30-11h30, 13h30-17h; chiều thứ 7 nghỉ": "mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30",
    "T7: sáng 7h30-11h30, chiều nghỉ; CN: 8h-10h": "sat 07:30-11:30; sun 08:00-10:00",
    "Từ 7 giờ 30 phút đến 11 giờ 30 phút; từ 13 giờ 30 đến 17 giờ 00, từ thứ hai đến thứ sáu hằng tuần":
        "mon-fri 07:30-11:30 13:30-17:00",
    "thứ 2–thứ 6\n7:30–11:30\n13:30–17:00\nthứ 7: nghỉ": "mon-fri 07:30-11:30 13:30-17:00",
    "Thứ 7 – thứ 2: 7h–9h": "mon 07:00-09:00; sat-sun 07:00-09:00",
    "Thứ 2: 7:30–12:00, 12:00–17:00": "mon 07:30-17:00",
    "nghỉ chủ nhật, thứ 2-6 7h-11h": "? nghỉ chủ nhật thứ 2 6",  # who knows which days are closed
    "thứ 8: 7h-11h": "? thứ",
    "08:00": "? 08:00",
}  # fmt: skip


def told(line):
    found = read_hours(line)
    if found.troubles:
        return f"? {found.troubles[0].written}"
    days = [(dict.fromkeys((one.days[0], one.days[-1])), one.spans) for one in found.hours]
    return "; ".join(" ".join(["-".join(ends), *map("-".join, spans)]) for ends, spans in days)


def test_hours_are_read_as_people_write_them():
    assert {line: told(line) for line in HEARD} == HEARD
