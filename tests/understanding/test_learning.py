"""What is learnt from phrases: the same whoever counts, and nothing that a serving process has to carry."""

import fcntl
import shutil
import subprocess
import sys
from array import array
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from bot.content.schema import Language
from bot.content.words import Phrase
from bot.learned import is_learned, load_learned
from bot.understanding.corpus import aspect_features_in, features_in, pairs_in, read_corpus
from bot.understanding.features import aspect_features, features_of
from bot.understanding.fold import fold, low_words
from bot.understanding.learning import learn_from
from bot.understanding.linear import HEAVIEST, SPAN, Linear
from bot.understanding.matrix import matrix_of
from bot.understanding.perceptron import learn
from bot.understanding.vocabulary import read_words
from tests.conftest import ROOT

SOME = ("dang-ky-khai-sinh", "dang-ky-tam-tru", "dang-ky-ket-hon")


@pytest.fixture(scope="module")
def texts(content):
    typed = [low_words(phrase.text) for phrase in (*content.intents.phrases[::12], *content.intents.talk[::12])]
    return [*typed, *([fold(word) for word in words] for words in typed), [], ["con"] * 300]


def thinned(intents, step):
    """Each `step`-th phrase of every kind: enough to learn from, in a moment."""
    kinds = {name: getattr(intents, name)[::step] for name in ("phrases", "talk", "turns", "second_tier")}
    answers = {one: several for one, several in intents.answers.items() if one in SOME}
    return replace(intents, cues={}, answers=answers, **kinds)


def by_row(found, size):
    names = found.named(np.arange(len(found.several)))
    rows = [set() for _ in range(size)]
    for row, column in zip(found.rows.tolist(), found.columns.tolist(), strict=True):
        assert names[column] not in rows[row]
        rows[row].add(names[column])
    return rows


def test_all_phrases_at_once_have_the_features_of_each(house, texts):
    vocabulary = house.engine.vocabulary
    expected = [set(features_of(read_words(words, vocabulary), vocabulary)) for words in texts]
    assert sum(any(name.startswith("@") for name in features) for features in expected) > 1_000
    assert by_row(features_in(read_corpus(texts, vocabulary), vocabulary), len(texts)) == expected


def test_all_phrases_at_once_have_the_aspect_features_of_each(house, texts):
    vocabulary = house.engine.vocabulary
    expected = [set(aspect_features(read_words(words, vocabulary))) for words in texts]
    assert by_row(aspect_features_in(read_corpus(texts, vocabulary)), len(texts)) == expected


def test_everyday_pairs_are_known_with_and_without_accents_and_names_are_none(content):
    texts = ["ra xã xin giấy", "em ra xã rồi", "mat the", "the mat the", "ở Củ Chi", "nhà Củ Chi"]
    phrases = [Phrase(text=text, language=Language.VI, means="tach-ho") for text in texts]
    few = replace(content.intents, phrases=phrases, talk=[], turns=(), second_tier=(), cues={}, answers={})
    assert learn_from(few).ordinary == ("mat the", "ra xa", "ra xa4")


def test_a_pair_counts_once_a_text():
    texts = [["ra", "xã", "ra", "xã"], ["ra", "xã"], [], ["Ra"], ["xã", "ra"]]
    assert sorted(pairs_in(texts)) == [("ra", "xã", 2), ("xã", "ra", 2)]
    assert list(pairs_in([])) == []


def test_rare_words_weigh_more_and_rare_pairs_nothing():
    examples = [(["mat", "the", "mat the"], "lost"), (["mat", "so"], "lost"), (["lam", "the"], "new")]
    matrix = matrix_of(examples, rarest_pair=2)
    assert matrix.features == ["mat", "the", "so", "lam"]
    assert matrix.rarities.round(3).tolist() == [1.405, 1.405, 2.099, 2.099]
    assert matrix.starts.tolist() == [0, 2, 4, 6]
    assert matrix.values.round(3).tolist() == [0.707, 0.707, 0.556, 0.831, 0.831, 0.556]
    assert matrix.right.tolist() == [0, 0, 1]


def test_what_was_taught_is_known_again():
    taught = {"lost": ["mat the", "mat so", "roi mat"], "new": ["lam the", "lam so", "xin lam"], "none": ["troi mua"]}
    examples = [(text.split(), label) for label, texts in taught.items() for text in texts]
    model = learn(matrix_of(examples), epochs=4)
    for features, label in examples:
        scores = dict(zip(model.labels, model.scores(features), strict=True))
        assert max(scores, key=scores.get) == label
        assert scores[label] - sorted(scores.values())[-2] > 0.5


def test_of_a_long_message_no_weight_spills_over_into_another_label():
    words = [f"w{n}" for n in range(400)]
    model = Linear(
        labels=("against", "for", "neither"),
        places={word: n for n, word in enumerate(words)},
        rarities=array("d", [4.0] * 400),
        starts=array("I", range(0, 802, 2)),
        codes=array("I", [SPAN // 2 - HEAVIEST, SPAN + SPAN // 2 + HEAVIEST] * 400),
    )
    assert model.scores(words) == pytest.approx([-300, 300, 0])  # 400 times 30, over the root of 400 times 4


@pytest.mark.parametrize("examples", [[], [([], "x")], [(["a"], "x"), ([], "y")]])
def test_next_to_nothing_can_be_learnt(examples):
    assert set(learn(matrix_of(examples), epochs=2).labels) == {label for _, label in examples}


def test_a_phrase_more_is_other_weights_and_the_same_phrases_are_the_same(content):
    few = replace(thinned(content.intents, 40), turns=())
    learned = learn_from(few)
    assert learn_from(few) == learned
    assert learn_from(replace(few, phrases=few.phrases[1:])) != learned
    told = learn_from(replace(few, turns=content.intents.turns[::4]))
    assert told.aspects != learned.aspects
    assert replace(told, aspects=learned.aspects) == learned  # a turn says what is asked, and of which entry nothing


def test_what_serves_does_not_load_numpy():
    """Sixteen megabytes of 150."""
    serving = "import sys, main, bot.service.serve, bot.content.live, bot.learned; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", serving], cwd=ROOT, check=False).returncode == 0


@pytest.fixture(scope="module")
def few(content):
    return thinned(content.intents, 90)


@pytest.fixture(scope="module")
def learnt_once(few, tmp_path_factory):
    """What is learnt of the few, and the folder where that is kept."""
    folder = tmp_path_factory.mktemp("learnt")
    return load_learned(folder, few), folder


@pytest.fixture
def learned(learnt_once, tmp_path):
    """The same, kept in `tmp_path` too."""
    learned, folder = learnt_once
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return learned


@pytest.fixture
def nothing_is_learnt(monkeypatch):
    def learnt_again(*_):
        raise AssertionError("learnt again")

    return lambda: monkeypatch.setattr("bot.understanding.learning.learn_from", learnt_again)


def test_what_was_learnt_is_kept(few, learned, tmp_path, nothing_is_learnt):
    nothing_is_learnt()
    assert is_learned(tmp_path, few)
    assert load_learned(tmp_path, few) == learned


@pytest.mark.parametrize("damaged", [lambda raw: raw[:-9], lambda raw: raw[40:], lambda _: b"", lambda _: b"[]\n"])
def test_a_damaged_file_is_learnt_again(few, learned, tmp_path, damaged):
    (file,) = tmp_path.glob("learned-*")
    file.write_bytes(damaged(file.read_bytes()))
    assert load_learned(tmp_path, few) == learned


def test_going_back_to_phrases_of_before_learns_nothing(few, learned, tmp_path, nothing_is_learnt):
    edited = [replace(few, phrases=few.phrases[n:]) for n in range(4)]  # the first is learnt, here, already
    for one in edited:
        load_learned(tmp_path, one)
    assert [is_learned(tmp_path, one) for one in edited] == [False, True, True, True]
    nothing_is_learnt()
    load_learned(tmp_path, edited[1])


def test_a_language_corrected_is_other_phrases(few, learned, tmp_path):
    first = replace(few.phrases[0], language=Language.ID)
    assert not is_learned(tmp_path, replace(few, phrases=(first, *few.phrases[1:])))
    assert not is_learned(tmp_path, replace(few, turns=few.turns[1:]))


def test_whoever_needs_the_same_meanwhile_waits_for_it(few, learnt_once, tmp_path, nothing_is_learnt):
    """Each process of the tests, for instance."""
    learned, elsewhere = learnt_once
    (file,) = elsewhere.glob("learned-*")
    nothing_is_learnt()
    with (tmp_path / "learning.lock").open("w") as lock, ThreadPoolExecutor() as pool:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = pool.submit(load_learned, tmp_path, few)
        shutil.copy(file, tmp_path)
        fcntl.flock(lock, fcntl.LOCK_UN)
        assert waiting.result() == learned


def test_a_folder_that_takes_nothing_only_costs_time(few, tmp_path):
    (tmp_path / "cache").write_text("a file where a folder should be")
    assert load_learned(tmp_path / "cache", few).procedures.labels
