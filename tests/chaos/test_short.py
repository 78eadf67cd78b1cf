"""The beginning of `make chaos`, in every run of the tests."""

import asyncio
import random

import pytest

from tests.chaos import faults


@pytest.mark.usefixtures("house")  # what the phrases teach has been learnt before a process needs it
@pytest.mark.parametrize(
    "story",
    [
        pytest.param(lambda chance: faults.killed(chance, "sqlite", 1, at_once=1), id="killed"),
        pytest.param(lambda chance: faults.without_database(chance, 1), id="without its database"),
    ],
)
def test_nothing_is_lost_and_nothing_twice(story):
    seen = asyncio.run(story(random.Random(7)))
    assert seen.wrong == []
    assert seen.figures["updates"] > 10
