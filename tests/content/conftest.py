import pytest

from tests.content.once import read_once


@pytest.fixture(autouse=True)
def composed_once(monkeypatch):
    read_once(monkeypatch)
