"""Words between a citizen and a desk: each is stored, brought to the other side, and corrected there when edited."""

from dataclasses import replace

from bot.casework.counter import Counter
from bot.conversation.citizen import requests
from bot.conversation.reply import Place, Reply
from bot.conversation.visit import Kind, Visit
from bot.desk.request import Request
from bot.store import cases, shown

WORDS = (Kind.TEXT, Kind.EDIT, Kind.COMMAND, Kind.BUTTON)


def wrote(counter: Counter, request: Request, visit: Visit, *, side: str, text: str, state: str = "sent") -> int:
    """Keep what somebody wrote in a request; its number."""
    values = {
        "code": request.code, "side": side, "name": visit.name, "chat": visit.chat, "message": visit.message,
        "kind": Kind.TEXT.value if visit.kind in WORDS else visit.kind.value,
        "text": text, "at": counter.now, "state": state,
    }  # fmt: skip
    return cases.wrote(counter.connection, values)


def to_desk(
    counter: Counter, request: Request, row: cases.Row, *, edited: bool = False, album: str | None = None
) -> None:
    """Bring a citizen's message into the conversation's room; unclaimed requests have none yet."""
    if (room := counter.room(request)) is None or request.owner is None:
        return
    chat, topic = room
    scene = counter.desk_scene(request.commune)
    place = Place(topic=topic, about=request.code, relays=row["id"])
    _bring(counter, chat, row, requests.from_citizen(scene, request, row["text"], edited=edited), place, album)


def to_citizen(counter: Counter, request: Request, row: cases.Row, *, album: str | None = None) -> None:
    """Bring an officer's message to the citizen."""
    scene = counter.citizen_scene(request)
    place = Place(about=request.code, relays=row["id"])
    _bring(counter, request.citizen, row, requests.from_staff(scene, request, row["name"], row["text"]), place, album)


def _bring(counter: Counter, chat: str, row: cases.Row, reply: Reply, place: Place, album: str | None) -> None:
    """Words with a head; everything else as the message itself, shown again. An edited one takes its old place."""
    if row["kind"] in WORDS:
        standing = row["copy_message"] if row["copy_chat"] == chat else None
        return _bring_words(counter, chat, replace(reply, place=place, replaces=standing), row["id"])
    place = replace(place, relays=None, copies=((row["chat"], row["message"], row["id"]),))
    if album:
        return counter.put_album(chat, replace(reply, place=place), album)
    return counter.put(chat, replace(reply, place=place))


def _bring_words(counter: Counter, chat: str, reply: Reply, number: int) -> None:
    """Long words are several messages; each but the first stands under a name, to be corrected in its place."""
    first, *others = reply.parts()
    counter.put(chat, first, name=f"relay:{number}")
    for n, part in enumerate(others, 1):
        name = f"relay:{number}.{n}"
        counter.put(chat, replace(part, place=replace(part.place, name=name, relays=None)))
    n = len(others) + 1
    while standing := shown.where(counter.connection, chat, f"relay:{number}.{n}")[0]:
        counter.put(chat, Reply(blocks=(), replaces=standing, place=Place(deletes=True)))
        shown.forget(counter.connection, chat, f"relay:{number}.{n}")
        n += 1


def edited(counter: Counter, request: Request, row: cases.Row, visit: Visit) -> None:
    """A message that was brought over has been corrected: the copy follows."""
    if not visit.text.strip() or row["state"] == "gone":
        return
    cases.rewrite(counter.connection, row["id"], text=visit.text)
    fresh = cases.message(counter.connection, row["id"])
    if fresh is None or row["state"] == "held":
        return
    if row["side"] == "citizen":
        to_desk(counter, request, fresh, edited=True)
    elif row["side"] == "staff":
        to_citizen(counter, request, fresh)


def take_back(counter: Counter, request: Request, row: cases.Row) -> None:
    """What an officer wrote is taken away on the other side, and said to have been."""
    cases.rewrite(counter.connection, row["id"], state="gone", text="")
    if row["copy_chat"] and row["copy_message"]:
        gone = Reply(blocks=(), replaces=row["copy_message"], place=Place(deletes=True))
        counter.put(row["copy_chat"], gone, name=f"relay:{row['id']}")
    scene = counter.citizen_scene(request)
    counter.tell_citizen(request, requests.told(scene, request, "told.taken_back"))


def history(counter: Counter, request: Request) -> None:
    """Everything so far, for whoever takes the conversation up."""
    scene = counter.desk_scene(request.commune)
    for row in cases.said(counter.connection, request.code):
        if row["state"] == "gone" or row["side"] not in ("citizen", "staff", "note"):
            continue
        if row["side"] == "citizen":
            if row["state"] == "sent":
                to_desk(counter, request, row)
            continue
        head = "talk.note" if row["side"] == "note" else "talk.officer"
        blocks = (scene.line(head, who=row["name"], code=request.code), scene.line("talk.words", text=row["text"]))
        if row["text"]:
            counter.tell_desk(request, Reply(blocks=blocks))
