"""The spine: one update = one turn, whole in one transaction: either all of it happened or none."""

import datetime as dt
import hmac
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from pydantic import TypeAdapter

from bot.casework import ahead, albums, appointments, astray, clock, front, hours, learning, opening, relay, silence
from bot.casework.gate import Gate, Limits
from bot.casework.learning import learn, notices_for
from bot.casework.people import plan_nightly, take_back
from bot.casework.unit_of_work import Batch, Conflict, UnitOfWork, memory_of, reply_in
from bot.conversation.citizen.opened import Opened
from bot.conversation.converse import apology, converse
from bot.conversation.reply import Block, Place, Reply
from bot.conversation.scene import House, Scene
from bot.conversation.visit import Memory, Visit, is_question, sets_anew
from bot.store import agenda, chats, inbox, outbox, people, personal, reported_hours
from bot.store.agenda import Entry
from bot.store.database import PASSING_ERRORS, Database, Transaction
from bot.store.inbox import Receipt
from bot.store.outbox import OutgoingMessage
from bot.store.people import Caller
from bot.understanding.result import Outcome, Understanding

type Clock = Callable[[], dt.datetime]
type Unforeseen = Callable[[str, Exception], None]  # where, and what

log = logging.getLogger(__name__)

_REPLY = TypeAdapter(Reply)
MAX_CONFLICTS = 5
AGENDA_AGAIN = dt.timedelta(minutes=5)  # what could not be done
MAX_LINES = 20  # of one message to whoever runs the bot


def _log(where: str, error: Exception) -> None:
    log.error("unforeseen, in %s: %s", where, type(error).__name__, exc_info=error)


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def wants_a_person(visit: Visit, understood: Understanding | None) -> bool:
    return visit.private and understood is not None and understood.outcome is Outcome.STAFF_WANTED


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a turn did: nothing where the update had been acted on before."""

    happened: bool
    elsewhere: bool = False  # another replica is at work in this chat: look again
    understanding: Understanding | None = None
    flood: bool = False  # passed over
    matched_in: float | None = None  # seconds from the words to what is said to them


@dataclass(frozen=True)
class Call:
    """A visit, and the update that it came with."""

    visit: Visit
    receipt: Receipt


class Turns:
    """Takes turns on a database; safe to call from several threads."""

    def __init__(self, database: Database, house: House, clock: Clock = utc_now, limits: Limits | None = None) -> None:
        self.gate = Gate(limits or Limits())
        self.database = database
        self.house = house
        self.clock = clock
        self.unforeseen: Unforeseen = _log
        self.sent: Callable[[], None] = lambda: None  # something waits in the outbox that the worker knows nothing of
        self._reckoned_by = house.knowledge
        self._renewing = Lock()
        self._reported: hours.Told = ()
        with suppress(*PASSING_ERRORS):
            self.renew_hours()

    def renew(self, **changes: Any) -> None:
        """Change what conversations know, of files or of communes' reports: neither undoes the other."""
        with self._renewing:
            house = replace(self.house, **changes)
            if {"knowledge", "reported"} & changes.keys():
                house = hours.taken_in(house, self._reported)
            self.house = house

    def committed(self, unit: UnitOfWork) -> None:
        """What was done holds: what it changes of what is known is known here at once, and soon in any case."""
        if unit.renews:
            with suppress(*PASSING_ERRORS):
                self.renew_hours()

    def renew_hours(self) -> None:
        """Take in what communes reported of their hours, where that is not what this process knows."""
        with self.database.look() as connection:
            mark = reported_hours.mark(connection)
            if mark == self.house.reported:
                return
            self._reported = hours.held(connection)
        self.renew(reported=mark)

    def take(self, visit: Visit, receipt: Receipt) -> Taken:
        """Act once on one update: the replies are in the outbox when this returns."""
        call = Call(visit, receipt)
        for _ in range(MAX_CONFLICTS):
            try:
                return self._take(call)
            except Conflict:
                continue  # somebody else changed the same request: everything is undone, and looked at again
        return self._take(call)

    def take_together(self, calls: Sequence[Call]) -> list[Taken | Exception]:
        """Several turns, of different chats: what each did, or why it failed.

        Questions share a transaction, and so wait for the disk once. Should one of them fail, all of it is undone and
        each has its own: none suffers for another.
        """
        shared: dict[Receipt, Taken] = {}
        questions = [call for call in calls if is_question(call.visit)]
        for source in {call.receipt.source for call in questions}:
            of_the_door = [call for call in questions if call.receipt.source == source]
            if len(of_the_door) > 1:
                with suppress(Exception):
                    shared |= self._share(of_the_door)
        return [shared.get(call.receipt) or self._alone(call) for call in calls]

    def _share(self, calls: Sequence[Call]) -> dict[Receipt, Taken]:
        now, house, batch = self.clock(), self.house, Batch()
        with self.database.change() as connection:
            if self.database.shared:  # two replicas that change the same requests would wait for each other
                busy = people.with_the_desk(connection, [call.visit.chat for call in calls])
                calls = [call for call in calls if call.visit.chat not in busy]
            mine = inbox.are_mine(connection, [call.receipt for call in calls])
            finished = inbox.finish_all(connection, mine, now=now)
            callers = people.callers(connection, [call.visit.chat for call in calls])
            taken = {call.receipt: Taken(happened=False, elsewhere=call.receipt not in mine) for call in calls}
            for call in calls:
                if call.receipt in finished:
                    caller = callers[call.visit.chat]
                    unit = UnitOfWork(connection, house, now, batch if caller.is_nobody else None)
                    taken[call.receipt] = self._act(unit, call, caller)
            batch.write(connection, now)
        return taken

    def _alone(self, call: Call) -> Taken | Exception:
        try:
            return self.take(call.visit, call.receipt)
        except Exception as error:  # noqa: BLE001 - whoever called decides what becomes of it
            return error

    def _take(self, call: Call) -> Taken:
        now, visit = self.clock(), call.visit
        with self.database.change() as connection:
            if not inbox.is_mine(connection, call.receipt):
                return Taken(happened=False, elsewhere=True)
            if not inbox.finish(connection, call.receipt, now=now):
                return Taken(happened=False)
            if sets_anew(visit) and inbox.is_overtaken(connection, call.receipt, now=now):
                return Taken(happened=True)  # what it would set has been set anew since
            caller = people.caller(connection, chat=visit.chat, person=visit.who)
            unit = UnitOfWork(connection, self.house, now)
            taken = self._act(unit, call, caller)
        self.committed(unit)
        return taken

    def _act(self, unit: UnitOfWork, call: Call, caller: Caller) -> Taken:
        visit = call.visit
        if not self.gate.lets_in(unit, visit, call.receipt.source):
            return Taken(happened=True, flood=True)
        if albums.wait_for_others(unit, visit):
            return Taken(happened=True)
        return self._answer(unit, visit, caller)

    def _answer(self, unit: UnitOfWork, visit: Visit, caller: Caller) -> Taken:
        house = unit.house
        if front.serve(unit, visit, caller):
            return Taken(happened=True)
        memory = memory_of(caller.memory)
        started = time.perf_counter()
        answer = converse(visit, memory, house, unit.now)
        matched_in = time.perf_counter() - started if answer.understanding else None
        if answer.understanding:
            learn(unit, answer.understanding, memory)
            new = answer.memory.procedure if answer.memory.procedure != memory.procedure else None
            for notice in notices_for(unit, memory, visit.text, new):
                unit.put(visit.chat, notice)
        if answer.memory != memory:
            unit.remember(visit.chat, answer.memory)
        if wants_a_person(visit, answer.understanding):
            front.person_wanted(unit, visit, answer.memory)
            return Taken(happened=True, understanding=answer.understanding, matched_in=matched_in)
        for reply in answer.replies:
            unit.answer(visit, reply)
        if answer.memory.commune != memory.commune:
            front.commune_is_known(unit, visit)
        return Taken(happened=True, understanding=answer.understanding, matched_in=matched_in)

    def plan_nightly(self) -> None:
        """Put the nightly look at what is kept on the agenda."""
        with self.database.change() as connection:
            unit = UnitOfWork(connection, self.house, self.clock())
            plan_nightly(unit)
            ahead.plan_reckoning(unit, at_once=True)
            appointments.plan_review(unit)

    def keep_appointments(self) -> int:
        """Do what the agenda has for now, each thing in a transaction of its own; how many were due."""
        now = self.clock()
        self.gate.sweep(self.database, now)
        self.renew_hours()  # another process may have heard of others
        self._reckon_anew()
        with self.database.look() as connection:
            entries = agenda.due(connection, now=now, limit=100)
        for entry in entries:
            try:
                with suppress(Conflict), self.database.change() as connection:
                    self._keep(UnitOfWork(connection, self.house, now), entry)
            except PASSING_ERRORS:
                raise
            except Exception as error:  # noqa: BLE001 - an entry that nobody foresaw keeps no other waiting
                with self.database.change() as connection:
                    agenda.put_off(connection, entry, until=now + AGENDA_AGAIN)
                self.unforeseen("agenda", error)
        return len(entries)

    def _reckon_anew(self) -> None:
        """Where what is known has changed, all that people are reminded of is looked at."""
        knowledge = self.house.knowledge
        if knowledge is not self._reckoned_by:
            with self.database.change() as connection:
                unit = UnitOfWork(connection, self.house, self.clock())
                ahead.plan_reckoning(unit, at_once=True)
                appointments.plan_review(unit)
                hours.review(unit)
            self._reckoned_by = knowledge

    def _keep(self, unit: UnitOfWork, entry: Entry) -> None:
        """Do what an entry says: an album whose parts have come is a turn, all else the clock's."""
        if entry.kind != albums.KIND:
            clock.keep(unit, entry)
        elif agenda.take(unit.connection, entry) and (visit := albums.gathered(unit, entry.subject)):
            caller = people.caller(unit.connection, chat=visit.chat, person=visit.who)
            self._answer(unit, visit, caller)

    def scene(self, connection: Transaction, chat: str) -> Scene:
        """What is known of whoever reads in a chat."""
        return UnitOfWork(connection, self.house, self.clock()).scene(chat)

    def put(self, connection: Transaction, chat: str, reply: Reply) -> None:
        """Say something to a chat that no turn of the core's says."""
        UnitOfWork(connection, self.house, self.clock()).put(chat, reply)

    def as_it_may_be_sent(self, chat: str, reply: Reply) -> Reply | None:
        """What a message shows of requests as it is brought now; None where whoever reads there may not receive it."""
        with self.database.look() as connection:
            unit = UnitOfWork(connection, self.house, self.clock())
            return relay.in_its_place(unit, chat, reply) if unit.may_be_sent(chat, reply.place) else None

    def told(self, connection: Transaction, place: Place) -> None:
        """A message has arrived: what was to be said then is said now."""
        now = self.clock()
        for chat, payload in place.then:
            outbox.put(connection, chat=chat, payload=payload, now=now)

    def arrived(self, connection: Transaction, message: OutgoingMessage, place: Place, ids: Sequence[str]) -> None:
        """It stands there now. Where its citizen asked to be forgotten while it was under way, it is taken back."""
        if place.about and outbox.is_dead_of(connection, message, personal.NOBODY):
            take_back(UnitOfWork(connection, self.house, self.clock()), message.chat, place, ids)

    def undelivered(self, connection: Transaction, message: OutgoingMessage, why: str) -> None:
        """A message will never arrive: whoever wrote it hears so. `why`: a value of `Why`."""
        unit = UnitOfWork(connection, self.house, self.clock())
        astray.refused(unit, message.chat, reply_in(message.payload) or Reply(blocks=()), astray.Why(why))

    def kept(self, connection: Transaction, message: OutgoingMessage) -> None:
        """A message waits until its reader writes again: whoever wrote it hears so."""
        unit = UnitOfWork(connection, self.house, self.clock())
        astray.kept(unit, message.chat, reply_in(message.payload) or Reply(blocks=()))

    def wake(self, connection: Transaction, chat: str) -> None:
        """Whoever reads in a chat has written: what was kept for it goes out, and what was given up is named."""
        astray.woken(UnitOfWork(connection, self.house, self.clock()), chat)

    def partly(self, connection: Transaction, chat: str, place: Place, *, left_out: int) -> None:
        """Of several messages that were to be shown together, some have not arrived."""
        astray.partly(UnitOfWork(connection, self.house, self.clock()), chat, place, left_out)

    def topics(self, connection: Transaction, group: str, *, opened: bool) -> None:
        """What belongs into a topic stands in one, or in the group itself."""
        astray.topics(UnitOfWork(connection, self.house, self.clock()), group, opened=opened)

    def lost(self, connection: Transaction, chat: str, *, why: str) -> None:
        """Nothing reaches a chat any more."""
        astray.lost(UnitOfWork(connection, self.house, self.clock()), chat, why)

    def back(self, connection: Transaction, chat: str) -> None:
        """A desk's group can be written to again."""
        astray.back(UnitOfWork(connection, self.house, self.clock()), chat)

    def apologise(self, chat: str, receipt: Receipt, error: str) -> None:
        """A turn has failed for good: the update is set aside, and the person is told."""
        now = self.clock()
        with self.database.change() as connection:
            if inbox.set_aside(connection, receipt, error=error, now=now):
                memory = memory_of(chats.recall(connection, chat))
                reply = apology(memory, self.house, reference=receipt.number)
                outbox.put(connection, chat=chat, payload=_REPLY.dump_json(reply).decode(), now=now)

    def tell(self, chat: str, key: str, lines: Sequence[str] | Callable[[Scene], Sequence[str]] = ()) -> None:
        """Send somebody who runs the bot a sentence, and lines under it: as they are, or as said in that scene."""
        with self.database.change() as connection:
            unit = UnitOfWork(connection, self.house, self.clock())
            scene = unit.scene(chat)
            lines = lines(scene) if callable(lines) else lines
            blocks = [scene.title(key, count=len(lines)), *(Block(text=line) for line in lines[:MAX_LINES])]
            if len(lines) > MAX_LINES:
                blocks.append(scene.line("admin.more", count=len(lines) - MAX_LINES))
            unit.put(chat, Reply(blocks=tuple(blocks)))

    def tell_admin(self, connection: Transaction, key: str, /, **values: object) -> bool:
        """A sentence for whoever runs the bot. False: nobody is to be told."""
        if (admin := self.house.admin) is None:
            return False
        unit = UnitOfWork(connection, self.house, self.clock())
        unit.put(admin, Reply(blocks=(unit.scene(admin).line(key, **values),), place=Place(final=True)))
        return True

    def waiting_desks(self, connection: Transaction) -> list[silence.Desk]:
        """Every commune where somebody waits for a first word, and whether its desk has fallen silent."""
        return silence.desks(UnitOfWork(connection, self.house, self.clock()))

    def answered_rushes(self, connection: Transaction) -> bool:
        """Suggest a notice where many ask alike what the bot answers. Whether a message waits in the outbox."""
        return learning.answered_rushes(UnitOfWork(connection, self.house, self.clock()))

    def open(self, code: str, secret: str, address: str) -> Opened | None:
        """A request, to whoever holds its code and secret. Each wrong try is counted, and all look alike."""
        with self.database.change() as connection:
            return opening.open_with(UnitOfWork(connection, self.house, self.clock()), code, secret, address)

    def memory(self, connection: Transaction, chat: str) -> Memory:
        """What is remembered of a chat."""
        return memory_of(chats.recall(connection, chat))

    def mark(self, whom: str) -> str:
        """What limits know an address by."""
        return hmac.new(self.house.seal, whom.encode("utf-8", "replace"), "sha256").hexdigest()

    def pass_over(self, receipt: Receipt) -> None:
        """An update that asks nothing of us: done, in silence."""
        with self.database.change() as connection:
            inbox.finish(connection, receipt, now=self.clock())


def reply_of(payload: str) -> Reply:
    """The reply that a message of the outbox holds."""
    return _REPLY.validate_json(payload)
