"""Ask Telegram once who we are, where it posts and what time it is."""

import datetime as dt
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from bot.config import without_password
from bot.doors.trust import trusted

SECONDS = 10


class TelegramTrouble(Exception):
    """Telegram did not answer as it should; the message is one sentence, without the token."""

    def __init__(self, said: str, todo: str) -> None:
        super().__init__(said)
        self.todo = todo


@dataclass(frozen=True, kw_only=True)
class Reached:
    username: str
    webhook: str
    webhook_error: str
    waiting: int
    ahead: dt.timedelta  # our clock before Telegram's


def reach(api_url: str, token: str) -> Reached:
    """Raises TelegramTrouble."""
    try:
        with httpx.Client(verify=trusted(), timeout=SECONDS) as client:
            answer = client.post(f"{api_url}/bot{token}/getMe")
            now = dt.datetime.now(dt.UTC)
            me = _result(answer)
            hook = _result(client.post(f"{api_url}/bot{token}/getWebhookInfo"))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        said = f"{without_password(api_url)} cannot be reached ({type(error).__name__})"
        raise TelegramTrouble(said, "Check the network, the firewall and TELEGRAM_API_URL.") from None
    return Reached(
        username=str(me.get("username", "")),
        webhook=str(hook.get("url", "")),
        webhook_error=str(hook.get("last_error_message", "")),
        waiting=int(hook.get("pending_update_count", 0)),
        ahead=now - _said_at(answer, now),
    )


def _result(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code in (401, 404):
        raise TelegramTrouble("does not accept TELEGRAM_BOT_TOKEN", "Copy it again from @BotFather.")
    result = answer.raise_for_status().json()["result"] if answer.content else None
    if not isinstance(result, dict):
        raise ValueError("no result")  # noqa: TRY004 - a bad answer, not a bug
    return result


def _said_at(answer: httpx.Response, now: dt.datetime) -> dt.datetime:
    """The moment by the server's clock; ours where it does not say."""
    try:
        return parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(dt.UTC)
    except ValueError:
        return now
