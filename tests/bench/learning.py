"""How long learning takes, beside scikit-learn's SGDClassifier on the same matrices in the same run."""

import random
import time
from collections import Counter, defaultdict
from dataclasses import replace

from scipy.sparse import csr_matrix
from sklearn.linear_model import SGDClassifier

from bot.content.uncollected import uncollected
from bot.content.words import HowPeopleAsk, Phrase
from bot.understanding.fold import low_words
from bot.understanding.learning import EPOCHS, aspect_rows, learn_from, procedure_rows
from bot.understanding.matrix import Matrix
from bot.understanding.perceptron import learn
from bot.understanding.vocabulary import build_vocabulary, count_words
from tests.bench.setting import Setting, line

PHRASES = 35_000
STORY = 90  # words


def report(setting: Setting) -> int:
    intents = _grown(setting.content.intents)
    began = time.perf_counter()
    with uncollected():
        learned = learn_from(intents)
    seconds = time.perf_counter() - began
    ours, theirs = zip(*(_beside(matrix, rivals) for matrix, rivals in _matrices(intents)), strict=True)
    print(f"\nlearning: {PHRASES} phrases, one core")
    line("from phrases to weights", seconds, unit="s")
    missed = line("ours / SGDClassifier, same matrices", sum(ours) / sum(theirs), 3, "x", at_most=True)
    return missed + line("other weights when learnt again", float(learn_from(intents) != learned), 0, at_most=True)


def _grown(intents: HowPeopleAsk) -> HowPeopleAsk:
    """The phrases, and as many made of them as are missing, half of them whole stories: for time, not for sense."""
    chance = random.Random(3)
    like: defaultdict[tuple[str, str], list[Phrase]] = defaultdict(list)
    for phrase in intents.phrases:
        like[phrase.means, phrase.language].append(phrase)
    phrases = list(intents.phrases)
    while len(phrases) + len(intents.talk) < PHRASES:
        one = chance.choice(intents.phrases)
        others = [other.text for other in chance.choices(like[one.means, one.language], k=1 + len(phrases) % 2 * 4)]
        words = " ".join([one.text, *others]).split()[:STORY]
        phrases.append(replace(one, text=" ".join(word for word in words if chance.random() < 0.85)))
    return replace(intents, phrases=tuple(phrases))


def _matrices(intents: HowPeopleAsk) -> list[tuple[Matrix, int]]:
    typed = [low_words(phrase.text) for phrase in (*intents.phrases, *intents.talk)]
    known = count_words(intents.words, Counter(word for words in typed for word in words))
    vocabulary = build_vocabulary(intents.words, known)
    return [(procedure_rows(intents, typed, vocabulary), 3), (aspect_rows(intents, typed, vocabulary), 1)]


def _beside(matrix: Matrix, rivals: int) -> tuple[float, float]:
    """Seconds: ours, theirs."""
    began = time.perf_counter()
    learn(matrix, epochs=EPOCHS, rivals=rivals)
    learnt = time.perf_counter()
    rows = csr_matrix((matrix.values, matrix.columns, matrix.starts), shape=(len(matrix.right), len(matrix.features)))
    fitting = time.perf_counter()
    SGDClassifier(random_state=0).fit(rows, matrix.right)
    return learnt - began, time.perf_counter() - fitting
