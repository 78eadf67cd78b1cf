"""overtaken updates"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("about", sa.String(length=40)))
    where = sa.text("about IS NOT NULL")
    op.create_index("ix_inbox_chat_about", "inbox", ["chat", "about"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_inbox_chat_about", table_name="inbox")
    with op.batch_alter_table("inbox") as batch:
        batch.drop_column("about")
