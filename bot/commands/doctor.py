"""Look at everything the bot needs, change nothing, and say of each thing what to do."""

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.config import ROOT, STATE, BadSettings, Settings, read_settings, without_password
from bot.content.load import examine
from bot.content.read import Weight
from bot.doors.proxies import proxy_trouble
from bot.doors.telegram.reach import Reached, TelegramTrouble, reach
from bot.store.database import DatabaseUnusable, count_in, sqlite_file, stands_at

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
        yield _key(settings)
        yield _database(settings)
    yield _knowledge()
    yield from _disk(settings)
    if trouble := proxy_trouble():
        yield Finding(about="proxy", said=trouble, todo="Set it right, or take it away where no proxy is needed.")
    elif settings:
        if settings.telegram_bot_token:
            yield from _telegram(settings, settings.telegram_bot_token.get_secret_value())
        if settings.zalo_bot_token:
            yield from _zalo(settings, settings.zalo_bot_token.get_secret_value())
        if settings.zalo_oa_id:
            yield _zalo_account(settings)


def _configuration(settings: Settings) -> Finding:
    doors = _doors(settings)
    if not doors:
        todo = "Set TELEGRAM_BOT_TOKEN to what @BotFather gave you, ZALO_BOT_TOKEN or ZALO_OA_ID, or leave WEB on."
        return Finding(about="configuration", said="no door is open", todo=todo)
    said = f"{'; '.join(doors)}; port {settings.port} on {settings.host}"
    if settings.telegram_bot_token and (settings.webhook_url or "").startswith("http:"):
        return Finding(about="configuration", said=said, todo="Telegram posts to https addresses only.")
    if (settings.zalo_oa_webhook_url or "").startswith("http:"):
        return Finding(about="configuration", said=said, todo="Zalo posts to https addresses only.")
    if settings.zalo_bot_token and (settings.zalo_webhook_url or "").startswith("http:"):
        return Finding(about="configuration", said=said, todo="Zalo posts to https addresses only.")
    shut = _shut_to(settings)
    todo = f"Nobody hears of trouble: open the door of {shut}, or set ADMIN_CHAT_ID to a chat of another."
    return Finding(about="configuration", said=said, todo=todo if shut else "")


def _key(settings: Settings) -> Finding:
    """The key of limits, forms and receipts: several replicas share it, and it outlives a password."""
    if settings.server_key:
        return Finding(about="key", said="SERVER_KEY; the same on every replica")
    if sqlite_file(settings.database):
        return Finding(about="key", said="a file of this machine's")
    todo = "Set SERVER_KEY, the same on every replica; until then a new password closes every receipt."
    return Finding(about="key", said="made of DATABASE_URL, for want of SERVER_KEY", todo=todo)


def _shut_to(settings: Settings) -> str:
    """The door of the chat that is to hear of trouble, where it is not open."""
    door = (settings.admin or "").partition(":")[0]
    tokens = {"telegram": settings.telegram_bot_token, "zalo": settings.zalo_bot_token,
              "zalo-oa": settings.zalo_oa_id}  # fmt: skip
    return door if door and tokens[door] is None else ""


def _doors(settings: Settings) -> list[str]:
    """Which stand open, each with the way by which it hears."""

    def way(url: str | None) -> str:
        return f"webhook {without_password(url)}" if url else "long polling"

    found = [f"Telegram by {way(settings.webhook_url)}"] if settings.telegram_bot_token else []
    found += [f"Zalo by {way(settings.zalo_webhook_url)}"] if settings.zalo_bot_token else []
    account = f"Zalo's Official Account {settings.zalo_oa_id} by {way(settings.zalo_oa_webhook_url)}"
    found += [account] if settings.zalo_oa_id else []
    return [*found, f"web pages at {settings.public_url or 'no PUBLIC_URL'}"] if settings.web else found


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
    mistakes = [one for one in problems if one.weight is not Weight.WARNING]
    if mistakes:
        said = f"{len(mistakes)} mistakes, the first: {mistakes[0]}"
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


def _zalo(settings: Settings, token: str) -> Iterator[Finding]:
    from bot.doors.zalo.reach import ZaloTrouble, reach  # only where its door stands open

    try:
        found = reach(settings.zalo_api_url, token)
    except ZaloTrouble as error:
        yield Finding(about="zalo", said=str(error), todo=error.todo)
    else:
        yield Finding(about="zalo", said=f"knows us as {found.name} ({found.plan})")
        yield _zalo_webhook(settings, found.webhook)
    yield _zalo_month(settings)


def _zalo_account(settings: Settings) -> Finding:
    """Whether the account's tokens are good; nothing is renewed, for that uses one up."""
    from bot.doors.zalo.official.consent import AccountTrouble, looked_at  # only where its door stands open

    consent = "Let the account's admin consent: python main.py zalo-consent."
    try:
        found = looked_at(settings, dt.datetime.now(dt.UTC))
    except AccountTrouble as error:
        return Finding(about="zalo account", said=str(error), todo=error.todo or consent)
    return Finding(about="zalo account", said=found)


def _zalo_webhook(settings: Settings, posts_to: str) -> Finding:
    if (settings.zalo_webhook_url or "") != posts_to:
        todo = "The next start of the bot sets it; if it keeps changing, another bot uses this token."
        said = f"Zalo posts to {without_password(posts_to) or 'nobody'}"
        return Finding(about="zalo webhook", said=said, todo=todo)
    if not settings.zalo_webhook_url:
        return Finding(about="zalo webhook", said="none: long polling, which Zalo means for development")
    return Finding(about="zalo webhook", said="as set")


def _zalo_month(settings: Settings) -> Finding:
    from bot.doors.zalo.door import WARNED_AT, month_of

    try:
        sent = count_in(settings.database, month_of(dt.datetime.now(dt.UTC)))
    except DatabaseUnusable:
        sent = 0  # which is said where the database is looked at
    said = f"{sent} of {settings.zalo_monthly} messages of this month are sent"
    todo = "Take a larger plan with Zalo, or tell people of the web pages: at the end nobody is answered there."
    return Finding(about="zalo month", said=said, todo=todo if sent >= WARNED_AT[0] * settings.zalo_monthly else "")


def _clock(found: Reached) -> Finding:
    said = f"differs from Telegram's by {abs(found.ahead.total_seconds()):.0f} s"
    todo = "Set the clock: timedatectl set-ntp true." if abs(found.ahead) > CLOCK_MAY_DIFFER else ""
    return Finding(about="clock", said=said, todo=todo)
