"""JSON Schema for editors, from the one schema in code and the words of `knowledge/schema/guide.yaml`."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from bot.content.guide import advice_for, load_guide
from bot.content.kinds import KINDS, FileKind
from bot.content.schema import Guide
from bot.content.shape import parts_of, records_in

LIMITS = {"ge": "minimum", "le": "maximum"}  # beside a validator pydantic keeps its own names for them
FOLDER = Path("knowledge", "schema")


class _Plain(GenerateJsonSchema):
    """Without titles made from Python's names: an editor shows them where a maintainer wants the advice."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the signature is pydantic's
        return False


def write_schemas(root: Path) -> list[Path]:
    """Write a JSON Schema for each kind of file below `root`; the paths. Raises NoGuide, OSError."""
    return [_write(root / FOLDER / name, text) for name, text in schemas(load_guide(root)).items()]


def schemas(guide: Guide) -> dict[str, str]:
    """The text of each schema by the name of its file."""
    return {f"{kind.name}.json": _text(_schema_of(kind, guide)) for kind in KINDS}


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _text(schema: dict[str, Any]) -> str:
    named = json.loads(json.dumps(schema), object_hook=lambda part: {LIMITS.get(key, key): part[key] for key in part})
    return json.dumps(named, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _schema_of(kind: FileKind, guide: Guide) -> dict[str, Any]:
    adapter = TypeAdapter(kind.record)
    made = adapter.json_schema(schema_generator=_Plain, ref_template="#/definitions/{model}")
    definitions = made.pop("$defs", {})
    for record in records_in([kind.record]):
        place = made if record is kind.record else definitions.get(record.__name__, {})
        _advise(place, record, guide)
    for name, meanings in guide.values.items():
        if name in definitions:
            _explain_values(definitions[name], meanings)
    draft = {"$schema": "http://json-schema.org/draft-07/schema#"}  # the newest that every YAML editor reads
    return draft | made | ({"definitions": definitions} if definitions else {})


def _advise(schema: dict[str, Any], record: type[BaseModel], guide: Guide) -> None:
    schema.pop("description", None)  # the docstring speaks to developers
    for key, part in parts_of(record).items():
        advice = advice_for(guide, part)
        schema["properties"][key]["description"] = f"{advice.vi}\n\n{advice.en}"


def _explain_values(schema: dict[str, Any], meanings: dict[str, str]) -> None:
    schema.pop("description", None)
    schema["enumDescriptions"] = [meanings[value] for value in schema["enum"]]
