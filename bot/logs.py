"""The log: text for people or a JSON object a line, every line of a turn with the reference that citizens are told."""

import datetime as dt
import json
import logging
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from types import TracebackType

MIN_SECRET = 4  # a shorter one would blot out half of every line
# Below these levels their lines carry citizens' words, chat numbers and the token.
QUIET = {
    "telegram": logging.INFO,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "alembic": logging.WARNING,  # each start would list its plugins
    "psycopg": logging.ERROR,  # its warnings quote the row
}

_reference: ContextVar[str] = ContextVar("reference", default="")


class Form(StrEnum):
    TEXT = "text"
    JSON = "json"


@contextmanager
def under(reference: object) -> Iterator[None]:
    """Everything logged inside carries the reference; `Threads.run` takes it along into its thread."""
    token = _reference.set(str(reference))
    try:
        yield
    finally:
        _reference.reset(token)


def start_log(level: str, form: Form, secrets: Iterable[str]) -> None:
    """Log to standard error from now on; also what ends the process, without its words."""
    handler = logging.StreamHandler()
    handler.setFormatter(Line(form, secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    quieten()
    sys.excepthook = _last_words
    sys.unraisablehook = lambda lost: _told(lost.exc_value)
    threading.excepthook = lambda lost: _told(lost.exc_value)


def quieten() -> None:
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)


class Line(logging.Formatter):
    """One line a record; no secret, and of an exception only where it was raised: its message may quote a citizen."""

    def __init__(self, form: Form, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._form = form
        known = {one for one in secrets if len(one) >= MIN_SECRET}
        escaped = {json.dumps(one, ensure_ascii=False)[1:-1] for one in known}
        self._secrets = sorted(known | escaped, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        line = _as_json(record) if self._form is Form.JSON else _as_text(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


def _as_json(record: logging.LogRecord) -> str:
    line = {
        "at": _moment(record).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "room": record.name,
        "ref": _reference.get(),
        "said": _said(record),
        **getattr(record, "facts", {}),
        "trace": trace_of(record),
    }
    return json.dumps({key: value for key, value in line.items() if value != ""}, ensure_ascii=False, default=str)


def _as_text(record: logging.LogRecord) -> str:
    facts = "".join(f" {name}={value}" for name, value in getattr(record, "facts", {}).items())
    mark = f" [{_reference.get()}]" if _reference.get() else ""
    line = f"{_moment(record):%Y-%m-%d %H:%M:%S} {record.levelname} {record.name}{mark} {_said(record)}{facts}"
    return "\n".join([line, *filter(None, [trace_of(record)])])


def _said(record: logging.LogRecord) -> str:
    """What asyncio says of a task goes on with the task's exception, and that with a citizen's words."""
    said = record.getMessage()
    return said.partition("\n")[0] if record.name == "asyncio" else said


def _moment(record: logging.LogRecord) -> dt.datetime:
    return dt.datetime.fromtimestamp(record.created, dt.UTC)


def trace_of(record: logging.LogRecord) -> str:
    """Where the record's exception and those that led to it were raised: kinds and lines of code, no messages."""
    error, seen = record.exc_info[1] if record.exc_info else None, []
    while error is not None and error not in seen:
        seen.append(error)
        error = error.__cause__ or error.__context__
    return "\n".join("".join([*traceback.format_tb(one.__traceback__), type(one).__name__]) for one in reversed(seen))


def _told(error: BaseException | None) -> None:
    """What nobody could catch; Python itself would print its message."""
    logging.getLogger("bot").error("nobody caught %s", type(error).__name__, exc_info=error)


def _last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("stopped by %s", kind.__name__, exc_info=(kind, error, trace))
