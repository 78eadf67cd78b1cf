"""What the web door stores of a visit, and the Visit that it is."""

from typing import Any

from bot.conversation.visit import Kind, Visit
from bot.doors.door import Unreadable
from bot.doors.web.sessions import DOOR

KINDS = {one.value: one for one in (Kind.TEXT, Kind.COMMAND, Kind.BUTTON, Kind.PHOTO)}
TEXTS = ("chat", "key", "kind", "text", "under", "pressed_in", "language", "message", "origin", "file", "reply_to")


def update(chat: str, key: str, kind: Kind, text: str, **more: str | None) -> dict[str, str]:
    """A raw update: words that begin with a slash are a command."""
    raw = {"chat": chat, "key": key, "kind": kind.value, "text": text}
    return raw | {name: value for name, value in more.items() if value}


def chat_of(raw: Any) -> str:
    chat = raw.get("chat") if isinstance(raw, dict) else None
    return chat if isinstance(chat, str) and ":" in chat and len(chat) <= 80 else f"{DOOR}:-"


def key_of(raw: Any) -> str | None:
    key = raw.get("key") if isinstance(raw, dict) else None
    return key[:80] if isinstance(key, str) and key else None


def visit_of(raw: Any) -> Visit:
    """Raises Unreadable."""
    if not isinstance(raw, dict) or raw.get("kind") not in KINDS:
        raise Unreadable("KeyError")
    if any(not isinstance(raw.get(name, ""), str) for name in TEXTS):
        raise Unreadable("TypeError")
    kind, text, command = KINDS[raw["kind"]], raw.get("text", ""), None
    if kind is Kind.TEXT and text.startswith("/") and (word := text[1:].split(maxsplit=1)) and _is_command(word[0]):
        kind, command, text = Kind.COMMAND, word[0].lower(), word[1] if len(word) > 1 else ""
    return Visit(
        chat=chat_of(raw),
        kind=kind,
        text=text,
        command=command,
        interface_language=raw.get("language"),
        pressed_in=raw.get("pressed_in"),
        under=raw.get("under", ""),
        message=raw.get("message", ""),
        reply_to=raw.get("reply_to"),
        file=raw.get("file", ""),
        origin=raw.get("origin", ""),
    )


def _is_command(word: str) -> bool:
    return word.isascii() and word.replace("_", "").isalnum()
