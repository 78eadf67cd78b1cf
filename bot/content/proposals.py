"""Proposals: what an officer's answer could teach, for a maintainer to look at. Nothing changes by itself."""

import datetime as dt
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent.parent.parent / "var" / "proposals"


def propose(
    *, code: str, procedure: str | None, language: str, question: str, answer: str, day: dt.date, folder: Path = FOLDER
) -> Path:
    """Write a proposal, redacted by the caller: the question as a phrase and a test, the answer as a fact to source.

    The same request gives the same file. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{day:%Y-%m-%d}-{code}.yaml"
    content = {
        "proposed": day.isoformat(),
        "procedure": procedure or "?",
        "add_to_intents": {str(language): [question]},
        "officer_answered": answer,
        "test": {"ask": question, "expect": procedure or "?"},
    }
    path.write_text(
        "# To be reviewed before it goes into knowledge/ and intents/.\n"
        + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110),
        encoding="utf-8",
    )
    return path
