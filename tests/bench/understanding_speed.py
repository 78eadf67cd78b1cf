"""Speed and memory of understanding, beside rapidfuzz and bm25s over the same phrases in the same run."""

import itertools
import random
import time
from collections.abc import Callable
from pathlib import Path

import bm25s
from rapidfuzz import fuzz, process

from bot.content.schema import Language, Words
from bot.content.words import HowPeopleAsk, Phrase
from bot.understanding.engine import Engine, build_engine, understand
from bot.understanding.fold import fold, low_words
from bot.understanding.learning import learn_from
from bot.understanding.result import Context
from tests.bench.setting import Setting, line

MANY_PROCEDURES, MANY_PHRASES = 1_000, 50_000
NOTHING = "zxcv qwop ghjk vbnm tyui lkjh poiu mnbv rewq asdf zzkq wwpx qqrt bbnm ccvd"


def report(setting: Setting, questions: Path) -> int:
    texts = _texts(setting, questions)
    phrases = setting.content.intents.phrases
    own = _times(lambda text: understand(text, Context(), setting.engine), texts)
    fuzzy = _times(_rapidfuzz(phrases), texts[:60])
    bm25 = _times(_bm25(phrases), texts)
    print(f"speed: {len(texts)} messages, {len(phrases)} phrases, one core")
    missed = line("rapidfuzz extract / ours (p50)", _at(fuzzy, 0.5) / _at(own, 0.5), 4, "x")
    missed += line("ours / bm25s (p50)", _at(own, 0.5) / _at(bm25, 0.5), 4, "x", at_most=True)
    line("understand p50", _at(own, 0.5), unit="ms")
    missed += line("understand p99, times its p50", _at(own, 0.99) / _at(own, 0.5), 4, "x", at_most=True)
    nothing = _times(lambda text: understand(text, Context(), setting.engine), [NOTHING] * 200)
    like = [text for text in texts if 12 <= len(text.split()) <= 18] or texts
    matching = _times(lambda text: understand(text, Context(), setting.engine), like)
    missed += line(
        "a message that matches nothing / one that does", _at(nothing, 0.5) / _at(matching, 0.5), 1, "x", at_most=True
    )
    line("load and index", setting.start_seconds, unit="s")
    ratio = setting.start_seconds / setting.parse_seconds
    missed += line("load and index / PyYAML's C loader, same files", ratio, 0.5, "x", at_most=True)
    text = sum(len(phrase.text.encode()) for phrase in phrases) / 1e6
    missed += line("index in memory, times the phrases' text", setting.index_megabytes / text, 18, "x", at_most=True)
    return missed + _many(setting, _at(own, 0.5))


def _texts(setting: Setting, questions: Path) -> list[str]:
    import json

    if questions.is_dir():
        lines = (questions / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(one)["text"] for one in lines if one.strip()]
    return [phrase.text for phrase in setting.content.intents.phrases[::17]]


def _times(function: Callable[[str], object], texts: list[str]) -> list[float]:
    """Milliseconds a text, the best of three rounds each, sorted."""
    for text in texts[:20]:
        function(text)
    best = [float("inf")] * len(texts)
    for _ in range(3):
        for n, text in enumerate(texts):
            started = time.perf_counter()
            function(text)
            best[n] = min(best[n], (time.perf_counter() - started) * 1000)
    return sorted(best)


def _at(times: list[float], share: float) -> float:
    return times[min(len(times) - 1, int(len(times) * share))]


def _folded(text: str) -> str:
    return " ".join(fold(word) for word in low_words(text))


def _rapidfuzz(phrases: tuple[Phrase, ...]) -> Callable[[str], object]:
    folded = [_folded(phrase.text) for phrase in phrases]
    return lambda text: process.extract(_folded(text), folded, scorer=fuzz.token_set_ratio, limit=5)


def _bm25(phrases: tuple[Phrase, ...]) -> Callable[[str], object]:
    """One document a procedure, folded words and pairs."""
    documents: dict[str, list[str]] = {}
    for phrase in phrases:
        documents.setdefault(phrase.means, []).extend(_grams(phrase.text))
    index = bm25s.BM25()
    index.index(list(documents.values()), show_progress=False)
    return lambda text: index.retrieve([_grams(text)], k=5, show_progress=False)


def _grams(text: str) -> list[str]:
    folded = _folded(text).split()
    return [*folded, *(f"{a} {b}" for a, b in itertools.pairwise(folded))]


def _many(setting: Setting, today: float) -> int:
    """A country's worth of procedures: generated phrases over an invented vocabulary. `today`: what one takes, p50."""
    engine, texts = _generated(setting)
    times = _times(lambda text: understand(text, Context(), engine), texts)
    name = f"p99 at {MANY_PROCEDURES} procedures, times today's p50"
    return line(name, _at(times, 0.99) / today, 12, "x", at_most=True)


def _generated(setting: Setting) -> tuple[Engine, list[str]]:
    chance = random.Random(7)
    syllables = sorted({fold(word) for phrase in setting.content.intents.phrases for word in low_words(phrase.text)})
    common = syllables[:: max(1, len(syllables) // 300)]
    phrases = []
    for n in range(MANY_PROCEDURES):
        own = chance.sample(syllables, 14)
        phrases += [
            Phrase(
                text=" ".join(chance.choice(own if chance.random() < 0.4 else common) for _ in range(12)),
                language=Language.VI,
                means=f"p-{n}",
            )
            for _ in range(MANY_PHRASES // MANY_PROCEDURES)
        ]
    intents = HowPeopleAsk(phrases=tuple(phrases), words=Words())
    engine = build_engine(intents, setting.content.knowledge.gazetteer, learn_from(intents, epochs=1))
    return engine, [phrase.text for phrase in phrases[::97]]
