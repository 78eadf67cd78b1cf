"""Who serves where: staff, invitations, the staff group of each commune, people who are kept out."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import chats, desks, invitations, kept_out, staff

type Row = RowMapping

# Made once: every turn asks for these.
_POSTS = select(staff).where(staff.c.person == bindparam("of"), staff.c.ended_at.is_(None)).order_by(staff.c.id)
_WRITING_IN = select(chats.c.writing_in).where(chats.c.chat == bindparam("of"))
_OF_THE_CHAT = chats.c.chat == bindparam("chat")
_CALLER = select(
    select(chats.c.memory).where(_OF_THE_CHAT).scalar_subquery().label("memory"),
    select(chats.c.writing_in).where(_OF_THE_CHAT).scalar_subquery().label("writing_in"),
    exists().where(kept_out.c.person == bindparam("person")).label("kept_out"),
    exists().where(staff.c.person == bindparam("person"), staff.c.ended_at.is_(None)).label("on_staff"),
)

_ALL: BindParameter[list[str]] = bindparam("all", expanding=True)
_CHATS_OF = select(chats.c.chat, chats.c.memory, chats.c.writing_in).where(chats.c.chat.in_(_ALL))
_KEPT_OUT_OF = select(kept_out.c.person).where(kept_out.c.person.in_(_ALL))
_STAFF_OF = select(staff.c.person).where(staff.c.person.in_(_ALL), staff.c.ended_at.is_(None))
_WRITING = select(chats.c.chat).where(chats.c.chat.in_(_ALL), chats.c.writing_in.is_not(None))
_WITH_THE_DESK = _WRITING.union_all(_STAFF_OF)
_DESK_OF = select(desks).where(desks.c.commune == bindparam("of"))
_DESK_IN = select(desks).where(desks.c.chat == bindparam("of"))
_KEPT_OUT_UNTIL = select(func.max(kept_out.c.until)).where(
    kept_out.c.person.in_(_ALL), kept_out.c.commune == bindparam("of"), kept_out.c.until > bindparam("now")
)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """What is known of whoever makes a visit, as it begins."""

    memory: str | None
    writing_in: str | None  # the request that words in the chat go to
    kept_out: bool  # of a desk or several, perhaps only until yesterday: see `kept_out_until`
    on_staff: bool

    @property
    def is_nobody(self) -> bool:
        """Known to no desk: what they write is for the bot."""
        return self.writing_in is None and not self.kept_out and not self.on_staff


def caller(connection: Connection, *, chat: str, person: str) -> Caller:
    row = connection.execute(_CALLER, {"chat": chat, "person": person}).one()
    return Caller(
        memory=row.memory, writing_in=row.writing_in, kept_out=bool(row.kept_out), on_staff=bool(row.on_staff)
    )


def callers(connection: Connection, whom: Collection[str]) -> dict[str, Caller]:
    """The same for several, each in the chat with the bot that bears their own name."""
    known = {row.chat: row for row in connection.execute(_CHATS_OF, {"all": list(whom)})}
    out = set(connection.execute(_KEPT_OUT_OF, {"all": list(whom)}).scalars())
    staff_ = set(connection.execute(_STAFF_OF, {"all": list(whom)}).scalars())
    return {
        one: Caller(
            memory=known[one].memory if one in known else None,
            writing_in=known[one].writing_in if one in known else None,
            kept_out=one in out,
            on_staff=one in staff_,
        )
        for one in whom
    }


def with_the_desk(connection: Connection, whom: Collection[str]) -> set[str]:
    """Those whose words may concern a request: they write in one, or serve at a desk."""
    return set(connection.execute(_WITH_THE_DESK, {"all": list(whom)}).scalars())


def posts(connection: Connection, person: str) -> list[Row]:
    """The appointments somebody holds now."""
    return list(connection.execute(_POSTS, {"of": person}).mappings())


def at_commune(connection: Connection, commune: int) -> list[Row]:
    """Officers and leaders of a commune whom the bot can write to."""
    out = select(chats.c.chat).where(chats.c.chat == staff.c.person, chats.c.unreachable.is_not(None))
    where = (staff.c.commune == commune, staff.c.role.in_(("officer", "leader")), staff.c.ended_at.is_(None),
             ~out.exists())  # fmt: skip
    return list(connection.execute(select(staff).where(*where).order_by(staff.c.id)).mappings())


def helpers_of(connection: Connection, commune: int) -> list[Row]:
    """Who files for people at a commune now."""
    where = (staff.c.commune == commune, staff.c.role == "helper", staff.c.ended_at.is_(None))
    return list(connection.execute(select(staff).where(*where).order_by(staff.c.id)).mappings())


def of_province(connection: Connection, province: int) -> list[Row]:
    where = (staff.c.province == province, staff.c.role == "province", staff.c.ended_at.is_(None))
    return list(connection.execute(select(staff).where(*where).order_by(staff.c.id)).mappings())


def serving(connection: Connection) -> list[str]:
    """Everybody who serves at a desk, or above one, now."""
    where = (staff.c.ended_at.is_(None), staff.c.role != "helper")
    query = select(staff.c.person).where(*where).distinct().order_by(staff.c.person)
    return list(connection.execute(query).scalars())


def desk_chats(connection: Connection) -> list[str]:
    return list(connection.execute(select(desks.c.chat).order_by(desks.c.chat)).scalars())


def appoint(
    connection: Connection, *, person: str, name: str, role: str, commune: int, province: int, now: dt.datetime
) -> bool:
    """Give somebody a post. False: they hold it already."""
    if any(p["role"] == role and p["commune"] == commune for p in posts(connection, person)):
        return False
    connection.execute(
        insert(staff).values(person=person, name=name, role=role, commune=commune, province=province, since=now)
    )
    return True


def dismiss(connection: Connection, person: str, *, now: dt.datetime, commune: int | None = None) -> int:
    """End somebody's posts, or those at one commune; how many."""
    where = [staff.c.person == person, staff.c.ended_at.is_(None)]
    if commune is not None:
        where.append(staff.c.commune == commune)
    return connection.execute(update(staff).where(*where).values(ended_at=now)).rowcount


def set_away(connection: Connection, person: str, *, since: dt.datetime | None) -> None:
    connection.execute(
        update(staff).where(staff.c.person == person, staff.c.ended_at.is_(None)).values(away_since=since)
    )


def count_answer(connection: Connection, person: str, commune: int) -> None:
    where = (staff.c.person == person, staff.c.commune == commune, staff.c.ended_at.is_(None))
    connection.execute(update(staff).where(*where).values(answers=staff.c.answers + 1))


def invite(
    connection: Connection, *, hash_: str, role: str, commune: int, province: int, expires_at: dt.datetime
) -> None:
    connection.execute(
        insert(invitations).values(hash=hash_, role=role, commune=commune, province=province, expires_at=expires_at)
    )


def invitation(connection: Connection, hash_: str) -> Row | None:
    return connection.execute(select(invitations).where(invitations.c.hash == hash_)).mappings().one_or_none()


def use_invitation(connection: Connection, hash_: str, *, person: str, now: dt.datetime) -> bool:
    """Use it up. False: used, expired, or never given."""
    where = (invitations.c.hash == hash_, invitations.c.used_by.is_(None), invitations.c.expires_at > now)
    return connection.execute(update(invitations).where(*where).values(used_by=person, used_at=now)).rowcount == 1


def set_desk(connection: Connection, *, chat: str, commune: int, forum: bool, now: dt.datetime) -> None:
    """Make a group the staff group of a commune; the one before is none any more."""
    connection.execute(delete(desks).where((desks.c.commune == commune) | (desks.c.chat == chat)))
    connection.execute(insert(desks).values(chat=chat, commune=commune, forum=forum, since=now))


def desk_of(connection: Connection, commune: int) -> Row | None:
    return connection.execute(_DESK_OF, {"of": commune}).mappings().one_or_none()


def desk_in(connection: Connection, chat: str) -> Row | None:
    return connection.execute(_DESK_IN, {"of": chat}).mappings().one_or_none()


def leave_desk(connection: Connection, chat: str, *, now: dt.datetime) -> int | None:
    """The bot may not write in the group any more: its commune, None where that is known already."""
    where = (desks.c.chat == chat, desks.c.out_since.is_(None))
    left = update(desks).where(*where).values(out_since=now).returning(desks.c.commune)
    return connection.execute(left).scalar_one_or_none()


def return_to_desk(connection: Connection, chat: str) -> int | None:
    """It may again: the commune, None where it never had to leave."""
    where = (desks.c.chat == chat, desks.c.out_since.is_not(None))
    back = update(desks).where(*where).values(out_since=None).returning(desks.c.commune)
    return connection.execute(back).scalar_one_or_none()


def close_desk(connection: Connection, chat: str) -> None:
    connection.execute(delete(desks).where(desks.c.chat == chat))


def set_forum(connection: Connection, chat: str, *, forum: bool) -> None:
    connection.execute(update(desks).where(desks.c.chat == chat).values(forum=forum))


def move_desk(connection: Connection, chat: str, new: str) -> None:
    """A group became a supergroup."""
    connection.execute(update(desks).where(desks.c.chat == chat).values(chat=new))


def writing_in(connection: Connection, chat: str) -> str | None:
    return connection.execute(_WRITING_IN, {"of": chat}).scalar_one_or_none()


def write_in(connection: Connection, chat: str, code: str | None, *, now: dt.datetime) -> None:
    """From now on words in this chat go to a request, or to the bot again."""
    insert_ = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = insert_(chats).values(chat=chat, memory="", changed_at=now, writing_in=code)
    connection.execute(statement.on_conflict_do_update(index_elements=["chat"], set_={"writing_in": code}))


def keep_out(
    connection: Connection, person: str, *, commune: int, by: str, why: str, now: dt.datetime, until: dt.datetime
) -> None:
    """One desk hears a person no more, until a day."""
    values = {"by": by, "since": now, "until": until, "why": why}
    _upsert(connection, kept_out, {"person": person, "commune": commune}, values)


def kept_out_until(
    connection: Connection, names: Collection[str], commune: int, *, now: dt.datetime
) -> dt.datetime | None:
    """`names`: a person's own, and the mark that `/forget` leaves of it."""
    values = {"all": list(names), "of": commune, "now": now}
    return connection.execute(_KEPT_OUT_UNTIL, values).scalar_one_or_none()


def let_in(connection: Connection, names: Collection[str], commune: int) -> bool:
    where = (kept_out.c.person.in_(names), kept_out.c.commune == commune)
    return connection.execute(delete(kept_out).where(*where)).rowcount > 0


def _upsert(connection: Connection, table: Any, key: dict[str, Any], values: dict[str, Any]) -> None:
    insert_ = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name].insert
    statement = insert_(table).values(**key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))
