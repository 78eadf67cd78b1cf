"""That something changed in a visit, told to whoever looks at it: never what. A ring that is missed loses nothing."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

MOST_OF_ONE = 6  # open streams of a visit: the oldest ends


class Bus:
    """Events by visit; each listener has one, so that many rings are one."""

    def __init__(self) -> None:
        self._listening: defaultdict[str, list[asyncio.Event]] = defaultdict(list)
        self.over = False

    @property
    def visits(self) -> list[str]:
        return list(self._listening)

    def ring(self, chat: str) -> None:
        for event in self._listening.get(chat, ()):
            event.set()

    def close(self) -> None:
        """Nobody is to listen any longer."""
        self.over = True
        for chat in self.visits:
            self.ring(chat)

    @contextmanager
    def listening(self, *chats: str) -> Iterator[asyncio.Event]:
        event = asyncio.Event()
        for chat in chats:
            self._listening[chat].append(event)
        try:
            yield event
        finally:
            for chat in chats:
                self._listening[chat].remove(event)
                if not self._listening[chat]:
                    del self._listening[chat]

    def is_full(self, chat: str) -> bool:
        return len(self._listening.get(chat, ())) >= MOST_OF_ONE


async def heard(event: asyncio.Event, seconds: float) -> bool:
    """Wait for a ring; whether there was one."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    rung = event.is_set()
    event.clear()
    return rung
