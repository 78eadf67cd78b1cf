"""What a citizen reads of their requests: the draft, the code, every change, where it stands."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.content.schema import Counter
from bot.conversation import actions
from bot.conversation.actions import OwnVerb
from bot.conversation.citizen.answers import short_name
from bot.conversation.citizen.offices import office_blocks
from bot.conversation.reply import Block, Button, Place, Reply, Style
from bot.conversation.scene import Scene
from bot.conversation.staff.cards import commune_name, kind, span, topic_of
from bot.conversation.visit import Memory
from bot.desk.request import LIVE, OVER, Body, Event, Request, RequestKind, Status
from bot.understanding.fold import fold

IDENTITY_CARD = re.compile(
    r"\b(can cuoc|cccd|cmnd|cmt|chung minh|ho chieu|passport|id card|identity card|ktp|paspor)\b"
)
STARS = 5
BARE_WISH = 10  # words: a longer one says what it is about


def ask_text(scene: Scene, request: Request) -> Reply:
    """The draft has no words yet."""
    blocks = (
        scene.title("draft.title", kind=kind(scene, request)),
        scene.line(f"draft.write_{request.kind}"),
        Block(text=scene.say("draft.no_id_card"), style=Style.NOTE),
    )
    return Reply(blocks=blocks, buttons=((_own(scene, "draft.cancel", OwnVerb.DROP, request.code),),))


def wished(scene: Scene, memory: Memory, words: str) -> str:
    """The words of a draft that a wish for a person opens: their own where they say more, else what was asked last."""
    if len(words.split()) > BARE_WISH:
        return words
    name = short_name(scene, memory.procedure) if memory.procedure else None
    if name is None:
        return ""
    if memory.aspect is None:
        return scene.say("draft.wished", name=name)
    return scene.say("draft.wished_about", name=name, about=scene.say(f"asked.{memory.aspect}"))


def draft(scene: Scene, request: Request, photos: int) -> Reply:
    """The summary, and that it is not sent."""
    blocks = [scene.title("draft.title", kind=kind(scene, request))]
    if request.helper:
        blocks.append(scene.line("draft.for", name=request.name))
    blocks.append(_goal(scene, request))
    if label := topic_of(scene, request):
        blocks.append(scene.line("draft.about", name=label))
    if request.case_:
        blocks.append(scene.line("draft.case", case=request.case_))
    blocks += [Block(text=request.subject)] if request.subject else []
    if photos:
        blocks.append(scene.line("draft.attached", count=photos))
    blocks += [scene.title("draft.not_sent"), Block(text=scene.say("draft.no_filing"), style=Style.NOTE)]
    code = request.code
    rows: list[tuple[Button, ...]] = [(_own(scene, "draft.send", OwnVerb.SEND, code),)]
    rows.append((_own(scene, "draft.change", OwnVerb.CHANGE, code), _own(scene, "draft.cancel", OwnVerb.DROP, code)))
    if request.kind is RequestKind.RECOMMENDATION:
        rows += [
            (_own(scene, f"draft.to_{one}", OwnVerb.BODY, code, one),) for one in Body if one is not _body(request)
        ]
    others = [one for one in RequestKind if one is not request.kind]
    rows += [(_own(scene, f"draft.as_{one}", OwnVerb.KIND, code, one),) for one in others]
    return Reply(blocks=tuple(blocks), buttons=tuple(rows))


def _body(request: Request) -> Body:
    """Whom a recommendation is for: the nearest, unless they chose."""
    return request.body or Body.COUNCIL


def _goal(scene: Scene, request: Request) -> Block:
    commune = commune_name(scene, request.commune)
    if request.kind is RequestKind.RECOMMENDATION:
        return scene.line("draft.to_body", body=scene.say(f"body.{_body(request)}"), commune=commune)
    return scene.line("draft.to", commune=commune)


def beside(scene: Scene, request: Request, words: str) -> Reply:
    """Under an answer that was given while a draft is open: the words are not in it, unless wanted."""
    code = request.code
    rows = (
        (_own(scene, "draft.beside_add", OwnVerb.BESIDE, code),),
        (_own(scene, "draft.open", OwnVerb.STATUS, code), _own(scene, "draft.cancel", OwnVerb.DROP, code)),
    )
    return Reply(blocks=(scene.line("draft.beside", code=code), Block(text=words)), buttons=rows)


def words_beside(scene: Scene, request: Request, shown: str) -> str:
    """The question inside such a message, perhaps in another language."""
    leads = [catalog.say("draft.beside", code=request.code) for catalog in scene.house.catalogs.values()]
    return next((shown.partition(lead)[2].strip() for lead in leads if lead in shown), "")


def codes(found: Sequence[Request]) -> tuple[tuple[Button, ...], ...]:
    return tuple((Button(label=one.code, action=actions.OwnRequest(OwnVerb.STATUS, one.code).wire),) for one in found)


def names_identity_card(text: str) -> bool:
    """Whether words under a photo or file say that it shows one."""
    return bool(IDENTITY_CARD.search(fold(text)))


def ask_photo(scene: Scene, request: Request, number: int) -> Reply:
    """Does what came up to this message show an identity card? Asked each time, of what words did not say."""
    said = (("photo.clean", "clean"), ("photo.card", "card"))
    buttons = tuple((_own(scene, key, OwnVerb.PHOTO, request.code, f"{answer}.{number}"),) for key, answer in said)
    return Reply(blocks=(scene.line("photo.ask"),), buttons=buttons)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What can be promised of a request that was just sent."""

    queue: int
    opens: dt.datetime | None  # where the office is closed now
    wait: tuple[dt.timedelta, dt.timedelta] | None
    staffed: bool
    again: bool = False  # it had ended, and is opened again


def sent(scene: Scene, request: Request, expected: Expected) -> Reply:
    """The code, the place in the queue, when an answer is due; that it is no filing."""
    blocks = [scene.title("sent.reopened" if expected.again else "sent.code", code=request.code)]
    if expected.again:
        blocks.append(scene.line("sent.reopened_why", code=request.code))
    if not expected.staffed:
        blocks += [scene.line("sent.nobody", commune=commune_name(scene, request.commune))]
        blocks += office_blocks(scene, Counter.SERVICE_CENTRE)
    else:
        blocks.append(scene.line("sent.queue", commune=commune_name(scene, request.commune), place=expected.queue))
        if expected.opens:
            blocks.append(scene.line("sent.closed", when=scene.moment(expected.opens)))
        if request.first_due:
            blocks.append(scene.line("sent.due", when=scene.moment(request.first_due)))
        if expected.wait:
            usual, most = expected.wait
            blocks.append(scene.line("sent.wait", usual=span(scene, usual), most=span(scene, most)))
    blocks.append(Block(text=scene.say("sent.no_filing"), style=Style.NOTE))
    return Reply(blocks=tuple(blocks), buttons=_own_buttons(scene, request))


def secret(scene: Scene, request: Request, words: str) -> Reply:
    """What opens the request elsewhere beside its code: shown once, kept by nobody but its reader."""
    blocks = (
        scene.title("sent.secret", code=request.code, secret=words),
        scene.line("sent.secret_how"),
        Block(text=scene.say("sent.secret_once"), style=Style.NOTE),
    )
    place = Place(name=f"secret:{request.code}")
    return Reply(blocks=blocks, buttons=((scene.button("sent.secret_noted", actions.Noted()),),), place=place)


def paper(scene: Scene, request: Request, words: str, address: str) -> Reply:
    """A page for whoever has no chat: how they look at their request, and that they may do so without the helper."""
    where = scene.line("helping.paper_where", address=address) if address else scene.line("helping.paper_desk")
    blocks = (
        scene.title("helping.paper", name=request.name),
        scene.title("sent.secret", code=request.code, secret=words),
        where,
        scene.line("helping.paper_helper", who=request.helper_name),
        scene.line("helping.paper_rights", code=request.code),
    )
    return Reply(blocks=blocks, as_file="png", place=Place(name=f"secret:{request.code}"))


def helped(scene: Scene, found: Sequence[Request]) -> Reply:
    """What somebody files for others, for `/my`."""
    lines = [
        Block(text=" · ".join([one.name, one.code, scene.say(f"status.{one.status}", who=one.owner_name)]),
              style=Style.ITEM)
        for one in found
    ]  # fmt: skip
    return Reply(blocks=(scene.title("helping.mine"), *lines), buttons=codes(found[:10]))


def _own_buttons(scene: Scene, request: Request) -> tuple[tuple[Button, ...], ...]:
    code = request.code
    if request.status in LIVE:
        alone = ((_own(scene, "own.take", OwnVerb.TAKE, code),),) if request.helper and not request.on_paper else ()
        return (
            (_own(scene, "own.add", OwnVerb.WRITE, code), _own(scene, "own.status", OwnVerb.STATUS, code)),
            (_own(scene, "own.finish", OwnVerb.FINISH, code), _own(scene, "own.cancel", OwnVerb.CANCEL, code)),
            *alone,
        )
    if request.status in OVER:
        return ((_own(scene, "own.reopen", OwnVerb.REOPEN, code),),)
    return ()


def told(scene: Scene, request: Request, key: str, **values: object) -> Reply:
    """A change, said in one sentence."""
    own = {"code": request.code, "who": request.owner_name, "commune": commune_name(scene, request.commune)}
    return Reply(blocks=(scene.line(key, **{**own, **values}),), buttons=_told_buttons(scene, request, key))


def _told_buttons(scene: Scene, request: Request, key: str) -> tuple[tuple[Button, ...], ...]:
    if key in ("told.closed", "told.matter"):
        return rating_buttons(scene, request)
    if key in ("told.claimed", "told.asked", "told.bot_offers", "told.writing"):
        return ((scene.button("own.bot", actions.BackToBot()),),)
    if key in ("told.claimed_other", "told.accepted_other", "told.released", "told.to_bot"):
        return ((_own(scene, "own.add", OwnVerb.WRITE, request.code),),)
    return ()


def rating_buttons(scene: Scene, request: Request) -> tuple[tuple[Button, ...], ...]:
    stars = tuple(
        Button(label=f"{n} ★", action=actions.OwnRequest(OwnVerb.RATE, request.code, str(n)).wire)
        for n in range(1, STARS + 1)
    )
    return (stars, (_own(scene, "own.reopen", OwnVerb.REOPEN, request.code),))


def status(scene: Scene, request: Request, events: Sequence[Event], queue: int) -> Reply:
    """Where it stands, and the trace: who, when, why."""
    blocks = [Block(text=f"{request.code} · {kind(scene, request)}", style=Style.TITLE)]
    if label := topic_of(scene, request):
        blocks.append(Block(text=label))
    blocks.append(scene.line("own.at", commune=commune_name(scene, request.commune)))
    blocks.append(scene.line(f"status.{request.status}", who=request.owner_name))
    if request.status is Status.OPEN:
        blocks.append(scene.line("own.queue", place=queue))
    if due := request.next_due:
        key = "own.first_due" if request.answered_at is None else "own.due"
        blocks.append(scene.line(key, when=scene.moment(due)))
    if request.transfer_to:
        blocks.append(scene.line("own.offered", commune=commune_name(scene, request.transfer_to)))
    trace = [Block(text=line, style=Style.ITEM) for event in events if (line := _traced(scene, event))]
    blocks += [scene.title("own.trace"), *trace] if trace else []
    return Reply(blocks=tuple(blocks), buttons=_own_buttons(scene, request))


TRACED = {
    "send": "trace.send", "claim": "trace.claim", "ask": "trace.ask", "release": "trace.release",
    "depart": "trace.release", "offer": "trace.offer", "accept": "trace.accept", "decline": "trace.decline",
    "escalate": "trace.escalate", "return": "trace.return", "close": "trace.close", "finish": "trace.finish",
    "cancel": "trace.cancel", "reopen": "trace.reopen", "late": "trace.late", "take_over": "trace.take_over",
    "unhelp": "trace.unhelp", "reply_all": "trace.reply_all", "unsay": "trace.unsay",
}  # fmt: skip
WITH_REASON = ("offer", "decline", "escalate", "return")


def _traced(scene: Scene, event: Event) -> str | None:
    if (key := TRACED.get(event.action)) is None:
        return None
    level = scene.say(f"level.{event.level}")
    text = scene.say(key, when=scene.moment(event.at), who=event.actor_name or scene.say("trace.clock"), level=level)
    return f"{text}: {event.why}" if event.why and event.action in WITH_REASON else text


def mine(scene: Scene, requests: Sequence[Request]) -> tuple[tuple[Block, ...], tuple[tuple[Button, ...], ...]]:
    """The person's requests, for `/my`."""
    if not requests:
        return (), ()
    lines = [
        Block(text=" · ".join([one.code, kind(scene, one), scene.say(f"status.{one.status}", who=one.owner_name)]),
              style=Style.ITEM)
        for one in requests
    ]  # fmt: skip
    return (scene.title("my.requests"), *lines), codes(requests[:10])


def from_staff(scene: Scene, request: Request, name: str, text: str, *, unseen: bool = False) -> Reply:
    """An officer's words, with who speaks and for which request."""
    head = scene.say("talk.officer_unseen" if unseen else "talk.officer", who=name, code=request.code)
    return Reply(blocks=(Block(text=head, style=Style.NOTE), Block(text=text)))


def from_citizen(scene: Scene, request: Request, text: str, *, edited: bool = False) -> Reply:
    key = "talk.citizen_edited" if edited else "talk.citizen"
    head = scene.say(key, name=request.name or scene.say("card.nobody"), code=request.code)
    return Reply(blocks=(Block(text=head, style=Style.NOTE), Block(text=text)))


def _own(scene: Scene, key: str, verb: OwnVerb, code: str, more: str = "") -> Button:
    return scene.button(key, actions.OwnRequest(verb, code, more))
