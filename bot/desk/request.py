"""The nouns of the queue: a request, the people round it, what happened to it."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from bot.content.schema import Language


class RequestKind(StrEnum):
    QUESTION = "question"
    PAPERS = "papers"
    FEEDBACK = "feedback"
    RECOMMENDATION = "recommendation"  # of a voter, for those who represent them
    EXTRA_DEMAND = "extra_demand"  # asked for a paper or money that is not listed: for the leader, not the desk


class Body(StrEnum):
    """Who represents voters."""

    COUNCIL = "council"  # the commune's People's Council
    DELEGATION = "delegation"  # the province's deputies in the National Assembly


class Status(StrEnum):
    DRAFT = "draft"  # not sent
    OPEN = "open"  # in the queue, nobody's
    CLAIMED = "claimed"  # an officer's, who owes a word
    ASKED = "asked"  # the citizen owes a word; the clock stands still
    ANSWERED = "answered"
    ESCALATED = "escalated"  # beyond the commune: someone above owes an answer
    CLOSED = "closed"
    CANCELLED = "cancelled"
    DROPPED = "dropped"  # a draft that was never sent


UNSENT = frozenset({Status.DRAFT, Status.DROPPED})
LIVE = frozenset({Status.OPEN, Status.CLAIMED, Status.ASKED, Status.ANSWERED, Status.ESCALATED})
OVER = frozenset({Status.CLOSED, Status.CANCELLED})


class Level(StrEnum):
    """The ladder of competence."""

    COMMUNE = "commune"
    PROVINCE = "province"
    GOVERNMENT = "government"
    NATIONAL_ASSEMBLY = "national_assembly"


LADDER = tuple(Level)


class Role(StrEnum):
    OFFICER = "officer"
    LEADER = "leader"
    PROVINCE = "province"
    ADMIN = "admin"
    HELPER = "helper"  # of the commune's digital team: files for people who ask for it, serves at no desk


@dataclass(frozen=True, kw_only=True)
class Post:
    """One appointment of a member of staff; `answers`: how many of their answers have gone out."""

    role: Role
    commune: int
    province: int
    answers: int = 0
    away: bool = False


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who does something: a citizen (no posts), a member of staff, or the clock."""

    person: str  # "telegram:4711"; "clock" for what time does by itself
    name: str = ""
    posts: tuple[Post, ...] = ()

    def serves(self, commune: int) -> Post | None:
        """Their post at the desk of a commune; a leader's before an officer's."""
        here = [p for p in self.posts if p.commune == commune and p.role in (Role.OFFICER, Role.LEADER)]
        return min(here, key=lambda post: post.role is not Role.LEADER, default=None)

    def leads(self, commune: int) -> bool:
        return any(p.commune == commune and p.role is Role.LEADER for p in self.posts)

    def stands_for(self, province: int) -> bool:
        return any(p.province == province and p.role is Role.PROVINCE for p in self.posts)

    @property
    def is_admin(self) -> bool:
        return any(p.role is Role.ADMIN for p in self.posts)

    @property
    def on_duty(self) -> bool:
        """Whether they serve at a desk, or above one; whoever only helps people to file does not."""
        return any(p.role is not Role.HELPER for p in self.posts)

    @property
    def helps_at(self) -> Post | None:
        """Their post in a commune's digital team."""
        return next((p for p in self.posts if p.role is Role.HELPER), None)


CLOCK = Actor(person="clock")
SCREEN = "desk:"  # before their number: a member of staff who joined in a browser, and reads there alone
PAPER = "paper:"  # before the code: the citizen of a request who has no chat, only the paper with code and secret


@dataclass(frozen=True, kw_only=True)
class Request:
    """A citizen's request as it stands. Times are UTC; `version` grows with every change."""

    code: str
    citizen: str
    name: str  # the first name, all that a card shows of a person
    language: Language
    commune: int
    province: int
    kind: RequestKind
    procedure: str | None = None
    case_: str = ""
    subject: str = ""  # what the citizen wrote first
    status: Status = Status.DRAFT
    owner: str | None = None
    owner_name: str = ""
    opened_at: dt.datetime
    first_due: dt.datetime | None = None
    due: dt.datetime | None = None
    paused_at: dt.datetime | None = None
    answered_at: dt.datetime | None = None  # the first answer
    moved_at: dt.datetime  # the last word or act of anybody
    closed_at: dt.datetime | None = None
    rounds: int = 0  # how often the citizen was asked for more
    level: Level = Level.COMMUNE
    transfer_to: int | None = None
    raised: str = ""  # reminders that were given: "due_soon overdue leader"
    photos: bool = False  # the citizen said that the photos show no identity card
    rating: int | None = None
    helper: str | None = None  # who files it for the citizen, as long as both want it and the helper's post lasts
    helper_name: str = ""
    body: Body | None = None  # whom a recommendation is for
    version: int = 0

    @property
    def on_paper(self) -> bool:
        """Whether its citizen has no chat of their own."""
        return self.citizen.startswith(PAPER)

    @property
    def told_at(self) -> str:
        """The chat where its citizen's side of it is read: their own, else their helper's."""
        return self.helper if self.on_paper and self.helper else self.citizen

    @property
    def for_leaders(self) -> bool:
        """About those who serve at the desk: only its leaders work on it and read it, wherever it goes."""
        return self.kind is RequestKind.EXTRA_DEMAND

    @property
    def next_due(self) -> dt.datetime | None:
        """The next promise: the first answer, then the settlement; None while the clock stands still."""
        if self.status not in LIVE or self.status is Status.ASKED:
            return None
        return self.first_due if self.answered_at is None else self.due


def is_helper(actor: Actor, request: Request) -> bool:
    """Whether somebody files it for its citizen, and still may."""
    return request.helper == actor.person and actor.helps_at is not None


@dataclass(frozen=True, kw_only=True)
class Event:
    """What happened: who, when, why. Events are only ever added."""

    action: str
    actor: str
    actor_name: str
    at: dt.datetime
    why: str = ""
    before: Status
    after: Status
    level: Level = Level.COMMUNE
    commune: int | None = None  # the one responsible afterwards
    first_due: dt.datetime | None = None  # the promises as they stand afterwards
    due: dt.datetime | None = None
    rating: int | None = None
    undoes: int | None = None  # the event that counts as never happened from now on
