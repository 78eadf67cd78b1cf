"""Questions that come at the same moment share a transaction: nobody notices."""

import pytest

from bot.casework.gate import Limits
from bot.conversation.visit import Kind, Visit
from bot.store import inbox, outbox
from bot.store.inbox import Receipt, Waiting
from bot.turn import Call, Turns, converse
from tests.cast import EMMA, LAN, Group, Person
from tests.stage import played

NGOC_HA = 8
HOA, MINH = Person(31, "Hòa"), Person(32, "Minh")
STAFF = Group(-100_500)
CROWD = [Person(100 + n, f"Dân {n}") for n in range(20)]
QUESTION = "em mới sinh con, cần giấy gì"


def arrive(turns, *people, first=1):
    """Their questions, stored side by side."""
    calls = [
        Call(Visit(chat=f"telegram:{one.id}", kind=Kind.TEXT, text=QUESTION), Receipt(source="telegram", number=number))
        for number, one in enumerate(people, first)
    ]
    waiting = [Waiting(receipt=call.receipt, chat=call.visit.chat, raw="{}") for call in calls]
    with turns.database.change() as connection:
        inbox.keep_all(connection, waiting, now=turns.clock())
    return calls


def left(turns, table):
    with turns.database.look() as connection:
        return table.count(connection)


def transactions(turns, monkeypatch):
    begun, change = [], turns.database.change
    monkeypatch.setattr(turns.database, "change", lambda: begun.append(1) or change())
    return begun


def test_twenty_questions_share_one_transaction(turns, monkeypatch):
    calls, begun = arrive(turns, *CROWD), transactions(turns, monkeypatch)
    taken = turns.take_together(calls)
    assert [one.understanding.procedures[0].id for one in taken] == ["dang-ky-khai-sinh"] * 20
    assert len(begun) == 1
    assert (left(turns, inbox), left(turns, outbox)) == ({"done": 20}, {"waiting": 20})


def test_what_was_done_before_is_not_done_again(turns):
    calls = arrive(turns, *CROWD)
    turns.take(calls[3].visit, calls[3].receipt)
    taken = turns.take_together(calls)
    assert [n for n, one in enumerate(taken) if not one.happened] == [3]
    assert left(turns, outbox) == {"waiting": 20}


def test_one_that_fails_takes_no_other_with_it(turns, monkeypatch):
    calls = arrive(turns, *CROWD)

    def broken(visit, *rest):
        if visit.chat == calls[7].visit.chat:
            raise ZeroDivisionError
        return converse(visit, *rest)

    monkeypatch.setattr("bot.turn.converse", broken)
    taken = turns.take_together(calls)
    assert [n for n, one in enumerate(taken) if isinstance(one, ZeroDivisionError)] == [7]
    assert (left(turns, inbox), left(turns, outbox)) == ({"done": 19, "waiting": 1}, {"waiting": 19})


def test_a_flood_among_them_is_passed_over(turns, clock):
    strict = Turns(turns.database, turns.house, clock, Limits(person=2))
    for first in (1, 3, 5):
        taken = strict.take_together(arrive(turns, LAN, EMMA, first=first))
    assert [one.flood for one in taken] == [True, True]


@pytest.mark.parametrize("crowd", [CROWD[:1], CROWD], ids=["one beside", "many beside"])
@played
async def test_words_to_the_desk_reach_it_among_questions(play, crowd):
    await play.opens_desk(NGOC_HA, STAFF, HOA)
    await play.asks(LAN)
    await play.hears(STAFF.presses(HOA, play.action(STAFF, "d:claim:")))
    await play.store(*(one.says(QUESTION) for one in crowd), LAN.says("tên mẹ là Nguyễn Thị Lụa"), HOA.says(QUESTION))
    await play.act()
    await play.deliver()
    assert any("Nguyễn Thị Lụa" in text for text in play.said(STAFF))
    assert not any("Nguyễn Thị Lụa" in text for one in crowd for text in play.said(one))
    assert all(len(play.said(one)) == 1 and "sinh" in play.said(one)[0] for one in (*crowd, HOA)[:-1])


@played
async def test_each_is_remembered_and_answered_in_their_own_commune(play):
    names = ["Ngọc Hà", "Thường Tín"]
    for one, name in zip((LAN, EMMA), names, strict=True):
        await play.hears(one.says(f"/commune {name}, Hà Nội"))
    await play.store(*(one.says(QUESTION) for one in (LAN, EMMA, MINH)))
    await play.act()
    await play.store(*(one.says("ở đâu") for one in (LAN, EMMA, MINH)))
    await play.act()
    await play.deliver()
    assert names[0] in play.said(LAN)[-1]
    assert names[1] in play.said(EMMA)[-1]
    assert not any(name in play.said(MINH)[-1] for name in names)
