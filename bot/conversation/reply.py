"""A reply: plain data that any channel can show."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from bot.conversation.visit import Point
from bot.desk.access import Share

FileForm = Literal["png", "pdf"]
MAX_ACTION_BYTES = 64  # what Telegram allows a button to carry
BULLET = len("• ")
GAP = len("10. \n")  # between paragraphs, and what stands around a choice that is printed
MAX_CHARACTERS = 4096  # of one Telegram message, in UTF-16 units


class Style(StrEnum):
    TITLE = "title"
    TEXT = "text"
    ITEM = "item"  # one of a list
    TICK = "tick"  # one of a list with a box of its own
    NOTE = "note"  # small print: source, date, reservation
    BAR = "bar"  # a line of a chart, `name: part/whole`; where nothing is drawn it is read so


LISTED = (Style.ITEM, Style.TICK)
UNDER = (*LISTED, Style.TITLE)  # what a list follows without a gap


@dataclass(frozen=True, kw_only=True)
class Block:
    """One paragraph; texts are never cut inside one while there is another way."""

    text: str
    style: Style = Style.TEXT


@dataclass(frozen=True, kw_only=True)
class Button:
    """A button carries an action (64 bytes at most) or a link, never both."""

    label: str
    action: str | None = None
    link: str | None = None

    def __post_init__(self) -> None:
        if (self.action is None) == (self.link is None):
            raise ValueError("a button carries an action or a link")
        if self.action is not None and not 1 <= len(self.action.encode()) <= MAX_ACTION_BYTES:
            raise ValueError(f"a button's action is 1 to {MAX_ACTION_BYTES} bytes: {self.action!r}")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a message of the queue stands. Names are ours; the channel's own numbers are found at delivery.

    `name`: known by it, and shown in the place of the one before. `topic`: the name of the topic it belongs in.
    `opens`: the title of the topic that it opens, known by `name`. `about`: the request, whose `share` it is;
    only whoever may receive that of it at the moment of sending is sent it. `lists`: requests of which it shows the
    card, with the same rule. `relays`: the number of the
    stored message that it brings to the other side. `copies`: messages shown again here together, each as (chat,
    message, number of the stored message).
    `caption`: the words under what is copied or stands in its place, instead of its own. `point`: a place on the map.
    `prompts`: whoever reads it is to answer it. `deletes`: the message it `replaces` is taken away, or what `relays`
    has become. `then`: what is said, as (chat, message), once this has arrived, and only then. `final`: where it does
    not arrive, nobody is told. `probes`: where it arrives, the desk's group is there again.
    `title`: what the topic it stands in is called from now on. `hands`: it asks somebody
    to take a request over, or to answer it. `until`: later than this it helps nobody, and is not sent.
    """

    name: str | None = None
    topic: str | None = None
    opens: str | None = None
    about: str | None = None
    share: Share = Share.WORDS
    lists: tuple[str, ...] = ()
    relays: int | None = None
    copies: tuple[tuple[str, str, int], ...] = ()
    caption: str | None = None
    point: Point | None = None
    prompts: bool = False
    deletes: bool = False
    then: tuple[tuple[str, str], ...] = ()
    final: bool = False
    probes: bool = False
    title: str | None = None
    until: dt.datetime | None = None
    hands: bool = False

    @property
    def is_of_a_request(self) -> bool:
        return not self.deletes and bool(self.about or self.lists)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One message to a person.

    `replaces`: the message in whose place it is shown, where that can still be done. `as_file`: shown as a picture or
    a page to print, `document`: sent as a file, by a channel that can.
    """

    blocks: tuple[Block, ...]
    buttons: tuple[tuple[Button, ...], ...] = ()
    replaces: str | None = None
    as_file: FileForm | None = None
    document: tuple[str, str] | None = None  # a file's name and its words
    place: Place = Place()

    @property
    def text(self) -> str:
        """As a person would read it: titles and paragraphs apart, items under each other."""
        return "".join(_shown(before, block) for before, block in zip((None, *self.blocks), self.blocks, strict=False))

    @property
    def is_of_words_alone(self) -> bool:
        """Whether it brings nothing that only a message of its own can show, or take away."""
        place = self.place
        return not (self.as_file or self.document or place.copies or place.point or place.deletes)

    @property
    def look(self) -> str:
        """By which it is known whether two replies show the same."""
        return hashlib.sha256(repr((self.blocks, self.buttons)).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def document_type(self) -> str:
        """What its document is sent as; beside a calendar its method stands, too (RFC 5545, 8.1)."""
        name, text = self.document or ("", "")
        if not name.endswith(".ics"):
            return "application/json"
        method = "CANCEL" if "\r\nMETHOD:CANCEL\r\n" in text else "PUBLISH"
        return f"text/calendar; charset=utf-8; method={method}"

    def parts(self, limit: int = MAX_CHARACTERS) -> "tuple[Reply, ...]":
        """The same as messages of at most `limit` UTF-16 units, cut at paragraph ends; the buttons under the last."""
        if self.as_file or self.document or self.place.copies or units(self.text) <= limit - BULLET:
            return (self,)
        groups = _fit([piece for block in self.blocks for piece in _cut(block, limit)], limit)
        last = len(groups) - 1
        return tuple(
            replace(
                self,
                blocks=group,
                buttons=self.buttons if n == last else (),
                replaces=None if n else self.replaces,
                place=replace(
                    self.place,
                    name=None if n else self.place.name,
                    opens=None if n else self.place.opens,
                    then=self.place.then if n == last else (),
                ),
            )
            for n, group in enumerate(groups)
        )


def joined(replies: Sequence[Reply], limit: int) -> tuple[Reply, int]:
    """As many of these as fit into one message, and how many they are; nothing follows what can be chosen."""
    taken = [replies[0]]
    used = _room_for(taken[0])
    for one in replies[1:]:
        used += _room_for(one)
        if used > limit or not one.is_of_words_alone or taken[-1].buttons:
            break
        taken.append(one)
    blocks = tuple(block for one in taken for block in one.blocks)
    return replace(taken[0], blocks=blocks, buttons=taken[-1].buttons), len(taken)


def _room_for(reply: Reply) -> int:
    """With what can be chosen printed under it."""
    return units(reply.text) + GAP + sum(units(button.label) + GAP for row in reply.buttons for button in row)


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _shown(before: Block | None, block: Block) -> str:
    """A block as it follows another: paragraphs apart, items under each other."""
    own = f"• {block.text}" if block.style is Style.ITEM else block.text
    if before is None:
        return own
    return f"\n{own}" if block.style in LISTED and before.style in UNDER else f"\n\n{own}"


def _fit(blocks: list[Block], limit: int) -> list[tuple[Block, ...]]:
    groups: list[list[Block]] = [[]]
    used = 0
    for block in blocks:
        used += units(_shown(groups[-1][-1] if groups[-1] else None, block))
        if groups[-1] and used > limit:
            groups.append([])
            used = units(_shown(None, block))
        groups[-1].append(block)
    return [tuple(group) for group in groups]


def _cut(block: Block, limit: int) -> list[Block]:
    room = limit - BULLET
    if units(block.text) <= room:
        return [block]
    pieces, rest = [], block.text
    while units(rest) > room:
        head = rest[: room // 2] if units(rest[:room]) > room else rest[:room]
        at = max(head.rfind("\n"), head.rfind(". ") + 1, head.rfind(" ")) if " " in head or "\n" in head else len(head)
        pieces.append(Block(text=rest[: at or len(head)].rstrip(), style=block.style))
        rest = rest[at or len(head) :].lstrip()
    return [*pieces, Block(text=rest, style=block.style)] if rest else pieces
