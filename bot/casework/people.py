"""People's data: consent, what is kept, all about oneself, being forgotten (Law 91/2025/QH15, art. 4 and 9)."""

import datetime as dt
import json
import secrets
from collections.abc import Sequence
from dataclasses import replace

from bot.casework import appointments, scorecard
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation import actions
from bot.conversation.citizen import privacy
from bot.conversation.citizen.requests import WITH_REASON
from bot.conversation.reply import Place, Reply
from bot.conversation.scene import Scene
from bot.conversation.visit import Consent, Kind, Memory, Visit
from bot.desk.lifecycle import Action
from bot.desk.request import LIVE, Request, Status
from bot.desk.working_time import VIETNAM
from bot.store import agenda, audit, bookings, cases, outbox, people, personal, shown, tickets
from bot.store.outbox import Priority

CONSENT_VERSION = 1
NIGHT = dt.time(3, 0)
NIGHTLY = "retention"
UNFINISHED = (*LIVE, Status.DRAFT)


def has_agreed(scene: Scene) -> bool:
    """Whether the person agreed to the words of consent as they are now."""
    return scene.memory.consent is not None and scene.memory.consent.version == CONSENT_VERSION


def ask_consent(unit: UnitOfWork, visit: Visit, scene: Scene, wish: actions.Agree, words: str) -> None:
    """Before anything is kept. The words wait in the question itself, in the person's own chat, nowhere else."""
    for reply in privacy.consent(scene, wish, words, visit=unit.is_visit(visit.chat)):
        unit.answer(visit, reply)
    if visit.kind not in (Kind.COMMAND, Kind.TEXT, Kind.BUTTON):
        unit.answer(visit, Reply(blocks=(scene.line("consent.photo_again"),)))


def agreed(unit: UnitOfWork, visit: Visit, scene: Scene, *, alone: bool) -> str:
    """Keep the consent, with its version and time; the words that waited in the question, or `alone` under it."""
    unit.remember(visit.chat, consenting(unit, scene.memory))
    return visit.under if alone else privacy.words_waiting(scene, visit.under)


def consenting(unit: UnitOfWork, memory: Memory) -> Memory:
    """With the consent to the words as they are now, which goes into the audit log without a name."""
    audit.note(unit.connection, actor="citizen", action="consent", subject=f"v{CONSENT_VERSION}", now=unit.now)
    return replace(memory, consent=Consent(version=CONSENT_VERSION, at=unit.now))


def what_is_kept(unit: UnitOfWork, visit: Visit, scene: Scene) -> None:
    """`/privacy`: from the settings in force."""
    kept = privacy.what_is_kept(scene, unit.rules, agreed=has_agreed(scene), visit=unit.is_visit(visit.chat))
    unit.answer(visit, kept)


def my_data(unit: UnitOfWork, visit: Visit, scene: Scene) -> None:
    """`/mydata`: everything, as a page to read and as JSON."""
    held = personal.held(unit.connection, visit.who, unit.mark(visit.who), with_reason=WITH_REASON)
    told = {"person": visit.who, "at": unit.now.isoformat(), **held}
    data = json.dumps(told, ensure_ascii=False, indent=1, default=str)
    unit.answer(visit, privacy.page(scene, held))
    unit.answer(visit, Reply(blocks=(scene.line("mydata.file"),), document=("mot-cua.json", data)))
    audit.note(unit.connection, actor="citizen", action="mydata", subject="own", now=unit.now)


def ask_forget(unit: UnitOfWork, visit: Visit, scene: Scene) -> None:
    """`/forget`: one confirmation, with what becomes of open requests."""
    live = cases.of_citizen(unit.connection, visit.who, list(LIVE))
    unit.answer(visit, privacy.ask_forget(scene, [row["code"] for row in live]))


def forget(unit: UnitOfWork, visit: Visit, scene: Scene) -> None:
    """Delete, and answer with a receipt. Open requests are cancelled first, and their desks are told."""
    rooms = [_end(unit, visit, row["code"]) for row in cases.of_citizen(unit.connection, visit.who, UNFINISHED)]
    booked = bookings.of_chat(unit.connection, visit.who)
    codes = personal.forget(unit.connection, visit.who, unit.mark(visit.who), now=unit.now)
    for one in booked:
        appointments.offer(unit, one)  # to whoever waits for a time
    for request, told in rooms:
        if told:
            unit.tell_desk(request, told)
    close_cards(unit, codes)
    take_away(unit, codes)
    receipt = secrets.token_hex(4).upper()
    audit.note(unit.connection, actor="citizen", action="forget", subject=receipt, now=unit.now)
    told = privacy.receipt(scene, receipt, len(codes), visit=unit.is_visit(visit.chat))
    unit.put(visit.chat, told, name=outbox.LAST)


def _end(unit: UnitOfWork, visit: Visit, code: str) -> tuple[Request, Reply | None]:
    """Cancel a request, or drop a draft; what its desk is to read, where somebody holds it."""
    request, actor = unit.request(code), unit.actor(visit.who, visit.name)
    assert request is not None  # noqa: S101 - read in this transaction
    room = unit.room(request)
    begun = room and (request.owner or any(shown.where(unit.connection, room[0], room[1] or "")))  # else its card tells
    request = unit.execute(request, Action.DROP if request.status is Status.DRAFT else Action.CANCEL, actor)
    if request.owner and people.writing_in(unit.connection, request.owner) == request.code:
        people.write_in(unit.connection, request.owner, None, now=unit.now)
    line = unit.desk_scene(request.commune).line("room.forgotten", code=request.code)
    return request, Reply(blocks=(line,)) if begun and request.status is not Status.DROPPED else None


def close_cards(unit: UnitOfWork, codes: Sequence[str]) -> None:
    """Cards of forgotten requests, wherever they are shown, lose the name."""
    for code in codes:
        for chat, name, _ in personal.shown_of(unit.connection, code):
            if name.partition(":")[0] in personal.CARDS:
                unit.close_card(chat, code, name)


def take_away(unit: UnitOfWork, codes: Sequence[str]) -> None:
    """What else desks are shown of forgotten requests goes where Telegram lets it go."""
    for code in codes:
        for chat, name, message in personal.shown_of(unit.connection, code):
            if message and name.partition(":")[0] not in personal.CARDS:
                gone = Reply(blocks=(), replaces=message, place=Place(deletes=True, final=True))
                unit.put(chat, gone, priority=Priority.BACKLOG)


def take_back(unit: UnitOfWork, chat: str, place: Place, messages: Sequence[str]) -> None:
    """It was under way to a desk when its citizen asked to be forgotten, and has arrived."""
    if place.about and place.name and place.name.partition(":")[0] in personal.CARDS:
        return unit.close_card(chat, place.about, place.name)
    for message in messages:
        gone = Reply(blocks=(), replaces=message, place=Place(deletes=True, final=True))
        unit.put(chat, gone, priority=Priority.BACKLOG)
    return None


def plan_nightly(unit: UnitOfWork) -> None:
    """The next night's look at what has been kept for its days."""
    local = unit.now.astimezone(VIETNAM)
    night = dt.datetime.combine(local.date(), NIGHT, VIETNAM)
    agenda.plan(unit.connection, NIGHTLY, {NIGHTLY: night if night > local else night + dt.timedelta(days=1)})
    if not agenda.is_planned(unit.connection, scorecard.NIGHTLY):
        scorecard.plan_nightly(unit)


def let_go(unit: UnitOfWork) -> dict[str, int]:
    """Delete what has been kept for its days; how much of each. The next night is planned."""
    days = unit.rules.retention
    done = personal.let_go(
        unit.connection,
        unit.now,
        dialogue=days.dialogue,
        learning=days.learning,
        reopen=unit.rules.reopen_days,
    )
    done["tickets"] = tickets.close(unit.connection, unit.now.astimezone(VIETNAM).date())
    codes = personal.expired(unit.connection, unit.now, closed=days.closed)
    done["requests"] = personal.anonymise(unit.connection, codes, now=unit.now)
    close_cards(unit, codes)
    audit.note(unit.connection, actor="clock", action="retention", subject=_counted(done), now=unit.now)
    plan_nightly(unit)
    return done


def _counted(done: dict[str, int]) -> str:
    return " ".join(f"{name[:4]}={count}" for name, count in done.items())
