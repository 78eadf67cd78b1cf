"""Who may receive anything of a request: never whoever merely may act, and never whoever served yesterday."""

import json

import pytest

from bot.casework import staffing
from bot.casework.unit_of_work import UnitOfWork
from tests.cast import BA_DINH, HOA, HUNG, LAN, MINH, NGOC_HA, QUANG, TAM, THU, Group
from tests.stage import played

PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 90, "height": 60}]
DAY = 24 * 3600


def revoke(play, person):
    with play.turns.database.change() as connection:
        unit = UnitOfWork(connection, play.turns.house, play.turns.clock())
        assert staffing.revoke(unit, f"telegram:{person.id}")


def seen_by(play, person):
    return "\n".join(play.said(person))


async def extra_demand(play, person, words="cán bộ Hoa đòi thêm 500 nghìn"):
    await play.drafts(person, f"extra {words}")
    await play.hears(person.presses(play.action(person, "r:send:")))
    return play.code(person)


@played
async def test_a_revoked_officer_receives_nothing_more(play):
    await play.opens_desk(8, None, HOA, MINH)
    code = await play.asks(LAN)
    await play.hears(HOA.presses(f"d:claim:{code}"))
    await play.hears(LAN.sends(photo=PHOTO), LAN.presses(f"r:photo:{code}:clean"))
    revoke(play, HOA)
    before, copied = len(play.said(HOA)), len(play.server.copies[HOA.id])
    await play.hears(LAN.says(f"/write {code}"))
    await play.hears(LAN.says("em bị HIV, đừng nói ai"), LAN.sends(photo=PHOTO))
    assert len(play.said(HOA)) == before
    assert len(play.server.copies[HOA.id]) == copied
    await play.hears(MINH.presses(f"d:claim:{code}"))
    assert "em bị HIV" in seen_by(play, MINH)  # the words were kept for whoever takes over


@played
async def test_whoever_leads_is_asked_to_take_the_revoked_out_of_the_group(play):
    """The bot removes nobody, and everybody in a group reads what it gets."""
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    revoke(play, HOA)
    await play.deliver()
    assert play.said(THU)[-1] == play.say("leader.still_in_group", who="Hoa", commune="Phường Ngọc Hà")


@played
async def test_the_holder_of_an_escalated_request_is_gone_too(play):
    await play.opens_desk(8, None, HOA, leader=THU)
    await play.hears(QUANG.says(f"/join {play.invited(8, 'province')}"))
    code = await play.asks(LAN)
    await play.hears(HOA.presses(f"d:claim:{code}"), HOA.says(f"/escalate {code} sở Tư pháp quyết định"))
    revoke(play, HOA)
    await play.deliver()
    assert any(code in text and "không còn làm" in text for text in play.said(THU))
    before = len(play.said(HOA))
    await play.hears(LAN.says("em bị HIV, đừng nói ai"))
    assert len(play.said(HOA)) == before
    await play.hears(HOA.says(f"/returned {code} xong rồi"), HOA.says(f"/status {code}"))
    assert "dành cho cán bộ" in play.said(HOA)[before]
    assert "không thấy yêu cầu" in play.said(HOA)[-1]  # to her it is as unknown as any other


@played
async def test_what_waited_to_be_sent_is_not_sent_to_whoever_has_gone(play):
    await play.opens_desk(8, None, HOA, MINH)
    code = await play.asks(LAN)
    await play.hears(HOA.presses(f"d:claim:{code}"))
    await play.store(LAN.says("em bị HIV, đừng nói ai"))
    await play.act()  # decided while she still served, and on its way
    revoke(play, HOA)
    await play.deliver()
    assert "HIV" not in seen_by(play, HOA)


RIGHTS = dict.fromkeys(
    ("can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
     "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
     "can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics",
     "can_edit_tag", "can_react_to_messages"),
    False,
)  # fmt: skip


@pytest.mark.on_both
@pytest.mark.parametrize("rights", [RIGHTS, {}], ids=["as the library knows it", "with fewer rights named"])
def test_a_restricted_member_who_has_left_serves_no_more(turns, rights):
    @played
    async def story(play):
        await play.opens_desk(8, NGOC_HA, HOA, MINH)
        restricted = {"status": "restricted", "user": MINH.user(), "until_date": 0, **rights}
        change = {
            "chat": NGOC_HA.chat(),
            "from": HOA.user(),
            "date": 1,
            "old_chat_member": restricted | {"is_member": True},
        }
        await play.hears({"chat_member": change | {"new_chat_member": restricted | {"is_member": True}}})
        await play.hears(MINH.says("/queue"))
        assert "Không có yêu cầu nào" in play.said(MINH)[-1]  # still a member: still serves
        await play.hears({"chat_member": change | {"new_chat_member": restricted | {"is_member": False}}})
        await play.hears(MINH.says("/queue"))
        assert "dành cho cán bộ" in play.said(MINH)[-1]

    story(turns)


@played
async def test_extra_demands_reach_no_officer_in_the_group_or_after_a_transfer(play):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    await play.opens_desk(4, BA_DINH, TAM, leader=MINH)
    code = await extra_demand(play, LAN)
    await play.hears(NGOC_HA.hears(THU, "/queue"), NGOC_HA.hears(THU, f"/status {code}"))
    await play.hears(NGOC_HA.hears(THU, f"/claim {code}"))
    assert code not in seen_by(play, NGOC_HA)
    assert "riêng" in play.said(NGOC_HA)[-1]
    assert "500 nghìn" in seen_by(play, THU)  # in her own chat
    await play.hears(THU.says(f"/transfer {code} 4 người bị phản ánh nay ở Ba Đình"))
    assert code in seen_by(play, MINH)
    await play.hears(BA_DINH.hears(MINH, "/queue"), TAM.says("/queue"), TAM.says(f"/status {code}"))
    await play.hears(TAM.says(f"/accept {code}"), BA_DINH.hears(MINH, f"/status {code}"))
    await play.hears(MINH.says(f"/accept {code}"), TAM.says("/queue"), BA_DINH.hears(MINH, "/queue"))
    await play.hears(LAN.says("500 nghìn nữa ạ"))
    for reader in (TAM, BA_DINH, NGOC_HA, HOA):
        assert code not in seen_by(play, reader), reader
        assert "nghìn" not in seen_by(play, reader), reader
    assert "500 nghìn nữa" in seen_by(play, MINH)


@played
async def test_another_communes_request_is_not_shown_in_this_ones_group(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.opens_desk(4, BA_DINH, TAM)
    await play.hears(TAM.says(f"/join {play.invited(8, 'officer')}"))  # serves at both
    code = await play.asks(LAN)
    await play.hears(BA_DINH.hears(TAM, f"/status {code}"), BA_DINH.hears(TAM, f"/claim {code}"))
    await play.hears(Group(-77).hears(TAM, "/queue"))
    assert code not in seen_by(play, BA_DINH)
    assert code in seen_by(play, TAM)
    assert play.server.sent[-77] == []


@played
async def test_only_the_holder_or_a_leader_writes_in_an_escalated_request(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, leader=THU)
    await play.hears(QUANG.says(f"/join {play.invited(8, 'province')}"))
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.hears(NGOC_HA.hears(HOA, "/escalate sở Tư pháp quyết định", thread=play.topic(NGOC_HA)))
    await play.hears(MINH.says(f"/answer {code} chị cứ yên tâm"))
    assert "Hoa giữ" in play.said(MINH)[-1]
    assert "yên tâm" not in seen_by(play, LAN)
    await play.hears(THU.says(f"/answer {code} chúng tôi đang hỏi sở"), QUANG.says(f"/answer {code} sở đang xem"))
    assert "Thu" in next(text for text in play.said(LAN) if "đang hỏi sở" in text)
    assert "Quang" in next(text for text in play.said(LAN) if "sở đang xem" in text)


@played
async def test_notes_stay_with_the_desk_that_wrote_them(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.opens_desk(4, BA_DINH, TAM)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    topic = play.topic(NGOC_HA)
    await play.hears(
        NGOC_HA.hears(HOA, "// nghi hồ sơ giả", thread=topic), NGOC_HA.hears(HOA, "chào chị", thread=topic)
    )
    await play.hears(NGOC_HA.hears(HOA, "/transfer 4 chị ấy ở Ba Đình", thread=topic))
    await play.hears(BA_DINH.presses(TAM, f"d:accept:{code}"))
    assert "chào chị" in seen_by(play, BA_DINH)
    assert "hồ sơ giả" not in seen_by(play, BA_DINH)
    await play.hears(NGOC_HA.hears(HOA, "chị ơi còn đó không", thread=topic))
    assert play.said(NGOC_HA)[-1] == play.say("room.elsewhere")  # and not swallowed
    await play.hears(BA_DINH.hears(TAM, "// đã gọi", thread=play.topic(BA_DINH)))
    await play.hears(BA_DINH.presses(TAM, f"d:release:{code}"), BA_DINH.presses(TAM, f"d:claim:{code}"))
    assert sum("đã gọi" in text for text in play.said(BA_DINH)) == 1  # its own are read again


@played
async def test_mydata_shows_no_officers_number_and_nothing_that_never_went_out(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, new=(HOA,))
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    topic = play.topic(NGOC_HA)
    await play.hears(NGOC_HA.hears(HOA, "chị khai gian à", thread=topic))
    await play.hears(MINH.says(f"/reject {play.action(NGOC_HA, 'd:approve:').split(':')[2]} đừng nói vậy"))
    await play.hears(NGOC_HA.hears(HOA, "còn chờ duyệt", thread=topic))
    for said in ("// khó tính", "/release tại chị ấy lằng nhằng"):
        await play.hears(NGOC_HA.hears(HOA, said, thread=topic))
    await play.hears(NGOC_HA.presses(MINH, f"d:claim:{code}"), LAN.says("/mydata"))
    ((_, data),) = play.server.files[LAN.id]
    text = data.decode()
    assert "khai gian" not in text
    assert "còn chờ duyệt" not in text
    assert "lằng nhằng" not in text
    assert [one["action"] for one in json.loads(data)["events"]] == ["send", "claim", "release", "claim"]
    for number in (HOA.id, MINH.id, NGOC_HA.id):
        assert f"telegram:{number}" not in text
    assert json.loads(data)["requests"][0]["owner_name"] == "Minh"


@pytest.mark.on_both
@played
async def test_a_group_that_is_another_communes_desk_is_not_taken_over(play):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    await play.hears(TAM.says(f"/join {play.invited(4, 'officer')}"))
    invitation = play.invited(4, "officer")
    await play.hears(NGOC_HA.hears(TAM, "/desk 4"), NGOC_HA.hears(MINH, f"/desk {invitation}"))
    assert all("đang là quầy của Phường Ngọc Hà" in text for text in play.said(NGOC_HA)[-2:])
    code = await play.asks(LAN)
    assert code in play.said(NGOC_HA)[-1]
    await play.hears(MINH.says(f"/join {invitation}"))
    assert "Phường Ba Đình" in play.said(MINH)[-1]  # the refused invitation is not used up
    await play.hears(NGOC_HA.hears(HOA, "/desk off"))
    assert "chỉ lãnh đạo" in play.said(NGOC_HA)[-1]
    await play.hears(NGOC_HA.hears(THU, "/desk off"), NGOC_HA.hears(TAM, "/desk 4"))
    assert "quầy của Phường Ba Đình" in play.said(NGOC_HA)[-1]
    await play.hears(HUNG.says("/start"))
    other = await play.asks(HUNG)
    assert other not in seen_by(play, NGOC_HA)  # Ngọc Hà's people read in their own chats now
    assert other in seen_by(play, HOA)


@pytest.mark.on_both
@played
async def test_what_waits_for_a_group_that_is_no_longer_the_desk_is_not_sent_there(play):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.store(LAN.says("em bị HIV, đừng nói ai"))
    await play.act()
    await play.store(NGOC_HA.hears(THU, "/desk off"))
    await play.act()
    await play.deliver()
    assert "HIV" not in seen_by(play, NGOC_HA)


@played
async def test_block_is_of_one_commune_and_ends(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    await play.opens_desk(4, BA_DINH, TAM)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.hears(HOA, f"/block {code} quấy rối"))
    assert "quấy rối" in play.said(THU)[-1]
    await play.hears(LAN.says("/request cho em hỏi giấy chứng sinh"))
    assert "Phường Ngọc Hà" in play.said(LAN)[-1]
    assert "23/12" in play.said(LAN)[-1]  # thirty days from the 23rd of November
    await play.hears(LAN.says(f"/status {code}"), LAN.says(f"/cancel {code}"))
    assert "Đã hủy" in play.said(LAN)[-1]  # what is theirs stays theirs
    await play.hears(LAN.says(f"/reopen {code}"))
    assert "tạm không nhận" in play.said(LAN)[-1]
    other = await play.asks(LAN, "cho em hỏi giấy chứng sinh", commune="Ba Đình")
    assert other in seen_by(play, BA_DINH)
    await play.passes(clock, 31 * DAY)
    again = await play.asks(LAN, "cho em hỏi giấy chứng sinh")
    assert again != other
    assert again in seen_by(play, NGOC_HA)


@played
async def test_a_draft_for_a_closed_desk_is_refused_when_it_is_sent(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.drafts(LAN, "việc khác")
    await play.hears(NGOC_HA.hears(HOA, f"/block {code} quấy rối"))
    await play.hears(LAN.presses(play.action(LAN, "r:send:")))
    assert "tạm không nhận" in play.said(LAN)[-1]
    await play.hears(LAN.says("lời thêm"), LAN.says(f"/write {code}"))
    assert "lời thêm" not in seen_by(play, NGOC_HA)
