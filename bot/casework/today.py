"""Today at a desk: who is there and who is away, when the office is open, which notices citizens are shown."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from bot.casework import at_desk, learning
from bot.casework.practice import MAX_NOTICE
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation.reply import Block
from bot.conversation.staff import cards
from bot.conversation.staff import learning as words
from bot.desk.access import Share, may_receive
from bot.desk.lifecycle import Refused
from bot.desk.redact import redact
from bot.desk.request import SCREEN, Actor, Role
from bot.desk.working_time import VIETNAM
from bot.store import cases, people, questions

MAX_SAMPLE = 500
LONGEST = 60  # days that a notice may stand before somebody looks at it again
MIDNIGHT = dt.time(0, 0)


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """`asks`: who has no chat to ask for a link in, so that a leader gives it."""

    name: str
    person: str
    asks: bool
    leads: bool
    away: bool
    holds: int


@dataclass(frozen=True, kw_only=True)
class Day:
    """`spans`: when the office is open today, in Vietnam; `opens`: when next, where it is closed now."""

    commune: int
    leads: bool  # whoever looks: notices are theirs
    spans: Sequence[tuple[dt.datetime, dt.datetime]]
    holiday: bool
    opens: dt.datetime | None
    standing: Sequence[Block]  # what the morning's message says of the queue, as it is now
    crew: Sequence[Colleague]
    notices: Sequence[questions.Row]  # in force
    suggested: Sequence[questions.Row]  # what many ask, and no notice says yet


def days(unit: UnitOfWork, actor: Actor) -> list[Day]:
    """Of each commune whose desk somebody sits at."""
    communes = sorted({post.commune for post in actor.posts if actor.serves(post.commune)})
    return [_day(unit, actor, commune) for commune in communes]


def _day(unit: UnitOfWork, actor: Actor, commune: int) -> Day:
    office, today = unit.office(commune), unit.now.astimezone(VIETNAM).date()
    rows = {row["person"]: row for row in people.at_commune(unit.connection, commune)}
    crew = [
        Colleague(
            name=row["name"], person=person, asks=person.startswith(SCREEN), leads=row["role"] == Role.LEADER,
            away=row["away_since"] is not None,
            holds=at_desk.load(unit, person),
        )
        for person, row in rows.items()
    ]  # fmt: skip
    recent = questions.suggested(unit.connection, commune, after=unit.now - learning.NOTICE_LASTS)
    return Day(
        commune=commune,
        leads=actor.leads(commune),
        spans=office.spans(today),
        holiday=office.day_off(today) is not None,
        opens=None if office.closes(unit.now) else office.opens(unit.now),
        standing=_standing(unit, actor, commune),
        crew=sorted(crew, key=lambda one: (one.away, not one.leads, one.name)),
        notices=questions.in_force(unit.connection, commune, now=unit.now),
        suggested=[row for row in recent if not row["text"]],
    )


def _standing(unit: UnitOfWork, actor: Actor, commune: int) -> Sequence[Block]:
    found = unit.requests(cases.of_communes(unit.connection, [commune]))
    theirs = [one for one in found if one.commune == commune and may_receive(actor, one, Share.CARD)]
    return cards.standing(unit.scene(actor.person), theirs).blocks if theirs else ()


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A notice as its form has it. `number`: of a suggestion; `sample`: a question that it answers, else."""

    commune: int
    number: int | None
    sample: str
    text: str
    last_day: dt.date


def until(unit: UnitOfWork, wording: Wording) -> dt.datetime:
    """The end of its last day, in Vietnam. Raises Refused for a day that is past or too far."""
    today = unit.now.astimezone(VIETNAM).date()
    if not dt.timedelta() <= wording.last_day - today <= dt.timedelta(days=LONGEST):
        raise Refused("notice_day")
    return dt.datetime.combine(wording.last_day + dt.timedelta(days=1), MIDNIGHT, VIETNAM)


def preview(unit: UnitOfWork, actor: Actor, wording: Wording) -> str:
    """As citizens will read it. Raises Refused."""
    _check(unit, actor, wording)
    return words.notice(unit.desk_scene(wording.commune), wording.text.strip(), until(unit, wording)).text


def switch_on(unit: UnitOfWork, actor: Actor, wording: Wording) -> None:
    """From now on, before anything else, to whoever asks alike. Raises Refused."""
    _check(unit, actor, wording)
    end, number = until(unit, wording), wording.number
    if number is None:
        sample = redact(wording.sample.strip())[:MAX_SAMPLE]
        number = questions.suggest(unit.connection, commune=wording.commune, sample=sample, now=unit.now)
    questions.switch_on(unit.connection, number, text=wording.text.strip(), until=end, by=actor.person)
    unit.audit(actor, "notice_on", str(number))


def switch_off(unit: UnitOfWork, actor: Actor, number: int) -> None:
    """Raises Refused."""
    row = questions.notice(unit.connection, number)
    if row is None or not actor.leads(row["commune"]):
        raise Refused("leader_only")
    questions.switch_off(unit.connection, number, now=unit.now)
    unit.audit(actor, "notice_off", str(number))


def _check(unit: UnitOfWork, actor: Actor, wording: Wording) -> None:
    row = questions.notice(unit.connection, wording.number) if wording.number is not None else None
    of = row["commune"] if row else wording.commune
    if not actor.leads(of) or of != wording.commune or (wording.number is not None and row is None):
        raise Refused("leader_only")
    if not wording.text.strip() or (row is None and not wording.sample.strip()):
        raise Refused("notice_empty")
    if len(wording.text.strip()) > MAX_NOTICE:
        raise Refused("too_long")
