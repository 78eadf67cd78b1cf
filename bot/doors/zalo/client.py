"""Zalo's Bot Platform: its few calls over HTTP. The token stands in the address, so no address is ever logged."""

from typing import Any

import httpx

from bot.doors.trust import trusted

SECONDS = 20.0
NOTHING_NEW = 408  # a long poll that ended


class ZaloError(Exception):
    """Zalo answered that it does not do what was asked."""

    def __init__(self, code: int, said: str = "") -> None:
        super().__init__(f"Zalo answers {code}")
        self.code = code
        self.said = said


class ZaloClient:
    """One bot's token on one server."""

    def __init__(self, api_url: str, token: str) -> None:
        self._base = f"{api_url}/bot{token}"
        self._http = httpx.AsyncClient(verify=trusted(), timeout=httpx.Timeout(SECONDS, connect=10))

    async def call(self, method: str, *, patience: float = SECONDS, **fields: Any) -> Any:
        """The result of a call. Raises ZaloError, httpx.HTTPError."""
        answer = await self._http.post(f"{self._base}/{method}", json=fields, timeout=patience)
        try:
            body = answer.json()
        except ValueError:
            raise ZaloError(answer.status_code if answer.is_error else 502) from None
        if isinstance(body, dict) and body.get("ok") is True and not answer.is_error:
            return body.get("result")
        raise ZaloError(*_refusal(body, answer.status_code))

    async def updates(self, seconds: int) -> list[Any]:
        """What has come; nothing where none has within so many seconds. One update or several."""
        try:
            found = await self.call("getUpdates", timeout=str(seconds), patience=seconds + SECONDS)
        except ZaloError as error:
            if error.code == NOTHING_NEW:
                return []
            raise
        return found if isinstance(found, list) else [found] if found else []

    async def send(self, chat: str, text: str) -> str:
        """The id of the message that was sent."""
        sent = await self.call("sendMessage", chat_id=chat, text=text)
        return str(sent.get("message_id", "")) if isinstance(sent, dict) else ""

    async def close(self) -> None:
        await self._http.aclose()


def _refusal(body: Any, status: int) -> tuple[int, str]:
    code = body.get("error_code") if isinstance(body, dict) else None
    said = body.get("description") if isinstance(body, dict) else None
    real = code if isinstance(code, int) and not isinstance(code, bool) else status if status != httpx.codes.OK else 502
    return real, str(said or "")[:200]
