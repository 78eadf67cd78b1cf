"""The guide: what a maintainer should know of every field, read from `knowledge/schema/guide.yaml`."""

from pathlib import Path

from bot.content.read import Document, convert, read_document
from bot.content.schema import Advice, Guide
from bot.content.shape import Part

PATH = Path("knowledge", "schema", "guide.yaml")


class NoGuide(Exception):
    """The guide cannot be used; the message says where."""


def load_guide(root: Path) -> Guide:
    """Raises NoGuide."""
    guide, document = read_guide(root)
    if guide is None:
        raise NoGuide("\n".join(map(str, document.problems)))
    return guide


def advice_for(guide: Guide, part: Part) -> Advice:
    """Raises NoGuide."""
    try:
        return guide.fields[part.owner][part.key]
    except KeyError:
        raise NoGuide(f"{PATH} has no advice for {part.owner}.{part.key}; write it under `fields`") from None


def read_guide(root: Path) -> tuple[Guide | None, Document]:
    document = read_document(root / PATH, root)
    document.quoted = False
    return convert(document, Guide), document
