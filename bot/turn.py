"""The spine: one update = one turn = one transaction. Either all of it happened or none."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from bot.conversation.converse import apology, converse
from bot.conversation.reply import Reply
from bot.conversation.scene import House
from bot.conversation.visit import Memory, Visit
from bot.store import chats, inbox, outbox
from bot.store.database import Database
from bot.store.inbox import Receipt
from bot.understanding.result import Understanding

type Clock = Callable[[], dt.datetime]

_MEMORY = TypeAdapter(Memory)
_REPLY = TypeAdapter(Reply)


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a turn did: nothing where the update had been acted on before."""

    happened: bool
    understanding: Understanding | None = None


class Turns:
    """Takes turns on a database; safe to call from several threads."""

    def __init__(self, database: Database, house: House, clock: Clock = utc_now) -> None:
        self.database = database
        self.house = house
        self.clock = clock

    def take(self, visit: Visit, receipt: Receipt) -> Taken:
        """Act once on one update: the replies are in the outbox when this returns."""
        now = self.clock()
        with self.database.change() as connection:
            if not inbox.finish(connection, receipt, now=now):
                return Taken(happened=False)
            memory = _memory(chats.recall(connection, visit.chat))
            answer = converse(visit, memory, self.house, now)
            if answer.memory != memory:
                chats.remember(connection, visit.chat, _MEMORY.dump_json(answer.memory).decode(), now=now)
            for reply in answer.replies:
                for part in reply.parts():
                    outbox.put(connection, chat=visit.chat, payload=_REPLY.dump_json(part).decode(), now=now)
        return Taken(happened=True, understanding=answer.understanding)

    def apologise(self, chat: str, receipt: Receipt, error: str) -> None:
        """A turn has failed for good: the update is set aside, and the person is told."""
        now = self.clock()
        with self.database.change() as connection:
            if inbox.set_aside(connection, receipt, error=error, now=now):
                memory = _memory(chats.recall(connection, chat))
                reply = apology(memory, self.house, reference=receipt.number)
                outbox.put(connection, chat=chat, payload=_REPLY.dump_json(reply).decode(), now=now)

    def pass_over(self, receipt: Receipt) -> None:
        """An update that asks nothing of us: done, in silence."""
        with self.database.change() as connection:
            inbox.finish(connection, receipt, now=self.clock())


def reply_of(payload: str) -> Reply:
    """The reply that a message of the outbox holds."""
    return _REPLY.validate_json(payload)


def _memory(stored: str | None) -> Memory:
    try:
        return _MEMORY.validate_json(stored) if stored else Memory()
    except ValidationError:  # written by another version: start afresh rather than stop answering
        return Memory()
