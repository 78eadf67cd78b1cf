"""A message as the finding of places reads it: its words as keys, kinds of place, what parts them, and their accents.

Pure. `phường` is a kind of place; `phượng`, `phương` and `quân` are parts of names.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from bot.understanding.fold import accented, fold, gaps
from bot.understanding.place_names import Key, Places, marked, plain

MAX_NAME = 5  # syllables

# Kinds as typed before a name, folded: what they say of the unit.
COMMUNE_KINDS = {
    "phuong": "phuong", "phg": "phuong", "ward": "phuong", "p": "phuong", "f": "phuong", "kelurahan": "phuong",
    "xa": "xa", "commune": "xa", "x": "xa", "desa": "xa",
    "thi tran": "thi tran", "tt": "thi tran", "town": "thi tran", "township": "thi tran",
    "dac khu": "dac khu",
}  # fmt: skip
DISTRICT_KINDS = {
    "quan": "quan", "q": "quan", "huyen": "huyen", "h": "huyen", "thi xa": "thi xa", "tx": "thi xa",
    "thanh pho": "thanh pho", "tp": "thanh pho", "city": "thanh pho", "kota": "thanh pho",
    "district": "quan", "kecamatan": "quan",
}  # fmt: skip
ONLY_DISTRICTS = frozenset(["quan", "q", "huyen", "h", "district"])
PROVINCE_KINDS = frozenset(["tinh", "t", "province", "provinsi"])
KINDS_AFTER = frozenset(["ward", "commune", "town", "township"])
REGION_KINDS_AFTER = frozenset(["district", "city", "province"])
ALSO_FORMER = frozenset(["thanh pho", "thi xa"])  # kinds of city that were names of districts
KIND_SYLLABLES = {
    "phuong": {"phường", "phuờng", "phừơng"}, "xa": {"xã"}, "thi": {"thị"}, "tran": {"trấn"}, "quan": {"quận"},
    "huyen": {"huyện"}, "dac": {"đặc"}, "khu": {"khu"}, "thanh": {"thành"}, "pho": {"phố"}, "tinh": {"tỉnh"},
    "cu": {"cũ"},
}  # fmt: skip
SPOKEN = {folded: {accented(word) for word in kinds} for folded, kinds in KIND_SYLLABLES.items()}
NO_BREAK, DASH, BREAK = range(3)
EXACT, ALIKE, APART = range(3)  # how accents agree


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


BEFORE_A_PLACE = _listed("o tai ve tu ben duoi tren que in at di daerah from near live tinggal")
FOREIGN = _listed("in at from near live tinggal daerah")  # of those: anything may follow the name
FOREIGN_KINDS = _listed("ward commune town township kelurahan desa")
# What may stand behind a bare name typed without accents: elsewhere it may be everyday language.
AFTER_A_PLACE = _listed("thi muon can lam ra den nop dang co la xin hoi a ah oi nay gio cu di phai duoc khong")
BETWEEN = _listed("thuoc o tai cua in of nay la")  # a name and its region
COUNTED = _listed("nam thang ngay tuan tieng gio lan nguoi con dua be chau bua cai can ban bo tuoi phut thua")
SMALL_WORDS = _listed(
    "o tai em toi minh tui la thuoc nha cu moi truoc da a nhe gio nay tinh tp thanh pho quan huyen thi xa phuong tran "
    "i live in at from saya tinggal di ward commune kelurahan desa q h p tt dk ubnd viet nam vietnam vn"
)  # around a place in a message that says nothing else
# How an address begins that leads to a place: "số 5 ngõ 12, thôn Đoài, xã …".
ADDRESS = _listed("so ngo ngach hem kiet duong pho thon ap to tdp khu kp khom ban buon lang xom doi toa nha can chung")
COOPERATIVE = ("hop", "tac", "xa")  # what follows is its name, no commune
FORMER = _listed("cu lama")  # behind a name: the old one is meant
SHORT_FORMS = _listed("p x q h t f tp tt tx dk")  # a full stop behind them ends nothing
MOSTLY_PLAIN = 6  # one word of that many has an accent, at most: the others are typed without


class Words(NamedTuple):
    """A message: its words as keys of the index, as kinds are recognised, and what stands before each."""

    typed: Sequence[str]
    plain: Sequence[Key]
    spoken: Sequence[str]
    breaks: Sequence[int]
    names: Sequence[tuple[int, int, Key]]  # every stretch that is the name of something
    regions: Mapping[int, Sequence[int]]  # where names of provinces and districts begin and end
    regions_before: Collection[int]  # where they end
    accents: bool  # it is typed with accents
    whole: bool  # it is expected to be a place and nothing else
    ordinary: Collection[str]  # folded pairs of syllables of everyday language

    def ends(self, at: int) -> bool:
        """Whether the message, or a part of it, ends before a word."""
        return at >= len(self.typed) or self.breaks[at] != NO_BREAK

    def closes(self, at: int) -> bool:
        """Whether a name may end before a word."""
        return self.ends(at) or self.plain[at] in AFTER_A_PLACE

    def cued(self, at: int) -> bool:
        """Whether a word before says that a place follows."""
        return at > 0 and self.spoken[at - 1] in BEFORE_A_PLACE

    def said(self, at: int, words: Collection[str]) -> bool:
        """Whether a word is one of these."""
        return at < len(self.spoken) and self.spoken[at] in words

    def everyday(self, start: int, end: int, *, accents: bool = True) -> bool:
        """Whether these words are everyday language, with their accents or without."""
        typed = self.typed[start:end]
        form = accented if accents and not "".join(typed).isascii() else fold
        return " ".join(map(form, typed)) in self.ordinary

    def unmarked(self, start: int, end: int) -> bool:
        """Whether these words have no accent."""
        return "".join(self.typed[start:end]).isascii()


def read_words(
    text: str, typed: Sequence[str], places: Places, *, whole: bool, ordinary: Collection[str] = ()
) -> Words:
    before = gaps(text)
    keys = [plain(word) for word in typed]
    breaks = [NO_BREAK if gap == " " or not at else _break(gap, typed[at - 1]) for at, gap in enumerate(before)]
    names = _names_in(keys, breaks, places)
    regions: dict[int, list[int]] = {}
    for start, end, key in names:
        if key in places.provinces or key in places.districts:
            regions.setdefault(start, []).append(end)
    return Words(
        typed=typed,
        plain=keys,
        spoken=[_spoken(word) for word in typed],
        breaks=breaks,
        names=names,
        regions=regions,
        regions_before=frozenset(end for ends in regions.values() for end in ends),
        accents=MOSTLY_PLAIN * (len(typed) - sum(map(str.isascii, typed))) > len(typed),
        whole=whole,
        ordinary=ordinary,
    )


@lru_cache(maxsize=20_000)
def _spoken(word: str) -> str:
    """Folded, but `phương` and `quân` stay apart from `phường` and `quận`."""
    folded = fold(word)
    misread = folded in SPOKEN and not word.isascii() and accented(word) not in SPOKEN[folded]
    return word if misread else folded


def _break(gap: str, before: str) -> int:
    """What a gap between two words parts: nothing, halves of a name that has a dash, or names."""
    signs = gap.strip()
    if not signs:
        return BREAK if "\n" in gap else NO_BREAK
    if signs in ("-", "–", "—", ":"):
        return DASH
    if signs == ".":
        return NO_BREAK if fold(before) in SHORT_FORMS else BREAK
    return NO_BREAK if signs in ("'", "’", '"', "“", "”", "`") else BREAK


def _names_in(keys: Sequence[Key], breaks: Sequence[int], places: Places) -> list[tuple[int, int, Key]]:
    """Every stretch of words that is the name of something; none goes across a comma."""
    found = [(at, at + 1, word) for at, word in enumerate(keys) if word in places.names]
    for start, pair in enumerate(map(" ".join, pairwise(keys))):
        if pair in places.beginnings and breaks[start + 1] != BREAK:
            found += _longer(keys, breaks, start, places)
    return found


def _longer(keys: Sequence[Key], breaks: Sequence[int], start: int, places: Places) -> Iterator[tuple[int, int, Key]]:
    dashed = False
    for end in range(start + 2, min(len(keys), start + MAX_NAME) + 1):
        if breaks[end - 1] == BREAK:
            return
        dashed = dashed or breaks[end - 1] == DASH
        name = " ".join(keys[start:end])
        if name in places.names and (not dashed or name in places.hyphenated):
            yield start, end, name


def kind_before(words: Words, start: int) -> tuple[str, int]:
    """The kind typed before a name, and where it begins."""
    spoken = words.spoken
    if start >= 2 and words.breaks[start] != BREAK and words.breaks[start - 1] == NO_BREAK:
        kind = f"{spoken[start - 2]} {spoken[start - 1]}"
        if kind in COMMUNE_KINDS or kind in DISTRICT_KINDS:
            return kind, start - 2
    if start >= 1 and words.breaks[start] != BREAK:
        kind = spoken[start - 1]
        named_so = tuple(spoken[max(0, start - 3) : start]) == COOPERATIVE
        if (kind in COMMUNE_KINDS or kind in DISTRICT_KINDS) and not named_so:
            return kind, start - 1
    return "", start


def region_kind(spoken: Sequence[str], at: int) -> tuple[str, int]:
    """The kind of region at a word, and where its name begins."""
    if " ".join(spoken[at : at + 2]) in DISTRICT_KINDS:
        return " ".join(spoken[at : at + 2]), at + 2
    if at < len(spoken) and (spoken[at] in DISTRICT_KINDS or spoken[at] in PROVINCE_KINDS):
        return spoken[at], at + 1
    return "", at


def leading_kind(spoken: Sequence[str]) -> tuple[str, int]:
    for length in (2, 1):
        if kind := COMMUNE_KINDS.get(" ".join(spoken[:length])):
            return kind, length
    return "", 0


def agrees(words: Words, span: tuple[int, int], name: Sequence[str], *, loose: bool = False) -> int:
    """How the accents typed agree with those of a name: the same, as far as they were typed, or not."""
    typed = words.typed[span[0] : span[1]]
    if not words.accents and words.unmarked(*span):
        return ALIKE
    own = [marked(word) for word in typed]
    if len(own) == len(name) and all(a == b for a, b in zip(own, name, strict=True)):
        return EXACT
    if loose or words.unmarked(*span):
        return ALIKE
    if len(own) != len(name):
        return APART
    same = (a == b or (words.whole and word.isascii()) for a, b, word in zip(own, name, typed, strict=True))
    return ALIKE if all(same) else APART
