"""Coming back to the desk: by a passkey of the device, by an account of the province's sign-on, and no more once revoked."""

import asyncio
import re
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import text as sql
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from bot.casework import signing_in, staffing
from bot.casework.unit_of_work import UnitOfWork
from bot.doors.web.desk.routes import desk_routes
from bot.doors.web.desk.sign_on import SignOn
from tests.browsing import chromium, needs_chromium, served
from tests.cast import HOA, LAN, MINH, NGOC_HA, THU
from tests.stage import played
from tests.stories.test_desk_in_browser import Browser, Forms, browser, link_of
from tests.telegram_server import TOKEN

KEY = RSAKey.generate_key(2048, {"kid": "1"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "1"})


@dataclass
class Province:
    """A small OpenID provider: whoever comes is `subject`, and `spoil` changes what it says of them."""

    clock: object
    subject: str = "cb-021"
    spoil: dict = field(default_factory=dict)
    key: object = field(default_factory=lambda: KEY)
    codes: dict = field(default_factory=dict)
    url: str = ""

    def routes(self):
        return [
            Route("/.well-known/openid-configuration", self.described), Route("/keys", self.keys),
            Route("/authorize", self.authorize), Route("/token", self.token, methods=["POST"]),
        ]  # fmt: skip

    async def described(self, _):
        at = {
            name: f"{self.url}/{path}"
            for name, path in (
                ("authorization_endpoint", "authorize"),
                ("token_endpoint", "token"),
                ("jwks_uri", "keys"),
            )
        }
        return JSONResponse({"issuer": self.url, **at})

    async def keys(self, _):
        return JSONResponse({"keys": [KEY.as_dict(private=False)]})

    async def authorize(self, request):
        asked = dict(request.query_params)
        assert (asked["response_type"], asked["scope"], asked["code_challenge_method"]) == ("code", "openid", "S256")
        self.codes["c1"] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?code=c1&state={asked['state']}", 302)

    async def token(self, request):
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self.codes.pop(form["code"], None)
        if asked is None or create_s256_code_challenge(form["code_verifier"]) != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(self.clock().timestamp())
        told = {
            "iss": self.url,
            "aud": "mot-cua",
            "sub": self.subject,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            **self.spoil,
        }
        return JSONResponse(
            {
                "access_token": "a",
                "token_type": "Bearer",
                "id_token": jwt.encode({"alg": "RS256", "kid": "1"}, told, self.key),
            }
        )


@asynccontextmanager
async def province(clock):
    one = Province(clock)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    one.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=one.routes()), log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield one
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def at_the_desk(play, op):
    sign_on = SignOn(issuer=op.url, client_id="mot-cua", client_secret="s", name="Cổng tỉnh")
    app = Starlette(routes=desk_routes(play.turns, TOKEN, sign_on=sign_on))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://desk") as client:
        yield Browser(client)


async def follows(officer, path):
    """Open an address that leads to the sign-on, and come back from there."""
    went = await officer.client.get(path)
    assert went.status_code == 303, went.text
    async with httpx.AsyncClient() as outside:
        back = await outside.get(went.headers["Location"])
    parts = urlsplit(back.headers["Location"])
    officer.page = await officer.client.get(f"{parts.path}?{parts.query}", follow_redirects=True)
    return officer.page


async def enters(play, officer, person):
    await officer.opens(f"/ban/vao?m={link_of(play, person)}")
    form = Forms(officer.page.text).forms[0]
    officer.page = await officer.client.post(form["action"], data=form["fields"], follow_redirects=True)


async def ties(officer):
    await officer.opens("/ban/khoa")
    return await follows(officer, re.search(r"/ban/khoa/tinh\?k=\w+", officer.page.text)[0])


@pytest.mark.on_both
@played
async def test_an_account_of_the_province_lets_in_whoever_tied_it(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    async with province(clock) as op, at_the_desk(play, op) as hoa, at_the_desk(play, op) as minh:
        assert "Vào bằng tài khoản Cổng tỉnh" in (await hoa.opens("/ban/vao")).text
        assert (await follows(hoa, "/ban/vao/tinh")).status_code == 403  # tied to nobody yet
        await enters(play, hoa, HOA)
        assert (await hoa.client.get("/ban/khoa/tinh?k=0")).status_code == 403
        await ties(hoa)
        assert "Đã gắn" in hoa.text
        await enters(play, minh, MINH)
        assert "đang gắn với người khác" in (await ties(minh)).text  # one account, one officer
        async with at_the_desk(play, op) as back:
            assert (await follows(back, "/ban/vao/tinh")).url.path == "/ban"
            assert "Bạn là Hoa" in back.text
            with play.turns.database.change() as connection:
                staffing.revoke(UnitOfWork(connection, play.turns.house, clock()), f"telegram:{HOA.id}")
            assert (await back.opens("/ban")).status_code == 401
            assert (await follows(back, "/ban/vao/tinh")).status_code == 403


@played
async def test_what_the_sign_on_did_not_say_of_this_browser_now_lets_nobody_in(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    async with province(clock) as op:
        with play.turns.database.change() as connection:
            unit = UnitOfWork(connection, play.turns.house, clock())
            signing_in.tie(unit, unit.actor(f"telegram:{HOA.id}"), issuer=op.url, subject=op.subject)
        long_ago = int(clock().timestamp()) - 3600
        for spoil in (
            {"aud": "another"},
            {"iss": "http://other"},
            {"nonce": "0"},
            {"exp": long_ago},
            {"sub": "cb-999"},
        ):
            async with at_the_desk(play, op) as thief:
                op.spoil = spoil
                assert (await follows(thief, "/ban/vao/tinh")).status_code in (403, 502), spoil
        async with at_the_desk(play, op) as thief:
            op.spoil, op.key = {}, OTHER_KEY
            assert (await follows(thief, "/ban/vao/tinh")).status_code == 502
            op.key = KEY
            went = await thief.client.get("/ban/vao/tinh")
            async with httpx.AsyncClient() as outside:
                back = urlsplit((await outside.get(went.headers["Location"])).headers["Location"])
            async with at_the_desk(play, op) as other:  # what was begun in one browser ends in no other
                assert (await other.client.get(f"{back.path}?{back.query}")).status_code == 502
            assert (await thief.client.get(f"{back.path}?code=c1&state=0")).status_code == 502
            assert (await thief.client.get(f"{back.path}?{back.query}", follow_redirects=True)).url.path == "/ban"
            assert (await thief.client.get(f"{back.path}?{back.query}")).status_code == 502  # used up


@pytest.mark.on_both
def test_a_challenge_is_ours_five_minutes_old_at_most_and_used_once(turns, clock):
    def in_unit(work, *given):
        with turns.database.change() as connection:
            return work(UnitOfWork(connection, turns.house, clock()), *given)

    first, second, third = (in_unit(signing_in.challenge) for _ in range(3))
    assert [in_unit(signing_in.use_challenge, first) for _ in range(2)] == [True, False]
    for of_others in (b"", second[:-1], bytes([second[0] ^ 1]) + second[1:], second[:-1] + bytes([second[-1] ^ 1])):
        assert not in_unit(signing_in.use_challenge, of_others)
    clock.pass_(299)
    assert in_unit(signing_in.use_challenge, second)
    clock.pass_(2)
    assert not in_unit(signing_in.use_challenge, third)


@pytest.mark.on_both
@needs_chromium
@played
async def test_a_passkey_made_once_lets_in_and_only_its_owner_while_they_serve(play, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.asks(LAN)
    async with served(play) as address, chromium() as page:
        at = address.replace("127.0.0.1", "localhost")  # keys are made for names
        device = await page.context.new_cdp_session(page)
        await device.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                   "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
        await device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        await page.goto(f"{at}/ban/vao?m={link_of(play, HOA)}")
        await page.click("main button")
        await page.click(".menu summary")
        await page.get_by_role("link", name="Cách vào").click()
        await page.get_by_role("button", name="Thêm khóa trên máy này").click()
        await page.get_by_text("Đã thêm").wait_for()
        await page.click(".menu summary")
        await page.get_by_role("button", name="Ra khỏi").click()
        sent = []
        page.on("request", lambda one: sent.append(one.post_data) if one.url.endswith("/ban/vao/khoa") else None)
        await page.get_by_role("button", name="Vào bằng khóa của máy").click()
        await page.wait_for_url("**/ban")
        assert "Bạn là Hoa" in await page.text_content("header")
        async with browser(play) as thief:  # who heard it all
            again = dict(parse_qs(sent[0]))
            for given in (
                again["c"][0],
                again["c"][0].replace('"id":"', '"id":"A'),
                "{}",
                "",
                "[" * 9000,
                '{"response": 1}',
            ):
                thief.page = await thief.client.post("/ban/vao/khoa", data={"c": given})
                assert thief.page.status_code == 403
        await page.goto("about:blank")  # a page that is open goes by itself
        with play.turns.database.change() as connection:
            unit = UnitOfWork(connection, play.turns.house, clock())
            staffing.revoke(unit, f"telegram:{HOA.id}")
        await page.goto(f"{at}/ban")
        await page.get_by_role("button", name="Vào bằng khóa của máy").click()
        await page.get_by_text("Khóa này không mở được").wait_for()
        assert [one for one in page.troubles if "401" not in one and "403" not in one] == []


@pytest.mark.on_both
@played
async def test_whoever_was_invited_and_has_no_chat_joins_in_the_browser_under_the_same_rules(play, clock):
    await play.opens_desk(8, None, MINH, leader=THU)
    code, helper = play.invited(8, "officer"), play.invited(8, "helper")
    async with browser(play, None) as sau, browser(play, THU) as thu, browser(play, None) as guesser:
        await joins(sau, helper, "Sáu")
        assert "Mã này dành cho người đi giúp" in sau.text
        await joins(sau, code, " ")
        assert sau.page.status_code == 403
        await joins(sau, code, "Sáu")
        assert "Sáu" in sau.text
        assert "cán bộ Phường Ngọc Hà" in sau.text
        asked = await play.asks(LAN)
        await sau.opens(f"/ban/r/{asked}")
        await sau.presses("claim")
        await play.deliver()
        assert "Sáu" in play.said(LAN)[-1]
        await sau.presses("answer", "Chị ra quầy 3.")
        await play.deliver()
        assert any("Chị ra quầy 3." in said for said in play.said(MINH))  # who is new is looked at
        assert "Chị ra quầy 3." not in "\n".join(play.said(LAN))
        await play.hears(MINH.presses(play.action(MINH, "d:approve:")))
        assert "Chị ra quầy 3." in "\n".join(play.said(LAN))
        with play.turns.database.look() as connection:
            assert not connection.execute(sql("SELECT count(*) FROM outbox WHERE chat LIKE 'desk:%'")).scalar_one()
        await thu.opens("/ban/hom-nay")
        await thu.presses("link")
        link = re.search(r"/ban/vao\?m=\S+", thu.text)[0]
        async with browser(play, None) as back:
            await back.opens(link)
            form = Forms(back.page.text).forms[0]
            back.page = await back.client.post(form["action"], data=form["fields"], follow_redirects=True)
            assert "Sáu" in back.text
            with play.turns.database.change() as connection:
                unit = UnitOfWork(connection, play.turns.house, play.turns.clock())
                person = next(one for one in unit.crew(8) if one.startswith("desk:"))
                staffing.revoke(unit, person)
            assert (await back.opens("/ban")).status_code == 401
        for n in range(6):
            await joins(guesser, f"nope{n}", "Ai")
        assert "Bạn thử nhiều lần quá" in guesser.text
        await joins(guesser, code, "Ai")
        assert guesser.page.status_code == 403


async def joins(somebody, code, name):
    somebody.page = await somebody.client.post("/ban/moi", data={"m": code, "ten": name}, follow_redirects=True)
