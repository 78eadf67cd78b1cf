"""The counter as whoever calls there sees it: who is called, who waits, appointments of the day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.ahead.line import MOST_CALLS
from bot.conversation import actions
from bot.conversation.reply import Block, Button, Reply, Style
from bot.conversation.scene import Scene

SHOWN = 12
NOTED = ("served", "missed", "left", "unknown")


@dataclass(frozen=True, kw_only=True)
class Called:
    """A number in somebody's hands."""

    id: int
    number: int
    calls: int
    serving: bool


@dataclass(frozen=True, kw_only=True)
class Due:
    """An appointment of today: the code, never a name."""

    id: int
    code: str
    clock: str
    status: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """What stands on the counter's page."""

    commune: int
    counter: str
    name: str
    code: str  # on the wall now
    paused: bool
    mine: Sequence[Called]
    others: Sequence[int]  # numbers called by colleagues
    waiting: Sequence[int]
    due: Sequence[Due]
    ends: Mapping[str, int]  # what came of the last numbers


def choose(scene: Scene, lines: Sequence[Line]) -> Reply:
    """Which counter, where there are several."""
    rows = tuple((Button(label=one.name, action=actions.ShowLine(one.commune, one.counter).wire),) for one in lines)
    return Reply(blocks=(scene.line("counter.which"),), buttons=rows)


def shown(scene: Scene, line: Line) -> Reply:
    blocks = [
        scene.title("counter.title", name=line.name),
        scene.line("counter.code", code=line.code),
        *([scene.line("counter.is_paused")] if line.paused else []),
        *(_called(scene, one) for one in line.mine),
        scene.line("counter.waiting", count=len(line.waiting), numbers=_numbers(line.waiting)),
        *(Block(text=f"{one.clock} · {one.code}", style=Style.ITEM) for one in line.due),
        *told_ends(scene, line.ends),
    ]
    return Reply(blocks=tuple(blocks), buttons=tuple(_rows(scene, line)))


def told_ends(scene: Scene, ends: Mapping[str, int]) -> tuple[Block, ...]:
    """Who did not come is told from what nobody noted."""
    if not ends:
        return ()
    values = {name: ends.get(name, 0) for name in NOTED}
    return (Block(text=scene.say("counter.ends", **values), style=Style.NOTE),)


def _called(scene: Scene, one: Called) -> Block:
    key = "counter.serving" if one.serving else "counter.called"
    return scene.line(key, number=one.number, calls=one.calls, most=MOST_CALLS)


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:SHOWN])) + ("…" if len(numbers) > SHOWN else "")


def deeds(scene: Scene, one: Called) -> list[Button]:
    """What may be done with a number that was called."""
    hows = ("served",) if one.serving else ("here", "again" if one.calls < MOST_CALLS else "missed")
    return [scene.button(f"counter.{how}", actions.Came(one.id, how), number=one.number) for how in hows]


def due_deeds(scene: Scene, one: Due) -> list[Button]:
    hows = ("here", "missed")
    return [scene.button(f"counter.{how}", actions.BookedCame(one.id, how), number=one.code) for how in hows]


def _rows(scene: Scene, line: Line) -> list[tuple[Button, ...]]:
    rows = [tuple(deeds(scene, one)) for one in line.mine]
    if not line.paused and line.waiting:
        rows.append((scene.button("counter.next", actions.CallNext(line.commune, line.counter)),))
    rows += [tuple(due_deeds(scene, one)) for one in line.due if one.status == "confirmed"]
    pause = "counter.go_on" if line.paused else "counter.pause"
    rows.append((scene.button(pause, actions.PauseLine(line.commune, line.counter)),
                 scene.button("counter.look", actions.ShowLine(line.commune, line.counter))))  # fmt: skip
    return rows
