"""Secrets that open a request beside its code. Only a keyed hash is kept."""

import datetime as dt
import hmac

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import secrets


def put(connection: Connection, code: str, hash_: str, *, now: dt.datetime) -> None:
    """From now on this one opens it, and none before."""
    insert = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    values = {"hash": hash_, "since": now}
    statement = insert(secrets).values(code=code, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["code"], set_=values))


def drop(connection: Connection, code: str) -> None:
    """Nothing opens it any more."""
    connection.execute(delete(secrets).where(secrets.c.code == code))


def fits(connection: Connection, code: str, hash_: str) -> bool:
    """Whether the hash is of the secret of this request; as long for a request that there is not."""
    kept = connection.execute(select(secrets.c.hash).where(secrets.c.code == code)).scalar_one_or_none()
    return hmac.compare_digest(kept or "", hash_)
