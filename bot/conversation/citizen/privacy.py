"""What a person reads about their own data: consent, what is kept, a page of it, the receipt of its deletion."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.content.schema import DeskRules
from bot.conversation.reply import Block, Reply, Style
from bot.conversation.scene import Scene

SHOWN = 40


def consent(scene: Scene, wish: str, words: str) -> Reply:
    """What would be kept and why; agreeing and refusing are one tap each."""
    blocks = [scene.title("consent.title"), scene.line("consent.what")]
    if words.strip():
        blocks += [scene.line("consent.words"), Block(text=" ".join(words.split())[:2500])]
    buttons = ((scene.button("consent.yes", f"r:yes:{wish}"),), (scene.button("consent.no", "r:no"),))
    return Reply(blocks=tuple(blocks), buttons=buttons)


def words_waiting(scene: Scene, shown: str) -> str:
    """The person's words inside the question, as it was shown."""
    return shown.partition(f"\n\n{scene.say('consent.words')}\n\n")[2]


def what_is_kept(scene: Scene, rules: DeskRules, agreed: bool) -> Reply:  # noqa: FBT001 - one fact about the reader
    days = rules.retention
    lines = [
        scene.title("privacy.title"),
        scene.line("privacy.questions", days=days.dialogue),
        scene.line("privacy.requests", days=days.closed, reopen=rules.reopen_days),
        scene.line("privacy.learning", days=days.learning),
        scene.line("privacy.order"),
        scene.line("privacy.who"),
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
    return Reply(blocks=tuple(blocks))


def ask_forget(scene: Scene, codes: Sequence[str]) -> Reply:
    blocks = [scene.title("forget.title"), scene.line("forget.what")]
    if codes:
        blocks.append(scene.line("forget.open", codes=", ".join(codes)))
    return Reply(
        blocks=tuple(blocks), buttons=((scene.button("forget.yes", "r:forget"),), (scene.button("forget.no", "r:no"),))
    )


def receipt(scene: Scene, number: str, requests: int) -> Reply:
    return Reply(
        blocks=(
            scene.title("forget.done", number=number),
            scene.line("forget.receipt", when=scene.moment(scene.now), requests=requests),
        )
    )
