"""A province's own sign-on, by OpenID Connect: discovery, the code flow with PKCE, and what of an ID token is believed.

https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth. The library is imported where it is used: half a
second that no start need wait for.
"""

import datetime as dt
import hmac
import logging
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.doors.trust import trusted

KNOWN_FOR = 3600.0  # seconds that what a sign-on says of itself is believed
TIMEOUT = 10.0
LEEWAY = 60  # seconds between its clock and ours
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]  # none that a shared secret could sign

log = logging.getLogger(__name__)


class NotBelieved(Exception):
    """What came back is not from the sign-on, not for us, or not for this browser."""


@dataclass(frozen=True, kw_only=True)
class Browser:
    """What one browser's visit to the sign-on hangs on: all of it comes of a secret that only this browser holds."""

    seal: bytes
    secret: str

    def _of(self, what: str) -> str:
        return hmac.new(self.seal, f"sign-on:{what}:{self.secret}".encode("utf-8", "replace"), "sha256").hexdigest()

    @property
    def state(self) -> str:
        return self._of("state")

    @property
    def nonce(self) -> str:
        return self._of("nonce")

    @property
    def verifier(self) -> str:
        return self._of("verifier")


@dataclass
class SignOn:
    """`name`: what people there call it."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    _known: dict[str, tuple[float, dict[str, Any]]] = field(default_factory=dict)

    async def address(self, browser: Browser, returns_to: str) -> str:
        """Where the browser is sent. Raises httpx.HTTPError, NotBelieved."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        described = await self._described()
        address: str = prepare_grant_uri(
            described["authorization_endpoint"], self.client_id, "code", returns_to, "openid", browser.state,
            nonce=browser.nonce, code_challenge=create_s256_code_challenge(browser.verifier),
            code_challenge_method="S256",
        )  # fmt: skip
        return address

    async def subject(self, browser: Browser, *, code: str, state: str, returns_to: str, now: dt.datetime) -> str:
        """Who signed in there. Raises httpx.HTTPError, NotBelieved."""
        if not hmac.compare_digest(state.encode(), browser.state.encode()):
            raise NotBelieved("another browser's")
        described = await self._described()
        given = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": returns_to,
            "client_id": self.client_id, "code_verifier": browser.verifier,
        }  # fmt: skip
        async with _client() as client:
            auth = httpx.BasicAuth(self.client_id, self.client_secret)
            answer = await client.post(described["token_endpoint"], data=given, auth=auth)
        told = answer.json() if answer.status_code == 200 else {}
        keys = await self._fetched(described["jwks_uri"])
        return self._believed(str(told.get("id_token", "")), keys, browser, str(told.get("access_token", "")), now)

    def _believed(self, token: str, keys: dict[str, Any], browser: Browser, access_token: str, now: dt.datetime) -> str:
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        wanted = {"iss": {"essential": True, "value": self.issuer}, "aud": {"essential": True, "value": self.client_id}}
        params = {"nonce": browser.nonce, "client_id": self.client_id, "access_token": access_token}
        try:
            known = KeySet.import_key_set({"keys": keys["keys"]})
            read = jwt.decode(token, known, algorithms=ALGORITHMS)
            claims = CodeIDToken(read.claims, read.header, wanted, params)
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise NotBelieved(type(error).__name__) from None
        return str(claims["sub"])[:255]

    async def _described(self) -> dict[str, Any]:
        found = await self._fetched(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer") != self.issuer or not all(isinstance(found.get(name), str) for name in names):
            raise NotBelieved("it describes itself as another, or not at all")
        return found

    async def _fetched(self, address: str) -> dict[str, Any]:
        at, found = self._known.get(address, (0.0, {}))
        if not found or time.monotonic() > at + KNOWN_FOR:
            async with _client() as client:
                answer = await client.get(address)
            answer.raise_for_status()
            found = answer.json()
            if not isinstance(found, dict):
                raise NotBelieved("no object")
            self._known[address] = (time.monotonic(), found)
        return found


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(verify=trusted(), timeout=TIMEOUT)
