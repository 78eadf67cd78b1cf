"""The tables. A change here needs a migration in `migrations/versions`; a test compares the two."""

import datetime as dt

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
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
    Column("source", String(20), primary_key=True),  # the door: telegram, terminal
    Column("number", BigInteger, primary_key=True),  # the door's own number of the update
    Column("chat", String(80), nullable=False),
    Column("state", String(10), nullable=False),  # waiting → done | bad
    Column("received_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("raw", Text),  # wiped when done
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("error", String(200)),  # the kind of error, never a citizen's word
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

chats = Table(
    "chats",
    metadata,
    Column("chat", String(80), primary_key=True),
    Column("memory", Text, nullable=False),  # JSON, see bot.conversation.visit.Memory
    Column("unreachable", String(40)),  # why nothing is sent there any more
    Column("changed_at", UtcTime, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("chat", String(80), nullable=False),
    Column("priority", SmallInteger, nullable=False),  # 0 reply, 1 card, 2 reminder, 3 broadcast
    Column("state", String(10), nullable=False),  # waiting → sent | dead
    Column("payload", Text),  # JSON of one Reply; wiped when sent
    Column("created_at", UtcTime, nullable=False),
    Column("not_before", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("error", String(200)),
    CheckConstraint("state IN ('waiting', 'sent', 'dead')", name="state"),
    sqlite_autoincrement=True,
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

cursors = Table(
    "cursors",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
