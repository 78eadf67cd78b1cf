"""Reply → Bot API call. Bold titles and small print are entities: no markup is ever parsed, so no text can break it."""

import asyncio
import re

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity
from telegram.error import BadRequest

from bot.conversation.reply import Button, FileForm, Reply, Style, units
from bot.paper.draw import draw

ENTITIES = {Style.TITLE: MessageEntity.BOLD, Style.NOTE: MessageEntity.ITALIC}


async def send(bot: Bot, chat_id: int, reply: Reply) -> None:
    """Send one reply, in place of the message it replaces where that still stands. Raises TelegramError."""
    if reply.as_file is not None:
        await _send_file(bot, chat_id, reply, reply.as_file)
        return
    if reply.replaces is not None:
        try:
            await _edit(bot, chat_id, int(reply.replaces), reply)
            return
        except BadRequest as error:
            if "not modified" in error.message.lower():
                return
            if not _gone(error):
                raise
    await bot.send_message(
        chat_id,
        reply.text,
        entities=entities(reply),
        reply_markup=keyboard(reply),
        link_preview_options=_no_preview(reply),
    )


async def _send_file(bot: Bot, chat_id: int, reply: Reply, form: FileForm) -> None:
    """As a document: Telegram would shrink a tall picture until nobody can read it."""
    drawn = await asyncio.to_thread(draw, reply.blocks, form)
    name = re.sub(r"[^\w ()-]+", "", reply.blocks[0].text)[:60].strip()
    await bot.send_document(chat_id, drawn, filename=f"{name}.{form}")


async def _edit(bot: Bot, chat_id: int, message_id: int, reply: Reply) -> None:
    await bot.edit_message_text(
        reply.text,
        chat_id=chat_id,
        message_id=message_id,
        entities=entities(reply),
        reply_markup=keyboard(reply),
        link_preview_options=_no_preview(reply),
    )


def _no_preview(reply: Reply) -> LinkPreviewOptions | None:
    """A preview of a link would push the answer out of sight on a small screen."""
    return LinkPreviewOptions(is_disabled=True) if "://" in reply.text else None


def _gone(error: BadRequest) -> bool:
    message = error.message.lower()
    return "message to edit not found" in message or "can't be edited" in message or "message_id_invalid" in message


def entities(reply: Reply) -> list[MessageEntity]:
    """Where titles and notes stand in the text; offsets in UTF-16 units, as Telegram counts."""
    found, text, at = [], reply.text, 0
    for block in reply.blocks:
        start = text.index(block.text, at)
        at = start + len(block.text)
        if block.style in ENTITIES:
            found.append(MessageEntity(ENTITIES[block.style], units(text[:start]), units(block.text)))
    return found


def keyboard(reply: Reply) -> InlineKeyboardMarkup | None:
    rows = [[_button(button) for button in row] for row in reply.buttons]
    return InlineKeyboardMarkup(rows) if rows else None


def _button(button: Button) -> InlineKeyboardButton:
    return InlineKeyboardButton(button.label, callback_data=button.action, url=button.link)
