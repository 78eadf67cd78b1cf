"""Ages and lengths of time told in a message, as people write them."""

import datetime as dt

import pytest

from bot.content.schema import When
from bot.understanding.fold import fold, low_words
from bot.understanding.quantities import Quantities, told_in


@pytest.mark.parametrize(
    ("text", "age", "days"),
    [
        ("Mẹ em 71 tuổi", 71, None),
        ("ba tui 78 tuoi", 78, None),
        ("em 17t muốn cưới", 17, None),
        ("hai mươi lăm tuổi", 25, None),
        ("she is seventy five years old", 75, None),
        ("nghỉ bán có mười ngày", None, 10),
        ("nửa năm nay", None, 182),
        ("tiga minggu lagi", None, 21),
        ("sebulan lalu", None, 30),
        ("ngày 15 tháng 3", None, None),
        ("tháng 3 năm nay", None, None),
        ("năm 2024", None, None),
        ("con 7 tuổi, tôi 30 tuổi", None, None),
        ("67 tuổi 3 tháng", 67, 90),
    ],
)
def test_what_is_told(house, text, age, days):
    assert told_in(text, tuple(map(fold, low_words(text))), house.engine.entries.counting) == Quantities(
        age=age, days=days
    )


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("mẹ em sinh năm 1951 thì được tiền người già chưa", 75),
        ("ba tui sn 1953", 73),
        ("ông sinh tháng 12 năm 1951", 74),
        ("bà sinh ngày 12/3/1951", 75),
        ("my mother was born in 1950", 76),
        ("ibu saya lahir tahun 1949", 77),
        ("giấy khai sinh năm 1990", None),
        ("đất mua năm 2010", None),
        ("mẹ sinh năm 1951, 75 tuổi", 75),
        ("mẹ sinh năm 1951, con sinh năm 1980", None),
    ],
)
def test_a_year_of_birth_tells_the_age_of_the_day(house, text, age):
    said, counting = tuple(map(fold, low_words(text))), house.engine.entries.counting
    assert told_in(text, said, counting, dt.date(2026, 11, 23)).age == age
    assert told_in("sinh năm 1951", ("sinh", "nam", "1951"), counting).age is None


def test_bounds_hold_the_lower_and_not_the_upper():
    told = Quantities(age=70)
    assert told.within(When(age_from=70, age_below=75)) is True
    assert told.within(When(age_below=70)) is False
    assert told.within(When(days_from=3)) is None
