"""Today at the desk, and practising before it is earnest."""

import re

import pytest
from sqlalchemy import text as sql

from tests.cast import HOA, HUNG, LAN, MINH, NGOC_HA, THU
from tests.stage import played
from tests.stories.test_desk_in_browser import Forms, browser

pytestmark = pytest.mark.only_on("sqlite", "what is told on both stands in the stories of the desk")
DAY = 24 * 3600


@played
async def test_a_rush_becomes_a_notice_in_two_clicks_and_ends_on_its_day(play, clock, database):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    await play.hears(LAN.says("/commune phường Ngọc Hà, Hà Nội"), HUNG.says("/commune phường Ngọc Hà, Hà Nội"))
    with database.change() as connection:
        connection.execute(
            sql(
                "INSERT INTO notices (commune, sample, suggested_at) VALUES (8, 'zxq bao giờ có nước sạch', '2026-11-23 01:00:00')"
            )
        )
    async with browser(play, THU) as thu, browser(play, HOA) as hoa:
        await hoa.opens("/ban/hom-nay")
        assert "zxq bao giờ có nước sạch" in hoa.text
        assert "Bật thông báo" not in hoa.text
        await thu.opens("/ban/hom-nay")
        await thu.presses("on")  # the words stand there already
        assert "Đã bật thông báo." in thu.text
        await play.hears(LAN.says("zxq bao giờ có nước sạch"))
        assert any("Xã đã biết và đang xem" in text for text in play.said(LAN)[-3:])
        token = re.search(r'name="t" value="(\w+)"', hoa.page.text)[1]
        hoa.page = await hoa.client.post("/ban/hom-nay", data={"t": token, "v": "off", "so": "1"})
        assert hoa.page.status_code == 409  # a leader's to say
        await thu.opens("/ban/hom-nay")
        await thu.presses("look", "Trụ sở cúp điện chiều nay.", hoi="chiều nay có làm việc không", den="2026-11-24")
        assert "Người dân sẽ thấy như sau" in thu.text
        assert "Có hiệu lực đến thứ Tư 25/11 lúc 00:00" in thu.text
        await play.hears(HUNG.says("chiều nay có làm việc không"))
        assert "cúp điện" not in "\n".join(play.said(HUNG))  # looked at, not switched on
        for spoiled in (
            {"den": "2026-11-22"},
            {"den": "x"},
            {"den": "2027-03-01"},
            {"den": "9999-12-31"},
            {"w": " "},
            {"hoi": ""},
            {"xa": "4"},
            {"so": "77"},
        ):
            await thu.opens("/ban/hom-nay")
            await thu.presses(
                "on", **{"w": "Trụ sở cúp điện.", "hoi": "có làm việc không", "den": "2026-11-24", **spoiled}
            )
            assert thu.page.status_code == 409, spoiled
        clock.pass_(8 * DAY)
        await play.hears(LAN.says("zxq bao giờ có nước sạch"))
        assert not any("Xã đã biết" in text for text in play.said(LAN)[-2:])


@played
async def test_who_is_there_and_when_the_office_is_open(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(MINH, f"d:claim:{code}"))
    async with browser(play, MINH) as minh, browser(play, HOA) as hoa:
        assert "Minh có mặt giữ 1 việc" in (await hoa.opens("/ban/hom-nay")).text.replace("</td><td>", " ").replace(
            '</td><td class="n">', " "
        )
        assert (
            "Đang chờ 1 việc, trong đó 0 việc đã quá hẹn, 0 việc chưa ai nhận." in hoa.text
        )  # as the morning tells it
        assert re.search(r"0[78]:\d\d–1[12]:\d\d, 13:\d\d–1[67]:\d\d", hoa.text)
        await minh.opens("/ban/hom-nay")
        await minh.presses("away")
        assert "1 việc của bạn đã về hàng đợi" in minh.text
        await hoa.opens("/ban/hom-nay")
        assert "Minh vắng giữ 0 việc" in hoa.text
        await minh.presses("back")
        assert "Minh có mặt" in (await hoa.opens("/ban/hom-nay")).text.replace("</td><td>", " ")


@played
async def test_a_new_officer_walks_five_steps_and_practises_on_twenty_questions_from_day_one(play, database):
    await play.opens_desk(8, NGOC_HA, HOA, new=(HOA,))
    async with browser(play, HOA) as hoa:
        await hoa.opens("/ban/tap")
        for step in ("Bước 1/5", "Bước 2/5", "Bước 3/5", "Bước 4/5", "Bước 5/5"):
            assert step in hoa.text
            onward = re.findall(r'href="(/ban/tap\?buoc=\d)"', hoa.page.text)[0]
            await hoa.opens(onward)
        assert "Xong năm bước" in hoa.text
        await hoa.opens(re.search(r'href="(/ban/tap/\w+)"', hoa.page.text)[1])
        assert "Câu tập 1/20" in hoa.text
        form = next(one for one in Forms(hoa.page.text).forms if ("v", "write") in one["buttons"])
        papers = re.findall(r'value="(paper:[\w-]+)"', hoa.page.text)
        hoa.page = await hoa.client.post("/ban/tap/b1", data={**form["fields"], "v": "write", "p": papers})
        written = next(one["fields"]["w"] for one in Forms(hoa.page.text).forms if "w" in one["fields"])
        assert "chứng sinh" in written
        await hoa.presses("compare", written)
        assert "Đủ rồi" in hoa.text
        await hoa.presses("compare", "Chị cứ ra quầy là được ạ.")
        assert "Còn thiếu" in hoa.text
        assert (await hoa.opens("/ban/tap/b99")).status_code == 404
    with database.look() as connection:
        assert connection.execute(sql("SELECT count(*) FROM messages")).scalar_one() == 0
    await play.hears(HOA.says("/practice"))
    asked = play.last(HOA)
    await play.hears(HOA.says("Chị mang giấy chứng sinh.", reply_to_message={**asked, "date": 1, "chat": HOA.chat()}))
    assert "Còn thiếu" in play.said(HOA)[-1] or "Bạn đã nhắc" in play.said(HOA)[-1]
