"""reminders, what is told unasked, messages that wait for the morning"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("chat", sa.String(80), nullable=False),
        sa.Column("procedure", sa.String(60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("commune", sa.Integer(), nullable=True),
        sa.Column("basis", sa.String(200), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_reminders_chat_procedure_day"), "reminders", ["chat", "procedure", "day"], unique=True)
    op.create_table(
        "unasked",
        sa.Column("chat", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("chat", "kind", name=op.f("pk_unasked")),
    )
    op.add_column("outbox", sa.Column("quiet", sa.Boolean(name="quiet"), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("outbox", "quiet")
    op.drop_table("unasked")
    op.drop_index(op.f("ix_reminders_chat_procedure_day"), table_name="reminders")
    op.drop_table("reminders")
