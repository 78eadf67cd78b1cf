"""A procedure that we know from the portal's list only: its name, who decides, where to go; no more than was read."""

from bot.content.schema import Aspect, Counter
from bot.content.second_tier import Desk, Details, Level, OnPortal
from bot.conversation import actions
from bot.conversation.citizen.offices import OF_THE_COMMUNE, office_blocks
from bot.conversation.reply import Block, Button, Reply, Style
from bot.conversation.scene import Scene
from bot.desk.request import RequestKind

COUNTERS = {
    Desk.COMMUNE: Counter.SERVICE_CENTRE,
    Desk.COMMUNE_POLICE: Counter.COMMUNE_POLICE,
    Desk.LAND_OFFICE: Counter.LAND_OFFICE,
    Desk.SOCIAL_INSURANCE: Counter.SOCIAL_INSURANCE,
    Desk.PROVINCE: Counter.PROVINCE_CENTRE,
}
BY_LEVEL = {
    (Desk.POLICE, Level.PROVINCE): Counter.PROVINCE_POLICE,
    (Desk.MILITARY, Level.COMMUNE): Counter.MILITARY_COMMAND,
}
OF_LEVELS = (Desk.COMMUNE, Desk.PROVINCE, Desk.MINISTRY, Desk.OTHER)  # whoever decides is named by the levels
SAID_ANYWAY = (None, Aspect.PLACE, Aspect.WHO, Aspect.STEPS, Aspect.HOURS)
ASKED = "asked"  # what was asked before the names were offered
LONGEST = 110  # letters of an agency


def told(
    scene: Scene,
    code: str,
    aspect: Aspect | None,
    *,
    follow_up: bool = False,
    others: tuple[str, ...] = (),
    lead: tuple[Block, ...] = (),
) -> Reply:
    """What is known of it, what was asked first. `others`: what else may have been meant."""
    one = scene.house.knowledge.second_tier.procedures[code]
    details = scene.house.knowledge.second_tier.details.get(code)
    asked = _asked(scene, details, aspect)
    if follow_up and asked:
        blocks = (scene.line("answer.about", name=one.name), *asked)
    else:
        title = Block(text=one.name, style=Style.TITLE)
        blocks = (*lead, title, scene.line("second.not_checked"), *asked, *_known(scene, one, details))
    if others:
        blocks = (*blocks, scene.line("answer.not_this"))
    return Reply(blocks=blocks, buttons=_buttons(scene, one, others))


def _asked(scene: Scene, details: Details | None, aspect: Aspect | None) -> tuple[Block, ...]:
    """The answer to what was asked, where it is not said below; that it is not known, where it is not."""
    if aspect in SAID_ANYWAY or (aspect in (Aspect.DOCUMENTS, Aspect.FORM) and details):
        return ()
    if (aspect is Aspect.TIME and details and details.time) or (aspect is Aspect.ONLINE and details):
        return ()
    key = f"unknown.{aspect}"
    return (scene.line(key),) if scene.voice.has(key) else (scene.line("unknown.ask"),)


def _known(scene: Scene, one: OnPortal, details: Details | None) -> tuple[Block, ...]:
    return (
        scene.line("second.code", code=one.code),
        scene.line("second.decides", who=who(scene, one)),
        *_hand_in(scene, one),
        *(_from_record(scene, details) if details else ()),
        Block(text=scene.say("second.source", date=_read(scene)), style=Style.NOTE),
    )


def _read(scene: Scene) -> str:
    return scene.date(scene.house.knowledge.second_tier.read)


def who(scene: Scene, one: OnPortal) -> str:
    """Who decides, in words; then as the portal writes it."""
    if one.desk in OF_LEVELS:
        text = scene.say("condition.or").join(scene.say(f"second.level_{level}") for level in one.levels)
    else:
        text = scene.say(f"second.desk_{one.desk}")
    return f"{text} ({one.agency})" if one.agency and len(one.agency) <= LONGEST else text


def _counter(one: OnPortal) -> Counter | None:
    by_level = (BY_LEVEL.get((one.desk, level)) for level in one.levels)
    return COUNTERS.get(one.desk) or next(filter(None, by_level), None)


def _hand_in(scene: Scene, one: OnPortal) -> list[Block]:
    counter = _counter(one)
    return office_blocks(scene, counter) if counter else [scene.line("second.hand_in")]


def _from_record(scene: Scene, details: Details) -> list[Block]:
    blocks = [scene.title("second.record", date=scene.date(details.read))]
    blocks += [Block(text=paper, style=Style.ITEM) for paper in details.papers]
    if details.time:
        blocks.append(scene.line("second.time", time=details.time))
    if details.channels:
        channels = ", ".join(scene.say(f"second.channel_{channel}") for channel in details.channels)
        blocks.append(scene.line("second.channels", channels=channels))
    return blocks


def _buttons(scene: Scene, one: OnPortal, others: tuple[str, ...]) -> tuple[tuple[Button, ...], ...]:
    rows = [(scene.button("answer.ask_officer", actions.NewRequest(RequestKind.QUESTION, one.code)),)]
    if scene.commune is None and _counter(one) in OF_THE_COMMUNE:
        rows.append((scene.button("commune.tell", actions.AskCommune()),))
    if one.url:
        rows.append((Button(label=scene.say("answer.open_portal"), link=one.url),))
    return (*rows, *_choices(scene, others))


def offered(scene: Scene, codes: tuple[str, ...]) -> Reply:
    """Several names may be meant: each with who decides, to choose from."""
    blocks = (scene.line("second.which"), *listed(scene, codes))
    ask = scene.button("answer.ask_officer", actions.NewRequest(RequestKind.QUESTION, ""))
    last = (scene.button("clarify.none", actions.NoneOfThese()), ask)
    return Reply(blocks=blocks, buttons=(*_choices(scene, codes), last))


def listed(scene: Scene, names: tuple[str, ...]) -> tuple[Block, ...]:
    """Those of the names that are the second tier's, in full."""
    known = scene.house.knowledge.second_tier.procedures
    found = [known[name] for name in names if name in known]
    return tuple(
        Block(text=scene.say("second.listed", name=one.name, code=one.code, who=who(scene, one)), style=Style.ITEM)
        for one in found
    )


def _choices(scene: Scene, codes: tuple[str, ...]) -> tuple[tuple[Button, ...], ...]:
    known = scene.house.knowledge.second_tier.procedures
    return tuple(
        (Button(label=scene.short(known[code].name), action=actions.Answer(code, ASKED).wire),) for code in codes
    )
