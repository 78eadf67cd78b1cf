"""The first name that a person goes by, made harmless: it is shown to others beside sentences of ours."""

import re
import unicodedata

LONGEST = 40  # characters
# Format characters turn the direction of a line or hide in it; only emoji are put together by this one.
JOINER = "\u200d"
ACTIVE = re.compile(r"[@#$/\\|<>\[\]{}()*_`~=:;\"]+")  # what an app makes a mention, a command, a link or a mark of
DOT_INSIDE = re.compile(r"(?<=\w)[.\u3002\uff0e\uff61]+(?=\w)")  # evil.com, not "T. Anh"


def harmless(name: str) -> str:
    """`@everyone` → `everyone`, `http://a.vn` → `http a. vn`; nothing that an app acts on or that turns a line."""
    name = unicodedata.normalize("NFC", name)
    kept = "".join(one if _is_shown(one) else " " if one.isspace() else "" for one in name)
    plain = DOT_INSIDE.sub(". ", ACTIVE.sub(" ", kept))
    return " ".join(plain.split())[:LONGEST].strip(f" {JOINER}")


def _is_shown(character: str) -> bool:
    return character == JOINER or unicodedata.category(character)[0] not in "CZ" or character == " "
