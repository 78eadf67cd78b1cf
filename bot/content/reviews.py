"""What the day itself makes doubtful: reviews that are overdue, days that have not come yet."""

import datetime as dt

from bot.content.read import Document, Weight
from bot.content.schema import Calendar, Procedure

ENTRIES = "knowledge/procedures/"
CALENDAR = "knowledge/calendar.yaml"


def look_at_dates(entries: dict[str, Procedure], calendar: Calendar, documents: list[Document], today: dt.date) -> None:
    """Warn of reviews that are overdue; days of reading that lie in the future are mistakes."""
    by_path = {document.path: document for document in documents}
    for entry in entries.values():
        if document := by_path.get(f"{ENTRIES}{entry.id}.yaml"):
            _warn(document, entry.review_by, today)
            _not_yet(entry, document, today)
    if document := by_path.get(CALENDAR):
        _warn(document, calendar.review_by, today)


def _warn(document: Document, review_by: dt.date, today: dt.date) -> None:
    if review_by < today:
        document.report(("review_by",), "review_due", Weight.WARNING, day=review_by)


def _not_yet(entry: Procedure, document: Document, today: dt.date) -> None:
    days = [(("checked",), entry.checked)]
    read = [(("sources", name, "read"), source.read) for name, source in entry.sources.items()]
    for loc, day in (*days, *read):
        if day > today:
            document.report(loc, "not_yet", day=day)
