"""How we speak: the Babel catalogs of `locales/`, one sentence a key in each language."""

import re
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog as BabelCatalog
from babel.messages.pofile import PoFileError, read_po

from bot.content import findings
from bot.content.read import Document, nearest
from bot.content.schema import Language

QUOTED = re.compile(r'(msgid|msgstr)? ?"')
WHOLE = re.compile(r'(?:msg(?:id|str) )?"(?:[^"\\]|\\.)*"')

OPEN = "{"

type Catalogs = dict[Language, Catalog]


@dataclass(frozen=True)
class Catalog:
    """The sentences of one language, by key."""

    language: Language
    sentences: dict[str, str]

    def say(self, key: str, /, **values: object) -> str:
        """The sentence of `key` with `values` put in. Raises KeyError for a key that no catalog has."""
        return self.sentences[key].format(**values)

    def has(self, key: str) -> bool:
        return key in self.sentences


def load_catalogs(root: Path, documents: list[Document]) -> Catalogs:
    """What the bot says to people, in all languages; what it says to maintainers is only looked at here."""
    _load(root, findings.FILE, findings.LANGUAGES, documents)
    return _load(root, "motcua.po", tuple(Language), documents)


def _load(root: Path, name: str, languages: tuple[Language, ...], documents: list[Document]) -> Catalogs:
    """Read `locales/<language>/LC_MESSAGES/<name>`; keys must agree in all languages, and so must their fields."""
    found: Catalogs = {}
    sources: dict[Language, Document] = {}
    for language in languages:
        path = root / "locales" / language / "LC_MESSAGES" / name
        documents.append(document := Document(str(path.relative_to(root))))
        sources[language] = document
        found[language] = Catalog(language, _read(path, document))
    _compare(found, sources)
    return found


def _read(path: Path, document: Document) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            catalog: BabelCatalog = read_po(file, abort_invalid=True)
    except OSError as error:
        document.report((), "unreadable", why=error.strerror)
        return {}
    except UnicodeDecodeError:
        document.report((), "not_utf8")
        return {}
    except (PoFileError, ValueError) as error:
        document.report_line(getattr(error, "lineno", 0) or 1, "no_catalog")
        return {}
    for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if QUOTED.match(text) and not WHOLE.fullmatch(text.rstrip()):
            document.report_line(line, "quote_inside")
    sentences = {}
    for message in catalog:
        if isinstance(message.id, str) and message.id:
            document.lines[message.id,] = message.lineno or 1
            sentences[message.id] = str(message.string)
            if not message.string:
                document.report((message.id,), "no_sentence", name=message.id)
    return sentences


def _compare(catalogs: Catalogs, sources: dict[Language, Document]) -> None:
    original = catalogs[Language.VI].sentences
    for language, catalog in catalogs.items():
        document = sources[language]
        for key in sorted(original.keys() - catalog.sentences.keys()):
            document.report((), "sentence_missing", name=key)
        for key in sorted(catalog.sentences.keys() - original.keys()):
            document.report((key,), "not_in_vietnamese", name=key, near=nearest(key, sorted(original)))
        for key in original.keys() & catalog.sentences.keys():
            wrong, right = named_in(catalog.sentences[key]), named_in(original[key])
            if OPEN in wrong:
                document.report((key,), "brace_open", name=key)
            elif OPEN not in right and wrong != right:
                document.report((key,), "fields_differ", name=key, wrong=_shown(wrong), right=_shown(right))


def named_in(sentence: str) -> set[str]:
    """The fields in braces that a sentence has; `OPEN` where a brace has no other."""
    try:
        return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
    except ValueError:
        return {OPEN}


def _shown(fields: set[str]) -> str:
    return ", ".join(f"{{{one}}}" for one in sorted(fields)) or "–"
