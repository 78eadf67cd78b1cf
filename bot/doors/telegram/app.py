"""The python-telegram-bot Application: every handler in one visible, ordered list."""

import os
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    ApplicationBuilder,
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    MessageHandler,
)
from telegram.ext import filters as f
from telegram.request import HTTPXRequest

from bot.conversation.visit import Visit
from bot.doors.telegram.inbound import visit_of
from bot.doors.trust import trusted
from bot.logs import quieten

os.environ.setdefault("PTB_TIMEDELTA", "true")  # waits as timedelta, as all future versions give them

type TakeTurn = Callable[[Visit, int], Awaitable[None]]
type PassOver = Callable[[int], Awaitable[None]]
type NoteFailure = Callable[[int, Exception], None]
type TelegramApplication = Application[Any, Any, Any, Any, Any, Any]


def build_application(
    token: str, api_url: str, take: TakeTurn, pass_over: PassOver, note_failure: NoteFailure
) -> TelegramApplication:
    """An Application without Updater: updates come from our own inbox (PTB's loses them when killed)."""
    quieten()
    trust = {"verify": trusted()}
    request = HTTPXRequest(
        connection_pool_size=64, pool_timeout=10, read_timeout=20, connect_timeout=10, httpx_kwargs=trust
    )
    application = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{api_url}/bot")
        .base_file_url(f"{api_url}/file/bot")
        .request(request)
        .get_updates_request(HTTPXRequest(httpx_kwargs=trust))  # never used: we poll ourselves
        .updater(None)
        .job_queue(None)
        .build()
    )
    application.add_handlers(handlers(take, pass_over))
    application.add_error_handler(_error_handler(note_failure))
    return application


def handlers(take: TakeTurn, pass_over: PassOver) -> list[BaseHandler[Any, Any, Any]]:
    """In order: the first that fits takes the update."""

    async def visit(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        if seen := visit_of(update):
            await take(seen, update.update_id)
        else:
            await pass_over(update.update_id)

    async def press(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        try:
            await visit(update, context)
        finally:
            if update.callback_query and isinstance(update.callback_query.id, str):
                with suppress(TelegramError):  # too old to be acknowledged: the answer itself is in the outbox
                    await update.callback_query.answer()

    return [
        CallbackQueryHandler(press),
        MessageHandler(f.UpdateType.MESSAGE & f.COMMAND, visit),
        MessageHandler(f.UpdateType.MESSAGE & f.TEXT, visit),
        MessageHandler(f.UpdateType.EDITED_MESSAGE, visit),
        MessageHandler(f.UpdateType.MESSAGE, visit),  # photo, voice, file, place, contact, somebody leaving …
        ChatMemberHandler(visit, ChatMemberHandler.ANY_CHAT_MEMBER),
        # Channel posts, polls, members coming and whatever Telegram adds: silence, on purpose.
    ]


def _error_handler(
    note_failure: NoteFailure,
) -> Callable[[object, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]]:
    """Whatever a handler raises is told to the worker, which decides what becomes of the update."""

    async def note(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        if isinstance(update, Update) and context.error:
            note_failure(update.update_id, context.error)

    return note
