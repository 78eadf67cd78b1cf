"""Giấy tờ của riêng bạn: at most three questions from an entry's cases, then the exact list for this person."""

from bot.content.schema import Case, Paper, Procedure
from bot.conversation import actions
from bot.conversation.citizen import next_step
from bot.conversation.citizen.answers import answer, booking_button, checked, not_yet, reminder_button, short_name
from bot.conversation.citizen.circumstances import SORTED_BY_CASE, tailored
from bot.conversation.citizen.facts import documents_line, fee, online, place, statement_lines, time
from bot.conversation.reply import Block, Button, FileForm, Reply, Style
from bot.conversation.scene import Scene
from bot.conversation.visit import Checklist, Memory

MOST_QUESTIONS = 3
KEPT = 5
FORMS: dict[str, FileForm] = {"png": "png", "pdf": "pdf"}
TODO, DONE = "☐", "☑"

type Done = tuple[list[Reply], Memory]


def opened(scene: Scene, name: str, *, afresh: bool = False, replaces: str | None = None) -> Done:
    """The list of a procedure as it stands, or its first question."""
    procedure = scene.procedure(name)
    if procedure is None:
        return [not_yet(scene, name)] if scene.listed(name) else [_gone(scene)], scene.memory
    known = None if afresh else scene.memory.checklist(name)
    return _next(scene, procedure, known or Checklist(procedure=name), replaces)


def chosen(scene: Scene, name: str, case_id: str, option_id: str, *, replaces: str | None = None) -> Done:
    """An answer to one of the questions."""
    procedure = scene.procedure(name)
    case = next((case for case in procedure.cases if case.id == case_id), None) if procedure else None
    if procedure is None or case is None or option_id not in {option.id for option in case.options}:
        return [_gone(scene)], scene.memory
    if goal := case.leads_to.get(option_id):
        return _elsewhere(scene, goal)
    known = scene.memory.checklist(name) or Checklist(procedure=name)
    return _next(scene, procedure, known.answered(case_id, option_id), replaces)


def ticked(scene: Scene, name: str, paper_id: str, *, replaces: str | None = None) -> Done:
    """A paper is ready, or no longer."""
    procedure, known = scene.procedure(name), scene.memory.checklist(name)
    if procedure is None or known is None or paper_id not in {paper.id for paper in procedure.papers}:
        return [_gone(scene)], scene.memory
    replies, memory = _next(scene, procedure, now := known.toggled(paper_id), replaces)
    if _all_ready(scene, procedure, now) and (offer := next_step.offer(scene, procedure)):
        return [*replies, offer], next_step.offered(memory, name)
    return replies, memory


def _all_ready(scene: Scene, procedure: Procedure, known: Checklist) -> bool:
    own = tailored(procedure, known.answers)
    return {paper.id for paper in scene.holding(own.papers) if not paper.in_database} <= set(known.ticked)


def saved(scene: Scene, name: str, form: str) -> Done:
    """The list as a picture or a page to print."""
    procedure, known = scene.procedure(name), scene.memory.checklist(name)
    if procedure is None or known is None or form not in FORMS:
        return [_gone(scene)], scene.memory
    blocks = _list(scene, tailored(procedure, known.answers), known)
    return [Reply(blocks=blocks, as_file=FORMS[form])], scene.memory


def kept(scene: Scene) -> list[Button]:
    """The lists that are kept, to be opened again."""
    names = [(one.procedure, short_name(scene, one.procedure)) for one in scene.memory.checklists]
    return [scene.button("checklist.kept", actions.OpenChecklist(name), name=label) for name, label in names if label]


def _gone(scene: Scene) -> Reply:
    return Reply(blocks=(scene.line("button.old"),), buttons=((scene.button("topics.open", actions.Topics()),),))


def _elsewhere(scene: Scene, goal: str) -> Done:
    lead = (scene.line("checklist.elsewhere"),)
    if procedure := scene.procedure(goal):
        return [answer(scene, procedure, None, lead=lead)], scene.memory.about(goal, None)
    return [not_yet(scene, goal, lead=lead)], scene.memory.about(goal, None)


def _next(scene: Scene, procedure: Procedure, known: Checklist, replaces: str | None) -> Done:
    memory = scene.memory.keeping(known, KEPT).about(procedure.id, scene.memory.aspect)
    asked = [case for case in questions(scene, procedure) if case.id not in known.answers]
    if asked:
        return [_question(scene, procedure, asked[0], replaces)], memory
    own = tailored(procedure, known.answers)
    blocks = _list(scene, own, known)
    return [Reply(blocks=blocks, buttons=_buttons(scene, own, known), replaces=replaces)], memory


def questions(scene: Scene, procedure: Procedure) -> list[Case]:
    """The cases worth asking, those that change most first; each is a question."""
    facts = [fact for name in SORTED_BY_CASE for fact in scene.holding(getattr(procedure, name))]
    weight = {case.id: sum(case.id in fact.only_if for fact in facts) for case in procedure.cases}
    useful = [case for case in procedure.cases if weight[case.id] or case.leads_to]
    ranked = sorted(useful, key=lambda case: (not case.leads_to, -weight[case.id]))[:MOST_QUESTIONS]
    return [case for case in procedure.cases if case in ranked]


def _question(scene: Scene, procedure: Procedure, case: Case, replaces: str | None) -> Reply:
    title = Block(text=scene.say("checklist.title", name=scene.tell(procedure.name)), style=Style.TITLE)
    buttons = tuple(
        (Button(label=scene.tell(option.label), action=actions.ChooseCase(procedure.id, case.id, option.id).wire),)
        for option in case.options
    )
    return Reply(blocks=(title, Block(text=scene.tell(case.question))), buttons=buttons, replaces=replaces)


def _list(scene: Scene, own: Procedure, known: Checklist) -> tuple[Block, ...]:
    """Bring, show, the office has it, not needed; then where, what it costs, how long."""
    title = Block(text=scene.say("checklist.title", name=scene.tell(own.name)), style=Style.TITLE)
    papers = scene.holding(own.papers)
    blocks = [title, *_circumstances(scene, own, known)]
    for how in ("submit", "show"):
        mine = [_paper(scene, own, paper, known) for paper in papers if paper.how == how and not paper.in_database]
        blocks += [scene.title(f"checklist.{how}"), *mine] if mine else []
    held = [_item(_held(scene, own, paper)) for paper in papers if paper.in_database]
    blocks += [scene.title("checklist.in_database"), *held] if held else []
    without = statement_lines(scene, own, own.not_required)
    blocks += [scene.title("papers.not_required"), *without] if without else []
    told = (*blocks, scene.title("checklist.where"), *place(scene, own), *fee(scene, own), *time(scene, own),
            *online(scene, own))  # fmt: skip
    return (*scene.doubted(told), checked(scene, own))


def _circumstances(scene: Scene, own: Procedure, known: Checklist) -> list[Block]:
    labels = [
        scene.tell(option.label)
        for case in own.cases
        for option in case.options
        if known.answers.get(case.id) == option.id
    ]
    return [Block(text=scene.say("checklist.case", case=" · ".join(labels)), style=Style.NOTE)] if labels else []


def _paper(scene: Scene, own: Procedure, paper: Paper, known: Checklist) -> Block:
    return _item(documents_line(scene, own, paper), DONE if paper.id in known.ticked else TODO)


def _held(scene: Scene, own: Procedure, paper: Paper) -> str:
    """Without the words that its heading says already."""
    return documents_line(scene, own, paper.model_copy(update={"in_database": False}))


def _item(text: str, mark: str | None = None) -> Block:
    return Block(text=f"{mark} {text}" if mark else text, style=Style.TICK if mark else Style.ITEM)


def _buttons(scene: Scene, own: Procedure, known: Checklist) -> tuple[tuple[Button, ...], ...]:
    own_papers = [paper for paper in scene.holding(own.papers) if not paper.in_database]
    ticks = [
        Button(
            label=f"{DONE if paper.id in known.ticked else TODO} {scene.short(scene.tell(paper.name))}",
            action=actions.Tick(own.id, paper.id).wire,
        )
        for paper in own_papers
    ]
    save = (
        scene.button("checklist.image", actions.SaveChecklist(own.id, "png")),
        scene.button("checklist.pdf", actions.SaveChecklist(own.id, "pdf")),
    )
    rows = [*((tick,) for tick in ticks), save]
    rows += [row for row in (booking_button(scene, own), reminder_button(scene, own)) if row]
    if own.cases:
        rows.append((scene.button("checklist.again", actions.BeginChecklist(own.id)),))
    if scene.commune is None:
        rows.append((scene.button("commune.tell", actions.AskCommune()),))
    return tuple(rows)
