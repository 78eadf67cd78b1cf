"""The cast's stage: the real content, a real database on disk, a settable clock."""

import datetime as dt
import gc
import itertools
import os
import shutil
import tempfile
from pathlib import Path
from unittest import mock

import pytest

from bot.content.load import BrokenContent, examine
from bot.conversation.scene import House
from bot.kept import index, recall
from bot.learned import load_engine
from bot.store.database import head, open_database
from bot.turn import Turns
from tests.both import Seen
from tests.postgres import Postgres, Wiper, address, drop_database, make_database

ROOT = Path(__file__).parent.parent
CACHE = ROOT / "var" / "cache"
os.environ["PORT"] = "0"  # services of several tests run at the same time; each takes a free port
SERVER = "MOTCUA_TEST_POSTGRES"  # the folder of the session's server, as the workers of xdist learn it
MEMORY = Path("/dev/shm")  # noqa: S108 - where there is one, nobody waits for a disk that a power cut would not matter to
ALWAYS_ON_BOTH = {"spine", "commands"}  # folders whose stories are about the database
SELDOM = (50_000, 20, 50)  # how many new objects the collector waits for: a story makes few that it has to find
numbers = itertools.count(1)
opened = {}  # by address: what was compiled for a database serves the next one at its place
spare = []  # empty, migrated databases on PostgreSQL
wipers = {}  # of each of these
postgres = None
seen = Seen()


def pytest_addoption(parser):
    parser.addoption("--both", action="store_true", help="tell every story on SQLite and on PostgreSQL")


def pytest_configure(config):
    gc.set_threshold(*SELDOM)
    config.addinivalue_line("markers", "only_on(database, reason): a story that has no meaning on the other one")
    config.addinivalue_line("markers", "on_both: a story that asks the database for what no other asks PostgreSQL for")


def pytest_sessionstart(session):
    """One server for the session, started by whoever leads it."""
    global postgres  # noqa: PLW0603 - what is started here is stopped in the other hook
    if session.config.option.collectonly:
        return
    seen.begin()
    if not hasattr(session.config, "workerinput"):
        postgres = Postgres()
        os.environ[SERVER] = str(postgres.folder)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    seen.add(getattr(node, "workeroutput", {}).get("seen", {}))


def pytest_collection_finish():
    gc.freeze()  # the tests themselves, and all that was imported for them, stay


def pytest_sessionfinish(session, exitstatus):
    if session.config.option.collectonly:
        return
    seen.end()
    for one in (*wipers.values(), *opened.values()):
        one.close()
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["seen"] = seen.told()
    if postgres:
        postgres.remove()
        if exitstatus == pytest.ExitCode.OK and everything_was_told(session.config) and seen.missed():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    if exitstatus == pytest.ExitCode.OK and everything_was_told(config):
        for name in seen.missed():
            terminalreporter.write_line(f"bot.store.{name} ran on SQLite only; mark a story of it `on_both`")


def everything_was_told(config):
    return config.args == config.getini("testpaths") and not config.option.keyword and not config.option.lf


@pytest.hookimpl(wrapper=True)  # before the groups are read
def pytest_collection_modifyitems(items):
    """All of the maintainers' files are read by one process; it takes as long as a hundred stories.

    The same one runs what Hypothesis tries, who looks for constants in every file of ours first.
    """
    for item in items:
        reads = "content" in item.fixturenames or getattr(item.obj, "is_hypothesis_test", False)
        if reads and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group("content"))
    with mock.patch("hypothesis.internal.conjecture.providers._get_local_constants"):
        return (yield)


def pytest_generate_tests(metafunc):
    """What is about the database is told on both; else SQLite shows what a story shows, for a third of the time."""
    if "database_url" in metafunc.fixturenames:
        metafunc.parametrize("database_url", databases(metafunc.definition), indirect=True)


def databases(story):
    if only := story.get_closest_marker("only_on"):
        return [only.args[0]]
    asked = story.config.option.both or story.get_closest_marker("on_both")
    return ["sqlite", "postgresql"] if asked or story.path.parent.name in ALWAYS_ON_BOTH else ["sqlite"]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Which database a story is told on; one that asks for none is told on none."""
    if item.get_closest_marker("hypothesis"):
        from hypothesis.internal.conjecture import providers

        providers._get_local_constants()  # which takes too long to be part of an example
    given = getattr(item, "callspec", None)
    seen.turn_to(given and (given.params.get("database_url") or given.params.get("database_kind")))


class Clock:
    """Time stands still until a story moves it."""

    def __init__(self):
        self.now = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)  # a Monday, 09:00 in Hanoi

    def __call__(self):
        return self.now

    def pass_(self, seconds):
        self.now += dt.timedelta(seconds=seconds)


@pytest.fixture(scope="session")
def examined():
    return examine(ROOT)


@pytest.fixture(scope="session")
def content(examined):
    return examined[0]  # what is wrong in it is one failing test of `check`, not the failure of all


@pytest.fixture(scope="session")
def house(request):
    """As a start makes it; where the files have mistakes, of what could be read."""
    try:
        indexed = recall(ROOT, CACHE) or index(ROOT, CACHE)
    except BrokenContent:
        content = request.getfixturevalue("content")
        engine = load_engine(CACHE, content.intents, content.knowledge.gazetteer)
        return House(knowledge=content.knowledge, catalogs=content.catalogs, engine=engine)
    return House(knowledge=indexed.knowledge, catalogs=indexed.catalogs, engine=indexed.engine)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """A migrated database, to be copied: on PostgreSQL its name, on SQLite its file."""
    made = {}

    def of(kind):
        if kind not in made:
            made[kind] = f"migrated-{os.getpid()}" if kind == "postgresql" else tmp_path_factory.mktemp("db") / "x.db"
            if kind == "postgresql":
                make_database(os.environ[SERVER], made[kind])
            where = f"sqlite:///{made[kind]}" if kind == "sqlite" else address(os.environ[SERVER], made[kind])
            open_database(where).close()
        return made[kind]

    return of


@pytest.fixture(scope="session")
def quick(tmp_path_factory):
    """A folder for this process, in memory where the machine has such folders."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        yield tmp_path_factory.mktemp("quick")
        return
    with tempfile.TemporaryDirectory(prefix="motcua-", dir=MEMORY) as folder:
        yield Path(folder)


@pytest.fixture
def database_url(request, quick, migrated):
    """A fresh, migrated database, on each kind in turn."""
    if request.param == "sqlite":
        file = quick / "live" / "motcua.db"  # the same for each story, so that what was compiled for it serves the next
        file.parent.mkdir()
        yield f"sqlite:///{shutil.copy(migrated('sqlite'), file)}"
        shutil.rmtree(file.parent)
        return
    folder = os.environ[SERVER]
    if not spare:
        spare.append(f"t{next(numbers)}-{os.getpid()}")
        make_database(folder, spare[0], migrated("postgresql"))
        wipers[spare[0]] = Wiper(folder, spare[0])
    name = spare.pop()
    yield address(folder, name)
    if wipers[name].wipe(head()):
        spare.append(name)
    else:
        wipers.pop(name).close()
        if known := opened.pop(address(folder, name), None):
            known.close()
        drop_database(folder, name)


@pytest.fixture
def empty_url(database_kind, tmp_path):
    """A database in which nothing is yet, on each kind in turn."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    folder, name = os.environ[SERVER], f"e{next(numbers)}-{os.getpid()}"
    make_database(folder, name)
    yield address(folder, name)
    drop_database(folder, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request):
    return request.param


@pytest.fixture
def database(database_url):
    database = opened.get(database_url) or open_database(database_url)
    opened[database_url] = database
    yield database
    if not database.shared:  # what a server's connections know of it serves the next story
        database.close()


@pytest.fixture
def turns(database, house, clock):
    return Turns(database, house, clock)
