"""The scene of one reply: whom we speak to, in which language, on which day, with what is known."""

import datetime as dt
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from bot.content.catalog import Catalog, Catalogs
from bot.content.communes import Commune
from bot.content.load import Knowledge
from bot.content.reported import ReportedOffice
from bot.content.schema import (
    AppointmentCounter,
    CalendarDay,
    Certainty,
    Contact,
    Counter,
    Fact,
    Language,
    Listed,
    Procedure,
    ShortText,
    Text,
)
from bot.conversation.actions import Action
from bot.conversation.reply import Block, Button, Style
from bot.conversation.visit import Memory
from bot.desk.working_time import VIETNAM, WEEK, WorkingTime
from bot.understanding.engine import Engine

LABEL = 48  # characters of a button on a small screen
UNSURE = " (*)"
STALE_AFTER = dt.timedelta(days=90)  # past `review_by`: then facts are no longer stated
WARNED_BEFORE = dt.timedelta(days=60)  # of a change


@dataclass(frozen=True, kw_only=True, repr=False)  # printed, it would fill a screen for hours
class House:
    """What every conversation needs: facts, sentences, and the engine that understands."""

    knowledge: Knowledge
    catalogs: Catalogs
    engine: Engine
    address: str = ""  # of our pages, where there are any: `https://…`
    admin: str | None = None  # the chat of whoever runs the bot
    seal: bytes = field(default=b"", repr=False)  # the key of what limits know people by
    passing: frozenset[str] = frozenset()  # doors whose chats end with a visit: their receipts carry a secret
    windowed: frozenset[str] = frozenset()  # doors that let us write only for a while after a person wrote
    trial: bool = False  # `make demo`: every page says that nothing is real
    version: str = ""  # of all that is known of files
    reported: str = ""  # mark of the hours that communes reported, which are in `knowledge`
    mini_app: str = ""  # where the desk opens inside Telegram, where it does: `https://t.me/BOT/APP`

    @property
    def edition(self) -> str:
        """Of all that is known, for whoever keeps a page of it."""
        return f"{self.version}+{self.reported}"

    def office(self, commune: int) -> WorkingTime:
        """The working time of a commune's desk: of its service centre where its hours are known."""
        known = self.knowledge.offices.get(commune, ())
        own = next((o.hours for o in known if o.kind is Counter.SERVICE_CENTRE and o.hours), None)
        return WorkingTime(self.knowledge.calendar, own or self.knowledge.desk.hours)

    def counter(self, commune: int, of: AppointmentCounter) -> WorkingTime:
        """When a counter that takes appointments is open: never while the commune itself says its office is closed."""
        known = self.knowledge.offices.get(commune, ())
        told = (o.hours for o in known if o.kind is of.office and isinstance(o, ReportedOffice))
        return WorkingTime(self.knowledge.calendar, of.opening, next(told, ()))

    def page_of(self, code: str) -> str | None:
        """Where the desk's page of a request opens from a chat. None: it has no address that a chat may show."""
        if self.mini_app:
            return f"{self.mini_app}?startapp=r_{code}"
        return f"{self.address}/ban/r/{code}" if self.address.startswith("https://") else None


@dataclass(frozen=True, kw_only=True)
class Scene:
    house: House
    memory: Memory
    language: Language
    now: dt.datetime
    visiting: bool = False  # through a door by which nobody can be written to later

    @property
    def voice(self) -> Catalog:
        return self.house.catalogs[self.language]

    @cached_property
    def today(self) -> dt.date:
        return self.now.astimezone(VIETNAM).date()

    @property
    def horizon(self) -> dt.date:
        """The last day whose changes are announced today."""
        return self.today + WARNED_BEFORE

    @property
    def commune(self) -> Commune | None:
        code = self.memory.commune
        return self.house.knowledge.gazetteer.communes.get(code) if code is not None else None

    def of_commune(self, code: int | None) -> "Scene":
        """The same for somebody of another commune."""
        return replace(self, memory=replace(self.memory, commune=code))

    def procedure(self, name: str) -> Procedure | None:
        """The entry of a procedure, None where there is none or its review is long overdue."""
        entry = self.house.knowledge.procedures.get(name)
        return entry if entry and self.today <= entry.review_by + STALE_AFTER else None

    def is_stale(self, name: str) -> bool:
        return name in self.house.knowledge.procedures and self.procedure(name) is None

    def listed(self, name: str) -> Listed | None:
        return self.house.knowledge.catalogue.get(name)

    def contact(self, name: str) -> Contact:
        return self.house.knowledge.contacts[name]

    def say(self, key: str, /, **values: object) -> str:
        return self.voice.say(key, **values)

    def tell(self, text: Text | ShortText) -> str:
        return text.of(self.language)

    def holding[F: Fact](self, facts: tuple[F, ...]) -> list[F]:
        """The facts that hold today."""
        return [fact for fact in facts if fact.holds(self.today)]

    def condition(self, procedure: Procedure, fact: Fact) -> str | None:
        """In words, in which circumstances a fact holds; None where it always does."""
        labels = [
            self.tell(option.label)
            for case in procedure.cases
            for option in case.options
            if option.id in fact.only_if.get(case.id, ())
        ]
        return self.say("condition.or").join(map(_inside, labels)) if labels else None

    def coming[F: Fact](self, facts: tuple[F, ...]) -> list[F]:
        """The facts that will hold soon and do not today, the soonest first."""
        soon = [fact for fact in facts if fact.from_ and self.today < fact.from_ <= self.horizon]
        return sorted(soon, key=lambda fact: fact.from_ or self.horizon)

    def unsure(self, fact: Fact | CalendarDay, text: str) -> str:
        """The text, marked where the fact is not checked; `doubted` says once what the mark means."""
        return text if fact.certainty is Certainty.CHECKED else f"{text}{UNSURE}"

    def doubted(self, blocks: Sequence[Block]) -> tuple[Block, ...]:
        """The blocks, and under them what the mark of doubt means, where one stands."""
        if not any(UNSURE in block.text for block in blocks):
            return tuple(blocks)
        return (*blocks, Block(text=self.say("doubt.marked"), style=Style.NOTE))

    def date(self, day: dt.date) -> str:
        return _date(day, "dd/MM/yyyy", self.language)

    def day_of_year(self, day: dt.date) -> str:
        """`thứ Hai 23/11/2026`."""
        return self.say("open.day", day=self.say(f"day.{WEEK[day.weekday()]}"), date=self.date(day))

    def day(self, day: dt.date) -> str:
        """`thứ Hai 23/11`."""
        name = self.say(f"day.{WEEK[day.weekday()]}")
        return self.say("open.day", day=name, date=_date(day, "dd/MM", self.language))

    def moment(self, moment: dt.datetime) -> str:
        """`09:30 hôm nay`, or with the day where it is another."""
        local = moment.astimezone(VIETNAM)
        return self.say("open.today", time=f"{local:%H:%M}") if local.date() == self.today else self.dated(moment)

    def dated(self, moment: dt.datetime) -> str:
        """`thứ Hai 23/11 lúc 09:30`: true tomorrow too."""
        local = moment.astimezone(VIETNAM)
        date = _date(local.date(), "dd/MM", self.language)
        return self.say("open.at", day=self.say(f"day.{WEEK[local.weekday()]}"), date=date, time=f"{local:%H:%M}")

    def short(self, text: str) -> str:
        """A text cut to what a button can show on a small screen."""
        return textwrap.shorten(text, LABEL, placeholder="…")

    def number(self, value: int) -> str:
        return format_decimal(value, locale=self.language.value)

    def title(self, key: str, /, **values: object) -> Block:
        return Block(text=self.say(key, **values), style=Style.TITLE)

    def line(self, key: str, /, **values: object) -> Block:
        return Block(text=self.say(key, **values))

    def button(self, key: str, action: Action, /, **values: object) -> Button:
        return Button(label=self.say(key, **values), action=action.wire)


def _inside(label: str) -> str:
    """A label inside a sentence: without its capital, unless it is a name or an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


@lru_cache(maxsize=1024)
def _date(day: dt.date, form: str, language: Language) -> str:
    return format_date(day, form, locale=language.value)
