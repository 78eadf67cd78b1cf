"""What is asked: about which aspects, in which order, and whether yes or no would answer. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from bot.content.schema import Aspect, Case, Language, Phrases, When, YesNoCues
from bot.understanding.decide import probabilities
from bot.understanding.features import aspect_features
from bot.understanding.fold import fold, has_accent, low_words, words
from bot.understanding.linear import Linear
from bot.understanding.quantities import NOTHING, Quantities
from bot.understanding.vocabulary import Token, Vocabulary, read_words

NO_ASPECT = "none"
ASPECT_SHARPNESS = 4.0  # how much a difference of the aspects' scores means, in log odds
ALSO_FROM = 0.7  # chance of an aspect of one part of a message, to be a question of its own …
ALSO_IN_ALL = 0.02  # … and in the whole message: "anh chị em ai cũng đồng ý" asks nobody who
MOST_ASKED = 4
GOT = 0.7  # of the chance of a fee, where the procedure pays a benefit
LONGEST_CUE = 5  # words
WORDS_OF_A_NAME = 4  # "đăng ký khai sinh" and a word; more of them beside a plain question tell a case
QUIET = 0.3  # of the chance of each aspect, in a message without a word of a question
MARKS = r"[?!.;,\n]+"
ASPECTS: dict[str, Aspect | None] = {NO_ASPECT: None, **{aspect.value: aspect for aspect in Aspect}}

type Chances = dict[Aspect | None, float]
type Run = tuple[str, ...]  # folded words in a row


@dataclass(frozen=True)
class Cues:
    """The words of yes-or-no questions, folded; and the words that say each option of each case."""

    ends: frozenset[Run] = frozenset()
    begins: frozenset[Run] = frozenset()
    within: frozenset[Run] = frozenset()
    unless: frozenset[Run] = frozenset()
    polite: frozenset[str] = frozenset()
    asking: frozenset[Run] = frozenset()  # words of any question, folded and with their accents
    first_words: frozenset[str] = frozenset()  # the first word of each
    asks: dict[Run, Aspect] = field(default_factory=dict)  # whole questions about an aspect, of two words or more
    begins_asking: frozenset[Run] = frozenset()  # the first two words of each
    clause: re.Pattern[str] = re.compile(MARKS)  # what parts the clauses of a message
    first_asking: frozenset[str] = frozenset()  # the first word of each of `asks`
    first_judging: frozenset[str] = frozenset()  # of each of `within` and `unless`
    may: dict[Language, frozenset[Run]] = field(default_factory=dict)  # what asks whether one may
    must: dict[Language, frozenset[Run]] = field(default_factory=dict)  # what asks whether one must …
    neither: frozenset[Run] = frozenset()  # … and what looks like it and does not
    leaves_out: dict[Language, frozenset[Run]] = field(default_factory=dict)  # what asks to do without something
    permits: frozenset[Run] = frozenset()  # what opens an answer that one may or may not
    obliges: frozenset[Run] = frozenset()  # the same of one that one must or need not


def build_cues(cues: YesNoCues, questions: Mapping[Aspect, Phrases]) -> Cues:
    """`questions`: whole questions about an aspect, which name no procedure."""
    asks = {run: aspect for aspect, phrases in questions.items() for run in _runs(phrases) if len(run) > 1}
    within, unless = _runs(cues.within), _runs(cues.unless)
    asking = _runs(cues.asking) | _accented(cues.asking)
    return Cues(
        ends=_runs(cues.ends),
        begins=_runs(cues.begins),
        within=within,
        unless=unless,
        polite=frozenset(map(fold, cues.polite)),
        asking=asking,
        first_words=_first(asking),
        asks=asks,
        begins_asking=frozenset(run[:2] for run in asks),
        clause=_clause(cues.joins),
        first_asking=_first(asks),
        first_judging=_first(within | unless),
        may=_by_language(cues.may),
        must=_by_language(cues.must),
        neither=_runs(cues.neither),
        leaves_out=_by_language(cues.leaves_out),
        permits=frozenset(map(_run, cues.permits)),
        obliges=frozenset(map(_run, cues.obliges)),
    )


def _clause(joins: Phrases) -> re.Pattern[str]:
    words = [re.escape(text) for language in Language for text in getattr(joins, language)]
    joined = rf"|\s(?:{'|'.join(words)})\s" if words else ""
    return re.compile(MARKS + joined, re.IGNORECASE)


def _runs(phrases: Phrases) -> frozenset[Run]:
    return frozenset(_run(text) for language in Language for text in getattr(phrases, language))


def _by_language(phrases: Phrases) -> dict[Language, frozenset[Run]]:
    """By language: "cần" typed without its accents is another word in English."""
    return {language: frozenset(map(_run, getattr(phrases, language))) for language in Language}


def _first(runs: Iterable[Run]) -> frozenset[str]:
    return frozenset(run[0] for run in runs if run)


def _accented(phrases: Phrases) -> frozenset[Run]:
    return frozenset(tuple(low_words(text)) for language in Language for text in getattr(phrases, language))


def _run(text: str) -> Run:
    return tuple(map(fold, low_words(text)))


def _folded(cleaned: str) -> Run:
    return tuple(map(fold, words(cleaned.lower())))


def chances_of(tokens: list[Token], model: Linear) -> Chances:
    """The chance of each aspect; None: nothing particular is asked."""
    scores = model.scores(aspect_features(tokens))
    if not scores:
        return {None: 1.0}
    found = probabilities(dict(zip(model.labels, scores, strict=True)), ASPECT_SHARPNESS)
    return {ASPECTS[label]: chance for label, chance in found.items()}


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
    found = _grams(tuple(token.folded for token in tokens), LONGEST_CUE, cues.first_asking) & cues.asks.keys()
    longest = max(map(len, found), default=0)
    plain = frozenset(cues.asks[run] for run in found if len(run) == longest)
    return Part(tokens, chances, aspect, plain, alone=bool(plain) and len(tokens) - longest <= WORDS_OF_A_NAME)


def parts_of(text: str, whole: list[Token], cues: Cues, vocabulary: Vocabulary, model: Linear) -> tuple[Part, ...]:
    """The questions of a cleaned message, in order: one, unless its parts clearly ask about different things."""
    asking = [typed for clause in cues.clause.split(text) if (typed := words(clause.lower())) and _asks(typed, cues)]
    chances = chances_of(whole, model)
    if len(asking) > 1:
        parts = [part for typed in asking[-MOST_ASKED:] if (part := _part(typed, cues, vocabulary, model))]
        parts = [part for part in parts if chances.get(part.aspect, 0.0) >= ALSO_IN_ALL]
        found: dict[Aspect | None, Part] = {}
        for part in parts:
            found.setdefault(part.aspect, part)
        if len(found) > 1:
            return tuple(found.values())
    if not asks_something(text, cues):
        chances = unasked(chances)
    return (_part_of(whole, chances, named(chances), cues),)


def _asks(typed: list[str], cues: Cues) -> bool:
    """Whether the first words of a question about an aspect stand in a clause."""
    return not cues.begins_asking.isdisjoint(pairwise(map(fold, typed)))


def _part(typed: list[str], cues: Cues, vocabulary: Vocabulary, model: Linear) -> Part | None:
    tokens = read_words(typed, vocabulary)
    chances = chances_of(tokens, model)
    aspect = named(chances, ALSO_FROM)
    if aspect is None:
        return None
    return replace(_part_of(tokens, chances, aspect, cues), yes_no=_judged(tuple(map(fold, typed)), cues))


def asks_something(text: str, cues: Cues) -> bool:
    """Whether a message has a word of a question, or its mark; typed with accents, a word must have its own."""
    if not cues.asking or "?" in text or is_yes_no(text, cues):
        return True
    words = tuple(low_words(text))
    read = words if any(map(has_accent, words)) else tuple(map(fold, words))
    return not cues.asking.isdisjoint(_grams(read, LONGEST_CUE, cues.first_words))


def unasked(chances: Chances) -> Chances:
    """Of a message that tells something and asks nothing."""
    quiet: Chances = {aspect: QUIET * chance for aspect, chance in chances.items() if aspect is not None}
    return {**quiet, None: 1.0 - sum(quiet.values())}


def is_yes_no(text: str, cues: Cues) -> bool:
    """Whether yes or no would answer a cleaned message."""
    return any(_judged(clause, cues) for clause in folded_clauses(text, cues))


def folded_clauses(text: str, cues: Cues) -> list[Run]:
    """The words of each clause of a cleaned message, without accents."""
    return [_folded(clause) for clause in cues.clause.split(text)]


def grams_in(words: Run, most: int) -> set[Run]:
    """Every row of at most so many words."""
    return _grams(words, most, set(words))


def _judged(words: Run, cues: Cues) -> bool:
    while words and words[-1] in cues.polite:
        words = words[:-1]
    grams = _grams(words, LONGEST_CUE, cues.first_judging)
    if not words or not cues.unless.isdisjoint(grams):
        return False
    ends = any(words[-length:] in cues.ends for length in (1, 2, 3))
    begins = any(words[:length] in cues.begins for length in (1, 2, 3))
    return ends or begins or not cues.within.isdisjoint(grams)


def _grams(words: Run, most: int, first: Collection[str]) -> set[Run]:
    """Every row of at most so many words that begins with one of `first`."""
    begins = [at for at, word in enumerate(words) if word in first]
    return {words[at:end] for at in begins for end in range(at + 1, min(at + most, len(words)) + 1)}


@dataclass(frozen=True)
class Told:
    """The words and numbers that tell each option of a procedure's cases; and how many words they are at most."""

    options: dict[Run, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    longest: int = 0
    first: frozenset[str] = frozenset()  # the first word of each
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
    return Told(found, max(map(len, found), default=0), _first(found), numbers, tuple(alone))


def cases_told(tokens: Iterable[Token], told: Told, counted: Quantities = NOTHING) -> tuple[tuple[str, str], ...]:
    """The cases whose option a message tells; the longest words win, two that differ tell nothing."""
    words = tuple(token.folded for token in tokens)
    best: dict[str, tuple[int, str]] = {}
    for run in _grams(words, told.longest, told.first) & told.options.keys():
        for case, option in told.options[run]:
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
