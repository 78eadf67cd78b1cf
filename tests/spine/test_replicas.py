"""Two replicas on one PostgreSQL: the work is shared, each thing happens once, in order, within the limits."""

import asyncio
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy import text

from bot.conversation.visit import Kind, Visit
from bot.doors.door import Pace
from bot.doors.telegram.webhook import SECRET_HEADER
from bot.service.threads import Threads
from bot.store import agenda, inbox, leases, outbox
from bot.store.database import open_database
from bot.store.inbox import Receipt
from bot.turn import Turns
from tests.cast import EMMA, LAN, Person
from tests.serving import alive, free_port, run, serving, until
from tests.spine.test_pace import post
from tests.stage import Play, settings, telegram

pytestmark = pytest.mark.only_on("postgresql", "SQLite's file belongs to one process")
CROWD = [Person(3000 + n, f"p{n}") for n in range(30)]
PLACES = ("Thường Tín", "Ngọc Hà", "Quốc Oai", "Thường Tín")


@pytest.fixture
def others(database_url, house, clock):
    """What a second process would have: a connection of its own to the same database."""
    database = open_database(database_url)
    yield Turns(database, house, clock)
    database.close()


@asynccontextmanager
async def two_plays(server, turns, others):
    plays = [Play(server, turns, Threads(1)), Play(server, others, Threads(1))]
    for play in plays:
        await play.begin()
    try:
        yield plays
    finally:
        for play in plays:
            await play.end()
            play.service.threads.close()


def test_whichever_replica_is_told_everybody_is_answered_once_and_in_order(turns, others, database):
    async def post_all(doors):
        number = 0
        async with httpx.AsyncClient(verify=False, headers={SECRET_HEADER: "s3cret"}) as telegram:
            for place in PLACES:
                for person in CROWD:
                    number += 1
                    update = {"update_id": number, **person.says(f"/commune {place}")}
                    assert (await telegram.post(doors[number % 2], json=update)).status_code == 200

    async def story(server):
        ports = [free_port(), free_port()]
        doors = [f"http://127.0.0.1:{port}/hook" for port in ports]
        extra = [{"webhook_url": u, "port": p, "webhook_secret": "s3cret"} for u, p in zip(doors, ports, strict=True)]
        async with serving(turns, server, **extra[0]) as one, serving(others, server, **extra[1]) as two:
            await alive(ports[0], one)
            await alive(ports[1], two)
            await post_all(doors)
            await until(lambda: sum(map(len, server.sent.values())) >= len(CROWD) * len(PLACES), one)
        for person in CROWD:
            told = server.texts(person.id)
            assert [place in said for place, said in zip(PLACES, told, strict=True)] == [True] * 4

    run(story)
    with database.look() as connection:
        assert (inbox.count(connection), outbox.count(connection)) == ({"done": 120}, {"sent": 120})


def test_a_replica_stores_and_another_is_woken_to_answer(turns, others):
    async def story(server):
        async with serving(others, server) as task:
            await until(lambda: any(name == "getUpdates" for name, _ in server.calls), task)
            idle = telegram(settings(server), turns)
            await idle.doorways[0].intake.store([{"update_id": 9, **LAN.says("/help")}])
            await until(lambda: server.texts(LAN.id), task)
            idle.threads.close()

    run(story)


def test_while_one_replica_is_at_work_in_a_chat_the_other_leaves_it(turns, others, database):
    receipt = Receipt(source="telegram", number=1)
    visit = Visit(chat=f"telegram:{LAN.id}", kind=Kind.COMMAND, command="help")
    with database.change() as connection:
        for number in (1, 2):
            one = Receipt(source="telegram", number=number)
            inbox.keep(connection, one, chat=visit.chat, raw="{}", now=turns.clock())
    with database.change() as working:
        assert inbox.is_mine(working, receipt)
        assert others.take(visit, receipt).elsewhere
    later = others.take(visit, Receipt(source="telegram", number=2))
    assert (later.happened, later.elsewhere) == (False, True)  # the first of the chat waits still
    assert others.take(visit, receipt).happened
    assert others.take(visit, Receipt(source="telegram", number=2)).happened


def test_what_is_planned_is_done_once(turns, others, database, monkeypatch):
    done = []

    def keep(counter, entry):
        if agenda.take(counter.connection, entry):
            done.append(entry.name)

    monkeypatch.setattr("bot.turn.clock.keep", keep)
    with database.change() as connection:
        for n in range(20):
            agenda.plan(connection, f"MC-{n}", {"overdue": turns.clock()})

    async def both():
        await asyncio.gather(asyncio.to_thread(turns.keep_appointments), asyncio.to_thread(others.keep_appointments))

    asyncio.run(both())
    assert sorted(done) == sorted(f"overdue:MC-{n}" for n in range(20))


def test_together_they_send_no_faster_than_telegram_allows(turns, others, clock):
    async def story(server):
        async with two_plays(server, turns, others) as plays:
            for play in plays:
                play.delivery.pace = Pace(per_second=5)
            for person in CROWD[:12]:
                post(plays[0], person.id, "một", "hai")
            sent = []
            for _second in range(4):
                for _round in range(3):
                    await asyncio.gather(*(play.deliver() for play in plays))
                sent.append(sum(map(len, server.sent.values())))
                clock.pass_(1.01)
            assert sent == [5, 10, 15, 20]
            assert all(texts in (["một"], ["một", "hai"]) for texts in map(server.texts, list(server.sent)))

    run(story)


@pytest.mark.parametrize(("chat", "seconds"), [(LAN.id, 1.0), (-1_000_000_000_100, 3.0)])
def test_one_chat_has_one_pace_whoever_sends(turns, others, clock, chat, seconds):
    async def story(server):
        async with two_plays(server, turns, others) as (one, two):
            one.delivery.pace = two.delivery.pace = Pace()
            post(one, chat, "một", "hai")
            await one.deliver()
            clock.pass_(seconds - 0.1)
            await two.deliver()
            assert server.texts(chat) == ["một"]
            clock.pass_(0.2)
            await two.deliver()
            assert server.texts(chat) == ["một", "hai"]

    run(story)


def test_what_a_replica_had_on_its_way_when_it_died_another_sends(turns, others, clock):
    async def story(server):
        async with two_plays(server, turns, others) as (one, two):
            post(one, LAN.id, "một")
            post(one, EMMA.id, "one")
            assert len(one.delivery._due(clock())) == 2  # and then nothing more is heard of it
            await two.deliver()
            assert server.sent == {}
            clock.pass_(7)
            await two.deliver()
            assert (server.texts(LAN.id), server.texts(EMMA.id)) == (["một"], ["one"])

    run(story)


def test_a_message_that_takes_long_is_sent_by_nobody_else(turns, others, clock):
    async def story(server):
        async with two_plays(server, turns, others) as (one, two):
            post(one, LAN.id, "một")
            (message,) = one.delivery._due(clock())
            for _ in range(5):
                clock.pass_(4)
                one.delivery._renew()
                await two.deliver()
            assert server.sent == {}
            await one.delivery._deliver(message)
            assert server.texts(LAN.id) == ["một"]

    run(story)


def poller(database):
    with database.look() as connection:
        return connection.execute(text("SELECT holder FROM leases WHERE name = 'polling'")).scalar_one_or_none()


def test_one_replica_polls_and_when_it_dies_the_other_takes_over(turns, others, clock, database, monkeypatch):
    monkeypatch.setattr("bot.service.lease.RENEWED_SECONDS", 0.02)

    async def story(server):
        async with serving(others, server) as spare:
            await until(lambda: poller(database), spare)
            first = poller(database)
            async with serving(turns, server) as second:
                await until(lambda: len([1 for name, _ in server.calls if name == "getMe"]) == 2, second)
                await asyncio.sleep(0.2)
                assert poller(database) == first
                spare.cancel()  # as if killed: the lease is not given back
                await asyncio.wait({spare})
                clock.pass_(15)
                await server.inject(LAN.says("/help"))
                await until(lambda: server.texts(LAN.id), second)
                assert poller(database) not in (None, first)

    with pytest.raises(asyncio.CancelledError):
        run(story)


def test_a_lease_from_before_the_clock_was_put_back_binds_nobody(database, clock):
    import datetime as dt

    lasts = dt.timedelta(seconds=8)
    with database.change() as connection:
        assert leases.take(connection, "x", holder="a", now=clock() + dt.timedelta(days=1), lasts=lasts)
        assert leases.take(connection, "x", holder="b", now=clock(), lasts=lasts)
        assert not leases.take(connection, "x", holder="a", now=clock(), lasts=lasts)
