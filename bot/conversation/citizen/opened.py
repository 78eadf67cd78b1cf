"""A request as whoever opened it with code and secret reads it."""

from dataclasses import dataclass

from bot.conversation.reply import Reply
from bot.conversation.scene import Scene


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing said in a request, to be read by the citizen."""

    mine: bool
    name: str
    text: str
    when: str
    photo: str = ""  # the message whose photo it is, where the web door holds it
    elsewhere: bool = False  # a photo or file that stands in another channel


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A request as whoever opened it reads it."""

    code: str
    chat: str  # the citizen's: what is done here is done there
    scene: Scene
    status: Reply
    said: tuple[Line, ...]
    live: bool
