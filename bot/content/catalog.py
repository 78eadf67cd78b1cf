"""How we speak: the Babel catalogs of `locales/`, one sentence a key in each language."""

from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog as BabelCatalog
from babel.messages.pofile import PoFileError, read_po

from bot.content import findings
from bot.content.read import Document, nearest
from bot.content.schema import Language

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
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        document.report((), "no_catalog", why=error)
        return {}
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
            if (wrong := named_in(catalog.sentences[key])) != (right := named_in(original[key])):
                document.report((key,), "fields_differ", name=key, wrong=sorted(wrong), right=sorted(right))


def named_in(sentence: str) -> set[str]:
    """The fields in braces that a sentence has."""
    try:
        return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
    except ValueError:
        return {"(an unbalanced brace)"}
