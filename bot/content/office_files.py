"""What imported offices change in `knowledge/offices/`: the new texts, and what differs in them.

An office is the same where its kind is, and its name or the only one of its kind. What a line leaves empty stays as it
was known; offices of which nothing changes keep their text and comments.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.communes import Commune
from bot.content.office_table import Row
from bot.content.schema import Hours, Office

FOLDER = Path("knowledge", "offices")
SHOWN = ("name", "address", "names_before", "phone", "hours", "map", "note", "source", "read", "confidence")
BLOCK = re.compile(r"^(?=  - kind:)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Changed:
    """An office as it will stand; `differs`: each field that says something else, with what it said and will say."""

    office: Office
    new: bool
    differs: tuple[tuple[str, object, object], ...]


@dataclass(frozen=True, kw_only=True)
class Change:
    """A commune's file: what it will hold, and what is new in it."""

    path: Path
    commune: Commune
    text: str
    offices: tuple[Changed, ...]


def changes(
    root: Path, rows: Iterable[Row], known: Mapping[int, tuple[Office, ...]], communes: Mapping[int, Commune]
) -> list[Change]:
    """What the rows change, commune by commune."""
    of: dict[int, list[Row]] = {}
    for row in rows:
        of.setdefault(row.ward_code, []).append(row)
    found = (_change(root, communes[code], tuple(known.get(code, ())), of[code]) for code in sorted(of))
    return [change for change in found if change]


def write(found: Iterable[Change]) -> None:
    """Each file whole or as it was. Raises OSError."""
    for change in found:
        partial = change.path.with_suffix(".part")
        partial.write_text(change.text, encoding="utf-8")
        partial.replace(change.path)


def _change(root: Path, commune: Commune, known: tuple[Office, ...], rows: list[Row]) -> Change | None:
    offices, changed = list(known), []
    for row in rows:
        at = _same(offices, row.office)
        before = offices[at] if at is not None else None
        after = _over(before, row.office)
        differs = tuple(_differing(before, after))
        if not differs:
            continue
        changed.append(Changed(office=after, new=before is None, differs=differs))
        offices[at if at is not None else len(offices) :] = [after, *(offices[at + 1 :] if at is not None else ())]
    path = root / FOLDER / f"{commune.code:05}.yaml"
    if not changed:
        return None
    return Change(path=path, commune=commune, text=_text(path, commune, known, offices), offices=tuple(changed))


def _same(offices: list[Office], office: Office) -> int | None:
    alike = [at for at, one in enumerate(offices) if one.kind is office.kind]
    named = [at for at in alike if offices[at].name == office.name]
    return named[0] if named else alike[0] if len(alike) == 1 else None


def _over(before: Office | None, after: Office) -> Office:
    """The new facts; what was not said now stays. An address brings its own `names_before`."""
    if before is None:
        return after
    said = {name: getattr(after, name) for name in SHOWN if getattr(after, name) not in (None, ())}
    if after.address is None:
        said.pop("names_before")
    return before.model_copy(update=said)


def _differing(before: Office | None, after: Office) -> Iterator[tuple[str, object, object]]:
    names = SHOWN if before else SHOWN[1:]  # the name of a new one is told already
    differ = [name for name in names if getattr(before, name, None) != getattr(after, name)]
    if before is not None and not {*differ} - {"source", "read", "confidence"}:
        return  # the same facts read again
    for name in differ:
        old, new = getattr(before, name, None), getattr(after, name)
        if old or new:
            yield name, old, new


def hours_text(hours: Hours) -> str:
    """`mon,tue 07:30-11:30`, as an import reads it again."""
    return " ".join([*hours.days, *("-".join(span) for span in hours.spans)])


def _text(path: Path, commune: Commune, known: tuple[Office, ...], offices: list[Office]) -> str:
    """The file anew; the blocks of offices that stay are taken over as they stand."""
    head = f"ward_code: {commune.code}\ncommune: {commune.name}, {commune.province}\noffices:\n"
    blocks = BLOCK.split(path.read_text("utf-8"))[1:] if path.exists() else []
    kept = dict(zip(map(id, known), blocks, strict=True)) if len(blocks) == len(known) else {}
    return head + "".join(kept.get(id(office)) or _block(office) for office in offices)


def _block(office: Office) -> str:
    lines = [f"  - kind: {office.kind}"]
    for name in SHOWN:
        value = getattr(office, name)
        if name == "hours" and value:
            lines += ["    hours:", *(line for hours in value for line in _hours_lines(hours))]
        elif value not in (None, False, ()):
            lines.append(f"    {name}: {_scalar(name, value)}")
    return "\n".join(lines) + "\n"


def _hours_lines(hours: Hours) -> Iterator[str]:
    yield f"      - days: [{', '.join(hours.days)}]"
    yield f"        spans: [{', '.join(f'["{opens}", "{closes}"]' for opens, closes in hours.spans)}]"


def _scalar(name: str, value: object) -> str:
    if name in ("read", "confidence", "names_before"):
        return str(value).lower()
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
