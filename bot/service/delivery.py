"""Delivery: the outbox goes out by priority, in order within a chat, inside the channel's limits: one for each door."""

import asyncio
import datetime as dt
import logging
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from aiolimiter import AsyncLimiter

from bot.conversation.reply import Place, Reply, joined
from bot.doors.door import Door, Fate, Meaning, Spot
from bot.logs import under
from bot.service.metrics import Metrics
from bot.service.threads import Threads
from bot.store import cases, chats, lanes, outbox, people, shown
from bot.store.database import PASSING_ERRORS, Transaction
from bot.store.outbox import TOLD_TO_WAIT, OutgoingMessage
from bot.turn import Turns, reply_of

log = logging.getLogger(__name__)

IDLE_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 60
LOOK_SECONDS = 0.5  # for more to send, while messages are under way
RENEW_SECONDS = 2.0
# A second's messages go out in so many steps: were all of it under way at once, a kill would repeat all of it.
EVENLY = 28
NOTE_AGAIN_SECONDS = (0.1, 0.3, 1.0, 3.0)
NOTHING = Reply(blocks=())
LONGEST_PAUSE = dt.timedelta(seconds=10)
TRIED_OFTEN = 4  # and refused by the server: half a minute
TRIED_LONG = 12  # without reaching it, while others do
SENT_TWICE = 1  # what the server took in and never answered may have arrived: it is sent once more, not for ever
CLOSING_SECONDS = 10.0  # for the last round, however slow the server


class Hopeless(Exception):
    """A message that fails each time, while others go through."""


class OtherVersion(Exception):
    """A message that another version wrote: a replica of that version may know how it is sent."""


class Withheld(Exception):
    """Whoever reads in the chat may receive this no more: a post has ended, or the request is another desk's."""


type Going = tuple[OutgoingMessage, Reply]


@dataclass(frozen=True)
class Sent:
    """A message, where it stands now or why it does not, and when the next may go to its chat."""

    message: OutgoingMessage
    reply: Reply
    outcome: Spot | Exception
    free_at: dt.datetime


class Delivery:
    """Sends what waits. `run` loops; `deliver_due` sends once what may go out now."""

    def __init__(self, turns: Turns, threads: Threads, door: Door, metrics: Metrics | None = None) -> None:
        self.turns = turns
        self.threads = threads
        self.door = door
        self.pace = door.pace
        self.metrics = metrics or Metrics()
        at_once = max(1.0, self.pace.per_second / EVENLY)
        self._overall = AsyncLimiter(at_once, at_once / self.pace.per_second)
        self._free_at: dict[str, dt.datetime] = {}  # of our own chats; replicas share theirs in the database
        self._went_at: dt.datetime | None = None  # when a message last went out
        self.name = uuid4().hex
        self._shared = turns.database.shared
        self._under_way: dict[str, asyncio.Task[None]] = {}  # by chat
        self._renewed = 0.0
        self._to_settle: list[Sent] = []
        self._settling = asyncio.Lock()

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Deliver until `stop`; a last round sends what the last turns decided. A slow message holds up no other."""
        try:
            while not stop.is_set():
                wake.clear()
                await self._round(wake)
            with suppress(TimeoutError, *PASSING_ERRORS):
                async with asyncio.timeout(CLOSING_SECONDS):
                    while await self.deliver_due():
                        pass
        finally:
            for task in self._under_way.values():
                task.cancel()

    async def _round(self, wake: asyncio.Event) -> None:
        try:
            self._take_back()
            await self._begin_due()
            await self._rest(wake)
        except PASSING_ERRORS as error:
            log.error("the outbox waits for the database: %s", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), IDLE_SECONDS)
        except Exception as error:  # noqa: BLE001 - what is under way is not cancelled for another's mistake
            await self.threads.run(self.turns.unforeseen, "delivery", error)
            await asyncio.sleep(RENEW_SECONDS)

    async def deliver_due(self) -> int:
        """Send the first waiting message of every chat that may have one now; how many were tried."""
        begun = await self._begin_due()
        while not all(task.done() for task in self._under_way.values()):
            await asyncio.wait(self._under_way.values(), timeout=RENEW_SECONDS)
            await self._hold_on()
        self._take_back()
        return begun

    async def _begin_due(self) -> int:
        """Set the first waiting message of every chat that may have one now on its way; how many."""
        now = self.turns.clock()
        latest = now + LONGEST_PAUSE  # a later one was noted before the clock was put back
        self._free_at = {chat: at for chat, at in self._free_at.items() if now < at <= latest}
        messages = await self.threads.run(self._due, now)
        for message in messages:
            self._under_way[message.chat] = asyncio.create_task(self._deliver(message))
        return len(messages)

    def _take_back(self) -> None:
        """Forget the messages that have gone. Raises what kept us from noting it, once all of them are forgotten."""
        done = [chat for chat, task in self._under_way.items() if task.done()]
        failures = [failure for chat in done if (failure := self._under_way.pop(chat).exception())]
        if failures:
            raise failures[0]

    async def _rest(self, wake: asyncio.Event) -> None:
        """Until there may be more to send."""
        if not self._under_way:
            seconds = await self._seconds_to_next()
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), seconds)
            return
        ringing = asyncio.ensure_future(wake.wait())
        some = {ringing, *self._under_way.values()}
        await asyncio.wait(some, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        ringing.cancel()
        await self._hold_on()

    async def _hold_on(self) -> None:
        """Keep the lanes of messages that take long."""
        now = asyncio.get_running_loop().time()
        if self._shared and self._under_way and now >= self._renewed + RENEW_SECONDS:
            self._renewed = now
            with suppress(*PASSING_ERRORS):
                async with self._settling:  # both change the same lanes, each in its own order
                    await self.threads.run(self._renew)

    def _renew(self) -> None:
        with self.turns.database.change() as connection:
            lanes.renew(connection, holder=self.name, now=self.turns.clock())

    def _due(self, now: dt.datetime) -> list[OutgoingMessage]:
        per_second = int(self.pace.per_second)
        room = per_second - len(self._under_way)
        if room <= 0:
            return []
        ours = list(self._under_way)
        if self._shared:
            with self.turns.database.change() as connection:
                return lanes.claim(
                    connection,
                    self.door.name,
                    holder=self.name,
                    now=now,
                    limit=room,
                    per_second=per_second,
                    under_way=ours,
                )
        with self.turns.database.look() as connection:
            return outbox.due(connection, self.door.name, now=now, limit=room, busy=[*self._free_at, *ours])

    async def _seconds_to_next(self) -> float:
        next_due, free = await self.threads.run(self._next)
        if next_due is None:
            return IDLE_SECONDS
        soonest = max(next_due, free or min(self._free_at.values(), default=next_due))
        return min(IDLE_SECONDS, max(0.01, (soonest - self.turns.clock()).total_seconds()))

    def _next(self) -> tuple[dt.datetime | None, dt.datetime | None]:
        """When the next message may go, and when the next of the shared lanes is free."""
        now = self.turns.clock()
        with self.turns.database.change() as connection:
            next_due = outbox.next_due(connection, self.door.name, now=now)
            if not self._shared:
                return next_due, None
            lanes.sweep(connection, now=now)
            return next_due, lanes.next_free(connection, self.door.name, now=now)

    async def _deliver(self, message: OutgoingMessage) -> None:
        with under(f"message-{message.id}"):
            async with self._overall:
                gone, sent = await self._send(message)
            if isinstance(sent, Exception) and self._meaning(sent).fate is Fate.BROKEN:
                await self.threads.run(self.turns.unforeseen, "delivery", sent)
            self.metrics.delivery(sent, self._meaning(sent).fate if isinstance(sent, Exception) else None)
            seconds = self.pace.group_seconds if self.door.is_group(message.chat) else self.pace.private_seconds
            if isinstance(sent, Spot) and sent.unchanged:
                seconds = 0
            free_at = self.turns.clock() + dt.timedelta(seconds=seconds)
            if not self._shared:
                self._free_at[message.chat] = free_at
            await self._settled_with_others([Sent(one, reply, sent, free_at) for one, reply in gone])
            self.door.noted(message.chat)

    async def _settled_with_others(self, some: list[Sent]) -> None:
        """Note what became of messages, in one transaction with all that went out while the last was written."""
        self._to_settle += some
        async with self._settling:
            together, self._to_settle = self._to_settle, []
            if not together:
                return
            try:
                await self._noted(together)
            except PASSING_ERRORS:
                raise
            except Exception:  # noqa: BLE001 - our own mistake about one of them takes none of the others with it
                for each in together:
                    await self.threads.run(self._settle_alone, each)

    async def _noted(self, together: list[Sent]) -> None:
        """Try several times: what has gone out and is not noted would go out again."""
        for pause in NOTE_AGAIN_SECONDS:
            try:
                return await self.threads.run(self._settle_all, together)
            except PASSING_ERRORS as error:
                log.warning("what became of messages is noted later: %s", type(error).__name__)
                await asyncio.sleep(pause)
        return await self.threads.run(self._settle_all, together)

    def _settle_all(self, together: list[Sent]) -> None:
        with self.turns.database.change() as connection:
            if self._shared:
                lanes.leave(connection, {one.message.chat: one.free_at for one in together}, holder=self.name)
            for one in together:
                self._settle(connection, one)
            gone = (one.message for one in together if isinstance(one.outcome, Spot))
            outbox.sent(connection, gone, now=self.turns.clock())

    async def _send(self, message: OutgoingMessage) -> tuple[list[Going], Spot | Exception]:
        """The messages that have gone together, and where they now stand; or the one, and why it does not."""
        going = [(message, NOTHING)]
        try:
            reply = reply_of(message.payload)
        except ValueError:
            tried = message.attempts >= TRIED_OFTEN
            return going, Hopeless(OtherVersion.__name__) if tried else OtherVersion()
        going = [(message, reply)]
        try:
            now = await self._as_it_may_be_sent(message.chat, reply)
            if now is None:
                return going, Withheld()
            going = [(message, now)]
            gone, spot = await self._shown(message, now)
        except Exception as error:  # noqa: BLE001 - one message that cannot be sent must not hold up all others
            return going, Hopeless(type(error).__name__) if await self._is_hopeless(message, error) else error
        self._went_at = self.turns.clock()
        return gone, spot

    async def _as_it_may_be_sent(self, chat: str, reply: Reply) -> Reply | None:
        if reply.place.until and reply.place.until <= self.turns.clock():
            return None
        if not reply.place.is_of_a_request:
            return reply
        return await self.threads.run(self.turns.as_it_may_be_sent, chat, reply)

    async def _shown(self, message: OutgoingMessage, reply: Reply) -> tuple[list[Going], Spot]:
        """Sent with what waits behind it, where the channel counts messages; alone where they are refused together."""
        alone = [(message, reply)]
        following = await self._following(message) if self.door.can.joins and reply.is_of_words_alone else []
        whole, count = joined([reply, *(one for _, one in following)], self.door.characters)
        if count > 1:
            try:
                spot = await self.door.send(message.chat, whole)
            except Exception as error:
                if self._meaning(error).fate not in (Fate.REFUSED, Fate.BROKEN):
                    raise
            else:
                return [*alone, *following[: count - 1]], spot
        return alone, await self.door.send(message.chat, reply)

    async def _following(self, message: OutgoingMessage) -> list[tuple[OutgoingMessage, Reply]]:
        """What waits behind a message, as far as it may be sent and read."""
        found = []
        for one in await self.threads.run(self._behind, message):
            try:
                reply = await self._as_it_may_be_sent(message.chat, reply_of(one.payload))
            except ValueError:
                break
            if reply is None:
                break
            found.append((one, reply))
        return found

    def _behind(self, message: OutgoingMessage) -> list[OutgoingMessage]:
        with self.turns.database.look() as connection:
            return outbox.behind(connection, message, self.door.name, now=self.turns.clock())

    async def _is_hopeless(self, message: OutgoingMessage, error: Exception) -> bool:
        """It has failed often, and others have gone out since it was last tried, or the server answers otherwise."""
        meaning = self._meaning(error)
        if meaning.fate is not Fate.AGAIN or message.attempts < (TRIED_OFTEN if meaning.answered else TRIED_LONG):
            return False
        last_tried = self.turns.clock() - _pause(message.attempts - 1)
        if self._went_at and self._went_at > last_tried:
            return True
        return meaning.answered and message.attempts > TRIED_OFTEN and await self._answers()

    async def _answers(self) -> bool:
        try:
            await self.door.reach()
        except Exception:  # noqa: BLE001 - whatever the door makes of it
            return False
        return True

    def _meaning(self, error: Exception) -> Meaning:
        match error:
            case Hopeless():
                return Meaning(fate=Fate.HOPELESS)
            case OtherVersion():
                return Meaning(fate=Fate.AGAIN)
            case Withheld():
                return Meaning(fate=Fate.REFUSED)
            case _:
                return self.door.meaning_of(error)

    def _settled(self, connection: Transaction, message: OutgoingMessage, place: Place, spot: Spot) -> None:
        """Remember where it stands: to edit it, to find its topic, to know what an answer to it is about."""
        self.turns.told(connection, place)
        if place.probes:
            self.turns.back(connection, message.chat)
        if spot.outside or (spot.thread and place.topic):
            self.turns.topics(connection, message.chat, opened=not spot.outside)
        if place.name and not spot.unchanged:
            look = reply_of(message.payload).look
            shown.keep(
                connection, chat=message.chat, name=place.name, message=spot.message, thread=spot.thread, look=look
            )
        self.turns.arrived(connection, message, place, spot.album or ([spot.message] if spot.message else []))
        if place.copies:
            self._copied(connection, message.chat, place, spot)
        if place.deletes:
            return
        if place.relays and spot.message:
            cases.copied(connection, place.relays, chat=message.chat, message_id=spot.message)
        elif place.about and spot.message and not place.name:
            note = f"about:{place.about}:{spot.message}"
            shown.keep(connection, chat=message.chat, name=note, message=spot.message, thread=None)

    def _copied(self, connection: Transaction, chat: str, place: Place, spot: Spot) -> None:
        """The channel names the copies in order; where it left one out, nobody knows which is which."""
        numbered = all(one[1].isdecimal() for one in place.copies)  # of other channels they go as they stand
        originals = sorted(place.copies, key=lambda one: int(one[1])) if numbered else list(place.copies)
        whole = len(spot.album) == len(originals)
        for (_, _, number), message in zip(originals, spot.album if whole else ("",) * len(originals), strict=True):
            cases.copied(connection, number, chat=chat, message_id=message)
        if not whole:
            self.turns.partly(connection, chat, place, left_out=len(originals) - len(spot.album))

    def _settle_alone(self, one: Sent) -> None:
        try:
            self._settle_all([one])
        except PASSING_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - sent again and again it would be worse
            log.error("what became of a message cannot be noted: %s", type(error).__name__)
            with self.turns.database.change() as connection:
                outbox.give_up(connection, one.message, error=type(error).__name__, now=self.turns.clock())

    def _settle(self, connection: Transaction, one: Sent) -> None:
        now, message, error = self.turns.clock(), one.message, one.outcome
        if isinstance(error, Spot):
            spot = self.door.show(connection, message.chat, one.reply) if self.door.can.inside else error
            return self._settled(connection, message, one.reply.place, spot)
        if isinstance(error, Withheld):
            outbox.give_up(connection, message, error="Withheld", now=now)
            return None
        meaning = self._meaning(error)
        match meaning.fate:
            case Fate.HELD:
                outbox.later(connection, message, until=now + meaning.wait, error=TOLD_TO_WAIT, now=now)
            case Fate.KEPT if self.door.is_shut(connection, message.chat):
                kept = outbox.keep(connection, message, now=now)
                log.info("a message is %s", "kept until its reader writes" if kept else "given up: outside the window")
                if kept:
                    self.turns.kept(connection, message)
            case Fate.KEPT:  # they have written meanwhile
                outbox.later(connection, message, until=now, error=type(error).__name__, now=now)
            case Fate.MOVED:
                outbox.readdress(connection, message.chat, meaning.chat)
                chats.rename(connection, message.chat, meaning.chat)
                people.move_desk(connection, message.chat, meaning.chat)
            case Fate.LOST:
                self.turns.lost(connection, message.chat, why=type(error).__name__)
            case Fate.AGAIN | Fate.UNSURE if meaning.fate is Fate.AGAIN or message.attempts < SENT_TWICE:
                outbox.later(
                    connection, message, until=now + _pause(message.attempts), error=type(error).__name__, now=now
                )
                if not meaning.passing:
                    log.error("the message waits: %s", type(error).__name__)
            case _:
                fate, said = meaning.fate.value, meaning.said or type(error).__name__
                log.error("the message is given up (%s): %s", fate, said)
                outbox.give_up(connection, message, error=fate, now=now)
                self.turns.undelivered(connection, message, fate)
        return None


def _pause(attempts: int) -> dt.timedelta:
    return dt.timedelta(seconds=min(LONGEST_WAIT_SECONDS, 2**attempts))
