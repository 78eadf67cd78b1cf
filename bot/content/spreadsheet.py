"""A table as spreadsheets save it: its letters, whatever they are written in, and its lines, each by itself. Pure."""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.content.findings import Refusal

SEPARATORS = ";\t,|"
TITLES = 10  # lines that may stand above the headings
MOST_LINES = 20  # of one cell; a quotation mark that stays open longer is a slip
LONGEST = 20_000  # characters of one line
COMMENT = "#"

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods, .xls
_ERRORS = re.compile(r"#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|#+)")
_SEP = re.compile(r'\s*"?sep=(.)"?\s*[;,\t|]*', re.IGNORECASE)
_FORMULA = re.compile(r'=?"(.*)"|\'(.+)', re.DOTALL)  # how people make Excel keep `00008`
_LOST = re.compile(r"(?<=[^\W\d_])\?+(?=[^\W\d_])|\?\?|\ufffd")


type Letters = Callable[[bytes], str]


class NotATable(Refusal):
    """Nothing of the file can be used."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A line of the table. `line`: where it begins in the file; not `whole`: a quotation mark in it stays open."""

    line: int
    cells: tuple[str, ...]
    whole: bool = True


@dataclass(frozen=True, kw_only=True)
class Sheet:
    headings: Record
    rows: tuple[Record, ...]


def read_sheet(raw: bytes, knows: Callable[[str], bool], letters: Letters) -> Sheet:
    """The lines under the headings. `knows`: whether a heading is one of ours. Raises NotATable."""
    text = decode(raw, letters)
    lines = re.split(r"\r\n|\r|\n", text)
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise NotATable("table_empty")
    told = _SEP.fullmatch(lines[first])
    begin = first + 1 if told else first

    def of(separator: str) -> Iterator[Record]:
        return (one for one in _records(lines, begin, separator) if not _says_nothing(one))

    def ours(separator: str) -> int:
        return max((_known(one, knows) for one in islice(of(separator), TITLES)), default=0)

    records = list(of(max(told[1] if told else SEPARATORS, key=ours)))
    if not records:
        raise NotATable("table_empty")
    at = max(range(len(records[:TITLES])), key=lambda n: _known(records[n], knows))
    return Sheet(headings=records[at], rows=tuple(records[at + 1 :]))


def _known(record: Record, knows: Callable[[str], bool]) -> int:
    return sum(map(knows, record.cells))


def _says_nothing(record: Record) -> bool:
    first = next((cell for cell in record.cells if cell.strip()), "").lstrip(' "')
    return not first or (first.startswith(COMMENT) and not _ERRORS.match(first))


# Letters


def decode(raw: bytes, letters: Letters) -> str:
    """The text of a file in Unicode, whatever it was written in. `letters`: of bytes from before. Raises NotATable."""
    if raw.startswith(_WORKBOOKS):
        raise NotATable("is_workbook")
    return unicodedata.normalize("NFC", _decoded(raw, letters)).removeprefix("\ufeff")


def _decoded(raw: bytes, letters: Letters) -> str:
    wide = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else _wide(raw)
    if wide:
        return _strictly(raw, wide)
    if b"\0" in raw:
        raise NotATable("not_text")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeError:
        damaged = raw.decode("utf-8-sig", "replace")
    if len(re.findall(r"[^\x00-\x7f\ufffd]", damaged)) > 3 * damaged.count("\ufffd"):
        return damaged  # all but some bytes are right: the lines of those are named
    return letters(raw)


def _wide(raw: bytes) -> str:
    """UTF-16 without its mark: every other byte of what we write most is zero."""
    start = raw[:400]
    zeros = (start[0::2].count(0), start[1::2].count(0))
    if max(zeros) * 4 < len(start) // 2 or not min(zeros) * 4 < max(zeros):
        return ""
    return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"


def _strictly(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeError:
        raise NotATable("not_text") from None


def is_lost(cell: str) -> bool:
    """Whether letters of it became question marks, as they do where a table is saved without Unicode."""
    return _LOST.search(cell) is not None


def is_error(cell: str) -> bool:
    """Whether a formula of the table failed."""
    return _ERRORS.fullmatch(cell) is not None


# Lines


def _records(lines: Sequence[str], begin: int, separator: str) -> Iterator[Record]:
    n = begin
    while n < len(lines):
        last = _end(lines, n, separator)
        if last is None:
            yield Record(line=n + 1, cells=tuple(lines[n].split(separator)), whole=False)
            n += 1
            continue
        if any(line.strip() for line in lines[n : last + 1]):
            yield _record(n + 1, "\n".join(lines[n : last + 1]), separator)
        n = last + 1


def _record(line: int, text: str, separator: str) -> Record:
    if len(text) > LONGEST:
        return Record(line=line, cells=tuple(text[:LONGEST].split(separator)), whole=False)
    try:
        cells = next(csv.reader([text], delimiter=separator), [])
    except csv.Error:
        return Record(line=line, cells=tuple(text.split(separator)), whole=False)
    return Record(line=line, cells=tuple(_cell(cell) for cell in cells))


def _cell(cell: str) -> str:
    written = _FORMULA.fullmatch(cell.strip())
    return (written[1] or written[2] or "").strip() if written else cell.strip()


def _end(lines: Sequence[str], n: int, separator: str) -> int | None:
    """The line on which the record of line `n` ends; None where a quotation mark is never closed."""
    inside = False
    for at in range(n, min(n + MOST_LINES, len(lines))):
        if len(lines[at]) > LONGEST:
            return None if inside else at
        inside = _inside_after(lines[at], separator, inside=inside)
        if not inside:
            return at
    return None


def _inside_after(line: str, separator: str, *, inside: bool) -> bool:
    """Whether a cell in quotation marks goes on behind the line. They count where a cell begins, and in such a cell."""
    if '"' not in line:
        return inside
    begins, at = not inside, 0
    while at < len(line):
        letter = line[at]
        if inside:
            if letter == '"' and line[at + 1 : at + 2] == '"':
                at += 1
            elif letter == '"':
                inside = begins = False
        elif letter == '"' and begins:
            inside = True
        else:
            begins = letter == separator
        at += 1
    return inside
