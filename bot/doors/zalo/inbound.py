"""What Zalo sends → Visit: a person's words, and that somebody sent what Zalo does not hand on."""

from typing import Any

from bot.conversation.names import harmless
from bot.conversation.visit import Kind, Visit

DOOR = "zalo"
MAX_TEXT = 4000
MAX_ID = 64
MAX_KEY = 80
KINDS = {
    "message.text.received": Kind.TEXT,
    "message.image.received": Kind.PHOTO,
    "message.voice.received": Kind.VOICE,
    "message.sticker.received": Kind.STICKER,
    "message.link.received": Kind.OTHER,
    "message.unsupported.received": Kind.OTHER,
}


def event_of(raw: Any) -> dict[str, Any]:
    """The event itself: by the documentation it stands in an envelope, in September 2026 it does not."""
    body = raw.get("result", raw) if isinstance(raw, dict) else None
    return body if isinstance(body, dict) else {}


def part(of: Any, name: str) -> dict[str, Any]:
    inner = of.get(name) if isinstance(of, dict) else None
    return inner if isinstance(inner, dict) else {}


def known_id(value: Any) -> str:
    """An id of Zalo's as text, empty where it is none."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isalnum() and len(text) <= MAX_ID else ""


def chat_of(raw: Any) -> str:
    message = part(event_of(raw), "message")
    number = known_id(part(message, "chat").get("id")) or known_id(part(message, "from").get("id"))
    return f"{DOOR}:{number or '-'}"


def key_of(raw: Any) -> str | None:
    """The message's id; without one, who and when: an empty event may come without, and must not pass for a repeat."""
    event = event_of(raw)
    message = part(event, "message")
    if found := known_id(message.get("message_id")):
        return found
    when = message.get("date") or event.get("timestamp")
    return f"{chat_of(raw)}@{when}"[:MAX_KEY] if isinstance(when, int) else None


def visit_of(raw: Any) -> Visit | None:
    """None where silence is right: in groups, where we are not asked; to reactions; to our own echo."""
    event, chat = event_of(raw), chat_of(raw)
    message, kind = part(event, "message"), KINDS.get(str(event.get("event_name")))
    sender = part(message, "from")
    grouped = str(part(message, "chat").get("chat_type", "PRIVATE")).upper() != "PRIVATE"
    if kind is None or chat.endswith(":-") or grouped or sender.get("is_bot") is True:
        return None
    text = message.get("text")
    words = whole(text)[:MAX_TEXT] if isinstance(text, str) else ""
    if kind is Kind.TEXT and not words.strip():
        kind = Kind.OTHER  # a protected person's words arrive as nothing
    name, number = sender.get("display_name"), known_id(message.get("message_id"))
    called = harmless(whole(name)) if isinstance(name, str) else ""
    if kind is Kind.TEXT and words.startswith("/"):
        command, _, rest = words[1:].partition(" ")
        return Visit(
            chat=chat, kind=Kind.COMMAND, command=command.lower(), text=rest.strip(), name=called, message=number
        )
    return Visit(chat=chat, kind=kind, text=words if kind is Kind.TEXT else "", name=called, message=number)


def whole(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "\ufffd")
