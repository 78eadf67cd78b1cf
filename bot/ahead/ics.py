"""An appointment for a calendar (RFC 5545): times in UTC, lines of at most 75 octets."""

import datetime as dt
from dataclasses import dataclass

OCTETS = 75
UTC = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, kw_only=True)
class Event:
    """`number`: +1 with each change; `papers`: what to bring."""

    uid: str
    number: int
    starts: dt.datetime
    minutes: int
    title: str
    place: str
    papers: str
    cancelled: bool = False


def calendar(event: Event, now: dt.datetime) -> str:
    """The text of the file."""
    ends = event.starts + dt.timedelta(minutes=event.minutes)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Mot Cua//VN",
        f"METHOD:{'CANCEL' if event.cancelled else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"SEQUENCE:{event.number}",
        f"DTSTAMP:{now.astimezone(dt.UTC):{UTC}}",
        f"DTSTART:{event.starts.astimezone(dt.UTC):{UTC}}",
        f"DTEND:{ends.astimezone(dt.UTC):{UTC}}",
        f"SUMMARY:{_escaped(event.title)}",
        f"LOCATION:{_escaped(event.place)}",
        f"DESCRIPTION:{_escaped(event.papers)}",
        f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}",
        *(() if event.cancelled else _alarm(event)),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _alarm(event: Event) -> tuple[str, ...]:
    title = _escaped(event.title)
    return ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{title}", "TRIGGER:-PT2H", "END:VALARM")


def _escaped(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\r\n", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Cut at 75 octets, never inside a letter."""
    pieces, piece, room = [], "", OCTETS
    for letter in line:
        if len((piece + letter).encode()) > room:
            pieces.append(piece)
            piece, room = "", OCTETS - 1  # for the space that begins it
        piece += letter
    return "\r\n ".join([*pieces, piece])
