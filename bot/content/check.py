"""What no single field can show: references that lead nowhere, names that do not fit, phrases under two procedures."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from bot.content.answers import Openings, check_answers
from bot.content.as_written import check_as_written, check_condition
from bot.content.contradictions import find_contradictions
from bot.content.read import Document, nearest
from bot.content.schema import Appointments, Fact, Language, LifeEvent, Procedure
from bot.content.shape import Loc
from bot.content.words import HowPeopleAsk

FACT_LISTS = (
    "where",
    "counters",
    "papers",
    "not_required",
    "fees",
    "times",
    "steps",
    "forms",
    "who",
    "answers",
    "pitfalls",
    "changes",
)


def cross_check(
    procedures: dict[str, Procedure],
    listed: set[str],
    wards: set[int],
    documents: list[Document],
    openings: Openings,
) -> None:
    """Add to each document the problems that only show beside the others."""
    by_path = {document.path: document for document in documents}
    ids = sorted(listed)
    for path, known in by_path.items():
        name = _intent_of(path) or _entry_of(path)
        if name and name not in listed:
            known.report((), "file_not_listed", name=name, near=nearest(name, ids))
    for entry in procedures.values():
        document = by_path[f"knowledge/procedures/{entry.id}.yaml"]
        _check_entry(entry, document, ids)
        check_answers(entry, document, openings)
    for path, document in by_path.items():
        if (name := _entry_of(path)) and name not in procedures:
            check_as_written(document, ids)
    _check_intents(ids, by_path)
    for document in documents:
        if document.path.startswith(("knowledge/offices/", "knowledge/appointments/")):
            _check_ward(document, wards)


def check_life_events(
    events: dict[str, LifeEvent],
    procedures: dict[str, Procedure],
    listed: set[str],
    intents: HowPeopleAsk,
    documents: list[Document],
) -> None:
    """Life events name procedures of the catalogue, sources of their entries, and phrases name life events."""
    by_path = {document.path: document for document in documents}
    for event in events.values():
        document = by_path.get(f"knowledge/life_events/{event.id}.yaml")
        for n, step in enumerate(event.steps) if document else ():
            if document and step.procedure not in listed:
                near = nearest(step.procedure, sorted(listed))
                document.report(("steps", n, "procedure"), "no_procedure", name=step.procedure, near=near)
            entry = procedures.get(step.procedure)
            for source in step.source if entry else ():
                if document and entry and source not in entry.sources:
                    near = nearest(source, list(entry.sources))
                    document.report(("steps", n, "source"), "no_source_there", entry=entry.id, source=source, near=near)
    phrases = by_path.get("intents/_life_events.yaml")
    for name in intents.events if phrases else ():
        if phrases and name not in events:
            phrases.report((name,), "no_life_event", name=name, near=nearest(name, sorted(events)))


def check_appointments(found: dict[int, Appointments], listed: set[str], documents: list[Document]) -> None:
    """Counters have names of their own and take procedures of the catalogue."""
    by_path = {document.path: document for document in documents}
    for code, appointments in found.items():
        document = by_path.get(f"knowledge/appointments/{code:05}.yaml")
        seen: set[str] = set()
        for n, counter in enumerate(appointments.counters) if document else ():
            assert document  # noqa: S101 - asked a line above
            if counter.id in seen:
                document.report(("counters", n, "id"), "id_twice", name=counter.id)
            seen.add(counter.id)
            for name in counter.procedures:
                if name not in listed:
                    near = nearest(name, sorted(listed))
                    document.report(("counters", n, "procedures"), "no_procedure", name=name, near=near)


def _intent_of(path: str) -> str | None:
    """`intents/ho-chieu.yaml` → `ho-chieu`."""
    stem = path.removeprefix("intents/").removesuffix(".yaml")
    return stem if path.startswith("intents/") and not stem.startswith("_") else None


def _entry_of(path: str) -> str | None:
    """`knowledge/procedures/ho-chieu.yaml` → `ho-chieu`."""
    return path.removeprefix("knowledge/procedures/").removesuffix(".yaml") if "/procedures/" in path else None


def _check_entry(entry: Procedure, document: Document, ids: list[str]) -> None:
    cases = {case.id: {option.id for option in case.options} for case in entry.cases}
    used = {case.id for case in entry.cases if case.leads_to}
    sourced = [(("codes", n), code.source) for n, code in enumerate(entry.codes)]
    for loc, sources in (*sourced, *((loc, fact.source) for loc, fact in _facts(entry))):
        for source in sources:
            if source not in entry.sources:
                near = nearest(source, list(entry.sources))
                document.report((*loc, "source"), "no_source", source=source, near=near)
    for loc, fact in _facts(entry):
        for case, options in fact.only_if.items():
            used.add(case)
            check_condition(document, loc, case, options, cases)
    for n, answer in enumerate(entry.answers):
        for case, options in answer.decided_by.yes_in.items() if answer.decided_by else ():
            used.add(case)
            check_condition(document, ("answers", n, "decided_by", "yes_in"), case, options, cases)
    for n, case_ in enumerate(entry.cases):
        if case_.id not in used:
            document.report(("cases", n), "case_unused", case=case_.id)
    _check_references(entry, document, ids)


def _facts(entry: Procedure) -> Iterator[tuple[Loc, Fact]]:
    yield ("online",), entry.online
    for name in FACT_LISTS:
        for n, fact in enumerate(getattr(entry, name)):
            yield (name, n), fact


def _check_references(entry: Procedure, document: Document, ids: list[str]) -> None:
    goals = chain(
        ((("next", n, "procedure"), step.procedure) for n, step in enumerate(entry.next)),
        (
            (("cases", n, "leads_to", o), goal)
            for n, case in enumerate(entry.cases)
            for o, goal in case.leads_to.items()
        ),
    )
    for loc, goal in goals:
        if goal not in ids:
            document.report(loc, "no_procedure", name=goal, near=nearest(goal, ids))
    find_contradictions(entry, document)


def _check_intents(ids: list[str], by_path: dict[str, Document]) -> None:
    for path, document in by_path.items():
        neighbours = document.data.get("not_this") if isinstance(document.data, dict) and _intent_of(path) else None
        for neighbour in neighbours if isinstance(neighbours, dict) else ():
            if neighbour not in ids:
                near = nearest(neighbour, ids)
                document.report(("not_this", neighbour), "no_procedure", name=neighbour, near=near)
        if _intent_of(path) and isinstance(document.data, dict):
            _check_languages(document)
    _check_shared(by_path)


def _check_languages(document: Document) -> None:
    for language in Language:
        if not document.data.get(language.value):
            document.report((language.value,), "no_phrases", language=language)


def _check_shared(by_path: dict[str, Document]) -> None:
    first: dict[str, tuple[str, Document, Loc]] = {}
    for path, document in by_path.items():
        for loc, text, means in _phrases_in(path, document.data):
            known, where, at = first.setdefault(text.casefold(), (means, document, loc))
            if known != means:
                _report_shared(text, (document, loc, means), (where, at, known))


def _report_shared(text: str, *places: tuple[Document, Loc, str]) -> None:
    for (document, loc, _), (other, there, means) in (places, reversed(places)):
        place = f"{other.path}:{other.line(there)}"
        document.report(loc, "phrase_shared", phrase=text[:60], means=means, place=place)


def _phrases_in(path: str, data: Any) -> Iterator[tuple[Loc, str, str]]:
    """Every phrase of a file, and the procedure or kind of talk that it means."""
    if not isinstance(data, dict):
        return
    if name := _intent_of(path):
        yield from _texts((), data, name)
        neighbours = data.get("not_this")
        for neighbour, lines in neighbours.items() if isinstance(neighbours, dict) else ():
            yield from _texts(("not_this",), {neighbour: lines}, neighbour)
    elif path == "intents/_talk.yaml":
        for kind, phrases in data.items():
            yield from _texts((kind,), phrases, kind)


def _texts(loc: Loc, lists: Any, means: str) -> Iterator[tuple[Loc, str, str]]:
    for key, lines in lists.items() if isinstance(lists, dict) else ():
        for n, line in enumerate(lines if isinstance(lines, list) else ()):
            if isinstance(line, str):
                yield (*loc, key, n), (line.rpartition("|")[0] or line).strip(), means


def _check_ward(document: Document, wards: set[int]) -> None:
    code = document.data.get("ward_code") if isinstance(document.data, dict) else None
    if isinstance(code, str) and code.isdigit() and int(code) not in wards:
        document.report(("ward_code",), "no_ward", code=code)
