"""What did not arrive: whoever is concerned hears it, and the work goes another way. Nobody is told the opposite."""

import datetime as dt
import logging
from dataclasses import replace
from enum import StrEnum

from bot.casework import ahead, officers, second_look
from bot.casework.unit_of_work import UnitOfWork, about, reply_in
from bot.content.schema import Language
from bot.conversation.citizen import requests
from bot.conversation.reply import Place, Reply
from bot.conversation.staff import cards
from bot.conversation.visit import Visit
from bot.desk.lifecycle import Refused
from bot.desk.request import CLOCK, LIVE, OVER, Level, Request, Role, Status
from bot.store import agenda, alarms, cases, chats, outbox, people, shown
from bot.store.outbox import Priority

log = logging.getLogger(__name__)

TRIED_AGAIN = dt.timedelta(minutes=30)  # whether the desk's group can be written to
PROBE = "desk"


class Why(StrEnum):
    REFUSED = "refused"
    VOICE = "voice"
    UNSURE = "unsure"
    HOPELESS = "hopeless"
    BROKEN = "broken"  # our own mistake, told as one


TO_CITIZEN = {Why.REFUSED: "room.refused", Why.VOICE: "room.no_voice", Why.UNSURE: "room.unsure",
              Why.HOPELESS: "room.refused", Why.BROKEN: "room.refused"}  # fmt: skip
MAY_HAVE_ARRIVED = (Why.VOICE, Why.UNSURE)


# One message


def refused(unit: UnitOfWork, chat: str, reply: Reply, why: Why) -> None:
    """A message that its chat will never show: each side hears what concerns it."""
    place = reply.place
    request = unit.request(place.about)
    if place.final:
        return
    if request and place.hands:
        hand_on(unit, chat, request, reply)
    elif request is None:
        _tell_admin(unit, "admin.not_sent", but=chat)
        if why not in MAY_HAVE_ARRIVED and _is_private(chat):
            _say(unit, chat, Reply(blocks=(unit.scene(chat).line("error.not_sent"),)))
    elif chat == request.told_at:
        _from_desk(unit, request, place, why)
    elif place.relays or place.copies:
        _from_citizen(unit, chat, request, reply)
    else:
        _tell_admin(unit, "admin.not_sent", but=chat)
        _to_each(unit, chat, request, reply)


def kept(unit: UnitOfWork, chat: str, reply: Reply) -> None:
    """The channel lets nothing through until its reader writes again: the desk is not told that it was sent."""
    request = unit.request(reply.place.about)
    if request and chat == request.told_at and (reply.place.relays or reply.place.copies):
        _tell_room(unit, request, "room.kept")


def woken(unit: UnitOfWork, chat: str) -> None:
    """They write again: what was kept goes out; of what nobody asked for and was given up they hear that it was."""
    outbox.wake(unit.connection, chat, now=unit.now)
    if count := outbox.missed(unit.connection, chat):
        _say(unit, chat, Reply(blocks=(unit.scene(chat).line("window.missed", count=count),)))


def _from_desk(unit: UnitOfWork, request: Request, place: Place, why: Why) -> None:
    key = "room.not_taken_back" if place.deletes else TO_CITIZEN[why]
    if not place.deletes:
        _mark_failed(unit, place)
    _tell_room(unit, request, key)
    if not place.deletes and why not in MAY_HAVE_ARRIVED:
        _tell_leaders(unit, request, "leader.not_sent", but=request.owner or "")
        _tell_admin(unit, "admin.not_sent")


def _mark_failed(unit: UnitOfWork, place: Place) -> None:
    numbers = [number for _, _, number in place.copies] or ([place.relays] if place.relays else [])
    cases.failed(unit.connection, numbers, now=unit.now)


def _from_citizen(unit: UnitOfWork, chat: str, request: Request, reply: Reply) -> None:
    """What a citizen wrote or showed cannot be brought to the desk: its group refuses it, or everybody does."""
    owner = request.owner if request.owner != chat else None
    if owner and unit.may_receive(owner, request) and chats.is_reachable(unit.connection, owner):
        _alone(unit, owner, request, reply)
        return
    _tell_room(unit, request, "room.not_brought")
    scene = unit.citizen_scene(request)
    _say(unit, request.citizen, requests.told(scene, request, "told.not_brought"), about=request.code)
    _tell_leaders(unit, request, "leader.not_brought")
    _tell_admin(unit, "admin.not_sent")


def _to_each(unit: UnitOfWork, group: str, request: Request, reply: Reply) -> None:
    """What a desk's group does not take and nobody holds yet – a card, words to be looked at – goes to each alone."""
    desk, (kind, _, _) = people.desk_in(unit.connection, group), (reply.place.name or "").partition(":")
    if desk is None or not (kind == "approval" or (kind == "card" and request.owner is None)):
        return
    place = replace(reply.place, topic=None, opens=None)
    for person in unit.crew(desk["commune"]):
        if unit.may_receive(person, request, place.share):
            unit.put(person, replace(reply, replaces=None, place=place))


def _alone(unit: UnitOfWork, owner: str, request: Request, reply: Reply) -> None:
    """To whoever holds it, in their own chat."""
    _tell_room(unit, request, "room.brought_alone", who=request.owner_name)
    _tell_leaders(unit, request, "room.brought_alone", but=owner)
    _tell_admin(unit, "admin.not_sent")
    here = Reply(blocks=(unit.desk_scene(request.commune).line("room.not_in_group", code=request.code),))
    unit.put(owner, about(here, request))
    unit.put(owner, replace(reply, replaces=None, place=replace(reply.place, topic=None)))


def hand_on(unit: UnitOfWork, chat: str, request: Request, reply: Reply) -> None:
    """It has not reached whoever was asked: what is said once it has arrived is said when the next of them has it.

    Who has it already is brought it again; as a rule that changes nothing there. Where nobody is left the desk that
    asked hears so, and the citizen nothing.
    """
    if not reply.place.then or not (request.transfer_to or request.level is not Level.COMMUNE):
        return
    asked = unit.readers(request, request.transfer_to) if request.transfer_to else _above(unit, request)
    others = [one for one in asked if one != chat and chats.is_reachable(unit.connection, one)]
    if others:
        unit.put(others[0], replace(reply, replaces=None))
    else:
        _tell_room(unit, request, "room.not_handed")


def _above(unit: UnitOfWork, request: Request) -> list[str]:
    return [row["person"] for row in people.of_province(unit.connection, request.province)]


def partly(unit: UnitOfWork, chat: str, place: Place, left_out: int) -> None:
    """Of photos that were to be shown together some were left out, and nobody can say which."""
    request = unit.request(place.about)
    if request is None:
        return
    _tell_room(unit, request, "room.partly", count=left_out)
    if chat != request.told_at:
        scene = unit.citizen_scene(request)
        said = requests.told(scene, request, "told.partly", count=left_out)
        _say(unit, request.citizen, said, about=request.code)


# A chat


def topics(unit: UnitOfWork, group: str, *, opened: bool) -> None:
    """Where no topic can be opened, conversations stand in the group itself: told once, until one can be again."""
    alarm = f"topics:{group}"
    if opened:
        alarms.end(unit.connection, alarm)
        return
    desk = people.desk_in(unit.connection, group)
    if desk and alarms.ring(unit.connection, alarm, now=unit.now):
        commune = _name(unit, desk["commune"])
        for leader in unit.crew(desk["commune"], Role.LEADER):
            said = unit.desk_scene(desk["commune"]).line("desk.no_topics", commune=commune)
            _say(unit, leader, Reply(blocks=(said,)))
        _tell_admin(unit, "desk.no_topics", commune=commune)


def lost(unit: UnitOfWork, chat: str, why: str) -> None:
    """Nothing reaches a chat any more: a desk's group, an officer's own, or a citizen's."""
    waiting = [reply for payload in outbox.give_up_chat(unit.connection, chat, error=why, now=unit.now)
               if (reply := reply_in(payload))]  # fmt: skip
    chats.lose(unit.connection, chat, why=why, now=unit.now)
    ahead.lost(unit, chat)
    if people.desk_in(unit.connection, chat):
        desk_is_out(unit, chat, waiting)
    elif unit.actor(chat).posts:
        _officer_is_out(unit, chat)
    for reply in waiting:
        if (about := unit.request(reply.place.about)) and about.citizen == chat:
            _mark_failed(unit, reply.place)
        if reply.place.hands and (offered := unit.request(reply.place.about)):
            hand_on(unit, chat, offered, reply)
    for code in dict.fromkeys(reply.place.about for reply in waiting if not reply.place.final):
        request = unit.request(code)
        if request and request.citizen == chat:
            _tell_room(unit, request, "room.undelivered")


def desk_is_out(unit: UnitOfWork, group: str, waiting: list[Reply]) -> None:
    """The desk goes on in its people's own chats; they, the administrator and, where nobody is left, citizens know."""
    agenda.plan(unit.connection, group, {PROBE: unit.now + TRIED_AGAIN})
    commune = people.leave_desk(unit.connection, group, now=unit.now)
    if commune is None:
        return
    crew = unit.crew(commune)
    told = Reply(blocks=(unit.desk_scene(commune).line("desk.out", commune=_name(unit, commune)),))
    for person in crew:
        _say(unit, person, told)
    _tell_admin(unit, "admin.desk_out", commune=_name(unit, commune))
    for request in _live(unit, commune):
        _goes_on_in_private(unit, request)
    for reply in waiting:
        _another_way(unit, reply)
    second_look.ask_again(unit, [commune])
    if not crew:
        _nobody_reads(unit, commune)


def _goes_on_in_private(unit: UnitOfWork, request: Request) -> None:
    if request.owner is None:
        return unit.show_cards(request, priority=Priority.BACKLOG)
    if people.writing_in(unit.connection, request.owner) is None:
        people.write_in(unit.connection, request.owner, request.code, now=unit.now)
    return unit.show_card(request, request.owner, request.commune)


def _another_way(unit: UnitOfWork, reply: Reply) -> None:
    """What waited for the group goes to whoever holds the request; cards have been shown, the rest was the group's."""
    place = reply.place
    request = unit.request(place.about)
    if place.hands:  # for another desk than the one that holds it
        return
    if request and request.owner and request.status in LIVE and not (place.name or "").startswith("card:"):
        own = None if (place.name or "").startswith("topic:") else place.name
        moved = replace(reply, replaces=None, place=replace(place, topic=None, opens=None, name=own))
        unit.put(request.owner, moved)


def _officer_is_out(unit: UnitOfWork, person: str) -> None:
    """An officer who has shut the bot out holds nothing any more that is talked of in their own chat."""
    for request in unit.requests(cases.owned(unit.connection, person)):
        room = unit.room(request)
        if room is None or room[0] != person or request.status is Status.ESCALATED:
            continue
        _tell_leaders(unit, request, "leader.out_of_reach", but=person)
        try:
            officers.give_back(unit, request, CLOCK, "", "told.released")
        except Refused:
            continue
    second_look.ask_again(unit, [post.commune for post in unit.actor(person).posts])
    for post in unit.actor(person).posts:
        if post.role in (Role.OFFICER, Role.LEADER) and not (unit.desk(post.commune) or unit.crew(post.commune)):
            _tell_admin(unit, "admin.nobody_reads", commune=_name(unit, post.commune))
            _nobody_reads(unit, post.commune)


def _nobody_reads(unit: UnitOfWork, commune: int) -> None:
    for request in _live(unit, commune):
        scene = unit.citizen_scene(request)
        _say(unit, request.citizen, requests.told(scene, request, "told.nobody_reads"), about=request.code)


# And back


def probe(unit: UnitOfWork, group: str) -> None:
    """Try whether the desk's group can be written to again: the sentence is true where it arrives."""
    desk = people.desk_in(unit.connection, group)
    if desk and desk["out_since"]:
        unit.put(group, replace(_again(unit, desk["commune"]), place=Place(probes=True, final=True)))


def back(unit: UnitOfWork, group: str) -> None:
    """The group can be written to again: what is open appears there, at its end."""
    commune = people.return_to_desk(unit.connection, group)
    if commune is None:
        return
    agenda.plan(unit.connection, group, {})
    for person in unit.crew(commune):
        _say(unit, person, _again(unit, commune))
    _tell_admin(unit, "admin.desk_back", commune=_name(unit, commune))
    shown.forget_cards(unit.connection, group)
    for request in _live(unit, commune):
        if group in unit.readers(request, commune):
            unit.show_card(request, group, commune)


def standing_changed(unit: UnitOfWork, visit: Visit, *, out: bool) -> None:
    """What Telegram says of the bot's own place in a chat."""
    if out:
        lost(unit, visit.chat, "Forbidden")
        return
    chats.find(unit.connection, visit.chat)
    probe(unit, visit.chat)


def _again(unit: UnitOfWork, commune: int) -> Reply:
    return Reply(blocks=(unit.desk_scene(commune).line("desk.back", commune=_name(unit, commune)),))


def _name(unit: UnitOfWork, commune: int) -> str:
    return cards.commune_name(unit.desk_scene(commune), commune)


def _live(unit: UnitOfWork, commune: int) -> list[Request]:
    found = unit.requests(cases.of_communes(unit.connection, [commune]))
    return [request for request in found if request.commune == commune and request.status not in OVER]


# Words, which are themselves not followed any further


def _tell_room(unit: UnitOfWork, request: Request, key: str, **values: object) -> None:
    line = unit.desk_scene(request.commune).line(key, code=request.code, **values)
    unit.tell_desk(request, Reply(blocks=(line,), place=Place(final=True)))


def _tell_leaders(unit: UnitOfWork, request: Request, key: str, but: str = "") -> None:
    line = unit.desk_scene(request.commune).line(key, code=request.code, who=request.owner_name or "—")
    for leader in unit.crew(request.commune, Role.LEADER):
        if leader != but:
            _say(unit, leader, Reply(blocks=(line,)))


def _tell_admin(unit: UnitOfWork, key: str, but: str = "", **values: object) -> None:
    """Whoever runs the bot, in their chat and in the log: not all of them have a chat."""
    log.warning("%s", unit.house.catalogs[Language.EN].say(key, **values))
    admin = unit.house.admin
    if admin and admin != but:
        _say(unit, admin, Reply(blocks=(unit.scene(admin).line(key, **values),)))


def _say(unit: UnitOfWork, chat: str, reply: Reply, about: str | None = None) -> None:
    unit.put(chat, replace(reply, place=Place(about=about, final=True)))


def _is_private(chat: str) -> bool:
    return ":-" not in chat
