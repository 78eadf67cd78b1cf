"""Inside a procedure: which of its statements answers this question. Pure.

Every answer of the entry competes, by how like the message its questions and its words are and by how likely it is
that the message asks what it answers. Beside them stand the fields of the entry, which answer a plain question ("what
does it cost"), and for every other aspect the honest word that we do not know: another field is never a substitute.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from itertools import accumulate, chain
from operator import itemgetter
from struct import Struct
from typing import NamedTuple

from bot.content.schema import Answer, Aspect, Eligible, Language, Verdict, When
from bot.understanding.asking import Cues, read_clauses
from bot.understanding.features import features_of
from bot.understanding.fold import low_words
from bot.understanding.latent import Around, Point
from bot.understanding.modality import Modality, alike, modality_of, modality_told, way_of
from bot.understanding.quantities import Quantities
from bot.understanding.result import Choice, Way
from bot.understanding.vocabulary import Token, Vocabulary, read_words

LIKENESS = 7.0  # what a question like the message is worth, in log odds
NEARNESS = 3.2  # what an answer is worth that people ask for in words that stand near those of the message
TEXT = 2.25  # how much the words of an answer count beside those of its questions
ASPECT = 1.05  # what the aspect's log chance is worth
FIELD = 0.28  # how like a plain question every message about a field's aspect is taken to be
PLAIN = 0.8  # the same where the plain question stands in it
LIKE_ENOUGH = 0.5  # how like an answer about the same aspect must be to count against the field …
CROWDS_OUT = 1.2  # … by this, times how much more it is
ALONE = 0.3  # how much more where it says nothing else, and so tells no case
PLAIN_FROM = 0.5  # chance of its aspect beside the likeliest: "what shall I do" may ask about a refusal
SURELY_TURNED = 2.0  # how much more must speak for a question being the other way round …
DESPITE_MODALITY = 6.0  # … where it asks "may I" or "must I" as the answer does
APART = (Aspect.LATE, Aspect.FEE, Aspect.VALIDITY)  # yes says there what no answer about anything else says by yes …
SURELY = 0.6  # … from this chance that it is asked, or from this where it is asked in so many words
PLAINLY = 0.4
ASTRAY = 0.6  # what such an answer loses
FIELD_YES_NO = 2.0  # what a field loses by a yes-or-no question that an answer opens with its verdict
NOTHING_KNOWN = 0.15  # the same where neither answer nor field is there
ANSWERED_TOO = 0.1  # how much less where the entry has an answer about the aspect
OPEN = 0.6  # the same for the whole in short, where nothing particular is asked
OF_THAT_AGE = 1.5  # what an answer for the age that the message tells gains, and one for another age loses
SETTLED = 2.0  # what an answer gains that holds only for a number like the one told
IN_THAT_CASE = 1.0  # the same for one that holds only in the case told
UNTOLD = 0.7  # what a verdict for some case loses where the message tells none
UNTOLD_VALUE = 0.3  # what another answer for it loses then
YES_NO = 0.5  # what an answer with a verdict gains by a yes-or-no question
LEAST_CHANCE = 0.004  # of an aspect: none is ruled out by the words alone
LEAST = ASPECT * math.log(LEAST_CHANCE)
SECOND = 0.25  # how much the second likest question adds
RAREST = 2.0  # how much more a feature of one answer counts than one of all
UNSEEN = 0.5  # the squared weight of a word that no answer has
SHOWN = 4
FEW = 16  # rows; a feature of more of them is worth a long number
LANE = 32  # bits for each row
UNITS = 1 << 22

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
LISTS = (Aspect.DOCUMENTS, Aspect.STEPS)  # which no answer about one case stands in for
JUDGED = (Verdict.YES, Verdict.NO, Verdict.DEPENDS)

LANGUAGES = tuple(Language)
NO_CASES: Mapping[str, str] = {}

type Chances = dict[Aspect | None, float]


@dataclass(frozen=True, slots=True)
class Statement:
    """One answer as it is matched; its rows in the index are one a question, then one a language of its text."""

    id: str
    asks: Aspect
    verdict: Verdict
    eligible: Eligible | None
    questions: tuple[str, ...]
    asked: slice  # the rows of its questions
    text: int | None  # the first row of its text
    when: When | None = None  # the numbers that it holds for, where it holds for some only
    straight: frozenset[str] = frozenset()  # what only its questions have, not those asked the other way round
    turned: frozenset[str] = frozenset()  # what only those have
    modality: Modality | None = None  # what its yes or no is about
    cases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    judged: bool = False  # it says yes, no, or that it depends
    of_some: bool = False  # it is for some people only


class Stands(NamedTuple):
    """Where a feature stands: in a few `rows`, worth `likes` to each, or in many, all in one long number."""

    weight: float  # squared
    rows: tuple[int, ...] = ()
    likes: tuple[int, ...] = ()
    lanes: int = 0


@dataclass(frozen=True)
class Statements:
    """The answers of one procedure: where each feature stands, and what it says about which of them is meant.

    How like a row is to a message is added up in units, of which UNITS are 1; for what many rows have, in all rows at
    once, as `Linear` adds up labels.
    """

    all: tuple[Statement, ...] = ()
    size: int = 0  # rows
    places: dict[str, Stands] = field(default_factory=dict)
    around: Around = field(default_factory=Around)

    @cached_property
    def of_some(self) -> tuple[Statement, ...]:
        return tuple(one for one in self.all if one.of_some)

    @cached_property
    def lanes(self) -> Struct:
        return Struct(f"<{self.size}I")


def index(answers: Sequence[Answer], vocabulary: Vocabulary, cues: Cues, around: Around) -> Statements:
    """The answers of one procedure, ready to be matched; `around`: where each stands."""
    read = [[_features(text, vocabulary) for text in _texts(answer)] for answer in answers]
    spread = Counter(feature for rows in read for feature in frozenset[str]().union(*rows))
    weight = {feature: 1.0 + RAREST * math.log((1 + len(answers)) / n) for feature, n in spread.items()}
    rows = list(chain.from_iterable(read))
    places: dict[str, list[int]] = {}
    for at, features in enumerate(rows):
        for feature in features:
            places.setdefault(feature, []).append(at)
    begins = accumulate(map(len, read), initial=0)
    shares = [UNITS / (math.sqrt(sum(map(weight.__getitem__, features))) or 1.0) for features in rows]
    stands = cache(partial(_stands, shares))  # most features stand in one row or two, as others do
    return Statements(
        all=tuple(
            _sided(_statement(one, at, cues), one, rows, cues)
            for one, at, rows in zip(answers, begins, read, strict=False)
        ),
        size=len(rows),
        places={feature: stands(weight[feature], tuple(at)) for feature, at in places.items()},
        around=around,
    )


def _stands(shares: list[float], weight: float, rows: tuple[int, ...]) -> Stands:
    """`shares`: of each row, one over its length in feature space."""
    likes = tuple(round(weight * shares[at]) for at in rows)
    if len(rows) <= FEW:
        return Stands(weight, rows, likes)
    return Stands(weight, lanes=sum(like << (LANE * at) for at, like in zip(rows, likes, strict=True)))


def _sided(one: Statement, answer: Answer, rows: list[tuple[str, ...]], cues: Cues) -> Statement:
    """With what tells its questions from those that ask the same the other way round, where there are any.

    Which way round one asks is where it is written, unless it asks "may I" of what one must.
    """
    if one.modality is not Modality.MUST and not answer.against.all:
        return one  # only what one must can be asked the other way round by "may I" alone
    ways = [Way.STRAIGHT if straight else Way.TURNED for straight in _written(answer)]
    by_modality = (
        way_of(modality_of(read_clauses(text, cues, language), language, cues), one.modality, answer.verdict)
        for text, language in _asked(answer)
    )
    turned_round = [Way.TURNED in pair for pair in zip(ways, by_modality, strict=True)]
    straight = frozenset(
        chain.from_iterable(row for row, turned in zip(rows, turned_round, strict=False) if not turned)
    )
    turned = frozenset(chain.from_iterable(row for row, turned in zip(rows, turned_round, strict=False) if turned))
    return replace(one, straight=straight - turned, turned=turned - straight) if turned else one


def _written(answer: Answer) -> Iterator[bool]:
    """Of each question whether it asks what the answer's yes or no says, by where it is written."""
    yield from (True for _ in answer.questions.all)
    yield from (False for _ in answer.against.all)


def _texts(answer: Answer) -> Iterator[str]:
    yield from (text for text, _ in _asked(answer))
    if answer.text:
        yield from map(answer.text.of, LANGUAGES)


def _asked(answer: Answer) -> Iterator[tuple[str, Language]]:
    """Its questions, then those the other way round, each with its language."""
    for phrases in (answer.questions, answer.against):
        for language in LANGUAGES:
            yield from ((text, language) for text in getattr(phrases, language))


def _features(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    return features_for(read_words(low_words(text), vocabulary), vocabulary)


def features_for(tokens: list[Token], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Syllables, pairs and notions: what tells one question about a procedure from another."""
    return telling(features_of(tokens, vocabulary))


def telling(features: Iterable[str]) -> tuple[str, ...]:
    """Features without the accents, which say nothing more inside a procedure."""
    return tuple(feature for feature in features if feature[0] != "'")


def _statement(answer: Answer, at: int, cues: Cues) -> Statement:
    questions = tuple(text for text, _ in _asked(answer))
    end = at + len(questions)
    return Statement(
        answer.id,
        answer.asks,
        answer.verdict,
        answer.eligible,
        questions,
        slice(at, end),
        end if answer.text else None,
        answer.when,
        modality=modality_told(answer, cues),
        cases=answer.only_if,
        judged=answer.verdict in JUDGED,
        of_some=bool(answer.when or answer.eligible or answer.only_if),
    )


def others(statements: Statements, told: Mapping[str, str], numbers: Quantities) -> frozenset[str]:
    """The answers that hold in another case than the one told, or for other numbers, or for a number where none is."""
    return frozenset(
        one.id
        for one in statements.of_some
        if (one.when and not numbers.within(one.when))
        or any(case in told and told[case] not in options for case, options in one.cases.items())
    )


def choose(
    features: tuple[str, ...],
    chances: Chances,
    statements: Statements,
    *,
    language: Language,
    yes_no: bool,
    age: int | None = None,
    plain: frozenset[Aspect] = frozenset(),
    alone: bool = False,
    left_out: frozenset[str] = frozenset(),
    cases: Mapping[str, str] = NO_CASES,
    modality: Modality | None = None,
    point: Point = (),
) -> tuple[Choice, ...]:
    """The statements that may answer, best first. `left_out`: ids of answers to other cases than `cases`.

    `plain`: the aspects whose plain question stands in the message, `alone`: beside hardly more than a name.
    `point`: where the message stands.
    """
    likes, length = _likes(features, statements)
    logs = {one: ASPECT * math.log(chance) if chance > LEAST_CHANCE else LEAST for one, chance in chances.items()}
    nears = statements.around.near(point)
    held = [(one, near) for one, near in zip(statements.all, nears, strict=True) if one.id not in left_out]
    asked = {one.asks for one, _ in held}
    judged = {one.asks for one, _ in held if one.judged} if yes_no else set()
    plain_from = PLAIN_FROM * max(chances.values(), default=0.0)
    apart = () if modality else _apart(chances, plain)
    spoken = LANGUAGES.index(language)
    unit = LIKENESS / (UNITS * length)
    scores: list[tuple[float, Statement | Aspect | None]] = []
    likest: dict[Aspect | None, float] = {}  # of each aspect, how like the message its likest answer is
    nearest: dict[Aspect | None, float] = {}  # and how near to it one stands
    for one, near in held:
        like = unit * _likeness(one, likes, spoken)
        if like > likest.get(one.asks, 0.0):
            likest[one.asks] = like
        if near > nearest.get(one.asks, 0.0):
            nearest[one.asks] = near
        score = like + NEARNESS * near + logs.get(one.asks, LEAST)
        if one.of_some:
            score += _for_some(one, age, cases)
        if apart and one.asks not in apart:
            score -= ASTRAY
        scores.append((score + YES_NO if yes_no and one.judged else score, one))
    for aspect, log in logs.items():
        is_plain = aspect in plain and chances[aspect] >= plain_from
        score = _field(aspect, known=aspect in asked, plain=is_plain, alone=alone) + log
        if is_plain:
            score += NEARNESS * nearest.get(aspect, 0.0)  # words that anybody asks in stand near every answer
        if aspect not in LISTS and (crowding := likest.get(aspect, 0.0) - LIKENESS * LIKE_ENOUGH) > 0:
            score -= CROWDS_OUT * crowding
        scores.append((score - FIELD_YES_NO * (aspect in judged), aspect))
    best = sorted(scores, key=itemgetter(0), reverse=True)[:SHOWN]
    return tuple(
        Choice(
            answer=what.id,
            asks=what.asks,
            score=score,
            nearest=_nearest(what, likes),
            way=Way.ASIDE if apart and what.asks not in apart else _way(what, features, statements, modality),
        )
        if isinstance(what, Statement)
        else Choice(answer=None, asks=what, score=score)
        for score, what in best
    )


def _apart(chances: Chances, plain: frozenset[Aspect]) -> tuple[Aspect, ...]:
    """What is surely asked, of those to which no answer about anything else says yes or no."""
    return tuple(one for one in APART if chances.get(one, 0.0) >= (PLAINLY if one in plain else SURELY))


def _way(one: Statement, features: tuple[str, ...], statements: Statements, modality: Modality | None) -> Way:
    """How a message stands to an answer's verdict: by the questions written for either way, else by may and must."""
    if one.turned:
        turned, straight = (_weight(telling_, features, statements) for telling_ in (one.turned, one.straight))
        if turned > (DESPITE_MODALITY if alike(modality, one.modality) else SURELY_TURNED) * straight:
            return Way.TURNED
        if straight > turned and (alike(modality, one.modality) or None in (modality, one.modality)):
            return Way.STRAIGHT
    return way_of(modality, one.modality, one.verdict)


def _weight(telling_: frozenset[str], features: tuple[str, ...], statements: Statements) -> float:
    """What a message has of the features that tell one way of asking."""
    return sum(statements.places[feature].weight for feature in telling_.intersection(features))


def _likes(features: tuple[str, ...], statements: Statements) -> tuple[list[int], float]:
    """How like the message each row is, in units, but for the message's length in feature space; and that length."""
    squared, total = 0.0, 0
    few: list[Stands] = []
    for feature, stands in zip(features, map(statements.places.get, features), strict=True):
        if stands is None:
            squared += 0.0 if " " in feature else UNSEEN
            continue
        squared += stands[0]
        if stands[3]:
            total += stands[3]
        else:
            few.append(stands)
    likes = list(statements.lanes.unpack(total.to_bytes(statements.lanes.size, "little")))
    at, like = (chain.from_iterable(map(itemgetter(n), few)) for n in (1, 2))
    for row, units in zip(at, like, strict=True):
        likes[row] += units
    return likes, math.sqrt(squared) or 1.0


def _likeness(one: Statement, likes: list[int], spoken: int) -> float:
    """How like the message an answer is: its likest question, a little its second, its text in the language spoken."""
    liked = sorted(likes[one.asked])
    like = liked[-1] + SECOND * liked[-2] if len(liked) > 1 else sum(liked)
    return like if one.text is None else like + TEXT * likes[one.text + spoken]


def _nearest(one: Statement, likes: list[int]) -> str:
    """The question of an answer that the message is most like."""
    like = likes[one.asked]
    best = max(like, default=0)
    return one.questions[like.index(best)] if best else ""


def _for_some(one: Statement, age: int | None, cases: Mapping[str, str]) -> float:
    """What speaks for an answer by whom it is for."""
    score = 0.0
    if one.when:
        score += SETTLED
    elif age is not None and one.eligible:
        score += _of_age(one.eligible, age)
    if one.cases:
        told = all(case in cases for case in one.cases)
        score += IN_THAT_CASE if told else -UNTOLD if one.judged else -UNTOLD_VALUE
    return score


def _of_age(eligible: Eligible, age: int) -> float:
    if eligible.age_from is None and eligible.age_below is None:
        return 0.0
    within = (eligible.age_from or 0) <= age < (eligible.age_below or math.inf)
    return OF_THAT_AGE if within else -OF_THAT_AGE


def _field(aspect: Aspect | None, *, known: bool, plain: bool, alone: bool) -> float:
    """Of a field of the entry, the whole in short, or that nothing is known; without the chance of its aspect."""
    likeness = NOTHING_KNOWN - ANSWERED_TOO * known
    if aspect is None:
        likeness = OPEN
    elif aspect in FIELDS:
        likeness = PLAIN + ALONE * (alone and aspect in LISTS) if plain else FIELD
    return LIKENESS * likeness
