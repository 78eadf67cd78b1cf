"""The arrows of the house: who may import whom, and what stands in which room."""

import ast
import re

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.xdist_group("arrows")  # each file is read once

BOT = ROOT / "bot"
FILES = sorted(BOT.rglob("*.py"))
ONLY_IN = {
    "telegram": {"doors/telegram"},
    "prometheus_client": {"service"},
    "starlette": {"doors", "service"},
    "uvicorn": {"service"},
    "httpx": {"doors"},
    "asyncio": {"doors", "service", "commands"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "yaml": {"content"},
    "vietnam_provinces": {"content"},
    "PIL": {"paper"},
    "segno": {"paper"},
    "cryptography": {"doors/zalo"},
    "jinja2": {"doors/web"},
    "webauthn": {"doors/web"},
    "authlib": {"doors/web"},
    "joserfc": {"doors/web"},
    "numpy": {"understanding"},
}
PURE = ("understanding", "conversation", "desk", "ahead", "measure")
NEVER_IN_PURE = {"os", "pathlib", "io", "time", "random", "logging", "socket", "subprocess", "asyncio"}
# The learner's seeded shuffle gives the same on every machine.
EXCUSED = {("bot/understanding/perceptron.py", "random")}
LETTERS = "bot.understanding.fold"  # may be asked by whoever compares words
MAY_USE = {
    "content": {"content"},
    "learned.py": {"content", "understanding"},
    "kept.py": {"content", "learned", "understanding"},
    "understanding": {"understanding", "content"},
    "desk": {"desk", "content"},
    "ahead": {"ahead", "desk", "content", "quiet"},
    "measure": {"measure", "desk"},
    "conversation": {"conversation", "ahead", "desk", "measure", "understanding", "content"},
    "store": {"store", "quiet", "measure"},
    "quiet.py": set(),
    "casework": {"casework", "ahead", "conversation", "desk", "measure", "store", "understanding", "content"},
    "turn.py": {"casework", "conversation", "store", "understanding"},
    "paper": {"paper", "conversation"},
    "doors": {
        "doors",
        "casework",
        "desk",
        "measure",
        "service",
        "logs",
        "paper",
        "turn",
        "store",
        "conversation",
        "content",
        "config",
    },
    "service": {"service", "doors", "kept", "learned", "logs", "turn", "store", "conversation", "content", "config"},
    "commands": {
        "paper",
        "casework",
        "commands",
        "desk",
        "doors",
        "measure",
        "service",
        "config",
        "learned",
        "turn",
        "store",
        "conversation",
        "content",
        "understanding",
    },
    "config.py": set(),
    "logs.py": set(),
}


@pytest.fixture(scope="module")
def nodes():
    """Of each file, all that it is made of."""
    return {path: list(ast.walk(ast.parse(path.read_text(encoding="utf-8")))) for path in FILES}


def imports(nodes):
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def room(path):
    return path.relative_to(BOT).parts[0]


def rooms(path):
    """The room and the one inside it: `doors/telegram`."""
    return "/".join(path.relative_to(BOT).parts[:2])


def test_arrows_point_one_way(nodes):
    assert [(str(path.relative_to(ROOT)), one) for path in FILES for one in against_the_arrows(path, nodes[path])] == []


def against_the_arrows(path, nodes):
    """What a file imports and may not."""
    name = str(path.relative_to(ROOT))
    for module in imports(nodes):
        top, *rest = module.split(".")
        elsewhere = not ONLY_IN.get(top, {room(path)}) & {room(path), rooms(path)}
        impure = room(path) in PURE and (name, top) not in EXCUSED and top in NEVER_IN_PURE
        ours = top == "bot" and rest and room(path) in MAY_USE and module != LETTERS
        if elsewhere or impure or (ours and rest[0] not in MAY_USE[room(path)]):
            yield module


def test_nobody_but_the_wiring_knows_a_door_by_name(nodes):
    """What is common to all of them stands beside `door.py`; the doctor looks at each channel."""
    known = {
        (str(path.relative_to(ROOT)), module)
        for path in FILES
        if rooms(path) not in ("commands/serving.py", "commands/doctor.py")
        for module in imports(nodes[path])
        if module.startswith("bot.doors.") and (BOT / "doors" / module.split(".")[2]).is_dir()
        if rooms(path) != "/".join(module.split(".")[1:3])
    }
    assert known == set()


def test_pure_rooms_ask_no_clock():
    pure = [path for path in FILES if room(path) in PURE]
    asking = [path for path in pure if re.search(r"\b(now|today|utcnow)\(\)", path.read_text(encoding="utf-8"))]
    assert len(pure) > 50
    assert asking == []


def test_data_folders_hold_no_python():
    assert [p for name in ("knowledge", "intents", "locales") for p in (ROOT / name).rglob("*.py")] == []


VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵ]", re.IGNORECASE)
LETTERS_ARE_DATA = {"fold.py", "legacy.py", "place_names.py", "place_text.py", "redact.py"}
NAMES = re.compile("Một Cửa|Tiếng Việt")


def test_code_holds_no_sentences(nodes):
    files = [path for path in FILES if path.name not in LETTERS_ARE_DATA]
    assert [(str(path.relative_to(ROOT)), said) for path in files for said in sentences_in(nodes[path])] == []


def sentences_in(nodes):
    prose = {id(n.body[0].value) for n in nodes if isinstance(n, _DOCUMENTED) and n.body and _is_text(n.body[0])}
    texts = [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
    ]
    return [text for text in texts if VIETNAMESE.search(NAMES.sub("", text))]


_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def _is_text(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def test_bodies_are_short(nodes):
    lengths = sorted(
        node.end_lineno - node.body[0].lineno + 1
        for path in FILES
        for node in nodes[path]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert lengths[int(len(lengths) * 0.9)] < 20


@pytest.mark.parametrize("name", ["requirements.txt", "tests/requirements.txt", "tests/audit/requirements.txt"])
def test_requirements_are_pinned_with_hashes(name):
    """A package index that is broken into cannot slip us another file under the same version."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    pins = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert len(pins) > 20
    for pin in pins:
        assert re.fullmatch(r"[a-z0-9-]+==\S+( ;.*?)?( +--hash=sha256:[0-9a-f]{64})+ *", pin), pin[:60]


def test_the_set_up_installs_nothing_without_its_hash():
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "deploy/Dockerfile"))
    installing = [line for line in text.splitlines() if re.search(r"pip\b.* install |PIP\) install ", line)]
    assert len(installing) == 4
    assert [line for line in installing if "--require-hashes" not in line or "-r " not in line] == []
