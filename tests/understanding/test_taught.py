"""Whole phrases: who writes one can rely on it, however it is typed."""

import pytest

from bot.content.schema import Language
from bot.content.words import Phrase
from bot.understanding.engine import understand
from bot.understanding.fold import fold, low_words
from bot.understanding.result import Context, Outcome
from bot.understanding.taught import build_taught

pytestmark = [pytest.mark.only_on("sqlite", "nothing is stored"), pytest.mark.xdist_group("blind")]

LOST = "mất bằng lái xe thì xin lại ở đâu"


@pytest.fixture(scope="module")
def taught():
    said = (LOST, "giay-phep-lai-xe"), ("làm lại ở đâu vậy em", "ho-chieu"), ("làm lại ở đâu vậy em", "dang-ky-xe")
    return build_taught(
        Phrase(text=text, language=Language.VI, means=means)
        for text, means in (*said, ("đổi bằng lái", "giay-phep-lai-xe"))
    )


@pytest.mark.parametrize("text", [LOST, "Mất bằng lái xe, thì xin lại ở đâu?", "mat bang lai xe thi xin lai o dau"])
def test_a_phrase_is_known_with_or_without_accents(taught, text):
    assert taught.of(tuple(map(fold, low_words(text)))) == "giay-phep-lai-xe"


@pytest.mark.parametrize("text", ["làm lại ở đâu vậy em", "đổi bằng lái", LOST + " ạ", ""])
def test_nothing_is_known_by_what_stands_twice_is_short_or_goes_on(taught, text):
    assert taught.of(tuple(map(fold, low_words(text)))) is None


def test_no_name_of_the_portal_is_offered_beside_a_phrase(house):
    assert understand(LOST, Context(), house.engine).outcome is Outcome.ANSWERED
