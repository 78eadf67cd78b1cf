"""The same fact opens with opposite words for who asks whether one may and who asks whether one must."""

import pytest

from bot.content.schema import Aspect, Language
from bot.understanding.asking import read_clauses
from bot.understanding.denials import take_back
from bot.understanding.engine import understand
from bot.understanding.fold import clean, fold
from bot.understanding.modality import Modality, modality_of
from bot.understanding.result import Context

pytestmark = [pytest.mark.only_on("sqlite", "nothing is stored"), pytest.mark.xdist_group("blind")]


@pytest.mark.parametrize(
    ("text", "language", "modality"),
    [
        ("một mình tôi đi ký được không", "vi", Modality.MAY_WITHOUT),
        ("mot minh toi di ky dc k a", "vi", Modality.MAY_WITHOUT),
        ("thêm ngành nghề được không", "vi", Modality.MAY),
        ("đổi tên cửa hàng có được không", "vi", Modality.MAY),  # "có được" and "được không" share a word
        ("có phải cả hai cùng đi không", "vi", Modality.MUST),
        ("ca hai vo chong deu phai di khong", "vi", Modality.MUST),
        ("bộ đội khai sinh cho con can giay don vi khong", "vi", Modality.MUST),  # not the English "can"
        ("một người đi được không hay phải cả hai", "vi", None),
        ("bao nhiêu tuổi thì được", "vi", None),
        ("anh ấy là người nước ngoài, phải không?", "vi", None),
        ("kết hôn khỏi cần cả hai đi phải không", "vi", Modality.NEED_NOT),
        ("o nha nguoi quen khoi khai dung hong", "vi", Modality.NEED_NOT),
        ("khỏi báo công an được không", "vi", Modality.MAY_WITHOUT),
        ("So we don't need a lawyer, right?", "en", Modality.NEED_NOT),
        ("Tidak perlu datang berdua, kan?", "id", Modality.NEED_NOT),
        ("Can my wife go instead of me?", "en", Modality.MAY_WITHOUT),
        ("Do we both have to come?", "en", Modality.MUST),
        ("Apakah kami harus datang berdua?", "id", Modality.MUST),
        ("Bolehkah saya sendiri yang datang?", "id", Modality.MAY_WITHOUT),
    ],
)
def test_may_and_must(house, text, language, modality):
    cues = house.engine.entries.cues
    assert modality_of(read_clauses(clean(text), cues, Language(language)), Language(language), cues) is modality


@pytest.mark.parametrize(
    ("text", "yes_no"),
    [
        ("căn cước hết hạn tháng sau", False),  # not the English "can"
        ("cần đổi căn cước", False),
        ("xã nào cũng nhận phải không", True),  # asks for no commune
        ("khách nào ngủ lại cũng phải báo à", True),
        ("nộp ở xã nào được", False),
        ("nhờ em gái nộp thay được à", True),  # without its accent a polite word
        ("em hỏi lệ phí bao nhiêu ạ", False),
        ("nộp bản phô tô được chứ ạ", True),
        ("1 mình t đi đc hem", True),
        ("mang bản chính k hay bản sao cũng được", True),
        ("mất bn tiền k", False),
        ("So it is free for children?", True),
        ("Can a widow who remarried still get the money", True),
        ("Can you tell me where I hand it in", False),
        ("Bisa lewat internet tanpa datang?", True),
    ],
)
def test_whether_yes_or_no_would_answer(house, text, yes_no):
    assert understand(text, Context(), house.engine).yes_no is yes_no


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("nhiu tiền zậy", Aspect.FEE),
        ("thế phải đem theo cái j", Aspect.DOCUMENTS),
        ("1 mình t đi đc hem", Aspect.WHO),
        ("tui nhờ con trai viết đơn rồi ký thay được khôong", Aspect.WHO),  # a letter drawn out
    ],
)
def test_a_question_in_short_forms_and_dialect_is_one(house, text, aspect):
    assert understand(text, Context(), house.engine).aspect is aspect


def test_no_short_form_is_a_common_syllable_without_its_accent(house):
    vocabulary = house.engine.vocabulary
    taken = {
        typed
        for typed, full in vocabulary.spellings.items()
        if typed.isascii() and vocabulary.known.get(typed, 0) > 250 and typed not in map(fold, full)
    }
    assert taken == set()


@pytest.mark.parametrize(
    ("before", "text", "meant"),
    [
        ("đăng ký tạm trú cần gì", "không phải tạm trú, thường trú cơ", "dang-ky-thuong-tru"),
        ("gia hạn tạm trú", "k phải gia hạn, đăng ký mới cơ", "dang-ky-tam-tru"),  # what both share still stands
        ("làm hộ chiếu ở đâu", "à nhầm, thẻ căn cước chứ không phải hộ chiếu", "cap-the-can-cuoc"),
        ("How do I get a passport", "no, not passport, ID card", "cap-the-can-cuoc"),
        ("chứng thực bản sao", "không phải bản sao, chứng thực chữ ký", "chung-thuc-chu-ky"),
        ("", "tôi không hỏi lệ phí, tôi hỏi giấy tờ đăng ký kết hôn", "dang-ky-ket-hon"),
        ("", "không phải làm thẻ mới mà làm lại thẻ căn cước bị mất", "cap-lai-can-cuoc"),
    ],
)
def test_what_is_taken_back_is_not_asked(house, before, text, meant):
    context = Context(procedure=understand(before, Context(), house.engine).procedures[0].id) if before else Context()
    read = understand(text, context, house.engine)
    assert read.procedures[0].id == meant
    assert read.text == text


@pytest.mark.parametrize(
    "text",
    ["tôi không phải hộ nghèo thì sao", "không phải hộ nghèo, có được giảm không", "không phải nộp gì thêm phải không"],
)
def test_what_is_told_of_oneself_takes_nothing_back(house, text):
    cues = house.engine.entries.cues
    assert take_back(read_clauses(text, cues), house.engine.denying, cues) is None
