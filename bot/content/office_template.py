"""The table of a province's offices to be filled in by those who know them; what is known stands in it."""

import csv
import io
from collections.abc import Iterator, Mapping

from bot.content.catalog import Catalog
from bot.content.communes import Commune
from bot.content.office_files import hours_text
from bot.content.office_table import HEADINGS, KINDS, kind_in
from bot.content.schema import Counter, CounterFacts, Guide, Language, Office
from bot.content.spreadsheet import COMMENT

RECORDS = {"ward_code": "CommuneOffices", "commune": "CommuneOffices"}
TEMPLATE_KINDS = KINDS[:3]


def office_template(
    communes: list[Commune],
    known: Mapping[int, tuple[Office, ...]],
    counters: Mapping[Counter, CounterFacts],
    catalog: Catalog,
    guide: Guide,
    language: Language,
) -> str:
    """A line of advice a column, the headings, then a line an office. `language`: Vietnamese, or else English."""
    written = io.StringIO()
    for line in _advice(catalog, guide, language):
        written.write(f"{COMMENT} {line}\n")
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(catalog.say(key) for key in HEADINGS.values())
    for commune in communes:
        for kind in TEMPLATE_KINDS:
            rows.writerows(_rows(commune, kind, known.get(commune.code, ()), counters, language))
    return written.getvalue()


def _advice(catalog: Catalog, guide: Guide, language: Language) -> Iterator[str]:
    yield catalog.say("office_table.head")
    yield catalog.say("office_table.hours_form")
    for name, key in HEADINGS.items():
        advice = guide.fields[RECORDS.get(name, "Office")][name]
        yield f"{catalog.say(key)}: {advice.vi if language is Language.VI else advice.en}"


def _rows(
    commune: Commune,
    kind: Counter,
    known: tuple[Office, ...],
    counters: Mapping[Counter, CounterFacts],
    language: Language,
) -> Iterator[list[str]]:
    """What is known of a kind of office, else a line to be filled in."""
    names = {"commune": _low(commune.name), "province": _low(commune.province)}
    name = counters[kind].name.vi.format(**names)
    word = kind_in(counters[kind]) if language is Language.VI else kind.value
    first = [f"{commune.code:05}", f"{commune.name}, {commune.province}", word]
    offices = [office for office in known if office.kind is kind]
    for office in offices:
        yield [*first, office.name, *_cells(office)]
    if not offices:
        yield [*first, name, *[""] * 9]


def _cells(office: Office) -> list[str]:
    before = "x" if office.names_before else ""
    hours = "; ".join(map(hours_text, office.hours))
    read = office.read.isoformat() if office.read else ""
    return [
        office.address or "",
        before,
        office.phone or "",
        hours,
        office.map or "",
        office.note or "",
        office.source,
        read,
        office.confidence,
    ]


def _low(name: str) -> str:
    return name[:1].lower() + name[1:]
