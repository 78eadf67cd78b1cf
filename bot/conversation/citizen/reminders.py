"""Nhắc mình: a date is asked for, what falls due by it is shown, and only then, if wanted, anything is kept."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.ahead.deadlines import Due, Telling, dues, first_telling, span_of
from bot.ahead.ics import Event, calendar
from bot.content.schema import Answer, Change, DateOf, Procedure, Wish
from bot.conversation import actions
from bot.conversation.citizen.answers import OVERVIEW, not_yet, reminded_by, short_name
from bot.conversation.citizen.circumstances import counter_of, tailored
from bot.conversation.citizen.facts import documents_line
from bot.conversation.citizen.offices import office_blocks
from bot.conversation.reply import Block, Button, Reply, Style
from bot.conversation.scene import Scene
from bot.conversation.visit import DateAsked, Memory
from bot.desk.working_time import VIETNAM, WorkingTime
from bot.understanding.dates import Heard, Span, Unclear, read_date
from bot.understanding.result import Outcome, Understanding
from bot.understanding.wishes import Wished, is_wish, wished

ASKED_AT_MOST = 3
TOLD_AT, TOLD_FOR, FILE = dt.time(9), 30, "nhac.ics"  # in somebody's own calendar: when, minutes, the file
SHOWN_DUES = 4
SHOWN_PAPERS = 6
OFFERED = 4
LIKELY = 0.05  # chance among procedures, to be offered
SURE = 0.8  # share of the likeliest among ours, from which it is the one meant, whatever is offered beside it
ASKED_OTHERWISE = (Outcome.ANSWERED, Outcome.EMERGENCY, Outcome.STAFF_WANTED, Outcome.EXTRA_DEMAND,
                   Outcome.FEEDBACK, Outcome.COMPLAINT, Outcome.DENUNCIATION)  # fmt: skip

type Done = tuple[list[Reply], Memory]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A reminder that is kept, as it is shown in a list."""

    number: int
    procedure: str
    day: dt.date
    next: Telling | None


def days_of(scene: Scene) -> WorkingTime:
    """The State's working days."""
    return WorkingTime(scene.house.knowledge.calendar, ())


def offered(scene: Scene, names: Sequence[str]) -> list[tuple[Button, ...]]:
    """Of several procedures those that one may be reminded of, a button each."""
    found = [one for name in dict.fromkeys(names) if (one := scene.procedure(name)) and reminded_by(scene, one)]
    return [(_named_button(scene, one),) for one in found[:OFFERED]]


def _named_button(scene: Scene, procedure: Procedure) -> Button:
    return scene.button("remind.of", actions.AskDate(procedure.id), name=scene.tell(procedure.short_name))


# In words


def asked_for(scene: Scene, text: str) -> Wished | None:
    found = wished(text, scene.house.engine.wishes)
    return found if found and found.wish is Wish.REMIND else None


def wish(scene: Scene, found: Wished, understood: Understanding) -> Done | None:
    """“Nhắc em khi sắp hết hạn tạm trú”: of what it is about, else of what was talked about; else it is asked.

    None: the words ask about what nobody can be reminded of.
    """
    names = [one.id for one in understood.procedures]
    likely = [one.id for one in understood.procedures if one.score >= LIKELY]
    known = [one for name in likely if (one := scene.procedure(name)) and reminded_by(scene, one)]
    if found.ends:
        known.sort(key=lambda one: not _ends(scene, one))
    spoken = scene.memory.procedure if not found.rest.strip() else None
    if spoken and scene.procedure(spoken):
        return ask(scene, spoken)
    if known and _is_sure(scene, found, understood, known[0]):
        return _with_date(scene, known[0], found.rest) or ask(scene, known[0].id)
    if understood.outcome is Outcome.ANSWERED and names[0] not in {one.id for one in known}:
        return None
    rows = offered(scene, [one.id for one in known] or usual(scene))
    return [Reply(blocks=(scene.line("remind.which"),), buttons=tuple(rows))], scene.memory


def _ends(scene: Scene, procedure: Procedure) -> bool:
    """A paper of a certain age ends, too."""
    return _of(scene, procedure) in (DateOf.END, DateOf.ISSUE) or any(one.ages for one in reminded_by(scene, procedure))


def _with_date(scene: Scene, procedure: Procedure, text: str) -> Done | None:
    """Its date was told with the wish: whole, for “in 3 days” may be when they want to be told."""
    heard = read_date(text, scene.house.engine.dates, today=scene.today, span=_span(scene, procedure))
    if heard.day is None or str(heard.day.year) not in text:
        return None
    memory = replace(scene.memory.about(procedure.id, scene.memory.aspect), spoke=scene.language)
    return _shown(replace(scene, memory=memory), procedure, heard.day)


def _is_sure(scene: Scene, found: Wished, understood: Understanding, likely: Procedure) -> bool:
    if found.ends and _of(scene, likely) is DateOf.END:
        return understood.outcome in (Outcome.ANSWERED, Outcome.CLARIFY, Outcome.SECOND_TIER)
    best = understood.procedures[0]
    if best.id != likely.id:
        return False
    # Of a name that the portal only lists nobody can be reminded.
    return understood.outcome is Outcome.ANSWERED or (understood.outcome is Outcome.CLARIFY and best.score >= SURE)


def usual(scene: Scene) -> list[str]:
    """What one may be reminded of, the catalogue's order."""
    known = scene.house.knowledge.procedures
    return [name for name in scene.house.knowledge.catalogue if name in known and reminded_by(scene, known[name])]


# The date


def ask(scene: Scene, name: str) -> Done:
    procedure = scene.procedure(name)
    if procedure is None:
        return [not_yet(scene, name)] if scene.listed(name) else [_gone(scene)], scene.memory
    if not reminded_by(scene, procedure):
        back = ((scene.button("answer.see", actions.Answer(name, OVERVIEW)),),)
        return [Reply(blocks=(scene.line("remind.nothing", name=scene.tell(procedure.name)),), buttons=back)], (
            scene.memory
        )
    about = scene.memory.about(name, scene.memory.aspect)
    memory = replace(about, date_asked=DateAsked(procedure=name), spoke=scene.language)
    title = scene.title("remind.title", name=scene.tell(procedure.name))
    blocks = (title, scene.line("remind.ask", what=_what(scene, procedure)), _kept_note(scene))
    return [Reply(blocks=blocks, buttons=((scene.button("remind.no", actions.NoReminder()),),))], memory


def _kept_note(scene: Scene) -> Block:
    return Block(text=scene.say("remind.visit_note" if scene.visiting else "remind.kept_note"), style=Style.NOTE)


def _of(scene: Scene, procedure: Procedure) -> DateOf:
    return next((one.remind.of for one in reminded_by(scene, procedure) if one.remind), DateOf.END)


def _what(scene: Scene, procedure: Procedure) -> str:
    """How the date is called."""
    first = reminded_by(scene, procedure)[0]
    if first.remind and first.remind.date:
        return scene.tell(first.remind.date)
    if first.counted_from:
        return scene.tell(first.counted_from)
    return scene.say(f"remind.date_{_of(scene, procedure)}")


def dated(scene: Scene, text: str, understood: Understanding) -> Done | None:
    """The answer to the question for a date; None: the words ask for something else, and the question is dropped."""
    asked = scene.memory.date_asked
    procedure = scene.procedure(asked.procedure) if asked else None
    if asked is None or procedure is None or not reminded_by(scene, procedure):
        return None
    if any(is_wish(text, one, scene.house.engine.wishes) for one in (Wish.NEVER_MIND, Wish.STOP)):
        return refused(scene)
    heard = read_date(text, scene.house.engine.dates, today=scene.today, span=_span(scene, procedure))
    if heard.day:
        return _shown(scene, procedure, heard.day)
    if asked.day and heard.unclear is Unclear.NO_DATE:
        return None
    elsewhere = understood.outcome in ASKED_OTHERWISE and not understood.follow_up
    if heard.unclear is Unclear.NO_DATE and (elsewhere or asked.times >= ASKED_AT_MOST):
        return None
    memory = replace(scene.memory, date_asked=replace(asked, times=asked.times + 1, day=None))
    return [_again(scene, procedure, heard)], memory


def _shown(scene: Scene, procedure: Procedure, day: dt.date) -> Done:
    """What comes of a day; where nothing does, another one is heard."""
    asked = DateAsked(procedure=procedure.id, day=day if coming(scene, procedure, day) else None)
    return [confirm(scene, procedure, day)], replace(scene.memory, date_asked=asked)


def agreed(scene: Scene, text: str) -> DateAsked | None:
    """The day that was shown, where the words are a yes to it."""
    asked = scene.memory.date_asked
    yes = asked is not None and asked.day is not None and is_wish(text, Wish.YES, scene.house.engine.wishes)
    return asked if yes else None


def has_date(scene: Scene, text: str) -> bool:
    """Whether words hold a day, whatever is asked for."""
    span = Span(first=dt.date.min, last=dt.date.max)
    heard = read_date(text, scene.house.engine.dates, today=scene.today, span=span)
    return heard.unclear is not Unclear.NO_DATE


def may_be(scene: Scene, procedure: Procedure, day: dt.date) -> bool:
    """Whether a button's day is one that could have been told."""
    return _span(scene, procedure).holds(day)


def _span(scene: Scene, procedure: Procedure) -> Span:
    first, last = span_of(_of(scene, procedure), scene.today)
    return Span(first=first, last=last)


def _again(scene: Scene, procedure: Procedure, heard: Heard) -> Reply:
    """Why the day is not clear, and the days that it may be, a button each."""
    what = _what(scene, procedure)
    perhaps = [day for day in heard.perhaps if coming(scene, procedure, day)] or heard.perhaps
    rows = [(Button(label=scene.date(day), action=actions.ChooseDate(procedure.id, day).wire),) for day in perhaps]
    key = "remind.maybe" if rows else f"remind.{heard.unclear}"
    if heard.unclear is Unclear.PAST and _of(scene, procedure) is DateOf.END:
        key = "remind.ended"
        rows.append((scene.button("answer.see", actions.Answer(procedure.id, OVERVIEW)),))
    return Reply(
        blocks=(scene.line(key, what=what),), buttons=(*rows, (scene.button("remind.no", actions.NoReminder()),))
    )


def chosen(scene: Scene, name: str, day: dt.date) -> Done:
    """One of the days that may have been meant."""
    procedure = scene.procedure(name)
    if procedure is None or not reminded_by(scene, procedure) or not _span(scene, procedure).holds(day):
        return [_gone(scene)], scene.memory
    return _shown(scene, procedure, day)


def refused(scene: Scene) -> Done:
    return [Reply(blocks=(scene.line("remind.not_kept"),))], replace(scene.memory, date_asked=None)


def _gone(scene: Scene) -> Reply:
    return Reply(blocks=(scene.line("button.old"),), buttons=((scene.button("topics.open", actions.Topics()),),))


# What would be told


def coming(scene: Scene, procedure: Procedure, day: dt.date) -> list[tuple[Due, Telling]]:
    """What is still to fall due for a date, and when it is told first."""
    days = days_of(scene)
    found = dues(reminded_by(scene, procedure), day, days)
    told = [(due, first_telling([due], days, after=scene.today)) for due in found]
    return [(due, telling) for due, telling in told if telling]


def confirm(scene: Scene, procedure: Procedure, day: dt.date) -> Reply:
    """When it would be told, and what would be kept; two taps away from being kept."""
    ahead = coming(scene, procedure, day)
    if not ahead:
        return _too_late(scene, procedure, day)
    values = {"name": scene.tell(procedure.name), "what": _what(scene, procedure), "day": scene.date(day)}
    on = "remind.on_visit" if scene.visiting else "remind.on"
    lines = [_item(scene.say(on, what=due_line(scene, due), day=scene.day_of_year(told.on)))
             for due, told in ahead[:SHOWN_DUES]]  # fmt: skip
    blocks = (scene.title("remind.title", **values), scene.line("remind.from", **values), *lines, _kept_note(scene))
    yes = scene.button("remind.yes", actions.KeepReminder(procedure.id, day))
    other = scene.button("remind.other_day", actions.AskDate(procedure.id))
    return Reply(blocks=blocks, buttons=((yes,), (other, scene.button("remind.no", actions.NoReminder()))))


def _too_late(scene: Scene, procedure: Procedure, day: dt.date) -> Reply:
    """Nothing to remind of: the last day is near, or over; what to do now."""
    last = max(dues(reminded_by(scene, procedure), day, days_of(scene)), key=lambda due: due.day, default=None)
    key = "remind.over" if last is None or last.day < scene.today else "remind.now"
    line = scene.line(key, name=scene.tell(procedure.name), day=scene.date(last.day) if last else scene.date(day))
    see = scene.button("checklist.open", actions.OpenChecklist(procedure.id))
    return Reply(blocks=(line,), buttons=((see, scene.button("remind.other_day", actions.AskDate(procedure.id))),))


def _item(text: str) -> Block:
    return Block(text=text, style=Style.ITEM)


def due_line(scene: Scene, due: Due) -> str:
    if due.age is not None:
        return scene.say("remind.at_age", age=due.age, day=scene.date(due.day))
    if due.opens:
        return scene.say("remind.window", first=scene.date(due.opens), day=scene.date(due.day))
    return scene.say("remind.until", day=scene.date(due.day))


# What is kept


def kept(scene: Scene, procedure: Procedure, telling: Telling) -> Reply:
    """Said once it is kept."""
    values = {"name": scene.tell(procedure.name), "day": scene.day_of_year(telling.on)}
    return Reply(blocks=(scene.line("remind.kept", **values), _kept_note(scene)), buttons=list_button(scene))


def for_calendar(scene: Scene, procedure: Procedure, telling: Telling, key: str = "remind.for_calendar") -> Reply:
    """For somebody whom we cannot write to, or may not be able to: the day goes into their own calendar."""
    papers = [documents_line(scene, procedure, one) for one in scene.holding(procedure.papers) if not one.in_database]
    event = Event(
        uid=f"{procedure.id}-{telling.on:%Y%m%d}@motcua", number=0,
        starts=dt.datetime.combine(telling.on, TOLD_AT, VIETNAM), minutes=TOLD_FOR, place="",
        title=scene.say("remind.calendar_title"),
        papers="\n".join((scene.tell(procedure.name), due_line(scene, telling.due), *papers)),
    )  # fmt: skip
    values = {"name": scene.tell(procedure.name), "day": scene.day_of_year(telling.on)}
    return Reply(blocks=(scene.line(key, **values),), document=(FILE, calendar(event, scene.now)))


def list_button(scene: Scene) -> tuple[tuple[Button, ...], ...]:
    return ((scene.button("command.reminders", actions.Command("reminders")),),)


def listed(scene: Scene, found: Sequence[Listed]) -> Reply:
    """`/reminders`: each with its date and when it is told next; a button removes it."""
    if not found:
        rows = tuple(offered(scene, usual(scene)))
        return Reply(blocks=(scene.line("remind.none"),), buttons=rows)
    lines = [_item(_listed_line(scene, one)) for one in found]
    rows = tuple((_drop_button(scene, one),) for one in found)
    all_ = ((scene.button("remind.stop_all", actions.StopTelling("reminder")),),)
    return Reply(blocks=(scene.title("remind.list"), *lines), buttons=(*rows, *all_))


def _listed_line(scene: Scene, one: Listed) -> str:
    name = short_name(scene, one.procedure) or one.procedure
    if one.next is None:
        return scene.say("remind.listed_quiet", name=name, day=scene.date(one.day))
    return scene.say("remind.listed", name=name, day=scene.date(one.day), next=scene.day_of_year(one.next.on))


def _drop_button(scene: Scene, one: Listed) -> Button:
    name = short_name(scene, one.procedure) or one.procedure
    return scene.button("remind.drop", actions.DropReminder(one.number), name=scene.short(name))


# When its day has come


def told(scene: Scene, procedure: Procedure, due: Due, answer: Answer) -> Reply:
    """Why it comes, by when, what to bring, where; and the word that stops its kind."""
    own = _own(scene, procedure)
    stale = scene.is_stale(procedure.id)  # the date is theirs; what the entry says is no longer stated
    why = [Block(text=scene.tell(answer.text))] if answer.text else []
    known = [scene.line("remind.stale")] if stale else [*why, *_to_bring(scene, own)]
    blocks = (
        scene.title("remind.told", name=scene.tell(procedure.name)),
        scene.line("remind.because", what=due_line(scene, due)),
        *known,
        scene.title("checklist.where"),
        *office_blocks(scene, counter_of(own)),
        Block(text=scene.say("remind.word"), style=Style.NOTE),
    )
    rows = ((scene.button("checklist.open", actions.OpenChecklist(procedure.id)),), *list_button(scene))
    return Reply(blocks=scene.doubted(blocks), buttons=rows)


def _own(scene: Scene, procedure: Procedure) -> Procedure:
    known = scene.memory.checklist(procedure.id)
    return tailored(procedure, known.answers if known else {})


def _to_bring(scene: Scene, own: Procedure) -> list[Block]:
    papers = [paper for paper in scene.holding(own.papers) if not paper.in_database][:SHOWN_PAPERS]
    lines = [_item(documents_line(scene, own, paper)) for paper in papers]
    return [scene.title("remind.bring"), *lines] if lines else []


def law_changed(scene: Scene, procedure: Procedure, due: Due | None, telling: Telling | None) -> Reply:
    """What one is reminded of follows another rule now: the new day."""
    lines = [scene.title("remind.changed", name=scene.tell(procedure.name))]
    if due and telling:
        lines.append(scene.line("remind.on", what=due_line(scene, due), day=scene.day_of_year(telling.on)))
    else:
        lines.append(scene.line("remind.changed_over"))
    see = ((scene.button("aspect.law", actions.Answer(procedure.id, "law")),),)
    return Reply(blocks=(*lines, Block(text=scene.say("remind.word"), style=Style.NOTE)), buttons=see)


def law_will_change(scene: Scene, procedure: Procedure, change: Change) -> Reply:
    """Before it holds, to whoever waits for the matter or is reminded of it."""
    title = scene.title("remind.will_change", name=scene.tell(procedure.name), day=scene.date(change.on))
    text = Block(text=scene.unsure(change, scene.tell(change.text)))
    see = ((scene.button("aspect.law", actions.Answer(procedure.id, "law")),),)
    blocks = (title, *scene.doubted((text,)), Block(text=scene.say("remind.word"), style=Style.NOTE))
    return Reply(blocks=blocks, buttons=see)


def nothing_to_stop(scene: Scene) -> Reply:
    return Reply(blocks=(scene.line("unasked.nothing"),))


def stopped(scene: Scene, kind: str, others: Sequence[str]) -> Reply:
    """What was stopped, at once; what else still goes on, a button each."""
    rows = tuple((scene.button(f"unasked.stop_{one}", actions.StopTelling(one)),) for one in others)
    return Reply(blocks=(scene.line(f"unasked.stopped_{kind}"),), buttons=rows)
