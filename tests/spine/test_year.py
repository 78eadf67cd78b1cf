"""A year played small, on two replicas: every reminder once, by day, on working days, and none that was stopped."""

import datetime as dt
import random
import re

import pytest

from bot.store import outbox
from bot.store.outbox import Priority
from tests.year import (
    BEGIN,
    BIRTH,
    TOLD,
    World,
    ends,
    play,
    wishes,
    with_other_law,
    working_before,
    wrong_reminders,
)

PEOPLE = 150  # three thousand in `make chaos`


@pytest.mark.only_on("sqlite", "the hundred days of a change of law, below, are told on both")
def test_a_year_of_a_hundred_and_fifty_people(turns, clock):
    chance = random.Random(7)
    people = list(wishes(chance, PEOPLE))
    stops = ends(chance, people)
    world = World(turns, clock)
    play(world, people, stops)
    wrong, checked = wrong_reminders(world, people, stops)
    assert wrong == []
    assert checked > PEOPLE / 2


def test_when_the_law_changes_each_is_told_once_and_by_the_new_day(turns, clock):
    """20 people with a child of a week; on the tenth day 60 days become 90."""
    world = World(turns, clock)
    born = BEGIN - dt.timedelta(days=7)
    world.at(BEGIN, 11)
    people = [f"telegram:{n}" for n in range(500, 520)]
    for chat in people:
        world.presses(chat, f"rkeep:{BIRTH}:{born:%Y%m%d}")
    for n in range(1, 100):
        if n == 10:
            for replica in world.replicas:
                replica.house = with_other_law(replica.house)
        world.at(BEGIN + dt.timedelta(days=n), 11)
        world.at(BEGIN + dt.timedelta(days=n), 23)
    due = born + dt.timedelta(days=90)  # 14 February 2027, a Sunday
    days = [working_before(due - dt.timedelta(days=before)) for before in (45, 14, 2)]
    for chat in people:
        changed = [text for _, text in world.got[chat] if text.startswith("Luật đã đổi")]
        assert len(changed) == 1
        assert re.search("14/02/2027", changed[0])
        assert [at.date() for at, text in world.got[chat] if text.startswith(TOLD)][-3:] == days


def test_unasked_messages_stand_behind_what_was_asked(turns, clock):
    world = World(turns, clock)
    with turns.database.change() as connection:
        for priority in (Priority.REMINDER, Priority.REPLY):
            outbox.put(connection, chat="telegram:1", payload='{"blocks": []}', now=clock(), priority=priority,
                       quiet=priority is Priority.REMINDER)  # fmt: skip
        assert len(outbox.due(connection, "telegram", now=clock(), limit=9)) == 1
    clock.now = dt.datetime(2026, 11, 23, 16, 0, tzinfo=dt.UTC)  # 23:00
    with turns.database.change() as connection:
        outbox.sent(connection, outbox.due(connection, "telegram", now=clock(), limit=9), now=clock())
        assert outbox.due(connection, "telegram", now=clock(), limit=9) == []
        assert outbox.next_due(connection, "telegram", now=clock()) is None
    world.at(dt.date(2026, 11, 24), 7)
    assert len(world.got["telegram:1"]) == 1
