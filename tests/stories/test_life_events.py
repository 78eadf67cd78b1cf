"""A life event told in a few words: the whole path, not one form."""

import pytest

from tests.cast import BUDI, EMMA, LAN
from tests.stage import played

pytestmark = pytest.mark.only_on("sqlite", "what is said does not depend on where it is remembered")


@pytest.mark.parametrize(
    ("words", "first", "beside"),
    [
        ("tôi mới sinh con", "Khai sinh ba trong một", "Thẻ bảo hiểm y tế"),
        ("bố em vừa mất", "Khai tử ba trong một", "Mai táng phí"),
        ("mất bóp rồi giờ sao", "căn cước", "Bằng lái"),
        ("em mới sinh con được 3 ngày", "Khai sinh ba trong một", "Thẻ bảo hiểm y tế"),
        ("nha em kho khan qua", "khẩn cấp", "hộ nghèo"),
    ],
)
@played
async def test_the_whole_path_is_offered_in_order(play, words, first, beside):
    await play.hears(LAN.says(words))
    said = play.said(LAN)[-1].lower()
    assert 0 < said.index(first.lower()) < said.index(beside.lower())


@played
async def test_grief_is_met_with_a_kind_word_first(play):
    await play.hears(EMMA.says("my father died last night"))
    assert play.said(EMMA)[-1].startswith("We are sorry for your loss")


@pytest.mark.parametrize(
    ("words", "grieved"),
    [
        ("mẹ em mất vì bệnh", True),
        ("mẹ em mất ví", False),
        ("bà ngoại mất giấy tờ", False),
        ("bà nội em mất tuần trước", True),
    ],
)
@played
async def test_nobody_is_mourned_who_has_lost_something(play, words, grieved):
    await play.hears(LAN.says(words))
    assert ("chia buồn" in play.said(LAN)[-1]) is grieved


@played
async def test_whoever_asks_for_papers_gets_papers(play):
    await play.hears(LAN.says("em mới sinh con, cần giấy gì"))
    assert play.said(LAN)[-1].startswith("Nộp\n• Tờ khai đăng ký khai sinh")
    assert "Việc: Đăng ký khai sinh." in play.said(LAN)[-1]


@played
async def test_each_step_opens_its_procedure_and_the_talk_goes_on_there(play):
    await play.hears(BUDI.says("saya baru punya bayi"))
    await play.hears(BUDI.presses("answer:dang-ky-khai-sinh:overview"), BUDI.says("berapa biayanya"))
    assert "60 hari gratis" in play.said(BUDI)[-1]


@played
async def test_life_events_are_browsed_from_the_topics(play):
    await play.hears(LAN.says("/topics"))
    assert play.buttons(LAN)[0]["callback_data"] == "events"
    await play.hears(LAN.presses("events"))
    names = [button["callback_data"] for button in play.buttons(LAN)]
    assert len([name for name in names if name.startswith("event:")]) == 14
    for name in names:
        await play.hears(LAN.presses(name))
        assert play.say("button.old") != play.said(LAN)[-1]
    await play.hears(LAN.presses("event:no-such"))
    assert play.said(LAN)[-1] == play.say("button.old")


def test_every_step_is_a_procedure_of_the_catalogue(content):
    steps = [step for event in content.knowledge.life_events.values() for step in event.steps]
    assert {step.procedure for step in steps} <= set(content.knowledge.catalogue)
    assert all(step.source for step in steps if step.by)
