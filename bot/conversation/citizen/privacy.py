"""What a person reads about their own data: consent, what is kept, a page of it, the receipt of its deletion."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.content.schema import DeskRules
from bot.conversation import actions
from bot.conversation.reply import Block, Button, Reply, Style
from bot.conversation.scene import Scene

SHOWN = 40


def consent(scene: Scene, wish: actions.Agree, words: str, *, visit: bool = False) -> tuple[Reply, ...]:
    """What would be kept and why; agreeing and refusing are one tap each.

    The words stand in the question. Long ones stand alone under it: whoever presses hands us that message, no other.
    `visit`: through a door that knows no accounts.
    """
    asked = (scene.title("consent.title"), scene.line("consent.what_visit" if visit else "consent.what"))
    if not (words := words.strip()):
        return (Reply(blocks=asked, buttons=_yes_or_no(scene, wish)),)
    whole = Reply(blocks=(*asked, scene.line("consent.words"), Block(text=words)), buttons=_yes_or_no(scene, wish))
    if len(whole.parts()) == 1:
        return (whole,)
    first, *rest = Reply(blocks=(Block(text=words),)).parts()
    lead = (*asked, scene.line("consent.words"), *([scene.line("consent.rest_again")] if rest else []))
    return Reply(blocks=lead), replace(first, buttons=_yes_or_no(scene, replace(wish, alone="alone")))


def _yes_or_no(scene: Scene, wish: actions.Agree) -> tuple[tuple[Button, ...], ...]:
    return (scene.button("consent.yes", wish),), (scene.button("consent.no", actions.Disagree()),)


def words_waiting(scene: Scene, shown: str) -> str:
    """The person's words inside the question, as it was shown, perhaps in another language."""
    leads = (f"\n\n{catalog.say('consent.words')}\n\n" for catalog in scene.house.catalogs.values())
    return next((shown.partition(lead)[2] for lead in leads if lead in shown), "")


def what_is_kept(scene: Scene, rules: DeskRules, *, agreed: bool, visit: bool = False) -> Reply:
    days = rules.retention
    lines = [
        scene.title("privacy.title"),
        scene.line("privacy.questions", days=days.dialogue),
        scene.line("privacy.requests", days=days.closed, reopen=rules.reopen_days),
        scene.line("privacy.reminders"),
        scene.line("privacy.notices"),
        scene.line("privacy.appointments", days=days.dialogue),
        scene.line("privacy.numbers"),
        scene.line("privacy.helped"),
        scene.line("privacy.learning", days=days.learning),
        scene.line("privacy.order", kept_out=rules.kept_out_days),
        scene.line("privacy.who_visit" if visit else "privacy.who"),
        scene.line("privacy.rights"),
        scene.line("privacy.agreed" if agreed else "privacy.not_agreed"),
    ]
    return Reply(blocks=tuple(lines))


def page(scene: Scene, held: Mapping[str, Sequence[Mapping[str, Any]]]) -> Reply:
    """Everything held, to be read."""
    blocks = [scene.title("mydata.title")]
    chat = held["chat"]
    blocks.append(scene.line("mydata.chat" if chat else "mydata.no_chat"))
    blocks += [
        Block(text=f"{one['code']} · {one['opened_at'][:10]} · {one['status']}", style=Style.ITEM)
        for one in held["requests"][:SHOWN]
    ]
    said = [one for one in held["messages"] if one["text"]]
    blocks.append(
        scene.line("mydata.counts", requests=len(held["requests"]), messages=len(said), posts=len(held["posts"]))
    )
    if looks := held["looks"][-SHOWN:]:
        blocks.append(scene.title("mydata.looks"))
        blocks += [Block(text=_look(scene, one), style=Style.ITEM) for one in looks]
    return Reply(blocks=tuple(blocks))


def _look(scene: Scene, look: Mapping[str, Any]) -> str:
    when = scene.moment(dt.datetime.fromisoformat(look["at"]))
    key = "mydata.look_others" if look["action"] == "look_others" else "mydata.look"
    return scene.say(key, when=when, name=look["name"] or "—", code=look["code"])


def ask_forget(scene: Scene, codes: Sequence[str]) -> Reply:
    blocks = [scene.title("forget.title"), scene.line("forget.what")]
    if codes:
        blocks.append(scene.line("forget.open", codes=", ".join(codes)))
    return Reply(
        blocks=tuple(blocks),
        buttons=((scene.button("forget.yes", actions.Forget()),), (scene.button("forget.no", actions.Disagree()),)),
    )


def receipt(scene: Scene, number: str, requests: int, *, visit: bool = False) -> Reply:
    return Reply(
        blocks=(
            scene.title("forget.done", number=number),
            scene.line(
                "forget.receipt_visit" if visit else "forget.receipt", when=scene.moment(scene.now), requests=requests
            ),
        )
    )
