"""Updates of every shape with anything anywhere in them: each is accounted for, and none stops the good one behind."""

import itertools
import random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.store import inbox
from tests.cast import STRANGER
from tests.mangling import mangled
from tests.stage import played

numbers = itertools.count(1)


@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=8,  # `make chaos` has a hundred thousand
    phases=[Phase.generate],  # a list of updates is seen through faster than hypothesis shrinks it
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32), count=st.integers(10, 30))
def test_mangled_updates_are_accounted_for_and_hold_up_nobody(turns, database, seed, count):
    chance = random.Random(seed)

    @played
    async def story(play):
        await play.hears(*({"update_id": next(numbers), **mangled(chance)} for _ in range(count)))
        await play.hears({"update_id": next(numbers), **STRANGER.says("/help")})
        assert play.say("help.ask") in play.said(STRANGER)[-1]
        with database.look() as connection:
            assert "waiting" not in inbox.count(connection)

    story(turns)
