"""What happened in a request → the promises that were given in it, and what came of each. Pure.

A promise is given when a request is sent, and again when it is opened again. One wait for the citizen moves the
promise of settlement; a second does not make it good. Claiming is no answer, and closing without one settles nothing.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bot.desk.lifecycle import Action
from bot.desk.request import Status

GIVES = (Action.SEND, Action.REOPEN)
WORDS = (Action.ANSWER, Action.ASK, Action.RETURN, Action.REPLY_ALL)  # the first of them ends the wait for a human word
ANSWERS = (Action.ANSWER, Action.RETURN, Action.REPLY_ALL)
UNSAID = "unsaid"  # what words are that were taken back, whenever that was
CLOSES = (Action.CLOSE, Action.REPLY_ALL)
ENDS = (*CLOSES, Action.FINISH, Action.CANCEL)
REOPENED_WITHIN = dt.timedelta(days=14)  # then it had not been settled
MOST_ROUNDS = 1  # of asking for more; a second makes it late


class Happening(NamedTuple):
    """One line of what happened. `number` grows with every line; the order they arrive in means nothing.

    A tuple: a country's month has a million of them, and one is made three times as fast as a frozen record.
    """

    number: int
    code: str
    action: str
    at: dt.datetime
    after: str = ""  # the status afterwards
    level: str = "commune"
    commune: int = 0  # the one responsible afterwards
    first_due: dt.datetime | None = None
    due: dt.datetime | None = None
    rating: int | None = None
    kind: str = ""
    procedure: str | None = None
    undoes: int | None = None  # the line that was taken back


class What(StrEnum):
    FIRST = "first"  # a human word
    SETTLED = "settled"


@dataclass(frozen=True, kw_only=True)
class Promise:
    """`met`: kept or made up for; `over`: nothing is owed any more, for whatever reason."""

    what: What
    due: dt.datetime | None  # None: not known, or the citizen is waited for
    met: dt.datetime | None
    over: dt.datetime | None
    good: bool = True  # False: what met it does not count
    commune: int  # the one responsible when it fell due, or was met

    def counts_in(self, start: dt.datetime, end: dt.datetime) -> bool:
        """Of all due: decided in the time, or past its day and still owed when the time began."""
        if self.due is None or self.was_taken_back or (decided := min(self.due, self.met or self.due)) >= end:
            return False
        return decided >= start or self.over is None or self.over >= start

    @property
    def was_taken_back(self) -> bool:
        """The citizen needed it no more before it fell due."""
        return self.met is None and self.over is not None and self.due is not None and self.over <= self.due

    @property
    def kept(self) -> bool:
        return self.good and self.due is not None and self.met is not None and self.met <= self.due


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """A request from being sent, or opened again, to its end or being opened again."""

    lines: tuple[Happening, ...]
    opened_again: dt.datetime | None

    @property
    def given(self) -> Happening:
        return self.lines[0]

    def first_of(self, actions: Sequence[str], after: int = 0) -> Happening | None:
        return next((one for one in self.lines if one.action in actions and one.number > after), None)

    @property
    def word(self) -> Happening | None:
        """The first human word to the citizen."""
        return self.first_of(WORDS)

    @property
    def end(self) -> Happening | None:
        return self.first_of(ENDS)

    @property
    def rounds(self) -> list[Happening]:
        return [one for one in self.lines if one.action == Action.ASK]

    @property
    def reopened(self) -> bool:
        """So soon after its end that it had not been settled."""
        return bool(self.opened_again and self.end and self.opened_again <= self.end.at + REOPENED_WITHIN)

    def responsible_at(self, moment: dt.datetime) -> int:
        before = [one.commune for one in self.lines if one.at <= moment]
        return before[-1] if before else self.given.commune

    def promises(self) -> tuple[Promise, Promise]:
        return self._first(), self._settled()

    def _first(self) -> Promise:
        word, end = self.word, self.end
        due, met = self.given.first_due or self._broken_at(until=word), word.at if word else None
        over = met or (end.at if end else None)
        return self._promise(What.FIRST, due, met, over)

    def _settled(self) -> Promise:
        end = self.end
        answered = self.first_of(ANSWERS) is not None
        settles = end is not None and (end.action in CLOSES or (end.action == Action.FINISH and answered))
        good = answered and len(self.rounds) <= MOST_ROUNDS and not self.reopened
        over = end.at if end else None
        return self._promise(What.SETTLED, self._settled_due(), over if settles else None, over, good=good)

    def _promise(
        self, what: What, due: dt.datetime | None, met: dt.datetime | None, over: dt.datetime | None, *,
        good: bool = True,
    ) -> Promise:  # fmt: skip
        moment = min((one for one in (due, over) if one), default=self.given.at)
        return Promise(what=what, due=due, met=met, over=over, good=good, commune=self.responsible_at(moment))

    def _settled_due(self) -> dt.datetime | None:
        """The day that was promised, moved once by the open time for which the citizen was waited for."""
        promised = self.given.due or self._broken_at(after=self.word)
        asked = self.first_of((Action.ASK,))
        if promised is None or asked is None or asked.at >= promised or self.given.due is None:
            return promised
        back = next((one for one in self.lines if one.number > asked.number and one.after != Status.ASKED), None)
        return back.due if back else None

    def _broken_at(self, *, after: Happening | None = None, until: Happening | None = None) -> dt.datetime | None:
        """When the clock found it late, where the promise itself was not written down."""
        late = self.first_of((Action.LATE,), after.number if after else 0)
        return late.at if late and not (until and late.number > until.number) else None


def cycles(lines: Iterable[Happening], until: dt.datetime | None = None) -> list[Cycle]:
    """One request's cycles as they were at a moment, oldest first, whatever order its lines came in.

    That one was opened again, or words taken back, is known beyond the moment: it undoes what had been counted.
    """
    parts: list[list[Happening]] = []
    for line in _without_undone(sorted(lines, key=lambda one: one.number)):
        if line.action in GIVES:
            parts.append([])
        if parts:
            parts[-1].append(line)
    again = [part[0].at for part in parts[1:]]
    past = [tuple(one for one in part if until is None or one.at < until) for part in parts]
    ends = [*again, None][: len(past)]
    return [Cycle(lines=part, opened_again=at) for part, at in zip(past, ends, strict=True) if part]


def _without_undone(lines: list[Happening]) -> list[Happening]:
    undone = {one.undoes for one in lines if one.undoes}
    return [one._replace(action=UNSAID) if one.number in undone else one for one in lines] if undone else lines
