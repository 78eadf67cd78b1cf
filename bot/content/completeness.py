"""Lists that the bot counts on being whole: contacts, counters, kinds of talk; and the days of the calendar."""

from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from itertools import combinations

from bot.content.catalog import named_in
from bot.content.read import Document, nearest
from bot.content.schema import Calendar, CalendarDay, ContactName, Counter, CounterFacts, DeskRules, TalkKind, Wish
from bot.content.shape import Loc

WHOLE: dict[str, type[StrEnum]] = {
    "knowledge/contacts.yaml": ContactName,
    "knowledge/counters.yaml": Counter,
    "intents/_talk.yaml": TalkKind,
    "intents/_wishes.yaml": Wish,
}

FILLED_IN = {"commune", "province"}
CANNED = {"ten", "le_phi", "dia_chi", "gio", "han"}  # see bot.conversation.staff.ready


def check_whole(documents: list[Document]) -> None:
    """Every name that the bot may ask for stands in its file."""
    for document in documents:
        if isinstance(document.data, dict):
            for name in WHOLE.get(document.path, ()):
                if name not in document.data:
                    document.report((), f"`{name}` is missing", "restore it: the bot refers to it")


def check_calendar(calendar: Calendar, document: Document) -> None:
    """Days cite their sources, none is given twice, and a day worked instead is no ordinary working day."""
    days = [*_days("days_off", calendar.days_off), *_days("working_days", calendar.working_days)]
    cited = {source for _, day in days for source in day.source}
    for loc, day in days:
        for source in day.source:
            if source not in calendar.sources:
                document.report(
                    (*loc, "source"), f"no source `{source}` below", nearest(source, list(calendar.sources))
                )
    for source in calendar.sources.keys() - cited:
        document.report(("sources", source), f"nothing cites the source `{source}`", "cite it, or remove it")
    for (first, one), (second, other) in combinations(days, 2):
        if one.on <= (other.to or other.on) and other.on <= (one.to or one.on):
            what = f"this day stands on line {document.line(first)} too"
            document.report((*second, "on"), what, "keep one of the two")


def _days(name: str, days: Iterable[CalendarDay]) -> list[tuple[Loc, CalendarDay]]:
    return [((name, n), day) for n, day in enumerate(days)]


def check_desk(desk: DeskRules, document: Document, communes: Collection[int], entries: Collection[str]) -> None:
    for n, name in enumerate(desk.sensitive):
        if name not in entries:
            document.report(("sensitive", n), f"no entry is called `{name}`", nearest(name, sorted(entries)))
    for name, canned in desk.canned.items():
        texts = dict(canned.text)
        for language, text in texts.items():
            for unknown in sorted(named_in(text) - CANNED):
                loc = ("canned", name, "text", language)
                document.report(loc, f"`{{{unknown}}}` cannot be filled in", nearest(unknown, sorted(CANNED)))
        if len({frozenset(named_in(text)) for text in texts.values()}) > 1:
            what = "the languages do not have the same blanks"
            document.report(("canned", name, "text"), what, "use the same blanks in every language")
    for n, question in enumerate(desk.practice):
        if question.procedure not in entries:
            what = f"no entry is called `{question.procedure}`"
            document.report(("practice", n, "procedure"), what, nearest(question.procedure, sorted(entries)))
    for n, own in enumerate(desk.own_limits):
        if own.commune not in communes:
            what = f"no commune has the code {own.commune}"
            document.report(("own_limits", n, "commune"), what, "use the national ward code of today")


def check_counters(counters: dict[Counter, CounterFacts], document: Document, provinces: Collection[int]) -> None:
    for counter, facts in counters.items():
        for loc, sentence in _names(counter, facts):
            for unknown in sorted(named_in(sentence) - FILLED_IN):
                document.report(loc, f"`{{{unknown}}}` cannot be filled in", nearest(unknown, sorted(FILLED_IN)))
        for n, code in enumerate(facts.one_level_provinces):
            if code not in provinces:
                loc = (counter.value, "one_level_provinces", n)
                document.report(loc, f"no province has the code {code}", "use the national province code of today")


def _names(counter: Counter, facts: CounterFacts) -> Iterator[tuple[Loc, str]]:
    for key, text in (("name", facts.name), ("one_level_name", facts.one_level_name)):
        yield from (((counter.value, key, language), sentence) for language, sentence in dict(text or ()).items())
