"""floods"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "floods",
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Boolean(name="told"), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_floods")),
    )


def downgrade() -> None:
    op.drop_table("floods")
