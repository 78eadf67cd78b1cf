"""What was posted, up to a size that nobody honest exceeds."""

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
