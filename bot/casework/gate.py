"""The gate: whoever floods us is told once, then passed over in silence. Nothing else of such a visit happens."""

import datetime as dt
from dataclasses import dataclass

from bot.casework.unit_of_work import UnitOfWork
from bot.conversation.reply import Reply
from bot.conversation.visit import Kind, Visit
from bot.store import floods
from bot.store.database import Database

LOOK_AGAIN = dt.timedelta(seconds=1)
SWEEP_AGAIN = dt.timedelta(hours=1)
LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Visits a minute; 0: as many as come."""

    person: int = 0
    everyone: int = 0


class Gate:
    """Counts in the database, so that many replicas count together."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._crowd = (LONG_AGO, False)
        self._swept = LONG_AGO

    def lets_in(self, unit: UnitOfWork, visit: Visit, source: str) -> bool:
        """False: the visit is over. Staff pass, and so does news of who is in a chat and who is not."""
        if visit.kind in (Kind.LEFT, Kind.OUT, Kind.BACK) or not (self.limits.person or self.limits.everyone):
            return True
        limit = self.limits.person or self.limits.everyone
        mark = unit.mark(visit.who)
        number, told = floods.count(unit.connection, mark, limit=limit, now=unit.now)
        alone, crowd = number > limit, self._crowded(unit, source)
        if not (alone or crowd) or unit.actor(visit.who).posts:
            return True
        if not told and visit.private:
            floods.tell(unit.connection, mark)
            line = unit.scene(visit.chat).line("flood.person" if alone else "flood.everyone")
            unit.answer(visit, Reply(blocks=(line,)))
        return False

    def _crowded(self, unit: UnitOfWork, source: str) -> bool:
        """Whether more came in the last minute than may; looked at once a second, for every replica looks."""
        looked, crowded = self._crowd
        if self.limits.everyone and abs(unit.now - looked) >= LOOK_AGAIN:
            came = floods.arrived(unit.connection, source, ago=self.limits.everyone)
            crowded = came is not None and unit.now - came < floods.WINDOW
            self._crowd = (unit.now, crowded)
        return crowded

    def sweep(self, database: Database, now: dt.datetime) -> None:
        """Forget, once an hour, who has been quiet for an hour."""
        if (self.limits.person or self.limits.everyone) and abs(now - self._swept) >= SWEEP_AGAIN:
            self._swept = now
            with database.change() as connection:
                floods.sweep(connection, before=now - SWEEP_AGAIN)
