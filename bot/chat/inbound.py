"""Update → Visit: what a person did, in the core's words."""

from typing import Any

from telegram import ChatMember, Message, Update, User
from telegram.constants import ChatType

from bot.conversation.visit import Kind, Visit

DOOR = "telegram"
MAX_ID = 2**63
MAX_TEXT = 4096  # Telegram's own limit; another server could send more

# What a message can carry, in the order in which it is looked for.
CARRIED = (
    ("photo", Kind.PHOTO),
    ("sticker", Kind.STICKER),
    ("voice", Kind.VOICE),
    ("audio", Kind.VOICE),
    ("video", Kind.VIDEO),
    ("video_note", Kind.VIDEO),
    ("animation", Kind.VIDEO),
    ("document", Kind.FILE),
    ("venue", Kind.LOCATION),
    ("location", Kind.LOCATION),
    ("contact", Kind.CONTACT),
)
# What Telegram tells of a chat by itself: nobody is waiting for an answer to it.
SERVICE = (
    "new_chat_members",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "pinned_message",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "forum_topic_created",
    "forum_topic_closed",
    "forum_topic_edited",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "message_auto_delete_timer_changed",
)


def chat_key(chat_id: int) -> str:
    return f"{DOOR}:{chat_id}"


def chat_of(raw: Any) -> str:
    """The chat that a raw update belongs to, for order; `telegram:-` where it names none."""
    for part in raw.values() if isinstance(raw, dict) else ():
        if not isinstance(part, dict):
            continue
        inner = part.get("message")
        message = inner if isinstance(inner, dict) else part
        for holder in (message.get("chat"), part.get("from"), part.get("user")):
            if isinstance(holder, dict) and isinstance(number := holder.get("id"), int) and abs(number) < MAX_ID:
                return chat_key(number)
    return f"{DOOR}:-"


def visit_of(update: Update) -> Visit | None:
    """The visit that an update is, None where silence is the right answer."""
    if update.callback_query:
        return _press(update)
    if update.chat_member:
        return _membership(update)
    if update.channel_post or update.edited_channel_post:
        return None
    message = update.message or update.edited_message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return None
    return _message(message, edited=update.edited_message is not None)


def _press(update: Update) -> Visit | None:
    query = update.callback_query
    if query is None or query.message is None or query.data is None:
        return None
    return Visit(
        chat=chat_key(query.message.chat.id),
        kind=Kind.BUTTON,
        text=whole(query.data),
        interface_language=query.from_user.language_code,
        private=query.message.chat.type == ChatType.PRIVATE,
        pressed_in=str(query.message.message_id),
        press=query.id,
        under=whole((query.message.text or "")[:MAX_TEXT]) if isinstance(query.message, Message) else "",
        person=chat_key(query.from_user.id),
        name=_first_name(query.from_user),
        thread=_thread(query.message) if isinstance(query.message, Message) else None,
        forum=bool(query.message.chat.is_forum),
        group=str(query.message.chat.type),
    )


def _left(message: Message) -> Visit | None:
    gone = message.left_chat_member
    if gone is None or gone.is_bot:
        return None
    return Visit(chat=chat_key(message.chat.id), kind=Kind.LEFT, private=False, person=chat_key(gone.id))


def _membership(update: Update) -> Visit | None:
    """Somebody's standing in a group has changed: only going matters."""
    change = update.chat_member
    if change is None or change.new_chat_member.status not in (ChatMember.LEFT, ChatMember.BANNED):
        return None
    who = change.new_chat_member.user
    return Visit(chat=chat_key(change.chat.id), kind=Kind.LEFT, private=False, person=chat_key(who.id))


def _first_name(user: User) -> str:
    return " ".join(whole(user.first_name or "").split())[:40]


def _thread(message: Message) -> str | None:
    """The topic a message stands in; outside forums the number only says what it answers."""
    in_topic = message.is_topic_message or message.chat.is_forum
    return str(message.message_thread_id) if in_topic and message.message_thread_id else None


def _reply_to(message: Message) -> str | None:
    """The message it answers; in a topic Telegram lets every message answer the topic's first."""
    other = message.reply_to_message
    return str(other.message_id) if other and not other.forum_topic_created else None


def _message(message: Message, *, edited: bool) -> Visit | None:
    if message.left_chat_member:
        return _left(message)
    kind, text, command = _content(message)
    if kind is None:
        return None
    return Visit(
        chat=chat_key(message.chat.id),
        kind=Kind.EDIT if edited and kind is Kind.TEXT else kind,
        text=whole(text[:MAX_TEXT]),
        command=command,
        interface_language=message.from_user.language_code if message.from_user else None,
        private=message.chat.type == ChatType.PRIVATE,
        person=chat_key(message.from_user.id) if message.from_user else "",
        name=_first_name(message.from_user) if message.from_user else "",
        message=str(message.message_id),
        reply_to=_reply_to(message),
        thread=_thread(message),
        forum=bool(message.chat.is_forum),
        group=str(message.chat.type),
        album=message.media_group_id,
    )


def whole(text: str) -> str:
    """Halves of broken characters (lone surrogates) and zero bytes replaced: not every database takes them."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "\ufffd")


def _content(message: Message) -> tuple[Kind | None, str, str | None]:
    if message.text is not None:
        command, argument = _command(message)
        return (Kind.COMMAND, argument, command) if command else (Kind.TEXT, message.text, None)
    for attribute, kind in CARRIED:
        if getattr(message, attribute):
            return kind, message.caption or "", None
    if any(getattr(message, attribute, None) for attribute in SERVICE):
        return None, "", None
    return Kind.OTHER, "", None


def _command(message: Message) -> tuple[str | None, str]:
    """`/commune@MotCuaBot Ba Đình` → ("commune", "Ba Đình"); a command for another bot is none."""
    word, _, argument = (message.text or "").partition(" ")
    if "\n" in word:
        word, _, argument = (message.text or "").partition("\n")
    name, at, whom = word[1:].partition("@")
    if not word.startswith("/") or not name.isascii() or not name.replace("_", "").isalnum():
        return None, ""
    if at and whom.lower() != (message.get_bot().username or "").lower():
        return ("", "") if message.chat.type != ChatType.PRIVATE else (name.lower(), argument.strip())
    return name.lower(), argument.strip()
