"""What a message takes back: "không phải gia hạn, làm mới cơ" asks for what is new. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from bot.content.schema import Language, YesNoCues
from bot.understanding.asking import Clauses, Cues, read_clauses
from bot.understanding.fold import fold, low_words, words
from bot.understanding.runs import Run, Runs, folded_runs, listed

PARTS = re.compile(r"([?!.;,\n]+)")
CLAUSES = 6  # looked at; a longer story takes nothing back


@dataclass(frozen=True)
class Denying:
    """The words of it, folded.

    `denies`: a matter that is not meant, `contrast`: the same behind what is; `not_asked`: what was not asked.
    `before`: what may stand before the first, `beside`: before the last; `instead`: what opens what is meant.
    """

    denies: Runs[None] = field(default_factory=Runs)
    contrast: Runs[None] = field(default_factory=Runs)
    not_asked: Runs[None] = field(default_factory=Runs)
    before: Runs[None] = field(default_factory=Runs)
    beside: frozenset[str] = frozenset()
    instead: Runs[None] = field(default_factory=Runs)
    behind: frozenset[Run] = frozenset()  # what may stand behind that
    any: Runs[None] = field(default_factory=Runs)  # all that takes back: most messages have none of it


@dataclass(frozen=True)
class Meant:
    """What is left of a message, and the folded words that it takes back."""

    rest: str
    denied: frozenset[str]


def build_denying(cues: YesNoCues) -> Denying:
    denies, contrast, not_asked, before = map(folded_runs, (cues.denies, cues.contrast, cues.not_asked, cues.mistaken))
    return Denying(
        denies=listed(denies),
        contrast=listed(contrast),
        not_asked=listed(not_asked),
        before=listed(before),
        beside=frozenset(chain.from_iterable((*folded_runs(cues.filler), *before))),
        instead=listed(folded_runs(cues.instead)),
        behind=frozenset(folded_runs(cues.corrects)),
        any=listed((*denies, *contrast, *not_asked)),
    )


def take_back(clauses: Clauses, denying: Denying, cues: Cues) -> Meant | None:
    """What a message means that takes something back; None: it takes nothing back, or nothing would be left.

    What is told of oneself is no denial: "tôi không phải hộ nghèo", "không phải hộ nghèo có được không".
    """
    if len(clauses.folded) > CLAUSES or not denying.any.stand_in(_said(clauses.words, cues)):
        return None
    kept, denied = list[str](), set[str]()
    for part in PARTS.split(clauses.text):
        found = None if PARTS.fullmatch(part) else _denied(words(part), denying, cues, clauses.language)
        kept.append(found.rest if found else "" if _only_leads(words(part.lower()), denying) else part)
        denied.update(found.denied if found else ())
    rest = _without_end("".join(kept).strip(" ,;.?!"), denying)
    return Meant(rest, frozenset(denied)) if denied and _says_something(rest, denying, cues, clauses.language) else None


def _said(low: Sequence[str], cues: Cues) -> Run:
    """The words as they are meant, one for each that is typed."""
    return tuple([" ".join(cues.spelled.get(word) or (fold(word),)) for word in low])


def _denied(typed: Sequence[str], denying: Denying, cues: Cues, language: Language) -> Meant | None:
    """What a clause takes back."""
    low = [word.lower() for word in typed]
    said = _said(low, cues)
    for at, run in denying.contrast.found_in(said):
        return Meant(" ".join(["", *typed[:at]]), frozenset(said[at + len(run) :]))
    for at, run in denying.denies.found_in(said):
        if _only_leads(said[:at], denying) and not read_clauses(" ".join(low), cues, language).yes_no:
            return _parted(typed, said, at + len(run), denying)
    for at, run in denying.not_asked.found_in(said):
        if denying.beside.issuperset(said[:at]):
            return _parted(typed, said, at + len(run), denying)
    return None


def _only_leads(said: Sequence[str], denying: Denying) -> bool:
    """Whether some words only lead to what is taken back: "à nhầm"."""
    return not "".join(denying.before.taken_out(tuple(map(fold, said))))


def _parted(typed: Sequence[str], said: Run, end: int, denying: Denying) -> Meant:
    """What is denied from `end` on, and what follows it after "mà", "chứ"."""
    for at, run in denying.instead.found_in(said[end + 1 :]):
        stop = end + 1 + at
        return Meant(" ".join(["", *typed[stop + len(run) :]]), frozenset(said[end:stop]))
    return Meant("", frozenset(said[end:]))


def _without_end(rest: str, denying: Denying) -> str:
    said = tuple(map(fold, low_words(rest)))
    longest = next((n for n in (2, 1) if len(said) > n and said[-n:] in denying.behind), 0)
    return " ".join(rest.split()[: -longest or None])


def _says_something(rest: str, denying: Denying, cues: Cues, language: Language) -> bool:
    """Whether what is left is no bare question: "không phải hộ nghèo, có được không" tells a case."""
    left = read_clauses(rest, cues, language)
    plain = denying.beside | cues.polite
    return not left.yes_no and any(word not in plain for word in left.said)
