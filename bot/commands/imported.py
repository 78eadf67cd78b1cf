"""What an import found, for a maintainer's eyes."""

import textwrap
from collections import Counter

from bot.content.findings import told
from bot.content.office_files import Change
from bot.content.office_table import Table
from bot.content.portal import Compared, Difference, Import
from bot.content.portal_list import PortalList
from bot.content.schema import Language
from bot.content.second_tier import Level

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
    levels = Counter(level for one in found.procedures for level in one.levels)
    counts = ", ".join(f"{levels[level]} at the level {level}" for level in Level)
    return (
        f"{len(found.procedures)} procedures ({counts}), {len(found.details)} of them with papers; "
        "`python main.py check` looks at them."
    )


def tell_offices(table: Table, found: list[Change], language: Language) -> str:
    """What each commune's file will say otherwise, then the counts."""
    parts = ["\n".join([f"{one.commune.name}, {one.commune.province} ({one.path.name})", *one.lines]) for one in found]
    counts = told("offices_counts", read=len(table.rows), left_out=len(table.problems), empty=table.empty,
                  communes=len(found))  # fmt: skip
    return "\n\n".join([*parts, counts.told(language)])
