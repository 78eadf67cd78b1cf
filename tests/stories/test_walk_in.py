"""Somebody without a telephone stands at the counter: an officer opens a request, they go on with code and secret."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql

from bot.store import audit
from bot.store.tables import messages, outbox, secrets
from tests.cast import BA_DINH, HOA, LAN, MINH, NGOC_HA, TAM, THU
from tests.stage import played
from tests.stories.test_desk_in_browser import Forms, browser
from tests.web import pages

ASKED = {"ten": "  Bà  Tư ", "loai": "question", "tieng": "vi", "w": "giấy chứng sinh của cháu ghi sai tên mẹ",
         "dong-y": "1", "v": "claim"}  # fmt: skip


async def opens(officer, **fields):
    await officer.opens("/ban/quay")
    form = next(one for one in Forms(officer.page.text).forms if one["action"] == "/ban/quay")
    data = {**form["fields"], **ASKED, **fields}
    officer.page = await officer.client.post("/ban/quay", data=data, follow_redirects=True)
    return data


def both(officer):
    """Code and secret as the receipt shows them."""
    return re.search(r"<dd>(MC-\w{4}-\w{2})</dd>.*<dd>(\w{4}-\w{4})</dd>", officer.page.text, re.DOTALL).groups()


@pytest.mark.on_both
@played
async def test_what_was_opened_at_the_counter_goes_on_at_home(play, database):
    await play.opens_desk(8, None, HOA, MINH)
    async with browser(play, HOA) as hoa:
        data = await opens(hoa)
        code, secret = both(hoa)
        assert "<svg" in hoa.page.text
        assert "Bà Tư" in hoa.text
        assert "không phải biên nhận hồ sơ" in hoa.text
        with database.look() as connection:
            assert connection.execute(
                sql("SELECT action FROM audit WHERE subject = :code"), {"code": code}
            ).scalars().all() == ["opened_for", "claim"]
            assert [line["action"] for line in audit.of_subject(connection, "v1")] == ["consent"]
            kept = [connection.execute(select(one)).all() for one in (secrets, outbox, messages)]
            assert len(kept[0]) == 1
            assert not re.search(secret.replace("-", "-?"), str(kept))
        hoa.page = await hoa.client.post("/ban/quay", data=data, follow_redirects=True)  # sent again by a reload
        assert hoa.page.url.path == f"/ban/r/{code}"
        assert secret not in hoa.page.text
        assert "Gửi tới: Bà Tư" in hoa.text
        await hoa.presses("answer", "Bà mang giấy ra quầy 3, sáng mai nhé.")
        async with pages(play.turns) as web:
            home = web.browser()
            await home.opens("/y")
            form = next(one for one in home.page.forms if "ma" in one)
            await home.posts(form, ma=code, mat=secret)
            assert "giấy chứng sinh của cháu" in home.page.text
            assert "sáng mai nhé" in home.page.text
            form = next(one for one in home.page.forms if "q" in one)
            await home.posts(form, q="Dạ, bà ra lúc 8 giờ.")
        await play.act()
        assert "Dạ, bà ra lúc 8 giờ." in (await hoa.opens(f"/ban/r/{code}")).text
        form = next(one for one in Forms(hoa.page.text).forms if one["action"].endswith("/bien-nhan"))
        hoa.page = await hoa.client.post(form["action"], data=form["fields"])
        same, new = both(hoa)
        assert (same == code, new == secret) == (True, False)
        with database.look() as connection:
            assert (f"telegram:{HOA.id}", "secret") in [
                (line["actor"], line["action"]) for line in audit.of_subject(connection, code)
            ]
        assert play.turns.open(code, secret, "") is None
        assert play.turns.open(code, new, "").code == code


@played
async def test_nothing_is_opened_without_consent_words_or_a_desk_of_ones_own(play, database):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    async with browser(play, HOA) as hoa:
        for spoiled in ({"dong-y": ""}, {"w": "  "}, {"ten": " "}, {"xa": "4"}, {"loai": "extra_demand"}, {"xa": "x"}, {"tieng": "fr"},
                        {"w": "tôi muốn tố cáo ông chủ tịch nhận tiền"}, {"w": "cháy nhà rồi cứu với"}):  # fmt: skip
            await opens(hoa, **spoiled)
            assert hoa.page.status_code == 409, spoiled
        assert "114" in hoa.text
        assert "cháy nhà rồi cứu với" in hoa.page.text  # what was typed stands there still
    with database.look() as connection:
        assert connection.execute(sql("SELECT count(*) FROM requests")).scalar_one() == 0


@played
async def test_a_new_secret_is_given_by_whoever_holds_the_request_alone(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await play.opens_desk(4, BA_DINH, TAM)
    code = await play.asks(LAN)
    async with browser(play, HOA) as hoa, browser(play, MINH) as minh, browser(play, TAM) as tam:
        await hoa.opens(f"/ban/r/{code}")
        await hoa.presses("claim")
        for other in (minh, tam):
            await other.opens("/ban")
            token = (
                Forms(other.page.text).forms[0]["fields"].get("t")
                or re.search(r'name="t" value="(\w+)"', other.page.text)[1]
            )
            other.page = await other.client.post(f"/ban/r/{code}/bien-nhan", data={"t": token})
            assert other.page.status_code == 404
            assert "receipt" not in other.page.text.replace(".receipt", "")
