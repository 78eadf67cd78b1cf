"""A page for the wall of an office: what one can ask here, and a code for each way to ask it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO

import segno
from PIL import Image, ImageDraw, ImageFont

from bot.conversation.reply import FileForm
from bot.paper.draw import DPI, FONTS, INK, MARGIN, PAGE_HEIGHT, PAPER, WIDTH

TITLE, LEAD, LABEL, LINK, FOOT = 78, 42, 46, 25, 32  # sizes of letters, in pixels
LINE = 1.3
QUIET = 4  # modules of white round a code, as readers want it
MOST_CODES = 3
WIDEST = 520  # of a code that stands alone


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to ask, and the address behind its code."""

    label: str
    link: str


@dataclass(frozen=True, kw_only=True)
class Poster:
    title: str
    lead: Sequence[str]
    ways: Sequence[Way]
    foot: Sequence[str]


def draw_poster(poster: Poster, form: FileForm) -> bytes:
    """One page of A4."""
    page = Image.new("RGB", (WIDTH, PAGE_HEIGHT), PAPER)
    pen = ImageDraw.Draw(page)
    at = _written(pen, MARGIN, poster.title, TITLE, bold=True)
    for line in poster.lead:
        at = _written(pen, at + LEAD // 2, line, LEAD)
    foot = PAGE_HEIGHT - MARGIN - sum(_tall(line, FOOT) for line in poster.foot)
    _codes(page, pen, (at + foot - WIDEST) // 2, poster.ways[:MOST_CODES])
    at = foot
    for line in poster.foot:
        at = _written(pen, at, line, FOOT)
    out = BytesIO()
    page.save(out, "PDF" if form == "pdf" else "PNG", dpi=(DPI, DPI), resolution=DPI)
    return out.getvalue()


def _codes(page: Image.Image, pen: ImageDraw.ImageDraw, top: int, ways: Sequence[Way]) -> None:
    """Side by side, each with its name above and its address below."""
    room = (WIDTH - 2 * MARGIN) // max(1, len(ways))
    size = min(room - LINK // 2, WIDEST)
    for number, way in enumerate(ways):
        middle = MARGIN + room * number + room // 2
        pen.text((middle, top), way.label, font=_font(LABEL, bold=True), fill=INK, anchor="ma")
        page.paste(code(way.link, size), (middle - size // 2, top + int(LABEL * LINE)))
        at = top + int(LABEL * LINE) + size + LINK // 2
        for line in _lines(way.link.partition("://")[2], LINK, room - LINK):
            pen.text((middle, at), line, font=_font(LINK), fill=INK, anchor="ma")
            at += int(LINK * LINE)


def code(link: str, size: int) -> Image.Image:
    """A code of about `size` pixels: each of its squares a whole number of them, or readers stumble."""
    made = segno.make(link, error="m", micro=False)
    squares = int(made.symbol_size(border=QUIET)[0])
    scale = max(1, size // squares)
    image = Image.new("RGB", (squares, squares), PAPER)
    for row, line in enumerate(made.matrix_iter(border=QUIET)):
        for column, dark in enumerate(line):
            if dark:
                image.putpixel((column, row), (0, 0, 0))
    drawn = image.resize((squares * scale, squares * scale), Image.Resampling.NEAREST)
    whole = Image.new("RGB", (size, size), PAPER)
    whole.paste(drawn, ((size - drawn.width) // 2, (size - drawn.height) // 2))
    return whole


def _written(pen: ImageDraw.ImageDraw, at: int, text: str, size: int, *, bold: bool = False) -> int:
    """Lines from the left; where the next begin."""
    for line in _lines(text, size, WIDTH - 2 * MARGIN, bold=bold):
        pen.text((MARGIN, at), line, font=_font(size, bold=bold), fill=INK)
        at += int(size * LINE)
    return at


def _tall(text: str, size: int) -> int:
    return int(size * LINE) * len(_lines(text, size, WIDTH - 2 * MARGIN))


def _lines(text: str, size: int, room: int, *, bold: bool = False) -> list[str]:
    font, lines, line = _font(size, bold=bold), [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > room:
            lines.append(line)
            longer = word
        line = longer
        while font.getlength(line) > room:  # an address has no spaces
            fits = next(n for n in range(len(line) - 1, 0, -1) if font.getlength(line[:n]) <= room)
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line]


@cache
def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / ("Roboto-Bold.ttf" if bold else "Roboto-Regular.ttf"), size)
