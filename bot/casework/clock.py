"""What time does: drafts vanish, promises come near and are broken, silence ends, mornings begin."""

import logging
from dataclasses import replace

from bot.casework import astray, officers, staffing
from bot.casework import people as privacy_of
from bot.casework.counter import Counter
from bot.conversation.citizen import requests
from bot.conversation.reply import Reply
from bot.desk.deadlines import Reminder
from bot.desk.lifecycle import Action, Refused
from bot.desk.request import CLOCK, Request, Role, Status
from bot.store import agenda, people
from bot.store.agenda import Entry
from bot.store.outbox import Priority

log = logging.getLogger(__name__)


class UnknownEntry(Exception):
    """The agenda holds an entry of a kind that this version does not know: a newer replica's, perhaps."""


def keep(counter: Counter, entry: Entry) -> bool:
    """Do what an entry of the agenda says, once. False: somebody else has."""
    if not agenda.take(counter.connection, entry):
        return False
    if entry.kind == "digest":
        staffing.digest(counter, int(entry.subject))
        return True
    if entry.kind == astray.PROBE:
        astray.probe(counter, entry.subject)
        return True
    if entry.kind == privacy_of.NIGHTLY:
        done = privacy_of.let_go(counter)
        log.info("kept for its days and deleted: %s", ", ".join(f"{count} {what}" for what, count in done.items()))
        return True
    if entry.kind not in DUTIES:  # undone with its transaction: whoever knows the kind finds it where it was
        raise UnknownEntry(entry.kind)
    if request := counter.request(entry.subject):
        try:
            DUTIES[Reminder(entry.kind)](counter, request)
        except Refused:
            return True  # it has moved on since
    return True


def _draft(counter: Counter, request: Request) -> None:
    if request.status is not Status.DRAFT:
        return
    counter.deed(request, Action.DROP, CLOCK)
    if (people.writing_in(counter.connection, request.citizen) or "")[1:] == request.code:
        people.write_in(counter.connection, request.citizen, None, now=counter.now)
    said = Reply(blocks=(counter.citizen_scene(request).line("draft.vanished"),))
    counter.put(request.citizen, said, priority=Priority.REMINDER)


def _due_soon(counter: Counter, request: Request) -> None:
    request = counter.deed(request, Action.REMIND, CLOCK, reminder="due_soon")
    _to_desk(counter, request, "room.due_soon")
    _to_leaders(counter, request, "leader.due_soon")


def _overdue(counter: Counter, request: Request) -> None:
    """The card turns red, the citizen is told with a new time, the leader hears of it once."""
    first_time = "overdue" not in request.raised
    request = counter.deed(request, Action.LATE, CLOCK)
    scene = counter.citizen_scene(request)
    if due := request.next_due:
        late = requests.told(scene, request, "told.late", when=scene.moment(due))
        counter.put(request.citizen, replace(late, place=replace(late.place, about=request.code)))
    _to_desk(counter, request, "room.overdue")
    if first_time:
        _to_leaders(counter, request, "leader.overdue")


def _to_leaders(counter: Counter, request: Request, key: str) -> None:
    said = counter.desk_scene(request.commune).line(key, code=request.code, who=request.owner_name or "—")
    for leader in counter.crew(request.commune, Role.LEADER):
        counter.put(leader, Reply(blocks=(said,)), priority=Priority.REMINDER)


def _silent(counter: Counter, request: Request) -> None:
    if request.status is Status.CLAIMED:
        officers.clock_releases(counter, request)


def _bot_offers(counter: Counter, request: Request) -> None:
    """Nobody has written for a while: the bot is there again, if wanted."""
    request = counter.deed(request, Action.REMIND, CLOCK, reminder="bot_offers")
    if people.writing_in(counter.connection, request.citizen) == request.code:
        counter.tell_citizen(request, requests.told(counter.citizen_scene(request), request, "told.bot_offers"))


def _to_desk(counter: Counter, request: Request, key: str) -> None:
    scene = counter.desk_scene(request.commune)
    if request.owner and (due := request.next_due):
        counter.tell_desk(request, Reply(blocks=(scene.line(key, code=request.code, when=scene.moment(due)),)))


DUTIES = {
    Reminder.DRAFT: _draft,
    Reminder.DUE_SOON: _due_soon,
    Reminder.OVERDUE: _overdue,
    Reminder.SILENT: _silent,
    Reminder.BOT_OFFERS: _bot_offers,
}
