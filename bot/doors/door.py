"""What a door is: a way in which people reach us, and all that the service knows of it."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, Protocol

from starlette.routing import BaseRoute

from bot.conversation.reply import MAX_CHARACTERS, Reply
from bot.conversation.visit import Visit
from bot.store.database import Transaction

NO_WAIT = dt.timedelta()


class CannotServe(Exception):
    """A door, or the whole service, cannot be served; the message is one sentence for the operator."""


class Unreadable(Exception):
    """A raw update that is none of the door's; the message names the kind of error."""


class Fate(Enum):
    """What the outcome of sending means for a message."""

    HELD = "held"  # told to wait
    KEPT = "kept"  # until whoever reads in the chat writes again
    MOVED = "moved"  # the chat has another key now
    LOST = "lost"  # nothing reaches the chat any more
    REFUSED = "refused"  # this message, now and for ever
    VOICE = "voice"  # whoever reads there takes no voice messages
    AGAIN = "again"  # it has not arrived, and may later
    UNSURE = "unsure"  # the channel has it and says nothing
    HOPELESS = "hopeless"  # tried often enough, while others go through
    BROKEN = "broken"  # our own fault


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """An error of the channel's in the service's words."""

    fate: Fate
    wait: dt.timedelta = NO_WAIT  # how long a message is held
    chat: str = ""  # where the chat has moved
    said: str = ""  # what the channel says, where that tells the operator more than the kind of error
    answered: bool = True  # the channel itself said no, rather than the way to it
    passing: bool = False  # of the network: not worth a line in the log


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where a reply stands in a chat, in the channel's own ids."""

    message: str | None = None
    thread: str | None = None
    answers: str | None = None  # where there are no topics, the first message of the conversation
    album: tuple[str, ...] = ()  # the messages that a copy became
    unchanged: bool = False  # it stood there already: nothing was sent
    outside: bool = False  # of the topic it belongs into: none could be opened


NOWHERE = Spot()


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Messages a second overall, seconds between two in one private chat and in one group."""

    per_second: float = 28
    private_seconds: float = 1.0
    group_seconds: float = 3.0


@dataclass(frozen=True, kw_only=True)
class Can:
    """What can be done on a channel."""

    buttons: bool = False
    edits: bool = False  # a message that was sent can be changed or taken away
    files: bool = False
    topics: bool = False
    groups: bool = False
    first_word: bool = False  # may write to a person who has not just written
    window: bool = False  # lets us write only for a while after a person wrote
    joins: bool = False  # counts messages: what waits for a chat goes as one where it fits
    inside: bool = False  # its messages stand in our own database: shown in the transaction that notes it
    passing: bool = False  # a chat ends with a visit, and nobody finds it again without what they were given


class Takes(Protocol):
    """The intake, as a door sees it."""

    async def store(self, updates: list[Any]) -> None:
        """Keep raw updates; once this returns they may be acknowledged. Raises what the database raises."""

    async def store_made(self, make: Callable[[Transaction], list[Any]]) -> None:
        """The same for updates of our own making, with what `make` writes and in one transaction with it."""


type Chore = Callable[[asyncio.Event], Awaitable[None]]


class Door:
    """A channel. Doors inherit, and write what theirs does otherwise.

    `name` begins the key of each of its chats (`telegram:4711`) and is the source of its updates in the inbox.
    """

    name: str
    pace: Pace = Pace()
    can: Can = Can()
    characters: int = MAX_CHARACTERS  # of one message, in UTF-16 units
    beside: Mapping[str, "Door"] = MappingProxyType({})  # every door that is open in this process, by name

    # In. The first three must never raise: whatever comes is stored before it is looked at.
    def chat_of(self, raw: Any) -> str:
        """The chat that a raw update belongs to, for order; `name:-` where it names none."""
        raise NotImplementedError

    def number_of(self, _raw: Any) -> int | None:
        """The channel's own number of an update, None where it has no usable one."""
        return None

    def key_of(self, _raw: Any) -> str | None:
        """The channel's own id of an update where that is no number, at most 80 characters."""
        return None

    def about_of(self, _raw: Any) -> str | None:
        """What an update sets anew, which an earlier one would undo that comes after it, at most 40 characters."""
        return None

    def stored(self, _connection: Transaction, _updates: list[Any]) -> None:
        """Called in the transaction in which updates are stored; some of them may have been here before."""

    def read(self, raw: Any) -> Visit | None:
        """What a person did; None where silence is the right answer. Raises Unreadable."""
        raise NotImplementedError

    async def meant(self, visit: Visit) -> Visit | None:
        """What a person means by what they wrote, where that depends on what they were shown; None: nothing is left."""
        return visit

    async def acknowledge(self, raw: Any) -> None:
        """Called when the turn of an update has been taken, or has failed: the reply itself is in the outbox."""

    # Out.
    async def send(self, chat: str, reply: Reply) -> Spot:
        """Show a reply; where it now stands. Raises whatever `meaning_of` can tell the meaning of."""
        raise NotImplementedError

    def show(self, _connection: Transaction, _chat: str, _reply: Reply) -> Spot:
        """Where messages stand `inside`: put one there; `send` has said only that it can be."""
        raise NotImplementedError

    def noted(self, chat: str) -> None:
        """What became of a message to a chat is noted: nothing of it waits any more."""

    def is_shut(self, _connection: Transaction, _chat: str) -> bool:
        """Whether nothing gets through to a chat until its reader writes, who is not noted before this transaction."""
        return False

    def meaning_of(self, _error: Exception) -> Meaning:
        return Meaning(fate=Fate.BROKEN)

    def is_group(self, _chat: str) -> bool:
        return False

    # The process.
    async def greet(self, _stop: asyncio.Event) -> None:
        """Make the channel ready, however long that takes; until then nothing of this door's is acted on or sent.

        Raises CannotServe.
        """

    def routes(self, _intake: Takes) -> list[BaseRoute]:
        """What the one port answers for this door."""
        return []

    async def receive(self, _intake: Takes, stop: asyncio.Event) -> None:
        """Take in what people do until `stop`; a door with `routes` need only wait. Raises CannotServe."""
        await stop.wait()

    def chores(self) -> dict[str, Chore]:
        """What else the door does until `stop`, by name; begun anew where it fails."""
        return {}

    async def fetch(self, _chat: str, _message: str, _handle: str) -> bytes | None:
        """A photo or file that came with a message; None where the channel does not hand it out, or is away."""
        return None

    async def reach(self) -> None:
        """Ask the channel whether it is there. Raises whatever `meaning_of` can tell the meaning of."""

    async def close(self) -> None:
        """Let go of what is open; never raises."""
