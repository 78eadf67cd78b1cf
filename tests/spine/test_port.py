"""The one port: what is written there goes out at once, and an address leads where the first route that fits says."""

import asyncio
import socket

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.config import Settings
from bot.service.routing import Routes
from bot.service.serve import _listen


def test_no_answer_waits_for_the_acknowledgement_of_its_first_part():
    async def story():
        held = asyncio.get_running_loop().create_future()
        server = await asyncio.start_server(
            lambda _reader, writer: held.set_result(writer), sock=_listen(Settings(port=0))
        )
        _, ours = await asyncio.open_connection(*server.sockets[0].getsockname())
        theirs = await held
        assert theirs.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        for writer in (ours, theirs):
            writer.close()
        server.close()

    asyncio.run(story())


def says(words):
    return lambda _request: PlainTextResponse(words)


def asked(app, method, path):
    async def story():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            return await client.request(method, f"http://x{path}")

    return asyncio.run(story())


ROUTES = [
    Route("/", says("home"), methods=["GET"]),
    Route("/noi", says("said"), methods=["POST"]),
    Route("/t/{name}", says("procedure")),
    Route("/en/t/{name}", says("english")),
    Route("/{rest:path}", says("nowhere"), methods=["GET", "POST"]),
]


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [("GET", "/", "home"), ("POST", "/noi", "said"), ("GET", "/noi", "nowhere"), ("GET", "/t/x", "procedure"),
     ("GET", "/en/t/x", "english"), ("GET", "/en", "nowhere"), ("GET", "/t/x/y", "nowhere"), ("GET", "/khac", "nowhere"),
     ("GET", "//t/x", "nowhere"), ("POST", "/", "nowhere")],
)  # fmt: skip
def test_an_address_leads_where_it_led_without_a_table(method, path, said):
    app = Starlette()
    app.router = Routes(ROUTES)
    for one in (app, Starlette(routes=ROUTES)):
        assert asked(one, method, path).text == said


def test_the_wrong_method_is_said_where_nothing_else_fits():
    app = Starlette()
    app.router = Routes(ROUTES[:-1])
    assert asked(app, "GET", "/noi").status_code == 405
    assert asked(app, "GET", "/khong/co").status_code == 404
