"""What an entry says against itself, or twice: dates that overlap, papers in two wordings, numbers from nowhere."""

import datetime as dt
import re
from collections.abc import Callable, Hashable, Iterator
from itertools import combinations

from bot.content.read import Document, nearest
from bot.content.schema import Case, Certainty, Fact, Fee, Procedure, Text, TimeLimit, Validity
from bot.content.shape import Loc

BUTTON_BYTES = 64  # what Telegram lets a button carry
STATEMENTS = ("where", "not_required", "steps", "who", "pitfalls", "forms")
# An amount of money or time, in the English text: `60 days`, `8,000 dong`, `5%`.
AMOUNT = re.compile(r"(\d[\d,]*)\s*(?:%|VND|dong|\u0111\u1ed3ng|(?:working |open )?(?:minute|hour|day|week|month)s?\b)")
NUMBER = re.compile(r"\d[\d,]*")

type Fixed = tuple[Hashable, ...]


def find_contradictions(entry: Procedure, document: Document) -> None:
    """Add to the document what its own facts say against each other."""
    _papers(entry, document)
    _fees_and_times(entry, document)
    _changes_of_statements(entry, document)
    _codes(entry, document)
    _cases(entry, document)
    _references_to_itself(entry, document)
    _unused_sources(entry, document)
    _numbers_from_nowhere(entry, document)
    if entry.review_by <= entry.checked:
        document.report(("review_by",), "review_before_check")


def overlap(one: Validity, other: Validity) -> bool:
    """Whether both hold on some day."""
    begins = max(one.from_ or dt.date.min, other.from_ or dt.date.min)
    return begins <= min(one.until or dt.date.max, other.until or dt.date.max)


def _papers(entry: Procedure, document: Document) -> None:
    for n, paper in enumerate(entry.papers):
        if (size := len(f"tick:{entry.id}:{paper.id}")) > BUTTON_BYTES:
            document.report(("papers", n, "id"), "paper_id_long", bytes=size - BUTTON_BYTES)
    for (a, one), (b, other) in combinations(enumerate(entry.papers), 2):
        if one.id == other.id and overlap(one, other):
            key = "paper_twice" if one.name == other.name else "paper_twice_differing"
            document.report(("papers", b, "id"), key, name=one.id, line=document.line(("papers", a, "id")))
        elif (
            one.id != other.id and (one.name.vi, one.only_if) == (other.name.vi, other.only_if) and overlap(one, other)
        ):
            document.report(("papers", b, "id"), "paper_again", name=one.id, line=document.line(("papers", a, "id")))


def _fees_and_times(entry: Procedure, document: Document) -> None:
    _overlaps(document, "fees", entry.fees, lambda fee: (fee.when, fee.channel, fee.per))
    _overlaps(document, "times", entry.times, lambda time: (time.when,))
    for n, fee in enumerate(entry.fees):
        known = fee.amount is not None or fee.by_province or fee.when
        if not known and fee.certainty is not Certainty.UNVERIFIED:
            document.report(("fees", n), "fee_says_nothing")
    amounts: tuple[tuple[str, tuple[Fee | TimeLimit, ...]], ...] = (("fees", entry.fees), ("times", entry.times))
    for name, facts in amounts:
        for n, one in enumerate(facts):
            if one.to_amount is not None and one.to_amount <= (one.amount or 0):
                document.report((name, n, "to_amount"), "range_upside_down")


def _overlaps[F: Fee | TimeLimit](
    document: Document, name: str, facts: tuple[F, ...], distinction: Callable[[F], Fixed]
) -> None:
    """Two facts that hold on the same day and differ in nothing that a citizen could tell them apart by."""
    for (a, one), (b, other) in combinations(enumerate(facts), 2):
        same = one.only_if == other.only_if and distinction(one) == distinction(other)
        if same and overlap(one, other):
            document.report((name, b), "same_days", line=document.line((name, a)))


def _changes_of_statements(entry: Procedure, document: Document) -> None:
    for name in STATEMENTS:
        for (a, one), (b, other) in combinations(enumerate[Fact](getattr(entry, name)), 2):
            if one.only_if == other.only_if and _replaces(one, other) and overlap(one, other):
                document.report((name, b), "days_overlap", line=document.line((name, a)))


def _replaces(one: Fact, other: Fact) -> bool:
    """One ends and the other begins: the second is meant to follow the first."""
    return any(a.until and not a.from_ and b.from_ and not b.until for a, b in ((one, other), (other, one)))


def _codes(entry: Procedure, document: Document) -> None:
    for (_, one), (n, other) in combinations(enumerate(entry.codes), 2):
        if one.code == other.code and overlap(one, other):
            document.report(("codes", n), "code_twice", code=one.code)


def _cases(entry: Procedure, document: Document) -> None:
    _twice(document, [(("cases", n, "id"), case.id) for n, case in enumerate(entry.cases)], "case_twice")
    for n, case in enumerate(entry.cases):
        places: list[tuple[Loc, str]] = [
            (("cases", n, "options", m, "id"), option.id) for m, option in enumerate(case.options)
        ]
        _twice(document, places, "option_twice")
        for loc, option in places:
            if len(f"case:{entry.id}:{case.id}:{option}") > BUTTON_BYTES:
                document.report(loc, "case_id_long")
        _leads(case, document, ("cases", n, "leads_to"))


def _leads(case: Case, document: Document, loc: Loc) -> None:
    options = [option.id for option in case.options]
    for option in case.leads_to:
        if option not in options:
            near = nearest(option, options)
            document.report((*loc, option), "no_option", case=case.id, option=option, near=near)


def _twice(document: Document, places: list[tuple[Loc, str]], key: str) -> None:
    first: dict[str, Loc] = {}
    for loc, name in places:
        if name in first:
            document.report(loc, key, name=name, line=document.line(first[name]))
        first.setdefault(name, loc)


def _references_to_itself(entry: Procedure, document: Document) -> None:
    for n, step in enumerate(entry.next):
        if step.procedure == entry.id:
            document.report(("next", n), "next_itself")
    _twice(document, [(("next", n), step.procedure) for n, step in enumerate(entry.next)], "next_twice")


def _unused_sources(entry: Procedure, document: Document) -> None:
    cited = {source for code in entry.codes for source in code.source}
    cited.update(source for fact in facts_of(entry) for source in fact.source)
    for source in entry.sources:
        if source not in cited:
            document.report(("sources", source), "source_unused", source=source)


def facts_of(entry: Procedure) -> Iterator[Fact]:
    """Every fact that names a source."""
    for value in dict(entry).values():
        yield from (one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, Fact))


def _numbers_from_nowhere(entry: Procedure, document: Document) -> None:
    """Texts without a source of their own may repeat an amount that a sourced fact has, and bring no new one."""
    sourced = {number for fact in facts_of(entry) for number in _numbers(fact.model_dump_json(), NUMBER)}
    for loc, text in _unsourced(entry):
        for number in sorted(_numbers(text.en, AMOUNT) - sourced):
            document.report(loc, "number_unsourced", number=number)


def _numbers(text: str, pattern: re.Pattern[str]) -> set[str]:
    return {(match[1] if pattern.groups else match[0]).replace(",", "") for match in pattern.finditer(text)}


def _unsourced(entry: Procedure) -> Iterator[tuple[Loc, Text]]:
    yield from ((("name",), entry.name), (("what_it_is",), entry.what_it_is), (("result",), entry.result))
    yield from ((("next", n), step.why) for n, step in enumerate(entry.next))
    yield from ((("cases", n, "question"), case.question) for n, case in enumerate(entry.cases))
