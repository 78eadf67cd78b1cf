"""Who writes while things break, and what must be true afterwards."""

import asyncio
from collections import Counter
from itertools import cycle, islice

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.content.catalog import load_catalogs
from bot.content.schema import Language
from bot.store.database import open_database
from tests.cast import Person
from tests.conftest import ROOT

VI = load_catalogs(ROOT, [])[Language.VI]
# What talkers say in turn, and how the answer begins: commands, and words that share a transaction.
ANSWERS = {
    "/help": VI.say("help.ask"),
    "đăng ký kết hôn cần giấy gì": VI.say("papers.submit"),
    "/topics": VI.say("topics.choose"),
    "xin chào": VI.say("talk.greeting"),
    "/commune": VI.say("commune.ask"),
}


class Crowd:
    """Talkers say one thing after another without waiting, up to `at_once` of them in the same moment.

    Petitioners open one request each.
    """

    def __init__(self, server, chance, talkers=40, petitioners=6, a_second=8.0, at_once=6):
        self.server, self.chance, self.a_second, self.at_once = server, chance, a_second, at_once
        self.talkers = [Person(2000 + n, f"p{n}") for n in range(talkers)]
        self.petitioners = [Person(5000 + n, f"q{n}") for n in range(petitioners)]
        self.wrote = Counter()
        self.injected = 0

    async def write(self, stop):
        """Until `stop`; petitioners finish what they began."""
        begun = [asyncio.create_task(self._petition(person)) for person in self.petitioners]
        while not stop.is_set():
            together = self.chance.sample(self.talkers, self.chance.randint(1, self.at_once))
            for person in together:
                await self.says_next(person)
            await asyncio.sleep(self.chance.expovariate(self.a_second / len(together)))
        await asyncio.gather(*begun)

    async def says_next(self, person):
        words = next(islice(cycle(ANSWERS), self.wrote[person] % len(ANSWERS), None))
        self.wrote[person] += 1
        await self._sends(person.says(words))

    async def _petition(self, person):
        await asyncio.sleep(self.chance.uniform(0, 3))
        await self._sends(person.says("/commune phường Ngọc Hà, Hà Nội"))
        await self._sends(person.says("/request giấy chứng sinh sai tên mẹ"))
        await self._presses(person, "r:yes:")
        await self._presses(person, "r:send:")

    async def _presses(self, person, start):
        while True:
            for said, action in self._buttons(person):
                if action.startswith(start):
                    return await self._sends(person.presses(action, text=said))
            await asyncio.sleep(0.05)

    def _buttons(self, person):
        for message in self.server.sent[person.id]:
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                yield from ((message["text"], button.get("callback_data", "")) for button in row)

    async def _sends(self, update):
        self.injected += 1
        await self.server.inject(update)

    def said_wrong(self):
        """Talkers whose answers are missing or out of order, and how many messages came a second time."""
        wrong, repeated = [], 0
        for person in self.talkers:
            wanted = [ANSWERS[one].splitlines()[0] for one in islice(cycle(ANSWERS), self.wrote[person])]
            left, again = without_repeats([t.splitlines()[0] for t in self.server.texts(person.id)], wanted)
            repeated += again
            if left:
                wrong.append(person.id)
        return wrong, repeated


def without_repeats(heard, wanted):
    """What is left of `wanted` after `heard` (or of `heard`), and how many of those heard were repeats."""
    at = repeats = 0
    for one in heard:
        if at < len(wanted) and one == wanted[at]:
            at += 1
        elif at and one == wanted[at - 1]:
            repeats += 1
        else:
            return [one], repeats
    return wanted[at:], repeats


class Ledger:
    """What the database says, read from outside."""

    def __init__(self, url):
        self.url = url
        self._database = None

    def rows(self, query):
        try:
            self._database = self._database or open_database(self.url)
            with self._database.look() as connection:
                return [tuple(row) for row in connection.execute(text(query))]
        except SQLAlchemyError:
            return []

    def counted(self, query):
        return dict(self.rows(query))

    def close(self):
        if self._database:
            self._database.close()

    async def quiet(self, injected, process=None, within=180):
        """Wait until all that was written is done and said."""
        for _ in range(within * 10):
            inbox = self.counted("SELECT state, count(*) FROM inbox GROUP BY state")
            outbox = self.counted("SELECT state, count(*) FROM outbox GROUP BY state")
            if sum(inbox.values()) >= injected and not inbox.get("waiting") and not outbox.get("waiting"):
                return
            assert process is None or process.returncode is None, "the process ended by itself"
            await asyncio.sleep(0.1)
        raise AssertionError(f"not done after {within} s: inbox {inbox}, outbox {outbox}, written {injected}")

    async def caught_up(self, within=120):
        """Wait until hardly anything waits to be sent."""
        for _ in range(within * 10):
            if self.counted("SELECT state, count(*) FROM outbox GROUP BY state").get("waiting", 0) < 3:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"messages still wait after {within} s")

    def verdict(self, crowd, most_repeated, *, days_pass=False):
        """What is wrong, in words; nothing where all is well. `days_pass`: a draft may end, if its writer is told."""
        found = []
        states = self.counted("SELECT state, count(*) FROM inbox GROUP BY state")
        if states != {"done": crowd.injected}:
            found.append(f"updates {states} of {crowd.injected}")
        decided = self.counted("SELECT chat, count(*) FROM outbox GROUP BY chat")
        twice = [p.id for p in crowd.talkers if decided.get(f"telegram:{p.id}", 0) != crowd.wrote[p]]
        if twice:
            found.append(f"{len(twice)} chats with more or fewer effects than updates")
        wrong, repeated = crowd.said_wrong()
        if wrong:
            found.append(f"{len(wrong)} chats out of order")
        if repeated > most_repeated:
            found.append(f"{repeated} messages came twice")
        ended = [p for p in crowd.petitioners if days_pass and VI.say("draft.vanished") in crowd.server.texts(p.id)]
        sent = [row for row in self.rows("SELECT citizen, status FROM requests") if not (ended and row[1] == "dropped")]
        if sorted(sent) != sorted((f"telegram:{p.id}", "open") for p in crowd.petitioners if p not in ended):
            found.append(f"requests {Counter(sent)}, {len(ended)} drafts ended")
        if crowd.server.violations:
            found.append(f"refused by Telegram: {crowd.server.violations[0]}")
        return found, repeated
