"""The annotated template of a new entry, from the one schema and the guide's example."""

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel

from bot.content.findings import Refusal
from bot.content.guide import advice_for, load_guide
from bot.content.read import example, most_like
from bot.content.schema import Guide, Listed, Procedure
from bot.content.shape import Part, bare, parts_of, record_of, values_of

WIDTH = 108
type Data = dict[str, Any]


class CannotWrite(Refusal):
    """No template can be written."""


def write_template(root: Path, name: str, catalogue: dict[str, Listed]) -> Path:
    """Write `knowledge/procedures/<name>.yaml`. Raises CannotWrite, NoGuide, OSError."""
    path = root / "knowledge" / "procedures" / f"{name}.yaml"
    if name not in catalogue:
        near = ", ".join(f"`{one}`" for one in most_like(name, list(catalogue)))
        raise CannotWrite("not_listed_near" if near else "not_listed", name=name, near=near)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(template(name, catalogue[name], load_guide(root)))
    except FileExistsError:
        raise CannotWrite("exists", path=path.relative_to(root)) from None
    return path


def template(name: str, listed: Listed, guide: Guide) -> str:
    """The text of a new entry: what the catalogue knows is filled in, every other value is an example to replace."""
    known = {"id": name, "draft": "true", **listed.model_dump(mode="json")}
    writer = _Writer(guide)
    values = guide.example.model_dump(mode="json", by_alias=True, exclude_unset=True) | known
    lines = [f"# {line}" for line in guide.words.head]
    for key, part in parts_of(Procedure).items():
        live = part.mandatory or key == "draft"
        lines += ["", *writer.field(part, values[key], live=live, given=key in known)]
    return "\n".join(lines) + "\n"


class _Writer:
    """Writes fields with their advice; each advice once."""

    def __init__(self, guide: Guide) -> None:
        self.guide = guide
        self.told: set[tuple[str, str]] = set()

    def field(self, part: Part, value: Any, *, live: bool, given: bool) -> list[str]:
        """The lines of one key; a field that is not `live` is commented out."""
        lines = self._value(part.key, part.kind, value, given=given or part.key == "source")
        return [*self._advice(part), *(lines if live else [f"# {line}" for line in lines])]

    def _advice(self, part: Part) -> Iterator[str]:
        if (part.owner, part.key) in self.told:
            return
        self.told.add((part.owner, part.key))
        words = self.guide.words
        marked = words.mandatory if part.mandatory else words.optional
        yield from _comment(f"{marked}: {advice_for(self.guide, part).vi}")
        if values := values_of(part.kind):
            meanings = self.guide.values.get(getattr(bare(part.kind), "__name__", ""), {})
            shown = [f"{value} ({meanings[value]})" if value in meanings else value for value in values]
            yield from _comment(f"{words.one_of}: {', '.join(shown)}")

    def _value(self, key: str, kind: Any, value: Any, *, given: bool) -> list[str]:
        item = _item_of(kind)
        if record := record_of(kind):
            return [f"{key}:", *_indented(self._record(record, value, given=given))]
        if item and (record := record_of(item)):
            inner = self._record(record, _merged(value), given=given)
            at = next(n for n, line in enumerate(inner) if not line.startswith("#"))
            return [f"{key}:", *_indented(inner[:at]), f"  - {inner[at]}", *_indented(_indented(inner[at + 1 :]))]
        if isinstance(value, dict) and (record := record_of(get_args(bare(kind))[1])):
            merged = _merged(list(value.values()))
            lines = self._record(record, merged, given=given)
            return [f"{key}:", f"  {next(iter(value))}:", *_indented(_indented(lines))]
        return [f"{key}: {_flow(value, given=given)}"]

    def _record(self, record: type[BaseModel], value: Data, *, given: bool) -> list[str]:
        """What must be written first, so that a list's dash stands before it; what all facts have, last."""
        parts = [part for part in parts_of(record).values() if part.key in value]
        parts.sort(key=lambda part: (not self._live(part), part.owner != record.__name__))
        return [line for p in parts for line in self.field(p, value[p.key], live=self._live(p), given=given)]

    def _live(self, part: Part) -> bool:
        return part.mandatory or advice_for(self.guide, part).usual


def _item_of(kind: Any) -> Any:
    kind = bare(kind)
    return get_args(kind)[0] if get_origin(kind) is tuple else None


def _merged(items: list[Data]) -> Data:
    """One item that has every field that any of them has."""
    merged: Data = {}
    for item in items:
        merged = item | merged
    return merged


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="## ", subsequent_indent="##   ", break_long_words=False)


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _flow(value: Any, *, given: bool) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(one, given=True)}" for key, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(_flow(one, given=given) for one in value) + "]"
        case bool():
            return str(value).lower()
        case _:
            return _scalar(str(value) if given else example(str(value)))


def _scalar(text: str) -> str:
    """A text as YAML, between quotes where it needs them, also inside brackets."""
    try:
        node = yaml.compose(f"[{text}]", Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return json.dumps(text, ensure_ascii=False)
    items = node.value if isinstance(node, yaml.SequenceNode) else []
    plain = len(items) == 1 and isinstance(items[0], yaml.ScalarNode) and items[0].value == text
    return text if plain else json.dumps(text, ensure_ascii=False)
