"""What is asked: about which aspects, in which order, and whether yes or no would answer. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from types import MappingProxyType

from bot.content.schema import Aspect, Case, Language, Phrases, When, YesNoCues
from bot.understanding.decide import probabilities
from bot.understanding.features import aspect_features
from bot.understanding.fold import fold, has_accent, low_words, words
from bot.understanding.linear import Linear
from bot.understanding.quantities import NOTHING, Quantities
from bot.understanding.runs import Run, Runs, build_runs, listed
from bot.understanding.vocabulary import Token, Vocabulary, read_words

NO_ASPECT = "none"
ASPECT_SHARPNESS = 4.0  # how much a difference of the aspects' scores means, in log odds
ALSO_FROM = 0.7  # chance of an aspect of one part of a message, to be a question of its own …
BESIDE_FROM = 0.5  # … beside one that surely is …
ALSO_IN_ALL = 0.005  # … and in the whole message: "anh chị em ai cũng đồng ý" asks nobody who
CLEARLY, HARDLY = 0.4, 0.05  # chances of an aspect that is asked about, and of one that is not
MOST_ASKED = 4
GOT = 0.7  # of the chance of a fee, where the procedure pays a benefit
LONGEST_CUE = 5  # words
WORDS_OF_A_NAME = 4  # "đăng ký khai sinh" and a word; more of them beside a plain question tell a case
QUIET = 0.3  # of the chance of each aspect, in a message without a word of a question …
TOLD = frozenset((Aspect.STATUS, Aspect.REFUSED))  # … but of these: "ba tuần rồi chưa thấy gì" tells, and asks
MARKS = r"[?!.;,\n]+"
NO_RUNS: frozenset[Run] = frozenset()
NO_SPELLINGS: Mapping[str, Run] = MappingProxyType({})
ASPECTS: dict[str, Aspect | None] = {NO_ASPECT: None, **{aspect.value: aspect for aspect in Aspect}}

type Chances = dict[Aspect | None, float]


@dataclass(frozen=True)
class Cues:
    """The words of yes-or-no questions, folded; and the words that say each option of each case."""

    ends: frozenset[Run] = frozenset()
    begins: dict[Language, frozenset[Run]] = field(default_factory=dict)  # by language: "can" is "căn" or "cần", too
    begs: frozenset[Run] = frozenset()  # what looks like the latter and only asks to be told
    begins_too: dict[Language, frozenset[Run]] = field(default_factory=dict)  # `begins` with the Vietnamese ones
    within: Runs[None] = field(default_factory=Runs)
    unless: Runs[None] = field(default_factory=Runs)
    any: Runs[None] = field(default_factory=Runs)  # what looks like the latter and asks nothing
    polite: frozenset[str] = frozenset()
    despite: frozenset[str] = frozenset()  # as typed, what ends a question though without its accent it is polite: "à"
    asking: Runs[None] = field(default_factory=Runs)  # words of any question, folded and with their accents
    asks: Runs[Aspect] = field(default_factory=Runs)  # whole questions about an aspect, of two words or more
    begins_asking: frozenset[Run] = frozenset()  # the first two words of each
    clause: re.Pattern[str] = re.compile(MARKS)  # what parts the clauses of a message in lower case
    may: dict[Language, Runs[None]] = field(default_factory=dict)  # what asks whether one may
    must: dict[Language, Runs[None]] = field(default_factory=dict)  # what asks whether one must …
    neither: Runs[None] = field(default_factory=Runs)  # … and what looks like it and does not
    leaves_out: dict[Language, Runs[None]] = field(default_factory=dict)  # what asks to do without something
    needless: dict[Language, Runs[None]] = field(default_factory=dict)  # what says that one need not
    confirms: frozenset[Run] = frozenset()  # what asks at the end to be sure
    permits: Runs[None] = field(default_factory=Runs)  # what opens an answer that one may or may not
    obliges: Runs[None] = field(default_factory=Runs)  # the same of one that one must or need not
    turns: frozenset[Run] = frozenset()  # how one turns to something else
    spelled: Mapping[str, Run] = field(default_factory=dict)  # short and dialect forms as typed → what is meant, folded


def build_cues(
    cues: YesNoCues, questions: Mapping[Aspect, Phrases], spellings: Mapping[str, tuple[str, ...]] = NO_SPELLINGS
) -> Cues:
    """`questions`: whole questions about an aspect, which name no procedure; `spellings`: of the vocabulary."""
    asks = {run: aspect for aspect, phrases in questions.items() for run in _runs(phrases) if len(run) > 1}
    return Cues(
        ends=_runs(cues.ends),
        begins=(begins := {one: frozenset(map(_run, getattr(cues.begins, one))) for one in Language}),
        begins_too={one: runs | begins[Language.VI] for one, runs in begins.items()},
        begs=_runs(cues.begs),
        within=listed(_runs(cues.within)),
        unless=listed(_runs(cues.unless)),
        any=listed(_runs(cues.any)),
        polite=(polite := frozenset(map(fold, cues.polite))),
        despite=frozenset(
            run[0] for run in _accented(cues.ends) if len(run) == 1 and has_accent(run[0]) and fold(run[0]) in polite
        ),
        asking=listed(_runs(cues.asking) | _accented(cues.asking)),
        asks=build_runs(asks, LONGEST_CUE),
        begins_asking=frozenset(run[:2] for run in asks),
        clause=_clause(cues.joins),
        may=_by_language(cues.may),
        must=_by_language(cues.must),
        neither=listed(_runs(cues.neither)),
        leaves_out=_by_language(cues.leaves_out),
        needless=_by_language(cues.needless),
        confirms=_runs(cues.confirms),
        permits=listed(map(_run, cues.permits)),
        obliges=listed(map(_run, cues.obliges)),
        turns=_runs(cues.turns),
        spelled={typed: tuple(map(fold, full)) for typed, full in spellings.items()},
    )


def _clause(joins: Phrases) -> re.Pattern[str]:
    words = [re.escape(text.lower()) for language in Language for text in getattr(joins, language)]
    joined = rf"|\s(?:{'|'.join(words)})\s" if words else ""
    return re.compile(MARKS + joined)


def _runs(phrases: Phrases) -> frozenset[Run]:
    return frozenset(_run(text) for language in Language for text in getattr(phrases, language))


def _by_language(phrases: Phrases) -> dict[Language, Runs[None]]:
    """By language: "cần" typed without its accents is another word in English."""
    return {language: listed(map(_run, getattr(phrases, language))) for language in Language}


def _accented(phrases: Phrases) -> frozenset[Run]:
    return frozenset(tuple(low_words(text)) for language in Language for text in getattr(phrases, language))


def _run(text: str) -> Run:
    return tuple(map(fold, low_words(text)))


@dataclass(frozen=True)
class Clauses:
    """A cleaned message: its words, in lower case and folded, and the same of each of its clauses."""

    text: str
    words: list[str]
    said: Run
    typed: list[list[str]]
    folded: list[Run]
    meant: list[Run]  # the same with short and dialect forms written out
    yes_no: bool  # whether yes or no would answer it
    language: Language


def read_clauses(text: str, cues: Cues, language: Language = Language.VI, whole: list[str] | None = None) -> Clauses:
    """The words and the clauses of a cleaned message in a language. `whole`: its words, where they are known."""
    low = text.lower()
    whole = words(low) if whole is None else whole
    said = tuple(map(fold, whole))
    clauses = cues.clause.split(low)
    typed = list(map(words, clauses)) if len(clauses) > 1 else [whole]
    folded = [tuple(map(fold, clause)) for clause in typed] if len(clauses) > 1 else [said]
    meant = folded if cues.spelled.keys().isdisjoint(whole) else [_written_out(clause, cues) for clause in typed]
    yes_no = any(_judged(*clause, cues, language) for clause in zip(typed, folded, meant, strict=True))
    return Clauses(text, whole, said, typed, folded, meant, yes_no, language)


def _written_out(clause: list[str], cues: Cues) -> Run:
    return tuple(chain.from_iterable(cues.spelled.get(word) or (fold(word),) for word in clause))


def chances_of(tokens: list[Token], model: Linear) -> Chances:
    """The chance of each aspect; None: nothing particular is asked."""
    scores = model.scores(aspect_features(tokens))
    if not scores:
        return {None: 1.0}
    found = probabilities(dict(zip(model.labels, scores, strict=True)), ASPECT_SHARPNESS)
    return {ASPECTS[label]: chance for label, chance in found.items()}


def asks_clearly(chances: Chances, instead: Aspect) -> bool:
    """Whether something particular is likely asked about, and hardly `instead`."""
    other = max((chance for aspect, chance in chances.items() if aspect not in (None, instead)), default=0.0)
    return other >= CLEARLY and chances.get(instead, 0.0) < HARDLY


def received(chances: Chances) -> Chances:
    """Of a benefit: money that is asked about is rather what one gets than what one pays."""
    fee = chances.get(Aspect.FEE, 0.0)
    return {**chances, Aspect.AMOUNT: chances.get(Aspect.AMOUNT, 0.0) + GOT * fee, Aspect.FEE: (1 - GOT) * fee}


def named(chances: Chances, least: float = 0.0) -> Aspect | None:
    """The aspect that is likeliest asked about, None where nothing particular is, or none is likely enough."""
    best = max(chances, key=chances.__getitem__)
    return best if chances[best] >= least else None


@dataclass(frozen=True)
class Part:
    """One question of a message: its words and the chances of what it asks."""

    tokens: list[Token]
    chances: Chances
    aspect: Aspect | None = None
    plain: frozenset[Aspect] = frozenset()  # what is asked about in words that anybody asks it in
    alone: bool = False  # and in hardly any other words but a name
    yes_no: bool | None = None  # of one part of several: whether yes or no would answer it


def _part_of(tokens: list[Token], chances: Chances, aspect: Aspect | None, cues: Cues) -> Part:
    """With the aspects whose plain question stands in it: "cần giấy gì"; the longest question decides."""
    found = [run for _, run in cues.asks.found_in(tuple([folded for folded, _ in tokens]))]
    longest = max(map(len, found), default=0)
    plain = frozenset(cues.asks.means[run] for run in found if len(run) == longest)
    return Part(tokens, chances, aspect, plain, alone=bool(plain) and len(tokens) - longest <= WORDS_OF_A_NAME)


def parts_of(
    clauses: Clauses, whole: list[Token], cues: Cues, vocabulary: Vocabulary, model: Linear
) -> tuple[Part, ...]:
    """The questions of a message, in order: one, unless its parts clearly ask about different things."""
    asking = [at for at, clause in enumerate(clauses.meant) if _asks(clauses, at, clause, cues)]
    chances = chances_of(whole, model)
    if len(asking) > 1:
        parts = [part for at in asking[-MOST_ASKED:] if (part := _part(clauses, at, cues, vocabulary, model))]
        parts = [part for part in parts if chances.get(part.aspect, 0.0) >= ALSO_IN_ALL]
        found: dict[tuple[Aspect | None, bool | None], Part] = {}
        for part in parts:  # "how much is the fine, and do I have to pull it down" are two
            found.setdefault((part.aspect, part.yes_no), part)
        if len(found) > 1 and any(part.chances[part.aspect] >= ALSO_FROM for part in parts):
            return tuple(found.values())
    if not asks_something(clauses, cues):
        chances = unasked(chances)
    return (_part_of(whole, chances, named(chances), cues),)


def _asks(clauses: Clauses, at: int, clause: Run, cues: Cues) -> bool:
    """Whether yes or no would answer a clause, or a question begins in it; "ai cũng đồng ý" is none."""
    if _judged(clauses.typed[at], clauses.folded[at], clause, cues, clauses.language):
        return True
    if cues.any.stand_in(clause) or cues.begins_asking.isdisjoint(pairwise(clause)):
        return False
    return _has_asking_word(clauses.typed[at], clause, cues)


def _has_asking_word(typed: list[str], folded: Run, cues: Cues) -> bool:
    """Whether a word of a question stands in it; typed with accents, it must have its own."""
    return cues.asking.stand_in(tuple(typed) if any(map(has_accent, typed)) else folded)


def _part(clauses: Clauses, at: int, cues: Cues, vocabulary: Vocabulary, model: Linear) -> Part | None:
    tokens = read_words(clauses.typed[at], vocabulary)
    chances = chances_of(tokens, model)
    aspect = named(chances, BESIDE_FROM)
    if aspect is None:
        return None
    return replace(
        _part_of(tokens, chances, aspect, cues),
        yes_no=_judged(clauses.typed[at], clauses.folded[at], clauses.meant[at], cues, clauses.language),
    )


def asks_something(clauses: Clauses, cues: Cues) -> bool:
    """Whether a message has a word of a question, or its mark; typed with accents, a word must have its own.

    What is a whole question by itself needs neither: "office hours".
    """
    if not cues.asking.means or "?" in clauses.text or clauses.yes_no or clauses.said in cues.asks.means:
        return True
    if _has_asking_word(clauses.words, clauses.said, cues):
        return True
    return clauses.meant is not clauses.folded and any(map(cues.asking.stand_in, _written_differently(clauses)))


def _written_differently(clauses: Clauses) -> Iterator[Run]:
    return (meant for meant, folded in zip(clauses.meant, clauses.folded, strict=True) if meant != folded)


def unasked(chances: Chances) -> Chances:
    """Of a message that tells something and asks nothing."""
    asked = ((aspect, chance) for aspect, chance in chances.items() if aspect is not None)
    quiet: Chances = {aspect: chance if aspect in TOLD else QUIET * chance for aspect, chance in asked}
    return {**quiet, None: 1.0 - sum(quiet.values())}


def _judged(typed: list[str], folded: Run, meant: Run, cues: Cues, language: Language) -> bool:
    """Whether yes or no would answer a clause, as it is typed or as it is `meant`."""
    if (typed and typed[-1] in cues.despite) or (language is Language.EN and _opens_a_question(folded, cues)):
        return True
    ways = {folded, meant}
    if any(cues.unless.stand_in(way) and cues.unless.stand_in(cues.any.taken_out(way)) for way in ways):
        return False
    return any(_is_judged(way, cues, language) for way in ways)


def _opens_a_question(clause: Run, cues: Cues) -> bool:
    """In English, where the first word decides: "can a widow who remarried get it", but not "can you tell me who"."""
    opening = {clause[:length] for length in (1, 2, 3)}
    return not cues.begins[Language.EN].isdisjoint(opening) and cues.begs.isdisjoint(opening)


def _is_judged(clause: Run, cues: Cues, language: Language) -> bool:
    spoken = clause
    while clause and clause[-1] in cues.polite:
        clause = clause[:-1]
    if not clause:
        return False
    last = (clause[-1:], clause[-2:], clause[-3:], spoken[-2:])  # "thôi à": folded, its end is the polite "ạ"
    ends = not cues.ends.isdisjoint(last)
    opening = (clause[:1], clause[:2], clause[:3])
    begins = not cues.begins_too.get(language, NO_RUNS).isdisjoint(opening)
    return ends or begins or cues.within.stand_in(clause)


def turns(tokens: Sequence[Token], cues: Cues) -> bool:
    """Whether a message begins as one turns to something else."""
    words = tuple(token.folded for token in tokens[:LONGEST_CUE])
    return any(words[:length] in cues.turns for length in range(1, LONGEST_CUE + 1))


@dataclass(frozen=True)
class Told:
    """The words and numbers that tell each option of a procedure's cases."""

    options: Runs[tuple[tuple[str, str], ...]] = field(default_factory=Runs)
    numbers: dict[tuple[str, str], When] = field(default_factory=dict)
    by_number: tuple[tuple[str, str], ...] = ()  # what numbers tell without a word


def build_told(cases: Sequence[Case]) -> Told:
    found: dict[Run, tuple[tuple[str, str], ...]] = {}
    numbers: dict[tuple[str, str], When] = {}
    alone: list[tuple[str, str]] = []
    for case in cases:
        for option in case.options:
            for run in filter(None, _runs(option.said)):
                found[run] = (*found.get(run, ()), (case.id, option.id))
            if option.when:
                numbers[case.id, option.id] = option.when
                alone += [] if option.said.all else [(case.id, option.id)]
    return Told(build_runs(found), numbers, tuple(alone))


def cases_told(tokens: Iterable[Token], told: Told, counted: Quantities = NOTHING) -> tuple[tuple[str, str], ...]:
    """The cases whose option a message tells; the longest words win, two that differ tell nothing."""
    best: dict[str, tuple[int, str]] = {}
    for _, run in told.options.found_in(tuple([folded for folded, _ in tokens])):
        for case, option in told.options.means[run]:
            when = told.numbers.get((case, option))
            if when and not counted.within(when):
                continue
            length, known = best.get(case, (0, ""))
            if len(run) > length:
                best[case] = len(run), option
            elif len(run) == length and known != option:
                best[case] = length, ""
    numbered = {case: option for case, option in told.by_number if counted.within(told.numbers[case, option])}
    worded = {case: option for case, (_, option) in best.items() if option}
    return tuple(sorted({**numbered, **worded}.items()))
