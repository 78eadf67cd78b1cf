"""What knowledge/README.md tells maintainers to write is what `check` takes."""

import re

import yaml
from click.testing import CliRunner

import main
from bot.content.load import examine
from tests.conftest import ROOT
from tests.content.small import copy_small

README = (ROOT / "knowledge/README.md").read_text(encoding="utf-8")
COPY = "knowledge/procedures/trich-luc-ho-tich.yaml"


def test_the_example_of_a_fee_that_changes_is_taken_as_it_stands(tmp_path):
    home = copy_small(tmp_path)
    (example,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    fees, _, source = example.replace("https://…", "https://example.vn/").partition("sources:\n")
    text = (home / COPY).read_text(encoding="utf-8")
    text = re.sub(r"fees:\n.*?(?=times:)", lambda _: fees, text, flags=re.DOTALL)
    (home / COPY).write_text(text.replace("sources:\n", f"sources:\n{source}"), encoding="utf-8")
    content, problems, _ = examine(home)
    assert [str(one) for one in problems if "nothing cites" not in str(one)] == []
    assert yaml.safe_load(example)["fees"][1]["amount"] == 10000
    assert [fee.amount for fee in content.knowledge.procedures["trich-luc-ho-tich"].fees] == [8000, 10000]


def test_every_command_it_names_is_there():
    named = set(re.findall(r"python main\.py (\w+)", README))
    assert named == {"check", "new", "ask", "flips", "import", "coverage"}
    for command in named:
        assert CliRunner().invoke(main.main, [command, "--help"]).exit_code == 0


def test_everything_it_points_at_is_there_and_its_picture_is_small():
    for name in re.findall(r"`([\w./]+\.(?:yaml|md)|\w+/)`", README):
        assert (ROOT / "knowledge" / name).exists() or (ROOT / name).exists() or name == "var/", name
    assert (ROOT / "knowledge/answer.png").stat().st_size < 100_000
    assert "](answer.png)" in README
