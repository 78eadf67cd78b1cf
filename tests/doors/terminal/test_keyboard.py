"""The conversation at a keyboard, line by line."""

import io

import pytest

from bot.doors.terminal.keyboard import talk
from bot.store.database import open_database
from bot.turn import Turns
from tests.cast import LAN
from tests.serving import run, serving, until

QUESTION = "em mới sinh con, cần giấy gì"


class Keyboard(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def typed(turns):
    """What the screen shows after lines piped in, or typed at a keyboard."""

    def show(*lines, at=io.StringIO, turns=turns):
        screen = io.StringIO()
        talk(turns, at("".join(f"{line}\n" for line in lines)), screen)
        return screen.getvalue()

    return show


def test_the_way_to_telegram_is_said_once_and_first(typed):
    shown = typed("/help")
    assert "TELEGRAM_BOT_TOKEN" in shown.splitlines()[0]
    assert len([line for line in shown.splitlines() if "TELEGRAM_BOT_TOKEN" in line]) == 1


def test_a_number_presses_the_button_under_the_last_answer(typed):
    shown = typed("/language klingon", "2", "/topics")
    assert "[2] English" in shown
    assert "Which field is it about?" in shown


def test_a_number_that_no_button_has_is_a_message_like_any_other(typed, house):
    for number in ("0", "99", "00012", "0001999", "1" * 5000, "²"):
        assert typed("/language klingon", number).count("> ") == 2


def test_a_link_button_shows_its_link(typed, house):
    shown = typed(QUESTION)
    number = next(line for line in shown.splitlines() if house.catalogs["vi"].say("answer.open_portal") in line)
    assert "https://" in typed(QUESTION, number.split("]")[0].strip(" ["))


def test_buttons_of_an_older_answer_are_gone(typed, house):
    catalog = house.catalogs["vi"]
    assert catalog.say("button.old") not in typed("/topics", "/commune", "1")
    assert "[" not in typed("/commune").split("> ")[1]


def test_piped_conversations_share_nothing(typed, monkeypatch):
    """Even where the machine gives every process the same number, as in a container."""
    monkeypatch.setattr("os.getpid", lambda: 7)
    typed("/language en", "/commune Thường Tín")
    shown = typed("/commune")
    assert "Thường Tín" not in shown


def test_at_the_keyboard_the_conversation_goes_on_the_next_day(typed, database_url, house, clock):
    typed("/language en", "/commune Thường Tín", at=Keyboard)
    tomorrow = Turns(open_database(database_url), house, clock)
    assert "Thường Tín" in typed("/commune", at=Keyboard, turns=tomorrow)
    tomorrow.database.close()


def test_empty_lines_and_the_end_of_input_are_silent(typed):
    assert typed("", "   ", "\t").strip().endswith(">")
    assert typed().count("\n") == 1


@pytest.mark.parametrize("line", ["\x00", "\u202e\u200f", "/", "//", "/\u00a0", "🙂" * 30_000])
def test_strange_lines_are_answered(typed, line):
    assert len(typed(line).splitlines()) > 2


def test_bytes_that_are_no_text_are_answered(turns):
    screen = io.StringIO()
    talk(turns, io.TextIOWrapper(io.BytesIO(b"xin ch\xe0o\n/help\n"), encoding="utf-8"), screen)
    assert turns.house.catalogs["vi"].say("help.ask") in screen.getvalue()


def test_a_screen_that_knows_no_vietnamese_shows_marks(turns):
    screen = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    talk(turns, io.StringIO("/help\n"), screen)
    screen.flush()
    assert b"/topics" in screen.buffer.getvalue()


LONG = "Zxq 0912345678 " * 200  # more than the pages that are written anew hide by chance


@pytest.mark.only_on("sqlite", "PostgreSQL keeps its own files")
def test_words_leave_the_disk_with_their_answer(typed, turns, quick):
    folder = quick / "live"
    typed("em mới sinh con, cần giấy gì " + LONG)
    turns.database.close()
    assert [path.name for path in folder.iterdir()] == ["motcua.db"]
    assert b"Zxq 0912345678" not in (folder / "motcua.db").read_bytes()


@pytest.mark.only_on("sqlite", "PostgreSQL keeps its own files")
def test_words_leave_the_disk_while_the_bot_serves(turns, quick, monkeypatch):
    """Its log beside it, too, which keeps what was wiped from the file."""
    monkeypatch.setattr("bot.service.serve.AGENDA_SECONDS", 0.01)
    monkeypatch.setattr("bot.service.serve.LOG_SECONDS", 0.05)

    def found():
        return [one.name for one in (quick / "live").iterdir() if b"Zxq 0912345678" in one.read_bytes()]

    async def story(server):
        await server.inject(LAN.says(LONG))
        async with serving(turns, server) as task:
            await until(lambda: server.texts(LAN.id), task)
            await until(lambda: not found(), task)

    run(story)
