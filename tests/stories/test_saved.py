"""A maintainer saves a file while the bot runs: citizens have it at once, or never if it is broken."""

import os
from itertools import pairwise

import pytest

from bot.content.live import LiveContent
from bot.service.renewal import Renewal
from tests.cast import LAN, THU
from tests.content.once import read_once
from tests.content.small import copy_small
from tests.serving import run, serving, until
from tests.stage import played

COPY = "knowledge/procedures/trich-luc-ho-tich.yaml"
ASK = "intents/dang-ky-khai-sinh.yaml"
FEE = "answer:trich-luc-ho-tich:fee"
ADMIN = f"telegram:{THU.id}"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return copy_small(tmp_path_factory.mktemp("content"))


@pytest.fixture
def home(files):
    """The files as they were, again after each story."""
    kept = {path: path.read_bytes() for path in (files / COPY, files / ASK)}
    yield files
    for path, raw in kept.items():
        path.write_bytes(raw)


@pytest.fixture(autouse=True)
def composed_once(monkeypatch):
    read_once(monkeypatch)


class Desk:
    """A maintainer's editor, and the bot's eye on what is saved."""

    def __init__(self, play, home, cache):
        self.home = home
        self.play = play
        self.renewal = Renewal(play.turns, play.service.threads, LiveContent(home, cache), ADMIN)

    def save(self, name, before, after):
        path = self.home / name
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    async def is_seen(self):
        """Two looks: the second finds that nobody is still writing."""
        await self.renewal.look()
        await self.renewal.look()
        await self.play.deliver()


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@played
async def test_a_new_fee_is_told_without_a_restart(play, home, cache):
    desk = Desk(play, home, cache)
    await play.hears(LAN.presses(FEE))
    assert "8.000" in play.said(LAN)[-1]
    desk.save(COPY, "amount: 8000", "amount: 9000")
    await desk.is_seen()
    await play.hears(LAN.presses(FEE))
    assert "9.000" in play.said(LAN)[-1]
    assert "8.000" not in play.said(LAN)[-1]
    assert play.said(THU) == []


@played
async def test_what_is_just_being_saved_waits(play, home, cache):
    desk = Desk(play, home, cache)
    desk.save(COPY, "amount: 8000", "amount: 9000")
    await desk.renewal.look()
    await play.hears(LAN.presses(FEE))
    assert "8.000" in play.said(LAN)[-1]


@played
async def test_a_broken_file_reaches_only_the_administrators(play, home, cache):
    desk = Desk(play, home, cache)
    desk.save(COPY, "  - amount: 8000", "  - amount: tám nghìn")
    await desk.is_seen()
    await desk.is_seen()
    await play.hears(LAN.presses(FEE), LAN.says("em mới sinh con, cần giấy gì"))
    assert "8.000" in "".join(play.said(LAN))
    assert "Giấy chứng sinh" in play.said(LAN)[-1]
    (told,) = play.said(THU)
    assert play.say("admin.broken", count=1) in told
    assert f"{COPY}:109: `tám nghìn` không phải là số nguyên; chỉ viết chữ số, không chấm, không cách" in told
    desk.save(COPY, "  - amount: tám nghìn", "  - amount: 7000")
    await desk.is_seen()
    await play.hears(LAN.presses(FEE))
    assert "7.000" in play.said(LAN)[-1]
    assert play.said(THU)[-1] == play.say("admin.mended")


@played
async def test_many_mistakes_are_told_in_one_message(play, home, cache):
    desk = Desk(play, home, cache)
    text = (home / COPY).read_text(encoding="utf-8")
    (home / COPY).write_text(text.replace("source: [", "sauce: ["), encoding="utf-8")
    await desk.is_seen()
    (told,) = play.said(THU)
    assert told.count(f"{COPY}:") == 20
    assert "python main.py check" in told


@played
async def test_a_file_cut_off_in_the_middle_changes_nothing(play, home, cache):
    desk = Desk(play, home, cache)
    whole = (home / ASK).read_bytes()
    (home / ASK).write_bytes(whole[: len(whole) // 2] + b'"')
    await desk.is_seen()
    await play.hears(LAN.presses(FEE))
    assert "8.000" in play.said(LAN)[-1]
    assert "intents/dang-ky-khai-sinh.yaml:" in play.said(THU)[-1]


BOMB = "a: &a [x]\n" + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in pairwise("abcdefghij"))
HOSTILE = {"an alias to itself": "x: &a [*a]\n", "an alias bomb": BOMB, "a well": "x: " + "[" * 100_000 + "\n"}


@pytest.mark.only_on("sqlite", "what a file may hold does not depend on the database")
@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_with_its_line(turns, home, cache, what):
    @played
    async def story(play):
        desk = Desk(play, home, cache)
        file = home / "knowledge/procedures/zz.yaml"
        file.write_text("id: zz\n" + HOSTILE[what], encoding="utf-8")
        try:
            await desk.is_seen()
        finally:
            file.unlink()
        await play.hears(LAN.presses(FEE))
        assert "8.000" in play.said(LAN)[-1]
        (told,) = play.said(THU)
        assert "knowledge/procedures/zz.yaml:2: " in told

    story(turns)


@played
async def test_a_file_that_breaks_our_own_reader_changes_nothing_and_is_told(play, home, cache, monkeypatch):
    def broken(_root):
        raise MemoryError

    desk = Desk(play, home, cache)
    desk.save(COPY, "amount: 8000", "amount: 9000")
    with monkeypatch.context() as patch:
        patch.setattr("bot.content.live.load", broken)
        await desk.is_seen()
    await play.hears(LAN.presses(FEE))
    assert "8.000" in play.said(LAN)[-1]
    assert play.said(THU)[0].startswith(play.say("admin.trouble"))
    assert "saved files: MemoryError (bot/content/live.py:" in play.said(THU)[0]
    desk.save(COPY, "amount: 9000", "amount: 7000")
    await desk.is_seen()
    await play.hears(LAN.presses(FEE))
    assert "7.000" in play.said(LAN)[-1]


@pytest.mark.only_on("sqlite", "what a phrase teaches does not depend on the database")
@played
async def test_a_new_phrase_is_understood_when_it_is_learnt(play, home, cache):
    desk = Desk(play, home, cache)
    desk.save(ASK, "\nen:\n", "\n  - xuxu lala bubu | fee\n  - cho hỏi xuxu lala bubu\nen:\n")
    desk.save(COPY, "amount: 8000", "amount: 9000")
    before = play.turns.house.engine
    await desk.is_seen()
    assert play.turns.house.engine is before
    await play.hears(LAN.presses(FEE))
    assert "9.000" in play.said(LAN)[-1]
    await desk.renewal.learnt()
    await play.hears(LAN.says("xuxu lala bubu?"))
    assert "Việc: Đăng ký khai sinh" in play.said(LAN)[-1]
    await desk.renewal.close()


@played
async def test_learning_ends_with_the_bot(play, home, cache):
    desk = Desk(play, home, cache)
    desk.save(ASK, "\nen:\n", "\n  - xuxu lala bubu\nen:\n")
    await desk.is_seen()
    await desk.renewal.close()
    assert not os.path.exists(cache)  # noqa: ASYNC240, PTH110 - one look at a local folder


def test_the_running_service_takes_in_what_is_saved(turns, home, cache, monkeypatch):
    monkeypatch.setattr("bot.service.renewal.LOOK_SECONDS", 0.01)

    async def story(server):
        async with serving(turns, server, live=LiveContent(home, cache), admin_chat_id=str(THU.id)) as task:
            await server.inject(LAN.presses(FEE))
            await until(lambda: any("8.000" in text for text in server.texts(LAN.id)), task)
            path = home / COPY
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace("amount: 8000", "amount: x"), encoding="utf-8")
            await until(lambda: server.texts(THU.id), task)
            path.write_text(text.replace("amount: 8000", "amount: 9000"), encoding="utf-8")
            await until(lambda: len(server.texts(THU.id)) == 2, task)
            await server.inject(LAN.presses(FEE))
            await until(lambda: any("9.000" in text for text in server.texts(LAN.id)), task)

    run(story)
