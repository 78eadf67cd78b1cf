"""What did not arrive: whoever is concerned hears it, and the work goes another way. Nobody is told the opposite."""

import datetime as dt
from dataclasses import replace
from enum import StrEnum

from bot.casework import ahead, officers
from bot.casework.counter import Counter, reply_in
from bot.conversation.citizen import requests
from bot.conversation.reply import Place, Reply
from bot.conversation.staff import cards
from bot.conversation.visit import Visit
from bot.desk.lifecycle import Refused
from bot.desk.request import CLOCK, LIVE, OVER, Level, Request, Role, Status
from bot.store import agenda, cases, chats, outbox, people, shown
from bot.store.outbox import Priority

TRIED_AGAIN = dt.timedelta(minutes=30)  # whether the desk's group can be written to
PROBE = "desk"


class Why(StrEnum):
    REFUSED = "refused"
    VOICE = "voice"
    UNSURE = "unsure"
    HOPELESS = "hopeless"


TO_CITIZEN = {Why.REFUSED: "room.refused", Why.VOICE: "room.no_voice", Why.UNSURE: "room.unsure",
              Why.HOPELESS: "room.refused"}  # fmt: skip


# One message


def refused(counter: Counter, chat: str, reply: Reply, why: Why) -> None:
    """A message that its chat will never show: each side hears what concerns it."""
    place = reply.place
    request = counter.request(place.about)
    if place.final:
        return
    if request and place.hands:
        hand_on(counter, chat, request, reply)
    elif request is None:
        _tell_admin(counter, "admin.not_sent", but=chat)
        if why is Why.HOPELESS and _is_private(chat) and not counter.actor(chat).posts:
            _say(counter, chat, Reply(blocks=(counter.scene(chat).line("error.not_sent"),)))
    elif chat == request.citizen:
        _from_desk(counter, request, place, why)
    elif place.relays or place.copies:
        _from_citizen(counter, request)
    else:
        _tell_admin(counter, "admin.not_sent", but=chat)


def _from_desk(counter: Counter, request: Request, place: Place, why: Why) -> None:
    key = "room.not_taken_back" if place.deletes else TO_CITIZEN[why]
    _tell_room(counter, request, key)


def _from_citizen(counter: Counter, request: Request) -> None:
    """What a citizen wrote or showed cannot be brought to their officer."""
    _tell_room(counter, request, "room.not_brought")
    scene = counter.citizen_scene(request)
    _say(counter, request.citizen, requests.told(scene, request, "told.not_brought"), about=request.code)
    _tell_leaders(counter, request, "leader.not_brought")


def hand_on(counter: Counter, chat: str, request: Request, reply: Reply) -> None:
    """It has not reached whoever was asked: what is said once it has arrived is said when the next of them has it.

    Who has it already is brought it again; as a rule that changes nothing there. Where nobody is left the desk that
    asked hears so, and the citizen nothing.
    """
    if not reply.place.then or not (request.transfer_to or request.level is not Level.COMMUNE):
        return
    asked = counter.readers(request, request.transfer_to) if request.transfer_to else _above(counter, request)
    others = [one for one in asked if one != chat and chats.is_reachable(counter.connection, one)]
    if others:
        counter.put(others[0], replace(reply, replaces=None))
    else:
        _tell_room(counter, request, "room.not_handed")


def _above(counter: Counter, request: Request) -> list[str]:
    return [row["person"] for row in people.of_province(counter.connection, request.province)]


def partly(counter: Counter, chat: str, place: Place, left_out: int) -> None:
    """Of photos that were to be shown together some were left out, and nobody can say which."""
    request = counter.request(place.about)
    if request is None:
        return
    _tell_room(counter, request, "room.partly", count=left_out)
    if chat != request.citizen:
        scene = counter.citizen_scene(request)
        said = requests.told(scene, request, "told.partly", count=left_out)
        _say(counter, request.citizen, said, about=request.code)


# A chat


def lost(counter: Counter, chat: str, why: str) -> None:
    """Nothing reaches a chat any more: a desk's group, an officer's own, or a citizen's."""
    waiting = [reply for payload in outbox.give_up_chat(counter.connection, chat, error=why, now=counter.now)
               if (reply := reply_in(payload))]  # fmt: skip
    chats.lose(counter.connection, chat, why=why, now=counter.now)
    ahead.lost(counter, chat)
    if people.desk_in(counter.connection, chat):
        desk_is_out(counter, chat, waiting)
    elif counter.actor(chat).posts:
        _officer_is_out(counter, chat)
    for reply in waiting:
        if reply.place.hands and (offered := counter.request(reply.place.about)):
            hand_on(counter, chat, offered, reply)
    for code in dict.fromkeys(reply.place.about for reply in waiting if not reply.place.final):
        request = counter.request(code)
        if request and request.citizen == chat:
            _tell_room(counter, request, "room.undelivered")


def desk_is_out(counter: Counter, group: str, waiting: list[Reply]) -> None:
    """The desk goes on in its people's own chats; they, the administrator and, where nobody is left, citizens know."""
    agenda.plan(counter.connection, group, {PROBE: counter.now + TRIED_AGAIN})
    commune = people.leave_desk(counter.connection, group, now=counter.now)
    if commune is None:
        return
    crew = counter.crew(commune)
    told = Reply(blocks=(counter.desk_scene(commune).line("desk.out", commune=_name(counter, commune)),))
    for person in crew:
        _say(counter, person, told)
    _tell_admin(counter, "admin.desk_out", commune=_name(counter, commune))
    for request in _live(counter, commune):
        _goes_on_in_private(counter, request)
    for reply in waiting:
        _another_way(counter, reply)
    if not crew:
        _nobody_reads(counter, commune)


def _goes_on_in_private(counter: Counter, request: Request) -> None:
    if request.owner is None:
        return counter.show_cards(request, priority=Priority.BACKLOG)
    if people.writing_in(counter.connection, request.owner) is None:
        people.write_in(counter.connection, request.owner, request.code, now=counter.now)
    return counter.show_card(request, request.owner, request.commune)


def _another_way(counter: Counter, reply: Reply) -> None:
    """What waited for the group goes to whoever holds the request; cards have been shown, the rest was the group's."""
    place = reply.place
    request = counter.request(place.about)
    if place.hands:  # for another desk than the one that holds it
        return
    if request and request.owner and request.status in LIVE and not (place.name or "").startswith("card:"):
        own = None if (place.name or "").startswith("topic:") else place.name
        moved = replace(reply, replaces=None, place=replace(place, topic=None, opens=None, name=own))
        counter.put(request.owner, moved)


def _officer_is_out(counter: Counter, person: str) -> None:
    """An officer who has shut the bot out holds nothing any more that is talked of in their own chat."""
    for request in counter.requests(cases.owned(counter.connection, person)):
        room = counter.room(request)
        if room is None or room[0] != person or request.status is Status.ESCALATED:
            continue
        _tell_leaders(counter, request, "leader.out_of_reach", but=person)
        try:
            officers.give_back(counter, request, CLOCK, "", "told.released")
        except Refused:
            continue
    for post in counter.actor(person).posts:
        if post.role in (Role.OFFICER, Role.LEADER) and not (counter.desk(post.commune) or counter.crew(post.commune)):
            _tell_admin(counter, "admin.nobody_reads", commune=_name(counter, post.commune))
            _nobody_reads(counter, post.commune)


def _nobody_reads(counter: Counter, commune: int) -> None:
    for request in _live(counter, commune):
        scene = counter.citizen_scene(request)
        _say(counter, request.citizen, requests.told(scene, request, "told.nobody_reads"), about=request.code)


# And back


def probe(counter: Counter, group: str) -> None:
    """Try whether the desk's group can be written to again: the sentence is true where it arrives."""
    desk = people.desk_in(counter.connection, group)
    if desk and desk["out_since"]:
        counter.put(group, replace(_again(counter, desk["commune"]), place=Place(probes=True, final=True)))


def back(counter: Counter, group: str) -> None:
    """The group can be written to again: what is open appears there, at its end."""
    commune = people.return_to_desk(counter.connection, group)
    if commune is None:
        return
    agenda.plan(counter.connection, group, {})
    for person in counter.crew(commune):
        _say(counter, person, _again(counter, commune))
    _tell_admin(counter, "admin.desk_back", commune=_name(counter, commune))
    shown.forget_cards(counter.connection, group)
    for request in _live(counter, commune):
        if group in counter.readers(request, commune):
            counter.show_card(request, group, commune)


def standing_changed(counter: Counter, visit: Visit, *, out: bool) -> None:
    """What Telegram says of the bot's own place in a chat."""
    if out:
        lost(counter, visit.chat, "Forbidden")
        return
    chats.find(counter.connection, visit.chat)
    probe(counter, visit.chat)


def _again(counter: Counter, commune: int) -> Reply:
    return Reply(blocks=(counter.desk_scene(commune).line("desk.back", commune=_name(counter, commune)),))


def _name(counter: Counter, commune: int) -> str:
    return cards.commune_name(counter.desk_scene(commune), commune)


def _live(counter: Counter, commune: int) -> list[Request]:
    found = counter.requests(cases.of_communes(counter.connection, [commune]))
    return [request for request in found if request.commune == commune and request.status not in OVER]


# Words, which are themselves not followed any further


def _tell_room(counter: Counter, request: Request, key: str, **values: object) -> None:
    line = counter.desk_scene(request.commune).line(key, code=request.code, **values)
    counter.tell_desk(request, Reply(blocks=(line,), place=Place(final=True)))


def _tell_leaders(counter: Counter, request: Request, key: str, but: str = "") -> None:
    line = counter.desk_scene(request.commune).line(key, code=request.code, who=request.owner_name or "—")
    for leader in counter.crew(request.commune, Role.LEADER):
        if leader != but:
            _say(counter, leader, Reply(blocks=(line,)))


def _tell_admin(counter: Counter, key: str, but: str = "", **values: object) -> None:
    admin = counter.house.admin
    if admin and admin != but:
        _say(counter, admin, Reply(blocks=(counter.scene(admin).line(key, **values),)))


def _say(counter: Counter, chat: str, reply: Reply, about: str | None = None) -> None:
    counter.put(chat, replace(reply, place=Place(about=about, final=True)))


def _is_private(chat: str) -> bool:
    return ":-" not in chat
