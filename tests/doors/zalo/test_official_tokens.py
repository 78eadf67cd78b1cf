"""The tokens of an Official Account: each refresh token serves once, whoever stops, fails or asks at the same moment."""

import asyncio
import datetime as dt
import logging
from contextlib import asynccontextmanager
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.commands.serving import doors_of
from bot.config import Settings
from bot.conversation.reply import Block, Reply
from bot.doors.door import CannotServe, Fate
from bot.doors.zalo.official import consent, tokens
from bot.doors.zalo.official.client import OfficialError
from bot.doors.zalo.official.door import OfficialDoor, OutsideWindow
from bot.doors.zalo.official.sealed import Unreadable, seal, unseal
from bot.doors.zalo.official.tokens import NoConsent
from bot.service.serve import Service
from bot.service.threads import Threads
from bot.store.backup import back_up
from bot.store.tokens import rotate
from tests.cast import LAN
from tests.doors.zalo.official_stage import BAY, SWIFT, given, played
from tests.serving import alive, free_port, until
from tests.telegram_server import TOKEN, TelegramServer
from tests.zalo_official_server import ACCOUNT, FIRST, SECRET, OfficialServer, signed
from tests.zalo_server import TOKEN as BOT_TOKEN
from tests.zalo_server import ZaloServer

HOUR = 3600


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """Nobody in these stories waits a second of real time."""
    monkeypatch.setattr("bot.doors.zalo.official.door.RETRY_SECONDS", 0.01)
    monkeypatch.setattr("bot.doors.zalo.official.tokens.WAIT_SECONDS", 0.01)
    monkeypatch.setattr("bot.doors.zalo.official.tokens.KEEP_AGAIN_SECONDS", (0.01,))
    monkeypatch.setattr("bot.service.serve.REFUSED_SECONDS", 0.05)


def told(story):
    """With a door or several on one database: `async def test_…(zalo, door, …)`; `door()` makes a replica's."""

    def test(turns, **kwargs):
        async def run():
            async with OfficialServer(turns.clock).running() as zalo:
                made = []

                def door(**extra):
                    settings = Settings(**given(zalo, **extra))
                    made.append(OfficialDoor(settings, turns, Threads.of(turns.database), SWIFT))
                    return made[-1]

                try:
                    await story(SimpleNamespace(zalo=zalo, door=door, turns=turns, **kwargs))
                finally:
                    for one in made:
                        await one.close()

        asyncio.run(run())

    return test


def waits(turns, words):
    with turns.database.change() as connection:
        turns.put(connection, f"zalo-oa:{BAY.id}", Reply(blocks=(Block(text=words),)))


@played
async def test_a_token_that_ends_in_the_middle_is_renewed_once_and_nothing_is_lost(play, clock):
    await play.writes("xin chào")
    clock.pass_(25 * HOUR)
    waits(play.turns, "một")
    await play.deliver()
    assert (play.told()[-1], play.zalo.renewed) == ("một", 2)
    play.zalo.access = "another"  # Zalo ends it early
    waits(play.turns, "hai")
    await play.deliver()
    assert (play.told()[-1], play.zalo.renewed) == ("hai", 3)
    waits(play.turns, "ba")
    await play.deliver()
    assert play.zalo.renewed == 3


@pytest.mark.on_both
def test_replicas_that_renew_at_once_use_a_refresh_token_once(turns):
    @told
    async def story(here):
        doors = [here.door(), here.door()]
        for one in doors:
            await one.greet(asyncio.Event())
        assert here.zalo.renewed == 1  # the second found the pair that the first had
        here.turns.clock.pass_(25 * HOUR)
        found = await asyncio.gather(*(one.tokens.access() for one in doors for _ in range(3)))
        assert set(found) == {"access-2"}
        assert here.zalo.renewed == 2

    story(turns)


@pytest.mark.on_both
def test_a_renewal_outlives_whoever_asked_for_it_and_a_database_that_is_away(turns, monkeypatch):
    """What Zalo has given is kept, whatever happens between its answer and the commit."""

    @told
    async def story(here):
        door, renewing, go_on, failed = here.door(), asyncio.Event(), asyncio.Event(), []

        async def slowly():
            renewing.set()
            await go_on.wait()

        def away(*args, **kwargs):
            if len(failed) < 3:
                failed.append(1)
                raise OperationalError("", {}, Exception())
            return rotate(*args, **kwargs)

        monkeypatch.setattr("bot.store.tokens.rotate", away)
        here.zalo.before_renewal = [slowly]
        asks = asyncio.create_task(door.greet(asyncio.Event()))
        await renewing.wait()
        asks.cancel()
        closing = asyncio.create_task(door.tokens.close())
        go_on.set()
        await closing
        here.zalo.before_renewal = []
        assert await here.door().tokens.access() == "access-1"
        assert (here.zalo.renewed, len(failed)) == (1, 3)

    story(turns)


@pytest.mark.on_both
def test_another_refresh_token_in_the_settings_and_a_consent_each_begin_anew(turns, database_url):
    @told
    async def story(here):
        await here.door().greet(asyncio.Event())
        here.zalo.refresh = "elsewhere"
        with pytest.raises(CannotServe, match="zalo-consent"):
            await again(here)
        here.zalo.refresh = "given-anew"
        await again(here, zalo_oa_refresh_token="given-anew")
        settings = Settings(**given(here.zalo, zalo_oa_refresh_token="given-anew"))
        link = await asyncio.to_thread(consent.link, settings)
        asked = {name: value for name, (value,) in parse_qs(urlsplit(link).query).items()}
        assert asked["redirect_uri"] == "https://mot-cua.example/"
        here.zalo.codes["c0de"] = asked["code_challenge"]
        back = f"https://mot-cua.example/?oa_id={ACCOUNT}&code=c0de&state={asked['state']}"
        take = asyncio.to_thread(consent.take, settings, here.turns.database, back, now=here.turns.clock())
        await take
        await again(here, zalo_oa_refresh_token="given-anew")
        in_store = settings.model_copy(update={"database_url": SecretStr(database_url)})
        stands = await asyncio.to_thread(consent.looked_at, in_store, here.turns.clock())
        assert stands == "knows us as UBND phường Ngọc Hà; the refresh token holds until 24/02/2027"
        with pytest.raises(consent.AccountTrouble, match="ended on 24/02/2027"):
            await asyncio.to_thread(consent.looked_at, in_store, here.turns.clock() + dt.timedelta(days=91))
        assert here.zalo.refresh == "refresh-4"  # the first, the one given anew, the consent, and what that one brought
        for wrong in (back, "https://mot-cua.example/", back.replace(ACCOUNT, "38861328"), "x"):
            with pytest.raises(consent.ConsentTrouble) as trouble:
                await asyncio.to_thread(consent.take, settings, here.turns.database, wrong, now=here.turns.clock())
            assert SECRET not in str(trouble.value)

    async def again(here, **extra):
        door = here.door(**extra)
        here.turns.clock.pass_(26 * HOUR)
        await door.greet(asyncio.Event())

    story(turns)


def test_an_account_that_is_another_than_the_one_set_opens_no_door(turns):
    @told
    async def story(here):
        here.zalo.account = "111111"
        with pytest.raises(CannotServe, match="ZALO_OA_ID"):
            await here.door().greet(asyncio.Event())

    story(turns)


def test_tokens_are_read_neither_in_the_database_nor_in_a_backup_nor_in_the_log(turns, tmp_path, caplog):
    @told
    async def story(here):
        await here.door().greet(asyncio.Event())
        file = tmp_path / "backup.db"
        back_up(here.turns.database, file)
        content = file.read_bytes()
        with here.turns.database.look() as connection:
            kept = str(connection.execute(text("SELECT * FROM tokens")).all())
        for secret in (FIRST, "refresh-1", "access-1", SECRET):
            assert secret not in kept
            assert secret.encode() not in content
            assert not [one for one in caplog.records if secret in one.getMessage() and one.name.startswith("bot")]
        with pytest.raises(NoConsent):  # under another key
            await here.door(server_key="another").tokens.access()

    with caplog.at_level(logging.DEBUG):
        story(turns)


def test_what_is_sealed_opens_with_its_key_and_name_alone():
    sealed = seal("key", "a", "words")
    assert unseal("key", "a", sealed) == "words"
    for key, name, other in (("yek", "a", sealed), ("key", "b", sealed), ("key", "a", sealed[:-4]), ("key", "a", "é")):
        with pytest.raises(Unreadable):
            unseal(key, name, other)


# The whole service


@asynccontextmanager
async def serving(turns, zalo, **extra):
    settings = Settings(**given(zalo, port=extra.pop("port", 0), web=False, **extra))
    threads, stop = Threads.of(turns.database), asyncio.Event()
    task = asyncio.create_task(Service(settings, turns, doors_of(settings, turns, threads), threads).run(stop))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


def test_an_account_alone_takes_what_zalo_posts_and_answers(turns):
    async def story():
        async with OfficialServer(turns.clock).running() as zalo:
            port = free_port()
            async with serving(turns, zalo, port=port, zalo_oa_webhook_url="https://mot-cua.example/hook") as task:
                await alive(port, task)
                zalo.hears(BAY.id)
                body, headers = signed(BAY.says("xin chào", turns.clock()))
                async with httpx.AsyncClient(verify=False) as client:
                    answer = await client.post(f"http://127.0.0.1:{port}/hook", content=body, headers=headers)
                assert answer.status_code == 200
                await until(lambda: zalo.sent[BAY.id], task)
            assert zalo.violations == []

    asyncio.run(story())


def test_a_refused_consent_is_told_in_one_sentence_and_the_other_doors_go_on(turns):
    async def story():
        async with (
            OfficialServer(turns.clock).running() as zalo, ZaloServer().running() as bot,
            TelegramServer().running() as telegram,
        ):  # fmt: skip
            extra = {"telegram_api_url": telegram.url, "telegram_bot_token": TOKEN, "admin_chat_id": "99",
                     "zalo_bot_token": BOT_TOKEN, "zalo_api_url": bot.url}  # fmt: skip
            async with serving(turns, zalo, **extra) as task:
                await until(lambda: zalo.renewed, task)
                zalo.refresh, zalo.access = "elsewhere", "another"
                with turns.database.change() as connection:
                    from bot.store import reply_windows

                    reply_windows.spoke(connection, turns.mark(f"zalo-oa:{BAY.id}"), at=turns.clock())
                waits(turns, "một")
                await until(lambda: telegram.texts(99), task)
                (said,) = telegram.texts(99)
                assert "python main.py zalo-consent" in said
                await telegram.inject(LAN.says("/help"))
                await until(lambda: telegram.texts(LAN.id), task)
                with turns.database.look() as connection:
                    states = text("SELECT state FROM outbox WHERE chat LIKE 'zalo-oa:%'")
                    assert list(connection.execute(states).scalars()) == ["waiting"]
                zalo.refresh, zalo.access = "given-by-consent", ""
                with turns.database.change() as connection:
                    pair = tokens.Pair(access="", refresh="given-by-consent")
                    settings = Settings(**given(zalo))
                    tokens.begin(connection, settings, pair, now=turns.clock(), anew=True)
                zalo.hears(BAY.id)
                turns.clock.pass_(120)
                await until(lambda: zalo.sent[BAY.id] == ["một"], task)

    asyncio.run(story())


def test_an_account_whose_consent_is_refused_says_so_where_it_is_the_only_door(turns):
    async def story():
        async with OfficialServer(turns.clock).running() as zalo:
            zalo.refresh = "elsewhere"
            settings = Settings(**given(zalo, web=False, port=0))
            threads = Threads.of(turns.database)
            service = Service(settings, turns, doors_of(settings, turns, threads), threads)
            with pytest.raises(CannotServe, match="zalo-consent"):
                await service.run(asyncio.Event())

    asyncio.run(story())


# Settings and meanings


@pytest.mark.parametrize(
    "missing", ["zalo_oa_id", "zalo_oa_app_id", "zalo_oa_secret", "zalo_oa_webhook_key", "zalo_oa_webhook_url"]
)
def test_the_five_settings_go_together(missing):
    known = given(SimpleNamespace(url="http://127.0.0.1:9"))
    with pytest.raises(ValidationError, match="set all five"):
        Settings(**(known | {missing: None}))


def test_no_secret_of_the_account_may_be_logged():
    settings = Settings(**given(SimpleNamespace(url="http://127.0.0.1:9")))
    assert {SECRET, FIRST, "oa-webhook-key-1"} <= set(settings.secrets)


def test_what_zalos_codes_mean_for_a_message(turns):
    @told
    async def story(here):
        door = here.door()
        meant = {code: door.meaning_of(OfficialError(code)).fate for code in (
            -230, -305, -311, -213, -217, -222, -227, -201, -210, -32, 429, -211, -218, -224, -320, -321, 12000, -12010,
            -216, 500, -1)}  # fmt: skip
        assert [code for code, fate in meant.items() if fate is Fate.KEPT] == [-230, -305, -311]
        assert [code for code, fate in meant.items() if fate is Fate.LOST] == [-213, -217, -222, -227]
        assert [code for code, fate in meant.items() if fate is Fate.REFUSED] == [-201, -210]
        assert [code for code, fate in meant.items() if fate is Fate.AGAIN] == [-216, 500, -1]
        assert door.meaning_of(OutsideWindow()).fate is Fate.KEPT
        assert door.meaning_of(httpx.ConnectError("")).fate is Fate.AGAIN
        assert door.meaning_of(httpx.ReadTimeout("")).fate is Fate.UNSURE
        assert door.meaning_of(ValueError()).fate is Fate.BROKEN

    story(turns)
