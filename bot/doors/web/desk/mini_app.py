"""Whoever opens the desk inside Telegram: who it is, by what Telegram's app hands over, signed with the bot's token.

https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app
"""

import datetime as dt
import hmac
import json
from urllib.parse import parse_qsl

OPENED_WITHIN = dt.timedelta(minutes=60)
AHEAD = dt.timedelta(seconds=30)  # of our clock, which may lag
MAX_DATA = 8192


def person_of(data: str, token: str, now: dt.datetime) -> str | None:
    """`telegram:4711`; None: unsigned, another bot's, old, of the future, naming anything twice; no token."""
    try:
        pairs = parse_qsl(data[: MAX_DATA + 1], keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        return None
    fields = dict(pairs)
    if (
        not token
        or len(data) > MAX_DATA
        or len(fields) != len(pairs)
        or not _signed(fields, token)
        or not _fresh(fields, now)
    ):
        return None
    return _person(fields.get("user", ""))


def mark_of(data: str) -> str:
    """What Telegram's word is known by, however it is written."""
    return dict(parse_qsl(data)).get("hash", "")


def _signed(fields: dict[str, str], token: str) -> bool:
    given = fields.get("hash", "")
    told = "\n".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "hash")
    key = hmac.new(b"WebAppData", token.encode(), "sha256").digest()
    wanted = hmac.new(key, told.encode(), "sha256").hexdigest()
    return hmac.compare_digest(wanted.encode(), given.encode())


def _fresh(fields: dict[str, str], now: dt.datetime) -> bool:
    given = fields.get("auth_date", "")
    if not (given.isascii() and given.isdigit() and len(given) <= 12):
        return False
    age = now - dt.datetime.fromtimestamp(int(given), dt.UTC)
    return -AHEAD <= age <= OPENED_WITHIN


def _person(user: str) -> str | None:
    try:
        known = json.loads(user)
    except ValueError:
        return None
    number = known.get("id") if isinstance(known, dict) else None
    return f"telegram:{number}" if isinstance(number, int) and not isinstance(number, bool) and number > 0 else None
