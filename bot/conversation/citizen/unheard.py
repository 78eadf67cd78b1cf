"""Where a channel does not hand on what a person sent: what happened, and the ways that are open to them."""

from bot.content.schema import Counter
from bot.conversation.citizen.offices import office_blocks
from bot.conversation.reply import Block, Reply
from bot.conversation.scene import Scene


def unheard(scene: Scene, web: str | None) -> Reply:
    """An empty message: a file, or the plain words of somebody whom the channel protects. Never silence."""
    return Reply(blocks=(scene.line("unheard.what"), *_ways(scene, web), *office_blocks(scene, Counter.SERVICE_CENTRE)))


def only_words(scene: Scene, web: str | None) -> Reply:
    """A picture or a voice where only words can be taken."""
    return Reply(blocks=(scene.line("unheard.only_words"), *_ways(scene, web)[1:]))


def nameless(scene: Scene, web: str | None) -> Reply:
    """Somebody who is not signed in, and cannot be found again: nothing is kept of them."""
    return Reply(blocks=(scene.line("unheard.nameless"), *_ways(scene, web)))


def _ways(scene: Scene, web: str | None) -> tuple[Block, ...]:
    call = scene.line("unheard.call", number=scene.contact("portal_hotline").number)
    return (call, scene.line("unheard.web", url=web)) if web else (call,)
