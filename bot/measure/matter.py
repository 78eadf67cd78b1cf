"""A matter: what several people raised, and where it stands. Pure."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

RECEIVED, PASSED_ON, ANSWERED = "received", "passed_on", "answered"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why things were passed up: who decides, what was said, how often by procedure."""

    level: str
    why: str
    procedures: Counter[str | None] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        return self.procedures.total()


@dataclass(frozen=True, kw_only=True)
class Matter:
    id: int
    commune: int
    province: int
    title: str
    body: str | None
    level: str
    status: str
    passed_to: str
    passed_by: str
    passed_at: dt.datetime | None
    answer: str
    law: str
    answered_by: str
    answered_at: dt.datetime | None
    made_at: dt.datetime
    count: int  # requests in which it was raised
