"""Inside a procedure: which of its statements answers this question. Pure.

Every answer of the entry competes, by how like the message its questions are and by how likely it is that the message
asks what it answers. Beside them stand the fields of the entry, which answer a plain question ("what does it cost"),
and for every other aspect the honest word that we do not know: another field is never a substitute.
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
NOTHING_KNOWN = 0.15  # the same where neither answer nor field is there
OPEN = 0.3  # the same for the whole in short, where nothing particular is asked
OF_THAT_AGE = 1.5  # what an answer for the age that the message tells gains, and one for another age loses
YES_NO = 0.5  # what an answer with a verdict gains by a yes-or-no question
LEAST_CHANCE = 0.004  # of an aspect: none is ruled out by the words alone
SECOND = 0.25  # how much the second likest question adds
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
    """One answer as it is matched: features and their length in feature space, of each question and of the text."""

    id: str
    asks: Aspect
    judged: bool
    eligible: Eligible | None
    questions: tuple[tuple[frozenset[str], float, str], ...]
    texts: dict[Language, tuple[frozenset[str], float]]


@dataclass(frozen=True)
class Statements:
    """The answers of one procedure; `rarity`: what a feature says about which of them is meant."""

    all: tuple[Statement, ...] = ()
    rarity: dict[str, float] = field(default_factory=dict)
    unseen: float = 1.0


def index(answers: Sequence[Answer], vocabulary: Vocabulary) -> Statements:
    """The answers of one procedure, ready to be matched."""
    read = [(answer, [(q, _features(q, vocabulary)) for q in _questions(answer)]) for answer in answers]
    texts = [{language: _features(_text(answer, language), vocabulary) for language in Language} for answer in answers]
    counts = Counter(
        feature
        for (_, questions), told in zip(read, texts, strict=True)
        for feature in frozenset().union(*(features for _, features in questions), *told.values())
    )
    rarity = {feature: 1.0 + 2 * math.log((1 + len(read)) / n) for feature, n in counts.items()}
    return Statements(
        all=tuple(_statement(*one, told, rarity) for one, told in zip(read, texts, strict=True)),
        rarity=rarity,
        unseen=0.5,
    )


def _questions(answer: Answer) -> Iterable[str]:
    return (question for language in Language for question in getattr(answer.questions, language))


def _text(answer: Answer, language: Language) -> str:
    return answer.text.of(language) if answer.text else ""


def _statement(
    answer: Answer,
    questions: list[tuple[str, frozenset[str]]],
    texts: dict[Language, frozenset[str]],
    rarity: dict[str, float],
) -> Statement:
    return Statement(
        id=answer.id,
        asks=answer.asks,
        judged=answer.verdict in JUDGED,
        eligible=answer.eligible,
        questions=tuple((features, _length(features, rarity, 0.0), text) for text, features in questions),
        texts={language: (features, _length(features, rarity, 0.0)) for language, features in texts.items()},
    )


def features_for(tokens: list[Token], vocabulary: Vocabulary) -> frozenset[str]:
    """Syllables, pairs and notions: what tells one question about a procedure from another."""
    return frozenset(feature for feature in features_of(tokens, vocabulary) if not feature.startswith("'"))


def _features(text: str, vocabulary: Vocabulary) -> frozenset[str]:
    return features_for(read_words(low_words(text), vocabulary), vocabulary)


def _length(features: Iterable[str], rarity: dict[str, float], unseen: float) -> float:
    return math.sqrt(sum(rarity.get(feature, unseen if " " not in feature else 0.0) for feature in features)) or 1.0


def choose(
    features: frozenset[str],
    chances: Chances,
    statements: Statements,
    *,
    language: Language,
    yes_no: bool,
    age: int | None = None,
    left_out: frozenset[str] = frozenset(),
) -> tuple[Choice, ...]:
    """The statements that may answer, best first. `left_out`: ids of answers to other cases."""
    length = _length(features, statements.rarity, statements.unseen)
    told = [
        _choice(one, *_likeness(features, length, one, statements.rarity, language), chances, yes_no=yes_no, age=age)
        for one in statements.all
        if one.id not in left_out
    ]
    asked = {one.asks for one in statements.all if one.id not in left_out}
    plain = [_plain(aspect, chances, known=aspect in asked) for aspect in (None, *Aspect)]
    return tuple(sorted((*told, *plain), key=lambda one: -one.score)[:SHOWN])


def _likeness(
    features: frozenset[str], length: float, statement: Statement, rarity: dict[str, float], language: Language
) -> tuple[float, str]:
    """How like an answer's likest question a message is, and a little its second and its text; and that question."""
    likes = sorted(
        (
            (sum(map(rarity.__getitem__, features & question)) / (length * own), text)
            for question, own, text in statement.questions
        ),
        reverse=True,
    )
    if not likes:
        return 0.0, ""
    second = likes[1][0] if len(likes) > 1 else 0.0
    words, own = statement.texts[language]
    told = sum(map(rarity.__getitem__, features & words)) / (length * own)
    return likes[0][0] + SECOND * second + TEXT * told, likes[0][1]


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


def _plain(aspect: Aspect | None, chances: Chances, *, known: bool) -> Choice:
    """A field of the entry, the whole in short, or that nothing is known."""
    likeness = OPEN if aspect is None else FIELD if aspect in FIELDS else NOTHING_KNOWN - (0.1 if known else 0)
    return Choice(answer=None, asks=aspect, score=LIKENESS * likeness + ASPECT * _log(chances, aspect))


def _log(chances: Chances, aspect: Aspect | None) -> float:
    return math.log(max(LEAST_CHANCE, chances.get(aspect, 0.0)))
