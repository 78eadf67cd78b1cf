"""What an officer does: claim, answer, ask for more, transfer, pass up, note, hand back, close."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.casework import addressee, ahead, citizens, doubting, keys, practice, relay, second_look, voice
from bot.casework.unit_of_work import Then, UnitOfWork, about
from bot.content.proposals import propose
from bot.conversation import actions
from bot.conversation.actions import DeskVerb
from bot.conversation.citizen import requests
from bot.conversation.citizen.answers import answer as entry_answer
from bot.conversation.reply import Block, Button, Place, Reply, Style
from bot.conversation.scene import Scene
from bot.conversation.staff import cards, ready
from bot.conversation.visit import Kind, Point, Visit
from bot.desk.codes import read_code
from bot.desk.lifecycle import Action, Part, Refused, parts_of
from bot.desk.redact import redact
from bot.desk.request import CLOCK, LIVE, OVER, Actor, Level, Request, Role, Status
from bot.desk.working_time import VIETNAM
from bot.measure import open_data
from bot.measure.tally import month_of
from bot.store import cases, measured, people, shown
from bot.understanding.fold import fold
from bot.understanding.places import find_exactly

UNSEEN = relay.UNSEEN
MOST_DIGITS = 18  # of a number in a button or command

type Args = tuple[UnitOfWork, Visit, Actor, Request, str]


def scene_of(unit: UnitOfWork, visit: Visit) -> Scene:
    return unit.scene(visit.chat if visit.private else visit.who)


def seen(unit: UnitOfWork, actor: Actor, code: str | None) -> Request | None:
    """A request that this member of staff may see; any other is none."""
    request = unit.request(code)
    return request if request and parts_of(actor, request) - {Part.CITIZEN, Part.HELPER} else None


def act(unit: UnitOfWork, visit: Visit, actor: Actor, verb: str, request: Request, text: str) -> None:
    """Do it, or say why not; in private, where the group it is done in may not read of the request."""
    if not visit.private and not unit.may_receive(visit.chat, request):
        unit.answer(visit, Reply(blocks=(scene_of(unit, visit).line("room.in_private"),)))
        if visit.kind not in (Kind.COMMAND, Kind.BUTTON):
            return
        visit = visit.in_private()
    try:
        COMMANDS[verb](unit, visit, actor, request, text.strip())
    except Refused as refused:
        refuse(unit, visit, refused, request)


def refuse(unit: UnitOfWork, visit: Visit, refused: Refused, request: Request | None = None) -> None:
    values = {"who": refused.who, "code": request.code if request else ""}
    unit.answer(visit, Reply(blocks=(scene_of(unit, visit).line(f"refused.{refused.reason}", **values),)))


# Claiming and giving back


def claim(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    request = unit.execute(request, Action.CLAIM, actor)
    unit.audit(actor, "claim", request.code)
    open_room(unit, request)
    tell_claimed(unit, request)


def open_room(unit: UnitOfWork, request: Request) -> None:
    """The conversation: a topic, a thread of replies, or the officer's own chat; history first, then a draft answer."""
    scene, room = unit.desk_scene(request.commune), unit.room(request)
    if room is None:
        return
    chat, topic = room
    unit.put(chat, cards.opening(scene, request, topics=topic is not None and unit.has_topics(chat)))
    if topic is None:
        people.write_in(unit.connection, chat, request.code, now=unit.now)
        unit.put(chat, Reply(blocks=(scene.line("room.writing", code=request.code),)))
    known = relay.history(unit, request)
    if not known and request.procedure and (entry := scene.procedure(request.procedure)):
        shown_draft = entry_answer(scene, entry, None)
        blocks = (scene.title("room.draft"), *shown_draft.blocks)
        buttons = ((scene.button("do.send_draft", actions.DeskCommand(DeskVerb.DRAFT, request.code)),),)
        unit.tell_desk(request, Reply(blocks=blocks, buttons=buttons))


def tell_claimed(unit: UnitOfWork, request: Request) -> None:
    """The citizen's words go to the officer from now on, unless they write in another request, or a helper does."""
    writing = people.writing_in(unit.connection, request.citizen)
    free = not request.helper and (not writing or writing == request.code)
    if free:
        people.write_in(unit.connection, request.citizen, request.code, now=unit.now)
    key = "told.claimed" if free else "told.claimed_other"
    unit.tell_citizen(request, requests.told(unit.citizen_scene(request), request, key))


def assign(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """`/assign CODE name`: into a colleague's hands; without a name, who is there, and how much each holds."""
    crew = crew_for(unit, request)
    chosen = [one for one in crew if fold(text.strip()) in (fold(one.name), fold(one.person.partition(":")[2]))]
    if len(chosen) != 1:
        if text.strip() and not chosen:
            raise Refused("not_serving", text.strip())
        return _offer_crew(unit, visit, request, chosen or crew)
    return give_to(unit, visit, actor, request, chosen[0])


def give_to(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, holder: Actor) -> None:
    before = request.owner
    request = unit.execute(request, Action.ASSIGN, actor, holder=holder)
    unit.audit(actor, "assign", request.code)
    if before and people.writing_in(unit.connection, before) == request.code:
        people.write_in(unit.connection, before, None, now=unit.now)
    open_room(unit, request)
    tell_claimed(unit, request)
    scene = unit.desk_scene(request.commune)
    for chat, key in ((holder.person, "assigned.you"), (before, "assigned.from_you")):
        if chat and chat != actor.person:
            said = Reply(blocks=(scene.line(key, code=request.code, who=actor.name, name=holder.name),))
            unit.put(chat, about(said, request))
    here = scene_of(unit, visit).line("done.assigned", code=request.code, name=holder.name)
    unit.answer(visit, Reply(blocks=(here,)))


def crew_for(unit: UnitOfWork, request: Request) -> list[Actor]:
    """Who may be given a request: of its desk, and there."""
    there = crew_at(unit, request.commune, leaders=request.for_leaders)
    return [one for one in there if one.person not in (request.owner, request.citizen)]


def crew_at(unit: UnitOfWork, commune: int, *, leaders: bool) -> list[Actor]:
    """Who is there at a desk; `leaders`: of those who lead it."""
    roles = (Role.LEADER,) if leaders else (Role.OFFICER, Role.LEADER)
    able = [unit.actor(person) for person in unit.crew(commune, *roles)]
    return [one for one in able if (post := one.serves(commune)) and not post.away]


def _offer_crew(unit: UnitOfWork, visit: Visit, request: Request, crew: Sequence[Actor]) -> None:
    scene = scene_of(unit, visit)
    rows = tuple(
        (scene.button("assigned.choose", actions.GiveTo(request.code, one.person.partition(":")[2]), name=one.name,
                      count=len(cases.owned(unit.connection, one.person))),)
        for one in crew
    )  # fmt: skip
    key = "assigned.whom" if rows else "assigned.nobody"
    unit.answer(visit, about(Reply(blocks=(scene.line(key, code=request.code),), buttons=rows), request))


def release(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    give_back(unit, request, actor, text, "told.released")
    unit.answer(visit, Reply(blocks=(scene_of(unit, visit).line("done.released", code=request.code),)))


def to_bot(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    """The bot speaks with the citizen again; the request stays where it is."""
    check_may_answer(request, actor)
    if people.writing_in(unit.connection, request.citizen) == request.code:
        people.write_in(unit.connection, request.citizen, None, now=unit.now)
    unit.tell_citizen(request, requests.told(unit.citizen_scene(request), request, "told.to_bot"))
    unit.answer(visit, Reply(blocks=(scene_of(unit, visit).line("done.to_bot", code=request.code),)))


def give_back(unit: UnitOfWork, request: Request, actor: Actor, why: str, key: str) -> None:
    """Into the queue again; the other side knows."""
    owner = request.owner
    request = unit.execute(request, Action.RELEASE, actor, why=why)
    for chat in {request.citizen, owner or request.citizen}:
        if people.writing_in(unit.connection, chat) == request.code:
            people.write_in(unit.connection, chat, None, now=unit.now)
    unit.tell_citizen(request, requests.told(unit.citizen_scene(request), request, key))


def depart(unit: UnitOfWork, request: Request) -> None:
    """Whoever held it serves no more: into the queue, or, where somebody above owes the answer, nobody's."""
    if request.status is not Status.ESCALATED:
        return give_back(unit, request, CLOCK, "", "told.released")
    owner = request.owner
    request = unit.execute(request, Action.DEPART, CLOCK)
    if owner and people.writing_in(unit.connection, owner) == request.code:
        people.write_in(unit.connection, owner, None, now=unit.now)
    said = unit.desk_scene(request.commune).line("leader.departed", code=request.code)
    for leader in unit.crew(request.commune, Role.LEADER):
        unit.put(leader, about(Reply(blocks=(said,)), request))
    return None


# Words to the citizen


def say(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, text: str, *, ready: bool = False) -> None:
    """Words, or whatever else was sent, go to the citizen, or wait for a second look.

    Outside a topic, and for words that were `ready`, it is said to whom they went once they have arrived.
    """
    if visit.kind in (Kind.TEXT, Kind.EDIT, Kind.COMMAND, Kind.BUTTON) and not text:
        raise Refused("empty")
    if relay.is_note(text):
        return note(unit, visit, actor, request, relay.note_of(text))
    check_may_answer(request, actor)
    unseen = second_look.is_new(unit, actor, request)
    then = _confirmed(unit, visit, request, unseen=unseen) if ready or visit.sure or not visit.thread else ()
    _speak(unit, visit, actor, request, Action.ANSWER, text, then)
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


def _speak(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, deed: Action, text: str, then: Then) -> None:
    """What is kept as said in the request: out at once, or after a second look. `then` is said once it has arrived."""
    new = second_look.is_new(unit, actor, request)
    if new and second_look.reviewers(unit, actor, request):
        second_look.hold(unit, visit, actor, request, deed, text)
        return doubting.warn(unit, visit, request, text)
    if doubting.stops(unit, visit, request, "more" if deed is Action.ASK else "answer", text):
        return None
    kept = UNSEEN if new else deed
    row = cases.message(unit.connection, relay.wrote(unit, request, visit, side="staff", text=text, deed=kept))
    if row and deed is Action.ANSWER:
        _answer_goes_out(unit, actor, request, row, then, point=visit.point)
    elif row:
        GOES_OUT[deed](unit, actor, request, row, then)
    return None


def _confirmed(unit: UnitOfWork, visit: Visit, request: Request, *, unseen: bool) -> Then:
    """To whom the words went; outside a topic nothing else shows it."""
    scene = scene_of(unit, visit)
    values = {"name": request.name or scene.say("card.nobody"), "code": request.code}
    key = "done.sent_unseen" if unseen else "done.sent_to"
    return unit.then(visit, about(Reply(blocks=(scene.line(key, **values),)), request))


def _answer_goes_out(
    unit: UnitOfWork, author: Actor, request: Request, row: relay.Written, then: Then, point: Point | None = None
) -> None:
    check_may_answer(request, author)
    if request.status is not Status.ESCALATED:
        request = unit.execute(request, Action.ANSWER, author)
        cases.went_out(unit.connection, row["id"], request.code)
    relay.to_citizen(unit, request, row, point=point, then=then)
    people.count_answer(unit.connection, author.person, request.commune)


def _question_goes_out(unit: UnitOfWork, author: Actor, request: Request, row: relay.Written, then: Then) -> None:
    request = unit.execute(request, Action.ASK, author)
    cases.went_out(unit.connection, row["id"], request.code)
    told = requests.told(unit.citizen_scene(request), request, "told.asked")
    relay.to_citizen(unit, request, row, then=(*unit.then_citizen(request, told), *then))


def _reason(
    unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, deed: Action, text: str, then: Then = (),
    to: int | None = None,
) -> bool:  # fmt: skip
    """A step whose reason the citizen reads: taken at once, or after a second look; whether it was taken."""
    unit.step(request, deed, actor, why=text, to=to)  # refused before anything is kept
    if second_look.is_new(unit, actor, request) and second_look.reviewers(unit, actor, request):
        second_look.hold(unit, visit, actor, request, deed, text)
        return False
    if deed is Action.RETURN and doubting.stops(unit, visit, request, "returned", text):
        return False
    GOES_OUT[deed](unit, actor, request, {"text": text}, then)
    return True


def _tell_citizen(unit: UnitOfWork, request: Request, key: str, then: Then, **values: object) -> None:
    """A sentence for the citizen; `then` is said once it has arrived."""
    told = requests.told(unit.citizen_scene(request), request, key, **values)
    unit.tell_citizen(request, replace(told, place=replace(told.place, then=then)))


def approve(unit: UnitOfWork, visit: Visit, actor: Actor, number: int, *, why: str | None = None) -> None:
    """A colleague looked at a new officer's words; `why`: they are not good."""
    row = cases.message(unit.connection, number)
    request = unit.request(row["code"]) if row else None
    try:
        second_look.decide(unit, visit, actor, number, why=why, deeds=GOES_OUT)
    except Refused as refused:
        refuse(unit, visit, refused, request)


def send_back(unit: UnitOfWork, visit: Visit, actor: Actor, number: int, why: str) -> None:
    """Back to whoever wrote it, with a reason; where none is given it is asked for."""
    if why.strip():
        return approve(unit, visit, actor, number, why=why.strip())
    place = Place(name=f"return:{number}", prompts=True)
    return unit.answer(visit, Reply(blocks=(scene_of(unit, visit).line("prompt.return", number=number),), place=place))


def send_draft(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    """The best entry, in the citizen's own language, with one tap."""
    scene = unit.citizen_scene(request)
    entry = scene.procedure(request.procedure) if request.procedure else None
    if entry is None:
        raise Refused("no_draft")
    spoken = replace(scene, memory=replace(scene.memory, commune=request.commune))
    say(unit, visit, actor, request, entry_answer(spoken, entry, None).text, ready=True)


def ask_more(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """Ask for what is missing: all of it at once, because every round is counted and shown."""
    if not text:
        return prompt(unit, visit, request, "more")
    asked = unit.step(request, Action.ASK, actor).request  # refused before anything is kept
    line = scene_of(unit, visit).line("done.asked", code=request.code, count=asked.rounds)
    _speak(unit, visit, actor, request, Action.ASK, text, unit.then(visit, Reply(blocks=(line,))))
    return None


def new_secret(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    """For a citizen who lost theirs and stands at the counter: told to whoever holds the request, in private."""
    secret = keys.renew(unit, actor, request)
    alone, scene = visit.in_private(), scene_of(unit, visit)
    unit.answer(alone, Reply(blocks=(scene.title("sent.secret", code=request.code, secret=secret),
                                        scene.line("done.secret"))))  # fmt: skip
    if not visit.private:
        unit.answer(visit, Reply(blocks=(scene.line("done.secret_private", code=request.code),)))


def note(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    if not text and visit.kind in relay.WORDS:
        return prompt(unit, visit, request, "note")
    unit.execute(request, Action.NOTE, actor)
    relay.wrote(unit, request, visit, side="note", text=text)
    scene = scene_of(unit, visit)
    return unit.answer(visit, Reply(blocks=(scene.line("done.noted", code=request.code),)))


def canned(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """`/r`: the ready answers; `/r name`: one of them, in the citizen's language."""
    scene = scene_of(unit, visit)
    if text not in unit.rules.canned:
        rows = tuple(
            (Button(label=one.name, action=actions.Canned(request.code, key).wire),)
            for key, one in unit.rules.canned.items()
        )
        return unit.answer(visit, Reply(blocks=(scene.line("canned.choose", code=request.code),), buttons=rows))
    theirs = unit.citizen_scene(request).of_commune(request.commune)
    entry = theirs.procedure(request.procedure) if request.procedure else None
    words, missing = ready.filled(theirs, entry, request.name, unit.rules.canned[text].text.of(theirs.language))
    if missing:
        what = ", ".join(scene.say(f"screen.blank_{one}") for one in missing)
        return unit.answer(visit, Reply(blocks=(scene.line("canned.blank", what=what),)))
    return say(unit, visit, actor, request, words, ready=True)


def take_back(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    """`/delete` in answer to one's own message."""
    row = cases.at(unit.connection, visit.chat, visit.reply_to) if visit.reply_to else None
    if row and doubting.taken_up(unit, visit, row):
        return unit.answer(visit, Reply(blocks=(scene_of(unit, visit).line("which.sent_nowhere"),)))
    if row is None or row["code"] != request.code or row["side"] != "staff" or row["state"] == "gone":
        raise Refused("delete_what")
    return take_away(unit, visit, actor, request, row)


def take_away(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, row: cases.Row) -> None:
    """What an officer wrote goes from wherever it stands, or waits; Refused where it may not."""
    if Part.OWNER not in parts_of(actor, request):
        raise Refused("not_owner", request.owner_name)
    scene = scene_of(unit, visit)
    if row["copy_message"] == "":  # one of several that Telegram did not copy all of
        return unit.answer(visit, Reply(blocks=(scene.line("room.not_taken_back", code=request.code),)))
    for waiting in cases.waiting_at(unit.connection, row["chat"], row["message"]):
        second_look.withdraw(unit, request, waiting, "approval.taken_back")
    done = Reply(blocks=(scene.line("done.deleted"),))
    if sent := cases.sent_at(unit.connection, row["chat"], row["message"]):
        now = relay.take_back(unit, actor, request, sent, unit.then(visit, done))
        return tell_owed(unit, visit, request, now)
    return unit.answer(visit, done)


def tell_owed(unit: UnitOfWork, visit: Visit, before: Request, now: Request) -> None:
    """Whoever took the only answer back hears that it counts as none, and by when another is due."""
    _tell_published(unit, visit, before, now)
    if before.answered_at is None or now.answered_at is not None:
        return
    scene, due = scene_of(unit, visit), now.next_due
    when = scene.moment(due) if due else ""
    line = scene.line("done.owed_again" if due else "done.unsettled", code=now.code, when=when)
    unit.answer(visit, about(Reply(blocks=(line,)), now))


def _tell_published(unit: UnitOfWork, visit: Visit, before: Request, now: Request) -> None:
    """A month that was published stays as it is: whoever takes back what counted in it hears so, and the leaders."""
    if before.answered_at is None or now.answered_at == before.answered_at:
        return
    period = month_of(before.answered_at)
    if measured.publication(unit.connection, open_data.names(period.name)[0]) is None:
        return
    values = {"code": now.code, "month": f"{period.name[5:]}/{period.name[:4]}"}
    unit.answer(visit, about(Reply(blocks=(scene_of(unit, visit).line("done.published", **values),)), now))
    author = unit.actor(visit.who, visit.name)
    line = unit.desk_scene(now.commune).line("leader.taken_back", who=author.name, **values)
    for leader in unit.crew(now.commune, Role.LEADER):
        if leader != author.person:
            unit.put(leader, about(Reply(blocks=(line,)), now))


# Passing on


def transfer(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """`CODE ward reason`: the other commune accepts or declines; until then this one stays responsible."""
    if not text:
        return prompt(unit, visit, request, "transfer")
    goal, why = _goal(unit, text)
    if goal is None:
        raise Refused("which_commune")
    if not unit.readers(request, goal):
        raise Refused("nobody_there")
    if not why.strip():
        raise Refused("why")
    scene = scene_of(unit, visit)
    done = Reply(blocks=(scene.line("done.offered", code=request.code, to=cards.commune_name(scene, goal)),))
    then = unit.then(visit, done)
    _reason(unit, visit, actor, request, Action.OFFER, f"{goal:05} {why}", to=goal, then=then)
    return None


def _offer_goes_out(unit: UnitOfWork, author: Actor, request: Request, row: relay.Written, then: Then) -> None:
    goal, why = _goal(unit, row["text"])
    request = unit.execute(request, Action.OFFER, author, to=goal, why=why)
    scene = unit.citizen_scene(request)
    told = requests.told(scene, request, "told.offered", to=cards.commune_name(scene, goal or 0))
    then = (*unit.then_citizen(request, told), *then)
    relay.hand(unit, request, unit.readers(request, goal or 0), why, "handed.offered", then)


def _goal(unit: UnitOfWork, text: str) -> tuple[int | None, str]:
    """A ward code, or a name up to the first comma, dash or line end; then the reason."""
    first, _, rest = text.partition(" ")
    if first.isascii() and first.isdigit() and len(first) <= 5:
        return (int(first) if int(first) in unit.communes else None), rest.strip(" ,–-:")
    for mark in ("\n", ";", ",", " – ", " - ", ":"):
        name, found, why = text.partition(mark)
        place = find_exactly(name, unit.house.engine.places) if found else None
        if place and place.certain:
            return place.certain.ward_code, why.strip()
    return None, ""


def accept(unit: UnitOfWork, _visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    old_room, before = unit.room(request), request
    request = unit.execute(request, Action.ACCEPT, actor)
    unit.audit(actor, "accept", request.code)
    _moved_away(unit, before, old_room)
    if before.owner and people.writing_in(unit.connection, before.owner) == request.code:
        people.write_in(unit.connection, before.owner, None, now=unit.now)
    open_room(unit, request)
    if not request.helper and people.writing_in(unit.connection, request.citizen) in (None, request.code):
        people.write_in(unit.connection, request.citizen, request.code, now=unit.now)
        key = "told.accepted"
    else:
        key = "told.accepted_other"
    unit.tell_citizen(request, requests.told(unit.citizen_scene(request), request, key))


def _moved_away(unit: UnitOfWork, before: Request, room: tuple[str, str | None] | None) -> None:
    """The desk that gave it away sees where it went."""
    scene = unit.desk_scene(before.commune)
    to = cards.commune_name(scene, before.transfer_to or 0)
    gone = Reply(blocks=(Block(text=f"✔ {before.code}", style=Style.TITLE), scene.line("card.moved", commune=to)))
    for chat in unit.readers(before, before.commune):
        unit.put(chat, replace(gone, place=Place(name=f"card:{before.code}")))
    if room:
        chat, topic = room
        unit.put(chat, Reply(blocks=(scene.line("room.moved", commune=to),), place=Place(topic=topic)))


def decline(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    if not text:
        return prompt(unit, visit, request, "decline")
    if _reason(unit, visit, actor, request, Action.DECLINE, text):
        scene = scene_of(unit, visit)
        unit.answer(visit, Reply(blocks=(scene.line("done.declined", code=request.code),)))
    return None


def _refusal_goes_out(unit: UnitOfWork, author: Actor, request: Request, row: relay.Written, then: Then) -> None:
    offered_to, why = request.transfer_to, row["text"]
    request = unit.execute(request, Action.DECLINE, author, why=why)
    scene = unit.desk_scene(request.commune)
    name = cards.commune_name(scene, offered_to or 0)
    said = about(Reply(blocks=(scene.line("room.declined", commune=name, why=why, code=request.code),)), request)
    if request.owner:
        unit.tell_desk(request, said)
    else:
        for chat in unit.readers(request, request.commune):
            unit.put(chat, said)
    _tell_citizen(unit, request, "told.declined", then, to=name, why=why)


def escalate(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """One step up the ladder of who decides, with the reason; only the province, where it is here, receives it."""
    if not text:
        return prompt(unit, visit, request, "escalate")
    here, then_ = scene_of(unit, visit), unit.step(request, Action.ESCALATE, actor, why=text).request
    key = ESCALATED[_received(then_, people.of_province(unit.connection, then_.province))][0]
    done = Reply(blocks=(here.line(key, code=then_.code, level=here.say(f"level.{then_.level}")),))
    _reason(unit, visit, actor, request, Action.ESCALATE, text, then=unit.then(visit, done))
    return None


def nobody_above(unit: UnitOfWork, province: int) -> None:
    """Where the last who received what was passed up serves no more: whoever holds it, and waits for it, reads that."""
    if people.of_province(unit.connection, province):
        return
    for request in unit.requests(cases.above(unit.connection, province)):
        desk, scene = unit.desk_scene(request.commune), unit.citizen_scene(request)
        line = desk.line("room.nobody_above", code=request.code, level=desk.say(f"level.{request.level}"))
        if unit.room(request):
            unit.tell_desk(request, Reply(blocks=(line,)))
        else:
            for leader in unit.crew(request.commune, Role.LEADER):
                unit.put(leader, about(Reply(blocks=(line,)), request))
        level = scene.say(f"level.{request.level}")
        unit.tell_citizen(request, requests.told(scene, request, "told.nobody_above_now", level=level))


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


def _escalation_goes_out(unit: UnitOfWork, author: Actor, request: Request, row: relay.Written, then: Then) -> None:
    """The citizen reads who decides, and who has it now."""
    why, above = row["text"], people.of_province(unit.connection, request.province)
    request = unit.execute(request, Action.ESCALATE, author, why=why)
    voice.plan_upward(unit, request.province)
    where, scene = _received(request, above), unit.citizen_scene(request)
    key = "handed.escalated" if where == "province" else "handed.to_forward"
    level = scene.say(f"level.{request.level}")
    told = requests.told(scene, request, ESCALATED[where][1], level=level, why=why)
    if not above:
        return unit.tell_citizen(request, replace(told, place=replace(told.place, then=then)))
    then = (*unit.then_citizen(request, told), *then)
    return relay.hand(unit, request, [one["person"] for one in above], why, key, then)


def returned(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """The answer that came back from above."""
    if not text:
        return prompt(unit, visit, request, "returned")
    here = Reply(blocks=(scene_of(unit, visit).line("done.returned", code=request.code),))
    _reason(unit, visit, actor, request, Action.RETURN, text, then=unit.then(visit, here))
    return None


def _return_goes_out(unit: UnitOfWork, author: Actor, request: Request, row: relay.Written, then: Then) -> None:
    level, why = request.level, row["text"]
    request = unit.execute(request, Action.RETURN, author, why=why)
    scene, desk = unit.citizen_scene(request), unit.desk_scene(request.commune)
    _tell_citizen(unit, request, "told.returned", then, level=scene.say(f"level.{level}"), why=why)
    said = desk.line("room.returned", level=desk.say(f"level.{level}"), why=why, code=request.code)
    unit.tell_desk(request, Reply(blocks=(said,)))


GOES_OUT: dict[str, second_look.GoesOut] = {
    Action.ANSWER: _answer_goes_out, Action.ASK: _question_goes_out, Action.OFFER: _offer_goes_out,
    Action.DECLINE: _refusal_goes_out, Action.ESCALATE: _escalation_goes_out, Action.RETURN: _return_goes_out,
    second_look.CORRECTS: second_look.correct,
}  # fmt: skip


# Closing


def close(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    request = unit.execute(request, Action.CLOSE, actor)
    citizens.leave(unit, request)
    ahead.settled(unit, request)
    unit.tell_citizen(request, requests.told(unit.citizen_scene(request), request, "told.closed"))
    scene = scene_of(unit, visit)
    buttons = ((scene.button("do.proposal", actions.DeskCommand(DeskVerb.PROPOSAL, request.code)),),)
    unit.answer(visit, Reply(blocks=(scene.line("done.closed", code=request.code),), buttons=buttons))


def make_knowledge(unit: UnitOfWork, visit: Visit, _actor: Actor, request: Request, _text: str) -> None:
    """An officer's answer becomes a proposal for the maintainers; nothing changes by itself."""
    said = cases.said(unit.connection, request.code, side="staff")
    answers = [r["text"] for r in said if r["text"] and r["state"] == "sent"]
    asked = [r["text"] for r in cases.said(unit.connection, request.code, side="citizen") if r["text"]]
    if not answers or not asked:
        raise Refused("nothing_said")
    propose(
        code=request.code,
        procedure=request.procedure,
        language=request.language,
        question=redact(asked[0]),
        answer=redact(answers[-1]),
        day=scene_of(unit, visit).today,
    )
    unit.answer(visit, Reply(blocks=(scene_of(unit, visit).line("done.proposed"),)))


def show(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    """`/status CODE` by staff: the card, here. Only what is open, or was one's own."""
    if request.status in OVER and request.owner != actor.person and not actor.leads(request.commune):
        raise Refused("unknown")
    unit.audit(actor, "look", request.code)
    card = cards.card(unit.desk_scene(request.commune), request)
    unit.answer(visit, replace(card, place=Place(about=request.code)))


def keep_out(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """`/block CODE reason`: whoever misuses the desk is heard there no more for a time; the leader is told."""
    if not text:
        raise Refused("why")
    if Part.DESK not in parts_of(actor, request):
        raise Refused("not_yours")
    until = unit.now + dt.timedelta(days=unit.rules.kept_out_days)
    people.keep_out(
        unit.connection, request.citizen, commune=request.commune, by=actor.person, why=text, now=unit.now,
        until=until,
    )  # fmt: skip
    unit.audit(actor, "block", request.code)
    scene = unit.desk_scene(request.commune)
    values = {"code": request.code, "day": scene.day(until.astimezone(VIETNAM).date())}
    for leader in unit.crew(request.commune, Role.LEADER):
        said = scene.line("block.leader", who=actor.name, why=text, **values)
        unit.put(leader, about(Reply(blocks=(said,)), request))
    unit.answer(visit, Reply(blocks=(scene.line("block.done", **values),)))


def let_in(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, _text: str) -> None:
    if not actor.leads(request.commune):
        raise Refused("leader_only")
    people.let_in(unit.connection, (request.citizen, unit.mark(request.citizen)), request.commune)
    unit.audit(actor, "unblock", request.code)
    unit.answer(visit, Reply(blocks=(scene_of(unit, visit).line("block.undone", code=request.code),)))


COMMANDS: dict[str, Callable[[UnitOfWork, Visit, Actor, Request, str], None]] = {
    "claim": claim, "assign": assign, "answer": say, "more": ask_more, "transfer": transfer, "accept": accept,
    "decline": decline, "escalate": escalate, "returned": returned, "note": note, "release": release, "close": close,
    "r": canned, "draft": send_draft, "proposal": make_knowledge, "delete": take_back, "status": show,
    "block": keep_out, "unblock": let_in, "bot": to_bot, "secret": new_secret,
    "gather": voice.gather,
}  # fmt: skip
OF_NO_REQUEST = ("return", "practice", "notice", "rateword", "mpass", "manswer", "hours", "hoursno")
PROMPTED = ("more", "note", "transfer", "decline", "escalate", "returned")


def prompt(unit: UnitOfWork, visit: Visit, request: Request, verb: str) -> None:
    """Ask for the words; the answer to this message carries them."""
    scene = scene_of(unit, visit)
    place = Place(name=f"{verb}:{request.code}", about=request.code, prompts=True)
    unit.answer(visit, Reply(blocks=(scene.line(f"prompt.{verb}", code=request.code),), place=place))


def prompted(unit: UnitOfWork, visit: Visit) -> tuple[str, str] | None:
    """What a message answers, where it answers a prompt: the verb and what it is about."""
    name = shown.at(unit.connection, visit.chat, visit.reply_to) if visit.reply_to else None
    verb, _, subject = (name or "").partition(":")
    return (verb, subject) if verb in (*PROMPTED, *OF_NO_REQUEST) else None


def approve_by_command(unit: UnitOfWork, visit: Visit, actor: Actor, *, ok: bool) -> None:
    """`/approve 12`, `/reject 12 reason`: the number stands in the question."""
    number, _, why = visit.text.strip().partition(" ")
    if not (number.isascii() and number.isdigit() and len(number) < MOST_DIGITS):
        return refuse(unit, visit, Refused("unknown"))
    return approve(unit, visit, actor, int(number)) if ok else send_back(unit, visit, actor, int(number), why)


# Buttons


def press(unit: UnitOfWork, visit: Visit, actor: Actor, action: actions.Duty) -> None:
    """A button of an officer's; the right is checked again."""
    match action:
        case actions.Practise():
            return practice.begin(unit, visit)
        case actions.Approve(number):
            return approve(unit, visit, actor, number)
        case actions.SendBack(number):
            return send_back(unit, visit, actor, number, "")
        case actions.WriteNotice(number):
            return practice.ask_notice(unit, visit, actor, number)
        case actions.SayTo(number, code):
            return say_to(unit, visit, actor, number, code)
        case actions.Canned(code, name) if request := seen(unit, actor, read_code(code)):
            return act(unit, visit, actor, DeskVerb.REPLIES, request, name)
        case actions.GiveTo(code, person) if request := seen(unit, actor, read_code(code)):
            return act(unit, visit, actor, DeskVerb.ASSIGN, request, person)
        case actions.DeskCommand(verb, code) if request := seen(unit, actor, read_code(code)):
            return act(unit, visit, actor, verb, request, "")
        case _:
            return refuse(unit, visit, Refused("unknown"))


def say_to(unit: UnitOfWork, visit: Visit, actor: Actor, number: int, code: str) -> None:
    """The officer said for whom the words are that were kept."""
    words, scene = addressee.taken_up(unit, visit, number), scene_of(unit, visit)
    if words is None:
        return refuse(unit, visit, Refused("decided"))
    if own := citizens.own(unit, visit, read_code(code)):
        return citizens.add(unit, words, own)
    request = seen(unit, actor, read_code(code))
    if request is None:
        return unit.answer(visit, Reply(blocks=(scene.line("which.sent_nowhere"),)))
    return act(unit, words, actor, "answer", request, words.text)


def clock_releases(unit: UnitOfWork, request: Request) -> None:
    """Whoever claimed it has been silent for too long."""
    scene, name, owner = unit.desk_scene(request.commune), request.owner_name, request.owner
    give_back(unit, request, CLOCK, "", "told.silent")
    said = Reply(blocks=(scene.line("room.silent", who=name, code=request.code),))
    group = unit.desk(request.commune)
    if group and not request.for_leaders:
        unit.put(group, replace(said, place=Place(topic=f"topic:{request.code}")))
    elif owner:
        unit.put(owner, said)
