"""A year of many people with a moved clock: births, deaths, moves, a changed law, two outages, bookings, a closure."""

import datetime as dt

from bot.store.database import open_database
from bot.turn import Turns
from tests.appointing import taking
from tests.chaos.faults import Seen
from tests.chaos.ground import ground
from tests.year import BEGIN, World, ends, play, weeks_to_book, wishes, wrong_bookings, wrong_reminders

A_WEEK = 8  # who books
CLOSED = 20  # the week in which the commune closes on the day that was booked


class Clock:
    def __init__(self):
        self.now = dt.datetime.combine(BEGIN, dt.time(9), dt.UTC)

    def __call__(self):
        return self.now


async def year(chance, kind, house, count):
    """Every reminder once or for a reason not at all, none by night or after a stop, no booking lost."""
    async with ground(kind) as where:
        database = open_database(where.url)
        clock = Clock()
        world = World(Turns(database, taking(house), clock), clock)
        people = list(wishes(chance, count))
        stops = ends(chance, people)
        moves = [(chat, on + 1) for chat, on, _, _ in people if chance.random() < 0.1]
        weeks = list(weeks_to_book())
        who = (f"telegram:{n}" for n in range(1_000_000, 2_000_000))
        books = [(next(who), n) for n in weeks for _ in range(min(A_WEEK, count // 100 or 1))]
        world.closes = (weeks[CLOSED] + 1, BEGIN + dt.timedelta(days=weeks[CLOSED] + 3))
        play(world, people, stops, moves, books)
        wrong, checked = wrong_reminders(world, people, stops)
        wrong += wrong_bookings(world, books)
        told = sum(map(len, world.got.values()))
        database.close()
    return Seen(wrong=wrong[:20], figures={"people": count, "checked": checked, "booked": len(books), "told": told})
