"""What an officer's words say against the entry: money that it does not know, papers that it does not ask for. Pure.

Only what is sure enough to be looked at twice; nothing is kept from being sent.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.content.load import Knowledge
from bot.content.schema import Fee, Language, Procedure, ShortText, Text
from bot.conversation.citizen.facts import fee_line
from bot.conversation.scene import Scene
from bot.conversation.staff.ready import BLANK
from bot.understanding.fold import fold

# `8.000 đồng`, `5k`, `2,5 triệu`, `50 ribu`: digits, then what they count.
MONEY = re.compile(
    r"(?<![\w.,])(\d+(?:[.,]\d+)*)\s*(nghin|ngan|ribu|thousand|k|trieu|tr|juta|million|dong|vnd|d)\b(?:\s*(?:dong|vnd|d)\b)?"
)
TIMES = {"trieu": 10**6, "tr": 10**6, "juta": 10**6, "million": 10**6, "nghin": 1000, "ngan": 1000, "ribu": 1000,
         "thousand": 1000, "k": 1000}  # fmt: skip
GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
FREE = re.compile(r"\b(?:mien phi|khong mat tien|khong thu (?:tien|phi)|free of charge|gratis|tanpa biaya)\b")
# Where the name of a paper ends and what it is for, of whom, or when begins.
ENDS = {  # folded
    Language.VI: re.compile(r"[(,;:.]| (?:khi|neu|cua|de|trong|cho|voi|theo|hoac|va|co|la|khac|nao) "),
    Language.EN: re.compile(r"[(,;:.]| (?:when|if|of|for|from|that|which|in|to|with|or|and|by) "),
    Language.ID: re.compile(r"[(,;:.]| (?:bila|jika|dari|untuk|yang|oleh|dengan|atau|dan|milik|saat) "),
}
NOT = re.compile(r"\b(?:khong|khoi|dung|mien|chang|not|no|without|tidak|tanpa|jangan|tak)\b")
BEFORE = 45  # characters in which a word of denial counts
SHORTEST = 3  # words of a paper's name: fewer name no paper by themselves
GENERIC = 2  # names that begin with another name say that it names a kind of paper, not one
LOOSE = (" giay", " goc", " cu")  # what is often left out at its end
ARTICLE = re.compile(r"^(?:an?|the) ")
AFTER = 25
SPACE = r"[^\w\n]+"


class Same[T]:
    """Something known by being the very same: what was made of it is kept while it is in use."""

    def __init__(self, value: T) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)


@dataclass(frozen=True, kw_only=True)
class Own:
    """What an entry says, folded, and the amounts of money in it."""

    told: str
    words: str  # the same, nothing but words
    papers: str
    amounts: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """Something said that the entry does not say: the words, and the sentence that tells what the entry says."""

    said: str
    why: str


def against(scene: Scene, entry: Procedure, text: str) -> tuple[Doubt, ...]:
    """In the scene's language, of words in any of ours; the scene knows the commune."""
    told = f" {fold(text)} "
    blanks = [Doubt(said=BLANK, why=scene.say("against.blank"))] if BLANK in text else []
    found = (*_money(scene, entry, told), *_papers(scene, entry, told))
    return (*blanks, *(replace(one, said=_as_written(text, one.said)) for one in found))


def _as_written(text: str, said: str) -> str:
    """The words with their accents, where they stand."""
    words = [(found.start(), found.end(), fold(found[0])) for found in re.finditer(r"\w+", text)]
    wanted = re.findall(r"\w+", said)
    for n in range(len(words) - len(wanted) + 1):
        if [word for _, _, word in words[n : n + len(wanted)]] == wanted:
            return text[words[n][0] : words[n + len(wanted) - 1][1]]
    return said


# Money


def _money(scene: Scene, entry: Procedure, told: str) -> Iterator[Doubt]:
    fees = scene.holding(entry.fees)
    lines = "; ".join(fee_line(scene, entry, one) for one in fees) or scene.say("fee.unknown_short")
    own = _own(Same(entry), Same(scene.house.knowledge))
    for amount, said in dict(_amounts(told)).items():
        if amount and amount not in own.amounts and not any(_within(one, amount) for one in fees):
            yield Doubt(said=said, why=scene.say("against.money", fee=lines))
    costs = all(one.amount and not one.waivers for one in fees) and bool(fees)
    if costs and not FREE.search(own.words) and (free := FREE.search(told)) and not _denied(told, free):
        yield Doubt(said=free[0], why=scene.say("against.money", fee=lines))


def _amounts(told: str) -> Iterator[tuple[int, str]]:
    for found in MONEY.finditer(told):
        number, unit = found[1], found[2]
        if GROUPED.fullmatch(number):
            value: float = int(re.sub(r"[.,]", "", number))
        else:
            value = float(number.replace(",", ".")) if number.count(",") + number.count(".") <= 1 else 0
        yield round(value * TIMES.get(unit, 1)), found[0].strip()


def _within(fee: Fee, amount: int) -> bool:
    return fee.amount is not None and fee.amount <= amount <= (fee.to_amount or fee.amount)


# Papers


def _papers(scene: Scene, entry: Procedure, told: str) -> Iterator[Doubt]:
    knowledge, plain, seen = Same(scene.house.knowledge), f" {_plain(told)} ", set[str]()
    own = _own(Same(entry), knowledge)
    for name, (text, by) in _not_required(knowledge).items():
        if not (said := _named(name, told, plain)) or name in own.papers:
            continue
        if (entry.id in by or not _named(name, own.told, own.words)) and _is_new(said, seen):
            yield Doubt(said=said, why=scene.say("against.not_required", text=scene.tell(text)))
    for name, text in _asked_anywhere(knowledge).items():
        if (said := _named(name, told, plain)) and not _named(name, own.told, own.words) and _is_new(said, seen):
            yield Doubt(said=said, why=scene.say("against.unknown_paper", text=scene.tell(text)))


def _is_new(said: str, seen: set[str]) -> bool:
    """Said once: `giấy khai sinh của con` holds `giấy khai sinh`."""
    new = not any(said in other for other in seen)
    seen.add(said)
    return new


def _named(name: str, told: str, plain: str) -> str:
    """The name where it is said, and nobody says that it is not needed."""
    if f" {name} " not in plain:
        return ""
    found = re.finditer(rf"(?<!\w){name.replace(' ', SPACE)}(?!\w)", told)
    return name if any(not _denied(told, one) for one in found) else ""


def _denied(told: str, found: re.Match[str]) -> bool:
    """“Không cần …”, “… không dùng nữa”: in the same sentence, near it."""
    before = told[max(0, found.start() - BEFORE) : found.start()].rpartition(".")[2]
    after = told[found.end() : found.end() + AFTER].partition(".")[0]
    return bool(NOT.search(before) or NOT.search(after))


@lru_cache(maxsize=4)
def _not_required(of: Same[Knowledge]) -> dict[str, tuple[Text, frozenset[str]]]:
    """What is not asked for: the name, folded → the sentence, and the entries that say so."""
    found: dict[str, Text] = {}
    by: defaultdict[str, set[str]] = defaultdict(set)
    for entry in of.value.procedures.values():
        for one in entry.not_required:
            for name in filter(None, (_short(one.text.of(language), language) for language in Language)):
                found.setdefault(name, one.text)
                by[name].add(entry.id)
    named = _particular(found)
    loose = {name.rpartition(" ")[0]: name for name in named if name.endswith(LOOSE) and name.count(" ") >= SHORTEST}
    names = {name: name for name in named} | loose
    return {short: (named[name], frozenset(by[name])) for short, name in names.items()}


@lru_cache(maxsize=4)
def _asked_anywhere(of: Same[Knowledge]) -> dict[str, Text]:
    """Papers that any procedure asks for: the name, folded → as it is written."""
    found: dict[str, Text] = {}
    for entry in of.value.procedures.values():
        for paper in entry.papers:
            for language in Language:
                if name := _short(paper.name.of(language), language):
                    found.setdefault(name, paper.name)
    return _particular(found)


@lru_cache(maxsize=256)
def _own(of: Same[Procedure], knowledge: Same[Knowledge]) -> Own:
    entry = of.value
    forms = [paper.form for paper in entry.papers if paper.form]
    folded = [fold(sentence) for sentence in (*_sentences(entry), *forms, *_texts(knowledge.value.answers(entry)))]
    amounts = frozenset(amount for sentence in folded for amount, _ in _amounts(f" {sentence} "))
    papers = " ".join(_plain(paper.name.of(language)) for paper in entry.papers for language in Language)
    words = "  ".join(f" {_plain(sentence)} " for sentence in folded)
    return Own(told=" . ".join(folded), words=words, papers=papers, amounts=amounts)


def _particular(names: dict[str, Text]) -> dict[str, Text]:
    """Without those that several others begin with."""
    begun = Counter(" ".join(words[:n]) for words in map(str.split, names) for n in range(SHORTEST, len(words)))
    return {name: text for name, text in names.items() if begun[name] < GENERIC}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))


def _short(name: str, language: Language) -> str:
    """The paper alone: without of whom, for what, and when."""
    short = ARTICLE.sub("", _plain(ENDS[language].split(f"{fold(name)} ", 1)[0]))
    return short if len(short.split()) >= SHORTEST else ""


def _sentences(entry: Procedure) -> Iterator[str]:
    """All that the entry says, in every language, but what is not asked for."""
    for name, value in dict(entry).items():
        if name not in ("not_required", "also_known_as"):
            yield from _texts(value)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Text | ShortText):
        yield from (value.vi, value.en, value.id)
    elif isinstance(value, dict):
        yield from _all_of(value.values())
    elif isinstance(value, tuple | list):
        yield from _all_of(value)
    elif hasattr(value, "__pydantic_fields__"):
        yield from _all_of(one for name, one in dict(value).items() if name != "questions")  # type: ignore[call-overload]


def _all_of(values: Iterable[object]) -> Iterator[str]:
    for one in values:
        yield from _texts(one)
