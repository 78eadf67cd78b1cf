"""What may break between a desk and its citizens: its group, its topics, one slow server, one noisy chat."""

import asyncio
import time
from contextlib import asynccontextmanager

import httpx

from bot.casework import staffing
from bot.casework.unit_of_work import UnitOfWork
from bot.desk.request import Role
from bot.store.database import open_database
from bot.turn import utc_now
from tests.cast import HOA, NGOC_HA, THU, Person
from tests.chaos.crowd import VI, Crowd
from tests.chaos.faults import Seen
from tests.chaos.ground import StormyServer, ground, polled, refusal
from tests.serving import free_port

ADMIN = Person(99, "Quản trị")
SECRET = "s3cret"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
NAME = {"commune": "Phường Ngọc Hà"}


class Desk:
    """A commune's group with an officer and a leader, and a citizen whose request is claimed."""

    def __init__(self, where, server, chance, send=None):
        self.where, self.server = where, server
        self.send = send or server.inject
        self.crowd = Crowd(server, chance, talkers=1, petitioners=2)
        self.crowd._sends = self.send

    async def opens(self, house):
        for person, role in ((HOA, "officer"), (THU, "leader")):
            await self.send(person.says(f"/join {_invited(self.where.url, house, role)}"))
            await self.hears(person.id, "Ngọc Hà")
        await self.send(NGOC_HA.hears(HOA, "/desk 00008"))
        await self.hears(NGOC_HA.id, "Ngọc Hà")
        self.citizen, self.other = self.crowd.petitioners
        await self.crowd._petition(self.citizen)
        claim = await self.button(NGOC_HA.id, "d:claim:")
        await self.send(NGOC_HA.presses(HOA, claim))
        await self.hears(self.citizen.id, "Bạn đang viết trong")
        await self.hears(NGOC_HA.id, "chứng sinh sai tên mẹ")  # the room is open, and its history is told
        return claim.removeprefix("d:claim:")

    async def button(self, chat, start, within=60):
        return await _found(lambda: next((a for _, a in self.crowd._buttons(_Chat(chat)) if a.startswith(start)), None),
                            within)  # fmt: skip

    async def hears(self, chat, words, within=60):
        await _found(lambda: any(words in text for text in self.server.texts(chat)), within)


class _Chat:
    def __init__(self, number):
        self.id = number


async def _found(look, within):
    until = time.monotonic() + within
    while time.monotonic() < until:
        if found := look():
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"not seen within {within} s")


def _invited(url, house, role):
    database = open_database(url)
    try:
        with database.change() as connection:
            return staffing.invite(UnitOfWork(connection, house, utc_now()), commune=8, role=Role(role))
    finally:
        database.close()


@asynccontextmanager
async def a_desk(chance, house, kind="sqlite"):
    async with ground(kind) as where, StormyServer().running() as server:
        await where.starts(server, ADMIN_CHAT_ID=str(ADMIN.id))
        await polled(server)
        desk = Desk(where, server, chance)
        yield desk, await desk.opens(house), Seen()


async def kicked_and_returned(chance, house, seconds):
    """The bot is removed from the desk's group, and is back later: work goes on in private, and comes back."""
    async with a_desk(chance, house) as (desk, code, seen):
        server, shut = desk.server, []

        async def storm(answer, _method, fields, _request):
            if str(fields.get("chat_id")) == str(NGOC_HA.id):
                shut.append(1)
                return refusal(403, "Forbidden: bot was kicked from the supergroup chat")
            return await answer()

        server.storm = storm
        await desk.send(desk.citizen.says("em hỏi thêm ạ"))
        await desk.hears(HOA.id, "em hỏi thêm ạ")
        await desk.crowd._petition(desk.other)
        new = (await desk.button(HOA.id, "d:claim:")).removeprefix("d:claim:")
        await asyncio.sleep(seconds)
        server.storm = None
        before = len(server.texts(NGOC_HA.id))
        bot = {"id": 4711, "is_bot": True, "first_name": "Một Cửa"}
        change = {"chat": NGOC_HA.chat(), "from": THU.user(), "date": 1, "old_chat_member": {"user": bot, "status": "left"},
                  "new_chat_member": {"user": bot, "status": "member"}}  # fmt: skip
        await desk.send({"my_chat_member": change})
        for one in (code, new):
            await _found(lambda one=one: any(one in t for t in server.texts(NGOC_HA.id)[before:]), 60)
        for person in (HOA, THU):
            told = server.texts(person.id).count(VI.say("desk.out", **NAME))
            if told != 1:
                seen.wrong.append(f"{person.name} was told {told} times")
        if server.texts(ADMIN.id) != [VI.say("admin.desk_out", **NAME), VI.say("admin.desk_back", **NAME)]:
            seen.wrong.append(f"the administrator was told {len(server.texts(ADMIN.id))} times")
        seen.figures = {"seconds": seconds, "refused": len(shut)}
        return seen


async def closed_topics(chance, house, seconds):
    """Somebody closes the topic and leaves the bot no right to open one; later it may again."""
    async with a_desk(chance, house) as (desk, _, seen):
        server = desk.server
        topic = server.topics[NGOC_HA.id][0][0]
        server.closed.add(topic)

        async def storm(answer, method, _fields, _request):
            if method in ("reopenForumTopic", "createForumTopic"):
                return refusal(400, "Bad Request: not enough rights to manage topics")
            return await answer()

        server.storm, wrote, until = storm, 0, time.monotonic() + seconds
        while time.monotonic() < until:
            wrote += 1
            await desk.send(desk.citizen.says(f"lời số {wrote}."))
            await desk.hears(NGOC_HA.id, f"lời số {wrote}.")
        server.storm = None
        wrote += 1
        await desk.send(desk.citizen.says(f"lời số {wrote}."))
        await desk.hears(NGOC_HA.id, f"lời số {wrote}.")
        last = next(m for m in reversed(server.sent[NGOC_HA.id]) if f"lời số {wrote}." in m["text"])
        if int(last.get("message_thread_id") or 0) != topic or len(server.topics[NGOC_HA.id]) != 1:
            seen.wrong.append("the topic was forgotten")
        texts = server.texts(NGOC_HA.id)
        twice = [n for n in range(1, wrote + 1) if sum(f"lời số {n}." in text for text in texts) != 1]
        if twice:
            seen.wrong.append(f"{len(twice)} words not exactly once")
        seen.figures = {"seconds": seconds, "words": wrote}
        return seen


async def slow_server(chance, messages, slow=21.0):
    """Every message is answered after 21 s: each arrives once, all the same."""
    async with ground("sqlite") as where, StormyServer().running() as server:
        await where.starts(server)
        await polled(server)
        people = [Person(7000 + n, f"s{n}") for n in range(messages)]

        async def storm(answer, method, _fields, _request):
            reply = await answer()
            if method == "sendMessage":
                await asyncio.sleep(slow)
            return reply

        server.storm = storm
        await server.inject(*(person.says("/topics") for person in people))
        await server.inject(*(person.says("/help") for person in people))
        until = time.monotonic() + 4 * slow + messages
        while time.monotonic() < until and any(len(server.texts(person.id)) < 2 for person in people):
            await asyncio.sleep(0.2)
        await asyncio.sleep(slow)
        wanted = [VI.say("topics.choose"), VI.say("help.ask")]
        wrong = [p.id for p in people if [t.splitlines()[0] for t in server.texts(p.id)]
                 != [w.splitlines()[0] for w in wanted]]  # fmt: skip
        return Seen(wrong=[f"{len(wrong)} chats not exactly once, in order"] if wrong else [],
                    figures={"people": messages, "slow_s": slow})  # fmt: skip


class Proxy:
    """As Caddy does: asks `/readyz` of each replica and gives an update to one that is ready; 502 where none is."""

    def __init__(self, ports):
        self.ports, self.ready, self.nobody, self._number = ports, set(), 0, 0
        self.client = httpx.AsyncClient(verify=False, timeout=10, headers={SECRET_HEADER: SECRET})

    async def asks(self, stop):
        while not stop.is_set():
            self.ready = {port for port in self.ports if await self._is_ready(port)}
            await asyncio.sleep(0.5)

    async def _is_ready(self, port):
        try:
            return (await self.client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
        except httpx.HTTPError:
            return False

    async def send(self, update):
        self._number += 1
        numbered = {"update_id": self._number, **update}
        while not self.ready:
            self.nobody += 1
            await asyncio.sleep(0.5)
        port = sorted(self.ready)[self._number % len(self.ready)]
        answer = await self.client.post(f"http://127.0.0.1:{port}/hook", json=numbered)
        assert answer.status_code == 200


async def noisy_chat(chance, house, seconds, a_minute=38):
    """One citizen writes faster than Telegram lets a group be written to: nobody else notices."""
    async with ground("postgresql") as where, StormyServer().running() as server:
        ports, stop = [free_port(), free_port()], asyncio.Event()
        for port in ports:
            await where.starts(server, PORT=str(port), WEBHOOK_URL=f"http://127.0.0.1:{port}/hook",
                               WEBHOOK_SECRET=SECRET, ADMIN_CHAT_ID=str(ADMIN.id))  # fmt: skip
        proxy = Proxy(ports)
        asking = asyncio.create_task(proxy.asks(stop))
        await _found(lambda: len(proxy.ready) == 2, 90)
        proxy.nobody = 0
        desk = Desk(where, server, chance, proxy.send)
        await desk.opens(house)
        wrote, waits, until = 0, [], time.monotonic() + seconds
        while time.monotonic() < until:
            wrote += 1
            await proxy.send(desk.citizen.says(f"lời số {wrote}."))
            person, began = Person(7500 + wrote, "n"), time.monotonic()
            await proxy.send(person.says("/help"))
            await desk.hears(person.id, VI.say("help.ask").splitlines()[0])
            waits.append(time.monotonic() - began)
            await asyncio.sleep(max(0, 60 / a_minute - waits[-1]))
        late = proxy.nobody
        await desk.hears(NGOC_HA.id, f"lời số {wrote}.", within=60 + 3 * wrote)
        stop.set()
        await asking
        await proxy.client.aclose()
        figures = {"seconds": seconds, "words": wrote, "slowest_s": round(max(waits), 2),
                   "told": len(server.texts(ADMIN.id))}  # fmt: skip
        wrong = [f"nobody was ready {late} times"] if late else []
        if max(waits) > 5:
            wrong.append(f"another citizen waited {max(waits):.1f} s")
        if len(server.texts(ADMIN.id)) > 2:
            wrong.append(f"the administrator was told {len(server.texts(ADMIN.id))} times")
        return Seen(wrong=wrong, figures=figures)
