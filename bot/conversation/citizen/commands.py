"""Commands and browsing: /start /help /topics /my /commune /language."""

from dataclasses import replace

from bot.content.schema import Language, Topic
from bot.conversation import actions
from bot.conversation.citizen import benefits, checklist, communes
from bot.conversation.citizen.answers import short_name
from bot.conversation.reply import Block, Button, Reply
from bot.conversation.scene import Scene
from bot.conversation.visit import Memory
from bot.desk.codes import read_code
from bot.understanding.fold import fold
from bot.understanding.places import find_exactly

PAGE = 8
BEHIND_HELP = (
    "request",
    "my",
    "reminders",
    "appointments",
    "notices",
    "matters",
    "number",
    "for",
    "status",
    "privacy",
    "mydata",
    "forget",
)
LANGUAGE_NAMES = {Language.VI: "Tiếng Việt", Language.EN: "English", Language.ID: "Bahasa Indonesia"}

type Done = tuple[list[Reply], Memory]


def start(scene: Scene) -> Done:
    """Two lines: what it does, that it is a machine and never takes the dossier. Then the commune, asked once."""
    replies = [hello(scene)]
    if scene.memory.commune is None:
        replies.append(communes.ask_commune(scene, key="start.commune"))
    return replies, replace(scene.memory, asked_commune=scene.memory.commune is None)


def hello(scene: Scene, *more: Block) -> Reply:
    return Reply(blocks=(scene.line("start.what"), scene.line("start.machine"), *more), buttons=_start_buttons(scene))


def _start_buttons(scene: Scene) -> tuple[tuple[Button, ...], ...]:
    languages = tuple(
        Button(label=name, action=actions.ChooseLanguage(language).wire)
        for language, name in LANGUAGE_NAMES.items()
        if language is not scene.language
    )
    return ((scene.button("topics.open", actions.Topics()),), languages)


def help_(scene: Scene) -> Done:
    lines = ("help.ask", "help.examples", "help.commands", "help.limits")
    rest = tuple((scene.button(f"command.{name}", actions.Command(name)),) for name in BEHIND_HELP)
    buttons = (*_start_buttons(scene), *rest)
    return [Reply(blocks=tuple(scene.line(key) for key in lines), buttons=buttons)], scene.memory


def language(scene: Scene, wanted: str) -> Done:
    """`/language en`; without a code, the choice."""
    names = {code.value: code for code in Language} | {"in": Language.ID, "ind": Language.ID, "vn": Language.VI}
    code = names.get(wanted.strip().lower()[:3].rstrip("-_")) or names.get(wanted.strip().lower()[:2])
    if code is None:
        key = "language.ask" if not wanted.strip() else "language.unknown"
        buttons = tuple(
            (Button(label=name, action=actions.ChooseLanguage(one).wire),) for one, name in LANGUAGE_NAMES.items()
        )
        return [Reply(blocks=(scene.line(key),), buttons=buttons)], scene.memory
    memory = replace(scene.memory, language=code, spoke=code)
    spoken = replace(scene, language=code, memory=memory)
    return [Reply(blocks=(spoken.line("language.set"),))], memory


def commune(scene: Scene, name: str) -> Done:
    """`/commune Cống Vị`; without a name, what is set and how to change it."""
    if not name.strip():
        if scene.commune is None:
            return [communes.ask_commune(scene)], replace(scene.memory, asked_commune=True)
        values = {"name": scene.commune.name, "province": scene.commune.province}
        return [Reply(blocks=(scene.line("commune.set", **values),))], replace(scene.memory, asked_commune=True)
    place = find_exactly(name, scene.house.engine.places)
    if place is None:
        return [communes.unknown(scene, name.strip())], replace(scene.memory, asked_commune=True)
    if place.certain is None:
        return [communes.choices(scene, place)], replace(scene.memory, asked_commune=True)
    reply = Reply(blocks=(*communes.settled(scene, place.certain), scene.line("commune.kept")))
    return [reply], communes.chosen(scene.memory, place.certain)


def topics(scene: Scene, *, replaces: str | None = None) -> Done:
    """The fields of life, to browse."""
    shown = [topic for topic in Topic if scene.house.knowledge.by_topic[topic]]
    rows = tuple((scene.button(f"topic.{topic}", actions.Topic(topic, 0)),) for topic in shown)
    life = ((scene.button("event.browse", actions.LifeEvents()),),) if scene.house.knowledge.life_events else ()
    return [Reply(blocks=(scene.line("topics.choose"),), buttons=(*life, *rows), replaces=replaces)], scene.memory


def my(scene: Scene) -> Done:
    """What is the person's own here: their lists of papers."""
    lists = checklist.kept(scene)
    if not lists:
        return [
            Reply(blocks=(scene.line("my.empty"),), buttons=((scene.button("topics.open", actions.Topics()),),))
        ], scene.memory
    return [Reply(blocks=(scene.line("my.lists"),), buttons=tuple((one,) for one in lists))], scene.memory


def topic(scene: Scene, name: str, page: int, *, replaces: str | None = None) -> Done:
    """The procedures of one field, a page at a time."""
    if name not in list(Topic) or not 0 <= page < 100:
        return topics(scene, replaces=replaces)
    procedures = scene.house.knowledge.by_topic[Topic(name)]
    here = procedures[page * PAGE : (page + 1) * PAGE]
    rows: list[tuple[Button, ...]] = [
        (Button(label=label, action=actions.Answer(one, "overview").wire),)
        for one in here
        if (label := short_name(scene, one))
    ]
    turn = []
    if page:
        turn.append(scene.button("topics.back", actions.Topic(name, page - 1)))
    if len(procedures) > (page + 1) * PAGE:
        turn.append(scene.button("topics.more", actions.Topic(name, page + 1)))
    rows += [tuple(turn)] if turn else []
    if Topic(name) is Topic.SOCIAL:
        rows.append(benefits.button(scene))
    rows.append((scene.button("topics.all", actions.Topics()),))
    return [Reply(blocks=(scene.line(f"topic.{name}"),), buttons=tuple(rows), replaces=replaces)], scene.memory


def typed_without_slash(scene: Scene, text: str) -> tuple[str, str] | None:
    """A command and its words, where a whole message is the word for one: some channels have no list of commands."""
    said = fold(text).strip(" .!")
    for catalog in scene.house.catalogs.values():
        for pair in catalog.say("typed.words").split("|"):
            word, _, command = pair.partition("=")
            if said == fold(word).strip():
                return command.strip(), ""
        lead = fold(catalog.say("typed.status")).strip()
        if said.startswith(f"{lead} ") and (code := read_code(text.rsplit(maxsplit=1)[-1])):
            return "status", code
    return None
