"""Opening hours as people write them: `Thứ 2–6: 7:30–11:30, 13:30–17:00; thứ 7: nghỉ`. Pure.

Read generously, never guessed at in silence: what is no part of hours is given back as it was written.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bot.content.schema import Hours
from bot.content.weekdays import DAYS
from bot.understanding.fold import accented, fold

WORKING_DAYS = DAYS[:5]
MOST_SPANS = 3  # of a day, as the schema has it
NOON, DAY_MINUTES = 12 * 60, 24 * 60

type Span = tuple[int, int]  # minutes since midnight


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why something was not read. `key`: unread, no_such_time, backwards, overlap, too_many, day_alone, nothing."""

    key: str
    written: str = ""
    day: str = ""


@dataclass(frozen=True, kw_only=True)
class OpeningHours:
    """`hours`: days in a row that are alike; `assumed`: no day was named, so the State's working days are meant."""

    hours: tuple[Hours, ...]
    troubles: tuple[Trouble, ...]
    assumed: bool = False


_NUMBERS = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5}
_NAMES = {  # English and Indonesian, by how a word begins
    "mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6,
    "senin": 0, "selasa": 1, "rabu": 2, "kamis": 3, "jumat": 4, "sabtu": 5, "minggu": 6,
}  # fmt: skip
_GROUPS = {
    "(?:cac |moi |hang )?ngay trong tuan|(?:cac )?ngay lam viec|ngay thuong|weekdays": DAYS[:5],
    "hang ngay|moi ngay|ca tuan|tat ca cac ngay|every ?day|daily|setiap hari": DAYS,
    "cuoi tuan|weekends?|akhir pekan": DAYS[5:],
}
_AFTERNOON = ("chieu", "toi", "afternoon", "siang", "sore")
_TOKENS = {
    "group": "(?:" + "|".join(_GROUPS) + r")\b",
    "through": r"khong nghi (?:giua )?trua\b",
    "lunch": r"(?:nghi (?:giua )?trua|lunch(?: break)?|istirahat)\b",
    "except": r"(?:ngoai tru|tru|except|kecuali)\b",
    "closed": r"(?:duoc nghi|nghi|dong cua|khong (?:lam viec|mo cua|tiep dan|tiep nhan|lam)|khong"
    r"|closed?|off|tutup|libur)\b",
    "day": r"(?:ngay )?(?:(?:thu|t) ?\.? ?(?:[2-7](?![0-9hg])|(?:hai|ba|tu|nam|sau|bay)\b)|chu ?nhat\b|cn\b"
    r"|(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?s?\b"
    r"|(?:senin|selasa|rabu|kamis|jumat|sabtu|minggu)\b)",
    "time": r"[0-2][0-9][0-5][0-9](?![0-9])"
    r"|[0-9]{1,2}(?: ?(?:h|gio|g)(?: ?[0-9]{2}(?![0-9:]))?(?![a-z0-9])(?: ?(?:phut|p)\b)?"
    r"|[:.][0-9]{2}(?![0-9])(?: ?h\b)?(?: ?[ap]m\b)?| ?[ap]m\b)",
    "number": r"[0-9]{1,2}(?![0-9])",
    "to": r"(?:\.{2,}|…|-?>|=>|-|den het\b|den\b|toi\b(?= ?[0-9]| thu| het| chu| cn)|to\b|until\b|sampai\b|s/d\b)",
    "half": r"(?:buoi )?(?:sang|chieu|toi|morning|afternoon|pagi|siang|sore)\b",
    "word": r"(?:hai|ba|tu|nam|sau|bay)\b",
    "stop": r"[;\n]|\.(?= |$)|[()\[\]]",
    "and": r"[,&+/]|(?:va|cung|and|dan)\b",
    "filler": r"(?:luc|vao|gio|lam viec|mo cua|tiep dan|tiep nhan(?: ho so)?|tiep cong dan|hanh chinh|hang tuan"
    r"|moi tuan|la|cac|ngay|khung|thi|co|open|from|at|hours?|working|office|business|jam|buka|pukul|dari|phut|p)\b"
    r"|[.:|*•’'′]",
    "space": r"\s+",
}
TOKENS = re.compile("|".join(f"(?P<{name}>{form})" for name, form in _TOKENS.items()))
# Of `thứ 2, 4` a day: no clock follows, but perhaps what the days' hours begin with (`2-6:07:30`).
_BARE_DAY = re.compile(r"[2-7](?![0-9])(?! ?(?:h|gio|g|am|pm)(?![a-z]))(?!\.[0-9]{2})(?!:[0-9]{2}(?! ?[:hg]))")
_CLOCK = re.compile(r"([0-9]{1,2})[^0-9]*([0-9]{2})?")
_DASHES = "‐‑‒–—―−~→➔"
_WORDY = ("group", "through", "lunch", "except", "closed", "day", "half", "word", "filler")


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    written: str


def read_hours(text: str) -> OpeningHours:
    """What a line says, by day; and all that it does not say clearly."""
    lines = [" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines()]
    reader = _Reader()
    for token in _tokens("\n".join(line for line in lines if line)):
        reader.take(token)
    return reader.read()


def _plain(text: str) -> str:
    """Letter by letter without accents, as long as it was."""
    return "".join("-" if one in _DASHES else _letter(one) for one in text)


def _letter(one: str) -> str:
    base = fold(one)
    return base if len(base) == 1 else one


def _tokens(written: str) -> Iterator[_Token]:
    plain, at, unread = _plain(written), 0, 0
    before = ""  # `day`, and `day,` behind what joins a day to another
    while at < len(plain):
        kind, end = _next(plain, written, at, before)
        if not kind:
            at = end
            continue
        if missed := written[unread:at].strip():
            yield _Token("unread", "", missed)
        yield _Token(kind, plain[at:end], written[at:end])
        if kind != "space":
            joins = before in ("day", "day,") and kind in ("to", "and")
            before = "day" if kind == "day" else "day," if joins else ""
        at = unread = end
    if missed := written[unread:].strip():
        yield _Token("unread", "", missed)


def _next(plain: str, written: str, at: int, before: str) -> tuple[str, int]:
    """What stands at a place and where it ends; no kind for what means nothing to us."""
    if before == "day," and (bare := _BARE_DAY.match(plain, at)):
        return "day", bare.end()
    found = TOKENS.match(plain, at)
    kind = (found.lastgroup or "") if found else ""
    inside = at > 0 and plain[at].isalpha() and plain[at - 1].isalpha()
    if found is None or (inside and kind in _WORDY):
        return "", _end_of_word(plain, at)
    said = written[at : found.end()].lower()
    if found[0] == "thu" and not said.isascii():  # alone it is no Thursday
        return "", found.end()
    if kind == "word":
        is_day = (
            before == "day," and not _has_tone(said) and not (found[0] == "tu" and _hours_follow(plain, found.end()))
        )
        kind = "day" if is_day else "filler" if found[0] == "tu" else ""
    return kind, found.end()


def _has_tone(said: str) -> bool:
    """Of `tu` what tells "from" from a Wednesday."""
    return said.startswith("t") and accented(said)[-1].isdigit()


def _hours_follow(plain: str, at: int) -> bool:
    return re.match(r" ?(?:[0-9]|thu\b)", plain[at:]) is not None


def _end_of_word(plain: str, at: int) -> int:
    end = at + 1
    while end < len(plain) and plain[end].isalnum() and plain[end - 1].isalnum():
        end += 1
    return end


def _days_of(token: _Token) -> tuple[str, ...]:
    if token.kind == "group":
        return next(days for words, days in _GROUPS.items() if re.fullmatch(words, token.text))
    name = token.text.removeprefix("ngay ")
    if number := re.search("[2-7]", name):
        return (DAYS[int(number[0]) - 2],)
    if re.fullmatch("chu ?nhat|cn", name):
        return ("sun",)
    if numeral := re.fullmatch(r"(?:(?:thu|t) ?\.? ?)?(hai|ba|tu|nam|sau|bay)", name):
        return (DAYS[_NUMBERS[numeral[1]]],)
    return (next(DAYS[n] for word, n in _NAMES.items() if name.startswith(word)),)


@dataclass
class _Group:
    """Some days, and when they are open. `behind`: the days stand behind the hours."""

    days: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    lunch: list[Span] = field(default_factory=list)
    closed: bool = False
    half: str = ""  # of the day that is closed, where not all of it is
    behind: bool = False
    written: list[str] = field(default_factory=list)


class _Reader:
    """Days gather until their hours are told; a day behind hours begins anew."""

    def __init__(self) -> None:
        self.groups: list[_Group] = []
        self.now = _Group()
        self.troubles: list[Trouble] = []
        self.half, self.half_is_new = "", False
        self.start: tuple[int, str] | None = None  # of a span: when, and as written
        self.to_day = self.to_time = False
        self.lunch = self.leaving_out = self.closing = False

    def take(self, token: _Token) -> None:
        match token.kind:
            case "day" | "group":
                self._day(token)
            case "time" | "number":
                self._time(token)
            case "to":
                self.to_time = self.start is not None
                self.to_day = self.start is None and bool(self.now.days)
            case "half":
                if self.now.behind:
                    self._flush()
                self.half, self.half_is_new = token.text.removeprefix("buoi "), True
            case "closed":
                self._closed(token)
            case "except":
                self.leaving_out = True
            case "lunch":
                self.lunch = True
            case "stop":
                self._stop()
            case "unread":
                self.troubles.append(Trouble(key="unread", written=token.written))

    def _stop(self) -> None:
        self.lunch = False
        if (self.now.behind or self.now.closed) and self.now.days:
            self._flush()

    def _day(self, token: _Token) -> None:
        days = _days_of(token)
        if self.leaving_out:
            self.now.days = [one for one in self.now.days if one not in days]
            return
        if self.now.spans and not self.now.days:
            self.now.behind = True
        elif not self.now.behind and (self.now.spans or (self.now.closed and not self.closing)):
            self._flush()
        if self.to_day and self.now.days:
            days = _between(self.now.days[-1], days[0])[1:]
        self.to_day = False
        self.now.days += [one for one in days if one not in self.now.days]
        self.now.written.append(token.written)

    def _closed(self, token: _Token) -> None:
        """`thứ 7 nghỉ` closes what was named, `nghỉ thứ 7` what is named next; `chiều nghỉ` leaves the morning."""
        if self.now.days and not self.now.spans:
            self.now.closed = True
            self._halve()
        elif self.now.spans and self.half_is_new:
            self.half, self.half_is_new = "", False
        else:
            self._flush()
            self.now.closed = self.closing = True
            self.now.written.append(token.written)

    def _halve(self) -> None:
        if self.half_is_new:
            self.now.half, self.half, self.half_is_new = self.half, "", False

    def _time(self, token: _Token) -> None:
        if self.now.closed:
            if self.closing and self.now.days:  # `nghỉ chủ nhật, thứ 2 7:30`: who knows where it ends
                self.troubles.append(Trouble(key="unread", written=" ".join(self.now.written)))
            self._flush()
        if self.now.behind:
            self._forward()
        self.leaving_out = self.half_is_new = False
        minutes = _minutes(token.text, self.half)
        if minutes is None:
            self.troubles.append(Trouble(key="no_such_time", written=token.written))
        elif self.start and self.to_time:
            self._span(self.start[0], minutes, f"{self.start[1]}–{token.written}")
        else:
            self._half_a_span()
            self.start = (minutes, token.written)
            return
        self.start, self.to_time = None, False

    def _forward(self) -> None:
        """The days behind hours have hours of their own: those before them are of days that nobody named."""
        days, written = self.now.days, self.now.written
        self.now.days, self.now.written, self.now.behind = [], [], False
        self._flush()
        self.now.days, self.now.written = days, written

    def _half_a_span(self) -> None:
        if self.start:
            self.troubles.append(Trouble(key="unread", written=self.start[1]))
        self.start = None

    def _span(self, opens: int, closes: int, written: str) -> None:
        if opens >= NOON > closes and opens < closes + NOON:
            closes += NOON  # 13:30–5:00
        if closes <= opens:
            self.troubles.append(Trouble(key="backwards", written=written))
        elif self.lunch and any(one[0] <= opens and closes <= one[1] for one in self.now.spans):
            self.now.lunch.append((opens, closes))
        else:
            if not self.now.days and self.groups:
                self.now.days = [*self.groups[-1].days]  # `…; chiều 13:30–17:00` goes on with the same days
            self.now.spans.append((opens, closes))
        self.lunch = False

    def _flush(self) -> None:
        if self.closing:
            self._halve()
        if self.now.days or self.now.spans:
            self.groups.append(self.now)
        self.now = _Group()
        self.to_day = self.leaving_out = self.closing = self.lunch = False
        if not self.half_is_new:
            self.half = ""

    def read(self) -> OpeningHours:
        self._half_a_span()
        self._flush()
        assumed = self._assume()
        by_day = self._by_day()
        alone = [one for one in self.groups if one.days and not one.spans and not one.closed]
        if alone and not self.troubles:
            self.troubles += [Trouble(key="day_alone", written="–".join(one.written)) for one in alone]
        if not any(by_day.values()) and not self.troubles:
            self.troubles.append(Trouble(key="nothing"))
        hours = () if self.troubles else tuple(_in_rows(by_day))
        return OpeningHours(hours=hours, troubles=tuple(dict.fromkeys(self.troubles)), assumed=assumed)

    def _assume(self) -> bool:
        """Hours of days that nobody named are those of the State's week, but for the days that have others."""
        named = {day for one in self.groups for day in one.days}
        alone = [one for one in self.groups if one.spans and not one.days]
        for one in alone:
            one.days = [day for day in WORKING_DAYS if day not in named]
        return bool(alone)

    def _by_day(self) -> dict[str, list[Span]]:
        found: dict[str, list[Span]] = {day: [] for day in DAYS}
        for group in self.groups:
            for day in group.days:
                spans = _less(found[day], _closed_part(group)) if group.closed else {*found[day], *group.spans}
                found[day] = sorted(spans)
                for lunch in group.lunch:
                    found[day] = list(_less(found[day], lunch))
        for day, told in found.items():
            if any(first[1] > second[0] for first, second in pairwise(told)):
                self.troubles.append(Trouble(key="overlap", day=day))
            elif len(told) > MOST_SPANS:
                self.troubles.append(Trouble(key="too_many", day=day))
        return {day: _joined(told) for day, told in found.items()}


def _closed_part(group: _Group) -> Span:
    if not group.half:
        return 0, DAY_MINUTES
    return (NOON, DAY_MINUTES) if group.half in _AFTERNOON else (0, NOON)


def _joined(spans: list[Span]) -> list[Span]:
    """`7:30–12:00, 12:00–17:00` is open throughout."""
    found: list[Span] = []
    for opens, closes in spans:
        if found and found[-1][1] == opens:
            found[-1] = (found[-1][0], closes)
        else:
            found.append((opens, closes))
    return found


def _between(first: str, last: str) -> tuple[str, ...]:
    """From one day to another, across the week's end where it must be."""
    at, to = DAYS.index(first), DAYS.index(last)
    return tuple(DAYS[n % len(DAYS)] for n in range(at, to + 1 if to >= at else to + 1 + len(DAYS)))


def _minutes(text: str, half: str) -> int | None:
    clock = _CLOCK.match(text)
    if clock is None:
        return None
    hour, minute = int(clock[1]), int(clock[2] or 0)
    if (half in _AFTERNOON or text.endswith("pm")) and 1 <= hour < 12:
        hour += 12
    elif text.endswith("am") and hour == 12:
        hour = 0
    found = hour * 60 + minute
    return found if minute < 60 and found < DAY_MINUTES else None


def _less(spans: Sequence[Span], lunch: Span) -> Iterator[Span]:
    for opens, closes in spans:
        if lunch[0] >= closes or lunch[1] <= opens:
            yield opens, closes
            continue
        if opens < lunch[0]:
            yield opens, lunch[0]
        if lunch[1] < closes:
            yield lunch[1], closes


def _in_rows(by_day: dict[str, list[Span]]) -> Iterator[Hours]:
    """Days in a row that are alike, together."""
    row: list[str] = []
    for day in (*DAYS, ""):
        if row and (not day or by_day[day] != by_day[row[0]]):
            if spans := by_day[row[0]]:
                yield Hours.model_validate({"days": row, "spans": [[*map(clock, span)] for span in spans]})
            row = []
        row.append(day)


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def by_weekday(hours: Iterable[Hours]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Each day of the week and when it is open: nothing where it is not."""
    found: dict[str, list[tuple[str, str]]] = {day: [] for day in DAYS}
    for one in hours:
        for day in one.days:
            found[day] += one.spans
    return {day: tuple(sorted(spans)) for day, spans in found.items()}
