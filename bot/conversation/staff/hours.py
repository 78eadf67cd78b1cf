"""A commune's office hours as its desk reads them: the present ones, a proposal, what was understood of it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.content.opening_hours import OpeningHours, Trouble, by_weekday
from bot.content.reported import Reported, ReportedOffice
from bot.content.schema import Counter, Hours, Office
from bot.conversation import actions
from bot.conversation.citizen.offices import office_name, told_hours
from bot.conversation.reply import Block, Button, Place, Reply, Style
from bot.conversation.scene import Scene

MOST_TROUBLES = 5
SHOWN = 80  # characters of what was not understood


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A proposal that nobody has decided about yet. `mine`: of whoever looks."""

    number: int
    hours: tuple[Hours, ...]
    name: str
    at: dt.datetime
    mine: bool
    may_decide: bool


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The hours of an office. No `office`: they are the usual ones. `differs`: what a file says otherwise."""

    commune: int
    kind: Counter
    hours: tuple[Hours, ...]
    office: Office | None
    differs: Office | None
    waiting: Waiting | None
    may_propose: bool


def listed(scene: Scene, standings: Sequence[Standing], private: bool) -> Reply:  # noqa: FBT001 - who reads it
    """`/hours`: of each office of the commune."""
    name = scene.commune.name if scene.commune else ""
    blocks = [scene.title("hours.title", commune=name)]
    for one in standings:
        blocks += [Block(text=office_name(scene, one.kind), style=Style.TITLE), *present(scene, one)]
    rows = [row for one in standings for row in _buttons(scene, one, private=private)]
    return Reply(blocks=tuple(blocks), buttons=tuple(rows))


def present(scene: Scene, one: Standing) -> list[Block]:
    """The hours, where they are from, what a file says otherwise, what is proposed."""
    blocks = [Block(text=told_hours(scene, one.hours)), Block(text=basis(scene, one), style=Style.NOTE)]
    if one.differs:
        blocks.append(scene.line("hours.file_differs", source=one.differs.source, date=_day(scene, one.differs.read),
                                 hours=told_hours(scene, one.differs.hours)))  # fmt: skip
    if waits := one.waiting:
        values = {"number": waits.number, "who": waits.name, "when": scene.dated(waits.at)}
        blocks.append(scene.line("hours.waits", hours=told_hours(scene, waits.hours), **values))
    return blocks


def basis(scene: Scene, one: Standing) -> str:
    """Where the hours are from."""
    name = scene.commune.name if scene.commune else ""
    if one.office is None:
        return scene.say("hours.usual", commune=name)
    if isinstance(one.office, ReportedOffice):
        who = scene.say(f"role.{one.office.hours_by}")
        return scene.say("office.hours_reported", commune=name, date=scene.date(one.office.hours_on), who=who)
    return scene.say("hours.of_file", source=one.office.source, date=_day(scene, one.office.read))


def _day(scene: Scene, day: dt.date | None) -> str:
    return scene.date(day) if day else scene.say("hours.no_day")


def _buttons(scene: Scene, one: Standing, *, private: bool) -> Iterator[tuple[Button, ...]]:
    """In a group whoever may presses; alone one is shown what one may."""
    if one.may_propose or not private:
        propose = actions.ProposeHours(one.commune, one.kind.value)
        yield (scene.button(f"hours.propose_{one.kind}", propose),)
    if waits := one.waiting:
        if (waits.may_decide and not waits.mine) or not private:
            yield _deciding(scene, waits.number)
        if waits.mine or not private:
            yield (scene.button("hours.drop", actions.DropHours(waits.number), number=waits.number),)


def _deciding(scene: Scene, number: int) -> tuple[Button, ...]:
    return (
        scene.button("hours.confirm", actions.ConfirmHours(number), number=number),
        scene.button("hours.refuse", actions.RefuseHours(number), number=number),
    )


def week(scene: Scene, hours: Sequence[Hours]) -> list[Block]:
    """Each day of the week on a line of its own: what was understood is looked at day by day."""
    return [
        Block(text=scene.say("hours.day", day=_capital(scene.say(f"day.{day}")), hours=_spans(scene, spans)),
              style=Style.ITEM)
        for day, spans in by_weekday(hours).items()
    ]  # fmt: skip


def _spans(scene: Scene, spans: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{opens}–{closes}" for opens, closes in spans) or scene.say("hours.closed")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _place(commune: int, kind: Counter) -> Place:
    return Place(name=f"hours:{commune}.{kind}", prompts=True)


def ask(scene: Scene, commune: int, kind: Counter) -> Reply:
    lines = (scene.line("hours.ask", office=office_name(scene, kind)), scene.line("hours.example"))
    return Reply(blocks=lines, place=_place(commune, kind))


def too_long(scene: Scene, commune: int, kind: Counter, most: int) -> Reply:
    lines = (scene.line("hours.too_long", most=most), scene.line("hours.example"))
    return Reply(blocks=lines, place=_place(commune, kind))


def unread(scene: Scene, commune: int, kind: Counter, troubles: Sequence[Trouble]) -> Reply:
    """What could not be read; the next words answer this message."""
    title = scene.title("hours.unread")
    return Reply(blocks=(title, *why_unread(scene, troubles), scene.line("hours.example")), place=_place(commune, kind))


def why_unread(scene: Scene, troubles: Sequence[Trouble]) -> list[Block]:
    return [Block(text=_trouble(scene, one), style=Style.ITEM) for one in troubles[:MOST_TROUBLES]]


def _trouble(scene: Scene, one: Trouble) -> str:
    written = one.written if len(one.written) <= SHOWN else f"{one.written[:SHOWN]}…"
    day = scene.say(f"day.{one.day}") if one.day else ""
    return scene.say(f"hours.bad_{one.key}", written=written, day=day)


def preview(scene: Scene, number: int, commune: int, kind: Counter, found: OpeningHours) -> Reply:
    """As it was understood; the writer sends it, or writes it again."""
    assumed = [scene.line("hours.assumed")] if found.assumed else []
    blocks = (scene.title("hours.understood", office=office_name(scene, kind)), *week(scene, found.hours), *assumed,
              scene.line("hours.is_it_so"))  # fmt: skip
    send = scene.button("hours.send", actions.SendHours(number))
    again = scene.button("hours.again", actions.ProposeHours(commune, kind.value))
    return Reply(blocks=blocks, buttons=((send,), (again,)))


def asked(scene: Scene, number: int, kind: Counter, hours: Sequence[Hours], who: str, name: str) -> Reply:
    """To whoever may confirm it."""
    title = scene.title("hours.asked", who=who, office=office_name(scene, kind), number=number)
    blocks = (title, *week(scene, hours), scene.line("hours.look_well"))
    return Reply(blocks=blocks, buttons=(_deciding(scene, number),), place=Place(name=name))


def state(scene: Scene, status: str, kind: Counter, hours: Sequence[Hours], why: str) -> Reply:
    """What has become of a proposal."""
    office = office_name(scene, kind)
    lines = (scene.line(f"hours.is_{status}", office=office, why=why), *week(scene, hours))
    return Reply(blocks=lines)


def overtaken(scene: Scene, one: Reported, file: Office) -> Reply:
    """A file of a later day says otherwise."""
    values = {"office": office_name(scene, one.kind), "source": file.source, "date": _day(scene, file.read),
              "before": scene.date(one.on)}  # fmt: skip
    lines = (scene.line("hours.overtaken", **values), *week(scene, file.hours), scene.line("hours.overtaken_what"))
    return Reply(blocks=lines, buttons=((scene.button("hours.look", actions.Command("hours")),),))
