"""Telegram's limits: the outbox goes out by priority, in order within a chat, never faster than allowed."""

import asyncio

import pytest

from bot.conversation.reply import Block, Button, Reply, Style
from bot.doors.door import Pace
from bot.doors.telegram.outbound import send
from bot.service.worker import Worker
from bot.store import outbox
from bot.store.outbox import Priority
from bot.turn import _REPLY, reply_of
from tests.cast import BUDI, EMMA, LAN, Person
from tests.serving import counted, run, serving, until
from tests.stage import played

GROUP = -1_000_000_000_100


def post(play, chat, *texts, priority=Priority.REPLY):
    with play.turns.database.change() as connection:
        for text in texts:
            payload = _REPLY.dump_json(Reply(blocks=(Block(text=text),))).decode()
            outbox.put(connection, chat=f"telegram:{chat}", payload=payload, now=play.turns.clock(), priority=priority)


@pytest.mark.parametrize(("chat", "seconds"), [(LAN.id, 1.0), (GROUP, 3.0)])
def test_one_chat_gets_one_message_at_a_time(turns, clock, chat, seconds):
    @played
    async def story(play):
        play.delivery.pace = Pace()
        post(play, chat, "một", "hai", "ba")
        await play.deliver()
        assert play.server.texts(chat) == ["một"]
        clock.pass_(seconds - 0.1)
        await play.deliver()
        assert play.server.texts(chat) == ["một"]
        clock.pass_(0.2)
        await play.deliver()
        assert play.server.texts(chat) == ["một", "hai"]

    story(turns)


@played
async def test_a_reply_goes_before_a_broadcast_that_waited_longer(play, clock):
    play.delivery.pace = Pace(per_second=1, private_seconds=0)
    post(play, BUDI.id, "tin chung", priority=Priority.BROADCAST)
    post(play, EMMA.id, "nhắc", priority=Priority.REMINDER)
    post(play, LAN.id, "trả lời")
    order = []
    while await play.delivery.deliver_due():
        order += [chat for chat in play.server.sent if chat not in order]
        clock.pass_(1)
    assert order == [LAN.id, EMMA.id, BUDI.id]


@played
async def test_a_message_that_takes_long_holds_up_no_other(play, monkeypatch):
    answered, wake, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(bot, chat_id, reply, spot, photos=()):
        if chat_id == LAN.id:
            await answered.wait()
        return await send(bot, chat_id, reply, spot)

    monkeypatch.setattr("bot.doors.telegram.spots.send", slow)
    post(play, LAN.id, "một")
    post(play, EMMA.id, "một", "hai", "ba")
    delivering = asyncio.create_task(play.delivery.run(wake, stop))
    while len(play.server.texts(EMMA.id)) < 3:
        await asyncio.sleep(0)
    post(play, BUDI.id, "sau")
    wake.set()
    while not play.server.texts(BUDI.id):
        await asyncio.sleep(0)
    assert play.server.texts(LAN.id) == []
    answered.set()
    stop.set()
    wake.set()
    await delivering
    assert (play.server.texts(LAN.id), play.server.texts(EMMA.id)) == (["một"], ["một", "hai", "ba"])


@played
async def test_a_server_in_trouble_is_asked_less_and_less(play, clock):
    play.server.fail("sendMessage", 500, "Internal Server Error", times=3)
    post(play, LAN.id, "một")
    asked = []
    for second in range(20):
        await play.deliver()
        if sum(name == "sendMessage" for name, _ in play.server.calls) > len(asked):
            asked.append(second)
        clock.pass_(1)
    assert asked == [0, 1, 3, 7]
    assert play.server.texts(LAN.id) == ["một"]


@played
async def test_what_has_gone_out_is_wiped(play):
    post(play, LAN.id, "bí mật")
    await play.deliver()
    with play.turns.database.look() as connection:
        assert connection.exec_driver_sql("SELECT state, payload FROM outbox").all() == [("sent", None)]


def test_a_reply_comes_back_from_the_outbox_as_it_went_in():

    reply = Reply(
        blocks=(Block(text="Lệ phí 😀", style=Style.TITLE), Block(text="a\nb", style=Style.NOTE)),
        buttons=((Button(label="Mở", link="https://dichvucong.gov.vn"),), (Button(label="x", action="topics"),)),
        replaces="77",
    )
    assert reply_of(_REPLY.dump_json(reply).decode()) == reply


@pytest.mark.only_on("sqlite", "it is the memory of the process that is looked at")
def test_a_hundred_updates_are_held_in_memory_however_many_wait(turns, monkeypatch):
    held, begin = [], Worker.begin

    def watched(self, found):
        begin(self, found)
        held.append(self._held)

    monkeypatch.setattr(Worker, "begin", watched)

    async def story(server):
        people = [Person(5_000 + n, f"p{n}") for n in range(250)]
        await server.inject(*(person.says("/help") for person in people))
        async with serving(turns, server) as task:
            await until(lambda: counted(turns.database) == {"done": 250}, task)

    run(story)
    assert max(held) <= 100
