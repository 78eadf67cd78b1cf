"""What was learnt from the phrases, kept between starts under a name that changes with every phrase."""

import fcntl
import hashlib
import json
import os
import sys
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import chain, count
from pathlib import Path
from typing import Any

from bot.content.communes import Gazetteer
from bot.content.private import write_privately
from bot.content.uncollected import uncollected
from bot.content.words import HowPeopleAsk
from bot.understanding.engine import Engine, Learned, build_engine
from bot.understanding.language import Languages
from bot.understanding.latent import Latent
from bot.understanding.linear import Linear

CODE = (
    "corpus.py",
    "features.py",
    "fold.py",
    "language.py",
    "latent.py",
    "learning.py",
    "linear.py",
    "matrix.py",
    "perceptron.py",
    "subspace.py",
    "vocabulary.py",
)
KEPT = 3  # so that going back to phrases of before, or to another branch, need not be learnt again

type Progress = Callable[[float], None]  # told the part that is done
type Numbers = array[int] | array[float]


def load_engine(
    folder: Path, intents: HowPeopleAsk, gazetteer: Gazetteer, progress: Progress = lambda _: None
) -> Engine:
    """The engine of these phrases; what is learnt from them is kept in `folder`."""
    with uncollected():
        return build_engine(intents, gazetteer, load_learned(folder, intents, progress))


def load_learned(folder: Path, intents: HowPeopleAsk, progress: Progress = lambda _: None) -> Learned:
    """What is learnt from the phrases, from `folder` where the same code has learnt the same before."""
    path = _path(folder, intents)
    if kept := _recall(path):
        return kept
    with _alone(path):
        if kept := _recall(path):
            return kept
        from bot.understanding.learning import learn_from  # loads numpy: sixteen megabytes that serving does without

        with uncollected():
            learned = learn_from(intents, progress)
        with suppress(OSError):  # a read-only machine learns again at the next start
            _keep(path, learned)
        return learned


def kept_engine(folder: Path, intents: HowPeopleAsk, gazetteer: Gazetteer) -> Engine | None:
    """The engine of phrases that were learnt before; None where they are still to be learnt."""
    with uncollected():
        learned = _recall(_path(folder, intents))
        return build_engine(intents, gazetteer, learned) if learned else None


def is_learned(folder: Path, intents: HowPeopleAsk) -> bool:
    """Whether this has been learnt before."""
    return _path(folder, intents).is_file()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process learns; others that need the same wait for it rather than learn it besides."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path.parent / "learning.lock", os.O_WRONLY | os.O_CREAT, 0o600)
    except OSError:
        yield  # a read-only machine
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _path(folder: Path, intents: HowPeopleAsk) -> Path:
    return folder / f"learned-{_fingerprint(intents)}.bin"


def _fingerprint(intents: HowPeopleAsk) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes() + sys.byteorder.encode())
    for name in CODE:
        digest.update((Path(__file__).parent / "understanding" / name).read_bytes())
    for phrase in (*intents.phrases, *intents.talk, *intents.turns):
        digest.update(f"{phrase.means}\0{phrase.language}\0{phrase.aspect}\0{phrase.text}\n".encode())
    for procedure, answers in intents.answers.items():
        for answer in answers:
            asked = answer.questions.model_dump_json() + answer.against.model_dump_json()
            digest.update(f"{procedure}/{answer.id}\0{asked}\n".encode())
    for one in intents.second_tier:
        digest.update(f"{one.group}\0{one.text}\n".encode())
    digest.update(intents.words.model_dump_json().encode())
    digest.update(repr(intents.cues).encode())
    return digest.hexdigest()[:16]


def _keep(path: Path, learned: Learned) -> None:
    partial = path.with_suffix(f".{os.getpid()}.part")
    write_privately(partial, _packed(_parts(learned)))
    partial.replace(path)
    kept = sorted(path.parent.glob("learned-*"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for old in kept[KEPT:]:
        old.unlink(missing_ok=True)


def _recall(path: Path) -> Learned | None:
    """What was learnt before, if it was."""
    try:
        learned = _learned(_unpacked(path.read_bytes()))
        os.utime(path)  # the last to be forgotten
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return learned


# A file is one line of JSON that says how long each part is, and of what; then the parts, as they lie in memory.
# Numbers and words as JSON's own would take three times as long to read.


def _packed(parts: Mapping[str, Numbers | list[str]]) -> bytes:
    kinds, raw = [], []
    for name, part in parts.items():
        raw.append(part.tobytes() if isinstance(part, array) else "\n".join(part).encode())
        kinds.append((name, part.typecode if isinstance(part, array) else "", len(raw[-1])))
    return b"\n".join((json.dumps(kinds).encode(), b"".join(raw)))


def _unpacked(data: bytes) -> dict[str, Any]:
    """Raises ValueError where it is not what was written."""
    begin = data.index(b"\n") + 1
    parts: dict[str, Any] = {}
    for name, typecode, length in json.loads(data[:begin]):
        raw = data[begin : (begin := begin + length)]
        if len(raw) != length:
            raise ValueError("cut off")
        parts[name] = array(typecode, raw) if typecode else raw.decode().split("\n") if raw else []
    return parts


def _parts(learned: Learned) -> dict[str, Numbers | list[str]]:
    weights = learned.languages.weights
    return {
        **_parts_of("procedures", learned.procedures),
        **_parts_of("aspects", learned.aspects),
        "spoken": list(weights),
        "odds": array("d", chain.from_iterable(weights.values())),
        **_parts_of_latent(learned.latent),
        "known": list(learned.known),
        "often": array("I", learned.known.values()),
        "ordinary": list(learned.ordinary),
    }


def _learned(parts: dict[str, Any]) -> Learned:
    odds = iter(parts["odds"])
    return Learned(
        procedures=_model(parts, "procedures"),
        aspects=_model(parts, "aspects"),
        languages=Languages(dict(zip(parts["spoken"], zip(odds, odds, odds, strict=True), strict=True))),
        latent=_latent(parts),
        known=dict(zip(parts["known"], parts["often"], strict=True)),
        ordinary=tuple(parts["ordinary"]),
    )


def _parts_of(name: str, model: Linear) -> dict[str, Numbers | list[str]]:
    return {
        f"{name} labels": list(model.labels),
        f"{name} features": list(model.places),
        f"{name} rarities": model.rarities,
        f"{name} starts": model.starts,
        f"{name} codes": model.codes,
        f"{name} unseen": array("d", [model.unseen]),
    }


def _parts_of_latent(latent: Latent) -> dict[str, Numbers | list[str]]:
    return {
        "latent size": array("I", [latent.size]),
        "latent words": list(latent.words),
        "latent points": latent.points,
        "latent procedures": list(latent.middles),
        "latent answers": list(latent.answers),
        "latent stands": latent.stands,
    }


def _latent(parts: dict[str, Any]) -> Latent:
    words, procedures, answers = (parts[f"latent {name}"] for name in ("words", "procedures", "answers"))
    return Latent(
        size=parts["latent size"][0],
        words=dict(zip(words, count())),
        points=parts["latent points"],
        middles=dict(zip(procedures, count())),
        answers=dict(zip(answers, count())),
        stands=parts["latent stands"],
    )


def _model(parts: dict[str, Any], name: str) -> Linear:
    features = parts[f"{name} features"]
    return Linear(
        labels=tuple(parts[f"{name} labels"]),
        places=dict(zip(features, range(len(features)), strict=True)),
        rarities=parts[f"{name} rarities"],
        starts=parts[f"{name} starts"],
        codes=parts[f"{name} codes"],
        unseen=parts[f"{name} unseen"][0],
    )
