"""A Bot API server on loopback: lo-bot-api-emulator, widened, checking each request against the API's contract."""

import contextlib
from collections import defaultdict

from aiohttp import web
from lo_bot_api_emulator import LoBotApiEmulator

from tests.contract import contract_problem, decoded

TOKEN = "4711:test-token"


class TelegramServer(LoBotApiEmulator):
    """Knows one token; records what was sent; fails on demand; accepts updates of any kind, even malformed ones."""

    def __init__(self):
        super().__init__(max_updates=20_000, max_history=50_000, allow_insecure_loopback_webhooks=True)
        self.sent = defaultdict(list)  # chat id → what it was sent, in order
        self.files = defaultdict(list)  # chat id → (name, bytes) of each document
        self.topics = defaultdict(list)  # chat id → (thread, title)
        self.gone = set()  # topics that were deleted
        self.closed = set()  # topics that somebody closed
        self.left_out = 0  # how many of the next messages copied together are left out
        self.photos = defaultdict(list)  # chat id → bytes of each photo
        self.copies = defaultdict(list)  # chat id → what was copied there
        self.deleted = []
        self.calls = []
        self.violations = []
        self.faults = defaultdict(list)  # method → answers to give before the real one
        self.url = ""
        self._number = 100

    async def handle(self, request):
        method, token = request.match_info["method"], request.match_info["token"]
        if token != TOKEN:
            return _refusal(401, "Unauthorized")
        fields, files = await self.read_request(request)
        self.calls.append((method, fields))
        if problem := contract_problem(method, fields | dict.fromkeys(files, "attach://file")):
            self.violations.append(f"{method}: {problem}")
            return _refusal(400, f"Bad Request: {problem}")
        for n, (chat, answer) in enumerate(self.faults[method]):
            if chat in (None, str(fields.get("chat_id"))):
                del self.faults[method][n]
                return answer()
        return await self._answer(method, token, fields, files, request)

    async def _answer(self, method, token, fields, files, request):
        if method == "getMe":
            me = {"id": 4711, "is_bot": True, "first_name": "Một Cửa", "username": "MotCuaBot"}
            return web.json_response({"ok": True, "result": me})
        if method == "getUpdates":
            try:
                found = await self._update_queues.poll(token, fields, disconnected=lambda: request.transport is None)
            except Exception as error:  # noqa: BLE001 - the emulator answers its own refusals so
                return _refusal(getattr(error, "status", 400), str(error))
            return web.json_response({"ok": True, "result": found})
        if method == "setWebhook":
            return web.json_response({"ok": True, "result": await self._update_queues.set_webhook(token, fields)})
        if method == "deleteWebhook":
            await self._update_queues.set_webhook(token, fields | {"url": ""})
            return web.json_response({"ok": True, "result": True})
        if method in ("sendMessage", "editMessageText"):
            return self._message(method, fields)
        if method == "sendDocument":
            return self._document(fields, files)
        if method == "sendPhoto":
            return self._photo(fields, files)
        if method == "createForumTopic":
            return self._topic(fields)
        if method == "copyMessage":
            return self._copy(fields)
        if method == "copyMessages":
            if refused := self._refused_there(fields):
                return refused
            wanted, self.left_out = decoded(fields["message_ids"])[self.left_out :], 0
            numbers = [{"message_id": self._next()} for _ in wanted]
            return web.json_response({"ok": True, "result": numbers})
        if method == "getFile":
            ref = fields["file_id"]
            known = {"file_id": ref, "file_unique_id": f"{ref}-unique", "file_path": ref}
            return (
                web.json_response({"ok": True, "result": known}) if ref in self.assets else _refusal(400, "Bad Request")
            )
        if method == "reopenForumTopic":
            self.closed.discard(int(fields["message_thread_id"]))
        if method == "sendLocation":
            return self._location(fields)
        if method == "deleteMessage":
            self.deleted.append((int(fields["chat_id"]), int(fields["message_id"])))
        return web.json_response({"ok": True, "result": True})

    def _photo(self, fields, files):
        if refused := self._refused_there(fields):
            return refused
        chat = int(fields["chat_id"])
        self.photos[chat].append(next(iter(files.values()))["data"])
        size = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}
        shown = {"message_id": self._next(), "date": 1, "chat": {"id": chat, "type": "private"}, "photo": [size]}
        return web.json_response({"ok": True, "result": shown})

    def _topic(self, fields):
        thread = self._next()
        self.topics[int(fields["chat_id"])].append((thread, fields["name"]))
        topic = {"message_thread_id": thread, "name": fields["name"], "icon_color": 7322096}
        return web.json_response({"ok": True, "result": topic})

    def _copy(self, fields):
        if refused := self._refused_there(fields):
            return refused
        number, chat = self._next(), int(fields["chat_id"])
        self.copies[chat].append({name: decoded(value) for name, value in fields.items()})
        return web.json_response({"ok": True, "result": {"message_id": number}})

    def _refused_there(self, fields):
        """Nothing can be sent to a topic that was deleted, or that somebody closed."""
        thread = int(fields.get("message_thread_id") or 0)
        if thread in self.gone:
            return _refusal(400, "Bad Request: message thread not found")
        return _refusal(400, "Bad Request: TOPIC_CLOSED") if thread in self.closed else None

    def _location(self, fields):
        chat = int(fields["chat_id"])
        place = {"latitude": float(fields["latitude"]), "longitude": float(fields["longitude"])}
        shown = {"message_id": self._next(), "date": 1, "chat": {"id": chat, "type": "private"}, "location": place}
        return web.json_response({"ok": True, "result": shown})

    def _next(self):
        self.next_id += 1
        return self.next_id - 1

    def _message(self, method, fields):
        chat = int(fields["chat_id"])
        if refused := self._refused_there(fields):
            return refused
        self.sent[chat].append({"method": method, **{name: decoded(value) for name, value in fields.items()}})
        number = int(fields.get("message_id") or self.next_id)
        self.sent[chat][-1]["message_id"] = number
        message = {
            "message_id": number,
            "date": 1,
            "chat": {"id": chat, "type": "private" if chat > 0 else "supergroup", "first_name": "x"},
            "text": fields["text"],
        }
        self.next_id += 1
        return web.json_response({"ok": True, "result": message})

    def _document(self, fields, files):
        chat, file = int(fields["chat_id"]), next(iter(files.values()))
        name = file["filename"]
        self.files[chat].append((name, file["data"]))
        document = {"file_id": f"file-{self.next_id}", "file_unique_id": f"u-{self.next_id}", "file_name": name}
        message = {"message_id": self.next_id, "date": 1, "chat": {"id": chat, "type": "private"}, "document": document}
        self.next_id += 1
        return web.json_response({"ok": True, "result": message})

    def fail(self, method, status, description, chat=None, times=1, **parameters):
        """Let the next calls of `method` (for one chat) be answered with an error."""

        def answer():
            return _refusal(status, description, **parameters)

        self.faults[method] += [(None if chat is None else str(chat), answer)] * times

    def garble(self, method, times=1):
        self.faults[method] += [(None, lambda: web.Response(text="<html>bad gateway", status=502))] * times

    async def inject(self, *updates):
        """Queue raw updates as they are, numbered where they have no number."""
        state = self._update_queues._state(TOKEN)
        async with state.condition:
            for update in updates:
                self._number += 1
                state.updates.append({"update_id": self._number, **update})
            state.condition.notify_all()
        await self._update_queues.deliver(TOKEN)

    def texts(self, chat):
        return [message["text"] for message in self.sent[chat]]

    @contextlib.asynccontextmanager
    async def running(self):
        runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()


def _refusal(status, description, **parameters):
    body = {"ok": False, "error_code": status, "description": description}
    return web.json_response(body | ({"parameters": parameters} if parameters else {}), status=status)
