"""the conversation page: files by the channel's handle, seen and failed, looks by subject"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("handle", sa.String(250), nullable=False, server_default=""))
    op.add_column("messages", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("messages", sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_audit_subject", "audit", ["subject"], unique=False)
    op.create_index(
        "ix_requests_province_escalated",
        "requests",
        ["province"],
        unique=False,
        sqlite_where=sa.text("status = 'escalated'"),
        postgresql_where=sa.text("status = 'escalated'"),
    )


def downgrade() -> None:
    op.drop_index("ix_requests_province_escalated", table_name="requests")
    op.drop_index("ix_audit_subject", table_name="audit")
    with op.batch_alter_table("messages") as messages:
        for name in ("failed_at", "seen_at", "handle"):
            messages.drop_column(name)
