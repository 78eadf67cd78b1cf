"""what is measured"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Of what happened before, the promise is known where no later one took its place.
BACKFILL = """
UPDATE events SET commune = (SELECT r.commune FROM requests r WHERE r.code = events.code),
  rating = CASE WHEN action = 'rate' THEN (SELECT r.rating FROM requests r WHERE r.code = events.code) END
"""
PROMISED = """
UPDATE events SET first_due = (SELECT r.first_due FROM requests r WHERE r.code = events.code),
  due = (SELECT r.due FROM requests r WHERE r.code = events.code)
WHERE action = 'send'
  AND NOT EXISTS (SELECT 1 FROM events e WHERE e.code = events.code AND e.action IN ('late', 'reopen'))
"""


def upgrade() -> None:
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("commune", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("first_due", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("due", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("rating", sa.SmallInteger(), nullable=True))
        batch_op.create_index("ix_events_at", ["at"], unique=False)
    op.execute(BACKFILL)
    op.execute(PROMISED)
    op.create_table(
        "asked",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("commune", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("procedure", sa.String(60), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_asked_at", "asked", ["at"], unique=False)
    op.create_table(
        "scorecards",
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("commune", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("province", sa.Integer(), nullable=False),
        sa.Column("tally", sa.Text(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("month", "commune", name=op.f("pk_scorecards")),
    )
    op.create_table(
        "published",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_published")),
    )


def downgrade() -> None:
    op.drop_table("published")
    op.drop_table("scorecards")
    op.drop_index("ix_asked_at", table_name="asked")
    op.drop_table("asked")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_at")
        batch_op.drop_column("rating")
        batch_op.drop_column("due")
        batch_op.drop_column("first_due")
        batch_op.drop_column("commune")
