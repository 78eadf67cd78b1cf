"""“Mình được hưởng gì?”: at most seven questions, deterministic, nothing kept."""

import json
from dataclasses import replace

import pytest

from tests.cast import BUDI, EMMA, LAN
from tests.stage import played


async def answers(play, person, *labels):
    """Press the button of each label; the answer rides on the buttons."""
    for label in labels:
        action = next(b["callback_data"] for b in play.buttons(person) if b["text"] == label)
        await play.hears(person.presses(action))


@pytest.mark.parametrize(
    ("person", "words", "opening"),
    [
        (LAN, "cho hỏi em được hưởng gì không ạ", "Mình được hưởng gì? (1/5)"),
        (LAN, "mình được hưởng gì?", "Mình được hưởng gì? (1/5)"),
        (EMMA, "what benefits can we get", "What am I entitled to? (1/5)"),
        (BUDI, "bantuan apa saja untuk keluarga kami", "Apa hak saya? (1/5)"),
    ],
)
@played
async def test_asked_in_words_in_three_languages(play, person, words, opening):
    await play.hears(person.says(words))
    assert play.said(person)[-1].startswith(opening)


@played
async def test_a_grandmother_of_76_without_a_pension(play):
    """Decree 176/2025: from 75 without a pension; the poverty line is above what she has."""
    await play.hears(LAN.presses("ben:"))
    await answers(play, LAN, "Từ 75 tuổi", "Không", "Không", "Không có", "Từ 2.200.000 đồng")
    maybe, _, not_yet = play.said(LAN)[-1].partition("Chắc chưa được")
    assert maybe.startswith("Có thể được")
    assert "hưu trí" in maybe
    assert "hưu trí" not in not_yet
    assert "hộ nghèo" in not_yet.lower()
    assert "list:huu-tri-xa-hoi" in [b.get("callback_data") for b in play.buttons(LAN)]


@pytest.mark.parametrize(
    ("age", "household", "entitled"),
    [
        ("70 đến dưới 75 tuổi", "Hộ cận nghèo", True),
        ("70 đến dưới 75 tuổi", "Không", False),
        ("16 đến dưới 70 tuổi", "Hộ nghèo", False),
        ("Từ 75 tuổi", "Không", True),
    ],
)
@played
async def test_the_social_pension_by_age_and_household(play, age, household, entitled):
    await play.hears(LAN.presses("ben:"))
    await answers(play, LAN, age, household, "Không rõ", "Không có", "Không rõ")
    maybe = play.said(LAN)[-1].partition("Chắc chưa được")[0]
    assert ("• Trợ cấp hưu trí xã hội" in maybe) is entitled


@pytest.mark.parametrize(
    ("age", "household", "disability", "free"),
    [
        ("Dưới 6 tuổi", "Không", "Không", True),
        ("16 đến dưới 70 tuổi", "Hộ nghèo", "Không", True),
        ("70 đến dưới 75 tuổi", "Hộ cận nghèo", "Không", True),
        ("Từ 75 tuổi", "Không", "Không", True),
        ("16 đến dưới 70 tuổi", "Không", "Đặc biệt nặng", True),
        ("16 đến dưới 70 tuổi", "Không", "Không", False),
    ],
)
@played
async def test_the_health_card_is_free_for_more_than_children(play, age, household, disability, free):
    await play.hears(LAN.presses("ben:"))
    await answers(play, LAN, age, household, disability, "Không có", "Không rõ")
    maybe, _, not_yet = play.said(LAN)[-1].partition("Chắc chưa được")
    assert ("• Thẻ bảo hiểm y tế" in maybe) is free
    assert "khẩn cấp" not in not_yet  # any household is considered after a disaster


@played
async def test_a_pension_rules_it_out_and_says_so(play):
    await play.hears(LAN.presses("ben:"))
    await answers(play, LAN, "Từ 75 tuổi", "Không", "Không", "Có", "Không rõ")
    assert play.say("benefit.because_pension") in play.said(LAN)[-1].partition("Chắc chưa được")[2]


@played
async def test_nothing_that_was_answered_is_kept(play):
    await play.hears(LAN.presses("ben:"))
    await answers(play, LAN, "Từ 75 tuổi", "Hộ nghèo", "Nặng", "Không có", "Không rõ")
    await play.hears(LAN.says("/mydata"))
    held = json.loads(play.server.files[LAN.id][-1][1])
    assert not any(word in json.dumps([held["chat"], held["reminders"]]) for word in ("75", "poor", "severe"))


@pytest.mark.parametrize("old", ["ben:999", "ben:75.rich", "ben:75.poor.none.no.0.0", "ben:x.x.x.x.x.x.x.x"])
@played
async def test_an_old_button_begins_anew(play, old):
    await play.hears(LAN.presses(old))
    assert play.said(LAN)[-1] == play.say("button.old")


@played
async def test_it_follows_the_knowledge(play):
    """Were the pension from 72 on, the question would ask for 72."""
    house = play.turns.house
    entry = house.knowledge.procedures["huu-tri-xa-hoi"]
    younger = [one.model_copy(update={"eligible": one.eligible.model_copy(update={"age_from": 72})})
               if one.eligible and one.eligible.age_from == 75 else one for one in entry.answers]  # fmt: skip
    procedures = {**house.knowledge.procedures, entry.id: entry.model_copy(update={"answers": tuple(younger)})}
    play.turns.house = replace(house, knowledge=replace(house.knowledge, procedures=procedures))
    await play.hears(LAN.presses("ben:"))
    assert "72 đến dưới 75 tuổi" in [b["text"] for b in play.buttons(LAN)]
