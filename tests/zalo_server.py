"""Zalo's Bot Platform on loopback, as strict as it was seen to be: strings, one update a poll, 404 for no webhook."""

import asyncio
import itertools
import re
from collections import defaultdict
from contextlib import asynccontextmanager

from aiohttp import web

TOKEN = "12345689:abc-xyz"
METHODS = {
    "getMe": {}, "getUpdates": {"timeout": (str, int)}, "setWebhook": {"url": str, "secret_token": str}, "deleteWebhook": {},
    "getWebhookInfo": {}, "sendMessage": {"chat_id": str, "text": str},
}  # fmt: skip
ME = {"id": "1459232241454765289", "account_name": "bot.VDKyGxQvc", "account_type": "BASIC", "can_join_groups": False}


class ZaloServer:
    """Knows one token; records what was sent; fails on demand."""

    def __init__(self):
        self.sent = defaultdict(list)  # chat → texts
        self.calls = []
        self.violations = []
        self.faults = defaultdict(list)  # method → (status, code, description)
        self.waiting = []
        self.webhook = None
        self.repeats = False  # updates come back at every poll, as one source saw it
        self.arrived = asyncio.Event()
        self.url = ""
        self._numbers = itertools.count(1)

    @asynccontextmanager
    async def running(self):
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self.handle)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    def inject(self, *updates):
        self.waiting.extend(updates)
        self.arrived.set()

    def fail(self, method, code, description="", times=1, status=None):
        self.faults[method].extend([(status, code, description)] * times)

    async def handle(self, request):
        method = request.match_info["method"]
        if request.match_info["token"] != TOKEN:
            return _refusal(401, "Unauthorized")
        fields = await _fields(request)
        self.calls.append((method, fields))
        if problem := _problem(method, fields):
            self.violations.append(f"{method}: {problem}")
            return _refusal(400, problem)
        if self.faults[method] and (fault := self.faults[method].pop(0)):
            status, code, description = fault
            return _refusal(code, description, status)
        if method == "getUpdates":
            return await self._get_updates(fields, request)
        return await getattr(self, re.sub("([A-Z])", lambda m: "_" + m[1].lower(), f"_{method}"))(fields)

    async def _get_me(self, _fields):
        return _result(ME)

    async def _get_updates(self, fields, request):
        if self.webhook:
            return _refusal(400, "webhook is set")
        if not self.waiting:
            self.arrived.clear()
            try:
                await asyncio.wait_for(self.arrived.wait(), min(0.2, float(fields.get("timeout", 0))))
            except TimeoutError:
                return _refusal(408, "Request timeout")
        if request.transport is None or request.transport.is_closing():  # whoever asked is gone: nothing is used up
            return _refusal(408, "Request timeout")
        return _result(self.waiting[0] if self.repeats else self.waiting.pop(0))

    async def _set_webhook(self, fields):
        self.webhook = fields["url"]
        return _result({"url": fields["url"], "updated_at": 1_749_538_250_568})

    async def _delete_webhook(self, _fields):
        self.webhook = None
        return _result({"url": "", "updated_at": 1_749_538_250_568})

    async def _get_webhook_info(self, _fields):
        if self.webhook is None:
            return web.json_response({"ok": False, "description": "Not Found"}, status=404)
        return _result({"url": self.webhook, "updated_at": 1})

    async def _send_message(self, fields):
        self.sent[fields["chat_id"]].append(fields["text"])
        return _result({"message_id": f"{next(self._numbers):020x}", "date": 1_749_632_637_199})


async def _fields(request):
    """JSON, a form or the query: the documentation allows each."""
    if request.content_type == "application/json":
        return await request.json()
    return dict(await request.post() or request.query)


def _problem(method, fields):
    known = METHODS.get(method)
    if known is None:
        return "no such method"
    for name, value in fields.items():
        if name not in known or not isinstance(value, known[name]):
            return f"{name} is not taken"
    if method == "sendMessage" and not 1 <= len(fields.get("text", "")) <= 2000:
        return "text must be 1 to 2000 characters"
    if method == "setWebhook" and not 8 <= len(fields.get("secret_token", "")) <= 256:
        return "secret_token must be 8 to 256 characters"
    return None


def _result(result):
    return web.json_response({"ok": True, "result": result})


def _refusal(code, description, status=None):
    """By status, in the envelope, or in the envelope alone: the documentation shows the one, the service the other."""
    return web.json_response({"ok": False, "error_code": code, "description": description}, status=status or code)
