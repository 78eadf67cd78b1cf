"""What may break, one story each. A story returns what it saw; what is wrong comes first."""

import asyncio
import datetime as dt
import resource
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from aiohttp import web
from sqlalchemy import insert

from bot.config import Settings
from bot.conversation.reply import Block, Reply
from bot.store import inbox
from bot.store.database import open_database
from bot.store.outbox import Priority
from bot.store.tables import outbox
from bot.turn import _REPLY, Turns
from tests.cast import Group, Person
from tests.chaos.crowd import Crowd, Ledger
from tests.chaos.ground import DRAIN_SECONDS, StormyServer, ground, memory_peak, polled, refusal
from tests.mangling import mangled
from tests.nowhere import answered_here
from tests.serving import free_port, serving
from tests.stage import begin, telegram
from tests.telegram_server import TOKEN


@dataclass(kw_only=True)
class Seen:
    wrong: list[str] = field(default_factory=list)
    figures: dict[str, object] = field(default_factory=dict)


@asynccontextmanager
async def under_load(kind, chance, bots=1, **crowd):
    """Bots that serve while a crowd writes; afterwards everything must have come right."""
    async with ground(kind) as where, StormyServer().running() as server:
        stop, seen = asyncio.Event(), Seen(figures={"repeats": 0, "allowed": 0})
        people, ledger = Crowd(server, chance, **crowd), Ledger(where.url)
        for _ in range(bots):
            await where.starts(server)
        await polled(server)
        writing = asyncio.create_task(people.write(stop))
        try:
            yield where, server, people, ledger, seen
            stop.set()
            await asyncio.wait_for(writing, 120)
            await ledger.quiet(people.injected, where.bots[0])
            seen.wrong, seen.figures["repeats"] = ledger.verdict(people, seen.figures["allowed"])
            seen.figures["updates"] = people.injected
        finally:
            writing.cancel()
            ledger.close()


async def killed(chance, kind, kills, replicas=1, **crowd):
    """`kill -9` at any moment: starting, polling, in a turn, sending."""
    async with under_load(kind, chance, replicas, **crowd) as (where, server, _, _, seen):
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.3, 3.5))
            await where.kills(chance.choice(where.bots))
            await where.starts(server)
        seen.figures |= {"kills": kills, "allowed": kills}
    return seen


async def terminated(chance, kind, times):
    """SIGTERM while people write: what is under way is finished, the rest waits for the next."""
    longest = 0.0
    async with under_load(kind, chance) as (where, server, _, _, seen):
        codes = set()
        for _ in range(times):
            await asyncio.sleep(chance.uniform(0.2, 2.0))
            seconds, code = await where.ends(where.bots[0])
            longest = max(longest, seconds)
            codes.add(code)
            asked = sum(name == "getUpdates" for name, _ in server.calls)
            await where.starts(server)
            await polled(server, asked)
        seen.figures |= {"times": times, "longest_s": round(longest, 2)}
    if longest > DRAIN_SECONDS or codes != {0}:
        seen.wrong.append(f"drained in {longest:.1f} s, exits {codes}")
    return seen


async def taken_over(chance, times, most=15.0):
    """Two replicas by long polling; one is killed, whichever it is: how long until somebody asks Telegram again."""
    longest = 0.0
    async with under_load("postgresql", chance, bots=2) as (where, server, _, _, seen):
        for _ in range(times):
            await asyncio.sleep(3)
            await where.kills(where.bots[0])
            began, asked = time.monotonic(), sum(name == "getUpdates" for name, _ in server.calls)
            await polled(server, asked)
            longest = max(longest, time.monotonic() - began)
            await where.starts(server)
        seen.figures |= {"times": times, "longest_s": round(longest, 1), "allowed": times}
    if longest > most:
        seen.wrong.append(f"nobody polled for {longest:.1f} s")
    return seen


async def without_database(chance, seconds):
    """PostgreSQL stops, and comes back."""
    async with under_load("postgresql", chance) as (where, _, _, _, seen):
        await asyncio.sleep(1)
        bot = where.bots[0]
        await asyncio.to_thread(where.postgres.stop)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(where.postgres.start)
        seen.figures |= {"seconds": seconds, "allowed": 30}  # sent while nobody could note it
        await asyncio.sleep(1)
        died = bot.returncode is not None
    if died:
        seen.wrong.append("the process ended")
    return seen


WEATHER = ("cut", "500", "502", "garbage", "half", "slow", "lost")


async def bad_network(chance, kind, seconds, slow=10.0):
    """Each kind of weather for a while: no answer, late answers, answers that are none."""
    lost = 0

    def storm_of(weather):
        async def storm(answer, method, _fields, request):
            nonlocal lost
            match weather:
                case "cut":
                    request.transport.close()
                    return web.Response()
                case "slow":
                    await asyncio.sleep(slow if method != "getUpdates" else 0)
                    return await answer()
                case "500" | "502":
                    return refusal(int(weather), "Internal Server Error")
                case "garbage":
                    return web.Response(text="<html>bad gateway", status=200)
            reply = await answer()  # it has happened, and nobody is told
            lost += method in ("sendMessage", "editMessageText")
            if weather == "half":
                return web.Response(body=reply.body[: len(reply.body) // 2], content_type="application/json")
            request.transport.close()
            return reply

        return storm

    async with under_load(kind, chance, a_second=4.0) as (_, server, _, ledger, seen):
        for weather in WEATHER:
            await asyncio.sleep(1)
            server.storm = storm_of(weather)
            await asyncio.sleep(seconds)
            server.storm = None
            await ledger.caught_up()
        seen.figures |= {"weathers": len(WEATHER), "answers_lost": lost}
        seen.figures["allowed"] = 1_000_000  # those whose answer was lost come again: counted below
    seen.figures["allowed"] = lost
    if seen.figures["repeats"] > lost:
        seen.wrong.append(f"{seen.figures['repeats']} repeats, {lost} answers lost")
    return seen


async def told_to_wait(chance, kind, seconds):
    """429 with `retry_after` for one group: it waits, the others do not."""
    async with ground(kind) as where, StormyServer().running() as server:
        bot = await where.starts(server)
        await polled(server)
        slow, others = Group(-100_3000), [Person(3001 + n, f"p{n}") for n in range(20)]
        tried, until = [], time.monotonic() + seconds

        async def storm(answer, method, fields, _request):
            if method == "sendMessage" and int(fields["chat_id"]) == slow.id:
                tried.append(time.monotonic())
                if time.monotonic() < until:
                    return refusal(429, "Too Many Requests", retry_after=max(1, round(until - time.monotonic())))
            return await answer()

        server.storm = storm
        waits = []
        await server.inject(slow.hears(others[0], "/help"))  # whose answer goes to the group
        while time.monotonic() < until:
            person, began = chance.choice(others), time.monotonic()
            had = len(server.sent[person.id])
            await server.inject(person.says("/help"))
            while len(server.sent[person.id]) == had:
                assert bot.returncode is None
                await asyncio.sleep(0.01)
            waits.append(time.monotonic() - began)
            await asyncio.sleep(0.2)
        while not server.sent[slow.id] and time.monotonic() < until + 60:
            await asyncio.sleep(0.05)
        early = [at for at in tried[1:] if at < until - 1.5]
        figures = {"seconds": seconds, "tries": len(tried), "others": len(waits), "slowest_s": round(max(waits), 2)}
        wrong = [f"asked again {len(early)} times too early"] if early else []
        if len(tried) < 2 or not server.sent[slow.id]:
            wrong.append(f"the group was written to {len(tried)} times, and has {len(server.sent[slow.id])} messages")
        if max(waits) > 5:
            wrong.append(f"another chat waited {max(waits):.1f} s")
        return Seen(wrong=wrong, figures=figures)


async def full_disk(chance, seconds):
    """Nothing more can be written for a while: the updates stay with Telegram."""
    async with under_load("sqlite", chance) as (where, _, people, _, seen):
        await asyncio.sleep(1)
        bot = where.bots[0]
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (1_024, resource.RLIM_INFINITY))
        before = people.injected
        await asyncio.sleep(seconds)
        full = Ledger(where.url)
        kept = sum(full.counted("SELECT state, count(*) FROM inbox GROUP BY state").values())
        full.close()
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        seen.figures |= {"seconds": seconds, "came_while_full": people.injected - before, "allowed": 30}
        stuck = kept < people.injected
    if not stuck:
        seen.wrong.append("the disk was never full")
    return seen


class JumpingClock:
    """Somebody sets the machine's clock, forth and back."""

    def __init__(self, chance):
        self.chance, self.ahead, self.jumps = chance, dt.timedelta(), 0

    def __call__(self):
        return dt.datetime.now(dt.UTC) + self.ahead

    async def jump(self, stop, every):
        while not stop.is_set():
            await asyncio.sleep(every)
            self.ahead, self.jumps = dt.timedelta(seconds=self.chance.uniform(-90_000, 90_000)), self.jumps + 1
        self.ahead = dt.timedelta()


async def jumping_clock(chance, kind, house, seconds):
    async with ground(kind) as where, StormyServer().running() as server:
        clock, stop = JumpingClock(chance), asyncio.Event()
        turns, ledger = Turns(open_database(where.url), house, clock), Ledger(where.url)
        crowd = Crowd(server, chance)
        async with serving(turns, server):
            jumping = asyncio.create_task(clock.jump(stop, 0.5))
            writing = asyncio.create_task(crowd.write(stop))
            await asyncio.sleep(seconds)
            stop.set()
            await asyncio.gather(jumping, asyncio.wait_for(writing, 60))
            await ledger.quiet(crowd.injected)
        wrong, repeats = ledger.verdict(crowd, 0, days_pass=True)
        ledger.close()
        turns.database.close()
        return Seen(wrong=wrong, figures={"jumps": clock.jumps, "updates": crowd.injected, "repeats": repeats})


async def burst(chance, kind, updates, most_megabytes=300):
    """All at once, behind broadcasts that wait: people's replies go first, nothing is dropped, the age is seen."""
    people = [Person(10_000 + n, f"p{n}") for n in range(max(1, updates // 5))]
    port = free_port()
    async with ground(kind) as where, StormyServer().running() as server:
        questions = ["/help", "em mới sinh con, cần giấy gì", "/topics", "lệ phí bao nhiêu", "mất thẻ căn cước"]
        await server.inject(*(p.says(chance.choice(questions)) for _ in range(5) for p in people))
        began = time.monotonic()
        bot, ledger = await where.starts(server, PORT=str(port)), Ledger(where.url)
        await polled(server)
        await asyncio.to_thread(_broadcasts, where.url, 200, due_in=2)  # before it served, nobody would wait for them
        stopped = ""
        while ledger.counted("SELECT state, count(*) FROM inbox GROUP BY state").get("done", 0) < 5 * len(people):
            assert bot.returncode is None, "the process ended by itself"
            page = await _page(port)
            stopped = page if "motcua_inbox_age_seconds " in page else stopped
            await asyncio.sleep(0.5)
        taken = time.monotonic() - began
        waiting = _figure(await _page(port), "motcua_outbox_length")
        states = ledger.counted("SELECT state, count(*) FROM outbox WHERE priority = 0 GROUP BY state")
        sent = ledger.counted("SELECT priority, count(*) FROM outbox WHERE state = 'sent' GROUP BY priority")
        figures = {
            "updates": 5 * len(people),
            "taken_in_s": round(taken, 1),
            "peak_MB": round(memory_peak(bot)),
            "waiting": waiting,
            "oldest_s": _figure(await _page(port), "motcua_outbox_age_seconds"),
        }
        ledger.close()
        wrong = []
        if memory_peak(bot) > most_megabytes:
            wrong.append(f"{memory_peak(bot):.0f} MB")
        if sum(states.values()) < 5 * len(people):
            wrong.append(f"replies {states} of {5 * len(people)}")
        if sent.get(3):
            wrong.append(f"{sent[3]} broadcasts before people's replies")
        if not waiting or not stopped:
            wrong.append("the age of the queue is not shown")
        return Seen(wrong=wrong, figures=figures)


def _broadcasts(url, count, due_in):
    database, now = open_database(url), dt.datetime.now(dt.UTC)
    payload = _REPLY.dump_json(Reply(blocks=(Block(text="Tin chung."),))).decode()
    rows = [
        {"chat": f"telegram:{900_000 + n}", "priority": Priority.BROADCAST, "state": "waiting", "payload": payload,
         "created_at": now, "not_before": now + dt.timedelta(seconds=due_in)}
        for n in range(count)
    ]  # fmt: skip
    with database.change() as connection:
        connection.execute(insert(outbox), rows)
    database.close()


async def _page(port):
    async with httpx.AsyncClient(verify=False, timeout=20) as client:
        try:
            return (await client.get(f"http://127.0.0.1:{port}/metrics")).text
        except httpx.HTTPError:
            return ""


def _figure(page, name):
    """The highest of a figure's values, None where the page does not have it."""
    found = [float(line.rpartition(" ")[2]) for line in page.splitlines() if line.startswith((f"{name} ", f"{name}{{"))]
    return round(max(found)) if found else None


async def mangled_updates(chance, kind, house, count, batch=1_000):
    """Anything in any field: each update is acted on or set aside, and nothing stops."""
    async with ground(kind) as where:
        turns = Turns(open_database(where.url), house)
        service = answered_here(telegram(Settings(telegram_bot_token=TOKEN, telegram_api_url="http://x"), turns))
        await begin(service)
        stop, finished, delivering = asyncio.Event(), asyncio.Event(), asyncio.Event()
        service.worker.answered = delivering
        working = asyncio.create_task(service.worker.run(stop))
        sending = asyncio.create_task(service.doorways[0].delivery.run(delivering, finished))
        for start in range(0, count, batch):
            some = [{"update_id": n + 1, **mangled(chance, 500)} for n in range(start, min(count, start + batch))]
            await service.doorways[0].intake.store(some)
            while _waiting(turns.database) and not (working.done() or sending.done()):
                await asyncio.sleep(0.05)
        dead = [task for task in (working, sending) if task.done()]
        stop.set()
        service.worker.arrived.set()
        await asyncio.gather(working, return_exceptions=True)
        finished.set()
        delivering.set()
        await asyncio.gather(sending, return_exceptions=True)
        with turns.database.look() as connection:
            states = inbox.count(connection)
        turns.database.close()
        service.threads.close()
        wrong = [f"{len(dead)} tasks ended: {dead[0].exception()!r}"] if dead else []
        if sum(states.values()) != count or states.get("waiting"):
            wrong.append(f"accounted for: {states}")
        return Seen(wrong=wrong, figures={"updates": count, **states})


def _waiting(database):
    with database.look() as connection:
        return inbox.count(connection).get("waiting")
