"""Reply → Bot API call. Bold titles and small print are entities: no markup is ever parsed, so no text can break it."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from telegram import Bot, LinkPreviewOptions, MessageEntity, ReplyParameters
from telegram.error import BadRequest

from bot.conversation.reply import Button, FileForm, Place, Reply, Style, units
from bot.conversation.visit import Point
from bot.doors.door import NOWHERE, Spot
from bot.doors.telegram.plain import PlainBot

type Json = dict[str, Any]
PATIENCE = 90.0  # seconds: a message whose answer is slow has arrived, and must not be sent again
ENTITIES = {Style.TITLE: MessageEntity.BOLD, Style.NOTE: MessageEntity.ITALIC}


async def send(bot: PlainBot, chat_id: int, reply: Reply, spot: Spot = NOWHERE, photos: Sequence[bytes] = ()) -> Spot:
    """Send one reply, in place of the message it replaces where that still stands; where it now is.

    `photos`: what it copies, where that stands in no chat of Telegram's.

    Raises TelegramError.
    """
    thread = int(spot.thread) if spot.thread else None
    answering = ReplyParameters(int(spot.answers), allow_sending_without_reply=True) if spot.answers else None
    if reply.place.deletes:
        await _take_away(bot, chat_id, reply)
        return NOWHERE
    if photos:
        return await _send_photos(bot, chat_id, reply.place, photos, thread, answering)
    if reply.place.copies:
        return await _copy(bot, chat_id, reply.place, thread, answering)
    if reply.place.point:
        return await _show_point(bot, chat_id, reply, reply.place.point, thread, answering)
    if reply.place.caption is not None and reply.replaces:
        await _change_caption(bot, chat_id, int(reply.replaces), reply.place.caption)
        return Spot(message=reply.replaces)
    if reply.document is not None:
        name, words = reply.document
        await bot.send_document(chat_id, words.encode(), filename=name, read_timeout=PATIENCE)
        return NOWHERE
    if reply.as_file is not None:
        await _send_file(bot, chat_id, reply, reply.as_file)
        return NOWHERE
    if (standing := reply.replaces or spot.message) and await _edited(bot, chat_id, int(standing), reply):
        return Spot(message=standing, thread=spot.thread)
    text = reply.text
    marked = look(reply, text)
    if reply.place.prompts:
        marked["reply_markup"] = {"force_reply": True, "selective": False}
    preview, answers = _no_preview(text), answering.to_dict() if answering else None
    number = await bot.say(
        chat_id,
        text,
        PATIENCE,
        link_preview_options=preview.to_dict() if preview else None,
        message_thread_id=thread,
        reply_parameters=answers,
        **marked,
    )
    return Spot(message=str(number), thread=spot.thread)


async def open_topic(bot: Bot, chat_id: int, title: str) -> str:
    """A new topic; its number. Raises TelegramError."""
    topic = await bot.create_forum_topic(chat_id, title[:128], read_timeout=PATIENCE)
    return str(topic.message_thread_id)


async def reopen_topic(bot: Bot, chat_id: int, thread: str) -> None:
    """Somebody closed it. Raises TelegramError."""
    await bot.reopen_forum_topic(chat_id, int(thread), read_timeout=PATIENCE)


async def rename_topic(bot: Bot, chat_id: int, thread: str, title: str) -> None:
    """Raises TelegramError."""
    await bot.edit_forum_topic(chat_id, int(thread), name=title[:128], read_timeout=PATIENCE)


async def _edited(bot: Bot, chat_id: int, message_id: int, reply: Reply) -> bool:
    """Whether the reply now stands in an older message's place."""
    try:
        await _edit(bot, chat_id, message_id, reply)
    except BadRequest as error:
        if "not modified" in error.message.lower():
            return True
        if not _gone(error):
            raise
        return False
    return True


async def _take_away(bot: Bot, chat_id: int, reply: Reply) -> None:
    if not reply.replaces:
        return  # it never arrived
    try:
        await bot.delete_message(chat_id, int(reply.replaces), read_timeout=PATIENCE)
    except BadRequest as error:
        if "not found" not in error.message.lower():  # gone already is as good
            raise


async def _copy(bot: Bot, chat_id: int, place: Place, thread: int | None, answering: ReplyParameters | None) -> Spot:
    """Photos, files, voices or places are shown again without saying whose account they came from."""
    copies = place.copies
    chat = int(copies[0][0].rpartition(":")[2])
    if len(copies) > 1:
        numbers = sorted(int(message) for _, message, _ in copies)  # the Bot API wants them in order
        many = await bot.copy_messages(chat_id, chat, numbers, message_thread_id=thread, read_timeout=PATIENCE)
        return Spot(album=tuple(str(one.message_id) for one in many), thread=str(thread) if thread else None)
    sent = await bot.copy_message(
        chat_id,
        chat,
        int(copies[0][1]),
        caption=place.caption,
        message_thread_id=thread,
        reply_parameters=answering,
        read_timeout=PATIENCE,
    )
    return Spot(album=(str(sent.message_id),), thread=str(thread) if thread else None)


async def _send_photos(
    bot: Bot, chat_id: int, place: Place, photos: Sequence[bytes], thread: int | None, answering: ReplyParameters | None
) -> Spot:
    """Photos that came through another door."""
    numbers = []
    for number, photo in enumerate(photos):
        sent = await bot.send_photo(
            chat_id,
            photo,
            caption=place.caption if number == 0 else None,
            message_thread_id=thread,
            reply_parameters=answering,
            read_timeout=PATIENCE,
        )
        numbers.append(str(sent.message_id))
    return Spot(album=tuple(numbers), thread=str(thread) if thread else None)


async def _show_point(
    bot: Bot, chat_id: int, reply: Reply, point: Point, thread: int | None, answering: ReplyParameters | None
) -> Spot:
    """A place that moves with its sender: shown once, then moved, at last standing still."""
    if standing := reply.replaces:
        with suppress(BadRequest):  # it moves no more, or was shown as one that stands: it stays where it is
            if point.live:
                await bot.edit_message_live_location(
                    chat_id,
                    int(standing),
                    latitude=point.latitude,
                    longitude=point.longitude,
                    read_timeout=PATIENCE,
                )
            else:
                await bot.stop_message_live_location(chat_id, int(standing), read_timeout=PATIENCE)
        return Spot(message=standing)
    sent = await bot.send_location(
        chat_id,
        point.latitude,
        point.longitude,
        live_period=point.live or None,
        read_timeout=PATIENCE,
        message_thread_id=thread,
        reply_parameters=answering,
    )
    return Spot(message=str(sent.message_id), thread=str(thread) if thread else None)


async def _change_caption(bot: Bot, chat_id: int, message_id: int, caption: str) -> None:
    try:
        await bot.edit_message_caption(chat_id, message_id, caption=caption, read_timeout=PATIENCE)
    except BadRequest as error:
        if "not modified" not in error.message.lower():
            raise


async def _send_file(bot: Bot, chat_id: int, reply: Reply, form: FileForm) -> None:
    """As a document: Telegram would shrink a tall picture until nobody can read it."""
    from bot.paper.draw import draw  # few ask for a picture, and drawing takes memory

    drawn = await asyncio.to_thread(draw, reply.blocks, form)
    name = re.sub(r"[^\w ()-]+", "", reply.blocks[0].text)[:60].strip()
    await bot.send_document(chat_id, drawn, filename=f"{name}.{form}", read_timeout=PATIENCE)


async def _edit(bot: Bot, chat_id: int, message_id: int, reply: Reply) -> None:
    text = reply.text
    await bot.edit_message_text(
        text,
        chat_id=chat_id,
        message_id=message_id,
        link_preview_options=_no_preview(text),
        api_kwargs=look(reply, text),
        read_timeout=PATIENCE,
    )


def _no_preview(text: str) -> LinkPreviewOptions | None:
    """A preview of a link would push the answer out of sight on a small screen."""
    return LinkPreviewOptions(is_disabled=True) if "://" in text else None


def _gone(error: BadRequest) -> bool:
    message = error.message.lower()
    return "message to edit not found" in message or "can't be edited" in message or "message_id_invalid" in message


def look(reply: Reply, text: str) -> Json:
    """What a message has beside its text, as the Bot API's own plain data.

    The library's objects for buttons and entities are taken apart field by field: a third of the time of a turn.
    """
    marked: Json = {"entities": _entities(reply, text)}
    if reply.buttons:
        marked["reply_markup"] = {"inline_keyboard": [[_button(button) for button in row] for row in reply.buttons]}
    return marked


def _entities(reply: Reply, text: str) -> list[Json]:
    """Where titles and notes stand in the text; offsets in UTF-16 units, as Telegram counts."""
    found, at = [], 0
    for block in reply.blocks:
        start = text.index(block.text, at)
        at = start + len(block.text)
        if block.style in ENTITIES:
            kind = ENTITIES[block.style]
            found.append({"type": kind, "offset": units(text[:start]), "length": units(block.text)})
    return found


def _button(button: Button) -> Json:
    if button.link is not None:
        return {"text": button.label, "url": button.link}
    return {"text": button.label, "callback_data": button.action}
