"""Voice and eyes: what cannot be heard is said so, a recogniser that is plugged in, answers in their shortest form."""

import pytest
from aiohttp import web

from bot.doors.speech import Recogniser
from tests.cast import HOA, LAN, NGOC_HA
from tests.stage import played

SHOWN = {
    "photo": {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9}]},
    "file": {"document": {"file_id": "d", "file_unique_id": "e", "file_name": "a.pdf"}},
}
VOICE = {"file_id": "v", "file_unique_id": "w", "duration": 3}


class StandIn:
    """A recogniser on loopback, that hears what a story says it hears."""

    def __init__(self):
        self.hears, self.heard = {"text": "mất căn cước thì làm lại ở đâu"}, []

    async def __aenter__(self):
        app = web.Application()
        app.router.add_post("/inference", self._answer)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/inference"
        return self

    async def __aexit__(self, *_):
        await self.runner.cleanup()

    async def _answer(self, request):
        sent = await request.post()
        self.heard.append((sent["file"].file.read(), sent["language"]))
        return web.json_response(self.hears)


@played
async def test_a_voice_message_is_not_heard_and_goes_to_an_officer_only_by_leave(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.hears(LAN.says("/commune phường Ngọc Hà, Hà Nội"), LAN.sends(voice=VOICE))
    assert play.say("attachment.voice") in play.said(LAN)[-1]
    assert play.say("consent.what") in play.said(LAN)[-1]  # what agreeing means stands above the button
    asked = len(play.said(NGOC_HA))
    await play.hears(LAN.presses(play.action(LAN, "r:voice")))
    assert play.say("draft.not_sent") in play.said(LAN)[-1]
    assert len(play.said(NGOC_HA)) == asked
    await play.hears(LAN.presses(play.action(LAN, "r:send:")))
    code = play.code(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    assert play.server.copies[NGOC_HA.id]
    await play.hears(LAN.presses("r:voice"))
    assert play.said(LAN)[-1] == play.say("button.old")  # once


@pytest.mark.parametrize("kind", ["photo", "file"])
def test_what_is_shown_to_nobody_goes_to_an_officer_by_leave(turns, clock, kind):
    @played
    async def story(play):
        await play.opens_desk(8, NGOC_HA, HOA)
        await play.hears(LAN.says("/commune phường Ngọc Hà, Hà Nội"))
        parts = [LAN.sends(**SHOWN[kind], media_group_id="7"), LAN.sends(**SHOWN[kind], media_group_id="7")]
        parts[0]["message"]["caption"] = "giấy này đúng chưa ạ"
        await play.hears(*parts)
        await play.passes(clock, 2)
        offer = next(one for one in play.server.sent[LAN.id] if play.say("shown.officer") in one["text"])
        assert play.say("consent.what") in offer["text"]
        await play.hears(LAN.presses("r:voice", text=offer["text"]))
        assert play.said(LAN)[-1] == play.say("photo.ask")  # as of every photo
        await play.hears(LAN.presses(play.action(LAN, "r:photo:")))
        assert "giấy này đúng chưa ạ" in play.said(LAN)[-1]
        await play.hears(LAN.presses(play.action(LAN, "r:send:")))
        await play.hears(NGOC_HA.presses(HOA, f"d:claim:{play.code(LAN)}"))
        (brought,) = [fields for name, fields in play.server.calls if name == "copyMessages"]
        assert brought["message_ids"] == str([one["message"]["message_id"] for one in parts])

    story(turns)


@played
async def test_what_shows_an_identity_card_is_not_offered(play):
    await play.hears(LAN.sends(**SHOWN["photo"], caption="cccd của em đây"))
    assert play.said(LAN)[0] == play.say("attachment.identity_card")
    assert play.buttons(LAN) == [] or "r:voice" not in [one.get("callback_data") for one in play.buttons(LAN)]


@played
async def test_where_a_recogniser_is_plugged_in_its_words_are_shown_and_answered(play):
    async with StandIn() as ear:
        door = play.service.doorways[0].door
        door.recogniser = Recogniser(ear.url)
        play.server.assets["v"] = {"data": b"opus"}
        await play.hears(LAN.sends(voice=VOICE))
        assert ear.heard == [(b"opus", "vi")]
        assert play.say("voice.heard", words=ear.hears["text"]) in play.said(LAN)[-2]
        assert "ăn cước" in play.said(LAN)[-1]
        ear.hears = {"words": "another form"}
        await play.hears(LAN.sends(voice=VOICE))
        assert play.say("attachment.voice") in play.said(LAN)[-1]
        await door.recogniser.close()


def test_nobody_has_to_speak_to_another_machine():
    from bot.config import Settings

    with pytest.raises(ValueError, match="this machine"):
        Settings(speech_url="http://speech.example/inference")


@played
async def test_answers_in_their_shortest_form_until_they_are_wanted_whole(play):
    await play.hears(LAN.says("đăng ký khai sinh cần giấy tờ gì"))
    whole = play.said(LAN)[-1]
    await play.hears(LAN.says("nói đơn giản hơn"))
    assert len(play.said(LAN)[-1]) < len(whole)
    assert "Không cần mang" not in play.said(LAN)[-1]
    assert "Chỉ cần đưa xem" in play.said(LAN)[-1]  # nobody is sent home for it
    await play.hears(LAN.presses(play.action(LAN, "full:")))
    assert "Không cần mang" in play.said(LAN)[-1]
    await play.hears(LAN.says("lệ phí bao nhiêu"))
    assert play.action(LAN, "full:").startswith("full:dang-ky-khai-sinh:fee")
    await play.hears(LAN.says("nói đầy đủ"), LAN.says("đăng ký khai sinh cần giấy tờ gì"))
    assert "Không cần mang" in play.said(LAN)[-1]


@played
async def test_what_has_no_shorter_form_is_not_cut(play):
    """A path of a life event, and a question with its choices."""
    await play.hears(LAN.says("vợ em mới sinh con"))
    whole, choices = play.said(LAN)[-1], len(play.buttons(LAN))
    await play.hears(LAN.says("nói ngắn gọn hơn được không"), LAN.says("vợ em mới sinh con"))
    assert (play.said(LAN)[-1], len(play.buttons(LAN))) == (whole, choices)
    await play.hears(LAN.says("mình được hưởng gì"))
    assert [b["callback_data"] for b in play.buttons(LAN)] == ["ben:0", "ben:6", "ben:16", "ben:70", "ben:75", "ben:x"]


@played
async def test_what_the_portal_alone_knows_is_shortened_and_had_whole(play):
    await play.hears(LAN.presses("answer:1.003460:asked"))
    whole = play.said(LAN)[-1]
    await play.hears(LAN.says("giải thích dễ hiểu hơn"))
    assert len(play.said(LAN)[-1]) < len(whole)
    await play.hears(LAN.presses(play.action(LAN, "full:")))
    assert play.said(LAN)[-1] == whole
