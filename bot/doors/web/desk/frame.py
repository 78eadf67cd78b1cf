"""What every page of the desk has: templates, one stylesheet and one script of ours, headers that let in no other."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

HERE = Path(__file__).parent
SCRIPTS = ("desk.js", "keys.js", "mini.js")
TELEGRAM_WEB = "https://web.telegram.org"  # shows a Mini App in a frame
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
}


@cache
def style() -> str:
    text = (HERE / "templates" / "desk.css").read_text(encoding="utf-8")
    return "".join(line.strip() for line in text.splitlines())


@cache
def file(name: str) -> tuple[str, bytes]:
    """The name a script is served under, which tells what it holds: whoever has it never asks again."""
    content = (HERE / name).read_bytes()
    return f"{name.removesuffix('.js')}-{hashlib.sha256(content).hexdigest()[:10]}.js", content


@cache
def _style_hash() -> str:
    return base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()


def policy(*, framed: bool) -> str:
    ours = "'self' blob:" if framed else "'self'"  # inside Telegram pictures are fetched, with the session's header
    return (
        f"default-src 'none'; style-src 'sha256-{_style_hash()}'; script-src 'self'; connect-src 'self'; "
        f"img-src {ours}; form-action 'self'; base-uri 'none'; frame-ancestors {TELEGRAM_WEB if framed else "'none'"}"
    )


@cache
def templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["file"] = lambda name: file(name)[0]
    return made


def render(template: str, **values: object) -> str:
    return templates().get_template(template).render(style=style(), **values)


def page(
    text: str, status: int = 200, headers: Mapping[str, str] | None = None, *, framed: bool = False
) -> HTMLResponse:
    told = {"Content-Security-Policy": policy(framed=framed), **SAFE, **(headers or PRIVATE)}
    return HTMLResponse(text, status, told)
