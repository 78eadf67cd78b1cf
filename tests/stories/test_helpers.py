"""Filing for another: who may, by whose word, who reads it, and how it ends."""

import re

import pytest
from sqlalchemy import select

from bot.casework import staffing
from bot.casework.unit_of_work import UnitOfWork
from bot.store.tables import audit, consents, outbox
from tests.cast import HOA, HUNG, LAN, NGOC_HA, STRANGER, THU, VY
from tests.stage import played

AT = "telegram:{}".format
SECRET = re.compile(r"mã bí mật ([A-Z0-9]{4}-[A-Z0-9]{4})")


async def a_team(play):
    """Thu leads Ngọc Hà and invites Vy."""
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    await play.hears(THU.says("/helpers"))
    await play.hears(THU.presses(play.action(THU, "d:hinvite:")))
    await play.hears(VY.says(play.said(THU)[-1].split("gõ ")[-1]))


async def filed_for_tam(play, text="mất căn cước thì làm lại ở đâu"):
    """Bà Tám, who has no phone, agrees by her own word; the code of her request and the secret of her paper."""
    await play.hears(VY.says("/for bà Tám"), VY.says("dạ tôi đồng ý"), VY.says(text))
    await play.store(VY.presses(play.action(VY, "r:send:")))
    await play.act()
    with play.turns.database.look() as connection:
        waiting = "\n".join(filter(None, connection.execute(select(outbox.c.payload)).scalars()))
    await play.deliver()
    return play.code(VY), SECRET.search(waiting)[1]


@pytest.mark.on_both
@played
async def test_a_helper_files_for_somebody_without_a_phone_who_takes_it_over(play, database):
    await a_team(play)
    code, secret = await filed_for_tam(play)
    assert f"Việc của bà Tám ({code})" in "\n".join(play.said(VY))
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    assert any("Gửi qua người giúp: Vy" in text for text in play.said(NGOC_HA))
    await play.hears(NGOC_HA.hears(HOA, "Mời bà ra quầy số 2", thread=play.topic(NGOC_HA)))
    assert "Mời bà ra quầy số 2" in play.said(VY)[-1]
    await play.hears(VY.presses(f"r:rate:{code}:5"))
    assert play.said(VY)[-1] == play.say("refused.over") or play.say("refused.now") in play.said(VY)[-1]
    await play.hears(STRANGER.says(f"/takeover {code} ABCD-2345"))
    assert play.said(STRANGER)[-1] == play.say("web.open_wrong")
    await play.hears(LAN.says(f"/takeover {code} {secret}"))
    assert play.say("told.taken_over", code=code) in play.said(LAN)
    assert play.said(VY)[-1] == play.say("helping.taken_over", name="bà Tám", code=code)
    before = len(play.said(VY))
    await play.hears(NGOC_HA.hears(HOA, "Bà nhớ mang ảnh", thread=play.topic(NGOC_HA)))
    assert "Bà nhớ mang ảnh" in play.said(LAN)[-1]
    assert len(play.said(VY)) == before
    await play.hears(VY.says(f"/status {code}"), HUNG.says(f"/takeover {code} {secret}"))
    assert play.said(VY)[-1] == play.say("refused.unknown")
    assert play.said(HUNG)[-1] == play.say("web.open_wrong")  # what Vy has seen opens nothing any more
    with database.look() as connection:
        assert connection.execute(select(consents.c.how)).scalars().all() == ["word"]
        looked = select(audit.c.subject).where(audit.c.action == "help", audit.c.actor == AT(VY.id))
        assert set(connection.execute(looked).scalars()) == {code}


@pytest.mark.on_both
@played
async def test_a_number_read_aloud_binds_it_to_the_persons_own_chat_until_the_helper_is_revoked(play, clock):
    await a_team(play)
    await play.hears(LAN.says("/consent"))
    number = re.search(r"\d{3} \d{3}", play.said(LAN)[-1])[0]
    await play.hears(VY.says("/for chị Lan"), VY.says("000000"))
    assert play.said(VY)[-1] == play.say("helping.wrong_number", name="chị Lan")
    await play.hears(VY.says(number), VY.says("mất căn cước thì làm lại ở đâu"))
    await play.hears(VY.presses(play.action(VY, "r:send:")))
    code = play.code(LAN)
    assert play.code(VY) == code
    await play.hears(VY.presses(f"r:take:{code}"))
    assert play.said(VY)[-1] == play.say("refused.not_yours")
    with play.turns.database.change() as connection:
        staffing.revoke(UnitOfWork(connection, play.turns.house, clock()), AT(VY.id))
    await play.deliver()
    assert play.said(LAN)[-1] == play.say("told.helper_gone", code=code)
    before = len(play.said(VY))
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.hears(NGOC_HA.hears(HOA, "Chị ra quầy số 2", thread=play.topic(NGOC_HA)))
    assert "Chị ra quầy số 2" in play.said(LAN)[-1]
    assert len(play.said(VY)) == before
    await play.hears(VY.says(f"/status {code}"), VY.says("/for bà Tám"))
    assert play.said(VY)[-2] == play.say("refused.unknown")
    assert play.say("helping.team") in play.said(VY)[-1]


@pytest.mark.on_both
@played
async def test_what_waits_for_a_helper_is_not_sent_once_they_are_revoked(play, clock):
    await a_team(play)
    code, secret = await filed_for_tam(play)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.store(NGOC_HA.hears(HOA, "Mời bà ra quầy số 2", thread=play.topic(NGOC_HA)))
    await play.act()
    with play.turns.database.change() as connection:
        staffing.revoke(UnitOfWork(connection, play.turns.house, clock()), AT(VY.id))
    await play.deliver()
    assert not any("quầy số 2" in text for text in play.said(VY))
    await play.hears(LAN.says(f"/takeover {code} {secret}"))
    assert play.said(LAN)[-1] == play.say("web.open_wrong")  # a new one is given at the counter
    await play.hears(NGOC_HA.hears(HOA, "/secret", thread=play.topic(NGOC_HA)))
    secret = SECRET.search(play.said(HOA)[-1])[1]
    await play.hears(LAN.says(f"/takeover {code} {secret}"))
    assert play.say("told.taken_over", code=code) in play.said(LAN)


@played
async def test_helpers_have_no_limit_of_five_and_no_desk(play):
    await a_team(play)
    codes = {(await filed_for_tam(play, f"mất căn cước, người thứ {n}"))[0] for n in range(7)}
    assert len(codes) == 7
    await play.hears(VY.says("/my"))
    assert sum(code in play.said(VY)[-2] for code in codes) == 7
    await play.hears(VY.says("/queue"), VY.says("/desklink"), VY.presses(f"d:claim:{codes.pop()}"))
    assert play.said(VY)[-3:] == [play.say("staff.only")] * 3


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("dạ được con", "draft.write_question"),
        ("ko đồng ý", "helping.refused"),
        ("tôi có đồng ý đâu", "helping.refused"),
        ("đồng ý là sao hả con?", "helping.again"),
        ("bà ấy bảo được", "helping.again"),  # somebody else's word
    ],
)
@played
async def test_consent_is_the_persons_own_yes(play, said, key):
    await a_team(play)
    await play.hears(VY.says("/for bà Tám, số 0912345678 ở ngõ 5"), VY.says(said))
    named = {"name": "bà Tám"} if key.startswith("helping") else {}
    assert play.say(key, **named).partition("\n")[0] in play.said(VY)[-1]


@played
async def test_who_does_not_agree_and_who_has_no_role(play):
    await a_team(play)
    await play.hears(VY.says("/for"), VY.says("bà Tám"), VY.says("để bà nghĩ đã"))
    assert play.said(VY)[-1] == play.say("helping.again", name="bà Tám")
    await play.hears(VY.says("bà bảo không đồng ý"))
    assert play.said(VY)[-1] == play.say("helping.refused", name="bà Tám")
    await play.hears(HUNG.says("/for mẹ"), HUNG.says("tôi hỏi giúp mẹ: mất căn cước thì làm lại ở đâu"))
    assert play.say("helping.family") in play.said(HUNG)[-2]
    assert play.said(HUNG)[-1].endswith(play.say("helping.family_note"))
    await play.hears(HOA.says("/helpers"))
    assert play.said(HOA)[-1] == play.say("refused.leader_only")
