"""Any interleaving of bookings takes no place twice: the database itself sees to it, on either kind."""

import datetime as dt
import random
import threading
from collections import Counter

import pytest
from sqlalchemy import select

from bot.store import bookings
from bot.store.tables import bookings as table

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
TIMES = [NOW + dt.timedelta(days=1, minutes=30 * n) for n in range(6)]
LANES, PEOPLE, WORKERS, DEEDS = 2, 40, 8, 125  # a thousand deeds


def act(database, seed, failures):
    """One of many who book, confirm, move and cancel, in an order of chance."""
    chance = random.Random(seed)
    try:
        for n in range(DEEDS):
            now = NOW + dt.timedelta(seconds=n * 9)  # what is held lapses meanwhile
            chat = f"telegram:{chance.randrange(PEOPLE)}"
            with database.change() as connection:
                match chance.choice(("book", "book", "book", "only_hold", "cancel")):
                    case "cancel":
                        for one in bookings.of_chat(connection, chat):
                            bookings.free(connection, one.id, status=bookings.CANCELLED)
                    case deed:
                        number = bookings.hold(
                            connection, lanes=LANES, now=now, until=now + dt.timedelta(minutes=5), commune=8,
                            counter="ho-tich", starts_at=chance.choice(TIMES), chat=chat, procedure="khai-sinh",
                            language="vi", code=f"LH-{seed}-{n}", place="Quầy",
                        )  # fmt: skip
                        if number and deed == "book":
                            assert bookings.confirm(connection, number, chat, now=now)
    except Exception as error:  # noqa: BLE001 - told by the test
        failures.append(error)


@pytest.mark.parametrize("seed", [1])
def test_a_thousand_deeds_at_once_take_no_place_twice(database, seed):
    failures = []
    workers = [threading.Thread(target=act, args=(database, seed * 100 + n, failures)) for n in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    with database.look() as connection:
        rows = connection.execute(select(table)).mappings().all()
        shown = bookings.taken(connection, 8, "ho-tich", now=NOW)
    standing = [row for row in rows if row["status"] == bookings.CONFIRMED]
    assert standing
    assert all(row["lane"] in (1, 2) for row in standing)
    assert max(Counter((row["starts_at"], row["lane"]) for row in rows if row["lane"]).values()) == 1
    assert max(Counter(row["chat"] for row in standing).values()) == 1
    assert max(shown.values()) <= LANES


def test_two_who_press_at_once_get_one_each_and_the_third_none(database):
    taken = []

    def take(person):
        with database.change() as connection:
            taken.append(bookings.hold(
                connection, lanes=LANES, now=NOW, until=NOW + dt.timedelta(minutes=5), commune=8, counter="ho-tich",
                starts_at=TIMES[0], chat=person, procedure="khai-sinh", language="vi", code=person, place="Quầy",
            ))  # fmt: skip

    workers = [threading.Thread(target=take, args=(f"telegram:{n}",)) for n in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(number is not None for number in taken) == [False] * 4 + [True] * 2


@pytest.mark.only_on("postgresql")
def test_two_who_take_each_others_time_do_not_wait_for_each_other(database):
    """Each lets go what it had before it takes the other's: without turns the database ends one of them."""
    failures = []
    together = threading.Barrier(2, timeout=30)

    def swap(person, times):
        try:
            for n in range(60):
                together.wait()
                with database.change() as connection:
                    bookings.hold(
                        connection, lanes=1, now=NOW, until=NOW + dt.timedelta(minutes=5), commune=8, counter="ho-tich",
                        starts_at=times[n % 2], chat=person, procedure="khai-sinh", language="vi",
                        code=f"{person}{n}", place="Quầy",
                    )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - told by the test
            failures.append(error)
            together.abort()

    both = [
        threading.Thread(target=swap, args=("a", TIMES[:2])),
        threading.Thread(target=swap, args=("b", TIMES[1::-1])),
    ]
    for person in both:
        person.start()
    for person in both:
        person.join()
    assert failures == []
