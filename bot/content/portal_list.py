"""The portal's list of procedures and its records, as others have written them down → the lines of the second tier.

A bad line is noted by its number and the rest goes on. What the records mark as doubtful is left out: a time whose unit
was lost, every fee.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pydantic import Field, ValidationError

from bot.content.portal import PortalRecord
from bot.content.second_tier import CODE, LINK, Channel, Desk, Details, Level, OnPortal, mark_of
from bot.understanding.fold import fold

COLUMNS = ("code", "name", "level", "field", "agency", "link")
LEVELS = (("cap xa", Level.COMMUNE), ("cap tinh", Level.PROVINCE), ("cap bo", Level.MINISTRY))
# Whose desk it is, by the words of the agency, else of the field; the first that fits.
BY_AGENCY = (
    ("hai quan", Desk.CUSTOMS),
    ("bien phong", Desk.BORDER_GUARD),
    ("kho bac", Desk.TREASURY),
    ("toa an", Desk.COURT),
    ("dang ky dat dai", Desk.LAND_OFFICE),
    ("bao hiem xa hoi", Desk.SOCIAL_INSURANCE),
    ("thue", Desk.TAX),
    ("quan su", Desk.MILITARY),
    ("cong an", Desk.POLICE),
    ("canh sat", Desk.POLICE),
    ("xuat nhap canh", Desk.POLICE),
)
BY_FIELD = (
    ("hai quan", Desk.CUSTOMS),
    ("bien gioi", Desk.BORDER_GUARD),
    ("kho bac", Desk.TREASURY),
    ("toa an", Desk.COURT),
    ("bhxh", Desk.SOCIAL_INSURANCE),
    ("bhyt", Desk.SOCIAL_INSURANCE),
    ("quan su", Desk.MILITARY),
    ("can cuoc", Desk.POLICE),
    ("cu tru", Desk.POLICE),
    ("con dau", Desk.POLICE),
    ("dinh danh", Desk.POLICE),
    ("vu khi", Desk.POLICE),
    ("an ninh", Desk.POLICE),
    ("xuat nhap canh", Desk.POLICE),
    ("phuong tien giao thong", Desk.POLICE),
    ("giay phep lai xe", Desk.POLICE),
    ("phong chay", Desk.POLICE),
)
WITH_DETAILS = (Desk.COMMUNE, Desk.COMMUNE_POLICE, Desk.MILITARY, Desk.TAX, Desk.SOCIAL_INSURANCE, Desk.LAND_OFFICE)
CHANNELS = {
    "truc tiep": Channel.COUNTER,
    "truc tuyen": Channel.ONLINE,
    "dich vu buu chinh": Channel.POST,
    "buu chinh": Channel.POST,
}
COUNT = re.compile(r"\s*—\s*\d+\s.*$")  # `… — 1 bản chính`
ATTACHED = re.compile(r"(?:(?<=\))|(?<=\.)|(?<=;))\s*[^();]{0,80}?\.(?:docx?|pdf|xlsx?|rar|zip)\b", re.IGNORECASE)
LONGEST, MOST = 170, 12  # letters of a paper's name, papers
COMPLETE = "full"


class CompleteRecord(PortalRecord):
    """What else of a record is taken over."""

    level: str = ""
    methods: tuple[str, ...] | str = ()
    completeness: str = Field(default="")


@dataclass
class PortalList:
    procedures: list[OnPortal] = field(default_factory=list)
    details: dict[str, Details] = field(default_factory=dict)
    bad_lines: list[str] = field(default_factory=list)


class NotAList(Exception):
    """The file has not the columns of the list."""


def read_list(text: str) -> PortalList:
    """The list, tab-separated, with a line of headings. Raises NotAList."""
    found = PortalList()
    rows = csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise NotAList(f"the first line has no {', '.join(missing)}")
    for number, row in enumerate(rows, 2):
        cells = {name: " ".join((row[name] or "").split()) for name in COLUMNS}
        if not CODE.fullmatch(cells["code"]) or not cells["name"]:
            found.bad_lines.append(f"line {number}: no code like 1.001193, or no name")
        else:
            found.procedures.append(_listed(cells))
    return found


def _listed(cells: dict[str, str]) -> OnPortal:
    low = _folded(cells["level"])
    levels = tuple(level for words, level in LEVELS if words in low)
    return OnPortal(
        code=cells["code"],
        name=cells["name"],
        same=mark_of(cells["name"]),
        levels=levels or (Level.OTHER,),
        desk=_desk(_folded(cells["agency"]), _folded(cells["field"]), levels),
        field=cells["field"],
        agency=cells["agency"],
        link=cells["link"].removeprefix(LINK),
    )


def _desk(agency: str, about: str, levels: tuple[Level, ...]) -> Desk:
    by_agency = next((desk for words, desk in BY_AGENCY if words in agency), None)
    by_field = Desk.TAX if about == "thue" else next((desk for words, desk in BY_FIELD if words in about), None)
    match by_agency or by_field:
        case Desk.POLICE if "cap xa" in agency or (not agency and Level.COMMUNE in levels):
            return Desk.COMMUNE_POLICE
        case None:
            return next((desk for level, desk in BY_LEVEL.items() if level in levels), Desk.OTHER)
        case found:
            return found


BY_LEVEL = {Level.COMMUNE: Desk.COMMUNE, Level.PROVINCE: Desk.PROVINCE, Level.MINISTRY: Desk.MINISTRY}


def _folded(text: str) -> str:
    return " ".join(map(fold, text.split()))


def read_details(lines: Iterable[bytes], known: dict[str, OnPortal], found: PortalList) -> None:
    """Add what complete records say of procedures at the commune's desks."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = CompleteRecord.model_validate_json(line.removeprefix(b"\xef\xbb\xbf"))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            found.bad_lines.append(f"records, line {number}: {first['msg']}")
            continue
        listed = known.get(record.code)
        if listed and listed.desk in WITH_DETAILS and record.completeness == COMPLETE and record.documents:
            found.details[record.code] = _details(record)


def _details(record: CompleteRecord) -> Details:
    methods = record.methods if isinstance(record.methods, tuple) else ()
    channels = dict.fromkeys(channel for one in methods if (channel := CHANNELS.get(_folded(one).lower())))
    return Details(
        papers=tuple(dict.fromkeys(_papers(record.documents)))[:MOST],
        time=_time(record),
        channels=tuple(channels),
        read=_day(record.source_date),
    )


def _time(record: PortalRecord) -> str:
    text = " ".join((record.time_limit or "").split())[:LONGEST].lower()
    return text if re.search(r"\d", text) and not record.time_unit_missing else ""


def _day(text: str) -> dt.date:
    days = re.findall(r"\d{4}-\d\d(?:-\d\d)?", text)
    if not days:
        return dt.date.min
    last = days[-1]
    return dt.date.fromisoformat(last if len(last) == len("2026-07-17") else f"{last}-01")


def _papers(documents: Iterable[str]) -> Iterator[str]:
    for text in documents:
        name = ATTACHED.sub("", COUNT.sub("", " ".join(text.split()))).replace("[", "").replace("]", ":", 1)
        name = name.strip(" -+.;:")
        if name:
            yield name if len(name) <= LONGEST else name[:LONGEST].rpartition(" ")[0] + " …"
