"""How people ask: phrases, words, aspects and talk of `intents/`, as the engine takes them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.content.read import Document, convert, nearest, read_document
from bot.content.schema import (
    Answer,
    Aspect,
    AspectCues,
    Case,
    DateWords,
    Intent,
    Language,
    LifePhrases,
    MomentWords,
    Phrases,
    PortalPhrases,
    Procedure,
    QuantityWords,
    Talk,
    Tellings,
    Turns,
    Wishes,
    Words,
    YesNoCues,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One example of how people ask. `means` is a procedure's id or a kind of talk."""

    text: str
    language: Language
    means: str
    aspect: Aspect | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The name of a procedure of the second tier, or how people ask for it; `group`: what it is learnt as."""

    text: str
    code: str
    group: str


ASPECTS = {aspect.value: aspect for aspect in Aspect}
NO_CUES = YesNoCues(ends=Phrases(), begins=Phrases(), within=Phrases())


@dataclass(frozen=True, kw_only=True)
class HowPeopleAsk:
    """All of `intents/`."""

    phrases: tuple[Phrase, ...] = ()
    talk: tuple[Phrase, ...] = ()
    turns: tuple[Phrase, ...] = ()  # said in the middle of a talk; what each means is what the talk is about
    words: Words = field(default_factory=Words)
    cues: dict[Aspect, Phrases] = field(default_factory=dict)
    events: dict[str, Tellings] = field(default_factory=dict)  # life event → how people tell of it
    yes_no: YesNoCues = NO_CUES
    wishes: dict[str, Phrases] = field(default_factory=dict)
    dates: DateWords | None = None
    quantities: QuantityWords | None = None
    moments: MomentWords | None = None
    answers: dict[str, tuple[Answer, ...]] = field(default_factory=dict)  # procedure → what may answer a question
    cases: dict[str, tuple[Case, ...]] = field(default_factory=dict)
    benefits: frozenset[str] = frozenset()  # procedures that pay money
    called: dict[str, tuple[str, ...]] = field(default_factory=dict)  # procedure → its names, in every language
    by_code: dict[str, Phrases] = field(default_factory=dict)  # how people ask for procedures of the second tier
    second_tier: tuple[Named, ...] = ()
    codes: dict[str, str] = field(default_factory=dict)  # the portal's codes and links → the procedure of either tier


def with_answers(
    intents: HowPeopleAsk, entries: dict[str, Procedure], answers: dict[str, tuple[Answer, ...]]
) -> HowPeopleAsk:
    """With what may answer in each entry; an entry's own answers' questions are phrases, each about its aspect."""
    known = {phrase.text.casefold() for phrase in intents.phrases}
    found = {phrase.text.casefold(): phrase for entry in entries.values() for phrase in _questions(entry)}
    new = tuple(phrase for text, phrase in found.items() if text not in known)
    cases = {id_: entry.cases for id_, entry in entries.items()}
    benefits = frozenset(id_ for id_, entry in entries.items() if _pays(entry))
    called = {id_: tuple(name for one in Language for name in _names(entry, one)) for id_, entry in entries.items()}
    return replace(
        intents, phrases=(*intents.phrases, *new), answers=answers, cases=cases, benefits=benefits, called=called
    )


def _pays(entry: Procedure) -> bool:
    """Whether somebody gets money by it, be it not all that it is about."""
    return entry.benefit or any(answer.asks is Aspect.AMOUNT for answer in entry.answers)


def _names(entry: Procedure, language: Language) -> tuple[str, ...]:
    """Official and short name, and what else people call it."""
    return entry.name.of(language), entry.short_name.of(language), *getattr(entry.also_known_as, language)


def _questions(entry: Procedure) -> Iterator[Phrase]:
    for answer in entry.answers:
        for language in Language:
            for text in (*getattr(answer.questions, language), *getattr(answer.against, language)):
                yield Phrase(text=text, language=language, means=entry.id, aspect=answer.asks)


def load_intents(root: Path, documents: list[Document]) -> HowPeopleAsk:
    """Read `root`/intents; every file read is appended to `documents` with its problems."""
    phrases: list[Phrase] = []
    folder = root / "intents"
    for path in sorted(folder.glob("[!_]*.yaml")):
        documents.append(document := read_document(path, root))
        if intent := convert(document, Intent):
            phrases.extend(_phrases(document, intent, path.stem))
    talk, words, cues, events, yes_no, wishes, dates, quantities, moments, by_code, turns = (
        _special(folder / name, root, kind, documents) for name, kind in SPECIAL.items()
    )
    return HowPeopleAsk(
        phrases=tuple(phrases),
        talk=tuple(_talk_phrases(talk or {})),
        turns=tuple(_turns(documents[-1], turns or Turns())),
        words=words or Words(),
        cues=cues or {},
        events=events or {},
        yes_no=yes_no or NO_CUES,
        wishes=wishes or {},
        dates=dates or None,
        quantities=quantities,
        moments=moments,
        by_code=by_code or {},
    )


SPECIAL = {
    "_talk.yaml": Talk.__value__,
    "_words.yaml": Words,
    "_aspects.yaml": AspectCues.__value__,
    "_life_events.yaml": LifePhrases.__value__,
    "_yes_no.yaml": YesNoCues,
    "_wishes.yaml": Wishes.__value__,
    "_dates.yaml": DateWords,
    "_quantities.yaml": QuantityWords,
    "_moments.yaml": MomentWords,
    "_portal.yaml": PortalPhrases.__value__,
    "_turns.yaml": Turns,
}


def _special(path: Path, root: Path, kind: Any, documents: list[Document]) -> Any:
    documents.append(document := read_document(path, root))
    return convert(document, kind)


def _phrases(document: Document, intent: Intent, means: str) -> Iterator[Phrase]:
    for language in Language:
        for n, line in enumerate(getattr(intent, language)):
            yield from _phrase(document, (language.value, n), line, language, means)
    for neighbour, lines in intent.not_this.items():
        for n, line in enumerate(lines):
            yield from _phrase(document, ("not_this", neighbour, n), line, Language.VI, neighbour)


def _phrase(
    document: Document, loc: tuple[str | int, ...], line: str, language: Language, means: str
) -> Iterator[Phrase]:
    text, bar, label = line.rpartition("|")
    if not bar:
        yield Phrase(text=line, language=language, means=means)
        return
    aspect = ASPECTS.get(label.strip())
    if aspect is None:
        written = label.strip()
        document.report(loc, "no_aspect", written=written, near=nearest(written, list(ASPECTS)))
    yield Phrase(text=text.strip(), language=language, means=means, aspect=aspect)


def _turns(document: Document, turns: Turns) -> Iterator[Phrase]:
    for language in Language:
        for n, line in enumerate(getattr(turns, language)):
            yield from _phrase(document, (language.value, n), line, language, means="")


def _talk_phrases(talk: dict[str, Phrases]) -> Iterator[Phrase]:
    for kind, phrases in talk.items():
        for language in Language:
            for line in getattr(phrases, language):
                yield Phrase(text=line, language=language, means=kind)
