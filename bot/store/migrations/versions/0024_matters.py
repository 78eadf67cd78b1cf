"""what several people raised, and in which requests"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("requests", sa.Column("body", sa.String(12), nullable=True))
    op.create_table(
        "matters",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("commune", sa.Integer(), nullable=False),
        sa.Column("province", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.String(12), nullable=True),
        sa.Column("level", sa.String(20), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("passed_to", sa.String(200), nullable=False, server_default=""),
        sa.Column("passed_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False, server_default=""),
        sa.Column("law", sa.String(300), nullable=False, server_default=""),
        sa.Column("answered_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matters")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_matters_commune"), "matters", ["commune"])
    op.create_index(op.f("ix_matters_province"), "matters", ["province"])
    op.create_table(
        "raised",
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("matter", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_raised")),
    )
    op.create_index("ix_raised_matter", "raised", ["matter", "code"])


def downgrade() -> None:
    op.drop_table("raised")
    op.drop_table("matters")
    op.drop_column("requests", "body")
