"""Which tier a message belongs to: what was decided among our entries stands, unless a name of the portal is nearer.

Where it is likely but not sure that a name is nearer, both are offered: a neighbour is never told as the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.content.schema import Aspect
from bot.understanding.decide import CHOICES, Decision, Kind, of_kind, probabilities
from bot.understanding.linear import Linear
from bot.understanding.portal_names import Contest, Names, Scores, typed_in, weigh
from bot.understanding.result import Context, Outcome, Ranked

OVER_ANSWER = 0.75  # chance that the second tier is meant, from which it takes the place of an answer of ours
BESIDE_ANSWER = 0.2  # the same, from which both are offered, and ours is answered as what may be meant
SURELY_OURS = 0.97  # share of the likeliest entry among entries, from which no name takes its place …
BESIDE_SURELY = 0.4  # … and none is offered beside it below this chance
BESIDE_TALK_SURELY = 0.7  # the same, where an entry of ours is being talked about
OVER_FOLLOW_UP = 0.9  # the same, where the message goes on about what was talked about
OVER_TALK = 0.85  # the same, where an entry of ours is being talked about: what is said next mostly has to do with it
BESIDE_TALK = 0.6
USUAL_LENGTH = 12  # words: a short message is likely a name by itself, and amidst a talk it is just a short one
OVER_DOUBT = 0.5  # the same, where ours were only offered, or none was found
BESIDE_DOUBT = 0.2
LISTED_FROM = 0.4  # chance that the list names it at all; below, no name is said to be meant
SURE_FROM = 0.8  # share of the likeliest name among names: said without asking whether it was meant
SHOWN = 3
SHORT = 8  # words of a question that goes on about what was talked about
NAMED_FROM = 0.6  # chance by the words alone, from which something else is named
OURS_BESIDE = 2  # entries of ours offered beside names

ANSWERS = (Outcome.ANSWERED,)
DOUBTS = (Outcome.CLARIFY, Outcome.NO_MATCH, Outcome.OTHER_SERVICE)


@dataclass(frozen=True)
class Message:
    """What is known of a message; `theirs`: the score of the likeliest group of the portal's names.

    `called`: the entries of ours that it calls by their name; `ours`: what the names of the likeliest have.
    """

    text: str
    features: Sequence[str]
    length: int  # words
    aspect: Aspect | None
    scores: Mapping[str, float]  # of our own entries and of talk
    theirs: float
    called: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()


def settle(
    decided: Decision, message: Message, context: Context, names: Names, learned: Linear, *, only_asks: bool = False
) -> Decision:
    """The decision, unless a procedure of the second tier is named by its code, gone on about, or nearer."""
    if code := typed_in(message.text, names):
        return _by_code(decided, code, names)
    if context.procedure in names and (only_asks or _goes_on(decided, message)):
        return named(decided, (Ranked(id=context.procedure or "", score=1.0),), follow_up=True)
    if decided.outcome not in (*ANSWERS, *DOUBTS):
        return decided
    ours = any(one and one not in names for one in (context.procedure, *context.choices))
    if (ours and (only_asks or _goes_on(decided, message))) or _is_called(decided, message):
        return decided
    labels = tuple(message.scores)
    ours_best, talk = (_best(of_kind(kind, labels), message) for kind in (Kind.PROCEDURE, Kind.TALK))
    scores = Scores(ours=ours_best, talk=talk, theirs=message.theirs)
    length = max(message.length, USUAL_LENGTH) if ours else message.length
    contest = weigh(message.features, length, scores, names, learned, message.ours)
    if _surely_ours(decided, message.aspect):
        beside = BESIDE_TALK_SURELY if ours else BESIDE_SURELY
        return _both(decided, contest) if contest.ranked and contest.chance >= beside else decided
    return _settled(decided, contest, ours=ours)


def _is_called(decided: Decision, message: Message) -> bool:
    """Whether what would be answered is called by its name, and a longer name of theirs that holds it is not nearer."""
    if decided.outcome not in ANSWERS or decided.ranked[0].id not in message.called:
        return False
    return message.scores[decided.ranked[0].id] >= message.theirs


def _surely_ours(decided: Decision, aspect: Aspect | None) -> bool:
    """Whether hardly another entry may be meant, or hardly a third where two are compared."""
    meant = decided.ranked[: 2 if aspect is Aspect.COMPARE else 1]
    return decided.outcome in ANSWERS and sum(one.score for one in meant) >= SURELY_OURS


def _best(labels: tuple[str, ...], message: Message) -> float:
    return max(map(message.scores.__getitem__, labels), default=0.0)


def _by_code(decided: Decision, code: str, names: Names) -> Decision:
    known = (Ranked(id=code, score=1.0),)
    if code in names:
        return named(decided, known)
    others = tuple(one for one in decided.ranked if one.id != code)
    return Decision(Outcome.ANSWERED, (*known, *others))


def _goes_on(decided: Decision, message: Message) -> bool:
    """A short question about an aspect, which names nothing by itself."""
    if message.aspect is None or message.length > SHORT or decided.outcome not in (*ANSWERS, *DOUBTS):
        return False
    best = max((chance for label, chance in probabilities(dict(message.scores)).items()), default=0.0)
    return best < NAMED_FROM


def _settled(decided: Decision, contest: Contest, *, ours: bool) -> Decision:
    """The decision, with the second tier where it is nearer, and its names beside ours where it may be.

    `ours`: an entry of ours is being talked about, or was just offered.
    """
    if not contest.ranked:
        return decided
    over, beside = _thresholds(decided, ours=ours)
    listed = contest.listed >= LISTED_FROM
    if contest.chance < beside or not (listed or decided.outcome in ANSWERS):
        return decided
    return named(decided, contest.ranked) if contest.chance >= over and listed else _both(decided, contest)


def _thresholds(decided: Decision, *, ours: bool) -> tuple[float, float]:
    if decided.follow_up:
        return OVER_FOLLOW_UP, OVER_FOLLOW_UP
    if ours:
        return OVER_TALK, BESIDE_TALK
    if decided.outcome not in ANSWERS:
        return OVER_DOUBT, BESIDE_DOUBT
    return OVER_ANSWER, BESIDE_ANSWER


def named(decided: Decision, ranked: tuple[Ranked, ...], *, follow_up: bool = False) -> Decision:
    """A procedure of the second tier is meant; where it is not sure which, they are offered."""
    choices = () if ranked[0].score >= SURE_FROM else tuple(one.id for one in ranked[:SHOWN])
    return replace(
        decided,
        outcome=Outcome.SECOND_TIER,
        second_tier=ranked,
        choices=choices,
        talk=None,
        follow_up=follow_up,
        unsure_of=(),
    )


def _both(decided: Decision, contest: Contest) -> Decision:
    ours = tuple(one.id for one in decided.ranked[:OURS_BESIDE])
    names = tuple(one.id for one in contest.ranked[: CHOICES - len(ours)])
    return replace(
        decided,
        outcome=Outcome.CLARIFY,
        second_tier=contest.ranked,
        choices=(*ours, *names),
        talk=None,
        follow_up=False,
        unsure_of=(),
    )
