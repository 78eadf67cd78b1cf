"""Place names: from whatever people call their commune to today's communes.

Pure; built once from the gazetteer. A name is found without its kind, its accents and small slips; a former name leads
to the communes that took it over on 1 July 2025. Several that fit are all returned: nothing is guessed.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz, process

from bot.content.communes import Commune, FormerUnit, Gazetteer
from bot.understanding.fold import accented, clean, fold, low_words, words
from bot.understanding.result import FoundCommune, Place

MAX_NAME = 5  # syllables
MAX_CANDIDATES = 24
SHOUTING = 0.6  # of the words with a capital: then a capital says nothing
STRONG = 4  # a name after its kind
SLIP_SCORE = 84  # how like a name a slip must be, of 100

# Kinds as typed before a name, folded: what they say of the unit.
KINDS = {
    "phuong": "phuong", "p": "phuong", "ward": "phuong", "f": "phuong",
    "xa": "xa", "commune": "xa", "x": "xa",
    "thi tran": "thi tran", "tt": "thi tran", "town": "thi tran",
    "dac khu": "dac khu",
    "quan": "district", "q": "district", "huyen": "district", "h": "district", "district": "district",
    "thi xa": "district", "tx": "district",
    "thanh pho": "district", "tp": "district", "city": "district",
}  # fmt: skip
KIND_SYLLABLES = {
    "phuong": {accented("phường")}, "xa": {accented("xã")}, "thi": {accented("thị")}, "tran": {accented("trấn")},
    "quan": {accented("quận")}, "huyen": {accented("huyện")}, "khu": {accented("khu")}, "pho": {accented("phố")},
}  # fmt: skip
KIND_OF_NAME = re.compile("(thành phố|thị trấn|thị xã|đặc khu|phường|quận|huyện|tỉnh|xã) ")
KINDS_IN_INDONESIAN = {"kelurahan": "phuong", "desa": "xa", "kecamatan": "district"}
# Words after which a bare name of two syllables or more is a place.
BEFORE_A_PLACE = frozenset(
    [
        "o",
        "tai",
        "ve",
        "tu",
        "ben",
        "duoi",
        "tren",
        "que",
        "in",
        "at",
        "di",
        "daerah",
        "from",
        "near",
        "live",
        "tinggal",
    ]
)
# Words that follow `xã` or `phường` without naming one.
NOT_NAMES = frozenset(
    [
        "hoi",
        "nao",
        "minh",
        "em",
        "toi",
        "tui",
        "con",
        "chau",
        "ban",
        "nay",
        "do",
        "kia",
        "cu",
        "moi",
        "khac",
        "thi",
        "ban",
        "dang",
        "o",
        "lam",
        "co",
        "duoc",
        "khong",
        "thuong",
        "noi",
        "nha",
        "vien",
        "giao",
        "bao",
        "truc",
        "quan",
        "huyen",
        "tinh",
        "to",
        "dan",
        "cho",
        "da",
        "se",
        "van",
        "bat",
        "doi",
        "noi",
        "chung",
        "ra",
        "hay",
        "va",
        "thi",
        "la",
    ]
)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A name and where it leads."""

    kind: str
    name: str  # accented key of the bare name
    province: str  # folded bare name
    district: str  # folded bare name, "" for today's units
    targets: tuple[FoundCommune, ...]
    today: bool


type _Span = tuple[int, int, str]  # of words: from, to, and folded


@dataclass(frozen=True)
class Places:
    """The index: folded bare name → units; and the names of districts and provinces."""

    units: dict[str, list[_Unit]] = field(default_factory=dict)
    districts: dict[str, list[FoundCommune]] = field(default_factory=dict)
    provinces: dict[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()  # of all three
    beginnings: frozenset[str] = frozenset()  # the first two syllables of every longer one
    by_initial: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Mention:
    """A place found in a message, and the words it took."""

    place: Place
    start: int
    end: int


def build_places(gazetteer: Gazetteer, province_names: Mapping[str, str] | None = None) -> Places:
    """Index every name of today and before. `province_names`: other names of provinces ("sài gòn"), folded."""
    units: defaultdict[str, list[_Unit]] = defaultdict(list)
    districts: defaultdict[str, dict[int, FoundCommune]] = defaultdict(dict)
    provinces: dict[str, str] = {fold(name): _region(clean(of)) for name, of in (province_names or {}).items()}
    for commune in gazetteer.communes.values():
        province = _region(commune.province)
        provinces[province] = province
        kind, name = _bare(commune.name)
        target = FoundCommune(ward_code=commune.code, name=commune.name, province=commune.province)
        units[fold(name)].append(_Unit(kind, _key(name), province, "", (target,), today=True))
    for former in gazetteer.former:
        targets = tuple(_target(former, gazetteer.communes[code]) for code in former.became)
        kind, name = _bare(former.name)
        district, province = _region(former.district), _region(former.province)
        provinces[province] = province
        if targets:
            units[fold(name)].append(_Unit(kind, _key(name), province, district, targets, today=False))
        for code in former.became:
            if code not in districts[district]:
                commune = gazetteer.communes[code]
                districts[district][code] = FoundCommune(
                    ward_code=code, name=commune.name, province=commune.province, by=former.district
                )
    names = frozenset((*units, *districts, *provinces))
    initials: defaultdict[str, list[str]] = defaultdict(list)
    for name in units:
        initials[name[0]].append(name)
    return Places(
        units=dict(units),
        districts={name: list(found.values()) for name, found in districts.items()},
        provinces=provinces,
        names=names,
        beginnings=frozenset(" ".join(name.split()[:2]) for name in names if " " in name),
        by_initial=dict(initials),
    )


def _target(former: FormerUnit, commune: Commune) -> FoundCommune:
    return FoundCommune(
        ward_code=commune.code,
        name=commune.name,
        province=commune.province,
        by=former.name,
        partly=len(former.became) > 1,
        former_district=former.district,
    )


def _bare(name: str) -> tuple[str, str]:
    """`Phường Ngọc Hà` → (`phuong`, `ngọc hà`)."""
    low = name.lower()
    if kind := KIND_OF_NAME.match(low):
        return fold(kind[1]), " ".join(words(low[kind.end() :]))
    return "", " ".join(words(low))


@lru_cache(maxsize=2_000)
def _region(name: str) -> str:
    """A province or district without its kind and accents."""
    return fold(_bare(name)[1])


def _key(name: str) -> str:
    return " ".join(accented(word) for word in name.split())


def find_exactly(text: str, places: Places, *, guess: bool = True) -> Place | None:
    """The place a whole message names ("Cống Vị", "p. cong vi, ba dinh"); None where it names none.

    Slips are forgiven; unless `guess`, only where the kind of place is said with the name.
    """
    typed = low_words(text)[:12]
    mention = _find(typed, [True] * len(typed), places, sure=True)
    if mention and _only_place(typed, mention, places):
        return mention.place
    kind, at = _leading_kind(typed)
    rest = typed[at:]
    if not 1 <= len(rest) <= MAX_NAME or (not kind and (len(rest) < 2 or not guess)):
        return None
    return _slip(rest, kind, places)


def find_mention(raw: list[str], typed: list[str], places: Places, ordinary: Collection[str] = ()) -> Mention | None:
    """The place mentioned in a message.

    `raw` are its words as typed, capitals and all; `typed` the same in lower case. `ordinary` are folded pairs of
    syllables of everyday language: without a kind or capitals they are not taken for a name.
    """
    capital = [word[:1].isupper() for word in raw]
    if sum(capital) > SHOUTING * len(raw):
        capital = [False] * len(raw)
    return _find(typed, capital, places, sure=False, ordinary=ordinary)


def _find(
    typed: list[str], capital: list[bool], places: Places, *, sure: bool, ordinary: Collection[str] = ()
) -> Mention | None:
    folded = [_folded_unless_misread(word) for word in typed]
    found = _names_in(folded, places)
    context = _regions(found, places)
    best: tuple[tuple[int, int, int], Mention] | None = None
    for start, end, name in found:
        if name not in places.units and name not in places.districts:
            continue
        kind, first = _kind_before(folded, start)
        named = all(capital[start:end])
        strength = _strength(folded, (start, end), kind, named=named, sure=sure)
        if not strength or (strength < STRONG and _not_a_place(typed[start:end], strength, ordinary, places)):
            continue
        if place := _resolve(typed[start:end], kind, context - {name}, places):
            rank = (strength, end - start, -start)
            if best is None or rank > best[0]:
                best = rank, Mention(place, first, end)
    return best[1] if best else None


@lru_cache(maxsize=20_000)
def _folded_unless_misread(word: str) -> str:
    """Folded, but `phương` and `quân` stay apart from `phường` and `quận`."""
    folded = fold(word)
    return (
        word
        if folded in KIND_SYLLABLES and not word.isascii() and accented(word) not in KIND_SYLLABLES[folded]
        else folded
    )


def _names_in(folded: list[str], places: Places) -> list[_Span]:
    """Every stretch of words that is the name of something."""
    found = [(at, at + 1, word) for at, word in enumerate(folded) if word in places.names]
    for start, pair in enumerate(map(" ".join, pairwise(folded))):
        if pair in places.beginnings:
            ends = range(start + 2, min(len(folded), start + MAX_NAME) + 1)
            spans = ((start, end, " ".join(folded[start:end])) for end in ends)
            found += [span for span in spans if span[2] in places.names]
    return found


def _kind_before(folded: list[str], start: int) -> tuple[str, int]:
    """The kind typed before a name, and where it begins."""
    if start >= 2 and (kind := KINDS.get(" ".join(folded[start - 2 : start]))):
        return kind, start - 2
    if start >= 1:
        word = folded[start - 1]
        kind = KINDS.get(word) or KINDS_IN_INDONESIAN.get(word) or ""
        return kind, start - 1 if kind else start
    return "", start


def _leading_kind(typed: list[str]) -> tuple[str, int]:
    folded = [fold(word) for word in typed]
    for length in (2, 1):
        if kind := KINDS.get(" ".join(folded[:length])):
            return kind, length
    return "", 0


def _strength(folded: list[str], span: tuple[int, int], kind: str, *, named: bool, sure: bool) -> int:
    """How surely a span is a place: 0 not at all."""
    start, end = span
    length = end - start
    if kind and len(folded[start - 1]) == 1 and not (named or sure):
        return 0  # "p", "q", "h", "x" alone also begin ordinary words
    if kind:
        if length == 1 and (folded[start] in NOT_NAMES or not (named or sure or folded[start].isdigit())):
            return 0
        if folded[start].isdigit() and kind not in ("phuong", "district"):
            return 0
        if folded[start] in NOT_NAMES and not named:
            return 0
        return STRONG
    if length < 2:
        return 0
    if named and not sure:
        return 3
    before = folded[start - 1] if start else ""
    if before in BEFORE_A_PLACE:
        return 2
    return 1 if sure else 0


def _not_a_place(typed: list[str], strength: int, ordinary: Collection[str], places: Places) -> bool:
    """A bare name that is a province's, an everyday pair of words, or written with other accents."""
    name = " ".join(map(fold, typed))
    if name in places.provinces or (name not in places.units and strength > 2):
        return True
    if strength <= 2 and name in ordinary:
        return True
    key = _key(" ".join(typed))
    return any(not word.isascii() for word in typed) and not any(u.name == key for u in places.units.get(name, ()))


def _regions(found: list[_Span], places: Places) -> set[str]:
    """The provinces and former districts a message names: they tell places of one name apart."""
    names = {places.provinces.get(name, name) for _, _, name in found}
    return {name for name in names if name in places.provinces or name in places.districts}


def _resolve(typed: list[str], kind: str, context: set[str], places: Places) -> Place | None:
    name = " ".join(fold(word) for word in typed)
    units = _fitting(places.units.get(name, []), typed, kind, context)
    asked = [one for one in context if one in places.districts and one not in places.provinces]
    if asked and units and not any(unit.today or unit.district in context for unit in units):
        return _place(typed, places.districts[asked[0]])  # the district is right, the ward of that name is elsewhere
    if units and kind != "district":
        return _place(typed, _today_first(units))
    if name in places.districts and (kind in ("", "district")):
        found = [one for one in places.districts[name] if not context or _region(one.province) in context]
        return _place(typed, found or places.districts[name])
    return _place(typed, _today_first(units)) if units else None


def _fitting(units: list[_Unit], typed: list[str], kind: str, context: set[str]) -> list[_Unit]:
    """The units that agree with the accents, the region and the kind, each asked only where some unit agrees."""
    key = " ".join(accented(word) for word in typed)
    if any(not word.isascii() for word in typed):
        units = [unit for unit in units if unit.name == key] or units
    near = [unit for unit in units if unit.province in context or unit.district in context]
    if not near:
        near = [u for u in units if any(_region(t.province) in context for t in u.targets)]
    units = near or units
    return [unit for unit in units if unit.kind == kind] or units


def _today_first(units: list[_Unit]) -> list[FoundCommune]:
    """Today's communes of the name; former ones only where none is called so today."""
    chosen = [unit for unit in units if unit.today] or units
    found: dict[int, FoundCommune] = {}
    for unit in chosen:
        for target in unit.targets:
            found.setdefault(target.ward_code, target)
    return list(found.values())


def _place(typed: list[str], found: list[FoundCommune]) -> Place:
    return Place(typed=" ".join(typed), candidates=tuple(found[:MAX_CANDIDATES]), total=len(found))


def _only_place(typed: list[str], mention: Mention, places: Places) -> bool:
    """Whether the message says nothing beside the place: kinds, regions and small words may stand around it."""
    rest = [fold(word) for word in (*typed[: mention.start], *typed[mention.end :])]
    return not _left_over(rest, places)


SMALL_WORDS = frozenset(
    [
        "o",
        "tai",
        "em",
        "toi",
        "minh",
        "tui",
        "la",
        "thuoc",
        "nha",
        "cu",
        "moi",
        "truoc",
        "da",
        "a",
        "nhe",
        "gio",
        "nay",
        "tinh",
        "tp",
        "thanh",
        "pho",
        "quan",
        "huyen",
        "thi",
        "xa",
        "phuong",
        "tran",
        "i",
        "live",
        "in",
        "at",
        "from",
        "saya",
        "tinggal",
        "di",
        "ward",
        "commune",
        "kelurahan",
        "desa",
        "q",
        "h",
        "p",
        "tt",
    ]
)


def _left_over(rest: list[str], places: Places) -> list[str]:
    left: list[str] = []
    at = 0
    while at < len(rest):
        for length in (4, 3, 2, 1):
            name = " ".join(rest[at : at + length])
            if name in places.provinces or name in places.districts or (length == 1 and name in SMALL_WORDS):
                at += length
                break
        else:
            left.append(rest[at])
            at += 1
    return left


def _slip(typed: list[str], kind: str, places: Places) -> Place | None:
    """The names most like a misspelt one; more than one is a question, never a guess."""
    name = " ".join(fold(word) for word in typed)
    pool: Iterable[str] = places.by_initial.get(name[:1], ())
    found = process.extract(name, pool, scorer=fuzz.ratio, score_cutoff=SLIP_SCORE, limit=4)
    communes: dict[int, FoundCommune] = {}
    for match, score, _ in found:
        if score >= found[0][1] - 3:
            for target in _today_first(_fitting(places.units[match], match.split(), kind, set())):
                communes.setdefault(target.ward_code, target)
    return _place(typed, list(communes.values())) if communes else None
