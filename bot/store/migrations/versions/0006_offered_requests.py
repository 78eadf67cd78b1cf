"""offered requests"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.create_index(
            "ix_requests_transfer_to",
            ["transfer_to"],
            unique=False,
            sqlite_where=sa.text("transfer_to IS NOT NULL"),
            postgresql_where=sa.text("transfer_to IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.drop_index("ix_requests_transfer_to")
