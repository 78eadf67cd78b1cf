"""The scorecard: reckoned twice, in Python and by the query that each number carries; in any order; not to be gamed."""

import datetime as dt
import random
import sqlite3
from itertools import groupby

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.content.schema import Limits
from bot.desk.working_time import WorkingTime
from bot.measure.indicators import KEYS, Form, indicators, median
from bot.measure.life import Happening, cycles
from bot.measure.tally import Measured, Question, Tally, month, month_of
from tests.measure.happened import happened, lives, requests_of

LIMITS = Limits(first_answer_hours=8, settled_days=5)
MONTHS = ("2026-10", "2026-11", "2026-12")
QUESTIONS = [
    Question(commune=8, procedure="dang-ky-khai-sinh", outcome="answered", count=3),
    Question(commune=8, procedure=None, outcome="no_match"),
    Question(commune=4, procedure=None, outcome="clarify", count=2),
]


@pytest.fixture(scope="module")
def office(content):
    return WorkingTime(content.knowledge.calendar, content.knowledge.desk.hours)


def reckon(lines, period, office, questions=()):
    found = Measured(period=period, open_time=lambda _commune, start, end: office.between(start, end))
    for _code, one in groupby(sorted(lines, key=lambda line: line.code), key=lambda line: line.code):
        found.request(list(one))
    for question in questions:
        found.question(question)
    return found


def stored(lines, requests, questions):
    """The same lines as rows, as the database keeps them."""
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE TABLE events (id INTEGER PRIMARY KEY, code, action, at, after, level, commune, first_due, due, rating,"
        " undoes)"
    )
    database.execute("CREATE TABLE requests (code PRIMARY KEY, kind, procedure)")
    database.execute("CREATE TABLE asked (at, commune, procedure, outcome)")
    for one in lines:
        moments = [
            t and t.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f") for t in (one.at, one.first_due, one.due)
        ]
        database.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                one.number,
                one.code,
                one.action,
                moments[0],
                one.after,
                one.level,
                one.commune,
                *moments[1:],
                one.rating,
                one.undoes,
            ),
        )
    database.executemany("INSERT INTO requests VALUES (:code, :kind, :procedure)", requests)
    for one in questions:
        for _ in range(one.count):
            row = ("2026-11-10 02:00:00.000000", one.commune, one.procedure, one.outcome)
            database.execute("INSERT INTO asked VALUES (?, ?, ?, ?)", row)
    return database


def by_query(database, indicator, office):
    rows = database.execute(indicator.query).fetchall()
    match indicator.form:
        case Form.LIST:
            return rows
        case Form.HOURS:
            return sorted(_open_minutes(office, *map(_moment, row)) for row in rows)
        case Form.SHARE | Form.MEAN:
            return rows[0]
        case _:
            return rows[0][0]


def by_reckoning(indicator, tally):
    match indicator.form:
        case Form.LIST:
            return list(indicator.parts)
        case Form.HOURS:
            return sorted(tally.waits)
        case Form.SHARE:
            return (indicator.value or 0, indicator.of)
        case Form.MEAN:
            return (indicator.value, indicator.of)
        case _:
            return indicator.value


def _moment(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def _open_minutes(office, start, end):
    """Counted, half an hour at a time: everything in these stories happens on the half hour."""
    half, count = dt.timedelta(minutes=30), 0
    while start < end:
        count += any(opens <= start < closes for opens, closes in office.spans(start.astimezone(opens_in).date()))
        start += half
    return count * 30


opens_in = dt.timezone(dt.timedelta(hours=7))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives=lives, name=st.sampled_from(MONTHS), communes=st.sampled_from(((), (8,), (4,), (4, 8))))
def test_each_number_is_found_by_the_query_that_it_carries(office, lives, name, communes):
    lines, period = happened(lives, LIMITS, office), month(name)
    questions = QUESTIONS if name == "2026-11" else []
    tally = reckon(lines, period, office, questions).total(communes or None)
    database = stored(lines, requests_of(lives), questions)
    for one in indicators(tally, period, communes):
        assert by_query(database, one, office) == by_reckoning(one, tally), one.key
    database.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives=lives, seed=st.integers(0, 1000))
def test_the_order_in_which_lines_come_means_nothing(office, lives, seed):
    lines = happened(lives, LIMITS, office)
    mixed = random.Random(seed).sample(lines, len(lines))
    for name in MONTHS:
        one, other = (reckon(some, month(name), office).total() for some in (lines, mixed))
        one.waits.sort()
        other.waits.sort()
        assert one == other


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives=lives)
def test_communes_add_up_to_the_country(office, lives):
    found = reckon(happened(lives, LIMITS, office), month("2026-11"), office)
    whole, parts = found.total(), found.total([4])
    parts.add(found.total([8]))
    whole.waits.sort()
    parts.waits.sort()
    assert whole == parts


# By hand. 2 November 2026 is a Monday; 09:00 in Hanoi is 02:00 UTC; the desk is open 8–12 and 13–17.


def at(day, hour=9):
    return dt.datetime(2026, 11, day, hour - 7, tzinfo=dt.UTC)


class Story:
    """A request whose first answer is due on the 3rd at 09:00 and which is to be settled by the 9th at 17:00."""

    def __init__(self):
        self.lines = []
        self.says("send", at(2), "open", first_due=at(3), due=at(9, 17))

    def says(self, action, when, after, commune=8, **more):
        promised = {"first_due": at(3), "due": at(9, 17)} if not self.lines else {
            "first_due": self.lines[-1].first_due, "due": self.lines[-1].due}  # fmt: skip
        self.lines.append(
            Happening(number=len(self.lines) + 1, code="MC-AAAA-22", action=action, at=when, after=after,
                      commune=commune, **{**promised, **more})
        )  # fmt: skip
        return self

    def in_november(self, office, now=None):
        return reckon(self.lines, month("2026-11").until(now or at(30)), office)


def test_a_good_case(office):
    story = Story().says("claim", at(2, 10), "claimed").says("answer", at(2, 15), "answered")
    tally = story.says("close", at(4), "closed").in_november(office).at(8)
    assert (tally.first_kept, tally.first_due) == (1, 1)
    assert (tally.settled_kept, tally.settled_due) == (1, 1)
    assert tally.waits == [5 * 60]  # 9–12 and 13–15
    assert (tally.opened, tally.answered, tally.closed, tally.waiting, tally.overdue) == (1, 1, 1, 0, 0)


def test_claiming_is_no_answer(office):
    tally = Story().says("claim", at(2, 10), "claimed").in_november(office).at(8)
    assert (tally.first_kept, tally.first_due, tally.answered) == (0, 1, 0)
    assert (tally.waiting, tally.overdue) == (1, 1)


def test_claiming_and_giving_back_again_and_again_is_seen(office):
    story = Story()
    for hour in (10, 14, 16):
        story.says("claim", at(2, hour), "claimed").says("release", at(2, hour), "open")
    tally = story.in_november(office).at(8)
    assert (tally.let_lie, tally.first_kept, tally.first_due) == (3, 0, 1)


def test_what_is_not_due_yet_is_not_late(office):
    tally = Story().in_november(office, now=at(2, 16)).at(8)
    assert (tally.first_due, tally.settled_due, tally.waiting, tally.overdue) == (0, 0, 1, 0)


def test_a_new_promise_of_the_clock_makes_nothing_good(office):
    story = Story().says("late", at(3), "open", first_due=at(4)).says("claim", at(3, 10), "claimed")
    tally = story.says("answer", at(3, 11), "answered").in_november(office).at(8)
    assert (tally.first_kept, tally.first_due) == (0, 1)


def test_closing_and_being_opened_again_is_not_settled(office):
    story = Story().says("claim", at(2, 10), "claimed").says("answer", at(2, 15), "answered")
    story.says("close", at(4), "closed").says("reopen", at(6), "open", first_due=at(7), due=at(13, 17))
    tally = story.in_november(office, now=at(6, 10)).at(8)
    assert (tally.settled_kept, tally.settled_due, tally.reopened) == (0, 1, 1)
    tally = story.in_november(office).at(8)
    assert (tally.settled_kept, tally.settled_due, tally.reopened) == (0, 2, 1)
    assert (tally.first_kept, tally.first_due) == (1, 2)  # the second wait is a wait


def test_opened_again_after_the_month_it_was_not_settled_in_it(office):
    story = Story().says("claim", at(2, 10), "claimed").says("answer", at(2, 15), "answered")
    story.says("close", at(4), "closed")
    assert reckon(story.lines, month("2026-11").until(at(10)), office).at(8).settled_kept == 1
    later = dt.datetime(2026, 11, 17, tzinfo=dt.UTC)
    story.says("reopen", later, "open", first_due=at(18), due=at(24, 17))
    assert reckon(story.lines, month("2026-11").until(at(10)), office).at(8).settled_kept == 0


def test_closing_without_a_word_of_an_answer_settles_nothing(office):
    story = Story().says("claim", at(2, 10), "claimed").says("ask", at(2, 15), "asked")
    tally = story.says("close", at(2, 16), "closed", due=at(10)).in_november(office).at(8)
    assert (tally.settled_kept, tally.settled_due) == (0, 1)


def test_an_answer_that_was_taken_back_is_none_and_what_it_met_is_due_again(office):
    story = Story().says("claim", at(2, 10), "claimed").says("answer", at(2, 15), "answered")
    story.says("unsay", at(4), "claimed", undoes=3)
    tally = story.in_november(office).at(8)
    assert (tally.first_kept, tally.first_due, tally.answered, tally.waits) == (0, 1, 0, [])
    assert (tally.waiting, tally.overdue) == (1, 1)
    story.says("answer", at(4, 10), "answered").says("close", at(5), "closed")
    tally = story.in_november(office).at(8)
    assert (tally.first_kept, tally.settled_kept, tally.waits) == (0, 1, [17 * 60])  # from the 2nd to the 4th at 10


def test_an_empty_word_in_time_with_the_true_one_late_gains_nothing_once_it_is_taken_back(office):
    story = Story().says("claim", at(2, 10), "claimed").says("answer", at(2, 15), "answered")
    story.says("answer", at(5), "answered").says("close", at(5, 10), "closed").says(
        "unsay", at(5, 11), "closed", undoes=3
    )
    tally = story.in_november(office).at(8)
    assert (tally.first_kept, tally.first_due, tally.settled_kept) == (0, 1, 1)


def test_taking_the_only_answer_back_after_closing_it_or_after_the_month_settles_nothing(office):
    story = Story().says("claim", at(2, 10), "claimed").says("answer", at(2, 15), "answered")
    story.says("close", at(4), "closed").says("unsay", dt.datetime(2026, 12, 2, tzinfo=dt.UTC), "closed", undoes=3)
    tally = story.in_november(office).at(8)
    assert (tally.first_kept, tally.first_due, tally.settled_kept, tally.settled_due) == (0, 1, 0, 1)


def test_a_question_that_was_taken_back_stops_no_clock(office):
    story = Story().says("claim", at(2, 10), "claimed").says("ask", at(2, 15), "asked")
    story.says("unsay", at(20), "claimed", undoes=3).says("answer", at(20, 10), "answered")
    tally = story.says("close", at(20, 11), "closed").in_november(office).at(8)
    assert (tally.first_kept, tally.settled_kept, tally.settled_due, tally.rounds) == (0, 0, 1, 0)


def test_one_wait_for_the_citizen_moves_the_day(office):
    story = Story().says("claim", at(2, 10), "claimed").says("ask", at(2, 15), "asked")
    story.says("add", at(9, 15), "claimed", due=at(16, 17)).says("answer", at(13), "answered")
    tally = story.says("close", at(16), "closed").in_november(office).at(8)
    assert (tally.settled_kept, tally.settled_due, tally.rounds, tally.second_rounds) == (1, 1, 1, 0)


def test_asking_a_second_time_is_late(office):
    story = Story().says("claim", at(2, 10), "claimed").says("ask", at(2, 15), "asked")
    story.says("add", at(3, 15), "claimed", due=at(10, 17)).says("ask", at(3, 16), "asked")
    story.says("add", at(20), "claimed", due=at(27, 17)).says("answer", at(20, 10), "answered")
    tally = story.says("close", at(20, 11), "closed").in_november(office).at(8)
    assert (tally.settled_kept, tally.settled_due, tally.second_rounds) == (0, 1, 1)
    story = Story().says("claim", at(2, 10), "claimed").says("ask", at(2, 15), "asked")
    story.says("add", at(3, 15), "claimed", due=at(10, 17)).says("ask", at(3, 16), "asked")
    story.says("add", at(4), "claimed", due=at(10, 17)).says("answer", at(4, 10), "answered")
    tally = story.says("close", at(4, 11), "closed").in_november(office).at(8)
    assert (tally.settled_kept, tally.settled_due, tally.second_rounds) == (0, 1, 1)  # however soon it was settled


def test_waiting_for_the_citizen_for_ever_is_seen(office):
    story = Story().says("claim", at(2, 10), "claimed").says("ask", at(2, 15), "asked")
    tally = reckon(story.lines, month("2026-12"), office).at(8)
    assert (tally.waiting, tally.overdue, tally.asked_long) == (1, 0, 1)


def test_what_stays_open_counts_each_month(office):
    story = Story()
    for name in ("2026-11", "2026-12", "2027-01"):
        tally = reckon(story.lines, month(name), office).at(8)
        assert (tally.first_kept, tally.first_due, tally.settled_due, tally.overdue) == (0, 1, 1, 1)


def test_taken_back_before_it_was_due_is_nobodys_fault_and_afterwards_it_is(office):
    early = Story().says("cancel", at(2, 16), "cancelled").in_november(office).at(8)
    late = Story().says("cancel", at(4), "cancelled").in_november(office).at(8)
    assert (early.first_due, early.settled_due) == (0, 0)
    assert (late.first_due, late.first_kept, late.settled_due) == (1, 0, 0)


def test_passing_on_what_is_late_already_does_not_pass_on_the_blame(office):
    story = Story().says("offer", at(4), "open").says("accept", at(4, 10), "claimed", commune=4)
    found = story.says("answer", at(4, 11), "answered", commune=4).says("close", at(5), "closed", commune=4)
    measured = found.in_november(office)
    assert (measured.at(8).first_kept, measured.at(8).first_due, measured.at(8).moved_away) == (0, 1, 1)
    assert (measured.at(4).first_due, measured.at(4).settled_kept, measured.at(4).answered) == (0, 1, 1)


def test_rating_again_counts_the_last_word(office):
    story = Story().says("claim", at(2, 10), "claimed").says("answer", at(2, 15), "answered")
    story.says("close", at(4), "closed").says("rate", at(5), "closed", rating=1)
    tally = story.says("rate", at(5, 10), "closed", rating=4).in_november(office).at(8)
    assert tally.ratings == {"4": 1}


def test_nothing_is_not_nought(office):
    told = {one.key: one for one in indicators(Tally(), month("2026-11"))}
    assert set(told) == set(KEYS)
    assert [key for key, one in told.items() if one.value is None] == [
        "first_kept", "settled_kept", "median", "nine_in_ten", "rating", "by_bot", "no_answer",
    ]  # fmt: skip


def test_of_fewer_than_ten_there_is_no_rate():
    nine, ten = (Tally(first_due=n, first_kept=n - 1) for n in (9, 10))
    shares = [{one.key: one.share for one in indicators(t, month("2026-11"))}["first_kept"] for t in (nine, ten)]
    assert shares == [None, 0.9]


@pytest.mark.parametrize(("waits", "middle"), [([], None), ([7], 7), ([1, 9], 1), ([9, 1, 5], 5)])
def test_the_middle(waits, middle):
    assert median(waits) == middle


@pytest.mark.parametrize("name", ["2026-13", "2026-00", "x", "", "0000-01", "0001-01", "9999-12", "2026-11-01"])
def test_what_is_no_month_of_ours_is_none(name):
    with pytest.raises(ValueError, match=r".*"):
        month(name)


def test_a_february_may_have_a_day_more():
    assert (month("2028-02").end - month("2028-02").start).days == 29
    assert month("2028-2") == month("2028-02")


def test_a_month_is_vietnams(office):
    period = month("2026-12")
    assert period.start == dt.datetime(2026, 11, 30, 17, tzinfo=dt.UTC)
    assert period.end == dt.datetime(2026, 12, 31, 17, tzinfo=dt.UTC)
    assert month_of(period.start).name == "2026-12"
    assert month_of(period.start, 12).name == "2025-12"


def test_a_line_without_its_beginning_is_passed_over():
    assert cycles([Happening(number=1, code="x", action="claim", at=at(2))]) == []
