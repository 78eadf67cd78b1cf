"""What a browser posts, whatever it is: read within limits; and the token by which a form is known and posted once."""

import datetime as dt
import hmac
import logging
import secrets
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request

MAX_BODY = 128_000  # of words: 16,000 characters as a browser writes them
MAX_PHOTO = 5_000_000
MAX_FIELDS = 12
LIVES = dt.timedelta(hours=12)  # a page left open over a day is asked to send again
AHEAD = dt.timedelta(minutes=5)  # of another replica's clock
NONCE_BYTES = 9


# It warns of each hostile form, once a byte.
logging.getLogger("python_multipart").setLevel(logging.CRITICAL)


class TooLarge(Exception):
    """More was posted than is taken."""


class NotAForm(Exception):
    """What was posted is no form."""


@dataclass(frozen=True)
class Posted:
    """The fields of a form, each once; `photo`: the file that came with it."""

    fields: dict[str, str] = field(default_factory=dict)
    photo: bytes | None = None

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


async def read_form(request: Request) -> Posted:
    """Raises TooLarge, NotAForm."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _multipart(request)
    body = await _body(request, MAX_BODY)
    if kind not in ("application/x-www-form-urlencoded", ""):
        raise NotAForm
    try:
        pairs = parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise NotAForm from None
    return Posted(fields={name: whole(value) for name, value in pairs})


async def _body(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise TooLarge
    return bytes(body)


async def _multipart(request: Request) -> Posted:
    body = await _body(request, MAX_PHOTO + MAX_BODY)

    async def again() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    whole_request = Request(request.scope, again)
    try:
        async with whole_request.form(max_files=1, max_fields=MAX_FIELDS, max_part_size=MAX_BODY) as form:
            fields = {name: whole(value) for name, value in form.multi_items() if isinstance(value, str)}
            files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
            photo = await files[0].read() if files else None
    except (MultiPartException, KeyError, ValueError, UnicodeError):
        raise NotAForm from None
    except Exception as error:
        if type(error).__name__ in ("HTTPException", "MultipartParseError", "FormParserError"):
            raise NotAForm from None
        raise
    if photo and len(photo) > MAX_PHOTO:
        raise TooLarge
    return Posted(fields=fields, photo=photo or None)


def whole(text: str) -> str:
    """Halves of broken characters and zero bytes replaced; lines end as everywhere."""
    sound = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return sound.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")


class Token(Enum):
    """What a form's token is worth."""

    GOOD = "good"
    OLD = "old"
    BAD = "bad"


class Tokens:
    """Tokens with a time, signed with the server's key: nothing of them is kept."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, now: dt.datetime) -> str:
        body = f"{int(now.timestamp()):x}.{secrets.token_urlsafe(NONCE_BYTES)}"
        return f"{body}.{self._sign(body)}"

    def look_at(self, token: str, now: dt.datetime) -> Token:
        body, _, signed = token.rpartition(".")
        if not hmac.compare_digest(self._sign(body).encode(), signed.encode("utf-8", "replace")):
            return Token.BAD
        at = dt.datetime.fromtimestamp(int(body.partition(".")[0], 16), dt.UTC)
        return Token.GOOD if -AHEAD <= now - at <= LIVES else Token.OLD

    def _sign(self, body: str) -> str:
        return hmac.new(self._key, f"form:{body}".encode("utf-8", "replace"), sha256).hexdigest()[:24]


def key_of(token: str, *said: str) -> str:
    """What a posted form is known by: the same page with the same words is the same, however often it comes."""
    return sha256("\0".join((token, *said)).encode("utf-8", "replace")).hexdigest()[:40]
