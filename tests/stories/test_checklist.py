"""A list of papers of one's own: asked, exact, ticked off, saved, found again."""

import json
from io import BytesIO

import pytest
from PIL import Image

from tests.cast import HUNG, LAN, STRANGER
from tests.stage import played

pytestmark = pytest.mark.only_on("sqlite", "what is said does not depend on where it is remembered")


BIRTH = "dang-ky-khai-sinh"


async def answers(play, person, *options):
    for case, option in options:
        await play.hears(person.presses(f"case:{BIRTH}:{case}:{option}"))


async def has_a_list(play, person):
    await play.hears(person.presses(f"list:{BIRTH}"))
    await answers(play, person, ("qua-han", "khong"), ("chung-sinh", "co"), ("nguoi-nop", "cha-me"))


@played
async def test_at_most_three_questions_then_the_exact_list(play):
    await play.hears(LAN.says("em mới sinh con, cần giấy gì"), LAN.presses(f"list:{BIRTH}"))
    asked = []
    for _ in range(4):
        actions = [b["callback_data"] for b in play.buttons(LAN) if b.get("callback_data", "").startswith("case:")]
        if not actions:
            break
        asked.append(actions[0])
        await play.hears(LAN.presses(actions[0]))
    assert len(asked) == 3
    assert play.say("checklist.submit") in play.said(LAN)[-1]
    assert "tùy trường hợp" not in play.said(LAN)[-1]


@played
async def test_only_what_this_person_needs_is_on_it(play):
    await has_a_list(play, LAN)
    said = play.said(LAN)[-1]
    assert "☐ Tờ khai đăng ký khai sinh" in said
    assert "người làm chứng" not in said  # the certificate of birth is there
    assert "☐ Giấy ủy quyền" not in said  # the parents go themselves
    assert "không mất tiền" in said or "Không mất tiền" in said


@played
async def test_papers_are_ticked_and_found_again(play):
    await has_a_list(play, LAN)
    tick = next(b["callback_data"] for b in play.buttons(LAN) if b.get("callback_data", "").startswith("tick:"))
    await play.hears(LAN.presses(tick))
    assert play.said(LAN)[-1].count("☑") == 1
    await play.hears(LAN.says("/my"))
    await play.hears(LAN.presses(f"list:{BIRTH}"))
    assert play.said(LAN)[-1].count("☑") == 1
    await play.hears(LAN.presses(tick))
    assert "☑" not in play.said(LAN)[-1]
    await play.hears(HUNG.says("/my"))
    assert play.said(HUNG)[-1] == play.say("my.empty")


@played
async def test_it_is_saved_as_a_picture_and_as_a_page(play):
    await has_a_list(play, LAN)
    await play.hears(LAN.presses(f"save:{BIRTH}:png"), LAN.presses(f"save:{BIRTH}:pdf"))
    (picture, drawn), (page, printed) = play.server.files[LAN.id]
    assert (picture[-4:], page[-4:]) == (".png", ".pdf")
    assert Image.open(BytesIO(drawn)).width == 1240
    assert printed.startswith(b"%PDF")


@played
async def test_an_answer_may_lead_to_another_procedure(play):
    procedures = play.turns.house.knowledge.procedures
    name, case, option, goal = next(
        (p.id, case.id, option, goal)
        for p in procedures.values()
        for case in p.cases
        for option, goal in case.leads_to.items()
        if goal in procedures
    )
    await play.hears(LAN.presses(f"case:{name}:{case}:{option}"))
    assert play.say("checklist.elsewhere") in play.said(LAN)[-1]
    assert procedures[goal].name.vi in play.said(LAN)[-1]


@played
async def test_wrong_old_and_strange_buttons_are_answered(play):
    for action in ("list:no-such", f"case:{BIRTH}:no:such", f"case:{BIRTH}:qua-han:maybe", "case:x:y:z",
                   f"tick:{BIRTH}:no-such", f"tick:{BIRTH}:to-khai", f"save:{BIRTH}:png", f"save:{BIRTH}:exe"):  # fmt: skip
        await play.hears(STRANGER.presses(action))
        assert play.said(STRANGER)[-1] == play.say("button.old"), action
    assert len(json.dumps(play.said(STRANGER))) > 0


@played
async def test_pressed_twice_asks_the_same_question_once(play):
    press = LAN.presses(f"case:{BIRTH}:qua-han:khong")
    await play.hears(press, LAN.presses(f"case:{BIRTH}:qua-han:khong"))
    first, second = play.said(LAN)[-2:]
    assert first == second
