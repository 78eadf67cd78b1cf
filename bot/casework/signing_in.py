"""Signing in to the desk in a browser: by a link that works once, or from inside Telegram.

What one may do there is asked of one's posts each time, never of the session.
"""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from bot.casework.counter import Counter
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


def link(counter: Counter, person: str) -> str | None:
    """The secret part of a one-time link. None: the person holds no post."""
    if not counter.actor(person).posts:
        return None
    secret = secrets.token_urlsafe(LINK_BYTES)
    seats.give_link(counter.connection, hash_of(secret), person=person, expires_at=counter.now + LINK_LIVES)
    return secret


def link_for(counter: Counter, visit: Visit, actor: Actor) -> None:
    """`/desklink`: for oneself, in private only."""
    scene = counter.scene(visit.who)
    if not visit.private:
        return counter.answer(visit, Reply(blocks=(scene.line("desklink.private"),)))
    if not counter.house.address:
        return counter.answer(visit, Reply(blocks=(scene.line("desklink.nowhere"),)))
    secret = link(counter, actor.person)
    address = f"{counter.house.address}/ban/vao?m={secret}"
    return counter.answer(visit, Reply(blocks=(scene.line("desklink.here", link=address),)))


def sign_in(counter: Counter, link_: str) -> str | None:
    """Use a link up: the secret of the session that begins. None: it opens nothing."""
    person = seats.use_link(counter.connection, hash_of(link_), now=counter.now)
    return begin(counter, person) if person else None


def begin(counter: Counter, person: str) -> str | None:
    """A session of somebody who is known to be who they are; its secret. None: they hold no post."""
    actor = counter.actor(person)
    if not actor.posts:
        return None
    secret = secrets.token_urlsafe(LINK_BYTES)
    seats.sit_down(counter.connection, hash_of(secret), person=person, now=counter.now)
    counter.audit(actor, "sign_in", person)
    return secret


def sitting(counter: Counter, secret: str) -> Seat | None:
    """Who acts in a session, with the posts they hold now. None: nobody any more."""
    hash_, now = hash_of(secret), counter.now
    person = seats.who_sits(counter.connection, hash_, idle_since=now - IDLE, begun_since=now - LONGEST)
    actor = counter.actor(person) if person else None
    return Seat(actor=actor, hash=hash_) if actor and actor.posts else None
