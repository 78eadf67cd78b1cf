"""The unit of work: one transaction's view of the queue. Loads, lets `desk.step` decide, stores, tells everybody."""

import datetime as dt
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property

from pydantic import TypeAdapter, ValidationError

from bot.content.schema import DeskRules, Language
from bot.conversation.actions import OwnRequest, OwnVerb
from bot.conversation.actions import read as read_action
from bot.conversation.reply import Block, Button, Place, Reply, Style
from bot.conversation.scene import House, Scene
from bot.conversation.staff import cards
from bot.conversation.visit import Memory, Visit
from bot.desk import codes, deadlines
from bot.desk.access import Desk, Reader, Share, may_receive
from bot.desk.deadlines import Promise
from bot.desk.lifecycle import Action, Command, Step, step
from bot.desk.request import OVER, PAPER, SCREEN, UNSENT, Actor, Level, Post, Request, RequestKind, Role
from bot.desk.working_time import WorkingTime
from bot.store import agenda, audit, cases, chats, measured, outbox, people, shown
from bot.store.database import Transaction
from bot.store.outbox import Priority

_REQUEST = TypeAdapter(Request)
_MEMORY = TypeAdapter(Memory)
_REPLY = TypeAdapter(Reply)
_POST = TypeAdapter(Post)


type Then = tuple[tuple[str, str], ...]  # chat and message, to be said once another has arrived


class Conflict(Exception):
    """Somebody changed the request in between: the turn is taken again."""


@dataclass(frozen=True)
class Batch:
    """What several turns in one transaction remember and say, written once at their end."""

    memories: dict[str, str] = field(default_factory=dict)  # by chat
    letters: list[tuple[str, str, Priority]] = field(default_factory=list)  # chat, message, priority
    questions: list[tuple[int | None, str, str | None]] = field(default_factory=list)  # commune, outcome, procedure

    def write(self, connection: Transaction, now: dt.datetime) -> None:
        chats.remember_all(connection, self.memories, now=now)
        outbox.put_all(connection, self.letters, now=now)
        measured.ask_all(connection, self.questions, now=now)


@dataclass(frozen=True)
class UnitOfWork:
    """What one turn may look at and change."""

    connection: Transaction
    house: House
    now: dt.datetime
    batch: Batch | None = None
    renews: list[int] = field(default_factory=list)  # communes whose reported hours hold once this is committed

    @property
    def rules(self) -> DeskRules:
        return self.house.knowledge.desk

    # Who, where, in which language

    def actor(self, person: str, name: str = "") -> Actor:
        rows = people.posts(self.connection, person)
        posts = tuple(
            Post(role=Role(r["role"]), commune=r["commune"], province=r["province"], answers=r["answers"],
                 away=r["away_since"] is not None)
            for r in rows
        )  # fmt: skip
        return Actor(person=person, name=name or (rows[0]["name"] if rows else ""), posts=posts)

    def memory(self, chat: str) -> Memory:
        return memory_of(chats.recall(self.connection, chat))

    def scene(self, chat: str, language: Language | None = None) -> Scene:
        """The scene for whoever reads in `chat`; officers read Vietnamese unless they chose otherwise."""
        memory = self.memory(chat)
        spoken = language or memory.language or memory.spoke or Language.VI
        return Scene(house=self.house, memory=memory, language=spoken, now=self.now)

    def desk_scene(self, commune: int) -> Scene:
        return Scene(house=self.house, memory=Memory(commune=commune), language=Language.VI, now=self.now)

    def citizen_scene(self, request: Request) -> Scene:
        scene = self.scene(request.told_at, request.language)
        return scene.of_commune(request.commune) if request.helper else scene

    def remember(self, chat: str, memory: Memory) -> None:
        kept = _MEMORY.dump_json(memory).decode()
        if self.batch:
            self.batch.memories[chat] = kept
        else:
            chats.remember(self.connection, chat, kept, now=self.now)

    def count_question(self, commune: int | None, outcome: str, procedure: str | None) -> None:
        """Neither its words nor whose it was."""
        if self.batch:
            self.batch.questions.append((commune, outcome, procedure))
        else:
            measured.ask_all(self.connection, [(commune, outcome, procedure)], now=self.now)

    def mark(self, person: str) -> str:
        """What limits know a person by: it leads back to nobody without the key, and is the same after `/forget`."""
        return hmac.new(self.house.seal, person.encode(), "sha256").hexdigest()

    def is_visit(self, chat: str) -> bool:
        """Whether it ends with a visit, through a door that knows no accounts."""
        return chat.partition(":")[0] in self.house.passing

    def may_miss(self, chat: str) -> bool:
        """Whether what is told unasked may not get through: the channel lets us write only for a while."""
        return chat.partition(":")[0] in self.house.windowed

    def audit(self, actor: Actor, action: str, subject: str) -> None:
        """A line in the audit log: who of the staff looked at, or changed, what."""
        audit.note(self.connection, actor=actor.person, action=action, subject=subject, now=self.now)

    def office(self, commune: int) -> WorkingTime:
        return self.house.office(commune)

    # Requests

    def request(self, code: str | None) -> Request | None:
        row = cases.find(self.connection, code) if code else None
        return request_of(row) if row else None

    def requests(self, rows: Iterable[cases.Row]) -> list[Request]:
        return [request_of(row) for row in rows]

    def free_code(self) -> str:
        while True:
            code = codes.code_of(secrets.randbelow(codes.SPACE))
            if cases.find(self.connection, code) is None:
                return code

    def open_draft(self, request: Request) -> None:
        cases.add(self.connection, _values(request))
        self._plan(request)

    def edit_draft(self, request: Request) -> None:
        """Change what is not sent yet: no event, nobody else sees it."""
        self._store(request, version=request.version)

    def promise(self, commune: int, kind: RequestKind) -> Promise:
        return deadlines.promise(deadlines.limits_of(self.rules, commune, kind), self.office(commune), self.now)

    def execute(self, request: Request, action: Action, actor: Actor, **more: object) -> Request:
        """Take one step and store it; the card follows. Raises Refused, Conflict."""
        done = self.step(request, action, actor, **more)
        self._done(request, done)
        return done.request

    def step(self, request: Request, action: Action, actor: Actor, **more: object) -> Step:
        """What a step would lead to; nothing has changed yet. Raises Refused."""
        office = self.office(request.commune)
        extra: dict[str, object] = {
            "reopen_within": dt.timedelta(days=self.rules.reopen_days),
            "shift": lambda due, start, end: deadlines.shifted(office, due, start, end),
        }
        if action in (Action.SEND, Action.REOPEN, Action.LATE):
            given = self.promise(request.commune, request.kind)
            extra["promised"] = (given.first, given.settled)
        return step(request, Command(action=action, actor=actor, at=self.now, **extra, **more))  # type: ignore[arg-type]

    def _done(self, before: Request, done: Step) -> None:
        self._store(done.request, version=done.request.version - 1)
        event = asdict(done.event)
        cases.happened(self.connection, done.request.code, {**event, **{k: str(event[k]) for k in ENUMS}})
        self._plan(done.request)
        self.show_cards(done.request)
        self._withdraw(before, done.request)

    def _withdraw(self, before: Request, after: Request) -> None:
        """Whoever may receive nothing of it any more is shown nothing but that it is no longer theirs."""
        if before.transfer_to not in (None, after.transfer_to, after.commune):
            for chat in self.readers(before, before.transfer_to or 0):
                self._close_card(chat, after, "card.offer_over")
        if before.level is not Level.COMMUNE and after.level is Level.COMMUNE:
            for row in people.of_province(self.connection, before.province):
                self._close_card(row["person"], after, "card.returned")

    def _close_card(self, chat: str, request: Request, key: str) -> None:
        title = Block(text=f"✔ {request.code}", style=Style.TITLE)
        for name in (f"card:{request.code}", f"handed:{request.code}"):
            if shown.where(self.connection, chat, name)[0] or outbox.waiting_under(self.connection, chat, name):
                gone = Reply(blocks=(title, self.desk_scene(request.commune).line(key)), place=Place(name=name))
                self.put(chat, gone, priority=Priority.CARD)

    def close_card(self, chat: str, code: str, name: str) -> None:
        """What a desk is shown of somebody who asked to be forgotten: neither who nor what."""
        title = Block(text=f"✔ {code}", style=Style.TITLE)
        line = self.desk_scene(0).line("card.forgotten")
        place = Place(name=name, final=True, title=code)
        self.put(chat, Reply(blocks=(title, line), place=place), priority=Priority.CARD)

    def _store(self, request: Request, *, version: int) -> None:
        if not cases.change(self.connection, request.code, version=version, values=_values(request)):
            raise Conflict

    def _plan(self, request: Request) -> None:
        due = deadlines.appointments(request, self.rules, self.office(request.commune))
        agenda.plan(self.connection, request.code, {kind.value: at for kind, at in due.items()})

    # Who works at a desk, and where they read

    def desk(self, commune: int) -> str | None:
        """The staff group of a commune, where the bot may write in it."""
        row = people.desk_of(self.connection, commune)
        return row["chat"] if row and row["out_since"] is None else None

    def has_topics(self, group: str) -> bool:
        row = people.desk_in(self.connection, group)
        return bool(row and row["forum"])

    def crew(self, commune: int, *roles: Role) -> list[str]:
        wanted = roles or (Role.OFFICER, Role.LEADER)
        rows = people.at_commune(self.connection, commune)
        return list(dict.fromkeys(r["person"] for r in rows if r["role"] in wanted))

    def readers(self, request: Request, commune: int) -> list[str]:
        """Who sees a request's card at a commune: its group, else each of its people; extra demands the leaders."""
        if request.for_leaders:
            return self.crew(commune, Role.LEADER)
        group = self.desk(commune)
        return [group] if group else self.crew(commune)

    def reader(self, chat: str) -> Reader:
        """Who reads what is sent to a chat: a desk in its group, else the person, with the posts they hold now."""
        row = people.desk_in(self.connection, chat)
        return Desk(commune=row["commune"]) if row else self.actor(chat)

    def may_receive(self, chat: str, request: Request | None, share: Share = Share.WORDS) -> bool:
        return request is not None and may_receive(self.reader(chat), request, share)

    def may_be_sent(self, chat: str, place: Place) -> bool:
        """Whether a chat may receive, now, all that a message shows of requests."""
        shows = ([(place.about, place.share)] if place.about else []) + [(code, Share.CARD) for code in place.lists]
        return all(self.may_receive(chat, self.request(code), share) for code, share in shows)

    def room(self, request: Request) -> tuple[str, str | None] | None:
        """Where the desk's side of a conversation is held: a chat and a topic's name. None: nobody holds it."""
        group = self.desk(request.commune)
        if group and not request.for_leaders:
            return group, f"topic:{request.code}"
        if request.owner and self.may_receive(request.owner, request):
            return request.owner, None
        return None

    def show_cards(self, request: Request, priority: Priority = Priority.CARD) -> None:
        """One card a reader, edited in place; a closed one only where it had been shown."""
        if request.status in UNSENT:
            return
        communes = [request.commune, *([request.transfer_to] if request.transfer_to else [])]
        for commune in communes:
            for chat in self.readers(request, commune):
                self.show_card(request, chat, commune, priority)
        if request.level is not Level.COMMUNE:
            for row in people.of_province(self.connection, request.province):
                self.show_card(request, row["person"], 0, priority)

    def show_card(self, request: Request, chat: str, commune: int, priority: Priority = Priority.CARD) -> None:
        name = f"card:{request.code}"
        if request.status in OVER and shown.where(self.connection, chat, name)[0] is None:
            return
        scene = self.desk_scene(commune or request.commune)
        offered = commune == request.transfer_to
        self.put(chat, cards.card(scene, request, offered=offered, above=commune == 0), priority=priority)

    # Out

    def put(
        self,
        chat: str,
        reply: Reply,
        *,
        priority: Priority = Priority.REPLY,
        name: str | None = None,
        quiet: bool = False,
    ) -> None:
        """`quiet`: unasked, and so by day."""
        if chat.startswith(PAPER):
            return self._put_to_helper(chat, reply, priority, name)
        if chat.startswith(SCREEN):
            return self._stands(reply)
        for part in reply.parts():
            key = name or part.place.name
            payload = _REPLY.dump_json(part).decode()
            if self.batch and key is None:
                self.batch.letters.append((chat, payload, priority))
            else:
                outbox.put(
                    self.connection, chat=chat, payload=payload, now=self.now, priority=priority, name=key, quiet=quiet
                )
        return None

    def _put_to_helper(self, chat: str, reply: Reply, priority: Priority, name: str | None) -> None:
        """Whoever has only the paper reads it where they open it with code and secret; until then a helper does."""
        request = self.request(chat.removeprefix(PAPER))
        if request and request.helper:
            return self.put(request.helper, self.for_helper(request, reply), priority=priority, name=name)
        return self._stands(reply)

    def _stands(self, reply: Reply) -> None:
        """Whoever it is for reads it on a page of theirs, where it stands now."""
        for other, payload in reply.place.then:
            outbox.put(self.connection, chat=other, payload=payload, now=self.now)

    def for_helper(self, request: Request, reply: Reply) -> Reply:
        """The same for whoever files it: for whom it is, and without what only its citizen may do."""
        scene = self.citizen_scene(request)
        head = Block(text=scene.say("helping.head", name=request.name, code=request.code), style=Style.NOTE)
        rows = (tuple(one for one in row if _is_for_helpers(one)) for row in reply.buttons)
        blocks = (head, *reply.blocks) if reply.blocks else ()
        return about(replace(reply, blocks=blocks, buttons=tuple(row for row in rows if row)), request)

    def tell_citizen(self, request: Request, reply: Reply) -> None:
        """Where the citizen reads, and whoever files it for them."""
        self.put(request.citizen, about(reply, request))
        if request.helper and not request.on_paper:
            self.put(request.helper, self.for_helper(request, reply))

    def tell_desk(self, request: Request, reply: Reply) -> None:
        """Into the conversation's room; where nobody holds it, to nobody: the card says it."""
        if room := self.room(request):
            chat, topic = room
            self.put(chat, replace(reply, place=replace(reply.place, topic=topic, about=request.code)))

    def answer(self, visit: Visit, reply: Reply) -> None:
        """Say something where the visit was made: in its topic, where it has one."""
        self.put(visit.chat, self._here(visit, reply))

    def _here(self, visit: Visit, reply: Reply) -> Reply:
        topic = shown.in_thread(self.connection, visit.chat, visit.thread) if visit.thread else None
        if topic is None or reply.place.topic:
            return reply
        return replace(reply, place=replace(reply.place, topic=topic))

    def then(self, visit: Visit, reply: Reply) -> Then:
        """What is said where the visit was made once another message has arrived, and only then."""
        return _in_parts(visit.chat, self._here(visit, reply))

    def then_to(self, chat: str, reply: Reply) -> Then:
        """The same, to another chat; on a screen it is seen anyway."""
        return () if chat.startswith(SCREEN) else _in_parts(chat, reply)

    def then_citizen(self, request: Request, reply: Reply) -> Then:
        """The same, to the citizen."""
        if request.on_paper and request.helper is None:
            return ()
        told = self.for_helper(request, reply) if request.on_paper else about(reply, request)
        return _in_parts(request.told_at, told)

    def then_desk(self, request: Request, reply: Reply) -> Then:
        """The same, into the conversation's room."""
        if (room := self.room(request)) is None:
            return ()
        chat, topic = room
        return self.then_to(chat, replace(reply, place=replace(reply.place, topic=topic, about=request.code)))

    @cached_property
    def communes(self) -> dict[int, str]:
        return {code: one.name for code, one in self.house.knowledge.gazetteer.communes.items()}


def _in_parts(chat: str, reply: Reply) -> Then:
    """Long words are several messages here, too."""
    return tuple((chat, _REPLY.dump_json(part).decode()) for part in reply.parts())


def _is_for_helpers(button: Button) -> bool:
    action = read_action(button.action or "")
    return not (isinstance(action, OwnRequest) and action.verb in (OwnVerb.RATE, OwnVerb.TAKE))


ENUMS = ("action", "before", "after", "level")


def about(reply: Reply, request: Request) -> Reply:
    """The same reply, known to belong to a request: an answer to it goes there."""
    return replace(reply, place=replace(reply.place, about=request.code))


def memory_of(stored: str | None) -> Memory:
    try:
        return _MEMORY.validate_json(stored) if stored else Memory()
    except ValidationError:  # written by another version: start afresh rather than stop answering
        return Memory()


def reply_in(payload: str) -> Reply | None:
    """The reply that a message of the outbox holds, None where another version wrote it."""
    try:
        return _REPLY.validate_json(payload)
    except ValidationError:
        return None


def request_of(row: cases.Row) -> Request:
    return _REQUEST.validate_python(dict(row))


def _values(request: Request) -> dict[str, object]:
    return {key: str(value) if key in TEXTS and value is not None else value for key, value in asdict(request).items()}


TEXTS = ("language", "kind", "status", "level", "body")
