"""To whom an officer's plain words go: never guessed. Where more may be meant, they are kept and it is asked."""

from dataclasses import replace

from bot.casework import relay
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation import actions
from bot.conversation.reply import Block, Button, Place, Reply, Style
from bot.conversation.scene import Scene
from bot.conversation.visit import Kind, Visit
from bot.desk.lifecycle import Part, parts_of
from bot.desk.request import LIVE, Actor, Request
from bot.store import cases, shown

NOBODY_YET = ""  # the code of words whose addressee is asked for
MOST_OFFERED = 8
SHOWN = 1500  # of the words, so that the question fits into one message


def held_by(unit: UnitOfWork, actor: Actor) -> list[Request]:
    """What a member of staff holds now."""
    owned = unit.requests(cases.owned(unit.connection, actor.person))
    return [one for one in owned if Part.OWNER in parts_of(actor, one)]


def in_own_chat(unit: UnitOfWork, actor: Actor) -> list[Request]:
    """Those of which the conversation is held in the officer's own chat."""
    return [one for one in held_by(unit, actor) if unit.room(one) == (actor.person, None)]


def several(unit: UnitOfWork, actor: Actor) -> bool:
    """Whether a command in the officer's own chat may be meant for more than one."""
    return bool(in_own_chat(unit, actor)) and len(held_by(unit, actor)) > 1


def meant(unit: UnitOfWork, actor: Actor) -> list[Request]:
    """To whom plain words in an officer's own chat may be meant: those they hold, and whoever serves them."""
    own = unit.requests(cases.of_citizen(unit.connection, actor.person, LIVE))
    return [*held_by(unit, actor), *(one for one in own if one.owner)]


def is_unsure(unit: UnitOfWork, actor: Actor) -> bool:
    """Whether plain words in the officer's own chat may be meant for more than one."""
    return bool(in_own_chat(unit, actor)) and len(meant(unit, actor)) > 1


def without_topic(unit: UnitOfWork, actor: Actor, group: str, commune: int) -> list[Request]:
    """What an officer holds at a desk whose conversations have no topic: there plain words reach nobody."""
    here = [one for one in held_by(unit, actor) if one.commune == commune and unit.room(one) != (actor.person, None)]
    return [one for one in here if shown.where(unit.connection, group, f"topic:{one.code}")[1] is None]


def ask(unit: UnitOfWork, visit: Visit, meant: list[Request], key: str) -> None:
    """Keep the words, say that nothing was sent, and offer those who may be meant."""
    same = {"code": NOBODY_YET, "side": "staff", "name": visit.name, "at": unit.now, "state": "held",
            "author": visit.who}  # fmt: skip
    asked_already = _waits_with_its_album(unit, visit)
    number = cases.wrote(unit.connection, {**same, **relay.kept(visit, relay.quoting(visit, visit.text))})
    for other in visit.others:
        cases.wrote(unit.connection, {**same, **relay.kept(other, "")})
    if not asked_already:
        _offer(unit, visit, meant, key, number)


def _waits_with_its_album(unit: UnitOfWork, visit: Visit) -> bool:
    """Whether parts of the album that came earlier wait already: the choice made for them holds for all."""
    rows = cases.of_album(unit.connection, visit.chat, visit.album) if visit.album else []
    return any(row["code"] == NOBODY_YET and row["state"] == "held" and row["author"] == visit.who for row in rows)


def _offer(unit: UnitOfWork, visit: Visit, meant: list[Request], key: str, number: int) -> None:
    scene = unit.scene(visit.who)
    buttons = [
        (Button(label=_name(scene, one, visit.who), action=actions.SayTo(number, one.code).wire),)
        for one in meant[:MOST_OFFERED]
    ]
    buttons.append((scene.button("which.nobody", actions.SayTo(number, "-")),))
    words = visit.text[:SHOWN] + ("…" if len(visit.text) > SHOWN else "")
    blocks = (scene.line(key), Block(text=words or scene.say("approval.attachment"), style=Style.NOTE))
    place = Place(lists=tuple(one.code for one in meant[:MOST_OFFERED]))
    answers = replace(visit, reply_to=None)
    unit.answer(answers, Reply(blocks=blocks, buttons=tuple(buttons), place=place))


def _name(scene: Scene, request: Request, reader: str) -> str:
    if request.citizen == reader:
        return scene.say("which.own", code=request.code)
    return f"{request.name or scene.say('card.nobody')} · {request.code}"


def taken_up(unit: UnitOfWork, visit: Visit, number: int) -> Visit | None:
    """The visit whose words waited for an addressee, made again; None where they wait no more, or are another's."""
    row = cases.message(unit.connection, number)
    if row is None or row["code"] != NOBODY_YET or row["state"] != "held" or row["author"] != visit.who:
        return None
    return take(unit, visit, row)


def take(unit: UnitOfWork, visit: Visit, row: cases.Row) -> Visit | None:
    """What was kept, with its album, made again and kept no more; None where another press was quicker."""
    rows = cases.together(unit.connection, row["id"])
    if not cases.forget_words(unit.connection, row["id"]):
        return None
    others = tuple(made_again(one, visit) for one in rows if one["id"] != row["id"])
    for other in rows:
        cases.forget_words(unit.connection, other["id"])
    return replace(made_again(row, visit), others=others)


def made_again(row: cases.Row, visit: Visit) -> Visit:
    """The visit by which whoever makes `visit` wrote what is kept."""
    where = {"chat": row["chat"], "message": row["message"], "private": row["chat"] == visit.who}
    carried = {"album": row["album"], "file": row["file"], "handle": row["handle"]}
    return Visit(kind=Kind(row["kind"]), text=row["text"], person=visit.who, name=visit.name, thread=visit.thread,
                 **where, **carried)  # fmt: skip


def forget_waiting(unit: UnitOfWork, visit: Visit) -> bool:
    """Words that still wait for their addressee were corrected: the question holds the old ones and is void."""
    found = cases.waiting_at(unit.connection, visit.chat, visit.message)
    waiting = [row["id"] for row in found if row["code"] == NOBODY_YET]
    for number in waiting:
        cases.forget_words(unit.connection, number)
    return bool(waiting)
