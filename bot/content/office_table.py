"""Offices from a spreadsheet: every line read alone, every bad one named, the good ones kept.

Pure but for the text it is given. A heading may stand in any of our languages or be the field's name in the schema.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from bot.content.catalog import Catalogs
from bot.content.communes import Commune
from bot.content.findings import Refusal
from bot.content.read import Problem
from bot.content.schema import Counter, CounterFacts, Office
from bot.content.weekdays import DAYS, joined, weekday
from bot.understanding.fold import fold

HEADINGS = {
    "ward_code": "office_table.ward_code",
    "commune": "office_table.commune",
    "kind": "office_table.kind",
    "name": "office_table.name",
    "address": "office_table.address",
    "names_before": "office_table.names_before",
    "phone": "office_table.phone",
    "hours": "office_table.hours",
    "map": "office_table.map",
    "note": "office_table.note",
    "source": "office_table.source",
    "read": "office_table.read",
    "confidence": "office_table.confidence",
}
KINDS = (Counter.SERVICE_CENTRE, Counter.COMMUNE_POLICE, Counter.PEOPLE_COMMITTEE, Counter.MILITARY_COMMAND)
KNOWN = ("address", "phone", "hours", "map", "note")  # a line without any of these says nothing
YES = frozenset(["true", "x", "1", "co", "yes", "ya"])
CERTAINTY = {"high": "high", "cao": "high", "medium": "medium", "vua": "medium", "": "medium"}
SPAN = re.compile(r"(\d{1,2})(?:[:hg](\d{2})?)\s*[-–]\s*(\d{1,2})(?:[:hg](\d{2})?)")
DAY_FIRST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
WORDS = re.compile(r"[^\W_]+")
COMMENT = "#"

type Naming = Callable[[str], int | None]  # a commune's name → its code, where it is certain


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line that says something of an office."""

    line: int
    ward_code: int
    office: Office


@dataclass(frozen=True, kw_only=True)
class Table:
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    empty: int = 0  # lines that say nothing yet


class NotATable(Refusal):
    """Nothing of the file can be used."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """What is needed to read a line."""

    headings: Mapping[str, str]  # folded → field
    kinds: Mapping[str, Counter]  # folded → kind
    communes: Mapping[int, Commune]
    known: Mapping[int, tuple[Office, ...]]
    named: Naming
    given: Mapping[str, str] = field(default_factory=dict)  # what holds for every line that does not say it


class _Wrong(Refusal):
    """A line cannot be used."""


def headings(catalogs: Catalogs) -> dict[str, str]:
    """Every way to head a column, folded."""
    said = {_plain(catalog.say(key)): name for catalog in catalogs.values() for name, key in HEADINGS.items()}
    return said | {_plain(name): name for name in HEADINGS}


def kinds(counters: Mapping[Counter, CounterFacts]) -> dict[str, Counter]:
    """Every way to name a kind of office, folded: its name without the commune's."""
    named = {_plain(counters[kind].name.vi.format(commune="", province="")): kind for kind in KINDS}
    return named | {_plain(kind.value): kind for kind in KINDS}


def _plain(text: str) -> str:
    return " ".join(map(fold, WORDS.findall(text.replace("_", " "))))


def decode(raw: bytes) -> str:
    """The text of a file as spreadsheets save it. Raises NotATable."""
    for encoding in ("utf-8-sig", "utf-16") if not raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-16",):
        try:
            return raw.decode(encoding)
        except UnicodeError:
            continue
    raise NotATable("not_text")


def read_table(path: str, text: str, reader: Reader, progress: Callable[[float], None] = lambda _: None) -> Table:
    """All lines of a file. Raises NotATable."""
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip() and not _is_comment(line)]
    if not lines:
        raise NotATable("table_empty")
    columns, separator = _columns(lines[0][1], reader)
    rows: list[Row] = []
    problems: list[Problem] = []
    for at, (n, line) in enumerate(lines[1:], 1):
        try:
            cells = _cells(line, columns, separator)
            rows += [Row(line=n, ward_code=code, office=office) for code, office in _read(cells, reader)]
        except _Wrong as wrong:
            problems.append(Problem(path, n, wrong.said))
        progress(at / (len(lines) - 1))
    return Table(rows=tuple(rows), problems=tuple(problems), empty=len(lines) - 1 - len(rows) - len(problems))


def _is_comment(line: str) -> bool:
    return line.lstrip(' "').startswith(COMMENT)


def _columns(line: str, reader: Reader) -> tuple[list[str], str]:
    """The field of each column, and what separates them. Raises NotATable."""
    separator = max(",;\t", key=line.count)
    written = next(csv.reader([line], delimiter=separator))
    columns = [reader.headings.get(_plain(heading), "") for heading in written]
    unknown = [heading for heading, name in zip(written, columns, strict=True) if heading.strip() and not name]
    if unknown:
        raise NotATable("no_column", heading=unknown[0])
    missing = [name for name in ("kind",) if name not in columns]
    missing += [] if {"ward_code", "commune"} & {*columns} else ["ward_code"]
    missing += [name for name in ("source", "read") if name not in columns and not reader.given.get(name)]
    if missing:
        raise NotATable("column_missing", name=missing[0])
    return columns, separator


def _cells(line: str, columns: list[str], separator: str) -> dict[str, str]:
    written = next(csv.reader([line], delimiter=separator), [])
    if len(written) > len(columns) and any(written[len(columns) :]):
        raise _Wrong("cells", count=len(written), columns=len(columns))
    return {name: cell.strip() for name, cell in zip(columns, written, strict=False) if name}


def _read(cells: dict[str, str], reader: Reader) -> Iterator[tuple[int, Office]]:
    """The office of a line, none where it says nothing. Raises _Wrong."""
    if not any(cells.get(name) for name in KNOWN):
        return
    code = _commune(cells, reader)
    kind = reader.kinds.get(_plain(cells.get("kind", "")))
    if kind is None:
        raise _Wrong("no_kind", written=cells.get("kind", ""), kinds=", ".join(KINDS))
    certain = CERTAINTY.get(fold(cells.get("confidence", "")))
    if certain is None:
        raise _Wrong("no_confidence", written=cells["confidence"])
    said: dict[str, object] = {name: cells.get(name) or None for name in ("name", *KNOWN)}
    said |= {"kind": kind, "names_before": fold(cells.get("names_before", "")) in YES}
    said["hours"] = tuple(_hours(cells.get("hours", "")))
    if any(_is(office, said) for office in reader.known.get(code, ())):
        return
    source, day = (cells.get(name) or reader.given.get(name) for name in ("source", "read"))
    yield code, _checked(said | {"source": source, "read": _iso(day or ""), "confidence": certain})


def _is(office: Office, said: Mapping[str, object]) -> bool:
    """Whether a line says of an office what is known already."""
    known = office.model_dump(include={*said})
    known["hours"] = tuple({"days": list(one.days), "spans": list(one.spans)} for one in office.hours)
    return known == said


def _iso(day: str) -> str:
    """`28/11/2026` as the schema has it."""
    written = DAY_FIRST.fullmatch(day)
    return f"{written[3]}-{int(written[2]):02}-{int(written[1]):02}" if written else day


def _checked(data: dict[str, object]) -> Office:
    for name in ("source", "read", "name"):
        if not data[name]:
            raise _Wrong("cell_empty", name=name)
    try:
        return Office.model_validate({name: value for name, value in data.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        where = first["loc"][0] if first["loc"] else "line"
        raise _Wrong("cell_wrong", name=where, written=first["input"]) from None


def _commune(cells: dict[str, str], reader: Reader) -> int:
    """By its code, by its name, or by both where they agree. Raises _Wrong."""
    written, name = cells.get("ward_code", ""), cells.get("commune", "")
    code = int(written) if written.isascii() and written.isdigit() and len(written) <= len("99999") else None
    if written and code not in reader.communes:
        raise _Wrong("no_ward_today", written=written)
    named = reader.named(name) if name else None
    if code is None and named is None:
        raise _Wrong("ward_unsure", name=name)
    if code is not None and name and named != code:
        raise _Wrong("ward_differs", code=written, known=reader.communes[code].name, name=name)
    return code if code is not None else named or 0


def _hours(text: str) -> list[dict[str, object]]:
    """`T2-T6 07:30-11:30 13:00-17:00; T7 07:30-11:30`. Raises _Wrong."""
    return [_span(part) for part in text.split(";") if part.strip()]


def _span(text: str) -> dict[str, object]:
    spans = [(_clock(h, m), _clock(to, tm)) for h, m, to, tm in SPAN.findall(text)]
    days = list(_days(SPAN.sub(" ", text)))
    if not spans or not days:
        raise _Wrong("hours_unread", written=text.strip())
    return {"days": days, "spans": spans}


def _clock(hour: str, minute: str) -> str:
    return f"{int(hour):02}:{minute or '00'}"


def _days(text: str) -> Iterator[str]:
    for part in re.sub(r"\s*[-–]\s*", "-", joined(text)).split():
        begins, _, ends = part.partition("-")
        first, last = weekday(begins), weekday(ends or begins)
        if first is None or last is None:
            raise _Wrong("no_weekday", written=part)
        yield from _between(first, last)


def _between(first: str, last: str) -> Iterable[str]:
    return DAYS[DAYS.index(first) : DAYS.index(last) + 1]
