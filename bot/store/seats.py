"""Who sits at the desk in a browser: one-time links, and sessions until they are ended or left idle."""

import datetime as dt
import json
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from bot.store.tables import desk_links, desk_sessions


def give_link(connection: Connection, hash_: str, *, person: str, expires_at: dt.datetime) -> None:
    """A new link; those that the person had before open nothing any more."""
    connection.execute(delete(desk_links).where(desk_links.c.person == person))
    connection.execute(insert(desk_links).values(hash=hash_, person=person, expires_at=expires_at))


def use_link(connection: Connection, hash_: str, *, now: dt.datetime) -> str | None:
    """Use a link up: whose it was. None: used, expired, or never given."""
    where = (desk_links.c.hash == hash_, desk_links.c.expires_at > now)
    used = delete(desk_links).where(*where).returning(desk_links.c.person)
    return connection.execute(used).scalar_one_or_none()


def sit_down(connection: Connection, hash_: str, *, person: str, now: dt.datetime) -> bool:
    """Begin a session. False: this very one was begun before."""
    if connection.execute(select(desk_sessions.c.hash).where(desk_sessions.c.hash == hash_)).one_or_none():
        return False
    connection.execute(insert(desk_sessions).values(hash=hash_, person=person, since=now, seen_at=now))
    return True


def who_sits(connection: Connection, hash_: str, *, idle_since: dt.datetime, begun_since: dt.datetime) -> str | None:
    """Whose session it is; None: ended, idle since before a moment, or begun before another."""
    where = (
        desk_sessions.c.hash == hash_,
        desk_sessions.c.seen_at > idle_since,
        desk_sessions.c.since > begun_since,
    )
    return connection.execute(select(desk_sessions.c.person).where(*where)).scalar_one_or_none()


def standing(connection: Connection, hashes: Collection[str]) -> set[str]:
    """Those of these sessions that were not ended."""
    query = select(desk_sessions.c.hash).where(desk_sessions.c.hash.in_(hashes))
    return set(connection.execute(query).scalars())


def seen(connection: Connection, hash_: str, *, now: dt.datetime) -> None:
    connection.execute(update(desk_sessions).where(desk_sessions.c.hash == hash_).values(seen_at=now))


def stand_up(connection: Connection, hash_: str) -> None:
    connection.execute(delete(desk_sessions).where(desk_sessions.c.hash == hash_))


def end_all(connection: Connection, person: str) -> int:
    """Every session of a person, and the link that would begin another; how many sessions."""
    connection.execute(delete(desk_links).where(desk_links.c.person == person))
    return connection.execute(delete(desk_sessions).where(desk_sessions.c.person == person)).rowcount


def tell(connection: Connection, hash_: str, said: Sequence[str]) -> None:
    """Keep what was done for the next page of a session to say."""
    kept = json.dumps(list(said), ensure_ascii=False)
    connection.execute(update(desk_sessions).where(desk_sessions.c.hash == hash_).values(told=kept))


def told(connection: Connection, hash_: str) -> list[str]:
    """What was kept to be said, once."""
    this = desk_sessions.c.hash == hash_
    kept = connection.execute(select(desk_sessions.c.told).where(this)).scalar_one_or_none()
    if not kept:
        return []
    connection.execute(update(desk_sessions).where(this).values(told=""))
    return [str(one) for one in json.loads(kept)]
