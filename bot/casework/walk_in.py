"""Somebody at the counter, or on the telephone: an officer opens a request for them, and gives a lost secret anew."""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from bot.casework import citizens, keys, officers, relay
from bot.casework import people as privacy_of
from bot.casework.unit_of_work import UnitOfWork
from bot.content.schema import Language
from bot.conversation.citizen import talk
from bot.conversation.reply import Reply
from bot.conversation.visit import Consent, Kind, Memory, Visit
from bot.desk.lifecycle import Action, Refused
from bot.desk.request import LIVE, OVER, Actor, Request, RequestKind
from bot.store import audit, cases
from bot.understanding.engine import understand
from bot.understanding.result import Outcome

DOOR = "web"  # where whoever has code and secret reads and writes on
# An extra demand is no officer's to write down: its citizen tells it themselves, to the leader alone.
KINDS = (RequestKind.QUESTION, RequestKind.PAPERS, RequestKind.FEEDBACK)
MAX_NAME = 40


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the officer has written down. `key`: of the form, so that it opens one request however often it is sent."""

    key: str
    commune: int
    name: str
    language: Language
    kind: RequestKind
    words: str
    agreed: bool


@dataclass(frozen=True, kw_only=True)
class Opened:
    """`secret` is shown now and never again; empty where this very form had opened it before."""

    request: Request
    secret: str = ""


def communes_of(actor: Actor) -> list[int]:
    """Where somebody may open a request for another person."""
    return sorted({post.commune for post in actor.posts if actor.serves(post.commune)})


def open_for(unit: UnitOfWork, actor: Actor, asked: Asked, *, claim: bool) -> Opened | Reply:
    """Open it; or what is to be said instead, of what may never be a request. Raises Refused."""
    name, words = " ".join(asked.name.split())[:MAX_NAME], asked.words.strip()
    if asked.commune not in communes_of(actor) or asked.kind not in KINDS:
        raise Refused("not_yours")
    if not (name and words):
        raise Refused("empty")
    if not asked.agreed:
        raise Refused("consent")
    if len(words) > citizens.MAX_SUBJECT:
        raise Refused("too_long")
    chat = _chat(unit, actor, asked.key)
    if before := cases.of_citizen(unit.connection, chat, [*LIVE, *OVER]):
        return Opened(request=unit.requests(before)[0])
    understood = understand(words, Memory().context(), unit.house.engine)
    if understood.outcome in citizens.NEVER_REQUESTS:
        scene = unit.desk_scene(asked.commune)
        told = talk.emergency if understood.outcome is Outcome.EMERGENCY else talk.legal_route
        return told(scene, understood)
    procedure = understood.procedures[0].id if understood.outcome is Outcome.ANSWERED else None
    request = _sent(unit, chat, asked, name, words, procedure)
    unit.audit(actor, "opened_for", request.code)
    if claim:
        officers.claim(unit, Visit(chat=actor.person, kind=Kind.COMMAND, name=actor.name), actor, request, "")
    return Opened(request=unit.request(request.code) or request, secret=keys.issue(unit, request.code))


def _chat(unit: UnitOfWork, actor: Actor, key: str) -> str:
    marked = hmac.new(unit.house.seal, f"walk-in:{actor.person}:{key}".encode("utf-8", "replace"), sha256)
    return f"{DOOR}:{marked.hexdigest()[:32]}"


def _sent(unit: UnitOfWork, chat: str, asked: Asked, name: str, words: str, procedure: str | None) -> Request:
    consent = Consent(version=privacy_of.CONSENT_VERSION, at=unit.now)
    unit.remember(chat, Memory(language=asked.language, commune=asked.commune, consent=consent))
    audit.note(unit.connection, actor="citizen", action="consent", subject=f"v{consent.version}", now=unit.now)
    request = Request(
        code=unit.free_code(),
        citizen=chat,
        name=name,
        language=asked.language,
        commune=asked.commune,
        province=unit.house.knowledge.gazetteer.communes[asked.commune].province_code,
        kind=asked.kind,
        procedure=procedure,
        subject=words,
        opened_at=unit.now,
        moved_at=unit.now,
    )
    unit.open_draft(request)
    said = Visit(chat=chat, kind=Kind.TEXT, text=words, name=name)
    relay.wrote(unit, request, said, side="citizen", text=words)
    return unit.execute(request, Action.SEND, Actor(person=chat, name=name))


def renew(unit: UnitOfWork, actor: Actor, code: str) -> Opened:
    """A new secret for somebody whose papers were looked at; the one before opens nothing any more. Raises Refused."""
    request = officers.seen(unit, actor, code)
    if request is None:
        raise Refused("unknown")
    return Opened(request=request, secret=keys.renew(unit, actor, request))
