"""`main.py ask`: what was understood, why, and the reply; for people, and as JSON lines for programs."""

import datetime as dt
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import IO, Any, TextIO

from bot.content.schema import Language
from bot.content.words import Phrase
from bot.conversation.converse import Answer, converse
from bot.conversation.scene import House
from bot.conversation.visit import Kind, Memory, Visit
from bot.understanding.engine import explain as explain_ranking
from bot.understanding.engine import understand
from bot.understanding.result import Outcome, Place, Ranked, Understanding

MAX_CHATS = 10_000
SHOWN = 5


def answer_lines(house: House, lines: IO[bytes], out: TextIO, now: dt.datetime) -> None:
    """One message a line in, one JSON object a line out. Lines with the same `chat` share context."""
    memories: dict[str, Memory] = {}
    for raw in lines:
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if not line.strip():
            continue
        try:
            question = _question(line, house)
        except ValueError as error:
            out.write(json.dumps({"text": line[:200], "error": str(error)}, ensure_ascii=False) + "\n")
            continue
        memory = _memory(question, memories.get(question["chat"], Memory()))
        record, answered = _record(house, question["text"], memory, now)
        if question["chat"]:
            memories.pop(question["chat"], None)
            memories[question["chat"]] = answered.memory
            if len(memories) > MAX_CHATS:
                del memories[next(iter(memories))]
        out.write(json.dumps(record, ensure_ascii=False) + "\n")
        out.flush()


def _question(line: str, house: House) -> dict[str, Any]:
    """A line as text, chat, commune and language. Raises ValueError with what to correct."""
    if not line.lstrip().startswith("{"):
        return {"text": line, "chat": "", "commune": None, "language": None}
    try:
        given = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        return {"text": line, "chat": "", "commune": None, "language": None}
    text, chat = given.get("text"), given.get("chat")
    if not isinstance(text, str):
        raise ValueError('"text" must be a text')  # noqa: TRY004 - a line to correct, not a bug
    commune = given.get("commune")
    if commune is not None and not str(commune).isdigit():
        raise ValueError('"commune" must be a national ward code')
    if commune is not None and int(commune) not in house.knowledge.gazetteer.communes:
        raise ValueError(f"no commune has the code {commune}")
    language = given.get("language")
    if language is not None and language not in list(Language):
        raise ValueError('"language" must be vi, en or id')
    return {
        "text": text,
        "chat": "" if chat is None else str(chat),
        "commune": int(commune) if commune is not None else None,
        "language": Language(language) if language else None,
    }


def _memory(question: dict[str, Any], memory: Memory) -> Memory:
    given = {name: question[name] for name in ("commune", "language") if question[name] is not None}
    return replace(memory, **given)


def _record(house: House, text: str, memory: Memory, now: dt.datetime) -> tuple[dict[str, Any], Answer]:
    started = time.perf_counter()
    understand(text, memory.context(), house.engine)
    took = (time.perf_counter() - started) * 1000
    answered = converse(Visit(chat="ask", kind=Kind.TEXT, text=text), memory, house, now)
    read = answered.understanding
    if read is None:
        raise AssertionError("a text is always understood")
    record = {
        "text": text,
        "outcome": read.outcome.value,
        "procedures": [{"id": one.id, "score": round(one.score, 4)} for one in _meant(read)[:SHOWN]],
        "second_tier": [_named(one, house) for one in read.second_tier],
        "aspect": read.aspect.value if read.aspect else None,
        "aspects": [one.aspect.value for one in read.asked if one.aspect],
        "yes_no": read.yes_no,
        "place": _place(read.place),
        "language": read.language.value,
        "answer": _answer(read),
        "reply": "\n\n".join(reply.text for reply in answered.replies),
        "ms": round(took, 3),
    }
    return record, answered


def _meant(read: Understanding) -> tuple[Ranked, ...]:
    """What may be meant, of both tiers: a code of the portal's first only where the outcome is its own."""
    if read.outcome is Outcome.SECOND_TIER:
        return (*read.second_tier, *read.procedures)
    ours, *others = (*read.procedures[:1], *read.second_tier, *read.procedures[1:]) or (None,)
    return (ours, *others) if ours else ()


def _named(one: Ranked, house: House) -> dict[str, Any]:
    name = house.knowledge.second_tier.procedures[one.id].name
    return {"code": one.id, "name": name, "score": round(one.score, 4)}


def _answer(read: Understanding) -> str | None:
    """The entry's answer that was chosen; None where a field, or nothing, was told."""
    return read.asked[0].choices[0].answer if read.asked and read.asked[0].choices else None


def _place(place: Place | None) -> dict[str, Any] | None:
    """Where several communes fit, none is named: only what was typed."""
    if place is None:
        return None
    if found := place.certain:
        return {"ward_code": found.ward_code, "name": found.name}
    return {"ward_code": None, "name": place.typed}


def explain(house: House, phrases: Sequence[Phrase], text: str, now: dt.datetime) -> str:
    """For a maintainer: what was understood, which words and phrases decided, why the runner-up lost, the reply."""
    answered = converse(Visit(chat="ask", kind=Kind.TEXT, text=text), Memory(), house, now)
    read = answered.understanding
    lines = _understood(read) if read else []
    for asked in read.asked if read else ():
        lines += ["", f"Asked: {asked.aspect or '-'}"]
        lines += [
            f"     {c.score:+.2f}  {c.answer or '(field)'} [{c.asks or 'overview'}]  {c.nearest}" for c in asked.choices
        ]
    for n, one in enumerate(explain_ranking(text, house.engine, phrases)[:3]):
        lines += ["", f"{n + 1}. {one.procedure}  {one.score:.1%}"]
        lines += [f"     {item.weight:+.2f}  {item.words}" for item in one.evidence]
        if one.nearest_phrase:
            lines.append(f"     nearest phrase: {one.nearest_phrase}")
    lines += ["", "Reply:"]
    for reply in answered.replies:
        lines += [reply.text, *(f"  [{b.label}]" for row in reply.buttons for b in row), ""]
    return "\n".join(lines)


def _understood(read: Understanding) -> list[str]:
    place = _place(read.place)
    rows = {
        "outcome": read.outcome.value + (f" ({read.talk})" if read.talk else ""),
        "language": read.language.value,
        "aspect": read.aspect.value if read.aspect else "-",
        "place": place["name"] if place else "-",
        "yes or no": "yes" if read.yes_no else "no",
        "cases": ", ".join(f"{case}={option}" for case, option in read.cases) or "-",
        "follow-up": "yes" if read.follow_up else "no",
    }
    return [f"{name + ':':<11}{value}" for name, value in rows.items()]
