"""The second tier: procedures that we know from the national portal's list only, and what its records say of some.

Its files in `knowledge/portal/` are generated (`main.py import names`), one procedure a line, read in milliseconds.
"""

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from itertools import chain
from pathlib import Path
from zlib import crc32

from bot.content.findings import Told, told
from bot.content.read import Document, Weight
from bot.content.schema import Language, Phrases, Procedure
from bot.content.words import HowPeopleAsk, Named
from bot.understanding.fold import fold, low_words

FOLDER = Path("knowledge", "portal")
NAMES, RECORDS = "names.tsv", "records.jsonl"
CELLS = 8  # of a line of names
CODE = re.compile(r"\d\.\d{6}")
LINK = "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/"
# What tells procedures of several levels apart and is no part of what they are called.
ASIDE = re.compile(
    r"\((?:thuc hien|thuoc tham quyen|cap)\b[^)]*\)|\bthuc hien bang dich vu cong.*|\bbang dich vu cong.*"
    r"|truc tuyen toan trinh|\bthuoc tham quyen.*|\btai cap \w+|^\W*thu tuc\b|\(\s*\d\.\d{6}\s*\)"
)
HEAD = ("# Written by `python main.py import names`; never edited by hand.",)
GROUP_FROM = 8  # names of a field that are learnt as a group of their own
REST = "@khac"


class Level(StrEnum):
    """Who decides, from the nearest to the farthest; the value is what stands in the file."""

    COMMUNE = "xa"
    PROVINCE = "tinh"
    MINISTRY = "bo"
    OTHER = "khac"


class Desk(StrEnum):
    """Whose desk a dossier belongs to."""

    COMMUNE = "commune"
    COMMUNE_POLICE = "commune_police"
    POLICE = "police"
    MILITARY = "military"
    TAX = "tax"
    SOCIAL_INSURANCE = "social_insurance"
    LAND_OFFICE = "land_office"
    CUSTOMS = "customs"
    BORDER_GUARD = "border_guard"
    TREASURY = "treasury"
    COURT = "court"
    PROVINCE = "province"
    MINISTRY = "ministry"
    OTHER = "other"


class Channel(StrEnum):
    COUNTER = "counter"
    ONLINE = "online"
    POST = "post"


@dataclass(frozen=True, slots=True)
class OnPortal:
    """A procedure as the portal lists it; what is empty is not known."""

    code: str
    name: str
    levels: tuple[Level, ...]
    desk: Desk
    field: str
    agency: str
    link: str  # what follows LINK
    same: str  # the mark of its name without the level, see `mark_of`

    @property
    def url(self) -> str:
        return LINK + self.link if self.link else ""


@dataclass(frozen=True, slots=True)
class Details:
    """What the portal's record said on the day it was read. Fees are never taken over."""

    papers: tuple[str, ...]
    time: str
    channels: tuple[Channel, ...]
    read: dt.date


@dataclass(frozen=True)
class SecondTier:
    """All of it. `ours`: codes that an entry answers, its own and those of the same name at other levels."""

    procedures: dict[str, OnPortal] = field(default_factory=dict)
    details: dict[str, Details] = field(default_factory=dict)
    ours: dict[str, str] = field(default_factory=dict)
    read: dt.date = dt.date.min
    source: str = ""

    def __contains__(self, code: object) -> bool:
        return code in self.procedures

    @cached_property
    def alike(self) -> dict[str, tuple[str, ...]]:
        """Codes that no entry answers: those of the same name together, by the nearest level's."""
        found: dict[str, list[OnPortal]] = {}
        for one in self.procedures.values():
            if one.code not in self.ours:
                found.setdefault(one.same, []).append(one)
        alike = (sorted(same, key=lambda one: _nearness(one, self.details)) for same in found.values())
        return {same[0].code: tuple(one.code for one in same) for same in alike}

    def named(self, phrases: Mapping[str, Phrases]) -> tuple[Named, ...]:
        """What a message may mean: each name once, and how people ask for it."""
        groups = self._groups(phrases)
        return tuple(
            Named(text=text, code=code, group=groups.get(self.procedures[code].field, REST))
            for code, same in self.alike.items()
            for text in self._texts(same, phrases)
        )

    def _texts(self, same: tuple[str, ...], phrases: Mapping[str, Phrases]) -> Iterator[str]:
        yield without_level(self.procedures[same[0]].name)
        for code in same:
            if asked := phrases.get(code):
                yield from chain.from_iterable(getattr(asked, language) for language in Language)

    def _groups(self, phrases: Mapping[str, Phrases]) -> dict[str, str]:
        """Fields learnt as a group of their own: large ones, and those that people were heard to ask about."""
        often = Counter(one.field for one in self.procedures.values() if one.field)
        asked = {self.procedures[code].field for code in phrases if code in self.procedures}
        names = [name for name, n in often.items() if n >= GROUP_FROM or name in asked]
        return {name: "@" + "-".join(map(fold, low_words(name))) for name in names}

    @cached_property
    def codes(self) -> dict[str, str]:
        """Whatever of the portal may be typed in, a code or the end of a link → the procedure of either tier."""
        known = {one: self.ours.get(one, one) for one in self.procedures} | self.ours
        links = {one.link: known[one.code] for one in self.procedures.values() if one.link}
        return known | links


def without_level(name: str) -> str:
    """A name without what tells its levels apart."""
    for found in reversed(list(ASIDE.finditer("".join(map(_plain, name))))):
        name = f"{name[: found.start()]} {name[found.end() :]}"
    return name


def _plain(letter: str) -> str:
    """A letter without its accents; it stays one, so that places are the same."""
    folded = fold(letter)
    return folded if len(folded) == 1 else letter


def mark_of(name: str) -> str:
    """The mark of a name without its level, however it is written: two of one mark are one at two levels."""
    folded = " ".join(map(fold, low_words(without_level(name))))
    return f"{crc32(folded.encode()):08x}"


def _nearness(one: OnPortal, details: Mapping[str, Details]) -> tuple[int, bool, str]:
    nearest = min(map(list(Level).index, one.levels), default=len(Level))
    return nearest, one.code not in details, one.code


def load_second_tier(root: Path, entries: Mapping[str, Procedure], documents: list[Document]) -> SecondTier:
    """Read `knowledge/portal/` under `root`; without the files there is no second tier."""
    about: dict[str, str] = {}
    procedures = {one.code: one for one in _lines(root, NAMES, _procedure, documents, about)}
    details = dict(_lines(root, RECORDS, _details, documents, {}))
    held = {code.code: entry.id for entry in entries.values() for code in entry.codes}
    marks = {mark_of(code.name): entry.id for entry in entries.values() for code in entry.codes if code.name}
    marks |= {one.same: held[one.code] for one in procedures.values() if one.code in held}
    ours = {one.code: marks[one.same] for one in procedures.values() if one.same in marks} | held
    read = dt.date.fromisoformat(about.get("read", "0001-01-01"))
    return SecondTier(procedures, details, ours, read, about.get("source", ""))


def with_second_tier(intents: HowPeopleAsk, tier: SecondTier) -> HowPeopleAsk:
    return replace(intents, second_tier=tier.named(intents.by_code), codes=tier.codes)


def check_phrases(phrases: Mapping[str, Phrases], tier: SecondTier, documents: Iterable[Document]) -> None:
    """Phrases of a code that nobody knows, or that an entry answers, are heard by nobody."""
    document = next((one for one in documents if one.path == "intents/_portal.yaml"), None)
    if document is None or not tier.procedures:
        return
    for code in phrases:
        if code in tier.ours:
            document.report((code,), "code_answered", Weight.WARNING, entry=tier.ours[code], code=code)
        elif code not in tier:
            document.report((code,), "code_unknown", code=code, path=FOLDER / NAMES)


def _lines[T](
    root: Path, name: str, read: Callable[[str], T], documents: list[Document], about: dict[str, str]
) -> list[T]:
    path = root / FOLDER / name
    if not path.is_file():
        return []
    documents.append(document := Document(str(FOLDER / name)))
    found = []
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        if line.startswith("# "):
            key, _, value = line[2:].partition(": ")
            about[key] = value
        elif line:
            try:
                found.append(read(line))
            except (ValueError, KeyError, TypeError) as error:
                document.report_line(number, "line_unreadable", why=_why(name, line, error))
    return found


def _why(name: str, line: str, error: Exception) -> Told:
    """What is wrong with a line, by kind; Python's own words are English."""
    match error:
        case json.JSONDecodeError():
            return told("line_no_json")
        case KeyError():
            return told("line_misses", name=error.args[0])
        case ValueError() if name == NAMES and line.count("\t") + 1 != CELLS:
            return told("line_cells", count=line.count("\t") + 1, cells=CELLS)
        case _:
            return told("line_value")


def _procedure(line: str) -> OnPortal:
    code, same, levels, desk, field_, agency, link, name = line.split("\t")
    if not CODE.fullmatch(code):
        raise ValueError(f"{code!r} is not a code")
    return OnPortal(
        code=code,
        name=name,
        same=same,
        levels=tuple(map(Level, levels.split())),
        desk=Desk(desk),
        field=field_,
        agency=agency,
        link=link,
    )


def _details(line: str) -> tuple[str, Details]:
    record = json.loads(line)
    return record["code"], Details(
        papers=tuple(record["papers"]),
        time=record["time"],
        channels=tuple(map(Channel, record["channels"])),
        read=dt.date.fromisoformat(record["read"]),
    )


def write(
    root: Path, procedures: Iterable[OnPortal], details: Mapping[str, Details], *, read: dt.date, source: str
) -> None:
    """Write both files below `root` anew. Raises OSError."""
    folder = root / FOLDER
    folder.mkdir(exist_ok=True)
    about = [f"# source: {' '.join(source.split())}", f"# read: {read}"]
    rows = map(_row, sorted(procedures, key=lambda one: one.code))
    (folder / NAMES).write_text("\n".join([*HEAD, *about, *rows, ""]), "utf-8")
    lines = [_record(code, one) for code, one in sorted(details.items())]
    (folder / RECORDS).write_text("\n".join([*HEAD, *about, *lines, ""]), "utf-8")


def _row(one: OnPortal) -> str:
    return "\t".join((one.code, one.same, " ".join(one.levels), one.desk, one.field, one.agency, one.link, one.name))


def _record(code: str, one: Details) -> str:
    record = {"code": code, "papers": one.papers, "time": one.time, "channels": one.channels, "read": f"{one.read}"}
    return json.dumps(record, ensure_ascii=False)
