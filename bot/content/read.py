"""YAML as maintainers write it: every scalar is text, nothing is guessed, every problem has its line.

Plain YAML turns `13:30` into 810, the phone number `0123456701` into 21913025 and `no` into False, and keeps the last
of two equal keys in silence. Here scalars stay text until the schema converts them, and such things are refused.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cache, cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError
from rapidfuzz import fuzz

from bot.content.findings import Told, told
from bot.content.reasons import form_of, no_date, yaml_reason
from bot.content.schema import Language
from bot.content.shape import Loc, keys_at
from bot.content.weekdays import DAYS, weekday
from bot.understanding.fold import fold

MAX_BYTES = 2_000_000
LIKE, PART, LONG = 55, 85, 6  # likeness of two words, of a part and its whole; letters of a part
EXAMPLE = ("‹", "›")
TEXT = "tag:yaml.org,2002:str"
MAX_DEPTH = 30  # of lists and keys in one another; ours have seven
# Where an anchor, an alias or a depth may be: only there are YAML's events looked at, which takes as long as reading.
MARK = re.compile(r"(?:^|[\s\[{,:])[&*]\S")
FAR_IN = re.compile(rf"^[ ?\-]{{{MAX_DEPTH}}}", re.MULTILINE)
BRACKETS = re.compile(r"[\[\]{}]")
ODD_INDENT = re.compile(r"\s*[^\S \t\n]")  # a space that is none of the keyboard's
WORDS = re.compile(r"[^\W_]+")
GROUPED = re.compile(r"\s*(\d{1,3}(?:[., \u00a0]\d{3})+|\d+)(?:\s*[^\W\d]+)*\s*")  # 10.000 đồng
# What people write for values of the schema, folded.
AS_PEOPLE_SAY = {
    "ngay lam viec": "working_day", "ngay": "day", "gio": "hour", "thang": "month", "nam": "year",
    "trong ngay": "same_day", "co": "yes", "khong": "no", "tuy": "depends", "nop": "submit", "xuat trinh": "show",
    "ban chinh": "original", "ban goc": "original", "chung thuc": "certified", "photo": "plain",
}  # fmt: skip
DRAFT = re.compile(r"^draft:\s*true\s*(#.*)?$", re.MULTILINE)  # to be seen where the YAML is broken, too


class _AsText(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
    """Never asks what a scalar might be, which takes half of the time of reading it."""

    def resolve(self, _kind: type, _value: str | None, _implicit: object) -> str:
        return TEXT

    def descend_resolver(self, _node: object, _index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


class Weight(IntEnum):
    """What a problem means for citizens: only an error keeps content from being used."""

    ERROR = 1
    DRAFT = 2  # in an entry that the bot does not quote yet
    WARNING = 3  # nothing is wrong yet


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a maintainers' file: where, what is wrong, what to do."""

    path: str
    line: int
    said: Told
    weight: Weight = Weight.ERROR

    def __str__(self) -> str:
        return self.told(Language.EN)

    def told(self, language: Language) -> str:
        said = told("warning", said=self.said) if self.weight is Weight.WARNING else self.said
        return f"{self.path}:{self.line}: {said.told(language)}"


@dataclass
class Document:
    """One file: what is written in it, and its `data` of dicts, lists and strings."""

    path: str
    raw: bytes = b""
    data: Any = None
    problems: list[Problem] = field(default_factory=list)
    draft: bool = False  # it says so itself
    quoted: bool = True  # False: nothing in it reaches a citizen
    exemplary: bool = False  # values of the template may still stand in it

    @cached_property
    def lines(self) -> dict[Loc, int]:
        """The line on which each part stands. Found where there is something to report: that takes as long again."""
        node = yaml.compose(self.raw, Loader=_AsText) if self.data is not None else None
        return dict(_lines(node, ())) if node else {}

    def line(self, loc: Loc) -> int:
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)

    def weighed(self) -> list[Problem]:
        """The problems; where nothing is quoted, none keeps the rest from being used."""
        if self.quoted:
            return self.problems
        return [replace(one, weight=max(one.weight, Weight.DRAFT)) for one in self.problems]

    def report(self, loc: Loc, key: str, /, weight: Weight = Weight.ERROR, **values: object) -> None:
        """Tell the sentence `key` of `check.po`, with `values` put in, of the part at `loc`."""
        self.problems.append(Problem(self.path, self.line(loc), told(key, **values), weight))

    def report_line(self, line: int, key: str, /, **values: object) -> None:
        self.problems.append(Problem(self.path, line, told(key, **values)))


def read_document(path: Path, root: Path) -> Document:
    """Read one file; whatever is wrong with it is in `problems`, never raised."""
    document = Document(str(path).removeprefix(f"{root}{os.sep}"))
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            document.report((), "too_big", bytes=len(raw), most=MAX_BYTES)
            return document
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        document.report_line(line, "not_utf8")
        return document
    except OSError as error:
        document.report((), "unreadable", why=error.strerror)
        return document
    return parse(text, document)


def parse(text: str, document: Document) -> Document:
    """Compose the YAML of `text` into `document`, without any of YAML's own guessing."""
    document.raw = text.encode("utf-8", "surrogatepass")
    document.draft = DRAFT.search(text) is not None
    document.exemplary = EXAMPLE[0] in text
    try:
        if problem := _refused(text):
            document.problems.append(Problem(document.path, *problem))
            return document
        node = yaml.compose(text, Loader=_AsText)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line if mark else 0
        hint = told(_yaml_hint(error, text.split("\n")[max(0, line - 1) : line + 1]))
        document.problems.append(Problem(document.path, line + 1, _not_yaml(error, line, hint)))
        return document
    except (yaml.YAMLError, RecursionError) as error:
        document.report_line(1, "not_yaml", why=yaml_reason(str(error)), hint=told("hint_characters"))
        return document
    if node is None:
        document.report((), "empty_file")
        return document
    document.data = _plain(node, document)
    return document


def _refused(text: str) -> tuple[int, Told] | None:
    """An anchor, an alias or a depth that would fill the memory or the stack once composed: line, what is said."""
    if not (MARK.search(text) or FAR_IN.search(text) or _most_open(text) > MAX_DEPTH):
        return None
    depth = 0
    for event in yaml.parse(text, Loader=_AsText):
        line = event.start_mark.line + 1  # type: ignore[union-attr]  # the events of a text have marks
        if getattr(event, "anchor", None):
            return line, told("anchor")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return line, told("too_deep", most=MAX_DEPTH)
    return None


def _most_open(text: str) -> int:
    """How many brackets are open at most, those in texts among them."""
    return max(accumulate(1 if bracket in "[{" else -1 for bracket in BRACKETS.findall(text)), default=0)


def _not_yaml(error: yaml.MarkedYAMLError, line: int, hint: Told) -> Told:
    """With where the part began in which YAML stumbled, if above: the slip is often there."""
    begun = error.context_mark.line if error.context_mark else line
    why = yaml_reason(error.problem or error.context or "")
    if begun < line and error.problem:
        return told("not_yaml_since", why=why, line=begun + 1, hint=hint)
    return told("not_yaml", why=why, hint=hint)


def _yaml_hint(error: yaml.MarkedYAMLError, lines: list[str]) -> str:
    problem = error.problem or ""
    if "\t" in lines[-1]:
        return "hint_tabs"
    if any(map(ODD_INDENT.match, lines)):
        return "hint_spaces"
    if "mapping values" in problem:
        return "hint_colon"
    if "alias" in problem or "anchor" in problem:
        return "hint_alias"
    if "cannot start" in problem:
        return "hint_begins"
    return "hint_indent"


def _plain(node: yaml.Node, document: Document) -> Any:
    match node:
        case yaml.ScalarNode():
            return node.value
        case yaml.SequenceNode():
            return [_plain(item, document) for item in node.value]
        case yaml.MappingNode():
            return dict(_pairs(node, document))
        case _:
            document.report_line(node.start_mark.line + 1, "odd_yaml")
            return None


def _lines(node: yaml.Node, loc: Loc) -> Iterator[tuple[Loc, int]]:
    """Where each part of a node stands; what has a key, where its key does."""
    if not loc or isinstance(loc[-1], int):
        yield loc, node.start_mark.line + 1
    match node:
        case yaml.SequenceNode():
            for n, item in enumerate(node.value):
                yield from _lines(item, (*loc, n))
        case yaml.MappingNode():
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode):
                    yield (*loc, key.value), key.start_mark.line + 1
                    yield from _lines(value, (*loc, key.value))


def _pairs(node: yaml.MappingNode, document: Document) -> Iterator[tuple[str, Any]]:
    seen: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            document.report_line(line, "key_no_word")
        elif key.value in seen:
            document.report_line(line, "key_twice", name=key.value, line=seen[key.value])
        else:
            seen[key.value] = line
            yield key.value, _plain(value, document)


def convert[T](document: Document, kind: type[T]) -> T | None:
    """Convert a document to its schema; None where it cannot be, with every reason in `problems`."""
    if document.data is None:
        return None
    examples = set(_examples(document.data, ())) if document.exemplary else set()
    for loc in examples:
        path = ".".join(part for part in loc if isinstance(part, str))
        document.report(loc, "example_left", path=path)
    try:
        converted: T = _adapter(kind).validate_python(document.data)  # type: ignore[arg-type]
    except ValidationError as error:
        errors = error.errors(include_url=False)
        for one in errors:
            if not _said_already(one, [other["loc"] for other in errors if other is not one], examples):
                _report(document, kind, one)
        return None
    return None if examples else converted


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _said_already(error: Any, others: list[Loc], examples: set[Loc]) -> bool:
    """Whether what is wrong lies in a part that is reported itself."""
    match error["type"]:
        case "too_short":
            below = examples.union(others)
        case "extra_forbidden":
            below = set()
        case _:
            below = examples
    return any(loc[: len(error["loc"])] == error["loc"] for loc in below)


def example(text: str) -> str:
    """A value of the template that is to be replaced."""
    return text.join(EXAMPLE)


def _examples(data: Any, loc: Loc) -> Iterator[Loc]:
    match data:
        case dict():
            for key, value in data.items():
                yield from _examples(value, (*loc, key))
        case list():
            for n, value in enumerate(data):
                yield from _examples(value, (*loc, n))
        case str() if data.startswith(EXAMPLE[0]) and data.endswith(EXAMPLE[1]):
            yield loc


def most_like(word: str, valid: list[str], most: int = 3) -> list[str]:
    """The valid words that are like the one written, the likest first."""
    scores = {one: _likeness(word, one) for one in valid}
    return sorted((one for one in valid if scores[one]), key=lambda one: -scores[one])[:most]


def _likeness(word: str, other: str) -> float:
    """Up to 100; 0: who wrote the one did not mean the other. Only a long word may be a part of another."""
    whole = fuzz.ratio(word, other, score_cutoff=LIKE)
    return whole or (fuzz.WRatio(word, other, score_cutoff=PART) if len(word) >= LONG else 0.0)


def nearest(word: str, valid: list[str]) -> Told:
    """A suggestion: the valid word most like the one written, or all of them where few."""
    if found := most_like(word, valid, 1):
        return told("near_one", word=found[0])
    shown = ", ".join(valid[:12]) + (", …" if len(valid) > 12 else "")
    return told("near_any", words=shown)


def _nearest_value(word: str, valid: list[str]) -> Told:
    """`nearest`; a day of the week in Vietnamese is no misspelling of an English one, and other words have theirs."""
    said = AS_PEOPLE_SAY.get(" ".join(map(fold, WORDS.findall(word))))
    meant = weekday(word) if set(valid) == set(DAYS) else said if said in valid else None
    return nearest(meant or word, valid)


def _no_number(written: str) -> tuple[str, str]:
    """What is said of a number that is none, and the digits that may be meant: `10.000 đồng` is 10000."""
    found = GROUPED.match(written)
    return ("no_number_like", re.sub(r"\D", "", found[1])) if found else ("no_number", "")


def _report(document: Document, kind: Any, error: Any) -> None:
    loc: Loc = tuple(part for part in error["loc"] if part != "[key]")
    name = told("a_key") if "[key]" in error["loc"] else _name(loc)
    written, context = error.get("input"), error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            valid = sorted(keys_at(kind, loc[:-1]))
            document.report(loc, "unknown_key", name=loc[-1], near=nearest(str(loc[-1]), valid))
        case "missing":
            document.report(loc, "missing", name=name)
        case "enum" | "literal_error":
            valid = [word.strip(" '") for word in context["expected"].replace(" or ", ", ").split(", ")]
            document.report(
                loc, "no_value", written=_short(written), name=name, near=_nearest_value(str(written), valid)
            )
        case "date_from_datetime_parsing" | "date_parsing" | "date_type" | "date_from_datetime_inexact":
            key, likely = no_date(str(written))
            document.report(loc, key, written=_short(written), likely=likely)
        case "int_parsing" | "int_type" | "int_from_float":
            key, likely = _no_number(str(written))
            document.report(loc, key, written=_short(written), likely=likely)
        case "bool_parsing" | "bool_type":
            document.report(loc, "no_yes_no", written=_short(written))
        case "string_type":
            document.report(loc, "no_text", name=name)
        case "tuple_type" | "list_type":
            document.report(loc, "no_list", name=name)
        case "model_type" | "dict_type" | "model_attributes_type":
            valid = sorted(keys_at(kind, loc))
            document.report(loc, "no_keys", name=name, keys=", ".join(valid) or "key: value")
        case "string_pattern_mismatch" if not written:
            document.report(loc, "empty", name=name)
        case "string_pattern_mismatch":
            document.report(loc, "no_form", written=_short(written), name=name, like=form_of(context["pattern"]))
        case "too_short" if written:
            document.report(loc, "too_few", name=name, count=len(written), least=context["min_length"])
        case "string_too_short" | "too_short":
            document.report(loc, "empty", name=name)
        case "string_too_long":
            document.report(loc, "too_long", name=name, count=len(str(written)), most=context["max_length"])
        case "too_long":
            document.report(loc, "too_many", name=name, count=context["actual_length"], most=context["max_length"])
        case "greater_than_equal":
            document.report(loc, "too_little", name=name, written=_short(written), least=context["ge"])
        case "less_than_equal":
            document.report(loc, "too_much", name=name, written=_short(written), most=context["le"])
        case "value_error":  # the schema's own, each by its sentence's key
            document.report(loc, str(context["error"]), name=name)
        case _:
            document.report(loc, "other", name=name)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:37] + "…"


def _name(loc: Loc) -> str | Told:
    words = [str(part) for part in loc if isinstance(part, str)]
    return words[-1] if words else told("the_file")
