"""Albums: parts sent together come one by one, in any order, some late; they are read together, as one message."""

import datetime as dt
from dataclasses import replace

from pydantic import TypeAdapter

from bot.casework import citizens, corrections, relay
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation.visit import Visit
from bot.store import agenda, albums, cases, people

KIND = "album"  # of an entry of the agenda
GATHERS = dt.timedelta(seconds=1)
BETWEEN = "|"  # chat and album, in the subject of the entry
_VISIT = TypeAdapter(Visit)


def wait_for_others(unit: UnitOfWork, visit: Visit) -> bool:
    """Keep a part until the others have come. False: it belongs to no album, or nobody reads albums there."""
    if visit.album is None or visit.anonymous:
        return False
    kept = {"chat": visit.chat, "message": visit.message, "visit": _VISIT.dump_json(visit).decode()}
    if visit.edited:
        return albums.change(unit.connection, **kept)
    if not visit.private and people.desk_in(unit.connection, visit.chat) is None:
        return False
    albums.keep(unit.connection, **kept, album=visit.album, now=unit.now)
    agenda.plan(unit.connection, f"{visit.chat}{BETWEEN}{visit.album}", {KIND: unit.now + GATHERS})
    return True


def gathered(unit: UnitOfWork, subject: str) -> Visit | None:
    """The album as one visit: what is said under one of its parts is said of all. None: it has been read."""
    chat, _, album = subject.partition(BETWEEN)
    parts = [_VISIT.validate_json(one) for one in albums.take(unit.connection, chat=chat, album=album)]
    if not parts:
        return None
    lead = _lead(parts)
    others = [one for one in parts if one is not lead]
    words = [lead.text, *(one.text for one in others)] if lead.command else [one.text for one in parts]
    if any(relay.is_note(word) for word in words):
        words = [relay.NOTE, *(relay.note_of(word) for word in words)]
    together = replace(
        lead,
        text="\n".join(filter(None, words)).strip(),
        others=tuple(replace(one, text="", quote="") for one in others),
    )
    return _as_the_others(unit, together)


def _lead(parts: list[Visit]) -> Visit:
    """Whose command or words hold for all: a note before any other command, so that nothing of it goes out."""
    kept = [one for one in parts if one.command == "note" or relay.is_note(one.text)]
    said = [one for one in parts if one.command] or [one for one in parts if one.text]
    return (kept or said or parts)[0]


def _as_the_others(unit: UnitOfWork, late: Visit) -> Visit:
    """Parts that come late are what the others were; words that come late hold for those too."""
    before = cases.of_album(unit.connection, late.chat, late.album or "")
    if not before:
        return late
    row = before[-1]
    if row["side"] == "note" and not late.text:
        return replace(late, text=relay.NOTE, late_for=row["code"])
    if relay.is_note(late.text) or late.command == "note":
        corrections.into_notes(unit, late, [one for one in before if one["side"] == "staff"])
    refused = row["side"] == "citizen" and row["state"] == "gone"
    if refused or (row["side"] == "citizen" and citizens.shows_identity_card(late)):
        if request := unit.request(row["code"]):
            citizens.refuse_album(unit, request, before)
        return replace(late, late_for=row["code"], refused=True)
    return replace(late, late_for=row["code"])
