"""The desk on a screen: what it shows of requests, and the same commands as the chat's buttons, with what came of them.

A command given here is a visit in the officer's own chat; what would be answered there is shown on the page.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.casework import corrections, doubting, officers, on_screen, relay, searching, second_look
from bot.casework.unit_of_work import Then, UnitOfWork
from bot.conversation.reply import Reply
from bot.conversation.scene import Scene
from bot.conversation.staff import ready
from bot.conversation.staff.against import Doubt
from bot.conversation.staff.changes import Change, changes
from bot.conversation.visit import Kind, Visit
from bot.desk.access import Share, may_receive, note_may_be_shown
from bot.desk.lifecycle import Part, Refused, parts_of
from bot.desk.request import LIVE, OVER, Actor, Request, Status
from bot.store import cases, outbox

MOST_OTHERS = 5


@dataclass(frozen=True)
class AtDesk(UnitOfWork):
    """A unit of work whose answers to whoever acts are heard on the page."""

    heard: list[Reply] = field(default_factory=list)

    def answer(self, visit: Visit, reply: Reply) -> None:  # noqa: ARG002 - the page is where it was done
        self.heard.append(reply)

    def then(self, visit: Visit, reply: Reply) -> Then:  # noqa: ARG002 - the page shows whether it has arrived
        return ()


@dataclass(frozen=True, kw_only=True)
class Said:
    """What was written in a request, as the page shows it."""

    number: int
    side: str  # citizen, staff, note
    name: str
    text: str
    kind: str
    at: dt.datetime
    state: str  # sent, held, gone
    mine: bool  # written by whoever looks
    arrived: bool
    seen: bool  # as far as can be known: the page was open, or they have written since
    failed: bool
    kept: bool  # its channel lets nothing through until the citizen writes again
    quoted: str = ""  # the part of another message that it answers

    @property
    def is_shown(self) -> bool:
        """Whether what it carries may be looked at: a citizen's own picture only once they said what it shows."""
        return self.state == "sent" or (self.state == "held" and self.side == "staff")


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A request with its conversation, as one officer sees it."""

    request: Request
    said: tuple[Said, ...]
    verbs: tuple[str, ...]  # what may be done now; the first is the one to do
    crew: tuple[tuple[str, str, int], ...]  # who may be given it: key, name, how many each holds
    events: tuple[cases.Row, ...]
    read: str  # a mark of all that the citizen wrote, as it stands: what was changed since is read first

    @property
    def last(self) -> int:
        """The number of the newest message: what is sent without having seen it is not sent."""
        return max((one.number for one in self.said if one.side == "citizen"), default=0)


@dataclass(frozen=True, kw_only=True)
class Done:
    """What came of a command. `refused`: why nothing did."""

    said: tuple[Reply, ...] = ()
    refused: str = ""
    newer: bool = False  # the citizen has written meanwhile: nothing was sent


# One request


def talk(unit: UnitOfWork, actor: Actor, code: str) -> Talk | None:
    """A request's conversation; None where it is none of theirs. Whoever shows it says so: `on_screen.looked`."""
    request = unit.request(code)
    if request is None or not searching.may_open(actor, request) or not may_receive(actor, request):
        return None
    rows = [row for row in cases.said(unit.connection, code) if _shown(actor, request, row)]
    kept = outbox.kept_names(unit.connection, request.told_at)
    return Talk(
        request=request,
        said=tuple(_said(actor, request, row, kept) for row in rows),
        verbs=verbs(actor, request),
        crew=_crew(unit, actor, request),
        events=tuple(cases.history(unit.connection, code)),
        read=_mark_of(rows),
    )


def _shown(actor: Actor, request: Request, row: cases.Row) -> bool:
    match row["side"]:
        case "citizen":
            return True
        case "staff":
            return row["state"] != "held" or row["author"] == actor.person or _looks_there(actor, request, row)
        case "note":
            return may_receive(actor, request, Share.NOTE) and note_may_be_shown(request, row["commune"])
        case _:
            return False


def _looks_there(actor: Actor, request: Request, row: cases.Row) -> bool:
    """Words that wait are shown at the desk that wrote them, and to the province, wherever the request is now."""
    of_the_desk = actor.serves(row["commune"] or request.commune) is not None or actor.stands_for(request.province)
    return of_the_desk and may_receive(actor, request, Share.REVIEW)


def _said(actor: Actor, request: Request, row: cases.Row, kept: set[str]) -> Said:
    quoted, text = relay.unquoted(row["text"])
    return Said(
        number=row["id"],
        side=row["side"],
        name=request.name if row["side"] == "citizen" else row["name"],
        text=text if row["state"] != "gone" else "",
        quoted=quoted if row["state"] != "gone" else "",
        kind=row["kind"],
        at=row["at"],
        state=row["state"],
        mine=row["author"] == actor.person,
        arrived=bool(row["copy_message"]),
        seen=row["seen_at"] is not None,
        failed=row["failed_at"] is not None,
        kept=f"relay:{row['id']}" in kept,
    )


def others(unit: UnitOfWork, actor: Actor, request: Request) -> tuple[Request, ...]:
    """What else the same person has asked, and this officer may open."""
    rows = cases.of_citizen(unit.connection, request.citizen, [*LIVE, *OVER])
    found = [one for one in unit.requests(rows) if one.code != request.code and searching.may_open(actor, one)]
    return tuple(found[:MOST_OTHERS])


def _crew(unit: UnitOfWork, actor: Actor, request: Request) -> tuple[tuple[str, str, int], ...]:
    if "assign" not in verbs(actor, request):
        return ()
    return tuple((one.person, one.name, load(unit, one.person)) for one in officers.crew_for(unit, request))


def load(unit: UnitOfWork, person: str) -> int:
    """How many requests somebody holds."""
    return len(cases.owned(unit.connection, person))


def verbs(actor: Actor, request: Request) -> tuple[str, ...]:
    """What somebody may do with a request as it stands, the one to be done first."""
    parts = parts_of(actor, request)
    if Part.RECEIVER in parts and Part.DESK not in parts:
        return ("accept", "decline")
    found: list[str] = []
    held = request.status in (Status.CLAIMED, Status.ASKED, Status.ANSWERED)
    if request.status is Status.OPEN and Part.DESK in parts:
        found += ["claim"]
    if request.status is Status.ESCALATED and parts & {Part.ABOVE, Part.OWNER}:
        found += ["returned", "answer"]
        found += ["escalate"] if Part.ABOVE in parts else []
    if held and Part.OWNER in parts:
        found += ["answer", "more", "close", "escalate", "release"]
    if request.status is Status.OPEN and Part.OWNER in parts:
        found += ["escalate"]
    if (held or request.status is Status.OPEN) and Part.DESK in parts and request.transfer_to is None:
        found += ["transfer"] if request.owner in (None, actor.person) or actor.leads(request.commune) else []
    if (held or request.status is Status.OPEN) and Part.OWNER in parts:
        found += ["assign"]
    if Part.DESK in parts:
        found += ["note"]
    return tuple(found)


NEED_WORDS = ("answer", "more", "note", "transfer", "decline", "escalate", "returned", "assign")
TOLD = ("answer", "more", "returned")  # words of their own
TO_CITIZEN = ("answer", "more", "returned", "close")


def do(
    unit: AtDesk, actor: Actor, code: str, verb: str, text: str, *, seen: int, read: str = "", once: str = "",
    quotes: int = 0,
) -> Done:  # fmt: skip
    """Do it as the chat would.

    `seen`: the newest of the citizen's messages that stood on the page; `read`: the mark of all of them. `once`: the
    mark of the form: what is sent twice is done once. `quotes`: the message that it answers.
    """
    request = unit.request(code)
    if request is None or not may_receive(actor, request) or not parts_of(actor, request) - {Part.CITIZEN}:
        return Done(refused="unknown")
    if verb not in officers.COMMANDS or (verb in NEED_WORDS and not text.strip()):
        return Done(refused="empty")
    if verb in TO_CITIZEN and has_written(unit, code, since=seen, read=read):
        return Done(newer=True)
    if once and cases.is_written(unit.connection, actor.person, once):
        return Done()
    quote = on_screen.quote(unit, request, quotes)
    visit = Visit(
        chat=actor.person, kind=Kind.COMMAND, command=verb, text=text, name=actor.name, message=once, quote=quote,
        sure=True,  # the page has shown what is doubted, and asked, before anything was done
    )  # fmt: skip
    before = on_screen.newest(unit, code)
    try:
        officers.COMMANDS[verb](unit, visit, actor, request, text.strip())
    except Refused as refused:
        return Done(refused=refused.reason, said=(_why(unit, refused, request),))
    on_screen.tell_room(unit, actor, code, after=before)
    return Done(said=tuple(unit.heard))


def has_written(unit: UnitOfWork, code: str, *, since: int, read: str = "") -> bool:
    """Whether the citizen has written anything after the message of a number, or changed what was read."""
    rows = cases.said(unit.connection, code, side="citizen")
    return any(row["id"] > since for row in rows) or (bool(read) and read != _mark_of(rows))


def _mark_of(rows: Iterable[cases.Row]) -> str:
    told = "\0".join(f"{row['id']}:{row['text']}" for row in rows if row["side"] == "citizen")
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]


def doubts(unit: UnitOfWork, actor: Actor, code: str, verb: str, text: str) -> tuple[Doubt, ...]:
    """What words for the citizen say against the entry of their request; nothing where there is none."""
    request = unit.request(code)
    if request is None or verb not in TOLD or not may_receive(actor, request):
        return ()
    return doubting.doubts(unit.scene(actor.person), request, text)


def filled(unit: UnitOfWork, request: Request, words: str) -> str:
    """What an officer typed, with the blanks of a ready answer filled in for this citizen."""
    scene = unit.citizen_scene(request).of_commune(request.commune)
    known = scene.procedure(request.procedure) if request.procedure else None
    return ready.with_blanks_filled(scene, known, request.name, words)


def doubts_of_edit(unit: UnitOfWork, actor: Actor, code: str, number: int, text: str) -> tuple[Doubt, ...]:
    """The same of words that are to take the place of one's own."""
    found = _own(unit, actor, code, number)
    if found is None or found[1]["side"] == "note":
        return ()
    return doubting.doubts(unit.scene(actor.person), found[0], text)


def edit(unit: AtDesk, actor: Actor, code: str, number: int, text: str) -> Done:
    """One's own words, corrected where the citizen reads them."""
    found = _own(unit, actor, code, number)
    if found is None or not text.strip():
        return Done(refused="unknown" if found is None else "empty")
    request, row = found
    visit = Visit(chat=row["chat"], kind=Kind.EDIT, text=text, name=actor.name, person=actor.person,
                  private=row["chat"] == actor.person, message=row["message"], edited=True, sure=True,
                  command="note" if row["side"] == "note" else None)  # fmt: skip
    corrections.follow(unit, visit, actor, request, row, text.strip())
    on_screen.tell_change(unit, actor, row)
    return Done(said=tuple(unit.heard))


def withdraw(unit: AtDesk, actor: Actor, code: str, number: int) -> Done:
    """One's own words, taken away where the citizen reads them, or would."""
    found = _own(unit, actor, code, number)
    if found is None:
        return Done(refused="unknown")
    request, row = found
    visit = Visit(chat=actor.person, kind=Kind.COMMAND, command="delete", name=actor.name)
    try:
        if row["side"] == "note":
            cases.rewrite(unit.connection, number, state="gone", text="")
        else:
            officers.take_away(unit, visit, actor, request, row)
    except Refused as refused:
        return Done(refused=refused.reason, said=(_why(unit, refused, request),))
    on_screen.tell_change(unit, actor, row)
    return Done(said=tuple(unit.heard))


def _own(unit: UnitOfWork, actor: Actor, code: str, number: int) -> tuple[Request, cases.Row] | None:
    """Words of one's own that still stand in a request that one works on."""
    request, row = unit.request(code), cases.message(unit.connection, number)
    if request is None or row is None or row["code"] != code or row["author"] != actor.person:
        return None
    stands = row["side"] in ("staff", "note") and row["state"] != "gone" and row["kind"] == Kind.TEXT
    works = may_receive(actor, request) and parts_of(actor, request) - {Part.CITIZEN}
    return (request, row) if stands and works else None


def attached(unit: UnitOfWork, actor: Actor, code: str, number: int) -> on_screen.Attachment | None:
    """A photo or file of a conversation that this officer may read; None where there is none to be shown."""
    request, row = unit.request(code), cases.message(unit.connection, number)
    if request is None or row is None or row["code"] != code:
        return None
    if not searching.may_open(actor, request) or not may_receive(actor, request) or not _shown(actor, request, row):
        return None
    return on_screen.attachment(row) if _said(actor, request, row, set()).is_shown else None


def _why(unit: UnitOfWork, refused: Refused, request: Request) -> Reply:
    values = {"who": refused.who, "code": request.code}
    return Reply(blocks=(unit.desk_scene(request.commune).line(f"refused.{refused.reason}", **values),))


def review(unit: AtDesk, actor: Actor, number: int, why: str | None) -> Done:
    """A colleague lets a new officer's words go, or sends them back with a reason."""
    visit = Visit(chat=actor.person, kind=Kind.COMMAND, command="approve", name=actor.name)
    row = cases.message(unit.connection, number)
    request = unit.request(row["code"]) if row else None
    try:
        second_look.decide(unit, visit, actor, number, why=why, deeds=officers.GOES_OUT)
    except Refused as refused:
        return Done(refused=refused.reason, said=(_why(unit, refused, request),) if request else ())
    return Done(said=tuple(unit.heard))


@dataclass(frozen=True, kw_only=True)
class Look:
    """What stands beside words that wait, for whoever may let them go."""

    doubts: tuple[Doubt, ...]
    changes: tuple[Change, ...]  # against what stood there before
    by: dt.datetime  # when somebody should have looked


def reviewable(unit: UnitOfWork, actor: Actor, request: Request, shown: Talk) -> dict[int, Look]:
    """Of the words that wait, those that this officer may look at for a colleague."""
    held = (one.number for one in shown.said if one.state == "held")
    rows = (cases.message(unit.connection, number) for number in held)
    theirs = (row for row in rows if row and second_look.may_decide(unit, actor, request, row))
    scene = unit.scene(actor.person)
    return {row["id"]: _look(unit, scene, request, row) for row in theirs}


def _look(unit: UnitOfWork, scene: Scene, request: Request, row: cases.Row) -> Look:
    before = second_look.before(unit, row)
    return Look(
        doubts=doubting.doubts(scene, request, row["text"]),
        changes=changes(before, row["text"]) if before else (),
        by=second_look.look_by(unit, request, row["at"]),
    )
