"""What was learnt from the phrases, kept between starts under a name that changes with every phrase."""

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.content.words import HowPeopleAsk
from bot.understanding.engine import Learned
from bot.understanding.language import Languages
from bot.understanding.linear import Linear

CODE = ("engine.py", "features.py", "fold.py", "language.py", "linear.py", "vocabulary.py")


def load_learned(folder: Path, intents: HowPeopleAsk, learn: Callable[[], Learned]) -> Learned:
    """What `learn` gives, from `folder` where it was learnt before from the same phrases by the same code."""
    kept = recall(folder, intents)
    if kept:
        return kept
    learned = learn()
    with suppress(OSError):  # a read-only machine learns again at the next start
        _keep(_path(folder, intents), learned)
    return learned


def recall(folder: Path, intents: HowPeopleAsk) -> Learned | None:
    """What was learnt from these phrases before, if it was."""
    try:
        return _from_json(json.loads(_path(folder, intents).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _path(folder: Path, intents: HowPeopleAsk) -> Path:
    return folder / f"learned-{_fingerprint(intents)}.json"


def _fingerprint(intents: HowPeopleAsk) -> str:
    digest = hashlib.sha256()
    for name in CODE:
        digest.update((Path(__file__).parent.parent / "understanding" / name).read_bytes())
    for phrase in (*intents.phrases, *intents.talk):
        digest.update(f"{phrase.means}\\0{phrase.aspect}\\0{phrase.text}\\n".encode())
    digest.update(intents.words.model_dump_json().encode())
    digest.update(repr(intents.cues).encode())
    return digest.hexdigest()[:16]


def _keep(path: Path, learned: Learned) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob("learned-*.json"):
        old.unlink(missing_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.part")
    partial.write_text(json.dumps(asdict(learned), ensure_ascii=False, separators=(",", ":")))
    partial.replace(path)


def _from_json(data: dict[str, Any]) -> Learned:
    return Learned(
        procedures=_linear(**data["procedures"]),
        aspects=_linear(**data["aspects"]),
        languages=Languages({word: tuple(weights) for word, weights in data["languages"]["weights"].items()}),
        known=data["known"],
        ordinary=tuple(data["ordinary"]),
    )


def _linear(labels: list[str], rows: dict[str, list[Any]], unseen: float) -> Linear:
    same: dict[Any, Any] = {}  # a weight that stands in many rows is kept once
    share = same.setdefault
    return Linear(
        tuple(labels),
        {
            feature: (share(r, r), tuple(a), tuple(share(b, b) for b in weights))
            for feature, (r, a, weights) in rows.items()
        },
        unseen,
    )
