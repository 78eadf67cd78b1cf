"""May one, or must one: "một mình đi được không" and "có phải cả hai cùng đi không" want opposite words of one fact.

A fact that both must come opens with yes to the second question and with no to the first. Pure.
"""

import re
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from bot.content.schema import Answer, Language, Verdict
from bot.understanding.asking import Cues, Run, folded_clauses, grams_in, is_yes_no
from bot.understanding.fold import fold, low_words
from bot.understanding.result import Way

JUDGED = (Verdict.YES, Verdict.NO)
LONGEST = 4  # words
STOP = re.compile(r"[.,:;]")
OPENING = 5  # words of an answer in which its verdict stands
MOST = 0.75  # of the questions of an answer, from which they tell what kind it is


class Modality(StrEnum):
    MAY = "may"
    MUST = "must"


def modality_of(text: str, language: Language, cues: Cues) -> Modality | None:
    """What a cleaned message asks, where yes or no would answer it and it asks only one of the two."""
    if not is_yes_no(text, cues):
        return None
    found = {one for clause in folded_clauses(text, cues) for one in _heard(clause, language, cues)}
    return found.pop() if len(found) == 1 else None


def _heard(clause: Run, language: Language, cues: Cues) -> Iterable[Modality]:
    grams = grams_in(clause, LONGEST)
    if not cues.may[language].isdisjoint(grams):
        yield Modality.MAY
    if not cues.must[language].isdisjoint(grams_in(_without(clause, cues.neither), LONGEST)):
        yield Modality.MUST


def _without(words: Run, runs: Iterable[Run]) -> Run:
    """The words with every one of `runs` taken out."""
    for run in runs:
        for at in range(len(words) - len(run), -1, -1):
            if words[at : at + len(run)] == run:
                words = (*words[:at], "", *words[at + len(run) :])
    return words


def modality_told(answer: Answer, cues: Cues) -> Modality | None:
    """What the verdict of an answer says: by its first words in Vietnamese, else by what most of its questions ask."""
    if answer.verdict not in JUDGED or not answer.text:
        return None
    opening = tuple(map(fold, low_words(STOP.split(answer.text.vi)[0])))
    grams = grams_in(opening[:OPENING], LONGEST)
    if not cues.obliges.isdisjoint(grams):
        return Modality.MUST
    if not cues.permits.isdisjoint(grams):
        return Modality.MAY
    asked = Counter(
        one
        for language in Language
        for text in getattr(answer.questions, language)
        if (one := modality_of(text, language, cues))
    )
    most, often = asked.most_common(1)[0] if asked else (None, 0)
    return most if often >= max(2, MOST * asked.total()) else None


def way_of(asked: Modality | None, told: Modality | None) -> Way:
    """An obligation answers what one may do, yes for no; a permission does not say what one must."""
    if asked is None or told is None or asked is told:
        return Way.STRAIGHT
    return Way.TURNED if told is Modality.MUST else Way.ASIDE
