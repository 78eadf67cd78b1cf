"""Words arrive whole: long ones, those that wait for consent or for the commune, and photos that are asked about."""

import pytest

from tests.cast import HOA, LAN, NGOC_HA
from tests.stage import played

PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 90, "height": 60}]
LONG = " ".join(f"câu{n}" for n in range(600))[:3900].rsplit(" ", 1)[0]


async def desk(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.hears(LAN.says("/commune phường Ngọc Hà, Hà Nội"))


async def claims(play):
    code = play.code(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    return code


def words(play, person):
    return " ".join(" ".join(play.said(person)).split())


@pytest.mark.parametrize("length", [2300, 2800, 3900, 4080])
def test_long_words_before_consent_reach_the_desk_whole(turns, length):
    @played
    async def story(play):
        await desk(play)
        said = " ".join(f"câu{n}" for n in range(700))[:length].rsplit(" ", 1)[0]
        await play.hears(LAN.says(f"/request {said}"))
        await play.agrees(LAN)
        await play.hears(LAN.presses(play.action(LAN, "r:send:")))
        await claims(play)
        assert said in words(play, NGOC_HA)

    story(turns)


@pytest.mark.parametrize("said", ["giấy chứng sinh sai\ntên mẹ", LONG])
def test_another_language_before_consent_keeps_the_words(turns, said):
    @played
    async def story(play):
        await desk(play)
        await play.hears(LAN.says(f"/request {said}"))
        asked, yes = play.last(LAN), play.action(LAN, "r:yes:")
        await play.hears(LAN.says("/language en"), LAN.presses(yes, text=asked["text"]))
        await play.hears(LAN.presses(play.action(LAN, "r:send:")))
        await claims(play)
        assert any(said in text for text in play.said(NGOC_HA)) or " ".join(said.split()) in words(play, NGOC_HA)

    story(turns)


@played
async def test_what_does_not_fit_into_the_question_is_said(play):
    await desk(play)
    link = [{"type": "text_link", "offset": 9, "length": 5, "url": "https://x.vn/" + "a" * 1500}]
    said = LAN.says("/request " + "câu1 " * 700)
    said["message"]["entities"] += link
    await play.hears(said)
    assert any(play.say("consent.rest_again") in text for text in play.said(LAN))


@played
async def test_no_photo_waits_for_consent_and_that_is_said(play):
    await desk(play)
    await play.hears(LAN.sends(photo=PHOTO, caption="/request giấy này sai tên mẹ"))
    assert play.say("consent.photo_again") in play.said(LAN)
    await play.hears(LAN.presses(play.action(LAN, "r:yes:"), text=play.said(LAN)[-2]))
    assert "giấy này sai tên mẹ" in play.said(LAN)[-1]


@played
async def test_a_photo_with_a_request_under_it_is_in_the_draft_once_it_is_clean(play):
    await desk(play)
    await play.drafts(LAN)
    await play.hears(LAN.presses(play.action(LAN, "r:drop:")))
    await play.hears(LAN.sends(photo=PHOTO, caption="/request giấy này sai tên mẹ"))
    assert play.say("photo.ask") in play.said(LAN)[-1]
    await play.hears(LAN.presses(play.action(LAN, "r:photo:")))
    assert "giấy này sai tên mẹ" in play.said(LAN)[-1]
    assert "Kèm 1 ảnh" in play.said(LAN)[-1]
    await play.hears(LAN.presses(play.action(LAN, "r:send:")))
    await claims(play)
    assert len(play.server.copies[NGOC_HA.id]) == 1


@played
async def test_a_draft_that_is_full_says_so(play):
    await desk(play)
    await play.drafts(LAN)
    for n in range(8):
        await play.hears(LAN.says(f"{n} {LONG}"))
    assert play.say("draft.full") in play.said(LAN)
    await play.hears(LAN.says("/send"))
    await claims(play)
    full = play.said(LAN).count(play.say("draft.full"))
    assert sum(f"{n} câu0" in words(play, NGOC_HA) for n in range(8)) == 8 - full


@played
async def test_long_words_arrive_whole_and_are_corrected_whole(play):
    await desk(play)
    await play.asks(LAN)
    await claims(play)
    wrote = NGOC_HA.hears(HOA, "A" + "😀 chữ" * 1000, thread=play.topic(NGOC_HA))
    before = len(play.said(LAN))
    await play.hears(wrote)
    assert words(play, LAN).count("😀 chữ") == 1000
    first, second = play.server.sent[LAN.id][before:]
    await play.hears({"edited_message": wrote["message"] | {"text": "B" + "😀 thư" * 1000, "edit_date": 2}})
    corrected = play.server.sent[LAN.id][before + 2 :]
    assert [m["message_id"] for m in corrected] == [first["message_id"], second["message_id"]]
    assert {m["method"] for m in corrected} == {"editMessageText"}
    await play.hears({"edited_message": wrote["message"] | {"text": "chị ra quầy", "edit_date": 3}})
    assert (LAN.id, second["message_id"]) in play.server.deleted
    assert "chị ra quầy" in play.said(LAN)[-1]


@played
async def test_words_too_long_for_a_caption_are_corrected_and_go_with_their_photo(play):
    await desk(play)
    await play.asks(LAN)
    await claims(play)
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9}]
    wrote = NGOC_HA.hears(HOA, photo=photo, caption="chữ " * 500, thread=play.topic(NGOC_HA))

    def now(caption):
        return {"edited_message": wrote["message"] | {"caption": caption, "edit_date": 2}}

    await play.hears(wrote)
    beneath = play.last(LAN)["message_id"]
    await play.hears(now("thư " * 500))
    assert (play.last(LAN)["method"], play.last(LAN)["message_id"]) == ("editMessageText", beneath)
    await play.hears(now("ngắn"))
    assert (LAN.id, beneath) in play.server.deleted
    await play.hears(now("dài " * 500))
    beneath = play.last(LAN)["message_id"]
    assert "dài" in play.said(LAN)[-1]
    await play.hears(now("// trong nhà"))
    assert (LAN.id, beneath) in play.server.deleted


@played
async def test_an_answer_to_the_second_part_finds_the_request(play):
    await desk(play)
    await play.asks(LAN)
    await claims(play)
    await play.hears(LAN.says("/request việc khác hẳn"))
    await play.hears(NGOC_HA.hears(HOA, "😀 chữ" * 1000, thread=play.topic(NGOC_HA)))
    part = {"message_id": play.last(LAN)["message_id"], "date": 1, "chat": LAN.chat(), "text": "…"}
    await play.hears(LAN.says("em rõ rồi ạ", reply_to_message=part))
    assert any("em rõ rồi ạ" in text for text in play.said(NGOC_HA)[-2:])


@pytest.mark.parametrize("carried", [
    {"photo": PHOTO}, {"document": {"file_id": "d", "file_unique_id": "d"}},
    {"video": {"file_id": "v", "file_unique_id": "v", "width": 1, "height": 1, "duration": 1}},
], ids=lambda carried: next(iter(carried)))  # fmt: skip
def test_whether_it_shows_an_identity_card_is_asked_each_time(turns, carried):
    @played
    async def story(play):
        await desk(play)
        await play.asks(LAN)
        await claims(play)
        await play.hears(LAN.sends(**carried))
        first = play.action(LAN, "r:photo:")
        await play.hears(LAN.sends(**carried, caption="mặt sau ạ"))
        assert play.said(LAN)[-2:] == [play.say("photo.ask")] * 2
        second = play.action(LAN, "r:photo:")
        assert first != second
        await play.hears(LAN.presses(first))
        assert len(play.server.copies[NGOC_HA.id]) == 1  # a word about the first says nothing of the second
        await play.hears(LAN.presses(second.replace("clean", "card")), LAN.presses(second))
        assert len(play.server.copies[NGOC_HA.id]) == 1

    story(turns)
