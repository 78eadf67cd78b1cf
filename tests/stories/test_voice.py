"""The voice upward: recommendations are heard, gathered by matter, passed on, answered to everyone, published."""

import pytest

from bot.measure.open_data import name_of_matters
from bot.store import measured
from tests.cast import BA_DINH, BUDI, EMMA, HOA, HUNG, LAN, MINH, NGOC_HA, QUANG, TAM, THU, Person
from tests.stage import played
from tests.stories.test_desk_in_browser import Forms, browser

HOUR, DAY = 3600, 24 * 3600
WORDS = "Tôi kiến nghị xã lắp thêm đèn đường ở cuối ngõ, tối quá"


async def recommends(play, person, words=WORDS):
    """Somebody says it in their own words, agrees and sends; the code."""
    await play.hears(person.says("/commune phường Ngọc Hà, Hà Nội"), person.says(words))
    await play.agrees(person)
    assert play.say("kind.recommendation") in play.said(person)[-1]
    await play.hears(person.presses(play.action(person, "r:send:")))
    return play.code(person)


async def a_desk(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, leader=THU)
    await play.hears(QUANG.says(f"/join {play.invited(8, 'province')}"))


@pytest.mark.on_both
@played
async def test_the_answer_reaches_everyone_who_raised_it(play, clock):
    await a_desk(play)
    await play.opens_desk(4, BA_DINH, TAM)
    first, second = await recommends(play, LAN), await recommends(play, HUNG, "em kiến nghị thêm đèn cuối ngõ ạ")
    await play.hears(HOA.says(f"/gather {first} Đèn đường ở ngõ của Nguyễn Văn Nam"))
    assert "Nguyễn Văn Nam" not in play.said(HOA)[-1]
    await play.hears(HOA.says(f"/gather {second}"), HOA.presses("d:into:" + second + ":1"))
    assert "2" in play.said(HOA)[-1]
    await play.hears(HOA.says("/matter 1 pass Hội đồng nhân dân phường"))
    assert play.said(HOA)[-1] == play.say("refused.leader_only")
    async with browser(play, HOA) as hoa, browser(play, THU) as thu, browser(play, TAM) as tam:
        third = await recommends(play, EMMA, "Tôi kiến nghị đặt thùng rác ở chợ")
        await hoa.opens("/ban/kien-nghi")
        assert "Gửi: Hội đồng nhân dân xã. Số người nêu: 2." in hoa.text
        assert play.say("screen.voices_alone", count=1) in hoa.text
        assert "Lời trả lời, mọi người đã nêu" not in hoa.text  # that is the leader's
        await posts(hoa, c=third, v="gather", w="Thùng rác ở chợ")
        assert "Đã gom" in hoa.text
        assert play.say("screen.voices_alone", count=1) not in hoa.text
        assert "Đèn đường" not in (await tam.opens("/ban/kien-nghi")).text
        await posts(tam, so="1", v="answer", w="Không lắp.")  # of another commune
        assert play.say("refused.leader_only") in tam.text
        await thu.opens("/ban/kien-nghi")
        await posts(thu, so="1", v="pass", w="Hội đồng nhân dân phường")
        assert "Thu đã chuyển Hội đồng nhân dân phường" in thu.text
    await play.hears(LAN.says(f"/status {first}"))
    assert "Thu đã chuyển Hội đồng nhân dân phường" in play.said(LAN)[-1]
    await play.hears(TAM.says("/matter 1"), THU.presses("d:manswer:1"))
    assert play.said(TAM)[-1] == play.say("matter.usage")
    await play.hears(THU.says("/matter 1 answer Tháng 12 lắp sáu đèn.\nCăn cứ: Nghị quyết 12/NQ-HĐND"))
    await play.passes(clock, 1)
    for person, code in ((LAN, first), (HUNG, second)):
        told = next(text for text in reversed(play.said(person)) if code in text)
        assert "Tháng 12 lắp sáu đèn." in told
        assert "Căn cứ: Nghị quyết 12/NQ-HĐND" in told
    await play.hears(THU.says("/matter 1 answer khác"))
    assert play.said(THU)[-1] == play.say("matter.over")
    late = await recommends(play, BUDI, "Tôi kiến nghị lắp đèn cuối ngõ")
    await play.hears(HOA.says(f"/gather {late}"))
    await play.hears(HOA.presses(play.action(HOA, f"d:into:{late}:1")))
    assert "Tháng 12 lắp sáu đèn." in play.said(BUDI)[-1]  # whoever asks later reads it at once


async def posts(officer, **fields):
    """A form of the page, filled in."""
    token = Forms(officer.page.text).forms[0]["fields"]["t"]
    where = "/ban/kien-nghi"
    officer.page = await officer.client.post(where, data={"t": token, **fields}, follow_redirects=True)


@pytest.mark.on_both
@played
async def test_what_is_beyond_the_commune_goes_up_each_month_and_comes_back_to_everyone(play, clock):
    await a_desk(play)
    codes = [await play.asks(person, "xin giảm thuế đất cho cả thôn") for person in (LAN, HUNG)]
    for code in codes:
        await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
        await play.hears(HOA.says(f"/escalate {code} luật giao cho tỉnh quyết định"))
    await play.hears(HOA.says(f"/gather {codes[0]} Giảm thuế đất"))
    await play.passes(clock, 10 * DAY)  # 3 December
    digest = next(text for text in reversed(play.said(QUANG)) if play.say("matter.upward") in text)
    assert "Giảm thuế đất" in digest
    assert play.say("matter.beyond_alone", level=play.say("level.province"), count=1) in digest
    why = "luật giao cho tỉnh quyết định"
    assert play.say("matter.reason", why=why, count=2, level=play.say("level.province")) in digest
    await play.hears(HOA.says(f"/gather {codes[1]}"), HOA.presses(f"d:into:{codes[1]}:1"))
    async with browser(play, QUANG) as quang:
        await quang.opens("/ban/kien-nghi")
        assert "Việc số 1: Giảm thuế đất" in quang.text
        await posts(quang, so="1", v="answer", w="Tỉnh đã giảm một nửa.", law="Nghị quyết 9/2026/NQ-HĐND")
        assert "Căn cứ: Nghị quyết 9/2026/NQ-HĐND" in quang.text
    await play.passes(clock, 1)
    for person in (LAN, HUNG):
        assert any("Tỉnh đã giảm một nửa." in text for text in play.said(person)[-2:])


@pytest.mark.only_on("sqlite", reason="the same SQL as of the other tables that are published")
@played
async def test_published_are_rounded_counts_of_five_and_more_without_names(play, clock, database):
    await a_desk(play)
    voters = [Person(100 + n, f"Cử tri {n}") for n in range(7)]
    codes = [await recommends(play, one) for one in voters]
    await play.hears(HOA.says(f"/gather {codes[0]} Đèn đường"))
    for code in codes[1:-1]:
        await play.hears(HOA.presses(f"d:into:{code}:1"))
    await play.hears(HOA.says(f"/gather {codes[-1]} Mương thoát nước"))
    await play.hears(voters[0].says("/matters"))
    assert play.say("matter.raised", title="Đèn đường", count=5) in play.said(voters[0])[-1]
    assert "Mương" not in play.said(voters[0])[-1]
    play.turns.plan_nightly()
    await play.passes(clock, 30 * DAY)
    with database.look() as connection:
        body, _ = measured.publication(connection, name_of_matters("2026-11"))
    assert body.splitlines()[1:] == ["2026-11,commune,00008,Đèn đường,council,5,received,,"]
    await play.hears(THU.says("/matter 1 pass Hội đồng nhân dân phường"))
    async with browser(play, None) as anybody:
        await anybody.opens("/so-lieu/00008")
    assert play.say("matter.raised", title="Đèn đường", count=5) in anybody.text
    assert "Đã chuyển Hội đồng nhân dân phường" in anybody.text  # as it stands now
    assert not [name for name in ("Mương", "Cử tri", "Thu đã") if name in anybody.text]


@played
async def test_a_question_about_recommendations_is_answered_and_the_draft_chooses_for_whom(play):
    await a_desk(play)
    await play.hears(LAN.says("kiến nghị cử tri là gì vậy"))
    assert play.say("matter.what") in play.said(LAN)[-1]
    await play.hears(LAN.says("/commune phường Ngọc Hà, Hà Nội"), LAN.says("tôi kiến nghị đại biểu xem lại việc này"))
    await play.agrees(LAN)
    assert play.say("body.council") in play.said(LAN)[-1]
    await play.hears(LAN.presses(play.action(LAN, "r:body:")))
    assert play.say("body.delegation") in play.said(LAN)[-1]
