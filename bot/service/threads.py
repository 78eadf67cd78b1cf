"""Where the database is spoken to: worker threads, so that the event loop never waits for a disk."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from bot.store.database import Database


class Threads:
    """One thread for SQLite, which has one writer; several for PostgreSQL."""

    def __init__(self, count: int) -> None:
        self._executor = ThreadPoolExecutor(count, thread_name_prefix="turn")

    @classmethod
    def of(cls, database: Database) -> "Threads":
        return cls(1 if database.dialect == "sqlite" else 8)

    async def run[**P, T](self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        context = copy_context()  # what is logged there carries the turn's reference too
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, lambda: context.run(function, *args, **kwargs))

    def close(self) -> None:
        self._executor.shutdown(wait=True)
