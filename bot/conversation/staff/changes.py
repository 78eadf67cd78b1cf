"""What has changed in words from one version to the next, word by word. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

WORD = re.compile(r"\S+\s*|\s+")  # with the gap behind it, so that words changed one after the other stay together
MOST = 2_000  # words that are compared one by one; longer ones are told as a whole
SHOWN = 5  # changes that are told in one line


class Kind(StrEnum):
    SAME = "same"
    OUT = "out"
    IN = "in"


@dataclass(frozen=True)
class Change:
    kind: Kind
    text: str


def changes(before: str, after: str) -> tuple[Change, ...]:
    """The parts of both in order; nothing where nothing has changed."""
    old, new = WORD.findall(before), WORD.findall(after)
    if old == new:
        return ()
    if max(len(old), len(new)) > MOST:
        return (Change(Kind.OUT, before), Change(Kind.IN, after))
    found: list[Change] = []
    for how, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            found.append(Change(Kind.SAME, "".join(new[c:d])))
            continue
        found += [Change(Kind.OUT, "".join(old[a:b]))] if a < b else []
        found += [Change(Kind.IN, "".join(new[c:d]))] if c < d else []
    return tuple(found)


def told(parts: tuple[Change, ...], kind: Kind) -> str:
    """Those of a kind in one line: `“2 triệu”, “sổ đỏ”`."""
    words = [" ".join(part.text.split()) for part in parts if part.kind is kind and part.text.strip()]
    return ", ".join(f"“{one}”" for one in words[:SHOWN]) + (" …" if len(words) > SHOWN else "")
