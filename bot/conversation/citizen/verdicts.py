"""Yes or no: an answer's own verdict, turned by what the message tells or by the way it asks."""

from bot.content.schema import Answer, Aspect, Verdict
from bot.conversation.scene import Scene
from bot.understanding.result import Choice, Understanding

STOPS = ",.:;"
LONGEST_OPENING = 60  # characters until its first stop
TURNED = {Verdict.YES: Verdict.NO, Verdict.NO: Verdict.YES}
YES_OF = {  # what yes is called, by what is asked about
    Aspect.NEED: "verdict.must",
    Aspect.DOCUMENTS: "verdict.must",
    Aspect.FEE: "verdict.is_so",
    Aspect.LATE: "verdict.is_so",
    Aspect.VALIDITY: "verdict.is_so",
    Aspect.COMPARE: "verdict.is_so",
}


def decided(answer: Answer, understood: Understanding) -> Verdict:
    """Its verdict for somebody who has told these numbers and cases: any criterion that fails makes it no."""
    if answer.decided_by is None:
        return answer.verdict
    told = dict(understood.cases)
    by_case = [told[case] in options for case, options in answer.decided_by.yes_in.items() if case in told]
    by_number = understood.numbers.within(answer.decided_by)
    found = [*by_case, *([] if by_number is None else [by_number])]
    if not found:
        return answer.verdict
    if not all(found):
        return Verdict.NO
    untold = len(by_case) < len(answer.decided_by.yes_in) or (by_number is None and answer.decided_by.bounded)
    return answer.verdict if untold else Verdict.YES


def verdict_of(answer: Answer, choice: Choice, understood: Understanding) -> Verdict:
    """The same, turned where the question is the other way round; as written where yes or no is not asked."""
    if not understood.yes_no:
        return answer.verdict
    verdict = decided(answer, understood)
    return TURNED.get(verdict, verdict) if choice.turned else verdict


def opened(scene: Scene, answer: Answer, verdict: Verdict, text: str) -> str:
    """The text, opened with another verdict than the one it was written with."""
    if verdict is answer.verdict or verdict not in TURNED:
        return text
    opening = scene.say(YES_OF.get(answer.asks, "verdict.may") if verdict is Verdict.YES else "verdict.no")
    return f"{opening} {_without_opening(scene, text)}"


def _without_opening(scene: Scene, text: str) -> str:
    """What follows the first word of yes, no or "it depends": up to its first stop."""
    if not text.startswith(tuple(scene.say("verdict.begins").split("|"))):
        return text
    end = next((at for at, letter in enumerate(text[:LONGEST_OPENING]) if letter in STOPS), None)
    rest = text[end + 1 :].strip() if end is not None else ""
    return rest[:1].upper() + rest[1:] if rest else text
