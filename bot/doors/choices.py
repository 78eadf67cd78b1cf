"""Doors without buttons: what can be chosen is printed with numbers, and a number is read as what stood behind it."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum

from pydantic import TypeAdapter

from bot.conversation import actions
from bot.conversation.actions import OwnVerb
from bot.conversation.reply import Block, Button, Reply, Style
from bot.understanding.fold import fold

type Say = Callable[..., str]

MOST = 9  # a longer list goes on under 0
FORMS_END = "|"


@dataclass(frozen=True, kw_only=True)
class Choice:
    label: str
    action: str


@dataclass(frozen=True, kw_only=True)
class Printed:
    """What a message offered. `under`: its words; `agree`: what only the word for it does; `rest`: behind 0."""

    under: str = ""
    choices: tuple[Choice, ...] = ()
    agree: Choice | None = None
    rest: tuple[Choice, ...] = ()
    chosen: str = ""  # to be said again with the next message


PRINTED = TypeAdapter(Printed)


class Other(Enum):
    """What else a message may mean than one of the choices."""

    WORDS = "words"
    REST = "rest"
    OUTSIDE = "outside"  # a number behind which nothing stands


def needs_the_word(action: str) -> bool:
    """Whether it is done only once somebody says that they agree: a digit is typed by mistake too easily."""
    match actions.read(action):
        case actions.Agree() | actions.Forget() | actions.OwnRequest(OwnVerb.SEND):
            return True
        case _:
            return False


def printed(reply: Reply, say: Say) -> tuple[tuple[Block, ...], Printed]:
    """The lines that take the place of a reply's buttons, and what is to be remembered of them."""
    buttons = [button for row in reply.buttons for button in row]
    links = [Block(text=f"{button.label}: {button.link}") for button in buttons if button.link]
    all_ = [Choice(label=button.label, action=button.action) for button in buttons if button.action]
    agree = next((one for one in all_ if needs_the_word(one.action)), None)
    numbered = [one for one in all_ if one is not agree]
    shown = Printed(under=reply.text, choices=tuple(numbered[:MOST]), agree=agree, rest=tuple(numbered[MOST:]))
    lines = [Block(text=f"{n}. {one.label}", style=Style.TICK) for n, one in enumerate(shown.choices, 1)]
    if shown.rest:
        lines.append(Block(text=f"0. {say('choice.rest')}", style=Style.TICK))
    if agree:
        links.append(Block(text=say("choice.agree", word=say("choice.agree_word"), label=agree.label)))
    hint = [Block(text=say("choice.hint"))] if lines else []
    return (*links, *lines, *hint), shown


def rest_of(shown: Printed, lead: str) -> Reply:
    """A list goes on."""
    rows = tuple((Button(label=one.label, action=one.action),) for one in shown.rest)
    return Reply(blocks=(Block(text=lead),), buttons=rows)


def again(shown: Printed, lead: str) -> Reply:
    """The same list, asked anew."""
    every = (*([shown.agree] if shown.agree else []), *shown.choices, *shown.rest)
    return Reply(blocks=(Block(text=lead),), buttons=tuple((Button(label=b.label, action=b.action),) for b in every))


def chosen(text: str, shown: Printed, says: Iterable[Say], *, digits: bool) -> Choice | Other:
    """What somebody means who was shown these. `digits`: False where a number may be what was asked for."""
    said, says = _plain(text), list(says)
    every = (*shown.choices, *shown.rest, *([shown.agree] if shown.agree else []))
    for one in every:
        if said == _plain(one.label) and one is not shown.agree:
            return one
    if shown.agree and any(said == _plain(say("choice.agree_word")) for say in says):
        return shown.agree
    number, bare = _number(said, says)
    if number is None or (bare and not digits) or not (shown.choices or shown.rest):
        return Other.WORDS
    if number == 0 and shown.rest:
        return Other.REST
    return shown.choices[number - 1] if 1 <= number <= len(shown.choices) else Other.OUTSIDE


def with_chosen(shown: Printed, label: str) -> Printed:
    return replace(shown, chosen=label)


def _plain(text: str) -> str:
    return fold(unicodedata.normalize("NFKC", text)).strip(" .!)(:")


def _number(said: str, says: list[Say]) -> tuple[int | None, bool]:
    """The number that somebody names, and whether they wrote nothing but its digits."""
    if re.fullmatch(r"[0-9]{1,2}", said):
        return int(said), True
    for say in says:
        words = fold(say("choice.numbers")).split()
        if said in words:
            return words.index(said) + 1, True
        for form in fold(say("choice.forms")).split(FORMS_END):
            before, _, after = form.strip().partition("#")
            inner = said.removeprefix(before).removesuffix(after) if said.startswith(before) else ""
            if inner in words:
                return words.index(inner) + 1, False
            if re.fullmatch(r"[0-9]{1,2}", inner):
                return int(inner), False
    return None, False
