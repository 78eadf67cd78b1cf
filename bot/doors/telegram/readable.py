"""Raw update → the library's, without what it cannot read beside a message's words: those are read all the same."""

from contextlib import suppress
from typing import Any

from telegram import Bot, Message, Update

type Raw = dict[str, Any]

MESSAGES = ("message", "edited_message", "channel_post", "edited_channel_post")
CORE = ("message_id", "date", "chat", "from", "text", "caption")  # without the first three there is no message
STANDINGS = ("chat_member", "my_chat_member")
MEMBERS = ("old_chat_member", "new_chat_member")
UNREADABLE = "unreadable"  # in the place of what was left out; the library hands on what it does not know


def read(raw: Any, bot: Bot) -> Update | None:
    """Raises whatever the library raises where not even the core of the update can be read."""
    try:
        return Update.de_json(raw, bot)
    except Exception:
        if not isinstance(raw, dict):
            raise
        return Update.de_json({name: _readable(part, bot, name) for name, part in raw.items()}, bot)


def _readable(part: Any, bot: Bot, name: str) -> Any:
    if name == "callback_query" and isinstance(part, dict):
        return {key: _readable(one, bot, key) for key, one in part.items()}
    if name in STANDINGS and isinstance(part, dict):
        return {key: _standing(one) if key in MEMBERS else one for key, one in part.items()}
    return _without_oddities(part, bot) if name in MESSAGES and isinstance(part, dict) else part


def _standing(member: Any) -> Any:
    """Whether somebody is in a group must be read whatever rights the library knows or misses."""
    if not isinstance(member, dict):
        return member
    status = member.get("status")
    gone = status in ("left", "kicked") or (status == "restricted" and member.get("is_member") is False)
    return {"status": "left" if gone else "member", "user": member.get("user")}


def _without_oddities(message: Raw, bot: Bot) -> Raw:
    """The core, and each other part that can be read, whole or what matters of it."""
    core = {key: message[key] for key in CORE if key in message}
    if "date" in core and not _reads(core, bot):
        core["date"] = 0  # a time that no calendar has: nothing depends on it
    kept = dict(core)
    for key in message.keys() - set(CORE):
        part = message[key]
        for form in (part, ESSENCE[key](part) if key in ESSENCE else None):
            if form is not None and _reads({**core, key: form}, bot):
                kept[key] = form
                break
        else:
            kept[UNREADABLE] = True
    return kept


def _reads(message: Raw, bot: Bot) -> bool:
    with suppress(Exception):
        return Message.de_json(message, bot) is not None
    return False


def _quoted(quote: Any) -> Raw | None:
    words = quote.get("text") if isinstance(quote, dict) else None
    return {"text": words, "position": 0} if isinstance(words, str) else None


def _answered(other: Any) -> Raw | None:
    """The number of the message that is answered says which request is meant."""
    if not isinstance(other, dict):
        return None
    place = {"date": 0, "chat": {"id": 0, "type": "private"}}
    return {**place, **{key: other[key] for key in ("message_id", "chat") if key in other}}


def _marks(marks: Any) -> list[Raw] | None:
    whole = ("type", "offset", "length")
    return [m for m in marks if isinstance(m, dict) and all(k in m for k in whole)] if isinstance(marks, list) else None


ESSENCE = {"quote": _quoted, "reply_to_message": _answered, "entities": _marks, "caption_entities": _marks}
