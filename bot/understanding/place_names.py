"""The index of place names: every spelling of every commune, district and province of today and before.

Pure; built once from the gazetteer. A key is a name without its kind and its accents, with what people spell in two
ways spelt in one (`my`/`mi`, `quy`/`qui`, `dak`/`dac`).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from bot.content.communes import Commune, FormerUnit, Gazetteer
from bot.understanding.fold import accented, clean, fold, words
from bot.understanding.result import FoundCommune

KIND_OF_NAME = re.compile("(thành phố|thị trấn|thị xã|đặc khu|phường|quận|huyện|tỉnh|xã) ")
_Y_ALONE = re.compile(r"([^aeiouăâêôơư]*)y(\d?)")
# First syllables of names in the languages of the Central Highlands, which every office spells in its own way.
LOOSE = frozenset(["ea", "ia", "dac", "krong", "kong", "kon", "plei"])  # their accents say nothing
HIGHLAND = LOOSE | {"cu", "chu", "buon", "po", "de", "da"}
EA_OR_IA = ("ea", "ia")
HYPHEN = " - "

WARD, QUAN = ("phuong", "p", "f"), ("quan", "q")

type Key = str


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune of today or before, and where it leads."""

    kind: str
    marked: tuple[str, ...]  # the syllables with their accents
    loose: bool  # accents say nothing: a name of the highlands
    targets: tuple[FoundCommune, ...]
    provinces: frozenset[Key]  # it lies in, by the names of today and before
    districts: frozenset[str]  # of before, with their kinds
    today: bool


@dataclass(frozen=True, slots=True)
class District:
    """A district as it was until 30 June 2025, and the communes its land belongs to."""

    name: str  # with its kind, folded: "quan ba dinh"
    kind: str
    marked: tuple[str, ...]
    communes: tuple[FoundCommune, ...]
    provinces: frozenset[Key]


@dataclass(frozen=True)
class Places:
    """All names by key."""

    units: dict[Key, list[Unit]] = field(default_factory=dict)
    aliases: dict[Key, tuple[Key, ...]] = field(default_factory=dict)  # other spellings of units
    districts: dict[Key, list[District]] = field(default_factory=dict)
    provinces: dict[Key, Key] = field(default_factory=dict)  # any name → the province's own
    cities: frozenset[Key] = frozenset()  # provinces of today that are called a city
    numbered: dict[str, tuple[str, Key]] = field(default_factory=dict)  # "q3" → its kind and number
    hyphenated: frozenset[Key] = frozenset()
    names: frozenset[Key] = frozenset()  # of all
    beginnings: frozenset[Key] = frozenset()  # the first two syllables of every longer one
    by_initial: dict[str, list[Key]] = field(default_factory=dict)


@lru_cache(maxsize=20_000)
def plain(word: str) -> Key:
    """A syllable without accents, spelt in one way: `Mỹ` and `Mĩ` → `mi`, `Đắk` and `Đăc` → `dac`, `01` → `1`."""
    folded = fold(word)
    if folded.isdigit():
        return folded.lstrip("0") or folded
    if len(folded) > 1 and folded[-1] == "k":
        folded = folded[:-1] + "c"
    return _one_i(folded) if "y" in folded else folded


@lru_cache(maxsize=20_000)
def marked(word: str) -> str:
    """A syllable with its accents, spelt in one way."""
    own = accented(word)
    return _one_i(own) if "y" in own else own


def _one_i(word: str) -> str:
    if alone := _Y_ALONE.fullmatch(word):
        return f"{alone[1]}i{alone[2]}"
    if word.startswith("quy"):
        return "qui" + word[3:]
    return "ia" if word == "ya" else word


def everyday(places: Places, ordinary: Iterable[str]) -> frozenset[str]:
    """Of the pairs of syllables of everyday language those that could be taken for a name."""
    return frozenset(pair for pair in ordinary if key_of(word.rstrip("12345") for word in pair.split()) in places.names)


def key_of(name: Iterable[str]) -> Key:
    return " ".join(map(plain, name))


def build_places(gazetteer: Gazetteer, province_names: Mapping[str, str] | None = None) -> Places:
    """Index every name of today and before. `province_names`: other names of provinces ("sài gòn")."""
    provinces = _provinces(gazetteer, province_names or {})
    units: defaultdict[Key, list[Unit]] = defaultdict(list)
    before = _before(gazetteer)
    for commune in gazetteer.communes.values():
        units[spelt(commune.name).key].append(_of_today(commune, before[commune.code]))
    for former in gazetteer.former:
        if former.became:
            units[spelt(former.name).key].append(_of_before(former, gazetteer.communes))
    districts = _districts(gazetteer)
    named = {one.name for one in gazetteer.communes.values()} | {one.name for one in gazetteer.former}
    dashed = named | {name for one in gazetteer.former for name in (one.district, one.province)}
    aliases = _aliases(map(spelt, sorted(named)), units)
    numbered = _numbered(units, districts)
    names = frozenset((*units, *aliases, *districts, *provinces, *numbered))
    return Places(
        units=dict(units),
        aliases=aliases,
        districts=districts,
        provinces=provinces,
        cities=frozenset(region(name) for name in gazetteer.provinces.values() if spelt(name).kind == "thanh pho"),
        numbered=numbered,
        hyphenated=frozenset(spelt(name).key for name in dashed if HYPHEN in name),
        names=names,
        beginnings=frozenset(" ".join(name.split()[:2]) for name in names if " " in name),
        by_initial=_by_initial(units),
    )


def _numbered(units: Iterable[Key], districts: Iterable[Key]) -> dict[str, tuple[str, Key]]:
    """`p5`, `quan3`: a kind and a number in one word."""
    wards = {f"{kind}{number}": ("phuong", number) for number in units if number.isdigit() for kind in WARD}
    return wards | {f"{kind}{number}": ("quan", number) for number in districts if number.isdigit() for kind in QUAN}


def _by_initial(keys: Iterable[Key]) -> dict[str, list[Key]]:
    initials: defaultdict[str, list[Key]] = defaultdict(list)
    for name in keys:
        initials[name[0]].append(name)
    return dict(initials)


class Spelt(NamedTuple):
    """`Phường Ngọc Hà` taken apart."""

    kind: str
    key: Key
    marked: tuple[str, ...]  # the syllables with their accents
    loose: bool  # accents say nothing: a name of the highlands


@lru_cache(maxsize=20_000)
def spelt(name: str) -> Spelt:
    """A name with its kind, folded."""
    low = name.lower()
    kind = KIND_OF_NAME.match(low)
    syllables = words(low[kind.end() :] if kind else low)
    keys = [plain(one) for one in syllables]
    loose = keys[0] in LOOSE or "'" in name or "’" in name
    return Spelt(fold(kind[1]) if kind else "", " ".join(keys), tuple(map(marked, syllables)), loose)


def region(name: str) -> Key:
    """A province or district without its kind and accents."""
    return spelt(name).key


def _whole(name: str) -> str:
    """A district with its kind, folded."""
    own = spelt(name)
    return f"{own.kind} {own.key}"


def _provinces(gazetteer: Gazetteer, other_names: Mapping[str, str]) -> dict[Key, Key]:
    """Every way to write a province, the names in one word too ("hanoi")."""
    own = {region(name) for name in {*gazetteer.provinces.values(), *(one.province for one in gazetteer.former)}}
    written = {key_of(words(clean(name))): region(clean(of)) for name, of in other_names.items()}
    together = {name.replace(" ", ""): name for name in own}
    return together | {name: name for name in own} | written


def _before(gazetteer: Gazetteer) -> dict[int, tuple[frozenset[Key], frozenset[str]]]:
    """For each commune of today the provinces and districts its land belonged to."""
    provinces: dict[int, set[Key]] = {code: set() for code in gazetteer.communes}
    districts: dict[int, set[str]] = {code: set() for code in gazetteer.communes}
    merged: defaultdict[int, set[Key]] = defaultdict(set)  # the former provinces of a province
    for former in gazetteer.former:
        for code in former.became:
            provinces[code].add(region(former.province))
            districts[code].add(_whole(former.district))
            merged[gazetteer.communes[code].province_code].add(region(former.province))
    for code, commune in gazetteer.communes.items():
        if not provinces[code]:  # an island that had no communes of its own
            provinces[code] = merged[commune.province_code]
    return {code: (frozenset(provinces[code]), frozenset(districts[code])) for code in gazetteer.communes}


def _of_today(commune: Commune, before: tuple[frozenset[Key], frozenset[str]]) -> Unit:
    kind, _, own, loose = spelt(commune.name)
    target = FoundCommune(ward_code=commune.code, name=commune.name, province=commune.province)
    provinces, districts = before
    within = provinces | {region(commune.province)}
    return Unit(kind, own, loose, (target,), within, districts, today=True)


def _of_before(former: FormerUnit, communes: Mapping[int, Commune]) -> Unit:
    kind, _, own, loose = spelt(former.name)
    became = [communes[code] for code in former.became]
    provinces = _regions((former.province, *(commune.province for commune in became)))
    targets = tuple([_target(former, commune) for commune in became])
    return Unit(kind, own, loose, targets, provinces, _district_alone(former.district), today=False)


@lru_cache(maxsize=2_000)
def _regions(names: tuple[str, ...]) -> frozenset[Key]:
    return frozenset(map(region, names))


@lru_cache(maxsize=2_000)
def _district_alone(name: str) -> frozenset[str]:
    return frozenset((_whole(name),))


def _target(former: FormerUnit, commune: Commune) -> FoundCommune:
    return FoundCommune(
        ward_code=commune.code,
        name=commune.name,
        province=commune.province,
        by=former.name,
        partly=len(former.became) > 1,
        former_district=former.district,
    )


def _districts(gazetteer: Gazetteer) -> dict[Key, list[District]]:
    land: defaultdict[tuple[str, str], dict[int, FoundCommune]] = defaultdict(dict)
    for former in gazetteer.former:
        within = land[former.district, former.province]
        for code in former.became:
            if code not in within:
                commune = gazetteer.communes[code]
                within[code] = FoundCommune(
                    ward_code=code, name=commune.name, province=commune.province, by=former.district
                )
    districts: defaultdict[Key, list[District]] = defaultdict(list)
    for (name, province), communes in land.items():
        kind, key, own, _ = spelt(name)
        provinces = frozenset((region(province), *(region(one.province) for one in communes.values())))
        districts[key].append(District(f"{kind} {key}", kind, own, tuple(communes.values()), provinces))
    return dict(districts)


def _aliases(names: Iterable[Spelt], units: Mapping[Key, object]) -> dict[Key, tuple[Key, ...]]:
    """Names of the highlands written in one word, without their apostrophe, with Ea for Ia."""
    aliases: defaultdict[Key, dict[Key, None]] = defaultdict(dict)
    for one in names:
        syllables = one.key.split()
        if len(syllables) > 1 and one.key in units and (one.loose or syllables[0] in HIGHLAND):
            for other in _spellings(syllables):
                if other != one.key:
                    aliases[other][one.key] = None
    return {name: tuple(keys) for name, keys in aliases.items()}


def _spellings(syllables: list[Key]) -> Iterable[Key]:
    """All ways to write syllables apart or together."""
    firsts = EA_OR_IA if syllables[0] in EA_OR_IA else syllables[:1]
    for first in firsts:
        ways = [first]
        for syllable in syllables[1:]:
            ways = [f"{way}{space}{syllable}" for way in ways for space in (" ", "")]
        yield from ways
