"""A saved change reaches citizens without a restart; a broken one reaches only the administrators."""

import asyncio
import logging
from contextlib import suppress
from functools import partial
from pathlib import Path
from uuid import uuid4

from bot.content.live import LiveContent, Saved
from bot.content.load import Content
from bot.content.read import Problem
from bot.content.words import HowPeopleAsk
from bot.conversation.scene import Scene
from bot.kept import indexing
from bot.learned import kept_engine
from bot.service.bell import Bell
from bot.service.metrics import Metrics
from bot.service.threads import Threads
from bot.service.trouble import Trouble
from bot.store.database import PASSING_ERRORS
from bot.turn import Turns

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5  # twice, so that nothing is taken half saved, and a second or two to read it: within five
HOME = Path(__file__).parent.parent.parent


class Renewal:
    """Keeps the house of `turns` as the files are. Facts and sentences at once, phrases as soon as they are learnt."""

    def __init__(
        self, turns: Turns, threads: Threads, live: LiveContent, admin: str | None, trouble: Trouble | None = None
    ) -> None:
        self.turns = turns
        self.threads = threads
        self.live = live
        self.admin = admin
        self.trouble = trouble or Trouble(turns, threads, Metrics(), admin)
        self.told: Bell = asyncio.Event()  # set when a message for the administrators waits in the outbox
        self._readers = Threads(1)  # its own: a turn never waits for a file
        self._told: tuple[Problem, ...] = ()
        self._learnt_from: HowPeopleAsk | None = None  # not known until phrases have been saved once
        self._wanted: Content | None = None  # its phrases are still to be learnt
        self._learning: asyncio.Task[None] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        try:
            while not stop.is_set():
                await self.look()
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
        finally:
            await self.close()

    async def look(self) -> None:
        """Take in what was saved; whatever fails leaves everything as it was."""
        try:
            saved = await self._readers.run(self.live.look)
            if saved:
                await (self._take_in(saved.content) if saved.content else self._refuse(saved))
        except (OSError, *PASSING_ERRORS) as error:
            log.error("the saved files wait: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001 - whatever a file makes our reader raise: the version before stays
            await self._unforeseen(error)

    async def learnt(self) -> None:
        """Wait until nothing is being learnt."""
        if self._learning:
            await self._learning

    async def close(self) -> None:
        if self._learning:
            self._learning.cancel()
            with suppress(asyncio.CancelledError):
                await self._learning
        self._readers.close()

    async def _take_in(self, content: Content) -> None:
        if content.knowledge.catalogue.keys() >= self.turns.house.knowledge.catalogue.keys():
            self._renew(content)  # else the old engine would name what is gone: facts wait for the new one
        log.info("the saved files are taken in")
        if self._told:
            self._told = ()
            await self._tell("admin.mended")
        if content.intents == self._learnt_from:
            self._renew(content)
            self._wanted = None
            return
        self._wanted = content
        await self._understood(content)
        if self._wanted and not self._learning:
            self._learning = asyncio.create_task(self._learn())

    async def _understood(self, content: Content) -> bool:
        """Whether its phrases are learnt; then they are understood from now on, unless newer ones were saved since."""
        intents, gazetteer = content.intents, content.knowledge.gazetteer
        engine = await self._readers.run(kept_engine, self.live.cache, intents, gazetteer)
        if engine and content is self._wanted:
            self._renew(content)
            self.turns.renew(engine=engine)
            self._learnt_from, self._wanted = intents, None
            log.info("the saved phrases are understood")
        return engine is not None

    def _renew(self, content: Content) -> None:
        self.turns.renew(knowledge=content.knowledge, catalogs=content.catalogs, version=uuid4().hex)

    async def _learn(self) -> None:
        """Learn until what is learnt is what was saved last."""
        try:
            while wanted := self._wanted:
                log.info("learning the phrases that were saved")
                ended = await self._learn_apart()
                if not await self._understood(wanted) and wanted is self._wanted:
                    log.error("the phrases could not be learnt (%s); the old ones stay", ended)
                    return
        except Exception as error:  # noqa: BLE001 - what was learnt before stays
            await self._unforeseen(error)
        finally:
            self._learning = None

    async def _learn_apart(self) -> int:
        process = await asyncio.create_subprocess_exec(
            *indexing(self.live.root, self.live.cache, niceness=10), cwd=HOME
        )
        try:
            return await process.wait()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise

    async def _refuse(self, saved: Saved) -> None:
        if saved.problems == self._told:
            return
        self._told = saved.problems
        for problem in saved.problems:
            log.warning("%s", problem)
        await self._tell("admin.broken", saved.problems)

    async def _unforeseen(self, error: Exception) -> None:
        await self.threads.run(self.trouble.note, "saved files", error)
        self.told.set()

    async def _tell(self, key: str, problems: tuple[Problem, ...] = ()) -> None:
        if self.admin:
            await self.threads.run(self.turns.tell, self.admin, key, partial(_lines, problems))
            self.told.set()


def _lines(problems: tuple[Problem, ...], scene: Scene) -> list[str]:
    return [problem.told(scene.language) for problem in problems]
