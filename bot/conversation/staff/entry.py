"""The entry beside a conversation: what an officer may tick in it, and the reply that writes itself of that. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bot.content.schema import Answer, Aspect, Fact, Procedure, Source, Verdict
from bot.conversation.citizen.answers import checked
from bot.conversation.citizen.facts import documents_line
from bot.conversation.citizen.statements import field, stated
from bot.conversation.reply import Block, Reply, Style
from bot.conversation.scene import Scene

FIELDS = (Aspect.PLACE, Aspect.FEE, Aspect.TIME)  # of which a whole is told, with the commune's own
MOST_SOURCES = 3


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Something to tick. `theirs`: the same in the citizen's language, where that is another."""

    id: str
    text: str
    theirs: str = ""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """An entry as an officer picks from it."""

    name: str
    checked: str
    papers: tuple[Choice, ...]
    answers: tuple[Choice, ...]
    fields: tuple[Choice, ...]


def beside(officer: Scene, citizen: Scene, entry: Procedure) -> Beside:
    def both(id_: str, ours: str, theirs: str) -> Choice:
        return Choice(id=id_, text=ours, theirs=theirs if citizen.language is not officer.language else "")

    return Beside(
        name=officer.tell(entry.name),
        checked=checked(officer, entry).text,
        papers=tuple(
            both(one.id, documents_line(officer, entry, one), documents_line(citizen, entry, one))
            for one in officer.holding(entry.papers)
        ),
        answers=tuple(
            both(one.id, _first(officer, entry, one), _first(citizen, entry, one)) for one in _answers(officer, entry)
        ),
        fields=tuple(both(one, officer.say(f"aspect.{one}"), citizen.say(f"aspect.{one}")) for one in FIELDS),
    )


def _answers(scene: Scene, entry: Procedure) -> list[Answer]:
    known = scene.house.knowledge.answers(entry)
    return [one for one in known if one.holds(scene.today) and one.verdict is not Verdict.UNKNOWN]


def _first(scene: Scene, entry: Procedure, one: Answer) -> str:
    return stated(scene, entry, one).blocks[0].text


def written(scene: Scene, entry: Procedure, picked: Collection[str]) -> str:
    """The reply of what was picked (`paper:…`, `statement:…`, `field:…`), in the scene's language, with its sources."""
    papers = [one for one in scene.holding(entry.papers) if f"paper:{one.id}" in picked]
    answers = [one for one in _answers(scene, entry) if f"statement:{one.id}" in picked]
    blocks: list[Block] = []
    for one in answers:
        blocks += stated(scene, entry, one).alone
    if papers:
        lines = (Block(text=documents_line(scene, entry, one), style=Style.ITEM) for one in papers)
        blocks += [scene.title("aspect.documents"), *lines]
    for aspect in FIELDS:
        if f"field:{aspect}" in picked:
            blocks += field(scene, entry, aspect).blocks
    if not blocks:
        return ""
    told = (*dict.fromkeys(blocks), _rests_on(scene, entry, [*papers, *answers]))
    return Reply(blocks=scene.doubted(told)).text


def _rests_on(scene: Scene, entry: Procedure, facts: Iterable[Fact]) -> Block:
    names = dict.fromkeys(name for fact in facts for name in fact.source)
    cited = [_name(scene, entry.sources[name]) for name in names if name in entry.sources][:MOST_SOURCES]
    date = scene.date(entry.checked)
    text = scene.say("screen.rests_on", sources="; ".join(cited), date=date) if cited else checked(scene, entry).text
    return Block(text=text, style=Style.NOTE)


def _name(scene: Scene, source: Source) -> str:
    known = scene.house.knowledge.registries.laws.get(source.law or "")
    return ", ".join(part for part in (source.what, known.title if known else None, source.article) if part)
