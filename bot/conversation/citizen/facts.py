"""The facts of a procedure in sentences: one function an aspect, each giving paragraphs."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from bot.content.schema import Aspect, Fact, Fee, Paper, Procedure, Source, Statement, TimeLimit, Unit, Waiver
from bot.conversation.citizen.circumstances import counter_of
from bot.conversation.citizen.offices import office_blocks, office_name
from bot.conversation.citizen.verdicts import begun
from bot.conversation.reply import Block, Style
from bot.conversation.scene import Scene

type Tell = Callable[[Scene, Procedure], list[Block]]


def _item(text: str) -> Block:
    return Block(text=text, style=Style.ITEM)


def statement_lines(
    scene: Scene, procedure: Procedure, statements: tuple[Statement, ...], style: Style = Style.ITEM
) -> list[Block]:
    held = scene.holding(statements)
    texts = (scene.unsure(one, conditioned(scene, procedure, one, scene.tell(one.text))) for one in held)
    return [Block(text=begun(text) if style is Style.TEXT else text, style=style) for text in texts]


def conditioned(scene: Scene, procedure: Procedure, fact: Fact, text: str) -> str:
    """A fact's text after the circumstances in which it holds."""
    condition = scene.condition(procedure, fact)
    return scene.say("condition.if", condition=condition, text=text) if condition else text


def documents(scene: Scene, procedure: Procedure) -> list[Block]:
    blocks = []
    for how in ("submit", "show"):
        if papers := [paper for paper in scene.holding(procedure.papers) if paper.how == how]:
            blocks += [
                scene.title(f"papers.{how}"),
                *(_item(documents_line(scene, procedure, paper)) for paper in papers),
            ]
    if not_required := statement_lines(scene, procedure, procedure.not_required):
        blocks += [scene.title("papers.not_required"), *not_required]
    return blocks


def documents_in_brief(scene: Scene, procedure: Procedure) -> str:
    """The papers by name, each in the circumstances in which it is needed; not what nobody may ask for."""
    told = []
    for how in ("submit", "show"):
        papers = [paper for paper in scene.holding(procedure.papers) if paper.how == how]
        names = "; ".join(conditioned(scene, procedure, paper, scene.tell(paper.name)) for paper in papers)
        told += [f"{scene.say(f'papers.{how}').rstrip(':')}: {names}."] if names else []
    return " ".join(told)


def documents_line(scene: Scene, procedure: Procedure, paper: Paper) -> str:
    marks = []
    if paper.form and not _names(scene.tell(paper.name), paper.form):
        marks.append(_named_form(scene, paper.form))
    if paper.copy_ in ("certified", "plain"):
        marks.append(scene.say(f"papers.{paper.copy_}"))
    if paper.count > 1:
        marks.append(scene.say("papers.count", count=paper.count))
    if paper.in_database:
        marks.append(scene.say("papers.in_database"))
    text = scene.tell(paper.name) + (f" ({'; '.join(marks)})" if marks else "")
    if paper.note:
        text = f"{text}. {scene.tell(paper.note)}"
    return scene.unsure(paper, conditioned(scene, procedure, paper, text))


def fee(scene: Scene, procedure: Procedure) -> list[Block]:
    fees = scene.holding(procedure.fees)
    lines = [scene.unsure(one, fee_line(scene, procedure, one)) for one in fees]
    if not lines:
        return [scene.line("fee.unknown")]
    told = [scene.line("fee.one", fee=lines[0])] if len(lines) == 1 else [*_titled(scene, "fee.title", lines)]
    return [*told, *_waived(scene, fees)]


def _titled(scene: Scene, key: str, lines: list[str]) -> list[Block]:
    return [scene.title(key), *map(_item, lines)]


def _waived(scene: Scene, fees: list[Fee]) -> list[Block]:
    """Who pays nothing, or half, each said once."""
    known = scene.house.knowledge.registries.waivers
    names = dict.fromkeys(name for one in fees for name in one.waivers)
    found = [known[name] for name in names if name in known and known[name].holds(scene.today)]
    return [_item(scene.say(f"waiver.{one.pays}", who=_who_until(scene, one))) for one in found]


def _who_until(scene: Scene, one: Waiver) -> str:
    who = scene.tell(one.who)
    return scene.say("waiver.until", who=who, date=scene.date(one.until)) if one.until else who


def fee_line(scene: Scene, procedure: Procedure, one: Fee) -> str:
    """A fee in words, after its circumstances unless they are told behind it."""
    text = _fee(scene, one)
    return text if one.when else conditioned(scene, procedure, one, text)


def _fee(scene: Scene, one: Fee) -> str:
    text = _amount(scene, one)
    if one.per:
        text = scene.say("fee.per", fee=text, per=scene.tell(one.per))
    if one.channel:
        text = scene.say(f"fee.{one.channel}", fee=text)
    return scene.say("fee.when", fee=text, when=scene.tell(one.when)) if one.when else text


def _amount(scene: Scene, one: Fee) -> str:
    if one.amount is None:
        return scene.say("fee.by_province" if one.by_province else "fee.unknown_short")
    if one.amount == 0 and not one.to_amount:
        return scene.say("fee.free")
    if one.to_amount:
        return scene.say("fee.range", low=scene.number(one.amount), high=scene.number(one.to_amount))
    return scene.say("fee.amount", amount=scene.number(one.amount))


def time(scene: Scene, procedure: Procedure) -> list[Block]:
    lines = [scene.unsure(one, time_line(scene, procedure, one)) for one in scene.holding(procedure.times)]
    if len(lines) == 1:
        return [scene.line("time.one", time=lines[0])]
    return [scene.title("time.title"), *map(_item, lines)] if lines else [scene.line("time.unknown")]


def time_line(scene: Scene, procedure: Procedure, one: TimeLimit) -> str:
    """A time limit in words, after its circumstances unless they are told behind it."""
    text = _time(scene, one)
    return text if one.when else conditioned(scene, procedure, one, text)


def _time(scene: Scene, one: TimeLimit) -> str:
    text = _duration(scene, one)
    for key in ("when", "starts", "pauses"):
        if extra := getattr(one, key):
            text = scene.say(f"time.{key}", time=text, text=scene.tell(extra))
    return text


def _duration(scene: Scene, one: TimeLimit) -> str:
    if one.unit is None:
        return scene.say("time.unknown_short")
    if one.unit is Unit.SAME_DAY:
        return scene.say("time.same_day")
    key = f"time.{one.unit}" if one.amount != 1 or one.to_amount else f"time.one_{one.unit}"
    amount = scene.number(one.amount or 0)
    if one.to_amount:
        amount = scene.say("time.range", low=amount, high=scene.number(one.to_amount))
    return scene.say(key, amount=amount)


def place(scene: Scene, procedure: Procedure) -> list[Block]:
    rules = statement_lines(scene, procedure, procedure.where, Style.TEXT)
    if procedure.any_commune_of_province:
        rules.append(scene.line("place.any_commune"))
    return [*rules, *office_blocks(scene, counter_of(procedure))]


def office_line(scene: Scene, procedure: Procedure) -> str:
    return scene.say("office.kind", office=office_name(scene, counter_of(procedure)))


def online(scene: Scene, procedure: Procedure) -> list[Block]:
    known = procedure.online
    blocks = [Block(text=scene.unsure(known, scene.say(f"online.{known.level}")))]
    if known.note:
        blocks.append(Block(text=scene.tell(known.note)))
    return blocks


def _names(name: str, form: str) -> bool:
    """Whether a name already says the form: TK01a is another than TK01."""
    return bool(re.search(rf"(?<!\w){re.escape(form.casefold())}(?!\w)", name.casefold()))


def _named_form(scene: Scene, number: str) -> str:
    """As in "mẫu CT01"; "mẫu số 01" where the number already says the word."""
    word = scene.say("papers.form", form="").strip()
    if number.casefold().startswith(word.casefold()):
        return number[:1].lower() + number[1:]
    return scene.say("papers.form", form=number)


def form(scene: Scene, procedure: Procedure) -> list[Block]:
    """The forms by name and number; where none is listed, the papers that are written on a form."""
    forms = scene.holding(procedure.forms)
    papers = [] if forms else [paper for paper in scene.holding(procedure.papers) if paper.form]
    if not forms and not papers:
        return [scene.line("form.none")]
    blocks = [scene.title("form.title"), *(_item(documents_line(scene, procedure, paper)) for paper in papers)]
    for one in forms:
        name = scene.tell(one.name)
        if one.number and not _names(name, one.number):
            name = scene.say("form.numbered", number=_named_form(scene, one.number), name=name)
        text = f"{name}. {scene.tell(one.where)}" if one.where else name
        blocks.append(_item(scene.unsure(one, f"{text} {one.link}" if one.link else text)))
    return blocks


def who(scene: Scene, procedure: Procedure) -> list[Block]:
    return statement_lines(scene, procedure, procedure.who, Style.TEXT)


def steps(scene: Scene, procedure: Procedure) -> list[Block]:
    lines = statement_lines(scene, procedure, procedure.steps)
    numbered = [Block(text=f"{n}. {block.text}") for n, block in enumerate(lines, 1)]
    return [*numbered, scene.line("steps.result", result=scene.tell(procedure.result))]


def hours(scene: Scene, procedure: Procedure) -> list[Block]:
    return office_blocks(scene, counter_of(procedure))


def status(scene: Scene, procedure: Procedure) -> list[Block]:
    return [*how_to_track(scene), *time(scene, procedure)]


def how_to_track(scene: Scene) -> list[Block]:
    portal, hotline = scene.contact("portal_tracking"), scene.contact("portal_hotline")
    return [scene.line("status.cannot_see"), scene.line("status.track", link=portal.link, hotline=hotline.number)]


def law(scene: Scene, procedure: Procedure) -> list[Block]:
    blocks = [scene.title("law.title")]
    for one in procedure.legal:
        if one.holds(scene.today):
            parts = [one.number, one.article, scene.tell(one.about) if one.about else None]
            blocks.append(_item(", ".join(part for part in parts if part)))
    changes = [change for change in procedure.changes if change.holds(scene.today)]
    if changes:
        blocks += [scene.title("law.changes"), *(_item(scene.unsure(c, scene.tell(c.text))) for c in changes)]
    sources = (f"{_source(scene, s)} ({scene.date(s.read)})" for s in procedure.sources.values())
    return [*blocks, scene.title("law.sources"), *map(_item, sources)]


def _source(scene: Scene, source: Source) -> str:
    known = scene.house.knowledge.registries.laws.get(source.law or "")
    parts = (source.what, known.title if known else None, source.article)
    return ", ".join(part for part in parts if part)


def pitfalls(scene: Scene, procedure: Procedure) -> list[Block]:
    lines = statement_lines(scene, procedure, procedure.pitfalls)
    return [scene.title("pitfalls.title"), *lines] if lines else []


def overview(scene: Scene, procedure: Procedure) -> list[Block]:
    """Where nothing particular was asked: what it is, where, how much, how long, a line each."""
    fees = [fee_line(scene, procedure, one) for one in scene.holding(procedure.fees) if one.amount is not None]
    times = [time_line(scene, procedure, one) for one in scene.holding(procedure.times) if one.unit is not None]
    lines = [office_line(scene, procedure), _in_short(scene, "fee", fees), _in_short(scene, "time", times)]
    return [Block(text=scene.tell(procedure.what_it_is)), *(_item(line) for line in lines if line)]


def _in_short(scene: Scene, what: str, lines: list[str]) -> str | None:
    """One value, told; several that depend on the case, only where the first says enough by itself."""
    if not lines:
        return None
    return scene.say(f"{what}.one" if len(lines) == 1 else f"{what}.first", **{what: lines[0]})


def coming(scene: Scene, procedure: Procedure, aspect: Aspect | None) -> list[Block]:
    """What changes soon in what was just told, and every change of law that is near."""
    lines = []
    for facts, tell in _told(procedure, aspect):
        soon = scene.coming(facts)
        lines += [_from(scene, fact.from_, scene.unsure(fact, tell(scene, fact))) for fact in soon]
        if not soon:
            ending = [fact for fact in scene.holding(facts) if fact.until and fact.until < scene.horizon]
            lines += [scene.say("coming.until", date=_date(scene, f.until), text=tell(scene, f)) for f in ending]
    near = [change for change in procedure.changes if scene.today < change.on <= scene.horizon]
    lines += [_from(scene, change.on, scene.unsure(change, scene.tell(change.text))) for change in near]
    return [scene.title("coming.title"), *map(_item, dict.fromkeys(lines))] if lines else []


def _from(scene: Scene, day: dt.date | None, text: str) -> str:
    date = _date(scene, day)
    return text if date in text else scene.say("coming.from", date=date, text=text)


def _date(scene: Scene, day: dt.date | None) -> str:
    return scene.date(day) if day else ""


def _told(procedure: Procedure, aspect: Aspect | None) -> list[tuple[tuple[Fact, ...], Callable[[Scene, Any], str]]]:
    """The facts that an aspect tells, and how each is told in a line."""
    papers: list[tuple[tuple[Fact, ...], Callable[[Scene, Any], str]]] = [
        (procedure.papers, lambda scene, paper: documents_line(scene, procedure, paper)),
        (procedure.not_required, _statement),
    ]
    match aspect:
        case Aspect.FEE:
            return [(procedure.fees, _fee)]
        case Aspect.TIME | Aspect.STATUS:
            return [(procedure.times, _time)]
        case Aspect.PLACE:
            return [(procedure.where, _statement)]
        case Aspect.WHO:
            return [(procedure.who, _statement)]
        case Aspect.STEPS:
            return [(procedure.steps, _statement)]
        case Aspect.DOCUMENTS:
            return papers
        case None:
            return [*papers, (procedure.where[:1], _statement)]
        case _:
            return []


def _statement(scene: Scene, statement: Statement) -> str:
    return scene.tell(statement.text)


TELL: dict[Aspect | None, Tell] = {
    None: overview,
    Aspect.DOCUMENTS: documents,
    Aspect.FEE: fee,
    Aspect.TIME: time,
    Aspect.PLACE: place,
    Aspect.ONLINE: online,
    Aspect.WHO: who,
    Aspect.FORM: form,
    Aspect.STEPS: steps,
    Aspect.HOURS: hours,
    Aspect.STATUS: status,
    Aspect.LEGAL: law,
}
