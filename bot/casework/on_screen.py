"""What the screen adds to a conversation: who looked, what is quoted and attached, and what the group sees of it."""

import datetime as dt
from dataclasses import dataclass

from bot.casework import relay
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation.reply import Block, Place, Reply, Style
from bot.desk.access import Share
from bot.desk.request import Actor, Request
from bot.store import audit, cases

LOOKED_ONCE = dt.timedelta(minutes=15)  # looking again within it is the same look
MOST_QUOTED = 200


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """Where a photo or file is to be had: the message it came with, and the channel's handle of it."""

    chat: str
    message: str
    handle: str
    kind: str


def looked(unit: UnitOfWork, actor: Actor, code: str, action: str = "look") -> None:
    """A line in the audit log: who looked. Written last: whoever writes there keeps all others waiting."""
    since = unit.now - LOOKED_ONCE
    if not audit.is_noted(unit.connection, actor=actor.person, action=action, subject=code, since=since):
        unit.audit(actor, action, code)


def quote(unit: UnitOfWork, request: Request, number: int) -> str:
    """The beginning of a message of the citizen's that is answered; empty where it is none."""
    row = cases.message(unit.connection, number) if number else None
    if row is None or row["code"] != request.code or row["side"] != "citizen" or row["state"] != "sent":
        return ""
    words = " ".join(relay.unquoted(row["text"])[1].split())
    return words if len(words) <= MOST_QUOTED else words[:MOST_QUOTED].rsplit(" ", 1)[0] + "…"


def attachment(row: cases.Row) -> Attachment | None:
    """None where it carries nothing that could be shown."""
    if row["kind"] not in relay.SHOWN:
        return None
    return Attachment(chat=row["chat"], message=row["message"], handle=row["handle"], kind=row["kind"])


def newest(unit: UnitOfWork, code: str) -> int:
    return max((row["id"] for row in cases.said(unit.connection, code)), default=0)


def tell_room(unit: UnitOfWork, actor: Actor, code: str, *, after: int) -> None:
    """Colleagues in the group read in its topic what was written on the screen since a message."""
    request = unit.request(code)
    for row in cases.said(unit.connection, code) if request else ():
        if row["id"] > after and row["author"] == actor.person and row["state"] == "sent" and row["text"] and request:
            _tell(unit, actor, request, row, "room.noted_on_screen" if row["side"] == "note" else "room.on_screen")


def tell_change(unit: UnitOfWork, actor: Actor, row: cases.Row) -> None:
    """The same of words that were corrected, or taken back, on the screen."""
    request, now = unit.request(row["code"]), cases.message(unit.connection, row["id"])
    if request and now and now["state"] != "held":
        key = "room.withdrawn_on_screen" if now["state"] == "gone" else "room.edited_on_screen"
        _tell(unit, actor, request, now, key)


def _tell(unit: UnitOfWork, actor: Actor, request: Request, row: cases.Row, key: str) -> None:
    room = unit.room(request)
    if room is None or room[1] is None:  # whoever reads there has the screen before them
        return
    head = unit.desk_scene(request.commune).say(key, who=actor.name, name=request.name, code=request.code)
    words = (Block(text=row["text"]),) if row["text"] else ()
    share = Share.NOTE if row["side"] == "note" else Share.WORDS
    unit.tell_desk(request, Reply(blocks=(Block(text=head, style=Style.NOTE), *words), place=Place(share=share)))
