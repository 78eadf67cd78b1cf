"""Signing in to the desk in a browser: by a link that works once, from inside Telegram, by a passkey, by a sign-on.

What one may do there is asked of one's posts each time, never of the session.
"""

import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from bot.casework.unit_of_work import UnitOfWork
from bot.conversation.reply import Reply
from bot.conversation.visit import Visit
from bot.desk.request import SCREEN, Actor
from bot.store import passkeys, seats

LINK_BYTES = 32
LINK_LIVES = dt.timedelta(minutes=10)
IDLE = dt.timedelta(hours=12)
LONGEST = dt.timedelta(days=7)
CHALLENGE_LIVES = dt.timedelta(minutes=5)
NONCE_BYTES = 16
LONGEST_ID = 400  # characters of a passkey's name


@dataclass(frozen=True, kw_only=True)
class Seat:
    """Somebody at the desk in a browser, as their posts are now."""

    actor: Actor
    hash: str


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def link(unit: UnitOfWork, person: str, lives: dt.timedelta = LINK_LIVES) -> str | None:
    """The secret part of a one-time link. None: the person holds no post."""
    if not unit.actor(person).on_duty:
        return None
    secret = secrets.token_urlsafe(LINK_BYTES)
    seats.give_link(unit.connection, hash_of(secret), person=person, expires_at=unit.now + lives)
    return secret


def link_for_colleague(unit: UnitOfWork, actor: Actor, person: str) -> str | None:
    """By a leader, for whoever has no chat to ask in and serves at their desk. None: it is not theirs to give."""
    theirs = unit.actor(person)
    leads = any(actor.leads(post.commune) for post in theirs.posts)
    if not person.startswith(SCREEN) or not leads or person == actor.person:
        return None
    unit.audit(actor, "desk_link", person)
    return link(unit, person)


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


def by_mini_app(unit: UnitOfWork, person: str, mark: str, *, until: dt.datetime) -> str | None:
    """A session of whoever Telegram named, once for each time it did; its secret. None: again, or they hold no post.

    `mark`: of Telegram's word, which counts `until` then.
    """
    if not unit.actor(person).on_duty:
        return None
    if not passkeys.use_challenge(unit.connection, hash_of(f"mini-app:{mark}"), expires_at=until):
        return None
    return begin(unit, person)


def hint(unit: UnitOfWork, secret: str) -> None:
    """Whoever has no key yet is told, once they are in, that there are keys."""
    if (seat := sitting(unit, secret)) and not passkeys.of(unit.connection, seat.actor.person):
        seats.tell(unit.connection, seat.hash, [unit.scene(seat.actor.person).say("screen.key_hint")])


def sitting(unit: UnitOfWork, secret: str) -> Seat | None:
    """Who acts in a session, with the posts they hold now. None: nobody any more."""
    hash_, now = hash_of(secret), unit.now
    person = seats.who_sits(unit.connection, hash_, idle_since=now - IDLE, begun_since=now - LONGEST)
    actor = unit.actor(person) if person else None
    return Seat(actor=actor, hash=hash_) if actor and actor.on_duty else None


# Coming back by a key of one's own device


def challenge(unit: UnitOfWork) -> bytes:
    """Something to sign, known again by our seal: nothing of it is kept until it is used."""
    body = int(unit.now.timestamp()).to_bytes(8) + secrets.token_bytes(NONCE_BYTES)
    return body + _sealed(unit, body)


def use_challenge(unit: UnitOfWork, given: bytes) -> bool:
    """Use a challenge of ours up. False: not ours, too old, or used before."""
    body, seal = given[: 8 + NONCE_BYTES], given[8 + NONCE_BYTES :]
    if len(body) != 8 + NONCE_BYTES or not hmac.compare_digest(seal, _sealed(unit, body)):
        return False
    until = dt.datetime.fromtimestamp(int.from_bytes(body[:8]), dt.UTC) + CHALLENGE_LIVES
    return unit.now <= until and passkeys.use_challenge(unit.connection, hash_of(given.hex()), expires_at=until)


def _sealed(unit: UnitOfWork, body: bytes) -> bytes:
    return hmac.new(unit.house.seal, b"challenge:" + body, "sha256").digest()


def handle(unit: UnitOfWork, person: str) -> bytes:
    """What a device knows somebody by; it tells nobody who that is."""
    return hmac.new(unit.house.seal, f"passkey:{person}".encode(), "sha256").digest()


def keep_passkey(unit: UnitOfWork, actor: Actor, id_: str, public_key: bytes, sign_count: int) -> bool:
    """From now on this key lets them in. False: it is somebody's already, too long, or one too many."""
    if len(id_) > LONGEST_ID or not passkeys.add(
        unit.connection, id_, person=actor.person, public_key=public_key, sign_count=sign_count, now=unit.now
    ):
        return False
    unit.audit(actor, "passkey_add", actor.person)
    return True


def drop_passkey(unit: UnitOfWork, actor: Actor, id_: str) -> None:
    passkeys.drop(unit.connection, actor.person, id_)
    unit.audit(actor, "passkey_drop", actor.person)


def by_passkey(unit: UnitOfWork, id_: str, sign_count: int) -> str | None:
    """A session of whoever's key has signed; its secret. None: they hold no post any more."""
    row = passkeys.find(unit.connection, id_)
    if row is None:
        return None
    passkeys.used(unit.connection, id_, sign_count=sign_count, now=unit.now)
    return begin(unit, row["person"])


# A province's own sign-on


def tie(unit: UnitOfWork, actor: Actor, *, issuer: str, subject: str) -> bool:
    """From now on this account lets them in. False: it lets somebody else in."""
    if not passkeys.tie(unit.connection, actor.person, issuer=issuer, subject=subject, now=unit.now):
        return False
    unit.audit(actor, "sign_on_tie", actor.person)
    return True


def by_sign_on(unit: UnitOfWork, *, issuer: str, subject: str) -> str | None:
    """A session of whoever an account was tied to; its secret. None: nobody's, or they hold no post any more."""
    person = passkeys.tied_to(unit.connection, issuer=issuer, subject=subject)
    return begin(unit, person) if person else None
