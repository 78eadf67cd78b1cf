"""What an officer writes, beside the entries: what they say themselves is never doubted; the usual wrong demands are."""

import datetime as dt

import pytest

from bot.content.schema import Language
from bot.conversation.scene import Scene
from bot.conversation.staff.against import against
from bot.conversation.staff.entry import FIELDS, beside, written
from bot.conversation.visit import Memory

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
FEW = 0.01


def scene_in(house, language=Language.VI):
    return Scene(house=house, memory=Memory(commune=8), language=language, now=NOW)


@pytest.mark.parametrize("language", [Language.VI, Language.EN])
def test_the_entries_own_words_are_hardly_ever_doubted(house, language):
    """One in a hundred at most: whoever is warned too often reads no warning."""
    scene, counted, doubted = scene_in(house, language), 0, []
    for number, entry in enumerate(house.knowledge.procedures.values()):
        shown = beside(scene, scene, entry)
        picked = [f"paper:{one.id}" for one in shown.papers] + [f"statement:{one.id}" for one in shown.answers]
        for one in [*picked[number % 3 :: 3], *(f"field:{field}" for field in FIELDS)]:
            counted += 1
            doubted += [(entry.id, one, doubt.said) for doubt in against(scene, entry, written(scene, entry, [one]))]
    assert counted > 800
    assert len(doubted) <= FEW * counted, doubted


@pytest.mark.parametrize(
    ("procedure", "words", "said"),
    [
        ("dang-ky-khai-sinh", "Chị mang theo sổ hộ khẩu nhé", ["sổ hộ khẩu"]),
        ("dang-ky-khai-sinh", "Chị không phải mang sổ hộ khẩu đâu ạ", []),
        ("dang-ky-khai-sinh", "Sổ hộ khẩu không dùng nữa chị nhé", []),
        ("dang-ky-khai-sinh", "Nộp thêm giấy khám sức khỏe của bé", ["giấy khám sức khỏe"]),
        ("dang-ky-khai-sinh", "Lệ phí 50k", ["50k"]),
        ("dang-ky-khai-sinh", "Lệ phí 50 nghìn đồng", ["50 nghìn đồng"]),
        ("dang-ky-khai-sinh", "Mỗi bản sao 8 nghìn", []),
        ("dang-ky-khai-sinh", "Mỗi bản sao 8.000đ, hoặc 8,000 VND", []),
        ("dang-ky-khai-sinh", "Hẹn chị 14h ngày 12/12, quầy 3, điện thoại 024 3733 3333", []),
        ("an-toan-thuc-pham", "Việc này miễn phí ạ", ["miễn phí"]),
        ("dang-ky-khai-sinh", "Địa chỉ: ……", ["……"]),
    ],
)
def test_the_usual_wrong_demands_are_doubted(house, procedure, words, said):
    found = against(scene_in(house), house.knowledge.procedures[procedure], words)
    assert [doubt.said for doubt in found] == said
