"""Every sentence has its place: the keys in the code and the keys in the catalogs are the same."""

import ast
import re
import string

import pytest

from bot.ahead.benefits import Asks
from bot.ahead.slots import Wish as SlotWish
from bot.casework import ahead
from bot.casework.front import BY_BUTTON
from bot.casework.officers import GOES_OUT, PROMPTED
from bot.casework.worklist import LATER, LISTS
from bot.content import second_tier as tiers
from bot.content.completeness import CANNED
from bot.content.known import WANTED
from bot.content.reported import OF_KINDS
from bot.content.schema import Aspect, Certainty, Counter, DateOf, Language, Topic, Unit
from bot.conversation.citizen.answers import ON_BUTTONS
from bot.conversation.citizen.second_tier import OF_LEVELS
from bot.conversation.citizen.talk import SMALL_TALK
from bot.conversation.converse import ATTACHMENTS
from bot.conversation.staff.notices import NoticeKind
from bot.desk.lifecycle import Action
from bot.desk.request import Body, Level, RequestKind, Role, Status
from bot.doors.telegram.menus import COMMANDS
from bot.doors.web.desk.practice import STEPS
from bot.measure.indicators import KEYS as INDICATORS
from bot.measure.open_data import MATTERS, PLACES, PROCEDURES
from bot.understanding.dates import Unclear
from tests.conftest import ROOT

# Every reason that a step may be refused for.
REASONS = {
    reason
    for path in (ROOT / "bot").rglob("*.py")
    for reason in re.findall(r'Refused\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
} | {"over", "escalated", "now", "yours", "taken", "not_owner", "not_yours", "unclaimed", "claim_first"}
WORDED = ("more", "note", "transfer", "escalate", "decline", "returned")  # deeds with a box of their own
KEY = re.compile(r"[a-z_]+\.(?!py$|yaml$|html$|css$|js$)[a-z_]+")
# Keys put together at run time, from closed sets.
BUILT = {
    *(f"office_table.{one}" for one in ("high", "medium")),
    *(f"command.{name}" for name in COMMANDS),
    *(f"topic.{topic}" for topic in Topic),
    *(f"aspect.{aspect}" for aspect in ON_BUTTONS),
    *(f"attachment.{kind}" for kind in ATTACHMENTS),
    *(f"talk.{kind}" for kind in SMALL_TALK),
    *(f"doubt.{one}" for one in Certainty if one is not Certainty.CHECKED),
    *(f"unknown.{aspect}" for aspect in Aspect),
    *(f"asked.{aspect}" for aspect in Aspect),
    *(f"{what}.{which}" for what in ("fee", "time") for which in ("one", "first")),
    *(f"waiver.{pays}" for pays in ("nothing", "half")),
    *(f"time.{unit}" for unit in Unit if unit is not Unit.SAME_DAY),
    *(f"time.one_{unit}" for unit in Unit if unit is not Unit.SAME_DAY),
    *(f"time.{part}" for part in ("when", "starts", "pauses")),
    *(f"online.{level}" for level in ("full", "partial", "no")),
    *(f"papers.{how}" for how in ("submit", "show", "certified", "plain")),
    *(f"fee.{channel}" for channel in ("counter", "online")),
    *(f"checklist.{how}" for how in ("submit", "show")),
    *(f"kind.{one}" for one in RequestKind),
    *(f"draft.write_{one}" for one in RequestKind),
    *(f"draft.as_{one}" for one in RequestKind),
    *(f"command.{name}" for name in BY_BUTTON),
    *(f"counter.{how}" for how in ("here", "again", "missed", "served", "noted_served", "noted_missed")),
    *(f"draft.to_{one}" for one in Body),
    *(f"body.{one}" for one in Body),
    *(f"matter.ask_{verb}" for verb in ("pass", "answer")),
    *(f"status.{one}" for one in Status),
    *(f"level.{one}" for one in Level),
    *(f"language.{one}" for one in Language),
    *(f"role.{one}" for one in Role),
    *(f"prompt.{one}" for one in PROMPTED),
    *(f"deed.{one}" for one in GOES_OUT),
    *(f"screen.list_{name}" for name in LISTS),
    *(f"screen.later_{when}" for when in LATER),
    *(f"screen.tour_{step}{how}" for step in STEPS for how in ("", "_how")),
    *(f"screen.{what}_{verb}" for what in ("do", "words", "send") for verb in WORDED),
    *(f"screen.pick_{group}" for group in ("paper", "statement", "field")),
    *(f"screen.state_{state}" for state in ("arrived", "on_its_way", "held", "gone", "seen", "failed", "kept")),
    *(f"admin.{one}_over" for one in ("slow", "door", "disk")),
    *(f"screen.fact_{one}" for one in WANTED),
    *(f"screen.blank_{one}" for one in CANNED),
    *(f"screen.event_{action}" for action in Action),
    *(f"measure.{key}{how}" for key in INDICATORS for how in ("", "_how")),
    *(f"open.column_{name}" for name in (*PLACES, *PROCEDURES, *MATTERS)),
    *(f"refused.{reason}" for reason in REASONS),
    *(f"queue.{part}" for part in ("overdue", "soon", "offered", "mine", "unclaimed", "others")),
    *(f"benefit.{what}_{one}" for one in Asks for what in ("ask", "because")),
    *(f"benefit.{one}_{of}" for one in (Asks.AGE, Asks.INCOME) for of in ("below", "between", "from")),
    *(f"benefit.household_{one}" for one in ("poor", "near_poor", "neither")),
    *(f"benefit.disability_{one}" for one in ("very_severe", "severe", "mild", "none")),
    *(f"benefit.pension_{one}" for one in ("yes", "no")),
    *(f"notices.kind_{kind}" for kind in NoticeKind),
    *(f"broadcast.is_{one}" for one in ("waiting", "sending", "paused", "done", "refused")),
    *(f"hours.is_{one}" for one in ("waiting", "held", "refused", "dropped")),
    *(f"hours.done_{one}" for one in ("waiting", "held", "refused", "dropped")),
    *(f"hours.propose_{kind}" for kind in OF_KINDS),
    *(
        f"hours.bad_{one}"
        for one in ("unread", "no_such_time", "backwards", "overlap", "too_many", "day_alone", "nothing")
    ),
    *(f"book.{what}_{wish}" for what in ("wait", "wish") for wish in SlotWish),
    *(f"remind.date_{one}" for one in DateOf),
    *(f"remind.{one}" for one in Unclear),
    *(f"unasked.{what}_{kind}" for what in ("stop", "stopped") for kind in ahead.Kind),
    *(f"second.level_{level}" for level in tiers.Level),
    *(f"second.desk_{desk}" for desk in tiers.Desk if desk not in OF_LEVELS),
    *(f"second.channel_{channel}" for channel in tiers.Channel),
    *(f"day.{day}" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")),
}


@pytest.fixture(scope="module")
def keys(content):
    return set(content.catalogs[Language.VI].sentences)


@pytest.fixture(scope="module")
def written():
    """Keys that stand in the code whole."""
    told = {text for path in sorted((ROOT / "bot").rglob("*.py")) for text in _whole_strings(path)}
    pages = (path.read_text(encoding="utf-8") for path in sorted((ROOT / "bot").rglob("*.html")))
    return told | {key for page in pages for key in re.findall(r"[\"']([a-z_]+\.[a-z_]*[a-z])[\"']", page)}


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


SPEAKS = {"say", "line", "title", "button"}
TOLD = {"told": {"code", "who", "commune"}}  # given to every sentence of its kind


def test_every_sentence_gets_what_it_names(content):
    for path in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            keys = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            keys = [key for key in keys if KEY.fullmatch(key)][:1]
            if name not in (SPEAKS | set(TOLD)) or not keys or any(k.arg is None for k in node.keywords):
                continue
            given = {k.arg for k in node.keywords} | TOLD.get(name, set())
            for catalog in content.catalogs.values():
                if sentence := catalog.sentences.get(keys[0]):
                    named = {field for _, field, _, _ in string.Formatter().parse(sentence) if field}
                    assert named <= given, f"{path.name}: {keys[0]} names {named - given}"
