"""The second look: whatever a new officer says to a citizen waits until somebody who knows the work has read it.

Approval binds to the words: corrected words are a new message with a number of its own, and the old number is void.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from bot.casework import doubting, relay
from bot.casework.unit_of_work import Then, UnitOfWork, about
from bot.conversation import actions
from bot.conversation.reply import Block, Button, Place, Reply, Style
from bot.conversation.scene import Scene
from bot.conversation.staff import cards
from bot.conversation.staff.changes import Change, changes, told
from bot.conversation.staff.changes import Kind as ChangeKind
from bot.conversation.visit import Kind, Visit
from bot.desk.access import Share, may_receive
from bot.desk.lifecycle import Refused
from bot.desk.request import OVER, Actor, Request, Role
from bot.store import agenda, cases, people

LOOK = "look"  # the kind of an entry of the agenda
WAITS = "waits:"  # its subject: the number of what waits
LOOKED_AT_WITHIN = dt.timedelta(hours=1)  # of open time; a claimed request is not given back before four
TOLD_FOR = dt.timedelta(days=1)
CORRECTS = "correct"  # what becomes of a held correction: it takes the place of what was sent
SPOKEN = ("answer", "ask")
type GoesOut = Callable[[UnitOfWork, Actor, Request, relay.Written, Then], None]


def is_new(unit: UnitOfWork, actor: Actor, request: Request) -> bool:
    """Whether an officer's words wait for a second look here."""
    return _is_new_at(unit, actor, desk_of(actor, request))


def desk_of(author: Actor, request: Request) -> int:
    """The desk for which somebody speaks: the responsible one, or the one that is asked to take it over."""
    return request.commune if author.serves(request.commune) else request.transfer_to or request.commune


def _is_new_at(unit: UnitOfWork, actor: Actor, commune: int) -> bool:
    post = actor.serves(commune)
    return post is not None and post.role is not Role.LEADER and post.answers < unit.rules.approved_answers


def reviewers(unit: UnitOfWork, author: Actor, request: Request) -> list[str]:
    """Who looks: those who know the work, else the leaders, else the province. Empty: nobody does."""
    desk = desk_of(author, request)
    here = [row for row in people.at_commune(unit.connection, desk) if row["away_since"] is None]
    leaders = [row["person"] for row in here if row["role"] == Role.LEADER]
    known = [row["person"] for row in here if row["answers"] >= unit.rules.approved_answers]
    above = [row["person"] for row in people.of_province(unit.connection, request.province)]
    for found in (known, leaders, above):
        able = [one for one in dict.fromkeys(found) if _may_look(unit, unit.actor(one), author, request, desk)]
        if able:
            return able
    return []


def _may_look(unit: UnitOfWork, actor: Actor, author: Actor, request: Request, desk: int) -> bool:
    if actor.person == author.person or not may_receive(actor, request, Share.REVIEW):
        return False
    knows = actor.serves(desk) is not None and not _is_new_at(unit, actor, desk)
    return knows or actor.stands_for(request.province)


def hold(unit: UnitOfWork, visit: Visit, author: Actor, request: Request, deed: str, text: str) -> None:
    """Keep the words, show them to whoever is to look, and tell the author that nothing has been sent."""
    _supersede(unit, visit, request)
    number = relay.wrote(
        unit, request, visit, side="staff", text=text, state="held", deed=deed, commune=desk_of(author, request)
    )
    if row := cases.message(unit.connection, number):
        _ask(unit, author, request, row)
        _plan(unit, request, number)
    line = unit.scene(visit.who).line("approval.waits", number=number, code=request.code)
    unit.answer(visit, about(Reply(blocks=(line,)), request))


def before(unit: UnitOfWork, row: cases.Row) -> str:
    """What stood there before words that wait: what the citizen has, or what its author wrote last and did not go."""
    if row["deed"] == CORRECTS:
        sent = cases.sent_at(unit.connection, row["chat"], row["message"])
        return sent["text"] if sent else ""
    earlier = [
        one["text"]
        for one in cases.said(unit.connection, row["code"], side="staff")
        if one["id"] < row["id"] and one["author"] == row["author"] and one["deed"] == row["deed"]
        and one["state"] == "gone"
    ]  # fmt: skip
    return earlier[-1] if earlier else ""


# The clock of what waits


def look_by(unit: UnitOfWork, request: Request, since: dt.datetime) -> dt.datetime:
    """By when somebody should have looked at what waits since a moment."""
    return unit.office(request.commune).add(since, LOOKED_AT_WITHIN)


def _plan(unit: UnitOfWork, request: Request, number: int) -> None:
    agenda.plan(unit.connection, f"{WAITS}{number}", {LOOK: look_by(unit, request, unit.now)})


def keep(unit: UnitOfWork, entry: agenda.Entry) -> None:
    """Nobody has looked in time: whoever was asked is asked again, each hour of a day, and the leaders with them."""
    row = cases.message(unit.connection, int(entry.subject.removeprefix(WAITS)))
    request = unit.request(row["code"]) if row and row["state"] == "held" else None
    if row is None or request is None or request.status in OVER:
        return
    author, desk = unit.actor(row["author"], row["name"]), row["commune"] or request.commune
    asked = _asked_in(unit, author, request) if reviewers(unit, author, request) else []
    leaders = [(one, None) for one in unit.crew(desk, Role.LEADER)
               if _may_look(unit, unit.actor(one), author, request, desk)]  # fmt: skip
    for chat, topic in dict.fromkeys([*asked, *leaders]):
        scene = unit.desk_scene(desk)
        age = cards.span(scene, unit.office(desk).between(row["at"], unit.now))
        line = scene.line("approval.still", number=row["id"], code=request.code, who=author.name, span=age)
        place = Place(topic=topic, about=request.code, share=Share.REVIEW)
        unit.put(chat, Reply(blocks=(line,), buttons=(_buttons(scene, row["id"]),), place=place))
    if unit.now - row["at"] < TOLD_FOR:
        _plan(unit, request, row["id"])


def _buttons(scene: Scene, number: int) -> tuple[Button, ...]:
    return scene.button("do.approve", actions.Approve(number)), scene.button("do.return", actions.SendBack(number))


def _supersede(unit: UnitOfWork, visit: Visit, request: Request) -> None:
    """Words that were corrected while they waited wait no more: their number is void."""
    for row in cases.waiting_at(unit.connection, visit.chat, visit.message):
        withdraw(unit, request, row, "approval.corrected")


def withdraw(unit: UnitOfWork, request: Request, row: cases.Row, key: str) -> None:
    """Nothing is left to decide of what waited, and whoever was asked sees that."""
    if cases.send_back(unit.connection, row["id"]):
        author = unit.actor(row["author"])
        for chat, topic in _asked_in(unit, author, request):
            line = unit.desk_scene(request.commune).line(key, number=row["id"])
            place = Place(name=f"approval:{row['id']}", topic=topic, about=request.code, share=Share.REVIEW)
            unit.put(chat, Reply(blocks=(line,), place=place))


def _asked_in(unit: UnitOfWork, author: Actor, request: Request) -> list[tuple[str, str | None]]:
    """Where the question stands: in the conversation's room where a colleague reads there, else with each of them."""
    desk, looking = desk_of(author, request), reviewers(unit, author, request)
    group = unit.desk(desk)
    alone: list[tuple[str, str | None]] = [(person, None) for person in looking]
    if group is None or request.for_leaders:
        return alone
    colleague = any(one.serves(desk) and not one.leads(desk) for one in map(unit.actor, looking))
    room: tuple[str, str | None] = (group, f"topic:{request.code}" if desk == request.commune else None)
    return [room] if colleague else [room, *alone]


def _ask(unit: UnitOfWork, author: Actor, request: Request, row: cases.Row) -> None:
    scene, number = unit.desk_scene(request.commune), row["id"]
    buttons = (_buttons(scene, number),)
    values = {"who": author.name, "code": request.code, "number": number, "what": scene.say(f"deed.{row['deed']}")}
    words = row["text"] or scene.say("approval.attachment")
    parts = changes(old, row["text"]) if (old := before(unit, row)) else ()
    by = scene.moment(look_by(unit, request, row["at"]))
    blocks = (scene.title("approval.asked", **values), Block(text=words), *_changed(scene, parts),
              *doubting.blocks(scene, request, row["text"], "against.looked"),
              Block(text=scene.say("approval.how", number=number, when=by), style=Style.NOTE))  # fmt: skip
    for chat, topic in _asked_in(unit, author, request):
        place = Place(topic=topic, about=request.code, share=Share.REVIEW)
        if row["kind"] not in relay.WORDS and chat != row["chat"]:
            copies = tuple((one["chat"], one["message"], 0) for one in cases.together(unit.connection, row["id"]))
            unit.put(chat, Reply(blocks=(), place=replace(place, copies=copies)))
        unit.put(chat, Reply(blocks=blocks, buttons=buttons, place=replace(place, name=f"approval:{number}")))


def _changed(scene: Scene, parts: tuple[Change, ...]) -> tuple[Block, ...]:
    out, new = told(parts, ChangeKind.OUT), told(parts, ChangeKind.IN)
    keys = (("approval.left_out", out), ("approval.put_in", new))
    return tuple(scene.line(key, what=what) for key, what in keys if what)


def ask_again(unit: UnitOfWork, communes: Collection[int]) -> None:
    """Somebody may look no more at what waits: whoever may now is asked; where nobody is left it goes back."""
    for row in cases.held(unit.connection, communes):
        if (request := unit.request(row["code"])) is None:
            continue
        author = unit.actor(row["author"], row["name"])
        if reviewers(unit, author, request):
            _ask(unit, author, request, row)
        elif author.posts and cases.send_back(unit.connection, row["id"]):
            line = unit.desk_scene(request.commune).line("approval.nobody_left", number=row["id"], code=request.code)
            unit.put(*_to_author(unit, request, row, Reply(blocks=(line,))))


def may_decide(unit: UnitOfWork, actor: Actor, request: Request, row: cases.Row) -> bool:
    """Whether somebody may let words that wait go, or send them back."""
    author = Actor(person=row["author"])
    return _works_here(actor, request) and _may_look(unit, actor, author, request, row["commune"] or request.commune)


def decide(
    unit: UnitOfWork, visit: Visit, actor: Actor, number: int, *, why: str | None, deeds: Mapping[str, GoesOut]
) -> None:
    """Somebody has looked: it goes out, or back with a reason (`why`). Raises Refused."""
    row = cases.message(unit.connection, number)
    request = unit.request(row["code"]) if row else None
    if row is None or request is None or row["side"] not in ("staff", "past") or not _works_here(actor, request):
        raise Refused("unknown")
    if not _may_look(unit, actor, Actor(person=row["author"]), request, row["commune"] or request.commune):
        raise Refused("another_approves")
    if row["state"] != "held":
        raise Refused("decided")
    if why is None:
        return _approve(unit, visit, actor, request, row, deeds)
    return _return(unit, visit, actor, request, row, why)


def _works_here(actor: Actor, request: Request) -> bool:
    return may_receive(actor, request, Share.REVIEW) and actor.person != request.citizen


def _approve(
    unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, row: cases.Row, deeds: Mapping[str, GoesOut]
) -> None:
    author = unit.actor(row["author"] or request.owner or "", row["name"])
    approved = _said(unit, visit, request, row, "approval.sent", who=actor.name, number=row["id"])
    if not cases.release(unit.connection, row["id"]):
        raise Refused("decided")
    try:
        deeds[row["deed"]](unit, author, request, row, tuple(one for each in approved for one in unit.then_to(*each)))
    except Refused:
        cases.rewrite(unit.connection, row["id"], state="held")  # it has not gone out
        raise
    if row["deed"] not in SPOKEN:
        cases.rewrite(unit.connection, row["id"], side="past")  # a reason stands in the event, no message of its own
    unit.audit(actor, "approve", request.code)


def _return(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, row: cases.Row, why: str) -> None:
    if not cases.send_back(unit.connection, row["id"]):
        raise Refused("decided")
    unit.audit(actor, "send_back", request.code)
    for chat, payload in _said(
        unit, visit, request, row, "approval.returned", who=actor.name, number=row["id"], why=why
    ):
        unit.put(chat, payload)


def _said(
    unit: UnitOfWork, visit: Visit, request: Request, row: cases.Row, key: str, **values: object
) -> list[tuple[str, Reply]]:
    """What whoever wrote it hears of what became of it, and so does whoever decided: chat and words."""
    said = Reply(blocks=(unit.desk_scene(request.commune).line(key, **values),))
    told = _to_author(unit, request, row, said)
    return [told] if visit.chat == told[0] else [told, (visit.chat, said)]


def _to_author(unit: UnitOfWork, request: Request, row: cases.Row, said: Reply) -> tuple[str, Reply]:
    """Where whoever wrote it reads of it: their desk's group, or their own chat."""
    group = unit.desk(row["commune"] or request.commune)
    where = group if group and not request.for_leaders else row["author"]
    topic = f"topic:{request.code}" if where == group and row["commune"] == request.commune else None
    return where, about(replace(said, place=Place(topic=topic)), request)


def hold_correction(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, row: cases.Row) -> bool:
    """An edit of what waits is what the colleague sees; one of what was sent is looked at again. False: it goes out."""
    waits = row["state"] == "held"
    if row["side"] != "staff" or row["author"] != actor.person or row["state"] == "gone" or not visit.text.strip():
        return False
    if not waits and not (is_new(unit, actor, request) and reviewers(unit, actor, request)):
        return False
    if waits or visit.text != row["text"]:
        deed = row["deed"] if waits else CORRECTS
        kind = Kind(row["kind"]) if row["kind"] not in relay.WORDS else visit.kind
        hold(unit, replace(visit, kind=kind), actor, request, deed, visit.text)
    return True


def correct(unit: UnitOfWork, _author: Actor, request: Request, row: relay.Written, then: Then) -> None:
    """A correction has been approved: it takes the place of what was sent."""
    sent = cases.sent_at(unit.connection, row["chat"], row["message"])
    if sent is None:
        raise Refused("decided")
    cases.rewrite(unit.connection, sent["id"], text=row["text"])
    if fresh := cases.message(unit.connection, sent["id"]):
        relay.to_citizen(unit, request, fresh, then=then)
