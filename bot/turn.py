"""The spine: one update = one turn = one transaction. Either all of it happened or none."""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from pydantic import TypeAdapter

from bot.casework import clock, front
from bot.casework.counter import Conflict, Counter, memory_of
from bot.casework.gate import Gate, Limits
from bot.casework.learning import learn, notices_for
from bot.casework.people import plan_nightly
from bot.conversation.converse import apology, converse
from bot.conversation.reply import Block, Reply
from bot.conversation.scene import House
from bot.conversation.visit import Visit
from bot.store import agenda, chats, inbox, outbox
from bot.store.database import Database, Transaction
from bot.store.inbox import Receipt
from bot.store.outbox import Parcel
from bot.understanding.result import Understanding

type Clock = Callable[[], dt.datetime]

_REPLY = TypeAdapter(Reply)
MAX_CONFLICTS = 5
MAX_LINES = 20  # of one message to whoever runs the bot


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a turn did: nothing where the update had been acted on before."""

    happened: bool
    elsewhere: bool = False  # another replica is at work in this chat: look again
    understanding: Understanding | None = None
    flood: bool = False  # passed over
    matched_in: float | None = None  # seconds from the words to what is said to them


class Turns:
    """Takes turns on a database; safe to call from several threads."""

    def __init__(self, database: Database, house: House, clock: Clock = utc_now, limits: Limits | None = None) -> None:
        self.gate = Gate(limits or Limits())
        self.database = database
        self.house = house
        self.clock = clock

    def take(self, visit: Visit, receipt: Receipt) -> Taken:
        """Act once on one update: the replies are in the outbox when this returns."""
        for _ in range(MAX_CONFLICTS):
            try:
                return self._take(visit, receipt)
            except Conflict:
                continue  # somebody else changed the same request: everything is undone, and looked at again
        return self._take(visit, receipt)

    def _take(self, visit: Visit, receipt: Receipt) -> Taken:
        now, house = self.clock(), self.house  # which may be renewed meanwhile
        with self.database.change() as connection:
            if not inbox.is_mine(connection, receipt):
                return Taken(happened=False, elsewhere=True)
            if not inbox.finish(connection, receipt, now=now):
                return Taken(happened=False)
            counter = Counter(connection, house, now)
            if not self.gate.lets_in(counter, visit, receipt.source):
                return Taken(happened=True, flood=True)
            if front.serve(counter, visit):
                return Taken(happened=True)
            memory = counter.memory(visit.chat)
            started = time.perf_counter()
            answer = converse(visit, memory, house, now)
            matched_in = time.perf_counter() - started if answer.understanding else None
            if answer.understanding:
                learn(counter, answer.understanding, memory)
                for notice in notices_for(counter, memory, visit.text):
                    counter.put(visit.chat, notice)
            if answer.memory != memory:
                counter.remember(visit.chat, answer.memory)
            for reply in answer.replies:
                counter.answer(visit, reply)
            if answer.memory.commune != memory.commune:
                front.commune_is_known(counter, visit)
        return Taken(happened=True, understanding=answer.understanding, matched_in=matched_in)

    def plan_nightly(self) -> None:
        """Put the nightly look at what is kept on the agenda."""
        with self.database.change() as connection:
            plan_nightly(Counter(connection, self.house, self.clock()))

    def keep_appointments(self) -> int:
        """Do what the agenda has for now, each thing in a transaction of its own; how many were due."""
        now = self.clock()
        self.gate.sweep(self.database, now)
        with self.database.look() as connection:
            entries = agenda.due(connection, now=now, limit=100)
        for entry in entries:
            with suppress(Conflict), self.database.change() as connection:
                clock.keep(Counter(connection, self.house, now), entry)
        return len(entries)

    def undelivered(self, connection: Transaction, parcel: Parcel) -> None:
        """A message that cannot reach a citizen is shown to whoever wrote it."""
        if code := reply_of(parcel.payload).place.about:
            front.undelivered(Counter(connection, self.house, self.clock()), parcel.chat, code)

    def apologise(self, chat: str, receipt: Receipt, error: str) -> None:
        """A turn has failed for good: the update is set aside, and the person is told."""
        now = self.clock()
        with self.database.change() as connection:
            if inbox.set_aside(connection, receipt, error=error, now=now):
                memory = memory_of(chats.recall(connection, chat))
                reply = apology(memory, self.house, reference=receipt.number)
                outbox.put(connection, chat=chat, payload=_REPLY.dump_json(reply).decode(), now=now)

    def tell(self, chat: str, key: str, lines: Sequence[str] = ()) -> None:
        """Send somebody who runs the bot a sentence, and lines under it as they are."""
        with self.database.change() as connection:
            counter = Counter(connection, self.house, self.clock())
            scene = counter.scene(chat)
            blocks = [scene.title(key, count=len(lines)), *(Block(text=line) for line in lines[:MAX_LINES])]
            if len(lines) > MAX_LINES:
                blocks.append(scene.line("admin.more", count=len(lines) - MAX_LINES))
            counter.put(chat, Reply(blocks=tuple(blocks)))

    def pass_over(self, receipt: Receipt) -> None:
        """An update that asks nothing of us: done, in silence."""
        with self.database.change() as connection:
            inbox.finish(connection, receipt, now=self.clock())


def reply_of(payload: str) -> Reply:
    """The reply that a message of the outbox holds."""
    return _REPLY.validate_json(payload)
