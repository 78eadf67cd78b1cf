"""The nouns of understanding: what goes in beside the text, and what comes out."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from bot.content.schema import Aspect, Language
from bot.understanding.moments import Moment
from bot.understanding.quantities import NOTHING, Quantities


class Outcome(StrEnum):
    """The one name every message ends with; these are counted, so none is ever renamed."""

    ANSWERED = "answered"
    CLARIFY = "clarify"
    NO_MATCH = "no_match"
    SMALL_TALK = "small_talk"
    EMERGENCY = "emergency"
    STAFF_WANTED = "staff_wanted"
    FEEDBACK = "feedback"
    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"
    OTHER_SERVICE = "other_service"
    SECOND_TIER = "second_tier"  # a procedure that we know from the portal's list only
    EXTRA_DEMAND = "extra_demand"  # money or papers that the law does not ask for
    ABUSE = "abuse"


@dataclass(frozen=True, kw_only=True)
class Context:
    """What the chat remembers that changes how a message is read."""

    language: Language | None = None  # chosen by the person; None lets the message decide
    procedure: str | None = None  # the procedure last talked about
    earlier: tuple[str, ...] = ()  # procedures talked about before it, newest first
    choices: tuple[str, ...] = ()  # procedures offered by the last clarification
    aspect: Aspect | None = None
    spoke: Language | None = None  # the language of the message before
    today: dt.date | None = None  # in Vietnam; without it a year of birth tells no age


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A procedure and the calibrated probability (0..1) that it is meant."""

    id: str
    score: float


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One thing that spoke for a procedure: the words of the message and what they weighed."""

    words: str
    weight: float


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why this procedure and not the next: `main.py ask` prints it."""

    procedure: str
    score: float
    evidence: tuple[Evidence, ...]
    nearest_phrase: str | None = None


class Way(StrEnum):
    """How a question stands to the verdict of the answer that fits it."""

    STRAIGHT = "straight"  # yes is yes
    TURNED = "turned"  # yes is no
    ASIDE = "aside"  # neither: the fact answers, its yes or no does not


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A statement that may answer: an answer of the entry, or (None) what the entry holds about `asks`.

    `asks` None: the whole in short. `nearest`: the question of the answer that the message is most like. `way`: how the
    message stands to its yes or no.
    """

    answer: str | None
    asks: Aspect | None
    score: float = 0.0
    nearest: str = ""
    way: Way = Way.STRAIGHT


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question of a message: what is asked about, and the statements that may answer it, best first."""

    aspect: Aspect | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FoundCommune:
    """Today's commune that a typed name may mean.

    `by` is the former name it was found by (None: its present name); `partly` says that the former unit was split
    among several communes of today.
    """

    ward_code: int
    name: str
    province: str
    by: str | None = None
    partly: bool = False
    former_district: str | None = None


class Doubt(StrEnum):
    """Why a place must be asked though its name fits."""

    SPELLING = "spelling"  # no commune is spelt as typed
    CHANCE = "chance"  # typed without accents or kind, it may be no name at all
    SEVERAL_SAID = "several_said"  # more than one place is named


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place name found in a message: one candidate without a doubt is certain, anything else must be asked."""

    typed: str
    candidates: tuple[FoundCommune, ...]
    total: int  # how many communes fit altogether; `candidates` may be cut
    doubt: Doubt | None = None

    @property
    def certain(self) -> FoundCommune | None:
        return self.candidates[0] if self.total == 1 and not self.doubt else None


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """Everything read from one message."""

    text: str
    language: Language
    outcome: Outcome
    procedures: tuple[Ranked, ...] = ()
    choices: tuple[str, ...] = ()  # what to offer where the outcome is a clarification, four at most
    aspect: Aspect | None = None
    asked: tuple[Asked, ...] = ()  # every question of the message, in the order asked; none where nothing particular is
    moment: Moment | None = None  # at which it is asked whether an office is open
    yes_no: bool = False
    cases: tuple[tuple[str, str], ...] = ()  # circumstances that the words tell: case → option
    numbers: Quantities = NOTHING  # the age and the length of time that the words tell
    place: Place | None = None
    talk: str | None = None  # the kind of `_talk.yaml` the message belongs to
    life_event: str | None = None  # what happened in a life, told without asking for one procedure
    follow_up: bool = False  # the procedure came from the context, not from the words
    doubt: str | None = None  # the kind of emergency that it may be, where it is asked whether anybody is in danger
    second_tier: tuple[Ranked, ...] = ()  # names of the portal's list that are meant, or may be, by their codes
    unsure_of: tuple[str, ...] = ()  # what else may have been meant, where the answer is less than sure
    likely: tuple[tuple[str, Choice], ...] = ()  # entries that are only offered, and the answer that each would give
