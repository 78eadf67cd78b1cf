"""What time does: drafts vanish, promises come near and are broken, silence ends, mornings begin."""

import logging
from dataclasses import replace

from bot.casework import ahead, appointments, astray, broadcasts, officers, scorecard, staffing
from bot.casework import people as privacy_of
from bot.casework.counter import Counter
from bot.conversation import actions
from bot.conversation.actions import DeskVerb
from bot.conversation.citizen import requests
from bot.conversation.reply import Place, Reply
from bot.conversation.staff.cards import commune_name
from bot.desk.access import Share
from bot.desk.deadlines import Reminder
from bot.desk.lifecycle import Action, Refused
from bot.desk.request import CLOCK, Request, Role, Status
from bot.store import agenda, cases, people
from bot.store.agenda import Entry
from bot.store.outbox import Priority

log = logging.getLogger(__name__)

TOLD_AGAIN = 3  # times that a broken promise is spoken of; after that the card is red, and everybody knows


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
    if entry.kind in broadcasts.DUTIES:
        broadcasts.keep(counter, entry)
        return True
    if entry.kind in appointments.DUTIES:
        appointments.keep(counter, entry)
        return True
    if entry.kind in ahead.DUTIES:
        ahead.keep(counter, entry)
        return True
    if entry.kind == scorecard.NIGHTLY:
        log.info("reckoned; published anew: %s", ", ".join(scorecard.nightly(counter)) or "nothing")
        return True
    if entry.kind == "monthly":
        scorecard.monthly(counter, int(entry.subject.partition(":")[2]))
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
    """The card turns red; the citizen is told once with a new time, then who answers for it, then who else knows."""
    request = counter.deed(request, Action.LATE, CLOCK)
    times = cases.times_late(counter.connection, request.code)
    match times:
        case 1:
            _apologise(counter, request)
            _to_leaders(counter, request, "leader.overdue")
        case 2:
            _name_somebody(counter, request)
        case 3:
            _tell_above(counter, request)
    if times <= TOLD_AGAIN:
        _to_desk(counter, request, "room.overdue" if times == 1 else "room.overdue_again")


def _apologise(counter: Counter, request: Request) -> None:
    scene = counter.citizen_scene(request)
    if due := request.next_due:
        _to_citizen(counter, request, requests.told(scene, request, "told.late", when=scene.moment(due)))


def _name_somebody(counter: Counter, request: Request) -> None:
    """The leader of the desk, else whoever holds it: the citizen knows whom to ask for."""
    posts = people.at_commune(counter.connection, request.commune)
    leader = next((row["name"] for row in posts if row["role"] == Role.LEADER), "")
    if who := leader or request.owner_name:
        scene = counter.citizen_scene(request)
        _to_citizen(counter, request, requests.told(scene, request, "told.late_named", who=who))


def _tell_above(counter: Counter, request: Request) -> None:
    """The province hears that it waits, not what it says; the citizen that it does, where anybody there hears it."""
    above = [row["person"] for row in people.of_province(counter.connection, request.province)]
    for person in above:
        _about_desk(counter, request, person, "above.overdue")
    if above:
        _to_citizen(counter, request, requests.told(counter.citizen_scene(request), request, "told.late_above"))


def _to_citizen(counter: Counter, request: Request, reply: Reply) -> None:
    counter.put(request.citizen, replace(reply, place=replace(reply.place, about=request.code)))


def _to_leaders(counter: Counter, request: Request, key: str) -> None:
    """Where the desk has no leader and nobody holds it, its people; where it has nobody, whoever is above."""
    leaders = counter.crew(request.commune, Role.LEADER)
    for leader in leaders:
        _about_desk(counter, request, leader, key)
    if leaders or request.owner or (request.for_leaders and counter.crew(request.commune)):
        return
    readers = counter.readers(request, request.commune)
    for reader in readers:
        _unclaimed(counter, request, reader, key)
    if not readers:
        above = [row["person"] for row in people.of_province(counter.connection, request.province)]
        for person in above or ([counter.house.admin] if counter.house.admin else []):
            _about_desk(counter, request, person, "above.nobody")


def _about_desk(counter: Counter, request: Request, chat: str, key: str) -> None:
    scene = counter.desk_scene(request.commune)
    values = {"code": request.code, "who": request.owner_name or "—", "commune": commune_name(scene, request.commune)}
    counter.put(chat, Reply(blocks=(scene.line(key, **values),)), priority=Priority.REMINDER)


def _unclaimed(counter: Counter, request: Request, chat: str, key: str) -> None:
    """To everybody who could take it: nobody has."""
    scene = counter.desk_scene(request.commune)
    claim = ((scene.button("queue.claim", actions.Deed(DeskVerb.CLAIM, request.code), code=request.code),),)
    line = scene.line("desk.unclaimed_late" if key == "leader.overdue" else "desk.unclaimed_soon", code=request.code)
    said = Reply(blocks=(line,), buttons=claim, place=Place(about=request.code, share=Share.CARD))
    counter.put(chat, said, priority=Priority.REMINDER)


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
