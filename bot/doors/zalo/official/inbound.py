"""What an Official Account's webhook brings → Visit."""

import datetime as dt
from typing import Any

from bot.conversation.visit import Kind, Point, Visit
from bot.doors.zalo.inbound import MAX_KEY, MAX_TEXT, known_id, part, whole
from bot.doors.zalo.official.client import number

DOOR = "zalo-oa"
NAMELESS = "~"  # between the two ids of somebody who is not signed in to Zalo: who, and which conversation
MAX_CHAT = 80
PRESSED = "#mc:"  # before the action of a button of ours: Zalo brings it as if it had been typed
KINDS = {
    "user_send_text": Kind.TEXT,
    "user_send_link": Kind.TEXT,
    "user_send_image": Kind.PHOTO,
    "user_send_gif": Kind.STICKER,
    "user_send_sticker": Kind.STICKER,
    "user_send_file": Kind.FILE,
    "user_send_audio": Kind.VOICE,
    "user_send_video": Kind.VIDEO,
    "user_send_location": Kind.LOCATION,
    "user_send_business_card": Kind.CONTACT,
}
WROTE, NAMELESS_WROTE = "user_send_", "anonymous_send_"
GROUP = "user_send_group_"
NOISE = ("oa_send_", "user_seen_message", "user_received_message")  # what we said, and that it was read
FOLLOWED, LEFT = ("follow", "user_follow"), ("unfollow", "user_unfollow")
HIGHEST_LATITUDE, HIGHEST_LONGITUDE = 90, 180


def event_of(raw: Any) -> dict[str, Any]:
    return raw if isinstance(raw, dict) else {}


def _name(raw: Any) -> str:
    name = event_of(raw).get("event_name")
    return name if isinstance(name, str) else ""


def chat_of(raw: Any) -> str:
    """By the person's id with this account: the same person has another one with another account, and with a bot."""
    event = event_of(raw)
    who = known_id(part(event, "sender").get("id")) or known_id(part(event, "follower").get("id"))
    if _name(raw).startswith(NAMELESS_WROTE):
        conversation = known_id(part(event, "message").get("conversation_id"))
        who = f"{who}{NAMELESS}{conversation}" if who and conversation else ""
    chat = f"{DOOR}:{who or '-'}"
    return chat if len(chat) <= MAX_CHAT else f"{DOOR}:-"


def key_of(raw: Any) -> str | None:
    """The message's id; of what has none, what happened to whom and when."""
    event = event_of(raw)
    wrote = _name(raw).startswith((WROTE, NAMELESS_WROTE))  # that a message was seen bears its id, too
    if wrote and (found := known_id(part(event, "message").get("msg_id"))):
        return found
    when = number(event.get("timestamp"))
    return f"{_name(raw)[:30]}@{chat_of(raw)[:32]}@{when}"[:MAX_KEY] if when is not None else None


def is_noise(raw: Any) -> bool:
    """What comes with each message and means nothing to us."""
    return _name(raw).startswith(NOISE)


def spoke_at(raw: Any) -> dt.datetime | None:
    """When a person wrote; None where it is nothing that anybody wrote."""
    if not _name(raw).startswith(WROTE) or _name(raw).startswith(GROUP):
        return None
    when = number(event_of(raw).get("timestamp"))
    try:
        return dt.datetime.fromtimestamp((when or 0) / 1000, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return None


def visit_of(raw: Any, account: str) -> Visit | None:
    """None where silence is right: what the account itself said, what was seen, in groups, of other events."""
    name, chat = _name(raw), chat_of(raw)
    event = event_of(raw)
    message = part(event, "message")
    if chat in (f"{DOOR}:-", f"{DOOR}:{account}") or name.startswith(GROUP):
        return None
    if name in FOLLOWED:
        return Visit(chat=chat, kind=Kind.BACK)
    if name in LEFT:
        return Visit(chat=chat, kind=Kind.OUT)
    if name.startswith(NAMELESS_WROTE):
        return Visit(chat=chat, kind=Kind.OTHER, anonymous=True)
    if not name.startswith(WROTE):
        return None
    return _written(chat, KINDS.get(name, Kind.OTHER), message)


def _written(chat: str, kind: Kind, message: dict[str, Any]) -> Visit:
    text = message.get("text")
    words = whole(text)[:MAX_TEXT] if isinstance(text, str) else ""
    number_ = known_id(message.get("msg_id"))[:40]
    visit = Visit(chat=chat, kind=kind, text=words, message=number_)
    match kind:
        case Kind.TEXT if words.startswith(PRESSED):
            return Visit(chat=chat, kind=Kind.BUTTON, text=words.removeprefix(PRESSED), message=number_)
        case Kind.TEXT if words.startswith("/"):
            command, _, rest = words[1:].partition(" ")
            return Visit(chat=chat, kind=Kind.COMMAND, command=command.lower(), text=rest.strip(), message=number_)
        case Kind.TEXT if not words.strip():
            return Visit(chat=chat, kind=Kind.OTHER, message=number_)  # a protected person's words arrive as nothing
        case Kind.LOCATION:
            point = _point(message)
            return Visit(chat=chat, kind=kind if point else Kind.OTHER, message=number_, point=point)
        case Kind.PHOTO:
            return Visit(chat=chat, kind=kind, text=words, message=number_, handle=_url(message))
    return visit


def _attached(message: dict[str, Any]) -> dict[str, Any]:
    """What came with a message: of several the first."""
    several = message.get("attachments")
    first = several[0] if isinstance(several, list) and several else None
    return part(first, "payload")


def _url(message: dict[str, Any]) -> str:
    url = _attached(message).get("url")
    return url if isinstance(url, str) else ""


def _point(message: dict[str, Any]) -> Point | None:
    where = part(_attached(message), "coordinates")
    try:
        latitude, longitude = float(where.get("latitude", "")), float(where.get("longitude", ""))
    except (TypeError, ValueError, OverflowError):
        return None
    if abs(latitude) <= HIGHEST_LATITUDE and abs(longitude) <= HIGHEST_LONGITUDE:
        return Point(latitude=latitude, longitude=longitude)
    return None
