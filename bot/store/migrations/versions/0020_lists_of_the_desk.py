"""lists of the desk: what is put off, who is writing, filters that are kept"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "put_off",
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person", "code", name=op.f("pk_put_off")),
    )
    op.create_table(
        "writing",
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", "person", name=op.f("pk_writing")),
    )
    op.create_table(
        "saved_filters",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("query", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_saved_filters_person", "saved_filters", ["person"])


def downgrade() -> None:
    op.drop_table("saved_filters")
    op.drop_table("writing")
    op.drop_table("put_off")
