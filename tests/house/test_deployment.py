"""The files a machine is set up with: every variable in them is a setting, and no secret is."""

import re

import pytest
import yaml

from bot.config import SECRETS, Settings
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
FILES = ("Dockerfile", "compose.yaml", "mot-cua.service")
NAMES = {name.upper() for name in Settings.model_fields} | {f"{name.upper()}_FILE" for name in SECRETS}
# The machine's; systemd's name of where a service writes; uvicorn's, of whose word on addresses is taken.
OTHERS = {"PATH", "BOT_DOMAIN", "STATE_DIRECTORY", "FORWARDED_ALLOW_IPS"}


def variables(name):
    text = (DEPLOY / name).read_text(encoding="utf-8")
    match name:
        case "Dockerfile":
            return set(re.findall(r"\b([A-Z_]{4,})=", text))
        case "compose.yaml":
            return set(yaml.safe_load(text)["x-replica"]["environment"])
        case _:
            return set(re.findall(r"^Environment=(\w+)=", text, re.MULTILINE))


@pytest.mark.parametrize("name", FILES)
def test_every_variable_is_a_setting(name):
    found = {one for one in variables(name) if not one.startswith(("PIP_", "PYTHON"))}
    assert found - OTHERS <= NAMES
    assert len(found) >= 3


@pytest.mark.parametrize("name", FILES)
def test_no_secret_is_an_environment_variable(name):
    """The database's address of one machine alone has no password in it."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    assert not re.search(r"\b(TELEGRAM_BOT_TOKEN|WEBHOOK_SECRET|POSTGRES_PASSWORD)\s*[=:]", text)
    assert not re.search(r"DATABASE_URL\s*[=:]\s*(?!sqlite)\S", text)


def test_the_replicas_are_two_and_the_same():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert services["replica-a"] == services["replica-b"]


def test_the_database_has_no_way_out_and_only_the_proxy_is_reached():
    written = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = written["services"]
    assert {name: one["ports"] for name, one in services.items() if "ports" in one} == {"caddy": ["80:80", "443:443"]}
    assert services["database"]["networks"] == ["inside"]
    assert written["networks"]["inside"] == {"internal": True}
    assert [name for name, one in services.items() if "network_mode" in one] == []


@pytest.mark.parametrize("name", ["replica-a", "replica-b", "database", "caddy"])
def test_every_container_has_the_same_limits(name):
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "caddy" else [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"] == "512m"
    assert service["pids_limit"] == 200
    assert service["logging"] == {"driver": "json-file", "options": {"max-size": "10m", "max-file": "5"}}


def test_the_container_has_a_place_for_proposals_and_backups():
    image = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert services["replica-a"]["volumes"] == ["kept:/var/lib/mot-cua"]
    assert "ENV STATE_DIRECTORY=/var/lib/mot-cua\n" in image
    assert "--owner=10001 --group=10001 --mode=0700 /var/lib/mot-cua" in image


def test_the_proxy_lets_in_people_and_telegram_and_shows_nobody_what_is_inside():
    proxy = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    inside = re.search(r"@inside path (.+)", proxy)[1].split()
    assert set(inside) == {"/healthz", "/readyz", "/metrics"}
    assert re.search(r"handle @inside \{\s+respond 404", proxy)


def test_neither_the_bot_nor_the_database_runs_as_root():
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("USER")][-1] == "USER 10001:10001"
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert {name: one["user"] for name, one in services.items() if "user" in one} == {"database": "postgres"}
    assert "--require-hashes" in "\n".join(lines)


def test_every_test_that_the_threat_model_names_is_there():
    written = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8")))
    assert len(named) > 60
    assert [name for name in sorted(named) if f"def {name}(" not in written] == []


def test_every_promise_of_the_threat_model_names_its_test():
    rows = [line for line in (ROOT / "SECURITY.md").read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    promises = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]
    assert len(promises) > 25
    assert [cells for cells in promises if len(cells) != 4 or not re.search(r"`test_\w+`", cells[3])] == []


def test_readme_is_a_page_and_points_at_what_is_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    for file in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([\w./-]+)\)", file.read_text(encoding="utf-8")):
            assert (file.parent / link).exists(), f"{file.name}: {link}"


def test_every_setting_is_told_to_whoever_operates_it():
    told = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "docs").glob("*.md"))
    assert [name for name in sorted(NAMES) if f"`{name}`" not in told] == []
