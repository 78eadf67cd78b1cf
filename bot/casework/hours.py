"""Office hours as a commune reports them: a leader proposes, a second person says that it is so, and then they hold."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from bot.casework.unit_of_work import UnitOfWork
from bot.content.load import Knowledge
from bot.content.opening_hours import OpeningHours, read_hours
from bot.content.reported import OF_KINDS, Reported, ReportedOffice, is_overtaken, with_reported, written_of
from bot.content.schema import Counter, Hours
from bot.conversation import actions
from bot.conversation.reply import Place, Reply
from bot.conversation.scene import House, Scene
from bot.conversation.staff import hours as words
from bot.conversation.staff.hours import Standing, Waiting
from bot.conversation.visit import Visit
from bot.desk.request import Actor, Role
from bot.desk.working_time import VIETNAM
from bot.store import people, reported_hours
from bot.store.database import Transaction
from bot.store.reported_hours import DRAFT, DROPPED, HELD, OVERTAKEN, REFUSED, WAITING, Proposal
from bot.understanding.fold import fold

ASKED = ("hours", "hoursno")  # what a message asked for that is answered: hours, a reason
LONGEST, LONGEST_WHY = 500, 300
MOST_COMMUNES = 10  # shown at once
DECIDES = re.compile(r"(?P<verb>[^\d]+?)\s*(?P<number>[0-9]{1,17})\b\s*(?P<why>.*)", re.DOTALL)

_HOURS = TypeAdapter(tuple[Hours, ...])


# What holds

type Told = tuple[Reported, ...]


def taken_in(house: House, told: Told) -> House:
    """The house that knows these hours, and none that it was told before."""
    return replace(house, knowledge=with_reported(house.knowledge, told))


def held(connection: Transaction) -> Told:
    """The hours that hold; a row that another version wrote is left to that version."""
    known = (_reported(one) for one in reported_hours.held(connection))
    return tuple(one for one in known if one)


def _reported(one: Proposal) -> Reported | None:
    hours = _hours_of(one)
    if one.kind not in OF_KINDS or one.decided_as not in list(Role) or one.decided_at is None or not hours:
        return None
    day = one.decided_at.astimezone(VIETNAM).date()
    return Reported(
        number=one.id, commune=one.commune, kind=Counter(one.kind), hours=hours, on=day, by=one.decided_as
    )  # fmt: skip


def _hours_of(one: Proposal) -> tuple[Hours, ...]:
    try:
        return _HOURS.validate_json(one.hours)
    except ValidationError:
        return ()


def review(unit: UnitOfWork) -> None:
    """What a file of a later day says otherwise holds from now on, and the leaders hear of it, once."""
    written = unit.house.knowledge.written or {}
    for one in held(unit.connection):
        if not is_overtaken(one, written):
            continue
        file = written_of(one.commune, one.kind, written)
        if reported_hours.become(unit.connection, one.number, before=[HELD], after=OVERTAKEN) and file:
            for person in unit.crew(one.commune, Role.LEADER) if file.hours != one.hours else ():
                unit.put(person, words.overtaken(unit.scene(person).of_commune(one.commune), one, file))


def standing(unit: UnitOfWork, actor: Actor, commune: int) -> list[Standing]:
    """Of each kind of office that every commune has: its hours, where they are from, and what is proposed."""
    waits = {one.kind: one for one in reported_hours.waiting(unit.connection, [commune])}
    return [_standing(unit, actor, commune, kind, waits.get(kind)) for kind in OF_KINDS]


def _standing(unit: UnitOfWork, actor: Actor, commune: int, kind: Counter, waits: Proposal | None) -> Standing:
    knowledge = unit.house.knowledge
    office = next((o for o in knowledge.offices.get(commune, ()) if o.kind is kind and o.hours), None)
    file = written_of(commune, kind, knowledge.written or {}) if isinstance(office, ReportedOffice) else None
    return Standing(
        commune=commune, kind=kind, office=office, hours=office.hours if office else _usual(knowledge, kind),
        differs=file if file and office and file.hours != office.hours else None,
        waiting=_waiting(unit, actor, waits) if waits else None, may_propose=actor.leads(commune),
    )  # fmt: skip


def _usual(knowledge: Knowledge, kind: Counter) -> tuple[Hours, ...]:
    return knowledge.counters[kind].usual_hours or knowledge.calendar.usual_hours


def _waiting(unit: UnitOfWork, actor: Actor, one: Proposal) -> Waiting:
    return Waiting(
        number=one.id, hours=_hours_of(one), name=unit.actor(one.proposed_by).name, at=one.proposed_at,
        mine=one.proposed_by == actor.person, may_decide=_role(unit, actor, one.commune) is not None,
    )  # fmt: skip


# Who may


def _role(unit: UnitOfWork, actor: Actor, commune: int) -> Role | None:
    """As what somebody may confirm a commune's hours: of its own desk, or of its province."""
    place = unit.house.knowledge.gazetteer.communes.get(commune)
    if place is None:
        return None
    if post := actor.serves(commune):
        return post.role
    return Role.PROVINCE if actor.stands_for(place.province_code) else None


def communes_of(unit: UnitOfWork, actor: Actor) -> list[int]:
    """Whose hours somebody looks after: of their desks, and of their provinces where something waits for them."""
    own = sorted({post.commune for post in actor.posts if actor.serves(post.commune)})
    places = unit.house.knowledge.gazetteer.communes.values()
    above = {one.code for one in places if actor.stands_for(one.province_code)}
    waits = {one.commune for one in reported_hours.waiting(unit.connection, above)} if above else set()
    return [*own, *sorted(waits - {*own})][:MOST_COMMUNES]


# In the chat


def command(unit: UnitOfWork, visit: Visit, actor: Actor) -> None:
    """`/hours`; `/hours Thứ 2–6: 7:30–11:30 …`, `/hours công an …`; `/hours xác nhận 12`, `/hours từ chối 12 lý do`."""
    text = visit.text.strip()
    decides = DECIDES.fullmatch(text)
    verb = fold(decides["verb"]).strip() if decides else ""
    if decides and verb in _words(unit, "hours.words_confirm"):
        return _told(unit, visit, confirm(unit, actor, int(decides["number"])), int(decides["number"]))
    if decides and verb in _words(unit, "hours.words_refuse"):
        return _refuse(unit, visit, actor, int(decides["number"]), decides["why"])
    if text:
        return _typed(unit, visit, actor, text)
    return show(unit, visit, actor)


def _words(unit: UnitOfWork, key: str) -> frozenset[str]:
    said = (word for one in unit.house.catalogs.values() for word in one.say(key).split("|"))
    return frozenset(fold(word).strip() for word in said)


def show(unit: UnitOfWork, visit: Visit, actor: Actor) -> None:
    """The present hours of one's communes, in a group those of its own, and the buttons."""
    scene = unit.scene(visit.who)
    communes = _here(unit, visit, actor)
    if not communes:
        return unit.answer(visit, Reply(blocks=(scene.line("hours.nothing_waits"),)))
    for commune in communes:
        unit.answer(visit, words.listed(scene.of_commune(commune), standing(unit, actor, commune), visit.private))
    return None


def _here(unit: UnitOfWork, visit: Visit, actor: Actor) -> list[int]:
    if visit.private:
        return communes_of(unit, actor)
    desk = people.desk_in(unit.connection, visit.chat)
    return [desk["commune"]] if desk and _role(unit, actor, desk["commune"]) else []


def _typed(unit: UnitOfWork, visit: Visit, actor: Actor, text: str) -> None:
    """Hours behind the command: of the police where they begin so, else of the counter."""
    led = [one for one in _here(unit, visit, actor) if actor.leads(one)]
    scene = unit.scene(visit.who)
    if not led:
        return unit.answer(visit, Reply(blocks=(scene.line("refused.leader_only"),)))
    if len(led) > 1:
        return show(unit, visit, actor)
    kind, line = _kind_and_line(unit, text)
    return heard(unit, replace(visit, text=line), actor, led[0], kind)


def _kind_and_line(unit: UnitOfWork, text: str) -> tuple[Counter, str]:
    for word in _words(unit, "hours.words_police"):
        first = text.split(maxsplit=word.count(" ") + 1)
        if fold(" ".join(first[: word.count(" ") + 1])).strip(" :") == word:
            return Counter.COMMUNE_POLICE, " ".join(first[word.count(" ") + 1 :])
    return Counter.SERVICE_CENTRE, text


def press(unit: UnitOfWork, visit: Visit, actor: Actor, action: actions.OfficeHours) -> None:
    """A button, perhaps an old one: the right is looked up now."""
    match action:
        case actions.ProposeHours(commune, kind) if kind in OF_KINDS:
            _ask(unit, visit, actor, commune, Counter(kind))
        case actions.SendHours(number):
            _told(unit, visit, send(unit, actor, number), number)
        case actions.DropHours(number):
            _told(unit, visit, drop(unit, actor, number), number)
        case actions.ConfirmHours(number):
            _told(unit, visit, confirm(unit, actor, number), number)
        case actions.RefuseHours(number):
            _refuse(unit, visit, actor, number, "")
        case _:
            unit.answer(visit, Reply(blocks=(unit.scene(visit.who).line("button.old"),)))


def _ask(unit: UnitOfWork, visit: Visit, actor: Actor, commune: int, kind: Counter) -> None:
    scene = unit.scene(visit.who).of_commune(commune)
    if not actor.leads(commune):
        return unit.answer(visit, Reply(blocks=(scene.line("refused.leader_only"),)))
    return unit.answer(visit, words.ask(scene, commune, kind))


def heard(unit: UnitOfWork, visit: Visit, actor: Actor, commune: int, kind: Counter) -> None:
    """A line of hours: shown back as it was understood; what was not is asked again. Nothing is sent yet."""
    scene = unit.scene(visit.who).of_commune(commune)
    if not actor.leads(commune) or scene.commune is None:
        return unit.answer(visit, Reply(blocks=(scene.line("refused.leader_only"),)))
    if len(visit.text) > LONGEST:
        return unit.answer(visit, words.too_long(scene, commune, kind, LONGEST))
    found = read_hours(visit.text)
    if found.troubles:
        return unit.answer(visit, words.unread(scene, commune, kind, found.troubles))
    return unit.answer(visit, words.preview(scene, _draft(unit, actor, commune, kind, found), commune, kind, found))


def _draft(unit: UnitOfWork, actor: Actor, commune: int, kind: Counter, found: OpeningHours) -> int:
    told = _HOURS.dump_json(found.hours).decode()
    return reported_hours.write(
        unit.connection, commune=commune, kind=kind.value, hours=told, by=actor.person, now=unit.now
    )  # fmt: skip


def _refuse(unit: UnitOfWork, visit: Visit, actor: Actor, number: int, why: str) -> None:
    """With the reason, which is asked for where there is none."""
    if problem := refusal(unit, actor, number):
        return _told(unit, visit, problem, number)
    if not why.strip() or len(why.strip()) > LONGEST_WHY:
        scene, key = unit.scene(visit.who), "hours.why_too_long" if why.strip() else "hours.ask_why"
        line = scene.line(key, number=number, most=LONGEST_WHY)
        return unit.answer(visit, Reply(blocks=(line,), place=Place(name=f"hoursno:{number}", prompts=True)))
    return _told(unit, visit, refuse(unit, actor, number, why), number)


def answered(unit: UnitOfWork, visit: Visit, actor: Actor, verb: str, subject: str) -> None:
    """The answer to a message that asked: `hours:8.service_centre` for hours, `hoursno:12` for a reason."""
    first, _, kind = subject.partition(".")
    if verb == "hoursno":
        _refuse(unit, visit, actor, int(first), visit.text)
    elif kind in OF_KINDS:
        heard(unit, visit, actor, int(first), Counter(kind))


def _told(unit: UnitOfWork, visit: Visit, problem: str | None, number: int) -> None:
    scene, one = unit.scene(visit.who), reported_hours.find(unit.connection, number)
    if problem or one is None:
        return unit.answer(visit, Reply(blocks=(scene.line(problem or "hours.gone"),)))
    place = Place(name=_asked_by(one)) if visit.chat in _asked(unit, one) else Place()
    reply = words.state(scene.of_commune(one.commune), one.status, Counter(one.kind), _hours_of(one), one.why)
    return unit.answer(visit, replace(reply, place=place))


# What is done; each gives what is to be said of a refusal


def propose(unit: UnitOfWork, actor: Actor, commune: int, kind: Counter, text: str) -> str | None:
    """Written and sent at once, by whoever has seen what was understood."""
    found = read_hours(text[:LONGEST])
    if not actor.leads(commune) or commune not in unit.house.knowledge.gazetteer.communes:
        return "refused.leader_only"
    if found.troubles or len(text) > LONGEST:
        return "hours.gone"
    return send(unit, actor, _draft(unit, actor, commune, kind, found))


def send(unit: UnitOfWork, actor: Actor, number: int) -> str | None:
    """A draft to whoever may confirm it; what waited of the same office waits no more."""
    one = reported_hours.find(unit.connection, number)
    if one is None or one.proposed_by != actor.person:
        return "hours.gone"
    if not actor.leads(one.commune):
        return "refused.leader_only"
    if not reported_hours.become(unit.connection, number, before=[DRAFT], after=WAITING):
        return "hours.decided"
    reported_hours.replace_others(unit.connection, one, status=WAITING)
    unit.audit(actor, "hours_proposed", _subject(one))
    readers = _asked(unit, one)
    for chat in readers:
        scene = _scene(unit, chat, one)
        unit.put(chat, words.asked(scene, number, Counter(one.kind), _hours_of(one), actor.name, _asked_by(one)))
    return None if readers else "hours.nobody"


def confirm(unit: UnitOfWork, actor: Actor, number: int) -> str | None:
    """From now on they hold, in every process within seconds."""
    one = reported_hours.find(unit.connection, number)
    if problem := refusal(unit, actor, number):
        return problem
    role = _role(unit, actor, one.commune) if one else None
    if one is None or role is None or not _decide(unit, actor, one, HELD, role):
        return "hours.decided"
    reported_hours.replace_others(unit.connection, one, status=HELD)
    unit.audit(actor, "hours_confirmed", _subject(one))
    unit.renews.append(one.commune)
    _tell(unit, actor, one)
    return None


def refuse(unit: UnitOfWork, actor: Actor, number: int, why: str) -> str | None:
    """Nothing changes; who proposed them hears why."""
    one = reported_hours.find(unit.connection, number)
    if problem := refusal(unit, actor, number):
        return problem
    role, why = _role(unit, actor, one.commune) if one else None, " ".join(why.split())
    if not why or len(why) > LONGEST_WHY:
        return "hours.no_why"
    if one is None or role is None or not _decide(unit, actor, one, REFUSED, role, why):
        return "hours.decided"
    unit.audit(actor, "hours_refused", _subject(one))
    _tell(unit, actor, one)
    return None


def refusal(unit: UnitOfWork, actor: Actor, number: int) -> str | None:
    """Why somebody may not decide about a proposal; None where they may."""
    one = reported_hours.find(unit.connection, number)
    if one is None or one.status == DRAFT or _role(unit, actor, one.commune) is None:
        return "hours.gone"
    if one.proposed_by == actor.person:
        return "hours.own"
    return None if one.status == WAITING else "hours.decided"


def drop(unit: UnitOfWork, actor: Actor, number: int) -> str | None:
    """Who proposed it takes it back."""
    one = reported_hours.find(unit.connection, number)
    if one is None or one.proposed_by != actor.person:
        return "hours.gone"
    if not reported_hours.become(unit.connection, number, before=[DRAFT, WAITING], after=DROPPED):
        return "hours.decided"
    if one.status == WAITING:
        unit.audit(actor, "hours_dropped", _subject(one))
        _tell(unit, actor, one)
    return None


def _decide(unit: UnitOfWork, actor: Actor, one: Proposal, status: str, role: Role, why: str = "") -> bool:
    values = {"decided_by": actor.person, "decided_as": role.value, "decided_at": unit.now, "why": why}
    return reported_hours.become(unit.connection, one.id, before=[WAITING], after=status, **values)


def _subject(one: Proposal) -> str:
    return f"{one.commune:05}/{one.kind}/{one.id}"


# Who hears of it


def _asked_by(one: Proposal) -> str:
    """By what the message is known that asks for a confirmation: it is changed in place once there is one."""
    return f"hoursask:{one.id}"


def _asked(unit: UnitOfWork, one: Proposal) -> list[str]:
    """The desk's group, else each colleague; where the commune has nobody else, the province."""
    others = [person for person in unit.crew(one.commune) if person != one.proposed_by]
    group = unit.desk(one.commune)
    if others:
        return [group] if group else others
    return [row["person"] for row in _of_province(unit, one) if row["person"] != one.proposed_by]


def _of_province(unit: UnitOfWork, one: Proposal) -> Sequence[people.Row]:
    place = unit.house.knowledge.gazetteer.communes.get(one.commune)
    return people.of_province(unit.connection, place.province_code) if place else []


def _scene(unit: UnitOfWork, chat: str, one: Proposal) -> Scene:
    is_group = chat == unit.desk(one.commune)
    return unit.desk_scene(one.commune) if is_group else unit.scene(chat).of_commune(one.commune)


def _tell(unit: UnitOfWork, actor: Actor, one: Proposal) -> None:
    """What became of it: where it was asked for, in place, and to whoever proposed it."""
    after = reported_hours.find(unit.connection, one.id) or one
    told = (Counter(one.kind), _hours_of(one), after.why)
    for chat in _asked(unit, one):
        if chat != actor.person:
            reply = words.state(_scene(unit, chat, one), after.status, *told)
            unit.put(chat, replace(reply, place=Place(name=_asked_by(one))))
    if one.proposed_by != actor.person:
        unit.put(one.proposed_by, words.state(_scene(unit, one.proposed_by, one), after.status, *told))
