"""What of the store ran on which database: what SQLite alone has seen is not known to work on PostgreSQL."""

import sys
from pathlib import Path

STORE = str(Path(__file__).parent.parent / "bot" / "store")
TOOL = 4  # one of the numbers that Python leaves to whoever wants one
KINDS = ("sqlite", "postgresql")
STARTED = sys.monitoring.events.PY_START


class Seen:
    """The functions of `bot/store/` that were called while a story was told on each database."""

    def __init__(self):
        self.on = {kind: set() for kind in KINDS}
        self._nowhere = set()  # called by tests that ask for no database
        self._here = self._nowhere

    def begin(self):
        sys.monitoring.use_tool_id(TOOL, "seen")
        sys.monitoring.register_callback(TOOL, STARTED, self._starts)
        sys.monitoring.set_events(TOOL, STARTED)

    @staticmethod
    def end():
        """What runs while Python itself ends is nobody's story."""
        sys.monitoring.set_events(TOOL, 0)
        sys.monitoring.free_tool_id(TOOL)

    def turn_to(self, kind):
        self._here = self.on.get(kind, self._nowhere)

    def _starts(self, code, _):
        folder, _, file = code.co_filename.rpartition("/")
        if folder != STORE or "<" in code.co_qualname:
            return sys.monitoring.DISABLE  # is never asked about again, and costs nothing
        self._here.add(f"{file.removesuffix('.py')}.{code.co_qualname}")
        return None

    def told(self):
        """As one process of the tests tells another."""
        return {kind: sorted(names) for kind, names in self.on.items()}

    def add(self, told):
        for kind, names in told.items():
            self.on[kind] |= set(names)

    def missed(self):
        return sorted(self.on["sqlite"] - self.on["postgresql"] - OF_SQLITE - OF_NONE - NOT_YET)


OF_SQLITE = {
    "alone.alone",
    "alone._taken",
    "backup._reason",
    "database.Database.empty_log",
    "database.count_in",
    "inbox.waiting",
}
OF_NONE = {
    "database._known",  # asked once in a process, of the migrations' folder
    "database._first_line",  # of an address where nothing answers, which no story is told on
    "database._reason",
}
NOT_YET = {  # what no story asks PostgreSQL for; to be taken from here, never added to
    "passkeys.drop",
    "shown.forget",
    "visits.lent",
}
