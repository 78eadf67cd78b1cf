"""Records of the national public-service portal beside our entries: what differs, as a proposal. Nothing is changed."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from rapidfuzz import fuzz

from bot.content.private import write_privately
from bot.content.schema import Code, Procedure, Unit
from bot.understanding.fold import fold

SAME_PAPER = 76  # token_set_ratio of folded names
FREE = "mien"
MONEY = re.compile(r"(\d[\d.,]*)\s*(?:viet nam dong|vnd|dong|d\b)")
TIME = re.compile(r"(\d+)\s*(gio|ngay lam viec|ngay|thang)")
UNITS = {"gio": Unit.HOUR, "ngay lam viec": Unit.WORKING_DAY, "ngay": Unit.DAY, "thang": Unit.MONTH}
LAW = re.compile(r"\d+/\d{4}/[\w-]+")
GROUP_AND_COUNT = re.compile(r"^\[[^\]]*\]\s*-?\s*|\s*\u2014\s*\d+\s.*$")  # `[to be handed in] … — 1 original`


class PortalRecord(BaseModel):
    """One line of the file: as the portal says it. An empty fee or a limit without unit is unknown, never free."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: Annotated[str, StringConstraints(pattern=r"^\d\.\d{6}$")]
    name: str
    documents: tuple[str, ...] = ()
    time_limit: str | None = None
    time_unit_missing: bool = False
    fee: str | None = None
    fee_uncertain: bool = False
    legal_basis: tuple[str, ...] = ()
    detail_url: str | None = None
    source_date: str = ""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing of an entry: what stands here and what on the portal; `note` says how far to trust the latter."""

    about: str
    here: tuple[str, ...] = ()
    portal: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Compared:
    entry: Procedure
    record: PortalRecord
    differences: tuple[Difference, ...]


@dataclass
class Import:
    """All that a file held: entries compared, lines that could not be read, records of no entry."""

    compared: list[Compared] = field(default_factory=list)
    bad_lines: list[str] = field(default_factory=list)
    of_no_entry: int = 0


def read_records(lines: Iterable[bytes], procedures: dict[str, Procedure], today: dt.date) -> Import:
    """Compare every line; a bad one is noted by its number and the rest goes on."""
    found = Import()
    by_code = _by_code(procedures, today)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = PortalRecord.model_validate_json(line.removeprefix(b"\xef\xbb\xbf"))
        except ValidationError as error:
            found.bad_lines.append(f"line {number}: {_reason(error)}")
            continue
        entries = by_code.get(record.code, [])
        found.of_no_entry += not entries
        found.compared += [Compared(entry=e, record=record, differences=tuple(_compare(e, record))) for e in entries]
    return found


def _by_code(procedures: dict[str, Procedure], today: dt.date) -> dict[str, list[Procedure]]:
    found: dict[str, list[Procedure]] = {}
    for entry in procedures.values():
        for code in {code.code for code in entry.codes if _in_use(code, today)}:
            found.setdefault(code, []).append(entry)
    return found


def _in_use(code: Code, today: dt.date) -> bool:
    return code.until is None or today <= code.until


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"`{where}`: {first['msg']}" if where else first["msg"].partition(":")[0]


def _compare(entry: Procedure, record: PortalRecord) -> Iterator[Difference]:
    yield from _papers(entry, record)
    yield from _fees(entry, record)
    yield from _times(entry, record)
    yield from _laws(entry, record)


def _papers(entry: Procedure, record: PortalRecord) -> Iterator[Difference]:
    documents = {GROUP_AND_COUNT.sub("", text).strip(): fold(text) for text in record.documents}
    names = {paper.id: _core(paper.name.vi) for paper in entry.papers}
    told = [*names.values(), *(fold(fact.text.vi) for fact in (*entry.not_required, *entry.pitfalls))]
    new = [text for text, folded in documents.items() if not _among(folded, told)]
    gone = [name for name, folded in names.items() if not _among(folded, documents.values())]
    if new or (gone and documents):
        yield Difference(about="papers", here=tuple(gone), portal=tuple(new), note="compared by their words")


def _core(name: str) -> str:
    """What a paper is called, without what is added in brackets or after a comma."""
    return re.split(r"[(,;]", fold(name))[0].strip() or fold(name)


def _among(folded: str, others: Iterable[str]) -> bool:
    return any(fuzz.token_set_ratio(folded, other) >= SAME_PAPER for other in others)


def _fees(entry: Procedure, record: PortalRecord) -> Iterator[Difference]:
    here = {amount for fee in entry.fees for amount in (fee.amount, fee.to_amount) if amount is not None}
    portal = _amounts(record.fee or "")
    if portal and portal != here:
        uncertain = "the portal's own note contradicts this fee: use another source" if record.fee_uncertain else ""
        province = "here the province sets it" if any(fee.by_province for fee in entry.fees) else ""
        note = "; ".join(filter(None, (uncertain, province)))
        yield Difference(about="fee", here=_numbers(here), portal=_numbers(portal), note=note)


def _amounts(text: str) -> set[int]:
    folded = fold(text)
    found = {int(re.sub(r"[.,]", "", match[1])) for match in MONEY.finditer(folded)}
    return found | ({0} if FREE in folded else set())


def _numbers(amounts: Iterable[int]) -> tuple[str, ...]:
    return tuple(f"{amount:,}" for amount in sorted(amounts))


def _times(entry: Procedure, record: PortalRecord) -> Iterator[Difference]:
    here = {(n, t.unit) for t in entry.times if t.unit for n in (t.amount, t.to_amount) if n is not None}
    if record.time_unit_missing:
        note = "the portal's unit is lost: use another source"
        yield Difference(about="time", here=_limits(here), portal=(record.time_limit or "?",), note=note)
        return
    portal = {(int(match[1]), UNITS[match[2]]) for match in TIME.finditer(fold(record.time_limit or ""))}
    if portal - here:
        yield Difference(about="time", here=_limits(here), portal=_limits(portal))


def _limits(limits: Iterable[tuple[int, Unit]]) -> tuple[str, ...]:
    return tuple(f"{amount} {unit}" for amount, unit in sorted(limits, key=str))


def _laws(entry: Procedure, record: PortalRecord) -> Iterator[Difference]:
    here = {number for law in entry.legal for number in LAW.findall(law.number or "")}
    portal = {number for text in record.legal_basis for number in LAW.findall(text)}
    if portal and portal != here:
        note = "the portal may still name what has been repealed"
        yield Difference(about="law", here=tuple(sorted(here - portal)), portal=tuple(sorted(portal - here)), note=note)


def write_proposal(compared: Compared, day: dt.date, folder: Path) -> Path:
    """One file an entry and code; the same import on the same day writes the same file. Raises OSError."""
    record = compared.record
    content = {
        "entry": compared.entry.id,
        "code": record.code,
        "portal": {"name": record.name, "link": record.detail_url, "as_of": record.source_date},
        "differences": [
            {"about": one.about, "only_here": list(one.here), "only_on_the_portal": list(one.portal), "note": one.note}
            for one in compared.differences
        ],
        "add_to_sources": {f"cong-{day:%Y-%m}": _source(record, day)},
    }
    path = folder / f"{day}-portal-{compared.entry.id}-{record.code}.yaml"
    head = "# What the portal says otherwise than the entry; to be reviewed, nothing has been changed.\n"
    write_privately(path, head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110))
    return path


def _source(record: PortalRecord, day: dt.date) -> dict[str, str]:
    read = (re.findall(r"\d{4}-\d\d-\d\d", record.source_date) or [day.isoformat()])[-1]
    source = {"what": f"dichvucong.gov.vn, {record.code}", "read": read}
    return source | ({"link": record.detail_url} if record.detail_url else {})
