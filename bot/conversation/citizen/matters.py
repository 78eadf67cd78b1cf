"""What voters raise together: how to say it, what has been raised here, and where it stands."""

from collections.abc import Mapping, Sequence

from bot.content.schema import Wish
from bot.conversation import actions
from bot.conversation.reply import Block, Reply, Style
from bot.conversation.scene import Scene
from bot.desk.request import RequestKind
from bot.measure.matter import ANSWERED, PASSED_ON, Matter
from bot.understanding.fold import low_words
from bot.understanding.wishes import speaks_of


def recommends(scene: Scene, text: str) -> bool:
    """Whether somebody says what those who represent them should do."""
    return "?" not in text and _speaks_of(scene, text, Wish.RECOMMEND)


def wants_notices(scene: Scene, text: str) -> bool:
    """Whether somebody would be told of what their commune announces."""
    return _speaks_of(scene, text, Wish.NOTICES)


def asks_about(scene: Scene, text: str) -> bool:
    return any(_speaks_of(scene, text, wish) for wish in (Wish.RECOMMEND, Wish.RECOMMENDATION))


def _speaks_of(scene: Scene, text: str, wish: Wish) -> bool:
    return speaks_of(" ".join(low_words(text)), wish, scene.house.engine.wishes)


def how(scene: Scene) -> Reply:
    """What it is, whom it goes to, and the button that begins one."""
    rows = (
        (scene.button("matter.write", actions.NewRequest(RequestKind.RECOMMENDATION, "")),),
        (scene.button("command.matters", actions.Command("matters")),),
    )
    return Reply(blocks=(scene.title("matter.what"), scene.line("matter.how")), buttons=rows)


def listed(scene: Scene, commune: str, found: Sequence[Matter], counts: Mapping[int, int | None]) -> Reply:
    """What was raised in a commune, as far as it may be told: rounded counts, nobody's name."""
    shown = [one for one in found if counts[one.id]]
    write = ((scene.button("matter.write", actions.NewRequest(RequestKind.RECOMMENDATION, "")),),)
    if not shown:
        return Reply(blocks=(scene.line("matter.none", commune=commune),), buttons=write)
    lines = [_item(scene, one, counts[one.id]) for one in shown]
    note = Block(text=scene.say("matter.rounded"), style=Style.NOTE)
    return Reply(blocks=(scene.title("matter.listed", commune=commune), *lines, note), buttons=write)


def _item(scene: Scene, one: Matter, count: int | None) -> Block:
    raised = scene.say("matter.raised", title=one.title, count=count)
    return Block(text=f"{raised}. {state(scene, one)}", style=Style.ITEM)


def state(scene: Scene, one: Matter) -> str:
    """Received, passed on by whom and when, or answered with what."""
    match one.status:
        case _ if one.status == ANSWERED:
            told = scene.say("matter.is_answered", answer=one.answer)
            return f"{told} {scene.say('matter.law', law=one.law)}" if one.law else told
        case _ if one.status == PASSED_ON and one.passed_at:
            values = {"to": one.passed_to, "who": one.passed_by, "when": scene.moment(one.passed_at)}
            return scene.say("matter.is_passed_on", **values)
        case _:
            return scene.say("matter.is_received")


def openly(scene: Scene, one: Matter) -> str:
    """The same for everybody: without who of the desk passed it on."""
    if one.status == PASSED_ON and one.passed_at:
        return scene.say("matter.passed_on_openly", to=one.passed_to, when=scene.moment(one.passed_at))
    return state(scene, one)


def standing(scene: Scene, one: Matter | None) -> tuple[Block, ...]:
    """Under the state of a request: the matter it was gathered into."""
    if one is None:
        return ()
    return scene.line("matter.of", title=one.title), Block(text=state(scene, one))
