"""Code and secret: a request opened from anywhere by whoever holds both, without an account."""

import hmac
import re
import secrets
from hashlib import sha256

from bot.casework.unit_of_work import UnitOfWork
from bot.conversation.citizen import requests
from bot.desk.codes import ALPHABET, read_code
from bot.desk.lifecycle import Part, Refused, parts_of
from bot.desk.request import Actor, Request
from bot.store import secrets as kept
from bot.store import windows

SYMBOLS = 8  # 39 bits; five tries an hour
WRONG_A_CODE = 5
WRONG_AN_ADDRESS = 20


def issue(unit: UnitOfWork, code: str) -> str:
    """A new secret; the one before opens nothing any more."""
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SYMBOLS))
    kept.put(unit.connection, code, _hash(unit, code, secret), now=unit.now)
    return f"{secret[:4]}-{secret[4:]}"


def renew(unit: UnitOfWork, actor: Actor, request: Request) -> str:
    """For a citizen who lost theirs and whose papers were looked at, by whoever holds the request. Raises Refused."""
    if Part.OWNER not in parts_of(actor, request):
        raise Refused("not_owner", request.owner_name or "—")
    unit.audit(actor, "secret", request.code)
    return issue(unit, request.code)


def opens(unit: UnitOfWork, typed: str, secret: str, address: str) -> str | None:
    """The code of the request that they open. None: they do not, or it was tried too often; nobody is told which."""
    code = read_code(typed) or typed.strip().upper()[:20]
    marks = ((unit.mark(f"open:{code}"), WRONG_A_CODE), (unit.mark(f"address:{address}"), WRONG_AN_ADDRESS))
    tried = [windows.counted(unit.connection, windows.TRIES, mark, now=unit.now) for mark, _ in marks]
    fits = kept.fits(unit.connection, code, _hash(unit, code, _bare(secret)))
    if any(count >= most for count, (_, most) in zip(tried, marks, strict=True)):
        return None
    if fits:
        return code
    for mark, _ in marks:
        windows.count(unit.connection, windows.TRIES, mark, now=unit.now)
    return None


def _bare(secret: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", secret.upper())[: SYMBOLS + 1]


def _hash(unit: UnitOfWork, code: str, secret: str) -> str:
    return hmac.new(unit.house.seal, f"secret:{code}:{secret}".encode("utf-8", "replace"), sha256).hexdigest()


def receipt(unit: UnitOfWork, request: Request) -> None:
    """Whoever has no account is shown, once, what opens their request elsewhere; a helper as a page to hand over."""
    scene = unit.citizen_scene(request)
    if request.on_paper:
        secret = issue(unit, request.code)
        unit.tell_citizen(request, requests.paper(scene, request, secret, unit.house.address))
    elif unit.is_visit(request.citizen):
        unit.tell_citizen(request, requests.secret(scene, request, issue(unit, request.code)))


def settle_anew(unit: UnitOfWork, request: Request) -> None:
    """What a helper has seen opens it no more; whoever has no account is shown another."""
    kept.drop(unit.connection, request.code)
    if not request.on_paper:
        receipt(unit, request)
