"""What happens in requests, made up: as the desk's own lifecycle would let it happen, at any time."""

import datetime as dt
import itertools

from hypothesis import strategies as st

from bot.content.schema import Language
from bot.desk.deadlines import promise, shifted
from bot.desk.lifecycle import Action, Command, Refused, Standing, step
from bot.desk.request import CLOCK, Actor, Post, Request, RequestKind, Role
from bot.measure.life import Happening

START = dt.datetime(2026, 10, 5, 2, tzinfo=dt.UTC)  # a Monday, 09:00 in Hanoi
CITIZEN = Actor(person="telegram:11", name="Lan")
OFFICERS = {
    commune: Actor(
        person=f"telegram:{commune}", name="Hoa", posts=(Post(role=Role.LEADER, commune=commune, province=1),)
    )
    for commune in (4, 8)
}
QUANG = Actor(person="telegram:25", name="Quang", posts=(Post(role=Role.PROVINCE, commune=8, province=1),))
TAKEN = [
    *((who, action) for who in ("desk", "other") for action in (
        Action.CLAIM, Action.ANSWER, Action.ASK, Action.NOTE, Action.RELEASE, Action.OFFER, Action.ACCEPT,
        Action.DECLINE, Action.ESCALATE, Action.CLOSE)),
    *(("citizen", action) for action in (Action.ADD, Action.FINISH, Action.CANCEL, Action.REOPEN, Action.RATE)),
    *(("desk", Action.UNSAY) for _ in range(3)), ("clock", Action.REPLY_ALL),
    ("province", Action.RETURN), ("clock", Action.LATE), ("clock", Action.RELEASE), ("clock", Action.DEPART),
]  # fmt: skip
PROCEDURES = ("dang-ky-khai-sinh", "nuoi-con-nuoi", None)

# What is tried in a request: who, what, how many hours after the thing before, a number for what needs one.
tried = st.tuples(st.sampled_from(TAKEN), st.sampled_from((0.5, 3, 9, 30, 80, 200)), st.integers(1, 5))
lives = st.lists(
    st.tuples(
        st.sampled_from((4, 8)), st.sampled_from(list(RequestKind)), st.sampled_from(PROCEDURES),
        st.integers(0, 900), st.lists(tried, max_size=14),
    ),
    max_size=12,
)  # fmt: skip


def happened(lives, limits, office):
    """Every line of what happened, in the order in which it happened in each request."""
    numbers = itertools.count(1)
    return [line for number, life in enumerate(lives) for line in _life(number, life, limits, office, numbers)]


def requests_of(lives):
    return [{"code": f"MC-{n:04}-00", "kind": str(kind), "procedure": procedure, "commune": commune}
            for n, (commune, kind, procedure, _, _) in enumerate(lives)]  # fmt: skip


def _life(number, life, limits, office, numbers):
    commune, kind, procedure, hours, rest = life
    at = START + dt.timedelta(hours=hours)
    words = []  # number, action, when, of what still stands since it was sent or opened again
    request = Request(code=f"MC-{number:04}-00", citizen=CITIZEN.person, name="Lan", language=Language.VI,
                      commune=commune, province=1, kind=kind, procedure=procedure, opened_at=at, moved_at=at)  # fmt: skip
    for (who, action), later, value in [(("citizen", Action.SEND), 0, 1), *rest]:
        at += dt.timedelta(hours=later)
        given = promise(limits, office, at)
        actor = {"citizen": CITIZEN, "province": QUANG, "clock": CLOCK}.get(who) or OFFICERS[
            request.commune if who == "desk" else 12 - request.commune
        ]
        undone = words[value % len(words)] if action is Action.UNSAY and words else None
        if action is Action.UNSAY and undone is None:
            continue
        left = [word for word in words if word is not undone]
        asks = sum(word[1] is Action.ASK for word in left)
        standing = Standing(first=left[0][2] if left else None, answers=len(left) - asks, asks=asks)
        command = Command(action=action, actor=actor, at=at, why="x", to=12 - request.commune, rating=value,
                    undoes=undone and undone[0], standing=standing,
                    promised=(given.first, given.settled), shift=lambda *times: shifted(office, *times))  # fmt: skip
        try:
            done = step(request, command)
        except Refused:
            continue
        request = done.request
        event, line = done.event, next(numbers)
        if action in (Action.SEND, Action.REOPEN):
            words = []
        elif action is Action.UNSAY:
            words = left
        elif action in (Action.ANSWER, Action.ASK):
            words.append((line, action, at))
        yield Happening(
            number=line, code=request.code, action=str(event.action), at=event.at, after=str(event.after),
            level=str(event.level), commune=event.commune, first_due=event.first_due, due=event.due,
            rating=event.rating if event.action is Action.RATE else None, kind=str(kind), procedure=procedure,
            undoes=event.undoes,
        )  # fmt: skip
