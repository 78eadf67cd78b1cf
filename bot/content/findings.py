"""What is found in maintainers' files, as sentences: `locales/<language>/LC_MESSAGES/check.po`, Vietnamese and English.

Each says what is wrong and, after a semicolon, what to do.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po

from bot.content.schema import Language

LOCALES = Path(__file__).parents[2] / "locales"
FILE = "check.po"
LANGUAGES = (Language.VI, Language.EN)


@dataclass(frozen=True)
class Told:
    """A sentence by its key, and what is put in: texts, or sentences in turn."""

    key: str
    values: "tuple[tuple[str, str | Told], ...]" = ()

    def __lt__(self, other: "Told") -> bool:
        return repr(self) < repr(other)

    def told(self, language: Language) -> str:
        """In English where the language has not this sentence; a slip in a catalogue hides no finding."""
        values = {name: one.told(language) if isinstance(one, Told) else one for name, one in self.values}
        for spoken in (language, Language.EN):
            try:
                return _sentences(spoken)[self.key].format(**values)
            except (LookupError, ValueError):
                continue
        return f"{self.key} {values}"


def told(key: str, /, **values: object) -> Told:
    return Told(key, tuple((name, one if isinstance(one, Told) else str(one)) for name, one in values.items()))


class Refusal(Exception):
    """What cannot be done, as a sentence: why; what to do."""

    def __init__(self, key: str, /, **values: object) -> None:
        self.said = told(key, **values)
        super().__init__(self.said.told(Language.EN))


@cache
def _sentences(language: Language) -> dict[str, str]:
    try:
        with (LOCALES / language / "LC_MESSAGES" / FILE).open("rb") as file:
            return {str(one.id): str(one.string) for one in read_po(file, abort_invalid=True) if one.id and one.string}
    except (OSError, PoFileError, ValueError):
        return {}
