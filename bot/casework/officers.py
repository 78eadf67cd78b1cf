"""What an officer does: claim, answer, ask for more, transfer, pass up, note, hand back, close."""

from collections.abc import Callable
from dataclasses import replace

from bot.casework import citizens, practice, relay
from bot.casework.counter import Counter, Then
from bot.content.proposals import propose
from bot.conversation.citizen import requests
from bot.conversation.citizen.answers import answer as entry_answer
from bot.conversation.reply import Block, Button, Place, Reply, Style
from bot.conversation.scene import Scene
from bot.conversation.staff import cards
from bot.conversation.visit import Kind, Visit
from bot.desk.codes import read_code
from bot.desk.lifecycle import Action, Part, Refused, parts_of
from bot.desk.redact import redact
from bot.desk.request import CLOCK, LIVE, OVER, Actor, Request, Role, Status
from bot.store import cases, people, shown
from bot.understanding.places import find_exactly

MAX_WHY = 1000
NOTE = "//"
MOST_DIGITS = 18  # of a number in a button or command

type Args = tuple[Counter, Visit, Actor, Request, str]


def scene_of(counter: Counter, visit: Visit) -> Scene:
    return counter.scene(visit.chat if visit.private else visit.who)


def seen(counter: Counter, actor: Actor, code: str | None) -> Request | None:
    """A request that this member of staff may see; any other is none."""
    request = counter.request(code)
    return request if request and parts_of(actor, request) - {Part.CITIZEN} else None


def act(counter: Counter, visit: Visit, actor: Actor, verb: str, request: Request, text: str) -> None:
    """Do it, or say why not."""
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
    relay.history(counter, request)
    if request.procedure and (entry := scene.procedure(request.procedure)):
        shown_draft = entry_answer(scene, entry, None)
        blocks = (scene.title("room.draft"), *shown_draft.blocks)
        buttons = ((scene.button("do.send_draft", f"d:draft:{request.code}"),),)
        counter.tell_desk(request, Reply(blocks=blocks, buttons=buttons))


def tell_claimed(counter: Counter, request: Request) -> None:
    """The citizen's words go to the officer from now on, unless they are writing in another request."""
    writing = people.writing_in(counter.connection, request.citizen)
    free = not writing or writing == request.code
    if free:
        people.write_in(counter.connection, request.citizen, request.code, now=counter.now)
    key = "told.claimed" if free else "told.claimed_other"
    counter.tell_citizen(request, requests.told(counter.citizen_scene(request), request, key))


def release(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    give_back(counter, request, actor, text, "told.released")
    counter.answer(visit, Reply(blocks=(scene_of(counter, visit).line("done.released", code=request.code),)))


def to_bot(counter: Counter, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    """The bot speaks with the citizen again; the request stays where it is."""
    _check_may_answer(request, actor)
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


# Words to the citizen


def say(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str, then: Then = ()) -> None:
    """Words, or whatever else was sent, go to the citizen – after a colleague has seen a new officer's first ones.

    `then` is said once they have arrived; while they are held, nothing.
    """
    if visit.kind in (Kind.TEXT, Kind.EDIT, Kind.COMMAND, Kind.BUTTON) and not text:
        raise Refused("empty")
    if text.startswith(NOTE):
        return note(counter, visit, actor, request, text.removeprefix(NOTE).strip())
    held = _needs_approval(counter, actor, request)
    if request.status is not Status.ESCALATED:
        _check_may_answer(request, actor)
    number = relay.wrote(counter, request, visit, side="staff", text=text, state="held" if held else "sent")
    if held:
        return _ask_colleague(counter, request, number)
    return _goes_out(counter, request, actor, number, album=visit.album, then=then)


def _check_may_answer(request: Request, actor: Actor) -> None:
    """Refuse before anything is kept."""
    if Part.OWNER not in parts_of(actor, request):
        raise Refused("claim_first" if request.status is Status.OPEN else "not_owner", request.owner_name)
    if request.status is Status.OPEN:
        raise Refused("claim_first")
    if request.status not in LIVE:
        raise Refused("over")


def _goes_out(
    counter: Counter, request: Request, actor: Actor, number: int, *, album: str | None = None, then: Then = ()
) -> None:
    if request.status is not Status.ESCALATED:
        request = counter.deed(request, Action.ANSWER, actor)
    if row := cases.message(counter.connection, number):
        relay.to_citizen(counter, request, row, album=album, then=then)
    people.count_answer(counter.connection, actor.person, request.commune)


def _needs_approval(counter: Counter, actor: Actor, request: Request) -> bool:
    """A new officer's first answers wait for a colleague, where there is one who is no longer new."""
    post, needed = actor.serves(request.commune), counter.rules.approved_answers
    if post is None or post.role is Role.LEADER or post.answers >= needed:
        return False
    return any(_may_approve(row, actor, needed) for row in people.at_commune(counter.connection, request.commune))


def _may_approve(row: people.Row, author: Actor, needed: int) -> bool:
    return bool(row["person"] != author.person and row["away_since"] is None and row["answers"] >= needed)


def _ask_colleague(counter: Counter, request: Request, number: int) -> None:
    row = cases.message(counter.connection, number)
    scene = counter.desk_scene(request.commune)
    buttons = ((scene.button("do.approve", f"d:approve:{number}"), scene.button("do.return", f"d:return:{number}")),)
    text = row["text"] if row else ""
    blocks = (
        scene.title("approval.asked", who=request.owner_name, code=request.code, number=number),
        Block(text=text or "📎"),
    )
    reply = Reply(blocks=blocks, buttons=buttons)
    if counter.desk(request.commune) and not cards.is_for_leaders(request):
        return counter.tell_desk(request, reply)
    needed = counter.rules.approved_answers
    for one in people.at_commune(counter.connection, request.commune):
        if one["answers"] >= needed and one["person"] != request.owner:
            counter.put(one["person"], reply)
    return None


def approve(counter: Counter, visit: Visit, actor: Actor, number: int, *, ok: bool) -> None:
    """A colleague looked at a new officer's answer."""
    row = cases.message(counter.connection, number)
    request = seen(counter, actor, row["code"]) if row else None
    if row is None or request is None or row["side"] != "staff":
        return refuse(counter, visit, Refused("unknown"))
    post = actor.serves(request.commune)
    author = counter.actor(request.owner or "", request.owner_name)
    if (
        actor.person == author.person
        or post is None
        or (post.role is not Role.LEADER and post.answers < counter.rules.approved_answers)
    ):
        return refuse(counter, visit, Refused("another_approves"), request)
    if not (cases.release(counter.connection, number) if ok else cases.send_back(counter.connection, number)):
        return refuse(counter, visit, Refused("decided"), request)
    scene = counter.desk_scene(request.commune)
    if not ok:
        return counter.tell_desk(request, Reply(blocks=(scene.line("approval.returned", who=actor.name),)))
    sent = Reply(blocks=(scene.line("approval.sent", who=actor.name),))
    try:
        return _goes_out(counter, request, author, number, then=counter.then_desk(request, sent))
    except Refused as refused:
        return refuse(counter, visit, refused, request)


def send_draft(counter: Counter, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    """The best entry, in the citizen's own language, with one tap."""
    scene = counter.citizen_scene(request)
    entry = scene.procedure(request.procedure) if request.procedure else None
    if entry is None:
        raise Refused("no_draft")
    spoken = replace(scene, memory=replace(scene.memory, commune=request.commune))
    say(counter, visit, actor, request, entry_answer(spoken, entry, None).text, _sent(counter, visit, request))


def _sent(counter: Counter, visit: Visit, request: Request) -> Then:
    return counter.then(visit, Reply(blocks=(scene_of(counter, visit).line("done.sent", code=request.code),)))


def ask_more(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """Ask for what is missing: all of it at once, because every round is counted and shown."""
    if not text:
        return prompt(counter, visit, request, "more")
    request = counter.deed(request, Action.ASK, actor)
    number = relay.wrote(counter, request, visit, side="staff", text=text)
    asked = scene_of(counter, visit).line("done.asked", code=request.code, count=request.rounds)
    told = requests.told(counter.citizen_scene(request), request, "told.asked")
    if row := cases.message(counter.connection, number):
        then = (*counter.then_citizen(request, told), *counter.then(visit, Reply(blocks=(asked,))))
        relay.to_citizen(counter, request, row, then=then)
    return None


def note(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    if not text:
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
            (Button(label=one.name, action=f"d:say:{request.code}:{key}"),) for key, one in counter.rules.canned.items()
        )
        return counter.answer(visit, Reply(blocks=(scene.line("canned.choose", code=request.code),), buttons=rows))
    words = counter.rules.canned[text].text.of(counter.citizen_scene(request).language)
    return say(counter, visit, actor, request, words, _sent(counter, visit, request))


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
    return relay.take_back(counter, request, row, counter.then(visit, Reply(blocks=(scene.line("done.deleted"),))))


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
    request = counter.deed(request, Action.OFFER, actor, to=goal, why=why[:MAX_WHY])
    to = cards.commune_name(counter.citizen_scene(request), goal)
    counter.tell_citizen(request, requests.told(counter.citizen_scene(request), request, "told.offered", to=to))
    scene = scene_of(counter, visit)
    return counter.answer(visit, Reply(blocks=(scene.line("done.offered", code=request.code, to=to),)))


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
    people.write_in(counter.connection, request.citizen, request.code, now=counter.now)
    counter.tell_citizen(request, requests.told(counter.citizen_scene(request), request, "told.accepted"))


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
    offered_to, readers = request.transfer_to, counter.readers(request, request.transfer_to or 0)
    request = counter.deed(request, Action.DECLINE, actor, why=text[:MAX_WHY])
    scene = counter.desk_scene(request.commune)
    name = cards.commune_name(scene, offered_to or 0)
    said = Reply(blocks=(scene.line("room.declined", commune=name, why=text, code=request.code),))
    if request.owner:
        counter.tell_desk(request, said)
    else:
        for chat in counter.readers(request, request.commune):
            counter.put(chat, said)
    for chat in readers:
        gone = Block(text=f"✔ {request.code}", style=Style.TITLE), scene.line("card.declined")
        counter.put(chat, Reply(blocks=gone, place=Place(name=f"card:{request.code}")))
    citizen = counter.citizen_scene(request)
    return counter.tell_citizen(request, requests.told(citizen, request, "told.declined", to=name, why=text))


def escalate(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """One step up the ladder, with the reason; the citizen sees who decides and what happens next."""
    if not text:
        return prompt(counter, visit, request, "escalate")
    request = counter.deed(request, Action.ESCALATE, actor, why=text[:MAX_WHY])
    scene = counter.citizen_scene(request)
    level = scene.say(f"level.{request.level}")
    counter.tell_citizen(request, requests.told(scene, request, "told.escalated", level=level, why=text))
    here = scene_of(counter, visit)
    values = {"code": request.code, "level": here.say(f"level.{request.level}")}
    counter.answer(visit, Reply(blocks=(here.line("done.escalated", **values),)))
    if not people.of_province(counter.connection, request.province):
        counter.answer(visit, Reply(blocks=(here.line("done.nobody_above", code=request.code),)))
    return None


def returned(counter: Counter, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """The answer that came back from above."""
    if not text:
        return prompt(counter, visit, request, "returned")
    level = request.level
    request = counter.deed(request, Action.RETURN, actor, why=text[:MAX_WHY])
    scene = counter.citizen_scene(request)
    values = {"level": scene.say(f"level.{level}"), "why": text}
    here = scene_of(counter, visit).line("done.returned", code=request.code)
    told = requests.told(scene, request, "told.returned", **values)
    place = replace(told.place, then=counter.then(visit, Reply(blocks=(here,))))
    counter.tell_citizen(request, replace(told, place=place))
    desk = counter.desk_scene(request.commune)
    said = desk.line("room.returned", level=desk.say(f"level.{level}"), why=text, code=request.code)
    return counter.tell_desk(request, Reply(blocks=(said,)))


# Closing


def close(counter: Counter, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    request = counter.deed(request, Action.CLOSE, actor)
    citizens.leave(counter, request)
    counter.tell_citizen(request, requests.told(counter.citizen_scene(request), request, "told.closed"))
    scene = scene_of(counter, visit)
    buttons = ((scene.button("do.proposal", f"d:proposal:{request.code}"),),)
    counter.answer(visit, Reply(blocks=(scene.line("done.closed", code=request.code),), buttons=buttons))


def make_knowledge(counter: Counter, visit: Visit, _actor: Actor, request: Request, _text: str) -> None:
    """An officer's answer becomes a proposal for the maintainers; nothing changes by itself."""
    answers = [r["text"] for r in cases.said(counter.connection, request.code, side="staff") if r["text"]]
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
    """`/block CODE reason`: whoever misuses the desk is heard no more; the leader is told."""
    if not text:
        raise Refused("why")
    if Part.DESK not in parts_of(actor, request):
        raise Refused("not_yours")
    people.keep_out(counter.connection, request.citizen, by=actor.person, why=text, now=counter.now)
    counter.audit(actor, "block", request.code)
    scene = counter.desk_scene(request.commune)
    for leader in counter.crew(request.commune, Role.LEADER):
        said = scene.line("block.leader", who=actor.name, code=request.code, why=text)
        counter.put(leader, Reply(blocks=(said,)))
    counter.answer(visit, Reply(blocks=(scene.line("block.done", code=request.code),)))


def let_in(counter: Counter, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    if not actor.leads(request.commune):
        raise Refused("leader_only")
    people.let_in(counter.connection, request.citizen)
    counter.audit(actor, "unblock", request.code)
    counter.answer(visit, Reply(blocks=(scene_of(counter, visit).line("block.undone", code=request.code),)))


DEEDS: dict[str, Callable[[Counter, Visit, Actor, Request, str], None]] = {
    "claim": claim, "answer": say, "more": ask_more, "transfer": transfer, "accept": accept, "decline": decline,
    "escalate": escalate, "returned": returned, "note": note, "release": release, "close": close, "r": canned,
    "draft": send_draft, "proposal": make_knowledge, "delete": take_back, "status": show, "block": keep_out,
    "unblock": let_in, "bot": to_bot,
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
    return (verb, subject) if verb in (*PROMPTED, "practice", "notice", "rateword") else None


def approve_by_command(counter: Counter, visit: Visit, actor: Actor, *, ok: bool) -> None:
    """`/approve 12`, `/reject 12`: the number stands in the question."""
    number = visit.text.strip()
    if not (number.isascii() and number.isdigit() and len(number) < MOST_DIGITS):
        return refuse(counter, visit, Refused("unknown"))
    return approve(counter, visit, actor, int(number), ok=ok)


# Buttons


def press(counter: Counter, visit: Visit, actor: Actor, verb: str, rest: list[str]) -> None:
    """A button of an officer's: `d:verb:…`; the right is checked again."""
    match verb, rest:
        case "practice", []:
            return practice.begin(counter, visit)
        case "approve" | "return", [number] if number.isascii() and number.isdigit() and len(number) < MOST_DIGITS:
            return approve(counter, visit, actor, int(number), ok=verb == "approve")
        case "notice", [number] if number.isascii() and number.isdigit() and len(number) < MOST_DIGITS:
            return practice.ask_notice(counter, visit, actor, int(number))
        case "say", [code, name] if request := seen(counter, actor, read_code(code)):
            return act(counter, visit, actor, "r", request, name)
        case _, [code] if verb in DEEDS and (request := seen(counter, actor, read_code(code))):
            return act(counter, visit, actor, verb, request, "")
        case _:
            return refuse(counter, visit, Refused("unknown"))


def clock_releases(counter: Counter, request: Request) -> None:
    """Whoever claimed it has been silent for too long."""
    scene, name, owner = counter.desk_scene(request.commune), request.owner_name, request.owner
    give_back(counter, request, CLOCK, "", "told.silent")
    said = Reply(blocks=(scene.line("room.silent", who=name, code=request.code),))
    group = counter.desk(request.commune)
    if group and not cards.is_for_leaders(request):
        counter.put(group, replace(said, place=Place(topic=f"topic:{request.code}")))
    elif owner:
        counter.put(owner, said)
