"""What time does: drafts vanish, promises come near and are broken, silence ends, mornings begin."""

import logging

from bot.casework import ahead, appointments, astray, broadcasts, officers, scorecard, second_look, staffing, voice
from bot.casework import people as privacy_of
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation.citizen import requests
from bot.conversation.reply import Place, Reply
from bot.conversation.staff import cards
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


def keep(unit: UnitOfWork, entry: Entry) -> bool:
    """Do what an entry of the agenda says, once. False: somebody else has."""
    if not agenda.take(unit.connection, entry):
        return False
    if entry.kind == "digest":
        staffing.digest(unit, int(entry.subject))
        return True
    if entry.kind == astray.PROBE:
        astray.probe(unit, entry.subject)
        return True
    if entry.kind == privacy_of.NIGHTLY:
        done = privacy_of.let_go(unit)
        log.info("kept for its days and deleted: %s", ", ".join(f"{count} {what}" for what, count in done.items()))
        return True
    if entry.kind in broadcasts.DUTIES:
        broadcasts.keep(unit, entry)
        return True
    if entry.kind in appointments.DUTIES:
        appointments.keep(unit, entry)
        return True
    if entry.kind in ahead.DUTIES:
        ahead.keep(unit, entry)
        return True
    if entry.kind == scorecard.NIGHTLY:
        published = [*scorecard.nightly(unit), *voice.nightly(unit)]
        log.info("reckoned; published anew: %s", ", ".join(published) or "nothing")
        return True
    if entry.kind == "monthly":
        voice.monthly(unit, int(entry.subject.partition(":")[2]))
        scorecard.monthly(unit, int(entry.subject.partition(":")[2]))
        return True
    if entry.kind == second_look.LOOK:
        second_look.keep(unit, entry)
        return True
    if entry.kind in voice.DUTIES:
        voice.keep(unit, entry)
        return True
    if entry.kind not in DUTIES:  # undone with its transaction: whoever knows the kind finds it where it was
        raise UnknownEntry(entry.kind)
    if request := unit.request(entry.subject):
        try:
            DUTIES[Reminder(entry.kind)](unit, request)
        except Refused:
            return True  # it has moved on since
    return True


def _draft(unit: UnitOfWork, request: Request) -> None:
    if request.status is not Status.DRAFT:
        return
    unit.execute(request, Action.DROP, CLOCK)
    chat = request.helper or request.citizen
    if (people.writing_in(unit.connection, chat) or "")[1:] == request.code:
        people.write_in(unit.connection, chat, None, now=unit.now)
    said = Reply(blocks=(unit.citizen_scene(request).line("draft.vanished"),))
    unit.put(chat, said, priority=Priority.REMINDER)


def _due_soon(unit: UnitOfWork, request: Request) -> None:
    request = unit.execute(request, Action.REMIND, CLOCK, reminder="due_soon")
    if cases.times_late(unit.connection, request.code) >= TOLD_AGAIN:
        return
    _to_desk(unit, request, "room.due_soon")
    _to_leaders(unit, request, "leader.due_soon")


def _overdue(unit: UnitOfWork, request: Request) -> None:
    """The card turns red; the citizen is told once with a new time, then who answers for it, then who else knows."""
    request = unit.execute(request, Action.LATE, CLOCK)
    times = cases.times_late(unit.connection, request.code)
    match times:
        case 1:
            _apologise(unit, request)
            _to_leaders(unit, request, "leader.overdue")
        case 2:
            _name_somebody(unit, request)
        case 3:
            _tell_above(unit, request)
    if times <= TOLD_AGAIN:
        _to_desk(unit, request, "room.overdue" if times == 1 else "room.overdue_again")


def _apologise(unit: UnitOfWork, request: Request) -> None:
    scene = unit.citizen_scene(request)
    if due := request.next_due:
        unit.tell_citizen(request, requests.told(scene, request, "told.late", when=scene.moment(due)))


def _name_somebody(unit: UnitOfWork, request: Request) -> None:
    """The leader of the desk, else whoever holds it: the citizen knows whom to ask for."""
    posts = people.at_commune(unit.connection, request.commune)
    leader = next((row["name"] for row in posts if row["role"] == Role.LEADER), "")
    if who := leader or request.owner_name:
        scene = unit.citizen_scene(request)
        unit.tell_citizen(request, requests.told(scene, request, "told.late_named", who=who))


def _tell_above(unit: UnitOfWork, request: Request) -> None:
    """The province hears that it waits, not what it says; the citizen that it does, where anybody there hears it."""
    above = [row["person"] for row in people.of_province(unit.connection, request.province)]
    for person in above:
        _about_desk(unit, request, person, "above.overdue")
    if above:
        unit.tell_citizen(request, requests.told(unit.citizen_scene(request), request, "told.late_above"))


def _to_leaders(unit: UnitOfWork, request: Request, key: str) -> None:
    """Where the desk has no leader and nobody holds it, its people; where it has nobody, whoever is above."""
    leaders = unit.crew(request.commune, Role.LEADER)
    for leader in leaders:
        _about_desk(unit, request, leader, key)
    if leaders or request.owner or (request.for_leaders and unit.crew(request.commune)):
        return
    readers = unit.readers(request, request.commune)
    for reader in readers:
        _unclaimed(unit, request, reader, key)
    if not readers:
        above = [row["person"] for row in people.of_province(unit.connection, request.province)]
        if not above:
            log.warning("nobody reads at the desk of commune %05d, and nobody above it", request.commune)
        for person in above or ([unit.house.admin] if unit.house.admin else []):
            _about_desk(unit, request, person, "above.nobody")


def _about_desk(unit: UnitOfWork, request: Request, chat: str, key: str) -> None:
    scene = unit.desk_scene(request.commune)
    values = {
        "code": request.code,
        "who": request.owner_name or "—",
        "commune": cards.commune_name(scene, request.commune),
    }
    unit.put(chat, Reply(blocks=(scene.line(key, **values),)), priority=Priority.REMINDER)


def _unclaimed(unit: UnitOfWork, request: Request, chat: str, key: str) -> None:
    """To everybody who could take it: nobody has."""
    scene = unit.desk_scene(request.commune)
    claim = ((cards.claims(scene, request),),)
    line = scene.line("desk.unclaimed_late" if key == "leader.overdue" else "desk.unclaimed_soon", code=request.code)
    said = Reply(blocks=(line,), buttons=claim, place=Place(about=request.code, share=Share.CARD))
    unit.put(chat, said, priority=Priority.REMINDER)


def _silent(unit: UnitOfWork, request: Request) -> None:
    if request.status is Status.CLAIMED:
        officers.clock_releases(unit, request)


def _bot_offers(unit: UnitOfWork, request: Request) -> None:
    """Nobody has written for a while: the bot is there again, if wanted."""
    request = unit.execute(request, Action.REMIND, CLOCK, reminder="bot_offers")
    if people.writing_in(unit.connection, request.citizen) == request.code:
        unit.tell_citizen(request, requests.told(unit.citizen_scene(request), request, "told.bot_offers"))


def _to_desk(unit: UnitOfWork, request: Request, key: str) -> None:
    scene = unit.desk_scene(request.commune)
    if request.owner and (due := request.next_due):
        unit.tell_desk(request, Reply(blocks=(scene.line(key, code=request.code, when=scene.moment(due)),)))


DUTIES = {
    Reminder.DRAFT: _draft,
    Reminder.DUE_SOON: _due_soon,
    Reminder.OVERDUE: _overdue,
    Reminder.SILENT: _silent,
    Reminder.BOT_OFFERS: _bot_offers,
}
