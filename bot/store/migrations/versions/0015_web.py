"""what the web door shows, photos sent through it, secrets that open a request anywhere"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "web_messages",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("chat", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mine", sa.Boolean(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("name", sa.String(80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_messages")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_web_messages_chat", "web_messages", ["chat"], unique=False)
    op.create_index("ix_web_messages_at", "web_messages", ["at"], unique=False)
    said = sa.text("mine")
    op.create_index(
        "ix_web_messages_said", "web_messages", ["chat", "name"], unique=True, sqlite_where=said, postgresql_where=said
    )
    op.create_table(
        "web_files",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("chat", sa.String(80), nullable=False),
        sa.Column("message", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_files")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_web_files_chat_message", "web_files", ["chat", "message"], unique=False)
    op.create_table(
        "secrets",
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_secrets")),
    )


def downgrade() -> None:
    op.drop_table("secrets")
    op.drop_table("web_files")
    op.drop_table("web_messages")
