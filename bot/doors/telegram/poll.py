"""Telegram's long polling on raw JSON: one malformed update never holds up the ones behind it."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import httpx

from bot.doors.door import Takes
from bot.doors.telegram.inbound import number_of
from bot.doors.trust import trusted
from bot.store.database import PASSING_ERRORS

log = logging.getLogger(__name__)

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member", "chat_member"]
LONG_POLL_SECONDS = 25
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0


class TokenRefused(Exception):
    """Telegram does not know the token."""


class AnotherPoller(Exception):
    """Another program polls with the same token."""


class WebhookSet(Exception):
    """Telegram posts this token's updates to a webhook, which another program has set since we started."""


async def poll(base_url: str, intake: Takes, stop: asyncio.Event, *, long_poll: int = LONG_POLL_SECONDS) -> None:
    """Fetch and store updates until `stop`. `base_url` includes the token. Raises TokenRefused."""
    offset, pause = None, FIRST_PAUSE_SECONDS
    async with httpx.AsyncClient(verify=trusted(), timeout=httpx.Timeout(10, read=long_poll + 10)) as client:
        while not stop.is_set():
            try:
                updates = await _unless(stop, _fetch(client, base_url, offset, long_poll))
                await intake.store(updates)
            except (httpx.HTTPError, AnotherPoller, WebhookSet, ValueError, RecursionError, *PASSING_ERRORS) as error:
                log.warning("no updates for now: %s; trying again in %.0f s", _kind(error), pause)
                await _sleep(stop, pause)
                pause = min(LONGEST_PAUSE_SECONDS, pause * 2)
                continue
            numbers = [number for number in map(number_of, updates) if number is not None]
            offset = max(numbers) + 1 if numbers else offset
            pause = FIRST_PAUSE_SECONDS


async def _fetch(client: httpx.AsyncClient, base_url: str, offset: int | None, long_poll: int) -> list[Any]:
    request = {"timeout": long_poll, "allowed_updates": ALLOWED_UPDATES, "limit": 100}
    answer = await client.post(f"{base_url}/getUpdates", json=request | ({"offset": offset} if offset else {}))
    if answer.status_code in (401, 404):
        raise TokenRefused
    if answer.status_code == 409:
        raise WebhookSet if "webhook" in answer.text.lower() else AnotherPoller
    answer.raise_for_status()
    result = answer.json()["result"] if isinstance(answer.json(), dict) and "result" in answer.json() else None
    if not isinstance(result, list):
        raise ValueError("getUpdates gave no list")  # noqa: TRY004 - a bad answer, not a bug
    return result


async def _unless(stop: asyncio.Event, fetching: Coroutine[Any, Any, list[Any]]) -> list[Any]:
    """The result of `fetching`, or nothing once `stop` is set: a long poll must not hold up the end."""
    fetch, stopped = asyncio.ensure_future(fetching), asyncio.ensure_future(stop.wait())
    await asyncio.wait({fetch, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if fetch.done():
        return fetch.result()
    fetch.cancel()
    await asyncio.gather(fetch, return_exceptions=True)
    return []


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


def _kind(error: Exception) -> str:
    if isinstance(error, AnotherPoller):
        return "another program polls with this token; stop it, or give one of the two a token of its own"
    if isinstance(error, WebhookSet):
        return "another program has set a webhook for this token; stop it and start again, or set WEBHOOK_URL"
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP {error.response.status_code}"
    return type(error).__name__
