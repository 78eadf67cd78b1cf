"""The keyboard: `main.py` as whoever types it meets it."""

import logging
import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

import main as program
from tests.conftest import ROOT


def process(*arguments, typed="", **environment):
    """A process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TELEGRAM")} | environment
    return subprocess.run(
        [sys.executable, "main.py", *arguments],
        cwd=ROOT, input=typed, capture_output=True, text=True, timeout=120, env=environment, check=False,
    )  # fmt: skip


@pytest.fixture
def log_put_back(monkeypatch):
    """`run` logs as a process that serves; what nobody caught is pytest's again afterwards."""
    for place, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(place, name, getattr(place, name))
    log = logging.getLogger()
    level = log.level
    yield
    log.setLevel(level)
    log.handlers[:] = [one for one in log.handlers if type(one) is not logging.StreamHandler]


@pytest.fixture
def main(monkeypatch, content, house, log_put_back):
    """The same within this process, on content that is read once; an exception nobody caught fails the test."""
    monkeypatch.setattr(program, "_content", lambda: content)
    monkeypatch.setattr(program, "_house", lambda *_: house)
    hidden = {name: None for name in os.environ if name.startswith("TELEGRAM")}

    def run(*arguments, typed="", **environment):
        done = CliRunner(env=hidden | environment).invoke(
            program.main, arguments, input=typed, catch_exceptions=False, prog_name="main.py"
        )
        return SimpleNamespace(returncode=done.exit_code, stdout=done.stdout, stderr=done.stderr)

    return run
