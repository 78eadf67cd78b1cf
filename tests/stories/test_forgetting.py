"""Every table and column is decided about: whose it is, whether /mydata shows it, what /forget makes of it."""

import datetime as dt
import json
import re

import pytest
from sqlalchemy import insert, select, text

from bot.casework import people as data
from bot.casework.unit_of_work import UnitOfWork
from bot.conversation.visit import Kind, Visit
from bot.store import audit, inbox, people
from bot.store.inbox import Receipt
from bot.store.tables import UtcTime, metadata
from tests.cast import HOA, HUNG, LAN, MINH, NGOC_HA, STRANGER
from tests.stage import played

DAY = 24 * 3600
ME = f"telegram:{LAN.id}"

# What is somebody's, and what becomes of it when they are forgotten:
GONE = "gone with its row, or emptied"
NAMELESS = "the row stays, for the archive, and says no longer whose it is"
MARKED = "by a keyed hash, for its time"
POST = "of whoever serves: kept as the record of who acted for the commune"
ANOTHERS = "somebody else's, in a row about them: not shown"
NOT = "nobody's: a number, a kind, a time, a setting"

DECIDED = {
    "inbox": {"chat": NAMELESS, "raw": GONE, "about": GONE, "error": NOT, "source": NOT, "number": NOT, "key": NOT, "state": NOT,
              "received_at": NOT, "finished_at": NOT, "attempts": NOT},
    "chats": {"chat": GONE, "memory": GONE, "unreachable": GONE, "writing_in": GONE, "changed_at": GONE},
    "outbox": {"chat": NAMELESS, "payload": GONE, "name": GONE, "id": NOT, "priority": NOT, "state": NOT,
               "created_at": NOT, "not_before": NOT, "finished_at": NOT, "attempts": NOT, "error": NOT,
               "put_off_at": NOT, "quiet": NOT},
    "lanes": {"chat": "a chat and a moment, swept after a minute", "holder": NOT, "taken_at": NOT, "free_at": NOT},
    "leases": {"name": NOT, "holder": NOT, "until": NOT},
    "requests": {"citizen": NAMELESS, "name": GONE, "subject": GONE, "case_": GONE, "owner": ANOTHERS,
                 "owner_name": ANOTHERS, "helper": ANOTHERS, "helper_name": ANOTHERS, "body": NOT, "code": NOT, "language": NOT, "commune": NOT, "province": NOT, "kind": NOT,
                 "procedure": NOT, "status": NOT, "opened_at": NOT, "first_due": NOT, "due": NOT, "paused_at": NOT,
                 "answered_at": NOT, "moved_at": NOT, "closed_at": NOT, "rounds": NOT, "level": NOT,
                 "transfer_to": NOT, "raised": NOT, "photos": NOT, "rating": NOT, "version": NOT},
    "events": {"actor": NAMELESS, "actor_name": NAMELESS, "why": GONE, "id": NOT, "code": NOT, "action": NOT,
               "at": NOT, "before": NOT, "after": NOT, "level": NOT, "commune": NOT, "first_due": NOT, "due": NOT,
               "rating": NOT, "undoes": NOT},
    "asked": dict.fromkeys(("id", "at", "commune", "outcome", "procedure"), NOT),
    "scorecards": dict.fromkeys(("month", "commune", "province", "tally", "built_at"), NOT),
    "desk_links": dict.fromkeys(("hash", "person", "expires_at"), POST),
    "desk_sessions": dict.fromkeys(("hash", "person", "since", "seen_at", "told"), POST),
    "passkeys": dict.fromkeys(("id", "person", "public_key", "sign_count", "made_at", "used_at"), POST),
    "sign_ons": dict.fromkeys(("issuer", "subject", "person", "since"), POST),
    "used_challenges": dict.fromkeys(("hash", "expires_at"), NOT),
    "put_off": dict.fromkeys(("person", "code", "until", "version"), POST),
    "writing": dict.fromkeys(("code", "person", "name", "at"), POST),
    "saved_filters": dict.fromkeys(("id", "person", "name", "query"), POST),
    "published": dict.fromkeys(("name", "month", "body", "at"), NOT),
    "messages": dict.fromkeys(
        ("id", "code", "side", "name", "chat", "message", "kind", "text", "at", "state", "copy_chat", "copy_message",
         "author", "commune", "deed", "album", "file", "handle", "seen_at", "failed_at", "event"), GONE),
    "albums": dict.fromkeys(("chat", "message", "album", "visit", "at"), GONE),
    "choices": dict.fromkeys(("chat", "at", "payload"), GONE),
    "shown": dict.fromkeys(("chat", "name", "message", "thread", "look"), GONE),
    "staff": dict.fromkeys(
        ("id", "person", "name", "role", "commune", "province", "since", "ended_at", "away_since", "answers"), POST),
    "invitations": {"used_by": POST, "used_at": POST, "hash": NOT, "role": NOT, "commune": NOT, "province": NOT,
                    "expires_at": NOT},
    "tries": dict.fromkeys(("person", "count", "since"), MARKED),
    "openings": dict.fromkeys(("person", "count", "since"), MARKED),
    "floods": dict.fromkeys(("person", "count", "since", "told"), MARKED),
    "reply_windows": dict.fromkeys(("person", "spoke_at", "sent"), MARKED),
    "tokens": dict.fromkeys(("name", "pair", "origin", "number", "since", "expires_at", "refused_at"), NOT),
    "reminders": dict.fromkeys(
        ("id", "chat", "procedure", "day", "language", "commune", "basis", "due", "made_at", "version"), GONE),
    "bookings": dict.fromkeys(
        ("id", "commune", "counter", "starts_at", "lane", "chat", "procedure", "open", "language", "code", "status",
         "held_until", "place", "number", "made_at"), GONE),
    "waiting": dict.fromkeys(("chat", "procedure", "commune", "counter", "language", "wish", "since"), GONE),
    "subscriptions": dict.fromkeys(("id", "chat", "commune", "kind", "since", "version"), GONE),
    "broadcasts": {"by": POST, "approved_by": POST, "reached": NOT, "id": NOT, "commune": NOT, "province": NOT,
                   "kind": NOT, "text": NOT, "starts_at": NOT, "ends_at": NOT, "status": NOT, "count": NOT},
    "unasked": dict.fromkeys(("chat", "kind", "told_at", "stopped_at"), GONE),
    "desks": dict.fromkeys(("chat", "commune", "forum", "since", "out_since"), NOT),
    "agenda": {"name": GONE, "subject": GONE, "at": GONE},
    "unanswered": dict.fromkeys(
        ("id", "at", "commune", "language", "text", "outcome", "procedure"), NOT),  # redacted before it is kept
    "notices": {"by": POST, "sample": NOT, "text": NOT, "id": NOT, "commune": NOT, "suggested_at": NOT, "until": NOT},
    "kept_out": {"person": MARKED, "why": MARKED, "since": MARKED, "until": MARKED, "commune": MARKED,
                 "by": ANOTHERS},
    "blocked": dict.fromkeys(("person", "by", "since", "why"), "emptied by migration 0008, written by nobody"),
    "audit": {"actor": POST, "subject": POST, "id": NOT, "at": NOT, "action": NOT, "before": NOT, "hash": NOT},
    "cursors": {"name": NOT, "value": NOT},
    "web_messages": dict.fromkeys(("id", "chat", "at", "mine", "payload", "name"), GONE),
    "web_files": dict.fromkeys(("id", "chat", "message", "at", "content"), GONE),
    "secrets": dict.fromkeys(("code", "hash", "since"), GONE),
    "assents": dict.fromkeys(("hash", "chat", "until"), GONE),
    "tickets": {"chat": NAMELESS, "called_by": POST} | dict.fromkeys(
        ("id", "commune", "counter", "day", "number", "rank", "language", "status", "calls", "put_back", "made_at",
         "called_at", "served_at", "finished_at"), NOT),
    "pauses": dict.fromkeys(("commune", "counter", "since"), NOT),
    "matters": {"passed_by": POST, "answered_by": POST} | dict.fromkeys(
        ("id", "commune", "province", "title", "body", "level", "status", "passed_to", "passed_at", "answer", "law",
         "answered_at", "made_at"), NOT),  # an officer's words about what several people raised
    "raised": dict.fromkeys(("code", "matter", "at"), NOT),
    "reported_hours": {"proposed_by": POST, "decided_by": POST} | dict.fromkeys(
        ("id", "commune", "kind", "hours", "status", "proposed_at", "decided_as", "decided_at", "why"), NOT),
    "consents": {"helper": POST, "code": NOT, "how": NOT, "version": NOT, "at": NOT},
}  # fmt: skip

# Where /mydata shows the rows of a table; None: why it does not.
SHOWN_IN = {
    "inbox": "updates", "chats": "chat", "outbox": "deliveries", "requests": "requests", "events": "events",
    "messages": "messages", "albums": "albums", "choices": "choices", "shown": "shown", "staff": "posts", "invitations": "invitations",
    "tries": "wrong_codes", "openings": "openings", "floods": "pace", "reply_windows": "reply_window", "tokens": None, "notices": "notices", "kept_out": "kept_out",
    "audit": "audit", "reminders": "reminders", "unasked": "unasked", "bookings": "appointments", "waiting": "waiting",
    "subscriptions": "subscriptions", "broadcasts": "broadcasts", "web_messages": "visit", "web_files": "photos", "secrets": "secrets",
    "assents": "assents", "consents": "consents", "matters": None, "raised": "raised",
    "tickets": "tickets", "pauses": None,
    "lanes": None, "leases": None, "desks": None, "unanswered": None, "blocked": None, "cursors": None,
    "desk_links": "links", "desk_sessions": "sessions", "put_off": "put_off", "writing": "writing",
    "saved_filters": "filters", "passkeys": "passkeys", "sign_ons": "sign_ons", "used_challenges": None,
    "asked": None, "scorecards": None, "published": None,
    "agenda": "planned", "reported_hours": "hours",
}  # fmt: skip


def test_every_table_and_column_is_decided_about():
    there = {table.name: set(table.c.keys()) for table in metadata.sorted_tables}
    assert {name: set(columns) for name, columns in DECIDED.items()} == there
    assert SHOWN_IN.keys() == there.keys()


def everything(database, *but):
    with database.look() as connection:
        return "\n".join(
            f"{table.name}: {tuple(row)}"
            for table in metadata.sorted_tables
            if table.name not in but
            for row in connection.execute(select(table))
        )


def bad_update(database, clock, number, chat, raw):
    receipt = Receipt(source="telegram", number=number)
    with database.change() as connection:
        inbox.keep(connection, receipt, chat=chat, raw=raw, now=clock())
        inbox.set_aside(connection, receipt, error="unreadable: KeyError", now=clock())


async def a_life_with_the_desk(play, database, clock):
    """Lan asks, is claimed, writes, sends a photo, opens another and a draft, is kept out, sends the unreadable."""
    await play.opens_desk(8, NGOC_HA, HOA, MINH)
    code = await play.asks(LAN, "giấy chứng sinh của Zxq sai")
    await play.hears(NGOC_HA.presses(HOA, f"d:claim:{code}"))
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 90, "height": 60}]
    await play.hears(LAN.says("Zxq ở nhà"), LAN.sends(photo=photo, caption="Zxq"))
    await play.hears(LAN.presses(play.action(LAN, "r:photo:")))
    await play.hears(NGOC_HA.hears(HOA, "Chào Zxq ạ", thread=play.topic(NGOC_HA)))
    await play.asks(LAN, "việc thứ hai của Zxq")
    await play.drafts(LAN, "nháp của Zxq")
    with database.change() as connection:
        people.keep_out(connection, ME, commune=4, by=f"telegram:{MINH.id}", why="ồn", now=clock(),
                        until=clock().replace(year=2027))  # fmt: skip
    bad_update(database, clock, 900_001, ME, '{"message": {"text": "Zxq hỏng"}}')
    bad_update(database, clock, 900_002, "telegram:?", f'{{"message": {{"from": {{"id": {LAN.id}}}, "text": "Zxq"}}}}')
    bad_update(database, clock, 900_003, "telegram:?", f'{{"message": {{"from": {{"id": {LAN.id}99}}}}}}')
    return code


def a_row_in_every_table(database, clock, code):
    """Of whatever that life left none: each table that knows people by their chat, or by a request's code, has one."""
    with database.change() as connection:
        for table in metadata.sorted_tables:
            key, decided = next((one for one in ("chat", "code") if one in table.c), ""), DECIDED[table.name]
            mine = {"chat": ME, "code": code}.get(key)
            if (
                decided.get(key) in (GONE, NAMELESS)
                and not connection.execute(select(table).where(table.c[key] == mine)).first()
            ):
                row = {
                    one.name: some(one, decided[one.name], clock()) for one in table.c if one.autoincrement is not True
                }
                connection.execute(insert(table).values(row | {key: mine}))


def some(column, decided, now):
    if isinstance(column.type, UtcTime):
        return now
    words = "Zxq" if decided == GONE else "x"
    kind = column.type.python_type
    values = {
        str: words[: getattr(column.type, "length", None)],
        bytes: words.encode(),
        bool: False,
        dt.date: now.date(),
    }
    return values.get(kind, 1)


@played
async def test_after_forget_no_table_knows_the_person(play, database, clock):
    a_row_in_every_table(database, clock, await a_life_with_the_desk(play, database, clock))
    before = everything(database)
    for name, decided in DECIDED.items():
        if decided.get("chat") in (GONE, NAMELESS):
            assert re.search(rf"^{name}: .*{ME}", before, re.MULTILINE), name
    assert "Zxq" in before
    assert f"'{ME}'" in before
    await play.hears(LAN.says("/forget"), LAN.presses("r:forget"))
    assert "Số biên nhận" in play.said(LAN)[-1]
    left = everything(database, "lanes")  # swept a minute later
    for trace in ("Zxq", "Lan'", "· Lan", f"{ME}'", f'{ME}"'):
        assert trace not in left, trace
    assert f"{LAN.id}99" in left  # somebody else's stays for the operator


@played
async def test_being_kept_out_outlives_being_forgotten(play, database, clock):
    await play.opens_desk(4, None, MINH)
    with database.change() as connection:
        people.keep_out(connection, ME, commune=4, by="telegram:24", why="ồn", now=clock(),
                        until=clock().replace(year=2027))  # fmt: skip
    await play.hears(LAN.says("/forget"), LAN.presses("r:forget"), LAN.says("/commune phường Ba Đình, Hà Nội"))
    await play.hears(LAN.says("/request cho hỏi"))
    assert "CHƯA GỬI" not in play.said(LAN)[-1]
    await play.hears(LAN.says("/mydata"))
    held = json.loads(play.server.files[LAN.id][-1][1])
    assert [one["commune"] for one in held["kept_out"]] == [4]


@played
async def test_the_card_loses_the_name_and_none_is_posted_after(play, database, clock):
    code = await a_life_with_the_desk(play, database, clock)
    cards = [n for n, message in enumerate(play.server.sent[NGOC_HA.id]) if "Lan" in message["text"]]
    assert cards
    before = len(play.server.sent[NGOC_HA.id])
    await play.hears(LAN.says("/forget"), LAN.presses("r:forget"))
    assert all("Lan" not in text for text in play.said(NGOC_HA)[before:])
    edits = [f for method, f in play.server.calls if method == "editMessageText" and code in f["text"]]
    assert edits[-1]["text"].endswith(play.say("card.forgotten"))
    assert not json.loads(edits[-1].get("reply_markup") or "{}")
    assert play.server.deleted  # what the desk was shown of it


@pytest.mark.on_both
@played
async def test_the_topic_loses_the_name_too(play, database, clock):
    code = await a_life_with_the_desk(play, database, clock)
    ((topic, title),) = play.server.topics[NGOC_HA.id]
    assert "Lan" in title
    await play.hears(LAN.says("/forget"), LAN.presses("r:forget"))
    (renamed,) = [fields for name, fields in play.server.calls if name == "editForumTopic"]
    assert (int(renamed["message_thread_id"]), renamed["name"]) == (topic, code)


@played
async def test_a_card_under_way_while_its_citizen_is_forgotten_is_changed_when_it_arrives(play):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.drafts(LAN, "giấy của Zxq")
    await play.store(LAN.presses(play.action(LAN, "r:send:")))
    await play.act()

    def meanwhile():
        """Telegram has the card, and answers only after the person is forgotten."""
        with play.turns.database.change() as connection:
            unit = UnitOfWork(connection, play.turns.house, play.turns.clock())
            data.forget(unit, Visit(chat=ME, kind=Kind.BUTTON), unit.scene(ME))
        return play.server._message("sendMessage", play.server.calls[-1][1])

    play.server.faults["sendMessage"].append((str(NGOC_HA.id), meanwhile))
    await play.deliver()
    assert [text for text in play.said(NGOC_HA) if "Lan" in text]
    assert play.said(NGOC_HA)[-1].endswith(play.say("card.forgotten"))
    assert play.server.sent[NGOC_HA.id][-1]["method"] == "editMessageText"


@played
async def test_what_waited_for_the_desk_is_not_sent_after(play, database, clock):
    await play.opens_desk(8, NGOC_HA, HOA)
    await play.drafts(LAN, "giấy của Zxq")
    await play.store(LAN.presses(play.action(LAN, "r:send:")), LAN.says("/forget"), LAN.presses("r:forget"))
    await play.act()  # the card waits still
    await play.deliver()
    assert not [text for text in play.said(NGOC_HA) if "Lan" in text]


@played
async def test_mydata_shows_every_table_and_nobody_elses(play, database, clock):
    await a_life_with_the_desk(play, database, clock)
    await play.hears(HUNG.says("/commune phường Ngọc Hà, Hà Nội"), STRANGER.says("/join nope"), LAN.says("/join nope"))
    await play.asks(HUNG, "chuyện của Hùng")
    await play.hears(LAN.says("/mydata"))
    data = play.server.files[LAN.id][-1][1].decode()
    held = json.loads(data)
    assert set(held) - {"person", "at", "unaddressed", "looks"} == {name for name in SHOWN_IN.values() if name}
    for name in ("chat", "requests", "events", "messages", "updates", "deliveries", "wrong_codes", "openings",
                 "kept_out"):  # fmt: skip
        assert held[name], name
    assert len(held["requests"]) == 3
    assert "Zxq hỏng" in data
    for other in ("Hùng", f"telegram:{HUNG.id}", f"telegram:{HOA.id}", f"telegram:{MINH.id}", "telegram:-1008"):
        assert other not in data, other


@played
async def test_an_officer_sees_their_posts_and_deeds_and_no_citizens_words(play, database, clock):
    await a_life_with_the_desk(play, database, clock)
    await play.hears(HOA.says("/mydata"))
    data = play.server.files[HOA.id][-1][1].decode()
    held = json.loads(data)
    assert [one["role"] for one in held["posts"]] == ["officer"]
    assert len(held["invitations"]) == 1
    assert [one["action"] for one in held["audit"]] == ["join", "claim"]
    assert "Zxq" not in data
    assert "hash" not in data


@pytest.mark.parametrize("state", ["bad", "done"])
@played
async def test_updates_that_could_not_be_read_go_with_the_others(play, database, clock, state):
    play.turns.plan_nightly()
    bad_update(database, clock, 900_001, ME, '{"message": {"text": "Zxq hỏng"}}')
    await play.hears(LAN.says("khai sinh"))
    await play.passes(clock, 29 * DAY)
    assert "Zxq hỏng" in everything(database)
    for _ in range(3):
        await play.passes(clock, DAY)
    with database.look() as connection:
        assert inbox.count(connection).get(state, 0) == 0


@pytest.mark.on_both
@played
async def test_a_draft_never_sent_is_nobodys_after_a_day(play, database, clock):
    play.turns.plan_nightly()
    await play.drafts(LAN, "nháp của Zxq")
    await play.hears(LAN.presses(play.action(LAN, "r:drop:")))
    for _ in range(3):
        await play.passes(clock, DAY)
    assert "Zxq" not in everything(database)


@pytest.mark.on_both
@played
async def test_a_card_loses_the_name_when_the_request_is_let_go(play, database, clock):
    play.turns.plan_nightly()
    await play.opens_desk(8, NGOC_HA, HOA)
    code = await play.asks(LAN, "giấy chứng sinh của Zxq sai")
    await play.hears(LAN.presses(f"r:cancel:{code}"))
    for _ in range(4):
        await play.passes(clock, 46 * DAY)
    edits = [f for method, f in play.server.calls if method == "editMessageText" and code in f["text"]]
    assert edits[-1]["text"].endswith(play.say("card.forgotten"))
    await play.passes(clock, DAY)
    await play.passes(clock, DAY)
    with database.look() as connection:
        assert connection.execute(text("SELECT name FROM shown WHERE name LIKE 'card:%'")).all() == []
        assert audit.broken_at(connection)[1] is None
