"""Every address of the web door, made and read here: `/t/…`, `/x/…`, `/su-kien/…`, with `/en` or `/id` before them."""

from urllib.parse import quote, urlencode

from bot.content.schema import Aspect, Language
from bot.conversation import actions
from bot.conversation.reply import Button

TOPICS, EVENTS, COMMUNES, SEARCH, ASK, OPEN, DRAW = "/t", "/su-kien", "/x", "/tim", "/hoi", "/y", "/so"
GONE, WORKER = "/mat-mang", "/mat-mang.js"  # what is shown without a network, and what shows it
MORE = "/them"  # behind the address of a procedure: what is too much for one page
MAX_WARD_DIGITS = 5
BETWEEN = "~"  # code and secret
FIRST = Language.VI  # the language of addresses without a prefix
PREFIXES = {Language.VI: "", Language.EN: "/en", Language.ID: "/id"}


def in_language(path: str, language: Language) -> str:
    """The address of a page in a language; Vietnamese pages bear no prefix."""
    prefix = PREFIXES[language]
    return f"{prefix}{path}" if path != "/" else prefix or "/"


def split_language(path: str) -> tuple[Language, str]:
    """`/en/t/x` → (en, `/t/x`)."""
    for language, prefix in PREFIXES.items():
        if prefix and (path == prefix or path.startswith(f"{prefix}/")):
            return language, path.removeprefix(prefix) or "/"
    return Language.VI, path


def procedure(name: str, commune: int | None = None) -> str:
    return f"{COMMUNES}/{commune:05}/{quote(name)}" if commune else f"{TOPICS}/{quote(name)}"


def commune(code: int) -> str:
    return f"{COMMUNES}/{code:05}"


def gone(commune_: int | None) -> str:
    """What is shown where the network is gone, with whom to call."""
    return f"{GONE}/{commune_:05}" if commune_ else GONE


def event(name: str) -> str:
    return f"{EVENTS}/{quote(name)}"


def search(words: str) -> str:
    return f"{SEARCH}?{urlencode({'q': words})}"


def opened(code: str, secret: str) -> str:
    """Whoever has it opens the request: on receipts, as a code for cameras."""
    return f"{OPEN}/{code}{BETWEEN}{secret}"


def drawing(commune_: int, code: str = "") -> str:
    """Where a number is drawn at a commune's counter; `code`: the one on the wall, else it is asked for."""
    return f"{DRAW}/{commune_:05}/{code}" if code else f"{DRAW}/{commune_:05}"


def ward_code(text: str) -> int | None:
    """`8`, `00008` → 8; None where it cannot be the code of a ward."""
    plain = text.isascii() and text.isdigit() and len(text) <= MAX_WARD_DIGITS
    return int(text) if plain else None


def page_of(button: Button, commune_: int | None = None) -> str | None:
    """The public page that shows what a button asks for; None where only the conversation can."""
    if button.link:
        return button.link
    match actions.read(button.action or ""):
        case actions.Answer(name, part):
            anchor = f"#{part}" if part in (*Aspect, "law", "pitfalls") else ""
            return procedure(name, commune_) + anchor
        case actions.OpenChecklist(name) | actions.BeginChecklist(name):
            return f"{procedure(name, commune_)}#{Aspect.DOCUMENTS}"
        case actions.Topics():
            return TOPICS
        case actions.Topic(name, _):
            return f"{TOPICS}#{quote(name)}"
        case actions.LifeEvents():
            return EVENTS
        case actions.LifeEvent(name):
            return event(name)
        case actions.AskCommune():
            return COMMUNES
        case actions.ChooseCommune(code):
            return commune(code)
        case _:
            return None


def of_commune_button(button: Button, about: str) -> str:
    """Where a button that chooses a commune leads; `about`: the procedure that is looked for there."""
    chosen = actions.read(button.action or "")
    code = chosen.code if isinstance(chosen, actions.ChooseCommune) else 0
    return procedure(about, code) if about else commune(code)
