"""Edits: an edit is an edit, whatever the message carries. What the other side has is corrected or withdrawn there."""

from dataclasses import replace

from bot.casework import addressee, citizens, doubting, officers, relay, second_look
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation.citizen import requests
from bot.conversation.reply import Reply
from bot.conversation.visit import Kind, Visit
from bot.desk.lifecycle import Action, Part, Refused, parts_of
from bot.desk.request import Actor, Request, Status
from bot.store import cases

GONE = "gone"
UNKNOWN = ""  # where the other side sees it: the channel left out one of several shown together
SPOKEN = (Action.ANSWER, Action.ASK, relay.UNSEEN, second_look.CORRECTS)


def follow(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, row: cases.Row, text: str) -> None:
    """A message that is kept as `row` is now `visit`, and says `text`."""
    if row["state"] == GONE and row["side"] != "note":
        not_followed(unit, visit, "edit.not_followed")
    elif row["side"] == "citizen":
        _by_citizen(unit, replace(visit, text=text), request, row)
    elif row["side"] == "note":
        _of_note(unit, visit, actor, request, row, text)
    elif row["side"] == "staff" and row["deed"] in SPOKEN:
        _by_staff(unit, visit, actor, request, row, text)
    else:
        not_followed(unit, visit, "edit.not_again")


def not_followed(unit: UnitOfWork, visit: Visit, key: str) -> None:
    unit.answer(visit, Reply(blocks=(unit.scene(visit.who).line(key),)))


# What an officer wrote


def _by_staff(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, row: cases.Row, text: str) -> None:
    if not parts_of(actor, request) & {Part.OWNER, Part.ABOVE}:
        return not_followed(unit, visit, "edit.not_followed")
    if relay.is_note(text) or visit.command == "note":
        rows = cases.of_album(unit.connection, visit.chat, visit.album) if visit.album else [row]
        into_notes(unit, visit, [one for one in rows if one["side"] == "staff"])
        if row["copy_message"] != UNKNOWN:
            cases.rewrite(unit.connection, row["id"], text=relay.note_of(text))
        return None
    if row["copy_message"] == UNKNOWN:
        return not_followed(unit, visit, "edit.not_followed")
    if not text and visit.kind in relay.WORDS:
        return officers.refuse(unit, visit, Refused("empty"), request)
    if visit.point:
        return relay.move(unit, row, visit.point)
    if _carries_another(visit, row) and _is_looked_at(unit, actor, request):
        if row["state"] == "held":
            second_look.withdraw(unit, request, row, "approval.corrected")
        relay.withdraw(unit, request, row)
        cases.rewrite(unit.connection, row["id"], state=GONE, text="")
        request = relay.unsaid(unit, actor, request, row)
        return officers.act(unit, visit, actor, "answer", request, text)
    if second_look.hold_correction(unit, replace(visit, text=text), actor, request, row):
        return doubting.warn(unit, visit, request, text)
    if doubting.stops(unit, visit, request, doubting.CORRECTS, text):
        return None
    fresh = _as_it_is_now(unit, visit, request, row, text)
    if fresh["state"] != "sent":
        return None
    relay.to_citizen(unit, request, fresh)
    return None


def _is_looked_at(unit: UnitOfWork, actor: Actor, request: Request) -> bool:
    return second_look.is_new(unit, actor, request) and bool(second_look.reviewers(unit, actor, request))


def into_notes(unit: UnitOfWork, visit: Visit, rows: list[cases.Row]) -> None:
    """Words for the citizen become notes: withdrawn there, visibly where they stood."""
    rows = [row for row in rows if row["state"] != GONE]
    request = unit.request(rows[0]["code"]) if rows else None
    if request is None:
        return None
    if any(row["copy_message"] == UNKNOWN for row in rows):
        scene = officers.scene_of(unit, visit)
        return unit.answer(visit, Reply(blocks=(scene.line("room.not_taken_back", code=request.code),)))
    told = requests.told(unit.citizen_scene(request), request, "told.taken_back")
    before, actor = request, unit.actor(visit.who, visit.name)
    for row in rows:
        if row["state"] == "held":
            second_look.withdraw(unit, request, row, "approval.corrected")
        last = row is rows[-1] and row["copy_message"]
        relay.withdraw(unit, request, row, unit.then_citizen(request, told) if last else ())
        cases.rewrite(unit.connection, row["id"], side="note", state="sent")
        request = relay.unsaid(unit, actor, request, row)
    unit.answer(visit, Reply(blocks=(officers.scene_of(unit, visit).line("done.noted", code=request.code),)))
    return officers.tell_owed(unit, visit, before, request)


def _of_note(unit: UnitOfWork, visit: Visit, actor: Actor, request: Request, row: cases.Row, text: str) -> None:
    """A note stays one, or goes out now, as words do that are written now; under one picture, of its whole album."""
    rows = cases.of_album(unit.connection, visit.chat, visit.album) if visit.album else []
    others = [one for one in rows if one["side"] == "note" and one["state"] != GONE and one["id"] != row["id"]]
    wordless = not text and visit.kind not in relay.WORDS  # nothing says that it is for the citizen now
    if wordless or relay.is_note(text) or visit.command == "note" or any(one["text"] for one in others):
        _as_it_is_now(unit, visit, request, row, relay.note_of(text))
        return None
    try:
        officers.check_may_answer(request, actor)
    except Refused as refused:
        return officers.refuse(unit, visit, refused, request)
    for one in (row, *others):
        cases.rewrite(unit.connection, one["id"], state=GONE, text="")
    if others:  # one by one, with words of ours under them: what else stands under them is not known
        apart = f"{visit.album}{cases.APART}"
        parts = tuple(replace(addressee.made_again(one, visit), album=apart) for one in others)
        visit = replace(visit, album=apart, others=parts)
    return officers.act(unit, visit, actor, "answer", request, text)


def _as_it_is_now(unit: UnitOfWork, visit: Visit, request: Request, row: cases.Row, text: str) -> cases.Row:
    """Keep what a message has become; where it carries something else now, the old copy is taken away."""
    values: dict[str, object] = {"text": relay.quoting(visit, text)}
    if _carries_another(visit, row):
        relay.withdraw(unit, request, row)
        values |= {"kind": _kind(visit), "file": visit.file, "handle": visit.handle}
    cases.rewrite(unit.connection, row["id"], **values)
    return cases.message(unit.connection, row["id"]) or row


def _kind(visit: Visit) -> str:
    return (Kind.TEXT if visit.kind in relay.WORDS else visit.kind).value


def _carries_another(visit: Visit, row: cases.Row) -> bool:
    return bool(_kind(visit) != row["kind"] or (row["file"] and visit.file != row["file"]))


# What a citizen wrote


def _by_citizen(unit: UnitOfWork, visit: Visit, request: Request, row: cases.Row) -> None:
    if request.status is Status.DRAFT:
        return _in_draft(unit, visit, request, row)
    citizens.answer_emergency(unit, visit, unit.citizen_scene(request))
    if citizens.shows_identity_card(visit):
        return _is_a_card(unit, visit, request, row)
    another = _carries_another(visit, row)
    fresh = _as_it_is_now(unit, visit, request, row, visit.text.strip())
    if another and visit.kind in citizens.LOOKED_AT:
        return citizens.look_at(unit, request, fresh)
    if visit.point:
        return relay.move(unit, row, visit.point)
    if fresh["state"] == "sent":
        relay.to_desk(unit, request, fresh, edited=True)
    return None


def _is_a_card(unit: UnitOfWork, visit: Visit, request: Request, row: cases.Row) -> None:
    rows = cases.of_album(unit.connection, visit.chat, visit.album) if visit.album else [row]
    citizens.refuse_album(unit, request, rows)
    if request.status is Status.DRAFT:
        citizens.with_its_words(unit, request)
    unit.put(visit.chat, Reply(blocks=(unit.citizen_scene(request).line("attachment.identity_card"),)))


def _in_draft(unit: UnitOfWork, visit: Visit, request: Request, row: cases.Row) -> None:
    """The draft follows; what may never be a request leaves it."""
    if citizens.stays_out(unit, visit, request, row):
        return None
    if citizens.shows_identity_card(visit):
        return _is_a_card(unit, visit, request, row)
    another = _carries_another(visit, row)
    fresh = _as_it_is_now(unit, visit, request, row, visit.text.strip())
    request = citizens.with_its_words(unit, request)
    if another and visit.kind in citizens.LOOKED_AT:
        return citizens.look_at(unit, request, fresh)
    return citizens.show_draft(unit, request) if visit.point is None else None
