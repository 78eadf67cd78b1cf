"""`main.py demo`: a commune that lives, in a folder of its own, played through the same turns as in earnest."""

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.casework.keys import issue
from bot.casework.signing_in import link
from bot.casework.staffing import invite
from bot.casework.unit_of_work import UnitOfWork, reply_in
from bot.conversation import actions
from bot.conversation.actions import OwnVerb
from bot.conversation.reply import Reply
from bot.conversation.visit import Kind, Visit
from bot.desk.request import RequestKind, Role
from bot.desk.working_time import VIETNAM
from bot.doors.door import NOWHERE, Can, Door, Spot
from bot.store import cases, inbox, outbox, people
from bot.store.inbox import Receipt
from bot.turn import Turns, utc_now

DOOR = "demo"  # of staff: nothing is sent to them
CITIZENS = "web"
SCENARIO = Path(__file__).with_name("demo.json")
KNOWN = 9  # answers that an officer gave before: nobody looks at theirs first
MORNING = dt.time(9, 0)
STEP = dt.timedelta(minutes=35)
JUST_NOW = dt.timedelta(hours=1)
KINDS = actions.SHORT
A_DAY = dt.timedelta(days=1)


class Clock:
    """Stands where the story is; from `go` on it is the world's."""

    def __init__(self, world: Callable[[], dt.datetime] = utc_now) -> None:
        self.world = world
        self.now: dt.datetime | None = None

    def __call__(self) -> dt.datetime:
        return self.now or self.world()

    def go(self) -> None:
        self.now = None


class Nobody(Door):
    """Where staff would read who are nobody: what is sent there is gone, and waits for nothing."""

    name = DOOR
    can = Can(first_word=True)

    async def send(self, _chat: str, _reply: Reply) -> Spot:
        return NOWHERE


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What whoever runs the demonstration is told."""

    citizens: tuple[tuple[str, str, str], ...]  # name, code, secret
    staff: tuple[tuple[str, str, str], ...]  # name, role, secret of a link to the desk
    figures: str
    requests: int


def fresh(folder: Path) -> Path:
    """The demonstration's own folder, emptied: yesterday's is nobody's."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return folder / "demo.db"


class Demo:
    """Plays the scenario: who says what on which day; every effect is a turn's."""

    def __init__(self, turns: Turns, clock: Clock) -> None:
        self.turns = turns
        self.clock = clock
        self.told: dict[str, Any] = json.loads(SCENARIO.read_text(encoding="utf-8"))
        self.now = clock.world()
        self._number = 0

    def play(self) -> Shown:
        """Thirty days in a few seconds."""
        self._at(min(one["day"] for one in self.told["requests"]) - 1)
        self.turns.plan_nightly()
        for key, one in self.told["staff"].items():
            self._join(key, one)
        codes = [self._request(number, one) for number, one in enumerate(self.told["requests"])]
        self.clock.now = self.now
        figures = self._said_to("thu", Visit(chat=self._staff("thu"), kind=Kind.COMMAND, command="stats"))
        self.clock.go()
        self._empty()
        return self._shown(codes, figures)

    # The story

    def _at(self, day: int) -> None:
        """The morning of a day, or an hour ago where that is today; what the agenda had until then is done.

        What was taken on this morning and not answered would be given back by the clock in the afternoon.
        """
        morning = dt.datetime.combine(self.now.astimezone(VIETNAM).date() + dt.timedelta(days=day), MORNING, VIETNAM)
        self.clock.now = morning.astimezone(dt.UTC) if day else self.now - JUST_NOW
        self._keep()

    def _later(self) -> None:
        assert self.clock.now  # noqa: S101 - the story is on
        self.clock.now = min(self.clock.now + STEP, self.now)
        self._keep()

    def _keep(self) -> None:
        while self.turns.keep_appointments():
            pass

    def _join(self, key: str, one: dict[str, Any]) -> None:
        with self.turns.database.change() as connection:
            unit = UnitOfWork(connection, self.turns.house, self.clock())
            code = invite(unit, commune=one["commune"], role=Role(one["role"]))
        self._does(key, "join", code)
        with self.turns.database.change() as connection:
            for _ in range(KNOWN):
                people.count_answer(connection, self._staff(key), one["commune"])

    def _request(self, number: int, one: dict[str, Any]) -> str:
        chat = f"{CITIZENS}:{sha256(f'demo {number}'.encode()).hexdigest()[:32]}"
        self._at(one["day"])
        self._take(Visit(chat=chat, kind=Kind.COMMAND, command="commune", text=self.told["place"]))
        kind = KINDS.get(one.get("kind", "q"), RequestKind.QUESTION)
        self._take(Visit(chat=chat, kind=Kind.BUTTON, text=actions.NewRequest(kind, "").wire, name=one["who"]))
        self._take(Visit(chat=chat, kind=Kind.BUTTON, text=actions.Agree(kind, "").wire, name=one["who"]))
        self._take(Visit(chat=chat, kind=Kind.TEXT, text=one["words"], name=one["who"]))
        code = self._code(chat)
        self._presses(chat, OwnVerb.SEND, code)
        for step in one["then"]:
            self._later()
            self._step(chat, code, *step)
        return code

    def _step(self, chat: str, code: str, verb: str, *rest: str) -> None:
        match verb, rest:
            case "add", [words]:
                self._take(Visit(chat=chat, kind=Kind.COMMAND, command="write", text=f"{code} {words}"))
            case "rate", [stars]:
                self._presses(chat, OwnVerb.RATE, code, stars)
            case (("cancel" | "finish" | "reopen"), []):
                self._presses(chat, OwnVerb(verb), code)
            case _, [key, *words]:
                self._does(key, verb, " ".join((code, *words)))

    def _presses(self, chat: str, verb: OwnVerb, code: str, more: str = "") -> None:
        self._take(Visit(chat=chat, kind=Kind.BUTTON, text=actions.OwnRequest(verb, code, more).wire))

    def _does(self, key: str, command: str, words: str) -> None:
        name = self.told["staff"][key]["name"]
        self._take(Visit(chat=self._staff(key), kind=Kind.COMMAND, command=command, text=words, name=name))

    def _staff(self, key: str) -> str:
        return f"{DOOR}:{key}"

    def _take(self, visit: Visit) -> None:
        with self.turns.database.change() as connection:
            receipt = Receipt(source=DOOR, number=inbox.next_number(connection, DOOR))
            inbox.keep(connection, receipt, chat=visit.chat, raw="{}", now=self.clock())
        self.turns.take(visit, receipt)

    def _code(self, chat: str) -> str:
        with self.turns.database.look() as connection:
            return str(cases.of_citizen(connection, chat, ["draft"])[0]["code"])

    # What is shown of it

    def _said_to(self, key: str, visit: Visit) -> str:
        """What a member of staff is answered."""
        self._empty()
        self._take(visit)
        with self.turns.database.look() as connection:
            waiting = outbox.due(connection, DOOR, now=self.clock(), limit=50)
        said = [reply_in(one.payload) for one in waiting if one.chat == self._staff(key)]
        return "\n".join(reply.text for reply in said if isinstance(reply, Reply))

    def _empty(self) -> None:
        """Nobody waits for what was said in the story."""
        later = self.now + dt.timedelta(days=2)
        with self.turns.database.change() as connection:
            for door in (DOOR, CITIZENS):
                while waiting := outbox.due(connection, door, now=later, limit=200):
                    outbox.sent(connection, waiting, now=self.clock())

    def _shown(self, codes: list[str], figures: str) -> Shown:
        names = [one["who"] for one in self.told["requests"]]
        with self.turns.database.change() as connection:
            unit = UnitOfWork(connection, self.turns.house, self.clock())
            picked = [0, 11, len(codes) - 1]
            citizens = tuple((names[n], codes[n], issue(unit, codes[n])) for n in picked)
            ours = [(key, one) for key, one in self.told["staff"].items() if one["commune"] == self.told["commune"]]
            staff = tuple((one["name"], one["role"], link(unit, self._staff(key), A_DAY) or "") for key, one in ours)
        return Shown(citizens=citizens, staff=staff, figures=figures, requests=len(codes))
