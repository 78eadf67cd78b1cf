"""Charts as SVG of our own: no script, and always a table beside that says the same."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, GAP, FOOT = 640, 160, 6, 20


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One month: how high, and the part of it that is filled, as whole pixels; None where nothing is known."""

    label: str
    x: int
    width: int
    top: int
    height: int
    filled_top: int
    filled_height: int
    known: bool


def bars(values: Sequence[tuple[str, int | None, int | None]]) -> list[Bar]:
    """(label, whole, part) → bars that fit; the highest is as high as the picture."""
    most = max((whole or 0 for _, whole, _ in values), default=0) or 1
    room = HEIGHT - FOOT
    width = max(4, (WIDTH - GAP * (len(values) - 1)) // max(1, len(values)))
    made = []
    for number, (label, whole, part) in enumerate(values):
        height, filled = round(room * (whole or 0) / most), round(room * (part or 0) / most)
        made.append(
            Bar(label=label, x=number * (width + GAP), width=width, top=room - height, height=height,
                filled_top=room - filled, filled_height=filled, known=whole is not None)
        )  # fmt: skip
    return made
