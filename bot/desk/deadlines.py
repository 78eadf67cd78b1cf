"""Promises by the working calendar: when an answer is due, what the clock has to do next, what a wait usually is."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.content.schema import DeskRules, Limits
from bot.desk.request import Request, RequestKind, Status
from bot.desk.working_time import WorkingTime


class Reminder(StrEnum):
    DRAFT = "draft"  # a draft has lived long enough
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    SILENT = "silent"  # whoever claimed it says nothing
    BOT_OFFERS = "bot_offers"  # nobody has written for a while


@dataclass(frozen=True, kw_only=True)
class Promise:
    first: dt.datetime
    settled: dt.datetime


def limits_of(rules: DeskRules, commune: int, kind: RequestKind) -> Limits:
    """A commune's own limits for a kind, else its own for all kinds, else everybody's."""
    own = [one for one in rules.own_limits if one.commune == commune and one.kind in (kind.value, None)]
    return min(own, key=lambda one: one.kind is None).limits if own else rules.limits[kind.value]


def promise(limits: Limits, office: WorkingTime, now: dt.datetime) -> Promise:
    """When the first answer and the settlement are due for what arrives now."""
    return Promise(
        first=office.add(now, dt.timedelta(hours=limits.first_answer_hours)),
        settled=office.add_days(now, limits.settled_days),
    )


def shifted(office: WorkingTime, due: dt.datetime, start: dt.datetime, end: dt.datetime) -> dt.datetime:
    """A promise moved on by the open time between `start` and `end`."""
    return office.add(due, office.between(start, end))


def appointments(request: Request, rules: DeskRules, office: WorkingTime) -> dict[Reminder, dt.datetime]:
    """What the clock has to do for a request, and when, as it stands now."""
    found: dict[Reminder, dt.datetime] = {}
    if request.status is Status.DRAFT:
        found[Reminder.DRAFT] = request.opened_at + dt.timedelta(hours=rules.draft_lives_hours)
    if due := request.next_due:
        if "due_soon" not in request.raised:
            found[Reminder.DUE_SOON] = _before(office, due, dt.timedelta(hours=rules.warn_before_hours))
        found[Reminder.OVERDUE] = due
    if request.status is Status.CLAIMED:
        found[Reminder.SILENT] = office.add(request.moved_at, dt.timedelta(hours=rules.silent_hours))
    if request.status in (Status.CLAIMED, Status.ANSWERED) and "bot_offers" not in request.raised:
        found[Reminder.BOT_OFFERS] = request.moved_at + dt.timedelta(minutes=rules.bot_offers_after_minutes)
    return found


def _before(office: WorkingTime, due: dt.datetime, work: dt.timedelta) -> dt.datetime:
    """The moment after which less than `work` of open time is left."""
    day = due - dt.timedelta(days=7)
    left = office.between(day, due) - work
    return office.add(day, left) if left > dt.timedelta() else due - work


def usual_wait(waits: Sequence[dt.timedelta], needed: int) -> tuple[dt.timedelta, dt.timedelta] | None:
    """The median and the nine-in-ten of past waits; None while there are fewer than `needed`."""
    if len(waits) < needed:
        return None
    ranked = sorted(waits)
    return ranked[(len(ranked) - 1) // 2], ranked[-(-len(ranked) * 9 // 10) - 1]
