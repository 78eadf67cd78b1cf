"""Signing in to the desk in a browser: by a link that works once, or from inside Telegram.

What one may do there is asked of one's posts each time, never of the session.
"""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from bot.casework.unit_of_work import UnitOfWork
from bot.conversation.reply import Reply
from bot.conversation.visit import Visit
from bot.desk.request import Actor
from bot.store import seats

LINK_BYTES = 32
LINK_LIVES = dt.timedelta(minutes=10)
IDLE = dt.timedelta(hours=12)
LONGEST = dt.timedelta(days=7)
LOOK_AGAIN = dt.timedelta(minutes=5)  # how exactly it is known when somebody was last there


@dataclass(frozen=True, kw_only=True)
class Seat:
    """Somebody at the desk in a browser, as their posts are now."""

    actor: Actor
    hash: str


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def link(unit: UnitOfWork, person: str) -> str | None:
    """The secret part of a one-time link. None: the person holds no post."""
    if not unit.actor(person).on_duty:
        return None
    secret = secrets.token_urlsafe(LINK_BYTES)
    seats.give_link(unit.connection, hash_of(secret), person=person, expires_at=unit.now + LINK_LIVES)
    return secret


def link_for(unit: UnitOfWork, visit: Visit, actor: Actor) -> None:
    """`/desklink`: for oneself, in private only."""
    scene = unit.scene(visit.who)
    if not visit.private:
        return unit.answer(visit, Reply(blocks=(scene.line("desklink.private"),)))
    if not unit.house.address:
        return unit.answer(visit, Reply(blocks=(scene.line("desklink.nowhere"),)))
    secret = link(unit, actor.person)
    address = f"{unit.house.address}/ban/vao?m={secret}"
    return unit.answer(visit, Reply(blocks=(scene.line("desklink.here", link=address),)))


def sign_in(unit: UnitOfWork, link_: str) -> str | None:
    """Use a link up: the secret of the session that begins. None: it opens nothing."""
    person = seats.use_link(unit.connection, hash_of(link_), now=unit.now)
    return begin(unit, person) if person else None


def begin(unit: UnitOfWork, person: str) -> str | None:
    """A session of somebody who is known to be who they are; its secret. None: they hold no post."""
    actor = unit.actor(person)
    if not actor.on_duty:
        return None
    secret = secrets.token_urlsafe(LINK_BYTES)
    seats.sit_down(unit.connection, hash_of(secret), person=person, now=unit.now)
    unit.audit(actor, "sign_in", person)
    return secret


def sitting(unit: UnitOfWork, secret: str) -> Seat | None:
    """Who acts in a session, with the posts they hold now. None: nobody any more."""
    hash_, now = hash_of(secret), unit.now
    person = seats.who_sits(unit.connection, hash_, idle_since=now - IDLE, begun_since=now - LONGEST)
    actor = unit.actor(person) if person else None
    return Seat(actor=actor, hash=hash_) if actor and actor.on_duty else None
