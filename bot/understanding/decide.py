"""From scores to one named outcome: answered only where it is right 97 times in 100, else asked, else owned up to."""

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import chain

from bot.content.schema import Aspect
from bot.understanding.result import Context, Outcome, Ranked

# Honest thresholds: `make bench` prints how often an answer and a choice are right.
SHARPNESS = 9.0  # how much a difference of scores means, in log odds
SURE_FROM = 0.84  # probability of the best, of all procedures: said without asking whether it was meant
ANSWER_FROM = 0.58  # the same: said, with what else may have been meant
LIKELY_FROM = 0.54  # probability of everything, for such an answer
NAMED_FROM = 0.5  # probability by the words alone, from which the context has added nothing
ALSO_FROM = 0.04  # probability of what else may have been meant
CHOOSE_FROM = 0.40  # probability of the best four together, of everything
TALK_FROM = 0.50  # probability of the best kind of talk
EMERGENCY_FROM = 0.2  # probability of all emergencies together: rather one too many than one too few
EMERGENCY_SCORE = 0.5  # of the words themselves: "aaa ơi" is like nothing, and like everything a little
ONE_WORD_SCORE = 1.2  # the same of a message of one word
DOUBTFUL_FROM = 0.1  # the same, where it is asked whether anybody is in danger …
DOUBTFUL_SCORE = 0.55  # … and of the words themselves: "tôi muốn biết" is like nothing
HOPELESS = 9.0  # log odds behind the best
# What staying with the procedure last talked about is worth against other procedures, as a score: fitted to 458 turns
# of 90 conversations, none of them a phrase.
STAY = 1.8
STAY_ASKING = 0.2  # more of a question about an aspect …
STAY_SURELY = 0.7  # … where nothing else is said
STAY_A_WORD = -0.03  # a word of the message: a longer one speaks for itself
STAY_TURNING = -0.6  # where it begins as one turns to something else: "còn …", "à mà …"
STAY_BESIDE_ONE = -1.15  # times the share of the likeliest other procedure: words that fit many name none
MOST_WORDS = 30
# The same against talk, which is no matter to stay with.
TALK_STAY = 0.4
TALK_STAY_ASKING = 0.75
TALK_STAY_SURELY = 1.5
OFFERED = 0.3  # what a procedure just offered to choose from is worth
OFFERED_FIRST = 1.0  # the same of the one offered first, to a question about an aspect: more than what was before …
OFFERED_LATER = 0.3  # … and how much less each after it
CHOICES = 4
SHOWN = 5
LONG = 16  # words: a longer message speaks for itself

TALK_OUTCOMES = {
    "greeting": Outcome.SMALL_TALK,
    "thanks": Outcome.SMALL_TALK,
    "goodbye": Outcome.SMALL_TALK,
    "about_bot": Outcome.SMALL_TALK,
    "chitchat": Outcome.SMALL_TALK,
    "yes_no": Outcome.SMALL_TALK,
    "injection": Outcome.SMALL_TALK,
    "office_contact": Outcome.SMALL_TALK,
    "staff_wanted": Outcome.STAFF_WANTED,
    "extra_demand": Outcome.EXTRA_DEMAND,
    "abuse": Outcome.ABUSE,
    "other_service": Outcome.OTHER_SERVICE,
    "unrelated": Outcome.NO_MATCH,
}
VOICE_OUTCOMES = {
    "phan-anh-kien-nghi": Outcome.FEEDBACK,
    "khieu-nai": Outcome.COMPLAINT,
    "to-cao": Outcome.DENUNCIATION,
}
EMERGENCY = "emergency_"
ASIDE = "not_emergency"


@dataclass(frozen=True)
class Decision:
    outcome: Outcome
    ranked: tuple[Ranked, ...] = ()
    choices: tuple[str, ...] = ()
    talk: str | None = None
    follow_up: bool = False
    unsure_of: tuple[str, ...] = ()
    doubt: str | None = None  # the kind of emergency that it may be
    second_tier: tuple[Ranked, ...] = ()  # names of the portal's list that are as near or nearer


def probabilities(scores: dict[str, float], sharpness: float = SHARPNESS) -> dict[str, float]:
    """Scores as probabilities that add up to 1; labels without a chance are left out."""
    if not scores:
        return {}
    top = max(scores.values())
    floor = top - HOPELESS / sharpness
    powers = {label: math.exp(sharpness * (score - top)) for label, score in scores.items() if score >= floor}
    total = sum(powers.values())
    return {label: power / total for label, power in powers.items()}


class Kind(StrEnum):
    """What a label of the classifier stands for."""

    PROCEDURE = "procedure"
    TALK = "talk"
    EMERGENCY = "emergency"
    ASIDE = "aside"


@cache
def of_kind(kind: Kind, labels: tuple[str, ...]) -> tuple[str, ...]:
    """Of some labels those of a kind."""
    return tuple(label for label in labels if kind_of(label) is kind)


@cache
def kind_of(label: str) -> Kind:
    if label.startswith(EMERGENCY):
        return Kind.EMERGENCY
    if label == ASIDE:
        return Kind.ASIDE
    return Kind.TALK if label in TALK_OUTCOMES else Kind.PROCEDURE


@dataclass(frozen=True, kw_only=True)
class Said:
    """How a message speaks, whatever of.

    `only_asks`: it names an aspect and nothing else; `turns`: it begins as one turns to something else.
    """

    length: int  # words
    aspect: Aspect | None = None
    only_asks: bool = False
    turns: bool = False


def decide(scores: dict[str, float], said: Said, context: Context) -> Decision:
    """The outcome of a message, from the scores of its words."""
    if said.length == 0 or not scores:
        return Decision(Outcome.NO_MATCH)
    chances = probabilities(_with_context(scores, _beside_talk(said, context), said, context))
    kinds = defaultdict[Kind, dict[str, float]](dict)
    for label, chance in chances.items():
        kinds[kind_of(label)][label] = chance
    ranked = _ranked(kinds[Kind.PROCEDURE])
    danger = sum((emergency := kinds[Kind.EMERGENCY]).values())
    heard = max((scores[label] for label in emergency), default=0.0)
    if danger >= EMERGENCY_FROM and heard >= (EMERGENCY_SCORE if said.length > 1 else ONE_WORD_SCORE):
        return Decision(Outcome.EMERGENCY, ranked, talk=max(emergency, key=emergency.__getitem__))
    if danger >= DOUBTFUL_FROM and heard >= (DOUBTFUL_SCORE if said.length > 1 else ONE_WORD_SCORE):
        doubt = max(emergency, key=emergency.__getitem__)
        return replace(decide(without_danger(scores), said, context), doubt=doubt)
    if sum((talk := kinds[Kind.TALK]).values()) >= TALK_FROM:
        kind = max(talk, key=talk.__getitem__)
        return Decision(TALK_OUTCOMES[kind], ranked, talk=kind)
    if kinds[Kind.ASIDE] or emergency:  # no danger: what only looks like one says nothing of the matter
        return decide(_but((Kind.ASIDE, Kind.EMERGENCY), scores), said, context)
    if context.procedure in scores:
        chances = probabilities(_with_context(scores, _beside_others(scores, said, context), said, context))
        ranked = _ranked({label: chance for label, chance in chances.items() if kind_of(label) is Kind.PROCEDURE})
    decided = _procedure(ranked, chances, said.aspect, context)
    return replace(decided, follow_up=False) if decided.follow_up and _named(scores, context) else decided


def asked_back(decided: Decision) -> Decision:
    """The same, offered rather than answered."""
    if decided.outcome is not Outcome.ANSWERED:
        return decided
    choices = tuple(one.id for one in decided.ranked[:CHOICES])
    return replace(decided, outcome=Outcome.CLARIFY, choices=choices, unsure_of=(), follow_up=False)


def without_danger(scores: dict[str, float]) -> dict[str, float]:
    """The scores of a message that is known to tell of none."""
    return _but((Kind.EMERGENCY,), scores)


def _but(kinds: tuple[Kind, ...], scores: dict[str, float]) -> dict[str, float]:
    """The scores without those of some kinds."""
    left_out = set(chain.from_iterable(of_kind(kind, tuple(scores)) for kind in kinds))
    return {label: score for label, score in scores.items() if label not in left_out}


def _named(scores: dict[str, float], context: Context) -> bool:
    """Whether the words by themselves name the procedure that was talked about."""
    return probabilities(scores).get(context.procedure or "", 0.0) >= NAMED_FROM


def _beside_talk(said: Said, context: Context) -> float:
    """What staying is worth against talk, a danger or nothing at all; and against what was offered since."""
    if said.length > LONG:
        return 0.0
    return (
        TALK_STAY_SURELY if said.only_asks and not context.choices else TALK_STAY_ASKING if said.aspect else TALK_STAY
    )


def _beside_others(scores: dict[str, float], said: Said, context: Context) -> float:
    """What staying is worth against other procedures."""
    if context.choices:  # what was offered after it is nearer
        return _beside_talk(said, context)
    others = {one: score for one, score in scores.items() if kind_of(one) is Kind.PROCEDURE}
    others.pop(context.procedure or "", None)
    return max(
        0.0,
        STAY
        + STAY_ASKING * (said.aspect is not None)
        + STAY_SURELY * said.only_asks
        + STAY_A_WORD * min(said.length, MOST_WORDS)
        + STAY_TURNING * said.turns
        + STAY_BESIDE_ONE * max(probabilities(others).values(), default=0.0),
    )


def _with_context(scores: dict[str, float], stay: float, said: Said, context: Context) -> dict[str, float]:
    """The scores, with what staying with what was talked about, or taking what was offered, is worth."""
    if not (context.procedure or context.choices):
        return scores
    scores = dict(scores)
    if context.procedure in scores:
        scores[context.procedure] = max(0.0, scores[context.procedure]) + stay
    if said.length > LONG:
        return scores
    for place, offered in enumerate(context.choices):
        if offered in scores:
            first = max(OFFERED, OFFERED_FIRST - OFFERED_LATER * place)
            scores[offered] += first if said.aspect else OFFERED
    return scores


def _ranked(procedures: dict[str, float]) -> tuple[Ranked, ...]:
    """The procedures, best first, with their chance among procedures."""
    total = sum(procedures.values()) or 1.0
    best = sorted(procedures, key=procedures.__getitem__, reverse=True)[:SHOWN]
    return tuple(Ranked(id=label, score=procedures[label] / total) for label in best)


def _procedure(
    ranked: tuple[Ranked, ...], chances: dict[str, float], aspect: Aspect | None, context: Context
) -> Decision:
    if not ranked:
        return Decision(Outcome.NO_MATCH)
    best = ranked[0]
    stayed = best.id == context.procedure
    compared = aspect is Aspect.COMPARE and sum(chances[one.id] for one in ranked[:2]) >= SURE_FROM  # either tells both
    if compared or (stayed and aspect) or (best.score >= ANSWER_FROM and chances[best.id] >= LIKELY_FROM):
        unsure_of = () if stayed or best.score >= SURE_FROM else _also(ranked)
        return Decision(VOICE_OUTCOMES.get(best.id, Outcome.ANSWERED), ranked, follow_up=stayed, unsure_of=unsure_of)
    if sum(chances[one.id] for one in ranked[:CHOICES]) >= CHOOSE_FROM:
        return Decision(Outcome.CLARIFY, ranked, choices=tuple(one.id for one in ranked[:CHOICES]))
    return Decision(Outcome.NO_MATCH, ranked)


def _also(ranked: tuple[Ranked, ...]) -> tuple[str, ...]:
    """What else may have been meant: three at most."""
    return tuple(one.id for one in ranked[1:CHOICES] if one.score >= ALSO_FROM)
