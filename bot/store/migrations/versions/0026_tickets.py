"""numbers for whoever walks in"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("commune", sa.Integer(), nullable=False),
        sa.Column("counter", sa.String(47), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("chat", sa.String(80), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("calls", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("put_back", sa.Boolean(name="put_back"), nullable=False, server_default=sa.false()),
        sa.Column("called_by", sa.String(80), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("served_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tickets_number", "tickets", ["commune", "counter", "day", "number"], unique=True)
    op.create_index("ix_tickets_chat", "tickets", ["chat", "day"])
    op.create_table(
        "pauses",
        sa.Column("commune", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counter", sa.String(47), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("commune", "counter", name=op.f("pk_pauses")),
    )


def downgrade() -> None:
    op.drop_table("pauses")
    op.drop_table("tickets")
