"""The audit log: who looked at or changed what. Only added to, and chained: each line carries the hash of the last."""

import datetime as dt
import hashlib
import json

from sqlalchemy import Connection, RowMapping, exists, func, insert, select

from bot.store.database import Lock
from bot.store.tables import audit

FIRST = "0" * 64
_LAST = select(audit.c.hash).order_by(audit.c.id.desc()).limit(1)
_NOTE = insert(audit)


def note(connection: Connection, *, actor: str, action: str, subject: str, now: dt.datetime) -> None:
    """Add a line. Processes wait for one another, so that the chain has no fork."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(int(Lock.AUDIT))))
    before = last(connection)
    values = {"at": now, "actor": actor[:80], "action": action[:20], "subject": subject[:80], "before": before}
    connection.execute(_NOTE, {**values, "hash": _hash(values)})


def broken_at(connection: Connection) -> tuple[int, int | None]:
    """How many lines there are, and the number of the first that was changed, or stands where one was removed."""
    before, count = FIRST, 0
    for line in connection.execute(select(audit).order_by(audit.c.id)).mappings():
        count += 1
        if line["before"] != before or line["hash"] != _hash(line):
            return count, int(line["id"])
        before = line["hash"]
    return count, None


def last(connection: Connection) -> str:
    """The hash of the last line: kept elsewhere, it shows lines cut off at the end."""
    return connection.execute(_LAST).scalar_one_or_none() or FIRST


def of_subject(connection: Connection, subject: str) -> list[RowMapping]:
    return list(connection.execute(select(audit).where(audit.c.subject == subject).order_by(audit.c.id)).mappings())


def is_noted(connection: Connection, *, actor: str, action: str, subject: str, since: dt.datetime) -> bool:
    """Whether there is such a line since a moment."""
    where = (audit.c.subject == subject, audit.c.actor == actor, audit.c.action == action, audit.c.at > since)
    return bool(connection.execute(select(exists().where(*where))).scalar_one())


def _hash(line: "dict[str, object] | RowMapping") -> str:
    at = line["at"]
    assert isinstance(at, dt.datetime)  # noqa: S101 - what the column gives
    told = [at.astimezone(dt.UTC).isoformat(), line["actor"], line["action"], line["subject"], line["before"]]
    return hashlib.sha256(json.dumps(told, ensure_ascii=True).encode()).hexdigest()
