"""What was posted, up to a size that nobody honest exceeds."""

import json

from starlette.requests import Request

MAX_BODY = 1_000_000


async def body_of(request: Request) -> bytes | None:
    """None where it is larger."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)


def read_json(body: bytes) -> object:
    """What was sent; what is not JSON is stored as it came, so that it is accounted for."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return {"not_json": body.decode("utf-8", "replace")[:4000]}
