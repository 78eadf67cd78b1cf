"""Load all that maintainers write: frozen knowledge, or every problem at once."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.content.catalog import Catalogs, load_catalogs
from bot.content.check import check_life_events, cross_check
from bot.content.communes import Gazetteer, load_gazetteer
from bot.content.read import Document, Problem, convert, read_document
from bot.content.schema import (
    Calendar,
    Catalogue,
    CommuneOffices,
    Contact,
    Contacts,
    Counter,
    CounterFacts,
    Counters,
    DeskRules,
    Hours,
    LifeEvent,
    Listed,
    Office,
    Procedure,
    Topic,
)
from bot.content.words import HowPeopleAsk, load_intents

# Stand in for files that cannot be read, so that their problems are told beside all others.
NO_CALENDAR = Calendar(week=("mon", "tue", "wed", "thu", "fri"), review_by=dt.date.max)
NO_DESK = DeskRules(
    hours=(Hours(days=("mon",), spans=(("08:00", "17:00"),)),),
    limits={},
    warn_before_hours=1,
    silent_hours=4,
    bot_offers_after_minutes=60,
    draft_lives_hours=24,
    reopen_days=7,
    history_needed=20,
    most_open=5,
    approved_answers=3,
    alike_in_an_hour=20,
    canned={},
)


@dataclass(frozen=True)
class Knowledge:
    """What is true."""

    procedures: dict[str, Procedure]
    offices: dict[int, tuple[Office, ...]]
    catalogue: dict[str, Listed]
    counters: dict[Counter, CounterFacts]
    contacts: dict[str, Contact]
    calendar: Calendar
    desk: DeskRules
    life_events: dict[str, LifeEvent]
    gazetteer: Gazetteer

    @cached_property
    def by_topic(self) -> dict[Topic, tuple[str, ...]]:
        """The ids of each field, in the catalogue's order."""
        return {topic: tuple(id_ for id_, one in self.catalogue.items() if one.field is topic) for topic in Topic}


@dataclass(frozen=True)
class Content:
    """Everything in maintainers' files: what is true, how people ask, how we speak."""

    knowledge: Knowledge
    intents: HowPeopleAsk
    catalogs: Catalogs


class BrokenContent(Exception):
    """The maintainers' files have mistakes; `problems` lists all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


def load(root: Path) -> Content:
    """Read `knowledge/`, `intents/` and `locales/` under `root`. Raises BrokenContent."""
    content, problems, _ = examine(root)
    if problems:
        raise BrokenContent(problems)
    return content


def examine(root: Path) -> tuple[Content, list[Problem], int]:
    """Read everything; give what could be read, all problems, and the number of files."""
    documents: list[Document] = []
    knowledge = Knowledge(
        procedures=_load_procedures(root, documents),
        offices=_load_offices(root, documents),
        catalogue=_load_one(root, "catalogue.yaml", Catalogue.__value__, documents),
        counters=_load_one(root, "counters.yaml", Counters.__value__, documents),
        contacts=_load_one(root, "contacts.yaml", Contacts.__value__, documents),
        calendar=_load_one(root, "calendar.yaml", Calendar, documents) or NO_CALENDAR,
        desk=_load_one(root, "desk.yaml", DeskRules, documents) or NO_DESK,
        life_events=_load_life_events(root, documents),
        gazetteer=load_gazetteer(),
    )
    intents = load_intents(root, documents)
    catalogs = load_catalogs(root, documents)
    cross_check(knowledge.procedures, set(knowledge.catalogue), intents, set(knowledge.gazetteer.communes), documents)
    check_life_events(knowledge.life_events, knowledge.procedures, set(knowledge.catalogue), intents, documents)
    problems = [problem for document in documents for problem in document.problems]
    return Content(knowledge, intents, catalogs), sorted(set(problems)), len(documents)


def _load_procedures(root: Path, documents: list[Document]) -> dict[str, Procedure]:
    found = {}
    for path in sorted((root / "knowledge" / "procedures").glob("*.yaml")):
        documents.append(document := read_document(path, root))
        if (entry := convert(document, Procedure)) and not entry.draft:
            found[entry.id] = entry
    return found


def _load_one(root: Path, name: str, kind: Any, documents: list[Document]) -> Any:
    documents.append(document := read_document(root / "knowledge" / name, root))
    return convert(document, kind) or {}


def _load_life_events(root: Path, documents: list[Document]) -> dict[str, LifeEvent]:
    found = {}
    for path in sorted((root / "knowledge" / "life_events").glob("*.yaml")):
        documents.append(document := read_document(path, root))
        if entry := convert(document, LifeEvent):
            found[entry.id] = entry
            if path.stem != entry.id:
                document.report(
                    ("id",), f"`{entry.id}` is not the name of the file", f"rename the file {entry.id}.yaml"
                )
    return found


def _load_offices(root: Path, documents: list[Document]) -> dict[int, tuple[Office, ...]]:
    found = {}
    for path in sorted((root / "knowledge" / "offices").glob("*.yaml")):
        documents.append(document := read_document(path, root))
        if entry := convert(document, CommuneOffices):
            found[entry.ward_code] = entry.offices
            if path.stem != f"{entry.ward_code:05}":
                document.report(("ward_code",), f"the file is not named after ward {entry.ward_code:05}", "rename it")
    return found
