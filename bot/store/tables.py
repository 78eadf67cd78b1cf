"""The tables. A change here needs a migration in `migrations/versions`; a test compares the two."""

import datetime as dt

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
    text,
)


class UtcTime(TypeDecorator[dt.datetime]):
    """A moment in UTC with its zone, also on SQLite, which forgets zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, _dialect: object) -> dt.datetime | None:
        return value.astimezone(dt.UTC) if value else None

    def process_result_value(self, value: dt.datetime | None, _dialect: object) -> dt.datetime | None:
        return value.replace(tzinfo=value.tzinfo or dt.UTC) if value else None


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives ids only to INTEGER keys; PostgreSQL needs 64 bits.
BigId = BigInteger().with_variant(Integer, "sqlite")

inbox = Table(
    "inbox",
    metadata,
    Column("source", String(20), primary_key=True),  # the door: telegram, web, zalo, terminal
    Column("number", BigInteger, primary_key=True),  # the door's own number of the update, or ours where it has a key
    Column("key", String(80)),  # the door's own id of the update, where that is no number
    Column("chat", String(80), nullable=False),
    Column("state", String(10), nullable=False),  # waiting → done | bad
    Column("received_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("raw", Text),  # wiped when done
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("error", String(200)),  # the kind of error, never a citizen's word
    Column("about", String(40)),  # what a later update of the same would undo: `edit:55`, `/language`
    CheckConstraint("state IN ('waiting', 'done', 'bad')", name="state"),
    CheckConstraint("state <> 'done' OR raw IS NULL", name="wiped"),
)
Index(
    "ix_inbox_waiting",
    inbox.c.source,
    inbox.c.number,
    sqlite_where=text("state = 'waiting'"),
    postgresql_where=text("state = 'waiting'"),
)

Index(
    "ix_inbox_source_key",
    inbox.c.source,
    inbox.c.key,
    unique=True,
    sqlite_where=text("key IS NOT NULL"),
    postgresql_where=text("key IS NOT NULL"),
)

Index(
    "ix_inbox_chat_waiting",
    inbox.c.chat,
    inbox.c.number,
    sqlite_where=text("state = 'waiting'"),
    postgresql_where=text("state = 'waiting'"),
)

Index(
    "ix_inbox_chat_about",
    inbox.c.chat,
    inbox.c.about,
    sqlite_where=text("about IS NOT NULL"),
    postgresql_where=text("about IS NOT NULL"),
)

choices = Table(
    "choices",
    metadata,
    Column("chat", String(80), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("payload", Text, nullable=False),  # JSON of what was shown to choose from: see bot.doors.choices
)

chats = Table(
    "chats",
    metadata,
    Column("chat", String(80), primary_key=True),
    Column("memory", Text, nullable=False),  # JSON, see bot.conversation.visit.Memory
    Column("unreachable", String(40)),  # why nothing is sent there any more
    Column("writing_in", String(40)),  # the request that words go to; `-CODE` while its draft is being written
    Column("changed_at", UtcTime, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("chat", String(80), nullable=False),
    Column("priority", SmallInteger, nullable=False),  # 0 reply, 1 card, 2 reminder, 3 broadcast, 4 backlog
    Column("state", String(10), nullable=False),  # waiting ⇄ kept until its reader writes; → sent | dead
    Column("payload", Text),  # JSON of one Reply; wiped when sent
    Column("created_at", UtcTime, nullable=False),
    Column("not_before", UtcTime, nullable=False),
    Column("name", String(80)),  # a later message of this name takes the place of one that still waits
    Column("finished_at", UtcTime),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("error", String(200)),
    Column("put_off_at", UtcTime),  # when it was decided that it waits until `not_before`
    Column("quiet", Boolean(name="quiet"), nullable=False, server_default=false()),  # not at night: see bot.quiet
    CheckConstraint("state IN ('waiting', 'kept', 'sent', 'dead')", name="state"),
    sqlite_autoincrement=True,
)
Index(
    "ix_outbox_chat_kept",
    outbox.c.chat,
    sqlite_where=text("state = 'kept'"),
    postgresql_where=text("state = 'kept'"),
)
Index(
    "ix_outbox_waiting",
    outbox.c.priority,
    outbox.c.id,
    sqlite_where=text("state = 'waiting'"),
    postgresql_where=text("state = 'waiting'"),
)
Index(
    "ix_outbox_chat_waiting",
    outbox.c.chat,
    outbox.c.id,
    sqlite_where=text("state = 'waiting'"),
    postgresql_where=text("state = 'waiting'"),
)

Index(
    "ix_outbox_name_waiting",
    outbox.c.chat,
    outbox.c.name,
    sqlite_where=text("state = 'waiting'"),
    postgresql_where=text("state = 'waiting'"),
)

# Where a channel lets us write for a while only: since when, and how many messages since. `person`: a keyed hash.
reply_windows = Table(
    "reply_windows",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("spoke_at", UtcTime, nullable=False),
    Column("sent", SmallInteger, nullable=False),
)

# Tokens that another service gives for a while: a refresh token serves once, and brings the next pair.
tokens = Table(
    "tokens",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("pair", Text, nullable=False),  # JSON, sealed with the server's key
    Column("origin", String(64), nullable=False),  # a mark of what the first pair was had with
    Column("number", Integer, nullable=False),  # +1 with each pair
    Column("since", UtcTime, nullable=False),  # when the refresh token was given
    Column("expires_at", UtcTime, nullable=False),  # when the access token ends
    Column("refused_at", UtcTime),  # the refresh token is taken no more
)

# One sender a chat, over all replicas, and when it was last sent to.
lanes = Table(
    "lanes",
    metadata,
    Column("chat", String(80), primary_key=True),
    Column("holder", String(40)),  # the replica that is sending; NULL between two messages
    Column("taken_at", UtcTime, nullable=False),
    Column("free_at", UtcTime, nullable=False),  # a replica that dies holds its lanes no longer than this
)
Index("ix_lanes_taken_at", lanes.c.taken_at)
Index("ix_lanes_free_at", lanes.c.free_at)

# What one replica at a time does, until it lets go or has not renewed its lease.
leases = Table(
    "leases",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", String(40), nullable=False),
    Column("until", UtcTime, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("code", String(10), primary_key=True),
    Column("citizen", String(80), nullable=False),
    Column("name", String(80), nullable=False),
    Column("language", String(2), nullable=False),
    Column("commune", Integer, nullable=False),  # the one responsible
    Column("province", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("procedure", String(60)),
    Column("case_", String(400), nullable=False, server_default=""),
    Column("subject", Text, nullable=False, server_default=""),
    Column("status", String(12), nullable=False),
    Column("owner", String(80)),
    Column("owner_name", String(80), nullable=False, server_default=""),
    Column("opened_at", UtcTime, nullable=False),
    Column("first_due", UtcTime),
    Column("due", UtcTime),
    Column("paused_at", UtcTime),
    Column("answered_at", UtcTime),
    Column("moved_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("rounds", SmallInteger, nullable=False, server_default="0"),
    Column("level", String(20), nullable=False, server_default="commune"),
    Column("transfer_to", Integer),
    Column("raised", String(80), nullable=False, server_default=""),
    Column("photos", Boolean(name="photos"), nullable=False, server_default=false()),
    Column("rating", SmallInteger),
    Column("helper", String(80)),  # who files it for the citizen
    Column("helper_name", String(80), nullable=False, server_default=""),
    Column("body", String(12)),  # whom a recommendation is for
    Column("version", Integer, nullable=False, server_default="0"),
)
Index("ix_requests_citizen", requests.c.citizen)
Index("ix_requests_commune_status", requests.c.commune, requests.c.status)
Index("ix_requests_owner", requests.c.owner)
Index(
    "ix_requests_province_escalated",
    requests.c.province,
    sqlite_where=text("status = 'escalated'"),
    postgresql_where=text("status = 'escalated'"),
)
Index(
    "ix_requests_helper",
    requests.c.helper,
    sqlite_where=text("helper IS NOT NULL"),
    postgresql_where=text("helper IS NOT NULL"),
)
Index(
    "ix_requests_transfer_to",
    requests.c.transfer_to,
    sqlite_where=text("transfer_to IS NOT NULL"),
    postgresql_where=text("transfer_to IS NOT NULL"),
)

events = Table(
    "events",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("code", String(10), nullable=False),
    Column("action", String(20), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("actor_name", String(80), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Column("before", String(12), nullable=False),
    Column("after", String(12), nullable=False),
    Column("level", String(20), nullable=False),
    Column("commune", Integer),  # the one responsible afterwards
    Column("first_due", UtcTime),  # the promises as they stand afterwards
    Column("due", UtcTime),
    Column("rating", SmallInteger),
    Column("undoes", BigInteger),  # the event that counts as never happened from now on
    sqlite_autoincrement=True,
)
Index("ix_events_code", events.c.code)
Index("ix_events_at", events.c.at)

# That somebody asked the bot, and how it ended: no words, nobody's name.
asked = Table(
    "asked",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("commune", Integer),
    Column("outcome", String(20), nullable=False),
    Column("procedure", String(60)),
    sqlite_autoincrement=True,
)
Index("ix_asked_at", asked.c.at)

# The indicators of a month, rebuilt each night from what happened; commune 0 is the country.
scorecards = Table(
    "scorecards",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("commune", Integer, primary_key=True, autoincrement=False),
    Column("province", Integer, nullable=False),
    Column("tally", Text, nullable=False),  # JSON, see bot.measure.tally
    Column("built_at", UtcTime, nullable=False),
)

# What was published of a month: never changed.
published = Table(
    "published",
    metadata,
    Column("name", String(80), primary_key=True),  # communes-2026-10.csv
    Column("month", String(7), nullable=False),
    Column("body", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("code", String(10), nullable=False),
    Column("side", String(10), nullable=False),  # citizen, staff, note, past, rating, doubted
    Column("name", String(80), nullable=False, server_default=""),
    Column("chat", String(80), nullable=False),
    Column("message", String(40), nullable=False),  # the channel's id of it there
    Column("kind", String(10), nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    Column("at", UtcTime, nullable=False),
    Column("state", String(10), nullable=False, server_default="sent"),  # held (to be approved), sent, gone
    Column("copy_chat", String(80)),  # where the other side sees it
    Column("copy_message", String(40)),
    Column("author", String(80), nullable=False, server_default=""),  # who wrote it
    Column("commune", Integer),  # the desk at which it was written
    Column("deed", String(12), nullable=False, server_default="answer"),  # what becomes of it when it is approved
    Column("album", String(40)),  # what messages sent together have in common
    Column("file", String(80), nullable=False, server_default=""),  # the channel's mark of a photo or file
    Column("handle", String(250), nullable=False, server_default=""),  # by which the channel hands it out
    Column("seen_at", UtcTime),  # the citizen has had it before their eyes, as far as can be known
    Column("failed_at", UtcTime),  # it will not reach the citizen
    Column("event", BigInteger),  # with which an officer's words went out
    sqlite_autoincrement=True,
)
Index("ix_messages_album", messages.c.album)
Index("ix_messages_code", messages.c.code)
Index("ix_messages_chat_message", messages.c.chat, messages.c.message)
Index("ix_messages_copy_chat_copy_message", messages.c.copy_chat, messages.c.copy_message)

# Parts of an album, until all have come and are read together.
albums = Table(
    "albums",
    metadata,
    Column("chat", String(80), primary_key=True),
    Column("message", String(40), primary_key=True),
    Column("album", String(40), nullable=False),
    Column("visit", Text, nullable=False),  # JSON
    Column("at", UtcTime, nullable=False),
)

shown = Table(
    "shown",
    metadata,
    Column("chat", String(80), primary_key=True),
    Column("name", String(80), primary_key=True),  # card:CODE, topic:CODE, note:ID …
    Column("message", String(40)),
    Column("thread", String(40)),
    Column("look", String(64)),  # SHA-256 of what it shows: an edit that changes nothing is not sent
)
Index("ix_shown_chat_thread", shown.c.chat, shown.c.thread)
Index("ix_shown_chat_message", shown.c.chat, shown.c.message)

staff = Table(
    "staff",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("person", String(80), nullable=False),
    Column("name", String(80), nullable=False),
    Column("role", String(10), nullable=False),
    Column("commune", Integer, nullable=False),
    Column("province", Integer, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("away_since", UtcTime),
    Column("answers", Integer, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)
Index("ix_staff_person", staff.c.person)
Index("ix_staff_commune", staff.c.commune)

invitations = Table(
    "invitations",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256 of the code: nobody who reads the database can join
    Column("role", String(10), nullable=False),
    Column("commune", Integer, nullable=False),
    Column("province", Integer, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_by", String(80)),
    Column("used_at", UtcTime),
)

# Limits hang on the person and outlive `/forget` for their time: `person` is a keyed hash in these three.
tries = Table(
    "tries",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("count", SmallInteger, nullable=False),
    Column("since", UtcTime, nullable=False),
)

desks = Table(
    "desks",
    metadata,
    Column("chat", String(80), primary_key=True),
    Column("commune", Integer, nullable=False),
    Column("forum", Boolean(name="forum"), nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("out_since", UtcTime),  # the bot may not write there: the desk works in private chats
)

Index("ix_desks_commune", desks.c.commune, unique=True)

agenda = Table(
    "agenda",
    metadata,
    Column("name", String(120), primary_key=True),  # draft:CODE, due_soon:CODE, digest:CHAT …
    Column("subject", String(80), nullable=False),
    Column("at", UtcTime, nullable=False),
)
Index("ix_agenda_at", agenda.c.at)
Index("ix_agenda_subject", agenda.c.subject)

# One date and one procedure, until all that falls due for it has been told.
reminders = Table(
    "reminders",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("chat", String(80), nullable=False),
    Column("procedure", String(60), nullable=False),
    Column("day", Date, nullable=False),
    Column("language", String(2), nullable=False),
    Column("commune", Integer),
    Column("basis", String(200), nullable=False),  # what the dates rest on; where it changes, the law has
    Column("due", Date),  # what is told next is due on this day
    Column("made_at", UtcTime, nullable=False),  # to the words of consent of this version
    Column("version", SmallInteger, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_reminders_chat_procedure_day", reminders.c.chat, reminders.c.procedure, reminders.c.day, unique=True)

# What a person was told unasked, by kind: when last, and since when no more.
unasked = Table(
    "unasked",
    metadata,
    Column("chat", String(80), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("told_at", UtcTime),
    Column("stopped_at", UtcTime),
)

bookings = Table(
    "bookings",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("commune", Integer, nullable=False),
    Column("counter", String(47), nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("lane", SmallInteger),  # one of the counter's public places at that time; null: it takes none any more
    Column("chat", String(80), nullable=False),
    Column("procedure", String(60), nullable=False),
    Column("open", SmallInteger),  # 1 confirmed, 2 only held, null over: one of each, of a person and a procedure
    Column("language", String(2), nullable=False),
    Column("code", String(12), nullable=False),
    Column("status", String(12), nullable=False),
    Column("held_until", UtcTime),
    Column("place", String(300), nullable=False),  # where they were told to come: a move is told
    Column("number", SmallInteger, nullable=False, server_default="0"),  # +1 with each change, for calendars
    Column("made_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)
# Nobody has what another has, however many ask at once.
Index("ix_bookings_taken", bookings.c.commune, bookings.c.counter, bookings.c.starts_at, bookings.c.lane, unique=True)
Index("ix_bookings_open", bookings.c.chat, bookings.c.procedure, bookings.c.open, unique=True)
Index("ix_bookings_starts_at", bookings.c.starts_at)
Index("ix_bookings_code", bookings.c.code)

waiting = Table(
    "waiting",
    metadata,
    Column("chat", String(80), primary_key=True),
    Column("procedure", String(60), primary_key=True),
    Column("commune", Integer, nullable=False),
    Column("counter", String(47), nullable=False),
    Column("language", String(2), nullable=False),
    Column("wish", String(3), nullable=False),  # any, am, pm
    Column("since", UtcTime, nullable=False),
)
Index("ix_waiting_commune_counter", waiting.c.commune, waiting.c.counter)

# Notices of a commune that are sent, and how far each has got.
broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("commune", Integer, nullable=False),  # 0: of a whole province
    Column("province", Integer),
    Column("kind", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Column("by", String(80), nullable=False),
    Column("approved_by", String(80)),
    Column("status", String(10), nullable=False),  # waiting → sending ⇄ paused → done | refused
    Column("reached", BigInteger, nullable=False),  # the last wish that it was put in the outbox for
    Column("count", Integer, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_broadcasts_commune", broadcasts.c.commune)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("chat", String(80), nullable=False),
    Column("commune", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("version", SmallInteger, nullable=False),  # of the words under which it was asked for
    sqlite_autoincrement=True,
)
Index("ix_subscriptions_commune_kind", subscriptions.c.commune, subscriptions.c.kind, subscriptions.c.id)
Index("ix_subscriptions_chat", subscriptions.c.chat, subscriptions.c.commune, subscriptions.c.kind, unique=True)

unanswered = Table(
    "unanswered",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("commune", Integer),
    Column("language", String(2), nullable=False),
    Column("text", Text, nullable=False),  # redacted
    Column("outcome", String(20), nullable=False),
    Column("procedure", String(60)),  # the nearest one
    sqlite_autoincrement=True,
)
Index("ix_unanswered_at", unanswered.c.at)

notices = Table(
    "notices",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("commune", Integer, nullable=False),
    Column("sample", Text, nullable=False),  # the question, redacted, that it is about
    Column("text", Text, nullable=False, server_default=""),  # empty: suggested, not switched on
    Column("suggested_at", UtcTime, nullable=False),
    Column("until", UtcTime),
    Column("by", String(80)),
    sqlite_autoincrement=True,
)
Index("ix_notices_commune", notices.c.commune)

# Who is kept out of one commune's desk, until when.
kept_out = Table(
    "kept_out",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("commune", Integer, primary_key=True, autoincrement=False),
    Column("by", String(80), nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("why", Text, nullable=False),
)

# Emptied by migration 0008, read by nobody; taken away once no older replica can be running.
blocked = Table(
    "blocked",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("by", String(80), nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("why", String(200), nullable=False),
)

# Who looked at or changed what of whom; each line carries the hash of the one before, and none is ever changed.
audit = Table(
    "audit",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(20), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("before", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_audit_subject", audit.c.subject)

floods = Table(
    "floods",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("count", Integer, nullable=False),  # in the minute since `since`
    Column("since", UtcTime, nullable=False),
    Column("told", Boolean(name="told"), nullable=False),
)

# How many requests somebody sent to desks, or opened again, within a day.
openings = Table(
    "openings",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("count", SmallInteger, nullable=False),
    Column("since", UtcTime, nullable=False),
)

# Who is at the desk in a browser. Of links and sessions only SHA-256 is kept.
desk_links = Table(
    "desk_links",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("person", String(80), nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

desk_sessions = Table(
    "desk_sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("person", String(80), nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("told", Text, nullable=False, server_default=""),  # JSON: what the next page says of what was done
)
Index("ix_desk_sessions_person", desk_sessions.c.person)

# How officers come back: keys of their devices, of which only the public half is known; accounts of a sign-on.
passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(400), primary_key=True),  # base64url
    Column("person", String(80), nullable=False),
    Column("public_key", LargeBinary, nullable=False),  # COSE
    Column("sign_count", BigInteger, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
)
Index("ix_passkeys_person", passkeys.c.person)

used_challenges = Table(
    "used_challenges",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("expires_at", UtcTime, nullable=False),
)

sign_ons = Table(
    "sign_ons",
    metadata,
    Column("issuer", String(200), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("person", String(80), nullable=False),
    Column("since", UtcTime, nullable=False),
)
Index("ix_sign_ons_person", sign_ons.c.person)

# What an officer has put out of their own way: until a moment, or until the request changes.
put_off = Table(
    "put_off",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("code", String(10), primary_key=True),
    Column("until", UtcTime, nullable=False),
    Column("version", Integer, nullable=False),  # of the request, then
)

# Who is writing an answer in the browser: known for a minute, so that two do not answer one citizen.
writing = Table(
    "writing",
    metadata,
    Column("code", String(10), primary_key=True),
    Column("person", String(80), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("at", UtcTime, nullable=False),
)

saved_filters = Table(
    "saved_filters",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("person", String(80), nullable=False),
    Column("name", String(40), nullable=False),
    Column("query", String(300), nullable=False),  # as it stands in the address of the lists
    sqlite_autoincrement=True,
)
Index("ix_saved_filters_person", saved_filters.c.person)

cursors = Table(
    "cursors",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# What a visit through the web door shows: the visitor's words and what was said to them. Kept a day.
web_messages = Table(
    "web_messages",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("chat", String(80), nullable=False),  # of the session's key, which is kept by the browser alone
    Column("at", UtcTime, nullable=False),  # when it was said, or changed last
    Column("mine", Boolean(name="mine"), nullable=False),  # said by the visitor
    Column("payload", Text, nullable=False),  # JSON of one Reply, or the visitor's words
    Column("name", String(80)),  # of Place
    sqlite_autoincrement=True,
)
Index("ix_web_messages_chat", web_messages.c.chat)
Index("ix_web_messages_at", web_messages.c.at)
Index(  # what is posted twice is said once
    "ix_web_messages_said",
    web_messages.c.chat,
    web_messages.c.name,
    unique=True,
    sqlite_where=text("mine"),
    postgresql_where=text("mine"),
)

# Photos sent through the web door, without what the camera wrote into them.
web_files = Table(
    "web_files",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("chat", String(80), nullable=False),
    Column("message", String(40), nullable=False),  # the message it came with
    Column("at", UtcTime, nullable=False),
    Column("content", LargeBinary, nullable=False),  # JPEG
    sqlite_autoincrement=True,
)
Index("ix_web_files_chat_message", web_files.c.chat, web_files.c.message)

# What opens a request beside its code; whoever reads this opens none.
secrets = Table(
    "secrets",
    metadata,
    Column("code", String(10), primary_key=True),
    Column("hash", String(64), nullable=False),  # HMAC with the server's key
    Column("since", UtcTime, nullable=False),
)

# A number that somebody reads aloud to whoever files for them: that is their consent.
assents = Table(
    "assents",
    metadata,
    Column("hash", String(64), primary_key=True),  # HMAC with the server's key
    Column("chat", String(80), nullable=False),
    Column("until", UtcTime, nullable=False),
)

# By what somebody agreed to be helped: no words, no name.
consents = Table(
    "consents",
    metadata,
    Column("code", String(10), primary_key=True),
    Column("helper", String(80), nullable=False),
    Column("how", String(10), nullable=False),  # word, number
    Column("version", SmallInteger, nullable=False),  # of the words that were read to them
    Column("at", UtcTime, nullable=False),
)

# What several people raised: recommendations of voters, and what the commune may not decide. No citizen's word or name.
matters = Table(
    "matters",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("commune", Integer, nullable=False),
    Column("province", Integer, nullable=False),
    Column("title", String(200), nullable=False),  # an officer's words
    Column("body", String(12)),  # whom it is for; null: it is beyond the commune's competence
    Column("level", String(20), nullable=False),  # who decides
    Column("status", String(12), nullable=False),  # received → passed_on → answered
    Column("passed_to", String(200), nullable=False, server_default=""),
    Column("passed_by", String(80), nullable=False, server_default=""),  # the name of whoever passed it on
    Column("passed_at", UtcTime),
    Column("answer", Text, nullable=False, server_default=""),
    Column("law", String(300), nullable=False, server_default=""),  # or policy, that answers it
    Column("answered_by", String(80), nullable=False, server_default=""),
    Column("answered_at", UtcTime),
    Column("made_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_matters_commune", matters.c.commune)
Index("ix_matters_province", matters.c.province)

# In which requests a matter was raised.
raised = Table(
    "raised",
    metadata,
    Column("code", String(10), primary_key=True),
    Column("matter", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False),  # when it was raised
)
Index("ix_raised_matter", raised.c.matter, raised.c.code)

# Numbers for whoever walks in, by counter and day.
tickets = Table(
    "tickets",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("commune", Integer, nullable=False),
    Column("counter", String(47), nullable=False),
    Column("day", Date, nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("rank", Integer, nullable=False),  # in which order they are called
    Column("chat", String(80), nullable=False),
    Column("language", String(2), nullable=False),
    Column("status", String(10), nullable=False),  # waiting → called → serving → served | missed | left | unknown
    Column("calls", SmallInteger, nullable=False, server_default="0"),
    Column("put_back", Boolean(name="put_back"), nullable=False, server_default=false()),
    Column("called_by", String(80)),
    Column("made_at", UtcTime, nullable=False),
    Column("called_at", UtcTime),
    Column("served_at", UtcTime),
    Column("finished_at", UtcTime),
    sqlite_autoincrement=True,
)
Index("ix_tickets_number", tickets.c.commune, tickets.c.counter, tickets.c.day, tickets.c.number, unique=True)
Index("ix_tickets_chat", tickets.c.chat, tickets.c.day)

# Counters that call nobody for a while.
pauses = Table(
    "pauses",
    metadata,
    Column("commune", Integer, primary_key=True, autoincrement=False),
    Column("counter", String(47), primary_key=True),
    Column("since", UtcTime, nullable=False),
)

# Office hours as a commune reports them; a second person of it lets them hold.
reported_hours = Table(
    "reported_hours",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("commune", Integer, nullable=False),
    Column("kind", String(30), nullable=False),  # of office
    Column("hours", Text, nullable=False),  # JSON, as the files have them
    Column("status", String(10), nullable=False),  # draft → waiting → held → replaced | overtaken; refused | dropped
    Column("proposed_by", String(80), nullable=False),
    Column("proposed_at", UtcTime, nullable=False),
    Column("decided_by", String(80)),
    Column("decided_as", String(20)),  # their role: what citizens are told
    Column("decided_at", UtcTime),
    Column("why", String(300), nullable=False, server_default=""),
    sqlite_autoincrement=True,
)
Index("ix_reported_hours_status", reported_hours.c.status)
