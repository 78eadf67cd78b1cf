"""the desk in a browser"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_links",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_desk_links")),
    )
    op.create_table(
        "desk_sessions",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_desk_sessions")),
    )
    op.create_index("ix_desk_sessions_person", "desk_sessions", ["person"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_desk_sessions_person", table_name="desk_sessions")
    op.drop_table("desk_sessions")
    op.drop_table("desk_links")
