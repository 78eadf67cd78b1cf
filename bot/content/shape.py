"""The shape of the schema: which keys each part of a file may have, and what may stand under them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, TypeAliasType, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, StringConstraints

type Loc = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One key of a record. `owner` is the class that declares it, where its advice is written."""

    key: str
    kind: Any
    mandatory: bool
    owner: str


def parts_of(record: type[BaseModel]) -> dict[str, Part]:
    """The keys of a record as they are written in a file, in the order of the schema."""
    kinds = get_type_hints(record, include_extras=True)
    return {
        (key := field.alias or name): Part(
            key=key, kind=kinds[name], mandatory=field.is_required(), owner=_owner(record, name)
        )
        for name, field in record.model_fields.items()
    }


def _owner(record: type[BaseModel], name: str) -> str:
    return next(base.__name__ for base in record.__mro__ if name in vars(base).get("__annotations__", {}))


def bare(kind: Any) -> Any:
    """A kind without constraints, aliases and "or nothing"."""
    while True:
        if isinstance(kind, TypeAliasType):
            kind = kind.__value__
        elif get_origin(kind) in (Annotated, Union, UnionType):
            kind = next((arg for arg in get_args(kind) if arg is not type(None)), None)
        else:
            return kind


def record_of(kind: Any) -> type[BaseModel] | None:
    """The record that a kind is, None for any other."""
    kind = bare(kind)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def step(kind: Any, part: str | int) -> Any:
    """The kind of what stands under `part`."""
    kind = bare(kind)
    if record := record_of(kind):
        found = parts_of(record).get(str(part))
        return found.kind if found else None
    if get_origin(kind) is dict:
        return get_args(kind)[1]
    return get_args(kind)[0] if get_origin(kind) in (tuple, list) else None


def keys_at(kind: Any, loc: Loc) -> set[str]:
    """The valid keys of the part of the schema that `loc` points to; none where any key is."""
    for part in loc:
        kind = step(kind, part)
    kind = bare(kind)
    if record := record_of(kind):
        return set(parts_of(record))
    return set(values_of(get_args(kind)[0])) if get_origin(kind) is dict else set()


def values_of(kind: Any) -> tuple[str, ...]:
    """The words that a closed set allows, none for any other kind."""
    kind = bare(kind)
    if get_origin(kind) is Literal:
        return tuple(map(str, get_args(kind)))
    return tuple(str(one.value) for one in kind) if isinstance(kind, type) and issubclass(kind, Enum) else ()


def is_prose(kind: Any) -> bool:
    """Whether a kind is free text: neither an id nor a link nor one of a few words."""
    if get_origin(kind) in (Union, UnionType):
        return any(map(is_prose, get_args(kind)))
    if get_origin(kind) is not Annotated:
        return kind is str
    base, *marks = get_args(kind)
    return base is str and not any(isinstance(mark, StringConstraints) and mark.pattern for mark in marks)


def records_in(kinds: Iterable[Any]) -> Iterator[type[BaseModel]]:
    """Every record that the kinds are made of, each once."""
    waiting, seen = list(kinds), set()
    while waiting:
        kind = bare(waiting.pop())
        record = record_of(kind)
        if record and record not in seen:
            seen.add(record)
            yield record
            waiting += [part.kind for part in parts_of(record).values()]
        elif not record:
            waiting += [one for one in get_args(kind) if get_origin(kind) is not Literal]
