"""Messages that are not about a procedure: greetings, emergencies, a wish for a person, other people's services."""

from dataclasses import replace

from bot.content.schema import Procedure
from bot.conversation import actions
from bot.conversation.citizen import requests, second_tier
from bot.conversation.citizen.answers import not_yet, offered, reply_to, short_name
from bot.conversation.citizen.facts import fee, how_to_track, statement_lines
from bot.conversation.reply import Block, Button, Reply, Style
from bot.conversation.scene import Scene
from bot.conversation.visit import Kind, Visit
from bot.desk.request import RequestKind
from bot.understanding.result import Outcome, Understanding

EMERGENCY_CONTACTS = {
    "emergency_fire": ("fire", "police", "ambulance"),
    "emergency_crime": ("police", "ambulance"),
    "emergency_medical": ("ambulance", "police", "rescue"),
    "emergency_child": ("child", "police"),
    "emergency_rescue": ("rescue", "fire", "ambulance"),
}
TO_HEAR = ("voice.officer", "voice.send", "voice.send_agreeing")
TO_SEE = ("shown.officer", "shown.send", "shown.send_agreeing")
SMALL_TALK = ("greeting", "thanks", "goodbye", "about_bot", "chitchat", "yes_no", "not_emergency", "injection")
LEGAL_ROUTES = {
    Outcome.FEEDBACK: ("phan-anh-kien-nghi", "feedback.lead"),
    Outcome.COMPLAINT: ("khieu-nai", "complaint.lead"),
    Outcome.DENUNCIATION: ("to-cao", "denunciation.lead"),
}


def emergency(scene: Scene, understood: Understanding) -> Reply:
    """The numbers first and nothing else."""
    names = EMERGENCY_CONTACTS.get(understood.talk or "", ("police", "fire", "ambulance"))
    first, *others = (scene.contact(name) for name in names)
    lines = [
        Block(text=scene.say("emergency.first", number=first.number, name=scene.tell(first.name)), style=Style.TITLE)
    ]
    lines += [
        Block(text=scene.say("emergency.other", number=one.number, name=scene.tell(one.name)), style=Style.ITEM)
        for one in others
    ]
    return Reply(blocks=tuple(lines))


def in_doubt(scene: Scene, kind: str) -> tuple[Block, ...]:
    """Before anything else: is somebody in danger? Then this number."""
    number = scene.contact(EMERGENCY_CONTACTS.get(kind, ("police",))[0]).number
    return (scene.line("emergency.doubt", number=number),)


def extra_demand(scene: Scene, procedure: Procedure | None) -> Reply:
    """Money or papers were demanded: what the law says of them, then what the leader needs to know."""
    told = _by_law(scene, procedure) if procedure else ()
    blocks = (scene.line("extra.lead"), *told, scene.line("extra.how"))
    report = (
        scene.button("extra.report", actions.NewRequest(RequestKind.EXTRA_DEMAND, procedure.id if procedure else "")),
    )
    more = (scene.button("checklist.open", actions.OpenChecklist(procedure.id)),) if procedure else ()
    return Reply(blocks=scene.doubted(blocks), buttons=(report, *((more,) if more else ())))


def _by_law(scene: Scene, procedure: Procedure) -> tuple[Block, ...]:
    about = scene.line("answer.about", name=scene.tell(procedure.short_name))
    without = statement_lines(scene, procedure, procedure.not_required[:2])
    title = (scene.title("papers.not_required"),) if without else ()
    return (about, *fee(scene, procedure), *title, *without)


def tracking(scene: Scene) -> Reply:
    """Where is my dossier, without a word of which: how to look it up, and a person."""
    ask = (scene.button("answer.ask_officer", actions.NewRequest(RequestKind.QUESTION, "")),)
    return Reply(blocks=tuple(how_to_track(scene)), buttons=(ask, *topics_button(scene)))


def small_talk(scene: Scene, understood: Understanding) -> Reply:
    key = f"talk.{understood.talk}" if understood.talk in SMALL_TALK else "talk.greeting"
    return Reply(blocks=(scene.line(key),), buttons=topics_button(scene))


def not_seen(scene: Scene, visit: Visit, *, agreed: bool) -> Reply:
    """What was heard, or honestly that nothing was heard or seen; and that an officer may, by the sender's leave.

    Words under it wait in the message itself, as they do in the question for consent.
    """
    if requests.names_identity_card(visit.text) and visit.kind is not Kind.VOICE:
        return Reply(blocks=(scene.line("attachment.identity_card"),))
    ask, send, agree = TO_HEAR if visit.kind is Kind.VOICE else TO_SEE
    heard = scene.line("voice.heard", words=visit.heard) if visit.heard else scene.line(f"attachment.{visit.kind}")
    consent = () if agreed else (Block(text=scene.say("consent.what"), style=Style.NOTE),)
    under = (scene.line("consent.words"), Block(text=visit.text)) if visit.text else ()
    button = scene.button(send if agreed else agree, actions.SendUnseen())
    return Reply(blocks=(heard, scene.line(ask), *consent, *under), buttons=((button,),))


def staff_wanted(scene: Scene) -> Reply:
    """A person is wanted: a request to the commune's desk, and who else can be reached."""
    hotline = scene.contact("portal_hotline")
    blocks = [scene.line("staff.how", hotline=hotline.number)]
    if scene.commune:
        blocks.append(scene.line("staff.office", commune=scene.commune.name))
    ask = (scene.button("answer.ask_officer", actions.NewRequest(RequestKind.QUESTION, scene.memory.procedure or "")),)
    return Reply(blocks=tuple(blocks), buttons=(ask, *topics_button(scene)))


def legal_route(scene: Scene, understood: Understanding) -> Reply:
    """Feedback, complaint, denunciation: who receives it by law. Nothing is promised and nothing kept."""
    name, key = LEGAL_ROUTES[understood.outcome]
    lead = scene.line(key)
    if procedure := scene.procedure(name):
        reply = reply_to(scene, procedure, understood, after=(lead,))
        return _to_the_desk(scene, reply, feedback=understood.outcome is Outcome.FEEDBACK)
    return not_yet(scene, name, lead=(lead,)) if scene.listed(name) else Reply(blocks=(lead,))


def _to_the_desk(scene: Scene, reply: Reply, *, feedback: bool) -> Reply:
    """Feedback may go to the desk; a complaint or a denunciation never becomes a request."""
    rows = [row for row in reply.buttons if not any(_opens_a_request(button) for button in row)]
    if feedback:
        rows.insert(0, (scene.button("feedback.write", actions.NewRequest(RequestKind.FEEDBACK, "")),))
    return replace(reply, buttons=tuple(rows))


def _opens_a_request(button: Button) -> bool:
    return isinstance(actions.read(button.action or ""), actions.NewRequest)


def other_service(scene: Scene) -> Reply:
    blocks = (scene.line("other.what"), scene.line("other.ours"))
    ask = (scene.button("answer.ask_officer", actions.NewRequest(RequestKind.QUESTION, "")),)
    return Reply(blocks=blocks, buttons=(ask, *topics_button(scene)))


def abuse(scene: Scene) -> Reply:
    return Reply(blocks=(scene.line("abuse.calm"),), buttons=topics_button(scene))


def heard(scene: Scene, names: tuple[str, ...]) -> Reply:
    """Not understood, but with a guess at what was heard."""
    rows = [
        (Button(label=label, action=actions.Answer(one, "asked").wire),)
        for one in names
        if (label := short_name(scene, one))
    ]
    last = (
        scene.button("clarify.none", actions.NoneOfThese()),
        scene.button("answer.ask_officer", actions.NewRequest(RequestKind.QUESTION, "")),
    )
    return Reply(blocks=(scene.line("no_match.heard"),), buttons=(*rows, last))


def no_match(scene: Scene) -> Reply:
    """What happened, what you can do, who else can help."""
    hotline = scene.contact("portal_hotline")
    ask = (scene.button("answer.ask_officer", actions.NewRequest(RequestKind.QUESTION, "")),)
    return Reply(
        blocks=(
            scene.line("no_match.what"),
            scene.line("no_match.do"),
            scene.line("no_match.who", hotline=hotline.number),
        ),
        buttons=(ask, *topics_button(scene)),
    )


def which_matter(scene: Scene) -> Reply:
    """A question that names no matter: it differs from matter to matter, so which is asked."""
    ask = (scene.button("answer.ask_officer", actions.NewRequest(RequestKind.QUESTION, "")),)
    return Reply(blocks=(scene.line("no_match.which"),), buttons=(ask, *topics_button(scene)))


def clarify(scene: Scene, understood: Understanding, lead: tuple[Block, ...], first: tuple[Block, ...]) -> Reply:
    """At most four procedures to choose from, and a way out; `first`: what the likeliest would answer."""
    rows = [*offered(scene, understood.choices, understood)]
    named = second_tier.listed(scene, understood.choices)
    ask = (scene.button("answer.ask_officer", actions.NewRequest(RequestKind.QUESTION, "")),) if named else ()
    rows.append((scene.button("clarify.none", actions.NoneOfThese()), *ask))
    names = (scene.line("second.may_be"), *named) if named else ()
    which = scene.line("clarify.else" if first else "clarify.which")
    return Reply(blocks=scene.doubted((*lead, *first, which, *names)), buttons=tuple(rows))


def another_matter(scene: Scene) -> Reply:
    return Reply(blocks=(scene.line("other_matter.what"),), buttons=topics_button(scene))


def topics_button(scene: Scene) -> tuple[tuple[Button, ...], ...]:
    return ((scene.button("topics.open", actions.Topics()),),)


def with_notice(reply: Reply, *blocks: Block) -> Reply:
    return replace(reply, blocks=(*blocks, *reply.blocks))
