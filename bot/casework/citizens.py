"""What a citizen does with requests: draft, send, add, close, reopen, rate, ask where it stands."""

import re
from collections.abc import Callable
from dataclasses import replace

from pydantic import TypeAdapter

from bot.casework import ahead, keys, relay
from bot.casework import people as privacy_of
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation import actions
from bot.conversation.actions import OwnVerb
from bot.conversation.citizen import commands, communes, matters, privacy, requests, talk
from bot.conversation.citizen.answers import short_name
from bot.conversation.converse import language_of
from bot.conversation.reply import Place, Reply
from bot.conversation.scene import Scene
from bot.conversation.staff.cards import commune_name
from bot.conversation.visit import Kind, Memory, Unseen, Visit
from bot.desk import deadlines
from bot.desk.lifecycle import Action, Part, Refused, parts_of
from bot.desk.redact import redact
from bot.desk.request import LIVE, OVER, Actor, Body, Event, Request, RequestKind, Status
from bot.desk.working_time import VIETNAM
from bot.store import cases, people, windows
from bot.store import helped as helped_store
from bot.store.matters import of_request
from bot.store.outbox import Priority
from bot.understanding.engine import understand
from bot.understanding.fold import fold
from bot.understanding.result import Outcome, Understanding

NEVER_REQUESTS = (Outcome.EMERGENCY, Outcome.DENUNCIATION, Outcome.COMPLAINT)
MAX_SUBJECT = 20_000  # characters of a draft: more is not taken, and said so
MOST_DIGITS = 18  # of a number in a button
LOOKED_AT = (Kind.PHOTO, Kind.FILE, Kind.VIDEO)  # may show an identity card: asked about each time
MAX_ATTACHED = 20
MAX_DRAFTS = 5  # with words in them, at once
# Requests a day through doors that know no accounts: a household, a shop that helps its neighbours; a ward's busy day.
MOST_OF_AN_ADDRESS = 20
MOST_OF_A_COMMUNE = 200
WITHOUT_ACCOUNT = "without-account"
MOST_HELPED_SHOWN = 30
MAX_BESIDE = 3000  # characters of a question that is shown again under its answer
# Folded; what is left of "dạ thôi mình không gửi nữa đâu ạ" once the words round it are gone.
ROUND_IT = (
    *("a", "oi", "em", "minh", "toi", "ban", "da", "u", "nhe", "nha", "di", "nua", "dau", "thoi", "ad", "cho"),
    *("anh", "chi", "co", "chu", "bac", "con", "chau", "cam", "on", "ok", "roi"),
    *("it", "this", "that", "please", "thanks", "ya", "saja", "kak", "nhap", "luon"),
)
GIVES_UP = frozenset(
    f"{no} {verb}" for no in ("khong", "khoi", "ko", "k", "dung") for verb in ("gui", "can", "muon gui", "can gui")
) | {"huy", "bo", "huy ban", "bo ban", "cancel", "never mind", "nevermind", "forget", "do not send", "dont send",
     "no longer needed", "batal", "batalkan", "tidak jadi", "tidak jadi kirim", "gak jadi", "nggak jadi", "ga jadi",
     "jangan dikirim", "jangan kirim"}  # fmt: skip
DRAFT, WAITS_FOR_COMMUNE = "-", "?"
_EVENT = TypeAdapter(Event)


def scene_of(unit: UnitOfWork, visit: Visit, memory: Memory | None = None) -> Scene:
    """`memory`: what is remembered of the chat, where it has been read already."""
    memory = memory or unit.memory(visit.chat)
    return Scene(house=unit.house, memory=memory, language=language_of(visit, memory), now=unit.now)


# Drafts


def _kind_of(kind: str) -> RequestKind:
    return RequestKind(kind) if kind in list(RequestKind) else RequestKind.QUESTION


def begin(unit: UnitOfWork, visit: Visit, kind: str, procedure: str | None, text: str) -> None:
    """Open a draft: with the words, the procedure and the commune where they are known."""
    scene = scene_of(unit, visit)
    understood = _read(unit, scene, text) if text.strip() else None
    if understood and understood.outcome in NEVER_REQUESTS:
        return _never(unit, visit, scene, understood)
    if scene.commune and _kept_out(unit, visit.chat, scene.commune.code):
        return None
    if _too_many(unit, visit, scene):
        return None
    if not privacy_of.has_agreed(scene):
        wish = actions.Agree(_kind_of(kind), procedure or "")
        return privacy_of.ask_consent(unit, visit, scene, wish, text)
    if len(text) > MAX_SUBJECT:
        return unit.answer(visit, Reply(blocks=(scene.line("draft.full"),)))
    if not _keeps_older(unit, visit, scene):
        return None
    if understood and understood.outcome is Outcome.ANSWERED and procedure is None:
        procedure = understood.procedures[0].id
    known = procedure if procedure and short_name(scene, procedure) else None
    request = Request(
        code=unit.free_code(),
        citizen=visit.chat,
        name=visit.name,
        language=understood.language if understood and not scene.memory.language else scene.language,
        commune=scene.commune.code if scene.commune else 0,
        province=scene.commune.province_code if scene.commune else 0,
        kind=_kind_of(kind),
        procedure=known,
        case_=_case(scene, known),
        subject=text.strip(),
        opened_at=unit.now,
        moved_at=unit.now,
    )
    unit.open_draft(request)
    if visit.kind in relay.WORDS:
        if request.subject:
            relay.wrote(unit, request, visit, side="citizen", text=request.subject)
    elif not keep_attachment(unit, replace(visit, text=request.subject), request):
        return None
    return show_draft(unit, request)


def _case(scene: Scene, procedure: str | None) -> str:
    """The circumstances that the person's own checklist knows."""
    known = scene.memory.checklist(procedure) if procedure else None
    entry = scene.procedure(procedure) if procedure else None
    if known is None or entry is None:
        return ""
    labels = [scene.tell(o.label) for case in entry.cases for o in case.options if known.answers.get(case.id) == o.id]
    return " · ".join(labels)[:400]


def _read(unit: UnitOfWork, scene: Scene, text: str) -> Understanding:
    return understand(text, scene.memory.context(scene.today), unit.house.engine)


def _never(unit: UnitOfWork, visit: Visit, scene: Scene, understood: Understanding) -> None:
    """What must never become a request: the numbers, or who receives it by law. Nothing is kept."""
    spoken = replace(scene, language=understood.language)
    if understood.outcome is Outcome.EMERGENCY:
        return unit.answer(visit, talk.emergency(spoken, understood))
    return unit.answer(visit, talk.legal_route(spoken, understood))


def _kept_out(unit: UnitOfWork, chat: str, commune: int) -> bool:
    """Whether this desk does not hear this person for now, and telling them so; all else stays open to them."""
    until = people.kept_out_until(unit.connection, (chat, unit.mark(chat)), commune, now=unit.now)
    if until is None:
        return False
    scene = unit.scene(chat)
    writing = people.writing_in(unit.connection, chat) or ""
    request = unit.request(writing.lstrip(DRAFT + WAITS_FOR_COMMUNE))
    if request and commune in (request.commune, scene.memory.commune):
        _write_in(unit, chat, None)
    values = {"commune": commune_name(scene, commune), "day": scene.day(until.astimezone(VIETNAM).date())}
    unit.put(chat, Reply(blocks=(scene.line("block.told", **values),)))
    return True


def _too_many(unit: UnitOfWork, visit: Visit, scene: Scene) -> bool:
    """Whether this person may open no more now, and telling them so; asked again when it is sent or opened again."""
    live = len(cases.of_citizen(unit.connection, visit.chat, list(LIVE)))
    opened = windows.counted(unit.connection, windows.OPENINGS, unit.mark(visit.chat), now=unit.now)
    if live >= unit.rules.most_open:
        line = scene.line("draft.too_many", count=live)
    elif opened >= unit.rules.most_opened_a_day:
        line = scene.line("draft.too_often", count=opened)
    elif _crowded(unit, visit, scene):
        line = scene.line("draft.crowded")
    else:
        return False
    unit.answer(visit, Reply(blocks=(line,)))
    return True


def _over_limits(unit: UnitOfWork, visit: Visit, request: Request) -> bool:
    """Limits are each citizen's; whoever files for others has none."""
    return request.helper is None and _too_many(unit, visit, scene_of(unit, visit))


def _crowded(unit: UnitOfWork, visit: Visit, scene: Scene) -> bool:
    """Whether too much came today from one address, or to one desk, through a door that knows no accounts."""
    if not visit.origin:
        return False
    commune = scene.commune.code if scene.commune else 0
    limits = ((visit.origin, MOST_OF_AN_ADDRESS), (unit.mark(f"{WITHOUT_ACCOUNT}:{commune}"), MOST_OF_A_COMMUNE))
    return any(windows.counted(unit.connection, windows.OPENINGS, mark, now=unit.now) >= n for mark, n in limits)


def _count_opening(unit: UnitOfWork, visit: Visit, request: Request) -> None:
    if request.helper:
        return
    marks = [unit.mark(visit.chat)]
    if visit.origin:
        marks += [visit.origin, unit.mark(f"{WITHOUT_ACCOUNT}:{request.commune}")]
    for mark in marks:
        windows.count(unit.connection, windows.OPENINGS, mark, now=unit.now)


def _keeps_older(unit: UnitOfWork, visit: Visit, scene: Scene) -> bool:
    """Drafts with words in them stay, and are named; empty ones go. False: there are too many, and nothing is begun."""
    drafts = unit.requests(cases.of_citizen(unit.connection, visit.chat, [Status.DRAFT]))
    older = [one for one in drafts if one.subject or _attached(unit, one)]
    for empty in drafts:
        if empty not in older:
            unit.execute(empty, Action.DROP, unit.actor(visit.chat))
    if not older:
        return True
    full = len(older) >= MAX_DRAFTS
    line = scene.line("draft.several" if full else "draft.older", codes=", ".join(one.code for one in older))
    unit.answer(visit, Reply(blocks=(line,), buttons=requests.codes(older)))
    return not full


def show_draft(unit: UnitOfWork, request: Request) -> None:
    """Ask for what is missing – the commune, the words – or show the whole, to whoever writes it."""
    scene, chat = unit.citizen_scene(request), request.helper or request.citizen
    if request.commune == 0 and scene.commune:  # known since
        request = replace(request, commune=scene.commune.code, province=scene.commune.province_code)
        unit.edit_draft(request)
    if request.commune == 0:
        _write_in(unit, chat, WAITS_FOR_COMMUNE + request.code)
        unit.remember(chat, replace(scene.memory, asked_commune=True))
        return unit.put(chat, communes.ask_commune(scene, key="draft.commune"))
    _write_in(unit, chat, DRAFT + request.code)
    attached = len(_attached(unit, request))
    if not request.subject and not attached:
        return unit.put(chat, requests.ask_text(scene, request))
    return unit.put(chat, requests.draft(scene, request, attached))


def commune_is_known(unit: UnitOfWork, chat: str) -> None:
    """After a turn: a draft that waited for its commune goes on."""
    waiting = people.writing_in(unit.connection, chat) or ""
    if not waiting.startswith(WAITS_FOR_COMMUNE):
        return
    request, commune = unit.request(waiting[1:]), unit.scene(chat).commune
    if request is None or request.status is not Status.DRAFT:
        _write_in(unit, chat, None)
    elif commune:
        if _kept_out(unit, chat, commune.code):
            return
        changed = replace(request, commune=commune.code, province=commune.province_code)
        unit.edit_draft(changed)
        show_draft(unit, changed)


def write_draft(unit: UnitOfWork, visit: Visit, request: Request) -> bool:
    """Words and attachments go into the draft; what may never be a request goes nowhere.

    False: it is a question beside the draft, for the bot.
    """
    scene = unit.citizen_scene(request)
    if gives_up(visit):
        _drop(unit, visit, request)
        return True
    if len(request.subject) + len(visit.text) > MAX_SUBJECT:
        unit.answer(visit, Reply(blocks=(scene.line("draft.full"),)))
        return True
    if stays_out(unit, visit, request):
        return True
    understood = _read(unit, scene, visit.text) if visit.text.strip() else None
    if understood and _is_beside(visit, request, understood):
        unit.put(visit.chat, requests.beside(scene, request, visit.text.strip()), priority=Priority.CARD)
        return False
    if understood and understood.outcome is Outcome.ANSWERED:
        request = replace(request, procedure=request.procedure or understood.procedures[0].id)
    _into_draft(unit, visit, request)
    return True


def gives_up(visit: Visit) -> bool:
    """“Thôi, không gửi nữa”: the draft ends."""
    if visit.kind is not Kind.TEXT:
        return False
    said = re.findall(r"[a-z0-9]+", re.sub("['’]", "", fold(visit.text)))
    left = " ".join(word for word in said if word not in ROUND_IT)
    return left in GIVES_UP or (not left and "thoi" in said)


def _is_beside(visit: Visit, request: Request, understood: Understanding) -> bool:
    """A question that the bot can answer, where the draft has its words already."""
    fits = visit.kind is Kind.TEXT and not visit.reply_to and len(visit.text) <= MAX_BESIDE
    return fits and bool(request.subject and understood.outcome is Outcome.ANSWERED and understood.asked)


def _beside(unit: UnitOfWork, visit: Visit, request: Request, *_: str) -> None:
    """The question that was answered belongs into the draft all the same."""
    words = requests.words_beside(unit.citizen_scene(request), request, visit.under)
    if request.status is not Status.DRAFT or not words:
        raise Refused("now")
    _into_draft(unit, replace(visit, kind=Kind.TEXT, text=words, message=""), request)


def _into_draft(unit: UnitOfWork, visit: Visit, request: Request) -> None:
    shown = True
    if visit.kind not in relay.WORDS:
        shown = keep_attachment(unit, visit, request) is not None
    elif visit.text.strip():
        relay.wrote(unit, request, visit, side="citizen", text=visit.text.strip())
    request = with_its_words(unit, request)
    if shown:
        show_draft(unit, request)


def while_commune_is_asked(unit: UnitOfWork, visit: Visit, request: Request) -> bool:
    """A draft waits to know its commune: attachments go into it, giving it up ends it. False: it is for the bot."""
    if gives_up(visit):
        _drop(unit, visit, request)
        return True
    if visit.kind in (*relay.WORDS, Kind.LOCATION):
        return False
    _into_draft(unit, visit, request)
    return True


def stays_out(unit: UnitOfWork, visit: Visit, request: Request, was: cases.Row | None = None) -> bool:
    """What may never be a request does not go into the draft; what stands in it otherwise stays, and that is said.

    `was`: what the same message said before it was edited.
    """
    scene = unit.citizen_scene(request)
    understood = _read(unit, scene, visit.text) if visit.text.strip() else None
    if understood is None or understood.outcome not in NEVER_REQUESTS:
        return False
    if was:
        cases.rewrite(unit.connection, was["id"], state="gone", text="")
        request = with_its_words(unit, request)
    _write_in(unit, visit.chat, None)
    _never(unit, visit, scene, understood)
    if request.subject or _attached(unit, request):
        line = scene.line("draft.stays", code=request.code)
        unit.answer(visit, Reply(blocks=(line,), buttons=requests.codes([request])))
    else:
        unit.execute(request, Action.DROP, unit.actor(visit.chat))
    return True


def with_its_words(unit: UnitOfWork, request: Request) -> Request:
    """The draft as its messages have it now: what was written in it, in order."""
    rows = cases.said(unit.connection, request.code, side="citizen")
    words = "\n".join(row["text"] for row in rows if row["text"] and row["state"] != "gone")
    request = replace(request, subject=words)
    unit.edit_draft(request)
    return request


def keep_attachment(unit: UnitOfWork, visit: Visit, request: Request) -> cases.Row | None:
    """Keep where a photo or file stands – never what it shows. None: it was refused, or is held back."""
    scene = unit.citizen_scene(request)
    if visit.kind in (Kind.STICKER, Kind.OTHER, Kind.CONTACT):
        unit.put(visit.chat, Reply(blocks=(scene.line("attachment.not_passed_on"),)))
        return None
    if len(_attached(unit, request)) + len(visit.others) >= MAX_ATTACHED:
        unit.put(visit.chat, Reply(blocks=(scene.line("attachment.too_many"),)), name=f"many:{request.code}")
        return None
    if visit.refused or shows_identity_card(visit):
        if visit.album:  # parts of it that are still to come are refused too
            relay.wrote(unit, request, replace(visit, quote=""), side="citizen", text="", state="gone")
        unit.put(visit.chat, Reply(blocks=(scene.line("attachment.identity_card"),)))
        return None
    held = visit.kind in LOOKED_AT
    state = "held" if held else "sent"
    number = relay.wrote(unit, request, visit, side="citizen", text=visit.text.strip(), state=state)
    row = cases.message(unit.connection, number)
    if row and held:
        look_at(unit, request, row)
    return None if held else row


def shows_identity_card(visit: Visit) -> bool:
    """By its own words, or by those of another part of its album."""
    return visit.kind in LOOKED_AT and requests.names_identity_card(visit.text)


def look_at(unit: UnitOfWork, request: Request, row: cases.Row) -> None:
    """Hold it back, and ask whether it shows an identity card."""
    cases.rewrite(unit.connection, row["id"], state="held")
    last = max(int(one["id"]) for one in cases.together(unit.connection, row["id"]))
    chat = row["author"] or request.citizen
    unit.put(chat, requests.ask_photo(unit.citizen_scene(request), request, last))


def refuse_album(unit: UnitOfWork, request: Request, rows: list[cases.Row]) -> None:
    """One of these shows an identity card: all are taken back from wherever they are, or the desk is asked to."""
    if any(row["copy_message"] == "" for row in rows):  # nobody knows which of the desk's is which
        line = unit.desk_scene(request.commune).line("room.delete_card", code=request.code)
        unit.tell_desk(request, Reply(blocks=(line,)))
    for row in rows:
        relay.withdraw(unit, request, row)
        cases.rewrite(unit.connection, row["id"], state="gone", text="")


def photos_are(unit: UnitOfWork, visit: Visit, request: Request, answer: str = "") -> None:
    """The citizen says whether what they sent up to a message shows an identity card; what came later is asked for."""
    said, _, last = answer.partition(".")
    number = int(last) if last.isascii() and last.isdigit() and len(last) < MOST_DIGITS else 0
    held = [row for row in _attached(unit, request) if row["state"] == "held" and row["id"] <= number]
    scene = unit.citizen_scene(request)
    if not held:
        return unit.answer(visit, Reply(blocks=(scene.line("button.old"),)))
    if said != "clean":
        for row in held:
            cases.send_back(unit.connection, row["id"])
        if request.status is Status.DRAFT:
            with_its_words(unit, request)
        return unit.put(visit.chat, Reply(blocks=(scene.line("attachment.identity_card"),)))
    if request.status not in (Status.DRAFT, *LIVE):
        raise Refused("over")
    if request.status is not Status.DRAFT and _kept_out(unit, visit.chat, request.commune):
        return None
    for row in held:
        cases.release(unit.connection, row["id"])
    released = [fresh for one in held if (fresh := cases.message(unit.connection, one["id"]))]
    if request.status is Status.DRAFT:
        return show_draft(unit, request)
    request = unit.execute(request, Action.ADD, unit.actor(visit.chat, visit.name))
    added = requests.told(scene, request, "told.added")
    first = _first_of_each(released)
    brought = [
        relay.to_desk(unit, request, row, then=unit.then_citizen(request, added) if row is first[-1] else ())
        for row in first
    ]
    return None if any(brought) else unit.put(visit.chat, added)


def _first_of_each(rows: list[cases.Row]) -> list[cases.Row]:
    """One message of each album; it brings the others with it."""
    return [row for n, row in enumerate(rows) if not row["album"] or row["album"] not in [r["album"] for r in rows[:n]]]


def _attached(unit: UnitOfWork, request: Request) -> list[cases.Row]:
    rows = cases.said(unit.connection, request.code, side="citizen")
    return [row for row in rows if row["kind"] != Kind.TEXT and row["state"] != "gone"]


# Buttons and commands


def press(unit: UnitOfWork, visit: Visit, action: actions.Own) -> None:
    """A button of the citizen's."""
    scene = scene_of(unit, visit)
    match action:
        case actions.NewRequest(kind, procedure):
            return begin(unit, visit, kind, procedure or None, "")
        case actions.Agree(kind, procedure, alone):
            words = privacy_of.agreed(unit, visit, scene, alone=bool(alone))
            return begin(unit, visit, kind, procedure or None, words)
        case actions.Disagree():
            return unit.answer(visit, Reply(blocks=(scene.line("consent.refused"),)))
        case actions.SendUnseen() if scene.memory.unseen:
            return _send_unseen(unit, visit, scene, scene.memory.unseen)
        case actions.Forget():
            return privacy_of.forget(unit, visit, scene)
        case actions.BackToBot():
            return back_to_bot(unit, visit, scene)
        case actions.OwnRequest(verb, code, more) if request := own(unit, visit, code):
            return _on(unit, visit, verb, request, [more] if more else [])
        case _:
            return unit.answer(visit, Reply(blocks=(scene.line("button.old"),), buttons=talk.topics_button(scene)))


def _send_unseen(unit: UnitOfWork, visit: Visit, scene: Scene, unseen: Unseen) -> None:
    """A draft with what was sent before in it, by their leave: it stood above the button."""
    memory = replace(scene.memory, unseen=None)
    if not privacy_of.has_agreed(scene):
        memory = privacy_of.consenting(unit, memory)
    unit.remember(visit.chat, memory)
    words = privacy.words_waiting(scene, visit.under)
    begin(unit, _made_again(visit, unseen), RequestKind.QUESTION, memory.procedure, words)


def _made_again(visit: Visit, unseen: Unseen) -> Visit:
    """The visit by which it was sent."""
    return replace(
        visit,
        kind=unseen.kind,
        text="",
        message=unseen.message,
        file=unseen.file,
        handle=unseen.handle,
        album=unseen.album,
        others=tuple(_made_again(visit, one) for one in unseen.others),
    )


def own(unit: UnitOfWork, visit: Visit, code: str | None) -> Request | None:
    """A request of this person's, or one that they file for its citizen; another's is none."""
    request = unit.request(code)
    return request if request and is_theirs(unit, unit.actor(visit.who), request) else None


def is_theirs(unit: UnitOfWork, actor: Actor, request: Request) -> bool:
    """Whether somebody stands on the citizen's side of a request. A helper's look is a line in the audit log."""
    parts = parts_of(actor, request)
    if Part.HELPER in parts:
        unit.audit(actor, "help", request.code)
    return bool(parts & {Part.CITIZEN, Part.HELPER})


def _on(unit: UnitOfWork, visit: Visit, verb: OwnVerb, request: Request, more: list[str]) -> None:
    try:
        VERBS[verb](unit, visit, request, *more[:1])
    except Refused as refused:
        refuse(unit, visit, unit.citizen_scene(request), refused)


def refuse(unit: UnitOfWork, visit: Visit, scene: Scene, refused: Refused) -> None:
    unit.answer(visit, Reply(blocks=(scene.line(f"refused.{refused.reason}", who=refused.who),)))


def _send(unit: UnitOfWork, visit: Visit, request: Request, *_: str) -> None:
    if request.status is Status.DRAFT and (request.commune == 0 or not _has_content(unit, request)):
        return show_draft(unit, request)
    unit.step(request, Action.SEND, unit.actor(visit.chat, visit.name))  # what was sent already says so
    if _kept_out(unit, visit.chat, request.commune) or _over_limits(unit, visit, request):
        return None
    request = unit.execute(request, Action.SEND, unit.actor(visit.chat, visit.name))
    _count_opening(unit, visit, request)
    _write_in(unit, visit.chat, None)
    return _confirm(unit, request)


def _has_content(unit: UnitOfWork, request: Request) -> bool:
    return bool(request.subject or [r for r in _attached(unit, request) if r["state"] == "sent"])


def _confirm(unit: UnitOfWork, request: Request, *, again: bool = False) -> None:
    office = unit.office(request.commune)
    waits = [office.between(start, end) for start, end in cases.first_answers(unit.connection, request.commune)]
    expected = requests.Expected(
        queue=cases.place_in_queue(unit.connection, request.commune, request.opened_at),
        opens=None if office.closes(unit.now) else office.opens(unit.now),
        wait=deadlines.usual_wait(waits, unit.rules.history_needed),
        staffed=bool(unit.readers(request, request.commune)),
        again=again,
    )
    unit.tell_citizen(request, requests.sent(unit.citizen_scene(request), request, expected))
    if not again:
        keys.receipt(unit, request)


def _drop(unit: UnitOfWork, visit: Visit, request: Request, *_: str) -> None:
    unit.execute(request, Action.DROP, unit.actor(visit.chat))
    _write_in(unit, visit.chat, None)
    unit.put(visit.chat, Reply(blocks=(unit.citizen_scene(request).line("draft.dropped"),)))


def _change(unit: UnitOfWork, visit: Visit, request: Request, *_: str) -> None:
    if request.status is not Status.DRAFT:
        raise Refused("now")
    for row in cases.said(unit.connection, request.code, side="citizen"):
        cases.rewrite(unit.connection, row["id"], state="gone", text="")
    unit.edit_draft(replace(request, subject=""))
    show_draft(unit, replace(request, subject=""))


def _kind(unit: UnitOfWork, visit: Visit, request: Request, kind: str = "") -> None:
    kind = actions.SHORT.get(kind, kind)  # as buttons write it
    if request.status is not Status.DRAFT or kind not in list(RequestKind):
        raise Refused("now")
    unit.edit_draft(replace(request, kind=RequestKind(kind)))
    show_draft(unit, replace(request, kind=RequestKind(kind)))


def _body(unit: UnitOfWork, visit: Visit, request: Request, body: str = "") -> None:
    """Whom a recommendation is for."""
    if request.status is not Status.DRAFT or body not in list(Body):
        raise Refused("now")
    unit.edit_draft(replace(request, body=Body(body)))
    show_draft(unit, replace(request, body=Body(body)))


def _write(unit: UnitOfWork, visit: Visit, request: Request, *_: str) -> None:
    if request.status not in LIVE:
        raise Refused("over")
    if _kept_out(unit, visit.chat, request.commune):
        return
    _write_in(unit, visit.chat, request.code)
    unit.tell_citizen(request, requests.told(unit.citizen_scene(request), request, "told.writing"))


def show_status(unit: UnitOfWork, visit: Visit, request: Request, *_: str) -> None:
    if request.status is Status.DRAFT:
        return show_draft(unit, request)
    return unit.tell_citizen(request, status_of(unit, request))


def status_of(unit: UnitOfWork, request: Request) -> Reply:
    """Where a request stands, and its trace."""
    events = [_event(row) for row in cases.history(unit.connection, request.code)]
    queue = cases.place_in_queue(unit.connection, request.commune, request.opened_at)
    scene = unit.citizen_scene(request)
    reply = requests.status(scene, request, events, queue)
    matter = matters.standing(scene, of_request(unit.connection, request.code))
    return replace(reply, blocks=(*reply.blocks, *matter))


def _event(row: cases.Row) -> Event:
    return _EVENT.validate_python({k: v for k, v in dict(row).items() if k not in ("id", "code")})


def _finish(unit: UnitOfWork, visit: Visit, request: Request, *_: str) -> None:
    if request.status is Status.DRAFT:
        return _drop(unit, visit, request)
    if request.status is Status.OPEN:  # nothing was answered: that is a cancellation
        return _cancel(unit, visit, request)
    return _end(unit, visit, request, Action.FINISH, "told.finished")


def _cancel(unit: UnitOfWork, visit: Visit, request: Request, *_: str) -> None:
    if request.status is Status.DRAFT:
        return _drop(unit, visit, request)
    return _end(unit, visit, request, Action.CANCEL, "told.cancelled")


def _end(unit: UnitOfWork, visit: Visit, request: Request, action: Action, key: str) -> None:
    room = unit.room(request)
    request = unit.execute(request, action, unit.actor(visit.chat, visit.name))
    leave(unit, request)
    scene = unit.citizen_scene(request)
    if action is Action.FINISH:
        ahead.settled(unit, request)
    buttons = requests.rating_buttons(scene, request) if action is Action.FINISH else ()
    unit.tell_citizen(request, replace(requests.told(scene, request, key), buttons=buttons))
    if room:
        unit.tell_desk(request, Reply(blocks=(unit.desk_scene(request.commune).line("room.ended_by_citizen"),)))


def leave(unit: UnitOfWork, request: Request) -> None:
    """Words of either side go to the bot again."""
    for chat in {request.citizen, request.owner or request.citizen, request.helper or request.citizen}:
        if people.writing_in(unit.connection, chat) == request.code:
            _write_in(unit, chat, None)


def _reopen(unit: UnitOfWork, visit: Visit, request: Request, *_: str) -> None:
    unit.step(request, Action.REOPEN, unit.actor(visit.chat, visit.name))  # what is too late says so
    if _kept_out(unit, visit.chat, request.commune) or _over_limits(unit, visit, request):
        return
    request = unit.execute(request, Action.REOPEN, unit.actor(visit.chat, visit.name))
    _count_opening(unit, visit, request)
    _confirm(unit, request, again=True)
    _write_in(unit, visit.chat, request.code)  # what is said next says why


def _rate(unit: UnitOfWork, visit: Visit, request: Request, stars: str = "") -> None:
    rating = int(stars) if stars.isascii() and stars.isdigit() and len(stars) == 1 else 0
    again = request.rating is not None
    request = unit.execute(request, Action.RATE, unit.actor(visit.chat), rating=rating)
    if not again:
        place = Place(name=f"rateword:{request.code}", about=request.code, prompts=True)
        unit.put(visit.chat, Reply(blocks=(unit.citizen_scene(request).line("told.rated"),), place=place))


def _take(unit: UnitOfWork, visit: Visit, request: Request, *_: str) -> None:
    take_over(unit, visit, request)


def take_over(unit: UnitOfWork, visit: Visit, request: Request, by: Actor | None = None) -> None:
    """The citizen does without the helper from now on, in the chat they take it over in; the helper is told."""
    before, name = request.helper, request.name
    taken = unit.execute(request, Action.TAKE_OVER, by or unit.actor(visit.chat), holder=Actor(person=visit.chat))
    keys.settle_anew(unit, taken)
    scene = unit.citizen_scene(taken)
    unit.tell_citizen(taken, requests.told(scene, taken, "told.taken_over"))
    show_status(unit, visit, taken)
    if before:
        line = unit.scene(before).line("helping.taken_over", name=name, code=request.code)
        unit.put(before, Reply(blocks=(line,)))
        if (people.writing_in(unit.connection, before) or "").lstrip(DRAFT + WAITS_FOR_COMMUNE) == request.code:
            _write_in(unit, before, None)


def rating_word(unit: UnitOfWork, visit: Visit, request: Request) -> None:
    """A word after the stars: for the commune, without anything that names a person."""
    answer_emergency(unit, visit, unit.citizen_scene(request))
    relay.wrote(unit, request, replace(visit, text=redact(visit.text)), side="rating", text=redact(visit.text))
    unit.put(visit.chat, Reply(blocks=(unit.citizen_scene(request).line("told.rating_word"),)))


VERBS: dict[OwnVerb, Callable[..., None]] = {
    OwnVerb.SEND: _send, OwnVerb.DROP: _drop, OwnVerb.CHANGE: _change, OwnVerb.KIND: _kind, OwnVerb.WRITE: _write,
    OwnVerb.STATUS: show_status, OwnVerb.FINISH: _finish, OwnVerb.CANCEL: _cancel, OwnVerb.REOPEN: _reopen,
    OwnVerb.RATE: _rate, OwnVerb.PHOTO: photos_are, OwnVerb.BESIDE: _beside,
    OwnVerb.TAKE: _take, OwnVerb.BODY: _body,
}  # fmt: skip
OF_COMMAND = {
    "send": OwnVerb.SEND, "write": OwnVerb.WRITE, "status": OwnVerb.STATUS, "cancel": OwnVerb.CANCEL,
    "close": OwnVerb.FINISH, "reopen": OwnVerb.REOPEN, "rate": OwnVerb.RATE,
}  # fmt: skip


def command(unit: UnitOfWork, visit: Visit, name: str, code: str | None, more: str) -> None:
    """`/status CODE` and its like; without a code, the one request there is, or the list."""
    scene = scene_of(unit, visit)
    if code is None and not visit.text.strip():
        live = unit.requests(cases.of_citizen(unit.connection, visit.chat, [*LIVE, Status.DRAFT]))
        if len(live) != 1:
            return my(unit, visit)
        return _on(unit, visit, OF_COMMAND[name], live[0], [])
    if request := own(unit, visit, code):
        _on(unit, visit, OF_COMMAND[name], request, more.split())
        carries = more.strip() or visit.kind is not Kind.COMMAND
        return add(unit, replace(visit, text=more), request) if name == "write" and carries else None
    return unit.answer(visit, Reply(blocks=(scene.line("refused.unknown"),)))


def my(unit: UnitOfWork, visit: Visit) -> None:
    """Requests and lists of papers."""
    scene = scene_of(unit, visit)
    wanted = [*LIVE, *OVER, Status.DRAFT]
    found = unit.requests(cases.of_citizen(unit.connection, visit.chat, wanted))[:15]
    blocks, buttons = requests.mine(scene, found)
    helped = _helped(unit, visit, scene)
    if helped:
        unit.answer(visit, helped)
    lists = commands.my(scene)[0][0]
    if not blocks:
        return unit.answer(visit, lists)
    if scene.memory.checklists:
        blocks, buttons = (*blocks, *lists.blocks), (*buttons, *lists.buttons)
    return unit.answer(visit, Reply(blocks=blocks, buttons=buttons))


def _helped(unit: UnitOfWork, visit: Visit, scene: Scene) -> Reply | None:
    """What somebody files for others: for whom, and where each stands."""
    codes = helped_store.of_helper(unit.connection, visit.chat)
    theirs = [one for code in codes if (one := own(unit, visit, code))][:MOST_HELPED_SHOWN]
    return requests.helped(scene, theirs) if theirs else None


def back_to_bot(unit: UnitOfWork, visit: Visit, scene: Scene) -> None:
    _write_in(unit, visit.chat, None)
    unit.answer(visit, Reply(blocks=(scene.line("told.bot_again"),), buttons=talk.topics_button(scene)))


def _write_in(unit: UnitOfWork, chat: str, code: str | None) -> None:
    people.write_in(unit.connection, chat, code, now=unit.now)


def answer_emergency(unit: UnitOfWork, visit: Visit, scene: Scene) -> None:
    """The numbers first, whatever the words came with; what is said in a request goes its way all the same."""
    understood = _read(unit, scene, visit.text) if visit.text.strip() else None
    if understood and understood.outcome is Outcome.EMERGENCY:
        unit.put(visit.chat, talk.emergency(replace(scene, language=understood.language), understood))


def add(unit: UnitOfWork, visit: Visit, request: Request) -> None:
    """A citizen's words or attachment in their request: to the desk's side, or kept until somebody claims it."""
    scene = unit.citizen_scene(request)
    if request.status not in LIVE:
        text = scene.line("refused.over")
        return unit.tell_citizen(request, Reply(blocks=(text,), buttons=requests.rating_buttons(scene, request)[1:]))
    answer_emergency(unit, visit, scene)
    if _kept_out(unit, visit.chat, request.commune):
        return None
    if visit.kind in relay.WORDS:
        row = cases.message(unit.connection, relay.wrote(unit, request, visit, side="citizen", text=visit.text))
    else:
        row = keep_attachment(unit, visit, request)
    if row is None:
        return None
    quiet = request.owner is not None
    request = unit.execute(request, Action.ADD, unit.actor(visit.chat, visit.name))
    relay.to_desk(unit, request, row, point=visit.point)
    if not quiet:
        unit.tell_citizen(request, requests.told(scene, request, "told.added"))
    return None
