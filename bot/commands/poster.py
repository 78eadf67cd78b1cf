"""`main.py poster`: what stands on a commune's poster, in one language."""

import datetime as dt

from bot.config import Settings
from bot.content.schema import Counter, Language
from bot.conversation.reply import FileForm
from bot.conversation.scene import House, Scene
from bot.conversation.visit import Memory
from bot.paper.poster import Poster, Way, draw_poster

CALLED = (Counter.SERVICE_CENTRE, Counter.PEOPLE_COMMITTEE)


class NoWay(Exception):
    """No door has an address; the message says what to set."""


def draw(house: House, settings: Settings, commune: int, language: Language, form: FileForm) -> bytes:
    """Raises NoWay."""
    scene = Scene(house=house, memory=Memory(commune=commune), language=language, now=dt.datetime.now(dt.UTC))
    ways = _ways(scene, settings, commune)
    if not ways:
        raise NoWay("Nothing to point to: set PUBLIC_URL, TELEGRAM_BOT_NAME or ZALO_LINK.")
    name = house.knowledge.gazetteer.communes[commune].name
    called = [scene.say("poster.call", number=number) for number in _numbers(scene)]
    made = Poster(
        title=scene.say("poster.title", commune=name),
        lead=(scene.say("poster.what"), scene.say("poster.human")),
        ways=ways,
        foot=(*called, scene.say("start.machine")),
    )
    return draw_poster(made, form)


def _ways(scene: Scene, settings: Settings, commune: int) -> list[Way]:
    found = []
    if settings.public_url:
        found.append(Way(label=scene.say("poster.web"), link=f"{settings.public_url}/x/{commune:05}"))
    if settings.telegram_bot_name:
        name = settings.telegram_bot_name.removeprefix("@")
        found.append(Way(label=scene.say("poster.telegram"), link=f"https://t.me/{name}?start=c{commune:05}"))
    if settings.zalo_link:
        found.append(Way(label=scene.say("poster.zalo"), link=settings.zalo_link))
    return found


def _numbers(scene: Scene) -> list[str]:
    """Of the commune's own offices, the first that is known."""
    known = scene.house.knowledge.offices.get(scene.memory.commune or 0, ())
    return [office.phone for kind in CALLED for office in known if office.kind is kind and office.phone][:1]
