"""`main.py run`: which doors stand open, by the settings, and the service behind them."""

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.content.live import LiveContent
from bot.doors.door import CannotServe, Door
from bot.service.serve import Service
from bot.service.threads import Threads
from bot.turn import Turns

if TYPE_CHECKING:
    from bot.doors.web.desk.sign_on import SignOn

__all__ = ["CannotServe", "doors_of", "serve"]

log = logging.getLogger(__name__)


def doors_of(
    settings: Settings,
    turns: Turns,
    threads: Threads,
    welcome: Callable[[], None] = lambda: None,
) -> list[Door]:
    """Each is imported only where it stands open: a start must stay quick."""
    doors: list[Door] = []
    if settings.telegram_bot_token:
        from bot.doors.telegram.door import TelegramDoor

        doors.append(TelegramDoor(settings, turns, threads))
    if settings.zalo_bot_token:
        from bot.doors.zalo.door import ZaloDoor

        doors.append(ZaloDoor(settings, turns, threads))
    if settings.zalo_oa_id:
        from bot.doors.zalo.official.door import OfficialDoor

        doors.append(OfficialDoor(settings, turns, threads))
    if settings.web:  # the last: what leads nowhere is answered by it
        from bot.doors.web.door import WebDoor
        from bot.doors.web.page import Site

        token = settings.telegram_bot_token.get_secret_value() if settings.telegram_bot_token else ""
        site = Site(origin=settings.public_url or "")
        doors.append(WebDoor(turns, site, welcome, token, _sign_on(settings)))
    return doors


def _sign_on(settings: Settings) -> "SignOn | None":
    from bot.doors.web.desk.sign_on import SignOn

    if not (settings.oidc_issuer and settings.oidc_client_id and settings.oidc_client_secret):
        return None
    secret = settings.oidc_client_secret.get_secret_value()
    return SignOn(
        issuer=settings.oidc_issuer, client_id=settings.oidc_client_id, client_secret=secret, name=settings.oidc_name
    )


def serve(
    settings: Settings,
    turns: Turns,
    live: LiveContent | None,
    welcome: Callable[[], None] = lambda: None,
    others: Sequence[Door] = (),
) -> None:
    """Serve until SIGINT or SIGTERM. `others`: doors beside those of the settings. Raises CannotServe."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, stop.set)
            except NotImplementedError:  # on Windows
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
        threads = Threads.of(turns.database)
        if turns.database.shared and not settings.server_key:
            log.warning("SERVER_KEY is not set: the key of receipts is made of DATABASE_URL and ends with its password")
        doors = [*others, *doors_of(settings, turns, threads, welcome)]
        await Service(settings, turns, doors, threads, live).run(stop)

    asyncio.run(main())
