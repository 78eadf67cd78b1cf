"""The second tier: which of the portal's names a message means, and how likely it means one of them at all.

What is learnt says how like the message is to each group of names and to our own entries; the index says which name.
"""

import math
import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from operator import truediv

from bot.content.words import Named
from bot.understanding.features import features_of
from bot.understanding.fold import low_words
from bot.understanding.linear import Linear
from bot.understanding.result import Ranked
from bot.understanding.vocabulary import Vocabulary, read_words

GROUP = "@"  # how labels of groups of names begin
# The chance that the second tier is meant rather than an entry of ours, in log odds: fitted to 1,273 questions about
# entries and 180 about others, none of them a phrase.
BASE = 2.52
LEAD = 3.0  # by which the likeliest group leads our likeliest entry, as scores
THEIRS = 3.2  # the score of that group
LIKE = 2.66  # how like the message the likeliest name is
WORDS = -0.27  # a word of the message; a long one is rarely like any name
# The chance that it is meant rather than something that nobody lists: fitted to those 180 and 243 about neither.
LISTED_BASE = -3.23
LISTED_LEAD = 4.98  # by which the likeliest group leads the likeliest kind of talk
LISTED_THEIRS = 3.4
LISTED_LIKE = 2.34
LONG = 30
MOST_LIKE = 1.6
WORTH_LOOKING = -1.4  # log odds from which the index is asked, were the likeliest name as like as USUALLY_AT_MOST
USUALLY_AT_MOST = 1.2
MOST_ROWS = 250  # what stands in more of them finds none
SHORT_ROWS = 0.7  # power of a row's length: below 1 short names win less easily
NO_NAME = 0.55  # how much a word counts that no name has
SHARPNESS = 9.0  # how much a difference of likeness means, in log odds
LEFT_OUT = 0.02  # a name without a chance
SHOWN = 4
ROWS = 24  # looked at for so many names
NOTHING = 0.05  # of the weight of a message, up to which a name has nothing beyond ours
CODE = re.compile(r"(?<![\d.])\d\.\d{6}(?![\d.]*\d)")
LINK = re.compile(r"dichvucong\.gov\.vn/\S*?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)


@dataclass(frozen=True)
class Names:
    """The names and how people ask for them, as rows: where each feature stands and what it weighs."""

    codes: tuple[str, ...] = ()  # of each row
    lengths: array[float] = field(default_factory=lambda: array("d"))  # of each row, as its score is divided by it
    places: dict[str, int] = field(default_factory=dict)  # feature → its place in what follows
    weights: array[float] = field(default_factory=lambda: array("d"))  # squared
    starts: array[int] = field(default_factory=lambda: array("I", [0]))
    rows: array[int] = field(default_factory=lambda: array("H"))
    unknown: float = 0.0  # weight of a word that no name has, before its rarity
    known: Mapping[str, str] = field(default_factory=dict)  # what is typed in: code or link → procedure

    def __contains__(self, code: object) -> bool:
        """Whether it is the code of a procedure that no entry of ours answers."""
        return isinstance(code, str) and self.known.get(code) == code


@dataclass(frozen=True, kw_only=True)
class Contest:
    """How likely the second tier is meant rather than an entry of ours; its names, the likeliest first."""

    chance: float = 0.0
    listed: float = 0.0  # how likely the list names it at all, rather than nobody
    ranked: tuple[Ranked, ...] = ()


NOBODY = Contest()


def build_names(named: Sequence[Named], codes: Mapping[str, str], vocabulary: Vocabulary, learned: Linear) -> Names:
    """Index the names; words that people say of anything weigh little, by what was learnt."""
    read = [frozenset(read_name(one.text, vocabulary)) for one in named]
    of_code: dict[str, set[str]] = {}
    for one, features in zip(named, read, strict=True):
        of_code.setdefault(one.code, set()).update(features)
    spread = Counter(feature for features in of_code.values() for feature in features)
    weight = {f: _weight(f, n, len(of_code), learned) ** 2 for f, n in spread.items()}
    places = {feature: at for at, feature in enumerate(weight)}
    stands: list[list[int]] = [[] for _ in places]
    for row, features in enumerate(read):
        for feature in features:
            stands[places[feature]].append(row)
    ends = [0]
    for rows in stands:
        ends.append(ends[-1] + len(rows))
    return Names(
        codes=tuple(one.code for one in named),
        lengths=array("d", (sum(map(weight.__getitem__, sorted(f))) ** (SHORT_ROWS / 2) or 1.0 for f in read)),
        places=places,
        weights=array("d", weight.values()),
        starts=array("I", ends),
        rows=array("H", (row for rows in stands for row in rows)),
        unknown=math.log(1 + len(of_code)),
        known=codes,
    )


def read_name(text: str, vocabulary: Vocabulary) -> list[str]:
    """The features of a name."""
    return telling(features_of(read_words(low_words(text), vocabulary), vocabulary))


def telling(features: Iterable[str]) -> list[str]:
    """Syllables, pairs and notions: names are found without accents and by whole words."""
    return [feature for feature in features if feature[0] not in "'<"]


def _weight(feature: str, often: int, names: int, learned: Linear) -> float:
    return math.log(1 + names / often) * _rarity(feature, learned)


def _rarity(feature: str, learned: Linear) -> float:
    """From 0 to 1: how seldom people say it, a pair as seldom as its commoner word."""
    known = feature.split(" ") + ([feature] if feature in learned.places else [])
    return min(math.sqrt(learned.rarity(one) / learned.unseen) for one in known)


def parted(learned: Linear, features: Sequence[str]) -> tuple[float, dict[str, float]]:
    """The score of the likeliest group of names; and the score of every other label."""
    share, tenths = learned.sums(features)
    groups = bisect_left(learned.labels, chr(ord(GROUP) + 1))  # sorted: they come first
    ours = map(share.__mul__, tenths[groups:])
    return share * max(tenths[:groups], default=0), dict(zip(learned.labels[groups:], ours, strict=True))


def typed_in(text: str, names: Names) -> str | None:
    """The procedure whose code, or whose page on the portal, stands in the message."""
    found = [*CODE.findall(text), *map(str.lower, LINK.findall(text))]
    return next((names.known[one] for one in found if one in names.known), None)


@dataclass(frozen=True, kw_only=True)
class Scores:
    """The scores of the likeliest entry of ours, kind of talk and group of names."""

    ours: float
    talk: float
    theirs: float


def weigh(
    features: Sequence[str], length: int, scores: Scores, names: Names, learned: Linear, ours: frozenset[str]
) -> Contest:
    """How a message of `length` words is shared out; `ours`: what the names of our likeliest entry have.

    A name that has nothing of the message beyond what ours have is no nearer, however like it is.
    """
    odds = BASE + LEAD * (scores.theirs - scores.ours) + THEIRS * scores.theirs + WORDS * min(length, LONG)
    if odds + LIKE * USUALLY_AT_MOST < WORTH_LOOKING or not names.codes:
        return NOBODY
    ranked = _nearest(telling(features), names, learned)
    if not ranked:
        return NOBODY
    if _beyond(telling(features), ranked[0][1], names, ours) <= NOTHING:
        return NOBODY
    like = min(MOST_LIKE, ranked[0][0])
    listed = LISTED_BASE + LISTED_LEAD * (scores.theirs - scores.talk) + LISTED_THEIRS * scores.theirs
    return Contest(
        chance=_chance(odds + LIKE * like), listed=_chance(listed + LISTED_LIKE * like), ranked=_shares(ranked)
    )


def _beyond(features: list[str], code: str, names: Names, ours: frozenset[str]) -> float:
    """Of the weight of a message, as names have it, how much the rows of a code have and ours have not."""
    total = beyond = 0.0
    for feature in features:
        if (at := names.places.get(feature)) is not None:
            total += names.weights[at]
            rows = names.rows[names.starts[at] : names.starts[at + 1]]
            if feature not in ours and any(names.codes[row] == code for row in rows):
                beyond += names.weights[at]
    return beyond / total if total else 0.0


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def _shares(ranked: list[tuple[float, str]]) -> tuple[Ranked, ...]:
    powers = [math.exp(SHARPNESS * (like - ranked[0][0])) for like, _ in ranked]
    shares = [power / sum(powers) for power in powers]
    return tuple(
        Ranked(id=code, score=share) for share, (_, code) in zip(shares, ranked, strict=True) if share >= LEFT_OUT
    )[:SHOWN]


def _nearest(features: list[str], names: Names, learned: Linear) -> list[tuple[float, str]]:
    """The likest names, each once, by its likest row."""
    shared, squared = _shared(features, names, learned)
    length = math.sqrt(squared) or 1.0
    likes = map(truediv, shared.values(), map(names.lengths.__getitem__, shared))
    rows = nlargest(ROWS, zip(likes, shared, strict=True))
    best: dict[str, float] = {}
    for like, row in rows:
        best.setdefault(names.codes[row], like / length)
    return [(like, code) for code, like in best.items()][:SHOWN]


def _shared(features: list[str], names: Names, learned: Linear) -> tuple[dict[int, float], float]:
    """What each row shares with the message; the message's length in feature space, squared."""
    shared: defaultdict[int, float] = defaultdict(float)
    squared = 0.0
    for feature in features:
        at = names.places.get(feature)
        if at is None:
            if " " not in feature:
                squared += (NO_NAME * names.unknown * _rarity(feature, learned)) ** 2
            continue
        weight = names.weights[at]
        squared += weight
        begin, end = names.starts[at], names.starts[at + 1]
        if end - begin <= MOST_ROWS:
            for row in names.rows[begin:end]:
                shared[row] += weight
    return shared, squared
