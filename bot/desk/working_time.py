"""Working time: the State's days off and make-up days, an office's hours with its lunch break. All pure.

Moments carry their zone; days and hours are those of Vietnam.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from bot.content.schema import Calendar, CalendarDay, Hours, Weekday

VIETNAM = dt.timezone(dt.timedelta(hours=7), "Asia/Ho_Chi_Minh")
WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FARTHEST = 60  # days: no office is closed for longer

type Span = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class WorkingTime:
    """When an office with these hours is open, by the State's calendar; `within`: and the house it stands in."""

    calendar: Calendar
    hours: tuple[Hours, ...]
    within: tuple[Hours, ...] = ()

    @cached_property
    def _off(self) -> dict[dt.date, CalendarDay]:
        return {day: one for one in self.calendar.days_off for day in one.days}

    @cached_property
    def _extra(self) -> frozenset[dt.date]:
        return frozenset(day for one in self.calendar.working_days for day in one.days)

    def day_off(self, day: dt.date) -> CalendarDay | None:
        """The holiday that a day is, None on others."""
        return self._off.get(day)

    def is_working_day(self, day: dt.date) -> bool:
        """A day on which the State works, whatever the hours of this office."""
        return day in self._extra or (day not in self._off and WEEK[day.weekday()] in self.calendar.week)

    @cached_property
    def _known(self) -> dict[dt.date, list[Span]]:
        return {}

    def spans(self, day: dt.date) -> list[Span]:
        """The times of a day at which the office is open; a make-up day is worked like the last day of the week."""
        if day not in self._known:
            self._known[day] = self._spans(day)
        return self._known[day]

    def _spans(self, day: dt.date) -> list[Span]:
        if day in self._off:
            return []
        name = WEEK[day.weekday()]
        if day in self._extra and name not in self.calendar.week:
            name = self.calendar.week[-1]
        open_ = _spans_of(self.hours, name)
        if self.within:
            pairs = ((one, other) for one in open_ for other in _spans_of(self.within, name))
            both = ((max(one[0], other[0]), min(one[1], other[1])) for one, other in pairs)
            open_ = [span for span in both if span[0] < span[1]]
        return sorted((_at(day, opens), _at(day, closes)) for opens, closes in open_)

    def closes(self, now: dt.datetime) -> dt.datetime | None:
        """When the office, open now, closes next; None while it is closed."""
        return next((end for start, end in self.spans(_day(now)) if start <= now < end), None)

    def opens(self, now: dt.datetime) -> dt.datetime | None:
        """When the office opens next after `now`; None where it never does."""
        return next((start for start, _ in self._from(now) if start > now), None)

    def morning(self, now: dt.datetime) -> dt.datetime | None:
        """When the next working day begins after `now`; today's, where it has not begun."""
        firsts: dict[dt.date, dt.datetime] = {}
        for start, _ in self._from(_at(_day(now), "00:00")):
            firsts.setdefault(_day(start), start)
        return next((start for start in firsts.values() if start > now), None)

    def add(self, start: dt.datetime, work: dt.timedelta) -> dt.datetime:
        """When `work` of open time has passed since `start`. Raises ValueError for an office without hours."""
        left = work
        for opens, closes in self._from(start):
            begin = max(opens, start)
            if closes - begin >= left:
                return begin + left
            left -= closes - begin
        if not self.hours:
            raise ValueError("an office without hours has no working time")
        return self.add(_at(_day(start) + dt.timedelta(days=FARTHEST), "00:00"), left)

    def add_days(self, start: dt.datetime, days: int) -> dt.datetime:
        """The end of the `days`-th working day after that of `start`, which does not count (Civil Code, art. 147)."""
        day, left = _day(start), days
        while left:
            day += dt.timedelta(days=1)
            left -= bool(self.is_working_day(day) and self.spans(day))
        spans = self.spans(day)
        return spans[-1][1] if spans else _at(day, "17:00")

    def between(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """How much open time lies between two moments."""
        total = dt.timedelta()
        for opens, closes in self._from(start, until=end):
            total += max(dt.timedelta(), min(closes, end) - max(opens, start))
        return total

    def _from(self, start: dt.datetime, until: dt.datetime | None = None) -> Iterator[Span]:
        """The spans that end after `start`, day by day."""
        day = _day(start)
        last = _day(until) if until else day + dt.timedelta(days=FARTHEST - 1)
        while day <= last:
            yield from (span for span in self.spans(day) if span[1] > start)
            day += dt.timedelta(days=1)


def _spans_of(hours: tuple[Hours, ...], name: Weekday) -> list[tuple[str, str]]:
    return [span for one in hours if name in one.days for span in one.spans]


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(VIETNAM).date()


def _at(day: dt.date, clock: str) -> dt.datetime:
    hour, minute = map(int, clock.split(":"))
    return dt.datetime.combine(day, dt.time(hour, minute), VIETNAM)
