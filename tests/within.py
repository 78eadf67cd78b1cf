"""The stand-in within this process: what the bot's HTTP client makes of a call reaches it without a socket."""

from urllib.parse import parse_qsl, unquote

import httpx
from aiohttp import web

FORM = "application/x-www-form-urlencoded"


class Asked:
    """As much of a request as a stand-in reads of a form."""

    content_type, content_length, client_max_size, transport = FORM, None, 0, object()

    def __init__(self, request, **found):
        self.match_info = found
        self._fields = dict(parse_qsl(request.content.decode(), keep_blank_values=True, strict_parsing=True))

    async def post(self):
        return self._fields


class Within(httpx.AsyncBaseTransport):
    """Hands forms to the stand-in; files, and whatever else is no form, go over loopback."""

    def __init__(self, server, outside):
        self._server, self._outside = server, outside

    async def handle_async_request(self, request):
        token, _, method = request.url.path.removeprefix("/bot").partition("/")
        kind = request.headers.get("content-type", FORM)
        if request.method != "POST" or kind != FORM:
            return await self._outside.handle_async_request(request)
        try:
            answer = await self._server.handle(Asked(request, token=unquote(token), method=unquote(method)))
        except web.HTTPException as error:
            answer = error
        return httpx.Response(answer.status, headers=dict(answer.headers), content=answer.body)

    async def aclose(self):
        await self._outside.aclose()
