"""Messages that are odd in what they carry or in whose name they come: heard, told why not, or passed over."""

import pytest

from tests.cast import HOA, LAN, NGOC_HA, STRANGER, Group, Person
from tests.stage import played

PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 90, "height": 60}]
ELSEWHERE = Group(-2002, forum=False)
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
CHANNEL = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
ONE_IS_ENOUGH = "what is heard does not depend on where it is kept"
NEWS = {"id": -5, "type": "channel", "title": "Kênh"}


async def claimed(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    return code, play.topic(NGOC_HA)


def nameless(group, sender, sender_chat, **content):
    heard = group.hears(HOA, **content)
    return {"message": heard["message"] | {"from": sender, "sender_chat": sender_chat}}


@pytest.mark.parametrize("sender", ["group", "channel"])
@pytest.mark.parametrize("carried", [{"text": "Anh chị mang hộ chiếu nhé"}, {"text": "/close"}, {"photo": PHOTO}])
def test_who_cannot_be_known_is_told_that_nothing_was_sent(turns, sender, carried):
    @played
    async def story(play):
        _, topic = await claimed(play)
        before = len(play.said(LAN))
        who = (ANONYMOUS, NGOC_HA.chat()) if sender == "group" else (CHANNEL, NEWS)
        await play.hears(nameless(NGOC_HA, *who, thread=topic, **carried))
        assert play.said(NGOC_HA)[-1] == play.say("room.anonymous")
        assert int(play.last(NGOC_HA)["message_thread_id"]) == topic
        assert len(play.said(LAN)) == before
        assert play.server.copies[LAN.id] == []

    story(turns)


@played
async def test_talk_between_administrators_is_left_alone(play):
    await claimed(play)
    before = len(play.said(NGOC_HA))
    await play.hears(nameless(NGOC_HA, ANONYMOUS, NGOC_HA.chat(), text="trưa nay ăn gì"))
    await play.hears(nameless(ELSEWHERE, ANONYMOUS, ELSEWHERE.chat(), text="/queue"))
    assert len(play.said(NGOC_HA)) == before
    assert play.said(ELSEWHERE) == []
    await play.hears(nameless(ELSEWHERE, ANONYMOUS, ELSEWHERE.chat(), text="/desk 00008"))
    assert play.said(ELSEWHERE) == [play.say("room.anonymous")]


@pytest.mark.only_on("sqlite", ONE_IS_ENOUGH)
@pytest.mark.parametrize("words", ["/ban spam", "/warn", "/stats", "/delete", "/ban@OtherBot x", "/help@OtherBot"])
def test_another_bots_command_is_not_ours(turns, words):
    @played
    async def story(play):
        await play.hears(ELSEWHERE.hears(LAN, words))
        assert play.said(ELSEWHERE) == []

    story(turns)


@played
async def test_a_command_that_names_us_is_answered(play):
    await play.hears(ELSEWHERE.hears(LAN, "/stats@MotCuaBot"), ELSEWHERE.hears(LAN, "/help"))
    assert play.said(ELSEWHERE) == [play.say("staff.only"), play.say("group.private")]


@played
async def test_another_bots_command_in_a_topic_does_not_reach_the_citizen(play):
    _, topic = await claimed(play)
    before = len(play.said(LAN))
    await play.hears(NGOC_HA.hears(HOA, "/ban@OtherBot x", thread=topic), NGOC_HA.hears(HOA, "/ban x", thread=topic))
    assert len(play.said(LAN)) == before


@played
async def test_a_channels_automatic_forward_is_not_answered(play):
    telegram = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
    forward = nameless(ELSEWHERE, telegram, NEWS, text="/start")["message"] | {"is_automatic_forward": True}
    await play.hears({"message": forward})
    assert play.said(ELSEWHERE) == []


@pytest.mark.only_on("sqlite", ONE_IS_ENOUGH)
@pytest.mark.parametrize("news", [
    {"write_access_allowed": {"from_request": True}}, {"boost_added": {"boost_count": 1}},
    {"users_shared": {"request_id": 1, "users": []}}, {"paid_message_price_changed": {"paid_message_star_count": 1}},
    {"suggested_post_declined": {}}, {"brand_new_service_2027": {"x": 1}}, {"pinned_message": {"message_id": 3}},
    {"chat_background_set": {"type": {}}}, {"forum_topic_closed": {}}, {"proximity_alert_triggered": {"distance": 4}},
], ids=lambda news: next(iter(news)))  # fmt: skip
def test_what_telegram_tells_by_itself_is_not_answered(turns, news):
    @played
    async def story(play):
        await play.hears(LAN.sends(**news))
        readable = news.keys().isdisjoint({"proximity_alert_triggered", "chat_background_set", "pinned_message"})
        assert play.said(LAN) == [] or not readable

    story(turns)


@pytest.mark.only_on("sqlite", ONE_IS_ENOUGH)
@pytest.mark.parametrize("beside", [
    {"quote": {"text": "x"}}, {"forward_origin": {"type": "user"}}, {"reply_to_message": {"message_id": 1}},
    {"via_bot": {"id": 5}}, {"sender_chat": {"id": 5}}, {"reply_to_story": {}}, {"gift": {"gift": {"id": "1"}}},
    {"contact": {"phone": 5}}, {"entities": [{"type": "bold"}]}, {"external_reply": {"origin": 7}},
    {"photo": {"not": "a list"}}, {"new_media_2027": {"a": [1]}}, {"date": 2**60},
], ids=lambda beside: next(iter(beside)))  # fmt: skip
def test_an_unreadable_part_does_not_take_the_words_with_it(turns, beside):
    @played
    async def story(play):
        await play.hears(LAN.sends(text="lệ phí khai sinh bao nhiêu", **beside))
        assert "không mất tiền" in play.said(LAN)[-1]

    story(turns)


@played
async def test_the_words_under_an_unknown_medium_are_read(play):
    await play.hears(LAN.sends(caption="lệ phí khai sinh bao nhiêu", hologram_2027={"id": 1}))
    assert "không mất tiền" in play.said(LAN)[-1]


@played
async def test_whoever_sends_only_what_cannot_be_read_is_told(play):
    await play.hears(LAN.sends(contact={"phone": 5}))
    assert play.said(LAN) == [play.say("attachment.other")]


@played
async def test_an_unreadable_answered_message_still_says_which_request_is_meant(play):
    _, _ = await claimed(play)
    shown = next(m for m in play.server.sent[NGOC_HA.id] if "chứng sinh bị sai" in m["text"])
    odd = {"message_id": shown["message_id"], "new_in_2027": True}
    await play.hears(NGOC_HA.hears(HOA, "chị ra bệnh viện", reply_to_message=odd))
    assert "chị ra bệnh viện" in play.said(LAN)[-1]


@pytest.mark.parametrize("before", ["open", "claimed"])
def test_an_emergency_under_a_photo_is_heard_in_a_live_request(turns, before):
    @played
    async def story(play):
        await play.opens_desk(8, NGOC_HA, HOA)
        code = await play.asks(LAN)
        if before == "claimed":
            await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
        said = len(play.said(LAN))
        await play.hears(LAN.presses(f"r:write:{code}"), LAN.sends(photo=PHOTO, caption="cháy nhà rồi cứu với"))
        new = [text for text in play.said(LAN)[said:] if "Bạn đang viết" not in text]
        assert "114" in new[0]

    story(turns)


@played
async def test_an_emergency_under_a_photo_gets_the_numbers_and_nothing_else(play):
    await play.hears(LAN.sends(photo=PHOTO, caption="cháy nhà rồi cứu với"))
    assert len(play.said(LAN)) == 1
    assert "114" in play.said(LAN)[0]


@played
async def test_a_command_under_a_photo_is_a_command(play):
    await play.hears(LAN.sends(photo=PHOTO, caption="/topics"))
    await play.hears(STRANGER.says("/topics"))
    assert play.said(LAN) == play.said(STRANGER)


@pytest.mark.only_on("sqlite", ONE_IS_ENOUGH)
@pytest.mark.parametrize(("name", "shown"), [
    ("\u202eaohT\u202c", "aohT"), ("@everyone", "everyone"), ("http://evil.vn/x", "http evil. vn x"),
    ("t.me/joinchat", "t. me joinchat"), ("/close", "close"), ("#hot Lan", "hot Lan"), ("\u2067Lan\u2069", "Lan"),
    ("Lan\n\nCán bộ", "Lan Cán bộ"), ("Nguyễn T. Lan", "Nguyễn T. Lan"), ("Đỗ", "Đỗ"), ("Ngọc-Hà", "Ngọc-Hà"),
    ("👩\u200d🌾 Lan", "👩\u200d🌾 Lan"), ("\u200b", "người dân"),
])  # fmt: skip
def test_a_first_name_is_harmless_wherever_it_is_shown(turns, name, shown):
    @played
    async def story(play):
        await play.opens_desk(8, NGOC_HA, HOA)
        citizen = Person(77, name)
        code = await play.asks(citizen)
        await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
        texts = play.said(NGOC_HA)
        assert any(f" – {shown}" in text or shown in text for text in texts)
        assert name == shown or not any(name in text for text in texts)
        assert not any(set(text) & set("\u202e\u202c\u2067\u2069") for text in texts)
        ((_, title),) = play.server.topics[NGOC_HA.id]
        assert title.startswith(f"{shown} · ")

    story(turns)


@played
async def test_an_officers_name_is_harmless_too(play):
    officer = Person(78, "\u202e@everyone")
    await play.opens_desk(8, NGOC_HA, officer)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(officer, f"d:claim:{code}"))
    assert any("everyone (Phường Ngọc Hà) đã nhận" in text for text in play.said(LAN))
    assert not any("@everyone" in text or "\u202e" in text for text in play.said(LAN))


@played
async def test_the_address_under_words_is_spelt_out(play):
    _, topic = await claimed(play)
    link = [{"type": "text_link", "offset": 15, "length": 6, "url": "https://dichvucong.gov.vn/mau"}]
    await play.hears(NGOC_HA.hears(HOA, "😀 chị tải mẫu ở đây nhé", thread=topic, entities=link))
    assert "ở đây (https://dichvucong.gov.vn/mau) nhé" in play.said(LAN)[-1]
    bare = [{"type": "text_link", "offset": 0, "length": 17, "url": "https://dichvucong.gov.vn/"}]
    await play.hears(LAN.says("dichvucong.gov.vn", entities=bare[:0]), LAN.says("dichvucong.gov.vn ạ", entities=bare))
    assert any(text.endswith("dichvucong.gov.vn ạ") for text in play.said(NGOC_HA)[-2:])
