"""Zalo's OpenAPI for Official Accounts: its few calls over HTTP. Tokens stand in headers and forms, in no address."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx

from bot.doors.trust import trusted

SECONDS = 20.0
USUAL_LIFE = 90_000  # of an access token, in seconds, where Zalo does not say it
BAD_GATEWAY = 502
# What Zalo's codes mean. Some come with either sign.
TOKEN = frozenset({-216, 216, -401, 401, -124})
DEAD = frozenset({-118, -14014})  # the refresh token, or the consent it stands for
OUTSIDE = frozenset({-230, -305, -311})  # nobody spoke for 7 days; for 48 hours; all free replies are used
GONE = frozenset({-213, -217, -222, -227})  # does not follow, blocked us, inactive
REFUSED = frozenset({-201, -210})  # of a shape, or a length, that is not taken
BUSY = frozenset({-32, 429})
UNPAID = frozenset({-211, -218, -224, -320, -321, *range(-12010, -11999), *range(12000, 12011)})


class OfficialError(Exception):
    """Zalo answered that it does not do what was asked."""

    def __init__(self, code: int) -> None:
        super().__init__(f"Zalo answers {code}")
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Pair:
    """By which an account is spoken for, for so many seconds, and the next pair is had, once."""

    access: str
    refresh: str
    seconds: int = 0


class OfficialClient:
    """One app on one pair of servers."""

    def __init__(self, api_url: str, oauth_url: str, app_id: str, secret: str) -> None:
        self._api, self._oauth = api_url, oauth_url
        self._app_id, self._secret = app_id, secret
        self._http = httpx.AsyncClient(verify=trusted(), timeout=httpx.Timeout(SECONDS, connect=10))

    async def post(self, path: str, access: str, body: dict[str, Any]) -> dict[str, Any]:
        """What a call brings under `data`. Raises OfficialError, httpx.HTTPError."""
        return _data(await self._http.post(f"{self._api}/{path}", json=body, headers={"access_token": access}))

    async def account(self, access: str, patience: float = SECONDS) -> dict[str, Any]:
        """The account itself. Raises OfficialError, httpx.HTTPError."""
        headers = {"access_token": access}
        return _data(await self._http.get(f"{self._api}/v2.0/oa/getoa", headers=headers, timeout=patience))

    async def consented(self, code: str, verifier: str) -> Pair:
        """The first pair, for the code that a consent brought. Raises OfficialError, httpx.HTTPError."""
        return await self._pair(grant_type="authorization_code", code=code, code_verifier=verifier)

    async def next_pair(self, refresh: str) -> Pair:
        """For a refresh token, which is used up by it. Raises OfficialError, httpx.HTTPError."""
        return await self._pair(grant_type="refresh_token", refresh_token=refresh)

    async def _pair(self, **form: str) -> Pair:
        fields = {"app_id": self._app_id, **form}
        async with asyncio.timeout(SECONDS):  # of all of it: whoever renews holds a lease for longer
            answer = await self._http.post(
                f"{self._oauth}/v4/oa/access_token", data=fields, headers={"secret_key": self._secret}
            )
        body = _body(answer)
        access, refresh, life = (body.get(name) for name in ("access_token", "refresh_token", "expires_in"))
        if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
            raise OfficialError(BAD_GATEWAY)
        return Pair(access=access, refresh=refresh, seconds=number(life) or USUAL_LIFE)

    async def fetch(self, url: str, most: int) -> bytes | None:
        """What somebody sent; None where it is larger than `most` bytes. Raises httpx.HTTPError, httpx.InvalidURL."""
        content = bytearray()
        async with self._http.stream("GET", url, follow_redirects=False) as answer:
            answer.raise_for_status()
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > most:
                    return None
        return bytes(content)

    async def close(self) -> None:
        await self._http.aclose()


def number(value: Any) -> int | None:
    """A number, which Zalo writes as one or as a text."""
    try:
        return int(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
    except ValueError:
        return None


def _body(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        raise OfficialError(answer.status_code if answer.is_error else BAD_GATEWAY) from None
    if not isinstance(body, dict):
        raise OfficialError(BAD_GATEWAY)
    if code := number(body.get("error")):
        raise OfficialError(code)
    if answer.is_error:
        raise OfficialError(answer.status_code)
    return body


def _data(answer: httpx.Response) -> dict[str, Any]:
    data = _body(answer).get("data")
    return data if isinstance(data, dict) else {}
