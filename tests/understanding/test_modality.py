"""The same fact opens with opposite words for who asks whether one may and who asks whether one must."""

import pytest

from bot.content.schema import Language
from bot.understanding.asking import read_clauses
from bot.understanding.fold import clean
from bot.understanding.modality import Modality, modality_of

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
        ("Can my wife go instead of me?", "en", Modality.MAY_WITHOUT),
        ("Do we both have to come?", "en", Modality.MUST),
        ("Apakah kami harus datang berdua?", "id", Modality.MUST),
        ("Bolehkah saya sendiri yang datang?", "id", Modality.MAY_WITHOUT),
    ],
)
def test_may_and_must(house, text, language, modality):
    cues = house.engine.entries.cues
    assert modality_of(read_clauses(clean(text), cues), Language(language), cues) is modality
