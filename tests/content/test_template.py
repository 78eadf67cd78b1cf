"""`main.py new`: a template that explains itself, and of which `check` says what is left to be done."""

import re

import pytest

from bot.content.guide import load_guide
from bot.content.load import examine, load
from bot.content.read import Document, Weight, convert, parse
from bot.content.schema import Procedure
from bot.content.template import CannotWrite, template, write_template
from tests.conftest import ROOT
from tests.content.small import copy_small

NAME = "the-bao-hiem-y-te"
ENTRY = f"knowledge/procedures/{NAME}.yaml"


@pytest.fixture(scope="module")
def listed(content):
    return content.knowledge.catalogue


@pytest.fixture(scope="module")
def text(listed):
    return template(NAME, listed[NAME], load_guide(ROOT))


@pytest.fixture
def home(tmp_path):
    return copy_small(tmp_path)


def converted(text):
    parse(text, document := Document("new"))
    return convert(document, Procedure), sorted(map(str, document.problems))


def filled_in(text):
    return text.replace("‹", "").replace("›", "")


def test_check_points_at_every_line_to_fill_in_and_at_no_other(home, listed):
    path = write_template(home, NAME, listed)
    lines = path.read_text(encoding="utf-8").splitlines()
    left = {n for n, line in enumerate(lines, 1) if "‹" in line and not line.lstrip().startswith("#")}
    _, problems, _ = examine(home)
    assert {problem.path for problem in problems} == {ENTRY}
    assert {problem.line for problem in problems} == left
    assert all("still the template's example" in str(problem) for problem in problems)
    assert 25 <= len(left) <= 45


def test_an_unfinished_entry_keeps_nobody_from_being_answered(home, listed):
    write_template(home, NAME, listed)
    assert {problem.weight for problem in examine(home)[1]} == {Weight.DRAFT}
    assert NAME not in load(home).knowledge.procedures
    (home / ENTRY).write_text("draft: true\n\tid: broken", encoding="utf-8")
    assert NAME not in load(home).knowledge.procedures


def test_filled_in_it_is_an_entry(text, listed):
    entry, problems = converted(filled_in(text))
    assert problems == []
    assert (entry.id, entry.draft, entry.name.vi) == (NAME, True, listed[NAME].name.vi)
    assert (entry.field, entry.counter) == (listed[NAME].field, listed[NAME].counter)


def test_every_optional_field_may_be_taken_in(text):
    taken_in = text.partition("\n\n")[2]
    while "# " in re.sub(r"## .*|##   .*", "", taken_in):
        taken_in = re.sub(r"^( *)# ", r"\1", taken_in, flags=re.MULTILINE)
    taken_in = filled_in(taken_in).replace("from: 2027-03-01", "from: 2027-01-01")
    option = "\n      - id: khong\n        label: {vi: Không, en: 'No', id: Tidak}\n    leads_to:"
    taken_in = re.sub(r"\n    (## .*\n)?(##   .*\n)*    leads_to:", option, taken_in)
    entry, problems = converted(taken_in)
    assert problems == []
    written = entry.model_dump(exclude_unset=True)
    assert set(written) == set(Procedure.model_fields)


def test_every_field_is_explained(text):
    guide = load_guide(ROOT)
    plain = " ".join(re.sub(r"^ *#* *", "", line) for line in text.splitlines())
    for owner in ("Procedure", "Fact", "Paper", "Fee", "TimeLimit", "Case", "Law", "Source", "Online"):
        for key, advice in guide.fields[owner].items():
            assert advice.vi in plain, f"{owner}.{key}"


def test_what_is_there_is_never_overwritten(home, listed):
    (home / ENTRY).write_text("mine", encoding="utf-8")
    with pytest.raises(CannotWrite, match="exists already"):
        write_template(home, NAME, listed)
    assert (home / ENTRY).read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["the-bao-hiem-yte", "../x", "", "KHAI-SINH", "đăng-ký"])
def test_an_unknown_id_is_refused_with_a_known_one(home, listed, name):
    before = sorted(home.rglob("*"))
    with pytest.raises(
        CannotWrite, match=r"is not in knowledge/catalogue.yaml; (did you mean|add) .*its name there first"
    ):
        write_template(home, name, listed)
    assert sorted(home.rglob("*")) == before
