"""Hours that communes reported themselves, over those of the files: whichever is of the later day holds. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.content.load import Knowledge
from bot.content.schema import Counter, Hours, Office

OF_KINDS = (Counter.SERVICE_CENTRE, Counter.COMMUNE_POLICE)


@dataclass(frozen=True, kw_only=True)
class Reported:
    """`on`: the day somebody else of the commune confirmed them; `by`: the role of that person."""

    number: int
    commune: int
    kind: Counter
    hours: tuple[Hours, ...]
    on: dt.date
    by: str


class ReportedOffice(Office):
    """An office whose hours its commune reported; no `name` where nothing else is known of it."""

    hours_on: dt.date
    hours_by: str


def with_reported(knowledge: Knowledge, reported: Iterable[Reported]) -> Knowledge:
    """The same with these hours, and without those it had of communes before; of one office the last that is given."""
    reported = tuple(reported)
    if not reported and knowledge.written is None:
        return knowledge
    written = knowledge.offices if knowledge.written is None else knowledge.written
    offices = dict(written)
    for one in reported:
        if not is_overtaken(one, written):
            offices[one.commune] = _over(offices.get(one.commune, ()), one)
    return replace(knowledge, offices=offices, written=written)


def is_overtaken(one: Reported, written: Mapping[int, tuple[Office, ...]]) -> bool:
    """Whether a file read on a later day tells the office's hours."""
    file = written_of(one.commune, one.kind, written)
    return file is not None and file.read is not None and file.read > one.on


def written_of(commune: int, kind: Counter, written: Mapping[int, tuple[Office, ...]]) -> Office | None:
    """The office of a kind whose hours the files tell."""
    return next((office for office in written.get(commune, ()) if office.kind is kind and office.hours), None)


def _over(offices: tuple[Office, ...], one: Reported) -> tuple[Office, ...]:
    """All offices of the kind get the hours; where none is known, one is known from now on."""
    told: dict[str, Any] = {"hours": one.hours, "hours_on": one.on, "hours_by": one.by}
    if not any(office.kind is one.kind for office in offices):
        bare: dict[str, Any] = {"kind": one.kind, "name": "", "source": "", "read": one.on, "confidence": "high"}
        return (*offices, ReportedOffice.model_construct(**(bare | told)))
    return tuple(
        ReportedOffice.model_construct(**(dict(office) | told)) if office.kind is one.kind else office
        for office in offices
    )
