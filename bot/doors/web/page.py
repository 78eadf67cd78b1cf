"""What every page has: templates, one stylesheet of ours known to the policy by its hash, headers, the way to help."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.content.schema import Counter, Language
from bot.conversation.citizen.commands import LANGUAGE_NAMES
from bot.conversation.scene import Scene
from bot.doors.web import addresses, html

HERE = Path(__file__).parent
# The office that a citizen calls first; the whole commune's where its own number is not known.
HELPS = (Counter.SERVICE_CENTRE, Counter.PEOPLE_COMMITTEE, Counter.COMMUNE_POLICE)
SCRIPTS = ("htmx.min.js", "hx-sse.min.js")
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@dataclass(frozen=True, kw_only=True)
class Site:
    """What the operator set. `origin`: `https://…` of canonical addresses, empty where none is known."""

    origin: str = ""
    links: Mapping[str, str] = field(default_factory=dict)  # other doors: name → address


@dataclass(frozen=True, kw_only=True)
class Style:
    text: str
    policy: str  # what the policy knows it by


@cache
def style() -> Style:
    """The stylesheet as it stands in every page."""
    text = "".join(line.strip() for line in (HERE / "templates" / "style.css").read_text().splitlines())
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Style(text=text, policy=f"'sha256-{digest}'")


@cache
def script() -> tuple[str, bytes]:
    """The name the script is served under, with what it holds: whoever has it never asks again.

    One file: htmx looks at the page as soon as it is there, and must know its events by then.
    """
    content = b";\n".join((HERE / "static" / name).read_bytes() for name in SCRIPTS)
    return f"live-{hashlib.sha256(content).hexdigest()[:10]}.js", content


@cache
def aloud() -> tuple[str, bytes]:
    """The same of our own script, by which answers are read aloud."""
    content = (HERE / "static" / "aloud.js").read_bytes()
    return f"aloud-{hashlib.sha256(content).hexdigest()[:10]}.js", content


@cache
def keeper() -> tuple[str, bytes]:
    """The same of our own script that lets a browser keep the page for when the network is gone."""
    content = (HERE / "static" / "keep.js").read_bytes()
    return f"keep-{hashlib.sha256(content).hexdigest()[:10]}.js", content


@cache
def worker() -> bytes:
    """What runs in the browser beside all our pages: it stands under an address of its own, which never changes."""
    return (HERE / "static" / "gone.js").read_bytes()


@cache
def look() -> str:
    """Of all that decides how a page looks, for its tag."""
    digest = hashlib.sha256()
    for path in (*sorted((HERE / "templates").iterdir()), HERE / "static" / "aloud.js"):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def policy() -> str:
    """Nothing but our own: no inline script, no other origin, and our style by its hash."""
    return (
        f"default-src 'none'; style-src {style().policy}; script-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


WORKERS = "default-src 'none'; connect-src 'self'"  # the policy of what runs beside our pages
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
}


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}  # half as long
    made.globals |= {"parts": html.parts, "touched": html.touched, "call": html.call, "to": addresses}
    return made


@dataclass(frozen=True, kw_only=True)
class Help:
    """Whom to call: the same place on every page."""

    name: str
    number: str


def help_for(scene: Scene) -> Help:
    """The number of the person's commune where one is known, else the national one."""
    known = scene.house.knowledge.offices.get(scene.memory.commune or 0, ())
    for kind in HELPS:
        for office in known:
            if office.kind is kind and office.phone and scene.commune:
                return Help(name=scene.commune.name, number=office.phone)
    national = scene.contact("portal_hotline")
    return Help(name=scene.tell(national.name), number=national.number or "")


def render(template: str, scene: Scene, site: Site, path: str, /, **values: object) -> str:
    """A page. `path`: its address without a language, which the links to the other languages lead to."""
    others = [
        (one, LANGUAGE_NAMES[one], addresses.in_language(path, one)) for one in Language if one is not scene.language
    ]

    def here(target: str) -> str:
        return target if "://" in target else addresses.in_language(target, scene.language)

    return (
        _templates()
        .get_template(template)
        .render(
            scene=scene,
            say=scene.say,
            site=site,
            path=path,
            here=here,
            others=others,
            languages=[(one, addresses.in_language(path, one)) for one in Language],
            style=style().text,
            aloud=aloud()[0],
            keeper=keeper()[0],
            help=help_for(scene),
            **values,
        )
    )


def answer(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    return HTMLResponse(text, status, {"Content-Security-Policy": policy(), **SAFE, **(headers or {})})


def holds(request: Request, tag: str) -> bool:
    """Whether whoever asks has this very page already; a proxy that squeezed it calls its tag weak."""
    held = request.headers.get("If-None-Match", "")
    return held.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in held.split(",")]
