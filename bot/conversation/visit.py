"""A visit: one thing a person did, whatever the channel it came through."""

import datetime as dt
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.content.schema import Aspect, Language
from bot.understanding.result import Context


class Kind(StrEnum):
    TEXT = "text"
    COMMAND = "command"
    BUTTON = "button"
    EDIT = "edit"
    PHOTO = "photo"
    STICKER = "sticker"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"
    LOCATION = "location"
    CONTACT = "contact"
    OTHER = "other"
    LEFT = "left"  # somebody left a group, or was removed from it
    OUT = "out"  # the bot itself may not write in the chat any more
    BACK = "back"  # it may again


SETTINGS = ("language", "commune")  # commands whose last one holds


@dataclass(frozen=True, kw_only=True)
class Point:
    """A place on the map; `live`: for how many seconds it moves with its sender, 0 where it stands."""

    latitude: float
    longitude: float
    live: int = 0


@dataclass(frozen=True, kw_only=True)
class Visit:
    """`text` is what was typed, a command's argument, or a button's action."""

    chat: str  # channel and number: "telegram:4711"
    kind: Kind
    text: str = ""
    command: str | None = None  # without the slash, lower case
    interface_language: str | None = None  # what the person's app is set to, e.g. "vi" or "en-GB"
    private: bool = True
    pressed_in: str | None = None  # the channel's id of the message a button belongs to
    press: str | None = None  # the channel's id of the press itself, to be acknowledged
    under: str = ""  # the words under which a pressed button stood
    person: str = ""  # who did it, in a group another than the chat: "telegram:12"
    name: str = ""  # the first name they go by
    message: str = ""  # the channel's id of the message
    reply_to: str | None = None  # the message it answers
    thread: str | None = None  # the topic it stands in
    forum: bool = False  # the group has topics
    group: str = ""  # the channel's word for the kind of group
    album: str | None = None  # what messages sent together have in common
    others: tuple["Visit", ...] = ()  # the other parts of its album
    late_for: str | None = None  # the request that the parts of its album before it went to
    refused: bool = False  # those parts show an identity card
    file: str = ""  # the channel's mark of a photo or file, by which another one is told from it
    handle: str = ""  # by which the channel hands it out
    point: Point | None = None
    edited: bool = False  # a message that was sent before, as it is now
    quote: str = ""  # the part of the answered message that it quotes
    addressed: bool = False  # a command that names the bot
    origin: str = ""  # the mark of the address it came from, where the channel knows no person
    heard: str = ""  # what a recogniser heard in a voice message
    sure: bool = False  # what it says against the entry was shown before, and is meant
    anonymous: bool = False  # sent in the name of the group or of a channel: nobody knows by whom

    @property
    def who(self) -> str:
        return self.person or self.chat

    def in_private(self) -> "Visit":
        """The same, done in the person's own chat, where the group it was done in may not read the answer."""
        return replace(self, chat=self.who, private=True, thread=None, reply_to=None, message="")


def is_question(visit: Visit) -> bool:
    """Words in a private chat that answer no message: for the bot, unless the chat has a request under way."""
    return visit.kind is Kind.TEXT and visit.private and visit.who == visit.chat and visit.reply_to is None


def sets_anew(visit: Visit) -> bool:
    """Whether a visit would undo a later one of its kind: only then it is asked whether there was one."""
    return visit.edited or visit.command in SETTINGS or visit.kind in (Kind.BUTTON, Kind.LEFT, Kind.OUT, Kind.BACK)


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """A person's own list of papers for a procedure: what they answered, and what they have ready."""

    procedure: str
    answers: dict[str, str] = field(default_factory=dict)  # case → option
    ticked: tuple[str, ...] = ()  # ids of papers

    def answered(self, case: str, option: str) -> "Checklist":
        return replace(self, answers={**self.answers, case: option})

    def toggled(self, paper: str) -> "Checklist":
        others = tuple(one for one in self.ticked if one != paper)
        return replace(self, ticked=others if paper in self.ticked else (*others, paper))


@dataclass(frozen=True, kw_only=True)
class Consent:
    """That the person agreed to their request being kept: to which words, and when (Law 91/2025/QH15, art. 9)."""

    version: int
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class DateAsked:
    """The bot has asked for a date, to remind of a procedure; how often.

    `day`: it was told, and what comes of it shown; a yes keeps it, anything else drops it.
    """

    procedure: str
    times: int = 1
    day: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class Helped:
    """For whom a helper files, until that person's consent is told; `name` is empty until it was."""

    since: dt.datetime
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """What nobody has listened to or looked at yet: where it stands, until it is sent to an officer."""

    message: str
    file: str = ""
    handle: str = ""
    kind: Kind = Kind.VOICE
    album: str | None = None
    others: tuple["Unseen", ...] = ()


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What we know of a chat; kept as JSON beside its language and commune."""

    language: Language | None = None  # chosen with /language
    spoke: Language | None = None  # of the message before
    commune: int | None = None  # national ward code
    asked_commune: bool = False
    procedure: str | None = None
    aspect: Aspect | None = None
    question: str = ""  # asked of no matter, until the next message says which
    earlier: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    checklists: tuple[Checklist, ...] = ()  # newest first
    consent: Consent | None = None
    noted: dt.date | None = None  # the day on which sources and what we do not do were told last
    date_asked: DateAsked | None = None
    helping: Helped | None = None
    unseen: Unseen | None = None
    plain: bool = False  # answers in their shortest form
    next_told: tuple[str, ...] = ()  # procedures after which the next step was offered

    @property
    def waits_for_date(self) -> bool:
        return self.date_asked is not None and self.date_asked.day is None

    def checklist(self, procedure: str) -> Checklist | None:
        return next((one for one in self.checklists if one.procedure == procedure), None)

    def keeping(self, checklist: Checklist, most: int) -> "Memory":
        """With this list first; the oldest beyond `most` are forgotten."""
        others = [one for one in self.checklists if one.procedure != checklist.procedure]
        return replace(self, checklists=(checklist, *others)[:most])

    def context(self, today: dt.date | None = None) -> Context:
        """What changes how a message is read on this day."""
        return Context(
            today=today,
            language=self.language,
            procedure=self.procedure,
            earlier=self.earlier,
            choices=self.choices,
            aspect=self.aspect,
            spoke=self.spoke,
        )

    def about(self, procedure: str, aspect: Aspect | None) -> "Memory":
        earlier = tuple(p for p in (self.procedure, *self.earlier) if p and p != procedure)[:5]
        return replace(self, procedure=procedure, aspect=aspect, earlier=earlier, choices=())
