"""Which questions are answered otherwise than before: two versions of knowledge and phrases, each learnt anew."""

import datetime as dt
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from bot.content.load import examine
from bot.content.read import Weight
from bot.conversation.converse import converse
from bot.conversation.scene import House
from bot.conversation.visit import Kind, Memory, Visit
from bot.learned import load_engine
from bot.understanding.result import Outcome

SHOWN = 5  # examples of a kind of change
UNNAMED = "(no procedure)"
ANSWERS = (Outcome.ANSWERED, Outcome.FEEDBACK, Outcome.COMPLAINT, Outcome.DENUNCIATION)


@dataclass(frozen=True, kw_only=True)
class Question:
    """`means`: the procedures that are right, none where nobody has said."""

    text: str
    means: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a question got: `procedure` where one was answered, `digest` of the words of the reply."""

    outcome: Outcome
    procedure: str | None
    digest: str

    @property
    def shown(self) -> str:
        return self.procedure or str(self.outcome)


@dataclass(frozen=True, kw_only=True)
class Version:
    """What one version of the files gives; `unread` counts the mistakes in them."""

    given: list[Given]
    unread: int


@dataclass(frozen=True, kw_only=True)
class Flip:
    question: Question
    before: Given
    after: Given

    @property
    def about(self) -> str:
        means = self.question.means or tuple(filter(None, (self.before.procedure, self.after.procedure)))
        return means[0] if means else UNNAMED

    @property
    def change(self) -> str:
        if self.before.shown == self.after.shown:
            return "other words"
        return f"{self.before.shown} → {self.after.shown}"


def stored_questions(roots: Iterable[Path], files: Iterable[Path]) -> list[Question]:
    """The phrases of `intents/` of every version and the questions of `files`, each text once. Raises ValueError."""
    found: dict[str, Question] = {}
    for question in (*_asked(files), *(one for root in roots for one in _phrases(root))):
        found.setdefault(question.text, question)
    return list(found.values())


def _phrases(root: Path) -> Iterator[Question]:
    intents = examine(root)[0].intents
    yield from (Question(text=phrase.text, means=(phrase.means,)) for phrase in intents.phrases)
    yield from (Question(text=phrase.text) for phrase in intents.talk)


def _asked(files: Iterable[Path]) -> Iterator[Question]:
    """A line a question, or a JSON object with `text` and perhaps `accept`."""
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                given = json.loads(line) if line.startswith("{") else {"text": line.strip()}
                yield Question(text=str(given["text"]), means=tuple(map(str, given.get("accept", ()))))
            except (ValueError, KeyError, TypeError, AttributeError):
                raise ValueError(f"{file}:{number}: this is neither a question nor JSON with a `text`") from None


def compare(
    before: Path, after: Path, cache: Path, questions: list[Question], now: dt.datetime
) -> tuple[Version, Version]:
    """Answer every question with both versions, each in a process of its own."""
    texts = [question.text for question in questions]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        old = pool.submit(answer, before, cache / "flips", texts, now)
        new = pool.submit(answer, after, cache, texts, now)
        return old.result(), new.result()


def answer(root: Path, cache: Path, texts: list[str], now: dt.datetime) -> Version:
    content, problems, _ = examine(root)
    engine = load_engine(cache, content.intents, content.knowledge.gazetteer)
    house = House(knowledge=content.knowledge, catalogs=content.catalogs, engine=engine)
    unread = sum(problem.weight is Weight.ERROR for problem in problems)
    return Version(given=[_given(text, house, now) for text in texts], unread=unread)


def _given(text: str, house: House, now: dt.datetime) -> Given:
    answered = converse(Visit(chat="flips", kind=Kind.TEXT, text=text), Memory(), house, now)
    read = answered.understanding
    outcome = read.outcome if read else Outcome.NO_MATCH
    best = read.procedures[0].id if read and read.procedures and outcome in ANSWERS else None
    said = "\n\n".join(reply.text for reply in answered.replies)
    return Given(outcome=outcome, procedure=best, digest=hashlib.sha256(said.encode()).hexdigest()[:16])


def flips(questions: list[Question], before: Version, after: Version) -> list[Flip]:
    pairs = zip(questions, before.given, after.given, strict=True)
    return [Flip(question=q, before=old, after=new) for q, old, new in pairs if old != new]


def tell(found: list[Flip], total: int, *, everything: bool = False) -> str:
    """The summary, then every procedure with what changed, the most changed first."""
    groups: defaultdict[str, list[Flip]] = defaultdict(list)
    for flip in found:
        groups[flip.about].append(flip)
    lines = [f"{len(found)} of {total} questions are answered otherwise."]
    lines += [f"  {count:6}  {name}" for name, count in _summary(found).items() if count]
    for name, flipped in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        lines += ["", f"{name}: {len(flipped)}", *_changes(flipped, None if everything else SHOWN)]
    return "\n".join(lines)


def _summary(found: list[Flip]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for flip in found:
        was, now = (given.procedure in flip.question.means for given in (flip.before, flip.after))
        if flip.question.means and was != now:
            counts["wrong or asked back now, right before" if was else "right now, not before"] += 1
        else:
            counts["the same procedure in other words" if flip.change == "other words" else "another outcome"] += 1
    return dict(counts.most_common())


def _changes(flipped: list[Flip], most: int | None) -> Iterator[str]:
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for flip in flipped:
        kinds[flip.change].append(flip.question.text)
    for change, texts in sorted(kinds.items(), key=lambda kind: -len(kind[1])):
        yield f"  {change}: {len(texts)}"
        yield from (f"      {text}" for text in texts[:most])
        if most is not None and len(texts) > most:
            yield f"      … {len(texts) - most} more (--all shows them)"
