"""The lists of the desk on a screen: all that somebody may work on, each once, by what is to be done about it."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bot.casework import searching, second_look
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation.staff import cards
from bot.desk.access import Share, may_receive
from bot.desk.lifecycle import Part, parts_of
from bot.desk.request import Actor, Level, Request, RequestKind, Role, Status
from bot.store import cases, worklists

WORDS = 90  # of the first ones
LISTS = ("overdue", "soon", "offered", "above", "mine", "unclaimed", "asked", "others", "put_off")
CALLING = ("overdue", "soon", "offered", "unclaimed")
MAY_WAIT = ("mine", "unclaimed", "asked", "others")  # lists out of which a request may be put off
WRITING = dt.timedelta(minutes=1)  # how long somebody who typed counts as writing
ME, NOBODY = "me", "-"
MOST = 60  # characters of what is filtered by


@dataclass(frozen=True, kw_only=True)
class Line:
    """One request in a list."""

    request: Request
    words: str  # its first, where they may be read
    topic: str
    age: dt.timedelta  # open time since it was sent
    left: dt.timedelta | None  # open time until the next promise; below nothing: past it
    writer: str = ""  # who else is writing an answer just now
    put_off: dt.datetime | None = None  # until when it is out of this officer's way
    look: bool = False  # words in it wait for this officer to let them go


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What the lists are narrowed to; empty: to nothing."""

    kind: str = ""
    procedure: str = ""
    holder: str = ""  # ME, NOBODY, or a person
    commune: str = ""

    def takes(self, actor: Actor, request: Request) -> bool:
        held = {ME: actor.person, NOBODY: None}.get(self.holder, self.holder)
        return (
            self.kind in ("", request.kind)
            and self.procedure in ("", request.procedure)
            and (not self.holder or request.owner == held)
            and self.commune in ("", str(request.commune))
        )

    @property
    def query(self) -> str:
        """As it stands in an address."""
        return urlencode({name: value for key, name in NAMES.items() if (value := getattr(self, key))})


NAMES = {"kind": "loai", "procedure": "viec", "holder": "giu", "commune": "xa"}


def filter_of(given: Mapping[str, str]) -> Filter:
    """What an address asks for."""
    return Filter(**{key: given.get(name, "")[:MOST] for key, name in NAMES.items()})


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the lists can be narrowed to as they are: values with their names."""

    kinds: tuple[RequestKind, ...]
    procedures: tuple[tuple[str, str], ...]
    holders: tuple[tuple[str, str], ...]
    communes: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Worklist:
    """`lists`: by name, in the order of LISTS, narrowed; `choices`: of all there is."""

    lists: Mapping[str, Sequence[Line]]
    choices: Choices

    @property
    def count(self) -> int:
        return sum(map(len, self.lists.values()))

    @property
    def calling(self) -> int:
        """How many somebody has to look to now: past their day or near it, passed here, claimed by nobody.

        And of one's own, those whose citizen waits for a word; of any, those in which words wait for a look.
        """
        return sum(self._calls(name, line) for name, lines in self.lists.items() for line in lines)

    def _calls(self, name: str, line: Line) -> bool:
        owes = name == "mine" and line.request.status is Status.CLAIMED
        return name in CALLING or owes or line.look

    @property
    def state(self) -> str:
        """What changes when anything in the lists does."""
        told = ".".join(
            f"{name[:2]}-{line.request.code}-{line.request.version}-{line.writer}-{line.look}"
            for name, lines in self.lists.items()
            for line in lines
        )
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def worklist(unit: UnitOfWork, actor: Actor, narrowed: Filter | None = None) -> Worklist:
    """Everything somebody may work on; what they have put off stands last, until it comes due or changes."""
    able = (one for one in _of(unit, actor) if may_receive(actor, one, Share.CARD))
    found = [one for one in able if parts_of(actor, one) - {Part.CITIZEN}]  # one's own is a colleague's to see to
    waits = worklists.are_put_off(unit.connection, actor.person, now=unit.now)
    codes = [one.code for one in found]
    writers = worklists.who_writes(unit.connection, codes, but=actor.person, since=unit.now - WRITING)
    looks = _looks(unit, actor, codes)
    sorted_: dict[str, list[Line]] = {name: [] for name in LISTS}
    for one in found:
        if narrowed and not narrowed.takes(actor, one):
            continue
        name, off = _list_of(unit, actor, one), waits.get(one.code)
        if off and off["version"] == one.version and name in MAY_WAIT:
            name = "put_off"
        until = off["until"] if off and name == "put_off" else None
        sorted_[name].append(
            line(unit, actor, one, writer=writers.get(one.code, ""), put_off=until, look=one.code in looks)
        )
    for lines in sorted_.values():
        lines.sort(key=lambda one: (one.left is None, one.left or dt.timedelta(), one.request.opened_at))
    return Worklist(lists=sorted_, choices=_choices(unit, found))


def _looks(unit: UnitOfWork, actor: Actor, codes: Sequence[str]) -> set[str]:
    """In which of these words wait that somebody may let go."""
    held = [(unit.request(row["code"]), row) for row in cases.held_in(unit.connection, codes)]
    return {one.code for one, row in held if one and second_look.may_decide(unit, actor, one, row)}


def _choices(unit: UnitOfWork, found: Iterable[Request]) -> Choices:
    found = list(found)
    topics = {one.procedure: cards.topic_of(unit.desk_scene(one.commune), one) for one in found if one.procedure}
    return Choices(
        kinds=tuple(sorted({one.kind for one in found})),
        procedures=tuple(sorted(((id_, name) for id_, name in topics.items() if name), key=lambda one: one[1])),
        holders=tuple(sorted({(one.owner, one.owner_name) for one in found if one.owner}, key=lambda one: one[1])),
        communes=tuple(sorted({one.commune for one in found})),
    )


def _of(unit: UnitOfWork, actor: Actor) -> list[Request]:
    found = unit.requests(cases.of_communes(unit.connection, searching.communes_of(actor)))
    for province in sorted({post.province for post in actor.posts if post.role is Role.PROVINCE}):
        found += [one for one in unit.requests(cases.above(unit.connection, province)) if one not in found]
    return found


def _list_of(unit: UnitOfWork, actor: Actor, request: Request) -> str:
    if request.transfer_to and Part.RECEIVER in parts_of(actor, request):
        return "offered"
    if request.level is not Level.COMMUNE:
        return "above"
    if request.status is Status.ASKED:
        return "asked"
    if "overdue" in request.raised or (request.next_due and request.next_due <= unit.now):
        return "overdue"
    if "due_soon" in request.raised:
        return "soon"
    if request.status is Status.OPEN:
        return "unclaimed"
    return "mine" if request.owner == actor.person else "others"


def line(
    unit: UnitOfWork,
    actor: Actor,
    request: Request,
    *,
    writer: str = "",
    put_off: dt.datetime | None = None,
    look: bool = False,
) -> Line:
    office, due = unit.office(request.commune), request.next_due
    left = None
    if due is not None:
        left = -office.between(due, unit.now) if due <= unit.now else office.between(unit.now, due)
    words = " ".join(request.subject.split()) if may_receive(actor, request, Share.WORDS) else ""
    return Line(
        request=request,
        words=words if len(words) <= WORDS else words[:WORDS].rsplit(" ", 1)[0] + "…",
        topic=cards.topic_of(unit.desk_scene(request.commune), request) or "",
        age=office.between(request.opened_at, request.closed_at or unit.now),
        left=left,
        writer=writer,
        put_off=put_off,
        look=look,
    )


def found(unit: UnitOfWork, actor: Actor, words: str) -> list[Line]:
    return [line(unit, actor, one) for one in searching.search(unit, actor, words)]


# Putting off

LATER = ("hours", "morning", "days")
OPEN_TIME = dt.timedelta(hours=2)
MORNINGS = 3


def later(unit: UnitOfWork, request: Request) -> dict[str, dt.datetime]:
    """Until when it may be put off, before it comes due: two open hours, the next working morning, the third one."""
    office = unit.office(request.commune)
    mornings = [unit.now]
    while len(mornings) <= MORNINGS and (next_ := office.morning(mornings[-1])):
        mornings.append(next_)
    if len(mornings) <= MORNINGS:  # an office that never opens
        return {}
    times = zip(LATER, (office.add(unit.now, OPEN_TIME), mornings[1], mornings[MORNINGS]), strict=True)
    return {name: time for name, time in times if request.next_due is None or time < request.next_due}


def is_put_off(unit: UnitOfWork, actor: Actor, request: Request) -> dt.datetime | None:
    """Until when it is out of somebody's way."""
    off = worklists.are_put_off(unit.connection, actor.person, now=unit.now).get(request.code)
    return off["until"] if off and off["version"] == request.version else None


def put_off(unit: UnitOfWork, actor: Actor, code: str, when: str) -> dt.datetime | None:
    """Out of one's own way; nothing changes for anybody else, nor does any promise. None: it cannot be."""
    request = unit.request(code)
    if request is None or not searching.may_open(actor, request):
        return None
    if (until := later(unit, request).get(when)) is None:
        worklists.take_up(unit.connection, actor.person, request.code)
        return None
    worklists.put_it_off(unit.connection, actor.person, request.code, until=until, version=request.version)
    return until


# Who is writing


def writes(unit: UnitOfWork, actor: Actor, code: str) -> None:
    request = unit.request(code)
    if request and searching.may_open(actor, request):
        worklists.writes(unit.connection, actor.person, request.code, name=actor.name, now=unit.now)


def writer(unit: UnitOfWork, actor: Actor, code: str) -> str:
    """Who else is writing an answer in a request just now."""
    since = unit.now - WRITING
    return worklists.who_writes(unit.connection, [code], but=actor.person, since=since).get(code, "")
