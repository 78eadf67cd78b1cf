"""Place names: from whatever people call their commune to today's communes.

Pure. A name is found without its kind, its accents and its capitals; a former name leads to the communes that took it
over on 1 July 2025. A province or district written beside a name is a condition on it. Several that fit are all
returned: nothing is guessed.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from bot.understanding.fold import clean, fold
from bot.understanding.fold import words as all_words
from bot.understanding.place_names import District, Key, Places, Unit, marked, plain
from bot.understanding.place_text import (
    ADDRESS,
    ALIKE,
    ALSO_FORMER,
    APART,
    BETWEEN,
    BREAK,
    COMMUNE_KINDS,
    COUNTED,
    DISTRICT_KINDS,
    EXACT,
    FOREIGN,
    FOREIGN_KINDS,
    FORMER,
    KINDS_AFTER,
    MAX_NAME,
    NO_BREAK,
    ONLY_DISTRICTS,
    PROVINCE_KINDS,
    REGION_KINDS_AFTER,
    SMALL_WORDS,
    Words,
    agrees,
    kind_before,
    leading_kind,
    read_words,
    region_kind,
)
from bot.understanding.result import Doubt, FoundCommune, Place

MAX_ADDRESS = 20  # words of a message that is a place and nothing else
MAX_REGIONS = 3  # a district, a province and one more
MAX_CANDIDATES = 60
POSTAL_CODES = (5, 6)  # digits of those of today and before
SLIP_SCORE = 84  # how like a name a slip must be, of 100


@dataclass(frozen=True)
class Mention:
    """A place found in a message, and the words it took."""

    place: Place
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class _Region:
    """A province or district written beside a name."""

    province: Key | None = None
    districts: tuple[District, ...] = ()
    sure: bool = False  # its kind is said

    def holds(self, unit: Unit) -> bool:
        return self.province in unit.provinces or any(one.name in unit.districts for one in self.districts)


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """One way to read some words as a place."""

    start: int  # with its kind
    name: tuple[int, int]
    end: int  # with its regions
    kind: str = ""
    kind_behind: bool = False  # "Hoi An ward"
    district: bool = False  # what is named is a district
    key: Key
    regions: tuple[_Region, ...] = ()
    beside: bool = False  # a region stands beside it
    former: bool = False  # it is said to be the old name


def find_exactly(text: str, places: Places, *, guess: bool = True) -> Place | None:
    """The place a whole message names ("Cống Vị", "p. cong vi, ba dinh"); None where it names none.

    Slips are asked about; unless `guess`, only where the kind of place is said with the name. Unless `guess`, a street
    before it may be a question, too.
    """
    cleaned = clean(text).lower()
    words = read_words(cleaned, all_words(cleaned), places, whole=True)
    if len(words.typed) > MAX_ADDRESS:
        return None
    found = _found(words, places)
    fitting = [one for one in found if not _left_over(words, one[1], address=guess)]
    if fitting:
        return _best(fitting).place
    return _slip(words, places, guess=guess)


def certain_code(name: str, places: Places) -> int | None:
    """The ward code of the commune a text names, where it is certain."""
    place = find_exactly(name, places)
    return place.certain.ward_code if place and place.certain else None


def find_mention(text: str, typed: list[str], places: Places, ordinary: Collection[str] = ()) -> Mention | None:
    """The place mentioned in a message.

    `text` is cleaned and in lower case, `typed` are its words. `ordinary` are folded pairs of syllables of everyday
    language: without a kind they are not taken for a name.
    """
    words = read_words(text, typed, places, whole=False, ordinary=ordinary)
    found = _found(words, places)
    return _of_two(_best(found), found) if found else None


type _Found = tuple[tuple[int, ...], _Reading, Place]


def _found(words: Words, places: Places) -> list[_Found]:
    """Every place that may be meant, with its rank."""
    found: list[_Found] = []
    for reading in _readings(words, places):
        if not _may_be_a_place(reading, words, places):
            continue
        if place := _resolve(reading, words, places):
            found.append((_rank(reading, place, words), reading, place))
    return found


def _rank(reading: _Reading, place: Place, words: Words) -> tuple[int, ...]:
    said = 2 if reading.kind or reading.beside or words.whole else 1
    if place.doubt is Doubt.SPELLING:
        said = 0
    name = reading.name[1] - reading.name[0]
    return said, not reading.district, reading.end - reading.start, name, -reading.start


def _best(found: list[_Found]) -> Mention:
    """The best reading; those that read the same words otherwise are as good."""
    _, best, place = max(found, key=lambda one: one[0])
    same = [
        one for _, reading, one in found if (reading.start, reading.end) == (best.start, best.end) and not one.doubt
    ]
    if len(same) > 1 and not place.doubt:
        place = _place(place.typed, [target for one in same for target in one.candidates])
    return Mention(place, best.start, best.end)


def _of_two(mention: Mention, found: list[_Found]) -> Mention:
    """Where a message names another commune as surely, which of them is meant is a question."""
    sure = mention.place.certain
    if sure is None:
        return mention
    others = [
        one.certain
        for rank, reading, one in found
        if rank[0] == 2 and rank[1] and (reading.start >= mention.end or reading.end <= mention.start) and one.certain
    ]
    candidates = {one.ward_code: one for one in (sure, *others) if one}
    if len(candidates) == 1:
        return mention
    two = _place(mention.place.typed, candidates.values())
    return replace(mention, place=replace(two, doubt=Doubt.SEVERAL_SAID))


def _readings(words: Words, places: Places) -> Iterator[_Reading]:
    for start, end, key in words.names:
        if key in places.numbered:
            yield _numbered(words, places, start, key)
            continue
        kind, first = kind_before(words, start)
        if not (kind or words.whole or words.cued(start) or _near_a_region(words, first, end)):
            continue
        is_district = kind in DISTRICT_KINDS
        if (key in places.units or key in places.aliases) and not (is_district and key in places.districts):
            begin, spoken = (start, "") if is_district else (first, COMMUNE_KINDS.get(kind, ""))
            yield _with_regions(words, places, _Reading(start=begin, name=(start, end), end=end, kind=spoken, key=key))
        if key in places.districts and (is_district or not (kind or key in places.units)):
            reading = _Reading(
                start=first, name=(start, end), end=end, kind=DISTRICT_KINDS.get(kind, ""), key=key, district=True
            )
            if not _is_province(key, kind, places):
                yield _with_regions(words, places, reading)


def _near_a_region(words: Words, start: int, end: int) -> bool:
    """Whether a province or district, with its kind and a word between, may stand beside a name, or a kind behind."""
    if start in words.regions_before or any(at in words.regions for at in range(end, end + 5)):
        return True
    return words.said(end, KINDS_AFTER) or (end < len(words.plain) and words.plain[end][-1].isdigit())


def _is_province(key: Key, kind: str, places: Places) -> bool:
    """A name that a city of today or a province has, and nothing says that the district is meant."""
    if key not in places.provinces:
        return False
    return places.provinces[key] in places.cities or DISTRICT_KINDS.get(kind) not in ALSO_FORMER


def _numbered(words: Words, places: Places, at: int, word: Key) -> _Reading:
    """`q3`, `p5`: a kind and a number in one word."""
    kind, number = places.numbered[word]
    reading = _Reading(start=at, name=(at, at + 1), end=at + 1, kind=kind, key=number, district=kind == "quan")
    return _with_regions(words, places, reading)


def _with_regions(words: Words, places: Places, reading: _Reading) -> _Reading:
    """The reading with what is written beside it: provinces and districts behind it, else before it."""
    end = reading.end
    if words.said(end, KINDS_AFTER) and words.breaks[end] == NO_BREAK:
        reading = replace(reading, kind=reading.kind or COMMUNE_KINDS[words.spoken[end]], kind_behind=True)
        end += 1
    former = words.said(end, FORMER)
    behind, end = _regions_behind(words, places, end + former)
    if behind:
        return replace(reading, end=end, regions=tuple(behind), beside=True, former=former)
    before, start = _regions_before(words, places, reading)
    if before:
        return replace(reading, start=start, end=end, regions=tuple(before), beside=True, former=former)
    return replace(reading, end=end, former=former)


def _regions_behind(words: Words, places: Places, at: int) -> tuple[list[_Region], int]:
    regions: list[_Region] = []
    end = at
    while at < len(words.spoken) and len(regions) < MAX_REGIONS:
        step = at
        while step < at + 2 and words.said(step, BETWEEN):
            step += 1
        found = _region_at(words, places, step)
        if not found:
            break
        region, at = found
        at += words.said(at, REGION_KINDS_AFTER) or words.said(at, FORMER)
        regions.append(region)
        end = at
    return regions, end


def _region_at(words: Words, places: Places, at: int) -> tuple[_Region, int] | None:
    """The province or district that begins at a word, and where it ends."""
    kind, start = region_kind(words.spoken, at)
    if at < len(words.plain) and (written := places.numbered.get(words.plain[at])):
        found = _district(places, written[1], "quan")
        return (found, at + 1) if written[0] == "quan" else None
    for end in reversed(words.regions.get(start, ())):
        if region := _region(words, places, (start, end), kind, parted=start > at or words.ends(at)):
            return region, end
    return None


def _region(words: Words, places: Places, span: tuple[int, int], kind: str, *, parted: bool) -> _Region | None:
    """The region of that name. `parted`: a comma or its kind stands before it."""
    key = " ".join(words.plain[span[0] : span[1]])
    if not kind and (key.isdigit() or (len(key) == 2 and not parted)):
        return None
    province = None if kind in ONLY_DISTRICTS else places.provinces.get(key)
    districts: tuple[District, ...] = ()
    if kind not in PROVINCE_KINDS and key in places.districts:
        districts = _district(places, key, DISTRICT_KINDS.get(kind, "")).districts
        if not (kind or words.whole):
            districts = _surely(districts, words, span, parted=parted)
    if districts and DISTRICT_KINDS.get(kind) in ALSO_FORMER and key not in places.cities:
        province = None  # "thành phố Cao Bằng" is not the province
    if not (province or districts):
        return None
    return _Region(province=province, districts=districts, sure=bool(kind or province))


def _surely(
    districts: tuple[District, ...], words: Words, span: tuple[int, int], *, parted: bool
) -> tuple[District, ...]:
    """Those that a name without a kind means inside a message."""
    if span[1] - span[0] < 2 or words.everyday(*span):
        return ()
    asked = EXACT if words.accents else ALIKE
    return tuple(one for one in districts if agrees(words, span, one.marked) == asked and (parted or asked == EXACT))


def _district(places: Places, key: Key, kind: str) -> _Region:
    found = places.districts.get(plain(key), [])
    of_kind = [one for one in found if one.kind == kind]
    return _Region(districts=tuple(of_kind or (found if " " in key or not kind else ())), sure=True)


def _regions_before(words: Words, places: Places, reading: _Reading) -> tuple[list[_Region], int]:
    """`Hà Nội, phường Láng`: provinces, and districts that are called so, right before a name."""
    regions: list[_Region] = []
    start = reading.start
    if not (reading.kind or words.whole or words.breaks[start]):
        return regions, start
    while start > 0 and len(regions) < MAX_REGIONS:
        found = _region_before(words, places, start)
        if not found:
            break
        region, start = found
        regions.append(region)
    return regions, start


def _region_before(words: Words, places: Places, end: int) -> tuple[_Region, int] | None:
    if end not in words.regions_before:
        return None
    for start in range(max(0, end - MAX_NAME - 1), end):
        kind, name = region_kind(words.spoken, start)
        if end in words.regions.get(name, ()):
            region = _region(words, places, (name, end), kind, parted=bool(kind))
            if region and (region.province or kind):
                return region, start
    return None


def _may_be_a_place(reading: _Reading, words: Words, places: Places) -> bool:
    """Whether the words around a name, or its kind, say that it is a place."""
    start, end = reading.name
    if reading.key.isdigit():
        return _is_number(reading, words)
    if end - start == 1 and len(reading.key) == 1:
        return reading.beside and bool(reading.kind)  # "phường V"
    if words.whole:
        return bool(reading.kind) or not (reading.district and end - start == 1)
    if reading.kind_behind or (reading.kind and len(words.spoken[start - 1]) > 1):
        return _named(reading, words)
    return _bare(reading, words, places)


def _is_number(reading: _Reading, words: Words) -> bool:
    """Only wards and districts have numbers, and `phường 2 tháng` is none."""
    end = reading.name[1]
    if reading.kind not in ("phuong", "quan") or words.said(end, COUNTED):
        return False
    said = reading.district or words.whole or reading.start < reading.name[0]
    return said or reading.beside or words.cued(reading.start)


def _named(reading: _Reading, words: Words) -> bool:
    """A name after its kind in full: everyday words follow `xã` and `phường` too."""
    start, end = reading.name
    if reading.beside or reading.district:
        return True
    if end - start > 1 and (reading.kind_behind or words.spoken[start - 1] in FOREIGN_KINDS):
        return True
    exact = not words.unmarked(start, end)
    far = exact and words.typed[start - 1] == "xa"  # not `xã`
    if end - start == 1 and exact:
        return not far
    if end - start == 1:
        end = reading.end
        return words.cued(reading.start) and (words.ends(end) or words.plain[end] == "thi")
    if words.everyday(start, end):
        return not far and words.closes(end) and (reading.kind == "phuong" or words.cued(reading.start))
    return True


def _bare(reading: _Reading, words: Words, places: Places) -> bool:
    """A name without its kind, or with one letter for it."""
    start, end = reading.name
    if not reading.kind and (not reading.beside and reading.key in places.provinces):
        return False
    if _runs_into_a_province(reading, words, places):
        return False
    cue = words.cued(reading.start)
    if end - start == 1:
        return reading.beside and (cue or bool(reading.kind))
    if words.everyday(start, end) and not (reading.beside and (words.accents or cue)):
        return False
    if reading.beside or reading.kind:
        return True
    if not cue or words.accents or words.spoken[start - 1] in FOREIGN:
        return cue
    return words.ends(end) if words.spoken[start - 1] == "di" else words.closes(end)


def _runs_into_a_province(reading: _Reading, words: Words, places: Places) -> bool:
    """`từ Sơn La`, in which `từ sơn` is no name."""
    start, end = reading.name
    before, behind = words.plain[max(0, start - 1) : start + 1], words.plain[end - 1 : end + 1]
    if start and not words.breaks[start] and " ".join(before) in places.provinces:
        return True
    return not reading.beside and not words.ends(end) and " ".join(behind) in places.provinces


def _resolve(reading: _Reading, words: Words, places: Places) -> Place | None:
    if reading.district:
        return _land(reading, words, places)
    for key in (reading.key, *places.aliases.get(reading.key, ())):
        if place := _of_units(places.units.get(key, []), reading, words, places):
            return _numbered_on(place, reading, words)
    return None


def _numbered_on(place: Place, reading: _Reading, words: Words) -> Place:
    """`Tân Phú 2` is not Tân Phú."""
    end = reading.name[1]
    if end >= len(words.typed) or not words.typed[end].isdigit() or words.breaks[end] == BREAK:
        return place
    counted = words.said(end + 1, COUNTED)
    return place if counted or len(words.typed[end]) > 2 else replace(place, doubt=Doubt.SPELLING)


def _land(reading: _Reading, words: Words, places: Places) -> Place | None:
    """The communes of a former district."""
    found = _district(places, reading.key, reading.kind).districts
    span = reading.name
    if not reading.key.isdigit():
        agreeing = [agrees(words, span, one.marked) for one in found]
        found = tuple(one for one, how in zip(found, agreeing, strict=True) if how == min(agreeing) != APART)
    provinces = [one.province for one in reading.regions if one.province]
    found = tuple(one for one in found if all(name in one.provinces for name in provinces))
    communes = [commune for one in found for commune in one.communes]
    return _place(_typed(words, reading), communes) if communes else None


def _typed(words: Words, reading: _Reading) -> str:
    return " ".join(words.typed[reading.name[0] : reading.name[1]])


def _of_units(units: list[Unit], reading: _Reading, words: Words, places: Places) -> Place | None:
    """The units that agree with the province, then the accents, the district, the age and the kind."""
    provinces = [one for one in reading.regions if one.province]
    units, how = _best_written([unit for unit in units if all(one.holds(unit) for one in provinces)], reading, words)
    if not units:
        return None
    if how == APART:
        return _misspelt(units, reading, words)
    alone = not (reading.kind or reading.beside)
    if how == ALIKE and words.accents and alone and not (words.whole or units[0].loose):
        return None
    if words.whole and alone and reading.key in places.provinces:
        return _in_doubt(reading, words, [unit for unit in units if unit.today], Doubt.CHANCE)
    return _in_district(units, reading, words) or _of_name(units, reading, words, places)


def _best_written(units: list[Unit], reading: _Reading, words: Words) -> tuple[list[Unit], int]:
    """Those whose accents agree best with what was typed, and how well."""
    if not units or reading.key.isdigit():
        return units, EXACT
    agreeing = [agrees(words, reading.name, unit.marked, loose=unit.loose) for unit in units]
    best = min(agreeing)
    return [unit for unit, how in zip(units, agreeing, strict=True) if how == best], best


def _in_district(units: list[Unit], reading: _Reading, words: Words) -> Place | None:
    """Where a district is written: those that lie in it; else the ward of that name is elsewhere, one of it."""
    districts = [one for one in reading.regions if not one.province]
    if not districts:
        return None
    near = [unit for unit in units if all(one.holds(unit) for one in districts)]
    if near:
        return _place(_typed(words, reading), _targets(_of_kind(near, reading.kind)))
    if not words.whole and not all(one.sure for one in districts):
        return None
    wanted = {one.province for one in reading.regions if one.province}
    found = [one for region in districts for one in region.districts if wanted <= one.provinces]
    communes = [commune for one in found for commune in one.communes]
    return replace(_place(_typed(words, reading), communes), doubt=Doubt.SPELLING) if communes else None


def _of_name(units: list[Unit], reading: _Reading, words: Words, places: Places) -> Place:
    """All of that name; without a kind the former district of that name may be meant as well."""
    units = _of_age(units, reading)
    found = _targets(units)
    if not (reading.kind or reading.beside or words.whole):
        found += [commune for one in places.districts.get(reading.key, ()) for commune in one.communes]
    place = _place(_typed(words, reading), found)
    chance = place.total == 1 and _may_be_chance(reading, words, units)
    return replace(place, doubt=Doubt.CHANCE) if chance else place


def _misspelt(units: list[Unit], reading: _Reading, words: Words) -> Place | None:
    """A name with other accents than were typed: asked about, where the words around it name a place."""
    start, end = reading.name
    if not (reading.beside or reading.kind) and not (words.whole and end - start > 1):
        return None
    if not words.whole:
        units = [unit for unit in units if _nearly(reading, words, unit)]
    return _in_doubt(reading, words, _of_age(units, reading), Doubt.SPELLING)


def _in_doubt(reading: _Reading, words: Words, units: list[Unit], doubt: Doubt) -> Place | None:
    return replace(_place(_typed(words, reading), _targets(units)), doubt=doubt) if units else None


def _may_be_chance(reading: _Reading, words: Words, units: list[Unit]) -> bool:
    """Whether words without accents may be a name by chance: their kind is another, or none, or nothing says where."""
    start, end = reading.name
    if words.accents or words.whole or reading.beside or reading.key.isdigit():
        return False
    if not reading.kind or (reading.kind not in (unit.kind for unit in units) and not reading.kind_behind):
        return True
    return (end - start == 1 or not units[0].today) and not words.cued(reading.start)


def _nearly(reading: _Reading, words: Words, unit: Unit) -> bool:
    """Whether all syllables but one are right, and they are not everyday words."""
    start, end = reading.name
    typed = words.typed[start:end]
    apart = sum(marked(a) != b for a, b in zip(typed, unit.marked, strict=False))
    return end - start > 1 and apart < 2 and not words.everyday(start, end, accents=False)


def _of_kind(units: list[Unit], kind: str) -> list[Unit]:
    return [unit for unit in units if unit.kind == kind] or units


def _of_age(units: list[Unit], reading: _Reading) -> list[Unit]:
    """Those of today, unless only a former one is of the kind that was typed or the old name was meant."""
    if reading.former:
        return _of_kind([unit for unit in units if not unit.today] or units, reading.kind)
    units = _of_kind(units, reading.kind)
    return [unit for unit in units if unit.today] or units


def _targets(units: Iterable[Unit]) -> list[FoundCommune]:
    return [target for unit in units for target in unit.targets]


def _place(typed: str, found: Iterable[FoundCommune]) -> Place:
    one_each: dict[int, FoundCommune] = {}
    for commune in found:
        one_each.setdefault(commune.ward_code, commune)
    return Place(typed=typed, candidates=tuple(one_each.values())[:MAX_CANDIDATES], total=len(one_each))


def _left_over(words: Words, reading: _Reading, *, address: bool) -> bool:
    """Whether the message says something beside the place: small words and a postal code may stand around it."""
    before = () if address and _address_to(words, reading) else words.typed[: reading.start]
    rest = (*before, *(word for word in words.typed[reading.end :] if not _postal_code(word)))
    return any(fold(word) not in SMALL_WORDS for word in rest)


def _address_to(words: Words, reading: _Reading) -> bool:
    """Whether what stands before a place is the rest of its address: "12 Nguyễn Trãi, phường …"."""
    if not reading.start or not reading.kind or words.breaks[reading.start] != BREAK:
        return False
    first = words.typed[0]
    return first[0].isdigit() or fold(first) in ADDRESS


def _postal_code(word: str) -> bool:
    return word.isdigit() and len(word) in POSTAL_CODES


def _slip(words: Words, places: Places, *, guess: bool) -> Place | None:
    """The names most like a misspelt one: a question, never a guess."""
    kind, at = leading_kind(words.spoken)
    end = next((one for one in range(at + 1, len(words.plain)) if words.breaks[one] == BREAK), len(words.plain))
    regions, _ = _regions_behind(words, places, end) if end < len(words.plain) else ([], end)
    name = words.plain[at:end]
    if not kind and " ".join(name) in places.provinces:
        return None
    if not 1 <= len(name) <= MAX_NAME or (not kind and (len(name) < 2 or not guess)):
        return None
    return _most_like(" ".join(name), kind, regions, places)


def _most_like(name: str, kind: str, regions: list[_Region], places: Places) -> Place | None:
    found = process.extract(
        name, places.by_initial.get(name[:1], ()), scorer=fuzz.ratio, score_cutoff=SLIP_SCORE, limit=None
    )
    like = [(score, unit) for match, score, _ in found for unit in places.units[match]]
    if not like:
        return None
    fitting = [(score, unit) for score, unit in like if all(one.holds(unit) for one in regions)] or like
    best = max(score for score, _ in fitting)
    units = _of_kind([unit for score, unit in fitting if score >= best - 3], kind)
    units = [unit for unit in units if unit.today] or units
    return replace(_place(name, _targets(units)), doubt=Doubt.SPELLING)
