"""People's data: consent, what is kept, all about oneself, being forgotten (Law 91/2025/QH15, art. 4 and 9)."""

import datetime as dt
import json
import secrets
from collections.abc import Sequence
from dataclasses import replace

from bot.casework import scorecard
from bot.casework.counter import Counter
from bot.conversation import actions
from bot.conversation.citizen import privacy
from bot.conversation.reply import Place, Reply
from bot.conversation.scene import Scene
from bot.conversation.visit import Consent, Kind, Visit
from bot.desk.lifecycle import Action
from bot.desk.request import LIVE, Request, Status
from bot.desk.working_time import VIETNAM
from bot.store import agenda, audit, cases, outbox, people, personal
from bot.store.outbox import Priority

CONSENT_VERSION = 1
NIGHT = dt.time(3, 0)
NIGHTLY = "retention"
UNFINISHED = (*LIVE, Status.DRAFT)


def has_agreed(scene: Scene) -> bool:
    """Whether the person agreed to the words of consent as they are now."""
    return scene.memory.consent is not None and scene.memory.consent.version == CONSENT_VERSION


def ask_consent(counter: Counter, visit: Visit, scene: Scene, wish: actions.Agree, words: str) -> None:
    """Before anything is kept. The words wait in the question itself, in the person's own chat, nowhere else."""
    for reply in privacy.consent(scene, wish, words, visit=counter.is_visit(visit.chat)):
        counter.answer(visit, reply)
    if visit.kind not in (Kind.COMMAND, Kind.TEXT, Kind.BUTTON):
        counter.answer(visit, Reply(blocks=(scene.line("consent.photo_again"),)))


def agreed(counter: Counter, visit: Visit, scene: Scene, *, alone: bool) -> str:
    """Keep the consent, with its version and time; the words that waited in the question, or `alone` under it."""
    memory = replace(scene.memory, consent=Consent(version=CONSENT_VERSION, at=counter.now))
    counter.remember(visit.chat, memory)
    audit.note(counter.connection, actor="citizen", action="consent", subject=f"v{CONSENT_VERSION}", now=counter.now)
    return visit.under if alone else privacy.words_waiting(scene, visit.under)


def what_is_kept(counter: Counter, visit: Visit, scene: Scene) -> None:
    """`/privacy`: from the settings in force."""
    kept = privacy.what_is_kept(scene, counter.rules, agreed=has_agreed(scene), visit=counter.is_visit(visit.chat))
    counter.answer(visit, kept)


def my_data(counter: Counter, visit: Visit, scene: Scene) -> None:
    """`/mydata`: everything, as a page to read and as JSON."""
    held = personal.held(counter.connection, visit.who, counter.mark(visit.who))
    told = {"person": visit.who, "at": counter.now.isoformat(), **held}
    data = json.dumps(told, ensure_ascii=False, indent=1, default=str)
    counter.answer(visit, privacy.page(scene, held))
    counter.answer(visit, Reply(blocks=(scene.line("mydata.file"),), document=("mot-cua.json", data)))
    audit.note(counter.connection, actor="citizen", action="mydata", subject="own", now=counter.now)


def ask_forget(counter: Counter, visit: Visit, scene: Scene) -> None:
    """`/forget`: one confirmation, with what becomes of open requests."""
    live = cases.of_citizen(counter.connection, visit.who, list(LIVE))
    counter.answer(visit, privacy.ask_forget(scene, [row["code"] for row in live]))


def forget(counter: Counter, visit: Visit, scene: Scene) -> None:
    """Delete, and answer with a receipt. Open requests are cancelled first, and their desks are told."""
    rooms = [_end(counter, visit, row["code"]) for row in cases.of_citizen(counter.connection, visit.who, UNFINISHED)]
    codes = personal.forget(counter.connection, visit.who, counter.mark(visit.who), now=counter.now)
    for request, told in rooms:
        if told:
            counter.tell_desk(request, told)
    close_cards(counter, codes)
    take_away(counter, codes)
    receipt = secrets.token_hex(4).upper()
    audit.note(counter.connection, actor="citizen", action="forget", subject=receipt, now=counter.now)
    told = privacy.receipt(scene, receipt, len(codes), visit=counter.is_visit(visit.chat))
    counter.put(visit.chat, told, name=outbox.LAST)


def _end(counter: Counter, visit: Visit, code: str) -> tuple[Request, Reply | None]:
    """Cancel a request, or drop a draft; what its desk is to read, where somebody holds it."""
    request, actor = counter.request(code), counter.actor(visit.who, visit.name)
    assert request is not None  # noqa: S101 - read in this transaction
    room = counter.room(request)
    request = counter.deed(request, Action.DROP if request.status is Status.DRAFT else Action.CANCEL, actor)
    if request.owner and people.writing_in(counter.connection, request.owner) == request.code:
        people.write_in(counter.connection, request.owner, None, now=counter.now)
    line = counter.desk_scene(request.commune).line("room.forgotten", code=request.code)
    return request, Reply(blocks=(line,)) if room and request.status is not Status.DROPPED else None


def close_cards(counter: Counter, codes: Sequence[str]) -> None:
    """Cards of forgotten requests, wherever they are shown, lose the name."""
    for code in codes:
        for chat, name, _ in personal.shown_of(counter.connection, code):
            if name.partition(":")[0] in personal.CARDS:
                counter.close_card(chat, code, name)


def take_away(counter: Counter, codes: Sequence[str]) -> None:
    """What else desks are shown of forgotten requests goes where Telegram lets it go."""
    for code in codes:
        for chat, name, message in personal.shown_of(counter.connection, code):
            if message and name.partition(":")[0] not in personal.CARDS:
                gone = Reply(blocks=(), replaces=message, place=Place(deletes=True, final=True))
                counter.put(chat, gone, priority=Priority.BACKLOG)


def take_back(counter: Counter, chat: str, place: Place, messages: Sequence[str]) -> None:
    """It was under way to a desk when its citizen asked to be forgotten, and has arrived."""
    if place.about and place.name and place.name.partition(":")[0] in personal.CARDS:
        return counter.close_card(chat, place.about, place.name)
    for message in messages:
        gone = Reply(blocks=(), replaces=message, place=Place(deletes=True, final=True))
        counter.put(chat, gone, priority=Priority.BACKLOG)
    return None


def plan_nightly(counter: Counter) -> None:
    """The next night's look at what has been kept for its days."""
    local = counter.now.astimezone(VIETNAM)
    night = dt.datetime.combine(local.date(), NIGHT, VIETNAM)
    agenda.plan(counter.connection, NIGHTLY, {NIGHTLY: night if night > local else night + dt.timedelta(days=1)})
    if not agenda.is_planned(counter.connection, scorecard.NIGHTLY):
        scorecard.plan_nightly(counter)


def let_go(counter: Counter) -> dict[str, int]:
    """Delete what has been kept for its days; how much of each. The next night is planned."""
    days = counter.rules.retention
    done = personal.let_go(
        counter.connection,
        counter.now,
        dialogue=days.dialogue,
        learning=days.learning,
        reopen=counter.rules.reopen_days,
    )
    codes = personal.expired(counter.connection, counter.now, closed=days.closed)
    done["requests"] = personal.anonymise(counter.connection, codes, now=counter.now)
    close_cards(counter, codes)
    audit.note(counter.connection, actor="clock", action="retention", subject=_counted(done), now=counter.now)
    plan_nightly(counter)
    return done


def _counted(done: dict[str, int]) -> str:
    return " ".join(f"{name[:4]}={count}" for name, count in done.items())
