"""Words between a citizen and a desk: each is stored, brought to the other side, and corrected there when edited."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.casework.unit_of_work import Then, UnitOfWork
from bot.conversation.citizen import requests
from bot.conversation.reply import Block, Place, Reply, Style, units
from bot.conversation.staff import cards
from bot.conversation.visit import Kind, Point, Visit
from bot.desk.access import Share, note_may_be_shown
from bot.desk.lifecycle import Action, Standing
from bot.desk.request import Actor, Request, Role, Status
from bot.measure import life
from bot.store import cases, outbox, people, shown
from bot.store.outbox import Priority

UNSEEN = "unseen"  # what a new officer said where nobody can look at it first; the citizen reads that
CAPTIONED = (Kind.PHOTO, Kind.VIDEO, Kind.FILE, Kind.VOICE)
MAX_CAPTION = 1024  # of one that a bot sends, in UTF-16 units
SHOWN = (Kind.PHOTO, Kind.VIDEO, Kind.FILE, Kind.VOICE, Kind.STICKER)  # what carries a file
NOTE, WIDE = "//", "／／"  # what begins with it stays inside
WORDS = (Kind.TEXT, Kind.EDIT, Kind.COMMAND, Kind.BUTTON)


type Written = cases.Row | dict[str, Any]  # kept words, or a reason that stands in the event only


def wrote(
    unit: UnitOfWork,
    request: Request,
    visit: Visit,
    *,
    side: str,
    text: str,
    state: str = "sent",
    deed: str = "answer",
    commune: int | None = None,
) -> int:
    """Keep what somebody wrote in a request, with the other parts of its album; its number."""
    same = {
        "code": request.code, "side": side, "name": visit.name, "at": unit.now, "state": state, "author": visit.who,
        "deed": deed, "commune": commune or request.commune,
    }  # fmt: skip
    if side == "citizen":
        cases.seen(unit.connection, request.code, now=unit.now)
    number = cases.wrote(unit.connection, {**same, **kept(visit, quoting(visit, text))})
    for other in visit.others:
        cases.wrote(unit.connection, {**same, **kept(replace(other, command=visit.command), "")})
    return number


def quoting(visit: Visit, text: str) -> str:
    """The words with the part of the other message that they answer."""
    return f"❝{visit.quote}❞\n{text}" if visit.quote else text


def unquoted(text: str) -> tuple[str, str]:
    """The part of the other message, and the words that answer it, of what `quoting` made of them."""
    quote, found, words = text.removeprefix("❝").partition("❞\n")
    return (quote, words) if found and text.startswith("❝") else ("", text)


def is_note(text: str) -> bool:
    """Whether an officer means words to stay inside, whatever stands before the mark; some keyboards write it wide."""
    return _after_quote(text).startswith(NOTE)


def note_of(text: str) -> str:
    """What a note says, without its mark."""
    quote, _ = unquoted(text)
    words = _after_quote(text).removeprefix(NOTE).strip()
    return f"❝{quote}❞\n{words}" if quote else words


def _after_quote(text: str) -> str:
    words = unquoted(text)[1].strip()
    return words.replace(WIDE, NOTE, 1) if words.startswith(WIDE) else words


def kept(visit: Visit, text: str) -> dict[str, object]:
    """What is kept of a message itself: where it stands and what it carries, never what it shows."""
    return {
        "chat": visit.chat, "message": visit.message, "text": text, "file": visit.file,
        "handle": visit.handle,
        "kind": Kind.TEXT.value if visit.kind in WORDS else visit.kind.value,
        "album": visit.album and visit.album + (cases.APART if visit.command else ""),
    }  # fmt: skip


def to_desk(
    unit: UnitOfWork, request: Request, row: cases.Row, *, edited: bool = False, point: Point | None = None,
    then: Then = (),
) -> bool:  # fmt: skip
    """Bring a citizen's message into the conversation's room. False: unclaimed requests have none yet."""
    reply = requests.from_citizen(unit.desk_scene(request.commune), request, row["text"], edited=edited)
    room, up = unit.room(request), request.status is Status.ESCALATED
    if room and (request.owner or up):
        place = Place(topic=room[1], about=request.code, relays=row["id"], then=then)
        _bring(unit, room[0], row, reply, place, point)
    if up:
        above = [one["person"] for one in people.of_province(unit.connection, request.province)]
        _also(unit, [*above, *([] if room else unit.crew(request.commune, Role.LEADER))], row, reply)
    return bool(room and (request.owner or up))


def _also(unit: UnitOfWork, chats: list[str], row: Written, reply: Reply) -> None:
    """The same for those who read along; corrections come to them as new messages."""
    for chat in chats:
        parts = () if row["kind"] in WORDS else cases.together(unit.connection, row["id"])
        copies = tuple((one["chat"], one["message"], 0) for one in parts)
        unit.put(chat, replace(reply, place=Place(about=row["code"], copies=copies)))


def hand(unit: UnitOfWork, request: Request, chats: list[str], why: str, key: str, then: Then) -> None:
    """Whoever is asked to take it over, or to answer it, sees the reason and what was said so far.

    `then` is said once the first of them has it; see `astray.hand_on` for where that one is out of reach.
    """
    rows = cases.said(unit.connection, request.code)
    said = [
        (request.name if row["side"] == "citizen" else row["name"], row["text"])
        for row in rows
        if row["side"] in ("citizen", "staff") and row["state"] == "sent"
    ]
    handed = cards.handed(unit.desk_scene(request.commune), request, why, said, key)
    for n, chat in enumerate(chats):
        unit.put(chat, replace(handed, place=replace(handed.place, then=() if n else then)))


def to_citizen(
    unit: UnitOfWork, request: Request, row: Written, *, point: Point | None = None, then: Then = ()
) -> None:
    """Bring an officer's message to the citizen; `then` is said once it has arrived."""
    scene = unit.citizen_scene(request)
    place = Place(about=request.code, relays=row["id"], then=then)
    unseen = row["deed"] == UNSEEN
    reply = requests.from_staff(scene, request, row["name"], row["text"], unseen=unseen)
    reply = unit.for_helper(request, reply) if request.on_paper and request.helper else reply
    _bring(unit, request.told_at, row, reply, place, point)
    if request.helper and not request.on_paper:
        _also(unit, [request.helper], row, unit.for_helper(request, reply))


def move(unit: UnitOfWork, row: cases.Row, point: Point) -> None:
    """A place that is shown moves there; one that is still on its way is shown where it began, and moves next time."""
    if row["copy_chat"]:
        place = Place(about=row["code"], relays=row["id"], point=point)
        moved = Reply(blocks=(), replaces=row["copy_message"], place=place)
        unit.put(row["copy_chat"], moved, name=f"relay:{row['id']}")


def _bring(unit: UnitOfWork, chat: str, row: Written, reply: Reply, place: Place, point: Point | None) -> None:
    """Words with a head; everything else as the message itself, shown again. An edited one takes its old place."""
    standing = row["copy_message"] if row["copy_chat"] == chat else None
    if standing == "":  # one of several of which the channel left one out: only words can be added
        return unit.put(chat, replace(reply, place=replace(place, relays=None)))
    if row["kind"] in WORDS:
        return _bring_words(unit, chat, replace(reply, place=place, replaces=standing), row["id"])
    if point and point.live:
        return unit.put(chat, Reply(blocks=(), place=replace(place, point=point)), name=f"relay:{row['id']}")
    if standing:
        return _bring_caption(unit, chat, row, replace(reply, place=place), standing)
    parts = [one for one in cases.together(unit.connection, row["id"]) if one["copy_chat"] != chat]
    together = [parts] if len(parts) > 1 and not row["album"].endswith(cases.APART) else [[one] for one in parts]
    for n, some in enumerate(together):
        here = place if n == len(together) - 1 else replace(place, then=())
        copies = tuple((one["chat"], one["message"], one["id"]) for one in some)
        caption = some[0]["text"] if len(some) == 1 and some[0]["kind"] in CAPTIONED else None
        long = caption is not None and units(caption) > MAX_CAPTION
        shown_here = replace(here, relays=None, copies=copies, caption="" if long else caption)
        unit.put(chat, Reply(blocks=(), place=shown_here), name=f"relay:{some[0]['id']}")
        if long:
            _bring_parts(unit, chat, replace(reply, place=place).parts(), some[0]["id"], Priority.REPLY)
    return None


def in_its_place(unit: UnitOfWork, chat: str, reply: Reply) -> Reply:
    """What was corrected while it was under way takes the place of what has arrived since."""
    place = reply.place
    if reply.replaces or place.deletes or not (number := _corrects(place)):
        return reply
    row = cases.message(unit.connection, number)
    if row is None or row["copy_chat"] != chat or not row["copy_message"]:
        return reply
    return replace(reply, replaces=row["copy_message"], place=replace(place, copies=()))


def _corrects(place: Place) -> int | None:
    """The message whose words, or whose one picture with its caption, are brought."""
    if not place.copies:
        return place.relays
    return place.copies[0][2] if len(place.copies) == 1 and place.caption is not None else None


def _bring_caption(unit: UnitOfWork, chat: str, row: Written, reply: Reply, standing: str) -> None:
    """The words under a photo have changed: those too long for it stand beneath, as messages of their own."""
    if row["kind"] not in CAPTIONED:
        return unit.put(chat, replace(reply, place=replace(reply.place, relays=None)))
    long = units(row["text"]) > MAX_CAPTION
    beneath = shown.where(unit.connection, chat, f"relay:{row['id']}.1")[0]
    if not (long and beneath):
        place = replace(reply.place, caption="" if long else row["text"])
        unit.put(chat, Reply(blocks=(), replaces=standing, place=place), name=f"relay:{row['id']}")
    return _bring_parts(unit, chat, reply.parts() if long else (), row["id"], Priority.CARD)


def _bring_words(unit: UnitOfWork, chat: str, reply: Reply, number: int) -> None:
    """Long words are several messages; each but the first stands under a name, to be corrected in its place."""
    first, *others = reply.parts()
    priority = Priority.CARD if first.replaces else Priority.REPLY  # words before what corrects older ones
    unit.put(chat, first, name=f"relay:{number}", priority=priority)
    _bring_parts(unit, chat, others, number, priority)


def _bring_parts(unit: UnitOfWork, chat: str, parts: Sequence[Reply], number: int, priority: Priority) -> None:
    """Messages that belong to another, each in its old place."""
    for n, part in enumerate(parts, 1):
        place = replace(part.place, name=f"relay:{number}.{n}", relays=None, then=())
        unit.put(chat, replace(part, place=place), priority=priority)
    _take_parts_away(unit, chat, number, len(parts) + 1)


def _take_parts_away(unit: UnitOfWork, chat: str, number: int, n: int) -> None:
    """The parts of long words that are no more, from the n-th on."""
    while standing := shown.where(unit.connection, chat, f"relay:{number}.{n}")[0]:
        unit.put(chat, Reply(blocks=(), replaces=standing, place=Place(deletes=True)))
        shown.forget(unit.connection, chat, f"relay:{number}.{n}")
        n += 1


def withdraw(unit: UnitOfWork, request: Request, row: cases.Row, then: Then = ()) -> None:
    """Take a message away on the other side, whether it stands there or is on its way; `then` is said once it is."""
    room = unit.room(request)
    other = request.told_at if row["side"] != "citizen" else room[0] if room else None
    chat, name = row["copy_chat"] or other, f"relay:{row['id']}"
    outbox.withdraw(unit.connection, name, now=unit.now)
    if chat is None:
        return
    _take_parts_away(unit, chat, row["id"], 1)
    place = Place(deletes=True, relays=row["id"], about=request.code, then=then)
    unit.put(chat, Reply(blocks=(), replaces=row["copy_message"], place=place))
    if row["copy_message"]:
        cases.rewrite(unit.connection, row["id"], copy_chat=None, copy_message=None)


def take_back(unit: UnitOfWork, actor: Actor, request: Request, row: cases.Row, then: Then) -> Request:
    """What an officer wrote is taken away on the other side; `then` is said, here and there, once it is."""
    cases.rewrite(unit.connection, row["id"], state="gone", text="")
    if row["copy_message"]:
        told = requests.told(unit.citizen_scene(request), request, "told.taken_back")
        then = (*then, *unit.then_citizen(request, told))
    withdraw(unit, request, row, then)
    return unsaid(unit, actor, request, row)


def unsaid(unit: UnitOfWork, actor: Actor, request: Request, row: cases.Row) -> Request:
    """Words that are gone count as never said, and what was owed before them is owed again.

    A question that the citizen has answered did its work, and stands.
    """
    event = row["event"]
    if event is None or cases.stands(unit.connection, event):
        return request
    lines = cases.history(unit.connection, request.code)
    undone = {one["undoes"] for one in lines}
    asked = any(one["id"] == event and one["action"] == Action.ASK for one in lines)
    if event in undone or (asked and any(one["id"] > event and one["action"] == Action.ADD for one in lines)):
        return request
    given = max((one["id"] for one in lines if one["action"] in life.GIVES), default=0)
    words = [one for one in lines if one["id"] > given and one["action"] in life.WORDS]
    left = [one for one in words if one["id"] not in {event, *undone}]
    asks = sum(one["action"] == Action.ASK for one in left)
    standing = Standing(first=left[0]["at"] if left else None, answers=len(left) - asks, asks=asks)
    return unit.execute(request, Action.UNSAY, actor, undoes=event, standing=standing)


def history(unit: UnitOfWork, request: Request) -> bool:
    """What this room has not seen yet, for whoever takes the conversation up; whether it saw anything before.

    The words as one message, then what was attached.
    """
    if (room := unit.room(request)) is None:
        return False
    mark = f"told:{request.code}"
    before = int(shown.standing(unit.connection, room[0], mark)[2] or 0)
    rows = [row for row in cases.said(unit.connection, request.code) if row["id"] > before]
    said = [row for row in rows if _is_told(request, row) and not _stands_in(row, room[0], before)]
    words = [block for row in said if row["text"] for block in _told(unit, request, row)]
    if words:
        unit.tell_desk(request, Reply(blocks=tuple(words), place=Place(share=Share.NOTE)))  # notes among them
    attached = [row for row in said if row["side"] == "citizen" and row["kind"] not in WORDS]
    if attached:
        copies = tuple((row["chat"], row["message"], row["id"]) for row in attached)
        unit.put(room[0], Reply(blocks=(), place=Place(topic=room[1], about=request.code, copies=copies)))
    held = next((row["id"] for row in rows if row["state"] == "held"), None)  # told once it is known to be clean
    last = str(max((row["id"] for row in rows if held is None or row["id"] < held), default=before))
    shown.keep(unit.connection, chat=room[0], name=mark, message=None, thread=None, look=last)
    return before > 0


def _stands_in(row: cases.Row, chat: str, before: int) -> bool:
    """Whether words were written or brought there after the room was told the rest; notes are read again."""
    return before > 0 and row["side"] != "note" and chat in (row["chat"], row["copy_chat"])


def _is_told(request: Request, row: cases.Row) -> bool:
    if row["side"] == "note":
        return row["state"] != "gone" and note_may_be_shown(request, row["commune"])
    return row["side"] in ("citizen", "staff") and row["state"] == "sent"


def _told(unit: UnitOfWork, request: Request, row: cases.Row) -> tuple[Block, ...]:
    """Who said it, and what."""
    scene = unit.desk_scene(request.commune)
    if row["side"] == "citizen":
        return requests.from_citizen(scene, request, row["text"]).blocks
    head = scene.say("talk.note" if row["side"] == "note" else "talk.officer", who=row["name"], code=request.code)
    return Block(text=head, style=Style.NOTE), Block(text=row["text"])
