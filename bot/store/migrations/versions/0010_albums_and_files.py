"""albums and files"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "albums",
        sa.Column("chat", sa.String(80), nullable=False),
        sa.Column("message", sa.String(40), nullable=False),
        sa.Column("album", sa.String(40), nullable=False),
        sa.Column("visit", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chat", "message", name=op.f("pk_albums")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("album", sa.String(40), nullable=True))
        batch_op.add_column(sa.Column("file", sa.String(80), nullable=False, server_default=""))
        batch_op.create_index("ix_messages_album", ["album"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_album")
        batch_op.drop_column("file")
        batch_op.drop_column("album")
    op.drop_table("albums")
