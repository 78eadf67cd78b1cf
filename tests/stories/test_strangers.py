"""Whoever has no right gets nothing done, and is told nothing; whoever presses twice does it once."""

import pytest

from bot.casework.officers import COMMANDS
from tests.cast import BA_DINH, HOA, LAN, MINH, NGOC_HA, STRANGER, TAM
from tests.stage import played

WORDS = {"transfer": " 4 lý do", "answer": " xin chào"}


def requests_of(play):
    with play.turns.database.look() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM requests").mappings().fetchall()
        events = connection.exec_driver_sql("SELECT count(*) FROM events").scalar_one()
        return [dict(row) for row in rows], events


async def claimed(play):
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    await play.opens_desk(4, BA_DINH, TAM)
    code = await play.asks(LAN)
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    return code


@played
async def test_strangers_get_nowhere(play):
    code = await claimed(play)
    before, told = requests_of(play), len(play.said(LAN))
    for verb in sorted(COMMANDS):
        words = f"/{verb} {code}{WORDS.get(verb, ' lý do')}"
        await play.hears(
            STRANGER.says(words),
            STRANGER.presses(f"d:{verb}:{code}"),
            TAM.says(words),  # an officer, but of another commune
            TAM.presses(f"d:{verb}:{code}"),
            LAN.says(words) if verb not in ("close", "status") else STRANGER.says(words),
            LAN.presses(f"d:{verb}:{code}"),  # a citizen does no officer's work, not even on her own request
        )
        assert requests_of(play) == before, verb
    assert all("Tâm" not in text and "Ẩn danh" not in text for text in play.said(LAN)[told:])
    assert all(code not in text and "Lan" not in text for text in play.said(STRANGER) + play.said(TAM))


@played
async def test_a_revoked_officer_does_nothing_more(play):
    code = await claimed(play)
    await play.hears(NGOC_HA.loses(HOA))
    before = requests_of(play)
    for verb in sorted(COMMANDS):
        words = f"/{verb} {code}{WORDS.get(verb, ' lý do')}"
        await play.hears(HOA.says(words), HOA.presses(f"d:{verb}:{code}"), NGOC_HA.presses(HOA, f"d:{verb}:{code}"))
        assert requests_of(play) == before, verb
    await play.hears(NGOC_HA.hears(HOA, "vẫn là tôi đây", thread=play.topic(NGOC_HA)))
    assert requests_of(play) == before
    assert not any("vẫn là tôi đây" in text for text in play.said(LAN))


ONCE = {
    "claim": [], "release": ["d:claim"], "close": ["d:claim", "/answer"], "accept": ["d:claim", "/transfer"],
    "decline": ["d:claim", "/transfer"], "escalate": ["d:claim"], "returned": ["d:claim", "/escalate"],
    "transfer": ["d:claim"],
}  # fmt: skip


@pytest.mark.parametrize("verb", sorted(ONCE))
@played
async def test_done_twice_is_done_once(play, verb):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.opens_desk(4, BA_DINH, TAM)
    code = await play.asks(LAN)
    for step in ONCE[verb]:
        update = f"/{step[1:]} {code}{WORDS.get(step[1:], ' lý do')}"
        await play.hears(NGOC_HA.presses(HOA, f"{step}:{code}") if step.startswith("d:") else HOA.says(update))
    who = TAM if verb in ("accept", "decline") else HOA
    words = f"/{verb} {code}{WORDS.get(verb, ' lý do')}"
    await play.hears(who.says(words))
    once = requests_of(play)
    await play.hears(who.says(words))
    if verb == "escalate":  # a second step up is another step: only the province may take it
        assert "không làm được" in play.said(who)[-1]
    assert requests_of(play) == once


@pytest.mark.on_both
@pytest.mark.parametrize("verb", ["send", "drop", "finish", "cancel", "reopen"])
@played
async def test_a_citizen_presses_twice(play, verb):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.drafts(LAN)
    code = play.action(LAN, "r:send:").rpartition(":")[2]
    if verb not in ("send", "drop"):
        await play.hears(LAN.presses(f"r:send:{code}"))
    if verb == "reopen":
        await play.hears(LAN.presses(f"r:cancel:{code}"))
    await play.hears(LAN.presses(f"r:{verb}:{code}"))
    once = requests_of(play)
    await play.hears(LAN.presses(f"r:{verb}:{code}"))
    assert requests_of(play) == once


@played
async def test_a_strangers_code_is_as_unknown_as_none(play):
    code = await claimed(play)
    for words in (f"/status {code}", f"/cancel {code}", f"/close {code}", f"/reopen {code}", "/status MC-ZZZZ-ZZ"):
        await play.hears(STRANGER.says(words))
        assert play.said(STRANGER)[-1] == play.say("refused.unknown", who="")
    for verb in ("send", "status", "write", "finish", "cancel", "rate", "photo", "kind", "change", "drop"):
        await play.hears(STRANGER.presses(f"r:{verb}:{code}:1"))
        assert play.said(STRANGER)[-1] == play.say("button.old")
