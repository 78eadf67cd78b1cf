"""Desks that answer nobody while somebody waits: after a working day of their own whoever runs the bot hears of it."""

import datetime as dt
from dataclasses import dataclass

from bot.casework.unit_of_work import UnitOfWork
from bot.store import cases

LOOKED_BACK = dt.timedelta(days=14)  # for the last word of a desk
A_WORKING_DAY = dt.timedelta(hours=8)  # of open time


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A commune where somebody waits for a first word. `since`: of what it has been silent."""

    commune: int
    name: str
    waiting: int
    since: str
    silent: bool


def desks(unit: UnitOfWork) -> list[Desk]:
    """Every commune where somebody waits, or has waited and an alarm may be over."""
    spoken = cases.last_words(unit.connection, since=unit.now - LOOKED_BACK)
    return [
        _desk(unit, commune, count, max(oldest, spoken.get(commune, oldest)))
        for commune, count, oldest in cases.without_a_word(unit.connection)
    ]


def _desk(unit: UnitOfWork, commune: int, count: int, since: dt.datetime) -> Desk:
    return Desk(
        commune=commune,
        name=unit.communes.get(commune, f"{commune:05}"),
        waiting=count,
        since=unit.desk_scene(commune).moment(since),
        silent=unit.office(commune).between(since, unit.now) >= A_WORKING_DAY,
    )
