"""Yes or no: an answer's own verdict, turned by what the message tells or by the way it asks."""

from bot.content.schema import Answer, Aspect, Verdict
from bot.conversation.scene import Scene
from bot.understanding.result import Choice, Understanding, Way

STOPS = ",.:;"
MOST_OPENING = 4  # words until its first stop: "Dạ không bắt buộc"; …
MOST_DEPENDING = 8  # … until the colon of what it depends on: "Dạ tùy số ngày nghỉ: …"
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
    """The same, turned where the question is the other way round; as written where yes or no is not asked.

    Told, without yes or no, where the fact answers the question and its verdict does not.
    """
    if not understood.yes_no:
        return answer.verdict
    verdict = decided(answer, understood)
    if choice.way is Way.ASIDE and verdict is answer.verdict:
        return Verdict.TOLD
    return TURNED.get(verdict, verdict) if choice.way is Way.TURNED else verdict


def opened(scene: Scene, answer: Answer, verdict: Verdict, text: str) -> str:
    """The text, opened with another verdict than the one it was written with, or with none."""
    if verdict is answer.verdict or verdict not in (*TURNED, Verdict.TOLD):
        return text
    rest, goes_on = _without_opening(scene, text)
    if verdict is Verdict.TOLD:
        return begun(_impolite(scene, text) if goes_on else rest)
    opening = scene.say(_opening(answer, verdict))
    return f"{opening.rstrip('.')}, {rest}" if goes_on else f"{opening} {begun(rest)}"


def _opening(answer: Answer, verdict: Verdict) -> str:
    """What is not necessary may be left out: "Dạ được"; what is, by the numbers told, is called by what was asked."""
    if verdict is Verdict.NO:
        return "verdict.no"
    return YES_OF.get(answer.asks, "verdict.may") if answer.decided_by else "verdict.may"


def _without_opening(scene: Scene, text: str) -> tuple[str, bool]:
    """What follows the words of yes, no or "it depends", and whether it goes on with them: "…, nếu bạn ở từ 30 ngày".

    A first sentence that says more than these words stays.
    """
    if not text.startswith(tuple(scene.say("verdict.begins").split("|"))):
        return text, False
    end = next((at for at, letter in enumerate(text) if letter in STOPS), len(text))
    rest = text[end + 1 :].strip()
    most = MOST_DEPENDING if text[end : end + 1] == ":" else MOST_OPENING
    if len(text[:end].split()) > most or not rest:
        return _impolite(scene, text), False
    joins = tuple(f"{word} " for word in scene.say("verdict.joins").split("|"))
    return rest, text[end : end + 1] == "," and rest.startswith(joins)


def _impolite(scene: Scene, text: str) -> str:
    return text.removeprefix(scene.say("verdict.polite")).strip()


def begun(text: str) -> str:
    """As a sentence begins."""
    return text[:1].upper() + text[1:]
