"""limits hang on a keyed hash of the person; openings are counted

What was counted under people's own names is let go: the longest of these windows was an hour.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM floods")
    op.execute("DELETE FROM tries")
    op.create_table(
        "openings",
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("count", sa.SmallInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_openings")),
    )


def downgrade() -> None:
    op.drop_table("openings")
