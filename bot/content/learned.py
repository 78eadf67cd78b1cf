"""What was learnt from the phrases, kept between starts under a name that changes with every phrase."""

import base64
import hashlib
import json
import os
import sys
from array import array
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.content.communes import Gazetteer
from bot.content.private import write_privately
from bot.content.uncollected import uncollected
from bot.content.words import HowPeopleAsk
from bot.understanding.engine import Engine, Learned, build_engine
from bot.understanding.language import Languages
from bot.understanding.linear import Linear

CODE = (
    "corpus.py",
    "features.py",
    "fold.py",
    "language.py",
    "learning.py",
    "linear.py",
    "matrix.py",
    "perceptron.py",
    "vocabulary.py",
)

type Progress = Callable[[float], None]  # told the part that is done


def load_engine(
    folder: Path, intents: HowPeopleAsk, gazetteer: Gazetteer, progress: Progress = lambda _: None
) -> Engine:
    """The engine of these phrases; what is learnt from them is kept in `folder`."""
    with uncollected():
        return build_engine(intents, gazetteer, load_learned(folder, intents, progress))


def load_learned(folder: Path, intents: HowPeopleAsk, progress: Progress = lambda _: None) -> Learned:
    """What is learnt from the phrases, from `folder` where the same code has learnt the same before."""
    kept = _recall(folder, intents)
    if kept:
        return kept
    from bot.understanding.learning import learn_from  # loads numpy: sixteen megabytes that serving does without

    with uncollected():
        learned = learn_from(intents, progress)
    with suppress(OSError):  # a read-only machine learns again at the next start
        _keep(_path(folder, intents), learned)
    return learned


def is_learned(folder: Path, intents: HowPeopleAsk) -> bool:
    """Whether this has been learnt before."""
    return _path(folder, intents).is_file()


def _recall(folder: Path, intents: HowPeopleAsk) -> Learned | None:
    """What was learnt from these phrases before, if it was."""
    try:
        return _from_json(json.loads(_path(folder, intents).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _path(folder: Path, intents: HowPeopleAsk) -> Path:
    return folder / f"learned-{_fingerprint(intents)}.json"


def _fingerprint(intents: HowPeopleAsk) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes() + sys.byteorder.encode())
    for name in CODE:
        digest.update((Path(__file__).parent.parent / "understanding" / name).read_bytes())
    for phrase in (*intents.phrases, *intents.talk):
        digest.update(f"{phrase.means}\\0{phrase.aspect}\\0{phrase.text}\\n".encode())
    digest.update(intents.words.model_dump_json().encode())
    digest.update(repr(intents.cues).encode())
    return digest.hexdigest()[:16]


def _keep(path: Path, learned: Learned) -> None:
    for old in path.parent.glob("learned-*.json"):
        old.unlink(missing_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.part")
    write_privately(partial, json.dumps(_as_json(learned), ensure_ascii=False, separators=(",", ":")))
    partial.replace(path)


def _as_json(learned: Learned) -> dict[str, Any]:
    return {
        "procedures": _model_as_json(learned.procedures),
        "aspects": _model_as_json(learned.aspects),
        "languages": learned.languages.weights,
        "known": learned.known,
        "ordinary": learned.ordinary,
    }


def _from_json(data: dict[str, Any]) -> Learned:
    return Learned(
        procedures=_model_from_json(**data["procedures"]),
        aspects=_model_from_json(**data["aspects"]),
        languages=Languages({word: tuple(weights) for word, weights in data["languages"].items()}),
        known=data["known"],
        ordinary=tuple(data["ordinary"]),
    )


def _model_as_json(model: Linear) -> dict[str, Any]:
    """Features as a list, numbers as one line of text: as JSON's own they take half a second to read."""
    return {
        "labels": model.labels,
        "unseen": model.unseen,
        "features": list(model.places),
        "rarities": _line(model.rarities),
        "starts": _line(model.starts),
        "codes": _line(model.codes),
    }


def _model_from_json(
    labels: list[str], unseen: float, features: list[str], rarities: str, starts: str, codes: str
) -> Linear:
    return Linear(
        labels=tuple(labels),
        places={feature: n for n, feature in enumerate(features)},
        rarities=array("d", base64.b64decode(rarities)),
        starts=array("I", base64.b64decode(starts)),
        codes=array("I", base64.b64decode(codes)),
        unseen=unseen,
    )


def _line(numbers: "array[Any]") -> str:
    return base64.b64encode(numbers.tobytes()).decode()
