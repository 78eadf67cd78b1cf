"""The voice upward: what people raise is gathered by matter, told each month, passed on, answered to everyone."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.casework import searching
from bot.casework.learning import alike
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation import actions
from bot.conversation.citizen import matters as told
from bot.conversation.citizen import requests
from bot.conversation.reply import Reply
from bot.conversation.staff import matters as words
from bot.conversation.staff.cards import commune_name
from bot.conversation.visit import Visit
from bot.desk.lifecycle import Action, Part, Refused, parts_of
from bot.desk.redact import redact
from bot.desk.request import LIVE, UNSENT, Actor, Body, Level, Request, RequestKind, Role
from bot.measure import open_data
from bot.measure.matter import ANSWERED, PASSED_ON, RECEIVED, Matter, Reason
from bot.measure.publish import shown
from bot.measure.tally import Period, month_of
from bot.store import agenda, matters, measured, people
from bot.store.agenda import Entry
from bot.store.outbox import Priority
from bot.store.personal import NOBODY

LONGEST_TITLE, LONGEST_GOAL, LONGEST_LAW = 200, 200, 300
LONGEST_ANSWER = 3000
TOLD_FOR = dt.timedelta(days=90)  # a matter that was answered stays in lists
AT_ONCE = 100  # told of an answer in one transaction
SETTLING = 3  # months back that are looked at for publication
REPLY, UPWARD = "matter_reply", "upward"
DUTIES = (REPLY, UPWARD)
NOT_OVER = (RECEIVED, PASSED_ON)
A_MONTH, MOST_REASONS = dt.timedelta(days=31), 10
MOST_ALONE, MOST_CODES = 50, 20  # that a page lists


# Citizens


def show(unit: UnitOfWork, visit: Visit) -> None:
    """`/matters`: what was raised in one's commune, without names, under the rules of what is published."""
    scene = unit.scene(visit.chat)
    if scene.commune is None:
        return unit.answer(visit, told.how(scene))
    found = matters.of_commune(unit.connection, scene.commune.code, since=unit.now - TOLD_FOR)
    counts = shown({one.id: one.count for one in found}, [])
    return unit.answer(visit, told.listed(scene, scene.commune.name, found, counts))


# The desk


def list_for(unit: UnitOfWork, visit: Visit, actor: Actor) -> None:
    """`/matters` by whoever serves: of their communes, of their provinces what was passed on."""
    scene = unit.scene(visit.who)
    for commune in sorted({post.commune for post in actor.posts if actor.serves(post.commune)}):
        found = matters.of_commune(unit.connection, commune, since=unit.now - TOLD_FOR)
        unit.answer(visit, words.listed(scene, commune_name(scene, commune), found))
    for province in sorted({post.province for post in actor.posts if post.role is Role.PROVINCE}):
        unit.answer(visit, _upward(unit, province))


def gather(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, text: str) -> None:
    """`/gather CODE`: which matters there are; with a title, a new one."""
    scene = unit.scene(visit.who)
    if not text.strip():
        found = matters.of_commune(unit.connection, request.commune, since=unit.now - TOLD_FOR)
        found.sort(key=lambda one: one.status not in NOT_OVER)  # whoever raises what was answered reads the answer
        return unit.answer(visit, words.offer(scene, request, found))
    of_voters = request.kind is RequestKind.RECOMMENDATION
    number = matters.begin(
        unit.connection, commune=request.commune, province=request.province,
        title=redact(" ".join(text.split()))[:LONGEST_TITLE],
        body=str(request.body or Body.COUNCIL) if of_voters else None, level=str(request.level), made_at=unit.now,
    )  # fmt: skip
    return _put(unit, visit, actor, request, number)


def _put(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, number: int) -> None:
    matters.gather(unit.connection, request.code, number, at=request.opened_at)
    one = matters.find(unit.connection, number)
    assert one  # noqa: S101 - found or written in this transaction
    unit.audit(actor, "gather", request.code)
    plan_upward(unit, one.province)
    unit.answer(visit, words.gathered(unit.scene(visit.who), one, request.code))
    if one.status == ANSWERED:  # what is known already reaches whoever asks later
        _tell(unit, one, [request.code])


def press(unit: UnitOfWork, visit: Visit, actor: Actor, action: actions.Duty) -> None:
    """A button under a matter; the right is looked up."""
    match action:
        case actions.GatherInto(code, number):
            request, one = unit.request(code), matters.find(unit.connection, number)
            serves = request and parts_of(actor, request) & {Part.DESK, Part.OWNER, Part.ABOVE}
            if request and one and serves and one.commune == request.commune:
                return _put(unit, visit, actor, request, number)
        case actions.ShowMatter(number) if one := seen(unit, actor, number):
            return unit.answer(visit, words.shown(unit.scene(visit.who), one))
        case actions.PassMatter(number) if one := seen(unit, actor, number):
            return unit.answer(visit, words.ask(unit.scene(visit.who), one, "pass"))
        case actions.AnswerMatter(number) if one := seen(unit, actor, number):
            return unit.answer(visit, words.ask(unit.scene(visit.who), one, "answer"))
    return unit.answer(visit, Reply(blocks=(unit.scene(visit.who).line("refused.unknown", who=""),)))


def seen(unit: UnitOfWork, actor: Actor, number: int) -> Matter | None:
    """A matter of one's own desk, or of a commune of one's province where it went up."""
    one = matters.find(unit.connection, number)
    if one is None:
        return None
    up = one.body is None or one.status != RECEIVED
    return one if actor.serves(one.commune) or (up and actor.stands_for(one.province)) else None


def command(unit: UnitOfWork, visit: Visit, actor: Actor) -> None:
    """`/matter 7`, `/matter 7 pass whom`, `/matter 7 answer words`."""
    first, _, rest = visit.text.strip().partition(" ")
    number = int(first) if first.isascii() and first.isdigit() and len(first) < 18 else 0
    one = seen(unit, actor, number)
    if one is None:
        return unit.answer(visit, Reply(blocks=(unit.scene(visit.who).line("matter.usage"),)))
    verb, _, text = rest.strip().partition(" ")
    if verb in ("pass", "answer"):
        return act(unit, visit, actor, verb, number, text)
    return unit.answer(visit, words.shown(unit.scene(visit.who), one))


def act(unit: UnitOfWork, visit: Visit, actor: Actor, verb: str, number: int, text: str) -> None:
    """Pass it on, or answer it: by a leader or the province; where nobody leads, by whoever serves."""
    one, scene = seen(unit, actor, number), unit.scene(visit.who)
    if one is None or not _may_speak(unit, actor, one):
        return unit.answer(visit, Reply(blocks=(scene.line("refused.leader_only"),)))
    if not text.strip():
        return unit.answer(visit, words.ask(scene, one, verb))
    done = _pass_on(unit, actor, one, text.strip()) if verb == "pass" else _answer(unit, actor, one, text.strip())
    unit.audit(actor, f"matter_{verb}", str(number))
    now = matters.find(unit.connection, number) or one
    return unit.answer(visit, words.shown(scene, now) if done else Reply(blocks=(scene.line("matter.over"),)))


def _may_speak(unit: UnitOfWork, actor: Actor, one: Matter) -> bool:
    if actor.leads(one.commune) or actor.stands_for(one.province):
        return True
    return not unit.crew(one.commune, Role.LEADER) and actor.serves(one.commune) is not None


def _pass_on(unit: UnitOfWork, actor: Actor, one: Matter, goal: str) -> bool:
    plan_upward(unit, one.province)
    return matters.become(
        unit.connection, one.id, before=NOT_OVER, status=PASSED_ON, passed_to=goal[:LONGEST_GOAL],
        passed_by=actor.name, passed_at=unit.now,
    )  # fmt: skip


def _answer(unit: UnitOfWork, actor: Actor, one: Matter, text: str) -> bool:
    answer, law = words.answer_and_law(unit.desk_scene(one.commune), text)
    done = matters.become(
        unit.connection, one.id, before=NOT_OVER, status=ANSWERED, answer=answer[:LONGEST_ANSWER],
        law=law[:LONGEST_LAW], answered_by=actor.name, answered_at=unit.now,
    )  # fmt: skip
    if done:
        _plan_reply(unit, one.id, "")
    return done


# On the screen


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A matter with what whoever looks may do, and the requests in which it was raised that they may open."""

    matter: Matter
    may_speak: bool
    codes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """What was raised in a commune, newest first; `alone`: recommendations that are under no matter yet."""

    commune: int
    matters: tuple[Heard, ...]
    alone: tuple[Request, ...]


@dataclass(frozen=True, kw_only=True)
class Above:
    """What went up in a province, by commune; and what of it nobody has gathered, by who decides."""

    province: int
    matters: tuple[Heard, ...]
    beyond: Mapping[str, int]
    reasons: Sequence[Reason]


def places(unit: UnitOfWork, actor: Actor) -> list[Place]:
    """Of each commune at whose desk somebody serves."""
    return [_place(unit, actor, commune) for commune in searching.communes_of(actor)]


def _place(unit: UnitOfWork, actor: Actor, commune: int) -> Place:
    found = matters.of_commune(unit.connection, commune, since=unit.now - TOLD_FOR)
    alone = unit.requests(matters.alone(unit.connection, commune, limit=MOST_ALONE))
    readable = tuple(one for one in alone if searching.may_open(actor, one))
    return Place(commune=commune, matters=tuple(_heard(unit, actor, one) for one in found), alone=readable)


def provinces(unit: UnitOfWork, actor: Actor) -> list[Above]:
    """Of each province somebody stands for."""
    codes = sorted({post.province for post in actor.posts if post.role is Role.PROVINCE})
    return [_above(unit, actor, one) for one in codes]


def _above(unit: UnitOfWork, actor: Actor, province: int) -> Above:
    found = matters.above(unit.connection, province, since=unit.now - TOLD_FOR)
    heard = sorted((_heard(unit, actor, one) for one in found), key=lambda one: one.matter.commune)
    return Above(province=province, matters=tuple(heard), beyond=matters.beyond(unit.connection, province),
                 reasons=reasons(unit, province))  # fmt: skip


def _heard(unit: UnitOfWork, actor: Actor, one: Matter) -> Heard:
    codes = matters.codes(unit.connection, one.id, limit=MOST_CODES)
    known = ((code, unit.request(code)) for code in codes)
    opened = tuple(code for code, request in known if request and searching.may_open(actor, request))
    speaks = one.status in NOT_OVER and _may_speak(unit, actor, one)
    return Heard(matter=one, may_speak=speaks, codes=opened)


def gather_here(unit: UnitOfWork, visit: Visit, actor: Actor, code: str, number: int) -> None:
    """On the screen: under the matter of a number; with nought, under a new one of these words. Raises Refused."""
    request, one = unit.request(code), matters.find(unit.connection, number) if number else None
    if request is None or not parts_of(actor, request) & {Part.DESK, Part.OWNER, Part.ABOVE}:
        raise Refused("unknown")
    if one and one.commune == request.commune:
        return _put(unit, visit, actor, request, number)
    if number or not visit.text.strip():
        raise Refused("empty")
    return gather(unit, visit, actor, request, visit.text)


# The answer reaches everyone


def _plan_reply(unit: UnitOfWork, number: int, after: str) -> None:
    agenda.plan(unit.connection, f"matter|{number}|{after}", {REPLY: unit.now})


def keep(unit: UnitOfWork, entry: Entry) -> None:
    """What the agenda says, taken off it already."""
    if entry.kind == UPWARD:
        return _send_upward(unit, int(entry.subject.rpartition("|")[2]))
    _, number, after = entry.subject.split("|")
    one = matters.find(unit.connection, int(number))
    codes = matters.codes(unit.connection, int(number), after=after, limit=AT_ONCE)
    if one:
        _tell(unit, one, codes)
    if len(codes) == AT_ONCE:
        _plan_reply(unit, int(number), codes[-1])
    return None


def _tell(unit: UnitOfWork, one: Matter, codes: Sequence[str]) -> None:
    """Each of those who raised it reads the answer; what of theirs was open ends with it."""
    for code in codes:
        request = unit.request(code)
        if request is None or request.citizen == NOBODY or request.status in UNSENT:
            continue
        if request.status in LIVE:
            by = Actor(person="clock", name=one.answered_by)
            request = unit.execute(request, Action.REPLY_ALL, by, why=one.answer)
        scene = unit.citizen_scene(request)
        answer = f"{one.answer}\n{scene.say('matter.law', law=one.law)}" if one.law else one.answer
        unit.tell_citizen(request, requests.told(scene, request, "told.matter", title=one.title, answer=answer))


# Each month


def monthly(unit: UnitOfWork, commune: int) -> None:
    """To each leader: what was raised last month."""
    last = month_of(unit.now, 1)
    found = [(one, count) for one, count in matters.raised_in(unit.connection, last.start, last.end)
             if one.commune == commune]  # fmt: skip
    alone = matters.not_gathered(unit.connection, *matters.recommendations(commune, last.start))
    leaders = unit.crew(commune, Role.LEADER) if found or alone else []
    for leader in leaders:
        scene = unit.scene(leader)
        reply = words.month(scene, commune_name(scene, commune), found, alone)
        unit.put(leader, reply, priority=Priority.REMINDER)


def plan_upward(unit: UnitOfWork, province: int) -> None:
    """The province's list: on the first working morning of the next month, unless it is planned."""
    subject = f"{UPWARD}|{province}"
    if not agenda.is_planned(unit.connection, subject):
        first = month_of(unit.now).end - dt.timedelta(seconds=1)
        if morning := unit.office(0).morning(first):
            agenda.plan(unit.connection, subject, {UPWARD: morning})


def _send_upward(unit: UnitOfWork, province: int) -> None:
    for row in people.of_province(unit.connection, province):
        unit.put(row["person"], _upward(unit, province), priority=Priority.REMINDER)
    if (
        reasons(unit, province)
        or matters.above(unit.connection, province, since=unit.now)
        or matters.beyond(unit.connection, province)
    ):
        plan_upward(unit, province)


def _upward(unit: UnitOfWork, province: int) -> Reply:
    scene = unit.desk_scene(0)
    found: dict[str, list[Matter]] = {}
    for one in matters.above(unit.connection, province, since=unit.now - TOLD_FOR):
        found.setdefault(commune_name(scene, one.commune), []).append(one)
    return words.upward(scene, found, matters.beyond(unit.connection, province), reasons(unit, province))


def reasons(unit: UnitOfWork, province: int) -> list[Reason]:
    """Why communes of a province passed things up in the last month, alike reasons together, the most often first."""
    found: list[Reason] = []
    rows = matters.passed_up(unit.connection, province, since=unit.now - A_MONTH)
    for level, why, procedure in rows:
        same = next((one for one in found if one.level == level and alike(one.why, why)), None)
        if same is None:
            same = Reason(level=level, why=redact(why)[:LONGEST_TITLE])
            found.append(same)
        same.procedures[procedure] += 1
    return sorted(found, key=lambda one: -one.count)[:MOST_REASONS]


# Published


def nightly(unit: UnitOfWork) -> list[str]:
    """What is published of the months that have settled."""
    return [name for back in range(1, SETTLING) for name in publish(unit, month_of(unit.now, back))]


def publish(unit: UnitOfWork, period: Period) -> list[str]:
    """The matters of a settled month; what stands already stays."""
    name = open_data.name_of_matters(period.name)
    if unit.now < open_data.settles_at(period) or measured.publication(unit.connection, name):
        return []
    found = matters.raised_in(unit.connection, period.start, period.end)
    counts = shown({one.id: count for one, count in found}, [])
    rows = [
        (period.name, "commune", f"{one.commune:05}", one.title, one.body or str(Level(one.level)), str(counts[one.id]),
         one.status, one.passed_to, one.law)
        for one, _ in found
        if counts[one.id]
    ]  # fmt: skip
    if not rows:
        return []
    body = open_data.matters(rows)
    return [name] if measured.publish(unit.connection, name, month=period.name, body=body, now=unit.now) else []
