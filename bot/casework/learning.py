"""What the bot could not answer, kept without anything that names a person; what a rush of it leads to."""

import datetime as dt
from collections import Counter

from rapidfuzz import fuzz

from bot.casework.unit_of_work import UnitOfWork
from bot.conversation.citizen import answers
from bot.conversation.reply import Reply
from bot.conversation.staff import learning
from bot.conversation.visit import Memory, Visit
from bot.desk.redact import redact
from bot.desk.request import Role
from bot.store import measured, questions
from bot.store.outbox import Priority
from bot.understanding.fold import fold
from bot.understanding.result import Outcome, Understanding

KEPT = (Outcome.NO_MATCH, Outcome.CLARIFY, Outcome.SECOND_TIER)
NO_QUESTION = (Outcome.SMALL_TALK, Outcome.ABUSE)
ALIKE = 72  # of 100, by rapidfuzz's token_set_ratio on folded words
AN_HOUR = dt.timedelta(hours=1)
A_WEEK = dt.timedelta(days=7)
NOTICE_LASTS = dt.timedelta(days=7)
PAST = dt.timedelta(days=30)
MOST_KEPT = 300  # characters of an answer that was not right
MOST_SHOWN = 50


def learn(unit: UnitOfWork, understood: Understanding, memory: Memory) -> None:
    """Count a question; keep one that found no answer, redacted; suggest a notice where many ask alike in an hour."""
    listed = understood.second_tier if understood.outcome is Outcome.SECOND_TIER else ()
    nearest = next((one.id for one in (*listed, *understood.procedures)), None)
    if understood.outcome not in NO_QUESTION:
        unit.count_question(
            memory.commune, understood.outcome.value, nearest if understood.outcome is Outcome.ANSWERED else None
        )
    if understood.outcome not in KEPT:
        return
    questions.keep(
        unit.connection,
        text=redact(understood.text)[:500],
        commune=memory.commune,
        language=understood.language.value,
        outcome=understood.outcome.value,
        procedure=nearest,
        now=unit.now,
    )
    if memory.commune is not None:
        _watch_for_rush(unit, memory.commune, redact(understood.text)[:500])


def is_wrong(unit: UnitOfWork, visit: Visit, procedure: str) -> None:
    """“Không đúng” under an answer: which answer it was is kept, not whose press."""
    scene = unit.scene(visit.who)
    known = procedure if procedure in unit.house.knowledge.procedures else ""
    shown = " ".join(visit.under.split())[:MOST_KEPT]
    if known and shown:
        questions.keep(
            unit.connection,
            text=redact(shown),
            commune=scene.memory.commune,
            language=scene.language.value,
            outcome=questions.WRONG,
            procedure=known,
            now=unit.now,
        )
    unit.answer(visit, answers.marked_wrong(scene, known))


def marked_wrong(unit: UnitOfWork) -> list[tuple[str, str, int]]:
    """Answers of the bot that were marked so: the procedure, how it began, how often; the most often first."""
    rows = questions.since(unit.connection, unit.now - PAST, outcome=questions.WRONG)
    counted = Counter((row["procedure"], row["text"]) for row in rows)
    return [(procedure, text, count) for (procedure, text), count in counted.most_common(MOST_SHOWN)]


def not_understood(unit: UnitOfWork) -> list[tuple[str, str | None, int]]:
    """What found no answer, grouped by meaning: one of the questions, the nearest procedure, how often."""
    groups = grouped(questions.since(unit.connection, unit.now - PAST))
    return [(texts[0], nearest, len(texts)) for texts, nearest in groups[:MOST_SHOWN]]


def _watch_for_rush(unit: UnitOfWork, commune: int, text: str) -> None:
    recent = questions.since(unit.connection, unit.now - AN_HOUR, commune=commune)
    if sum(alike(row["text"], text) for row in recent) < unit.rules.alike_in_an_hour:
        return
    questions.one_at_a_time(unit.connection, commune)
    earlier = questions.suggested(unit.connection, commune, after=unit.now - NOTICE_LASTS)
    if any(alike(row["sample"], text) for row in earlier):
        return
    number = questions.suggest(unit.connection, commune=commune, sample=text, now=unit.now)
    scene = unit.desk_scene(commune)
    for leader in unit.crew(commune, Role.LEADER):
        count = unit.rules.alike_in_an_hour
        unit.put(leader, learning.suggestion(scene, number, text, count), priority=Priority.REMINDER)


def answered_rushes(unit: UnitOfWork) -> bool:
    """What many ask alike in an hour, and usually do not, may need a notice though each was answered. Whether told.

    Their words were not kept: the notice is about the procedure.
    """
    found = measured.rushes(
        unit.connection, at_least=unit.rules.alike_in_an_hour, hour=unit.now - AN_HOUR, week=unit.now - A_WEEK
    )
    return sum(_suggest_about(unit, *one) for one in found) > 0


def _suggest_about(unit: UnitOfWork, commune: int, procedure: str, count: int) -> bool:
    scene = unit.desk_scene(commune)
    if (entry := scene.procedure(procedure)) is None:
        return False
    sample = scene.tell(entry.name)
    questions.one_at_a_time(unit.connection, commune)
    earlier = questions.suggested(unit.connection, commune, after=unit.now - NOTICE_LASTS)
    if any(row["sample"] == sample for row in earlier):
        return False
    number = questions.suggest(unit.connection, commune=commune, sample=sample, now=unit.now)
    leaders = unit.crew(commune, Role.LEADER)
    for leader in leaders:
        unit.put(leader, learning.suggestion(scene, number, sample, count, answered=True), priority=Priority.REMINDER)
    return bool(leaders)


def alike(one: str, other: str) -> bool:
    return fuzz.token_set_ratio(fold(one), fold(other)) >= ALIKE


def notices_for(unit: UnitOfWork, memory: Memory, text: str, procedure: str | None = None) -> list[Reply]:
    """Notices of the commune that are about such a question, or the procedure it now comes to: shown first."""
    if memory.commune is None:
        return []
    rows = questions.in_force(unit.connection, memory.commune, now=unit.now)
    if not rows:
        return []
    scene = unit.desk_scene(memory.commune)
    entry = scene.procedure(procedure) if procedure else None
    about = scene.tell(entry.name) if entry else ""
    told = [row for row in rows if alike(row["sample"], text) or row["sample"] == about]
    return [learning.notice(scene, row["text"], row["until"]) for row in told[:1]]


def grouped(rows: list[questions.Row]) -> list[tuple[list[str], str | None]]:
    """Questions that mean alike, the largest group first: their texts, and the procedure nearest to them."""
    groups: list[tuple[list[str], str | None]] = []
    for row in rows:
        for texts, nearest in groups:
            if nearest == row["procedure"] and alike(texts[0], row["text"]):
                texts.append(row["text"])
                break
        else:
            groups.append(([row["text"]], row["procedure"]))
    return sorted(groups, key=lambda group: -len(group[0]))
