"""Update → Visit: what a person did, in the core's words."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from telegram import ChatMember, ChatMemberRestricted, ChatMemberUpdated, Message, MessageEntity, Update
from telegram.constants import ChatType

from bot.conversation import actions
from bot.conversation.names import harmless
from bot.conversation.visit import Kind, Point, Visit
from bot.doors.telegram.readable import UNREADABLE

DOOR = "telegram"
MAX_ID = 2**63
MAX_HANDLE = 250
SETTINGS = ("/language", "/commune")  # commands whose last one holds
MAX_TEXT = 4 * 4096  # Telegram's own limit with the addresses of links spelt out; another server could send more
CUT = " […]"

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
# What we cannot do anything with, and say so; all else without words is Telegram's own news, answered by silence.
CANNOT = ("poll", "dice", "game", "story", "paid_media", "checklist", "invoice", "giveaway", "giveaway_winners")


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


def number_of(raw: Any) -> int | None:
    """The update's number, None where it has no usable one."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < MAX_ID else None


def about_of(raw: Any) -> str | None:
    """What an update sets anew, which an earlier one would undo that comes after it; None where nothing is undone."""
    for kind, part in raw.items() if isinstance(raw, dict) else ():
        if not isinstance(part, dict):
            continue
        match kind:
            case "edited_message":
                return f"edit:{part.get('message_id')}"
            case "chat_member":
                return f"member:{_part(_part(part, 'new_chat_member'), 'user').get('id')}"
            case "my_chat_member":
                return "me"
            case "message" if isinstance(words := part.get("text"), str) and words.startswith(SETTINGS):
                command, *rest = words.split()
                return command.partition("@")[0] if rest else None  # without, it only asks
            case "callback_query" if isinstance(pressed := part.get("data"), str):
                return _set_by(actions.read(pressed))
    return None


def _set_by(action: actions.Action) -> str | None:
    """What a button sets anew, by the name of the command that does the same."""
    match action:
        case actions.ChooseLanguage():
            return "/language"
        case actions.ChooseCommune():
            return "/commune"
        case actions.OwnRequest(verb=actions.OwnVerb.KIND | actions.OwnVerb.BODY as verb, code=code):
            return f"{verb}:{code}"
    return None


def press_of(raw: Any) -> str:
    """The press of a button that Telegram waits to hear of, if the update is one."""
    press = _part(raw, "callback_query").get("id")
    return press if isinstance(press, str) else ""


def _part(part: Any, name: str) -> dict[str, Any]:
    inner = part.get(name) if isinstance(part, dict) else None
    return inner if isinstance(inner, dict) else {}


def visit_of(update: Update) -> Visit | None:
    """The visit that an update is, None where silence is the right answer."""
    if update.callback_query:
        return _press(update)
    if update.chat_member:
        return _membership(update)
    if update.my_chat_member:
        return _standing(update.my_chat_member)
    if update.channel_post or update.edited_channel_post:
        return None
    message = update.message or update.edited_message
    if message is None or message.from_user is None or message.is_automatic_forward:
        return None
    anonymous = message.sender_chat is not None and message.chat.type != ChatType.PRIVATE
    if message.from_user.is_bot and not anonymous:
        return None
    return _message(message, edited=update.edited_message is not None, anonymous=anonymous)


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
        under=whole(query.message.text or "") if isinstance(query.message, Message) else "",
        person=chat_key(query.from_user.id),
        name=first_name(query.from_user.first_name or ""),
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
    if change is None or not _has_gone(change.new_chat_member):
        return None
    who = change.new_chat_member.user
    return Visit(chat=chat_key(change.chat.id), kind=Kind.LEFT, private=False, person=chat_key(who.id))


def _standing(change: ChatMemberUpdated) -> Visit:
    """The bot's own place in a chat has changed: whether it may write there."""
    new = change.new_chat_member
    out = new.status in (ChatMember.LEFT, ChatMember.BANNED)
    if isinstance(new, ChatMemberRestricted):
        out = not (new.is_member and new.can_send_messages)
    private = change.chat.type == ChatType.PRIVATE
    return Visit(chat=chat_key(change.chat.id), kind=Kind.OUT if out else Kind.BACK, private=private)


def _has_gone(member: ChatMember) -> bool:
    """Left, thrown out, or restricted after having left: Telegram keeps the restriction of whoever is no member."""
    if member.status in (ChatMember.LEFT, ChatMember.BANNED):
        return True
    return isinstance(member, ChatMemberRestricted) and not member.is_member


def first_name(name: str) -> str:
    return harmless(whole(name))


def _thread(message: Message) -> str | None:
    """The topic a message stands in; outside forums the number only says what it answers."""
    in_topic = message.is_topic_message or message.chat.is_forum
    return str(message.message_thread_id) if in_topic and message.message_thread_id else None


def _reply_to(message: Message) -> str | None:
    """The message it answers; in a topic Telegram lets every message answer the topic's first."""
    other = message.reply_to_message
    return str(other.message_id) if other and not other.forum_topic_created else None


def _message(message: Message, *, edited: bool, anonymous: bool) -> Visit | None:
    if message.left_chat_member:
        return _left(message)
    kind, text = _content(message)
    if kind is None:
        return None
    command, argument, addressed = _command(message, text)
    if command == "":
        return None  # another bot's
    if command and kind is Kind.TEXT:
        kind = Kind.COMMAND
    words = whole(argument if command else text)
    return Visit(
        chat=chat_key(message.chat.id),
        kind=Kind.EDIT if edited and kind is Kind.TEXT else kind,
        text=shortened(words),
        command=command,
        interface_language=message.from_user.language_code if message.from_user else None,
        private=message.chat.type == ChatType.PRIVATE,
        person=chat_key(message.from_user.id) if message.from_user and not anonymous else "",
        name=first_name(message.from_user.first_name or "") if message.from_user and not anonymous else "",
        message=str(message.message_id),
        reply_to=_reply_to(message),
        thread=_thread(message),
        forum=bool(message.chat.is_forum),
        group=str(message.chat.type),
        album=message.media_group_id,
        file=_carried(message, "file_unique_id")[:80],
        handle=_handle(message),
        point=_point(message),
        edited=edited,
        quote=whole(message.quote.text) if message.quote else "",
        addressed=addressed,
        anonymous=anonymous,
    )


def whole(text: str) -> str:
    """Halves of broken characters (lone surrogates) and zero bytes replaced: not every database takes them."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "\ufffd")


def shortened(words: str) -> str:
    return words if len(words) <= MAX_TEXT else words[:MAX_TEXT] + CUT


def _content(message: Message) -> tuple[Kind | None, str]:
    """What a message is, and its words or those under it."""
    if message.text is not None:
        return Kind.TEXT, _spelt_out(message.text, message.entities)
    words = _spelt_out(message.caption or "", message.caption_entities)
    for attribute, kind in CARRIED:
        if getattr(message, attribute):
            return kind, words
    cannot = any(getattr(message, attribute, None) for attribute in CANNOT)
    return (Kind.OTHER if words or cannot or message.api_kwargs.get(UNREADABLE) else None), words


def _carried(message: Message, name: str) -> str:
    """`file_unique_id`, which stays the same while only the words under a photo or file change, or `file_id`."""
    for attribute, _ in CARRIED:
        carried = getattr(message, attribute)
        one = carried[-1] if isinstance(carried, tuple) and carried else carried
        if found := getattr(one, name, None):
            return str(found)
    return ""


def _handle(message: Message) -> str:
    """By which Telegram hands the file out; half of one would be none."""
    found = _carried(message, "file_id")
    return found if len(found) <= MAX_HANDLE else ""


def _point(message: Message) -> Point | None:
    """Where somebody is, or is on the way; a venue stands."""
    place = message.location or (message.venue.location if message.venue else None)
    if place is None:
        return None
    live = None if message.venue else place.live_period
    seconds = int(live.total_seconds()) if isinstance(live, dt.timedelta) else int(live or 0)
    return Point(latitude=place.latitude, longitude=place.longitude, live=seconds)


def _spelt_out(text: str, entities: Sequence[MessageEntity]) -> str:
    """The words with the address of each link behind the words that it lies under; Telegram counts in UTF-16."""
    links = [one for one in entities if one.type == MessageEntity.TEXT_LINK and one.url]
    raw = text.encode("utf-16-le", "surrogatepass")
    for link in sorted(links, key=lambda one: one.offset, reverse=True):
        start = 2 * max(0, link.offset)
        under = raw[start : start + 2 * max(0, link.length)].decode("utf-16-le", "replace").rstrip()
        end = start + len(under.encode("utf-16-le"))
        bare = (link.url or "").rstrip("/")
        if under.strip().rstrip("/") not in (bare, bare.partition("://")[2]):
            raw = raw[:end] + f" ({link.url})".encode("utf-16-le", "surrogatepass") + raw[end:]
    return raw.decode("utf-16-le", "surrogatepass")


def _command(message: Message, text: str) -> tuple[str | None, str, bool]:
    """`/commune@MotCuaBot Ba Đình` → ("commune", "Ba Đình", True); another bot's has no name, words have None."""
    word, _, argument = text.partition(" ")
    if "\n" in word:
        word, _, argument = text.partition("\n")
    name, at, whom = word[1:].partition("@")
    if not word.startswith("/") or not name.isascii() or not name.replace("_", "").isalnum():
        return None, "", False
    ours = whom.lower() == (message.get_bot().username or "").lower()
    if at and not ours and message.chat.type != ChatType.PRIVATE:
        return "", "", False
    return name.lower(), argument.strip(), bool(at and ours)
