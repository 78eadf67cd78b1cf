"""replicas: lanes, leases"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lanes",
        sa.Column("chat", sa.String(length=80), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chat", name=op.f("pk_lanes")),
    )
    op.create_index("ix_lanes_taken_at", "lanes", ["taken_at"])
    op.create_index("ix_lanes_free_at", "lanes", ["free_at"])
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_index(
        "ix_inbox_chat_waiting",
        "inbox",
        ["chat", "number"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_index("ix_inbox_chat_waiting", "inbox")
    op.drop_table("leases")
    op.drop_index("ix_lanes_free_at", "lanes")
    op.drop_index("ix_lanes_taken_at", "lanes")
    op.drop_table("lanes")
