"""May one, or must one: "một mình đi được không" and "có phải cả hai cùng đi không" want opposite words of one fact.

A fact that both must come opens with yes to the second question and with no to the first. Pure.
"""

import re
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from bot.content.schema import Answer, Language, Verdict
from bot.understanding.asking import Clauses, Cues, read_clauses
from bot.understanding.fold import fold, low_words
from bot.understanding.result import Way
from bot.understanding.runs import Run

JUDGED = (Verdict.YES, Verdict.NO)
STOP = re.compile(r"[.,:;]")
OPENING = 5  # words of an answer in which its verdict stands
MOST = 0.75  # of the questions of an answer, from which they tell what kind it is


class Modality(StrEnum):
    MAY = "may"
    MAY_WITHOUT = "may_without"  # whether one may leave something out, or do it otherwise
    MUST = "must"
    NEED_NOT = "need_not"  # whether it is right that one need not


def modality_of(clauses: Clauses, language: Language, cues: Cues) -> Modality | None:
    """What a message asks, where yes or no would answer it and it asks only one of the two."""
    if not clauses.yes_no:
        return None
    said = {*clauses.folded, *clauses.meant}
    if any(_is_needless(clause, language, cues) for clause in said) and any(_confirms(clause, cues) for clause in said):
        return Modality.NEED_NOT
    found = {one for clause in said for one in _heard(clause, language, cues)}
    if found == {Modality.MAY, Modality.MAY_WITHOUT}:
        return Modality.MAY_WITHOUT
    return found.pop() if len(found) == 1 else None


def _heard(clause: Run, language: Language, cues: Cues) -> Iterable[Modality]:
    may, must = cues.may[language], cues.must[language]
    if may.stand_in(clause):
        without = cues.leaves_out[language].stand_in(may.taken_out(clause))
        yield Modality.MAY_WITHOUT if without else Modality.MAY
    if must.stand_in(clause) and must.stand_in(cues.neither.taken_out(clause)):
        yield Modality.MUST


def _is_needless(clause: Run, language: Language, cues: Cues) -> bool:
    """Whether it says that one need not, and does not ask whether one may do without."""
    return cues.needless[language].stand_in(clause) and not cues.may[language].stand_in(clause)


def _confirms(clause: Run, cues: Cues) -> bool:
    """Whether it ends by asking to be sure, be that all it says: "…, right?"."""
    return not cues.confirms.isdisjoint((clause[-1:], clause[-2:], clause[-3:]))


def modality_told(answer: Answer, cues: Cues) -> Modality | None:
    """What the verdict of an answer says: by its first words in Vietnamese, else by what most of its questions ask."""
    if answer.verdict not in JUDGED or not answer.text:
        return None
    opening = tuple(map(fold, low_words(STOP.split(answer.text.vi)[0])))
    if cues.obliges.stand_in(opening[:OPENING]):
        return Modality.MUST
    if cues.permits.stand_in(opening[:OPENING]):
        return Modality.MAY
    asked = Counter(
        one
        for language in Language
        for text in getattr(answer.questions, language)
        if (one := modality_of(read_clauses(text, cues, language), language, cues)) not in (None, Modality.NEED_NOT)
    )
    most = Modality.MUST if asked[Modality.MUST] > asked.total() / 2 else Modality.MAY
    often = asked[Modality.MUST] if most is Modality.MUST else asked.total() - asked[Modality.MUST]
    return most if often >= max(2, MOST * asked.total()) else None


def way_of(asked: Modality | None, told: Modality | None, verdict: Verdict) -> Way:
    """How a question stands to a verdict about what one may (MAY) or must (MUST).

    What one must forbids to leave it out, and what one need not permits it; of everything else neither says yes or no.
    Who asks to be sure that one need not is contradicted by what one must, and confirmed by what one need not.
    """
    if asked is Modality.NEED_NOT and told is Modality.MUST:
        return Way.TURNED if verdict is Verdict.YES else Way.STRAIGHT
    if asked is None or told is None or alike(asked, told):
        return Way.STRAIGHT
    turned = told is Modality.MUST and (asked is Modality.MAY_WITHOUT or verdict is Verdict.NO)
    return Way.TURNED if turned else Way.ASIDE


def alike(asked: Modality | None, told: Modality | None) -> bool:
    """Whether both are about what one may, or what one must."""
    if asked is None or told is None or asked is Modality.NEED_NOT:
        return False
    return (asked is Modality.MUST) is (told is Modality.MUST)
