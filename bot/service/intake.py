"""Intake: raw updates are stored before Telegram is told that they arrived."""

import asyncio
import json
import zlib
from typing import Any

from bot.doors.telegram.inbound import DOOR, chat_of
from bot.service.threads import Threads
from bot.store import inbox
from bot.store.database import PASSING_ERRORS, ring
from bot.store.inbox import Receipt, Waiting
from bot.turn import Turns

MAX_NUMBER = 2**63 - 1
SETTINGS = ("/language", "/commune")  # commands whose last one holds


class Intake:
    """Stores what `poll` and `webhook` receive; `arrived` wakes the worker."""

    def __init__(self, turns: Turns, threads: Threads, arrived: asyncio.Event) -> None:
        self.turns = turns
        self.threads = threads
        self.arrived = arrived

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

    def _store(self, updates: list[Any]) -> None:
        arrived = [_arrival(raw) for raw in updates]
        with self.turns.database.change() as connection:
            inbox.keep_all(connection, arrived, now=self.turns.clock())
            ring(connection)

    def _store_alone(self, raw: Any) -> None:
        """What cannot be stored as it is leaves its number, set aside."""
        try:
            self._store([raw])
        except PASSING_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - told above
            one = _arrival({"update_id": number_of(raw), "unstorable": type(error).__name__})
            with self.turns.database.change() as connection:
                inbox.keep(connection, one.receipt, chat=one.chat, raw=one.raw, now=self.turns.clock())
                inbox.set_aside(connection, one.receipt, error="unstorable", now=self.turns.clock())


def _arrival(raw: Any) -> Waiting:
    text = json.dumps(raw, ensure_ascii=True)
    receipt = Receipt(source=DOOR, number=number_of(raw) or _number_for(text))
    return Waiting(receipt=receipt, chat=chat_of(raw), raw=text, about=about_of(raw))


def about_of(raw: Any) -> str | None:
    """What an update sets anew, which an earlier one would undo that comes after it; None where nothing is undone."""
    for kind, part in raw.items() if isinstance(raw, dict) else ():
        if not isinstance(part, dict):
            continue
        match kind:
            case "edited_message":
                return _short(f"edit:{part.get('message_id')}")
            case "chat_member":
                return _short(f"member:{_part(_part(part, 'new_chat_member'), 'user').get('id')}")
            case "my_chat_member":
                return "me"
            case "message" if isinstance(words := part.get("text"), str) and words.startswith(SETTINGS):
                command, *rest = words.split()
                return _short(command.partition("@")[0]) if rest else None  # without, it only asks
    return None


def _part(part: Any, name: str) -> dict[str, Any]:
    inner = part.get(name)
    return inner if isinstance(inner, dict) else {}


def _short(about: str) -> str:
    return about[:40]


def number_of(raw: Any) -> int | None:
    """The update's number, None where it has no usable one."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= MAX_NUMBER else None


def _number_for(text: str) -> int:
    """A number below zero for an update without one, the same each time it is sent."""
    return -1 - zlib.crc32(text.encode())
