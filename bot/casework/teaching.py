"""What the desk can learn from, on a page: not understood, marked wrong, asked again; and answers worth keeping."""

from dataclasses import dataclass

from bot.casework import learning, searching, worklist
from bot.casework.unit_of_work import UnitOfWork
from bot.casework.worklist import Line
from bot.desk.request import Actor
from bot.store import cases

MOST = 30


@dataclass(frozen=True, kw_only=True)
class Lessons:
    """`again`: of the officer's own communes, and only what they may open."""

    not_understood: list[tuple[str, str | None, int]]
    wrong: list[tuple[str, str, int]]
    again: list[Line]
    teachable: list[Line]  # answered and closed, about a procedure


def lessons(unit: UnitOfWork, actor: Actor) -> Lessons:
    communes, since = searching.communes_of(actor), unit.now - learning.PAST
    again = unit.requests(cases.asked_again(unit.connection, communes, since=since, limit=MOST))
    recent = unit.requests(cases.latest(unit.connection, communes, limit=MOST * 5))
    taught = [one for one in recent if one.procedure and one.answered_at and one.answered_at > since]
    return Lessons(
        not_understood=learning.not_understood(unit),
        wrong=learning.marked_wrong(unit),
        again=[worklist.line(unit, actor, one) for one in again if searching.may_open(actor, one)],
        teachable=[worklist.line(unit, actor, one) for one in taught if searching.may_open(actor, one)][:MOST],
    )
