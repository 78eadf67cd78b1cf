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
                    document.report((), "name_missing", name=name)


def check_calendar(calendar: Calendar, document: Document) -> None:
    """Days cite their sources, none is given twice, and a day worked instead is no ordinary working day."""
    days = [*_days("days_off", calendar.days_off), *_days("working_days", calendar.working_days)]
    cited = {source for _, day in days for source in day.source}
    for loc, day in days:
        for source in day.source:
            if source not in calendar.sources:
                near = nearest(source, list(calendar.sources))
                document.report((*loc, "source"), "no_source", source=source, near=near)
    for source in calendar.sources.keys() - cited:
        document.report(("sources", source), "source_unused", source=source)
    for (first, one), (second, other) in combinations(days, 2):
        if one.on <= (other.to or other.on) and other.on <= (one.to or one.on):
            document.report((*second, "on"), "day_twice", line=document.line(first))


def _days(name: str, days: Iterable[CalendarDay]) -> list[tuple[Loc, CalendarDay]]:
    return [((name, n), day) for n, day in enumerate(days)]


def check_desk(desk: DeskRules, document: Document, communes: Collection[int], entries: Collection[str]) -> None:
    for n, name in enumerate(desk.sensitive):
        if name not in entries:
            document.report(("sensitive", n), "no_entry", name=name, near=nearest(name, sorted(entries)))
    for name, canned in desk.canned.items():
        texts = dict(canned.text)
        for language, text in texts.items():
            for unknown in sorted(named_in(text) - CANNED):
                loc = ("canned", name, "text", language)
                document.report(loc, "no_blank", blank=unknown, near=nearest(unknown, sorted(CANNED)))
        if len({frozenset(named_in(text)) for text in texts.values()}) > 1:
            document.report(("canned", name, "text"), "blanks_differ")
    for n, question in enumerate(desk.practice):
        if question.procedure not in entries:
            near = nearest(question.procedure, sorted(entries))
            document.report(("practice", n, "procedure"), "no_entry", name=question.procedure, near=near)
    for n, own in enumerate(desk.own_limits):
        if own.commune not in communes:
            document.report(("own_limits", n, "commune"), "no_ward", code=own.commune)


def check_counters(counters: dict[Counter, CounterFacts], document: Document, provinces: Collection[int]) -> None:
    for counter, facts in counters.items():
        for loc, sentence in _names(counter, facts):
            for unknown in sorted(named_in(sentence) - FILLED_IN):
                document.report(loc, "no_blank", blank=unknown, near=nearest(unknown, sorted(FILLED_IN)))
        for n, code in enumerate(facts.one_level_provinces):
            if code not in provinces:
                loc = (counter.value, "one_level_provinces", n)
                document.report(loc, "no_province", code=code)


def _names(counter: Counter, facts: CounterFacts) -> Iterator[tuple[Loc, str]]:
    for key, text in (("name", facts.name), ("one_level_name", facts.one_level_name)):
        yield from (((counter.value, key, language), sentence) for language, sentence in dict(text or ()).items())
