"""That something has changed in what an officer looks at, and no more: the page looks again, and rights with it."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from starlette.responses import Response, StreamingResponse

from bot.desk.request import Actor, Role
from bot.doors.web.bus import Bus, heard
from bot.store import pulse, seats
from bot.turn import Turns

LOOK_SECONDS = 1.0
PING_SECONDS = 15.0
STREAM_SECONDS = 300.0  # then the browser comes again, and its rights are looked up again
MOST_OF_A_SESSION = 6  # as many as a browser opens; of a page that was left we hear only when we next write to it


class Live:
    """Streams by what they listen to: one look a second at the database for all of them together."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.bus = Bus()
        self._known: dict[str, str] = {}
        self._streams: dict[str, list[asyncio.Event]] = {}  # of a session, the oldest first

    def stream(self, session: str, topics: Sequence[str]) -> Response:
        """Nothing of the database is held meanwhile."""
        if self.bus.over:
            return Response(status_code=204)  # the browser does not try again
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}
        return StreamingResponse(self._events(session, topics), media_type="text/event-stream", headers=headers)

    async def _events(self, session: str, topics: Sequence[str]) -> AsyncIterator[str]:
        until, number = asyncio.get_running_loop().time() + STREAM_SECONDS, 0
        with self.bus.listening(*topics) as event:
            streams = self._begun(session, event)
            try:
                yield "retry: 3000\nevent: changed\nid: 0\ndata: 0\n\n"  # whoever comes back looks at all of it
                while not self.bus.over and event in streams and asyncio.get_running_loop().time() < until:
                    if await heard(event, PING_SECONDS):
                        number += 1
                        yield f"event: changed\nid: {number}\ndata: {number}\n\n"
                    else:
                        yield ": \n\n"
            finally:
                if event in streams:
                    streams.remove(event)
                if not streams:
                    self._streams.pop(session, None)

    def _begun(self, session: str, event: asyncio.Event) -> list[asyncio.Event]:
        """The streams of a session with this one; where they are too many the oldest ends."""
        streams = self._streams.setdefault(session, [])
        streams.append(event)
        if len(streams) > MOST_OF_A_SESSION:
            streams.pop(0).set()
        return streams

    async def watch(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            if self.bus.visits:
                for topic in await asyncio.to_thread(self.look):
                    self.bus.ring(topic)
                for session in await asyncio.to_thread(self.left):
                    self.end(session)
            try:
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue

    def look(self) -> list[str]:
        """What has changed since the last look of all that somebody listens to; what is new to us may have."""
        now = self._marks(self.bus.visits)
        changed = [topic for topic, mark in now.items() if self._known.get(topic) != mark]
        self._known = now
        return changed

    def left(self) -> list[str]:
        """The sessions with streams that are no more: left, or ended with somebody's posts."""
        listening = list(self._streams)
        with self.turns.database.look() as connection:
            alive = seats.standing(connection, listening)
        return [one for one in listening if one not in alive]

    def end(self, session: str) -> None:
        """Its streams end; where its pages come again they are told to sign in."""
        streams = self._streams.pop(session, [])
        events = list(streams)
        streams.clear()
        for event in events:
            event.set()

    def _marks(self, topics: Sequence[str]) -> dict[str, str]:
        named: dict[str, list[str]] = {"commune": [], "province": [], "request": []}
        for topic in topics:
            kind, _, name = topic.partition("/")
            named[kind].append(name)
        with self.turns.database.look() as connection:
            at = self.turns.clock()
            communes = pulse.of_communes(connection, list(map(int, named["commune"])), now=at)
            provinces = pulse.of_provinces(connection, list(map(int, named["province"])))
            requests = pulse.of_requests(connection, named["request"], now=at)
        return {
            **{f"commune/{code}": mark for code, mark in communes.items()},
            **{f"province/{code}": mark for code, mark in provinces.items()},
            **{f"request/{code}": mark for code, mark in requests.items()},
        }


def lists_of(actor: Actor) -> list[str]:
    """What the lists of somebody hang on."""
    communes = {f"commune/{post.commune}" for post in actor.posts if post.role in (Role.OFFICER, Role.LEADER)}
    return sorted(communes | {f"province/{post.province}" for post in actor.posts if post.role is Role.PROVINCE})


def request_of(code: str) -> list[str]:
    return [f"request/{code}"]
