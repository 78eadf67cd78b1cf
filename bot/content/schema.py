"""The one schema of what maintainers write: frozen records, every field of every file.

Each file is read as text (see `read.py`) and converted here; anything unknown is refused.
Editors' JSON Schema and the template for a new entry come from these same classes.
A rule that is broken raises ValueError with the key of its sentence in `check.po`.
"""

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticKnownError

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=47)]  # what a button can carry
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1500)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Url = Annotated[str, StringConstraints(pattern=r"^https://\S+$", max_length=500)]
PortalCode = Annotated[str, StringConstraints(pattern=r"^\d\.\d{6}$")]
Time = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


def _digits(value: Any) -> Any:
    """Pydantic takes `8.000` for 8 and `1_000` for 1000."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise PydanticKnownError("int_parsing")
    return value


def _iso(value: Any) -> Any:
    """Pydantic takes `1700000000` for a day, and a day with its time."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise PydanticKnownError("date_type")
    return value


Whole = Annotated[int, BeforeValidator(_digits)]
Money = Annotated[Whole, Field(ge=0, le=100_000_000)]
Count = Annotated[Whole, Field(ge=0, le=1000)]
Day = Annotated[dt.date, BeforeValidator(_iso)]


class Language(StrEnum):
    VI = "vi"
    EN = "en"
    ID = "id"


class Aspect(StrEnum):
    """What a citizen asks about a procedure."""

    DOCUMENTS = "documents"
    FEE = "fee"
    TIME = "time"
    PLACE = "place"
    ONLINE = "online"
    WHO = "who"
    FORM = "form"
    STEPS = "steps"
    HOURS = "hours"
    STATUS = "status"  # of one's own dossier
    ELIGIBILITY = "eligibility"
    AMOUNT = "amount"  # what one receives
    DEADLINE = "deadline"  # by when one must act
    LATE = "late"  # what happens to those who do not
    VALIDITY = "validity"
    NEXT = "next"
    REFUSED = "refused"
    COMPARE = "compare"
    NEED = "need"  # must I at all, may I
    QUANTITY = "quantity"
    LEGAL = "legal"


class Verdict(StrEnum):
    """How an answer opens: yes, no, it depends; a value; told in words; `unknown`: we looked, and no source says."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"
    VALUE = "value"
    TOLD = "told"
    UNKNOWN = "unknown"


class Topic(StrEnum):
    """The field a procedure belongs to: how `/topics` is browsed."""

    CIVIL_STATUS = "civil_status"
    CERTIFICATION = "certification"
    RESIDENCE = "residence"
    IDENTITY = "identity"
    BUSINESS = "business"
    LAND_CONSTRUCTION = "land_construction"
    SOCIAL = "social"
    VOICE = "voice"
    MERGER = "merger"


class Competence(StrEnum):
    """Who decides: a step of the ladder."""

    COMMUNE = "commune"
    COMMUNE_POLICE = "commune_police"
    PROVINCE = "province"
    PROVINCE_POLICE = "province_police"
    LAND_OFFICE = "land_office"
    SOCIAL_INSURANCE = "social_insurance"
    TAX = "tax"


class Counter(StrEnum):
    """Where the dossier is handed in: the kind of office a citizen walks to."""

    SERVICE_CENTRE = "service_centre"
    COMMUNE_POLICE = "commune_police"
    PROVINCE_POLICE = "province_police"
    PROVINCE_CENTRE = "province_centre"
    LAND_OFFICE = "land_office"
    SOCIAL_INSURANCE = "social_insurance"
    EMPLOYMENT_CENTRE = "employment_centre"
    PEOPLE_COMMITTEE = "people_committee"
    MILITARY_COMMAND = "military_command"
    SCHOOL = "school"


class Certainty(StrEnum):
    """How sure a fact is: `checked` in an official text or two sources, `reported` by one, `unverified` otherwise."""

    CHECKED = "checked"
    REPORTED = "reported"
    UNVERIFIED = "unverified"


class Unit(StrEnum):
    """The unit of a time limit; `same_day` ends the day the dossier is complete (after 15:00: the next working day)."""

    SAME_DAY = "same_day"
    HOUR = "hour"
    WORKING_DAY = "working_day"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Text(Record):
    """One sentence in the three languages."""

    vi: Line
    en: Line
    id: Line

    def of(self, language: Language) -> str:
        return {Language.VI: self.vi, Language.EN: self.en, Language.ID: self.id}[language]


class ShortText(Record):
    """A label that fits a button, in the three languages."""

    vi: Label
    en: Label
    id: Label

    def of(self, language: Language) -> str:
        return {Language.VI: self.vi, Language.EN: self.en, Language.ID: self.id}[language]


class Validity(Record):
    """From and until which day something holds; both days included, open where missing."""

    from_: Day | None = Field(None, alias="from")
    until: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.until and self.from_ > self.until:
            raise ValueError("from_after_until")
        return self

    def holds(self, day: dt.date) -> bool:
        return (self.from_ is None or self.from_ <= day) and (self.until is None or day <= self.until)


class Fact(Validity):
    """Anything a wrong value of which costs a citizen a walk: has a source, may depend on a case."""

    only_if: dict[Slug, tuple[Slug, ...]] = Field(default_factory=dict)
    source: tuple[Slug, ...] = Field(min_length=1)
    certainty: Certainty = Certainty.CHECKED


class Statement(Fact):
    text: Text


class Paper(Fact):
    """One paper of the dossier."""

    id: Slug
    name: Text
    how: Literal["submit", "show"]
    copy_: Literal["original", "certified", "plain", "electronic"] | None = Field(None, alias="copy")
    count: Whole = Field(1, ge=1, le=20)
    form: Label | None = None
    in_database: bool = False
    note: Text | None = None


class Fee(Fact):
    """What is paid, in đồng. No amount: unknown (or set by the province), never free; 0 only where a source says so.

    `waivers`: names of `knowledge/waivers.yaml`, who pays nothing or less.
    """

    amount: Money | None = None
    to_amount: Money | None = None
    per: Text | None = None
    when: Text | None = None
    channel: Literal["counter", "online"] | None = None
    by_province: bool = False
    waivers: tuple[Slug, ...] = ()


class TimeLimit(Fact):
    """How long until the result, counted from a complete dossier unless `starts` says otherwise."""

    amount: Count | None = None
    to_amount: Count | None = None
    unit: Unit | None = None
    when: Text | None = None
    starts: Text | None = None
    pauses: Text | None = None

    @model_validator(mode="after")
    def _amount_has_unit(self) -> Self:
        known = self.unit is Unit.SAME_DAY or (self.unit is not None and self.amount is not None)
        unknown = self.unit is None and self.amount is None and self.when is not None
        if not (known or unknown):
            raise ValueError("time_without_unit")
        return self


class Code(Validity):
    """An official code; codes drift, so it is an attribute with a validity, never a key."""

    code: PortalCode
    name: Line | None = None
    source: tuple[Slug, ...] = Field(min_length=1)


class Online(Fact):
    """`full`: all by the portal; `partial`: filed there, but one must still come; `no`."""

    level: Literal["full", "partial", "no"]
    link: Url | None = None
    note: Text | None = None


class Form(Fact):
    number: Label | None = None
    name: Text
    where: Text | None = None
    link: Url | None = None


class Phrases(Record):
    """Phrases in the three languages."""

    vi: tuple[Line, ...] = ()
    en: tuple[Line, ...] = ()
    id: tuple[Line, ...] = ()

    @property
    def all(self) -> tuple[Line, ...]:
        return (*self.vi, *self.en, *self.id)


class Tellings(Phrases):
    """How people tell that something has happened; with any words of `unless` beside them they tell something else."""

    unless: Phrases = Phrases()


class When(Record):
    """A number told in the message that decides a case or an answer: ages in full years, lengths of time in days.

    `below` is not included. Months count 30 days and years 365.
    """

    age_from: Count | None = None
    age_below: Count | None = None
    days_from: Count | None = None
    days_below: Count | None = None

    @property
    def bounded(self) -> bool:
        """Whether any number decides."""
        return (self.age_from, self.age_below, self.days_from, self.days_below) != (None,) * 4


class Option(Record):
    """`said`: words of a message that say this option, so that nobody need be asked; `when`: the numbers that do.

    Where both are there, both must be told.
    """

    id: Slug
    label: ShortText
    said: Phrases = Phrases()
    when: When | None = None


class Case(Record):
    """A circumstance that changes the answer, asked as one short question with buttons."""

    id: Slug
    question: Text
    options: tuple[Option, ...] = Field(min_length=2, max_length=6)
    leads_to: dict[Slug, Slug] = Field(default_factory=dict)


class Length(Record):
    """A length of time: a deadline, a validity."""

    amount: Count
    unit: Unit


class Eligible(Record):
    """Who is entitled, where a number or a list decides it; ages in full years, `age_below` not included."""

    age_from: Count | None = None
    age_below: Count | None = None
    household: tuple[Literal["poor", "near_poor"], ...] = ()
    disability: tuple[Literal["very_severe", "severe", "mild"], ...] = ()
    income_below: Money | None = None  # đồng a person a month
    no_pension: bool = False
    of_another: bool = False  # of somebody else than who asks: the deceased, the adopted child


class DateOf(StrEnum):
    """What a date is of, by which somebody wants to be reminded; all but `end` lie behind us."""

    BIRTH = "birth"
    DEATH = "death"
    MARRIAGE = "marriage"
    ISSUE = "issue"
    START = "start"  # moving in, the end of a contract: what the deadline is counted from
    END = "end"  # the day on a paper after which it no longer holds


class Remind(Record):
    """That one may ask to be reminded of an answer's typed deadline, validity or ages.

    `before`: how many days before it. `backwards`: the answer's `length` is counted back from the date, and is when one
    may go. `date`: how the date is called where `counted_from` does not fit into a question.
    """

    of: DateOf
    before: tuple[Count, ...] = Field(min_length=1, max_length=4)
    backwards: bool = False
    date: ShortText | None = None


class Decision(When):
    """What decides a question of yes or no: within the bounds and in the options of `yes_in` yes, else no.

    What the message does not tell decides nothing: then the answer's own verdict stands.
    """

    yes_in: dict[Slug, tuple[Slug, ...]] = Field(default_factory=dict)


class Answer(Fact):
    """One statement that answers one question about a procedure.

    `questions` are how people ask it; they are learnt as phrases of the procedure, too. Typed parts say the same as
    `text` to a program: `amount` in đồng `per` what; `length` counted from `counted_from` (in `remote` areas another),
    and what is `lost` after it; `ages` at which it is due; who is `eligible`. `then`: what to do next, in a sentence.
    `when`: it answers only a message that tells such a number. `decided_by`: what turns its verdict into yes or no.
    `against`: questions about the same thing asked the other way round ("may I go alone" where both must come), to
    which yes is no and no is yes. `about`: of something unknown, what it is, in a few
    words ("the number of photos and their size").
    """

    id: Slug
    asks: Aspect
    questions: Phrases
    against: Phrases = Phrases()
    verdict: Verdict
    decided_by: Decision | None = None
    text: Text | None = None
    then: Text | None = None
    when: When | None = None
    about: Text | None = None
    amount: Money | None = None
    to_amount: Money | None = None
    per: Literal["month", "year", "once", "day", "person"] | None = None
    length: Length | None = None
    remote: Length | None = None
    counted_from: Text | None = None
    lost: Text | None = None
    ages: tuple[Count, ...] = ()
    eligible: Eligible | None = None
    remind: Remind | None = None
    source: tuple[Slug, ...] = ()

    @model_validator(mode="after")
    def _reminds_of_something(self) -> Self:
        if (one := self.remind) is None:
            return self
        aged = self.ages or (self.eligible and self.eligible.age_from)
        if one.of is DateOf.BIRTH and not (aged or self.length):
            raise ValueError("remind_of_birth")
        if (one.backwards or one.of not in (DateOf.BIRTH, DateOf.END)) and not self.length:
            raise ValueError("remind_without_length")
        return self

    @model_validator(mode="after")
    def _said_and_sourced(self) -> Self:
        if self.verdict is Verdict.UNKNOWN:
            return self
        if self.text is None:
            raise ValueError("answer_without_text")
        if not self.source:
            raise ValueError("answer_without_source")
        return self


class ByCase(Fact):
    """Another counter than the entry's own, in a case: `counters`."""

    counter: Counter


class Law(Validity):
    """What an entry rests on: `law` names an instrument of `knowledge/laws.yaml`; `number` where it is not there."""

    law: Slug | None = None
    number: Line | None = None
    article: Line | None = None
    about: Text | None = None
    certainty: Certainty = Certainty.CHECKED

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.law is None and self.number is None:
            raise ValueError("law_unnamed")
        return self


class Change(Fact):
    text: Text
    on: Day


class Next(Record):
    procedure: Slug
    why: Text


class Source(Record):
    """What was read, and when: an article of an instrument (`law`, in `knowledge/laws.yaml`), or `what` else."""

    what: Line | None = None
    law: Slug | None = None
    article: Line | None = None
    read: Day
    link: Url | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.what is None and self.law is None:
            raise ValueError("source_unnamed")
        return self


class Instrument(Validity):
    """`knowledge/laws.yaml`: one legal instrument; facts that rest on it alone end with it."""

    number: Line  # as officials write it: 335/2026/NĐ-CP
    kind: Literal["law", "ordinance", "resolution", "decree", "circular", "decision", "codified", "other"]
    title: Line
    issuer: Line
    signed: Day | None = None
    replaced_by: tuple[Slug, ...] = ()
    amended_by: tuple[Slug, ...] = ()
    source: Line
    read: Day
    link: Url | None = None


class Waiver(Validity):
    """`knowledge/waivers.yaml`: who pays nothing or less, on which condition; used by fees by name."""

    who: Text
    pays: Literal["nothing", "half"]
    channel: Literal["counter", "online"] | None = None
    law: Slug
    article: Line | None = None
    read: Day
    certainty: Certainty = Certainty.CHECKED


class Shared(Record):
    """`knowledge/answers.yaml`: answers that hold in many entries, used there by name (`shared`), or `everywhere`."""

    answers: tuple[Answer, ...] = ()
    everywhere: tuple[Slug, ...] = ()
    sources: dict[Slug, Source] = Field(default_factory=dict)


class AlsoKnownAs(Record):
    vi: tuple[Line, ...] = Field(min_length=1)
    en: tuple[Line, ...] = Field(min_length=1)
    id: tuple[Line, ...] = Field(min_length=1)


class Procedure(Record):
    """One administrative service (thủ tục): what is needed, where, how long, how much."""

    id: Slug
    draft: bool = False
    name: Text
    short_name: ShortText
    also_known_as: AlsoKnownAs
    field: Topic
    codes: tuple[Code, ...] = ()
    decided_by: Competence
    counter: Counter
    counters: tuple[ByCase, ...] = ()
    any_commune_of_province: bool = False
    benefit: bool = False
    what_it_is: Text
    where: tuple[Statement, ...] = Field(min_length=1)
    papers: tuple[Paper, ...] = Field(min_length=1)
    not_required: tuple[Statement, ...] = ()
    fees: tuple[Fee, ...] = Field(min_length=1)
    times: tuple[TimeLimit, ...] = Field(min_length=1)
    steps: tuple[Statement, ...] = Field(min_length=1)
    online: Online
    forms: tuple[Form, ...] = ()
    who: tuple[Statement, ...] = Field(min_length=1)
    result: Text
    answers: tuple[Answer, ...] = ()
    shared: tuple[Slug, ...] = ()
    pitfalls: tuple[Statement, ...] = ()
    changes: tuple[Change, ...] = ()
    legal: tuple[Law, ...] = Field(min_length=1)
    cases: tuple[Case, ...] = ()
    next: tuple[Next, ...] = ()
    sources: dict[Slug, Source] = Field(min_length=1)
    checked: Day
    review_by: Day
    note: str = ""


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class CalendarDay(Record):
    """A day, or several in a row, on which the State's offices do not keep to the week."""

    on: Day
    to: Day | None = None
    name: Text
    source: tuple[Slug, ...] = Field(min_length=1)
    certainty: Certainty = Certainty.CHECKED

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to and self.to < self.on:
            raise ValueError("to_before_on")
        return self

    @property
    def days(self) -> tuple[dt.date, ...]:
        return tuple(self.on + dt.timedelta(days=n) for n in range(((self.to or self.on) - self.on).days + 1))


class Hours(Record):
    """When an office receives people; two spans a day where it closes for lunch."""

    days: tuple[Weekday, ...] = Field(min_length=1)
    spans: tuple[tuple[Time, Time], ...] = Field(min_length=1, max_length=3)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        times = [time for span in self.spans for time in span]
        if times != sorted(set(times)):
            raise ValueError("spans_backwards")
        return self


class Calendar(Record):
    """`knowledge/calendar.yaml`: the State's working days, and the hours that are usual where none are known."""

    week: tuple[Weekday, ...] = Field(min_length=1)
    usual_hours: tuple[Hours, ...] = ()
    days_off: tuple[CalendarDay, ...] = ()
    working_days: tuple[CalendarDay, ...] = ()
    sources: dict[Slug, Source] = Field(default_factory=dict)
    review_by: Day
    note: str = ""


class Office(Record):
    """A place to go to, as far as it is known; what is not known is left out, and the citizen is told so."""

    kind: Counter
    name: Line
    address: Line | None = None
    names_before: bool = False
    phone: Line | None = None
    hours: tuple[Hours, ...] = ()
    map: Url | None = None
    note: Line | None = None
    source: Line
    read: Day | None = None
    confidence: Literal["high", "medium"]


class CommuneOffices(Record):
    """`knowledge/offices/<ward code>.yaml`: the known offices of one commune."""

    ward_code: Whole = Field(ge=1, le=99999)
    commune: Line
    offices: tuple[Office, ...] = Field(min_length=1)


class AppointmentCounter(Record):
    """A counter at which one may come by appointment; `public` of its `parallel` places may be booked.

    No `procedures`: all that are handed in at this kind of `office`.
    """

    id: Slug
    name: ShortText
    office: Counter
    procedures: tuple[Slug, ...] = ()
    slot_minutes: Whole = Field(ge=5, le=240)
    parallel: Whole = Field(ge=1, le=50)
    public: Whole = Field(ge=1, le=50)
    lead_hours: Whole = Field(ge=0, le=400)
    horizon_days: Whole = Field(ge=1, le=120)
    opening: tuple[Hours, ...] = Field(min_length=1)
    closures: tuple[Day, ...] = ()
    walk_in: bool = False  # whoever comes without an appointment draws a number, with the code on the wall

    @model_validator(mode="after")
    def _has_places(self) -> Self:
        if self.public > self.parallel:
            raise ValueError("too_many_public")
        return self


class Appointments(Record):
    """`knowledge/appointments/<ward code>.yaml`: a commune that takes appointments, by its own word."""

    ward_code: Whole = Field(ge=1, le=99999)
    commune: Line
    counters: tuple[AppointmentCounter, ...] = Field(min_length=1)


class Intent(Phrases):
    """`intents/<id>.yaml`: how people ask for one procedure.

    A phrase may end in ` | aspect` where it asks for one thing. `not_this` holds phrases that sound like this
    procedure and mean the neighbour they stand under.
    """

    not_this: dict[Slug, tuple[Line, ...]] = Field(default_factory=dict)


class Turns(Phrases):
    """`intents/_turns.yaml`: what people say in the middle of a talk about a procedure that they do not name again.

    Each ends in ` | aspect` where it asks for one thing; nothing is asked by one that tells, corrects or turns away.
    """


class Words(Record):
    """`intents/_words.yaml`: words people use and what they stand for."""

    abbreviations: dict[str, Line] = Field(default_factory=dict)
    spelling: dict[str, Line] = Field(default_factory=dict)
    dialect: dict[str, Line] = Field(default_factory=dict)
    provinces: dict[str, Line] = Field(default_factory=dict)
    stopwords: Phrases = Phrases()
    concepts: dict[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")], Phrases] = Field(default_factory=dict)


class TalkKind(StrEnum):
    """Messages that are no question about a procedure; what follows from each is in `understanding/decide.py`."""

    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ABOUT_BOT = "about_bot"
    CHITCHAT = "chitchat"
    YES_NO = "yes_no"
    STAFF_WANTED = "staff_wanted"
    EXTRA_DEMAND = "extra_demand"
    OFFICE_CONTACT = "office_contact"
    EMERGENCY_FIRE = "emergency_fire"
    EMERGENCY_CRIME = "emergency_crime"
    EMERGENCY_MEDICAL = "emergency_medical"
    EMERGENCY_CHILD = "emergency_child"
    EMERGENCY_RESCUE = "emergency_rescue"
    NOT_EMERGENCY = "not_emergency"
    ABUSE = "abuse"
    OTHER_SERVICE = "other_service"
    UNRELATED = "unrelated"
    INJECTION = "injection"


type Talk = dict[TalkKind, Phrases]
type AspectCues = dict[Aspect, Phrases]


class ContactName(StrEnum):
    """Whom the bot itself refers to."""

    POLICE = "police"
    FIRE = "fire"
    AMBULANCE = "ambulance"
    RESCUE = "rescue"
    CHILD = "child"
    PORTAL_HOTLINE = "portal_hotline"
    PORTAL_TRACKING = "portal_tracking"


class Contact(Record):
    """A number to call or a page to open, as `knowledge/contacts.yaml` names it."""

    name: Text
    number: Annotated[str, StringConstraints(pattern=r"^[0-9 ]{3,15}$")] | None = None
    link: Url | None = None
    source: Line
    read: Day

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.number is None and self.link is None:
            raise ValueError("contact_unreachable")
        return self


class CounterFacts(Record):
    """What holds for every office of one kind: `knowledge/counters.yaml`."""

    name: Text  # with {commune} and {province} where they belong
    hours: Text | None = None
    usual_hours: tuple[Hours, ...] = ()  # the same for a program, where they are not the State's
    one_level_provinces: tuple[Whole, ...] = ()  # where the province runs one centre with branches instead of communes
    one_level_name: Text | None = None
    note: Text | None = None
    source: Line
    read: Day


class Listed(Record):
    """A procedure by name: enough to point the way where its entry is missing or stale."""

    field: Topic
    decided_by: Competence
    counter: Counter
    name: Text


type Laws = dict[Slug, Instrument]
type Waivers = dict[Slug, Waiver]
type Catalogue = dict[Slug, Listed]
type Contacts = dict[ContactName, Contact]
type Counters = dict[Counter, CounterFacts]


class YesNoCues(Record):
    """`intents/_yes_no.yaml`: words at the end, at the beginning or anywhere of a clause that yes or no would answer.

    `begs`: what only asks to be told ("can you tell me"); `polite` words may follow at the end; `unless`: with these a
    number, a day or a place is asked, but not within `any` ("xã nào cũng nhận"); `joins`: words between two questions;
    `asking`: words of any question, without which a message asks nothing in particular; `filler`: words that may be
    left out of a question; `may`, `must`: what asks whether one may and whether one must, `neither`: what only looks
    like the latter; `leaves_out`: what asks whether one may do without something; `needless`: what says that one need
    not, `confirms`: what asks at the end to be sure; `permits`, `obliges`: how the Vietnamese answers to these begin;
    `turns`: how one turns to something else; `denies`, `contrast`, `not_asked`: what takes back a matter, `mistaken`:
    what stands before it; `instead`: what opens what is meant, `corrects`: what stands behind that.
    """

    ends: Phrases
    begins: Phrases
    begs: Phrases = Phrases()
    within: Phrases
    polite: tuple[Line, ...] = ()
    unless: Phrases = Phrases()
    any: Phrases = Phrases()
    joins: Phrases = Phrases()
    asking: Phrases = Phrases()
    filler: Phrases = Phrases()
    may: Phrases = Phrases()
    must: Phrases = Phrases()
    neither: Phrases = Phrases()
    leaves_out: Phrases = Phrases()
    needless: Phrases = Phrases()
    confirms: Phrases = Phrases()
    permits: tuple[Line, ...] = ()
    obliges: tuple[Line, ...] = ()
    turns: Phrases = Phrases()
    denies: Phrases = Phrases()
    contrast: Phrases = Phrases()
    not_asked: Phrases = Phrases()
    mistaken: Phrases = Phrases()
    instead: Phrases = Phrases()
    corrects: Phrases = Phrases()


class QuantityWords(Record):
    """`intents/_quantities.yaml`: words of numbers, and of what is counted.

    `ten`: multiplies the digit before it, else stands for ten itself; `once`: a unit with its one ("setahun");
    `born`: what comes before a date of birth, `not_born`: words before it that make something else of it ("khai sinh"),
    `in_dates`: words inside a date.
    """

    numbers: dict[Whole, Phrases]
    ten: Phrases = Phrases()
    half: Phrases = Phrases()
    units: dict[Literal["age", "day", "week", "month", "year"], Phrases]
    once: dict[Literal["day", "week", "month", "year"], Phrases] = Field(default_factory=dict)
    born: Phrases = Phrases()
    not_born: Phrases = Phrases()
    in_dates: Phrases = Phrases()


class PartOfDay(Record):
    """What a part of a day is called, the time that stands for it, and whether its clock counts from noon."""

    said: Phrases
    at: Time
    after_noon: bool = False


class MomentWords(Record):
    """`intents/_moments.yaml`: words of days, parts of a day and clock times at which an office may be open.

    `holidays`: the beginning of a day off's Vietnamese name in `knowledge/calendar.yaml` → what people call it.
    `not_after`: a day is none after these ("hôm thứ hai" is over, "con thứ hai" a child). `asks_hours`: with one of
    these a moment is asked about; with one of `asks_off` whether it is closed then, so that yes means closed.
    `online`: where nobody need be there.
    """

    days: dict[Weekday, Phrases]
    parts: dict[Slug, PartOfDay]
    today: Phrases
    tomorrow: Phrases
    clock_after: Phrases
    clock_before: Phrases = Phrases()
    holidays: dict[Line, Phrases] = Field(default_factory=dict)
    not_after: Phrases = Phrases()
    asks_hours: Phrases = Phrases()
    asks_off: Phrases = Phrases()
    online: Phrases = Phrases()


class LifeStep(Record):
    """One procedure of a life event: why, and by when; `source` names sources of that procedure's own entry."""

    procedure: Slug
    why: Text
    by: Text | None = None
    source: tuple[Slug, ...] = ()

    @model_validator(mode="after")
    def _sourced(self) -> Self:
        if self.by and not self.source:
            raise ValueError("by_without_source")
        return self


class LifeEvent(Record):
    """`knowledge/life_events/<id>.yaml`: what happens in a life, and its procedures in the order to do them."""

    id: Slug
    name: ShortText
    lead: Text | None = None  # a kind word first
    steps: tuple[LifeStep, ...] = Field(min_length=1)


type LifePhrases = dict[Slug, Tellings]
type PortalPhrases = dict[PortalCode, Phrases]


class Wish(StrEnum):
    """What people want done rather than told; heard by a few words, wherever they stand in a message."""

    REMIND = "remind"
    STOP = "stop"  # only where it is the whole message
    STOP_REMINDING = "stop_reminding"  # the whole message: no reminder any more; with more words, one of them
    REMINDERS = "reminders"  # to see them; only where it is the whole message
    BOOK = "book"  # an appointment
    APPOINTMENTS = "appointments"  # to see, move or cancel them; only where it is the whole message
    NUMBER = "number"  # to draw one at a counter, or to hear how many are before one; the same
    YES = "yes"  # only where it is the whole message
    NEVER_MIND = "never_mind"  # the same
    BESIDE = "beside"  # words of courtesy that may stand around what is otherwise the whole message
    BENEFITS = "benefits"
    EXPIRY = "expiry"  # of a paper: says which of several dates is meant
    FOR_FAMILY = "for_family"  # asked for one of one's own
    RECOMMEND = "recommend"  # says what those who represent voters should do
    PLAIN = "plain"  # to be told in the shortest form; only where it is the whole message
    IN_FULL = "in_full"  # the same
    NOTICES = "notices"  # to be told of what the commune announces
    RECOMMENDATION = "recommendation"  # speaks of such a thing, or wants to write one


type Wishes = dict[Wish, Phrases]


class DateWords(Record):
    """`intents/_dates.yaml`: the words by which people tell a day; a number before or behind them is its number."""

    months: tuple[Phrases, ...] = Field(min_length=12, max_length=12)
    day: Phrases
    month: Phrases
    year: Phrases
    week: Phrases
    ahead: Phrases  # "3 days from now"
    ago: Phrases  # "3 days ago"
    days: dict[Literal["before_yesterday", "yesterday", "today", "tomorrow", "after_tomorrow"], Phrases]
    lunar: Phrases  # words of the moon's calendar


class Limits(Record):
    """How long things may take; hours are open hours, days are working days, minutes are minutes."""

    first_answer_hours: Whole = Field(ge=1, le=400)
    settled_days: Whole = Field(ge=1, le=400)


class OwnLimits(Record):
    """Other limits for one commune, or for one kind of request in it."""

    commune: Whole = Field(ge=1, le=99999)
    kind: Literal["question", "papers", "feedback", "recommendation", "extra_demand"] | None = None
    limits: Limits


class Canned(Record):
    """An answer ready to be sent, in the citizen's language."""

    name: Label
    text: Text


class PracticeQuestion(Record):
    """A question that a new officer practises on."""

    procedure: Slug
    text: Line


class Retention(Record):
    """For how many days personal data are kept; `/privacy` tells these."""

    dialogue: Whole = Field(ge=1, le=400)  # after the last word
    closed: Whole = Field(ge=8, le=4000)  # a request after its end; then it stays without identity
    learning: Whole = Field(ge=1, le=4000)  # questions without an answer, redacted


class DeskRules(Record):
    """`knowledge/desk.yaml`: how the communes' queue works; nothing here is law, each is a promise of the service."""

    hours: tuple[Hours, ...] = Field(min_length=1)  # where a commune's own are not known
    limits: dict[Literal["question", "papers", "feedback", "recommendation", "extra_demand"], Limits]
    own_limits: tuple[OwnLimits, ...] = ()
    warn_before_hours: Whole = Field(ge=0, le=80)
    silent_hours: Whole = Field(ge=1, le=80)  # a claimed request goes back to the queue
    bot_offers_after_minutes: Whole = Field(ge=5, le=10_000)
    draft_lives_hours: Whole = Field(ge=1, le=400)
    reopen_days: Whole = Field(ge=1, le=90)
    history_needed: Whole = Field(ge=5, le=1000)  # answers before an expected wait is told
    most_open: Whole = Field(ge=1, le=50)  # requests of one citizen at once
    most_opened_a_day: Whole = Field(default=10, ge=1, le=500)  # requests of one citizen sent, or opened again
    approved_answers: Whole = Field(ge=0, le=100)  # first answers of a new officer that a colleague looks at
    kept_out_days: Whole = Field(ge=1, le=365)  # how long /block keeps a person out of one commune's desk
    retention: Retention
    alike_in_an_hour: Whole = Field(ge=2, le=1000)  # questions, before a notice is suggested
    sensitive: tuple[Slug, ...] = ()  # procedures never counted in public below the province
    canned: dict[Slug, Canned]
    practice: tuple[PracticeQuestion, ...] = ()


class Advice(Record):
    """What a maintainer should know of one field, in Vietnamese and in short in English."""

    vi: Line
    en: Line
    usual: bool = False  # an optional field that the template writes all the same


class GuideWords(Record):
    """The words of the template itself."""

    mandatory: Label
    optional: Label
    one_of: Label
    head: tuple[Line, ...] = Field(min_length=1)


class Guide(Record):
    """`knowledge/schema/guide.yaml`: advice by record and field, the meaning of fixed words, a complete example."""

    words: GuideWords
    fields: dict[str, dict[str, Advice]]
    values: dict[str, dict[str, Line]] = Field(default_factory=dict)
    openings: dict[Verdict, Phrases] = Field(default_factory=dict)  # the words an answer of that verdict begins with
    example: Procedure
