"""An officer's answer as a change of the maintainers' files, to be read before it goes in. Nothing is written here."""

import difflib
from collections.abc import Callable
from pathlib import Path

import yaml

from bot.content.schema import Aspect

ROOT = Path(__file__).parent.parent.parent
TO_DO = "…"  # what only a maintainer can say: check names each line where it stands


def difference(
    *, procedure: str, language: str, question: str, answer: str, asks: str = Aspect.NEED, root: Path = ROOT
) -> str:
    """A unified diff: the question among the phrases, the answer among the entry's; empty where there is no entry.

    The source, the other languages and the verdict are left to the maintainer.
    """
    entry = root / "knowledge" / "procedures" / f"{procedure}.yaml"
    phrases = root / "intents" / f"{procedure}.yaml"
    if not entry.is_file():
        return ""
    told = [_changed(root, entry, lambda text: _with_answer(text, language, question, answer, asks))]
    if phrases.is_file():
        told.append(_changed(root, phrases, lambda text: _with_phrase(text, language, question)))
    return "".join(told)


def _changed(root: Path, path: Path, change: Callable[[str], str]) -> str:
    before = path.read_text(encoding="utf-8")
    name = str(path.relative_to(root))
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), change(before).splitlines(keepends=True), f"a/{name}", f"b/{name}"
    )
    return "".join(lines)


def _with_answer(text: str, language: str, question: str, answer: str, asks: str) -> str:
    """At the end of `answers`, in the form of the entries beside it."""
    one = [{
        "id": "moi", "asks": str(asks), "questions": {language: [question]}, "verdict": "told",
        "text": {each: answer if each == language else TO_DO for each in ("vi", "en", "id")}, "source": [TO_DO],
    }]  # fmt: skip
    written = yaml.safe_dump(one, allow_unicode=True, sort_keys=False, width=110)
    block = "".join(f"  {line}\n" for line in written.splitlines())
    lines = text.splitlines(keepends=True)
    if (at := _end_of(lines, "answers:")) is None:
        return text.rstrip("\n") + "\nanswers:\n" + block
    return "".join([*lines[:at], block, *lines[at:]])


def _with_phrase(text: str, language: str, question: str) -> str:
    lines = text.splitlines(keepends=True)
    if (at := _end_of(lines, f"{language}:")) is None:
        return text
    phrase = yaml.safe_dump([question], allow_unicode=True, width=10_000).strip()
    return "".join([*lines[:at], f"  {phrase}\n", *lines[at:]])


def _end_of(lines: list[str], key: str) -> int | None:
    """Behind the last line of what stands under a key of the file."""
    begun = next((n for n, line in enumerate(lines) if line.rstrip() == key), None)
    if begun is None:
        return None
    after = (n for n, line in enumerate(lines) if n > begun and line.strip() and not line.startswith((" ", "-", "#")))
    return next(after, len(lines))
