"""Words in, words out: nearly all that passes here, read and sent without the library's objects, which nobody looks at.

Whatever is not as plain as this goes through the library.
"""

from collections.abc import Mapping
from typing import Any

from telegram import Bot

from bot.conversation.visit import Kind, Visit
from bot.doors.telegram.inbound import MAX_ID, chat_key, first_name, shortened, whole

OF_A_MESSAGE = {"message_id": int, "date": int, "from": dict, "chat": dict, "text": str}
OF_A_CHAT = {"id": int, "type": str, "first_name": str, "last_name": str, "username": str}
OF_A_PERSON = {"id": int, "is_bot": bool, "first_name": str, "last_name": str, "username": str, "language_code": str,
               "is_premium": bool, "added_to_attachment_menu": bool}  # fmt: skip
LATEST = 2**32  # seconds: a time that every calendar has


def visit_of(raw: Any) -> Visit | None:
    """What somebody wrote in private; None where the update is anything else, or says anything more."""
    message: Any = raw.get("message") if isinstance(raw, dict) and raw.keys() <= {"update_id", "message"} else None
    if not _is(message, OF_A_MESSAGE, needs=tuple(OF_A_MESSAGE)):
        return None
    chat, person, text = message["chat"], message["from"], message["text"]
    if not (_is(chat, OF_A_CHAT, ("id", "type")) and _is(person, OF_A_PERSON, ("id", "is_bot", "first_name"))):
        return None
    if chat["type"] != "private" or person["is_bot"] or text.startswith("/"):
        return None
    if not all(abs(one["id"]) < MAX_ID for one in (chat, person)) or not 0 <= message["date"] < LATEST:
        return None
    return Visit(
        chat=chat_key(chat["id"]),
        kind=Kind.TEXT,
        text=shortened(whole(text)),
        interface_language=person.get("language_code"),
        person=chat_key(person["id"]),
        name=first_name(person["first_name"]),
        message=str(message["message_id"]),
        group="private",
    )


def _is(part: Any, known: Mapping[str, type], needs: tuple[str, ...]) -> bool:
    """Whether a part has what it needs and nothing that is not known, each of its own type."""
    if not isinstance(part, dict) or not part.keys() <= known.keys() or not all(name in part for name in needs):
        return False
    return all(type(value) is known[name] for name, value in part.items())


class PlainBot(Bot):
    """The library's Bot, and one call whose answer is not made into a message with its chat and people."""

    async def say(self, chat_id: int, text: str, patience: float, **more: Any) -> int:
        """`sendMessage`: the number of the message. `more`: what is not None goes along. Raises TelegramError."""
        data = {"chat_id": chat_id, "text": text, **{name: one for name, one in more.items() if one is not None}}
        sent = await self._post("sendMessage", data, read_timeout=patience)
        return int(sent["message_id"])
