"""An Official Account's webhook: signed by Zalo, stored, and only then answered, in the two seconds that Zalo waits."""

import datetime as dt
import hmac
import json
import logging
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.doors.body import body_of
from bot.doors.door import Takes
from bot.doors.zalo.official.client import number
from bot.doors.zalo.official.inbound import event_of, is_noise
from bot.store.database import PASSING_ERRORS

log = logging.getLogger(__name__)

HEADER = "X-ZEvent-Signature"
OLDEST = dt.timedelta(days=1)  # Zalo tries for two hours; ids are known for longer than that


def signature(app_id: str, body: bytes, timestamp: str, key: str) -> str:
    """Not keyed as HMAC is: Zalo's own formula, of the body as it was sent."""
    return sha256(app_id.encode() + body + timestamp.encode() + key.encode()).hexdigest()


def webhook(path: str, app_id: str, key: str, intake: Takes, clock: Callable[[], dt.datetime]) -> Route:
    async def receive(request: Request) -> Response:
        body = await body_of(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        raw = _read(body)
        if not _is_signed(request.headers.get(HEADER, ""), body, raw):
            return PlainTextResponse("wrong signature", 403)
        if _is_old(raw):
            return PlainTextResponse("too old", 403)
        if not is_noise(raw):
            try:
                await intake.store([raw])
            except PASSING_ERRORS as error:
                log.error("an event could not be stored: %s", type(error).__name__)
                return PlainTextResponse("try again", 503)
        return PlainTextResponse("ok")

    def _is_signed(given: str, body: bytes, raw: Any) -> bool:
        timestamp = event_of(raw).get("timestamp", "")
        wanted = signature(app_id, body, str(timestamp), key)
        return hmac.compare_digest(given.strip().removeprefix("mac=").strip().lower().encode(), wanted.encode())

    def _is_old(raw: Any) -> bool:
        """What was signed long ago may be played again once its id is forgotten."""
        when = number(event_of(raw).get("timestamp")) or 0
        return abs(clock().timestamp() * 1000 - when) > OLDEST.total_seconds() * 1000

    return Route(path or "/", receive, methods=["POST"])


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
