"""Working time, by a wall calendar and a clock; the expected values are counted by hand."""

import datetime as dt

import pytest

from bot.content.schema import Hours
from bot.desk.working_time import VIETNAM, WorkingTime

OFFICE = (
    Hours(days=("mon", "tue", "wed", "thu", "fri"), spans=(("07:30", "11:30"), ("13:30", "17:00"))),
    Hours(days=("sat",), spans=(("07:30", "11:30"),)),
)


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.fixture(scope="module")
def office(content):
    return WorkingTime(content.knowledge.calendar, OFFICE)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-01-02", False),  # swapped for the Saturday of the week after
        ("2026-01-10", True),
        ("2026-02-18", False),  # Tết
        ("2026-08-22", True),
        ("2026-11-24", False),  # the new Culture Day
        ("2026-11-25", True),
        ("2026-11-28", False),  # an ordinary Saturday
        ("2027-02-10", False),
        ("2027-02-11", True),
    ],
)
def test_the_state_works_on_its_days(office, day, works):
    assert office.is_working_day(dt.date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("now", "closes", "opens"),
    [
        ("2026-11-23 09:00", "2026-11-23 11:30", "2026-11-23 13:30"),
        ("2026-11-23 12:00", None, "2026-11-23 13:30"),  # lunch
        ("2026-11-23 17:00", None, "2026-11-25 07:30"),  # closed on the minute; tomorrow is a day off
        ("2026-11-28 10:00", "2026-11-28 11:30", "2026-11-30 07:30"),
        ("2026-02-14 12:00", None, "2026-02-21 07:30"),  # over Tết, to the Saturday after
    ],
)
def test_open_now_and_next(office, now, closes, opens):
    assert office.closes(at(now)) == (at(closes) if closes else None)
    assert office.opens(at(now)) == at(opens)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-23 09:00", 2, "2026-11-23 11:00"),
        ("2026-11-23 09:00", 2.5, "2026-11-23 11:30"),
        ("2026-11-23 09:00", 3, "2026-11-23 14:00"),  # half an hour after lunch
        ("2026-11-23 16:00", 2, "2026-11-25 08:30"),  # over the day off
        ("2026-11-22 20:00", 8, "2026-11-25 08:00"),  # sent on Sunday: 7.5 hours on Monday, none on Tuesday
        ("2026-11-23 09:00", 0, "2026-11-23 09:00"),
    ],
)
def test_hours_are_counted_while_it_is_open(office, start, hours, due):
    assert office.add(at(start), dt.timedelta(hours=hours)) == at(due)


def test_days_are_counted_from_the_day_after(office):
    # Neither the day itself, weekends nor the day off count: 23, 25, 26, 27, 30.
    assert office.add_days(at("2026-11-20 15:30"), 5) == at("2026-11-30 17:00")


def test_time_between_leaves_out_lunch_nights_and_holidays(office):
    assert office.between(at("2026-11-23 11:00"), at("2026-11-25 08:00")) == dt.timedelta(hours=4.5)
    assert office.between(at("2026-11-23 12:00"), at("2026-11-23 13:00")) == dt.timedelta()


def test_hours_counted_forward_lie_between(office):
    start = at("2026-02-13 16:00")
    due = office.add(start, dt.timedelta(hours=30))
    assert office.between(start, due) == dt.timedelta(hours=30)


def test_an_office_without_hours_has_no_working_time(office):
    with pytest.raises(ValueError, match="without hours"):
        WorkingTime(office.calendar, ()).add(at("2026-11-23 09:00"), dt.timedelta(hours=1))
