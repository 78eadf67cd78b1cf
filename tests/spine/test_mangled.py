"""Updates of every shape with anything anywhere in them: each is accounted for, and none stops the good one behind."""

import copy
import itertools

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.store import inbox
from tests.cast import LAN, STRANGER
from tests.stage import played

PHOTO = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
BASES = [
    LAN.says("em mới sinh con, cần giấy gì"),
    LAN.says("/commune Ngọc Hà"),
    LAN.presses("answer:dang-ky-khai-sinh:fee"),
    LAN.edits("lệ phí"),
    LAN.sends(photo=PHOTO, caption="giấy này"),
    LAN.sends(location={"latitude": 21.0, "longitude": 105.0}),
    {"my_chat_member": {"chat": LAN.chat(), "from": LAN.user(), "date": 1}},
    {"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -200, "type": "channel", "title": "x"}, "text": "x"}},
]
JUNK = st.sampled_from([None, True, 0, -1, 7, 2**31, 2**63, 10**30, 1.5, "", "x", "\ud800", [], ["x"], {}, {"id": "x"}])
numbers = itertools.count(1)


def places(part, path=()):
    if isinstance(part, dict):
        for key, value in part.items():
            yield (*path, key)
            yield from places(value, (*path, key))


@st.composite
def mangled(draw):
    update = copy.deepcopy(draw(st.sampled_from(BASES)))
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(list(places(update))))
        holder = update
        for key in way:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = draw(JUNK)
        elif len(holder) > 1:
            del holder[last]
    return update


@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=15,
    phases=[Phase.generate],  # a list of updates is seen through faster than hypothesis shrinks it
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(updates=st.lists(mangled(), min_size=10, max_size=30))
def test_mangled_updates_are_accounted_for_and_hold_up_nobody(turns, database, updates):
    @played
    async def story(play):
        await play.hears(*({"update_id": next(numbers), **update} for update in updates))
        await play.hears({"update_id": next(numbers), **STRANGER.says("/help")})
        assert play.say("help.ask") in play.said(STRANGER)[-1]
        with database.look() as connection:
            assert "waiting" not in inbox.count(connection)

    story(turns)
