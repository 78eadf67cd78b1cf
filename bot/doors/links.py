"""Files for whoever writes through a channel that shows none: a link into the web pages, for a day."""

import datetime as dt
import hmac

from pydantic import TypeAdapter

from bot.conversation.reply import Reply
from bot.store import visits
from bot.store.database import Transaction
from bot.turn import Turns, reply_of

_REPLY = TypeAdapter(Reply)
PATH = "/f"
SIGNS = 32  # of a keyed hash in hexadecimal: 128 bits
LIVES = dt.timedelta(hours=24)


def lend(turns: Turns, connection: Transaction, chat: str, reply: Reply) -> str:
    """The path under which a file of a reply can be opened; erased with all else of its chat."""
    payload = _REPLY.dump_json(reply).decode()
    number = visits.say(connection, chat, payload, now=turns.clock())
    return f"{PATH}/{number}-{_signed(turns, number)}"


def lent(turns: Turns, key: str) -> Reply | None:
    """The reply whose file a key opens; None where its time is over, or it never was a key."""
    digits, _, signed = key.partition("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < SIGNS):
        return None
    if not hmac.compare_digest(signed.encode("utf-8", "replace"), _signed(turns, int(digits)).encode()):
        return None
    with turns.database.look() as connection:
        payload = visits.lent(connection, int(digits), since=turns.clock() - LIVES)
    return reply_of(payload) if payload else None


def _signed(turns: Turns, number: int) -> str:
    return turns.mark(f"link:{number}")[:SIGNS]
