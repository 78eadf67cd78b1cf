"""messages that are kept until their reader writes, where a channel wants it so; tokens that serve once"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

BEFORE, AFTER = "state IN ('waiting', 'sent', 'dead')", "state IN ('waiting', 'kept', 'sent', 'dead')"


def upgrade() -> None:
    _allow(AFTER)
    kept = sa.text("state = 'kept'")
    op.create_index("ix_outbox_chat_kept", "outbox", ["chat"], sqlite_where=kept, postgresql_where=kept)
    op.create_table(
        "reply_windows",
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("spoke_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_reply_windows")),
    )
    op.create_table(
        "tokens",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tokens")),
    )


def downgrade() -> None:
    op.drop_table("tokens")
    op.drop_table("reply_windows")
    op.drop_index("ix_outbox_chat_kept", "outbox")
    op.execute("UPDATE outbox SET state = 'waiting' WHERE state = 'kept'")
    _allow(BEFORE)


def _allow(states: str) -> None:
    """SQLite makes the table anew for it, and goes on numbering where it was."""
    with op.batch_alter_table("outbox", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_outbox_state"), states)
