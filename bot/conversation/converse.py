"""One visit in, replies and what to remember out. Pure: no clock, no database, no channel."""

import datetime as dt
import re
from dataclasses import dataclass, replace

from bot.content.schema import Aspect, Counter, Language, Procedure, Wish
from bot.conversation import actions
from bot.conversation.citizen import (
    appointments,
    benefits,
    checklist,
    commands,
    communes,
    events,
    helping,
    matters,
    next_step,
    opening,
    plainly,
    reminders,
    second_tier,
    talk,
)
from bot.conversation.citizen.answers import (
    ASKED,
    LAW,
    MORE,
    PITFALLS,
    answer,
    if_meant,
    more,
    not_yet,
    opened,
    picked,
    reply_to,
)
from bot.conversation.citizen.offices import OF_THE_COMMUNE, office_blocks, offices_in
from bot.conversation.reply import Block, Reply
from bot.conversation.scene import House, Scene
from bot.conversation.visit import Kind, Memory, Unseen, Visit
from bot.desk.request import RequestKind
from bot.desk.working_time import VIETNAM
from bot.understanding.engine import understand
from bot.understanding.places import find_exactly
from bot.understanding.result import Context, Outcome, Place, Understanding
from bot.understanding.wishes import Wished, is_wish

OFFICE_CONTACT = "office_contact"
OTHER_NAMES = 2  # of the portal's, offered beside the likeliest
EVENTFUL = (Outcome.ANSWERED, Outcome.CLARIFY, Outcome.NO_MATCH, Outcome.SECOND_TIER)  # may tell of a life event
MATTERS = (Outcome.ANSWERED, Outcome.CLARIFY, Outcome.SECOND_TIER)
UNSURE_OF = (Outcome.NO_MATCH, Outcome.CLARIFY, Outcome.FEEDBACK, Outcome.SECOND_TIER, Outcome.SMALL_TALK)
GUESSED_FROM = 0.3  # chance among procedures
OFFERED = (Kind.PHOTO, Kind.VIDEO, Kind.FILE, Kind.VOICE)  # to be sent to an officer, where we can do nothing with it
ATTACHMENTS = (Kind.PHOTO, Kind.STICKER, Kind.VOICE, Kind.VIDEO, Kind.FILE, Kind.LOCATION, Kind.CONTACT, Kind.OTHER)

POSTER = re.compile(r"c[0-9]{1,5}", re.ASCII)
COMMANDS = ("start", "help", "language", "commune", "topics", "my")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a visit led to."""

    replies: tuple[Reply, ...]
    memory: Memory
    understanding: Understanding | None = None


def converse(visit: Visit, memory: Memory, house: House, now: dt.datetime) -> Answer:
    """Decide what to say to a visit."""
    visiting = visit.chat.partition(":")[0] in house.passing
    words_alone = visit.kind in (Kind.TEXT, Kind.EDIT) or (visit.edited and not visit.command)
    if words_alone and visit.private:
        if visit.edited and visit.kind is not Kind.EDIT and not visit.text.strip():
            return Answer(replies=(), memory=memory)  # a place that moves, a photo put right
        return _heard(visit.text, memory, house, now, visiting=visiting)
    scene = Scene(house=house, memory=memory, language=language_of(visit, memory), now=now, visiting=visiting)
    if not visit.private:
        replies = _in_group(scene, visit)
    elif visit.command or visit.kind is Kind.COMMAND:
        replies, memory = _commanded(scene, visit)
    elif visit.kind is Kind.BUTTON:
        replies, memory = _pressed(scene, visit)
    else:
        replies = _attachment(scene, visit)
        if visit.kind is Kind.LOCATION:  # where none of those near is theirs, its name is typed
            memory = replace(memory, asked_commune=True)
        if visit.kind in OFFERED:
            memory = replace(memory, unseen=_unseen(visit))
        if words := (visit.text or visit.heard).strip():
            said = _heard(words, memory, house, now, visiting=visiting)
            urgent = said.understanding is not None and said.understanding.outcome is Outcome.EMERGENCY
            return said if urgent else replace(said, replies=(*replies, *said.replies))
    return Answer(replies=tuple(replies), memory=memory)


def apology(memory: Memory, house: House, *, reference: int) -> Reply:
    """The machine has failed; the words of the failure stay in the log."""
    language = memory.language or memory.spoke or Language.VI
    return Reply(blocks=(Block(text=house.catalogs[language].say("error.machine", reference=reference)),))


def language_of(visit: Visit, memory: Memory) -> Language:
    """The language chosen, else the one last spoken, else that of the person's app."""
    if memory.language or memory.spoke:
        return memory.language or memory.spoke or Language.VI
    code = (visit.interface_language or "")[:2].lower()
    return {"en": Language.EN, "id": Language.ID, "in": Language.ID}.get(code, Language.VI)


def _in_group(scene: Scene, visit: Visit) -> list[Reply]:
    """In a group only a command is answered: other people read along."""
    return [Reply(blocks=(scene.line("group.private"),))] if visit.command else []


def _commanded(scene: Scene, visit: Visit) -> commands.Done:
    match visit.command:
        case "start":
            return _started(scene, visit.text)
        case "help":
            return commands.help_(scene)
        case "language":
            return commands.language(scene, visit.text)
        case "commune":
            return commands.commune(scene, visit.text)
        case "topics":
            return commands.topics(scene)
        case "my":
            return commands.my(scene)
        case "hours":  # whoever serves reports them by it; everybody else is told them
            blocks = tuple(office_blocks(scene, Counter.SERVICE_CENTRE))
            return [Reply(blocks=blocks, buttons=talk.topics_button(scene))], scene.memory
        case _:
            return [Reply(blocks=(scene.line("command.unknown"), scene.line("help.commands")))], scene.memory


def _started(scene: Scene, payload: str) -> commands.Done:
    """`/start`; from a poster, with the commune and perhaps a procedure: `c00008_dang-ky-khai-sinh`."""
    code, _, name = payload.strip().partition("_")
    known = scene.house.knowledge.gazetteer.communes
    commune = known.get(int(code[1:])) if POSTER.fullmatch(code) else None
    if commune is None:
        return commands.start(scene)
    memory = communes.chosen(scene.memory, commune)
    here = replace(scene, memory=memory)
    hello = commands.hello(here, here.line("commune.is", name=commune.name, province=commune.province))
    if procedure := here.procedure(name):
        return [hello, answer(here, procedure, None)], memory.about(name, None)
    if here.listed(name):
        return [hello, not_yet(here, name)], memory.about(name, None)
    return [hello], memory


def _pressed(scene: Scene, visit: Visit) -> commands.Done:
    """A button, perhaps an old one: whatever it carries is checked again."""
    match actions.read(visit.text):
        case actions.Answer(name, part) if procedure := scene.procedure(name):
            return _shown(scene, procedure, part, visit)
        case actions.Answer(name) if scene.listed(name):
            return [not_yet(scene, name)], scene.memory.about(name, None)
        case actions.Answer(code) if code in scene.house.knowledge.second_tier:
            memory = scene.memory.about(code, scene.memory.aspect)
            return [_short(scene, memory, second_tier.told(scene, code, scene.memory.aspect))], memory
        case actions.InFull(code) if code in scene.house.knowledge.second_tier:
            memory = scene.memory.about(code, scene.memory.aspect)
            return [second_tier.told(scene, code, scene.memory.aspect)], memory
        case actions.InFull(name, part) if procedure := scene.procedure(name):
            replies, memory = _shown(replace(scene, memory=replace(scene.memory, plain=False)), procedure, part, visit)
            return replies, replace(memory, plain=scene.memory.plain)
        case actions.Plainly(how):
            done = _plainly(how, scene.memory, scene.house, scene.now)
            return list(done.replies), done.memory
        case actions.AskCommune():
            return [communes.ask_commune(scene)], replace(scene.memory, asked_commune=True)
        case actions.ChooseCommune(code):
            return _commune_chosen(scene, code)
        case actions.ChooseLanguage(language):
            return commands.language(scene, language)
        case actions.Topics():
            return commands.topics(scene, replaces=visit.pressed_in)
        case actions.Topic(name, page):
            return commands.topic(scene, name, page, replaces=visit.pressed_in)
        case actions.LifeEvents():
            return [events.listed(scene, replaces=visit.pressed_in)], scene.memory
        case actions.LifeEvent(name) if reply := events.path(scene, name):
            return [reply], scene.memory
        case actions.OpenChecklist(name):
            return checklist.opened(scene, name, afresh=False, replaces=visit.pressed_in)
        case actions.BeginChecklist(name):
            return checklist.opened(scene, name, afresh=True, replaces=visit.pressed_in)
        case actions.ChooseCase(name, case, option):
            return checklist.chosen(scene, name, case, option, replaces=visit.pressed_in)
        case actions.Tick(name, paper):
            return checklist.ticked(scene, name, paper, replaces=visit.pressed_in)
        case actions.SaveChecklist(name, form):
            return checklist.saved(scene, name, form)
        case actions.Benefits(said):
            return [benefits.step(scene, said, replaces=visit.pressed_in if said else None)], scene.memory
        case actions.AskDate(name):
            return reminders.ask(scene, name)
        case actions.ChooseDate(name, day):
            return reminders.chosen(scene, name, day)
        case actions.NoNextStep():
            return [next_step.refused(scene)], scene.memory
        case actions.NoReminder():
            return reminders.refused(scene)
        case actions.OtherMatter():
            return [talk.another_matter(scene)], replace(scene.memory, procedure=None, aspect=None, choices=())
        case actions.NoneOfThese():
            return [talk.no_match(scene)], replace(scene.memory, choices=())
        case _:
            return [Reply(blocks=(scene.line("button.old"),), buttons=talk.topics_button(scene))], scene.memory


def _shown(scene: Scene, procedure: Procedure, part: str, visit: Visit) -> commands.Done:
    pressed_in = visit.pressed_in
    if part in (LAW, PITFALLS):
        return [more(scene, procedure, part, replaces=pressed_in)], scene.memory.about(
            procedure.id, scene.memory.aspect
        )
    if found := picked(scene, procedure, part):
        reply, aspect = found
        memory = scene.memory.about(procedure.id, aspect)
        return [_short(scene, memory, reply)], memory
    asked = scene.memory.aspect if part == ASKED or "." in part else None
    if part == MORE:
        reply = opened(scene, procedure, visit.under, replaces=pressed_in)
        return [reply], scene.memory.about(procedure.id, scene.memory.aspect)
    aspect = Aspect(part) if part in list(Aspect) else asked
    in_place = pressed_in if part in list(Aspect) else None
    memory = scene.memory.about(procedure.id, aspect)
    told = answer(scene, procedure, aspect, replaces=in_place)
    return [_short(scene, memory, told)], memory


def _short(scene: Scene, memory: Memory, answered: Reply) -> Reply:
    """An answer as it is to be read; a question, a path or a result has no shorter form."""
    return plainly.shortened(replace(scene, memory=memory), answered) if memory.plain else answered


def _commune_chosen(scene: Scene, code: int) -> commands.Done:
    commune = scene.house.knowledge.gazetteer.communes.get(code)
    if commune is None:
        return [Reply(blocks=(scene.line("button.old"),), buttons=talk.topics_button(scene))], scene.memory
    memory = communes.chosen(scene.memory, commune)
    lead = (scene.line("commune.is", name=commune.name, province=commune.province),)
    return _after_commune(replace(scene, memory=memory), lead), memory


def _after_commune(scene: Scene, lead: tuple[Block, ...]) -> list[Reply]:
    """The commune is known now: where a procedure is being talked about, say where to go for it."""
    name = scene.memory.procedure or ""
    aspect = Aspect.HOURS if scene.memory.aspect is Aspect.HOURS else Aspect.PLACE
    if procedure := scene.procedure(name):
        return [answer(scene, procedure, aspect, lead=lead)]
    if scene.listed(name):
        return [not_yet(scene, name, lead=lead)]
    if name in scene.house.knowledge.second_tier:
        return [second_tier.told(scene, name, None, lead=lead)]
    return [Reply(blocks=(*lead, scene.line("commune.kept")))]


def _unseen(visit: Visit) -> Unseen:
    return Unseen(
        message=visit.message,
        file=visit.file,
        handle=visit.handle,
        kind=visit.kind,
        album=visit.album,
        others=tuple(map(_unseen, visit.others)),
    )


def _attachment(scene: Scene, visit: Visit) -> list[Reply]:
    if visit.point and (near := communes.near(scene, visit.point)):
        return [near]
    if visit.kind in OFFERED:
        return [talk.not_seen(scene, visit, agreed=scene.memory.consent is not None)]
    return [Reply(blocks=(scene.line(f"attachment.{visit.kind}"),))]


def _understood(text: str, question: str, context: Context, house: House) -> Understanding:
    """Words, with the question before them that named no matter, where they name one and ask nothing themselves."""
    understood = understand(text, context, house.engine)
    if not question or understood.aspect or understood.outcome not in MATTERS:
        return understood
    return replace(understand(f"{text}, {question}", context, house.engine), text=text)


def _heard(text: str, memory: Memory, house: House, now: dt.datetime, *, visiting: bool = False) -> Answer:
    """Words: understood, then answered by the outcome's own function."""
    if memory.asked_commune and (place := find_exactly(text, house.engine.places, guess=False)):
        return _named(text, place, memory, house, now)
    context = memory.context(now.astimezone(VIETNAM).date())
    understood = communes.own_first(memory, _understood(text, memory.question, context, house))
    memory = replace(memory, question="")
    unclear = understood.outcome in (
        Outcome.NO_MATCH,
        Outcome.CLARIFY,
    )  # "xin chào" is no slip for the commune Xín Chải
    if memory.asked_commune and unclear and (place := find_exactly(text, house.engine.places)):
        return _named(text, place, memory, house, now)
    if how := plainly.wished(Scene(house=house, memory=memory, language=understood.language, now=now), text):
        return _plainly(how, replace(memory, spoke=understood.language), house, now)
    if not any(letter.isalpha() for letter in text):  # a date is of no language
        understood = replace(understood, language=memory.language or memory.spoke or understood.language)
    spoken = replace(memory, spoke=understood.language)
    scene = Scene(house=house, memory=spoken, language=understood.language, now=now, visiting=visiting)
    wish = reminders.asked_for(scene, text) if understood.outcome is not Outcome.EMERGENCY else None
    if wish:
        understood = replace(understand(wish.rest, context, house.engine), text=text)
    replies, memory = _ahead(scene, understood, wish) or _answered(scene, understood)
    if replies and understood.outcome is not Outcome.EMERGENCY and helping.for_family(scene, text):
        *others, last = replies
        replies = [*others, replace(last, blocks=(*last.blocks, helping.family(scene)))]
    if understood.doubt and replies and not _only_wishes(scene, text):
        first, *rest = replies
        replies = [talk.with_notice(first, *talk.in_doubt(scene, understood.doubt)), *rest]
    return Answer(replies=tuple(replies), memory=memory, understanding=understood)


def _only_wishes(scene: Scene, text: str) -> bool:
    """Nothing else was said, so no danger was."""
    return any(is_wish(text, one, scene.house.engine.wishes) for one in (Wish.BOOK, Wish.REMIND, Wish.BENEFITS))


def _plainly(how: str, memory: Memory, house: House, now: dt.datetime) -> Answer:
    """Switch the shortest form on or off, and say the last answer so."""
    memory = replace(memory, plain=how == plainly.ON)
    scene = Scene(house=house, memory=memory, language=memory.language or memory.spoke or Language.VI, now=now)
    lead = plainly.switched(scene, how)
    name = memory.procedure or ""
    if procedure := scene.procedure(name):
        told = answer(scene, procedure, memory.aspect)
    elif name in house.knowledge.second_tier:
        told = second_tier.told(scene, name, memory.aspect)
    else:
        return Answer(replies=(Reply(blocks=(lead,)),), memory=memory)
    return Answer(replies=(Reply(blocks=(lead,)), _short(scene, memory, told)), memory=memory)


def _ahead(scene: Scene, understood: Understanding, wish: Wished | None) -> commands.Done | None:
    """A wish to be reminded, or the date that was asked for; danger goes before either."""
    if understood.outcome is Outcome.EMERGENCY:
        return None
    if wish:
        return reminders.wish(scene, wish, understood)
    if benefits.asked_for(scene, understood.text):
        return [benefits.step(scene, "")], scene.memory
    if booking := appointments.wish(scene, understood):
        reply, name = booking
        return [reply], scene.memory.about(name, None) if name else scene.memory
    if understood.outcome in UNSURE_OF and matters.asks_about(scene, understood.text):
        return [matters.how(scene)], scene.memory
    return reminders.dated(scene, understood.text, understood) if scene.memory.date_asked else None


def _named(text: str, place: Place, memory: Memory, house: House, now: dt.datetime) -> Answer:
    """The answer to "which commune?": the whole message is a name."""
    understood = Understanding(
        text=text, language=memory.language or memory.spoke or Language.VI, outcome=Outcome.SMALL_TALK, place=place
    )
    scene = Scene(house=house, memory=memory, language=understood.language, now=now)
    replies, memory = _place_only(scene, place)
    return Answer(replies=tuple(replies), memory=memory, understanding=understood)


def _answered(scene: Scene, understood: Understanding) -> commands.Done:
    if scene.memory.date_asked:  # something else is talked about now
        scene = replace(scene, memory=replace(scene.memory, date_asked=None))
    if told := _life_event(scene, understood):
        return told
    match understood.outcome:
        case Outcome.EMERGENCY:
            return [talk.emergency(scene, understood)], scene.memory
        case Outcome.DENUNCIATION | Outcome.COMPLAINT | Outcome.FEEDBACK:
            return _legal(scene, understood)
        case Outcome.STAFF_WANTED:
            return [talk.staff_wanted(scene)], scene.memory
        case Outcome.EXTRA_DEMAND:
            return _demanded(scene, understood)
        case Outcome.ABUSE:
            return [talk.abuse(scene)], scene.memory
        case Outcome.OTHER_SERVICE:
            return [talk.other_service(scene)], scene.memory
        case Outcome.SMALL_TALK if understood.talk == OFFICE_CONTACT:
            return _contact(scene, understood)
        case Outcome.SMALL_TALK if understood.place is None:
            return [talk.small_talk(scene, understood)], scene.memory
        case Outcome.CLARIFY:
            return _clarified(scene, understood)
        case Outcome.SECOND_TIER:
            return _by_name_only(scene, understood)
        case Outcome.ANSWERED if understood.procedures and (p := scene.procedure(understood.procedures[0].id)):
            return _procedure(scene, understood, p)
        case Outcome.ANSWERED if understood.procedures and scene.listed(understood.procedures[0].id):
            return _listed(scene, understood)
    if understood.place:
        return _place_only(scene, understood.place)
    if understood.aspect is Aspect.HOURS:
        return [Reply(blocks=_opening_hours(scene, understood), buttons=talk.topics_button(scene))], scene.memory
    if understood.aspect is Aspect.STATUS and understood.outcome is Outcome.NO_MATCH:
        return [talk.tracking(scene)], scene.memory
    if understood.aspect and not understood.procedures:
        return [talk.which_matter(scene)], replace(scene.memory, question=understood.text)
    if guessed := _guessed(understood):
        memory = replace(scene.memory, choices=guessed, aspect=understood.aspect)
        return [talk.heard(scene, guessed)], memory
    return [talk.no_match(scene)], scene.memory


def _guessed(understood: Understanding) -> tuple[str, ...]:
    """What a message that was not understood may have been about."""
    return tuple(one.id for one in understood.procedures[:2] if one.score >= GUESSED_FROM)


def _demanded(scene: Scene, understood: Understanding) -> commands.Done:
    """An extra demand: about the procedure that the words name, else the one that was talked about."""
    named = [one.id for one in understood.procedures[:1] if one.score >= GUESSED_FROM]
    name = next(iter((*named, *filter(None, (scene.memory.procedure,)))), "")
    return [talk.extra_demand(scene, scene.procedure(name))], scene.memory.about(name, None) if name else scene.memory


def _contact(scene: Scene, understood: Understanding) -> commands.Done:
    """Address and telephone of the commune that is named, else of the person's own."""
    memory = scene.memory
    if understood.place and not understood.place.certain:
        return [communes.choices(scene, understood.place)], replace(memory, asked_commune=True)
    if understood.place and (found := understood.place.certain):
        memory = communes.chosen(memory, found)
    here = replace(scene, memory=memory)
    if here.commune is None:
        return [communes.ask_commune(scene)], replace(memory, asked_commune=True)
    lead = here.line("commune.is", name=here.commune.name, province=here.commune.province)
    known = {office.kind for office in here.house.knowledge.offices.get(here.commune.code, ())}
    police = office_blocks(here, Counter.COMMUNE_POLICE) if Counter.COMMUNE_POLICE in known else ()
    blocks = (*office_blocks(here, Counter.PEOPLE_COMMITTEE), *office_blocks(here, Counter.SERVICE_CENTRE), *police)
    unique = (lead, *dict.fromkeys(blocks))
    return [
        Reply(
            blocks=unique, buttons=((here.button("answer.ask_officer", actions.NewRequest(RequestKind.QUESTION, "")),),)
        )
    ], memory


def _life_event(scene: Scene, understood: Understanding) -> commands.Done | None:
    """A situation told without a question: the whole path, where the words also point to one of its procedures."""
    event = scene.house.knowledge.life_events.get(understood.life_event or "")
    if event is None or understood.outcome not in EVENTFUL:
        return None
    steps = {step.procedure for step in event.steps}
    near = understood.procedures[0].id if understood.procedures else ""
    if understood.outcome is Outcome.ANSWERED and near not in steps:
        return None
    reply, memory = events.path(scene, event.id), scene.memory
    if near in steps:
        memory = memory.about(near, None)
    if understood.place and (found := understood.place.certain):
        memory = communes.chosen(memory, found)
    return ([reply], memory) if reply else None


def _opening_hours(scene: Scene, understood: Understanding) -> tuple[Block, ...]:
    """“Is it open now?” without a procedure: the counter where most things are handed in."""
    if understood.moment:
        return opening.at(scene, None, Counter.SERVICE_CENTRE, understood.moment)
    return tuple(office_blocks(scene, Counter.SERVICE_CENTRE))


def _legal(scene: Scene, understood: Understanding) -> commands.Done:
    name, _ = talk.LEGAL_ROUTES[understood.outcome]
    return [talk.legal_route(scene, understood)], scene.memory.about(name, understood.aspect)


def _clarified(scene: Scene, understood: Understanding) -> commands.Done:
    memory = replace(scene.memory, choices=understood.choices, aspect=understood.aspect)
    lead: tuple[Block, ...] = ()
    if understood.place and (found := understood.place.certain):
        memory, lead = communes.chosen(memory, found), communes.settled(scene, found)
    if understood.aspect is Aspect.HOURS:
        lead = (*lead, *_opening_hours(replace(scene, memory=memory), understood))
    first = if_meant(scene, understood)
    return [talk.clarify(scene, understood, lead, first)], _noted(scene, memory) if first else memory


def _by_name_only(scene: Scene, understood: Understanding) -> commands.Done:
    """The portal's list knows it, we do not: its name and where to go, or the names that may be meant."""
    memory = scene.memory
    if understood.place and (found := understood.place.certain):
        memory = communes.chosen(memory, found)
    here = replace(scene, memory=memory)
    if understood.choices:
        memory = replace(memory, choices=understood.choices, aspect=understood.aspect)
        return [second_tier.offered(here, understood.choices)], memory
    best, *others = (one.id for one in understood.second_tier)
    reply = second_tier.told(
        here, best, understood.aspect, follow_up=understood.follow_up, others=tuple(others[:OTHER_NAMES])
    )
    memory = memory.about(best, understood.aspect)
    return [_short(scene, memory, reply)], memory


def _listed(scene: Scene, understood: Understanding) -> commands.Done:
    """Understood, but the facts are not there yet: the office at least."""
    name = understood.procedures[0].id
    memory = scene.memory.about(name, understood.aspect)
    if understood.place and (found := understood.place.certain):
        memory = communes.chosen(memory, found)
    return [not_yet(replace(scene, memory=memory), name)], memory


def _procedure(scene: Scene, understood: Understanding, procedure: Procedure) -> commands.Done:
    memory = scene.memory.about(procedure.id, understood.aspect)
    place = understood.place
    if place is None or (understood.yes_no and not place.certain):  # the rule answers it, wherever that is
        told = reply_to(replace(scene, memory=memory), procedure, understood)
        return [_short(scene, memory, told)], _noted(scene, memory)
    if found := place.certain:
        memory = communes.chosen(memory, found)
        lead = communes.settled(scene, found) if found.by else ()
        told = reply_to(replace(scene, memory=memory), procedure, understood, lead=lead)
        return [_short(scene, memory, told)], _noted(scene, memory)
    memory = replace(memory, asked_commune=True)
    lead = _offices_of_all(scene, understood, procedure)
    question = communes.choices(scene, place, lead=lead)
    told = reply_to(replace(scene, memory=memory), procedure, understood)
    return [_short(scene, memory, told), question], _noted(scene, memory)


def _noted(scene: Scene, memory: Memory) -> Memory:
    """Sources and what we do not do have been told today."""
    return replace(memory, noted=scene.today)


def _offices_of_all(scene: Scene, understood: Understanding, procedure: Procedure) -> tuple[Block, ...]:
    """Where a former unit was split in two or three, both offices are shown at once."""
    place = understood.place
    if place is None or place.total > 3 or not all(found.partly for found in place.candidates):
        return ()
    if procedure.counter not in OF_THE_COMMUNE:
        return ()
    known = scene.house.knowledge.gazetteer.communes
    return tuple(
        block for found in place.candidates for block in offices_in(scene, procedure.counter, known[found.ward_code])
    )


def _place_only(scene: Scene, place: Place) -> commands.Done:
    if found := place.certain:
        memory = communes.chosen(scene.memory, found)
        return _after_commune(replace(scene, memory=memory), communes.settled(scene, found)), memory
    return [communes.choices(scene, place)], replace(scene.memory, asked_commune=True)
