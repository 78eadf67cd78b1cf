"""Load all that maintainers write: frozen knowledge, or every problem at once."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.content.catalog import Catalogs, load_catalogs
from bot.content.centres import Centre, load_centres
from bot.content.check import check_appointments, check_life_events, cross_check
from bot.content.communes import Gazetteer, load_gazetteer
from bot.content.completeness import check_calendar, check_counters, check_desk, check_whole
from bot.content.guide import read_guide
from bot.content.read import Document, Problem, Weight, convert, read_document
from bot.content.registries import (
    Registries,
    check_registries,
    resting_on_law,
    shared_resting_on_law,
    warn_of_ends,
)
from bot.content.reviews import look_at_dates
from bot.content.schema import (
    Answer,
    Appointments,
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
    Laws,
    LifeEvent,
    Listed,
    Office,
    Procedure,
    Retention,
    Shared,
    Topic,
    Waivers,
)
from bot.content.second_tier import SecondTier, check_phrases, load_second_tier, with_second_tier
from bot.content.uncollected import uncollected
from bot.content.words import HowPeopleAsk, load_intents, with_answers

FOLDERS = ("knowledge/procedures", "knowledge/life_events", "knowledge/offices", "knowledge/appointments", "intents")
ALMOST_YAML = re.compile(r"(.+?)(?:\.yml|\.ya?ml\.txt|(?!\.yaml)(?i:\.ya?ml))")
ENTRY = re.compile(r"^([a-z0-9-]+):", re.MULTILINE)  # of the catalogue

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
    kept_out_days=30,
    retention=Retention(dialogue=30, closed=180, learning=180),
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
    registries: Registries = field(default_factory=Registries)
    second_tier: SecondTier = field(default_factory=SecondTier)
    appointments: dict[int, Appointments] = field(default_factory=dict)  # by commune, where it takes them
    centres: dict[int, Centre] = field(default_factory=dict)  # of each commune its middle
    written: dict[int, tuple[Office, ...]] | None = None  # `offices` as the files have them, where communes told more

    def answers(self, entry: Procedure) -> tuple[Answer, ...]:
        """An entry's own answers and the shared ones it uses."""
        return (*entry.answers, *self.registries.answers(entry))

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
    if errors := [problem for problem in problems if problem.weight is Weight.ERROR]:
        raise BrokenContent(errors)
    return content


@uncollected()
def examine(root: Path, today: dt.date | None = None) -> tuple[Content, list[Problem], int]:
    """Read everything; give what could be read, all problems, and the number of files.

    With `today`, also what only the day shows: reviews that are overdue.
    """
    documents: list[Document] = []
    guide, guide_document = read_guide(root)
    openings = guide.openings if guide else {}
    entries = _load_procedures(root, documents)
    registries = _load_registries(root, documents)
    knowledge = Knowledge(
        procedures={name: resting_on_law(entry, registries.laws) for name, entry in entries.items() if not entry.draft},
        registries=registries,
        offices=_load_offices(root, documents),
        catalogue=_load_one(root, "catalogue.yaml", Catalogue.__value__, documents),
        counters=_load_one(root, "counters.yaml", Counters.__value__, documents),
        contacts=_load_one(root, "contacts.yaml", Contacts.__value__, documents),
        calendar=_load_one(root, "calendar.yaml", Calendar, documents) or NO_CALENDAR,
        desk=_load_one(root, "desk.yaml", DeskRules, documents) or NO_DESK,
        life_events=_load_life_events(root, documents),
        gazetteer=load_gazetteer(),
        second_tier=load_second_tier(root, {name: one for name, one in entries.items() if not one.draft}, documents),
        appointments=_load_appointments(root, documents),
        centres=load_centres(root, load_gazetteer().communes, documents),
    )
    answers = {id_: knowledge.answers(entry) for id_, entry in knowledge.procedures.items()}
    intents = with_answers(load_intents(root, documents), knowledge.procedures, answers)
    intents = with_second_tier(intents, knowledge.second_tier)
    check_phrases(intents.by_code, knowledge.second_tier, documents)
    catalogs = load_catalogs(root, documents)
    listed = _listed(knowledge.catalogue, documents)
    cross_check(entries, listed, set(knowledge.gazetteer.communes), documents, openings)
    check_life_events(knowledge.life_events, entries, listed, intents, documents)
    check_appointments(knowledge.appointments, listed, documents)
    check_registries(registries, entries, documents, openings)
    _check_lists(knowledge, listed, documents)
    if today:
        warn_of_ends(registries, entries, documents, today)
        look_at_dates(entries, knowledge.calendar, documents, today)
    _report_unread(root, documents)
    documents.append(guide_document)
    problems = [problem for document in documents for problem in document.weighed()]
    return Content(knowledge, intents, catalogs), sorted(set(problems)), len(documents)


def _listed(catalogue: dict[str, Listed], documents: list[Document]) -> set[str]:
    """The ids of the catalogue; where it has a mistake, as they are written there.

    One slip in it is one finding, not one in each file that names a procedure.
    """
    if catalogue:
        return set(catalogue)
    raw = next((one.raw for one in documents if one.path == "knowledge/catalogue.yaml"), b"")
    return set(ENTRY.findall(raw.decode("utf-8", "replace")))


def _report_unread(root: Path, documents: list[Document]) -> None:
    """Files that would be read under another name: an entry that is not there is not missed by anything else."""
    for folder in FOLDERS:
        for path in sorted((root / folder).glob("*")):
            if found := ALMOST_YAML.fullmatch(path.name):
                documents.append(document := Document(str(Path(folder, path.name))))
                document.report_line(1, "wrong_suffix", name=f"{found[1]}.yaml")


def _check_lists(knowledge: Knowledge, listed: set[str], documents: list[Document]) -> None:
    by_path = {document.path: document for document in documents}
    check_whole(documents)
    check_calendar(knowledge.calendar, by_path["knowledge/calendar.yaml"])
    known = knowledge.gazetteer.communes
    check_desk(knowledge.desk, by_path["knowledge/desk.yaml"], known, {*listed, *knowledge.procedures})
    check_counters(knowledge.counters, by_path["knowledge/counters.yaml"], knowledge.gazetteer.provinces)


def _load_procedures(root: Path, documents: list[Document]) -> dict[str, Procedure]:
    found = {}
    for path in sorted((root / "knowledge" / "procedures").glob("*.yaml")):
        documents.append(document := read_document(path, root))
        document.quoted = not document.draft
        if entry := convert(document, Procedure):
            if entry.id == path.stem:
                found[entry.id] = entry
            else:
                document.report(("id",), "not_file_name", name=entry.id, stem=path.stem)
    return found


def _load_registries(root: Path, documents: list[Document]) -> Registries:
    laws = _load_one(root, "laws.yaml", Laws.__value__, documents)
    shared = _load_one(root, "answers.yaml", Shared, documents) or Shared()
    return Registries(
        laws=laws,
        waivers=_load_one(root, "waivers.yaml", Waivers.__value__, documents),
        shared=shared_resting_on_law(shared, laws),
    )


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
                document.report(("id",), "not_file_name", name=entry.id, stem=path.stem)
    return found


def _load_offices(root: Path, documents: list[Document]) -> dict[int, tuple[Office, ...]]:
    found = {}
    for path in sorted((root / "knowledge" / "offices").glob("*.yaml")):
        documents.append(document := read_document(path, root))
        if entry := convert(document, CommuneOffices):
            found[entry.ward_code] = entry.offices
            if path.stem != f"{entry.ward_code:05}":
                document.report(("ward_code",), "not_file_ward", code=f"{entry.ward_code:05}")
    return found


def _load_appointments(root: Path, documents: list[Document]) -> dict[int, Appointments]:
    found = {}
    for path in sorted((root / "knowledge" / "appointments").glob("*.yaml")):
        documents.append(document := read_document(path, root))
        if entry := convert(document, Appointments):
            found[entry.ward_code] = entry
            if path.stem != f"{entry.ward_code:05}":
                document.report(("ward_code",), "not_file_ward", code=f"{entry.ward_code:05}")
    return found
