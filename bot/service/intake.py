"""Intake: raw updates are stored before the channel is told that they arrived."""

import asyncio
import json
import zlib
from collections.abc import Callable
from typing import Any

from bot.doors.door import Door
from bot.service.threads import Threads
from bot.store import inbox
from bot.store.database import PASSING_ERRORS, Transaction, ring
from bot.store.inbox import Receipt, Waiting
from bot.turn import Turns

MAX_ABOUT = 40


class Intake:
    """Stores what a door receives; `arrived` wakes the worker."""

    def __init__(self, turns: Turns, threads: Threads, arrived: asyncio.Event, door: Door) -> None:
        self.turns = turns
        self.threads = threads
        self.arrived = arrived
        self.door = door

    async def store(self, updates: list[Any]) -> None:
        """Keep raw updates, all or none; those that were here before change nothing."""
        try:
            await self.threads.run(self._store, updates)
        except PASSING_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - one that nobody foresaw is not to come again for ever, with all others
            await self.threads.run(self.turns.unforeseen, "intake", error)
            for raw in updates:
                await self.threads.run(self._store_alone, raw)
        self.arrived.set()

    async def store_made(self, make: Callable[[Transaction], list[Any]]) -> None:
        """Keep updates of our own together with what `make` writes: one transaction, one wait for the disk."""
        await self.threads.run(self._store_made, make)
        self.arrived.set()

    def _store(self, updates: list[Any]) -> None:
        self._store_made(lambda _connection: updates)

    def _store_made(self, make: Callable[[Transaction], list[Any]]) -> None:
        with self.turns.database.change() as connection:
            updates = make(connection)
            arrived = [self._arrival(connection, raw) for raw in updates]
            inbox.keep_all(connection, arrived, now=self.turns.clock())
            self.door.stored(connection, updates)
            ring(connection)

    def _store_alone(self, raw: Any) -> None:
        """What cannot be stored as it is leaves its number, set aside."""
        try:
            self._store([raw])
        except PASSING_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - told above
            with self.turns.database.change() as connection:
                receipt = self._receipt(connection, raw, text := json.dumps({"unstorable": type(error).__name__}))
                kept = Waiting(receipt=receipt, chat=f"{self.door.name}:-", raw=text, key=self.door.key_of(raw))
                inbox.keep_all(connection, [kept], now=self.turns.clock())
                inbox.set_aside(connection, receipt, error="unstorable", now=self.turns.clock())

    def _arrival(self, connection: Transaction, raw: Any) -> Waiting:
        text, about = json.dumps(raw, ensure_ascii=True), self.door.about_of(raw)
        return Waiting(
            receipt=self._receipt(connection, raw, text),
            chat=self.door.chat_of(raw),
            raw=text,
            key=self.door.key_of(raw),
            about=about[:MAX_ABOUT] if about else None,
        )

    def _receipt(self, connection: Transaction, raw: Any, text: str) -> Receipt:
        """The channel's number for an update; one of our own where it knows it by an id."""
        door = self.door
        if door.key_of(raw):
            return Receipt(source=door.name, number=inbox.next_number(connection, door.name))
        return Receipt(source=door.name, number=door.number_of(raw) or _number_for(text))


def _number_for(text: str) -> int:
    """A number below zero for an update without one, the same each time it is sent."""
    return -1 - zlib.crc32(text.encode())
