"""which event an officer's words went out with, and which event counts as never happened"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("undoes", sa.BigInteger(), nullable=True))
    op.add_column("messages", sa.Column("event", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("messages", "event")
    op.drop_column("events", "undoes")
