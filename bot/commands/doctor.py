"""Look at everything the bot needs, change nothing, and say of each thing what to do."""

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.config import ROOT, STATE, BadSettings, Settings, read_settings, without_password
from bot.content.load import examine
from bot.doors.proxies import proxy_trouble
from bot.doors.telegram.reach import Reached, TelegramTrouble, reach
from bot.store.database import DatabaseUnusable, sqlite_file, stands_at

ENOUGH_DISK = 500_000_000
CLOCK_MAY_DIFFER = dt.timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`todo` is empty where all is well."""

    about: str
    said: str
    todo: str = ""


def look_at_everything() -> Iterator[Finding]:
    """Each finding as soon as it is made."""
    settings: Settings | None = None
    try:
        settings = read_settings()
    except BadSettings as error:
        for line in str(error).splitlines():
            yield Finding(about="configuration", said=line, todo="Set it right; docs/operating.md, Settings, says how.")
    else:
        yield _configuration(settings)
        yield _database(settings)
    yield _knowledge()
    yield from _disk(settings)
    if trouble := proxy_trouble():
        yield Finding(about="proxy", said=trouble, todo="Set it right, or take it away where Telegram needs no proxy.")
    elif settings and settings.telegram_bot_token:
        yield from _telegram(settings, settings.telegram_bot_token.get_secret_value())


def _configuration(settings: Settings) -> Finding:
    door = f"webhook {without_password(settings.webhook_url)}" if settings.webhook_url else "long polling"
    if settings.telegram_bot_token is None:
        todo = "Set TELEGRAM_BOT_TOKEN, or TELEGRAM_BOT_TOKEN_FILE, to what @BotFather gave you."
        return Finding(about="configuration", said="without a token the bot talks in the terminal only", todo=todo)
    if (settings.webhook_url or "https:").startswith("http:"):
        return Finding(about="configuration", said=door, todo="Telegram posts to https addresses only.")
    return Finding(about="configuration", said=f"{door}, port {settings.port} on {settings.host}")


def _database(settings: Settings) -> Finding:
    try:
        current, newest = stands_at(settings.database)
    except DatabaseUnusable as error:
        return Finding(about="database", said=str(error), todo="Check DATABASE_URL and that the server runs.")
    if current is None:
        return Finding(about="database", said="is new; the first start sets it up")
    if current != newest:
        todo = "Take a backup; the next start brings it up to date."
        return Finding(about="database", said=f"stands at migration {current}, this version at {newest}", todo=todo)
    return Finding(about="database", said=f"answers, at migration {current}")


def _knowledge() -> Finding:
    content, problems, files = examine(ROOT)
    if problems:
        said = f"{len(problems)} mistakes, the first: {problems[0]}"
        return Finding(about="knowledge", said=said, todo="Run `python main.py check` and mend each.")
    return Finding(about="knowledge", said=f"{files} files, {len(content.knowledge.procedures)} procedures")


def _disk(settings: Settings | None) -> Iterator[Finding]:
    file = sqlite_file(settings.database) if settings else None
    for folder in dict.fromkeys([file.parent if file else ROOT, STATE]):
        if not folder.is_dir():
            continue
        free = shutil.disk_usage(folder).free
        todo = "" if free >= ENOUGH_DISK else "Make room: a full disk stops every turn."
        yield Finding(about="disk", said=f"{free / 1e9:.1f} GB free for {folder}", todo=todo)
        if problem := _unwritable(folder):
            yield Finding(about="disk", said=problem, todo="Let the bot's user own the folder.")


def _unwritable(folder: Path) -> str:
    probe = folder / ".doctor"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        return f"{folder} cannot be written to: {error.strerror}"
    return ""


def _telegram(settings: Settings, token: str) -> Iterator[Finding]:
    try:
        found = reach(settings.telegram_api_url, token)
    except TelegramTrouble as error:
        yield Finding(about="telegram", said=str(error), todo=error.todo)
        return
    yield Finding(about="telegram", said=f"knows us as @{found.username}")
    yield _webhook(settings, found)
    yield _clock(found)


def _webhook(settings: Settings, found: Reached) -> Finding:
    waiting = f"{found.waiting} updates wait at Telegram"
    if (settings.webhook_url or "") != found.webhook:
        todo = "The next start of the bot sets it; if it keeps changing, another bot uses this token."
        return Finding(
            about="webhook",
            said=f"Telegram posts to {without_password(found.webhook) or 'nobody'}; {waiting}",
            todo=todo,
        )
    if found.webhook_error:
        todo = "Check the certificate, the proxy and that WEBHOOK_URL leads to HOST and PORT."
        return Finding(about="webhook", said=f"Telegram's last try: {found.webhook_error}; {waiting}", todo=todo)
    return Finding(about="webhook", said=f"as set; {waiting}")


def _clock(found: Reached) -> Finding:
    said = f"differs from Telegram's by {abs(found.ahead.total_seconds()):.0f} s"
    todo = "Set the clock: timedatectl set-ntp true." if abs(found.ahead) > CLOCK_MAY_DIFFER else ""
    return Finding(about="clock", said=said, todo=todo)
