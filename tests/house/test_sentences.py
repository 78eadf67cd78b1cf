"""Every sentence has its place: the keys in the code and the keys in the catalogs are the same."""

import ast
import re

import pytest

from bot.chat.serve import COMMANDS
from bot.content.schema import Certainty, Counter, Language, Topic, Unit
from bot.conversation.citizen.answers import ON_BUTTONS
from bot.conversation.citizen.talk import SMALL_TALK
from bot.conversation.converse import ATTACHMENTS
from tests.conftest import ROOT

KEY = re.compile(r"[a-z_]+\.(?!py$)[a-z_]+")
# Keys put together at run time, from closed sets.
BUILT = {
    *(f"command.{name}" for name in COMMANDS),
    *(f"topic.{topic}" for topic in Topic),
    *(f"aspect.{aspect}" for aspect in ON_BUTTONS),
    *(f"attachment.{kind}" for kind in ATTACHMENTS),
    *(f"talk.{kind}" for kind in SMALL_TALK),
    *(f"certainty.{one}" for one in Certainty if one is not Certainty.CHECKED),
    *(f"time.{unit}" for unit in Unit if unit is not Unit.SAME_DAY),
    *(f"time.one_{unit}" for unit in Unit if unit is not Unit.SAME_DAY),
    *(f"time.{part}" for part in ("when", "starts", "pauses")),
    *(f"online.{level}" for level in ("full", "partial", "no")),
    *(f"papers.{how}" for how in ("submit", "show", "certified", "plain")),
    *(f"fee.{channel}" for channel in ("counter", "online")),
    *(f"checklist.{how}" for how in ("submit", "show")),
    *(f"day.{day}" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")),
}


@pytest.fixture(scope="module")
def keys(content):
    return set(content.catalogs[Language.VI].sentences)


@pytest.fixture(scope="module")
def written():
    """Keys that stand in the code whole."""
    return {text for path in sorted((ROOT / "bot").rglob("*.py")) for text in _whole_strings(path)}


def _whole_strings(path):
    tree = ast.parse(path.read_text())
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.value


def test_the_three_languages_have_the_same_keys(content, keys):
    for catalog in content.catalogs.values():
        assert set(catalog.sentences) == keys


def test_every_key_in_the_code_is_in_the_catalogs(keys, written):
    groups = {key.partition(".")[0] for key in keys}
    asked = {text for text in written if KEY.fullmatch(text) and text.partition(".")[0] in groups}
    assert asked | BUILT <= keys


def test_every_sentence_is_said_somewhere(keys, written):
    assert keys <= written | BUILT


def test_telegram_takes_the_commands(content):
    for name in COMMANDS:
        assert re.fullmatch(r"[a-z0-9_]{1,32}", name)
        for catalog in content.catalogs.values():
            assert 1 <= len(catalog.say(f"command.{name}")) <= 256


def test_every_counter_has_a_name_in_three_languages(content):
    for counter in Counter:
        name = content.knowledge.counters[counter].name
        assert all(name.of(language) for language in Language)
