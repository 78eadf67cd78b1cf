"""The front of the queue: which visits concern a request, and whose they are. All others belong to the bot."""

import re
from collections.abc import Callable
from dataclasses import replace

from bot.casework import (
    addressee,
    ahead,
    appointments,
    astray,
    broadcasts,
    citizens,
    corrections,
    digital_team,
    doubting,
    helping,
    hours,
    insisting,
    learning,
    officers,
    practice,
    relay,
    searching,
    signing_in,
    staffing,
    tickets,
    voice,
)
from bot.casework import people as privacy_of
from bot.casework.unit_of_work import UnitOfWork, memory_of
from bot.conversation import actions
from bot.conversation.citizen import matters, requests
from bot.conversation.citizen.commands import BEHIND_HELP
from bot.conversation.converse import COMMANDS
from bot.conversation.reply import Reply
from bot.conversation.visit import Kind, Memory, Visit
from bot.desk.codes import read_code
from bot.desk.lifecycle import parts_of
from bot.desk.request import Actor, Request, RequestKind, Status
from bot.store import cases, chats, people, shown
from bot.store.people import Caller

STOPS = ("stop", "dung", "berhenti")  # the word of every message told unasked, typed as a command
CITIZENS = (
    "request",
    "send",
    "write",
    "status",
    "cancel",
    "close",
    "reopen",
    "rate",
    "my",
    "reminders",
    "appointments",
    "notices",
    *STOPS,
    "for",
    "consent",
    "takeover",
    "matters",
    "number",
    "privacy",
    "mydata",
    "forget",
)
STAFF_ALONE = (
    "queue",
    "mine",
    "find",
    "desklink",
    "stats",
    "away",
    "back",
    "practice",
    "unanswered",
    "notice",
    "broadcast",
    "helpers",
    "matter",
    "counter",
    "hours",
    "approve",
    "reject",
)
STAFF = ("claim", "assign", "answer", "more", "transfer", "accept", "decline", "escalate", "returned", "note",
         "release", "r", "delete", "block", "unblock", "draft", "bot", "proposal", "secret",
         "gather")  # fmt: skip
# What only looks, or what failed where nothing is kept of it: an edit may do it now.
TRIED_AGAIN = (*COMMANDS, "request", "status", "write", "reminders", "appointments", "privacy", "mydata", "queue",
               "mine", "find", "stats", "hours", "unanswered", "answer", "more", "note", "r")  # fmt: skip
# What a button of `/help` does: commands that need no words.
BY_BUTTON = (*BEHIND_HELP, "queue", "stats", "unanswered", "notice", "practice", "away", "back", "counter", "hours")
WALL = re.compile(r"c([0-9]{5})_so-([0-9]{1,6})", re.ASCII)  # the link of the code on a counter's wall
ALL_COMMANDS = frozenset({*CITIZENS, *STAFF, *STAFF_ALONE, *COMMANDS, "join", "desk"})
KINDS = {"question": "question", "papers": "papers", "feedback": "feedback", "extra": "extra_demand",
         "recommendation": "recommendation"}  # fmt: skip


def serve(unit: UnitOfWork, visit: Visit, caller: Caller) -> bool:
    """Take a visit that concerns the queue. False: it is for the bot, and nothing has changed."""
    if visit.anonymous:
        _unheard(unit, visit)
        return True
    if caller.on_staff and visit.private:
        chats.find(unit.connection, visit.chat)
    if visit.forum and not visit.private:
        people.set_forum(unit.connection, visit.chat, forum=True)  # topics may be switched on later
    match visit.kind:
        case Kind.LEFT:
            staffing.left(unit, visit)
            return True
        case Kind.OUT | Kind.BACK:
            astray.standing_changed(unit, visit, out=visit.kind is Kind.OUT)
            return True
        case Kind.BUTTON:
            return _pressed(unit, visit)
        case _ if visit.edited:
            return _edited(unit, visit)
        case _ if visit.command:  # also under a photo
            return _commanded(unit, visit)
        case _:
            return _spoken(unit, visit, caller) if visit.private else _in_group(unit, visit)


def commune_is_known(unit: UnitOfWork, visit: Visit) -> None:
    """The bot has learnt somebody's commune: a draft that waited for it goes on."""
    if visit.private:
        citizens.commune_is_known(unit, visit.chat)


def person_wanted(unit: UnitOfWork, visit: Visit, memory: Memory) -> None:
    """A wish for a person opens the draft, about what was asked last."""
    scene = unit.scene(visit.chat)
    citizens.begin(unit, visit, "question", memory.procedure, requests.wished(scene, memory, visit.text))


def _unheard(unit: UnitOfWork, visit: Visit) -> None:
    """An anonymous administrator, or a channel: what was meant for us, in a desk's group or to be one, went nowhere."""
    if people.desk_in(unit.connection, visit.chat) is None and not (visit.command == "desk" or visit.addressed):
        return
    if visit.command in ALL_COMMANDS or _code_of_topic(unit, visit) or _code_answered(unit, visit):
        unit.answer(visit, Reply(blocks=(unit.scene(visit.chat).line("room.anonymous"),)))


def _pressed(unit: UnitOfWork, visit: Visit) -> bool:
    match actions.read(visit.text):
        case actions.Own() as action if visit.private:
            citizens.press(unit, visit, action)
        case actions.Wrong(procedure) if visit.private:
            learning.is_wrong(unit, visit, procedure)
        case actions.Notices() as action if visit.private:
            broadcasts.choose(unit, visit, action)
        case actions.Broadcasting() as action:
            broadcasts.press(unit, visit, unit.actor(visit.who, visit.name), action)
        case actions.InLine() as action if visit.private:
            tickets.press(unit, visit, action)
        case actions.Calling() as action:
            tickets.call(unit, visit, unit.actor(visit.who, visit.name), action)
        case actions.OfficeHours() as action:
            hours.press(unit, visit, unit.actor(visit.who, visit.name), action)
        case actions.Booking() as action if visit.private:
            appointments.press(unit, visit, action)
        case actions.Helping() as action if visit.private:
            helping.press(unit, visit, action)
        case actions.Ahead() as action if visit.private:
            ahead.press(unit, visit, action)
        case actions.Command(name) if name in BY_BUTTON:
            asked = replace(visit, kind=Kind.COMMAND, command=name, text="", addressed=True)
            return _commanded(unit, asked) or name in CITIZENS
        case actions.SendNotice(number):
            broadcasts.of_notice(unit, visit, unit.actor(visit.who, visit.name), number)
        case actions.InviteHelper() | actions.EndHelper() as action:
            digital_team.press(unit, visit, unit.actor(visit.who, visit.name), action)
        case actions.GatherInto() | actions.ShowMatter() | actions.PassMatter() | actions.AnswerMatter() as action:
            voice.press(unit, visit, unit.actor(visit.who, visit.name), action)
        case actions.SendAnyway() | actions.LeaveUnsent() as action:
            insisting.press(unit, visit, unit.actor(visit.who, visit.name), action)
        case actions.Duty() as action:
            actor = unit.actor(visit.who, visit.name)
            if actor.on_duty:
                officers.press(unit, visit, actor, action)
            else:
                unit.answer(visit, Reply(blocks=(unit.scene(visit.who).line("staff.only"),)))
        case _:
            return False
    return True


def _commanded(unit: UnitOfWork, visit: Visit) -> bool:
    name = visit.command or ""
    actor = unit.actor(visit.who, visit.name)
    if _not_for_us(unit, visit, actor):
        return True
    if name == "join":
        staffing.join(unit, visit, visit.text)
    elif name == "desk":
        staffing.make_desk(unit, visit, actor, visit.text)
    elif name == "hours" and visit.private and not actor.on_duty:
        return False
    elif name in (*STAFF, *STAFF_ALONE) and not actor.on_duty:
        unit.answer(visit, Reply(blocks=(unit.scene(visit.who).line("staff.only"),)))
    elif name == "start" and visit.private and (drawn := WALL.fullmatch(visit.text.strip())):
        tickets.command(unit, visit, " ".join(drawn.groups()))
    elif name in STAFF_ALONE:
        ALONE[name](unit, visit, actor)
    elif name in STAFF:
        _deed(unit, visit, actor, name)
    elif name == "matters" and actor.on_duty:
        voice.list_for(unit, visit, actor)
    elif name in ("status", "close") and actor.on_duty and _for_staff(unit, visit, actor, name):
        pass
    elif name in CITIZENS and visit.private:
        _own(unit, visit, name)
    elif name == "help" and actor.on_duty:
        scene = unit.scene(visit.who)
        rest = tuple((scene.button(f"command.{one}", actions.Command(one)),) for one in BY_BUTTON if one in STAFF_ALONE)
        unit.answer(visit, Reply(blocks=(scene.line("help.staff"),), buttons=rest))
        return not visit.private
    else:
        return False
    return True


def _not_for_us(unit: UnitOfWork, visit: Visit, actor: Actor) -> bool:
    """In a group other bots have their commands, and some of them are called like ours."""
    if visit.private or visit.addressed:
        return False
    if visit.command not in ALL_COMMANDS:
        return True
    of_staff = visit.command in (*STAFF, *STAFF_ALONE)
    return of_staff and not actor.on_duty and people.desk_in(unit.connection, visit.chat) is None


def _own(unit: UnitOfWork, visit: Visit, name: str) -> None:
    if name in OWN_DATA:
        OWN_DATA[name](unit, visit, citizens.scene_of(unit, visit))
    elif name == "my":
        citizens.my(unit, visit)
    elif name == "reminders":
        ahead.show(unit, visit)
    elif name in STOPS:
        ahead.stopped_by_command(unit, visit)
    elif name == "notices":
        broadcasts.show(unit, visit)
    elif name == "matters":
        voice.show(unit, visit)
    elif name == "number":
        tickets.command(unit, visit, visit.text)
    elif name in helping.COMMANDS:
        helping.COMMANDS[name](unit, visit)
    elif name == "appointments":
        appointments.command(unit, visit, unit.actor(visit.who, visit.name), visit.text)
    elif name == "request":
        first, _, rest = visit.text.partition(" ")
        kind = KINDS.get(first.lower())
        citizens.begin(unit, visit, kind or "question", None, rest if kind else visit.text)
    else:
        first, rest = _split(visit.text)
        citizens.command(unit, visit, name, read_code(first), rest)


def _deed(unit: UnitOfWork, visit: Visit, actor: Actor, name: str) -> None:
    """`/verb CODE words`; in a request's own conversation the code may be left out."""
    first, rest = _split(visit.text)
    code = read_code(first)
    request = officers.seen(unit, actor, code) if code else _here(unit, visit, actor)
    if request is None:
        which = not code and (first or addressee.several(unit, actor))
        key = "refused.which" if which else "refused.unknown"
        unit.answer(visit, Reply(blocks=(unit.scene(visit.who).line(key, who=""),)))
        return
    officers.act(unit, visit, actor, name, request, rest if code else visit.text)


def _split(text: str) -> tuple[str, str]:
    """The first word and the rest; a code may be typed as `MC 7K3Q 9F`."""
    words = text.split(maxsplit=3)
    for count in (1, 3, 2):
        if len(words) >= count and read_code(" ".join(words[:count])):
            return " ".join(words[:count]), text.split(maxsplit=count)[count] if len(text.split()) > count else ""
    first, _, rest = text.partition(" ")
    return first, rest


def _for_staff(unit: UnitOfWork, visit: Visit, actor: Actor, name: str) -> bool:
    """`/status` and `/close` are the desk's where the request is not the person's own."""
    code = read_code(_split(visit.text)[0])
    request = officers.seen(unit, actor, code) if code else _here(unit, visit, actor)
    which = not code and visit.private and addressee.is_unsure(unit, actor)
    if request is None and visit.private and not which:
        return False
    if request is None:
        key = "refused.which" if which else "refused.unknown"
        unit.answer(visit, Reply(blocks=(unit.scene(visit.who).line(key, who=""),)))
    else:
        officers.act(unit, visit, actor, name, request, "")
    return True


def _here(unit: UnitOfWork, visit: Visit, actor: Actor) -> Request | None:
    """The request of the conversation that a visit stands in: by topic, by what it answers, by where one writes."""
    code = _code_of_topic(unit, visit) or _code_answered(unit, visit)
    if code is None and visit.private and not addressee.several(unit, actor):
        code = people.writing_in(unit.connection, visit.chat)
    return officers.seen(unit, actor, code)


def _code_of_topic(unit: UnitOfWork, visit: Visit) -> str | None:
    name = shown.in_thread(unit.connection, visit.chat, visit.thread) if visit.thread else None
    return name.removeprefix("topic:") if name and name.startswith("topic:") else None


def _code_answered(unit: UnitOfWork, visit: Visit) -> str | None:
    """The request of the message that a visit answers."""
    if visit.reply_to is None:
        return None
    if row := cases.at(unit.connection, visit.chat, visit.reply_to):
        return str(row["code"])
    name = shown.at(unit.connection, visit.chat, visit.reply_to) or ""
    kind, _, code = name.partition(":")
    if kind == "relay" and (row := cases.message(unit.connection, int(code.partition(".")[0]))):
        return str(row["code"])
    return code.partition(":")[0] if kind in ("topic", "about", "card") else None


def _prompted(unit: UnitOfWork, visit: Visit, actor: Actor) -> bool:
    """The answer to a message that asked for words."""
    found = officers.prompted(unit, visit)
    if found is None or not visit.text.strip():
        return False
    verb, subject = found
    if verb == "rateword":
        request = citizens.own(unit, visit, subject)
        if request:
            citizens.rating_word(unit, visit, request)
        return request is not None
    if not actor.on_duty:
        return False
    if verb == "practice":
        practice.compare(unit, visit, subject)
    elif verb == "return":
        officers.send_back(unit, visit, actor, int(subject), visit.text)
    elif verb in hours.ASKED:
        hours.answered(unit, visit, actor, verb, subject)
    elif verb == "notice":
        practice.write_notice(unit, visit, actor, subject)
    elif verb in ("mpass", "manswer"):
        voice.act(unit, visit, actor, verb.removeprefix("m"), int(subject), visit.text)
    elif request := officers.seen(unit, actor, subject):
        officers.act(unit, visit, actor, verb, request, visit.text)
    return True


def _spoken(unit: UnitOfWork, visit: Visit, caller: Caller) -> bool:
    """Words or an attachment in a private chat."""
    actor = unit.actor(visit.who, visit.name) if caller.on_staff else Actor(person=visit.who, name=visit.name)
    if _prompted(unit, visit, actor):
        return True
    if visit.kind is Kind.TEXT and (helping.heard(unit, visit, caller.memory) or _of_reminders(unit, visit, caller)):
        return True
    if ahead.is_the_date(unit, visit, caller.memory):
        return False
    writing = caller.writing_in or ""
    if writing.startswith(citizens.WAITS_FOR_COMMUNE):
        waiting = unit.request(writing.removeprefix(citizens.WAITS_FOR_COMMUNE))
        is_draft = waiting is not None and waiting.status is Status.DRAFT
        return waiting is not None and is_draft and citizens.while_commune_is_asked(unit, visit, waiting)
    answered = visit.late_for or _code_answered(unit, visit)
    drafting = writing.startswith(citizens.DRAFT)
    plain = caller.on_staff and not answered and not drafting
    if plain and addressee.is_unsure(unit, actor):
        addressee.ask(unit, visit, addressee.meant(unit, actor), "which.ask")
        return True
    request = unit.request(answered or writing.removeprefix(citizens.DRAFT) or None)
    parts = parts_of(actor, request) if request else frozenset()
    if request is None or not parts:
        return not caller.on_staff and _wishes(unit, visit, caller)
    if citizens.is_theirs(unit, actor, request):
        if request.status is Status.DRAFT:
            return citizens.write_draft(unit, visit, request)
        if request.status is Status.DROPPED:
            return False
        citizens.add(unit, visit, request)
        return True
    officers.act(unit, visit, actor, "answer", request, visit.text)
    return True


def _of_reminders(unit: UnitOfWork, visit: Visit, caller: Caller) -> bool:
    """Words that stop what is told unasked, or answer “shall I remind you?”."""
    return ahead.stops(unit, visit) or ahead.agrees(unit, visit, caller.memory)


def _wishes(unit: UnitOfWork, visit: Visit, caller: Caller) -> bool:
    """What is done at once; and what somebody says those who represent them should do becomes a draft."""
    if visit.kind is not Kind.TEXT:
        return False
    scene = citizens.scene_of(unit, visit, memory_of(caller.memory))
    if any(asked_for(unit, visit, scene) for asked_for in (ahead.asked_for, appointments.asked_for, tickets.asked_for)):
        return True
    if matters.wants_notices(scene, visit.text):
        broadcasts.show(unit, visit)
        return True
    if not matters.recommends(scene, visit.text):
        return False
    citizens.begin(unit, visit, RequestKind.RECOMMENDATION, None, visit.text)
    return True


def _in_group(unit: UnitOfWork, visit: Visit) -> bool:
    """In the staff group only what stands in a request's conversation is read."""
    desk = people.desk_in(unit.connection, visit.chat)
    actor = unit.actor(visit.who, visit.name)
    if desk is None or not actor.serves(desk["commune"]):
        return True  # other groups, and people who only sit in the group: silence
    if _prompted(unit, visit, actor):
        return True
    request = unit.request(visit.late_for or _code_of_topic(unit, visit) or _code_answered(unit, visit))
    if request is None:
        _unaddressed(unit, visit, actor, desk["commune"])
        return True
    if not parts_of(actor, request):
        unit.answer(visit, Reply(blocks=(unit.scene(visit.who).line("room.elsewhere"),)))
        return True
    if request.owner not in (None, visit.who) and not relay.is_note(visit.text) and request.owner:
        _not_the_owner(unit, visit, actor, request)
    else:
        officers.act(unit, visit, actor, "answer", request, visit.text)
    return True


def _unaddressed(unit: UnitOfWork, visit: Visit, actor: Actor, commune: int) -> None:
    """Where conversations have no topics, words that answer no message reach nobody: whoever holds one is told."""
    meant = addressee.without_topic(unit, actor, visit.chat, commune)
    if meant and not visit.thread and not relay.is_note(visit.text):
        addressee.ask(unit, visit, meant, "which.no_topics")


def _not_the_owner(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request) -> None:
    """A colleague's words stay inside, and they are told so; a leader's go out."""
    if actor.leads(request.commune):
        officers.act(unit, visit, actor, "answer", request, visit.text)
        return
    line = unit.scene(visit.who).line("room.not_sent", who=request.owner_name)
    unit.answer(visit, Reply(blocks=(line,)))


def _edited(unit: UnitOfWork, visit: Visit) -> bool:
    """Somebody changed what they had sent; False: it is for the bot, as words that are new."""
    row = cases.at(unit.connection, visit.chat, visit.message)
    if row is None:
        return _edited_elsewhere(unit, visit)
    actor = unit.actor(visit.who, visit.name)
    if addressee.forget_waiting(unit, visit):
        return _asked_again(unit, visit, actor)
    if stopped := doubting.taken_up(unit, visit, row):
        return _thought_again(unit, replace(visit, others=stopped.others), actor, row)
    request = unit.request(row["code"])
    if request is None or not parts_of(actor, request):
        corrections.not_followed(unit, visit, "edit.not_followed")
    elif visit.command not in (None, "answer", "more", "note", "request", "write"):
        corrections.not_followed(unit, visit, "edit.not_again")
    elif (code := _code_in(visit)) and code != row["code"] and row["side"] == "staff":
        relay.take_back(unit, actor, request, row, ())  # it was meant for another request
        return _commanded(unit, visit)
    else:
        corrections.follow(unit, visit, actor, request, row, _words_in(visit))
    return True


def _code_in(visit: Visit) -> str | None:
    return read_code(_split(visit.text)[0]) if visit.command else None


def _words_in(visit: Visit) -> str:
    """What a message says without the command, the code and the kind in front of it."""
    first, rest = _split(visit.text)
    if visit.command and (read_code(first) or (visit.command == "request" and first.lower() in KINDS)):
        return rest
    return visit.text


def _asked_again(unit: UnitOfWork, visit: Visit, actor: Actor) -> bool:
    """Words whose addressee was asked for have changed: the question is put anew."""
    now = replace(visit, kind=Kind.TEXT if visit.kind is Kind.EDIT else visit.kind, edited=False)
    desk = people.desk_in(unit.connection, visit.chat)
    if visit.private:
        addressee.ask(unit, now, addressee.meant(unit, actor), "which.again")
    elif desk:
        _unaddressed(unit, now, actor, desk["commune"])
    return True


def _thought_again(unit: UnitOfWork, visit: Visit, actor: Actor, row: cases.Row) -> bool:
    """Words that were stopped have changed: they are looked at as new ones, or as the correction that they are."""
    if row["deed"] == doubting.CORRECTS:
        return _edited(unit, visit)
    now = replace(visit, kind=Kind.TEXT if visit.kind is Kind.EDIT else visit.kind, edited=False)
    if now.command:
        return _commanded(unit, now)
    if request := officers.seen(unit, actor, row["code"]):
        officers.act(unit, now, actor, row["deed"], request, now.text)
    return True


def _edited_elsewhere(unit: UnitOfWork, visit: Visit) -> bool:
    """Nothing is kept of the message as it was. What was done is not done again."""
    if visit.command in TRIED_AGAIN or (visit.command and visit.command not in ALL_COMMANDS):
        return _commanded(unit, visit)
    if visit.command and (visit.private or people.desk_in(unit.connection, visit.chat)):
        corrections.not_followed(unit, visit, "edit.not_again")
    return bool(visit.command) or not visit.private


OWN_DATA = {"privacy": privacy_of.what_is_kept, "mydata": privacy_of.my_data, "forget": privacy_of.ask_forget}
ALONE: dict[str, Callable[[UnitOfWork, Visit, Actor], None]] = {
    "queue": staffing.queue,
    "mine": staffing.mine,
    "find": searching.find,
    "desklink": signing_in.link_for,
    "stats": staffing.stats,
    "away": lambda unit, visit, _: staffing.away(unit, visit, gone=True),
    "back": lambda unit, visit, _: staffing.away(unit, visit, gone=False),
    "practice": lambda unit, visit, _: practice.begin(unit, visit),
    "unanswered": lambda unit, visit, _: practice.unanswered(unit, visit),
    "notice": practice.notice,
    "broadcast": broadcasts.command,
    "helpers": digital_team.list_for,
    "matter": voice.command,
    "counter": tickets.at_counter,
    "hours": hours.command,
    "approve": lambda unit, visit, actor: officers.approve_by_command(unit, visit, actor, ok=True),
    "reject": lambda unit, visit, actor: officers.approve_by_command(unit, visit, actor, ok=False),
}
