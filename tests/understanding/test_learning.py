"""What is learnt from phrases: the same whoever counts, and nothing that a serving process has to carry."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from bot.content.schema import Language
from bot.content.words import Phrase
from bot.understanding.corpus import aspect_features_in, features_in, read_corpus
from bot.understanding.features import aspect_features, features_of
from bot.understanding.fold import fold, low_words
from bot.understanding.learning import learn_from
from bot.understanding.matrix import matrix_of
from bot.understanding.perceptron import learn
from bot.understanding.vocabulary import read_words
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def texts(content):
    typed = [low_words(phrase.text) for phrase in (*content.intents.phrases[::12], *content.intents.talk[::12])]
    return [*typed, *([fold(word) for word in words] for words in typed), [], ["con"] * 300]


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
    few = replace(content.intents, phrases=phrases, talk=[], cues={})
    assert learn_from(few).ordinary == ("mat the", "ra xa", "ra xa4")


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


@pytest.mark.parametrize("examples", [[], [([], "x")], [(["a"], "x"), ([], "y")]])
def test_next_to_nothing_can_be_learnt(examples):
    assert set(learn(matrix_of(examples), epochs=2).labels) == {label for _, label in examples}


def test_a_phrase_more_is_other_weights_and_the_same_phrases_are_the_same(content):
    few = replace(content.intents, phrases=content.intents.phrases[::40], talk=content.intents.talk[::40])
    learned = learn_from(few)
    assert learn_from(few) == learned
    assert learn_from(replace(few, phrases=few.phrases[1:])) != learned


def test_what_serves_does_not_load_numpy():
    """Sixteen megabytes of 150."""
    serving = (
        "import sys, main, bot.chat.serve, bot.content.live, bot.content.learned; sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", serving], cwd=ROOT, check=False).returncode == 0
