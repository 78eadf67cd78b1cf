"""`make chaos`: everything that may break, on real processes and databases, as a table. The seed repeats a run."""

import argparse
import asyncio
import logging
import random
import sys
import time

from tests.chaos import desks, faults, hardships, years
from tests.chaos.houses import the_house

STORIES = {
    "kill -9, SQLite": lambda c, _, short: faults.killed(c, "sqlite", 3 if short else 100),
    "kill -9, PostgreSQL, two replicas": lambda c, _, short: faults.killed(c, "postgresql", 3 if short else 100, 2),
    "polling taken over": lambda c, _, short: faults.taken_over(c, 2 if short else 12),
    "PostgreSQL stopped": lambda c, _, short: faults.without_database(c, 3 if short else 30),
    "bad network, SQLite": lambda c, _, short: faults.bad_network(c, "sqlite", 2 if short else 12),
    "bad network, PostgreSQL": lambda c, _, short: faults.bad_network(c, "postgresql", 2 if short else 12),
    "429 for one group": lambda c, _, short: faults.told_to_wait(c, "sqlite", 5 if short else 60),
    "full disk": lambda c, _, short: faults.full_disk(c, 3 if short else 15),
    "clock jumps, SQLite": lambda c, house, short: faults.jumping_clock(c, "sqlite", house, 5 if short else 30),
    "clock jumps, PostgreSQL": lambda c, house, short: faults.jumping_clock(c, "postgresql", house, 5 if short else 30),
    "SIGTERM, SQLite": lambda c, _, short: faults.terminated(c, "sqlite", 2 if short else 10),
    "SIGTERM, PostgreSQL": lambda c, _, short: faults.terminated(c, "postgresql", 2 if short else 10),
    "burst, SQLite": lambda c, _, short: faults.burst(c, "sqlite", 500 if short else 10_000),
    "burst, PostgreSQL": lambda c, _, short: faults.burst(c, "postgresql", 500 if short else 10_000),
    "failover: read-only, then back": lambda c, _, short: hardships.failover(c, 3 if short else 20),
    "two processes on one file": lambda c, _, short: hardships.second_process(c, 2 if short else 10),
    "hostile YAML while running": lambda c, _, short: hardships.hostile_files(c, 1 if short else 3),
    "20,000 turns, SQLite": lambda c, house, short: hardships.long_life(c, "sqlite", house, 2_000 if short else 20_000),
    "20,000 turns, PostgreSQL": lambda c, house, short: hardships.long_life(
        c, "postgresql", house, 2_000 if short else 20_000
    ),
    "disk full under a backup, SQLite": lambda c, _, short: hardships.full_disk_under_a_backup(
        c, "sqlite", 2 if short else 8
    ),
    "disk full under a backup, PostgreSQL": lambda c, _, short: hardships.full_disk_under_a_backup(
        c, "postgresql", 2 if short else 8
    ),
    "mangled, SQLite": lambda c, house, short: faults.mangled_updates(c, "sqlite", house, 2_000 if short else 100_000),
    "mangled, PostgreSQL": lambda c, house, short: faults.mangled_updates(
        c, "postgresql", house, 2_000 if short else 20_000
    ),
    "kicked and returned": lambda c, house, short: desks.kicked_and_returned(c, house, 2 if short else 20),
    "closed topics": lambda c, house, short: desks.closed_topics(c, house, 8 if short else 60),
    "slow server": lambda c, _, short: desks.slow_server(c, 3 if short else 40),
    "a year of 3,000 people, SQLite": lambda c, house, short: years.year(c, "sqlite", house, 200 if short else 3_000),
    "a year of 3,000 people, PostgreSQL": lambda c, house, short: years.year(
        c, "postgresql", house, 200 if short else 3_000
    ),
    "one noisy chat, two replicas": lambda c, house, short: desks.noisy_chat(c, house, 15 if short else 300),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--short", action="store_true", help="a minute or two of each story's beginning")
    parser.add_argument("--only", default="", help="stories whose name has this in it")
    asked = parser.parse_args()
    logging.disable()  # what breaks within this process is told in the table
    house = the_house()
    print(f"seed {asked.seed}")
    wrong = 0
    for name, story in STORIES.items():
        if asked.only in name:
            wrong += not told(name, story, house, asked)
    print(f"\n{wrong} stories went wrong" if wrong else "\nnothing lost, nothing twice, nothing out of order")
    return 1 if wrong else 0


def told(name, story, house, asked) -> bool:
    began = time.monotonic()
    try:
        seen = asyncio.run(story(random.Random(f"{asked.seed} {name}"), house, asked.short))
    except (AssertionError, TimeoutError, OSError) as error:
        seen = faults.Seen(wrong=[f"{type(error).__name__}: {error}"])
    figures = " ".join(f"{key}={value}" for key, value in seen.figures.items())
    print(f"{'held' if not seen.wrong else 'WRONG':6}{name:36}{time.monotonic() - began:6.0f} s  {figures}", flush=True)
    for one in seen.wrong:
        print(f"{'':6}{one}", flush=True)
    return not seen.wrong


if __name__ == "__main__":
    sys.exit(main())
