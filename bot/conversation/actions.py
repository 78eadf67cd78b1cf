"""What a button does: encoded and read here and nowhere else.

Old buttons stand in old chats, so a form that was sent once is read for ever; a part added later has a default, and
is left out of the string where it has it.
"""

import datetime as dt
import re
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from typing import ClassVar, get_type_hints

from bot.ahead.slots import Wish
from bot.desk.request import RequestKind
from bot.desk.working_time import VIETNAM

NUMBER = r"[0-9]{1,17}"
WORD = r"[^:]*"
DAY = "%Y%m%d"
DIGITS_OF_A_DAY = r"[0-9]{8}"
MOMENT = "%Y%m%d%H%M"  # in Vietnam
DIGITS_OF_A_MOMENT = r"[0-9]{12}"
SHORT = {"q": RequestKind.QUESTION, "x": RequestKind.EXTRA_DEMAND, "p": RequestKind.PAPERS, "f": RequestKind.FEEDBACK,
         "v": RequestKind.RECOMMENDATION}  # fmt: skip
LETTER = {kind: letter for letter, kind in SHORT.items()}  # a button carries 64 bytes


class OwnVerb(StrEnum):
    """What citizens do with a request of theirs."""

    SEND = "send"
    DROP = "drop"
    CHANGE = "change"
    KIND = "kind"
    WRITE = "write"
    STATUS = "status"
    FINISH = "finish"
    CANCEL = "cancel"
    REOPEN = "reopen"
    RATE = "rate"
    PHOTO = "photo"
    BESIDE = "beside"
    TAKE = "take"
    BODY = "body"


class DeskVerb(StrEnum):
    """What officers do with a request."""

    CLAIM = "claim"
    ASSIGN = "assign"
    ANSWER = "answer"
    MORE = "more"
    TRANSFER = "transfer"
    ACCEPT = "accept"
    DECLINE = "decline"
    ESCALATE = "escalate"
    RETURNED = "returned"
    NOTE = "note"
    RELEASE = "release"
    CLOSE = "close"
    REPLIES = "r"
    DRAFT = "draft"
    PROPOSAL = "proposal"
    DELETE = "delete"
    STATUS = "status"
    BLOCK = "block"
    UNBLOCK = "unblock"
    BOT = "bot"
    SECRET = "secret"  # noqa: S105 - a verb
    GATHER = "gather"


@dataclass(frozen=True)
class Action:
    """`begins`: the words before its parts; the parts follow in the order of the fields."""

    begins: ClassVar[tuple[str, ...]]

    @property
    def wire(self) -> str:
        parts = [(one, getattr(self, one.name)) for one in fields(self)]
        while parts and parts[-1][0].default is not MISSING and parts[-1][1] == parts[-1][0].default:
            parts.pop()
        return ":".join([*self.begins, *(_written(value) for _, value in parts)])


class Own(Action):
    """Of a citizen's own requests and data."""


class Duty(Action):
    """Of whoever serves at a desk; the right is looked up when it is pressed."""


class Ahead(Action):
    """Of what people are told unasked."""


class Notices(Action):
    """Which kinds of notices somebody wants."""


@dataclass(frozen=True)
class Broadcasting(Action):
    """Of a notice that is sent; the right is looked up when it is pressed."""

    number: int


@dataclass(frozen=True)
class WantNotices(Notices):
    begins = ("nwant",)
    kind: str


@dataclass(frozen=True)
class UnwantNotices(Notices):
    begins = ("nunwant",)
    kind: str


@dataclass(frozen=True)
class SendBroadcast(Broadcasting):
    begins = ("nsend",)


@dataclass(frozen=True)
class RefuseBroadcast(Broadcasting):
    begins = ("nrefuse",)


@dataclass(frozen=True)
class PauseBroadcast(Broadcasting):
    begins = ("npause",)


@dataclass(frozen=True)
class ResumeBroadcast(Broadcasting):
    begins = ("nresume",)


class Helping(Action):
    """Of filing for another."""


@dataclass(frozen=True)
class HelpNobody(Helping):
    begins = ("hno",)


@dataclass(frozen=True)
class ReadNumber(Helping):
    """A number to be read aloud to whoever helps."""

    begins = ("hread",)


class InLine(Action):
    """Of the number that somebody drew."""


@dataclass(frozen=True)
class ShowTicket(InLine):
    begins = ("tk",)
    number: int


@dataclass(frozen=True)
class AskLeaveLine(InLine):
    begins = ("tkx",)
    number: int


@dataclass(frozen=True)
class LeaveLine(InLine):
    begins = ("tky",)
    number: int


class Calling(Action):
    """Of whoever calls numbers at a counter; the right is looked up when it is pressed."""


@dataclass(frozen=True)
class ShowLine(Calling):
    begins = ("d", "line")
    commune: int
    counter: str


@dataclass(frozen=True)
class CallNext(Calling):
    begins = ("d", "call")
    commune: int
    counter: str


@dataclass(frozen=True)
class PauseLine(Calling):
    """Or go on."""

    begins = ("d", "pause")
    commune: int
    counter: str


@dataclass(frozen=True)
class Came(Calling):
    """`how`: again, here, served, missed."""

    begins = ("d", "came")
    number: int
    how: str


@dataclass(frozen=True)
class BookedCame(Calling):
    """Of an appointment: here or missed."""

    begins = ("d", "bcame")
    number: int
    how: str


class OfficeHours(Action):
    """Of a commune's own hours; the right is looked up when it is pressed."""


@dataclass(frozen=True)
class ProposeHours(OfficeHours):
    """`kind`: of office."""

    begins = ("d", "hnew")
    commune: int
    kind: str


@dataclass(frozen=True)
class SendHours(OfficeHours):
    begins = ("d", "hsend")
    number: int


@dataclass(frozen=True)
class DropHours(OfficeHours):
    begins = ("d", "hdrop")
    number: int


@dataclass(frozen=True)
class ConfirmHours(OfficeHours):
    begins = ("d", "hok")
    number: int


@dataclass(frozen=True)
class RefuseHours(OfficeHours):
    begins = ("d", "hno")
    number: int


class Booking(Action):
    """Of appointments; nothing changes but by a button."""


@dataclass(frozen=True)
class Answer(Action):
    """Show a procedure, or a part of what is known of it: an aspect, or one of `conversation.citizen.answers`."""

    begins = ("answer",)
    procedure: str
    part: str


@dataclass(frozen=True)
class InFull(Action):
    """The same answer with all that was left out."""

    begins = ("full",)
    procedure: str
    part: str


@dataclass(frozen=True)
class Plainly(Action):
    """Answers in their shortest form from now on, or whole again; the last is said anew."""

    begins = ("plain",)
    how: str


@dataclass(frozen=True)
class AskCommune(Action):
    begins = ("commune", "ask")


@dataclass(frozen=True)
class ChooseCommune(Action):
    begins = ("commune",)
    code: int


@dataclass(frozen=True)
class ChooseLanguage(Action):
    begins = ("language",)
    code: str


@dataclass(frozen=True)
class Topics(Action):
    begins = ("topics",)


@dataclass(frozen=True)
class Topic(Action):
    begins = ("topic",)
    name: str
    page: int


@dataclass(frozen=True)
class LifeEvents(Action):
    begins = ("events",)


@dataclass(frozen=True)
class LifeEvent(Action):
    begins = ("event",)
    name: str


@dataclass(frozen=True)
class OpenChecklist(Action):
    begins = ("list",)
    procedure: str


@dataclass(frozen=True)
class BeginChecklist(Action):
    begins = ("relist",)
    procedure: str


@dataclass(frozen=True)
class ChooseCase(Action):
    begins = ("case",)
    procedure: str
    case: str
    option: str


@dataclass(frozen=True)
class Tick(Action):
    begins = ("tick",)
    procedure: str
    paper: str


@dataclass(frozen=True)
class SaveChecklist(Action):
    begins = ("save",)
    procedure: str
    form: str


@dataclass(frozen=True)
class Benefits(Action):
    """What one may be entitled to; `said`: an option a question so far."""

    begins = ("ben",)
    said: str


@dataclass(frozen=True)
class AskDate(Action):
    """Of which a procedure's reminder is reckoned."""

    begins = ("remind",)
    procedure: str


@dataclass(frozen=True)
class ChooseDate(Action):
    begins = ("rday",)
    procedure: str
    day: dt.date


@dataclass(frozen=True)
class NoReminder(Action):
    begins = ("rno",)


@dataclass(frozen=True)
class NoNextStep(Action):
    begins = ("nno",)


@dataclass(frozen=True)
class KeepReminder(Ahead):
    begins = ("rkeep",)
    procedure: str
    day: dt.date


@dataclass(frozen=True)
class DropReminder(Ahead):
    begins = ("rdrop",)
    number: int


@dataclass(frozen=True)
class StopTelling(Ahead):
    begins = ("rstop",)
    kind: str


@dataclass(frozen=True)
class NextLater(Ahead):
    begins = ("nlater",)
    procedure: str


@dataclass(frozen=True)
class BookDays(Booking):
    """On which days a procedure can be booked."""

    begins = ("bk",)
    procedure: str


@dataclass(frozen=True)
class BookTimes(Booking):
    begins = ("bkd",)
    procedure: str
    day: dt.date


@dataclass(frozen=True)
class HoldTime(Booking):
    begins = ("bkh",)
    procedure: str
    at: dt.datetime


@dataclass(frozen=True)
class WaitForTime(Booking):
    begins = ("bkw",)
    procedure: str
    wish: Wish


@dataclass(frozen=True)
class WaitNoMore(Booking):
    begins = ("bkz",)
    procedure: str


@dataclass(frozen=True)
class ConfirmBooking(Booking):
    begins = ("bkc",)
    number: int


@dataclass(frozen=True)
class AskCancelBooking(Booking):
    begins = ("bkx",)
    number: int


@dataclass(frozen=True)
class CancelBooking(Booking):
    begins = ("bky",)
    number: int


@dataclass(frozen=True)
class RefuseOffer(Booking):
    begins = ("bkn",)
    number: int


@dataclass(frozen=True)
class OtherMatter(Action):
    begins = ("other",)


@dataclass(frozen=True)
class Wrong(Action):
    """An answer about a procedure was not right."""

    begins = ("wrong",)
    procedure: str


@dataclass(frozen=True)
class NoneOfThese(Action):
    begins = ("none",)


@dataclass(frozen=True)
class Command(Action):
    """The same as a command without its words."""

    begins = ("do",)
    name: str


@dataclass(frozen=True)
class NewRequest(Own):
    begins = ("r", "new")
    kind: RequestKind
    procedure: str


@dataclass(frozen=True)
class Agree(Own):
    """To the request being kept; `alone`: its words are all that the message under which it stands says."""

    begins = ("r", "yes")
    kind: RequestKind
    procedure: str
    alone: str = ""


@dataclass(frozen=True)
class Disagree(Own):
    begins = ("r", "no")


@dataclass(frozen=True)
class Forget(Own):
    begins = ("r", "forget")


@dataclass(frozen=True)
class SendUnseen(Own):
    """The voice message or the photos sent last, to an officer; whoever presses agrees to what stands above it."""

    begins = ("r", "voice")


@dataclass(frozen=True)
class BackToBot(Own):
    begins = ("r", "bot")


@dataclass(frozen=True)
class OwnRequest(Own):
    begins = ("r",)
    verb: OwnVerb
    code: str
    more: str = ""


@dataclass(frozen=True)
class Noted(Action):
    """The secret of a receipt has been written down: it need not be shown any longer."""

    begins = ("noted",)


@dataclass(frozen=True)
class Practise(Duty):
    begins = ("d", "practice")


@dataclass(frozen=True)
class GatherInto(Duty):
    """A request under a matter that others raised."""

    begins = ("d", "into")
    code: str
    number: int


@dataclass(frozen=True)
class ShowMatter(Duty):
    begins = ("d", "matter")
    number: int


@dataclass(frozen=True)
class PassMatter(Duty):
    begins = ("d", "mpass")
    number: int


@dataclass(frozen=True)
class AnswerMatter(Duty):
    begins = ("d", "manswer")
    number: int


@dataclass(frozen=True)
class SendNotice(Duty):
    """Send a notice that stands before answers to whoever wants such notices."""

    begins = ("d", "nsend")
    number: int


@dataclass(frozen=True)
class InviteHelper(Duty):
    begins = ("d", "hinvite")
    commune: int


@dataclass(frozen=True)
class EndHelper(Duty):
    """`number`: of the post."""

    begins = ("d", "hend")
    number: int


@dataclass(frozen=True)
class Approve(Duty):
    begins = ("d", "approve")
    number: int


@dataclass(frozen=True)
class SendBack(Duty):
    begins = ("d", "return")
    number: int


@dataclass(frozen=True)
class SendAnyway(Duty):
    """Words that say something against the entry are meant."""

    begins = ("d", "sure")
    number: int


@dataclass(frozen=True)
class LeaveUnsent(Duty):
    begins = ("d", "unsure")
    number: int


@dataclass(frozen=True)
class WriteNotice(Duty):
    begins = ("d", "notice")
    number: int


@dataclass(frozen=True)
class SayTo(Duty):
    """For which request the words are that were kept; `code` is `-` where for none."""

    begins = ("d", "to")
    number: int
    code: str


@dataclass(frozen=True)
class Canned(Duty):
    begins = ("d", "say")
    code: str
    name: str


@dataclass(frozen=True)
class GiveTo(Duty):
    """Into the hands of a colleague: `person` is their number at the door they came by."""

    begins = ("d", "assign")
    code: str
    person: str


@dataclass(frozen=True)
class DeskCommand(Duty):
    begins = ("d",)
    verb: DeskVerb
    code: str


@dataclass(frozen=True)
class Unknown(Action):
    """Of another version, or nobody's."""


class UnknownOwn(Own):
    """The same, of a citizen's."""


class UnknownDuty(Duty):
    """The same, of an officer's."""


def _parts(kind: type[Action]) -> dict[str, type]:
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}


def _form(kind: type[Action]) -> re.Pattern[str]:
    form = ":".join(kind.begins)
    for one in fields(kind):
        part = f":(?P<{one.name}>{_values(_parts(kind)[one.name])})"
        form += part if one.default is MISSING else f"(?:{part})?"
    return re.compile(form)


def _values(hint: type) -> str:
    if hint is dt.datetime:
        return DIGITS_OF_A_MOMENT
    if hint is dt.date:
        return DIGITS_OF_A_DAY
    if hint is int:
        return NUMBER
    if hint is RequestKind:
        return WORD
    return "|".join(hint) if issubclass(hint, StrEnum) else WORD


def _read(text: str, hint: type) -> object:
    if hint is dt.datetime:
        return dt.datetime.strptime(text, MOMENT).replace(tzinfo=VIETNAM)
    if hint is dt.date:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    return SHORT.get(text, RequestKind.QUESTION) if hint is RequestKind else hint(text)


def _written(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(VIETNAM).strftime(MOMENT)
    if isinstance(value, dt.date):
        return f"{value:{DAY}}"
    return LETTER[value] if isinstance(value, RequestKind) else str(value)


# In order: the first whose form fits is meant.
ACTIONS: tuple[type[Action], ...] = (
    Answer, InFull, Plainly, AskCommune, ChooseCommune, ChooseLanguage, Topics, Topic, LifeEvents, LifeEvent,
    OpenChecklist, BeginChecklist, ChooseCase, Tick, SaveChecklist, Benefits, AskDate, ChooseDate, NoReminder,
    NoNextStep, KeepReminder, DropReminder, StopTelling, NextLater, ShowTicket, AskLeaveLine, LeaveLine, BookDays,
    BookTimes, HoldTime, WaitForTime, WaitNoMore, ConfirmBooking, AskCancelBooking, CancelBooking, RefuseOffer,
    OtherMatter, Wrong, NoneOfThese, Command, NewRequest, Agree, Disagree, WantNotices, UnwantNotices, SendBroadcast,
    RefuseBroadcast, PauseBroadcast, ResumeBroadcast, Forget, SendUnseen, BackToBot, OwnRequest, Noted, HelpNobody,
    ReadNumber, ShowLine, CallNext, PauseLine, Came, BookedCame, Practise, GatherInto, ShowMatter, PassMatter,
    AnswerMatter, SendNotice, InviteHelper, EndHelper, Approve, SendBack, SendAnyway, LeaveUnsent, WriteNotice, SayTo,
    Canned, GiveTo, ProposeHours, SendHours, DropHours, ConfirmHours, RefuseHours, DeskCommand,
)  # fmt: skip
FORMS = tuple((kind, _form(kind), _parts(kind)) for kind in ACTIONS)


def read(wire: str) -> Action:
    """What a button carries, whoever wrote it: nothing of it is believed before it is looked up."""
    for kind, form, parts in FORMS:
        if not (found := form.fullmatch(wire)):
            continue
        with suppress(ValueError):  # a day that no calendar has
            return kind(*(_read(found[name], hint) for name, hint in parts.items() if found[name] is not None))
    side = wire.partition(":")[0]
    return UnknownOwn() if side == "r" else UnknownDuty() if side == "d" else Unknown()
