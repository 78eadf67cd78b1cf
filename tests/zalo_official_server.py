"""Zalo's OpenAPI for an Official Account on loopback: refresh tokens that serve once, and the window of 48 hours and 8."""

import datetime as dt
import hashlib
import itertools
import json
from collections import defaultdict
from contextlib import asynccontextmanager

from aiohttp import web

APP, ACCOUNT, SECRET, KEY = "360846524940903967", "388613280878808645", "app-secret-1", "oa-webhook-key-1"
FIRST = "refresh-0"
TYPES = {"oa.query.show": str, "oa.query.hide": str, "oa.open.url": dict, "oa.open.phone": dict, "oa.open.sms": dict}
LASTS, MOST = dt.timedelta(hours=48), 8


class OfficialServer:
    """Knows one app and account; records what was sent; fails on demand. `clock`: of whoever tells the story."""

    def __init__(self, clock):
        self.clock = clock
        self.sent = defaultdict(list)  # user → texts
        self.bodies = []
        self.violations = []
        self.faults = []  # codes that the next messages are refused with
        self.refusals = []  # codes that messages were refused with
        self.refresh = FIRST
        self.access = None
        self.ends = None
        self.codes = {}  # of a consent → the challenge that its verifier must fit
        self.renewed = 0
        self.before_renewal = []  # what happens while somebody renews
        self.spoke = {}  # user → when, and how many replies since
        self.photos = {}
        self.account = ACCOUNT
        self.url = ""
        self._numbers = itertools.count(1)

    @asynccontextmanager
    async def running(self):
        app = web.Application()
        app.router.add_post("/v4/oa/access_token", self._pair)
        app.router.add_get("/v2.0/oa/getoa", self._account)
        app.router.add_post("/v3.0/oa/message/cs", self._say)
        app.router.add_post("/v2.0/oa/message", self._say_to_nobody)
        app.router.add_get("/photos/{name}", self._photo)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    def hears(self, user):
        """Somebody writes: eight replies, for 48 hours."""
        self.spoke[user] = [self.clock(), 0]

    async def _pair(self, request):
        form = await request.post()
        if request.headers.get("secret_key") != SECRET or form.get("app_id") != APP:
            return web.json_response({"error": -14003, "error_name": "Invalid secret key"})
        for happens in self.before_renewal:
            await happens()
        if form.get("grant_type") == "authorization_code":
            wanted = self.codes.pop(form.get("code"), None)
            if wanted is None or wanted != challenge(form.get("code_verifier", "")):
                return web.json_response({"error": -14019, "error_name": "Invalid authorization code"})
        elif form.get("refresh_token") != self.refresh:
            return web.json_response({"error": -14014, "error_name": "Invalid refresh token"})
        self.renewed += 1
        self.access, self.refresh = f"access-{self.renewed}", f"refresh-{self.renewed}"
        self.ends = self.clock() + dt.timedelta(seconds=90_000)
        return web.json_response(
            {"access_token": self.access, "refresh_token": self.refresh, "expires_in": "90000"},
            content_type="text/json",  # as Zalo says it
        )

    def _is_refused(self, request):
        given = request.headers.get("access_token")
        return given is None or given != self.access or self.clock() >= self.ends

    async def _account(self, request):
        if self._is_refused(request):
            return _error(-216, "Access token is invalid")
        return _done({"oa_id": self.account, "name": "UBND phường Ngọc Hà", "is_verified": True})

    async def _say(self, request):
        if self._is_refused(request):
            return _error(-216, "Access token is invalid")
        body = await request.json()
        if self.faults:
            self.refusals.append(code := self.faults.pop(0))
            return _error(code, "no")
        if problem := _problem(body):
            self.violations.append(problem)
            return _error(-201, problem)
        user = body["recipient"]["user_id"]
        at, count = self.spoke.get(user, (None, 0))
        if at is None or self.clock() - at > LASTS or count >= MOST:
            code = -230 if at is None else -311 if count >= MOST else -305
            self.refusals.append(code)
            return _error(code, "outside of the window")
        self.spoke[user][1] = count + 1
        self.bodies.append(body)
        self.sent[user].append(body["message"]["text"])
        quota = {"quota_type": "reply", "remain": str(MOST - count - 1), "total": str(MOST)}
        return _done({"message_id": f"{next(self._numbers):020x}", "user_id": user, "quota": quota})

    async def _say_to_nobody(self, request):
        if self._is_refused(request):
            return _error(-216, "Access token is invalid")
        body = await request.json()
        to = body.get("recipient", {})
        if set(to) != {"anonymous_id", "conversation_id"} or not 1 <= len(body["message"].get("text", "")) <= 2000:
            self.violations.append("to nobody: of another shape")
            return _error(-201, "no")
        self.sent[to["anonymous_id"]].append(body["message"]["text"])
        return _done({"message_id": f"{next(self._numbers):020x}"})

    async def _photo(self, request):
        content = self.photos.get(request.match_info["name"])
        return web.Response(body=content) if content else web.Response(status=404)


def challenge(verifier):
    import base64

    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def signed(event, key=KEY, app=APP):
    """A body as Zalo posts it, and its header."""
    body = json.dumps(event, ensure_ascii=False).encode()
    mac = hashlib.sha256(app.encode() + body + event["timestamp"].encode() + key.encode()).hexdigest()
    return body, {"X-ZEvent-Signature": f"mac={mac}", "Content-Type": "application/json"}


def _problem(body):
    message = body.get("message", {})
    if not isinstance(body.get("recipient", {}).get("user_id"), str) or set(body) != {"recipient", "message"}:
        return "of another shape"
    if not isinstance(message.get("text"), str) or not 1 <= len(message["text"]) <= 2000:
        return "text must be 1 to 2000 characters"
    attachment = message.get("attachment")
    if attachment is None:
        return None
    if set(attachment) != {"type", "payload"} or attachment["type"] != "template":
        return "attachment of another shape"
    buttons = attachment["payload"].get("buttons", [])
    if not 1 <= len(buttons) <= 5:
        return "1 to 5 buttons"
    for one in buttons:
        if set(one) != {"title", "type", "payload"} or not isinstance(one["payload"], TYPES.get(one["type"], ())):
            return "button of another shape"
        if not 1 <= len(one["title"]) <= 100:
            return "title must be 1 to 100 characters"
        if one["type"] == "oa.open.url" and not one["payload"]["url"].startswith("https://"):
            return "url must be https"
    return None


def _done(data):
    return web.json_response({"error": 0, "message": "Success", "data": data})


def _error(code, said):
    return web.json_response({"error": code, "message": said})
