"""Who serves: joining with a one-time code, the staff group, coming and going; the lists and figures of a desk."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence

from bot.casework import helping, officers, scorecard, second_look
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation.reply import Reply
from bot.conversation.staff import cards
from bot.conversation.visit import Visit
from bot.desk.access import Share, may_receive
from bot.desk.lifecycle import Refused, parts_of
from bot.desk.request import SCREEN, Actor, Post, Request, Role, Status
from bot.desk.working_time import VIETNAM
from bot.store import agenda, audit, cases, passkeys, people, seats, windows
from bot.store.outbox import Priority

TRIES = 5
INVITATION_LIVES = dt.timedelta(days=7)
DAYS_OF_STATS = 30
CODE_BYTES = 10
LONGEST_NAME = 40
NUMBERS = 10**15  # of those who joined in a browser: nobody guesses one, and a button holds it
CLOSE = "off"


def hash_of(code: str) -> str:
    """What is kept of an invitation."""
    return hashlib.sha256(code.strip().encode()).hexdigest()


def new_code() -> str:
    """A one-time code: 80 bits, letters and digits."""
    return secrets.token_hex(CODE_BYTES)


def invite(unit: UnitOfWork, *, commune: int, role: Role) -> str:
    """A code that makes whoever sends it first a member of staff. Raises KeyError for an unknown commune."""
    place = unit.house.knowledge.gazetteer.communes[commune]
    code = new_code()
    people.invite(
        unit.connection,
        hash_=hash_of(code),
        role=role.value,
        commune=commune,
        province=place.province_code,
        expires_at=unit.now + INVITATION_LIVES,
    )
    return code


# Joining and leaving


def join(unit: UnitOfWork, visit: Visit, code: str) -> None:
    """`/join CODE`, in private only: in a group everybody would read the code."""
    scene = unit.scene(visit.who)
    if not visit.private:
        return unit.answer(visit, Reply(blocks=(scene.line("join.private"),)))
    if unit.is_visit(visit.chat):  # it ends with the day, and what is done there is nobody's
        return unit.answer(visit, Reply(blocks=(scene.line("join.elsewhere"),)))
    if not code.strip():
        return unit.answer(visit, Reply(blocks=(scene.line("join.usage"),)))
    row = _appoint(unit, visit, code)
    if row is None:
        return None
    commune = cards.commune_name(scene, row["commune"])
    values = {"role": scene.say(f"role.{row['role']}"), "commune": commune, "name": visit.name}
    how = "join.how_helper" if row["role"] == Role.HELPER else "join.how"
    unit.answer(visit, Reply(blocks=(scene.line("join.welcome", **values), scene.line(how))))
    if row["role"] in (Role.OFFICER, Role.LEADER):
        plan_digest(unit, row["commune"])
    return show_waiting(unit, row["commune"], visit.who)


def join_on_screen(unit: UnitOfWork, code: str, name: str, origin: str) -> str:
    """An invitation taken in a browser, by somebody without a chat: who they are from now on. Raises Refused.

    `origin`: a mark of the address that guesses are counted by. Whoever helps people to file needs a chat.
    """
    name, hash_ = " ".join(name.split())[:LONGEST_NAME], hash_of(code)
    if windows.counted(unit.connection, windows.TRIES, origin, now=unit.now) >= TRIES:
        raise Refused("join_many")
    if not name:
        raise Refused("join_name")
    row, person = people.invitation(unit.connection, hash_), f"{SCREEN}{secrets.randbelow(NUMBERS)}"
    if row and row["role"] == Role.HELPER and row["used_by"] is None:
        raise Refused("join_helper")
    if row is None or not people.use_invitation(unit.connection, hash_, person=person, now=unit.now):
        windows.count(unit.connection, windows.TRIES, origin, now=unit.now)
        raise Refused("join_wrong")
    people.appoint(unit.connection, person=person, name=name, role=row["role"], commune=row["commune"],
                   province=row["province"], now=unit.now)  # fmt: skip
    unit.audit(unit.actor(person), "join", f"{row['role']}:{row['commune']}")
    if row["role"] in (Role.OFFICER, Role.LEADER):
        plan_digest(unit, row["commune"])
    return person


def _appoint(unit: UnitOfWork, visit: Visit, code: str) -> people.Row | None:
    """Use an invitation up; None where it is none – said in the same words whatever the reason."""
    scene = unit.scene(visit.who)
    marks = [unit.mark(visit.who), *([visit.origin] if visit.origin else [])]  # a new visit is no new guesser
    if any(windows.counted(unit.connection, windows.TRIES, mark, now=unit.now) >= TRIES for mark in marks):
        unit.answer(visit, Reply(blocks=(scene.line("join.too_many"),)))
        return None
    hash_ = hash_of(code)
    row = people.invitation(unit.connection, hash_)
    mine = row is not None and row["used_by"] == visit.who and unit.actor(visit.who).posts
    if row is None or not (mine or people.use_invitation(unit.connection, hash_, person=visit.who, now=unit.now)):
        for mark in marks:
            windows.count(unit.connection, windows.TRIES, mark, now=unit.now)
        unit.answer(visit, Reply(blocks=(scene.line("join.wrong"),)))
        return None
    if not mine:
        people.appoint(unit.connection, person=visit.who, name=visit.name, role=row["role"],
                       commune=row["commune"], province=row["province"], now=unit.now)  # fmt: skip
        unit.audit(unit.actor(visit.who), "join", f"{row['role']}:{row['commune']}")
    return row


def make_desk(unit: UnitOfWork, visit: Visit, actor: Actor, code: str) -> None:
    """`/desk CODE` in a supergroup: CODE is a ward code for those who serve there, or an invitation."""
    scene = unit.scene(visit.who)
    if visit.private or visit.group != "supergroup":
        return unit.answer(visit, Reply(blocks=(scene.line("desk.where"),)))
    code = code.strip()
    if other := _another_desk(unit, visit, code):
        name = cards.commune_name(scene, other)
        return unit.answer(visit, Reply(blocks=(scene.line("desk.other", commune=name),)))
    if code == CLOSE:
        return _close_desk(unit, visit, actor)
    if code.isascii() and code.isdigit() and len(code) <= 5:
        commune = int(code)
        if not (actor.serves(commune) or actor.is_admin) or commune not in unit.communes:
            return unit.answer(visit, Reply(blocks=(scene.line("desk.not_yours"),)))
    elif code:
        row = _appoint(unit, visit, code)
        if row is None:
            return None
        commune = row["commune"]
    else:
        return unit.answer(visit, Reply(blocks=(scene.line("desk.usage"),)))
    if _taken(unit, visit, actor, commune):
        return unit.answer(visit, Reply(blocks=(scene.line("desk.leader_moves"),)))
    people.set_desk(unit.connection, chat=visit.chat, commune=commune, forum=visit.forum, now=unit.now)
    name = cards.commune_name(scene, commune)
    key = "desk.set_topics" if visit.forum else "desk.set"
    unit.answer(visit, Reply(blocks=(scene.line(key, commune=name),)))
    plan_digest(unit, commune)
    return show_waiting(unit, commune, visit.chat)


def _another_desk(unit: UnitOfWork, visit: Visit, code: str) -> int | None:
    """The commune whose desk the group is already, where the code is another's: it is never taken over unasked."""
    desk = people.desk_in(unit.connection, visit.chat)
    if desk is None or code == CLOSE:
        return None
    if code.isascii() and code.isdigit():
        return None if int(code[:9]) == desk["commune"] else int(desk["commune"])
    row = people.invitation(unit.connection, hash_of(code)) if code else None
    return int(desk["commune"]) if row and row["commune"] != desk["commune"] else None


def _close_desk(unit: UnitOfWork, visit: Visit, actor: Actor) -> None:
    """`/desk off`: by a leader of the commune or an administrator; until another is made, each reads in their chat."""
    desk, scene = people.desk_in(unit.connection, visit.chat), unit.scene(visit.who)
    if desk is None or not (actor.leads(desk["commune"]) or actor.is_admin):
        return unit.answer(visit, Reply(blocks=(scene.line("desk.leader_moves"),)))
    people.close_desk(unit.connection, visit.chat)
    unit.audit(actor, "desk_off", str(desk["commune"]))
    name = cards.commune_name(scene, desk["commune"])
    unit.answer(visit, Reply(blocks=(scene.line("desk.closed", commune=name),)))
    for person in unit.crew(desk["commune"]):
        show_waiting(unit, desk["commune"], person)
    return None


def _taken(unit: UnitOfWork, visit: Visit, actor: Actor, commune: int) -> bool:
    """Another group is the desk already, and only a leader or an administrator may move it."""
    group = unit.desk(commune)
    return group not in (None, visit.chat) and not (actor.leads(commune) or actor.is_admin)


def show_waiting(unit: UnitOfWork, commune: int, reader: str) -> None:
    """What has been waiting since before its reader was there: behind everything else, and only to them."""
    for request in unit.requests(cases.of_communes(unit.connection, [commune])):
        if reader in unit.readers(request, commune):
            unit.show_card(request, reader, commune, Priority.BACKLOG)


def left(unit: UnitOfWork, visit: Visit) -> None:
    """Whoever leaves the staff group, or is removed from it, serves there no more."""
    desk = people.desk_in(unit.connection, visit.chat)
    if desk is None or not people.dismiss(unit.connection, visit.who, now=unit.now, commune=desk["commune"]):
        return
    hand_over(unit, visit.who, commune=desk["commune"])
    second_look.ask_again(unit, [desk["commune"]])


def hand_over(unit: UnitOfWork, person: str, *, commune: int | None = None, but: Status | None = None) -> int:
    """What somebody held goes back to the queue, and both sides know; how many."""
    owned = unit.requests(cases.owned(unit.connection, person))
    held = [r for r in owned if commune in (None, r.commune) and r.status is not but]
    for request in held:
        officers.depart(unit, request)
    return len(held)


def revoke(unit: UnitOfWork, person: str) -> int:
    """End all posts of somebody at once; how many. What they held goes back to the queue."""
    held, actor = cases.owned(unit.connection, person), unit.actor(person)
    posts = actor.posts
    audit.note(unit.connection, actor="administrator", action="revoke", subject=person, now=unit.now)
    ended = people.dismiss(unit.connection, person, now=unit.now)
    seats.end_all(unit.connection, person)
    helping.ended(unit, person)
    passkeys.forget(unit.connection, person)
    if held:
        hand_over(unit, person)
    second_look.ask_again(unit, _looked_after(unit, posts))
    for province in {post.province for post in posts if post.role is Role.PROVINCE}:
        officers.nobody_above(unit, province)
    if ended:
        _still_in_group(unit, actor.name, posts)
    return ended


def groups_read_by(unit: UnitOfWork, person: str) -> list[str]:
    """The communes whose staff group somebody may be in; all who are in it read what it gets, even without a post."""
    communes = dict.fromkeys(post.commune for post in unit.actor(person).posts)
    return [cards.commune_name(unit.desk_scene(one), one) for one in communes if people.desk_of(unit.connection, one)]


def _still_in_group(unit: UnitOfWork, name: str, posts: Sequence[Post]) -> None:
    """The bot removes nobody from a group: whoever leads the desk is asked to."""
    for commune in dict.fromkeys(post.commune for post in posts):
        if people.desk_of(unit.connection, commune):
            scene = unit.desk_scene(commune)
            said = scene.line("leader.still_in_group", who=name, commune=cards.commune_name(scene, commune))
            for leader in unit.crew(commune, Role.LEADER):
                unit.put(leader, Reply(blocks=(said,)))


def _looked_after(unit: UnitOfWork, posts: Sequence[Post]) -> list[int]:
    """The desks for which whoever holds these posts looks at new officers' words."""
    above = {post.province for post in posts if post.role is Role.PROVINCE}
    known = unit.house.knowledge.gazetteer.communes.values() if above else ()
    return [*(post.commune for post in posts), *(one.code for one in known if one.province_code in above)]


def away(unit: UnitOfWork, visit: Visit, *, gone: bool) -> None:
    scene = unit.scene(visit.who)
    people.set_away(unit.connection, visit.who, since=unit.now if gone else None)
    count = hand_over(unit, visit.who, but=Status.ESCALATED) if gone else 0
    if gone:
        second_look.ask_again(unit, _looked_after(unit, unit.actor(visit.who).posts))
    unit.answer(visit, Reply(blocks=(scene.line("away.gone" if gone else "away.back", count=count),)))


# Lists and figures


def queue(unit: UnitOfWork, visit: Visit, actor: Actor) -> None:
    """`/queue`: in the group the desk's, in private everything one may work on."""
    desk = people.desk_in(unit.connection, visit.chat)
    communes = [desk["commune"]] if desk else sorted({p.commune for p in actor.posts if actor.serves(p.commune)})
    found = unit.requests(cases.of_communes(unit.connection, communes))
    for province in sorted({p.province for p in actor.posts if p.role is Role.PROVINCE}):
        found += [r for r in unit.requests(cases.above(unit.connection, province)) if r not in found]
    if not (visit.private or desk):
        visit = visit.in_private()
    reader = unit.reader(visit.chat)
    readable = [r for r in found if parts_of(actor, r) and may_receive(reader, r, Share.CARD)]
    scene = unit.scene(visit.who)
    unit.answer(visit, cards.queue(scene, cards.sorted_for(visit.who, communes, readable, unit.now)))


def mine(unit: UnitOfWork, visit: Visit, actor: Actor) -> None:
    """`/mine`: what one holds; in one's own chat, wherever it was asked."""
    held = [one for one in unit.requests(cases.owned(unit.connection, actor.person)) if parts_of(actor, one)]
    communes = sorted({one.commune for one in held})
    listed = cards.queue(unit.scene(visit.who), cards.sorted_for(visit.who, communes, held, unit.now))
    unit.answer(visit if visit.private else visit.in_private(), listed)


def stats(unit: UnitOfWork, visit: Visit, actor: Actor) -> None:
    """`/stats`: how each of one's desks did in thirty days; for whoever stands for a province, all of its desks."""
    desk = people.desk_in(unit.connection, visit.chat)
    communes = [desk["commune"]] if desk else sorted({p.commune for p in actor.posts if actor.serves(p.commune)})
    scene = unit.scene(visit.who)
    places = {cards.commune_name(scene, commune): [commune] for commune in communes}
    if not desk:
        places |= _provinces(unit, actor)
    for place, of in places.items():
        unit.answer(visit, cards.stats(scene, place, scorecard.past(unit, of, DAYS_OF_STATS), DAYS_OF_STATS))
    if not places:
        unit.answer(visit, Reply(blocks=(scene.line("queue.empty"),)))


def _provinces(unit: UnitOfWork, actor: Actor) -> dict[str, list[int]]:
    """The communes of each province that somebody stands for, by its name."""
    known = unit.house.knowledge.gazetteer.communes.values()
    stands_for = sorted({post.province for post in actor.posts if post.role is Role.PROVINCE})
    return {
        next((one.province for one in known if one.province_code == code), str(code)): [
            one.code for one in known if one.province_code == code
        ]
        for code in stands_for
    }


# The morning


def plan_digest(unit: UnitOfWork, commune: int) -> None:
    """The next digest: when the next working day begins."""
    if opens := unit.office(commune).morning(unit.now):
        agenda.plan(unit.connection, str(commune), {"digest": opens})
    scorecard.plan_monthly(unit, commune)


def digest(unit: UnitOfWork, commune: int) -> None:
    """The queue, at the opening hour of a working day; nothing where nothing waits, or where nobody serves any more."""
    crew = unit.crew(commune)
    if not crew:
        return
    found = unit.requests(cases.of_communes(unit.connection, [commune]))
    group = unit.desk(commune)
    for chat in [group] if group else crew:
        shown = [request for request in found if chat in unit.readers(request, commune)]
        if shown:
            unit.put(chat, _digest(unit, commune, shown), priority=Priority.REMINDER)
    for leader in unit.crew(commune, Role.LEADER) if found else ():
        unit.put(leader, cards.standing(unit.desk_scene(commune), found), priority=Priority.REMINDER)
    plan_digest(unit, commune)


def _digest(unit: UnitOfWork, commune: int, found: list[Request]) -> Reply:
    scene = unit.desk_scene(commune)
    listed = cards.queue(scene, cards.sorted_for("", [commune], found, unit.now))
    title = scene.title("digest.title", day=scene.day(unit.now.astimezone(VIETNAM).date()))
    return Reply(blocks=(title, *listed.blocks), buttons=listed.buttons, place=listed.place)
