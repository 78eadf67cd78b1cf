"""How officers come back to the desk without a link: passkeys, and accounts of a province's own sign-on."""

import datetime as dt

from sqlalchemy import Connection, RowMapping, delete, exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import passkeys, sign_ons, used_challenges

type Row = RowMapping

MOST = 10  # of one officer


def add(connection: Connection, id_: str, *, person: str, public_key: bytes, sign_count: int, now: dt.datetime) -> bool:
    """Keep a key. False: it is somebody's already, or they have too many."""
    if find(connection, id_) or len(of(connection, person)) >= MOST:
        return False
    connection.execute(
        insert(passkeys).values(id=id_, person=person, public_key=public_key, sign_count=sign_count, made_at=now)
    )
    return True


def find(connection: Connection, id_: str) -> Row | None:
    return connection.execute(select(passkeys).where(passkeys.c.id == id_)).mappings().one_or_none()


def of(connection: Connection, person: str) -> list[Row]:
    query = select(passkeys).where(passkeys.c.person == person).order_by(passkeys.c.made_at, passkeys.c.id)
    return list(connection.execute(query).mappings())


def used(connection: Connection, id_: str, *, sign_count: int, now: dt.datetime) -> None:
    connection.execute(update(passkeys).where(passkeys.c.id == id_).values(sign_count=sign_count, used_at=now))


def drop(connection: Connection, person: str, id_: str) -> None:
    connection.execute(delete(passkeys).where(passkeys.c.person == person, passkeys.c.id == id_))


def use_challenge(connection: Connection, hash_: str, *, expires_at: dt.datetime) -> bool:
    """Use a challenge up. False: it was used before."""
    insert_ = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = insert_(used_challenges).values(hash=hash_, expires_at=expires_at).on_conflict_do_nothing()
    return connection.execute(statement.returning(used_challenges.c.hash)).scalar_one_or_none() is not None


def tie(connection: Connection, person: str, *, issuer: str, subject: str, now: dt.datetime) -> bool:
    """An account of a sign-on is a member of staff's. False: it is somebody else's."""
    if (owner := tied_to(connection, issuer=issuer, subject=subject)) is not None:
        return owner == person
    connection.execute(delete(sign_ons).where(sign_ons.c.person == person, sign_ons.c.issuer == issuer))
    connection.execute(insert(sign_ons).values(issuer=issuer, subject=subject, person=person, since=now))
    return True


def tied_to(connection: Connection, *, issuer: str, subject: str) -> str | None:
    where = (sign_ons.c.issuer == issuer, sign_ons.c.subject == subject)
    return connection.execute(select(sign_ons.c.person).where(*where)).scalar_one_or_none()


def is_tied(connection: Connection, person: str, issuer: str) -> bool:
    tied = exists().where(sign_ons.c.person == person, sign_ons.c.issuer == issuer)
    return bool(connection.execute(select(tied)).scalar_one())


def untie(connection: Connection, person: str) -> None:
    connection.execute(delete(sign_ons).where(sign_ons.c.person == person))


def forget(connection: Connection, person: str) -> None:
    """Every way back of somebody who serves no more."""
    connection.execute(delete(passkeys).where(passkeys.c.person == person))
    untie(connection, person)
