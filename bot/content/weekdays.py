"""Days of the week: as the schema writes them, and as people do in Vietnamese."""

import re

from bot.understanding.fold import fold

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NUMBERS = ("hai", "ba", "tu", "nam", "sau", "bay")  # thứ hai is Monday
_IN_TWO_WORDS = re.compile(rf"\b(thu) (?=(?:[2-7]|{'|'.join(NUMBERS)})\b)|\b(chu) (?=nhat\b)")
_SPELLED = (
    {day: day for day in DAYS}
    | {"cn": "sun", "chunhat": "sun"}
    | {f"{word}{n}": DAYS[n - 2] for n in range(2, 8) for word in ("t", "thu")}
    | {f"thu{number}": day for number, day in zip(NUMBERS, DAYS, strict=False)}
)


def joined(text: str) -> str:
    """Plain words, each day of the week as one: `Thứ hai - thứ 6` → `thuhai - thu6`."""
    plain = " ".join(map(fold, re.findall(r"[^\W_]+|[-–]", text.lower())))
    return _IN_TWO_WORDS.sub(lambda found: found[1] or found[2], plain)


def weekday(text: str) -> str | None:
    """The schema's day that a text names: `thu2`, `t2` and `Thứ Hai` are `mon`; a Thursday in English stays `thu`."""
    return _SPELLED.get(joined(text))
