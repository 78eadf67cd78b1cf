"""Zalo's webhook: stores an event and only then answers 200."""

import hmac
import logging
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.doors.body import body_of, read_json
from bot.doors.door import Takes
from bot.store.database import PASSING_ERRORS

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - a header's name


def secret_for(token: str) -> str:
    """A secret that every replica with the same token arrives at by itself."""
    return hmac.new(token.encode(), b"mot-cua zalo webhook", sha256).hexdigest()


def webhook(path: str, secret: str, intake: Takes) -> Route:
    async def receive(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(), secret.encode()):
            return PlainTextResponse("wrong secret", 403)
        body = await body_of(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        if not body.strip():
            return PlainTextResponse("ok")  # Zalo looks whether somebody is here
        try:
            await intake.store([read_json(body)])
        except PASSING_ERRORS as error:
            log.error("an event could not be stored: %s", type(error).__name__)
            return PlainTextResponse("try again", 503)
        return PlainTextResponse("ok")

    return Route(path or "/", receive, methods=["POST"])
