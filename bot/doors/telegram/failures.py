"""What an answer of Telegram's, or none, means for a message: one name for each."""

from enum import Enum

import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError, TimedOut

# What Telegram says of a chat to which nothing can be sent any more.
LOST = ("chat not found", "user is deactivated", "bot was blocked", "bot was kicked", "group chat was deleted",
        "bot is not a member", "peer_id_invalid", "no rights to send a message", "need administrator rights",
        "not enough rights to send text", "chat_write_forbidden", "chat_send_plain_forbidden", "chat_restricted",
        "have no rights to send", "bot can't initiate", "chat_admin_required")  # fmt: skip
# What it says with 403 of one message only.
REFUSES_VOICE = ("voice_messages_forbidden", "voice messages", "video messages", "voice_messages")
TOPIC_IS_GONE = ("thread not found", "topic_deleted", "topic_id_invalid", "message_thread_not_found")
TOPIC_IS_CLOSED = ("topic_closed", "topic is closed")


class Fate(Enum):
    HELD = "held"  # told to wait
    MOVED = "moved"  # the group has another number now
    LOST = "lost"  # nothing reaches the chat any more
    REFUSED = "refused"  # this message, now and for ever
    VOICE = "voice"  # whoever reads there takes no voice messages
    AGAIN = "again"  # it has not arrived, and may later
    UNSURE = "unsure"  # the server has it and says nothing
    HOPELESS = "hopeless"  # tried often enough, while others go through
    BROKEN = "broken"  # our own fault


class Hopeless(TelegramError):
    """A message that fails each time, while others go through."""


def fate_of(error: Exception) -> Fate:
    match error:
        case Hopeless():
            return Fate.HOPELESS
        case RetryAfter():
            return Fate.HELD
        case ChatMigrated():
            return Fate.MOVED
        case Forbidden() | BadRequest() if says(error, REFUSES_VOICE):
            return Fate.VOICE
        case Forbidden():
            return Fate.LOST
        case BadRequest():
            return Fate.LOST if says(error, LOST) else Fate.REFUSED
        case TimedOut() if isinstance(error.__cause__, httpx.ReadTimeout):
            return Fate.UNSURE
        case TelegramError():
            return Fate.AGAIN
        case _:
            return Fate.BROKEN


def says(error: TelegramError, signs: tuple[str, ...]) -> bool:
    return any(sign in error.message.lower() for sign in signs)


def was_answered(error: Exception) -> bool:
    """Whether the server itself said no, rather than the way to it."""
    return not isinstance(error.__cause__, httpx.HTTPError)
