"""Practising on past questions; questions without an answer; notices."""

import datetime as dt
import re
import secrets
from dataclasses import dataclass, replace

from bot.casework import learning
from bot.casework.unit_of_work import UnitOfWork
from bot.content.schema import Procedure
from bot.conversation import actions
from bot.conversation.reply import Place, Reply
from bot.conversation.scene import Scene
from bot.conversation.staff import learning as words
from bot.conversation.visit import Visit
from bot.desk.redact import redact
from bot.desk.request import Actor
from bot.store import questions
from bot.understanding.fold import fold

DAYS = 30
NAMED = 0.6  # of a paper's words: then it counts as named in an answer
MAX_NOTICE = 1500


def unanswered(unit: UnitOfWork, visit: Visit) -> None:
    """`/unanswered`: what found no answer, grouped by meaning, with counts."""
    rows = questions.since(unit.connection, unit.now - dt.timedelta(days=DAYS))
    scene = unit.scene(visit.who)
    unit.answer(visit, words.groups(scene, learning.grouped(rows), DAYS))


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """A question to practise on. `id`: `b3` of those that are built in, else the number of a past one."""

    id: str
    text: str
    procedure: str


def exercises(unit: UnitOfWork) -> list[Exercise]:
    """Those that are there from the first day, then what was asked of late, redacted."""
    known = unit.house.knowledge.procedures
    built_in = [
        Exercise(id=f"b{n}", text=one.text, procedure=one.procedure)
        for n, one in enumerate(unit.rules.practice, 1)
        if one.procedure in known
    ]
    rows = questions.since(unit.connection, unit.now - dt.timedelta(days=DAYS))
    past = [
        Exercise(id=str(row["id"]), text=row["text"], procedure=row["procedure"]) for row in rows if row["procedure"]
    ]
    return [*built_in, *past]


def begin(unit: UnitOfWork, visit: Visit) -> None:
    """A question, to be answered as if by an officer."""
    scene, found = unit.scene(visit.who), exercises(unit)
    if not found:
        return unit.answer(visit, Reply(blocks=(scene.line("practice.none"),)))
    one = secrets.choice(found)
    return unit.answer(visit, words.practice(scene, one.id, one.text))


def compare(unit: UnitOfWork, visit: Visit, number: str) -> None:
    """The practised answer beside the entry: which papers it named."""
    scene = unit.scene(visit.who)
    one = next((one for one in exercises(unit) if one.id == number), None)
    entry = scene.procedure(one.procedure) if one else None
    if entry is None:
        return unit.answer(visit, Reply(blocks=(scene.line("practice.none"),)))
    named, missing = judged(scene, entry, visit.text)
    return unit.answer(visit, words.compared(scene, entry, named, missing))


def judged(scene: Scene, entry: Procedure, answer: str) -> tuple[list[str], list[str]]:
    """Of the entry's papers those that an answer names, and those that it does not."""
    said = set(re.findall(r"\w+", fold(answer)))
    papers = scene.holding(entry.papers)
    named = [paper.id for paper in papers if _is_named(scene.tell(paper.name), said)]
    return named, [paper.id for paper in papers if paper.id not in named]


def _is_named(paper: str, said: set[str]) -> bool:
    """Most of the words by which a paper is called were said; what stands behind a comma or bracket need not be."""
    called = re.findall(r"\w+", fold(re.split(r"[,(;]", paper)[0]))
    return sum(word in said for word in called) >= NAMED * len(called)


def ask_notice(unit: UnitOfWork, visit: Visit, actor: Actor, number: int) -> None:
    """The leader is asked for the words of a suggested notice."""
    row = questions.notice(unit.connection, number)
    scene = unit.scene(visit.who)
    if row is None or not actor.leads(row["commune"]):
        return unit.answer(visit, Reply(blocks=(scene.line("refused.leader_only"),)))
    place = Place(name=f"notice:{number}", prompts=True)
    return unit.answer(visit, Reply(blocks=(scene.line("prompt.notice"),), place=place))


def write_notice(unit: UnitOfWork, visit: Visit, actor: Actor, number: str) -> None:
    """The words of a notice: on from now, for a week."""
    row = questions.notice(unit.connection, int(number)) if number.isdigit() else None
    scene = unit.scene(visit.who)
    if row is None or not actor.leads(row["commune"]):
        return unit.answer(visit, Reply(blocks=(scene.line("refused.leader_only"),)))
    if len(visit.text.strip()) > MAX_NOTICE:
        return unit.answer(visit, Reply(blocks=(scene.line("notice.too_long", count=MAX_NOTICE),)))
    until = unit.now + learning.NOTICE_LASTS
    questions.switch_on(unit.connection, row["id"], text=visit.text.strip(), until=until, by=actor.person)
    send = ((scene.button("notice.send", actions.SendNotice(row["id"])),),)
    line = scene.line("notice.on", number=row["id"], when=scene.moment(until))
    return unit.answer(visit, Reply(blocks=(line,), buttons=send))


def notice(unit: UnitOfWork, visit: Visit, actor: Actor) -> None:
    """`/notice NUMBER words`, `/notice NUMBER off`, or `/notice question :: words` for a notice of one's own."""
    first, _, rest = visit.text.strip().partition(" ")
    scene = unit.scene(visit.who)
    post = next((p for p in actor.posts if actor.leads(p.commune)), None)
    if post is None:
        return unit.answer(visit, Reply(blocks=(scene.line("refused.leader_only"),)))
    if first.isascii() and first.isdigit() and rest:
        row = questions.notice(unit.connection, int(first[:18]))
        if rest.strip().lower() == "off" and row and actor.leads(row["commune"]):
            questions.switch_off(unit.connection, row["id"], now=unit.now)
            return unit.answer(visit, Reply(blocks=(scene.line("notice.off", number=row["id"]),)))
        return write_notice(unit, _with_text(visit, rest), actor, first[:18])
    sample, mark, text = visit.text.partition("::")
    if not (mark and sample.strip() and text.strip()):
        return unit.answer(visit, Reply(blocks=(scene.line("notice.usage"),)))
    number = questions.suggest(unit.connection, commune=post.commune, sample=redact(sample.strip())[:500], now=unit.now)
    return write_notice(unit, _with_text(visit, text), actor, str(number))


def _with_text(visit: Visit, text: str) -> Visit:
    return replace(visit, text=text)
