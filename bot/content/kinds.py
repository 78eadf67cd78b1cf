"""The kinds of files that maintainers write: where each stands and which record it holds."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from bot.content.schema import (
    Appointments,
    AspectCues,
    Calendar,
    Catalogue,
    CommuneOffices,
    Contacts,
    Counters,
    DateWords,
    DeskRules,
    Guide,
    Intent,
    Laws,
    LifeEvent,
    LifePhrases,
    MomentWords,
    PortalPhrases,
    Procedure,
    QuantityWords,
    Shared,
    Talk,
    Turns,
    Waivers,
    Wishes,
    Words,
    YesNoCues,
)


@dataclass(frozen=True, kw_only=True)
class FileKind:
    """`glob` is read alike by Python and by editors: `[!_]` is not."""

    name: str
    glob: str
    record: Any


KINDS = (
    FileKind(name="procedure", glob="knowledge/procedures/*.yaml", record=Procedure),
    FileKind(name="life_event", glob="knowledge/life_events/*.yaml", record=LifeEvent),
    FileKind(name="offices", glob="knowledge/offices/*.yaml", record=CommuneOffices),
    FileKind(name="appointments", glob="knowledge/appointments/*.yaml", record=Appointments),
    FileKind(name="catalogue", glob="knowledge/catalogue.yaml", record=Catalogue.__value__),
    FileKind(name="counters", glob="knowledge/counters.yaml", record=Counters.__value__),
    FileKind(name="contacts", glob="knowledge/contacts.yaml", record=Contacts.__value__),
    FileKind(name="laws", glob="knowledge/laws.yaml", record=Laws.__value__),
    FileKind(name="waivers", glob="knowledge/waivers.yaml", record=Waivers.__value__),
    FileKind(name="answers", glob="knowledge/answers.yaml", record=Shared),
    FileKind(name="calendar", glob="knowledge/calendar.yaml", record=Calendar),
    FileKind(name="desk", glob="knowledge/desk.yaml", record=DeskRules),
    FileKind(name="guide", glob="knowledge/schema/guide.yaml", record=Guide),
    FileKind(name="intent", glob="intents/[a-z0-9]*.yaml", record=Intent),
    FileKind(name="words", glob="intents/_words.yaml", record=Words),
    FileKind(name="talk", glob="intents/_talk.yaml", record=Talk.__value__),
    FileKind(name="portal_phrases", glob="intents/_portal.yaml", record=PortalPhrases.__value__),
    FileKind(name="life_phrases", glob="intents/_life_events.yaml", record=LifePhrases.__value__),
    FileKind(name="yes_no", glob="intents/_yes_no.yaml", record=YesNoCues),
    FileKind(name="wishes", glob="intents/_wishes.yaml", record=Wishes.__value__),
    FileKind(name="dates", glob="intents/_dates.yaml", record=DateWords),
    FileKind(name="quantities", glob="intents/_quantities.yaml", record=QuantityWords),
    FileKind(name="moments", glob="intents/_moments.yaml", record=MomentWords),
    FileKind(name="aspects", glob="intents/_aspects.yaml", record=AspectCues.__value__),
    FileKind(name="turns", glob="intents/_turns.yaml", record=Turns),
)


def kinds_of(path: str) -> list[FileKind]:
    """The kinds that a file may be of: one, where the globs are right."""
    return [kind for kind in KINDS if fnmatchcase(path, kind.glob)]
