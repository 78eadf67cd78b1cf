"""Edits: an edit is an edit, whatever the message carries. What the other side has is corrected or withdrawn there."""

from dataclasses import replace

from bot.casework import citizens, officers, relay, second_look
from bot.casework.counter import Counter
from bot.conversation.citizen import requests
from bot.conversation.reply import Reply
from bot.conversation.visit import Kind, Visit
from bot.desk.lifecycle import Action, Part, Refused, parts_of
from bot.desk.request import Actor, Request, Status
from bot.store import cases

GONE = "gone"
SPOKEN = (Action.ANSWER, Action.ASK, relay.UNSEEN, second_look.CORRECTS)


def follow(counter: Counter, visit: Visit, actor: Actor, request: Request, row: cases.Row, text: str) -> None:
    """A message that is kept as `row` is now `visit`, and says `text`."""
    if row["state"] == GONE and row["side"] != "note":
        not_followed(counter, visit, "edit.not_followed")
    elif row["side"] == "citizen":
        _by_citizen(counter, replace(visit, text=text), request, row)
    elif row["side"] == "note":
        _of_note(counter, visit, actor, request, row, text)
    elif row["side"] == "staff" and row["deed"] in SPOKEN:
        _by_staff(counter, visit, actor, request, row, text)
    else:
        not_followed(counter, visit, "edit.not_again")


def not_followed(counter: Counter, visit: Visit, key: str) -> None:
    counter.answer(visit, Reply(blocks=(counter.scene(visit.who).line(key),)))


# What an officer wrote


def _by_staff(counter: Counter, visit: Visit, actor: Actor, request: Request, row: cases.Row, text: str) -> None:
    if not parts_of(actor, request) & {Part.OWNER, Part.ABOVE}:
        return not_followed(counter, visit, "edit.not_followed")
    if text.startswith(officers.NOTE):
        rows = cases.of_album(counter.connection, visit.chat, visit.album) if visit.album else [row]
        into_notes(counter, visit, [one for one in rows if one["side"] == "staff"])
        cases.rewrite(counter.connection, row["id"], text=text.removeprefix(officers.NOTE).strip())
        return None
    if not text and visit.kind in relay.WORDS:
        return officers.refuse(counter, visit, Refused("empty"), request)
    if visit.point:
        return relay.move(counter, row, visit.point)
    if _carries_another(visit, row) and _is_looked_at(counter, actor, request):
        relay.withdraw(counter, request, row)
        cases.rewrite(counter.connection, row["id"], state=GONE, text="")
        return officers.act(counter, visit, actor, "answer", request, text)
    if second_look.hold_correction(counter, replace(visit, text=text), actor, request, row):
        return None
    fresh = _as_it_is_now(counter, visit, request, row, text)
    return relay.to_citizen(counter, request, fresh) if fresh["state"] == "sent" else None


def _is_looked_at(counter: Counter, actor: Actor, request: Request) -> bool:
    return second_look.is_new(counter, actor, request) and bool(second_look.reviewers(counter, actor, request))


def into_notes(counter: Counter, visit: Visit, rows: list[cases.Row]) -> None:
    """Words for the citizen become notes: withdrawn there, visibly where they stood."""
    rows = [row for row in rows if row["state"] != GONE]
    request = counter.request(rows[0]["code"]) if rows else None
    if request is None:
        return
    told = requests.told(counter.citizen_scene(request), request, "told.taken_back")
    for row in rows:
        if row["state"] == "held":
            second_look.withdraw(counter, request, row, "approval.corrected")
        last = row is rows[-1] and row["copy_message"]
        relay.withdraw(counter, request, row, counter.then_citizen(request, told) if last else ())
        cases.rewrite(counter.connection, row["id"], side="note", state="sent")
    counter.answer(visit, Reply(blocks=(officers.scene_of(counter, visit).line("done.noted", code=request.code),)))


def _of_note(counter: Counter, visit: Visit, actor: Actor, request: Request, row: cases.Row, text: str) -> None:
    """A note stays one, or goes out now, as words do that are written now."""
    if text.startswith(officers.NOTE) or visit.command == "note":
        _as_it_is_now(counter, visit, request, row, text.removeprefix(officers.NOTE).strip())
        return None
    try:
        officers.check_may_answer(request, actor)
    except Refused as refused:
        return officers.refuse(counter, visit, refused, request)
    cases.rewrite(counter.connection, row["id"], state=GONE, text="")
    return officers.act(counter, visit, actor, "answer", request, text)


def _as_it_is_now(counter: Counter, visit: Visit, request: Request, row: cases.Row, text: str) -> cases.Row:
    """Keep what a message has become; where it carries something else now, the old copy is taken away."""
    values: dict[str, object] = {"text": relay.quoting(visit, text)}
    if _carries_another(visit, row):
        relay.withdraw(counter, request, row)
        values |= {"kind": _kind(visit), "file": visit.file}
    cases.rewrite(counter.connection, row["id"], **values)
    return cases.message(counter.connection, row["id"]) or row


def _kind(visit: Visit) -> str:
    return (Kind.TEXT if visit.kind in relay.WORDS else visit.kind).value


def _carries_another(visit: Visit, row: cases.Row) -> bool:
    return bool(_kind(visit) != row["kind"] or (row["file"] and visit.file != row["file"]))


# What a citizen wrote


def _by_citizen(counter: Counter, visit: Visit, request: Request, row: cases.Row) -> None:
    if request.status is Status.DRAFT:
        return _in_draft(counter, visit, request, row)
    citizens.answer_emergency(counter, visit, counter.citizen_scene(request))
    if citizens.shows_identity_card(visit):
        return _is_a_card(counter, visit, request, row)
    another = _carries_another(visit, row)
    fresh = _as_it_is_now(counter, visit, request, row, visit.text.strip())
    if another and visit.kind in citizens.LOOKED_AT:
        return citizens.look_at(counter, request, fresh)
    if visit.point:
        return relay.move(counter, row, visit.point)
    if fresh["state"] == "sent":
        relay.to_desk(counter, request, fresh, edited=True)
    return None


def _is_a_card(counter: Counter, visit: Visit, request: Request, row: cases.Row) -> None:
    rows = cases.of_album(counter.connection, visit.chat, visit.album) if visit.album else [row]
    citizens.refuse_album(counter, request, rows)
    if request.status is Status.DRAFT:
        citizens.with_its_words(counter, request)
    counter.put(visit.chat, Reply(blocks=(counter.citizen_scene(request).line("attachment.identity_card"),)))


def _in_draft(counter: Counter, visit: Visit, request: Request, row: cases.Row) -> None:
    """The draft follows; what may never be a request ends it."""
    if citizens.ends_draft(counter, visit, request):
        return None
    if citizens.shows_identity_card(visit):
        return _is_a_card(counter, visit, request, row)
    another = _carries_another(visit, row)
    fresh = _as_it_is_now(counter, visit, request, row, visit.text.strip())
    request = citizens.with_its_words(counter, request)
    if another and visit.kind in citizens.LOOKED_AT:
        return citizens.look_at(counter, request, fresh)
    return citizens.show_draft(counter, request) if visit.point is None else None
