"""Which office to walk to: the right one by competence, in the citizen's own commune, with what is not known said."""

import datetime as dt
from collections.abc import Iterable, Iterator

from bot.content.catalog import Catalog
from bot.content.communes import Commune
from bot.content.reported import ReportedOffice
from bot.content.schema import Counter, Hours, Office, Weekday
from bot.conversation.reply import Block, Style
from bot.conversation.scene import Scene
from bot.desk.working_time import WEEK, WorkingTime

WARNED_OF_HOLIDAYS = 7  # days ahead
OF_THE_COMMUNE = (
    Counter.SERVICE_CENTRE,
    Counter.COMMUNE_POLICE,
    Counter.PEOPLE_COMMITTEE,
    Counter.MILITARY_COMMAND,
)


def office_blocks(scene: Scene, counter: Counter) -> list[Block]:
    """The office of `counter` for the citizen's commune; without a commune, what kind of office it is."""
    if scene.commune is None:
        return [scene.line("office.kind", office=_kind(scene, counter)), *_general(scene, counter)]
    return offices_in(scene, counter, scene.commune)


def offices_in(scene: Scene, counter: Counter, commune: Commune) -> list[Block]:
    """The office of `counter` for one commune: address, hours and phone where known."""
    known = [o for o in scene.house.knowledge.offices.get(commune.code, ()) if o.kind is counter]
    if known:
        return [block for office in known[:2] for block in _known(scene, office, commune)]
    blocks = [Block(text=_name(scene, counter, commune), style=Style.TITLE), scene.line("office.address_unknown")]
    return [*blocks, *_committee(scene, counter, commune), *_general(scene, counter)]


def known_hours(scene: Scene, counter: Counter) -> tuple[Hours, ...]:
    """The hours of the citizen's own office of a kind, none where they are not known."""
    code = scene.commune.code if scene.commune else 0
    known = scene.house.knowledge.offices.get(code, ())
    return next((one.hours for one in known if one.kind is counter and one.hours), ())


def reported(scene: Scene, counter: Counter) -> list[Block]:
    """When the commune itself told the hours of its office, where it did."""
    known = scene.house.knowledge.offices.get(scene.commune.code, ()) if scene.commune else ()
    found = next((one for one in known if one.kind is counter and isinstance(one, ReportedOffice)), None)
    return _reported(scene, found, scene.commune) if found and scene.commune else []


def _reported(scene: Scene, office: ReportedOffice, commune: Commune) -> list[Block]:
    """Who said so by their role: a name is nobody's business."""
    values = {"commune": commune.name, "date": scene.date(office.hours_on), "who": scene.say(f"role.{office.hours_by}")}
    return [Block(text=scene.say("office.hours_reported", **values), style=Style.NOTE)]


def told_hours(scene: Scene, hours: tuple[Hours, ...]) -> str:
    return hours_said(scene.voice, hours)


def hours_said(voice: Catalog, hours: Iterable[Hours]) -> str:
    return "; ".join(_hours(voice, span) for span in hours)


def office_name(scene: Scene, counter: Counter) -> str:
    """What the office of a kind is called, for the citizen's commune where it is known."""
    return _kind(scene, counter) if scene.commune is None else _name(scene, counter, scene.commune)


def _kind(scene: Scene, counter: Counter) -> str:
    name = scene.tell(scene.house.knowledge.counters[counter].name)
    return name.format(commune=scene.say("office.your_commune"), province=scene.say("office.your_province"))


def _name(scene: Scene, counter: Counter, commune: Commune) -> str:
    facts = scene.house.knowledge.counters[counter]
    text = facts.name
    if commune.province_code in facts.one_level_provinces and facts.one_level_name:
        text = facts.one_level_name
    return scene.tell(text).format(commune=_low(commune.name), province=_low(commune.province))


def _low(name: str) -> str:
    """`Phường Ngọc Hà` inside a sentence: `phường Ngọc Hà`."""
    return name[:1].lower() + name[1:]


def _known(scene: Scene, office: Office, commune: Commune) -> list[Block]:
    blocks = [Block(text=office.name or _name(scene, office.kind, commune), style=Style.TITLE)]
    if office.address:
        blocks.append(_address(scene, office, office.address))
    else:
        blocks.append(scene.line("office.address_unknown"))
        blocks += [] if office.name else _committee(scene, office.kind, commune)
    if office.hours:
        blocks.append(scene.line("office.hours", hours=told_hours(scene, office.hours)))
        blocks += _reported(scene, office, commune) if isinstance(office, ReportedOffice) else []
        blocks += _open_now(scene, office.hours)
    else:
        blocks += _general(scene, office.kind)
    if office.phone:
        blocks.append(scene.line("office.phone", phone=office.phone))
    if office.note:
        blocks.append(Block(text=office.note))
    if office.map:
        blocks.append(scene.line("office.map", link=office.map))
    return [*blocks, *_source(scene, office)]


def _source(scene: Scene, office: Office) -> list[Block]:
    """Where all but reported hours is from; nothing where there is nothing else."""
    if not office.source:
        return []
    key = "office.read" if office.read else "office.read_unknown"
    values = {"date": scene.date(office.read)} if office.read else {}
    return [Block(text=scene.say(key, source=office.source, **values), style=Style.NOTE)]


def _address(scene: Scene, office: Office, address: str) -> Block:
    key = "office.address_before" if office.names_before else "office.address"
    return scene.line(key, address=address)


def _open_now(scene: Scene, hours: tuple[Hours, ...]) -> list[Block]:
    """Whether it is open at this moment, else when it opens next."""
    office = WorkingTime(scene.house.knowledge.calendar, hours)
    if until := office.closes(scene.now):
        return [scene.line("open.now", until=scene.moment(until))]
    opens = office.opens(scene.now)
    return [*_holiday(scene, office), *([scene.line("open.closed", when=scene.moment(opens))] if opens else [])]


def _holiday(scene: Scene, office: WorkingTime) -> list[Block]:
    off = office.day_off(scene.today)
    return [scene.line("open.holiday", date=scene.day(scene.today), name=scene.tell(off.name))] if off else []


def days_off(scene: Scene, counter: Counter) -> list[Block]:
    """For offices whose hours are not known: a day off today, and those of the days to come."""
    state = WorkingTime(scene.house.knowledge.calendar, ())
    blocks = _holiday(scene, state)
    if not blocks and not state.is_working_day(scene.today) and counter in OF_THE_COMMUNE:
        blocks = [scene.line("open.weekend", day=scene.say(f"day.{WEEK[scene.today.weekday()]}"))]
    if blocks:
        blocks.append(scene.line("open.working_again", when=scene.day(_next_working_day(scene, state))))
    return [*blocks, *_soon_off(scene)]


def _next_working_day(scene: Scene, state: WorkingTime) -> dt.date:
    day = scene.today + dt.timedelta(days=1)
    while not state.is_working_day(day):
        day += dt.timedelta(days=1)
    return day


def _soon_off(scene: Scene) -> list[Block]:
    last = scene.today + dt.timedelta(days=WARNED_OF_HOLIDAYS)
    soon = [off for off in scene.house.knowledge.calendar.days_off if scene.today < off.on <= last]
    lines = []
    for off in soon:
        when = scene.day(off.on)
        if off.to:
            when = scene.say("open.days", first=when, last=scene.day(off.to))
        text = scene.say("open.soon_off", when=when, name=scene.tell(off.name))
        lines.append(Block(text=scene.unsure(off, text)))
    return lines


def _hours(voice: Catalog, hours: Hours) -> str:
    days = ", ".join(_days(voice, *ends) for ends in _in_a_row(hours.days))
    return f"{days} " + ", ".join(f"{opens}–{closes}" for opens, closes in hours.spans)


def _days(voice: Catalog, first: Weekday, last: Weekday) -> str:
    if first == last:
        return voice.say(f"day.{first}")
    return voice.say("day.range", first=voice.say(f"day.{first}"), last=voice.say(f"day.{last}"))


def _in_a_row(days: tuple[Weekday, ...]) -> Iterator[tuple[Weekday, Weekday]]:
    """`mon, tue, wed, fri`: from Monday to Wednesday, and Friday."""
    at = sorted(map(WEEK.index, days))
    firsts = [n for n in at if n - 1 not in at]
    lasts = [n for n in at if n + 1 not in at]
    return ((WEEK[first], WEEK[last]) for first, last in zip(firsts, lasts, strict=True))


def _general(scene: Scene, counter: Counter) -> list[Block]:
    """What holds for every office of the kind; where its hours are not known, that is said."""
    facts = scene.house.knowledge.counters[counter]
    blocks = [Block(text=scene.tell(facts.hours))] if facts.hours else _usual(scene)
    blocks += days_off(scene, counter)
    return [*blocks, Block(text=scene.tell(facts.note))] if facts.note else blocks


def _usual(scene: Scene) -> list[Block]:
    """The State's usual hours, said to be usual, and whether it is open today by them."""
    hours = scene.house.knowledge.calendar.usual_hours
    if not hours:
        return [scene.line("office.hours_unknown")]
    told = told_hours(scene, hours)
    state = WorkingTime(scene.house.knowledge.calendar, hours)
    today = "open.usually_today" if state.is_working_day(scene.today) else "open.usually_not_today"
    return [scene.line("office.usual_hours", hours=told), scene.line(today)]


def _committee(scene: Scene, counter: Counter, commune: Commune) -> list[Block]:
    """The People's Committee's address, to ask there, where the office's own is not known."""
    if counter not in OF_THE_COMMUNE:
        return []
    for office in scene.house.knowledge.offices.get(commune.code, ()):
        if office.kind is Counter.PEOPLE_COMMITTEE and office.address:
            key = "office.committee_before" if office.names_before else "office.committee"
            return [scene.line(key, name=office.name, address=office.address)]
    return []
