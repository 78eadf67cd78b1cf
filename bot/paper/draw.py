"""A reply on paper: blocks → a picture for an old phone, or a page to print. Vietnamese in full, nothing cut off."""

import re
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.conversation.reply import Block, FileForm, Style

FONTS = Path(__file__).parent / "fonts"
WIDTH, MARGIN, INDENT = 1240, 90, 46  # pixels; A4 at 150 dpi
PAGE_HEIGHT = 1754
DPI = 150
SIZES = {Style.TITLE: 32, Style.TEXT: 27, Style.ITEM: 27, Style.TICK: 27, Style.NOTE: 22, Style.BAR: 27}
LINE, GAP = 1.38, 16
INK, GREY, PAPER = "#111111", "#555555", "#ffffff"
WHOLE, PART = "#b9c6d6", "#0b4a8f"
BAR_LEFT = 420  # behind its words
VALUES = re.compile(r"(\d+)/(\d+)$")
BOX = 22
MAX_PAGES = 8

type Line = tuple[Block, str, bool]  # a block, one line of it, whether it is its first


def draw(blocks: Iterable[Block], form: FileForm) -> bytes:
    """The blocks as one tall picture, or as pages of A4."""
    lines = [line for block in blocks for line in _wrapped(block)]
    if form == "png":
        return _saved([_page(lines, height=None)], "PNG")
    return _saved([_page(page, height=PAGE_HEIGHT) for page in _pages(lines)], "PDF")


def _saved(pages: list[Image.Image], form: str) -> bytes:
    out = BytesIO()
    pages[0].save(out, form, dpi=(DPI, DPI), resolution=DPI, save_all=len(pages) > 1, append_images=pages[1:])
    return out.getvalue()


@cache
def _font(style: Style) -> ImageFont.FreeTypeFont:
    name = "Roboto-Bold.ttf" if style is Style.TITLE else "Roboto-Regular.ttf"
    return ImageFont.truetype(FONTS / name, SIZES[style])


def _indent(block: Block) -> int:
    return INDENT if block.style in (Style.ITEM, Style.TICK) else 0


def _wrapped(block: Block) -> list[Line]:
    font, room = _font(block.style), WIDTH - 2 * MARGIN - _indent(block)
    text = block.text[2:] if block.style is Style.TICK else block.text
    found: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in (piece for whole in paragraph.split() for piece in _short(whole, font, room)):
            longer = f"{line} {word}".strip()
            if line and font.getlength(longer) > room:
                found.append(line)
                longer = word
            line = longer
        found.append(line)
    return [(block, line, n == 0) for n, line in enumerate(found)]


def _short(word: str, font: ImageFont.FreeTypeFont, room: int) -> list[str]:
    """A word, or a link, in pieces that fit a line."""
    pieces = []
    while font.getlength(word) > room:
        fits = next(n for n in range(len(word) - 1, 0, -1) if font.getlength(word[:n]) <= room)
        pieces.append(word[:fits])
        word = word[fits:]
    return [*pieces, word]


def _height(line: Line) -> int:
    block, _, first = line
    return int(SIZES[block.style] * LINE) + (_gap(block) if first else 0)


def _gap(block: Block) -> int:
    return GAP // 2 if block.style in (Style.ITEM, Style.TICK) else GAP


def _pages(lines: list[Line]) -> list[list[Line]]:
    pages: list[list[Line]] = [[]]
    left = PAGE_HEIGHT - 2 * MARGIN
    for line in lines:
        if _height(line) > left and len(pages) < MAX_PAGES:
            pages.append([])
            left = PAGE_HEIGHT - 2 * MARGIN
        pages[-1].append(line)
        left -= _height(line)
    return pages


def _page(lines: list[Line], height: int | None) -> Image.Image:
    tall = height or sum(map(_height, lines)) + 2 * MARGIN
    image = Image.new("RGB", (WIDTH, tall), PAPER)
    pen, at = ImageDraw.Draw(image), MARGIN
    longest = max((whole for block, _, _ in lines for _, whole in _values(block)), default=0)
    for line in lines:
        block, text, first = line
        top = at + (_gap(block) if first else 0)
        if first:
            _mark(pen, block, top)
            _bar(pen, block, top, longest)
        colour = GREY if block.style is Style.NOTE else INK
        pen.text((MARGIN + _indent(block), top), text, font=_font(block.style), fill=colour)
        at += _height(line)
    return image


def _values(block: Block) -> list[tuple[int, int]]:
    """Part and whole of a line of a chart."""
    found = VALUES.search(block.text) if block.style is Style.BAR else None
    return [(int(found[1]), int(found[2]))] if found else []


def _bar(pen: ImageDraw.ImageDraw, block: Block, top: int, longest: int) -> None:
    """The longest whole as long as there is room; its part over it."""
    room, tall = WIDTH - MARGIN - BAR_LEFT, SIZES[block.style]
    for part, whole in _values(block):
        for value, colour in ((whole, WHOLE), (min(part, whole), PART)):
            if value:
                pen.rectangle((BAR_LEFT, top + 2, BAR_LEFT + room * value // longest, top + 2 + tall), fill=colour)


def _mark(pen: ImageDraw.ImageDraw, block: Block, top: int) -> None:
    """The bullet of an item, or the box of a paper, with its tick."""
    left, middle = MARGIN + 8, top + int(SIZES[block.style] * LINE) // 2
    if block.style is Style.ITEM:
        pen.ellipse((left, middle - 5, left + 9, middle + 4), fill=INK)
    if block.style is Style.TICK:
        box = (left - 4, middle - BOX // 2, left - 4 + BOX, middle + BOX // 2)
        pen.rectangle(box, outline=INK, width=2)
        if not block.text.startswith("☐"):
            pen.line([(box[0] + 4, middle), (box[0] + 9, middle + 6), (box[2] - 3, middle - 7)], fill=INK, width=3)
