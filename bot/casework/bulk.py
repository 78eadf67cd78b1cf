"""Many requests at once: the same words to many, each looked at before it goes; or all to one colleague."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.casework import at_desk, officers
from bot.casework.at_desk import AtDesk, Done
from bot.conversation.staff.against import Doubt
from bot.desk.request import Actor, Request, Status

MOST = 30  # letters that are looked at together; what is more is looked at next


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Words for one citizen. `seen`: the newest of their messages that stood on the page.

    `sure`: what these very words say against the entry stood there, too. `once`, `read`: see `at_desk.do`.
    """

    code: str
    words: str
    seen: int
    sure: bool = False
    once: str = ""
    read: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one of many. `doubts`: why it was not sent yet."""

    code: str
    done: Done
    doubts: tuple[Doubt, ...] = ()

    @property
    def ok(self) -> bool:
        return not (self.done.newer or self.done.refused or self.doubts)


def answer(unit: AtDesk, actor: Actor, letters: Sequence[Letter]) -> list[Outcome]:
    """Answer each; what nobody holds is claimed first. One that cannot be answered stops no other."""
    return [_outcome(replace(unit, heard=[]), actor, one) for one in letters]


def _outcome(unit: AtDesk, actor: Actor, one: Letter) -> Outcome:
    doubts = at_desk.doubts(unit, actor, one.code, "answer", one.words)
    if doubts and not one.sure:
        return Outcome(code=one.code, done=Done(), doubts=doubts)
    found = Outcome(code=one.code, done=_answer(unit, actor, one))
    if doubts and found.ok:
        unit.audit(actor, "against", one.code)
    return found


def _answer(unit: AtDesk, actor: Actor, one: Letter) -> Done:
    request = unit.request(one.code)
    if not one.words.strip():
        return Done(refused="empty")
    if at_desk.has_written(unit, one.code, since=one.seen, read=one.read):
        return Done(newer=True)
    if request and request.status is Status.OPEN:
        claimed = at_desk.do(unit, actor, one.code, "claim", "", seen=one.seen)
        if claimed.refused:
            return claimed
    return at_desk.do(unit, actor, one.code, "answer", one.words, seen=one.seen, once=one.once)


def assign(unit: AtDesk, actor: Actor, codes: Sequence[str], holder: str) -> list[Outcome]:
    """Give each to one colleague, named by the number that the lists show."""
    return [
        Outcome(code=code, done=at_desk.do(replace(unit, heard=[]), actor, code, "assign", holder, seen=0))
        for code in codes
    ]


def crew(unit: AtDesk, requests: Iterable[Request]) -> list[tuple[str, str, int]]:
    """Who can be given any of these: number, name, how many each holds."""
    found: dict[tuple[int, bool], list[Actor]] = {}
    able: dict[str, Actor] = {}
    for request in requests:
        key = (request.commune, request.for_leaders)
        there = found.get(key) or found.setdefault(key, officers.crew_at(unit, key[0], leaders=key[1]))
        able |= {one.person: one for one in there if one.person not in (request.owner, request.citizen)}
    told = ((one.person.partition(":")[2], one.name, at_desk.load(unit, one.person)) for one in able.values())
    return sorted(told, key=lambda one: (one[2], one[1]))
