"""What a load balancer and Prometheus read while the bot serves, by long polling too."""

import datetime as dt
import re
import threading

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.store import outbox
from bot.store.outbox import Priority
from tests.cast import EMMA, HOA, LAN, MINH, NGOC_HA, Person
from tests.serving import alive, free_port, run, serving, until
from tests.stage import played

KIN = Person(4242424242, "Nguyễn Thị Kín")


def watched(turns, story, **extra):
    """Play `story(server, get)` while the whole service runs, long polling."""

    async def main(server):
        port = free_port()
        async with serving(turns, server, port=port, **extra) as task:
            await alive(port, task)
            await until(lambda: any(name == "getUpdates" for name, _ in server.calls), task)
            async with httpx.AsyncClient(verify=False, base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
                await story(server, client.get)

    run(main)


def test_a_serving_process_is_alive_and_ready(turns):
    async def story(_server, get):
        assert (await get("/healthz")).json() == {"alive": True}
        ready = await get("/readyz")
        assert (ready.status_code, ready.json()) == (200, {"ready": True})
        assert (await get("/")).status_code == 404

    watched(turns, story)


def test_before_telegram_is_reached_the_process_is_alive_and_not_ready(turns, monkeypatch):
    monkeypatch.setattr("bot.doors.telegram.door.RETRY_SECONDS", 0.05)

    async def main(server):
        server.fail("getMe", 502, "Bad Gateway", times=1_000_000)
        port = free_port()
        async with serving(turns, server, port=port) as task:
            await alive(port, task)
            async with httpx.AsyncClient(verify=False, base_url=f"http://127.0.0.1:{port}") as client:
                ready = await client.get("/readyz")
                assert ready.status_code == 503
                assert "telegram" in ready.json()
                server.faults["getMe"].clear()
                await until(lambda: any(name == "getUpdates" for name, _ in server.calls), task)
                assert (await client.get("/readyz")).status_code == 200

    run(main)


def test_telegram_going_away_is_told_and_takes_nobody_out_of_service(turns, clock):
    async def story(server, get):
        assert (await get("/readyz")).status_code == 200
        server.fail("getMe", 500, "Internal Server Error")
        clock.pass_(60)
        gone = await get("/readyz")
        assert (gone.status_code, gone.json()) == (
            200,
            {"ready": True, "telegram": "cannot be reached (NetworkError)"},
        )
        assert (await get("/readyz")).json() == {"ready": True}

    watched(turns, story)


def test_a_database_that_does_not_answer_takes_one_thread_and_says_so(turns, database, monkeypatch):
    monkeypatch.setattr("bot.service.watch.DATABASE_SECONDS", 0.05)
    hangs, looks = threading.Event(), []

    def hang():
        looks.append(1)
        hangs.wait(10)
        return False

    async def story(_server, get):
        monkeypatch.setattr(database, "is_behind", hang)
        for _ in range(3):
            answer = await get("/readyz")
            assert (answer.status_code, answer.json()["database"]) == (503, "does not answer")
        assert len(looks) == 1
        hangs.set()
        assert (await get("/healthz")).status_code == 200

    watched(turns, story)


def test_a_refusing_database_is_no_error_page(turns, monkeypatch):
    def refuse(*_args, **_values):
        raise OperationalError("SELECT", {}, Exception("server closed the connection"))

    async def story(_server, get):
        monkeypatch.setattr("bot.service.watch.figures.oldest_reply", refuse)
        monkeypatch.setattr("bot.service.watch.figures.take_stock", refuse)
        assert (await get("/readyz")).json()["database"] == "does not answer"
        assert (await get("/metrics")).status_code == 503

    watched(turns, story)


@pytest.mark.on_both
def test_an_older_database_is_not_ready_and_one_migrated_by_the_next_version_is(turns, database):
    async def story(_server, get):
        with database.change() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        assert "migrations" in (await get("/readyz")).json()
        with database.change() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        assert (await get("/readyz")).status_code == 200

    watched(turns, story)


@pytest.mark.on_both
def test_replies_that_wait_too_long_are_told_and_take_nobody_out_of_service(turns, database, clock):
    def put(priority, minutes, hold=0):
        with database.change() as connection:
            outbox.put(connection, chat="other:1", payload="{}", now=clock() - dt.timedelta(minutes=minutes),
                       priority=priority)  # fmt: skip
            connection.execute(
                text("UPDATE outbox SET not_before = :at"), {"at": f"{clock() + dt.timedelta(seconds=hold):%F %T.%f}"}
            )

    async def story(_server, get):
        put(Priority.BROADCAST, 60)
        assert (await get("/readyz")).status_code == 200
        put(Priority.REPLY, 3, hold=30)  # Telegram has told us to hold it back
        assert (await get("/readyz")).status_code == 200
        clock.pass_(31)
        late = await get("/readyz")
        assert (late.status_code, late.json()) == (200, {"ready": True, "outbox": "a reply has waited for 211 s"})

    watched(turns, story)


def values(page):
    return dict(re.findall(r"^(motcua_\S+) (\S+)$", page, re.MULTILINE))


def settled(turns):
    """All turns are taken; of the replies one has gone, one was refused, which is told, one has been put off."""
    with turns.database.look() as connection:
        tried = connection.execute(text("SELECT state, attempts FROM outbox ORDER BY state")).all()
        acted = connection.execute(text("SELECT count(*) FROM inbox WHERE state = 'waiting'")).scalar_one()
    return acted == 0 and [tuple(row) for row in tried] == [("dead", 0), ("sent", 0), ("sent", 0), ("waiting", 1)]


@pytest.mark.on_both
def test_the_page_counts_what_happened_and_names_nobody(turns):
    async def story(server, get):
        server.fail("sendMessage", 429, "Too Many Requests: retry after 30", chat=KIN.id, retry_after=30)
        server.fail("sendMessage", 400, "Bad Request: can't parse Zxq", chat=EMMA.id)
        server.fail("getMe", 400, "Bad Request: Kín", times=2)
        await server.inject(
            KIN.says("làm giấy khai sinh cho Zxq cần giấy gì"), {"message": {"message_id": "x"}}, EMMA.says("/help"),
            LAN.says("/help"),
        )  # fmt: skip
        await until(lambda: server.texts(LAN.id) and settled(turns))
        page, ready = (await get("/metrics")).text, (await get("/readyz")).text
        found = values(page)
        assert found['motcua_updates_total{kind="text"}'] == "1.0"
        assert found['motcua_updates_total{kind="command"}'] == "2.0"
        assert found['motcua_outcomes_total{outcome="answered"}'] == "1.0"
        assert found["motcua_match_seconds_count"] == "1.0"
        assert found["motcua_turn_seconds_count"] == "3.0"
        assert found["motcua_telegram_429_total"] == "1.0"
        assert found['motcua_deliveries_total{result="sent"}'] == "2.0"
        assert found['motcua_outbox_length{priority="reply"}'] == "1.0"
        assert sum(float(v) for k, v in found.items() if k.startswith('motcua_errors_total{kind="')) == 2
        assert "cannot be reached (BadRequest)" in ready
        assert not re.search(r"4242424242|Kín|Zxq|\b11\b", page + ready)

    watched(turns, story)


@played
async def test_the_queue_of_each_commune_has_a_length_and_an_age(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await play.asks(LAN)
    clock.pass_(90)
    watch = play.service.watch
    found = values(watch.metrics.page(watch._stock()).decode())
    assert found['motcua_queue_length{commune="00008"}'] == "1.0"
    assert found['motcua_queue_age_seconds{commune="00008"}'] == "90.0"


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/healthz"])
def test_nothing_can_be_posted_to_the_watch(turns, path):
    async def story(server, get):
        async with httpx.AsyncClient(verify=False, base_url=str(get.__self__.base_url)) as client:
            assert (await client.post(path)).status_code == 405

    watched(turns, story)


def test_page_is_what_prometheus_reads(turns):
    from prometheus_client.parser import text_string_to_metric_families

    async def story(_server, get):
        families = {family.name: family for family in text_string_to_metric_families((await get("/metrics")).text)}
        assert families["motcua_inbox_age_seconds"].type == "gauge"
        assert families["motcua_updates"].type == "counter"

    watched(turns, story)
