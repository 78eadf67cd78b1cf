"""Blocks of a reply as parts of a page: paragraphs, headings, lists; addresses and telephone numbers to be touched."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from bot.conversation.reply import LISTED, Block, Style

ADDRESS = r"https?://[^\s<>()\"'“”]+[^\s<>()\"'“”.,;:!?…]"
# National numbers as people write them, and the free ones.
NUMBER = r"(?<![\d.,/–-])(?:0\d{1,3}[. ]?\d{3,4}[. ]?\d{3,4}|1[89]00[. ]?\d{2,4}[. ]?\d{0,4})(?![\d/])"
LONGEST_ADDRESS = 50  # that is shown whole: what comes behind says nothing to a reader
TOUCHED = re.compile(f"(?P<address>{ADDRESS})|(?P<number>{NUMBER})")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A paragraph (`text`), a heading, small print, or a list (`items`)."""

    style: Style
    lines: tuple[str, ...]


def parts(blocks: Iterable[Block]) -> list[Part]:
    """Blocks with the items of each list together."""
    found: list[Part] = []
    for block in blocks:
        if block.style in LISTED and found and found[-1].style is block.style:
            found[-1] = Part(style=block.style, lines=(*found[-1].lines, block.text))
        else:
            found.append(Part(style=block.style, lines=(block.text,)))
    return found


def touched(text: str) -> Markup:
    """A text made harmless, with what can be opened or called."""
    out, at = Markup(), 0
    for found in TOUCHED.finditer(text):
        out += _lines(text[at : found.start()]) + _link(found)
        at = found.end()
    return out + _lines(text[at:])


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def _link(found: re.Match[str]) -> Markup:
    shown = found[0]
    if found["address"]:
        short = shown if len(shown) <= LONGEST_ADDRESS else f"{shown[:LONGEST_ADDRESS]}…"
        return Markup('<a href="{}" rel="nofollow noopener">{}</a>').format(shown, short)
    return call(shown)


def call(number: str) -> Markup:
    """A telephone number that a touch dials; what stands behind it in brackets is no part of it."""
    digits = re.sub(r"\D", "", number.partition("(")[0])
    return Markup('<a href="tel:{}">{}</a>').format(digits, number) if digits else escape(number)
