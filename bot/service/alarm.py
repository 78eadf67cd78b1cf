"""Alarms, for three in the morning: each is told once to whoever runs the bot, and so is its end.

Replies that wait too long, a door out of reach, a disk that fills up, a commune that answers nobody for a working day.
What nobody foresaw is told by `trouble`.
"""

import asyncio
import datetime as dt
import logging
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.config import STATE
from bot.doors.door import Door, Fate
from bot.service.bell import Bell
from bot.service.threads import Threads
from bot.store import alarms, figures
from bot.store.database import PASSING_ERRORS, Transaction
from bot.turn import Turns

log = logging.getLogger(__name__)

OLDEST_REPLY = dt.timedelta(minutes=2)  # people look at their phones for less
LOOK_SECONDS = 15.0
DOORS_SECONDS = 60.0
AWAY_LOOKS = 3  # in a row: a door that stumbles is up again
LEAST_FREE = 1_000_000_000  # bytes, or this part of the disk
LEAST_PART = 0.05
SILENT_EVERY = dt.timedelta(hours=1)
RUSH_EVERY = dt.timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Sign:
    """What is amiss, or is no more. `key`: of the sentence; its end is `key` with `_over`, where that is told."""

    name: str
    key: str
    amiss: bool
    values: Mapping[str, object] = field(default_factory=dict)
    ends: bool = True  # that it is over is told too


class Alarm:
    """Of several replicas one tells: whichever looks first. `folder`: on the disk that is watched."""

    def __init__(self, turns: Turns, threads: Threads, doors: Sequence[Door] = (), folder: Path = STATE) -> None:
        self.turns = turns
        self.threads = threads
        self.doors = doors
        self.folder = folder
        self.told: Bell = asyncio.Event()  # set when a message for the administrator waits in the outbox
        self._away: dict[str, int] = {door.name: 0 for door in doors}  # looks in a row
        self._rush_at = dt.datetime.min.replace(tzinfo=dt.UTC)
        self._silent_at = dt.datetime.min.replace(tzinfo=dt.UTC)

    async def run(self, stop: asyncio.Event) -> None:
        reached = 0.0
        while not stop.is_set():
            try:
                if asyncio.get_running_loop().time() > reached + DOORS_SECONDS:
                    reached = asyncio.get_running_loop().time()
                    await self.look_at_doors()
                if await self.threads.run(self.look):
                    self.told.set()
            except PASSING_ERRORS as error:
                log.error("the alarm waits for the database: %s", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)

    async def look_at_doors(self) -> None:
        """Whether each channel can be reached, for the next `look` to tell."""
        for door in self.doors:
            try:
                await door.reach()
                self._away[door.name] = 0
            except Exception as error:  # noqa: BLE001 - whatever the door makes of it
                slow = door.meaning_of(error).fate is Fate.UNSURE
                self._away[door.name] += 0 if slow else 1

    def look(self) -> bool:
        """Whether something was told."""
        with self.turns.database.change() as connection:
            told = [self._tell(connection, sign) for sign in self._signs(connection)]
            told.append(self._rush(connection))
        return any(told)

    def _rush(self, connection: Transaction) -> bool:
        """What many ask at once, for the leaders of their commune."""
        now = self.turns.clock()
        if now - RUSH_EVERY < self._rush_at <= now:
            return False
        self._rush_at = now
        return self.turns.answered_rushes(connection)

    def _signs(self, connection: Transaction) -> list[Sign]:
        doors = [
            Sign(name=f"door-{name}", key="admin.door", amiss=looks >= AWAY_LOOKS, values={"door": name})
            for name, looks in self._away.items()
        ]
        return [self._slow(connection), *doors, *self._disk(), *self._silent(connection)]

    def _slow(self, connection: Transaction) -> Sign:
        now = self.turns.clock()
        oldest = figures.oldest_reply(connection, now=now)
        waited = now - oldest if oldest else dt.timedelta()
        minutes = {"minutes": round(waited.total_seconds() / 60)}
        return Sign(name="slow", key="admin.slow", amiss=waited > OLDEST_REPLY, values=minutes)

    def _disk(self) -> list[Sign]:
        try:
            disk = shutil.disk_usage(self.folder)
        except OSError:  # not made yet: nothing is written there
            return []
        full = disk.free < min(LEAST_FREE, LEAST_PART * disk.total)
        free = {"free": f"{disk.free / 1_000_000_000:.1f}"}
        return [Sign(name="disk", key="admin.disk", amiss=full, values=free)]

    def _silent(self, connection: Transaction) -> list[Sign]:
        now = self.turns.clock()
        if not now - SILENT_EVERY < self._silent_at <= now:
            self._silent_at = now
            return [
                Sign(
                    name=f"silent-{one.commune}", key="admin.silent", amiss=one.silent, ends=False,
                    values={"commune": one.name, "count": one.waiting, "since": one.since},
                )
                for one in self.turns.waiting_desks(connection)
            ]  # fmt: skip
        return []

    def _tell(self, connection: Transaction, sign: Sign) -> bool:
        now = self.turns.clock()
        if sign.amiss:
            if not alarms.ring(connection, sign.name, now=now):
                return False
            log.warning("alarm: %s", sign.name)
            return self.turns.tell_admin(connection, sign.key, **sign.values)
        if not alarms.end(connection, sign.name):
            return False
        log.info("the alarm is over: %s", sign.name)
        return sign.ends and self.turns.tell_admin(connection, f"{sign.key}_over", **sign.values)
