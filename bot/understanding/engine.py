"""The engine: one message and what the chat remembers → one Understanding. Pure; built from what maintainers write."""

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from bot.content.communes import Gazetteer
from bot.content.schema import Answer, Aspect, Case, Language
from bot.content.words import HowPeopleAsk, Phrase
from bot.understanding import decide, portal_names, tiers
from bot.understanding.asking import (
    Clauses,
    Cues,
    Part,
    Told,
    asks_clearly,
    build_cues,
    build_told,
    cases_told,
    parts_of,
    read_clauses,
    received,
    turns,
)
from bot.understanding.choosing import Statements, choose, features_for, index, others, telling
from bot.understanding.dates import Dates, build_dates
from bot.understanding.denials import Denying, build_denying, take_back
from bot.understanding.events import Events, build_events, event_told
from bot.understanding.features import features_of, shown
from bot.understanding.fold import clean, fold, low_words, words
from bot.understanding.language import Languages, detect
from bot.understanding.latent import Latent, Point
from bot.understanding.linear import Linear
from bot.understanding.modality import Modality, modality_of
from bot.understanding.moments import Moments, build_moments, moment_asked
from bot.understanding.place_names import Places, build_places, everyday
from bot.understanding.places import Mention, find_mention
from bot.understanding.portal_names import Names, build_names
from bot.understanding.quantities import NOTHING, Counting, Quantities, build_counting, told_in
from bot.understanding.result import Asked, Choice, Context, Evidence, Explanation, Outcome, Understanding
from bot.understanding.runs import Run, Runs, build_runs
from bot.understanding.taught import Taught, build_taught
from bot.understanding.vocabulary import Token, Vocabulary, build_vocabulary, read_words
from bot.understanding.wishes import Wishes, build_wishes

POLITE_WORDS, POLITE_LETTERS = 2, 4
GOING_BACK = "@going_back"
CALLED_FROM = 0.4  # of the words of a message, from which a name that stands in it says what it is about
LONGEST_NAME = 20  # words
BARE = 9  # words of a question that may name nothing …
NAMES_FROM = 0.85  # … the score of the likeliest matter from which it does, …
FAINT_FROM = 0.7  # … and from which it may …
LISTED_MORE = 0.25  # … and how much more a name of the portal's list must have
UNSURE = (Outcome.ANSWERED, Outcome.CLARIFY, Outcome.SECOND_TIER, Outcome.NO_MATCH)
NAME_ENDS = re.compile(r"[,(:]")


@dataclass(frozen=True)
class Learned:
    """What is learnt from the phrases; plain data, so that it can be kept between starts."""

    procedures: Linear = field(default_factory=Linear)
    aspects: Linear = field(default_factory=Linear)
    languages: Languages = field(default_factory=Languages)
    latent: Latent = field(default_factory=Latent)
    known: dict[str, int] = field(default_factory=dict)  # folded word → how often
    ordinary: tuple[str, ...] = ()  # pairs of syllables of everyday language, which name no place


@dataclass(frozen=True)
class Asking:
    """Whole questions about an aspect, folded, which name no procedure."""

    questions: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()  # the questions without their filler
    filler: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Entries:
    """What may answer inside each procedure; indexed when a procedure is first asked about."""

    cues: Cues = field(default_factory=Cues)
    answers: dict[str, tuple[Answer, ...]] = field(default_factory=dict)
    cases: dict[str, tuple[Case, ...]] = field(default_factory=dict)
    benefits: frozenset[str] = frozenset()
    counting: Counting = field(default_factory=Counting)
    moments: Moments = field(default_factory=Moments)
    indexed: dict[str, tuple[Statements, Told]] = field(default_factory=dict, compare=False, repr=False)

    def of(self, procedure: str, vocabulary: Vocabulary, latent: Latent) -> tuple[Statements, Told]:
        if procedure not in self.indexed:
            answers = self.answers.get(procedure, ())
            around = latent.around(procedure, [answer.id for answer in answers])
            statements = index(answers, vocabulary, self.cues, around)
            self.indexed[procedure] = statements, build_told(self.cases.get(procedure, ()))
        return self.indexed[procedure]


@dataclass(frozen=True)
class Engine:
    """Everything understanding needs."""

    vocabulary: Vocabulary
    places: Places
    ordinary: frozenset[str]
    learned: Learned
    events: Events = field(default_factory=Events)
    asking: Asking = field(default_factory=Asking)
    entries: Entries = field(default_factory=Entries)
    wishes: Wishes = field(default_factory=Wishes)
    dates: Dates = field(default_factory=Dates)
    names: Names = field(default_factory=Names)
    called: Runs[frozenset[str]] = field(default_factory=Runs)  # a name of an entry, folded → who is called so
    taught: Taught = field(default_factory=Taught)
    denying: Denying = field(default_factory=Denying)
    harmless: frozenset[Run] = frozenset()  # whole messages that only look like an emergency: "con em"
    own_names: dict[str, frozenset[str]] = field(default_factory=dict)  # what the names of each entry have
    titles: dict[str, Run] = field(default_factory=dict)  # of each entry, folded, as far as the first comma or bracket


def build_engine(intents: HowPeopleAsk, gazetteer: Gazetteer, learned: Learned) -> Engine:
    """Index what maintainers wrote around what was learnt from it."""
    vocabulary = build_vocabulary(intents.words, learned.known)
    places = build_places(gazetteer, intents.words.provinces)
    return Engine(
        vocabulary=vocabulary,
        events=build_events(intents, vocabulary),
        places=places,
        ordinary=everyday(places, learned.ordinary),
        learned=replace(learned, ordinary=()),  # tens of thousands of them
        asking=_asking(intents),
        wishes=build_wishes(intents.wishes),
        dates=build_dates(intents.dates),
        entries=Entries(
            build_cues(intents.yes_no, intents.cues, vocabulary.spellings),
            intents.answers,
            intents.cases,
            intents.benefits,
            build_counting(intents.quantities),
            build_moments(intents.moments),
        ),
        names=build_names(intents.second_tier, intents.codes, vocabulary, learned.procedures),
        called=_called(intents.called),
        taught=build_taught(intents.phrases),
        denying=build_denying(intents.yes_no),
        harmless=frozenset(tuple(map(fold, low_words(one.text))) for one in intents.talk if one.means == decide.ASIDE),
        own_names={
            one: frozenset(chain.from_iterable(portal_names.read_name(name, vocabulary) for name in names))
            for one, names in intents.called.items()
        },
        titles={
            one: tuple(_folded(NAME_ENDS.split(names[0])[0]).split()) for one, names in intents.called.items() if names
        },
    )


def _called(names: dict[str, tuple[str, ...]]) -> Runs[frozenset[str]]:
    """By each name of two words or more, as far as its first comma or bracket."""
    found: dict[Run, set[str]] = {}
    for procedure, texts in names.items():
        for text in texts:
            if len(name := tuple(map(fold, low_words(NAME_ENDS.split(text)[0])))) > 1:
                found.setdefault(name, set()).add(procedure)
    return build_runs({name: frozenset(procedures) for name, procedures in found.items()}, LONGEST_NAME)


def _asking(intents: HowPeopleAsk) -> Asking:
    cues = (cue for cues in intents.cues.values() for language in Language for cue in getattr(cues, language))
    questions = frozenset(map(_folded, cues))
    filling = intents.yes_no.filler
    filler = frozenset(_folded(text) for language in Language for text in getattr(filling, language))
    bare = frozenset(_bare(one.split(), filler) for one in questions) - {""}
    return Asking(questions, bare, filler)


def _bare(folded: Sequence[str], filler: frozenset[str]) -> str:
    return " ".join(word for word in folded if word not in filler)


def _folded(text: str) -> str:
    return " ".join(map(fold, low_words(text)))


def only_asks(tokens: list[Token], asking: Asking) -> bool:
    """Whether a message is a question about an aspect and nothing else, but for a word or two of politeness."""
    folded = [token.folded for token in tokens]
    if _bare(folded, asking.filler) in asking.bare:
        return True
    for end in range(len(folded), max(0, len(folded) - POLITE_WORDS - 1), -1):
        if any(len(word) > POLITE_LETTERS for word in folded[end:]):
            return False
        if " ".join(folded[:end]) in asking.questions:
            return True
    return False


@dataclass(frozen=True)
class Reading:
    """A message taken apart."""

    language: Language
    mention: Mention | None
    tokens: list[Token]  # the words that are meant, without those of the place
    meant: Run  # those, folded
    features: list[str]
    clauses: Clauses
    unplaced: Clauses  # without the place it names
    today: dt.date | None = None


def read(text: str, context: Context, engine: Engine) -> Reading:
    """Words, language and place of a message, and what speaks for a procedure."""
    text = clean(text)
    typed = rest = words(text.lower())
    language = detect(typed, tuple(map(fold, typed)), engine.learned.languages, context.spoke or context.language)
    clauses = unplaced = read_clauses(text, engine.entries.cues, language, typed)
    mention = find_mention(text.lower(), typed, engine.places, engine.ordinary)
    if mention:
        rest = [*typed[: mention.start], *typed[mention.end :]]
        unplaced = read_clauses(_without(text, typed[mention.start : mention.end]), engine.entries.cues, language)
    tokens = read_words(rest, engine.vocabulary)
    meant = tuple([folded for folded, _ in tokens])
    features = features_of(tokens, engine.vocabulary)
    return Reading(language, mention, tokens, meant, features, clauses, unplaced, context.today)


def _calls(reading: Reading, engine: Engine) -> frozenset[str]:
    """The entries that a message calls by a name which is a good part of it, and the one whose phrase it is."""
    least = CALLED_FROM * len(reading.tokens)
    names = (name for _, name in engine.called.found_in(reading.meant, least))
    taught = engine.taught.of(reading.clauses.said)
    return frozenset({taught} if taught else ()).union(*map(engine.called.means.__getitem__, names))


def _said(tokens: list[Token]) -> int:
    """How many words a message has; numbers by themselves say nothing."""
    return 0 if all(token.folded.isdigit() for token in tokens) else len(tokens)


def _without(text: str, named: Sequence[str]) -> str:
    """The message with the words of a place taken out, where they stand in a row."""
    between = r"[\W_]+".join(map(re.escape, named))
    return re.sub(rf"(?<!\w){between}(?!\w)", " ", text, count=1, flags=re.IGNORECASE)


def understand(text: str, context: Context, engine: Engine) -> Understanding:
    """Read one message. Never raises, whatever the text; bounded in time by the length that is read."""
    talked = context
    reading, context = _meant(read(text, context, engine), context, engine)
    context = _turned_back(reading, context)
    parts = parts_of(reading.unplaced, reading.tokens, engine.entries.cues, engine.vocabulary, engine.learned.aspects)
    moment = moment_asked(text, reading.clauses.words, reading.clauses.said, engine.entries.moments)
    if asks_clearly(parts[0].chances, Aspect.HOURS):  # "hôm nay có lấy liền được không" asks how long it takes
        moment = None
    aspect = Aspect.HOURS if moment else parts[0].aspect
    decided = _decided(reading, aspect, context, talked, engine)
    asked = _Inside(tuple(Asked(aspect=part.aspect) for part in parts))
    if decided.ranked:
        questions = _questions(reading, parts, engine)
        asked = inside(decided.ranked[0].id, reading, questions, engine)
        asked = replace(asked, likely=_likely((*decided.choices, *decided.unsure_of), reading, questions, engine))
    return Understanding(
        text=text,
        language=context.language or reading.language,
        outcome=decided.outcome,
        procedures=decided.ranked,
        choices=decided.choices,
        aspect=aspect,
        asked=(Asked(aspect=Aspect.HOURS), *asked.questions[1:]) if moment else asked.questions,
        moment=moment,
        yes_no=reading.clauses.yes_no,
        cases=asked.cases,
        numbers=asked.numbers,
        place=reading.mention.place if reading.mention else None,
        talk=decided.talk,
        life_event=None if decided.follow_up else _told(reading, aspect, engine),
        follow_up=decided.follow_up,
        second_tier=decided.second_tier,
        unsure_of=decided.unsure_of,
        doubt=decided.doubt,
        likely=asked.likely,
    )


def _decided(
    reading: Reading, aspect: Aspect | None, context: Context, talked: Context, engine: Engine
) -> decide.Decision:
    """What a message is about. `talked`: what was talked about, whether or not the message takes it back."""
    theirs, scores = portal_names.parted(engine.learned.procedures, reading.features)
    only = bool(aspect) and only_asks(reading.tokens, engine.asking)
    if reading.clauses.said in engine.harmless:
        scores = decide.without_danger(scores)
    said = decide.Said(
        length=_said(reading.tokens),
        aspect=aspect,
        only_asks=only,
        turns=turns(reading.tokens, engine.entries.cues),
    )
    decided = decide.decide(scores, said, context)
    called = _calls(reading, engine)
    likeliest = decided.ranked[0].id if decided.ranked else ""
    message = tiers.Message(
        reading.clauses.text,
        reading.features,
        len(reading.tokens),
        aspect,
        scores,
        theirs,
        called,
        engine.own_names.get(likeliest, frozenset()),
    )
    decided = tiers.settle(decided, message, talked, engine.names, engine.learned.procedures, only_asks=only)
    coded = portal_names.typed_in(reading.clauses.text, engine.names)
    if said.aspect and not coded and decided.outcome in UNSURE:
        decided = _unnamed(decided, said, scores, theirs, talked)
    return decided


def _unnamed(
    decided: decide.Decision, said: decide.Said, scores: dict[str, float], theirs: float, context: Context
) -> decide.Decision:
    """None where a question names no matter and none was talked about, "có mất tiền không"; a faint one is asked."""
    if said.length > BARE or context.procedure or context.choices:
        return decided
    best = max((score for one, score in scores.items() if decide.kind_of(one) is decide.Kind.PROCEDURE), default=0.0)
    named = max(best, theirs + LISTED_MORE)
    if said.only_asks or named < FAINT_FROM:
        return decide.Decision(Outcome.NO_MATCH, doubt=decided.doubt)
    return decided if named >= NAMES_FROM else decide.asked_back(decided)


@dataclass(frozen=True)
class _Question:
    """One part of a message as it is matched with the answers of whichever procedure."""

    part: Part
    features: tuple[str, ...]
    point: Point
    yes_no: bool


@dataclass(frozen=True)
class _Questions:
    """What a message asks, and tells of numbers, in whichever procedure it is looked for."""

    all: tuple[_Question, ...]
    numbers: Quantities
    modality: Modality | None


def _questions(reading: Reading, parts: tuple[Part, ...], engine: Engine) -> _Questions:
    found = []
    for part in parts:
        whole = part.tokens is reading.tokens
        features = telling(reading.features) if whole else features_for(part.tokens, engine.vocabulary)
        yes_no = reading.clauses.yes_no if part.yes_no is None else part.yes_no
        found.append(_Question(part, features, engine.learned.latent.point(features), yes_no))
    return _Questions(
        tuple(found),
        told_in(reading.unplaced.text, reading.unplaced.said, engine.entries.counting, reading.today),
        modality_of(reading.clauses, reading.language, engine.entries.cues),
    )


@dataclass(frozen=True)
class _Inside:
    """What a message asks inside a procedure; `likely`: what each that is only offered would answer."""

    questions: tuple[Asked, ...]
    cases: tuple[tuple[str, str], ...] = ()
    numbers: Quantities = NOTHING
    likely: tuple[tuple[str, Choice], ...] = ()


def inside(procedure: str, reading: Reading, questions: _Questions, engine: Engine) -> _Inside:
    statements, told = engine.entries.of(procedure, engine.vocabulary, engine.learned.latent)
    cases = cases_told(reading.tokens, told, questions.numbers)
    left_out = others(statements, dict(cases), questions.numbers)
    asked = []
    for one in questions.all:
        pays = procedure in engine.entries.benefits and not one.yes_no  # "does it cost anything" asks for no amount
        choices = choose(
            one.features,
            received(one.part.chances) if pays else one.part.chances,
            statements,
            language=reading.language,
            yes_no=one.yes_no,
            age=questions.numbers.age,
            plain=one.part.plain,
            alone=one.part.alone,
            left_out=left_out,
            cases=dict(cases),
            modality=questions.modality,
            point=one.point,
        )
        asked.append(Asked(aspect=one.part.aspect, choices=choices))
    return _Inside(tuple(asked), cases, questions.numbers)


def _likely(
    offered: tuple[str, ...], reading: Reading, questions: _Questions, engine: Engine
) -> tuple[tuple[str, Choice], ...]:
    """What each entry that is only offered would answer, so that nobody has to ask again who chooses it."""
    first = replace(questions, all=questions.all[:1])
    ours = (one for one in offered if engine.entries.answers.get(one))
    found = ((one, inside(one, reading, first, engine).questions[0].choices) for one in ours)
    return tuple((one, choices[0]) for one, choices in found if choices)


def _told(reading: Reading, aspect: Aspect | None, engine: Engine) -> str | None:
    """The life event a message tells of, where it asks for nothing in particular but what to do."""
    if aspect not in (None, Aspect.STEPS) and engine.entries.cues.asks.stand_in(reading.meant):
        return None
    return event_told(reading.tokens, engine.events)


def _meant(reading: Reading, context: Context, engine: Engine) -> tuple[Reading, Context]:
    """Without what the message takes back; what was talked about is left, where it is that.

    What its name says beside still stands: after "gia hạn tạm trú", "không phải gia hạn, đăng ký mới" is about tạm trú.
    """
    meant = take_back(reading.clauses, engine.denying, engine.entries.cues)
    if meant is None:
        return reading, context
    title = engine.titles.get(context.procedure or "", ())
    denies_it = not meant.denied.isdisjoint(title)
    reading = read(meant.rest, context, engine)
    if not denies_it:
        return reading, context
    beside = [Token(word) for word in title if word not in meant.denied]
    features = features_of([*beside, *reading.tokens], engine.vocabulary)
    return replace(reading, features=features), replace(context, procedure=None)


def _turned_back(reading: Reading, context: Context) -> Context:
    """Where the words go back to "mine" or "before": the procedure talked about before the last one."""
    if GOING_BACK in reading.features and context.earlier:
        return replace(context, procedure=context.earlier[0])
    return context


def explain(text: str, engine: Engine, phrases: Sequence[Phrase], context: Context | None = None) -> list[Explanation]:
    """The best procedures and what spoke for and against each; of `phrases`, the one most like the message."""
    reading = read(text, context or Context(), engine)
    model = engine.learned.procedures
    scores = dict(zip(model.labels, model.scores(reading.features), strict=True))
    return [
        Explanation(
            procedure=label,
            score=probability,
            evidence=tuple(
                Evidence(words=shown(feature), weight=weight)
                for feature, weight in model.contributions(reading.features, label)[:8]
            ),
            nearest_phrase=_nearest_phrase(set(reading.features), label, engine, phrases),
        )
        for label, probability in sorted(decide.probabilities(scores).items(), key=lambda one: -one[1])[:4]
    ]


def _nearest_phrase(features: set[str], label: str, engine: Engine, phrases: Sequence[Phrase]) -> str | None:
    """The phrase that shares the rarest words with the message."""
    model, best = engine.learned.procedures, (0.0, "")
    for phrase in phrases:
        if phrase.means == label:
            own = set(features_of(read_words(low_words(phrase.text), engine.vocabulary), engine.vocabulary))
            shared = sum(model.rarity(feature) for feature in own & features)
            best = max(best, (shared / math.sqrt(len(own) or 1), phrase.text))
    return best[1] or None
