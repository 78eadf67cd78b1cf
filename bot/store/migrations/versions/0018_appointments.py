"""appointments, and who waits for one"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bookings",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("commune", sa.Integer(), nullable=False),
        sa.Column("counter", sa.String(47), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=True),
        sa.Column("chat", sa.String(80), nullable=False),
        sa.Column("procedure", sa.String(60), nullable=False),
        sa.Column("open", sa.SmallInteger(), nullable=True),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("number", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bookings_taken", "bookings", ["commune", "counter", "starts_at", "lane"], unique=True)
    op.create_index("ix_bookings_open", "bookings", ["chat", "procedure", "open"], unique=True)
    op.create_index(op.f("ix_bookings_starts_at"), "bookings", ["starts_at"])
    op.create_index(op.f("ix_bookings_code"), "bookings", ["code"])
    op.create_table(
        "waiting",
        sa.Column("chat", sa.String(80), nullable=False),
        sa.Column("procedure", sa.String(60), nullable=False),
        sa.Column("commune", sa.Integer(), nullable=False),
        sa.Column("counter", sa.String(47), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("wish", sa.String(3), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chat", "procedure", name=op.f("pk_waiting")),
    )
    op.create_index(op.f("ix_waiting_commune_counter"), "waiting", ["commune", "counter"])


def downgrade() -> None:
    op.drop_table("waiting")
    op.drop_table("bookings")
