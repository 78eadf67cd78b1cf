"""Proposals: what an officer's answer could teach, for a maintainer to look at. Nothing changes by itself."""

import datetime as dt
import os
from pathlib import Path

import yaml

from bot.content.difference import difference
from bot.content.private import write_privately

# Where systemd and the container have a place to write; `var/` of a folder that somebody unpacked.
FOLDER = Path(os.environ.get("STATE_DIRECTORY") or Path(__file__).parent.parent.parent / "var") / "proposals"


def propose(
    *, code: str, procedure: str | None, language: str, question: str, answer: str, day: dt.date, folder: Path = FOLDER
) -> Path:
    """Write a proposal, redacted by the caller: the question as a phrase and a test, the answer as a fact to source.

    Beside it, where there is an entry, the same as a difference of the files (`git apply`), to be finished by whoever
    reviews it. The same request gives the same files. Raises OSError.
    """
    path = folder / f"{day:%Y-%m-%d}-{code}.yaml"
    content = {
        "proposed": day.isoformat(),
        "procedure": procedure or "?",
        "add_to_intents": {str(language): [question]},
        "officer_answered": answer,
        "test": {"ask": question, "expect": procedure or "?"},
    }
    change = difference(procedure=procedure or "", language=str(language), question=question, answer=answer)
    if change:
        write_privately(path.with_suffix(".diff"), change)
    write_privately(
        path,
        "# To be reviewed before it goes into knowledge/ and intents/.\n"
        + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110),
    )
    return path
