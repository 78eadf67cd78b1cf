"""What the admin of an Official Account does once, and again where the tokens are lost: consent, in two steps."""

import asyncio
import base64
import datetime as dt
import hmac
import secrets
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from bot.config import Settings
from bot.doors.zalo.official.client import OfficialClient, OfficialError, Pair
from bot.doors.zalo.official.tokens import REFRESH_LIVES, Known, begin, known
from bot.store.database import Database, DatabaseUnusable, looked_into

VERIFIER_SIGNS = 43


class ConsentTrouble(Exception):
    """No tokens were had; the message is one sentence."""


def link(settings: Settings) -> str:
    """Where the admin consents. Zalo leads back to `callback`, with a code that lives for ten minutes."""
    state = secrets.token_hex(8)
    asked = {
        "app_id": settings.zalo_oa_app_id or "", "redirect_uri": callback(settings), "state": state,
        "code_challenge": _challenge(_verifier(settings, state)),
    }  # fmt: skip
    return f"{settings.zalo_oa_oauth_url}/v4/oa/permission?{urlencode(asked)}"


def callback(settings: Settings) -> str:
    """What has to stand in the app's settings at Zalo."""
    parts = urlsplit(settings.zalo_oa_webhook_url or "")
    return f"{parts.scheme}://{parts.netloc}/"


def take(settings: Settings, database: Database, address: str, *, now: dt.datetime) -> None:
    """Keep the tokens for the address that Zalo led back to. Raises ConsentTrouble."""
    given = {name: values[0] for name, values in parse_qs(urlsplit(address.strip()).query).items()}
    code, state = given.get("code"), given.get("state")
    if not code or not state:
        raise ConsentTrouble("That address holds no code and state of Zalo's; copy all of it.")
    if given.get("oa_id", settings.zalo_oa_id) != settings.zalo_oa_id:
        raise ConsentTrouble("Another account consented than ZALO_OA_ID; open the link as its admin and choose it.")
    pair = _had(settings, code, _verifier(settings, state))
    with database.change() as connection:
        begin(connection, settings, pair, now=now, anew=True)


def _had(settings: Settings, code: str, verifier: str) -> Pair:
    try:
        return asyncio.run(_asked(settings, code, verifier))
    except OfficialError as error:
        said = f"{error}: the code serves once, for ten minutes; begin again, and check ZALO_OA_SECRET."
        raise ConsentTrouble(said) from None
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise ConsentTrouble(f"Zalo cannot be reached ({type(error).__name__}); begin again.") from None


async def _asked(settings: Settings, code: str, verifier: str) -> Pair:
    client = client_of(settings)
    try:
        return await client.consented(code, verifier)
    finally:
        await client.close()


def client_of(settings: Settings) -> OfficialClient:
    secret = settings.zalo_oa_secret.get_secret_value() if settings.zalo_oa_secret else ""
    return OfficialClient(settings.zalo_oa_api_url, settings.zalo_oa_oauth_url, settings.zalo_oa_app_id or "", secret)


def _verifier(settings: Settings, state: str) -> str:
    """Known to whoever holds the server's key, and kept nowhere."""
    return hmac.new(settings.key.encode(), f"consent:{state}".encode(), sha256).hexdigest()[:VERIFIER_SIGNS]


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class AccountTrouble(Exception):
    """The account cannot be spoken for; the message is one sentence. `todo`: empty where its admin has to consent."""

    def __init__(self, said: str, todo: str = "") -> None:
        super().__init__(said)
        self.todo = todo


def looked_at(settings: Settings, now: dt.datetime) -> str:
    """How the account's tokens stand; what only looks renews none. Raises AccountTrouble."""
    one = _kept(settings)
    if one is None:
        if settings.zalo_oa_refresh_token:
            return "no tokens are kept yet; the first start has them for ZALO_OA_REFRESH_TOKEN"
        raise AccountTrouble("no tokens are kept")
    if one.kept.refused_at or not one.pair.refresh:
        raise AccountTrouble("Zalo does not take the refresh token any more")
    ends = one.kept.since + REFRESH_LIVES
    if ends <= now:
        raise AccountTrouble(f"the refresh token ended on {ends:%d/%m/%Y}")
    until = f"the refresh token holds until {ends:%d/%m/%Y}"
    if not one.pair.access or one.kept.expires_at <= now:
        return f"{until}; the next start renews the access token"
    try:
        return f"knows us as {asyncio.run(_name_of(settings, one.pair.access))}; {until}"
    except OfficialError as error:
        raise AccountTrouble(str(error), "Wait, and look again; a bot that runs renews the tokens.") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        said = f"{settings.zalo_oa_api_url} cannot be reached ({type(error).__name__})"
        raise AccountTrouble(said, "Check the network, the firewall and ZALO_OA_API_URL.") from None


def _kept(settings: Settings) -> Known | None:
    try:
        with looked_into(settings.database) as connection:
            return known(connection, settings) if connection else None
    except DatabaseUnusable:
        return None  # which is said where the database is looked at


async def _name_of(settings: Settings, access: str) -> str:
    """What the account is called. Raises OfficialError, httpx.HTTPError."""
    client = client_of(settings)
    try:
        return str((await client.account(access)).get("name", ""))
    finally:
        await client.close()
