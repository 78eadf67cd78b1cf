"""Accuracy on the development questions: a test, never material."""

import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from bot.conversation.visit import Memory
from bot.understanding.engine import Engine, understand
from bot.understanding.fold import fold, low_words
from bot.understanding.result import Context, Outcome, Understanding
from tests.bench.setting import Setting, line

ENOUGH = 10  # questions about an aspect, from which it must hold by itself
LIMITS = {"vi": 95, "short": 95, "vi_nodiac": 94, "noisy": 90, "dialect": 90, "en": 90, "id": 88, "long": 85}
ANSWERS = (Outcome.ANSWERED, Outcome.FEEDBACK, Outcome.COMPLAINT, Outcome.DENUNCIATION)


def report(setting: Setting, folder: Path) -> int:
    questions = _read(folder / "questions.jsonl")
    read = [(one, understand(one["text"], Context(), setting.engine)) for one in questions]
    print(f"\nunderstanding: {len(questions)} questions, {len(setting.content.knowledge.procedures)} procedures")
    missed = _procedures(read) + _aspects(read) + _places(read) + _outcomes(read)
    missed += _dialogues(_read(folder / "dialogues.jsonl"), setting.engine)
    missed += _out_of_scope(_read(folder / "outofscope.jsonl"), setting.engine)
    missed += _violations(questions, setting)
    _confusion(read)
    return missed


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(one) for one in path.read_text(encoding="utf-8").splitlines() if one.strip()]


def _percent(good: list[bool]) -> float:
    return 100 * sum(good) / max(1, len(good))


def _right(one: dict[str, Any], read: Understanding, among: int = 1) -> bool:
    return any(found.id in one["accept"] for found in read.procedures[:among])


def _procedures(read: list[tuple[dict[str, Any], Understanding]]) -> int:
    by_kind: defaultdict[str, list[bool]] = defaultdict(list)
    for one, understood in read:
        by_kind[one["kind"]].append(_right(one, understood))
    missed = line("right first", _percent([ok for kind in by_kind.values() for ok in kind]), 96, "%")
    missed += line("right among the first three", _percent([_right(one, got, 3) for one, got in read]), 99, "%")
    return missed + sum(
        line(f"  {kind} ({len(by_kind[kind])})", _percent(by_kind[kind]), limit, "%") for kind, limit in LIMITS.items()
    )


def _aspects(read: list[tuple[dict[str, Any], Understanding]]) -> int:
    by_aspect: defaultdict[str, list[bool]] = defaultdict(list)
    for one, got in read:
        by_aspect[one["aspect"] or "none"].append(_same_aspect(one, got))
    good = [ok for aspect in by_aspect.values() for ok in aspect]
    missed = line(f"aspect right ({len(good)})", _percent(good), 90, "%")
    return missed + sum(
        line(f"  {aspect} ({len(held)})", _percent(held), 75, "%")
        for aspect, held in sorted(by_aspect.items())
        if len(held) >= ENOUGH
    )


def _same_aspect(expected: dict[str, Any], got: Understanding) -> bool:
    """One of those that fit; `steps` and none are one where the text only says "how"."""
    fits = set(expected.get("aspects_ok") or [expected.get("aspect")])
    return got.aspect in fits or (got.aspect in (None, "steps") and bool(fits & {None, "steps"}))


def _places(read: list[tuple[dict[str, Any], Understanding]]) -> int:
    good = [
        got.place is not None and _folded(got.place.typed) == _folded(one["place"]) for one, got in read if one["place"]
    ]
    false = sum(got.place is not None for one, got in read if not one["place"])
    missed = line(f"place found where typed ({len(good)})", _percent(good), 93, "%")
    return missed + line("places seen where none is labelled", false)


def _folded(text: str) -> str:
    return " ".join(fold(word) for word in low_words(text))


def _outcomes(read: list[tuple[dict[str, Any], Understanding]]) -> int:
    answered = [_right(one, got) for one, got in read if got.outcome in ANSWERS]
    asked = [bool(set(got.choices) & set(one["accept"])) for one, got in read if got.outcome is Outcome.CLARIFY]
    missed = line(f"answered ({len(answered)}): right", _percent(answered), 97, "%")
    missed += line(f"clarify ({len(asked)}): the right one is offered", _percent(asked), 97, "%")
    line("neither", len(read) - len(answered) - len(asked))
    return missed


def _dialogues(dialogues: list[dict[str, Any]], engine: Engine) -> int:
    good = []
    for dialogue in dialogues:
        memory = Memory()
        for turn, expected in zip(dialogue["turns"], dialogue["expect"], strict=True):
            got = understand(turn["user"], memory.context(), engine)
            first = got.procedures[0].id if got.procedures else None
            good.append(first == expected["best"] and ("aspect" not in expected or _same_aspect(expected, got)))
            memory = _remember(memory, got)
    return line(f"turns right in dialogues ({len(good)})", _percent(good), 93, "%")


def _remember(memory: Memory, got: Understanding) -> Memory:
    memory = replace(memory, spoke=got.language)
    if got.outcome in ANSWERS:
        return memory.about(got.procedures[0].id, got.aspect)
    return replace(memory, choices=got.choices) if got.outcome is Outcome.CLARIFY else memory


def _out_of_scope(messages: list[dict[str, Any]], engine: Engine) -> int:
    read = [(one, understand(one["text"], Context(), engine)) for one in messages]
    answered = [got.outcome is Outcome.ANSWERED for _, got in read]
    seen = [got.outcome is Outcome.EMERGENCY for one, got in read if one["kind"] == "emergency"]
    missed = line(f"out of scope answered ({len(read)})", _percent(answered), 3, "%", at_most=True)
    missed += line(f"emergencies recognised ({len(seen)})", _percent(seen), 100, "%")
    for one, got in read:
        if got.outcome is Outcome.ANSWERED or (one["kind"] == "emergency" and got.outcome is not Outcome.EMERGENCY):
            print(f"      {one['id']} {one['kind']}: {got.outcome} {got.procedures[0].id if got.procedures else ''}")
    return missed


def _violations(questions: list[dict[str, Any]], setting: Setting) -> int:
    """Phrases that equal or nearly equal a question of the test: folded token_set_ratio >= 90, of like length."""
    intents = setting.content.intents
    phrases = [_folded(phrase.text) for phrase in (*intents.phrases, *intents.talk, *intents.turns)]
    found = []
    for one in questions:
        text = _folded(one["text"])
        for phrase, _, _ in process.extract(text, phrases, scorer=fuzz.token_set_ratio, score_cutoff=90, limit=20):
            if _length_class(phrase) == _length_class(text):
                found.append((one["id"], phrase))
    for question, phrase in found:
        print(f"      {question} is nearly the phrase: {phrase[:100]}")
    return line("phrases that are a question of the test", len(found), 0, at_most=True)


def _length_class(text: str) -> int:
    """Up to 4, 8, 16, 32 … words."""
    return max(2, (len(text.split()) - 1).bit_length())


def _confusion(read: list[tuple[dict[str, Any], Understanding]]) -> None:
    wrong = [(one, got) for one, got in read if not _right(one, got)]
    print(f"\n  confusion ({len(wrong)}):")
    for one, got in wrong:
        first = got.procedures[0].id if got.procedures else "-"
        print(f"    {one['id']} {one['kind']:<9} {one['best']} ← {first}")
