"""The second look: whatever a new officer says to a citizen waits until somebody who knows the work has read it.

Approval binds to the words: corrected words are a new message with a number of its own, and the old number is void.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.casework import relay
from bot.casework.counter import Counter, Then, about
from bot.conversation import actions
from bot.conversation.reply import Block, Place, Reply, Style
from bot.conversation.visit import Kind, Visit
from bot.desk.access import Share, may_receive
from bot.desk.lifecycle import Refused
from bot.desk.request import Actor, Request, Role
from bot.store import cases, people

CORRECTS = "correct"  # what becomes of a held correction: it takes the place of what was sent
SPOKEN = ("answer", "ask")
type GoesOut = Callable[[Counter, Actor, Request, relay.Written, Then], None]


def is_new(counter: Counter, actor: Actor, request: Request) -> bool:
    """Whether an officer's words wait for a second look here."""
    return _is_new_at(counter, actor, desk_of(actor, request))


def desk_of(author: Actor, request: Request) -> int:
    """The desk for which somebody speaks: the responsible one, or the one that is asked to take it over."""
    return request.commune if author.serves(request.commune) else request.transfer_to or request.commune


def _is_new_at(counter: Counter, actor: Actor, commune: int) -> bool:
    post = actor.serves(commune)
    return post is not None and post.role is not Role.LEADER and post.answers < counter.rules.approved_answers


def reviewers(counter: Counter, author: Actor, request: Request) -> list[str]:
    """Who looks: those who know the work, else the leaders, else the province. Empty: nobody does."""
    desk = desk_of(author, request)
    here = [row for row in people.at_commune(counter.connection, desk) if row["away_since"] is None]
    leaders = [row["person"] for row in here if row["role"] == Role.LEADER]
    known = [row["person"] for row in here if row["answers"] >= counter.rules.approved_answers]
    above = [row["person"] for row in people.of_province(counter.connection, request.province)]
    for found in (known, leaders, above):
        able = [one for one in dict.fromkeys(found) if _may_look(counter, counter.actor(one), author, request, desk)]
        if able:
            return able
    return []


def _may_look(counter: Counter, actor: Actor, author: Actor, request: Request, desk: int) -> bool:
    if actor.person == author.person or not may_receive(actor, request, Share.REVIEW):
        return False
    knows = actor.serves(desk) is not None and not _is_new_at(counter, actor, desk)
    return knows or actor.stands_for(request.province)


def hold(counter: Counter, visit: Visit, author: Actor, request: Request, deed: str, text: str) -> None:
    """Keep the words, show them to whoever is to look, and tell the author that nothing has been sent."""
    _supersede(counter, visit, request)
    number = relay.wrote(
        counter, request, visit, side="staff", text=text, state="held", deed=deed, commune=desk_of(author, request)
    )
    if row := cases.message(counter.connection, number):
        _ask(counter, author, request, row)
    line = counter.scene(visit.who).line("approval.waits", number=number, code=request.code)
    counter.answer(visit, about(Reply(blocks=(line,)), request))


def _supersede(counter: Counter, visit: Visit, request: Request) -> None:
    """Words that were corrected while they waited wait no more: their number is void."""
    for row in cases.waiting_at(counter.connection, visit.chat, visit.message):
        withdraw(counter, request, row, "approval.corrected")


def withdraw(counter: Counter, request: Request, row: cases.Row, key: str) -> None:
    """Nothing is left to decide of what waited, and whoever was asked sees that."""
    if cases.send_back(counter.connection, row["id"]):
        author = counter.actor(row["author"])
        for chat, topic in _asked_in(counter, author, request):
            line = counter.desk_scene(request.commune).line(key, number=row["id"])
            place = Place(name=f"approval:{row['id']}", topic=topic, about=request.code, share=Share.REVIEW)
            counter.put(chat, Reply(blocks=(line,), place=place))


def _asked_in(counter: Counter, author: Actor, request: Request) -> list[tuple[str, str | None]]:
    """Where the question stands: in the conversation's room where a colleague reads there, else with each of them."""
    desk, looking = desk_of(author, request), reviewers(counter, author, request)
    group = counter.desk(desk)
    alone: list[tuple[str, str | None]] = [(person, None) for person in looking]
    if group is None or request.for_leaders:
        return alone
    colleague = any(one.serves(desk) and not one.leads(desk) for one in map(counter.actor, looking))
    room: tuple[str, str | None] = (group, f"topic:{request.code}" if desk == request.commune else None)
    return [room] if colleague else [room, *alone]


def _ask(counter: Counter, author: Actor, request: Request, row: cases.Row) -> None:
    scene, number = counter.desk_scene(request.commune), row["id"]
    buttons = (
        (scene.button("do.approve", actions.Approve(number)), scene.button("do.return", actions.SendBack(number))),
    )
    values = {"who": author.name, "code": request.code, "number": number, "what": scene.say(f"deed.{row['deed']}")}
    words = row["text"] or scene.say("approval.attachment")
    blocks = (scene.title("approval.asked", **values), Block(text=words),
              Block(text=scene.say("approval.how", number=number), style=Style.NOTE))  # fmt: skip
    for chat, topic in _asked_in(counter, author, request):
        place = Place(topic=topic, about=request.code, share=Share.REVIEW)
        if row["kind"] not in relay.WORDS and chat != row["chat"]:
            copies = tuple((one["chat"], one["message"], 0) for one in cases.together(counter.connection, row["id"]))
            counter.put(chat, Reply(blocks=(), place=replace(place, copies=copies)))
        counter.put(chat, Reply(blocks=blocks, buttons=buttons, place=replace(place, name=f"approval:{number}")))


def may_decide(counter: Counter, actor: Actor, request: Request, row: cases.Row) -> bool:
    """Whether somebody may let words that wait go, or send them back."""
    author = Actor(person=row["author"])
    return _works_here(actor, request) and _may_look(counter, actor, author, request, row["commune"] or request.commune)


def decide(
    counter: Counter, visit: Visit, actor: Actor, number: int, *, why: str | None, deeds: Mapping[str, GoesOut]
) -> None:
    """Somebody has looked: it goes out, or back with a reason (`why`). Raises Refused."""
    row = cases.message(counter.connection, number)
    request = counter.request(row["code"]) if row else None
    if row is None or request is None or row["side"] not in ("staff", "past") or not _works_here(actor, request):
        raise Refused("unknown")
    if not _may_look(counter, actor, Actor(person=row["author"]), request, row["commune"] or request.commune):
        raise Refused("another_approves")
    if row["state"] != "held":
        raise Refused("decided")
    if why is None:
        return _approve(counter, visit, actor, request, row, deeds)
    return _return(counter, visit, actor, request, row, why)


def _works_here(actor: Actor, request: Request) -> bool:
    return may_receive(actor, request, Share.REVIEW) and actor.person != request.citizen


def _approve(
    counter: Counter, visit: Visit, actor: Actor, request: Request, row: cases.Row, deeds: Mapping[str, GoesOut]
) -> None:
    author = counter.actor(row["author"] or request.owner or "", row["name"])
    approved = _said(counter, visit, request, row, "approval.sent", who=actor.name, number=row["id"])
    if not cases.release(counter.connection, row["id"]):
        raise Refused("decided")
    try:
        deeds[row["deed"]](
            counter, author, request, row, tuple(one for each in approved for one in counter.then_to(*each))
        )
    except Refused:
        cases.rewrite(counter.connection, row["id"], state="held")  # it has not gone out
        raise
    if row["deed"] not in SPOKEN:
        cases.rewrite(counter.connection, row["id"], side="past")  # a reason stands in the event, no message of its own
    counter.audit(actor, "approve", request.code)


def _return(counter: Counter, visit: Visit, actor: Actor, request: Request, row: cases.Row, why: str) -> None:
    if not cases.send_back(counter.connection, row["id"]):
        raise Refused("decided")
    counter.audit(actor, "send_back", request.code)
    for chat, payload in _said(
        counter, visit, request, row, "approval.returned", who=actor.name, number=row["id"], why=why
    ):
        counter.put(chat, payload)


def _said(
    counter: Counter, visit: Visit, request: Request, row: cases.Row, key: str, **values: object
) -> list[tuple[str, Reply]]:
    """What whoever wrote it hears of what became of it, and so does whoever decided: chat and words."""
    said = Reply(blocks=(counter.desk_scene(request.commune).line(key, **values),))
    group = counter.desk(row["commune"] or request.commune)
    where = group if group and not request.for_leaders else row["author"]
    topic = f"topic:{request.code}" if where == group and row["commune"] == request.commune else None
    told = [(where, about(replace(said, place=Place(topic=topic)), request))]
    return told if visit.chat == where else [*told, (visit.chat, said)]


def hold_correction(counter: Counter, visit: Visit, actor: Actor, request: Request, row: cases.Row) -> bool:
    """An edit of what waits is what the colleague sees; one of what was sent is looked at again. False: it goes out."""
    waits = row["state"] == "held"
    if row["side"] != "staff" or row["author"] != actor.person or row["state"] == "gone" or not visit.text.strip():
        return False
    if not waits and not (is_new(counter, actor, request) and reviewers(counter, actor, request)):
        return False
    if waits or visit.text != row["text"]:
        deed = row["deed"] if waits else CORRECTS
        kind = Kind(row["kind"]) if row["kind"] not in relay.WORDS else visit.kind
        hold(counter, replace(visit, kind=kind), actor, request, deed, visit.text)
    return True


def correct(counter: Counter, _author: Actor, request: Request, row: relay.Written, then: Then) -> None:
    """A correction has been approved: it takes the place of what was sent."""
    sent = cases.sent_at(counter.connection, row["chat"], row["message"])
    if sent is None:
        raise Refused("decided")
    cases.rewrite(counter.connection, sent["id"], text=row["text"])
    if fresh := cases.message(counter.connection, sent["id"]):
        relay.to_citizen(counter, request, fresh, then=then)
