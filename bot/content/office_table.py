"""Offices from a spreadsheet: every line read alone, every bad one named, the good ones kept.

Pure but for the text it is given. A heading may stand in any of our languages or be the field's name in the schema.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from pydantic import ValidationError

from bot.content.catalog import Catalogs
from bot.content.communes import Commune
from bot.content.findings import Refusal
from bot.content.opening_hours import by_weekday, read_hours
from bot.content.read import Problem
from bot.content.schema import Counter, CounterFacts, Hours, Language, Office
from bot.content.spreadsheet import Letters, NotATable, Record, is_error, is_lost, read_sheet
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
OF_COMMUNES = ("", "xa", "phuong", "xa phuong", "dac khu")  # folded, behind the name of a kind
PASSED_OVER = "office_table.passed_over"
KINDS = (Counter.SERVICE_CENTRE, Counter.COMMUNE_POLICE, Counter.PEOPLE_COMMITTEE, Counter.MILITARY_COMMAND)
KNOWN = ("address", "phone", "hours", "map", "note")  # a line without any of these says nothing
YES = frozenset(["true", "x", "1", "co", "yes", "ya"])
CERTAINTY = {"high": "high", "cao": "high", "medium": "medium", "vua": "medium", "": "medium"}
IN_WORDS = ("commune", "kind", "name", "address", "note", "source")  # a link may have question marks
DAY_FIRST = re.compile(r"\D{0,6}(\d{1,2})\D{1,7}(\d{1,2})\D{1,6}(\d{4})")
TIME_OF_DAY = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2})?(\.0+)?$")
SERIAL = re.compile(r"[45][0-9]{4}(\.0+)?")
EXCEL_BEGINS = dt.date(1899, 12, 30)
ROUNDED = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
WITHOUT_ZERO = re.compile(r"(?!1[89]00)[1-9]\d{8,9}")
WORDS = re.compile(r"[^\W_]+")
MOST_SHOWN = 60  # characters of a cell that cannot be read

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


@dataclass(frozen=True, kw_only=True)
class Reader:
    """What is needed to read a line."""

    headings: Mapping[str, str]  # folded → field
    kinds: Mapping[str, Counter]  # folded → kind
    kind_names: tuple[str, ...]  # what to write instead of what is none
    communes: Mapping[int, Commune]
    known: Mapping[int, tuple[Office, ...]]
    named: Naming
    letters: Letters  # of bytes that are no Unicode
    today: dt.date | None = None  # no line was read later
    passed_over: frozenset[str] = frozenset([""])  # folded headings of columns that nobody needs
    given: Mapping[str, str] = field(default_factory=dict)  # what holds for every line that does not say it


class _Wrong(Refusal):
    """A line cannot be used."""


def headings(catalogs: Catalogs) -> dict[str, str]:
    """Every way to head a column, folded."""
    said = {_plain(catalog.say(key)): name for catalog in catalogs.values() for name, key in HEADINGS.items()}
    return said | {_plain(name): name for name in HEADINGS}


def passed_over(catalogs: Catalogs) -> frozenset[str]:
    """Headings of columns that lists have and we do not need, folded."""
    return frozenset(["", *(_plain(one) for kind in catalogs.values() for one in kind.say(PASSED_OVER).split("|"))])


def kinds(counters: Mapping[Counter, CounterFacts]) -> dict[str, Counter]:
    """Every way to name a kind of office, folded: its name without the commune's, or with a kind of commune."""
    called = {f"{kind_in(counters[kind])} {of}": kind for kind in KINDS for of in OF_COMMUNES}
    called |= {kind_in(counters[kind], Language.EN): kind for kind in KINDS} | {kind.value: kind for kind in KINDS}
    return {_plain(name): kind for name, kind in called.items()}


def kind_names(counters: Mapping[Counter, CounterFacts], language: Language) -> tuple[str, ...]:
    return tuple(kind_in(counters[kind], language) for kind in KINDS)


def kind_in(facts: CounterFacts, language: Language = Language.VI) -> str:
    """What a kind of office is called where no commune is meant."""
    return facts.name.of(language).format(commune="", province="").strip().removesuffix(" of")


def _plain(text: str) -> str:
    return " ".join(map(fold, WORDS.findall(text.replace("_", " "))))


def read_table(path: str, raw: bytes, reader: Reader, progress: Callable[[float], None] = lambda _: None) -> Table:
    """All lines of a file. Raises NotATable."""
    sheet = read_sheet(raw, lambda heading: _plain(heading) in reader.headings, reader.letters)
    columns = _columns(sheet.headings, reader)
    rows: list[Row] = []
    problems: list[Problem] = []
    for at, record in enumerate(sheet.rows, 1):
        try:
            cells = _cells(record, columns)
            rows += [Row(line=record.line, ward_code=code, office=office) for code, office in _read(cells, reader)]
        except _Wrong as wrong:
            problems.append(Problem(path, record.line, wrong.said))
        progress(at / len(sheet.rows))
    return Table(rows=tuple(rows), problems=tuple(problems), empty=len(sheet.rows) - len(rows) - len(problems))


def _columns(record: Record, reader: Reader) -> list[str]:
    """The field of each column, empty for those that say nothing to us. Raises NotATable."""
    columns = [reader.headings.get(_plain(heading), "") for heading in record.cells]
    ours = zip(record.cells, columns, strict=True)
    unknown = [heading for heading, name in ours if not name and _plain(heading) not in reader.passed_over]
    if unknown:
        key = "letters_lost" if is_lost(unknown[0]) else "no_column"
        raise NotATable(key, heading=_short(unknown[0]), written=_short(unknown[0]))
    if double := next((name for name in columns if name and columns.count(name) > 1), None):
        raise NotATable("column_twice", name=double)
    missing = [name for name in ("kind",) if name not in columns]
    missing += [] if {"ward_code", "commune"} & {*columns} else ["ward_code"]
    missing += [name for name in ("source", "read") if name not in columns and not reader.given.get(name)]
    if missing:
        raise NotATable("column_missing", name=missing[0])
    return columns


def _cells(record: Record, columns: list[str]) -> dict[str, str]:
    """What stands in each column, on one line but for hours. Raises _Wrong."""
    if not record.whole:
        raise _Wrong("quote_open")
    if any(record.cells[len(columns) :]):
        raise _Wrong("cells", count=len(record.cells), columns=len(columns))
    cells = {name: cell for name, cell in zip(columns, record.cells, strict=False) if name}
    for name, cell in cells.items():
        if is_error(cell):
            raise _Wrong("cell_error", name=name, written=cell)
        if name in IN_WORDS and is_lost(cell):
            raise _Wrong("letters_lost", written=_short(cell))
    return {name: cell if name == "hours" else " ".join(cell.split()) for name, cell in cells.items()}


def _short(text: str) -> str:
    return text if len(text := " ".join(text.split())) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def _read(cells: dict[str, str], reader: Reader) -> Iterator[tuple[int, Office]]:
    """The office of a line, none where it says nothing. Raises _Wrong."""
    if not any(cells.get(name) for name in KNOWN):
        return
    code = _commune(cells, reader)
    kind = reader.kinds.get(_plain(cells.get("kind", "")))
    if kind is None:
        raise _Wrong("no_kind", written=cells.get("kind", ""), kinds=", ".join(f"`{one}`" for one in reader.kind_names))
    certain = CERTAINTY.get(fold(cells.get("confidence", "")))
    if certain is None:
        raise _Wrong("no_confidence", written=cells["confidence"])
    said: dict[str, object] = {name: cells.get(name) or None for name in ("name", *KNOWN)}
    said |= {"kind": kind, "names_before": fold(cells.get("names_before", "")) in YES}
    said |= {"phone": _phone(cells.get("phone") or None), "hours": _hours(cells.get("hours", ""))}
    if any(_is(office, said) for office in reader.known.get(code, ())):
        return
    source, day = (cells.get(name) or reader.given.get(name) for name in ("source", "read"))
    yield code, _checked(said | {"source": source, "read": _day(day or "", reader.today), "confidence": certain})


def _is(office: Office, said: Mapping[str, object]) -> bool:
    """Whether a line says of an office what is known already."""
    known = office.model_dump(include={*said}) | {"hours": by_weekday(office.hours)}
    return known == {**said, "hours": by_weekday(said["hours"])}  # type: ignore[arg-type]


def _day(written: str, today: dt.date | None) -> dt.date | None:
    """None where nothing is written. Raises _Wrong for what is no day, or one that is still to come."""
    if not written:
        return None
    try:
        day = dt.date.fromisoformat(_iso(written))
    except ValueError:
        raise _Wrong("no_day", written=_short(written)) from None
    if today and day > today:
        raise _Wrong("day_ahead", written=_short(written))
    return day


def _iso(day: str) -> str:
    """`28/11/2026`, with a time or without, and the number that Excel has for a day, as the schema has it."""
    if SERIAL.fullmatch(day):
        return f"{EXCEL_BEGINS + dt.timedelta(days=int(day[:5]))}"
    day = TIME_OF_DAY.sub("", day)
    written = DAY_FIRST.fullmatch(day)
    return f"{written[3]}-{int(written[2]):02}-{int(written[1]):02}" if written else day


def _phone(number: str | None) -> str | None:
    """Where Excel took a number for a number, its first 0 is gone. Raises _Wrong where more is."""
    if number and ROUNDED.fullmatch(number):
        raise _Wrong("phone_rounded", written=number)
    return f"0{number}" if number and WITHOUT_ZERO.fullmatch(number) else number


def _checked(data: dict[str, object]) -> Office:
    for name in ("source", "read", "name"):
        if not data[name]:
            raise _Wrong("cell_empty", name=name)
    try:
        return Office.model_validate(
            {name: value for name, value in data.items() if value is not None} | {"read": f"{data['read']}"}
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = first["loc"][0] if first["loc"] else "line"
        raise _Wrong("cell_wrong", name=where, written=_short(str(first["input"]))) from None


def _commune(cells: dict[str, str], reader: Reader) -> int:
    """By its code, by its name, or by both where they agree. Raises _Wrong."""
    written, name = re.sub(r"\.0+$", "", cells.get("ward_code", "")), cells.get("commune", "")
    code = int(written) if written.isascii() and written.isdigit() and len(written) <= len("99999") else None
    if written and code not in reader.communes:
        raise _Wrong("no_ward_today", written=_short(written))
    named = reader.named(name) if name else None
    if code is None and named is None:
        raise _Wrong("ward_unsure", name=_short(name))
    if code is not None and name and named != code:
        raise _Wrong("ward_differs", code=written, known=reader.communes[code].name, name=_short(name))
    return code if code is not None else named or 0


@lru_cache(maxsize=1000)
def _hours(text: str) -> tuple[Hours, ...]:
    """`T2-T6 07:30-11:30 13:00-17:00; T7: nghỉ`; a day must be named. Raises _Wrong."""
    if not text:
        return ()
    found = read_hours(text)
    if found.troubles or found.assumed:
        raise _Wrong("hours_unread", written=_short(next((one.written for one in found.troubles if one.written), text)))
    return found.hours
