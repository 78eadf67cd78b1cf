"""The Bot API's own contract, from aiogram's models: parameters, types, and the lengths its documentation names."""

import ast
import contextlib
import inspect
import json
import re
import sys
import textwrap
from functools import cache
from itertools import pairwise
from unittest import mock

from pydantic import BaseModel, ValidationError

with mock.patch.object(BaseModel, "model_rebuild"):  # all models at once take two seconds; each is built when needed
    from aiogram import methods, types

_TYPES = {name: getattr(types, name) for name in types.__all__}
for _name, _module in list(sys.modules.items()):  # which name each other, and tell only a type checker where from
    if _name.startswith("aiogram.types."):
        vars(_module).update(_TYPES)

METHODS = {
    cls.__api_method__: cls
    for _, cls in inspect.getmembers(methods, inspect.isclass)
    if isinstance(getattr(cls, "__api_method__", None), str)
}
LENGTH = re.compile(r"(\d+)-(\d+) (characters|bytes)")
ONE_OF = {"url", "callback_data", "web_app", "login_url", "switch_inline_query", "copy_text", "pay"}
MAX_BUTTONS, MAX_IN_A_ROW = 100, 8


def contract_problem(method, fields):
    """What is wrong with a request by the Bot API's documentation, None where nothing is."""
    if (cls := METHODS.get(method)) is None:
        return "no such method"
    try:
        request = cls.model_validate({name: decoded(value) for name, value in fields.items()})
    except ValidationError as error:
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return next(_problems(request), None)


def decoded(value):
    if isinstance(value, str) and value[:1] in "[{":
        with contextlib.suppress(ValueError):
            return json.loads(value)
    return value


def _problems(part):
    """Walk a request: every record in it, however deep."""
    if isinstance(part, list):
        for one in part:
            yield from _problems(one)
    if not isinstance(part, BaseModel):
        return
    yield from (f"unknown parameter {name}" for name in part.model_extra or ())
    yield from _too_long(part)
    yield from RULES.get(type(part).__name__, _nothing)(part)
    for name in part.model_fields_set & set(type(part).model_fields):
        yield from _problems(getattr(part, name))


def _too_long(part):
    for name, (low, high, unit) in _lengths(type(part)).items():
        value = getattr(part, name)
        if isinstance(value, str) and not low <= _length(value, unit) <= high:
            yield f"{name} has {_length(value, unit)} {unit}, not {low} to {high}"


def _length(value, unit):
    return len(value.encode()) if unit == "bytes" else len(value.encode("utf-16-le")) // 2


@cache
def _lengths(cls):
    """field → (least, most, unit), read from the docstrings under the fields."""
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0].body
    found = {}
    for field, doc in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(doc, ast.Expr) and (m := LENGTH.search(doc.value.value)):
            found[field.target.id] = (int(m[1]), int(m[2]), m[3])
    return found


def _nothing(_part):
    return ()


def _keyboard(part):
    if len([button for row in part.inline_keyboard for button in row]) > MAX_BUTTONS:
        yield "more than 100 buttons"
    if any(len(row) > MAX_IN_A_ROW for row in part.inline_keyboard):
        yield "more than 8 buttons in a row"


def _button(part):
    if not part.text:
        yield "a button without a label"
    if len(part.model_fields_set & ONE_OF) != 1:
        yield "a button does exactly one thing"


def _command(part):
    if not re.fullmatch(r"[a-z0-9_]{1,32}", part.command):
        yield "a command has 1 to 32 small letters, digits and underscores"


def _webhook(part):
    if part.secret_token is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", part.secret_token):
        yield "a secret has 1 to 256 letters, digits, _ and -"


def _marked(part):
    """The marks of a text lie inside it."""
    size = _length(part.text, "characters")
    for entity in part.entities or ():
        if entity.offset < 0 or entity.length < 1 or entity.offset + entity.length > size:
            yield "an entity lies outside the text"


RULES = {
    "InlineKeyboardMarkup": _keyboard,
    "InlineKeyboardButton": _button,
    "BotCommand": _command,
    "SetWebhook": _webhook,
    "SendMessage": _marked,
    "EditMessageText": _marked,
}
