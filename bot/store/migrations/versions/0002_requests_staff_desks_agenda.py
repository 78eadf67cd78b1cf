"""requests, staff, desks, agenda"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agenda",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_agenda")),
    )
    with op.batch_alter_table("agenda", schema=None) as batch_op:
        batch_op.create_index("ix_agenda_at", ["at"], unique=False)
        batch_op.create_index("ix_agenda_subject", ["subject"], unique=False)

    op.create_table(
        "blocked",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_blocked")),
    )
    op.create_table(
        "desks",
        sa.Column("chat", sa.String(length=80), nullable=False),
        sa.Column("commune", sa.Integer(), nullable=False),
        sa.Column("forum", sa.Boolean(name="forum"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chat", name=op.f("pk_desks")),
    )
    with op.batch_alter_table("desks", schema=None) as batch_op:
        batch_op.create_index("ix_desks_commune", ["commune"], unique=True)

    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("actor_name", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("before", sa.String(length=12), nullable=False),
        sa.Column("after", sa.String(length=12), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index("ix_events_code", ["code"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("commune", sa.Integer(), nullable=False),
        sa.Column("province", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by", sa.String(length=80), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_invitations")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=80), server_default="", nullable=False),
        sa.Column("chat", sa.String(length=80), nullable=False),
        sa.Column("message", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="sent", nullable=False),
        sa.Column("copy_chat", sa.String(length=80), nullable=True),
        sa.Column("copy_message", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index("ix_messages_chat_message", ["chat", "message"], unique=False)
        batch_op.create_index("ix_messages_code", ["code"], unique=False)
        batch_op.create_index("ix_messages_copy_chat_copy_message", ["copy_chat", "copy_message"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("commune", sa.Integer(), nullable=False),
        sa.Column("sample", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("suggested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index("ix_notices_commune", ["commune"], unique=False)

    op.create_table(
        "requests",
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("citizen", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("commune", sa.Integer(), nullable=False),
        sa.Column("province", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("procedure", sa.String(length=60), nullable=True),
        sa.Column("case_", sa.String(length=400), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=True),
        sa.Column("owner_name", sa.String(length=80), server_default="", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rounds", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("level", sa.String(length=20), server_default="commune", nullable=False),
        sa.Column("transfer_to", sa.Integer(), nullable=True),
        sa.Column("raised", sa.String(length=80), server_default="", nullable=False),
        sa.Column("photos", sa.Boolean(name="photos"), server_default=sa.false(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_requests")),
    )
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.create_index("ix_requests_citizen", ["citizen"], unique=False)
        batch_op.create_index("ix_requests_commune_status", ["commune", "status"], unique=False)
        batch_op.create_index("ix_requests_owner", ["owner"], unique=False)

    op.create_table(
        "shown",
        sa.Column("chat", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("message", sa.String(length=40), nullable=True),
        sa.Column("thread", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("chat", "name", name=op.f("pk_shown")),
    )
    with op.batch_alter_table("shown", schema=None) as batch_op:
        batch_op.create_index("ix_shown_chat_message", ["chat", "message"], unique=False)
        batch_op.create_index("ix_shown_chat_thread", ["chat", "thread"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("commune", sa.Integer(), nullable=False),
        sa.Column("province", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("away_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answers", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.create_index("ix_staff_commune", ["commune"], unique=False)
        batch_op.create_index("ix_staff_person", ["person"], unique=False)

    op.create_table(
        "tries",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("count", sa.SmallInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_tries")),
    )
    op.create_table(
        "unanswered",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("commune", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("procedure", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("unanswered", schema=None) as batch_op:
        batch_op.create_index("ix_unanswered_at", ["at"], unique=False)

    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.add_column(sa.Column("writing_in", sa.String(length=40), nullable=True))

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(length=80), nullable=True))
        batch_op.create_index(
            "ix_outbox_name_waiting",
            ["chat", "name"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_name_waiting",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_column("name")

    with op.batch_alter_table("chats", schema=None) as batch_op:
        batch_op.drop_column("writing_in")

    with op.batch_alter_table("unanswered", schema=None) as batch_op:
        batch_op.drop_index("ix_unanswered_at")

    op.drop_table("unanswered")
    op.drop_table("tries")
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_index("ix_staff_person")
        batch_op.drop_index("ix_staff_commune")

    op.drop_table("staff")
    with op.batch_alter_table("shown", schema=None) as batch_op:
        batch_op.drop_index("ix_shown_chat_thread")
        batch_op.drop_index("ix_shown_chat_message")

    op.drop_table("shown")
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.drop_index("ix_requests_owner")
        batch_op.drop_index("ix_requests_commune_status")
        batch_op.drop_index("ix_requests_citizen")

    op.drop_table("requests")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index("ix_notices_commune")

    op.drop_table("notices")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_copy_chat_copy_message")
        batch_op.drop_index("ix_messages_code")
        batch_op.drop_index("ix_messages_chat_message")

    op.drop_table("messages")
    op.drop_table("invitations")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_code")

    op.drop_table("events")
    with op.batch_alter_table("desks", schema=None) as batch_op:
        batch_op.drop_index("ix_desks_commune")

    op.drop_table("desks")
    op.drop_table("blocked")
    with op.batch_alter_table("agenda", schema=None) as batch_op:
        batch_op.drop_index("ix_agenda_subject")
        batch_op.drop_index("ix_agenda_at")

    op.drop_table("agenda")
