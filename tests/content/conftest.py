"""The same texts are read in each story: what they say is composed once."""

import io
from functools import lru_cache

import pytest
import yaml
from babel.messages.pofile import read_po

from bot.content import catalog, read

compose = lru_cache(200)(yaml.compose)


@lru_cache(50)
def _catalog(text):
    return read_po(io.BytesIO(text), abort_invalid=True)


@pytest.fixture(autouse=True)
def composed_once(monkeypatch):
    monkeypatch.setattr(read.yaml, "compose", compose)
    monkeypatch.setattr(catalog, "read_po", lambda file, **_: _catalog(file.read()))
