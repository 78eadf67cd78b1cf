"""Filing for another: for whom, what is read aloud to them, the number that they read aloud; family needs no role."""

import re
from collections.abc import Iterable

from bot.content.schema import Wish
from bot.conversation import actions
from bot.conversation.reply import Block, Button, Reply, Style
from bot.conversation.scene import Scene
from bot.understanding.fold import fold, low_words
from bot.understanding.wishes import is_wish, speaks_of

LONGEST_NAME = 40
BEHIND_NAME = re.compile(r"[,;:(]|\s\S*\d")


def for_family(scene: Scene, text: str) -> bool:
    """Whether somebody asks for one of their own: “tôi hỏi giúp mẹ”."""
    return speaks_of(" ".join(low_words(text)), Wish.FOR_FAMILY, scene.house.engine.wishes)


def family(scene: Scene) -> Block:
    return Block(text=scene.say("helping.family_note"), style=Style.NOTE)


def no_role(scene: Scene) -> Reply:
    """Who may file for whom, to whoever has no role."""
    rows = ((scene.button("helping.read_button", actions.ReadNumber()),),)
    return Reply(
        blocks=(scene.title("helping.family"), scene.line("helping.team"), scene.line("helping.own")), buttons=rows
    )


def ask_whom(scene: Scene) -> Reply:
    return Reply(blocks=(scene.line("helping.whom"),), buttons=_nobody(scene))


def name_of(text: str) -> str:
    """A name as it may stand on a card: one short line, up to where a telephone or a house begins."""
    return " ".join(BEHIND_NAME.split(text, maxsplit=1)[0].split())[:LONGEST_NAME]


def ask_consent(scene: Scene, name: str) -> Reply:
    """The words to be read to the person, and how they agree."""
    blocks = (
        scene.title("helping.read_aloud", name=name),
        Block(text=scene.say("helping.words", name=name)),
        scene.line("helping.how"),
    )
    return Reply(blocks=blocks, buttons=_nobody(scene))


def again(scene: Scene, name: str, key: str) -> Reply:
    return Reply(blocks=(scene.line(key, name=name),), buttons=_nobody(scene))


def _nobody(scene: Scene) -> tuple[tuple[Button, ...], ...]:
    return ((scene.button("helping.stop", actions.HelpNobody()),),)


def agrees(scene: Scene, text: str) -> bool | None:
    """What the person said: yes, no, or neither – in any language. A question is neither."""
    if "?" in text:
        return None
    said = f" {' '.join(fold(text).replace(',', ' ').replace('.', ' ').split())} "
    if any(f" {word} " in said for word in _words(scene, "helping.no_words")):
        return False
    yes = any(f" {word} " in said for word in _words(scene, "helping.yes_words"))
    return True if yes or is_wish(text, Wish.YES, scene.house.engine.wishes) else None


def _words(scene: Scene, key: str) -> Iterable[str]:
    return (fold(word).strip() for catalog in scene.house.catalogs.values() for word in catalog.say(key).split("|"))


def number(scene: Scene, digits: str, minutes: int) -> Reply:
    """To the person themselves, in their own chat."""
    blocks = (
        scene.title("helping.number", number=f"{digits[:3]} {digits[3:]}"),
        scene.line("helping.number_how", minutes=minutes),
        Block(text=scene.say("helping.words_own"), style=Style.NOTE),
    )
    return Reply(blocks=blocks)


def crew(scene: Scene, commune: int, name: str, helpers: Iterable[tuple[int, str]]) -> Reply:
    """A leader's list of who helps, to invite one more or to end it."""
    listed = list(helpers)
    rows = [(scene.button("helping.end", actions.EndHelper(one), name=who),) for one, who in listed]
    rows.append((scene.button("helping.invite", actions.InviteHelper(commune)),))
    return Reply(blocks=(scene.line("helping.crew", commune=name, count=len(listed)),), buttons=tuple(rows))
