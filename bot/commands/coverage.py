"""The table and the map of what is known, for whoever fills it in."""

from collections.abc import Sequence

from bot.content.coverage import KNOWN, Coverage

SHADES = " ░▒▓█"
BAR = 20
# Where a province stands on the map: its code in a row from north to south and a column from west to east.
MAP = (
    ".. 12 15 08 04",
    "11 14 25 19 20",
    ".. .. 01 24 22",
    ".. .. 37 33 31",
    ".. 38 .. .. ..",
    ".. 40 .. .. ..",
    ".. .. 42 .. ..",
    ".. .. 44 .. ..",
    ".. .. .. 46 ..",
    ".. .. .. 48 ..",
    ".. .. .. 51 ..",
    ".. .. .. 52 ..",
    ".. .. .. 66 ..",
    ".. 80 75 68 56",
    "91 82 79 .. ..",
    "92 86 .. .. ..",
    "96 .. .. .. ..",
)
LABELS = ("none", "under 25 %", "under 50 %", "under 75 %", "75 % or more")


def told(found: Sequence[Coverage]) -> str:
    """A line a province, the sum, and the map."""
    lines = [_line(one) for one in found]
    return "\n".join([_head(), *lines, _sum(found), "", *_map(found)])


def _head() -> str:
    return f"{'':>2} {'province':<24}{'communes':>9}{'known':>7} {'':<{BAR}}" + "".join(f"{what:>15}" for what in KNOWN)


def _line(one: Coverage) -> str:
    bar = "█" * round(BAR * one.share)
    counts = "".join(f"{one.known[what]:>15}" for what in KNOWN)
    return f"{one.code:02} {one.name:<24}{one.communes:>9}{one.anything:>7} {bar:<{BAR}}{counts}"


def _sum(found: Sequence[Coverage]) -> str:
    known = {what: sum(one.known[what] for one in found) for what in KNOWN}
    communes, anything = sum(one.communes for one in found), sum(one.anything for one in found)
    return _line(Coverage(code=0, name="all", communes=communes, anything=anything, known=known))


def _map(found: Sequence[Coverage]) -> list[str]:
    by_code = {f"{one.code:02}": one for one in found}
    rows = ["".join(_cell(by_code.get(code)) for code in row.split()) for row in MAP]
    legend = "  ".join(f"{shade * 2 or '  '} {label}" for shade, label in zip(SHADES, LABELS, strict=True))
    return [*map(str.rstrip, rows), "", legend]


def _cell(one: Coverage | None) -> str:
    if one is None:
        return " " * 7
    shade = SHADES[min(len(SHADES) - 1, int(one.share * 4) + 1)] if one.anything else SHADES[0]
    return f"{one.code:02}{shade * 4} "
