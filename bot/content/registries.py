"""The registries that many entries share: legal instruments, waivers of fees, answers that hold in many entries."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from bot.content.answers import Openings, check_answer
from bot.content.check import FACT_LISTS
from bot.content.read import Document, Weight, nearest
from bot.content.schema import Answer, Fact, Instrument, Law, Procedure, Shared, Source, Waiver
from bot.content.shape import Loc

ENDS_SOON = dt.timedelta(days=90)
LAWS = "knowledge/laws.yaml"
WAIVERS = "knowledge/waivers.yaml"
ANSWERS = "knowledge/answers.yaml"


@dataclass(frozen=True, kw_only=True)
class Registries:
    laws: dict[str, Instrument] = field(default_factory=dict)
    waivers: dict[str, Waiver] = field(default_factory=dict)
    shared: Shared = field(default_factory=Shared)

    def answers(self, entry: Procedure) -> tuple[Answer, ...]:
        """The shared answers that an entry uses."""
        used = {*entry.shared, *self.shared.everywhere}
        return tuple(one for one in self.shared.answers if one.id in used)


def resting_on_law(entry: Procedure, laws: dict[str, Instrument]) -> Procedure:
    """The entry with its instruments by name, and every fact ending on the day its last source of law ends."""
    entry = entry.model_copy(update={"legal": tuple(_named(law, laws) for law in entry.legal)})
    ends = _ends(entry.sources, laws)
    if not ends:
        return entry
    changed = {name: tuple(_ending(fact, ends) for fact in getattr(entry, name)) for name in FACT_LISTS}
    return entry.model_copy(update=changed)


def _named(law: Law, laws: dict[str, Instrument]) -> Law:
    """With the number of the instrument that it names."""
    known = laws.get(law.law or "")
    return law.model_copy(update={"number": known.title}) if known else law


def shared_resting_on_law(shared: Shared, laws: dict[str, Instrument]) -> Shared:
    ends = _ends(shared.sources, laws)
    return shared.model_copy(update={"answers": tuple(_ending(one, ends) for one in shared.answers)})


def _ends(sources: dict[str, Source], laws: dict[str, Instrument]) -> dict[str, dt.date]:
    """The sources that are instruments with an end, and that day."""
    found = {name: laws.get(source.law or "") for name, source in sources.items()}
    return {name: law.until for name, law in found.items() if law and law.until}


def _ending[F: Fact](fact: F, ends: dict[str, dt.date]) -> F:
    if not fact.source or not all(name in ends for name in fact.source):
        return fact
    until = max(ends[name] for name in fact.source)
    if fact.until and fact.until <= until:
        return fact
    return fact.model_copy(update={"until": until})


def check_registries(
    registries: Registries, entries: dict[str, Procedure], documents: list[Document], openings: Openings
) -> None:
    """Names that lead nowhere: of laws, waivers and shared answers."""
    by_path = {document.path: document for document in documents}
    ids = {one.id: one for one in registries.shared.answers}
    laws, shared = _read(registries.laws, LAWS, by_path), _read(ids, ANSWERS, by_path)
    waivers = _read(registries.waivers, WAIVERS, by_path)
    for entry in entries.values():
        document = by_path[f"knowledge/procedures/{entry.id}.yaml"]
        _check_sources(entry.sources, laws, document)
        for loc, law in _laws_named(entry):
            _known(law, laws, document, loc, LAWS)
        for n, fee in enumerate(entry.fees):
            for name in fee.waivers:
                _known(name, waivers, document, ("fees", n, "waivers"), WAIVERS)
        for n, answer in enumerate(entry.answers):
            if answer.id in ids:
                place = f"{ANSWERS}:{by_path[ANSWERS].line(('answers', [*ids].index(answer.id)))}"
                document.report(("answers", n, "id"), "shared_id", name=answer.id, place=place)
        for name in entry.shared:
            _known(name, shared, document, ("shared",), ANSWERS)
    _check_own(registries, by_path, openings)


def _read(known: Collection[str], path: str, by_path: Mapping[str, Document]) -> Collection[str] | None:
    """The names of a registry, none where its file has mistakes that kept all of it from being read."""
    unread = not known and path in by_path and by_path[path].problems
    return None if unread else known


def _laws_named(entry: Procedure) -> Iterator[tuple[Loc, str]]:
    return ((("legal", n, "law"), law.law) for n, law in enumerate(entry.legal) if law.law)


def _check_sources(sources: dict[str, Source], laws: Collection[str] | None, document: Document) -> None:
    for name, source in sources.items():
        if source.law:
            _known(source.law, laws, document, ("sources", name, "law"), LAWS)


def _known(
    name: str,
    known: Collection[str] | None,
    document: Document,
    loc: Loc,
    path: str,
) -> None:
    """`known`: none where its own file could not be read, which is told there, and not by each that names it."""
    if known is not None and name not in known:
        document.report(loc, "not_there", name=name, path=path, near=nearest(name, list(known)))


def _check_own(registries: Registries, by_path: dict[str, Document], openings: Openings) -> None:
    laws, waivers, answers = (by_path.get(path) for path in (LAWS, WAIVERS, ANSWERS))
    known = _read(registries.laws, LAWS, by_path)
    for name, law in registries.laws.items() if laws else ():
        for other in (*law.replaced_by, *law.amended_by):
            _known(other, known, laws, (name,), LAWS)  # type: ignore[arg-type]
    for name, waiver in registries.waivers.items() if waivers else ():
        _known(waiver.law, known, waivers, (name, "law"), LAWS)  # type: ignore[arg-type]
    if answers:
        ids = {one.id: one for one in registries.shared.answers}
        for name in registries.shared.everywhere:
            _known(name, ids, answers, ("everywhere",), ANSWERS)
        _check_sources(registries.shared.sources, known, answers)
        for n, answer in enumerate(registries.shared.answers):
            if any(answer.id == other.id for other in registries.shared.answers[:n]):
                answers.report(("answers", n, "id"), "id_twice", name=answer.id)
            check_answer(answer, ("answers", n), answers, openings)
            for source in answer.source:
                if source not in registries.shared.sources:
                    near = nearest(source, list(registries.shared.sources))
                    answers.report(("answers", n, "source"), "no_source", source=source, near=near)


def warn_of_ends(
    registries: Registries, entries: dict[str, Procedure], documents: list[Document], today: dt.date
) -> None:
    """Every fact that rests on an instrument which ends within 90 days, or has ended."""
    by_path = {document.path: document for document in documents}
    for entry in entries.values():
        document = by_path[f"knowledge/procedures/{entry.id}.yaml"]
        for loc, fact, name in _resting(entry):
            law = registries.laws.get(entry.sources[name].law or "") if name in entry.sources else None
            if law and law.until and law.until <= today + ENDS_SOON and not (fact.until and fact.until < today):
                document.report(loc, "law_ends", Weight.WARNING, law=law.number, day=law.until)


def _resting(entry: Procedure) -> Iterator[tuple[Loc, Fact, str]]:
    for part in FACT_LISTS:
        for n, fact in enumerate(getattr(entry, part)):
            for name in fact.source:
                yield (part, n), fact, name
