"""The tokens of an Official Account. Each refresh token serves once: one replica renews, and keeps the next pair first.

What is kept before it is used is never lost to a crash; between Zalo's answer and the commit nothing else is done.
"""

import asyncio
import datetime as dt
import hashlib
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from bot.config import Settings
from bot.doors.zalo.official.client import DEAD, OfficialClient, OfficialError, Pair
from bot.doors.zalo.official.sealed import Unreadable, seal, unseal
from bot.service.threads import Threads
from bot.store import leases, tokens
from bot.store.database import PASSING_ERRORS, Transaction
from bot.store.tokens import Kept
from bot.turn import Turns

log = logging.getLogger(__name__)

EARLY = dt.timedelta(minutes=5)  # before its end an access token is renewed
LEASE = dt.timedelta(seconds=90)  # longer than Zalo may take to answer, by far
WAIT_SECONDS = 0.2  # for another replica that renews
KEEP_AGAIN_SECONDS = (0.1, 0.3, 1.0, 3.0, 5.0)
REFRESH_LIVES = dt.timedelta(days=90)


class NoConsent(Exception):
    """Zalo takes our refresh token no more, or there never was one: the account's admin has to consent."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """The pair as it was kept last; empty where it cannot be read."""

    kept: Kept
    pair: Pair


def row_of(settings: Settings) -> str:
    return f"zalo-oa:{settings.zalo_oa_app_id}"[:40]


def origin_of(settings: Settings) -> str:
    """A mark of the refresh token that the settings hold: another one is begun with anew."""
    token = settings.zalo_oa_refresh_token
    return hashlib.sha256(f"origin:{token.get_secret_value() if token else ''}".encode()).hexdigest()


def begin(connection: Transaction, settings: Settings, pair: Pair, *, now: dt.datetime, anew: bool) -> None:
    """Keep a first pair. `anew`: whatever was before, as the admin has just consented."""
    name = row_of(settings)
    ends = now + dt.timedelta(seconds=pair.seconds)
    sealed = _sealed(settings, pair)
    tokens.begin(connection, name, sealed, origin=origin_of(settings), expires_at=ends, now=now, anew=anew)


def _sealed(settings: Settings, pair: Pair) -> str:
    return seal(settings.key, row_of(settings), json.dumps([pair.access, pair.refresh]))


def known(connection: Transaction, settings: Settings) -> Known | None:
    """None where nothing was ever kept."""
    if (kept := tokens.find(connection, row_of(settings))) is None:
        return None
    try:
        access, refresh = json.loads(unseal(settings.key, row_of(settings), kept.pair))
    except Unreadable:
        log.error("the tokens of Zalo's account were kept under another SERVER_KEY, and cannot be read")
        access, refresh = "", ""
    return Known(kept=kept, pair=Pair(access=access, refresh=refresh))


class Tokens:
    """`access` may be called by many at once. `refused` is set while Zalo takes our refresh token no more."""

    def __init__(self, settings: Settings, turns: Turns, threads: Threads, client: OfficialClient) -> None:
        self.settings, self.turns, self.threads, self.client = settings, turns, threads, client
        self.refused = asyncio.Event()
        self.holder = uuid4().hex
        self.name = row_of(settings)
        self._known: Known | None = None
        self._under_way: asyncio.Task[str] | None = None

    async def begin(self) -> None:
        """Take the settings' refresh token, where it is another than before."""
        if token := self.settings.zalo_oa_refresh_token:
            await self.threads.run(self._begin, Pair(access="", refresh=token.get_secret_value()))
        self._known = None
        self.refused.clear()

    def _begin(self, pair: Pair) -> None:
        with self.turns.database.change() as connection:
            begin(connection, self.settings, pair, now=self.turns.clock(), anew=False)

    async def access(self, *, but: str = "") -> str:
        """The access token to speak with now, another than `but`, which Zalo does not take.

        Raises NoConsent, OfficialError, httpx.HTTPError, TimeoutError, what the database raises.
        """
        if self._known and self._is_good(self._known, but):
            return self._known.pair.access
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._obtain(but))
            self._under_way.add_done_callback(_looked_at)
        return await asyncio.shield(self._under_way)  # whoever asked may go; what was begun is kept

    async def close(self) -> None:
        """Let a renewal that is under way come to its end."""
        if self._under_way and not self._under_way.done():
            await asyncio.wait({self._under_way}, timeout=LEASE.total_seconds())

    def _is_good(self, one: Known, but: str) -> bool:
        fresh = self.turns.clock() < one.kept.expires_at - EARLY
        return bool(one.pair.access) and one.pair.access != but and fresh and one.kept.refused_at is None

    async def _obtain(self, but: str) -> str:
        while True:
            self._known = await self.threads.run(self._look)
            if self._known and self._is_good(self._known, but):
                return self._known.pair.access
            if self._known is None or self._known.kept.refused_at or not self._known.pair.refresh:
                self.refused.set()
                raise NoConsent
            if await self.threads.run(self._take_lease):
                try:
                    await self._renew(but)
                finally:
                    with suppress(*PASSING_ERRORS):
                        await self.threads.run(self._leave_lease)
            else:
                await asyncio.sleep(WAIT_SECONDS)

    async def _renew(self, but: str) -> None:
        """Only whoever holds the lease: another may have renewed before it was given."""
        now = await self.threads.run(self._look)
        if now is None or now.kept.refused_at or self._is_good(now, but):
            return
        try:
            pair = await self.client.next_pair(now.pair.refresh)
        except OfficialError as error:
            if error.code in DEAD:
                await self._surely(lambda: self._refuse(now.kept))
                return
            raise
        await self._surely(lambda: self._keep(now.kept, pair))
        log.info("the tokens of Zalo's account are renewed")

    async def _surely(self, store: Callable[[], None]) -> None:
        """However long the database is away: what is not kept now is lost for ever."""
        tries = 0
        while True:
            try:
                return await self.threads.run(store)
            except PASSING_ERRORS as error:
                log.error("new tokens of Zalo's account wait for the database: %s", type(error).__name__)
                await asyncio.sleep(KEEP_AGAIN_SECONDS[min(tries, len(KEEP_AGAIN_SECONDS) - 1)])
                tries += 1

    def _look(self) -> Known | None:
        with self.turns.database.look() as connection:
            return known(connection, self.settings)

    def _keep(self, before: Kept, pair: Pair) -> None:
        now = self.turns.clock()
        ends = now + dt.timedelta(seconds=pair.seconds)
        with self.turns.database.change() as connection:
            sealed = _sealed(self.settings, pair)
            tokens.rotate(connection, self.name, sealed, number=before.number, expires_at=ends, now=now)

    def _refuse(self, before: Kept) -> None:
        with self.turns.database.change() as connection:
            tokens.refuse(connection, self.name, number=before.number, now=self.turns.clock())

    def _take_lease(self) -> bool:
        now = self.turns.clock()
        with self.turns.database.change() as connection:
            return leases.take(connection, f"tokens:{self.name}"[:40], holder=self.holder, now=now, lasts=LEASE)

    def _leave_lease(self) -> None:
        with self.turns.database.change() as connection:
            leases.let_go(connection, f"tokens:{self.name}"[:40], holder=self.holder)


def _looked_at(task: asyncio.Task[str]) -> None:
    """Whoever asked may be gone: nobody misses the error then."""
    if not task.cancelled():
        task.exception()
