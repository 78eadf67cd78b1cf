"""Questions about procedures that only the portal's list names: no neighbour of ours may be told as the answer.

None of the questions may become a phrase. `codes`: what a sensible officer would accept, of any level.
"""

import json
from pathlib import Path

import pytest

from bot.content.second_tier import LINK
from bot.understanding.engine import understand
from bot.understanding.result import Context, Outcome

pytestmark = [pytest.mark.only_on("sqlite", "nothing is stored"), pytest.mark.xdist_group("blind")]

QUESTIONS = [json.loads(line) for line in (Path(__file__).parent / "unknown.jsonl").read_text("utf-8").splitlines()]
PASS_TO_LAOS = "1.012680"


@pytest.fixture(scope="module")
def tier(house):
    return house.knowledge.second_tier


@pytest.fixture(scope="module")
def read(house):
    """Those that no entry answers by now, each with what was understood."""
    ours = house.knowledge.second_tier.ours
    unknown = [one for one in QUESTIONS if not any(code in ours for code in one["codes"])]
    return [(one, understand(one["text"], Context(), house.engine)) for one in unknown]


def test_the_list_is_whole(tier):
    assert len(tier.procedures) == 2859
    assert len(tier.details) > 400


def test_hardly_ever_is_a_neighbour_told(read):
    told = [one["text"] for one, got in read if got.outcome is Outcome.ANSWERED]
    assert len(read) > 100
    assert len(told) <= 0.03 * len(read), told


def test_three_in_four_are_among_the_first_three(read, tier):
    alike = {code: first for first, codes in tier.alike.items() for code in codes}
    listed = [(one, got) for one, got in read if one["codes"]]
    right = [
        bool({alike.get(code) for code in one["codes"]} & {found.id for found in got.second_tier[:3]})
        for one, got in listed
    ]
    assert sum(right) >= 0.75 * len(listed)


def test_what_nobody_lists_is_not_told_as_something_listed(house):
    for text in (
        "mai miền Trung có mưa không, tính phơi lúa",
        "lkjdfg 99 xx đđđđđ",
        "xổ số miền Bắc hôm qua ra số mấy",
    ):
        assert understand(text, Context(), house.engine).outcome is not Outcome.SECOND_TIER


@pytest.mark.parametrize(
    ("text", "neighbour"),
    [
        ("tài khoản định danh của công ty tôi mở thế nào", "vneid-muc-2"),  # "tài khoản định danh" is a name of ours
        ("có phải xin thẻ hướng dẫn viên mới dắt khách đi chơi được", "cap-the-can-cuoc"),
        ("tòa xử rồi mà người ta cứ không trả", "hoa-giai-dat-dai"),
        ("công ty tôi lỗ quá nên muốn nghỉ hẳn", "cham-dut-ho-kinh-doanh"),
    ],
)
def test_a_name_of_ours_inside_another_matter_is_not_told_as_the_answer(house, text, neighbour):
    understood = understand(text, Context(), house.engine)
    assert (understood.outcome, understood.procedures[0].id) != (Outcome.ANSWERED, neighbour)


@pytest.mark.parametrize("text", ["1.012680", "thủ tục 1.012680 là gì vậy", "mã (1.012680) nộp ở đâu?"])
def test_a_code_typed_in_finds_it(house, text):
    understood = understand(text, Context(), house.engine)
    assert understood.outcome is Outcome.SECOND_TIER
    assert [one.id for one in understood.second_tier] == [PASS_TO_LAOS]
    assert not understood.choices


def test_a_link_of_the_portal_finds_it(house, tier):
    link = LINK + tier.procedures[PASS_TO_LAOS].link
    assert understand(f"cái này {link} ạ", Context(), house.engine).second_tier[0].id == PASS_TO_LAOS


@pytest.mark.parametrize("text", ["1.001193", "cho hỏi 1.001193 cần giấy gì"])
def test_a_code_of_ours_is_answered_by_the_entry(house, text):
    understood = understand(text, Context(), house.engine)
    assert understood.outcome is Outcome.ANSWERED
    assert understood.procedures[0].id == "dang-ky-khai-sinh"


@pytest.mark.parametrize("text", ["9.999999", "0901.234567", "1.0011934", "12.001193"])
def test_other_numbers_are_no_code(house, text):
    assert not understand(text, Context(), house.engine).second_tier


def test_a_short_question_goes_on_about_it(house):
    context = Context(procedure=PASS_TO_LAOS)
    understood = understand("mất bao lâu vậy", context, house.engine)
    assert understood.follow_up
    assert [one.id for one in understood.second_tier] == [PASS_TO_LAOS]
    another = understand("em mới sinh con thì làm giấy khai sinh ở đâu", context, house.engine)
    assert another.procedures[0].id == "dang-ky-khai-sinh"
    assert another.outcome is not Outcome.SECOND_TIER


def test_codes_of_one_name_at_several_levels_count_once(tier):
    first = next(first for first, codes in tier.alike.items() if "1.003290" in codes)  # thẻ thường trú: bộ, tỉnh
    assert first == "1.001010"


def test_an_entry_answers_its_name_at_every_level(tier):
    assert tier.ours["1.000889"] == tier.ours["1.014063"]  # Cấp đổi thẻ căn cước (thực hiện tại cấp trung ương)
    assert all(code not in tier.ours for codes in tier.alike.values() for code in codes)
