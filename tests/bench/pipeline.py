"""The whole service but the network: intake, worker, python-telegram-bot, turn, outbox, delivery to nowhere.

As a program: one of several processes on a database, which begins when told on its standard input.
"""

import asyncio
import sys
import time

from bot.config import Settings
from bot.conversation.scene import House
from bot.doors.door import Pace
from bot.store.database import open_database
from bot.turn import Turns
from tests.cast import Person
from tests.nowhere import answered_here
from tests.stage import begin, telegram
from tests.telegram_server import TOKEN

UNLIMITED = Pace(per_second=5_000, private_seconds=0, group_seconds=0)  # Telegram's limits are not what is measured
BEFORE = 10_000_000  # numbers of updates that are not counted
QUESTION = "em mới sinh con, cần giấy gì"


def updates_of(first, count):
    return [{"update_id": n + 1, **Person(10_000 + n, "Dân").says(QUESTION)} for n in range(first, first + count)]


async def answered(turns, updates, a_second=None):
    """Seconds from the first update to the last answer, and from each update to its answer."""
    heard, sent = {}, {}
    service = telegram(Settings(telegram_bot_token=TOKEN, telegram_api_url="http://nowhere"), turns, UNLIMITED)
    answered_here(service, lambda chat: heard.setdefault(chat, time.perf_counter()))
    await begin(service)
    stop, finished, delivering = asyncio.Event(), asyncio.Event(), asyncio.Event()
    service.worker.answered = delivering
    working = asyncio.create_task(service.worker.run(stop))
    sending = asyncio.create_task(service.doorways[0].delivery.run(delivering, finished))
    began = time.perf_counter()
    if a_second:
        for n, update in enumerate(updates):
            await asyncio.sleep(max(0.0, began + n / a_second - time.perf_counter()))
            sent[update["message"]["chat"]["id"]] = time.perf_counter()
            await service.doorways[0].intake.store([update])
    else:
        for start in range(0, len(updates), 100):
            await service.doorways[0].intake.store(updates[start : start + 100])
    while outbox_waits(turns) or len(heard) < len(sent or ()):
        await asyncio.sleep(0.02)
    total = time.perf_counter() - began
    stop.set()
    service.worker.arrived.set()
    await working
    finished.set()
    delivering.set()
    await sending
    service.threads.close()
    return total, sorted(heard[chat] - at for chat, at in sent.items())


def outbox_waits(turns):
    """Whether anything is still to be done, by whichever process."""
    with turns.database.look() as connection:
        left = "SELECT 1 FROM {} WHERE state = 'waiting' LIMIT 1"
        return any(connection.exec_driver_sql(left.format(table)).first() for table in ("inbox", "outbox"))


def main(url, first, count):
    from tests.bench.setting import load_setting

    setting = load_setting()
    house = House(knowledge=setting.content.knowledge, catalogs=setting.content.catalogs, engine=setting.engine)
    turns = Turns(open_database(url), house)
    asyncio.run(answered(turns, updates_of(BEFORE + first, 40)))  # connections and statements are made once
    print("ready", flush=True)
    sys.stdin.readline()
    print(asyncio.run(answered(turns, updates_of(first, count)))[0], flush=True)
    turns.database.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
