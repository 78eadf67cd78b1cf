"""One question inside a procedure, answered: an answer of the entry, a field of it, or that we do not know."""

import re
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from bot.content.schema import Answer, Aspect, Certainty, Procedure, Verdict
from bot.conversation.citizen import opening
from bot.conversation.citizen.circumstances import counter_of
from bot.conversation.citizen.facts import TELL, coming, documents_in_brief, office_line, overview
from bot.conversation.citizen.offices import office_blocks
from bot.conversation.citizen.verdicts import begun, opened, verdict_of
from bot.conversation.reply import Block, Style
from bot.conversation.scene import Scene
from bot.understanding.result import Asked, Choice, Understanding

PLACED = (Aspect.PLACE, Aspect.ONLINE, Aspect.HOURS, Aspect.STATUS, Aspect.REFUSED, Aspect.LATE)  # say where themselves

CLOSE = 1.2  # log odds by which an answer may be less likely than the best and is told besides
OPPOSITE = {Verdict.YES, Verdict.NO}  # told together they answer nothing
ROOM = 330  # characters of two answers together
SAME_AGAIN = 80  # likeness of two texts, in a hundred, from which the second says the same
NUMBER = re.compile(r"^\d+\. ")  # of a step, which is none amidst other answers


@dataclass(frozen=True, kw_only=True)
class Told:
    """`aspect`: what was answered, None for the whole in short; `answer`: the entry's answer, where one was given.

    `doubt`: that the answer is not checked, said once and beside it.
    """

    blocks: tuple[Block, ...]
    aspect: Aspect | None = None
    answer: Answer | None = None
    doubt: str = ""
    brief: str = ""  # a list in one line, where it stands beside other answers

    @property
    def alone(self) -> tuple[Block, ...]:
        """As the only answer of a reply: a doubt stands right behind what it is about."""
        if not self.doubt:
            return self.blocks
        first, *rest = self.blocks
        return (replace(first, text=f"{first.text} {self.doubt}"), *rest)

    @property
    def line(self) -> str:
        """The answer in one line, for a list of several."""
        if self.brief:
            return self.brief
        first = [block.text for block in self.blocks if block.style is not Style.TITLE]
        if self.answer or len(first) == 1:
            return first[0]
        return "; ".join(NUMBER.sub("", text).rstrip(".") for text in first if text)


def told_of(scene: Scene, procedure: Procedure, asked: Asked, understood: Understanding) -> Told:
    """The best statement that holds today; where a moment is asked, its office then, and the procedure's own hours."""
    every = {one.id: one for one in scene.house.knowledge.answers(procedure)}
    answers = {name: one for name, one in every.items() if one.holds(scene.today)}
    moment = understood.moment
    if moment and asked.aspect is Aspect.HOURS and not asked.choices:
        own = next((one for one in answers.values() if one.asks is Aspect.HOURS), None)
        at_office = opening.at(scene, procedure, counter_of(procedure), moment)
        if own is None:
            return Told(blocks=at_office, aspect=Aspect.HOURS)
        told = stated(scene, procedure, own)
        return replace(told, blocks=(*at_office[:1], *told.blocks))
    usable = [choice for choice in asked.choices if choice.answer is None or choice.answer in answers]
    if ended := _ended(scene, asked.choices, every):
        usable = _instead_of(ended, usable)
        if not usable or (usable[0].answer is None and _empty(scene, procedure, ended.asks)):
            return Told(blocks=(scene.line("unknown.ended"), scene.line("unknown.ask")), aspect=ended.asks)
    if usable and usable[0].answer is None and _empty(scene, procedure, usable[0].asks):
        usable = [choice for choice in usable[1:] if choice.answer and choice.asks is usable[0].asks]
    if not usable or usable[0].answer is None:
        return field(scene, procedure, usable[0].asks if usable else asked.aspect)
    best = answers[usable[0].answer]
    verdict = verdict_of(best, usable[0], understood)
    also = _close(usable, answers) if verdict in (best.verdict, Verdict.TOLD) else None
    besides = (also, verdict_of(also, usable[1], understood)) if also and _fit(scene, best, also) else None
    return _stated(scene, procedure, best, besides, verdict)


def _ended(scene: Scene, choices: tuple[Choice, ...], every: dict[str, Answer]) -> Choice | None:
    """The likeliest choice, where it is an answer that held once, holds no more, and was given no successor."""
    answer = every.get(choices[0].answer or "") if choices else None
    if answer is None or answer.until is None or answer.until >= scene.today:
        return None
    later = (one.from_ for one in every.values() if one.asks is answer.asks)
    return None if any(day and day > answer.until for day in later) else choices[0]


def _instead_of(ended: Choice, choices: list[Choice]) -> list[Choice]:
    """What answers the same question since: a field about it, or an answer that is hardly less likely."""
    return [
        one for one in choices if one.asks is ended.asks and (one.answer is None or one.score >= ended.score - CLOSE)
    ]


def _close(choices: list[Choice], answers: dict[str, Answer]) -> Answer | None:
    """An answer that is nearly as likely to be the one asked for: told besides, where there is room."""
    if len(choices) < 2 or choices[1].answer is None or choices[1].score < choices[0].score - CLOSE:
        return None
    best, also = answers[choices[0].answer or ""], answers[choices[1].answer]
    verdicts = {best.verdict, also.verdict}
    if Verdict.UNKNOWN in verdicts or verdicts >= OPPOSITE:
        return None
    return also


def _fit(scene: Scene, best: Answer, also: Answer) -> bool:
    """Whether both have room, and the second says something else."""
    if best.text and also.text and fuzz.token_set_ratio(scene.tell(best.text), scene.tell(also.text)) >= SAME_AGAIN:
        return False
    return sum(len(scene.tell(one.text)) for one in (best, also) if one.text) <= ROOM


def field(scene: Scene, procedure: Procedure, aspect: Aspect | None) -> Told:
    """What the entry holds about an aspect, or that it holds nothing; None: the whole in short."""
    if aspect is None:
        return Told(blocks=tuple(overview(scene, procedure)))
    if blocks := _held(scene, procedure, aspect):
        brief = documents_in_brief(scene, procedure) if aspect is Aspect.DOCUMENTS else ""
        return Told(blocks=blocks, aspect=aspect, brief=brief)
    return Told(blocks=(scene.line(f"unknown.{aspect}"), scene.line("unknown.ask")), aspect=aspect)


def _held(scene: Scene, procedure: Procedure, aspect: Aspect) -> tuple[Block, ...]:
    """What the entry's own field says in the case told: nothing, where all of it belongs to other cases."""
    tell = TELL.get(aspect)
    return (*tell(scene, procedure), *coming(scene, procedure, aspect)) if tell else ()


def _empty(scene: Scene, procedure: Procedure, aspect: Aspect | None) -> bool:
    return aspect in TELL and aspect is not None and not _held(scene, procedure, aspect)


def stated(scene: Scene, procedure: Procedure, answer: Answer, verdict: Verdict | None = None) -> Told:
    """One answer of an entry, as it is or opened with another verdict."""
    return _stated(scene, procedure, answer, None, verdict or answer.verdict)


def likely_of(scene: Scene, understood: Understanding) -> dict[str, str]:
    """Of entries that are only offered: what the button of each carries of its answer, as `verdict.answer`."""
    named = ((scene.procedure(name), choice) for name, choice in understood.likely)
    found = ((one, choice, _holding(scene, one, choice.answer)) for one, choice in named if one)
    return {one.id: f"{verdict_of(a, choice, understood)}.{a.id}" for one, choice, a in found if a}


def chosen(scene: Scene, procedure: Procedure, part: str) -> Told | None:
    """The answer that a button carries, while the entry still has it and it holds."""
    verdict, _, name = part.partition(".")
    answer = _holding(scene, procedure, name)
    return stated(scene, procedure, answer, Verdict(verdict)) if answer and verdict in list(Verdict) else None


def _holding(scene: Scene, procedure: Procedure, name: str | None) -> Answer | None:
    answers = scene.house.knowledge.answers(procedure)
    return next((one for one in answers if one.id == name and one.holds(scene.today)), None)


def _stated(
    scene: Scene, procedure: Procedure, answer: Answer, also: tuple[Answer, Verdict] | None, verdict: Verdict
) -> Told:
    """An answer opened with a verdict, and another besides."""
    besides = _first(scene, procedure, *also) if also else []
    blocks = [*_first(scene, procedure, answer, verdict), *besides, *_then(scene, procedure, answer, short=bool(also))]
    if answer.asks is Aspect.PLACE and scene.commune:
        blocks += office_blocks(scene, counter_of(procedure))
    doubtful = answer.certainty is not Certainty.CHECKED and answer.verdict is not Verdict.UNKNOWN
    doubt = scene.say(f"doubt.{answer.certainty}") if doubtful else ""
    return Told(blocks=tuple(blocks), aspect=answer.asks, answer=answer, doubt=doubt)


def _first(scene: Scene, procedure: Procedure, answer: Answer, verdict: Verdict) -> list[Block]:
    text = opened(scene, answer, verdict, scene.tell(answer.text)) if answer.text else ""
    if answer.verdict is Verdict.UNKNOWN:
        sure = [Block(text=text)] if text else []
        what = scene.say("unknown.of", about=scene.tell(answer.about)) if answer.about else ""
        return [Block(text=what or scene.say(f"unknown.{answer.asks}")), *sure]
    condition = scene.condition(procedure, answer)
    if condition and answer.verdict in (Verdict.VALUE, Verdict.TOLD):
        text = begun(scene.say("condition.if", condition=condition, text=text))
    return [Block(text=text)]


def _then(scene: Scene, procedure: Procedure, answer: Answer, *, short: bool) -> list[Block]:
    """What to do next: the answer's own word, else where to go."""
    if answer.then:
        return [Block(text=scene.tell(answer.then))]
    if short:
        return []
    if answer.verdict is Verdict.UNKNOWN:
        return [scene.line("unknown.ask")]
    return [] if answer.asks in PLACED else [Block(text=office_line(scene, procedure))]
