"""What `check` asks of the answers of an entry."""

import re

from bot.content.read import Document, Weight
from bot.content.schema import Answer, Aspect, Language, Phrases, Procedure, Unit, Verdict
from bot.content.shape import Loc

ALWAYS_ASKED = (Aspect.ELIGIBILITY, Aspect.NEED, Aspect.DEADLINE, Aspect.LATE, Aspect.VALIDITY)
MOST_WORDS = 25  # of a sentence that is read aloud
LONGEST = 330  # characters; with its place and its name a reply has 450
QUESTIONS = {Language.VI: 3, Language.EN: 1, Language.ID: 1}
type Openings = dict[Verdict, Phrases]

SENTENCE = re.compile(r"(?<=[.!?;:])\s+")


def check_answers(entry: Procedure, document: Document, openings: Openings) -> None:
    """Every answer is well formed, and what everybody asks is answered or declared unknown."""
    seen: set[str] = set()
    for n, answer in enumerate(entry.answers):
        check_answer(answer, ("answers", n), document, openings)
        if answer.id in seen:
            document.report(("answers", n, "id"), "id_twice", name=answer.id)
        seen.add(answer.id)
    _check_reminders(entry, document)
    asked = {answer.asks for answer in entry.answers}
    for aspect in ALWAYS_ASKED if not entry.draft else ():
        if aspect not in asked:
            document.report(("answers",), "not_answered", aspect=aspect)
    if entry.benefit and not any(one.amount is not None for one in entry.answers if one.asks is Aspect.AMOUNT):
        document.report(("answers",), "benefit_without_amount")


def _check_reminders(entry: Procedure, document: Document) -> None:
    """One date is asked for and kept: all that an entry reminds of counts from the same kind of date."""
    first = next((answer.remind for answer in entry.answers if answer.remind), None)
    for n, answer in enumerate(entry.answers):
        if first and answer.remind and answer.remind.of is not first.of:
            loc = ("answers", n, "remind", "of")
            document.report(loc, "remind_differs", here=answer.remind.of, first=first.of)


def check_answer(answer: Answer, loc: Loc, document: Document, openings: Openings) -> None:
    for language, least in QUESTIONS.items():
        if len(getattr(answer.questions, language)) < least:
            document.report((*loc, "questions"), "few_questions", least=least, language=language)
    if answer.amount is not None and answer.per is None and answer.asks is Aspect.AMOUNT:
        document.report((*loc, "amount"), "amount_without_per")
    if answer.length and answer.length.unit is Unit.SAME_DAY:
        document.report((*loc, "length"), "same_day_length")
    if answer.text:
        _check_text(answer, loc, document, openings)


def _check_text(answer: Answer, loc: Loc, document: Document, openings: Openings) -> None:
    for language in Language:
        text = answer.text.of(language) if answer.text else ""
        words = getattr(openings.get(answer.verdict, Phrases()), language)
        if words and not _opens(text, words):
            at = (*loc, "text", language.value)
            document.report(at, "opening", verdict=answer.verdict, words=", ".join(words))
        if len(text) > LONGEST:
            document.report((*loc, "text", language.value), "text_long", count=len(text), most=LONGEST)
    for sentence in SENTENCE.split(answer.text.vi if answer.text else ""):
        if (count := len(sentence.split())) > MOST_WORDS:
            document.report((*loc, "text", "vi"), "sentence_long", Weight.WARNING, words=count, most=MOST_WORDS)


def _opens(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text begins with one of the words, whole."""
    return any(re.match(re.escape(word) + r"\b", text, re.IGNORECASE) for word in words)
