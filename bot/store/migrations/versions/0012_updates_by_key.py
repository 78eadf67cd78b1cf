"""updates of channels whose ids are no numbers"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("key", sa.String(80), nullable=True))
    op.create_index(
        "ix_inbox_source_key",
        "inbox",
        ["source", "key"],
        unique=True,
        sqlite_where=sa.text("key IS NOT NULL"),
        postgresql_where=sa.text("key IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_inbox_source_key", "inbox")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_column("key")
