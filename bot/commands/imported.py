"""What an import found, for a maintainer's eyes."""

import datetime as dt
import textwrap
from collections import Counter as Counts
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.content.catalog import Catalog
from bot.content.findings import told
from bot.content.office_files import Change
from bot.content.office_table import HEADINGS, Table, kind_in
from bot.content.portal import Compared, Difference, Import
from bot.content.portal_list import PortalList
from bot.content.schema import Counter, CounterFacts, Hours, Language
from bot.content.second_tier import Level
from bot.conversation.citizen.offices import hours_said

WIDTH = 110


def tell(found: Import) -> str:
    """Every entry that differs, then the counts."""
    parts = [_entry(one) for one in found.compared if one.differences]
    same = len(found.compared) - len(parts)
    counts = f"{len(parts)} entries differ, {same} agree; {found.of_no_entry} records concern no entry."
    return "\n\n".join([*parts, counts])


def _entry(compared: Compared) -> str:
    record = compared.record
    head = f"{compared.entry.id} ({record.code}; portal as of {record.source_date or '?'})"
    return "\n".join([head, *(line for one in compared.differences for line in _difference(one))])


def _difference(one: Difference) -> list[str]:
    lines = [f"  {one.about}" + (f" ({one.note})" if one.note else "")]
    lines += [_line("-", text) for text in one.here]
    return lines + [_line("+", text) for text in one.portal]


def _line(sign: str, text: str) -> str:
    return f"    {sign} {textwrap.shorten(text, WIDTH, placeholder=' …')}"


def tell_names(found: PortalList) -> str:
    """What stands in `knowledge/portal/` now."""
    levels = Counts(level for one in found.procedures for level in one.levels)
    counts = ", ".join(f"{levels[level]} at the level {level}" for level in Level)
    return (
        f"{len(found.procedures)} procedures ({counts}), {len(found.details)} of them with papers; "
        "`python main.py check` looks at them."
    )


@dataclass(frozen=True, kw_only=True)
class Naming:
    """How fields and kinds of offices are called in the table and by people."""

    catalog: Catalog
    counters: Mapping[Counter, CounterFacts]
    language: Language

    def value(self, name: str, value: object) -> str:
        if name == "confidence" and value:
            return self.catalog.say(f"office_table.{value}")
        match value:
            case None | False | ():
                return ""
            case True:
                return "x"
            case dt.date():
                return f"{value:%d/%m/%Y}"
            case tuple():
                return hours_said(self.catalog, (one for one in value if isinstance(one, Hours)))
        return str(value)

    def field(self, name: str) -> str:
        return self.catalog.say(HEADINGS[name])


def tell_offices(table: Table, found: list[Change], naming: Naming) -> str:
    """What each commune's file will say otherwise, then the counts."""
    parts = ["\n".join([f"{one.commune.name}, {one.commune.province} ({one.path.name})", *_offices(one, naming)])
             for one in found]  # fmt: skip
    counts = told("offices_counts", read=len(table.rows), left_out=len(table.problems), empty=table.empty,
                  communes=len(found))  # fmt: skip
    return "\n\n".join([*parts, counts.told(naming.language)])


def _offices(change: Change, naming: Naming) -> Iterator[str]:
    for one in change.offices:
        kind = kind_in(naming.counters[one.office.kind], naming.language)
        yield f"{'+' if one.new else ' '} {kind}: {one.office.name}"
        for name, before, after in one.differs:
            new, old = (naming.value(name, value) or "–" for value in (after, before))
            yield f"    {naming.field(name)}: {new if one.new else f'{old} → {new}'}"
