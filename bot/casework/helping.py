"""Filing for another inside a turn: whoever helps, the consent of whoever is helped, and how it ends."""

import datetime as dt
import hmac
import secrets
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from bot.casework import citizens, keys
from bot.casework.people import consenting
from bot.casework.unit_of_work import UnitOfWork, memory_of
from bot.conversation import actions
from bot.conversation.citizen import helping as words
from bot.conversation.reply import Reply
from bot.conversation.scene import Scene
from bot.conversation.visit import Helped, Visit
from bot.desk.lifecycle import Action
from bot.desk.request import CLOCK, PAPER, Actor, Request, RequestKind, Status
from bot.store import helped, people, windows
from bot.store import secrets as opening

DIGITS = 6
NUMBER_LIVES = dt.timedelta(minutes=10)
ASKED_FOR = dt.timedelta(minutes=30)  # a name, or consent
WRONG = 5  # numbers an hour
WORD, NUMBER = "word", "number"  # how somebody agreed
VERSION = 1  # of `helping.words`


# Whoever helps


def begin(unit: UnitOfWork, visit: Visit) -> None:
    """`/for`, or `/for bà Tám`."""
    scene = citizens.scene_of(unit, visit)
    if unit.actor(visit.who).helps_at is None:
        return unit.answer(visit, words.no_role(scene))
    return _named(unit, visit, scene, words.name_of(visit.text))


def _named(unit: UnitOfWork, visit: Visit, scene: Scene, name: str) -> None:
    unit.remember(visit.chat, replace(scene.memory, helping=Helped(since=unit.now, name=name)))
    unit.answer(visit, words.ask_consent(scene, name) if name else words.ask_whom(scene))


def heard(unit: UnitOfWork, visit: Visit, memory: str | None) -> bool:
    """The name or the consent that the bot has asked a helper for. False: the words are not for us."""
    if not memory or '"helping":{' not in memory:
        return False
    asked, scene = memory_of(memory).helping, citizens.scene_of(unit, visit)
    if asked is None or unit.now - asked.since > ASKED_FOR or unit.actor(visit.who).helps_at is None:
        _stop(unit, visit, scene)
        return False
    citizens.answer_emergency(unit, visit, scene)
    if not asked.name:
        _named(unit, visit, scene, words.name_of(visit.text))
    else:
        _consented(unit, visit, scene, asked.name)
    return True


def _stop(unit: UnitOfWork, visit: Visit, scene: Scene) -> None:
    unit.remember(visit.chat, replace(scene.memory, helping=None))


def _consented(unit: UnitOfWork, visit: Visit, scene: Scene, name: str) -> None:
    """By a number that the person reads from their own phone, or by their own word."""
    digits = "".join(visit.text.split())
    if digits.isascii() and digits.isdigit():
        return _by_number(unit, visit, scene, name, digits)
    match words.agrees(scene, visit.text):
        case True:
            return _open(unit, visit, scene, name, chat=None)
        case False:
            _stop(unit, visit, scene)
            return unit.answer(visit, Reply(blocks=(scene.line("helping.refused", name=name),)))
        case _:
            return unit.answer(visit, words.again(scene, name, "helping.again"))


def _by_number(unit: UnitOfWork, visit: Visit, scene: Scene, name: str, digits: str) -> None:
    mark = unit.mark(f"number:{visit.who}")
    tried = windows.counted(unit.connection, windows.TRIES, mark, now=unit.now)
    chat = helped.take(unit.connection, _hash(unit, digits), now=unit.now) if tried < WRONG else None
    if chat is None or chat == visit.chat:
        windows.count(unit.connection, windows.TRIES, mark, now=unit.now)
        return unit.answer(visit, words.again(scene, name, "helping.wrong_number"))
    return _open(unit, visit, scene, name, chat=chat)


def _hash(unit: UnitOfWork, digits: str) -> str:
    return hmac.new(unit.house.seal, f"assent:{digits}".encode(), sha256).hexdigest()


def _open(unit: UnitOfWork, visit: Visit, scene: Scene, name: str, *, chat: str | None) -> None:
    """A draft of the person's own, with their consent on record; `chat`: their own, where they have one."""
    actor = unit.actor(visit.who, visit.name)
    post, code = actor.helps_at, unit.free_code()
    if post is None:
        return
    _stop(unit, visit, scene)
    how = NUMBER if chat else WORD
    helped.agreed(unit.connection, code=code, helper=visit.who, how=how, version=VERSION, at=unit.now)
    unit.audit(actor, "helps", code)
    request = Request(
        code=code, citizen=chat or f"{PAPER}{code}", name=name, language=scene.language, commune=post.commune,
        province=post.province, kind=RequestKind.QUESTION, opened_at=unit.now, moved_at=unit.now,
        helper=visit.who, helper_name=actor.name,
    )  # fmt: skip
    unit.open_draft(request)
    citizens.show_draft(unit, request)


# Whoever is helped


def read_number(unit: UnitOfWork, visit: Visit) -> None:
    """`/consent`: in one's own chat, a number to be read aloud; whoever asks for it agrees to what it says."""
    scene = citizens.scene_of(unit, visit)
    until = unit.now + NUMBER_LIVES
    while True:
        digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        if helped.offer(unit.connection, _hash(unit, digits), visit.chat, now=unit.now, until=until):
            break
    unit.remember(visit.chat, consenting(unit, scene.memory))
    unit.answer(visit, words.number(scene, digits, round(NUMBER_LIVES.total_seconds() / 60)))


def take_over(unit: UnitOfWork, visit: Visit) -> None:
    """`/takeover CODE SECRET`: whoever has the paper reads it in their own chat from now on."""
    scene = citizens.scene_of(unit, visit)
    code, _, secret = visit.text.strip().rpartition(" ")
    found = keys.opens(unit, code, secret, visit.chat) if code else None
    request = unit.request(found)
    if request is None or not request.on_paper:
        return unit.answer(visit, Reply(blocks=(scene.line("helping.takeover_how" if not code else "web.open_wrong"),)))
    unit.remember(visit.chat, consenting(unit, scene.memory))
    return citizens.take_over(unit, visit, request, by=Actor(person=request.citizen, name=request.name))


def press(unit: UnitOfWork, visit: Visit, action: actions.Helping) -> None:
    if isinstance(action, actions.ReadNumber):
        return read_number(unit, visit)
    scene = citizens.scene_of(unit, visit)
    _stop(unit, visit, scene)
    return unit.answer(visit, Reply(blocks=(scene.line("helping.stopped"),)))


# It ends


def ended(unit: UnitOfWork, person: str) -> None:
    """Whoever helped does so no more: nothing of those requests is read or opened by them any longer."""
    if unit.actor(person).helps_at:
        return
    for code in helped.of_helper(unit.connection, person):
        request = unit.request(code)
        if request is None:
            continue
        if people.writing_in(unit.connection, person) in (code, f"{citizens.DRAFT}{code}"):
            people.write_in(unit.connection, person, None, now=unit.now)
        if request.status is Status.DRAFT:
            unit.execute(request, Action.DROP, CLOCK)
            continue
        _goes_on_alone(unit, request)


def _goes_on_alone(unit: UnitOfWork, request: Request) -> None:
    if request.on_paper:
        opening.drop(unit.connection, request.code)
    request = unit.execute(request, Action.UNHELP, CLOCK)
    scene = unit.citizen_scene(request)
    unit.tell_citizen(request, Reply(blocks=(scene.line("told.helper_gone", code=request.code),)))


COMMANDS: dict[str, Callable[[UnitOfWork, Visit], None]] = {
    "for": begin, "consent": read_number, "takeover": take_over,
}  # fmt: skip
