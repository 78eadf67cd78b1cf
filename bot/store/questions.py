"""Questions that found no answer, redacted; and the notices that a rush of them leads to."""

import datetime as dt

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from bot.store.database import Lock
from bot.store.tables import notices, unanswered

type Row = RowMapping


def keep(connection: Connection, *, text: str, commune: int | None, language: str, outcome: str, procedure: str | None,
         now: dt.datetime) -> None:  # fmt: skip
    """Keep a question; `text` has been redacted."""
    connection.execute(
        insert(unanswered).values(
            at=now, text=text, commune=commune, language=language, outcome=outcome, procedure=procedure
        )
    )


WRONG = "wrong"  # the outcome of an answer that somebody marked so: the words are the bot's own


def since(
    connection: Connection, moment: dt.datetime, *, commune: int | None = None, limit: int = 5000, outcome: str = ""
) -> list[Row]:
    """Questions without an answer; of an `outcome`, those alone."""
    where = [
        unanswered.c.at >= moment,
        unanswered.c.outcome == outcome if outcome else unanswered.c.outcome != WRONG,
        *([unanswered.c.commune == commune] if commune is not None else []),
    ]
    return list(connection.execute(select(unanswered).where(*where).order_by(unanswered.c.id).limit(limit)).mappings())


def one_at_a_time(connection: Connection, commune: int) -> None:
    """Until this transaction ends, no other looks whether a notice is to be suggested at a commune."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(int(Lock.NOTICES), commune)))


def suggest(connection: Connection, *, commune: int, sample: str, now: dt.datetime) -> int:
    """Suggest a notice; its number."""
    statement = insert(notices).values(commune=commune, sample=sample, suggested_at=now)
    return int(connection.execute(statement.returning(notices.c.id)).scalar_one())


def suggested(connection: Connection, commune: int, *, after: dt.datetime) -> list[Row]:
    where = (notices.c.commune == commune, notices.c.suggested_at >= after)
    return list(connection.execute(select(notices).where(*where)).mappings())


def notice(connection: Connection, number: int) -> Row | None:
    return connection.execute(select(notices).where(notices.c.id == number)).mappings().one_or_none()


def switch_on(connection: Connection, number: int, *, text: str, until: dt.datetime, by: str) -> None:
    connection.execute(update(notices).where(notices.c.id == number).values(text=text, until=until, by=by))


def switch_off(connection: Connection, number: int, *, now: dt.datetime) -> None:
    connection.execute(update(notices).where(notices.c.id == number).values(until=now))


def in_force(connection: Connection, commune: int, *, now: dt.datetime) -> list[Row]:
    where = (notices.c.commune == commune, notices.c.text != "", notices.c.until > now)
    return list(connection.execute(select(notices).where(*where).order_by(notices.c.id.desc())).mappings())
