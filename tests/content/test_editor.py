"""What a maintainer's editor knows: schemas as the code has them, for every file, with advice for every field."""

import json
import re
from typing import ClassVar

import pytest
import yaml
from jsonschema import Draft7Validator

from bot.content.editor import schemas
from bot.content.guide import load_guide
from bot.content.kinds import KINDS, kinds_of
from bot.content.shape import parts_of, records_in, values_of
from tests.conftest import ROOT

FILES = sorted(p for folder in ("knowledge", "intents") for p in (ROOT / folder).rglob("*.yaml"))


class EditorsLoader(yaml.CSafeLoader):
    """YAML 1.2 as editors read it: `no` and `2026-11-23` are text."""

    yaml_implicit_resolvers: ClassVar = {}


EditorsLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
EditorsLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))


@pytest.fixture(scope="module")
def guide():
    return load_guide(ROOT)


def test_the_schemas_kept_are_those_the_code_makes(guide):
    kept = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "knowledge/schema").glob("*.json")}
    assert kept == schemas(guide), "run `python main.py schema`"


def test_every_file_is_of_one_kind():
    for path in FILES:
        assert len(kinds_of(path.relative_to(ROOT).as_posix())) == 1, path


def test_the_editor_finds_the_schema_of_every_kind():
    settings = json.loads((ROOT / ".vscode/settings.json").read_text(encoding="utf-8"))
    assert settings["yaml.schemas"] == {f"./knowledge/schema/{kind.name}.json": kind.glob for kind in KINDS}


def test_the_editor_has_nothing_against_what_check_takes(guide):
    made = {name: Draft7Validator(json.loads(text)) for name, text in schemas(guide).items()}
    for path in FILES:
        (kind,) = kinds_of(path.relative_to(ROOT).as_posix())
        data = yaml.load(path.read_text(encoding="utf-8"), EditorsLoader)  # noqa: S506 - a SafeLoader
        assert [e.message for e in made[f"{kind.name}.json"].iter_errors(data)] == [], path


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("fees:", "fess:"),
        ("same_day", "sameday"),
        ("amount: 0", "amount: năm nghìn"),
        ("how: submit", "how: nộp"),
        ("amount: 3", "amount: 3000"),
    ],
)
def test_the_editor_marks_a_mistake(guide, before, after):
    text = (ROOT / "knowledge/procedures/dang-ky-khai-sinh.yaml").read_text(encoding="utf-8")
    assert before in text
    data = yaml.load(text.replace(before, after, 1), EditorsLoader)  # noqa: S506 - a SafeLoader
    assert not Draft7Validator(json.loads(schemas(guide)["procedure.json"])).is_valid(data)


def test_every_field_has_advice_and_none_is_left_over(guide):
    parts = [part for record in records_in([kind.record for kind in KINDS]) for part in parts_of(record).values()]
    assert {(part.owner, part.key) for part in parts} == {
        (owner, key) for owner, advice in guide.fields.items() for key in advice
    }


def test_fixed_words_are_explained(guide):
    for name, meanings in guide.values.items():
        assert meanings, name
    fields = {part.key: values_of(part.kind) for part in parts_of(KINDS[0].record).values()}
    assert tuple(guide.values["Topic"]) == fields["field"]
    assert tuple(guide.values["Competence"]) == fields["decided_by"]
    assert tuple(guide.values["Counter"]) == fields["counter"]
