"""Ask Zalo once who we are and where it posts."""

import asyncio
from dataclasses import dataclass

import httpx

from bot.config import without_password
from bot.doors.zalo.client import ZaloClient, ZaloError

REFUSED = (401, 404)
NO_WEBHOOK = 404


class ZaloTrouble(Exception):
    """Zalo did not answer as it should; the message is one sentence, without the token."""

    def __init__(self, said: str, todo: str) -> None:
        super().__init__(said)
        self.todo = todo


@dataclass(frozen=True, kw_only=True)
class Reached:
    name: str
    plan: str
    webhook: str


def reach(api_url: str, token: str) -> Reached:
    """Raises ZaloTrouble."""
    try:
        return asyncio.run(_reached(api_url, token))
    except ZaloError as error:
        if error.code in REFUSED:
            raise ZaloTrouble("does not accept ZALO_BOT_TOKEN", "Copy it again from Zalo Bot Creator.") from None
        raise ZaloTrouble(str(error), "Wait, and look again; Zalo says no more.") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        said = f"{without_password(api_url)} cannot be reached ({type(error).__name__})"
        raise ZaloTrouble(said, "Check the network, the firewall and ZALO_API_URL.") from None


async def _reached(api_url: str, token: str) -> Reached:
    client = ZaloClient(api_url, token)
    try:
        me = await client.call("getMe")
        hook = await _webhook(client)
    finally:
        await client.close()
    known = me if isinstance(me, dict) else {}
    return Reached(name=str(known.get("account_name", "")), plan=str(known.get("account_type", "")), webhook=hook)


async def _webhook(client: ZaloClient) -> str:
    try:
        found = await client.call("getWebhookInfo")
    except ZaloError as error:
        if error.code == NO_WEBHOOK:
            return ""
        raise
    return str(found.get("url", "")) if isinstance(found, dict) else ""
