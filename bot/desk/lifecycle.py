"""The life of a request: one table of what may be done, by whom and from where, and one `step()`. Pure."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.desk.request import LADDER, LIVE, OVER, Actor, Event, Level, Request, Status, is_helper


class Action(StrEnum):
    SEND = "send"
    DROP = "drop"
    CLAIM = "claim"
    ASSIGN = "assign"  # a leader, or whoever holds it, gives it to somebody of the same desk
    ANSWER = "answer"
    ASK = "ask"
    UNSAY = "unsay"  # an answer, or a question back, was taken away again: it counts as never said
    ADD = "add"
    NOTE = "note"
    RELEASE = "release"
    DEPART = "depart"  # whoever held it serves no more
    OFFER = "offer"
    ACCEPT = "accept"
    DECLINE = "decline"
    ESCALATE = "escalate"
    RETURN = "return"
    CLOSE = "close"
    FINISH = "finish"  # the citizen's own closing
    CANCEL = "cancel"
    REOPEN = "reopen"
    RATE = "rate"
    TAKE_OVER = "take_over"  # the citizen does without the helper from now on
    REPLY_ALL = "reply_all"  # the answer to what several people raised
    UNHELP = "unhelp"  # the helper helps no more
    REMIND = "remind"
    LATE = "late"


class Part(StrEnum):
    """What somebody is to a request."""

    CITIZEN = "citizen"
    HELPER = "helper"  # files it for the citizen
    DESK = "desk"  # may work on it: an officer of the commune, or a leader where only leaders may
    OWNER = "owner"  # holds it; a leader of the commune may act in the owner's place
    RECEIVER = "receiver"  # of the commune it is offered to
    ABOVE = "above"  # of the province
    CLOCK = "clock"


class Refused(Exception):
    """The step may not be taken; `reason` names the sentence to say, `who` the one who was first."""

    def __init__(self, reason: str, who: str = "") -> None:
        self.reason = reason
        self.who = who
        super().__init__(reason)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """From which states, by whom, to which state (None: it stays)."""

    start: frozenset[Status]
    by: frozenset[Part]
    to: Status | None = None
    why: bool = False  # a reason must be given


def _rule(
    start: set[Status] | frozenset[Status], by: set[Part], to: Status | None = None, *, why: bool = False
) -> Rule:
    return Rule(start=frozenset(start), by=frozenset(by), to=to, why=why)


_THEIRS = {Part.CITIZEN, Part.HELPER}
_HELD = {Status.CLAIMED, Status.ASKED, Status.ANSWERED}

RULES: dict[Action, Rule] = {
    Action.SEND: _rule({Status.DRAFT}, _THEIRS, Status.OPEN),
    Action.DROP: _rule({Status.DRAFT}, {*_THEIRS, Part.CLOCK}, Status.DROPPED),
    Action.CLAIM: _rule({Status.OPEN}, {Part.DESK}, Status.CLAIMED),
    Action.ASSIGN: _rule({Status.OPEN, *_HELD}, {Part.OWNER}),
    Action.ANSWER: _rule(_HELD, {Part.OWNER}, Status.ANSWERED),
    Action.ASK: _rule(_HELD, {Part.OWNER}, Status.ASKED),
    Action.UNSAY: _rule(LIVE | OVER, {Part.DESK, Part.RECEIVER, Part.ABOVE}),
    Action.ADD: _rule(LIVE, _THEIRS),
    Action.NOTE: _rule(LIVE | OVER, {Part.DESK, Part.ABOVE}),
    Action.RELEASE: _rule(_HELD, {Part.OWNER, Part.CLOCK}, Status.OPEN),
    Action.DEPART: _rule({*_HELD, Status.ESCALATED}, {Part.CLOCK}, Status.OPEN),
    Action.OFFER: _rule({Status.OPEN, *_HELD}, {Part.DESK}, why=True),
    Action.ACCEPT: _rule({Status.OPEN, *_HELD}, {Part.RECEIVER}, Status.CLAIMED),
    Action.DECLINE: _rule({Status.OPEN, *_HELD}, {Part.RECEIVER}, why=True),
    Action.ESCALATE: _rule(
        {Status.OPEN, *_HELD, Status.ESCALATED}, {Part.OWNER, Part.ABOVE}, Status.ESCALATED, why=True
    ),
    Action.RETURN: _rule({Status.ESCALATED}, {Part.ABOVE, Part.OWNER}, Status.CLAIMED, why=True),
    Action.CLOSE: _rule(_HELD, {Part.OWNER}, Status.CLOSED),
    Action.FINISH: _rule(LIVE, _THEIRS, Status.CLOSED),
    Action.CANCEL: _rule(LIVE, _THEIRS, Status.CANCELLED),
    Action.REOPEN: _rule(OVER, _THEIRS, Status.OPEN),
    Action.RATE: _rule({Status.CLOSED}, {Part.CITIZEN}),
    Action.TAKE_OVER: _rule(LIVE | OVER, {Part.CITIZEN}),
    Action.REPLY_ALL: _rule(LIVE, {Part.CLOCK}, Status.CLOSED, why=True),
    Action.UNHELP: _rule(set(Status), {Part.CLOCK}),
    Action.REMIND: _rule(LIVE, {Part.CLOCK}),
    Action.LATE: _rule(LIVE, {Part.CLOCK}),
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What still stands of a desk's words: when the first of them was said, how many answer, how many ask back."""

    first: dt.datetime | None = None
    answers: int = 0
    asks: int = 0


@dataclass(frozen=True, kw_only=True)
class Command:
    """What somebody wants to do. `to`: the other commune; `rating`: 1 to 5; `shift`: moves a pausing clock on.

    `undoes`: the event that is taken back, and `standing` what is left then.
    """

    action: Action
    actor: Actor
    at: dt.datetime
    why: str = ""
    to: int | None = None
    holder: Actor | None = None  # to whom it is given
    rating: int | None = None
    undoes: int | None = None
    standing: Standing = field(default_factory=Standing)
    reminder: str = ""
    reopen_within: dt.timedelta = field(default=dt.timedelta(days=7))
    promised: tuple[dt.datetime, dt.datetime] | None = None  # first answer and settlement, where new ones are given
    shift: Callable[[dt.datetime, dt.datetime, dt.datetime], dt.datetime] | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    request: Request
    event: Event


def parts_of(actor: Actor, request: Request) -> frozenset[Part]:
    """What an actor is to a request; empty for a stranger."""
    found = set()
    if actor.person == "clock":
        return frozenset({Part.CLOCK})
    if actor.person == request.citizen:
        return frozenset({Part.CITIZEN})  # nobody works on their own request
    if is_helper(actor, request):
        return frozenset({Part.HELPER})
    if _works_at(actor, request.commune, request):
        found.add(Part.DESK)
        if actor.leads(request.commune) or request.owner == actor.person:
            found.add(Part.OWNER)
    if request.transfer_to and _works_at(actor, request.transfer_to, request):
        found.add(Part.RECEIVER)
    if request.level is not Level.COMMUNE and actor.stands_for(request.province):
        found.add(Part.ABOVE)
    return frozenset(found)


def _works_at(actor: Actor, commune: int, request: Request) -> bool:
    return actor.leads(commune) or (not request.for_leaders and actor.serves(commune) is not None)


def step(request: Request, command: Command) -> Step:
    """One step in the life of a request. Raises Refused."""
    rule, parts = RULES[command.action], parts_of(command.actor, request)
    _allow(request, command, rule, parts)
    after = rule.to or request.status
    if command.action is Action.UNSAY:
        after = _without(request.status, command.standing)
    if command.action is Action.ADD and request.status in (Status.ASKED, Status.ANSWERED):
        after = Status.CLAIMED
    if command.action is Action.ASSIGN and request.status is Status.OPEN:
        after = Status.CLAIMED
    if command.action is Action.RETURN and request.owner is None:
        after = Status.OPEN
    if command.action is Action.DEPART and request.status is Status.ESCALATED:
        after = Status.ESCALATED  # whoever is above still owes the answer
    changed = CHANGES.get(command.action, _nothing)(_unpaused(request, command, after), command)
    moved = request.moved_at if command.actor.person == "clock" else command.at
    raised = changed.raised if command.actor.person == "clock" else changed.raised.replace("bot_offers", "").strip()
    changed = replace(changed, status=after, moved_at=moved, raised=raised, version=request.version + 1)
    event = Event(
        action=command.action,
        actor=command.actor.person,
        actor_name=command.actor.name,
        at=command.at,
        why=command.why,
        before=request.status,
        after=after,
        level=changed.level,
        commune=changed.commune,
        first_due=changed.first_due,
        due=changed.due,
        rating=command.rating,
        undoes=command.undoes,
    )
    return Step(request=changed, event=event)


def _allow(request: Request, command: Command, rule: Rule, parts: frozenset[Part]) -> None:
    if not parts:
        raise Refused("unknown")  # the same words as for a code that does not exist
    if command.action is Action.CLAIM and request.status in _HELD and Part.DESK in parts:
        raise Refused("yours" if request.owner == command.actor.person else "taken", request.owner_name)
    if request.status not in rule.start:
        raise Refused(
            "over" if request.status in OVER else "escalated" if request.status is Status.ESCALATED else "now"
        )
    if not parts & rule.by:
        of_the_desk = Part.OWNER in rule.by and Part.DESK in parts
        held = "not_owner" if request.owner_name else "unclaimed"
        raise Refused(held if of_the_desk else "not_yours", request.owner_name)
    if rule.why and not command.why.strip():
        raise Refused("why")
    if extra := EXTRA.get(command.action):
        extra(request, command)


def _assignable(request: Request, command: Command) -> None:
    """Only to somebody who may work on it, and is there."""
    holder = command.holder
    post = holder.serves(request.commune) if holder else None
    if holder is None or post is None or not parts_of(holder, request) & {Part.DESK}:
        raise Refused("not_serving", holder.name if holder else "")
    if post.away:
        raise Refused("holder_away", holder.name)
    if holder.person == request.owner:
        raise Refused("holds_it", holder.name)


def _offerable(request: Request, command: Command) -> None:
    if request.transfer_to is not None:
        raise Refused("offered")
    if command.to is None or command.to == request.commune:
        raise Refused("same_commune")
    if request.owner not in (None, command.actor.person) and not command.actor.leads(request.commune):
        raise Refused("not_owner", request.owner_name)


def _offered(request: Request, _deed: Command) -> None:
    if request.transfer_to is None:
        raise Refused("not_offered")


def _closable(request: Request, _deed: Command) -> None:
    if request.answered_at is None:
        raise Refused("answer_first")


def _reopenable(request: Request, command: Command) -> None:
    if request.closed_at is None or command.at > request.closed_at + command.reopen_within:
        raise Refused("too_late")


def _ratable(_request: Request, command: Command) -> None:
    if command.rating not in range(1, 6):
        raise Refused("rating")


def _above(request: Request, command: Command) -> None:
    if request.level is LADDER[-1]:
        raise Refused("top")
    if request.level is not Level.COMMUNE and not command.actor.stands_for(request.province):
        raise Refused("not_yours")


def _helped(request: Request, _deed: Command) -> None:
    if request.helper is None and not request.on_paper:
        raise Refused("now")


EXTRA: dict[Action, Callable[[Request, Command], None]] = {
    Action.TAKE_OVER: _helped,
    Action.ASSIGN: _assignable,
    Action.OFFER: _offerable,
    Action.ACCEPT: _offered,
    Action.DECLINE: _offered,
    Action.CLOSE: _closable,
    Action.REOPEN: _reopenable,
    Action.RATE: _ratable,
    Action.ESCALATE: _above,
}


def _without(status: Status, standing: Standing) -> Status:
    """Where it stands without the words that were taken back."""
    if status is Status.ASKED and not standing.asks:
        return Status.ANSWERED if standing.answers else Status.CLAIMED
    return Status.CLAIMED if status is Status.ANSWERED and not standing.answers else status


def _unpaused(request: Request, command: Command, after: Status) -> Request:
    """When the citizen is no longer waited for, the promises move by the open time that they took.

    A question that was taken back was nobody's to answer: no promise moves for it.
    """
    if request.paused_at is None or after is Status.ASKED:
        return request
    if command.action is Action.UNSAY:
        return replace(request, paused_at=None)
    shift = command.shift or (lambda due, start, end: due + (end - start))
    first = request.first_due and shift(request.first_due, request.paused_at, command.at)
    due = request.due and shift(request.due, request.paused_at, command.at)
    return replace(request, paused_at=None, first_due=first, due=due)


def _nothing(request: Request, _deed: Command) -> Request:
    return request


def _sent(request: Request, command: Command) -> Request:
    first, due = command.promised or (None, None)
    return replace(request, opened_at=command.at, first_due=first, due=due)


def _claimed(request: Request, command: Command) -> Request:
    return replace(request, owner=command.actor.person, owner_name=command.actor.name)


def _assigned(request: Request, command: Command) -> Request:
    if command.holder is None:
        raise Refused("not_serving")
    return replace(request, owner=command.holder.person, owner_name=command.holder.name)


def _answered(request: Request, command: Command) -> Request:
    return replace(request, answered_at=request.answered_at or command.at, raised="")


def _asked(request: Request, command: Command) -> Request:
    first = request.answered_at or command.at  # a question back is a first answer too
    return replace(request, answered_at=first, rounds=request.rounds + 1, paused_at=request.paused_at or command.at)


def _unsaid(request: Request, command: Command) -> Request:
    """What is owed is owed again, and reminded of again."""
    left = command.standing
    raised = request.raised if left.first else ""
    return replace(request, answered_at=left.first, rounds=left.asks, raised=raised)


def _taken_over(request: Request, command: Command) -> Request:
    """From now on it is read where the citizen took it over, and nowhere else."""
    return replace(_unhelped(request, command), citizen=command.holder.person if command.holder else request.citizen)


def _unhelped(request: Request, _deed: Command) -> Request:
    return replace(request, helper=None, helper_name="")


def _released(request: Request, _deed: Command) -> Request:
    return replace(request, owner=None, owner_name="")


def _accepted(request: Request, command: Command) -> Request:
    return replace(_claimed(request, command), commune=command.to or request.transfer_to or 0, transfer_to=None)


def _escalated(request: Request, _deed: Command) -> Request:
    return replace(request, level=LADDER[LADDER.index(request.level) + 1], transfer_to=None)


def _returned(request: Request, command: Command) -> Request:
    return replace(request, level=Level.COMMUNE, answered_at=request.answered_at or command.at)


def _closed(request: Request, command: Command) -> Request:
    return replace(request, closed_at=command.at, transfer_to=None)


def _answered_with_others(request: Request, command: Command) -> Request:
    return _closed(replace(request, level=Level.COMMUNE, answered_at=request.answered_at or command.at), command)


def _reopened(request: Request, command: Command) -> Request:
    first, due = command.promised or (None, None)
    return replace(
        _released(request, command), closed_at=None, answered_at=None, first_due=first, due=due, raised="", rating=None
    )


def _late(request: Request, command: Command) -> Request:
    """The promise was broken: a new one is given; the leader hears of it once."""
    moment = command.promised[0] if command.promised else command.at
    raised = " ".join(sorted({*request.raised.split(), "overdue"} - {"due_soon"}))
    if request.answered_at is None:
        return replace(request, raised=raised, first_due=moment)
    return replace(request, raised=raised, due=moment)


CHANGES: dict[Action, Callable[[Request, Command], Request]] = {
    Action.SEND: _sent,
    Action.CLAIM: _claimed,
    Action.ASSIGN: _assigned,
    Action.ANSWER: _answered,
    Action.ASK: _asked,
    Action.UNSAY: _unsaid,
    Action.RELEASE: _released,
    Action.DEPART: _released,
    Action.OFFER: lambda request, command: replace(request, transfer_to=command.to),
    Action.ACCEPT: _accepted,
    Action.DECLINE: lambda request, _: replace(request, transfer_to=None),
    Action.ESCALATE: _escalated,
    Action.RETURN: _returned,
    Action.CLOSE: _closed,
    Action.FINISH: _closed,
    Action.CANCEL: _closed,
    Action.REOPEN: _reopened,
    Action.RATE: lambda request, command: replace(request, rating=command.rating),
    Action.TAKE_OVER: _taken_over,
    Action.REPLY_ALL: _answered_with_others,
    Action.UNHELP: _unhelped,
    Action.REMIND: lambda request, command: replace(request, raised=f"{request.raised} {command.reminder}".strip()),
    Action.LATE: _late,
}
