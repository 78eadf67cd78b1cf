"""What no single field can show: references that lead nowhere, names that do not fit, phrases under two procedures."""

from collections.abc import Iterator
from itertools import chain

from bot.content.read import Document, nearest
from bot.content.schema import Fact, Procedure
from bot.content.shape import Loc
from bot.content.words import HowPeopleAsk, Phrase

FACT_LISTS = ("where", "papers", "not_required", "fees", "times", "steps", "forms", "who", "pitfalls", "changes")


def cross_check(
    procedures: dict[str, Procedure],
    listed: set[str],
    intents: HowPeopleAsk,
    wards: set[int],
    documents: list[Document],
) -> None:
    """Add to each document the problems that only show beside the others."""
    by_path = {document.path: document for document in documents}
    ids = sorted(listed)
    for path, known in by_path.items():
        name = _intent_of(path) or _entry_of(path)
        if name and name not in listed:
            known.report(
                (), f"`{name}` is not in knowledge/catalogue.yaml", "list it there, or correct the file's name"
            )
    for entry in procedures.values():
        document = by_path.get(f"knowledge/procedures/{entry.id}.yaml")
        if document is None:
            _report_misnamed(entry, documents)
        else:
            _check_entry(entry, document, ids)
    _check_intents(ids, intents, by_path)
    for document in documents:
        if document.path.startswith("knowledge/offices/"):
            _check_ward(document, wards)


def _intent_of(path: str) -> str | None:
    """`intents/ho-chieu.yaml` → `ho-chieu`."""
    stem = path.removeprefix("intents/").removesuffix(".yaml")
    return stem if path.startswith("intents/") and not stem.startswith("_") else None


def _entry_of(path: str) -> str | None:
    """`knowledge/procedures/ho-chieu.yaml` → `ho-chieu`."""
    return path.removeprefix("knowledge/procedures/").removesuffix(".yaml") if "/procedures/" in path else None


def _report_misnamed(entry: Procedure, documents: list[Document]) -> None:
    for document in documents:
        if isinstance(document.data, dict) and document.data.get("id") == entry.id:
            document.report(("id",), f"`{entry.id}` is not the name of the file", f"rename the file {entry.id}.yaml")


def _check_entry(entry: Procedure, document: Document, ids: list[str]) -> None:
    cases = {case.id: {option.id for option in case.options} for case in entry.cases}
    used = {case.id for case in entry.cases if case.leads_to}
    sourced = [(("codes", n), code.source) for n, code in enumerate(entry.codes)]
    for loc, sources in (*sourced, *((loc, fact.source) for loc, fact in _facts(entry))):
        for source in sources:
            if source not in entry.sources:
                document.report(loc, f"no source `{source}` below", nearest(source, list(entry.sources)))
    for loc, fact in _facts(entry):
        for case, options in fact.only_if.items():
            used.add(case)
            _check_condition(document, loc, case, options, cases)
    for n, case_ in enumerate(entry.cases):
        if case_.id not in used:
            document.report(("cases", n), f"no fact uses the case `{case_.id}`", "use it in an `only_if` or remove it")
    _check_references(entry, document, ids)


def _facts(entry: Procedure) -> Iterator[tuple[Loc, Fact]]:
    yield ("online",), entry.online
    for name in FACT_LISTS:
        for n, fact in enumerate(getattr(entry, name)):
            yield (name, n), fact


def _check_condition(
    document: Document, loc: Loc, case: str, options: tuple[str, ...], cases: dict[str, set[str]]
) -> None:
    if case not in cases:
        document.report((*loc, "only_if"), f"no case `{case}` in this entry", nearest(case, list(cases)))
        return
    for option in options:
        if option not in cases[case]:
            document.report(
                (*loc, "only_if"), f"case `{case}` has no option `{option}`", nearest(option, list(cases[case]))
            )


def _check_references(entry: Procedure, document: Document, ids: list[str]) -> None:
    goals = chain(
        ((("next", n), step.procedure) for n, step in enumerate(entry.next)),
        ((("cases", n), goal) for n, case in enumerate(entry.cases) for goal in case.leads_to.values()),
    )
    for loc, goal in goals:
        if goal not in ids:
            document.report(loc, f"no procedure `{goal}`", nearest(goal, ids))
    seen: set[str] = set()
    for n, paper in enumerate(entry.papers):
        if paper.id in seen:
            document.report(("papers", n), f"paper `{paper.id}` is defined twice", "keep one, or give it another id")
        seen.add(paper.id)


def _check_intents(ids: list[str], intents: HowPeopleAsk, by_path: dict[str, Document]) -> None:
    for path, document in by_path.items():
        neighbours = document.data.get("not_this") if isinstance(document.data, dict) and _intent_of(path) else None
        for neighbour in neighbours if isinstance(neighbours, dict) else ():
            if neighbour not in ids:
                document.report(("not_this", neighbour), f"no procedure `{neighbour}`", nearest(neighbour, ids))
    first: dict[str, Phrase] = {}
    for phrase in intents.phrases:
        known = first.setdefault(phrase.text.casefold(), phrase)
        if known.means != phrase.means:
            _report_shared(by_path, phrase, known.means)


def _report_shared(by_path: dict[str, Document], phrase: Phrase, other: str) -> None:
    document = by_path.get(f"intents/{phrase.means}.yaml")
    if document and isinstance(document.data, dict):
        lines = document.data.get(phrase.language.value) or []
        n = next((n for n, line in enumerate(lines) if line.startswith(phrase.text)), 0)
        what = f"the phrase `{phrase.text[:60]}` stands under `{other}` too"
        document.report((phrase.language.value, n), what, "keep it where an officer would put it")


def _check_ward(document: Document, wards: set[int]) -> None:
    code = document.data.get("ward_code") if isinstance(document.data, dict) else None
    if isinstance(code, str) and code.isdigit() and int(code) not in wards:
        document.report(("ward_code",), f"no commune has the code {code}", "use the national ward code of today")
