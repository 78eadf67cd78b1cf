"""The answer to a question about a procedure: what was asked first, the rest behind buttons."""

from bot.ahead.deadlines import to_be_reminded_of
from bot.ahead.slots import counter_for
from bot.content.schema import Answer, Aspect, Procedure
from bot.conversation import actions
from bot.conversation.citizen.circumstances import counter_of, tailored
from bot.conversation.citizen.facts import law, pitfalls
from bot.conversation.citizen.offices import OF_THE_COMMUNE, office_blocks
from bot.conversation.citizen.statements import ROOM, Told, chosen, field, likely_of, told_of
from bot.conversation.reply import MAX_ACTION_BYTES, Block, Button, Reply, Style
from bot.conversation.scene import Scene
from bot.desk.request import RequestKind
from bot.understanding.result import Asked, Understanding

LAW = "law"
PITFALLS = "pitfalls"
OVERVIEW = "overview"
ASKED = "asked"
MORE = "more"
BUTTONS_A_ROW = 3
MOST_BUTTONS = 6
LIKELY_FROM = 0.45  # share of the likeliest among ours, from which its answer is told where others may be meant
OF_TIME = (Aspect.DEADLINE, Aspect.VALIDITY, Aspect.LATE, Aspect.ELIGIBILITY)  # whoever asks may want to be reminded
LIKELY_NEXT = (Aspect.PLACE, Aspect.FEE, Aspect.TIME)
ON_BUTTONS = (
    Aspect.DOCUMENTS,
    Aspect.PLACE,
    Aspect.FEE,
    Aspect.TIME,
    Aspect.ONLINE,
    Aspect.FORM,
    Aspect.WHO,
    Aspect.STEPS,
)


def reply_to(
    scene: Scene,
    procedure: Procedure,
    understood: Understanding,
    *,
    lead: tuple[Block, ...] = (),
    after: tuple[Block, ...] = (),
) -> Reply:
    """What the words ask: each question answered, the first thing said; the name of the matter under it."""
    own = _own(scene, procedure, dict(understood.cases))
    told = [told_of(scene, own, asked, understood) for asked in understood.asked or (Asked(aspect=understood.aspect),)]
    about = (scene.line("answer.about", name=scene.tell(procedure.short_name)),) if understood.follow_up else ()
    blocks = scene.doubted((*lead, *about, *_together(told), *after, _note(scene, procedure)))
    unsure = understood.unsure_of
    buttons = _others(scene, procedure, understood) if unsure else _buttons(scene, own, told[0].aspect, understood)
    if unsure:
        blocks = (*blocks, scene.line("answer.not_this"))
    return Reply(blocks=blocks, buttons=buttons)


def _own(scene: Scene, procedure: Procedure, said: dict[str, str]) -> Procedure:
    """The entry in the circumstances that the words or the person's own list tell."""
    kept = scene.memory.checklist(procedure.id)
    return tailored(procedure, {**(kept.answers if kept else {}), **said})


def _together(told: list[Told]) -> tuple[Block, ...]:
    """One answer as it is; several as a numbered line each."""
    different = list({one.line: one for one in reversed(told)}.values())[::-1]
    if len(different) == 1:
        return different[0].alone
    lines = [Block(text=f"{n}. {one.line}") for n, one in enumerate(different, 1)]
    doubts = dict.fromkeys(one.doubt for one in told if one.doubt)
    return (*lines, *(Block(text=doubt, style=Style.NOTE) for doubt in doubts))


def answer(
    scene: Scene,
    procedure: Procedure,
    aspect: Aspect | None,
    *,
    lead: tuple[Block, ...] = (),
    replaces: str | None = None,
) -> Reply:
    """A field of the entry, as a button asks for it; None: the whole in short."""
    own = _own(scene, procedure, {})
    title = Block(text=scene.tell(procedure.name), style=Style.TITLE)
    told = field(scene, own, aspect).blocks
    blocks = scene.doubted((*lead, title, *told, *_daily(scene, procedure)))
    return Reply(blocks=blocks, buttons=_buttons(scene, own, aspect), replaces=replaces)


def not_yet(scene: Scene, name: str, *, lead: tuple[Block, ...] = ()) -> Reply:
    """The procedure is known by name only, or its facts are too old to be stated: where to ask, and why."""
    listed = scene.house.knowledge.catalogue[name]
    hotline = scene.contact("portal_hotline")
    title = Block(text=scene.tell(listed.name), style=Style.TITLE)
    key = "answer.stale" if scene.is_stale(name) else "answer.not_yet"
    blocks = (*lead, title, scene.line(key, hotline=hotline.number), *office_blocks(scene, listed.counter))
    ask = ((scene.button("commune.tell", actions.AskCommune()),),)
    known = scene.commune is not None or listed.counter not in OF_THE_COMMUNE
    officer = ((scene.button("answer.ask_officer", actions.NewRequest(RequestKind.QUESTION, name)),),)
    return Reply(blocks=blocks, buttons=officer if known else (*ask, *officer))


def more(scene: Scene, procedure: Procedure, part: str, *, replaces: str | None = None) -> Reply:
    """The law and sources, or the pitfalls, of a procedure."""
    title = Block(text=scene.tell(procedure.name), style=Style.TITLE)
    told = law if part == LAW else pitfalls
    blocks = scene.doubted((title, *told(scene, procedure), checked(scene, procedure)))
    return Reply(blocks=blocks, buttons=all_buttons(scene, procedure), replaces=replaces)


def opened(scene: Scene, procedure: Procedure, under: str, *, replaces: str | None = None) -> Reply:
    """Everything else that can be asked, under the words that stood there."""
    blocks = (
        (Block(text=under),)
        if under and replaces
        else (scene.title("answer.more_of", name=scene.tell(procedure.name)),)
    )
    return Reply(blocks=blocks, buttons=all_buttons(scene, procedure), replaces=replaces)


def checked(scene: Scene, procedure: Procedure) -> Block:
    return Block(text=scene.say("answer.checked", date=scene.date(procedure.checked)), style=Style.NOTE)


def _note(scene: Scene, procedure: Procedure) -> Block:
    """The name of the matter, so that a misreading shows; once a day also the source and what we do not do."""
    name = scene.say("answer.matter", name=scene.tell(procedure.name))
    daily = " ".join((name, *(block.text for block in _daily(scene, procedure))))
    return Block(text=daily, style=Style.NOTE)


def _daily(scene: Scene, procedure: Procedure) -> tuple[Block, ...]:
    """When the entry was checked and that nothing is filed here: once a day in a chat."""
    return () if scene.memory.noted == scene.today else (checked(scene, procedure),)


def _buttons(
    scene: Scene, procedure: Procedure, shown: Aspect | None, understood: Understanding | None = None
) -> tuple[tuple[Button, ...], ...]:
    """At most six in at most four rows: the list of papers, the likeliest next question, a person, the rest."""
    book = booking_button(scene, procedure) if shown in (None, Aspect.PLACE, Aspect.HOURS) else ()
    likely = next(aspect for aspect in LIKELY_NEXT if aspect is not shown)
    remind = reminder_button(scene, procedure) if shown in OF_TIME else ()
    next_ = remind or book or (scene.button(f"aspect.{likely}", actions.Answer(procedure.id, likely)),)
    rows: list[tuple[Button, ...]] = [
        (scene.button("checklist.open", actions.OpenChecklist(procedure.id)), *next_),
        (
            scene.button("answer.ask_officer", actions.NewRequest(RequestKind.QUESTION, procedure.id)),
            scene.button("answer.wrong", actions.Wrong(procedure.id)),
            scene.button("answer.more", actions.Answer(procedure.id, MORE)),
        ),
    ]
    if understood and understood.follow_up:
        rows.append((scene.button("answer.other_matter", actions.OtherMatter()),))
    elif scene.commune is None and procedure.counter in OF_THE_COMMUNE and shown in (None, Aspect.PLACE, Aspect.HOURS):
        rows.append((scene.button("commune.tell", actions.AskCommune()),))
    if procedure.online.link and procedure.online.level != "no":
        rows.append((Button(label=scene.say("answer.open_portal"), link=procedure.online.link),))
    if sum(map(len, rows)) > MOST_BUTTONS and shown is None:
        rows.pop(2)  # whoever asks where is asked for the commune
    elif sum(map(len, rows)) > MOST_BUTTONS:
        rows[0] = rows[0][:1]  # the next question can be written as well
    return tuple(rows)


def reminded_by(scene: Scene, procedure: Procedure) -> tuple[Answer, ...]:
    """What one may be reminded of."""
    return to_be_reminded_of(scene.house.knowledge.answers(procedure), scene.today)


def reminder_button(scene: Scene, procedure: Procedure) -> tuple[Button, ...]:
    """The way to a reminder, where there is anything to be reminded of."""
    return (scene.button("remind.open", actions.AskDate(procedure.id)),) if reminded_by(scene, procedure) else ()


def booking_button(scene: Scene, procedure: Procedure) -> tuple[Button, ...]:
    """The way to an appointment, where the person's commune takes them for it."""
    own = scene.house.knowledge.appointments.get(scene.commune.code) if scene.commune else None
    found = counter_for(own, procedure.id, counter_of(procedure))
    return (scene.button("book.open", actions.BookDays(procedure.id)),) if found else ()


def _others(scene: Scene, procedure: Procedure, understood: Understanding) -> tuple[tuple[Button, ...], ...]:
    """The list of papers and a person; then what else may have been meant."""
    first = (
        scene.button("checklist.open", actions.OpenChecklist(procedure.id)),
        scene.button("answer.ask_officer", actions.NewRequest(RequestKind.QUESTION, procedure.id)),
        scene.button("answer.wrong", actions.Wrong(procedure.id)),
    )
    return (first, *offered(scene, understood.unsure_of, understood))


def offered(scene: Scene, names: tuple[str, ...], understood: Understanding) -> tuple[tuple[Button, ...], ...]:
    """A button each for what may have been meant; it carries the answer that the words ask of it, where that fits."""
    likely = likely_of(scene, understood)
    named = ((one, label) for one in names if (label := short_name(scene, one)))
    return tuple((Button(label=label, action=_wire(one, likely.get(one, ASKED))),) for one, label in named)


def _wire(name: str, part: str) -> str:
    wire = actions.Answer(name, part).wire
    return wire if len(wire.encode()) <= MAX_ACTION_BYTES else actions.Answer(name, ASKED).wire


def if_meant(scene: Scene, understood: Understanding) -> tuple[Block, ...]:
    """What the likeliest of several would answer, said to be of it alone: who meant it need not ask again."""
    name = understood.choices[0]
    meant = next((one for one in understood.procedures[:1] if one.id == name and one.score >= LIKELY_FROM), None)
    procedure, choice = scene.procedure(name), dict(understood.likely).get(name)
    if not (meant and procedure and choice and choice.asks):
        return ()
    own = _own(scene, procedure, {})
    told = told_of(scene, own, Asked(aspect=choice.asks, choices=(choice,)), understood)
    text = " ".join(filter(None, (told.line, told.doubt)))
    if len(text) > ROOM:
        return ()
    return (scene.line("clarify.if", name=scene.tell(procedure.short_name), text=text), *_daily(scene, procedure))


def picked(scene: Scene, procedure: Procedure, part: str) -> tuple[Reply, Aspect | None] | None:
    """What was asked, told of the entry that was then chosen; None where the button is too old for it."""
    own = _own(scene, procedure, {})
    if (told := chosen(scene, own, part)) is None:
        return None
    title = Block(text=scene.tell(procedure.name), style=Style.TITLE)
    blocks = scene.doubted((title, *told.alone, *_daily(scene, procedure)))
    return Reply(blocks=blocks, buttons=_buttons(scene, own, told.aspect)), told.aspect


def marked_wrong(scene: Scene, procedure: str) -> Reply:
    """An answer was not right: a person may know better."""
    ask = scene.button("answer.ask_officer", actions.NewRequest(RequestKind.QUESTION, procedure))
    return Reply(blocks=(scene.line("wrong.noted"),), buttons=((ask,),))


def all_buttons(scene: Scene, procedure: Procedure) -> tuple[tuple[Button, ...], ...]:
    """Everything there is about a procedure."""
    all_ = [scene.button(f"aspect.{aspect}", actions.Answer(procedure.id, aspect)) for aspect in ON_BUTTONS]
    if procedure.pitfalls:
        all_.append(scene.button("aspect.pitfalls", actions.Answer(procedure.id, PITFALLS)))
    all_.append(scene.button("aspect.law", actions.Answer(procedure.id, LAW)))
    rows = [tuple(all_[at : at + BUTTONS_A_ROW]) for at in range(0, len(all_), BUTTONS_A_ROW)]
    asking = (
        scene.button("answer.ask_officer", actions.NewRequest(RequestKind.QUESTION, procedure.id)),
        scene.button("answer.extra_demand", actions.NewRequest(RequestKind.EXTRA_DEMAND, procedure.id)),
    )
    remind = reminder_button(scene, procedure)
    plain = (scene.button("plain.off" if scene.memory.plain else "plain.on",
                          actions.Plainly("off" if scene.memory.plain else "on")),)  # fmt: skip
    more = tuple(row for row in (remind, booking_button(scene, procedure), plain) if row)
    return (*rows, asking, *more, *_next(scene, procedure))


def _next(scene: Scene, procedure: Procedure) -> list[tuple[Button, ...]]:
    following = [(step.procedure, label) for step in procedure.next[:2] if (label := short_name(scene, step.procedure))]
    return [
        (Button(label=scene.say("answer.next", name=label), action=actions.Answer(id_, OVERVIEW).wire),)
        for id_, label in following
    ]


def short_name(scene: Scene, name: str) -> str | None:
    """A procedure's name for a button; None for an id that nobody knows."""
    if procedure := scene.procedure(name):
        return scene.tell(procedure.short_name)
    if listed := scene.listed(name):
        return scene.short(scene.tell(listed.name))
    if named := scene.house.knowledge.second_tier.procedures.get(name):
        return scene.short(named.name)
    return None
