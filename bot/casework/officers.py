"""What an officer does: claim, answer, ask for more, transfer, pass up, note, hand back, close."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.casework import addressee, ahead, citizens, keys, practice, relay, second_look
from bot.casework.counter import Counter, Then, about
from bot.content.proposals import propose
from bot.conversation import actions
from bot.conversation.actions import DeskVerb
from bot.conversation.citizen import requests
from bot.conversation.citizen.answers import answer as entry_answer
from bot.conversation.reply import Block, Button, Place, Reply, Style
from bot.conversation.scene import Scene
from bot.conversation.staff import cards
from bot.conversation.visit import Kind, Point, Visit
from bot.desk.codes import read_code
from bot.desk.lifecycle import Action, Part, Refused, parts_of
from bot.desk.redact import redact
from bot.desk.request import CLOCK, LIVE, OVER, Actor, Level, Request, Role, Status
from bot.desk.working_time import VIETNAM
from bot.store import cases, people, shown
from bot.understanding.fold import fold
from bot.understanding.places import find_exactly

NOTE = "//"
UNSEEN = relay.UNSEEN
MOST_DIGITS = 18  # of a number in a button or command

type Args = tuple[Counter, Visit, Actor, Request, str]


def scene_of(counter: Counter, visit: Visit) -> Scene:
    return counter.scene(visit.chat if visit.private else visit.who)


def seen(counter: Counter, actor: Actor, code: str | None) -> Request | None:
    """A request that this member of staff may see; any other is none."""
    request = counter.request(code)
    return request if request and parts_of(actor, request) - {Part.CITIZEN} else None


def act(counter: Counter, visit: Visit, actor: Actor, verb: str, request: Request, text: str) -> None:
    """Do it, or say why not; in private, where the group it is done in may not read of the request."""
    if not visit.private and not counter.may_receive(visit.chat, request):
        counter.answer(visit, Reply(blocks=(scene_of(counter, visit).line("room.in_private"),)))
        if visit.kind not in (Kind.COMMAND, Kind.BUTTON):
            return
        visit = visit.in_private()
    try:
        DEEDS[verb](counter, visit, actor, request, text.strip())
    except Refused as refused:
        refuse(counter, visit, refused, request)


def refuse(counter: Counter, visit: Visit, refused: Refused, request: Request | None = None) -> None:
    values = {"who": refused.who, "code": request.code if request else ""}
    counter.answer(visit, Reply(blocks=(scene_of(counter, visit).line(f"refused.{refused.reason}", **values),)))


# Claiming and giving back


def claim(counter: Counter, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    request = counter.deed(request, Action.CLAIM, actor)
    counter.audit(actor, "claim", request.code)
    open_room(counter, request)
    tell_claimed(counter, request)


def open_room(counter: Counter, request: Request) -> None:
    """The conversation: a topic, a thread of replies, or the officer's own chat; history first, then a draft answer."""
    scene, room = counter.desk_scene(request.commune), counter.room(request)
    if room is None:
        return
    chat, topic = room
    counter.put(chat, cards.opening(scene, request, topics=topic is not None and counter.has_topics(chat)))
    if topic is None:
        people.write_in(counter.connection, chat, request.code, now=counter.now)
        counter.put(chat, Reply(blocks=(scene.line("room.writing", code=request.code),)))
    known = relay.history(counter, request)
    if not known and request.procedure and (entry := scene.procedure(request.procedure)):
        shown_draft = entry_answer(scene, entry, None)
        blocks = (scene.title("room.draft"), *shown_draft.blocks)
        buttons = ((scene.button("do.send_draft", actions.Deed(DeskVerb.DRAFT, request.code)),),)
        counter.tell_desk(request, Reply(blocks=blocks, buttons=buttons))


def tell_claimed(counter: Counter, request: Request) -> None:
    """The citizen's words go to the officer from now on, unless they are writing in another request."""
    writing = people.writing_in(counter.connection, request.citizen)
    free = not writing or writing == request.code
    if free:
        people.write_in(counter.connection, request.citizen, request.code, now=counter.now)
    key = "told.claimed" if free else "told.claimed_other"
    counter.tell_citizen(request, requests.told(counter.citizen_scene(request), request, key))


def assign(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """`/assign CODE name`: into a colleague's hands; without a name, who is there, and how much each holds."""
    crew = crew_for(counter, request)
    chosen = [one for one in crew if fold(text.strip()) in (fold(one.name), fold(one.person.partition(":")[2]))]
    if len(chosen) != 1:
        if text.strip() and not chosen:
            raise Refused("not_serving", text.strip())
        return _offer_crew(counter, visit, request, chosen or crew)
    return give_to(counter, visit, actor, request, chosen[0])


def give_to(counter: Counter, visit: Visit, actor: Actor, request: Request, holder: Actor) -> None:
    before = request.owner
    request = counter.deed(request, Action.ASSIGN, actor, holder=holder)
    counter.audit(actor, "assign", request.code)
    if before and people.writing_in(counter.connection, before) == request.code:
        people.write_in(counter.connection, before, None, now=counter.now)
    open_room(counter, request)
    tell_claimed(counter, request)
    scene = counter.desk_scene(request.commune)
    for chat, key in ((holder.person, "assigned.you"), (before, "assigned.from_you")):
        if chat and chat != actor.person:
            said = Reply(blocks=(scene.line(key, code=request.code, who=actor.name, name=holder.name),))
            counter.put(chat, about(said, request))
    here = scene_of(counter, visit).line("done.assigned", code=request.code, name=holder.name)
    counter.answer(visit, Reply(blocks=(here,)))


def crew_for(counter: Counter, request: Request) -> list[Actor]:
    """Who may be given a request: of its desk, and there."""
    roles = (Role.LEADER,) if request.for_leaders else (Role.OFFICER, Role.LEADER)
    able = [counter.actor(person) for person in counter.crew(request.commune, *roles)]
    there = [one for one in able if (post := one.serves(request.commune)) and not post.away]
    return [one for one in there if one.person not in (request.owner, request.citizen)]


def _offer_crew(counter: Counter, visit: Visit, request: Request, crew: Sequence[Actor]) -> None:
    scene = scene_of(counter, visit)
    rows = tuple(
        (scene.button("assigned.choose", actions.GiveTo(request.code, one.person.partition(":")[2]), name=one.name,
                      count=len(cases.owned(counter.connection, one.person))),)
        for one in crew
    )  # fmt: skip
    key = "assigned.whom" if rows else "assigned.nobody"
    counter.answer(visit, about(Reply(blocks=(scene.line(key, code=request.code),), buttons=rows), request))


def release(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    give_back(counter, request, actor, text, "told.released")
    counter.answer(visit, Reply(blocks=(scene_of(counter, visit).line("done.released", code=request.code),)))


def to_bot(counter: Counter, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    """The bot speaks with the citizen again; the request stays where it is."""
    check_may_answer(request, actor)
    if people.writing_in(counter.connection, request.citizen) == request.code:
        people.write_in(counter.connection, request.citizen, None, now=counter.now)
    counter.tell_citizen(request, requests.told(counter.citizen_scene(request), request, "told.to_bot"))
    counter.answer(visit, Reply(blocks=(scene_of(counter, visit).line("done.to_bot", code=request.code),)))


def give_back(counter: Counter, request: Request, actor: Actor, why: str, key: str) -> None:
    """Into the queue again; the other side knows."""
    owner = request.owner
    request = counter.deed(request, Action.RELEASE, actor, why=why)
    for chat in {request.citizen, owner or request.citizen}:
        if people.writing_in(counter.connection, chat) == request.code:
            people.write_in(counter.connection, chat, None, now=counter.now)
    counter.tell_citizen(request, requests.told(counter.citizen_scene(request), request, key))


def depart(counter: Counter, request: Request) -> None:
    """Whoever held it serves no more: into the queue, or, where somebody above owes the answer, nobody's."""
    if request.status is not Status.ESCALATED:
        return give_back(counter, request, CLOCK, "", "told.released")
    owner = request.owner
    request = counter.deed(request, Action.DEPART, CLOCK)
    if owner and people.writing_in(counter.connection, owner) == request.code:
        people.write_in(counter.connection, owner, None, now=counter.now)
    said = counter.desk_scene(request.commune).line("leader.departed", code=request.code)
    for leader in counter.crew(request.commune, Role.LEADER):
        counter.put(leader, about(Reply(blocks=(said,)), request))
    return None


# Words to the citizen


def say(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str, *, ready: bool = False) -> None:
    """Words, or whatever else was sent, go to the citizen, or wait for a second look.

    Outside a topic, and for words that were `ready`, it is said to whom they went once they have arrived.
    """
    if visit.kind in (Kind.TEXT, Kind.EDIT, Kind.COMMAND, Kind.BUTTON) and not text:
        raise Refused("empty")
    if text.startswith(NOTE):
        return note(counter, visit, actor, request, text.removeprefix(NOTE).strip())
    check_may_answer(request, actor)
    unseen = second_look.is_new(counter, actor, request)
    then = _confirmed(counter, visit, request, unseen=unseen) if ready or not visit.thread else ()
    _speak(counter, visit, actor, request, Action.ANSWER, text, then)
    return None


def check_may_answer(request: Request, actor: Actor) -> None:
    """Refuse before anything is kept."""
    may = {Part.OWNER, Part.ABOVE} if request.status is Status.ESCALATED else {Part.OWNER}
    if not parts_of(actor, request) & may:
        raise Refused("claim_first" if request.status is Status.OPEN else "not_owner", request.owner_name or "—")
    if request.status is Status.OPEN:
        raise Refused("claim_first")
    if request.status not in LIVE:
        raise Refused("over")


def _speak(counter: Counter, visit: Visit, actor: Actor, request: Request, deed: Action, text: str, then: Then) -> None:
    """What is kept as said in the request: out at once, or after a second look. `then` is said once it has arrived."""
    new = second_look.is_new(counter, actor, request)
    if new and second_look.reviewers(counter, actor, request):
        return second_look.hold(counter, visit, actor, request, deed, text)
    kept = UNSEEN if new else deed
    row = cases.message(counter.connection, relay.wrote(counter, request, visit, side="staff", text=text, deed=kept))
    if row and deed is Action.ANSWER:
        _answer_goes_out(counter, actor, request, row, then, point=visit.point)
    elif row:
        GOES_OUT[deed](counter, actor, request, row, then)
    return None


def _confirmed(counter: Counter, visit: Visit, request: Request, *, unseen: bool) -> Then:
    """To whom the words went; outside a topic nothing else shows it."""
    scene = scene_of(counter, visit)
    values = {"name": request.name or scene.say("card.nobody"), "code": request.code}
    key = "done.sent_unseen" if unseen else "done.sent_to"
    return counter.then(visit, about(Reply(blocks=(scene.line(key, **values),)), request))


def _answer_goes_out(
    counter: Counter, author: Actor, request: Request, row: relay.Written, then: Then, point: Point | None = None
) -> None:
    check_may_answer(request, author)
    if request.status is not Status.ESCALATED:
        request = counter.deed(request, Action.ANSWER, author)
    relay.to_citizen(counter, request, row, point=point, then=then)
    people.count_answer(counter.connection, author.person, request.commune)


def _question_goes_out(counter: Counter, author: Actor, request: Request, row: relay.Written, then: Then) -> None:
    request = counter.deed(request, Action.ASK, author)
    told = requests.told(counter.citizen_scene(request), request, "told.asked")
    relay.to_citizen(counter, request, row, then=(*counter.then_citizen(request, told), *then))


def _reason(
    counter: Counter, visit: Visit, actor: Actor, request: Request, deed: Action, text: str, then: Then = (),
    to: int | None = None,
) -> bool:  # fmt: skip
    """A step whose reason the citizen reads: taken at once, or after a second look; whether it was taken."""
    counter.step(request, deed, actor, why=text, to=to)  # refused before anything is kept
    if second_look.is_new(counter, actor, request) and second_look.reviewers(counter, actor, request):
        second_look.hold(counter, visit, actor, request, deed, text)
        return False
    GOES_OUT[deed](counter, actor, request, {"text": text}, then)
    return True


def _tell_citizen(counter: Counter, request: Request, key: str, then: Then, **values: object) -> None:
    """A sentence for the citizen; `then` is said once it has arrived."""
    told = requests.told(counter.citizen_scene(request), request, key, **values)
    counter.tell_citizen(request, replace(told, place=replace(told.place, then=then)))


def approve(counter: Counter, visit: Visit, actor: Actor, number: int, *, why: str | None = None) -> None:
    """A colleague looked at a new officer's words; `why`: they are not good."""
    row = cases.message(counter.connection, number)
    request = counter.request(row["code"]) if row else None
    try:
        second_look.decide(counter, visit, actor, number, why=why, deeds=GOES_OUT)
    except Refused as refused:
        refuse(counter, visit, refused, request)


def send_back(counter: Counter, visit: Visit, actor: Actor, number: int, why: str) -> None:
    """Back to whoever wrote it, with a reason; where none is given it is asked for."""
    if why.strip():
        return approve(counter, visit, actor, number, why=why.strip())
    place = Place(name=f"return:{number}", prompts=True)
    return counter.answer(
        visit, Reply(blocks=(scene_of(counter, visit).line("prompt.return", number=number),), place=place)
    )


def send_draft(counter: Counter, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    """The best entry, in the citizen's own language, with one tap."""
    scene = counter.citizen_scene(request)
    entry = scene.procedure(request.procedure) if request.procedure else None
    if entry is None:
        raise Refused("no_draft")
    spoken = replace(scene, memory=replace(scene.memory, commune=request.commune))
    say(counter, visit, actor, request, entry_answer(spoken, entry, None).text, ready=True)


def ask_more(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """Ask for what is missing: all of it at once, because every round is counted and shown."""
    if not text:
        return prompt(counter, visit, request, "more")
    asked = counter.step(request, Action.ASK, actor).request  # refused before anything is kept
    line = scene_of(counter, visit).line("done.asked", code=request.code, count=asked.rounds)
    _speak(counter, visit, actor, request, Action.ASK, text, counter.then(visit, Reply(blocks=(line,))))
    return None


def new_secret(counter: Counter, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    """For a citizen who lost theirs and stands at the counter: told to whoever holds the request, in private."""
    if Part.OWNER not in parts_of(actor, request):
        raise Refused("not_owner", request.owner_name or "—")
    secret = keys.issue(counter, request.code)
    counter.audit(actor, "secret", request.code)
    alone, scene = visit.in_private(), scene_of(counter, visit)
    counter.answer(alone, Reply(blocks=(scene.title("sent.secret", code=request.code, secret=secret),
                                        scene.line("done.secret"))))  # fmt: skip
    if not visit.private:
        counter.answer(visit, Reply(blocks=(scene.line("done.secret_private", code=request.code),)))


def note(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    if not text and visit.kind in relay.WORDS:
        return prompt(counter, visit, request, "note")
    counter.deed(request, Action.NOTE, actor)
    relay.wrote(counter, request, visit, side="note", text=text)
    scene = scene_of(counter, visit)
    return counter.answer(visit, Reply(blocks=(scene.line("done.noted", code=request.code),)))


def canned(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """`/r`: the ready answers; `/r name`: one of them, in the citizen's language."""
    scene = scene_of(counter, visit)
    if text not in counter.rules.canned:
        rows = tuple(
            (Button(label=one.name, action=actions.Canned(request.code, key).wire),)
            for key, one in counter.rules.canned.items()
        )
        return counter.answer(visit, Reply(blocks=(scene.line("canned.choose", code=request.code),), buttons=rows))
    words = counter.rules.canned[text].text.of(counter.citizen_scene(request).language)
    return say(counter, visit, actor, request, words, ready=True)


def take_back(counter: Counter, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    """`/delete` in answer to one's own message."""
    row = cases.at(counter.connection, visit.chat, visit.reply_to) if visit.reply_to else None
    if row is None or row["code"] != request.code or row["side"] != "staff" or row["state"] == "gone":
        raise Refused("delete_what")
    if Part.OWNER not in parts_of(actor, request):
        raise Refused("not_owner", request.owner_name)
    scene = scene_of(counter, visit)
    if row["copy_message"] == "":  # one of several that Telegram did not copy all of
        return counter.answer(visit, Reply(blocks=(scene.line("room.not_taken_back", code=request.code),)))
    for waiting in cases.waiting_at(counter.connection, row["chat"], row["message"]):
        second_look.withdraw(counter, request, waiting, "approval.taken_back")
    done = Reply(blocks=(scene.line("done.deleted"),))
    if sent := cases.sent_at(counter.connection, row["chat"], row["message"]):
        return relay.take_back(counter, request, sent, counter.then(visit, done))
    return counter.answer(visit, done)


# Passing on


def transfer(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """`CODE ward reason`: the other commune accepts or declines; until then this one stays responsible."""
    if not text:
        return prompt(counter, visit, request, "transfer")
    goal, why = _goal(counter, text)
    if goal is None:
        raise Refused("which_commune")
    if not counter.readers(request, goal):
        raise Refused("nobody_there")
    if not why.strip():
        raise Refused("why")
    scene = scene_of(counter, visit)
    done = Reply(blocks=(scene.line("done.offered", code=request.code, to=cards.commune_name(scene, goal)),))
    then = counter.then(visit, done)
    _reason(counter, visit, actor, request, Action.OFFER, f"{goal:05} {why}", to=goal, then=then)
    return None


def _offer_goes_out(counter: Counter, author: Actor, request: Request, row: relay.Written, then: Then) -> None:
    goal, why = _goal(counter, row["text"])
    request = counter.deed(request, Action.OFFER, author, to=goal, why=why)
    scene = counter.citizen_scene(request)
    told = requests.told(scene, request, "told.offered", to=cards.commune_name(scene, goal or 0))
    then = (*counter.then_citizen(request, told), *then)
    relay.hand(counter, request, counter.readers(request, goal or 0), why, "handed.offered", then)


def _goal(counter: Counter, text: str) -> tuple[int | None, str]:
    """A ward code, or a name up to the first comma, dash or line end; then the reason."""
    first, _, rest = text.partition(" ")
    if first.isascii() and first.isdigit() and len(first) <= 5:
        return (int(first) if int(first) in counter.communes else None), rest.strip(" ,–-:")
    for mark in ("\n", ";", ",", " – ", " - ", ":"):
        name, found, why = text.partition(mark)
        place = find_exactly(name, counter.house.engine.places) if found else None
        if place and place.certain:
            return place.certain.ward_code, why.strip()
    return None, ""


def accept(counter: Counter, _visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    old_room, before = counter.room(request), request
    request = counter.deed(request, Action.ACCEPT, actor)
    counter.audit(actor, "accept", request.code)
    _moved_away(counter, before, old_room)
    if before.owner and people.writing_in(counter.connection, before.owner) == request.code:
        people.write_in(counter.connection, before.owner, None, now=counter.now)
    open_room(counter, request)
    if people.writing_in(counter.connection, request.citizen) in (None, request.code):
        people.write_in(counter.connection, request.citizen, request.code, now=counter.now)
        key = "told.accepted"
    else:
        key = "told.accepted_other"
    counter.tell_citizen(request, requests.told(counter.citizen_scene(request), request, key))


def _moved_away(counter: Counter, before: Request, room: tuple[str, str | None] | None) -> None:
    """The desk that gave it away sees where it went."""
    scene = counter.desk_scene(before.commune)
    to = cards.commune_name(scene, before.transfer_to or 0)
    gone = Reply(blocks=(Block(text=f"✔ {before.code}", style=Style.TITLE), scene.line("card.moved", commune=to)))
    for chat in counter.readers(before, before.commune):
        counter.put(chat, replace(gone, place=Place(name=f"card:{before.code}")))
    if room:
        chat, topic = room
        counter.put(chat, Reply(blocks=(scene.line("room.moved", commune=to),), place=Place(topic=topic)))


def decline(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    if not text:
        return prompt(counter, visit, request, "decline")
    if _reason(counter, visit, actor, request, Action.DECLINE, text):
        scene = scene_of(counter, visit)
        counter.answer(visit, Reply(blocks=(scene.line("done.declined", code=request.code),)))
    return None


def _refusal_goes_out(counter: Counter, author: Actor, request: Request, row: relay.Written, then: Then) -> None:
    offered_to, why = request.transfer_to, row["text"]
    request = counter.deed(request, Action.DECLINE, author, why=why)
    scene = counter.desk_scene(request.commune)
    name = cards.commune_name(scene, offered_to or 0)
    said = about(Reply(blocks=(scene.line("room.declined", commune=name, why=why, code=request.code),)), request)
    if request.owner:
        counter.tell_desk(request, said)
    else:
        for chat in counter.readers(request, request.commune):
            counter.put(chat, said)
    _tell_citizen(counter, request, "told.declined", then, to=name, why=why)


def escalate(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """One step up the ladder of who decides, with the reason; only the province, where it is here, receives it."""
    if not text:
        return prompt(counter, visit, request, "escalate")
    here, then_ = scene_of(counter, visit), counter.step(request, Action.ESCALATE, actor, why=text).request
    key = ESCALATED[_received(then_, people.of_province(counter.connection, then_.province))][0]
    done = Reply(blocks=(here.line(key, code=then_.code, level=here.say(f"level.{then_.level}")),))
    _reason(counter, visit, actor, request, Action.ESCALATE, text, then=counter.then(visit, done))
    return None


ESCALATED = {  # what the officer and the citizen read, by who has received it
    "province": ("done.escalated", "told.escalated"),
    "forward": ("done.to_forward", "told.not_sent_up"),
    "nobody": ("done.nobody_above", "told.nobody_above"),
}


def _received(request: Request, above: Sequence[people.Row]) -> str:
    """Nobody above the province reads here: what is decided there is the province's to forward."""
    if not above:
        return "nobody"
    return "province" if request.level is Level.PROVINCE else "forward"


def _escalation_goes_out(counter: Counter, author: Actor, request: Request, row: relay.Written, then: Then) -> None:
    """The citizen reads who decides, and who has it now."""
    why, above = row["text"], people.of_province(counter.connection, request.province)
    request = counter.deed(request, Action.ESCALATE, author, why=why)
    where, scene = _received(request, above), counter.citizen_scene(request)
    key = "handed.escalated" if where == "province" else "handed.to_forward"
    level = scene.say(f"level.{request.level}")
    told = requests.told(scene, request, ESCALATED[where][1], level=level, why=why)
    if not above:
        return counter.tell_citizen(request, replace(told, place=replace(told.place, then=then)))
    then = (*counter.then_citizen(request, told), *then)
    return relay.hand(counter, request, [one["person"] for one in above], why, key, then)


def returned(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """The answer that came back from above."""
    if not text:
        return prompt(counter, visit, request, "returned")
    here = Reply(blocks=(scene_of(counter, visit).line("done.returned", code=request.code),))
    _reason(counter, visit, actor, request, Action.RETURN, text, then=counter.then(visit, here))
    return None


def _return_goes_out(counter: Counter, author: Actor, request: Request, row: relay.Written, then: Then) -> None:
    level, why = request.level, row["text"]
    request = counter.deed(request, Action.RETURN, author, why=why)
    scene, desk = counter.citizen_scene(request), counter.desk_scene(request.commune)
    _tell_citizen(counter, request, "told.returned", then, level=scene.say(f"level.{level}"), why=why)
    said = desk.line("room.returned", level=desk.say(f"level.{level}"), why=why, code=request.code)
    counter.tell_desk(request, Reply(blocks=(said,)))


GOES_OUT: dict[str, second_look.GoesOut] = {
    Action.ANSWER: _answer_goes_out, Action.ASK: _question_goes_out, Action.OFFER: _offer_goes_out,
    Action.DECLINE: _refusal_goes_out, Action.ESCALATE: _escalation_goes_out, Action.RETURN: _return_goes_out,
    second_look.CORRECTS: second_look.correct,
}  # fmt: skip


# Closing


def close(counter: Counter, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    request = counter.deed(request, Action.CLOSE, actor)
    citizens.leave(counter, request)
    ahead.settled(counter, request)
    counter.tell_citizen(request, requests.told(counter.citizen_scene(request), request, "told.closed"))
    scene = scene_of(counter, visit)
    buttons = ((scene.button("do.proposal", actions.Deed(DeskVerb.PROPOSAL, request.code)),),)
    counter.answer(visit, Reply(blocks=(scene.line("done.closed", code=request.code),), buttons=buttons))


def make_knowledge(counter: Counter, visit: Visit, _actor: Actor, request: Request, _text: str) -> None:
    """An officer's answer becomes a proposal for the maintainers; nothing changes by itself."""
    said = cases.said(counter.connection, request.code, side="staff")
    answers = [r["text"] for r in said if r["text"] and r["state"] == "sent"]
    asked = [r["text"] for r in cases.said(counter.connection, request.code, side="citizen") if r["text"]]
    if not answers or not asked:
        raise Refused("nothing_said")
    propose(
        code=request.code,
        procedure=request.procedure,
        language=request.language,
        question=redact(asked[0]),
        answer=redact(answers[-1]),
        day=scene_of(counter, visit).today,
    )
    counter.answer(visit, Reply(blocks=(scene_of(counter, visit).line("done.proposed"),)))


def show(counter: Counter, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    """`/status CODE` by staff: the card, here. Only what is open, or was one's own."""
    if request.status in OVER and request.owner != actor.person and not actor.leads(request.commune):
        raise Refused("unknown")
    counter.audit(actor, "look", request.code)
    card = cards.card(counter.desk_scene(request.commune), request)
    counter.answer(visit, replace(card, place=Place(about=request.code)))


def keep_out(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """`/block CODE reason`: whoever misuses the desk is heard there no more for a time; the leader is told."""
    if not text:
        raise Refused("why")
    if Part.DESK not in parts_of(actor, request):
        raise Refused("not_yours")
    until = counter.now + dt.timedelta(days=counter.rules.kept_out_days)
    people.keep_out(
        counter.connection, request.citizen, commune=request.commune, by=actor.person, why=text, now=counter.now,
        until=until,
    )  # fmt: skip
    counter.audit(actor, "block", request.code)
    scene = counter.desk_scene(request.commune)
    values = {"code": request.code, "day": scene.day(until.astimezone(VIETNAM).date())}
    for leader in counter.crew(request.commune, Role.LEADER):
        said = scene.line("block.leader", who=actor.name, why=text, **values)
        counter.put(leader, about(Reply(blocks=(said,)), request))
    counter.answer(visit, Reply(blocks=(scene.line("block.done", **values),)))


def let_in(counter: Counter, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    if not actor.leads(request.commune):
        raise Refused("leader_only")
    people.let_in(counter.connection, (request.citizen, counter.mark(request.citizen)), request.commune)
    counter.audit(actor, "unblock", request.code)
    counter.answer(visit, Reply(blocks=(scene_of(counter, visit).line("block.undone", code=request.code),)))


DEEDS: dict[str, Callable[[Counter, Visit, Actor, Request, str], None]] = {
    "claim": claim, "assign": assign, "answer": say, "more": ask_more, "transfer": transfer, "accept": accept,
    "decline": decline, "escalate": escalate, "returned": returned, "note": note, "release": release, "close": close,
    "r": canned, "draft": send_draft, "proposal": make_knowledge, "delete": take_back, "status": show,
    "block": keep_out, "unblock": let_in, "bot": to_bot, "secret": new_secret,
}  # fmt: skip
PROMPTED = ("more", "note", "transfer", "decline", "escalate", "returned")


def prompt(counter: Counter, visit: Visit, request: Request, verb: str) -> None:
    """Ask for the words; the answer to this message carries them."""
    scene = scene_of(counter, visit)
    place = Place(name=f"{verb}:{request.code}", about=request.code, prompts=True)
    counter.answer(visit, Reply(blocks=(scene.line(f"prompt.{verb}", code=request.code),), place=place))


def prompted(counter: Counter, visit: Visit) -> tuple[str, str] | None:
    """What a message answers, where it answers a prompt: the verb and what it is about."""
    name = shown.at(counter.connection, visit.chat, visit.reply_to) if visit.reply_to else None
    verb, _, subject = (name or "").partition(":")
    return (verb, subject) if verb in (*PROMPTED, "return", "practice", "notice", "rateword") else None


def approve_by_command(counter: Counter, visit: Visit, actor: Actor, *, ok: bool) -> None:
    """`/approve 12`, `/reject 12 reason`: the number stands in the question."""
    number, _, why = visit.text.strip().partition(" ")
    if not (number.isascii() and number.isdigit() and len(number) < MOST_DIGITS):
        return refuse(counter, visit, Refused("unknown"))
    return approve(counter, visit, actor, int(number)) if ok else send_back(counter, visit, actor, int(number), why)


# Buttons


def press(counter: Counter, visit: Visit, actor: Actor, action: actions.Duty) -> None:
    """A button of an officer's; the right is checked again."""
    match action:
        case actions.Practise():
            return practice.begin(counter, visit)
        case actions.Approve(number):
            return approve(counter, visit, actor, number)
        case actions.SendBack(number):
            return send_back(counter, visit, actor, number, "")
        case actions.WriteNotice(number):
            return practice.ask_notice(counter, visit, actor, number)
        case actions.SayTo(number, code):
            return say_to(counter, visit, actor, number, code)
        case actions.Canned(code, name) if request := seen(counter, actor, read_code(code)):
            return act(counter, visit, actor, DeskVerb.REPLIES, request, name)
        case actions.GiveTo(code, person) if request := seen(counter, actor, read_code(code)):
            return act(counter, visit, actor, DeskVerb.ASSIGN, request, person)
        case actions.Deed(verb, code) if request := seen(counter, actor, read_code(code)):
            return act(counter, visit, actor, verb, request, "")
        case _:
            return refuse(counter, visit, Refused("unknown"))


def say_to(counter: Counter, visit: Visit, actor: Actor, number: int, code: str) -> None:
    """The officer said for whom the words are that were kept."""
    words, scene = addressee.taken_up(counter, visit, number), scene_of(counter, visit)
    if words is None:
        return refuse(counter, visit, Refused("decided"))
    request = seen(counter, actor, read_code(code))
    if request is None:
        return counter.answer(visit, Reply(blocks=(scene.line("which.sent_nowhere"),)))
    return act(counter, words, actor, "answer", request, words.text)


def clock_releases(counter: Counter, request: Request) -> None:
    """Whoever claimed it has been silent for too long."""
    scene, name, owner = counter.desk_scene(request.commune), request.owner_name, request.owner
    give_back(counter, request, CLOCK, "", "told.silent")
    said = Reply(blocks=(scene.line("room.silent", who=name, code=request.code),))
    group = counter.desk(request.commune)
    if group and not request.for_leaders:
        counter.put(group, replace(said, place=Place(topic=f"topic:{request.code}")))
    elif owner:
        counter.put(owner, said)
