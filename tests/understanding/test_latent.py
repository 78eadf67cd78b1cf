"""Where words and answers stand: near each other what people say of the same thing, in whatever words."""

import pytest

from bot.understanding.features import features_of
from bot.understanding.fold import low_words
from bot.understanding.latent import Latent
from bot.understanding.vocabulary import read_words


def point(engine, text):
    return engine.learned.latent.point(features_of(read_words(low_words(text), engine.vocabulary), engine.vocabulary))


def cosine(one, two):
    return sum(a * b for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize(
    ("text", "same", "other"),
    [
        ("nhờ con đi thay", "ủy quyền", "tốn bao nhiêu tiền"),
        ("nhờ con đi thay", "authorise", "quá hạn bị phạt"),
        ("trễ rồi có sao không", "denda terlambat", "mang theo ảnh"),
        ("ngồi nhà bấm điện thoại", "online", "quá hạn bị phạt"),
    ],
)
def test_words_of_one_meaning_stand_near_each_other(house, text, same, other):
    """Not a letter in common."""
    here = point(house.engine, text)
    assert cosine(here, point(house.engine, same)) > cosine(here, point(house.engine, other)) + 0.1


def test_an_answer_stands_near_its_questions(house):
    engine = house.engine
    answers = engine.entries.answers["dang-ky-khai-sinh"]
    around = engine.learned.latent.around("dang-ky-khai-sinh", [answer.id for answer in answers])
    right = 0
    for at, answer in enumerate(answers):
        near = around.near(point(engine, answer.questions.vi[0]))
        right += near[at] >= sorted(near)[-3]
        assert all(-1.001 < one < 1.001 for one in near)
    assert right > 0.8 * len(answers)


def test_of_what_is_unknown_it_says_nothing(house):
    latent = house.engine.learned.latent
    assert latent.point(["zzz"]) == ()
    assert latent.around("no-such", ["a", "b"]).near(point(house.engine, "khai sinh")) == [0.0, 0.0]
    assert latent.around("dang-ky-khai-sinh", ["no-such"]).near(point(house.engine, "khai sinh")) == [0.0]
    assert Latent().point(["khai"]) == ()
