"""Who visits: a session of the browser's, known to us by a hash of what its cookie holds; and from where."""

import ipaddress
import re
import secrets
from dataclasses import dataclass
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

DOOR = "web"
COOKIE = "mc"
BYTES = 32
KEY = re.compile(r"[A-Za-z0-9_-]{43}")
NETWORK_BITS = 64  # of an IPv6 address: the rest is one household's own


@dataclass(frozen=True)
class Session:
    """`key` is the browser's alone; `chat` is what we know it by."""

    key: str

    @property
    def chat(self) -> str:
        return f"{DOOR}:{sha256(self.key.encode()).hexdigest()[:32]}"


def of(request: Request) -> Session | None:
    key = request.cookies.get(_name(request), "")
    return Session(key) if KEY.fullmatch(key) else None


def fresh() -> Session:
    return Session(secrets.token_urlsafe(BYTES))


def keep(request: Request, response: Response, session: Session) -> None:
    """Until the browser is closed, for our own pages alone."""
    response.set_cookie(_name(request), session.key, path="/", secure=_is_safe(request), httponly=True, samesite="lax")


def drop(request: Request, response: Response) -> None:
    response.delete_cookie(_name(request), path="/", secure=_is_safe(request), httponly=True, samesite="lax")


def _is_safe(request: Request) -> bool:
    return request.url.scheme == "https"


def _name(request: Request) -> str:
    return f"__Host-{COOKIE}" if _is_safe(request) else COOKIE


def from_elsewhere(request: Request) -> bool:
    """Whether another site's page sent it: then the browser kept our cookie back, and a new one would hide a visit."""
    return request.headers.get("Sec-Fetch-Site", "") in ("cross-site", "same-site")


def address(request: Request) -> str:
    """Where it came from, for limits: an address, of IPv6 the network."""
    host = request.client.host if request.client else ""
    try:
        known = ipaddress.ip_address(host)
    except ValueError:
        return host
    if known.version == 4:
        return host
    return str(ipaddress.ip_network((known, NETWORK_BITS), strict=False))
