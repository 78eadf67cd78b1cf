"""Words that say something against the entry were stopped: whoever wrote them sends them all the same, or does not."""

from dataclasses import replace

from bot.casework import corrections, doubting, officers
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation import actions
from bot.conversation.reply import Reply
from bot.conversation.visit import Kind, Visit
from bot.desk.lifecycle import Refused
from bot.desk.request import Actor
from bot.store import cases


def press(unit: UnitOfWork, visit: Visit, actor: Actor, action: actions.SendAnyway | actions.LeaveUnsent) -> None:
    row = cases.message(unit.connection, action.number)
    words = doubting.taken_up(unit, visit, row) if row else None
    if row is None or words is None:
        return officers.refuse(unit, visit, Refused("decided"))
    request = officers.seen(unit, actor, row["code"])
    if request is None or isinstance(action, actions.LeaveUnsent):
        return unit.answer(visit, Reply(blocks=(unit.scene(visit.who).line("which.sent_nowhere"),)))
    unit.audit(actor, "against", request.code)
    words = replace(words, sure=True)
    if row["deed"] != doubting.CORRECTS:
        return officers.act(unit, words, actor, row["deed"], request, words.text)
    if corrected := cases.at(unit.connection, words.chat, words.message):
        kind = Kind.EDIT if words.kind is Kind.TEXT else words.kind
        corrections.follow(unit, replace(words, kind=kind, edited=True), actor, request, corrected, words.text)
    return None
