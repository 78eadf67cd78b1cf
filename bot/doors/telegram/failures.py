"""What an answer of Telegram's, or none, means for a message."""

import datetime as dt

import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.doors.door import NO_WAIT, Fate, Meaning
from bot.doors.telegram.inbound import chat_key

# What Telegram says of a chat to which nothing can be sent any more.
LOST = ("chat not found", "user is deactivated", "bot was blocked", "bot was kicked", "group chat was deleted",
        "bot is not a member", "peer_id_invalid", "no rights to send a message", "need administrator rights",
        "not enough rights to send text", "chat_write_forbidden", "chat_send_plain_forbidden", "chat_restricted",
        "have no rights to send", "bot can't initiate", "chat_admin_required")  # fmt: skip
# What it says with 403 of one message only.
REFUSES_VOICE = ("voice_messages_forbidden", "voice messages", "video messages", "voice_messages")
TOPIC_IS_GONE = ("thread not found", "topic_deleted", "topic_id_invalid", "message_thread_not_found")
TOPIC_IS_CLOSED = ("topic_closed", "topic is closed")


def meaning_of(error: Exception) -> Meaning:
    return Meaning(
        fate=fate_of(error),
        wait=_seconds(error.retry_after) if isinstance(error, RetryAfter) else NO_WAIT,
        chat=chat_key(error.new_chat_id) if isinstance(error, ChatMigrated) else "",
        said=error.message if isinstance(error, BadRequest) else "",
        answered=not isinstance(error.__cause__, httpx.HTTPError),
        passing=isinstance(error, NetworkError),
    )


def fate_of(error: Exception) -> Fate:
    match error:
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


def _seconds(wait: float | dt.timedelta) -> dt.timedelta:
    return wait if isinstance(wait, dt.timedelta) else dt.timedelta(seconds=wait)
