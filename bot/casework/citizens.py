"""What a citizen does with requests: draft, send, add, close, reopen, rate, ask where it stands."""

import re
from collections.abc import Callable
from dataclasses import replace

from pydantic import TypeAdapter

from bot.casework import ahead, keys, relay
from bot.casework import people as privacy_of
from bot.casework.counter import Counter
from bot.conversation import actions
from bot.conversation.actions import OwnVerb
from bot.conversation.citizen import commands, communes, requests, talk
from bot.conversation.citizen.answers import short_name
from bot.conversation.converse import language_of
from bot.conversation.reply import Place, Reply
from bot.conversation.scene import Scene
from bot.conversation.staff.cards import commune_name
from bot.conversation.visit import Kind, Visit
from bot.desk import deadlines
from bot.desk.lifecycle import Action, Part, Refused, parts_of
from bot.desk.redact import redact
from bot.desk.request import LIVE, OVER, Event, Request, RequestKind, Status
from bot.desk.working_time import VIETNAM
from bot.store import cases, people, windows
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
MAX_BESIDE = 3000  # characters of a question that is shown again under its answer
# Folded; what is left of "dạ thôi mình không gửi nữa đâu ạ" once the words round it are gone.
ROUND_IT = (
    *("a", "oi", "em", "minh", "toi", "ban", "da", "u", "nhe", "nha", "di", "nua", "dau", "thoi", "ad", "cho"),
    *("it", "this", "that", "please", "thanks", "ya", "saja", "kak", "nhap", "luon"),
)
GIVES_UP = frozenset(
    f"{no} {verb}" for no in ("khong", "khoi", "ko", "k", "dung") for verb in ("gui", "can", "muon gui", "can gui")
) | {"huy", "bo", "huy ban", "bo ban", "cancel", "never mind", "nevermind", "forget", "do not send", "dont send",
     "no longer needed", "batal", "batalkan", "tidak jadi", "tidak jadi kirim", "gak jadi", "nggak jadi", "ga jadi",
     "jangan dikirim", "jangan kirim"}  # fmt: skip
IDENTITY_CARD = re.compile(
    r"\b(can cuoc|cccd|cmnd|cmt|chung minh|ho chieu|passport|id card|identity card|ktp|paspor)\b"
)
DRAFT, WAITS_FOR_COMMUNE = "-", "?"
_EVENT = TypeAdapter(Event)


def scene_of(counter: Counter, visit: Visit) -> Scene:
    memory = counter.memory(visit.chat)
    return Scene(house=counter.house, memory=memory, language=language_of(visit, memory), now=counter.now)


# Drafts


def _kind_of(kind: str) -> RequestKind:
    return RequestKind(kind) if kind in list(RequestKind) else RequestKind.QUESTION


def begin(counter: Counter, visit: Visit, kind: str, procedure: str | None, text: str) -> None:
    """Open a draft: with the words, the procedure and the commune where they are known."""
    scene = scene_of(counter, visit)
    understood = _read(counter, scene, text) if text.strip() else None
    if understood and understood.outcome in NEVER_REQUESTS:
        return _never(counter, visit, scene, understood)
    if scene.commune and _kept_out(counter, visit.chat, scene.commune.code):
        return None
    if _too_many(counter, visit, scene):
        return None
    if not privacy_of.has_agreed(scene):
        wish = actions.Agree(_kind_of(kind), procedure or "")
        return privacy_of.ask_consent(counter, visit, scene, wish, text)
    if len(text) > MAX_SUBJECT:
        return counter.answer(visit, Reply(blocks=(scene.line("draft.full"),)))
    if not _keeps_older(counter, visit, scene):
        return None
    if understood and understood.outcome is Outcome.ANSWERED and procedure is None:
        procedure = understood.procedures[0].id
    known = procedure if procedure and short_name(scene, procedure) else None
    request = Request(
        code=counter.free_code(),
        citizen=visit.chat,
        name=visit.name,
        language=understood.language if understood and not scene.memory.language else scene.language,
        commune=scene.commune.code if scene.commune else 0,
        province=scene.commune.province_code if scene.commune else 0,
        kind=_kind_of(kind),
        procedure=known,
        case_=_case(scene, known),
        subject=text.strip(),
        opened_at=counter.now,
        moved_at=counter.now,
    )
    counter.open_draft(request)
    if visit.kind in relay.WORDS:
        if request.subject:
            relay.wrote(counter, request, visit, side="citizen", text=request.subject)
    elif not keep_attachment(counter, replace(visit, text=request.subject), request):
        return None
    return show_draft(counter, request)


def _case(scene: Scene, procedure: str | None) -> str:
    """The circumstances that the person's own checklist knows."""
    known = scene.memory.checklist(procedure) if procedure else None
    entry = scene.procedure(procedure) if procedure else None
    if known is None or entry is None:
        return ""
    labels = [scene.tell(o.label) for case in entry.cases for o in case.options if known.answers.get(case.id) == o.id]
    return " · ".join(labels)[:400]


def _read(counter: Counter, scene: Scene, text: str) -> Understanding:
    return understand(text, scene.memory.context(), counter.house.engine)


def _never(counter: Counter, visit: Visit, scene: Scene, understood: Understanding) -> None:
    """What must never become a request: the numbers, or who receives it by law. Nothing is kept."""
    spoken = replace(scene, language=understood.language)
    if understood.outcome is Outcome.EMERGENCY:
        return counter.answer(visit, talk.emergency(spoken, understood))
    return counter.answer(visit, talk.legal_route(spoken, understood))


def _kept_out(counter: Counter, chat: str, commune: int) -> bool:
    """Whether this desk does not hear this person for now, and telling them so; all else stays open to them."""
    until = people.kept_out_until(counter.connection, (chat, counter.mark(chat)), commune, now=counter.now)
    if until is None:
        return False
    scene = counter.scene(chat)
    writing = people.writing_in(counter.connection, chat) or ""
    request = counter.request(writing.lstrip(DRAFT + WAITS_FOR_COMMUNE))
    if request and commune in (request.commune, scene.memory.commune):
        _write_in(counter, chat, None)
    values = {"commune": commune_name(scene, commune), "day": scene.day(until.astimezone(VIETNAM).date())}
    counter.put(chat, Reply(blocks=(scene.line("block.told", **values),)))
    return True


def _too_many(counter: Counter, visit: Visit, scene: Scene) -> bool:
    """Whether this person may open no more now, and telling them so; asked again when it is sent or opened again."""
    live = len(cases.of_citizen(counter.connection, visit.chat, list(LIVE)))
    opened = windows.counted(counter.connection, windows.OPENINGS, counter.mark(visit.chat), now=counter.now)
    if live >= counter.rules.most_open:
        line = scene.line("draft.too_many", count=live)
    elif opened >= counter.rules.most_opened_a_day:
        line = scene.line("draft.too_often", count=opened)
    elif _crowded(counter, visit, scene):
        line = scene.line("draft.crowded")
    else:
        return False
    counter.answer(visit, Reply(blocks=(line,)))
    return True


def _crowded(counter: Counter, visit: Visit, scene: Scene) -> bool:
    """Whether too much came today from one address, or to one desk, through a door that knows no accounts."""
    if not visit.origin:
        return False
    commune = scene.commune.code if scene.commune else 0
    limits = ((visit.origin, MOST_OF_AN_ADDRESS), (counter.mark(f"{WITHOUT_ACCOUNT}:{commune}"), MOST_OF_A_COMMUNE))
    return any(windows.counted(counter.connection, windows.OPENINGS, mark, now=counter.now) >= n for mark, n in limits)


def _count_opening(counter: Counter, visit: Visit, request: Request) -> None:
    marks = [counter.mark(visit.chat)]
    if visit.origin:
        marks += [visit.origin, counter.mark(f"{WITHOUT_ACCOUNT}:{request.commune}")]
    for mark in marks:
        windows.count(counter.connection, windows.OPENINGS, mark, now=counter.now)


def _keeps_older(counter: Counter, visit: Visit, scene: Scene) -> bool:
    """Drafts with words in them stay, and are named; empty ones go. False: there are too many, and nothing is begun."""
    drafts = counter.requests(cases.of_citizen(counter.connection, visit.chat, [Status.DRAFT]))
    older = [one for one in drafts if one.subject or _attached(counter, one)]
    for empty in drafts:
        if empty not in older:
            counter.deed(empty, Action.DROP, counter.actor(visit.chat))
    if not older:
        return True
    full = len(older) >= MAX_DRAFTS
    line = scene.line("draft.several" if full else "draft.older", codes=", ".join(one.code for one in older))
    counter.answer(visit, Reply(blocks=(line,), buttons=requests.codes(older)))
    return not full


def show_draft(counter: Counter, request: Request) -> None:
    """Ask for what is missing – the commune, the words – or show the whole."""
    scene = counter.citizen_scene(request)
    if request.commune == 0 and scene.commune:  # known since
        request = replace(request, commune=scene.commune.code, province=scene.commune.province_code)
        counter.edit_draft(request)
    if request.commune == 0:
        _write_in(counter, request.citizen, WAITS_FOR_COMMUNE + request.code)
        counter.remember(request.citizen, replace(scene.memory, asked_commune=True))
        return counter.put(request.citizen, communes.ask_commune(scene, key="draft.commune"))
    _write_in(counter, request.citizen, DRAFT + request.code)
    attached = len(_attached(counter, request))
    if not request.subject and not attached:
        return counter.put(request.citizen, requests.ask_text(scene, request))
    return counter.put(request.citizen, requests.draft(scene, request, attached))


def commune_is_known(counter: Counter, chat: str) -> None:
    """After a turn: a draft that waited for its commune goes on."""
    waiting = people.writing_in(counter.connection, chat) or ""
    if not waiting.startswith(WAITS_FOR_COMMUNE):
        return
    request, commune = counter.request(waiting[1:]), counter.scene(chat).commune
    if request is None or request.status is not Status.DRAFT:
        _write_in(counter, chat, None)
    elif commune:
        if _kept_out(counter, chat, commune.code):
            return
        changed = replace(request, commune=commune.code, province=commune.province_code)
        counter.edit_draft(changed)
        show_draft(counter, changed)


def write_draft(counter: Counter, visit: Visit, request: Request) -> bool:
    """Words and attachments go into the draft; what may never be a request goes nowhere.

    False: it is a question beside the draft, for the bot.
    """
    scene = counter.citizen_scene(request)
    if gives_up(visit):
        _drop(counter, visit, request)
        return True
    if len(request.subject) + len(visit.text) > MAX_SUBJECT:
        counter.answer(visit, Reply(blocks=(scene.line("draft.full"),)))
        return True
    if ends_draft(counter, visit, request):
        return True
    understood = _read(counter, scene, visit.text) if visit.text.strip() else None
    if understood and _is_beside(visit, request, understood):
        counter.put(visit.chat, requests.beside(scene, request, visit.text.strip()), priority=Priority.CARD)
        return False
    if understood and understood.outcome is Outcome.ANSWERED:
        request = replace(request, procedure=request.procedure or understood.procedures[0].id)
    _into_draft(counter, visit, request)
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


def _beside(counter: Counter, visit: Visit, request: Request, *_: str) -> None:
    """The question that was answered belongs into the draft all the same."""
    words = requests.words_beside(counter.citizen_scene(request), request, visit.under)
    if request.status is not Status.DRAFT or not words:
        raise Refused("now")
    _into_draft(counter, replace(visit, kind=Kind.TEXT, text=words, message=""), request)


def _into_draft(counter: Counter, visit: Visit, request: Request) -> None:
    shown = True
    if visit.kind not in relay.WORDS:
        shown = keep_attachment(counter, visit, request) is not None
    elif visit.text.strip():
        relay.wrote(counter, request, visit, side="citizen", text=visit.text.strip())
    request = with_its_words(counter, request)
    if shown:
        show_draft(counter, request)


def while_commune_is_asked(counter: Counter, visit: Visit, request: Request) -> bool:
    """A draft waits to know its commune: attachments go into it, giving it up ends it. False: it is for the bot."""
    if gives_up(visit):
        _drop(counter, visit, request)
        return True
    if visit.kind in (*relay.WORDS, Kind.LOCATION):
        return False
    _into_draft(counter, visit, request)
    return True


def ends_draft(counter: Counter, visit: Visit, request: Request) -> bool:
    """What may never be a request goes nowhere, and its draft with it."""
    scene = counter.citizen_scene(request)
    understood = _read(counter, scene, visit.text) if visit.text.strip() else None
    if understood is None or understood.outcome not in NEVER_REQUESTS:
        return False
    counter.deed(request, Action.DROP, counter.actor(visit.chat))
    _write_in(counter, visit.chat, None)
    _never(counter, visit, scene, understood)
    return True


def with_its_words(counter: Counter, request: Request) -> Request:
    """The draft as its messages have it now: what was written in it, in order."""
    rows = cases.said(counter.connection, request.code, side="citizen")
    words = "\n".join(row["text"] for row in rows if row["text"] and row["state"] != "gone")
    request = replace(request, subject=words)
    counter.edit_draft(request)
    return request


def keep_attachment(counter: Counter, visit: Visit, request: Request) -> cases.Row | None:
    """Keep where a photo or file stands – never what it shows. None: it was refused, or is held back."""
    scene = counter.citizen_scene(request)
    if visit.kind in (Kind.STICKER, Kind.OTHER, Kind.CONTACT):
        counter.put(visit.chat, Reply(blocks=(scene.line("attachment.not_passed_on"),)))
        return None
    if len(_attached(counter, request)) + len(visit.others) >= MAX_ATTACHED:
        counter.put(visit.chat, Reply(blocks=(scene.line("attachment.too_many"),)), name=f"many:{request.code}")
        return None
    if visit.refused or shows_identity_card(visit):
        if visit.album:  # parts of it that are still to come are refused too
            relay.wrote(counter, request, replace(visit, quote=""), side="citizen", text="", state="gone")
        counter.put(visit.chat, Reply(blocks=(scene.line("attachment.identity_card"),)))
        return None
    held = visit.kind in LOOKED_AT
    state = "held" if held else "sent"
    number = relay.wrote(counter, request, visit, side="citizen", text=visit.text.strip(), state=state)
    row = cases.message(counter.connection, number)
    if row and held:
        look_at(counter, request, row)
    return None if held else row


def shows_identity_card(visit: Visit) -> bool:
    """By its own words, or by those of another part of its album."""
    return visit.kind in LOOKED_AT and bool(IDENTITY_CARD.search(fold(visit.text)))


def look_at(counter: Counter, request: Request, row: cases.Row) -> None:
    """Hold it back, and ask whether it shows an identity card."""
    cases.rewrite(counter.connection, row["id"], state="held")
    last = max(int(one["id"]) for one in cases.together(counter.connection, row["id"]))
    counter.put(request.citizen, requests.ask_photo(counter.citizen_scene(request), request, last))


def refuse_album(counter: Counter, request: Request, rows: list[cases.Row]) -> None:
    """One of these shows an identity card: all are taken back from wherever they are."""
    for row in rows:
        relay.withdraw(counter, request, row)
        cases.rewrite(counter.connection, row["id"], state="gone", text="")


def photos_are(counter: Counter, visit: Visit, request: Request, answer: str = "") -> None:
    """The citizen says whether what they sent up to a message shows an identity card; what came later is asked for."""
    said, _, last = answer.partition(".")
    number = int(last) if last.isascii() and last.isdigit() and len(last) < MOST_DIGITS else 0
    held = [row for row in _attached(counter, request) if row["state"] == "held" and row["id"] <= number]
    scene = counter.citizen_scene(request)
    if not held:
        return counter.answer(visit, Reply(blocks=(scene.line("button.old"),)))
    if said != "clean":
        for row in held:
            cases.send_back(counter.connection, row["id"])
        if request.status is Status.DRAFT:
            with_its_words(counter, request)
        return counter.put(visit.chat, Reply(blocks=(scene.line("attachment.identity_card"),)))
    if request.status not in (Status.DRAFT, *LIVE):
        raise Refused("over")
    if request.status is not Status.DRAFT and _kept_out(counter, visit.chat, request.commune):
        return None
    for row in held:
        cases.release(counter.connection, row["id"])
    released = [fresh for one in held if (fresh := cases.message(counter.connection, one["id"]))]
    if request.status is Status.DRAFT:
        return show_draft(counter, request)
    request = counter.deed(request, Action.ADD, counter.actor(visit.chat, visit.name))
    added = requests.told(scene, request, "told.added")
    first = _first_of_each(released)
    brought = [
        relay.to_desk(counter, request, row, then=counter.then_citizen(request, added) if row is first[-1] else ())
        for row in first
    ]
    return None if any(brought) else counter.put(visit.chat, added)


def _first_of_each(rows: list[cases.Row]) -> list[cases.Row]:
    """One message of each album; it brings the others with it."""
    return [row for n, row in enumerate(rows) if not row["album"] or row["album"] not in [r["album"] for r in rows[:n]]]


def _attached(counter: Counter, request: Request) -> list[cases.Row]:
    rows = cases.said(counter.connection, request.code, side="citizen")
    return [row for row in rows if row["kind"] != Kind.TEXT and row["state"] != "gone"]


# Buttons and commands


def press(counter: Counter, visit: Visit, action: actions.Own) -> None:
    """A button of the citizen's."""
    scene = scene_of(counter, visit)
    match action:
        case actions.NewRequest(kind, procedure):
            return begin(counter, visit, kind, procedure or None, "")
        case actions.Agree(kind, procedure, alone):
            words = privacy_of.agreed(counter, visit, scene, alone=bool(alone))
            return begin(counter, visit, kind, procedure or None, words)
        case actions.Disagree():
            return counter.answer(visit, Reply(blocks=(scene.line("consent.refused"),)))
        case actions.Forget():
            return privacy_of.forget(counter, visit, scene)
        case actions.BackToBot():
            return back_to_bot(counter, visit, scene)
        case actions.OwnRequest(verb, code, more) if request := own(counter, visit, code):
            return _on(counter, visit, verb, request, [more] if more else [])
        case _:
            return counter.answer(visit, Reply(blocks=(scene.line("button.old"),), buttons=talk.topics_button(scene)))


def own(counter: Counter, visit: Visit, code: str | None) -> Request | None:
    """A request of this person's; another's is none."""
    request = counter.request(code)
    return request if request and Part.CITIZEN in parts_of(counter.actor(visit.who), request) else None


def _on(counter: Counter, visit: Visit, verb: OwnVerb, request: Request, more: list[str]) -> None:
    try:
        VERBS[verb](counter, visit, request, *more[:1])
    except Refused as refused:
        refuse(counter, visit, counter.citizen_scene(request), refused)


def refuse(counter: Counter, visit: Visit, scene: Scene, refused: Refused) -> None:
    counter.answer(visit, Reply(blocks=(scene.line(f"refused.{refused.reason}", who=refused.who),)))


def _send(counter: Counter, visit: Visit, request: Request, *_: str) -> None:
    if request.status is Status.DRAFT and (request.commune == 0 or not _has_content(counter, request)):
        return show_draft(counter, request)
    counter.step(request, Action.SEND, counter.actor(visit.chat, visit.name))  # what was sent already says so
    if _kept_out(counter, visit.chat, request.commune) or _too_many(counter, visit, scene_of(counter, visit)):
        return None
    request = counter.deed(request, Action.SEND, counter.actor(visit.chat, visit.name))
    _count_opening(counter, visit, request)
    _write_in(counter, visit.chat, None)
    return _confirm(counter, request)


def _has_content(counter: Counter, request: Request) -> bool:
    return bool(request.subject or [r for r in _attached(counter, request) if r["state"] == "sent"])


def _confirm(counter: Counter, request: Request, *, again: bool = False) -> None:
    office = counter.office(request.commune)
    waits = [office.between(start, end) for start, end in cases.first_answers(counter.connection, request.commune)]
    expected = requests.Expected(
        queue=cases.place_in_queue(counter.connection, request.commune, request.opened_at),
        opens=None if office.closes(counter.now) else office.opens(counter.now),
        wait=deadlines.usual_wait(waits, counter.rules.history_needed),
        staffed=bool(counter.readers(request, request.commune)),
        again=again,
    )
    counter.tell_citizen(request, requests.sent(counter.citizen_scene(request), request, expected))
    if not again:
        keys.receipt(counter, request)


def _drop(counter: Counter, visit: Visit, request: Request, *_: str) -> None:
    counter.deed(request, Action.DROP, counter.actor(visit.chat))
    _write_in(counter, visit.chat, None)
    counter.put(visit.chat, Reply(blocks=(counter.citizen_scene(request).line("draft.dropped"),)))


def _change(counter: Counter, visit: Visit, request: Request, *_: str) -> None:
    if request.status is not Status.DRAFT:
        raise Refused("now")
    for row in cases.said(counter.connection, request.code, side="citizen"):
        cases.rewrite(counter.connection, row["id"], state="gone", text="")
    counter.edit_draft(replace(request, subject=""))
    show_draft(counter, replace(request, subject=""))


def _kind(counter: Counter, visit: Visit, request: Request, kind: str = "") -> None:
    if request.status is not Status.DRAFT or kind not in list(RequestKind):
        raise Refused("now")
    counter.edit_draft(replace(request, kind=RequestKind(kind)))
    show_draft(counter, replace(request, kind=RequestKind(kind)))


def _write(counter: Counter, visit: Visit, request: Request, *_: str) -> None:
    if request.status not in LIVE:
        raise Refused("over")
    if _kept_out(counter, visit.chat, request.commune):
        return
    _write_in(counter, visit.chat, request.code)
    counter.tell_citizen(request, requests.told(counter.citizen_scene(request), request, "told.writing"))


def show_status(counter: Counter, visit: Visit, request: Request, *_: str) -> None:
    if request.status is Status.DRAFT:
        return show_draft(counter, request)
    return counter.tell_citizen(request, status_of(counter, request))


def status_of(counter: Counter, request: Request) -> Reply:
    """Where a request stands, and its trace."""
    events = [_event(row) for row in cases.history(counter.connection, request.code)]
    queue = cases.place_in_queue(counter.connection, request.commune, request.opened_at)
    return requests.status(counter.citizen_scene(request), request, events, queue)


def _event(row: cases.Row) -> Event:
    return _EVENT.validate_python({k: v for k, v in dict(row).items() if k not in ("id", "code")})


def _finish(counter: Counter, visit: Visit, request: Request, *_: str) -> None:
    if request.status is Status.DRAFT:
        return _drop(counter, visit, request)
    if request.status is Status.OPEN:  # nothing was answered: that is a cancellation
        return _cancel(counter, visit, request)
    return _end(counter, visit, request, Action.FINISH, "told.finished")


def _cancel(counter: Counter, visit: Visit, request: Request, *_: str) -> None:
    if request.status is Status.DRAFT:
        return _drop(counter, visit, request)
    return _end(counter, visit, request, Action.CANCEL, "told.cancelled")


def _end(counter: Counter, visit: Visit, request: Request, action: Action, key: str) -> None:
    room = counter.room(request)
    request = counter.deed(request, action, counter.actor(visit.chat, visit.name))
    leave(counter, request)
    scene = counter.citizen_scene(request)
    if action is Action.FINISH:
        ahead.settled(counter, request)
    buttons = requests.rating_buttons(scene, request) if action is Action.FINISH else ()
    counter.tell_citizen(request, replace(requests.told(scene, request, key), buttons=buttons))
    if room:
        counter.tell_desk(request, Reply(blocks=(counter.desk_scene(request.commune).line("room.ended_by_citizen"),)))


def leave(counter: Counter, request: Request) -> None:
    """Words of either side go to the bot again."""
    for chat in {request.citizen, request.owner or request.citizen}:
        if people.writing_in(counter.connection, chat) == request.code:
            _write_in(counter, chat, None)


def _reopen(counter: Counter, visit: Visit, request: Request, *_: str) -> None:
    counter.step(request, Action.REOPEN, counter.actor(visit.chat, visit.name))  # what is too late says so
    if _kept_out(counter, visit.chat, request.commune) or _too_many(counter, visit, scene_of(counter, visit)):
        return
    request = counter.deed(request, Action.REOPEN, counter.actor(visit.chat, visit.name))
    _count_opening(counter, visit, request)
    _confirm(counter, request, again=True)


def _rate(counter: Counter, visit: Visit, request: Request, stars: str = "") -> None:
    rating = int(stars) if stars.isascii() and stars.isdigit() and len(stars) == 1 else 0
    again = request.rating is not None
    request = counter.deed(request, Action.RATE, counter.actor(visit.chat), rating=rating)
    if not again:
        place = Place(name=f"rateword:{request.code}", about=request.code, prompts=True)
        counter.put(visit.chat, Reply(blocks=(counter.citizen_scene(request).line("told.rated"),), place=place))


def rating_word(counter: Counter, visit: Visit, request: Request) -> None:
    """A word after the stars: for the commune, without anything that names a person."""
    relay.wrote(counter, request, replace(visit, text=redact(visit.text)), side="rating", text=redact(visit.text))
    counter.put(visit.chat, Reply(blocks=(counter.citizen_scene(request).line("told.rating_word"),)))


VERBS: dict[OwnVerb, Callable[..., None]] = {
    OwnVerb.SEND: _send, OwnVerb.DROP: _drop, OwnVerb.CHANGE: _change, OwnVerb.KIND: _kind, OwnVerb.WRITE: _write,
    OwnVerb.STATUS: show_status, OwnVerb.FINISH: _finish, OwnVerb.CANCEL: _cancel, OwnVerb.REOPEN: _reopen,
    OwnVerb.RATE: _rate, OwnVerb.PHOTO: photos_are, OwnVerb.BESIDE: _beside,
}  # fmt: skip
OF_COMMAND = {
    "send": OwnVerb.SEND, "write": OwnVerb.WRITE, "status": OwnVerb.STATUS, "cancel": OwnVerb.CANCEL,
    "close": OwnVerb.FINISH, "reopen": OwnVerb.REOPEN, "rate": OwnVerb.RATE,
}  # fmt: skip


def command(counter: Counter, visit: Visit, name: str, code: str | None, more: str) -> None:
    """`/status CODE` and its like; without a code, the one request there is, or the list."""
    scene = scene_of(counter, visit)
    if code is None and not visit.text.strip():
        live = counter.requests(cases.of_citizen(counter.connection, visit.chat, [*LIVE, Status.DRAFT]))
        if len(live) != 1:
            return my(counter, visit)
        return _on(counter, visit, OF_COMMAND[name], live[0], [])
    if request := own(counter, visit, code):
        _on(counter, visit, OF_COMMAND[name], request, more.split())
        carries = more.strip() or visit.kind is not Kind.COMMAND
        return add(counter, replace(visit, text=more), request) if name == "write" and carries else None
    return counter.answer(visit, Reply(blocks=(scene.line("refused.unknown"),)))


def my(counter: Counter, visit: Visit) -> None:
    """Requests and lists of papers."""
    scene = scene_of(counter, visit)
    wanted = [*LIVE, *OVER, Status.DRAFT]
    found = counter.requests(cases.of_citizen(counter.connection, visit.chat, wanted))[:15]
    blocks, buttons = requests.mine(scene, found)
    lists = commands.my(scene)[0][0]
    if not blocks:
        return counter.answer(visit, lists)
    if scene.memory.checklists:
        blocks, buttons = (*blocks, *lists.blocks), (*buttons, *lists.buttons)
    return counter.answer(visit, Reply(blocks=blocks, buttons=buttons))


def back_to_bot(counter: Counter, visit: Visit, scene: Scene) -> None:
    _write_in(counter, visit.chat, None)
    counter.answer(visit, Reply(blocks=(scene.line("told.bot_again"),), buttons=talk.topics_button(scene)))


def _write_in(counter: Counter, chat: str, code: str | None) -> None:
    people.write_in(counter.connection, chat, code, now=counter.now)


def answer_emergency(counter: Counter, visit: Visit, scene: Scene) -> None:
    """The numbers first, whatever the words came with; what is said in a request goes its way all the same."""
    understood = _read(counter, scene, visit.text) if visit.text.strip() else None
    if understood and understood.outcome is Outcome.EMERGENCY:
        counter.put(visit.chat, talk.emergency(replace(scene, language=understood.language), understood))


def add(counter: Counter, visit: Visit, request: Request) -> None:
    """A citizen's words or attachment in their request: to the desk's side, or kept until somebody claims it."""
    scene = counter.citizen_scene(request)
    if request.status not in LIVE:
        text = scene.line("refused.over")
        return counter.tell_citizen(request, Reply(blocks=(text,), buttons=requests.rating_buttons(scene, request)[1:]))
    answer_emergency(counter, visit, scene)
    if _kept_out(counter, visit.chat, request.commune):
        return None
    if visit.kind in relay.WORDS:
        row = cases.message(counter.connection, relay.wrote(counter, request, visit, side="citizen", text=visit.text))
    else:
        row = keep_attachment(counter, visit, request)
    if row is None:
        return None
    quiet = request.owner is not None
    request = counter.deed(request, Action.ADD, counter.actor(visit.chat, visit.name))
    relay.to_desk(counter, request, row, point=visit.point)
    if not quiet:
        counter.tell_citizen(request, requests.told(scene, request, "told.added"))
    return None
