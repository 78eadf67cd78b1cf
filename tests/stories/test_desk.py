"""The desk: its people, its conversations, its promises."""

import pytest

from tests.cast import BA_DINH, HOA, LAN, MINH, NGOC_HA, QUANG, STRANGER, TAM, THU, Group
from tests.stage import played

PLAIN = Group(-1009, forum=False)


@played
async def test_transfer_is_declined_with_a_reason_then_accepted(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.opens_desk(4, BA_DINH, TAM)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    topic = play.topic(NGOC_HA)
    await play.hears(NGOC_HA.hears(HOA, "/transfer 4 chị ấy ở Ba Đình", thread=topic))
    assert "vẫn phụ trách" in play.said(LAN)[-1]
    assert code in play.said(BA_DINH)[-1]
    await play.hears(BA_DINH.hears(TAM, f"/decline {code} nhà chị ấy bên Ngọc Hà"))
    assert "nhà chị ấy bên Ngọc Hà" in play.said(LAN)[-1]
    assert any("nhà chị ấy bên Ngọc Hà" in text for text in play.said(NGOC_HA)[-2:])
    await play.hears(NGOC_HA.hears(HOA, "/transfer Phường Ba Đình, đã chuyển nhà tuần trước", thread=topic))
    await play.hears(BA_DINH.presses(TAM, f"d:accept:{code}"))
    assert "Phường Ba Đình" in play.said(LAN)[-1]
    assert any("đã nhận yêu cầu này" in text for text in play.said(NGOC_HA)[-3:])
    await play.hears(LAN.says("em chuyển về phố Đội Cấn rồi"))
    assert "Đội Cấn" in play.said(BA_DINH)[-1]
    assert not any("Đội Cấn" in text for text in play.said(NGOC_HA))
    before = len(play.said(LAN))
    await play.hears(NGOC_HA.hears(HOA, "em ơi", thread=topic))
    assert len(play.said(LAN)) == before  # the old desk no longer reaches her
    await play.hears(BA_DINH.hears(TAM, "chào chị", thread=play.topic(BA_DINH)))
    assert "chào chị" in play.said(LAN)[-1]


@played
async def test_what_is_beyond_the_commune_goes_up_and_comes_back(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.hears(QUANG.says(f"/join {play.invited(8, 'province')}"))
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    topic = play.topic(NGOC_HA)
    await play.hears(NGOC_HA.hears(HOA, "/escalate sở Tư pháp quyết định", thread=topic))
    assert "tỉnh, thành phố" in play.said(LAN)[-1]
    await play.hears(NGOC_HA.hears(HOA, "/close", thread=topic))
    assert "không đóng được" in play.said(NGOC_HA)[-1]
    await play.hears(QUANG.says("/queue"))
    assert code in play.said(QUANG)[-1]
    await play.hears(QUANG.says(f"/escalate {code} luật chưa quy định"))
    assert "Chính phủ" in play.said(LAN)[-1]
    await play.hears(QUANG.says(f"/returned {code} được làm theo Nghị định mới"))
    assert any("Chính phủ" in t and "được làm theo Nghị định mới" in t for t in play.said(LAN)[-2:])
    await play.hears(LAN.says(f"/status {code}"))
    trace = play.said(LAN)[-1]
    for word in ("sở Tư pháp quyết định", "luật chưa quy định", "Quang", "được làm theo Nghị định mới"):
        assert word in trace
    await play.hears(NGOC_HA.hears(HOA, "chị ra quầy nhé", thread=topic))
    assert "chị ra quầy nhé" in play.said(LAN)[-1]


@played
async def test_a_group_without_topics_talks_by_answering(play):
    await play.opens_desk(8, PLAIN, HOA)
    code = await play.asks(LAN)
    await play.hears(PLAIN.presses(HOA, f"d:claim:{code}"))
    assert play.server.topics[PLAIN.id] == []
    question = next(m for m in play.server.sent[PLAIN.id] if "chứng sinh bị sai" in m["text"])
    assert question["reply_parameters"]
    await play.hears(PLAIN.hears(HOA, "chị ra bệnh viện", reply_to=question["message_id"]))
    assert "chị ra bệnh viện" in play.said(LAN)[-1]
    before = len(play.said(LAN))
    await play.hears(PLAIN.hears(HOA, "trưa nay ăn gì"))
    assert len(play.said(LAN)) == before


@played
async def test_without_a_group_the_officers_own_chat_is_the_desk(play):
    await play.opens_desk(8, None, HOA)
    code = await play.asks(LAN)
    assert code in play.said(HOA)[-1]
    await play.hears(HOA.presses(f"d:claim:{code}"))
    await play.hears(HOA.says("chị ra bệnh viện"))
    assert "chị ra bệnh viện" in play.said(LAN)[-1]
    await play.hears(LAN.says("dạ mấy giờ ạ"))
    assert "mấy giờ" in play.said(HOA)[-2]  # words before the card
    await play.hears(HOA.says("/release"), HOA.says("khai sinh cần gì"))
    assert "Giấy chứng sinh" in play.said(HOA)[-2]  # the bot answers again; its card comes last


@played
async def test_a_deleted_topic_is_opened_again(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    play.server.gone.add(play.topic(NGOC_HA))
    await play.hears(LAN.says("em hỏi thêm ạ"))
    assert len(play.server.topics[NGOC_HA.id]) == 2
    assert "em hỏi thêm" in play.said(NGOC_HA)[-1]
    await play.hears(NGOC_HA.hears(HOA, "chị hỏi đi", thread=play.topic(NGOC_HA)))
    assert "chị hỏi đi" in play.said(LAN)[-1]
    play.server.gone.add(play.topic(NGOC_HA))
    await play.hears(NGOC_HA.hears(HOA, "/note gọi lại", thread=play.topic(NGOC_HA)))
    assert [title for _, title in play.server.topics[NGOC_HA.id]][-1] == code  # also for a word of the bot's own


@played
async def test_a_group_that_lets_no_topic_be_opened_still_works(play):
    play.server.fail("createForumTopic", 400, "Bad Request: not enough rights to create a topic", times=9)
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    question = next(m for m in play.server.sent[NGOC_HA.id] if "chứng sinh bị sai" in m["text"])
    await play.hears(NGOC_HA.hears(HOA, "chị ra bệnh viện", reply_to=question["message_id"]))
    assert "chị ra bệnh viện" in play.said(LAN)[-1]


@played
async def test_a_citizen_who_blocked_the_bot_is_shown_to_the_officer(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    play.server.fail("sendMessage", 403, "Forbidden: bot was blocked by the user", chat=LAN.id)
    await play.hears(NGOC_HA.hears(HOA, "chị ra bệnh viện", thread=play.topic(NGOC_HA)))
    assert "không tới được" in play.said(NGOC_HA)[-1]


@played
async def test_late_is_said_with_a_new_time_and_to_the_leader_once(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    code = await play.asks(LAN)
    await play.passes(clock, 7.5 * 3600)  # Monday 16:30; Tuesday the 24th is a holiday
    await play.passes(clock, 41 * 3600 + 1800)  # Wednesday, after ten
    assert "Xin lỗi bạn" in "".join(play.said(LAN))
    assert sum("sắp đến hạn" in text and code in text for text in play.said(THU)) == 1
    assert sum("quá hạn" in text and code in text for text in play.said(THU)) == 1
    assert "🔴" in "".join(play.said(NGOC_HA))
    await play.passes(clock, 60)
    await play.passes(clock, 24 * 3600)
    assert sum("quá hạn" in text and code in text for text in play.said(THU)) == 1


@played
async def test_a_silent_officer_loses_the_request_and_both_sides_know(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.passes(clock, 5.5 * 3600)
    assert any("về lại hàng đợi" in text for text in play.said(LAN)[-2:])
    assert any("về lại hàng đợi" in text for text in play.said(NGOC_HA)[-3:])
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    assert len(play.server.topics[NGOC_HA.id]) == 1  # its topic is taken up again


@played
async def test_the_clock_stands_still_while_the_citizen_is_asked(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.hears(NGOC_HA.hears(HOA, f"/more {code} chụp giấy chứng sinh giúp em"))
    await play.passes(clock, 20 * 24 * 3600)
    assert not any("quá hạn" in text for text in play.said(THU))
    assert "Đã hỏi thêm giấy tờ 1 lần" in "".join(play.said(NGOC_HA))


@played
async def test_the_bot_offers_itself_when_nobody_writes(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.hears(LAN.says("khai sinh cần gì"))
    assert "Giấy chứng sinh do nơi sinh cấp" not in play.said(LAN)[-1]  # the bot keeps silent
    await play.passes(clock, 61 * 60)
    assert "Lâu rồi chưa ai viết" in play.said(LAN)[-1]
    await play.hears(LAN.presses("r:bot"), LAN.says("khai sinh cần gì"))
    assert "chứng sinh" in play.said(LAN)[-1]


@played
async def test_the_morning_digest_comes_at_the_opening_of_working_days(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.asks(LAN)
    await play.passes(clock, 46 * 3600)  # Wednesday 07:00; Tuesday the 24th is a holiday
    assert not any("Chào buổi sáng" in text for text in play.said(NGOC_HA))
    await play.passes(clock, 3600)
    assert sum("Chào buổi sáng" in text for text in play.said(NGOC_HA)) == 1


@played
async def test_away_gives_back_and_back_comes_back(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"), HOA.says("/away"))
    assert "1 việc" in play.said(HOA)[-1]
    assert "về lại hàng đợi" in play.said(LAN)[-1]
    assert play.buttons(LAN)[0]["callback_data"].startswith("r:write:")  # what is written now goes to the bot
    await play.hears(HOA.says("/back"), HOA.says("/queue"))
    assert code in play.said(HOA)[-1]


@played
async def test_extra_demands_go_to_the_leader_only(play):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    await play.drafts(LAN, "extra cán bộ đòi thêm 500 nghìn")
    await play.hears(LAN.presses(play.action(LAN, "r:send:")))
    code = play.code(LAN)
    assert not any(code in text for text in play.said(NGOC_HA))
    assert any(code in text for text in play.said(THU))
    await play.hears(HOA.says(f"/claim {code}"))
    assert "không thấy yêu cầu nào" in play.said(HOA)[-1]
    await play.hears(THU.presses(f"d:claim:{code}"), THU.says("cảm ơn chị, tôi kiểm tra ngay"))
    assert "tôi kiểm tra ngay" in play.said(LAN)[-1]


@played
async def test_a_new_officers_first_answers_are_looked_at(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH, new=(HOA,))
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    topic, before = play.topic(NGOC_HA), len(play.said(LAN))
    await play.hears(NGOC_HA.hears(HOA, "mang sổ hộ khẩu", thread=topic))
    assert len(play.said(LAN)) == before
    await play.hears(NGOC_HA.presses(HOA, play.action(NGOC_HA, "d:approve:")))
    assert len(play.said(LAN)) == before  # nobody approves their own
    await play.hears(NGOC_HA.presses(MINH, play.action(NGOC_HA, "d:return:")))
    await play.hears(NGOC_HA.hears(MINH, "sổ hộ khẩu bỏ rồi", reply_to=play.last(NGOC_HA)["message_id"]))
    assert "sổ hộ khẩu bỏ rồi" in play.said(NGOC_HA)[-1]
    assert len(play.said(LAN)) == before
    await play.hears(NGOC_HA.hears(HOA, "không cần sổ hộ khẩu", thread=topic))
    approve = play.action(NGOC_HA, "d:approve:")
    await play.hears(NGOC_HA.presses(MINH, approve), NGOC_HA.presses(MINH, approve))
    assert [t for t in play.said(LAN) if "không cần sổ hộ khẩu" in t] == play.said(LAN)[-1:]


@played
async def test_invitations_are_used_once_and_guessing_ends(play, clock):
    code = play.invited(8, "officer")
    await play.hears(HOA.says(f"/join {code}"))
    assert "cán bộ của Phường Ngọc Hà" in play.said(HOA)[-1]
    await play.hears(STRANGER.says(f"/join {code}"))
    assert "không dùng được" in play.said(STRANGER)[-1]
    for _ in range(4):
        await play.hears(STRANGER.says("/join deadbeef"))
    await play.hears(STRANGER.says(f"/join {play.invited(8, 'officer')}"))
    assert "một giờ nữa" in play.said(STRANGER)[-1]
    old = play.invited(8, "officer")
    clock.pass_(8 * 24 * 3600)
    await play.hears(MINH.says(f"/join {old}"))
    assert "không dùng được" in play.said(MINH)[-1]
    await play.hears(NGOC_HA.hears(MINH, f"/join {play.invited(8, 'officer')}"))
    assert "chat riêng" in play.said(NGOC_HA)[-1]


@played
async def test_only_its_own_people_make_a_group_a_desk(play):
    await play.hears(TAM.says(f"/join {play.invited(4, 'officer')}"))
    await play.hears(NGOC_HA.hears(TAM, "/desk 8"), NGOC_HA.hears(STRANGER, "/desk 8"))
    assert all("không phải cán bộ" in text for text in play.said(NGOC_HA)[-2:])
    await play.hears(TAM.says("/desk 4"))
    assert "supergroup" in play.said(TAM)[-1]
    await play.hears(BA_DINH.hears(TAM, "/desk 00004"))
    assert "quầy của Phường Ba Đình" in play.said(BA_DINH)[-1]


@played
async def test_whoever_leaves_the_group_serves_no_more(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(MINH, f"d:claim:{code}"), NGOC_HA.loses(MINH))
    assert "về lại hàng đợi" in play.said(LAN)[-1]
    await play.hears(MINH.says("/queue"))
    assert "dành cho cán bộ" in play.said(MINH)[-1]


@played
async def test_figures_for_the_leader(play):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    await play.hears(NGOC_HA.hears(HOA, "chị ra quầy", thread=play.topic(NGOC_HA)))
    await play.hears(NGOC_HA.presses(HOA, f"d:close:{code}"))
    await play.hears(LAN.presses(f"r:rate:{code}:4"))
    await play.hears(THU.says("/stats"))
    figures = play.said(THU)[-1]
    assert "Nhận 1, đã xong 1" in figures
    assert "đúng hẹn: 1/1" in figures
    assert "4.0/5" in figures


@pytest.mark.on_both
@played
async def test_whoever_misuses_the_desk_is_kept_out_and_the_leader_is_told(play):
    await play.opens_desk(8, NGOC_HA, HOA, leader=THU)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.hears(HOA, f"/block {code} quấy rối"))
    assert "quấy rối" in play.said(THU)[-1]
    await play.hears(LAN.says("/request lại đây"))
    assert "tạm không nhận" in play.said(LAN)[-1]
    await play.hears(LAN.says("khai sinh cần gì"))
    assert "chứng sinh" in play.said(LAN)[-1]
    await play.hears(HOA.says(f"/unblock {code}"))
    assert "chỉ lãnh đạo" in play.said(HOA)[-1]
    await play.hears(THU.says(f"/unblock {code}"))
    await play.hears(LAN.says("/request giấy chứng sinh sai"))
    assert "CHƯA GỬI" in play.said(LAN)[-1]
