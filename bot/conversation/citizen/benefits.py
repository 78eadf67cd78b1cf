"""The benefits check as it is talked through: a question at a time; what was answered rides on the buttons alone."""

from bot.ahead.benefits import UNKNOWN, Asks, Fit, Question, Result, asked_about, questions, result
from bot.content.schema import Answer, Topic, Wish
from bot.conversation import actions
from bot.conversation.reply import Block, Button, Reply, Style
from bot.conversation.scene import Scene
from bot.desk.request import RequestKind
from bot.understanding.wishes import wished

BETWEEN = "."
MOST_BUTTONS = 6

MOST_AFTER = 6  # words


def asked_for(scene: Scene, text: str) -> bool:
    """Whether the message ends by asking for it, and does not go on to ask something else."""
    found = wished(text, scene.house.engine.wishes)
    return found is not None and found.wish is Wish.BENEFITS and found.after <= MOST_AFTER


def button(scene: Scene) -> tuple[Button, ...]:
    return (scene.button("benefit.open", actions.Benefits("")),)


def helps(scene: Scene, names: tuple[str, ...]) -> bool:
    """Whether any of these procedures is a benefit."""
    return any((one := scene.procedure(name)) and one.benefit for name in names)


def _checked(scene: Scene) -> dict[str, tuple[Answer, ...]]:
    """The entries of the social field, with their answers of today."""
    knowledge = scene.house.knowledge
    found = {name: scene.procedure(name) for name in knowledge.by_topic[Topic.SOCIAL]}
    return {name: tuple(scene.holding(knowledge.answers(one))) for name, one in found.items() if one}


def step(scene: Scene, said: str, *, replaces: str | None = None) -> Reply:
    """The next question, or the result. `said`: an option a question so far, as a button carries them."""
    entries = _checked(scene)
    asked = questions(found for answers in entries.values() for found in asked_about(answers))
    given = said.split(BETWEEN) if said else []
    if len(given) > len(asked) or any(one not in (*q.options, UNKNOWN) for q, one in zip(asked, given, strict=False)):
        return Reply(blocks=(scene.line("button.old"),), buttons=(button(scene),))
    if len(given) < len(asked):
        return _question(scene, asked, given, replaces)
    told = {question.asks: one for question, one in zip(asked, given, strict=True)}
    found = [one for name, answers in entries.items() if (one := result(name, answers, told))]
    return _results(scene, found, replaces)


def _question(scene: Scene, asked: list[Question], given: list[str], replaces: str | None) -> Reply:
    question = asked[len(given)]
    number = {"number": len(given) + 1, "count": len(asked)}
    blocks = (scene.title("benefit.title", **number), scene.line(f"benefit.ask_{question.asks}"))
    note = (Block(text=scene.say("benefit.not_kept"), style=Style.NOTE),) if not given else ()
    rows = [(_option(scene, question, n, given),) for n in range(len(question.options))]
    unknown = Button(label=scene.say("benefit.unknown"), action=_action((*given, UNKNOWN)))
    return Reply(blocks=(*blocks, *note), buttons=(*rows, (unknown,)), replaces=replaces)


def _option(scene: Scene, question: Question, n: int, given: list[str]) -> Button:
    option = question.options[n]
    after = question.options[n + 1] if n + 1 < len(question.options) else None
    return Button(label=_label(scene, question.asks, option, after), action=_action((*given, option)))


def _action(given: tuple[str, ...]) -> str:
    return actions.Benefits(BETWEEN.join(given)).wire


def _label(scene: Scene, asks: Asks, option: str, after: str | None) -> str:
    if asks not in (Asks.AGE, Asks.INCOME):
        return scene.say(f"benefit.{asks}_{option}")
    low, high = int(option), int(after) if after else None
    if high is None:
        return scene.say(f"benefit.{asks}_from", low=scene.number(low))
    if not low:
        return scene.say(f"benefit.{asks}_below", high=scene.number(high))
    return scene.say(f"benefit.{asks}_between", low=scene.number(low), high=scene.number(high))


def _results(scene: Scene, found: list[Result], replaces: str | None) -> Reply:
    """What one may be entitled to, with its condition and source; then what it is surely too early for."""
    likely = [one for one in found if one.fit is Fit.MAYBE]
    blocks = [scene.title("benefit.maybe" if likely else "benefit.none"), *(_likely(scene, one) for one in likely)]
    if unlikely := [one for one in found if one.fit is Fit.NOT]:
        blocks += [scene.title("benefit.not"), *(_unlikely(scene, one) for one in unlikely)]
    blocks.append(Block(text=scene.say("benefit.decided"), style=Style.NOTE))
    rows = [
        (scene.button("benefit.papers", actions.OpenChecklist(one.procedure), name=_name(scene, one)),)
        for one in likely
    ]
    last = (
        scene.button("benefit.again", actions.Benefits("")),
        scene.button("answer.ask_officer", actions.NewRequest(RequestKind.QUESTION, "")),
    )
    return Reply(blocks=scene.doubted(blocks), buttons=(*rows[:MOST_BUTTONS], last), replaces=replaces)


def _name(scene: Scene, one: Result) -> str:
    entry = scene.procedure(one.procedure)
    return scene.tell(entry.short_name) if entry else one.procedure


def _likely(scene: Scene, one: Result) -> Block:
    text = scene.tell(one.answer.text) if one.answer.text else ""
    told = scene.say("benefit.line", name=_name(scene, one), text=text, source=_source(scene, one))
    return Block(text=scene.unsure(one.answer, told), style=Style.ITEM)


def _unlikely(scene: Scene, one: Result) -> Block:
    why = scene.say("benefit.and").join(scene.say(f"benefit.because_{asks}") for asks in one.because)
    return Block(text=scene.say("benefit.not_line", name=_name(scene, one), why=why), style=Style.ITEM)


def _source(scene: Scene, one: Result) -> str:
    """The instrument by its number, else what was read."""
    entry = scene.procedure(one.procedure)
    source = entry.sources.get(next(iter(one.answer.source), "")) if entry else None
    law = scene.house.knowledge.registries.laws.get(source.law or "") if source else None
    return law.number if law else (source.what or "") if source else ""
