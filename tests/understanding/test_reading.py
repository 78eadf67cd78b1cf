"""Understanding: any text is read, and what is clear stays clear."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.schema import Aspect, Language
from bot.understanding.engine import explain, understand
from bot.understanding.fold import accented, clean, fold, low_words, untelex, unvni
from bot.understanding.places import find_exactly
from bot.understanding.result import Context, Outcome

ANYTHING = st.text(alphabet=st.characters(), max_size=400)
CLEAR = [
    ("mất căn cước rồi, giờ xin cấp lại ở đâu", "cap-lai-can-cuoc"),
    ("muốn bán cơm ở nhà thì xin giấy phép gì", "dang-ky-ho-kinh-doanh"),
    ("my landlord asks me to register tam tru", "dang-ky-tam-tru"),
    ("bố em mới mất hôm qua, giờ làm giấy chứng tử", "dang-ky-khai-tu"),
]


def best(text, engine, context=None):
    return understand(text, context or Context(), engine).procedures[0].id


@given(text=ANYTHING)
@settings(max_examples=150, deadline=None)
def test_any_text_is_understood(house, text):
    read = understand(text, Context(), house.engine)
    assert read.outcome in Outcome
    assert len(read.choices) <= 4


@given(text=ANYTHING)
@settings(max_examples=300, deadline=None)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(("text", "meant"), CLEAR)
@pytest.mark.parametrize("change", [str.upper, "   {}  ".format, "{}???!!!".format, "{} .".format, str.capitalize])
def test_case_spaces_and_punctuation_change_nothing(house, text, meant, change):
    assert best(text, house.engine) == meant
    assert best(change(text), house.engine) == meant


@pytest.mark.parametrize(
    ("typed", "meant"), [("ddawng", "đăng"), ("kys", "ký"), ("truws", "trứ"), ("giaays", "giấy"), ("dduowcj", "được")]
)
def test_raw_telex_is_read(typed, meant):
    assert untelex(typed) == meant


@pytest.mark.parametrize(("typed", "meant"), [("d9a8ng", "đăng"), ("ky1", "ký"), ("giay61", "giấy"), ("tru1", "trú")])
def test_raw_vni_is_read(typed, meant):
    assert unvni(typed) == meant


def test_old_and_new_tone_places_are_one():
    assert accented("hoà") == accented("hòa")
    assert accented("thuỷ") == accented("thủy")
    assert accented("hoa") != accented("hòa")


def test_raw_typing_is_understood(house):
    assert best("ddawng kys kets hoon caanf giaays gif", house.engine) == "dang-ky-ket-hon"
    assert best("d9a8ng ky1 ta5m tru1 o73 d9a6u", house.engine) == "dang-ky-tam-tru"


def test_a_phrase_of_a_sentence_is_place_aspect_and_procedure(house):
    read = understand("Phí đăng ký kết hôn ở xã Thường Tín", Context(), house.engine)
    assert read.procedures[0].id == "dang-ky-ket-hon"
    assert read.aspect is Aspect.FEE
    assert read.place.certain.name == "Xã Thường Tín"


def test_a_short_question_stays_with_what_was_talked_about(house):
    context = Context(procedure="dang-ky-ket-hon")
    read = understand("mất bao lâu", context, house.engine)
    assert (read.procedures[0].id, read.aspect, read.follow_up) == ("dang-ky-ket-hon", Aspect.TIME, True)
    assert best("thế còn khai sinh cho con", house.engine, context) == "dang-ky-khai-sinh"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("lost my ID card yesterday", Language.EN),
        ("kartu identitas saya hilang", Language.ID),
        ("mat can cuoc roi", Language.VI),
        ("mất rồi", Language.VI),
    ],
)
def test_the_language_is_that_of_the_words(house, text, language):
    assert understand(text, Context(), house.engine).language is language


@pytest.mark.parametrize("text", ["", "   ", "👍👍", "...", "\ud800"])
def test_nothing_to_read_is_no_match(house, text):
    assert understand(text, Context(), house.engine).outcome is Outcome.NO_MATCH


@pytest.mark.parametrize("text", ["xã hội này khó quá", "phường mình làm việc mấy giờ", "quân nhân có được miễn không"])
def test_ordinary_words_are_not_eaten_as_places(house, text):
    assert understand(text, Context(), house.engine).place is None


def test_a_name_with_a_slip_is_found(house):
    assert find_exactly("phuong cong vj", house.engine.places).total == 2
    assert find_exactly("lệ phí bao nhiêu", house.engine.places) is None


def test_an_explanation_names_words_and_the_nearest_phrase(house, content):
    first, second = explain("em mới sinh con, cần giấy gì", house.engine, content.intents.phrases)[:2]
    assert first.procedure == "dang-ky-khai-sinh"
    assert first.score > second.score
    assert any("sinh con" in item.words for item in first.evidence)
    assert first.nearest_phrase


def test_words_are_bounded():
    assert len(low_words("a b " * 10_000)) <= 260
