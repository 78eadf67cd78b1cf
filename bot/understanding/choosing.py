"""Inside a procedure: which of its statements answers this question. Pure.

Every answer of the entry competes, by how like the message its questions and its words are and by how likely it is
that the message asks what it answers. Beside them stand the fields of the entry, which answer a plain question ("what
does it cost"), and for every other aspect the honest word that we do not know: another field is never a substitute.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.content.schema import Answer, Aspect, Eligible, Language, Verdict
from bot.understanding.features import features_of
from bot.understanding.fold import low_words
from bot.understanding.result import Choice
from bot.understanding.vocabulary import Token, Vocabulary, read_words

LIKENESS = 5.0  # what a question like the message is worth, in log odds
TEXT = 1.5  # how much the words of an answer count beside those of its questions
ASPECT = 1.5  # what the aspect's log chance is worth
FIELD = 0.35  # how like a plain question every message about a field's aspect is taken to be
PLAIN = 0.85  # the same where the plain question stands in it
NOTHING_KNOWN = 0.15  # the same where neither answer nor field is there
ANSWERED_TOO = 0.1  # how much less where the entry has an answer about the aspect
OPEN = 0.3  # the same for the whole in short, where nothing particular is asked
OF_THAT_AGE = 1.5  # what an answer for the age that the message tells gains, and one for another age loses
YES_NO = 0.5  # what an answer with a verdict gains by a yes-or-no question
LEAST_CHANCE = 0.004  # of an aspect: none is ruled out by the words alone
SECOND = 0.25  # how much the second likest question adds
RAREST = 2.0  # how much more a feature of one answer counts than one of all
UNSEEN = 0.5  # the squared weight of a word that no answer has
SHOWN = 4

FIELDS = (
    Aspect.DOCUMENTS,
    Aspect.FEE,
    Aspect.TIME,
    Aspect.PLACE,
    Aspect.ONLINE,
    Aspect.WHO,
    Aspect.FORM,
    Aspect.STEPS,
    Aspect.HOURS,
    Aspect.STATUS,
    Aspect.LEGAL,
)
JUDGED = (Verdict.YES, Verdict.NO, Verdict.DEPENDS)

type Chances = dict[Aspect | None, float]


@dataclass(frozen=True)
class Statement:
    """One answer as it is matched; its questions and texts are rows of the index."""

    id: str
    asks: Aspect
    judged: bool
    eligible: Eligible | None


@dataclass(frozen=True)
class Row:
    """A question of an answer, or (`language`) its text in one language; `length` in feature space."""

    statement: int
    length: float
    question: str = ""
    language: Language | None = None


@dataclass(frozen=True)
class Statements:
    """The answers of one procedure: where each feature stands, and what it says about which of them is meant."""

    all: tuple[Statement, ...] = ()
    rows: tuple[Row, ...] = ()
    places: dict[str, tuple[float, tuple[int, ...]]] = field(default_factory=dict)  # feature → weight², rows


def index(answers: Sequence[Answer], vocabulary: Vocabulary) -> Statements:
    """The answers of one procedure, ready to be matched."""
    read = [list(_read(answer, vocabulary)) for answer in answers]
    spread = Counter(feature for rows in read for feature in frozenset[str]().union(*(f for _, _, f in rows)))
    weight = {feature: 1.0 + RAREST * math.log((1 + len(answers)) / n) for feature, n in spread.items()}
    rows: list[Row] = []
    places: dict[str, list[int]] = {}
    for n, found in enumerate(read):
        for question, language, features in found:
            for feature in features:
                places.setdefault(feature, []).append(len(rows))
            rows.append(Row(n, math.sqrt(sum(map(weight.__getitem__, features))) or 1.0, question, language))
    return Statements(
        all=tuple(map(_statement, answers)),
        rows=tuple(rows),
        places={feature: (weight[feature], tuple(at)) for feature, at in places.items()},
    )


def _read(answer: Answer, vocabulary: Vocabulary) -> Iterable[tuple[str, Language | None, frozenset[str]]]:
    for language in Language:
        for question in getattr(answer.questions, language):
            yield question, None, _features(question, vocabulary)
        if answer.text:
            yield "", language, _features(answer.text.of(language), vocabulary)


def _features(text: str, vocabulary: Vocabulary) -> frozenset[str]:
    return features_for(read_words(low_words(text), vocabulary), vocabulary)


def features_for(tokens: list[Token], vocabulary: Vocabulary) -> frozenset[str]:
    """Syllables, pairs and notions: what tells one question about a procedure from another."""
    return telling(features_of(tokens, vocabulary))


def telling(features: Iterable[str]) -> frozenset[str]:
    """Features without the accents, which say nothing more inside a procedure."""
    return frozenset(feature for feature in features if feature[0] != "'")


def _statement(answer: Answer) -> Statement:
    return Statement(answer.id, answer.asks, answer.verdict in JUDGED, answer.eligible)


def choose(
    features: frozenset[str],
    chances: Chances,
    statements: Statements,
    *,
    language: Language,
    yes_no: bool,
    age: int | None = None,
    plain: frozenset[Aspect] = frozenset(),
    left_out: frozenset[str] = frozenset(),
) -> tuple[Choice, ...]:
    """The statements that may answer, best first. `left_out`: ids of answers to other cases."""
    likeness = _likeness(features, statements, language)
    told = [
        _choice(one, *likeness[n], chances, yes_no=yes_no, age=age)
        for n, one in enumerate(statements.all)
        if one.id not in left_out
    ]
    asked = {one.asks for one in statements.all if one.id not in left_out}
    fields = [_field(aspect, chances, known=aspect in asked, plain=aspect in plain) for aspect in chances]
    return tuple(sorted((*told, *fields), key=lambda one: -one.score)[:SHOWN])


def _likeness(features: frozenset[str], statements: Statements, language: Language) -> list[tuple[float, str]]:
    """How like the message each answer is (its likest question, a little its second, its text), and that question."""
    shared, length = _shared(features, statements)
    best = [(0.0, "")] * len(statements.all)
    second, text = [0.0] * len(best), [0.0] * len(best)
    for at, common in shared.items():
        row = statements.rows[at]
        like, n = common / (length * row.length), row.statement
        if row.language is language:
            text[n] = like
        elif row.language is None and like > best[n][0]:
            second[n], best[n] = best[n][0], (like, row.question)
        elif row.language is None and like > second[n]:
            second[n] = like
    return [(like + SECOND * second[n] + TEXT * text[n], question) for n, (like, question) in enumerate(best)]


def _shared(features: frozenset[str], statements: Statements) -> tuple[dict[int, float], float]:
    """What each row shares with the message, and the message's length in feature space."""
    shared: dict[int, float] = {}
    squared = 0.0
    for feature in features:
        weight, rows = statements.places.get(feature, (0.0 if " " in feature else UNSEEN, ()))
        squared += weight
        for at in rows:
            shared[at] = shared.get(at, 0.0) + weight
    return shared, math.sqrt(squared) or 1.0


def _choice(
    one: Statement, likeness: float, nearest: str, chances: Chances, *, yes_no: bool, age: int | None
) -> Choice:
    score = LIKENESS * likeness + ASPECT * _log(chances, one.asks)
    if yes_no and one.judged:
        score += YES_NO
    if age is not None and one.eligible:
        score += _of_age(one.eligible, age)
    return Choice(answer=one.id, asks=one.asks, score=score, nearest=nearest)


def _of_age(eligible: Eligible, age: int) -> float:
    if eligible.age_from is None and eligible.age_below is None:
        return 0.0
    within = (eligible.age_from or 0) <= age < (eligible.age_below or math.inf)
    return OF_THAT_AGE if within else -OF_THAT_AGE


def _field(aspect: Aspect | None, chances: Chances, *, known: bool, plain: bool) -> Choice:
    """A field of the entry, the whole in short, or that nothing is known."""
    likeness = NOTHING_KNOWN - ANSWERED_TOO * known
    if aspect is None:
        likeness = OPEN
    elif aspect in FIELDS:
        likeness = PLAIN if plain else FIELD
    return Choice(answer=None, asks=aspect, score=LIKENESS * likeness + ASPECT * _log(chances, aspect))


def _log(chances: Chances, aspect: Aspect | None) -> float:
    return math.log(max(LEAST_CHANCE, chances.get(aspect, 0.0)))
